"""The rule for windows that see nothing but padding."""

from collections.abc import Iterator

from convcalc.rules.rule import Remark, warning
from convcalc.rules.survey import Survey
from convcalc.window import MAX_PERIOD, Sides, Window


def _find(survey: Survey) -> Iterator[Remark]:
    for site in survey.sites:
        for axis in site.direct:
            window, pads = axis.window, axis.window.pads(axis.cells)
            if _may_be_blind(window, pads, axis.cells) and (blind := blind_positions(window, axis.cells)):
                what = f"{blind} of {axis.output} positions{site.place(axis)} see only padding"
                help_ = f"the padding is {pads[0]}:{pads[1]}, the extent {window.extent}: pad less than the extent"
                yield Remark(site.number, what, help_, "padding")
                break


def _may_be_blind(window: Window, pads: Sides, cells: int) -> bool:
    """Not where the padding is below the extent and no tap can jump over all cells."""
    return max(pads) >= window.extent or (cells < window.dilation and window.kernel > 1)


def blind_positions(window: Window, cells: int) -> int:
    """Positions none of whose taps falls on one of the `cells` cells; past `MAX_PERIOD` only those at the ends.

    >>> blind_positions(Window(kernel=2, padding=(2, 3)), 5)
    3
    """
    output = window.output(cells)
    if output <= MAX_PERIOD and window.dilation > 1:
        return sum(not _sees(window, cells, position) for position in range(output))
    before = window.pads(cells)[0]
    leading = min(max(-((window.extent - 1 - before) // window.stride), 0), output)
    trailing = max(output - -(-(cells + before) // window.stride), 0)
    return min(leading + trailing, output)


def _sees(window: Window, cells: int, position: int) -> bool:
    start = position * window.stride - window.pads(cells)[0]
    first = max(-(start // window.dilation), 0)
    return first < window.kernel and start + first * window.dilation < cells


RULE = warning(
    "CC204",
    "padding-only-window",
    _find,
    what="The padding is so wide that some positions of the window see none of the input.",
    why="Those cells of the output are the same for every input, the bias or zero, and cost as much as the others; "
    "frameworks refuse such padding in pools.",
    example="input 3@32x32 | conv 8 k3 p3",
    instead="input 3@32x32 | conv 8 k3 p1",
)
