"""flax.linen's Dense, norms, activations and Dropout. A layer over the last dimension is one over the channels."""

from collections.abc import Callable
from math import prod
from typing import Any

from convcalc.dialects.dialect import Made, Spelling
from convcalc.dialects.jax.common import refuse
from convcalc.dialects.ruled import Rule, Settled, native, refusing
from convcalc.dialects.signature import Rank, Signature
from convcalc.divisors import nearest_divisors, told_divisors
from convcalc.errors import CHANNELS, Impossible
from convcalc.ops.convolution import Conv
from convcalc.ops.dense import Dense
from convcalc.ops.kinds import integer
from convcalc.ops.op import Op, Weights
from convcalc.ops.pointwise import GroupNorm, Identity, LayerNorm, PReLU
from convcalc.ops.registry import BY_NAME
from convcalc.shape import Shape

_TYPES = "dtype=None, param_dtype='float32'"
_LEARNED = "use_bias: Bool = True, use_scale: Bool = True, bias_init=None, scale_init=None"
_ACROSS = (
    "axis_name=None, axis_index_groups=None, use_fast_variance=True, force_float32_reductions=True, "
    "parent=None, name=None"
)


def dense_rule(op: Dense, shape: Shape) -> Settled:
    """A matrix over the channels of every cell, as a convolution with a kernel of 1 is."""
    output = Shape(op.out, shape.size)
    if not shape.size:
        return Settled(output)
    told = Conv(out=op.out, kernel=1, bias=op.bias)
    return Settled(output, told.windows(shape), op=told)


def make_dense(given: Any, _rank: Rank) -> Made:
    """flax.Dense."""
    return Made(Dense(out=given.features, bias=given.use_bias), dense_rule)


class _Scaled(LayerNorm):
    """A norm with so many learned numbers for each place along some dimensions."""

    each: int
    along: tuple[int, ...]

    def __init__(self, each: int, along: tuple[int, ...]) -> None:
        super().__init__()
        self.__dict__.update(each=each, along=along)

    def weights(self, shape: Shape) -> Weights | None:
        """As many for each place."""
        counts = [_dimensions(shape)[place] for place in self.along]
        known = [count for count in counts if count is not None]
        return Weights(self.each * prod(known)) if len(known) == len(counts) else None


def _dimensions(shape: Shape) -> tuple[int | None, ...]:
    """As Flax has them: the batch, which is not known here, the axes, the channels."""
    return (None, *shape.size, shape.channels)


def check_axes(axes: tuple[int, ...], shape: Shape, key: str) -> None:
    """The dimensions of an array are counted with its batch."""
    dimensions = len(shape.size) + 2
    for axis in axes:
        if not -dimensions <= axis < dimensions:
            raise refuse(
                f"axis {axis} is out of bounds for array of dimension {dimensions}, {shape} and its batch", key
            )


def _within(**keys: tuple[int, ...]) -> Rule:
    """The shape as it came, where the axes are among its own."""

    def rule(op: Op, shape: Shape) -> Settled:
        for key, axes in keys.items():
            check_axes(axes, shape, key)
        return Settled(shape)

    return rule


class _Statistics(_Scaled):
    """A norm that keeps a mean and a variance, too."""

    def weights(self, shape: Shape) -> Weights | None:
        """Two running statistics for each place, apart from the params."""
        learned, kept = super().weights(shape), _Scaled(2, self.along).weights(shape)
        return learned and kept and Weights(learned.trainable, kept.trainable)


def _learned(given: Any) -> int:
    return int(getattr(given, "use_bias", False)) + int(given.use_scale)


def make_batchnorm(given: Any, _rank: Rank) -> Made:
    """flax.BatchNorm over one dimension."""
    return Made(_Statistics(_learned(given), (given.axis,)), _within(axis=(given.axis,)))


def make_norm(given: Any, _rank: Rank) -> Made:
    """flax.LayerNorm, RMSNorm and InstanceNorm, which learn along `feature_axes`."""
    reduced = getattr(given, "reduction_axes", ())
    rule = _within(feature_axes=given.feature_axes, reduction_axes=reduced)
    return Made(_Scaled(_learned(given), given.feature_axes), rule)


def make_groupnorm(given: Any, _rank: Rank) -> Made:
    """flax.GroupNorm: by the number of groups, or by their size with `num_groups=None`."""
    size = given.group_size
    groups = None if given.num_groups is None else integer(given.num_groups, 1, "num_groups")
    op = _Scaled(_learned(given), (-1,))
    if (groups is None) == (size is None):
        what = "either num_groups or group_size should be specified"
        return Made(op, refusing(refuse(what, "group_size", "num_groups=None overrides the default of 32")))
    axes = given.reduction_axes

    def rule(op: Op, shape: Shape) -> Settled:
        if axes is not None:
            check_axes(axes, shape, "reduction_axes")
            if axes[-1] % (len(shape.size) + 2) != len(shape.size) + 1:
                raise refuse("the reduction axes must include the final dimension, as the last", "reduction_axes")
        if size is not None and (shape.channels or 0) % size:
            what = f"number of channels ({shape.channels}) is not multiple of the group size ({size})"
            raise refuse(what, "group_size", kind=CHANNELS)
        if groups is not None:
            check_divides(groups, shape.channels, "num_groups")
        return Settled(shape)

    return Made(op, rule)


