"""Native sums and products under JAX, which broadcast: an axis of 1 stands for any other."""

from convcalc.dialects.jax.common import refuse
from convcalc.dialects.ruled import Rule, Settled
from convcalc.errors import JOIN
from convcalc.ops.joins import Add, Join, Multiply
from convcalc.ops.op import Op
from convcalc.shape import Shape, agree


def broadcast_rule(op: Join, shape: Shape, *others: Shape) -> Settled:
    """Each dimension as in the one that has more than 1; batches stand before, so the number of axes is the same."""
    if any(len(other.size) != len(shape.size) for other in others):
        raise _incompatible(op, shape, *others)
    size = []
    for cells in zip(shape.size, *[other.size for other in others], strict=True):
        counts = [count for count in cells if count != 1]
        if not agree(counts):
            raise _incompatible(op, shape, *others)
        size.append(counts[0] if counts else 1)
    return Settled(Shape(_channels(op, shape, *others), tuple(size)))


def _channels(op: Join, *shapes: Shape) -> int | None:
    channels = {one.channels for one in shapes}
    known = channels - {1, None}
    if len(known) > 1:
        raise _incompatible(op, *shapes)
    if known:
        return known.pop()
    return None if None in channels else 1


def _incompatible(op: Join, *shapes: Shape) -> Exception:
    told = ", ".join(map(str, shapes))
    return refuse(
        f"{op.spelling} got incompatible shapes for broadcasting: {told}", None, "an axis is equal or 1", kind=JOIN
    )


RULES: dict[type[Op], Rule] = {Add: broadcast_rule, Multiply: broadcast_rule}
