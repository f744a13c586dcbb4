"""The rule for reshapes and dense layers that are for another number of features."""

from convcalc.errors import FEATURES
from convcalc.rules.rule import error, failing

RULE = error(
    "CC105",
    "features-mismatch",
    failing(FEATURES),
    what="A reshape, or a dense layer, is for another number of features than there are.",
    why="The number of features follows from everything before it, the size of the input included, and has to be "
    "written down as a number.",
    example="input 1@28x28 | conv 8 k3 | flatten | reshape 8@28x28",
    instead="input 1@28x28 | conv 8 k3 | flatten | reshape 8@26x26",
)
