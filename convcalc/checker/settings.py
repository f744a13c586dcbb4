"""What is said outside a network file about its check."""

from typing import NamedTuple

from convcalc.network import Check


class Settings(NamedTuple):
    """The words of the project and of the command line. What the file itself says comes between them."""

    project: Check = Check()
    asked: Check = Check()
    framework: str | None = None
    """Whose rules hold, whatever the file says."""
    usual_framework: str | None = None
    """Whose rules hold where the file does not say it."""
    start: str | None = None
    """The input, in place of a network's own."""
    debug: bool = False
    """Whether a bug of ours is to end the run, so that its place can be seen."""
