"""The rule for channels, and groups of them, that do not fit."""

from convcalc.errors import CHANNELS, UNKNOWN
from convcalc.rules.rule import error, failing

RULE = error(
    "CC103",
    "channels-mismatch",
    failing(CHANNELS, UNKNOWN),
    what="A layer reads another number of channels than there are, or its groups do not divide them.",
    why="The weights of the layer have a shape that follows from its channels and groups; with others they can't be "
    "applied.",
    example="input 3@32x32 | conv 10 k3 | conv 16 k3 g4",
    instead="input 3@32x32 | conv 12 k3 | conv 16 k3 g4",
)
