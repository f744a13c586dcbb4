"""TensorFlow's broadcasting of native joins: sizes are compared from the last dimension, the channels, on."""

from collections.abc import Mapping, Sequence

from convcalc.dialects.dialect import Spelling
from convcalc.dialects.ruled import Rule, Settled
from convcalc.dialects.tf.common import refuse
from convcalc.errors import JOIN
from convcalc.ops.joins import Add, Join, Multiply
from convcalc.ops.op import Op
from convcalc.shape import Shape, agree


def broadcast_rule(op: Join, *shapes: Shape) -> Settled:
    """Dimensions are equal, or 1."""
    told = " and ".join(map(str, shapes))
    if len({len(shape.size) for shape in shapes}) > 1:
        what = f"incompatible shapes, {told}: the batch of one would meet an axis of another"
        raise refuse(what, None, "reshape the one with fewer axes, e.g. to 64@1x1")
    columns = zip(*[shape.size for shape in shapes], strict=True)
    channels = {shape.channels for shape in shapes} - {None}
    size = tuple([_common(sizes, told) for sizes in columns])
    return Settled(Shape(_common(tuple(channels), told) if channels else None, size))


def _common(sizes: Sequence[int | None], told: str) -> int:
    """The one size that is not 1."""
    others = [size for size in sizes if size not in (None, 1)]
    if not agree(others):
        raise refuse(
            f"incompatible shapes, {told}: dimensions must be equal or 1", None, "all branches must agree", kind=JOIN
        )
    return others[0] or 0 if others else 1


LAYERS: Mapping[str, Spelling] = {}

RULES: dict[type[Op], Rule] = {Add: broadcast_rule, Multiply: broadcast_rule}
