"""TOML to a document, by the standard library."""

import re
import tomllib
from typing import Any

from convcalc.errors import Malformed

_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
"""Where a message of the standard library says that it is wrong."""


_DEEP = re.compile(r"(?<![\w.-])(?:[\w-]++[ \t]*+\.[ \t]*+){200}")
"""A bare key of more parts than a network has."""


def parse(text: str) -> Any:
    """The document. Raises `Malformed` with its position."""
    _check_depth(text)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        malformed = Malformed(f"invalid TOML: {_WHERE.sub('', message)}")
        malformed.position = _position(text, message)
        raise malformed from None


def _check_depth(text: str) -> None:
    """Refuse keys of very many parts, for which the standard library takes time by their square."""
    if text.count(".") >= 200 and (deep := _DEEP.search(text)):
        from convcalc.readers.positions.lines import position

        malformed = Malformed("nested too deep to be a network")
        malformed.position = position(text, deep.start())
        raise malformed


def _position(text: str, message: str) -> tuple[int, int]:
    """What the message says; the end of what is written, where it says no more than that."""
    found = _WHERE.search(message)
    if found and found[1]:
        return int(found[1]), int(found[2])
    from convcalc.readers.positions.lines import position

    return position(text, len(text.rstrip()))
