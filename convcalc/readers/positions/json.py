"""Where the values of a JSON document stand."""

import json
import re

from convcalc.readers.positions.marks import Marks
from convcalc.readers.positions.values import STRING, Scanner


def marks_of(text: str) -> Marks:
    """Where each value stands in a text that the parser has accepted.

    >>> marks_of('{"layers": ["relu"]}')
    {('layers', 0): (12, 18), ('layers',): (11, 19), (): (0, 20)}
    """
    scanner = Scanner(text, json.loads)
    scanner.value(())
    return scanner.marks


def second(text: str, key: str) -> int | None:
    """Where a key stands the second time that its table has it; None where it stands too deep to tell."""
    scanner = Scanner(text, json.loads, twice=key)
    scanner.value(())
    return scanner.second


def bare(text: str, word: str) -> int:
    """Where a word first stands outside of strings."""
    return next(found.start() for found in re.finditer(f"{STRING}|{word}", text) if found[0] == word)
