"""The kinds of value a knob takes: each reads text, loads config values and shows itself again.

It knows the notation, not which op has which knob.
"""

from collections.abc import Mapping, Sequence
from math import gcd
from typing import Any

from convcalc.errors import Malformed
from convcalc.shape import check_least, quote, read_axes, read_int, show_size
from convcalc.window import PADDING_WORDS, Sides

PerAxis = tuple[int, ...]
"""One value for all axes, or one for each."""

PaddingValue = str | tuple[Sides, ...]
"""A padding word, or the cells before and after: once for all axes, or for each."""

Ratio = tuple[int, int]
"""A fraction in lowest terms."""


class Kind:
    """How the value of a knob is written. `words` are bare tokens that set the knob by themselves."""

    metavar = "VALUE"
    words: Mapping[str, Any] = {}

    def read(self, text: str, key: str) -> Any:
        """The value that `text` stands for."""
        raise NotImplementedError

    def load(self, value: object, key: str) -> Any:
        """The value that a config or a Python call gives."""
        if isinstance(value, str):
            return self.read(value, key)
        raise Malformed(f"must be {self.metavar}, got {quote(str(value))}", key=key)

    def show(self, value: Any) -> str:
        """The text that `read` reads back to the same value."""
        return str(value)

    def schema(self) -> dict[str, Any]:
        """JSON Schema of what `load` takes."""
        return {"type": "string"}


def _integer(value: object, minimum: int | None, key: str) -> int:
    if isinstance(value, str):
        return read_int(value, minimum=minimum, key=key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Malformed(f"must be an integer, got {quote(str(value))}", key=key)
    return check_least(value, minimum, key)


def _list(value: object, key: str) -> Sequence[object]:
    if not isinstance(value, (list, tuple)) or not value:
        raise Malformed(f"must be a number or a list of one for each axis, got {quote(str(value))}", key=key)
    return value


class Count(Kind):
    """One integer."""

    metavar = "N"

    def __init__(self, minimum: int = 1) -> None:
        self.minimum = minimum

    def read(self, text: str, key: str) -> int:
        return read_int(text, minimum=self.minimum, key=key)

    def load(self, value: object, key: str) -> int:
        return _integer(value, self.minimum, key)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.minimum}


class Axes(Kind):
    """An integer for all axes or one for each: `3`, `3x5`, `[3, 5]`."""

    metavar = "N[xN...]"

    def __init__(self, minimum: int = 1) -> None:
        self.minimum = minimum

    def read(self, text: str, key: str) -> PerAxis:
        return read_axes(text, minimum=self.minimum, key=key)

    def load(self, value: object, key: str) -> PerAxis:
        if isinstance(value, str):
            return self.read(value, key)
        if isinstance(value, int):
            return (_integer(value, self.minimum, key),)
        return tuple([_integer(item, self.minimum, key) for item in _list(value, key)])

    def show(self, value: PerAxis) -> str:
        return show_size(value)

    def schema(self) -> dict[str, Any]:
        one = {"type": "integer", "minimum": self.minimum}
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}, {"type": "string"}]}


class Padding(Kind):
    """Cells on each side: `1`, `1x2`, `0:1x2:2`, `[1, 2]`, `[[0, 1], [2, 2]]`, or a word."""

    metavar = "P"

    def __init__(self, words: Sequence[str] = ()) -> None:
        self.words = {word: word for word in words}

    def read(self, text: str, key: str) -> PaddingValue:
        if text in self.words:
            return text
        if not text[:1].isdigit() and text[:1] not in ("-", ""):
            raise Malformed(f"{quote(text)} is not a padding", key=key, hint=self._hint())
        return tuple([_read_sides(part, text, key) for part in text.split("x")])

    def load(self, value: object, key: str) -> PaddingValue:
        if isinstance(value, str):
            return self.read(value, key)
        if isinstance(value, int):
            value = [value]
        return tuple([_load_sides(item, key) for item in _list(value, key)])

    def show(self, value: PaddingValue) -> str:
        if isinstance(value, str):
            return value
        return "x".join([str(before) if before == after else f"{before}:{after}" for before, after in value])

    def schema(self) -> dict[str, Any]:
        sides = {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
        axes = {"type": "array", "items": {"anyOf": [{"type": "integer"}, sides]}, "minItems": 1}
        return {"anyOf": [{"type": "integer"}, {"type": "string"}, axes]}

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
        return (_integer(item, None, key),) * 2
    sides = [_integer(side, None, key) for side in _list(item, key)]
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
        return {"type": "boolean"}


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
        return {"enum": list(self.words)}


class Scale(Kind):
    """A factor for all axes or one for each: `2`, `3/2`, `1.5`, `2x3`, exact in every notation."""

    metavar = "F[xF...]"

    def read(self, text: str, key: str) -> tuple[Ratio, ...]:
        return tuple([_read_ratio(part, key) for part in text.split("x")])

    def load(self, value: object, key: str) -> tuple[Ratio, ...]:
        if isinstance(value, str):
            return self.read(value, key)
        items = value if isinstance(value, (list, tuple)) and value else [value]
        return tuple([item if isinstance(item, tuple) else _read_ratio(str(item), key) for item in items])

    def show(self, value: tuple[Ratio, ...]) -> str:
        return "x".join([str(top) if below == 1 else f"{top}/{below}" for top, below in value])

    def schema(self) -> dict[str, Any]:
        one = {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}]}
        return {"anyOf": [*one["anyOf"], {"type": "array", "items": one, "minItems": 1}]}


