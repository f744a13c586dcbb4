"""The kinds of value a knob takes: each reads text, loads config values and shows itself again.

It knows the notation, not which op has which knob.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from convcalc.errors import Malformed
from convcalc.shape import check_least, quote, read_axes, read_int, show_size
from convcalc.suggest import nearest
from convcalc.window import PADDING_WORDS, Sides

PerAxis = tuple[int, ...]
"""One value for all axes, or one for each."""

PaddingValue = str | tuple[Sides, ...]
"""A padding word, or the cells before and after: once for all axes, or for each."""

INTEGER = "-?[0-9]+"
"""An integer as text, as a pattern of JSON Schema."""


def text_schema(pattern: str) -> dict[str, Any]:
    """JSON Schema of text of that form, or of text with a block's `{parameter}` in it."""
    return {"type": "string", "pattern": f"^({pattern})$|[{{].*[}}]"}


def integer_schema(minimum: int | None) -> dict[str, Any]:
    """JSON Schema of what `integer` takes."""
    number = {"type": "integer"} if minimum is None else {"type": "integer", "minimum": minimum}
    return {"anyOf": [number, text_schema(_digits(minimum))]}


def _digits(minimum: int | None) -> str:
    return INTEGER if minimum is None or minimum < 1 else "0*[1-9][0-9]*"


class Kind:
    """How the value of a knob is written. `words` are bare tokens that set the knob by themselves."""

    metavar = "VALUE"
    words: Mapping[str, Any] = {}
    greedy = False
    """Written bare, it takes every number that follows: `permute 0 2 1`."""

    def read(self, text: str, key: str) -> Any:
        """The value that `text` stands for."""
        raise NotImplementedError

    def load(self, value: object, key: str) -> Any:
        """The value that a config or a Python call gives."""
        if isinstance(value, str):
            return self.read(value, key)
        raise Malformed(f"must be {self.metavar}, got {quote(value)}", key=key)

    def show(self, value: Any) -> str:
        """The text that `read` reads back to the same value."""
        return str(value)

    def schema(self) -> dict[str, Any]:
        """JSON Schema of what `load` takes."""
        raise NotImplementedError


