"""Reshape, Flatten and Gemm, which count dimensions, the batch being 0 and 1 long."""

from math import prod
from typing import Any

from convcalc.dialects.dialect import Made
from convcalc.dialects.onnx.common import Operator, dimensions_of, reads_channels, refuse, shape_of, since
from convcalc.dialects.ruled import Rule, Settled, first, refusing
from convcalc.dialects.signature import Rank
from convcalc.errors import Malformed
from convcalc.ops.dense import Dense
from convcalc.ops.op import Op
from convcalc.ops.rearranging import Flatten, Reshape, known_channels
from convcalc.shape import Shape


def _known(op: Op, shape: Shape) -> list[int]:
    return [1, known_channels(op, shape), *shape.size]


def make_reshape(given: Any, _rank: Rank) -> Made:
    """Reshape: 0 keeps a dimension (unless allowzero), -1 is what is left."""
    target = given.shape

    def rule(op: Op, shape: Shape) -> Settled:
        before = _known(op, shape)
        if not given.allowzero and any(number == 0 for number in target[len(before) :]):
            raise refuse(f"invalid position of 0: {list(target)} is longer than {shape} and its batch", "shape")
        kept = [before[at] if number == 0 and not given.allowzero else number for at, number in enumerate(target)]
        total, known = prod(before), prod(number for number in kept if number != -1)
        if -1 in kept and known == 0:
            raise refuse("invalid target shape product of 0. Product cannot be 0 in combination with -1", "shape")
        if total % known if -1 in kept else total != known:
            what = f"input shape: {shape}, requested shape: {list(target)}"
            raise refuse(f"the input tensor cannot be reshaped to the requested shape: {what}", "shape")
        after = [total // known if number == -1 else number for number in kept]
        if len(after) < 2:
            raise refuse(f"the batch is not written, shape={list(target)} would lay it into the numbers", "shape")
        return Settled(shape_of(after))

    if min(target, default=0) < -1 or target.count(-1) > 1:
        what = "target shape may not have multiple -1 dimensions, nor any below"
        return Made(Reshape(target=-1), refusing(refuse(f"{what}, got {list(target)}", "shape")))
    return Made(Reshape(target=-1), rule)


def make_flatten(given: Any, _rank: Rank) -> Made:
    """Flatten: the dimensions before `axis` become one, and those from it on another."""
    axis = given.axis

    def rule(op: Op, shape: Shape) -> Settled:
        dimensions = _known(op, shape)
        rank = len(dimensions)
        if not (-rank if given.opset >= 11 else 0) <= axis <= rank:
            raise refuse(f"invalid value({axis}) for attribute 'axis', the input {shape} has rank {rank}", "axis")
        at = axis + rank if axis < 0 else axis
        return Settled(shape_of([prod(dimensions[:at]), prod(dimensions[at:])]))

    return Made(Flatten(), rule)


def gemm_rule(op: Dense, shape: Shape) -> Settled:
    """A Gemm reads vectors alone."""
    if shape.size:
        what = f"input 0 expected to have rank 2 but has rank {len(shape.size) + 2}: {shape} and its batch"
        raise refuse(what, None, "a Flatten before it makes a vector, a MatMul maps the last axis")
    return Settled(Shape(op.out))


def make_gemm(given: Any, _rank: Rank) -> Made:
    """Gemm; B is given by its shape, C by `bias`."""
    if len(given.B) != 2:
        raise Malformed(f"must be rows and columns, got {list(given.B)}", key="B")
    inputs, outputs = given.B[::-1] if given.transB else given.B
    op = Dense(out=outputs, bias=given.bias)
    if given.opset < 11 and not given.bias:
        return Made(op, refusing(refuse("Gemm takes 3 inputs, C too, until opset 10", "bias", "bias=True works")))
    if given.transA:
        return Made(op, _transposed(inputs))
    return Made(op, first([gemm_rule, reads_channels(inputs, "B", "dimension mismatch in unification"), gemm_rule]))


def _transposed(inputs: int) -> Rule:
    """With transA the batch is what is multiplied, and the features become the batch."""

    def rule(op: Dense, shape: Shape) -> Settled:
        gemm_rule(op, shape)
        if inputs != 1:
            raise refuse(f"dimension mismatch in unification between {inputs} and the batch, 1", "transA")
        return Settled(shape_of([*dimensions_of(shape)[1:], op.out]))

    return rule


OPERATORS = {
    "Reshape": Operator("shape: List, allowzero: Int = None", make_reshape, since(5), {"allowzero": since(14)}),
    "Flatten": Operator("axis: Int = 1", make_flatten),
    "Gemm": Operator("B: Counts, bias: Bool = False, alpha=1.0, beta=1.0, transA: Int = 0, transB: Int = 0", make_gemm),
}


def rules(_opset: int) -> dict[type[Op], Rule]:
    """Those of native ops."""
    return {Dense: gemm_rule}
