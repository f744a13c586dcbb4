"""Stacks of dilated convolutions that see so many cells: how many layers, and which dilations.

The dilations are 1, b, b^2, ..., so that L layers see `1 + (k - 1) (1 + b + ... + b^(L-1))` cells (van den Oord et al.,
WaveNet, arXiv 1609.03499; Bai, Kolter & Koltun, arXiv 1803.01271). Every cell of that field is read, without gridding
(Yu, Koltun & Funkhouser, arXiv 1705.09914), if and only if b is at most k.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from convcalc.errors import Impossible
from convcalc.ops.convolution import Conv
from convcalc.shape import Shape
from convcalc.solve.design import Design, run_design


class Stack(NamedTuple):
    """A stack of dilated convolutions that keeps the size."""

    kernel: int
    base: int
    dilations: tuple[int, ...]
    design: Design


def dilations_for(field: int, kernel: int, base: int) -> tuple[int, ...]:
    """The fewest dilations 1, b, b^2, ... with which kernels of that size see at least `field` cells.

    >>> dilations_for(1000, kernel=3, base=2)
    (1, 2, 4, 8, 16, 32, 64, 128, 256)
    """
    found = [1]
    while 1 + (kernel - 1) * sum(found) < field:
        found.append(found[-1] * base)
    return tuple(found)


def stacks(
    field: int,
    start: Shape,
    kernels: Sequence[int],
    bases: Sequence[int] = (2,),
    padding: str = "causal",
    layers: int | None = None,
    out: int | None = None,
) -> Iterator[Stack]:
    """A stack for each kernel and base, the fewest layers first, then the smallest kernels; each run before it is told.

    With `layers` those alone that reach the field in so many, and all of them used. `out` are the channels of the last
    layer. Raises `Impossible` where no base
    is free of gridding.
    """
    pairs = [(kernel, base) for kernel in kernels for base in bases if 1 < kernel >= base]
    if not pairs:
        what = "no kernel is as large as the base of the dilations, so cells between them would never be read"
        raise Impossible(what, hint="a kernel of at least the base, and of at least 2, reads all")
    chosen = [(dilations_for(field, kernel, base), kernel, base) for kernel, base in pairs]
    if layers is not None:
        chosen = [
            (tuple([base**layer for layer in range(layers)]), kernel, base)
            for fewest, kernel, base in chosen
            if len(fewest) <= layers
        ]
    for dilations, kernel, base in sorted(chosen, key=lambda one: (len(one[0]), one[1], one[2])):
        outs = [*[None] * (len(dilations) - 1), out]
        ops = [
            Conv(out=channels, kernel=kernel, dilation=dilation, padding=padding)
            for channels, dilation in zip(outs, dilations, strict=True)
        ]
        yield Stack(kernel, base, dilations, run_design(ops, start))
