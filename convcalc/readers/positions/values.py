"""Lists and tables as TOML and JSON write them between brackets: where each value in them stands.

It skips over text that a parser has already accepted, and judges none of it.
"""

import re
from collections.abc import Callable

from convcalc.network import Place
from convcalc.readers.positions.marks import Marks, under

STRING = (
    r'"""(?:[^"\\]++|\\[\s\S]|"{1,2}(?!"))*+"{3,5}'
    r"|'''(?:[^']++|'{1,2}(?!'))*+'{3,5}"
    r'|"(?:[^"\\]++|\\[\s\S])*+"'
    r"|'[^']*+'"
)

_BLANK = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_PART = re.compile(rf"""{STRING}|[^\s=:.\[\]{{}},#"']++""")
_DOT = re.compile(r"[ \t]*+\.[ \t]*+")
_SCALAR = re.compile(rf"""{STRING}|[0-9-]++ [0-9][^\s,\]}}#]*+|[^\s,\]}}#]++""")
"""A string; a date and, after a blank, a time; any other."""


class _Open:
    """A list or a table that is not yet closed."""

    def __init__(self, place: Place, start: int, *, table: bool) -> None:
        self.place = place
        self.start = start
        self.table = table
        self.index = 0


class Scanner:
    """Goes through a text from value to value, and marks where each stands."""

    def __init__(self, text: str, decode: Callable[[str], str], twice: str | None = None) -> None:
        """`decode` reads a key with escapes; `twice` is a key to look for, at the second time that a table has it."""
        self.text = text
        self.at = 0
        self.marks: Marks = {}
        self.second: int | None = None
        self._decode = decode
        self._twice = twice

    def skip(self, past: int = 0) -> str:
        """Go past so many characters, then past blanks and comments; the character there, empty at the end."""
        found = _BLANK.match(self.text, self.at + past)
        self.at = found.end() if found else self.at
        return self.text[self.at : self.at + 1]

    def keys(self) -> list[str]:
        """Go past a key; its parts, where it is dotted."""
        parts = []
        while found := _PART.match(self.text, self.at):
            parts.append(self._name(found[0]))
            self.at = found.end()
            if not (dot := _DOT.match(self.text, self.at)):
                break
            self.at = dot.end()
        return parts

    def _name(self, token: str) -> str:
        if token[0] not in "\"'":
            return token
        return self._decode(token) if token[0] == '"' and "\\" in token else token[1:-1]

    def assigned(self, table: Place) -> Place:
        """Go past a key and what assigns it; the place of the value that follows."""
        start = self.at
        parts = self.keys()
        for length in range(1, len(parts)):
            self.marks.setdefault(under(table, *parts[:length]), (start, self.at))
        place = under(table, *parts)
        if parts[-1:] == [self._twice] and place in self.marks and place != table:
            self.second = start
        self.skip()
        self.skip(1)
        return place

    def value(self, place: Place) -> None:
        """Go past a value and all that is in it."""
        opened: list[_Open] = []
        while self.second is None and self.at < len(self.text):
            character = self.skip()
            if character in ("[", "{"):
                opened.append(_Open(place, self.at, table=character == "{"))
                place = self._entered(opened[-1])
                continue
            if character in ("]", "}"):
                place = self._closed(opened.pop())
            else:
                self._scalar(place)
            if not opened:
                return
            if self.skip() == ",":
                place = self._entered(opened[-1])

    def _entered(self, within: _Open) -> Place:
        """Go past a bracket or a comma; the place of the value that follows, if one does."""
        if self.skip(1) in ("]", "}"):
            return within.place
        if within.table:
            return self.assigned(within.place)
        within.index += 1
        return under(within.place, within.index - 1)

    def _closed(self, within: _Open) -> Place:
        self.at += 1
        self.marks[within.place] = (within.start, self.at)
        return within.place

    def _scalar(self, place: Place) -> None:
        found = _SCALAR.match(self.text, self.at)
        end = found.end() if found else len(self.text)
        self.marks[place] = (self.at, end)
        self.at = end
