"""Plain text to a document: a statement or a layer a line, `#` comments. `|` stands for a new line."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.errors import Malformed
from convcalc.network import Place
from convcalc.readers.blocks import MAX_DEPTH
from convcalc.readers.spelling import STATEMENTS

if TYPE_CHECKING:
    from convcalc.readers.positions.marks import Mark, Marks

_LINE = re.compile(r"[^\r\n]+")


def parse(text: str) -> dict[str, Any]:
    """The document. Raises `Malformed` with its position.

    >>> parse("input 3@8x8 | conv 4 k3")
    {'input': '3@8x8', 'layers': ['conv 4 k3']}
    """
    return parse_marked(text)[0]


def parse_marked(text: str) -> "tuple[dict[str, Any], Marks]":
    """The document, and where each value in it stands."""
    parser = _Parser()
    parser.parse(text)
    return parser.document, parser.marks


class _Statement(NamedTuple):
    """What stands on a line, or between `|`."""

    words: list[str]
    start: int
    text: str

    @property
    def mark(self) -> "Mark":
        """Where it stands."""
        return self.start, self.start + len(self.text)

    def marks(self) -> "list[Mark]":
        """Where its words stand."""
        return [(self.start + word.start(), self.start + word.end()) for word in re.finditer(r"\S+", self.text)]


def _statements(text: str) -> Iterator[_Statement]:
    """Everything that is written, comments left out."""
    for line in _LINE.finditer(text):
        start = line.start()
        for part in line[0].split("#", 1)[0].split("|"):
            if words := part.split():
                yield _Statement(words, start + len(part) - len(part.lstrip()), part.strip())
            start += len(part) + 1


class _Parser:
    """Keeps the lists that are open: of the network, and of each block and repeat not yet ended."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = {}
        self.marks: Marks = {}
        self.open: list[tuple[int, Place, list[Any]]] = []
        self.at = 0

    def parse(self, text: str) -> None:
        """Fill the document. Raises `Malformed`."""
        layers: list[Any] = []
        self.open.append((0, ("layers",), layers))
        try:
            for statement in _statements(text):
                self.at = statement.start
                self._take(statement)
            self._check_ended()
        except Malformed as error:
            from convcalc.readers.positions.lines import position

            error.position = position(text, self.at)
            raise
        if layers:
            self.document["layers"] = layers

    def _check_ended(self) -> None:
        self.at = self.open[-1][0]
        if len(self.open) > 1:
            raise Malformed("has no end", hint="close it with a line: end")

    def _take(self, statement: _Statement) -> None:
        words = statement.words
        if words[0] in STATEMENTS:
            self._set(statement)
        elif words[0] == "block":
            self._open_block(statement)
        elif words[0] == "repeat" or (words[0].endswith(":") and words[1:2] == ["repeat"]):
            self._open_repeat(statement)
        elif words[0] == "end":
            self._end(words)
        elif words[0] == "check":
            self._set_check(statement)
        else:
            self._add(" ".join(words), statement)

    def _set_check(self, statement: _Statement) -> None:
        """`check ignore=CC201,CC202 severity=CC203:error`."""
        table = self.document.setdefault("check", {})
        for word, (start, end) in zip(statement.words[1:], statement.marks()[1:], strict=True):
            key, equals, value = word.partition("=")
            if not equals or key in table:
                problem = "is given twice" if equals else "has no value"
                raise Malformed(f"{key} {problem}", key="check", hint="write e.g. check ignore=CC201,CC202")
            table[key] = value
            self.marks["check", key] = (start + len(key) + 1, end)

    def _set(self, statement: _Statement) -> None:
        key, *values = statement.words
        if len(values) != 1:
            raise Malformed(f"takes one value, got {len(values)}", key=key)
        if key in self.document:
            raise Malformed("is given twice", key=key)
        self.document[key] = values[0]
        self.marks[key,] = statement.marks()[1]

    def _add(self, item: Any, statement: _Statement) -> Place:
        _, place, layers = self.open[-1]
        own = (*place, len(layers))
        self.marks[own] = statement.mark
        layers.append(item)
        return own

    def _open_block(self, statement: _Statement) -> None:
        if len(self.open) > 1:
            raise Malformed("a block can't stand inside another", hint="write it before, at the top")
        if len(statement.words) == 1:
            raise Malformed("a block needs a name", hint="write e.g. block residual out stride=1")
        _, name, *parameters = statement.words
        blocks = self.document.setdefault("blocks", {})
        if name in blocks:
            raise Malformed(f"the block {name} is given twice")
        blocks[name] = {"parameters": parameters, "layers": []}
        self._mark_block(("blocks", name), statement)
        self.open.append((statement.start, ("blocks", name, "layers"), blocks[name]["layers"]))

    def _mark_block(self, place: Place, statement: _Statement) -> None:
        """The block stands where it opens, as do its name and its parameters."""
        _, name, *parameters = statement.marks()
        self.marks[place] = statement.mark
        self.marks[*place, "name"] = name
        if parameters:
            self.marks[*place, "parameters"] = (parameters[0][0], parameters[-1][1])
            self.marks.update({(*place, "parameters", index): mark for index, mark in enumerate(parameters)})

    def _open_repeat(self, statement: _Statement) -> None:
        marks = statement.marks()
        words = list(statement.words)
        label = words.pop(0)[:-1] if words[0].endswith(":") else None
        if len(words) != 2:
            raise Malformed("takes one number", key="repeat", hint="write e.g. repeat 3, the layers, end")
        if len(self.open) > MAX_DEPTH:
            raise Malformed(f"blocks and groups stand more than {MAX_DEPTH} deep in each other")
        group: dict[str, Any] = {"repeat": words[1], "layers": []}
        place = self._add(group, statement)
        self.marks[*place, "repeat"] = marks[-1]
        if label is not None:
            group["name"] = label
            self.marks[*place, "name"] = (marks[0][0], marks[0][1] - 1)
        self.open.append((statement.start, (*place, "layers"), group["layers"]))

    def _end(self, words: list[str]) -> None:
        if len(words) > 1 or len(self.open) == 1:
            raise Malformed("end closes nothing", hint="it closes a block or a repeat, on a line of its own")
        self.open.pop()
