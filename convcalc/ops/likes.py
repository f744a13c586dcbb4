"""Taking the size of another layer: the knob, the size, and which op can bring one size to another."""

from collections.abc import Sequence

from convcalc.errors import AXES, Impossible
from convcalc.ops.op import knob
from convcalc.ops.references import Name
from convcalc.shape import Shape

LIKE = knob(Name(), "take the size of this layer", default=None)


def size_like(shape: Shape, like: Shape) -> tuple[int, ...]:
    """The size of `like`, which must have as many axes as `shape`."""
    if len(like.size) != len(shape.size):
        raise Impossible(
            f"{like} has {len(like.size)} axes, the input {shape} has {len(shape.size)}", key="like", kind=AXES
        )
    return like.size


def resizing(size: Sequence[int], target: Sequence[int]) -> str:
    """The op that brings one size to another: padding a single cell would change what it says.

    >>> resizing((57, 57), (56, 56)), resizing((1, 1), (56, 56)), resizing((3, 9), (9, 3))
    ('crop', 'upsample', 'upsample')
    """
    pairs = list(zip(size, target, strict=True))
    if not all(type(cells) is int for pair in pairs for cells in pair):
        return "upsample"  # sizes that stand for many have no order
    if all(cells >= wanted for cells, wanted in pairs):
        return "crop"
    grows = all(cells <= wanted for cells, wanted in pairs) and max(size) > 1
    return "pad" if grows else "upsample"
