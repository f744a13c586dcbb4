"""The rule for layers that are sound, and that the framework refuses by a rule of its own."""

from convcalc.errors import REFUSED
from convcalc.rules.rule import error, failing

RULE = error(
    "CC106",
    "framework-refuses",
    failing(REFUSED),
    what="The framework that the network is for refuses the layer, though the arithmetic is sound.",
    why="Frameworks have rules of their own: which paddings, output sizes and combinations of settings they take. The "
    "message is the framework's own.",
    example="framework torch | input 3@32x32 | pool k2 p2",
    instead="framework torch | input 3@32x32 | pool k2 p1",
)
