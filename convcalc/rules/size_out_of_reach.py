"""The rule for sizes that are asked for and can't be reached from those that there are."""

from convcalc.errors import REACH
from convcalc.rules.rule import error, failing

RULE = error(
    "CC108",
    "size-out-of-reach",
    failing(REACH, nearby=True),
    what="A layer is asked for a size that it can't give: an output size, the size of another layer, a factor that "
    "does not divide.",
    why="Of the sizes that one window maps to the same output only those can be told apart by an output padding; "
    "cropping can't grow, padding can't shrink.",
    example="input 8@7x7 | tconv 4 k4 s2 p1 output_size=16x16",
    instead="input 8@7x7 | tconv 4 k4 s2 p1 output_size=14x14",
)
