"""Add and its like, which broadcast as numpy does, the batch being 1; Concat along any axis."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from convcalc.dialects.dialect import Made
from convcalc.dialects.onnx.common import Maker, Operator, dimensions_of, refuse, shape_of, since
from convcalc.dialects.ruled import Rule, Settled, refusing
from convcalc.dialects.signature import Rank
from convcalc.errors import JOIN, Impossible
from convcalc.ops.joins import Add, Concat, Join, Multiply
from convcalc.ops.op import Op
from convcalc.ops.pointwise import Identity
from convcalc.shape import Shape, agree

Dimensions = Sequence[int | None]
"""Batch, channels and axes; None for channels that are not known."""


def broadcast(one: Dimensions, other: Dimensions) -> list[int | None]:
    """Dimensions from the last one on: equal, or one of them 1. Raises `Impossible`."""
    pairs = zip_longest(reversed(one), reversed(other), fillvalue=1)
    return [_common(mine, theirs) for mine, theirs in pairs][::-1]


def _common(mine: int | None, theirs: int | None) -> int | None:
    if mine is None or theirs is None:
        known = theirs if mine is None else mine
        return None if known == 1 else known
    if mine != theirs and 1 not in (mine, theirs):
        raise refuse(f"incompatible dimensions: {mine} and {theirs}")
    return theirs if mine == 1 else mine


def elementwise(op: Op, shape: Shape, *others: Shape) -> Settled:
    """All of them broadcast to one shape."""
    dimensions = dimensions_of(shape)
    try:
        for other in others:
            dimensions = broadcast(dimensions, dimensions_of(other))
    except Impossible as error:
        raise Impossible(error.what, hint=_advice(op, shape, *others)) from None
    return Settled(shape_of(dimensions))


def _advice(op: Op, shape: Shape, *others: Shape) -> str:
    """What makes the branches equal."""
    try:
        op.output(shape, *others)
    except Impossible as error:
        return error.reason
    raise AssertionError("equal shapes broadcast")


def equal(op: Op, shape: Shape, *others: Shape) -> Settled:
    """Before they broadcast, all had the same shape."""
    if any(other != shape for other in others):
        raise refuse("inputs must have the same shape until opset 7")
    return Settled(shape)


def make_pair(kind: type[Join]) -> Maker:
    """A maker of joins of two."""

    def make(given: Any, _rank: Rank) -> Made:
        names = given.names or ()
        if len(names) != 1:
            what = f"2 inputs are expected, got {len(names) + 1}"
            return Made(Identity(), refusing(refuse(what, "names", "one after the other joins more, and Sum does")))
        return Made(kind(names=names), elementwise)

    return make


def make_several(given: Any, _rank: Rank) -> Made:
    """Sum, Max, Min and Mean of any number."""
    return Made(Add(names=given.names) if given.names else Identity(), elementwise if given.opset >= 8 else equal)


def along(axis: int) -> Rule:
    """The sum of one dimension, where all others are equal."""

    def rule(op: Op, shape: Shape, *others: Shape) -> Settled:
        branches = [dimensions_of(one) for one in (shape, *others)]
        rank = len(branches[0])
        if not -rank <= axis < rank:
            raise refuse(f"axis must be in [-rank, rank-1], got {axis} for rank {rank}", "axis")
        if any(len(one) != rank for one in branches):
            raise refuse("all inputs to Concat must have same rank", None, _advice(op, shape, *others))
        columns = list(zip(*branches, strict=True))
        return Settled(shape_of([_joined(column, summed=at == axis % rank) for at, column in enumerate(columns)]))

    return rule


def _joined(lengths: Dimensions, *, summed: bool) -> int | None:
    """One dimension of all branches, as it comes out."""
    known = [length for length in lengths if length is not None]
    if summed:
        return sum(known) if len(known) == len(lengths) else None
    if not agree(known):
        raise refuse(f"can't merge dimensions that differ: {', '.join(map(str, known))}")
    return known[0] if known else None


def concat_rule(op: Concat, shape: Shape, *others: Shape) -> Settled:
    """A native concat, along the channels."""
    try:
        return Settled(op.output(shape, *others))
    except Impossible as error:
        raise refuse(
            f"all dimensions but the channels must be equal: {error.what}", None, error.hint, kind=JOIN
        ) from None


def make_concat(given: Any, _rank: Rank) -> Made:
    """Concat, of one input too; `axis` counts the batch."""
    return Made(Concat(names=given.names) if given.names else Identity(), along(given.axis))


def _pairs(kinds: Mapping[str, type[Join]]) -> dict[str, Operator]:
    return {name: Operator("names: Names = None", make_pair(kind), since(7)) for name, kind in kinds.items()}


OPERATORS = {
    **_pairs({"Add": Add, "Sub": Add, "Mul": Multiply, "Div": Multiply}),
    **{name: Operator("names: Names = None", make_several, since(6)) for name in ("Sum", "Max", "Min", "Mean")},
    "Concat": Operator("axis: Int, names: Names = None", make_concat, since(4)),
}


def rules(_opset: int) -> dict[type[Op], Rule]:
    """Those of native ops."""
    return {Add: elementwise, Multiply: elementwise, Concat: concat_rule}
