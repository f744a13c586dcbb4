"""The rule for uneven padding that another framework places elsewhere."""

from collections.abc import Iterator

from convcalc.comparison import SAME, compare
from convcalc.ops.windowed import uneven_note
from convcalc.rules.rule import Remark, warning
from convcalc.rules.survey import Site, Survey


def _find(survey: Survey) -> Iterator[Remark]:
    if survey.framework is not None:
        return  # the one framework that it is for places it as it does
    told: dict[object, list[str]] = {}
    for site in survey.sites:
        note = uneven_note([_sides(window) for window in site.windows], site.op.padding_word)
        if note is None:
            continue
        asked = site.op, site.shape
        if asked not in told:
            told[asked] = _elsewhere(site)
        if others := told[asked]:
            what = f"{note.text}; {' and '.join(others)} can't say it by the word"
            yield Remark(site.number, what, "write the padding in numbers, or state the framework", "padding")


def _sides(window: object) -> tuple[int, int]:
    sides = getattr(window, "padding", None)
    return sides if isinstance(sides, tuple) else (0, 0)


def _elsewhere(site: Site) -> list[str]:
    """The frameworks that do not pad so when they are asked the same."""
    return [answer.framework for answer in compare(site.op, site.shape).answers if answer.verdict != SAME]


RULE = warning(
    "CC205",
    "uneven-padding",
    _find,
    what="A padding word comes to one cell more on one side, and not every framework places it there.",
    why="Trained weights that are carried to a framework that pads evenly, as PyTorch does where it strides, see "
    "everything shifted by a cell. Found in networks that state no framework: one that does is padded as that pads.",
    source="TensorFlow's SAME against PyTorch's padding in numbers",
    example="input 3@32x32 | conv 8 k3 s2 same",
    instead="input 3@32x32 | conv 8 k3 s2 p1",
)
