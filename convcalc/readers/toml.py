"""TOML to a document, by the standard library."""

import re
import tomllib
from typing import Any

from convcalc.errors import Malformed

_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
"""Where a message of the standard library says that it is wrong."""


def parse(text: str) -> Any:
    """The document. Raises `Malformed` with its position."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        malformed = Malformed(f"invalid TOML: {_WHERE.sub('', message)}")
        malformed.position = _position(text, message)
        raise malformed from None


def _position(text: str, message: str) -> tuple[int, int]:
    """What the message says; the end of what is written, where it says no more than that."""
    found = _WHERE.search(message)
    if found and found[1]:
        return int(found[1]), int(found[2])
    from convcalc.readers.positions.lines import position

    return position(text, len(text.rstrip()))
