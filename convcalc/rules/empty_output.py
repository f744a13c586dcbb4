"""The rule for layers of which nothing would come out."""

from convcalc.errors import EMPTY
from convcalc.rules.rule import error, failing

RULE = error(
    "CC102",
    "empty-output",
    failing(EMPTY, nearby=True),
    what="A layer takes away all cells that there are: by padding, by cropping or by a scale.",
    why="A size below 1 is no size; some frameworks refuse it at once, others hand on an empty tensor that fails far "
    "away.",
    example="input 8@1x1 | tconv 4 k2 p1",
    instead="input 8@1x1 | tconv 4 k4 p1",
)
