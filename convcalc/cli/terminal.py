"""What is asked of a terminal and of the environment: whether colour is wanted, and how wide the terminal is.

It does not know what is shown.
"""

from collections.abc import Mapping, Sequence
from typing import TextIO

import click

AUTO, ALWAYS, NEVER = WHEN = ("auto", "always", "never")
"""What `--color` takes."""


def colour_asked(args: Sequence[str]) -> str:
    """The last `--color` of a command line. It is read before all else, so that a usage error obeys it too.

    >>> colour_asked(["--color", "never", "chain", "dcgan", "--color=always"])
    'always'
    """
    asked = AUTO
    for index, word in enumerate(args):
        if word == "--":
            break
        if word == "--color" and index + 1 < len(args):
            asked = args[index + 1]
        elif word.startswith("--color="):
            asked = word.removeprefix("--color=")
    return asked


def colour_wanted(asked: str, environment: Mapping[str, str]) -> bool | None:
    """Whether colour is wanted; None where each stream decides by being a terminal. The first that speaks wins.

    >>> colour_wanted("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"})
    False
    """
    if asked in (ALWAYS, NEVER):
        return asked == ALWAYS
    if environment.get("NO_COLOR"):
        return False
    if any(environment.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    if environment.get("TERM") == "dumb" or environment.get("CLICOLOR") == "0":
        return False
    return None


def takes_colour(stream: TextIO) -> bool:
    """Whether a stream gets colour in the command that is running."""
    wanted = click.get_current_context().color
    return stream.isatty() if wanted is None else wanted


def width_of(stream: TextIO) -> int | None:
    """The columns of the terminal (COLUMNS, else its own; 80 where neither tells); None for a stream that is none."""
    from shutil import get_terminal_size

    return get_terminal_size().columns if stream.isatty() else None
