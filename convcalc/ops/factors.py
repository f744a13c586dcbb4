"""Kinds of value that are no whole numbers: exact factors, and numbers that no shape depends on."""

import re
from math import gcd
from typing import Any

from convcalc.errors import Malformed
from convcalc.ops.kinds import Kind, text_schema
from convcalc.shape import quote, read_int

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?")

Ratio = tuple[int, int]
"""A fraction in lowest terms."""


class Scale(Kind):
    """A factor for all axes or one for each: `2`, `3/2`, `1.5`, `2x3`, exact in every notation."""

    metavar = "F"

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
        number, text = {"type": "number", "exclusiveMinimum": 0}, r"[0-9]+/[0-9]+|[0-9]*\.?[0-9]*"
        several = {"type": "array", "items": {"anyOf": [number, text_schema(text)]}, "minItems": 1}
        return {"anyOf": [number, text_schema(f"({text})(x({text}))*"), several]}


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
        if not _DECIMAL.fullmatch(text):
            raise Malformed(f"must be a number such as 0.2, got {quote(text)}", key=key)
        return text

    def load(self, value: object, key: str) -> str:
        return self.read(value if isinstance(value, str) else str(value), key)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "number"}, text_schema(_DECIMAL.pattern)]}
