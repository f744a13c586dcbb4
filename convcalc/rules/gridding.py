"""The rule for stacked dilations with a common factor."""

from collections.abc import Iterator
from math import gcd
from typing import NamedTuple

from convcalc.rules.rule import Remark, warning
from convcalc.rules.survey import Site, Survey
from convcalc.window import Window


class _Grid(NamedTuple):
    """What a stack of windows of stride 1 reads of the layer that it starts from, on one axis."""

    step: int = 0
    """The greatest common divisor of the distances between the cells read; 0 where it is one cell."""
    dilations: tuple[int, ...] = ()
    last: int = 0
    """The last dilated layer of the stack."""


_Grids = tuple[_Grid, ...]


def _find(survey: Survey) -> Iterator[Remark]:
    if not any(axis.window.dilation > 1 for site in survey.sites for axis in site.direct):
        return
    found: dict[int, _Grid] = {}
    grids: list[_Grids] = [()]
    for number, layer in enumerate(survey.network.layers, 1):
        before = [grids[source] for source in layer.inputs]
        grids.append(_behind(survey, number, before))
        for grid in _ended(survey.site_of.get(number), before, grids[-1]):
            found.setdefault(grid.last, grid)
    for grid in grids[-1]:
        found.setdefault(grid.last, grid)
    for number, grid in sorted(found.items()):
        if grid.step > 1 and len(grid.dilations) > 1:
            told = ", ".join(map(str, grid.dilations))
            what = (
                f"the stacked dilations {told} have the common factor {grid.step}, so of {grid.step} cells one is read"
            )
            help_ = "dilations without a common factor, such as 1, 2, 3 or 1, 2, 5, read every cell"
            yield Remark(number, what, help_, "dilation")


def _behind(survey: Survey, number: int, before: list[_Grids]) -> _Grids:
    """The grids behind a layer: a stack goes on through windows of stride 1, joins and what reads one cell."""
    op, site = survey.native(number), survey.site_of.get(number)
    if op.joins:
        return _joined(before)
    if op.pointwise:
        return before[0]
    if site is None or not site.direct or any(axis.window.stride > 1 for axis in site.direct):
        return ()
    grids = before[0] or (_Grid(),) * len(site.windows)
    windows = [window for window in site.windows if isinstance(window, Window)]
    return tuple([_stacked(grid, window, number) for grid, window in zip(grids, windows, strict=True)])


def _stacked(grid: _Grid, window: Window, number: int) -> _Grid:
    if window.kernel == 1:
        return grid
    step = gcd(grid.step, window.dilation)
    return _Grid(step, (*grid.dilations, window.dilation), number) if step > 1 else _Grid(1)


def _joined(before: list[_Grids]) -> _Grids:
    """Several branches read what each of them reads; one that starts anew adds nothing."""
    known = [grids for grids in before if grids]
    if not known or len({len(grids) for grids in known}) > 1:
        return ()
    return tuple([_union(grids) for grids in zip(*known, strict=True)])


def _union(grids: tuple[_Grid, ...]) -> _Grid:
    longest = max(grids, key=lambda grid: len(grid.dilations))
    step = gcd(*[grid.step for grid in grids])
    return _Grid(1) if step == 1 else longest._replace(step=step)


def _ended(site: Site | None, before: list[_Grids], after: _Grids) -> Iterator[_Grid]:
    """The grids that end at a layer which does not go on with them, unless its window covers a whole step."""
    if after:
        return
    for grids in before:
        for axis, grid in enumerate(grids):
            window = site.windows[axis] if site and axis < len(site.windows) else None
            if not (isinstance(window, Window) and window.dilation == 1 and window.kernel >= grid.step):
                yield grid


RULE = warning(
    "CC206",
    "gridding",
    _find,
    what="Dilated windows are stacked whose dilations have a common factor, and no window between or around them fills "
    "the gaps.",
    why="A cell then reads only every second, or every fourth, cell of the stack's input, in a grid: neighbours that "
    "stand side by side know nothing of each other, and what is predicted shows the grid.",
    source="Wang et al., Understanding Convolution for Semantic Segmentation, WACV 2018 (arXiv 1702.08502)",
    example="input 3@64x64 | conv 8 k3 p2 d2 | conv 8 k3 p2 d2 | conv 8 k3 p4 d4",
    instead="input 3@64x64 | conv 8 k3 p1 d1 | conv 8 k3 p2 d2 | conv 8 k3 p5 d5",
)
