"""Plain text to a document: a statement or a layer a line, `#` comments. `|` stands for a new line."""

from collections.abc import Iterator
from typing import Any

from convcalc.errors import Malformed
from convcalc.network import Place
from convcalc.readers.blocks import MAX_DEPTH
from convcalc.readers.spelling import STATEMENTS
from convcalc.shape import quote


def parse(text: str) -> tuple[dict[str, Any], dict[Place, str]]:
    """The document, and the line on which each place in it stands.

    >>> parse("input 3@8x8 | conv 4 k3")[0]
    {'input': '3@8x8', 'layers': ['conv 4 k3']}
    """
    return _Parser().parse(text)


def _statements(text: str) -> Iterator[tuple[str, list[str]]]:
    """Where it stands, and its words, of everything that is written: `7`, or `7 "relu"` where a line holds more."""
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        parts = line.split("#", 1)[0].split("|")
        for part in parts:
            if words := part.split():
                yield (f"{number}" if len(parts) == 1 else f"{number} {quote(' '.join(words), 30)}"), words


class _Parser:
    """Keeps the lists that are open: of the network, and of each block and repeat not yet ended."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = {}
        self.lines: dict[Place, str] = {}
        self.open: list[tuple[str, Place, list[Any]]] = []

    def parse(self, text: str) -> tuple[dict[str, Any], dict[Place, str]]:
        """As `parse`."""
        layers: list[Any] = []
        self.open.append(("", ("layers",), layers))
        for number, words in _statements(text):
            try:
                self._take(number, words)
            except Malformed as error:
                error.place = ("line", number)
                raise
        if len(self.open) > 1:
            unclosed = Malformed("has no end", hint="close it with a line: end")
            unclosed.place = ("line", self.open[-1][0])
            raise unclosed
        return {**self.document, "layers": layers} if layers else self.document, self.lines

    def _take(self, number: str, words: list[str]) -> None:
        head, *rest = words
        if head in STATEMENTS:
            self._set(head, rest, number)
        elif head == "block":
            self._open_block(rest, number)
        elif head == "repeat" or (words[0].endswith(":") and words[1:2] == ["repeat"]):
            self._open_repeat(words, number)
        elif head == "end":
            self._end(rest)
        else:
            self._add(" ".join(words), number)

    def _set(self, key: str, values: list[str], number: str) -> None:
        if len(values) != 1:
            raise Malformed(f"takes one value, got {len(values)}", key=key)
        if key in self.document:
            raise Malformed("is given twice", key=key)
        self.document[key] = values[0]
        self.lines[key,] = number

    def _add(self, item: Any, number: str) -> Place:
        _, place, layers = self.open[-1]
        own = (*place, len(layers))
        self.lines[own] = number
        layers.append(item)
        return own

    def _open_block(self, words: list[str], number: str) -> None:
        if len(self.open) > 1:
            raise Malformed("a block can't stand inside another", hint="write it before, at the top")
        if not words:
            raise Malformed("a block needs a name", hint="write e.g. block residual out stride=1")
        name, *parameters = words
        blocks = self.document.setdefault("blocks", {})
        if name in blocks:
            raise Malformed(f"the block {name} is given twice")
        blocks[name] = {"parameters": parameters, "layers": []}
        self.lines["blocks", name] = number
        self.open.append((number, ("blocks", name, "layers"), blocks[name]["layers"]))

    def _open_repeat(self, words: list[str], number: str) -> None:
        name = [words.pop(0)[:-1]] if words[0].endswith(":") else []
        if len(words) != 2:
            raise Malformed("takes one number", key="repeat", hint="write e.g. repeat 3, the layers, end")
        if len(self.open) > MAX_DEPTH:
            raise Malformed(f"blocks and groups stand more than {MAX_DEPTH} deep in each other")
        group: dict[str, Any] = {"repeat": words[1], "layers": []}
        if name:
            group["name"] = name[0]
        place = self._add(group, number)
        self.open.append((number, (*place, "layers"), group["layers"]))

    def _end(self, rest: list[str]) -> None:
        if rest or len(self.open) == 1:
            raise Malformed("end closes nothing", hint="it closes a block or a repeat, on a line of its own")
        self.open.pop()
