"""Offsets in a text to lines and columns, both counted from 1. It knows no format."""

import re
from bisect import bisect_right

_BREAK = re.compile(r"\r\n?|\n")


class Lines:
    """Where the lines of a text start."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *[found.end() for found in _BREAK.finditer(text)]]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def lines_of(text: str) -> list[str]:
    r"""The lines without their ends.

    >>> lines_of("a\r\nb")
    ['a', 'b']
    """
    return _BREAK.split(text)


def position(text: str, offset: int) -> tuple[int, int]:
    r"""Line and column of a single offset.

    >>> position("ab\r\ncd", 5)
    (2, 2)
    """
    return Lines(text).position(offset)
