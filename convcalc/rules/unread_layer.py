"""The rule for layers that nobody reads."""

from collections.abc import Iterator

from convcalc.rules.rule import Remark, warning
from convcalc.rules.survey import Survey


def _find(survey: Survey) -> Iterator[Remark]:
    for number in range(1, len(survey.ops)):
        if number not in survey.readers:
            yield Remark(number, "no layer reads it, and it is not the last", "read it, or leave it out")


RULE = warning(
    "CC304",
    "unread-layer",
    _find,
    what="A layer that is not the last is read by no other.",
    why="What it gives is computed and thrown away: often a skip whose join was forgotten. A network of several "
    "outputs has such layers, so the rule is off unless it is selected.",
    example="input 3@32x32 | a: conv 8 k3 p1 | b: conv 8 k1 from=in | relu",
    instead="input 3@32x32 | a: conv 8 k3 p1 | b: conv 8 k1 from=in | add a | relu",
    on=False,
)
