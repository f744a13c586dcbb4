"""The rule for networks that do not say what goes in."""

from convcalc.rules.rule import error, nowhere

RULE = error(
    "CC004",
    "missing-input",
    nowhere,
    what="A network states no input, and none was given with --input.",
    why="Without it no size follows, so that nothing was checked. The exit code is 2, whatever else was found.",
    example="conv 8 k3",
    instead="input 3@32x32 | conv 8 k3",
)
