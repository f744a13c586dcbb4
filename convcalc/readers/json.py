"""JSON to a document, by the standard library, without what JSON parsers let pass silently."""

import json
from collections.abc import Hashable, Iterable
from typing import Any, NoReturn

from convcalc.errors import Malformed
from convcalc.shape import quote


def parse(text: str) -> Any:
    """The document. Raises `Malformed` with its position, also for a key given twice."""
    try:
        return json.loads(text, object_pairs_hook=_table, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise _misspelt(text, error) from None
    except _Twice as error:
        from convcalc.readers.positions.json import second

        raise _at(text, second(text, error.key), f"the key {quote(error.key)} is given twice") from None
    except _Constant as error:
        from convcalc.readers.positions.json import bare

        raise _at(text, bare(text, error.word), f"{error.word} is not JSON") from None


def _misspelt(text: str, error: json.JSONDecodeError) -> Malformed:
    """What the parser says; of a comma that ends a list or a table, the same on every Python."""
    before = text[: error.pos].rstrip()
    if text[error.pos : error.pos + 1] in ("]", "}") and before.endswith(","):
        return _at(text, len(before) - 1, "invalid JSON: nothing follows the comma")
    if error.msg.startswith("Illegal trailing comma"):
        return _at(text, error.pos, "invalid JSON: nothing follows the comma")
    return _at(text, error.pos, f"invalid JSON: {error.msg.removesuffix(' at')}")


def _at(text: str, offset: int | None, what: str) -> Malformed:
    from convcalc.readers.positions.lines import position

    malformed = Malformed(what)
    malformed.position = None if offset is None else position(text, offset)
    return malformed


class _Twice(Exception):
    """A table has a key twice."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class _Constant(Exception):
    """`NaN` or `Infinity`, which the standard library reads."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def _table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs) and (index := first_twice(key for key, _ in pairs)) is not None:
        raise _Twice(pairs[index][0])
    return table


def first_twice(keys: Iterable[Hashable]) -> int | None:
    """The index of the first key that was there before; None where all differ."""
    seen = set()
    for index, key in enumerate(keys):
        if key in seen:
            return index
        seen.add(key)
    return None


def _constant(word: str) -> NoReturn:
    raise _Constant(word)
