"""The rule for windows that are larger than their padded input."""

from convcalc.errors import FIT
from convcalc.rules.rule import error, failing

RULE = error(
    "CC101",
    "kernel-too-large",
    failing(FIT, nearby=True),
    what="A window is larger than its padded input, so that it fits nowhere.",
    why="Nothing can come out, and every framework refuses to run the layer. Often the input is smaller than the "
    "network was made for, or one pooling too many came before.",
    example="input 3@8x8 | conv 16 k3 s2 p1 | conv 16 k7",
    instead="input 3@8x8 | conv 16 k3 s2 p1 | conv 16 k7 p3",
)