def integer(value: object, minimum: int | None, key: str) -> int:
    """The integer that a config gives, as a number or as text. Raises `Malformed`."""
    if isinstance(value, str):
        return read_int(value, minimum=minimum, key=key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Malformed(f"must be an integer, got {quote(value)}", key=key)
    return check_least(value, minimum, key)


def items_of(value: object, key: str) -> Sequence[object]:
    """The items of a list that is not empty. Raises `Malformed`."""
    if not isinstance(value, (list, tuple)) or not value:
        raise Malformed(f"must be a number or a list of one for each axis, got {quote(value)}", key=key)
    return value


class Count(Kind):
    """One integer."""

    metavar = "N"

    def __init__(self, minimum: int = 1) -> None:
        self.minimum = minimum

    def read(self, text: str, key: str) -> int:
        return read_int(text, minimum=self.minimum, key=key)

    def load(self, value: object, key: str) -> int:
        return integer(value, self.minimum, key)

    def schema(self) -> dict[str, Any]:
        return integer_schema(self.minimum)


class Axes(Kind):
    """An integer for all axes or one for each: `3`, `3x5`, `[3, 5]`."""

    metavar = "N"

    def __init__(self, minimum: int = 1) -> None:
        self.minimum = minimum

    def read(self, text: str, key: str) -> PerAxis:
        return read_axes(text, minimum=self.minimum, key=key)

    def load(self, value: object, key: str) -> PerAxis:
        if isinstance(value, str):
            return self.read(value, key)
        if isinstance(value, int):
            return (integer(value, self.minimum, key),)
        return tuple([integer(item, self.minimum, key) for item in items_of(value, key)])

    def show(self, value: PerAxis) -> str:
        return show_size(value)

    def schema(self) -> dict[str, Any]:
        one, digits = integer_schema(self.minimum), _digits(self.minimum)
        several = {"type": "array", "items": one, "minItems": 1}
        return {"anyOf": [one["anyOf"][0], text_schema(f"{digits}(x{digits})*"), several]}


class Padding(Kind):
    """Cells on each side: `1`, `1x2`, `0:1x2:2`, `[1, 2]`, `[[0, 1], [2, 2]]`, or a word."""

    metavar = "P"

    def __init__(self, words: Sequence[str] = ()) -> None:
        self.words = {word: word for word in words}

    def read(self, text: str, key: str) -> PaddingValue:
        if text in self.words:
            return text
        if not text[:1].isdigit() and text[:1] not in ("-", ""):
            hint = nearest(text, self.words, fallback=self._hint())
            raise Malformed(f"{quote(text)} is not a padding", key=key, hint=hint)
        return tuple([_read_sides(part, text, key) for part in text.split("x")])

    def load(self, value: object, key: str) -> PaddingValue:
        if isinstance(value, str):
            return self.read(value, key)
        if isinstance(value, int):
            value = [value]
        return tuple([_load_sides(item, key) for item in items_of(value, key)])

    def show(self, value: PaddingValue) -> str:
        if isinstance(value, str):
            return value
        return "x".join([str(before) if before == after else f"{before}:{after}" for before, after in value])

    def schema(self) -> dict[str, Any]:
        sides = f"{INTEGER}(:{INTEGER})?"
        text = "|".join([*self.words, f"{sides}(x{sides})*"])
        words = [{"enum": list(self.words)}] if self.words else []
        pair = {"type": "array", "items": integer_schema(None), "minItems": 2, "maxItems": 2}
        each = {"anyOf": [{"type": "integer"}, text_schema(sides), pair]}
        several = {"type": "array", "items": each, "minItems": 1}
        return {"anyOf": [{"type": "integer"}, *words, text_schema(text), several]}

    def _hint(self) -> str:
        return "write 1, 1x2, 0:1x2:2" + "".join(f", {word}" for word in self.words)


def _read_sides(part: str, text: str, key: str) -> Sides:
    before, colon, after = part.partition(":")
    if not before or (colon and not after):
        raise Malformed(f"{quote(text)} misses a number", key=key, hint="write 1, 0:1 or 0:1x2:2")
    first = read_int(before, key=key)
    return first, read_int(after, key=key) if colon else first


def _load_sides(item: object, key: str) -> Sides:
    if isinstance(item, str):
        return _read_sides(item, item, key)
    if isinstance(item, int):
        return (integer(item, None, key),) * 2
    sides = [integer(side, None, key) for side in items_of(item, key)]
    if len(sides) != 2:
        raise Malformed(f"must be before and after, got {len(sides)} numbers", key=key)
    return sides[0], sides[1]


class Flag(Kind):
    """True or false, each with the word that says so in a layer's line (or none)."""

    metavar = "true|false"

    def __init__(self, *, true: str | None = None, false: str | None = None) -> None:
        self.words = {word: value for word, value in ((true, True), (false, False)) if word}

    def read(self, text: str, key: str) -> bool:
        if text not in ("true", "false"):
            raise Malformed(f"must be true or false, got {quote(text)}", key=key)
        return text == "true"

    def load(self, value: object, key: str) -> bool:
        return value if isinstance(value, bool) else bool(super().load(value, key))

    def show(self, value: Any) -> str:
        return "true" if value else "false"

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "boolean"}, text_schema("true|false")]}


class Choice(Kind):
    """One of a few words."""

    def __init__(self, *words: str) -> None:
        self.words = {word: word for word in words}
        self.metavar = "|".join(words)

    def read(self, text: str, key: str) -> str:
        if text not in self.words:
            raise Malformed(f"must be one of {', '.join(self.words)}, got {quote(text)}", key=key)
        return text

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"enum": list(self.words)}, text_schema("|".join(self.words))]}


WINDOW_PADDING = Padding(tuple(PADDING_WORDS))
"""The padding of a window: sides or a word."""

SIDES = Padding()
"""Cells on each side, no word."""