def check_divides(groups: int, channels: int | None, key: str) -> None:
    """Each group has as many channels."""
    if channels is not None and channels % groups:
        near = nearest_divisors(groups, channels)
        what = f"number of groups ({groups}) does not divide the number of channels ({channels})"
        raise refuse(what, key, f"{told_divisors(near)} {channels}" if near else None, kind=CHANNELS)


def groups_rule(op: GroupNorm, shape: Shape) -> Settled:
    """The number of groups divides the channels."""
    check_divides(op.groups, shape.channels, "groups")
    return Settled(shape)


def make_glu(given: Any, _rank: Rank) -> Made:
    """flax.glu: one half of a dimension gates the other."""

    def rule(op: Op, shape: Shape) -> Settled:
        check_axes((given.axis,), shape, "axis")
        dimensions = [*_dimensions(shape)]
        if not given.axis % len(dimensions):
            raise Impossible("the batch is not written, and can't be halved", key="axis")
        halved = dimensions[given.axis]
        if halved is not None and halved % 2:
            raise refuse(f"axis size must be divisible by 2, got {halved}", "axis")
        dimensions[given.axis] = None if halved is None else halved // 2
        _, *size, channels = dimensions
        return Settled(Shape(channels, tuple([cells for cells in size if cells is not None])))

    return Made(_Gate(), rule)


class _Gate(Identity):
    """Half of the cells, each from its own place."""

    pointwise = False


def kept(op: type[Op]) -> Callable[[Any, Rank], Made]:
    """A maker of a layer that keeps any shape."""
    return lambda _given, _rank: Made(op(), native)


def along(op: type[Op]) -> Callable[[Any, Rank], Made]:
    """A maker of a function along dimensions, which there must be."""
    return lambda given, _rank: Made(op(), _within(axis=given.axis))


_NATIVE = {"leaky_relu": "leakyrelu", "soft_sign": "softsign", "hard_tanh": "hardtanh", "log_softmax": "logsoftmax"}
_NATIVE |= {"hard_sigmoid": "hardsigmoid", "hard_swish": "hardswish", "hard_silu": "hardswish"}
_ALONG = "axis: Ints = -1, where=None"
_MOMENTS = "axis: Ints = -1, mean=None, variance=None, epsilon=1e-05, where=None, *, algorithm='fast'"

_FUNCTIONS = {
    **dict.fromkeys(["relu", "relu6", "selu", "silu", "swish", "sigmoid", "log_sigmoid", "tanh", "softplus"], ""),
    **dict.fromkeys(["soft_sign", "hard_tanh", "hard_sigmoid", "hard_swish", "hard_silu"], ""),
    **dict.fromkeys(["elu", "celu"], "alpha=1.0"),
    "gelu": "approximate=True",
    "leaky_relu": "negative_slope=0.01",
}


def _native(name: str) -> type[Op]:
    return BY_NAME.get(_NATIVE.get(name, name), Identity)


def _norm(arguments: str, make: Any) -> Spelling:
    return Spelling(Signature(f"{arguments}, {_ACROSS}"), make)


ACTIVATIONS = {
    **{name: Spelling(Signature(text), kept(_native(name))) for name, text in _FUNCTIONS.items()},
    **{name: Spelling(Signature(_ALONG), along(_native(name))) for name in ("softmax", "log_softmax")},
    **{name: Spelling(Signature(_MOMENTS), along(Identity)) for name in ("standardize", "normalize")},
    "glu": Spelling(Signature("axis: Int = -1"), make_glu),
}

FLAX = {
    "Dense": Spelling(
        Signature(
            f"features: Count, use_bias: Bool = True, {_TYPES}, precision=None, kernel_init=None, bias_init=None, "
            "promote_dtype=None, dot_general=None, dot_general_cls=None, parent=None, name=None"
        ),
        make_dense,
    ),
    "BatchNorm": _norm(
        f"use_running_average=None, axis: Int = -1, momentum=0.99, epsilon=1e-05, {_TYPES}, {_LEARNED}", make_batchnorm
    ),
    "LayerNorm": _norm(
        f"epsilon=1e-06, {_TYPES}, {_LEARNED}, reduction_axes: Ints = -1, feature_axes: Ints = -1", make_norm
    ),
    "RMSNorm": _norm(
        f"epsilon=1e-06, {_TYPES}, use_scale: Bool = True, scale_init=None, "
        "reduction_axes: Ints = -1, feature_axes: Ints = -1",
        make_norm,
    ),
    "InstanceNorm": _norm(f"epsilon=1e-06, {_TYPES}, {_LEARNED}, feature_axes: Ints = -1", make_norm),
    "GroupNorm": _norm(
        f"num_groups=32, group_size: Count = None, epsilon=1e-06, {_TYPES}, {_LEARNED}, reduction_axes: Ints = None",
        make_groupnorm,
    ),
    "PReLU": Spelling(
        Signature("param_dtype='float32', negative_slope_init=0.01, parent=None, name=None"), kept(PReLU)
    ),
    "Dropout": Spelling(
        Signature("rate, broadcast_dims=(), deterministic=None, rng_collection='dropout', parent=None, name=None"),
        kept(BY_NAME["dropout"]),
    ),
}

RULES: dict[type[Op], Rule] = {Dense: dense_rule, GroupNorm: groups_rule}
