"""keras.layers' Flatten, Reshape, Permute, RepeatVector and Dense, which count dimensions with the channels last."""

from math import prod
from typing import Any

from convcalc.dialects.dialect import Made
from convcalc.dialects.keras.common import dims_of, refuse, refused, shape_of, show_dims, spelled
from convcalc.dialects.keras.convolution import BIAS, WEIGHTS
from convcalc.dialects.ruled import Rule, Settled, native
from convcalc.dialects.signature import Rank
from convcalc.errors import Impossible
from convcalc.ops.convolution import Conv
from convcalc.ops.dense import Dense
from convcalc.ops.op import Op
from convcalc.ops.rearranging import Flatten, Permute, Reshape, known_channels
from convcalc.shape import Shape


def make_flatten(_given: Any, _rank: Rank) -> Made:
    """Flatten: its data_format only orders the cells."""
    return Made(Flatten(), native)


def make_reshape(given: Any, _rank: Rank) -> Made:
    """Reshape: the channels of target_shape are the last."""
    target = given.target_shape
    if target.count(-1) > 1 or min(target, default=0) < -1:
        what = f"`target_shape` may hold one -1 and no other number below 0, got target_shape={target}"
        return refused(refuse(what, "target_shape"), Reshape(target=-1))

    def rule(op: Op, shape: Shape) -> Settled:
        total, known = known_channels(op, shape) * shape.cells, prod(size for size in target if size != -1)
        if not (known and total % known == 0 if -1 in target else known == total):
            what = f"the total size of the tensor must be unchanged, received: input_shape={dims_of(shape)}"
            raise refuse(f"{what}, target_shape={target}", "target_shape", f"{total} numbers are there")
        if not target:
            raise refuse("target_shape=() leaves the batch alone, which is not written", "target_shape")
        return Settled(shape_of([total // known if size == -1 else size for size in target]))

    return Made(Reshape(target=-1), rule)


def reshape_rule(op: Reshape, shape: Shape) -> Settled:
    """The target must hold as many numbers as there are."""
    try:
        return native(op, shape)
    except Impossible as error:
        if error.key != "target":
            raise
        raise refuse(f"the total size of the tensor must be unchanged: {error.what}", error.key, error.hint) from None


def make_permute(given: Any, _rank: Rank) -> Made:
    """Permute: the dimensions are counted from 1, the channels being the last."""
    dims, count = given.dims, len(given.dims)
    if not count or sorted(dims) != list(range(1, count + 1)):
        what = f"the set of indices in `dims` must be consecutive and start from 1, received dims={dims}"
        return refused(refuse(what, "dims"))
    *size, channels = [dim % count for dim in dims]
    return Made(Permute(order=[channels, *size]), permute_rule)


def permute_rule(op: Permute, shape: Shape) -> Settled:
    """There are as many dimensions as are ordered."""
    if len(op.order) != len(shape.size) + 1:
        what = f"Permute expected ndim={len(op.order) + 1}, found ndim={len(shape.size) + 2}"
        raise refuse(f"{what}, as {show_dims(shape)} has", "order")
    return native(op, shape)


def make_repeat(given: Any, _rank: Rank) -> Made:
    """RepeatVector: a vector becomes an axis of n cells, each of them the vector."""

    def rule(op: Op, shape: Shape) -> Settled:
        if shape.size:
            raise refuse(f"RepeatVector expected ndim=2, found ndim={len(shape.size) + 2}, as {show_dims(shape)} has")
        return Settled(Shape(shape.channels, (given.n,)))

    return Made(Reshape(target=-1), rule)


def make_dense(given: Any, _rank: Rank) -> Made:
    """Dense."""
    return Made(Dense(out=given.units, bias=given.use_bias), dense_rule)


def dense_rule(op: Dense, shape: Shape) -> Settled:
    """The channels become `units`, at every cell."""
    told = Conv(out=op.out, kernel=1, bias=op.bias) if shape.size else None
    return Settled(Shape(op.out, shape.size), op=told)


_QUANTIZED = "lora_rank=None, lora_alpha=None, quantization_config=None"

LAYERS = {
    **spelled("Flatten", "data_format: Text = None", make_flatten, (None,)),
    **spelled("Reshape", "target_shape: List", make_reshape, (None,)),
    **spelled("Permute", "dims: List", make_permute, (None,)),
    **spelled("RepeatVector", "n: Count", make_repeat, (None,)),
    **spelled("Dense", f"units: Count, {BIAS}, {WEIGHTS}, {_QUANTIZED}", make_dense, (None,)),
}

RULES: dict[type[Op], Rule] = {Dense: dense_rule, Reshape: reshape_rule, Permute: permute_rule}
