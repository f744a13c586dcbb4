"""Inside a layer that is written as a line or as a call: which of its characters set which key.

It goes by the rules by which the line is read, and does not mind whether what is set can be.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from convcalc.dialects import NAMES, dialect_named
from convcalc.readers.call import MAX_LENGTH
from convcalc.readers.layers import CALL
from convcalc.readers.positions.marks import Mark, Marks
from convcalc.readers.spelling import knobs_set

_QUOTES = ('"""', "'''", '"', "'")
_PROPERTIES = re.compile(r"(?:[&!]\S*+\s++)*+")
"""The anchor and the tag of a value in YAML."""
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_BLOCK = re.compile(r"[|>][^\r\n]*+")
"""What opens a block of text in YAML."""


def content(raw: str, kind: str) -> Mark | None:
    """What of a string is its value; None where escapes hide which character is which, or it is too long for a layer.

    >>> content("'relu'", "toml")
    (1, 5)
    """
    if len(raw) > MAX_LENGTH:
        return None
    if kind == "text":
        return 0, len(raw)
    opening = _PROPERTIES.match(raw) if kind == "yaml" else None
    start, end = opening.end() if opening else 0, len(raw)
    quote = next((quote for quote in _QUOTES if raw.startswith(quote, start)), "")
    if kind == "yaml" and (block := _BLOCK.match(raw, start)):
        return block.end(), end
    start, end = start + len(quote), end - len(quote)
    escaped = "\\" if quote.startswith('"') else "''" if kind == "yaml" and quote else None
    return None if escaped and escaped in raw[start:end] else (start, end)


def marks_of(line: str, framework: str | None = None) -> Marks:
    """Where the value of each key stands in a layer.

    >>> marks_of("conv 64 k9")
    {('op',): (0, 4), ('out',): (5, 7), ('kernel',): (8, 10)}
    """
    found = CALL.match(line)
    return _call(line, found, framework) if found else _line(line)


class _Word(NamedTuple):
    """A word of a line, and where it stands."""

    text: str
    start: int
    end: int

    @property
    def mark(self) -> Mark:
        """Where it stands."""
        return self.start, self.end

    @property
    def setting(self) -> tuple[str, Mark] | None:
        """The key and the value, if it is `key=value` or `*3`."""
        if self.text.startswith("*"):
            return "repeat", self.mark
        key, equals, value = self.text.partition("=")
        if not equals:
            return None
        return key, (self.end - len(value), self.end) if value else self.mark


def _words(line: str, start: int = 0) -> list[_Word]:
    return [_Word(found[0], found.start(), found.end()) for found in re.compile(r"\S+").finditer(line, start)]


def _line(line: str) -> Marks:
    words = _words(line)
    marks: Marks = {}
    if words and words[0].text.endswith(":"):
        name = words.pop(0)
        marks["name",] = (name.start, name.end - 1)
    if words:
        marks["op",] = words[0].mark
        _set_by_words(marks, words[0].text, words[1:])
    return marks


def _set_by_words(marks: Marks, head: str, words: Sequence[_Word]) -> None:
    """Add what the words after the op set. Of two that set the same key the second is the one too many."""
    settings = [word.setting for word in words]
    tokens = [word for word, setting in zip(words, settings, strict=True) if setting is None]
    _set_by_tokens(marks, head, tokens)
    for key, mark in filter(None, settings):
        marks[key,] = max(mark, marks.get((key,), mark))


def _set_by_tokens(marks: Marks, head: str, tokens: Sequence[_Word]) -> None:
    """Placeholders pass for numbers; one alone may be anything, so it is not told what it sets."""
    for key, first, end in knobs_set(head, [_PLACEHOLDER.sub("1", token.text) for token in tokens]):
        if not any(token.text.startswith("{") for token in tokens[first:end]):
            marks[key,] = (tokens[first].start, tokens[end - 1].end)
        if key == "names":
            _set_names(marks, tokens[first:end])


def _set_names(marks: Marks, names: Sequence[_Word]) -> None:
    """Add where the names of other layers stand, together and each by itself."""
    if names:
        marks["names",] = (names[0].start, names[-1].end)
    marks.update({("names", index): name.mark for index, name in enumerate(names)})


def _call(line: str, found: re.Match[str], framework: str | None) -> Marks:
    """Those of the parentheses, and of what stands around them."""
    marks: Marks = {("op",): found.span("head")}
    if found["name"]:
        marks["name",] = found.span("name")
    closed = line.rfind(")") + 1
    for key, mark in _arguments(line[found.start("head") : closed], found["head"], framework):
        marks[key,] = (mark[0] + found.start("head"), mark[1] + found.start("head"))
    words = _words(line, closed)
    _set_names(marks, [word for word in words if word.setting is None and word.text != ","])
    for key, mark in filter(None, [word.setting for word in words]):
        marks[key,] = mark
    return marks


def _arguments(call: str, name: str, framework: str | None) -> Iterator[tuple[str, Mark]]:
    """The arguments of a call, those given by place first."""
    text = re.sub(r"[\r\n]", " ", call)
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return
    if not isinstance(node, ast.Call):
        return
    positional = _positional(name, framework)
    for index, argument in enumerate(node.args):
        mark = _mark(text, argument)
        if "{" in text[slice(*mark)]:
            break
        yield positional.get(index, ""), mark
    for keyword in node.keywords:
        yield keyword.arg or "", _mark(text, keyword.value)


def _mark(text: str, node: ast.expr) -> Mark:
    """The offsets of a node; Python counts bytes."""
    data = text.encode()
    return len(data[: node.col_offset].decode()), len(data[: node.end_col_offset].decode())


def _positional(name: str, framework: str | None) -> Mapping[int, str]:
    """The names of a layer's arguments by place, as far as the frameworks that have such a layer agree."""
    names = [framework] if framework in NAMES else NAMES
    dialects = [dialect for name in names if (dialect := dialect_named(name))]
    knowing = [dialect.layers for dialect in dialects if dialect.knows(name)]
    orders = [(layers.get(name) or layers[name.rpartition(".")[2]]).signature.positional for layers in knowing]
    return {index: keys[0] for index, keys in enumerate(zip(*orders, strict=False)) if len(set(keys)) == 1}