def _read_ratio(text: str, key: str) -> Ratio:
    top_text, slash, below_text = text.partition("/")
    whole, _, decimals = top_text.partition(".")
    if not slash and len(decimals) <= len("0.12345678901234567"):
        top_text, below_text = whole + decimals, "1" + "0" * len(decimals)
    try:
        top, below = read_int(top_text, minimum=1), read_int(below_text, minimum=1)
    except Malformed:
        raise Malformed(f"must be a positive factor, got {quote(text)}", key=key, hint="write 2, 3/2 or 1.5") from None
    divisor = gcd(top, below)
    return top // divisor, below // divisor


class Decimal(Kind):
    """A number that no shape depends on (a rate, a slope), kept as it was written."""

    metavar = "X"

    def read(self, text: str, key: str) -> str:
        whole, point, decimals = text.partition(".")
        digits = whole + decimals
        if not (digits.isascii() and digits.isdigit()) or (point and not decimals):
            raise Malformed(f"must be a number such as 0.2, got {quote(text)}", key=key)
        return text

    def load(self, value: object, key: str) -> str:
        return self.read(value if isinstance(value, str) else str(value), key)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string"}]}


class Order(Kind):
    """The new order of the dimensions, channels being 0: `0,2,1`."""

    metavar = "N,N..."

    def read(self, text: str, key: str) -> PerAxis:
        return self._check([read_int(part, key=key) for part in text.replace("x", ",").split(",")], key)

    def load(self, value: object, key: str) -> PerAxis:
        if isinstance(value, str):
            return self.read(value, key)
        return self._check([_integer(item, None, key) for item in _list(value, key)], key)

    def show(self, value: PerAxis) -> str:
        return ",".join(map(str, value))

    def schema(self) -> dict[str, Any]:
        whole = {"type": "integer", "minimum": 0}
        return {"anyOf": [{"type": "array", "items": whole, "minItems": 1}, {"type": "string"}]}

    def _check(self, order: list[int], key: str) -> PerAxis:
        if sorted(order) != list(range(len(order))):
            raise Malformed(
                f"must be each of 0..{len(order) - 1} once, got {self.show(tuple(order))}",
                key=key,
                hint="0 is the channels, the axes follow, e.g. 0,2,1",
            )
        return tuple(order)


class Name(Kind):
    """The name of an earlier layer."""

    metavar = "NAME"

    def read(self, text: str, key: str) -> str:
        if not text:
            raise Malformed("must be the name of a layer, got nothing", key=key)
        return text


class Names(Kind):
    """The names of earlier layers."""

    metavar = "NAME..."

    def read(self, text: str, key: str) -> tuple[str, ...]:
        return tuple(Name().read(part, key) for part in text.replace(",", " ").split())

    def load(self, value: object, key: str) -> tuple[str, ...]:
        if isinstance(value, str):
            return self.read(value, key)
        return tuple([Name().load(item, key) for item in _list(value, key)])

    def show(self, value: tuple[str, ...]) -> str:
        return " ".join(value)

    def schema(self) -> dict[str, Any]:
        name = {"type": "string"}
        return {"anyOf": [name, {"type": "array", "items": name, "minItems": 1}]}


class ReshapeTarget(Kind):
    """A shape in which one number may be -1: `256@7x7`, `-1@7x7`, `512@-1`, `-1`."""

    metavar = "SHAPE"

    def read(self, text: str, key: str) -> PerAxis:
        channels, at, size = text.rpartition("@")
        axes = read_axes(size, key=key)
        if not at and len(axes) > 1:
            raise Malformed(f"{quote(text)} has no channels", key=key, hint=f"write C@{text}, or -1@{text}")
        return self._check((read_int(channels, key=key), *axes) if at else axes, key)

    def load(self, value: object, key: str) -> PerAxis:
        if isinstance(value, str):
            return self.read(value, key)
        items = [value] if isinstance(value, int) else _list(value, key)
        return self._check(tuple([_integer(item, None, key) for item in items]), key)

    def show(self, value: PerAxis) -> str:
        return f"{value[0]}@{show_size(value[1:])}" if len(value) > 1 else str(value[0])

    def schema(self) -> dict[str, Any]:
        numbers = {"type": "array", "items": {"type": "integer"}, "minItems": 1}
        return {"anyOf": [{"type": "string"}, {"type": "integer"}, numbers]}

    def _check(self, target: PerAxis, key: str) -> PerAxis:
        for number in target:
            if number < 1 and number != -1:
                raise Malformed(f"must be at least 1, or -1 for what is left, got {number}", key=key)
        if target.count(-1) > 1:
            raise Malformed(f"only one number may be -1, got {self.show(target)}", key=key)
        return target


WINDOW_PADDING = Padding(tuple(PADDING_WORDS))
"""The padding of a window: sides or a word."""

SIDES = Padding()
"""Cells on each side, no word."""
