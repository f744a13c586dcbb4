"""The rule for transposed kernels that overlap unevenly."""

from collections.abc import Iterator

from convcalc.rules.rule import Remark, warning
from convcalc.rules.survey import Survey
from convcalc.window import TransposedWindow


def _find(survey: Survey) -> Iterator[Remark]:
    for site in survey.sites:
        for axis in site.transposed:
            window = axis.window
            if len(set(counts := overlaps(window, axis.cells))) > 1:
                told = f"its taps overlap {', '.join(map(str, counts))} times by turns{site.place(axis)}"
                what = f"kernel {window.kernel} does not spread evenly at stride {window.stride}: {told}"
                yield Remark(site.number, what, _help(window), "kernel")
                break


def overlaps(window: TransposedWindow, cells: int) -> tuple[int, ...]:
    """How many taps meet in each of `stride` neighbouring output cells.

    >>> overlaps(TransposedWindow(kernel=3, stride=2), 8), overlaps(TransposedWindow(kernel=4, stride=2), 8)
    ((2, 1), (2, 2))
    """
    taps = window.taps(cells) if window.stride > 1 and window.output(cells) > 1 else None
    return tuple([count for _, _, count in taps.phases]) if taps else ()


def _help(window: TransposedWindow) -> str:
    below = window.kernel // window.stride * window.stride
    sizes = [str(kernel) for kernel in (below, below + window.stride) if kernel]
    return f"a kernel of {' or '.join(sizes)} is a multiple of the stride; or upsample, then a convolution of stride 1"


RULE = warning(
    "CC203",
    "checkerboard",
    _find,
    what="A transposed kernel is not a multiple of its stride, so that neighbouring cells add up different numbers of "
    "taps.",
    why="The uneven overlap shows as a checkerboard in what is generated, and the network has to learn to undo it.",
    source="Odena, Dumoulin & Olah, Deconvolution and Checkerboard Artifacts, Distill 2016",
    example="input 64@8x8 | tconv 32 k3 s2 p1",
    instead="input 64@8x8 | tconv 32 k4 s2 p1",
)
