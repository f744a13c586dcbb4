"""The rule for expectations that a network states and does not meet."""

from convcalc.errors import EXPECTED
from convcalc.rules.rule import error, failing

RULE = error(
    "CC107",
    "broken-expectation",
    failing(EXPECTED),
    what="What comes out of a layer, or of the network, is not what the file says that it expects.",
    why="An expectation is a test that stands beside the layer: what it protects, such as weights to be loaded or code "
    "that reads the output, would break.",
    example="input 3@32x32 | expect 8@32x32 | conv 8 k3",
    instead="input 3@32x32 | expect 8@32x32 | conv 8 k3 p1",
)
