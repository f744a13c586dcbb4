"""The rule for cells at the far edge that a window never reaches."""

from collections.abc import Iterator

from convcalc.ops.windowed import unread_notes
from convcalc.rules.elsewhere import read_elsewhere
from convcalc.rules.rule import Remark, warning
from convcalc.rules.survey import Site, Survey
from convcalc.window import Window


def _find(survey: Survey) -> Iterator[Remark]:
    for site in survey.sites:
        if not _reads_all(site) and not read_elsewhere(survey, site, _reads_all):
            windows = [window for window in site.windows if isinstance(window, Window)]
            sides = [window.unread(cells) for window, cells in zip(windows, site.shape.size, strict=True)]
            notes = [note.text for note in unread_notes(sides, "never read") if note]
            yield Remark(site.number, "; ".join(notes), _help(site), "stride")


def _reads_all(site: Site) -> bool:
    return not any(_leaves(axis.window, axis.cells, axis.output) for axis in site.direct)


def _leaves(window: Window, cells: int, output: int) -> bool:
    """Whether `unread` would tell of a cell: asked of every layer, so it must cost little."""
    before = window.pads(cells)[0]
    return before < 0 or (output - 1) * window.stride + window.dilation * (window.kernel - 1) + 1 - before < cells


def _help(site: Site) -> str | None:
    """The sizes around this one that leave nothing, and the padding that takes the rest in."""
    _, window, cells, _ = max(site.direct, key=lambda axis: axis.window.unread(axis.cells)[1])
    leading, trailing = window.unread(cells)
    if leading or not trailing or window.ceil:
        return None
    missing = window.stride - _left_over(window, cells)
    return f"{cells - trailing} or {cells + missing} cells leave none, and so does a padding after of {missing} more"


def _left_over(window: Window, cells: int) -> int:
    return (cells + sum(window.pads(cells)) - window.extent) % window.stride


RULE = warning(
    "CC201",
    "unread-cells",
    _find,
    what="The last cells of an axis are never read: the window's steps end before them, and no other layer reads them.",
    why="What stands at the edge is lost without a word, the size does not come back on the way up, and weights learn "
    "from a picture that is cut on two sides only.",
    source="Dumoulin & Visin, arXiv 1603.07285, relationship 6",
    example="input 3@32x32 | conv 8 k3 s2",
    instead="input 3@32x32 | conv 8 k3 s2 p1",
)
