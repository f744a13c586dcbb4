"""A kernel that jax.lax is given by its shape, and what channels it reads."""

from collections.abc import Sequence
from typing import NamedTuple

from convcalc.dialects.jax.common import refuse
from convcalc.dialects.ruled import Rule, Settled
from convcalc.errors import CHANNELS, Malformed
from convcalc.ops.kinds import integer
from convcalc.ops.op import Op
from convcalc.shape import Shape, quote

LAYOUT = "dimension_numbers=None"


class Kernel(NamedTuple):
    """The shape of `rhs`."""

    window: tuple[int, ...]
    inward: int
    """Input channels of each group."""
    outward: int


def kernel_of(rhs: Sequence[int], numbers: object) -> Kernel:
    """The kernel as `dimension_numbers` lay it out, where they are given; else window, in, out. Raises `Malformed`."""
    sizes = tuple([integer(size, 1, "rhs") for size in rhs])
    if len(sizes) < 3:
        raise Malformed(f"must be the kernel's shape, its window, in and out, got {list(sizes)}", key="rhs")
    letters = _letters(numbers, len(sizes)) if numbers is not None else None
    if letters is None:
        return Kernel(sizes[:-2], sizes[-2], sizes[-1])
    by_letter = dict(zip(letters, sizes, strict=True))
    inward, outward = by_letter.pop("I"), by_letter.pop("O")
    return Kernel(tuple(by_letter.values()), inward, outward)


def _letters(numbers: object, dimensions: int) -> str:
    """The layout of the kernel, whose axes must stand in the order of the input's and the output's."""
    layouts = numbers if isinstance(numbers, list | tuple) else []
    words = [layout for layout in layouts if isinstance(layout, str) and len(set(layout)) == dimensions == len(layout)]
    orders = {
        word.translate(str.maketrans("", "", drop)) for word, drop in zip(words, ("NC", "IO", "NC"), strict=False)
    }
    if len(words) != 3 or len(orders) != 1 or len(orders.pop()) != dimensions - 2:
        what = f"must be the layouts of input, kernel and output with their axes in one order, got {quote(numbers)}"
        raise Malformed(what, key="dimension_numbers", hint="('NHWC', 'HWIO', 'NHWC') is such")
    return words[1]


def reads_kernel(name: str, kernel: Kernel, groups: int = 1) -> Rule:
    """The kernel is made for so many axes and channels."""

    def check(op: Op, shape: Shape, *others: Shape) -> Settled:
        rank = len(shape.size)
        if rank != len(kernel.window):
            what = f"{name} lhs and rhs must have the same number of dimensions"
            raise refuse(f"{what}, but got {rank + 2} of {shape} and its batch, and {len(kernel.window) + 2}", "rhs")
        channels = shape.channels
        if channels is None:
            return Settled(shape)
        if channels % groups:
            what = f"{name} feature_group_count must divide lhs feature dimension size"
            raise refuse(f"{what}, but {groups} does not divide {channels}", "feature_group_count", kind=CHANNELS)
        if channels != kernel.inward * groups:
            what = f"{name} lhs feature dimension size divided by feature_group_count must equal the rhs input feature"
            hint = f"an rhs with {channels // groups} input features reads it"
            raise refuse(
                f"{what} dimension size, but {channels} // {groups} != {kernel.inward}", "rhs", hint, kind=CHANNELS
            )
        return Settled(shape)

    return check
