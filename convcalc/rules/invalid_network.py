"""The rule for documents that are no network, or whose layers say what can't be."""

from convcalc.rules.rule import error, failing

RULE = error(
    "CC003",
    "invalid-network",
    failing(""),
    what="A key, a layer or a value is none that a network has: an unknown op, a kernel of 0, three axes on a size "
    "that has two.",
    why="The layer can't be understood; the others are checked all the same. The exit code is 2, whatever else was "
    "found.",
    example="input 3@32x32 | covn 8 k3",
    instead="input 3@32x32 | conv 8 k3",
)
