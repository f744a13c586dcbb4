"""TOML to a document, by the standard library."""

import tomllib
from typing import Any

from convcalc.errors import Malformed


def parse(text: str) -> Any:
    """The document. Raises `Malformed`; the message of the standard library tells line and column."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Malformed(f"invalid TOML: {error}") from None
