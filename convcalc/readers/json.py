"""JSON to a document, by the standard library, without what JSON parsers let pass silently."""

import json
from collections.abc import Hashable, Iterable
from typing import Any, NoReturn

from convcalc.errors import Malformed
from convcalc.shape import quote


def parse(text: str) -> Any:
    """The document. Raises `Malformed` with line and column, and for a key given twice."""
    try:
        return json.loads(text, object_pairs_hook=_table, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise Malformed(f"invalid JSON at line {error.lineno}, column {error.colno}: {error.msg}") from None


def _table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise Malformed(f"the key {quote(first_twice(key for key, _ in pairs))} is given twice")
    return table


def first_twice(keys: Iterable[Hashable]) -> Hashable:
    """The first key that was there before; None where all differ."""
    seen = set()
    for key in keys:
        if key in seen:
            return key
        seen.add(key)
    return None


def _constant(name: str) -> NoReturn:
    raise Malformed(f"{name} is not JSON")
