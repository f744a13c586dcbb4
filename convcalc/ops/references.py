"""Kinds of value that name earlier layers. Which layers exist they do not know."""

from typing import Any

from convcalc.errors import Malformed
from convcalc.ops.kinds import Kind
from convcalc.shape import quote


class Name(Kind):
    """The name of an earlier layer."""

    metavar = "NAME"

    def read(self, text: str, key: str) -> str:
        if not text:
            raise Malformed("must be the name of a layer, got nothing", key=key)
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}


class Names(Kind):
    """The names of earlier layers."""

    metavar = "NAME..."

    def read(self, text: str, key: str) -> tuple[str, ...]:
        return tuple(Name().read(part, key) for part in text.replace(",", " ").split())

    def load(self, value: object, key: str) -> tuple[str, ...]:
        if isinstance(value, str):
            return self.read(value, key)
        if not isinstance(value, list | tuple):
            raise Malformed(f"must be names, got {quote(value)}", key=key)
        return tuple([Name().load(item, key) for item in value])

    def show(self, value: tuple[str, ...]) -> str:
        return " ".join(value)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, {"type": "array", "items": Name().schema()}]}
