"""The rule for files that are not in the format that they are said to be in."""

from convcalc.rules.rule import error, nowhere

RULE = error(
    "CC002",
    "invalid-syntax",
    nowhere,
    what="A file is not valid TOML, JSON or YAML, or a text file has a line that can't be read.",
    why="Nothing in it can be checked. The exit code is 2, whatever else was found.",
    example="input 3@32x32 | repeat 2 | conv 8 k3",
    instead="input 3@32x32 | repeat 2 | conv 8 k3 | end",
)
