"""JSON to a document, by the standard library, without what JSON parsers let pass silently."""

import json
from typing import Any, NoReturn

from convcalc.errors import Malformed


def parse(text: str) -> Any:
    """The document. Raises `Malformed` with line and column, and for a key given twice."""
    try:
        return json.loads(text, object_pairs_hook=_table, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise Malformed(f"invalid JSON at line {error.lineno}, column {error.colno}: {error.msg}") from None


def _table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        keys = [key for key, _ in pairs]
        raise Malformed(f"the key {next(key for key in keys if keys.count(key) > 1)!r} is given twice")
    return table


def _constant(name: str) -> NoReturn:
    raise Malformed(f"{name} is not JSON")
