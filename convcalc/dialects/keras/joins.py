"""keras.layers' Add, Subtract, Multiply, Average, Maximum, Minimum, which broadcast, and Concatenate."""

from collections.abc import Sequence
from typing import Any

from convcalc.dialects.dialect import Made
from convcalc.dialects.keras.common import Dims, dims_of, place_of, refuse, shape_of, show_dims, spelled
from convcalc.dialects.ruled import Rule, Settled
from convcalc.dialects.signature import Rank
from convcalc.errors import JOIN
from convcalc.ops.joins import Add, Concat, Join, Multiply
from convcalc.ops.op import Op
from convcalc.shape import Shape, agree


class _Several:
    """A join as a class is made: with what, is told by what it is called on."""

    def check(self) -> None:
        """Nothing is said until it is called."""


class _Add(_Several, Add):
    """The sum, or what else is made of cells at the same place."""


class _Multiply(_Several, Multiply):
    """The product."""


class _Concat(_Several, Concat):
    """One after the other."""


def broadcast_rule(op: Join, shape: Shape, *others: Shape) -> Settled:
    """Counted from the last dimension, equal ones or 1, which is told as often as the other."""
    if not others:
        raise _lonely(shape)
    dims = dims_of(shape)
    for other in others:
        dims = _broadcast(dims, dims_of(other), op, [shape, *others])
    return Settled(shape_of(dims))


def _lonely(shape: Shape) -> Exception:
    return refuse(
        f"a merge layer should be called on a list of inputs, received: input_shape={show_dims(shape)}",
        "names",
        "name the layers that it joins with",
    )


def _broadcast(one: Dims, other: Dims, op: Join, shapes: Sequence[Shape]) -> Dims:
    rank = max(len(one), len(other))
    pairs = zip((1,) * (rank - len(one)) + one, (1,) * (rank - len(other)) + other, strict=True)
    return tuple([_common(left, right, op, shapes) for left, right in pairs])


def _common(left: int | None, right: int | None, op: Join, shapes: Sequence[Shape]) -> int | None:
    """The dimension of both; one that is not known is taken for the other's, unless that is 1."""
    if left == 1 or right == 1:
        return right if left == 1 else left
    if None in (left, right) or left == right:
        return right if left is None else left
    what = f"inputs have incompatible shapes, received shapes {' and '.join(_told(op, shapes))}"
    raise refuse(what, None, "dimensions must be equal, or 1", kind=JOIN)


def _told(op: Join, shapes: Sequence[Shape]) -> list[str]:
    """Each shape, with the name of the layer that it comes from."""
    names = ["", *[f" ({name})" for name in op.names]]
    return [f"{shape}{name}" for shape, name in zip(shapes, names, strict=True)]


def concat_rule(axis: int) -> Rule:
    """Along an axis of the tensor, on dimensions that are otherwise equal."""

    def rule(op: Join, shape: Shape, *others: Shape) -> Settled:
        if not others:
            raise _lonely(shape)
        place = place_of(axis, shape) - 1
        all_dims = [dims_of(one) for one in (shape, *others)]
        if not _match(all_dims, place):
            told = " and ".join(_told(op, [shape, *others]))
            what = f"Concatenate requires inputs with matching shapes except for the concatenation axis {axis}"
            raise refuse(f"{what}, received {told}", None, "all branches must agree in the others")
        return Settled(shape_of([_joined(each, at == place) for at, each in enumerate(zip(*all_dims, strict=True))]))

    return rule


def _match(all_dims: Sequence[Dims], place: int) -> bool:
    """As many dimensions, and equal ones where they are not joined."""
    if len({len(dims) for dims in all_dims}) > 1:
        return False
    columns = enumerate(zip(*all_dims, strict=True))
    return all(at == place or agree([cells for cells in column if cells is not None]) for at, column in columns)


def _joined(column: Sequence[int | None], along: bool) -> int | None:  # noqa: FBT001 - a yes or no to one question
    known = [cells for cells in column if cells is not None]
    if along:
        return sum(known) if len(known) == len(column) else None
    return known[0] if known else None


def make_merge(kind: type[Join]) -> Any:
    """A maker of joins that broadcast."""
    return lambda given, _rank: Made(kind(names=given.names), broadcast_rule)


def make_subtract(given: Any, _rank: Rank) -> Made:
    """Subtract: exactly two."""

    def rule(op: Join, shape: Shape, *others: Shape) -> Settled:
        if len(others) > 1:
            what = f"a `Subtract` layer should be called on exactly 2 inputs, received {len(others) + 1}"
            raise refuse(what, "names", "Subtract one after the other")
        return broadcast_rule(op, shape, *others)

    return Made(_Add(names=given.names), rule)


def make_concat(given: Any, _rank: Rank) -> Made:
    """Concatenate."""
    return Made(_Concat(names=given.names), concat_rule(given.axis))


_NAMES = "*, names: Names = ()"

LAYERS = {
    **spelled("Add Average Maximum Minimum", _NAMES, make_merge(_Add), (None,)),
    **spelled("Multiply", _NAMES, make_merge(_Multiply), (None,)),
    **spelled("Subtract", _NAMES, make_subtract, (None,)),
    **spelled("Concatenate", f"axis: Int = -1, {_NAMES}", make_concat, (None,)),
}

RULES: dict[type[Op], Rule] = {Add: broadcast_rule, Multiply: broadcast_rule, Concat: concat_rule(-1)}
