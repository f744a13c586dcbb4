"""The rule for files that can't be read at all."""

from convcalc.rules.rule import error, nowhere

RULE = error(
    "CC001",
    "unreadable-file",
    nowhere,
    what="A file that was named can't be read: it is not there, may not be read, is larger than 32 MiB, or is not "
    "UTF-8.",
    why="What was not read was not checked, and a check that passes would say otherwise. The exit code is 2, whatever "
    "else was found.",
    example="",
    instead="",
)
