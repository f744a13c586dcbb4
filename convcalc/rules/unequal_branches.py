"""The rule for joins of branches that differ."""

from convcalc.errors import JOIN
from convcalc.rules.rule import error, failing

RULE = error(
    "CC104",
    "unequal-branches",
    failing(JOIN, nearby=True),
    what="The branches that a join puts together differ in size, or in channels where they are added.",
    why="A size that halves unevenly on the way down does not come back on the way up, so that skips meet what they do "
    "not fit: the stated input is none that the network takes.",
    example="input 1@30x30 | a: pool k2 | pool k2 | upsample x2 | add a",
    instead="input 1@32x32 | a: pool k2 | pool k2 | upsample x2 | add a",
)
