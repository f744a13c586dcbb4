"""One item of a list of layers to an entry: a line, a call in a framework's own spelling, or a table.

It knows how layers are written, not which names or blocks a network has.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.dialects import NAMES, dialect_named
from convcalc.errors import Malformed
from convcalc.ops.op import Op
from convcalc.ops.registry import BY_NAME
from convcalc.readers.spelling import LAYER_KEYS, check_name, knob_of, op_named, read_line, read_op
from convcalc.shape import quote

if TYPE_CHECKING:
    from convcalc.dialects.dialect import Dialect

CALL = re.compile(r"\s*(?:(?:self\.)?(?P<name>[^\s()=]+?)(?::\s|\s*=)\s*)?(?P<head>[A-Za-z_][\w.]*)\s*\(")
"""What a call starts with: `up: Conv2d(`, or as it stands in code: `self.up = Conv2d(`."""


class Entry(NamedTuple):
    """One item of a list of layers: an op, a use of a block, or a group of layers."""

    head: str
    """The op or the block; empty for a group."""
    keys: Mapping[str, Any]
    """What any layer takes: name, from, expect, repeat."""
    settings: Mapping[str, Any]
    tokens: tuple[str, ...] = ()
    written: bool = False
    """Whether it was a line, so that all values are text."""
    positional: tuple[object, ...] | None = None
    """Arguments by place, if it was a call."""

    @property
    def spelled(self) -> bool:
        """Whether it is in a framework's own spelling: a call, or a table that is no native op's."""
        if self.positional is not None:
            return True
        kind = BY_NAME.get(self.head)
        return not self.written and (kind is None or any(key not in kind.knobs for key in self.settings))

    @property
    def _bare(self) -> bool:
        """Whether it is a class name alone, as if it were called with nothing."""
        return self.written and self.head not in BY_NAME and not self.tokens and not self.settings

    def op(self, dialect: "Dialect | None", also: Iterable[str]) -> Op:
        """The op, if the entry is one. Raises `Malformed` for a name that is neither op nor block."""
        if dialect and dialect.knows(self.head) and (self.spelled or self._bare):
            self._check_names(dialect)
            return dialect.layer(self.head, self.positional or (), self.settings)
        if self.positional is not None:
            raise _not_a_layer(self.head, dialect)
        return self._native(dialect, also)

    def _check_names(self, dialect: "Dialect") -> None:
        """Only a layer that joins others is followed by their names."""
        if "names" in self.settings and not dialect.joins(self.head):
            names = " ".join(map(str, self.settings["names"]))
            raise Malformed(f"{self.head} joins no other layers, so {quote(names)} has no place", hint="see from=NAME")

    def _native(self, dialect: "Dialect | None", also: Iterable[str]) -> Op:
        kind = BY_NAME.get(self.head) or op_named(self.head, [*also, *(dialect.layers if dialect else ())])
        if self.written:
            return read_op(self.head, self.tokens, tuple(self.settings.items()))
        if all(type(value) in (int, str, bool) for value in self.settings.values()):
            return _made(kind.spelling, tuple([(key, value, type(value)) for key, value in self.settings.items()]))
        return _made_of(kind, self.settings)


def _made_of(kind: type[Op], settings: Mapping[str, Any]) -> Op:
    for key in settings:
        knob_of(kind, key)
    return kind(**settings)


@lru_cache(maxsize=4096)
def _made(spelling: str, settings: tuple[tuple[str, Any, type], ...]) -> Op:
    """The op, made once for all tables that say the same; the types tell 1 from true."""
    return _made_of(BY_NAME[spelling], {key: value for key, value, _ in settings})


def _not_a_layer(head: str, dialect: "Dialect | None") -> Malformed:
    from convcalc.suggest import nearest

    if dialect is None:
        known = {name for one in map(dialect_named, NAMES) if one for name in one.layers}
        hint = nearest(head, sorted(known), fallback="")
        return Malformed(f"{quote(head)} is no layer of any framework", key="op", hint=hint or None)
    return Malformed(f"{quote(head)} is no layer of {dialect.name}", key="op", hint=nearest(head, dialect.layers))


def read_entry(item: object) -> Entry:
    """The entry that an item is. Raises `Malformed`."""
    if isinstance(item, str):
        return _call(item, found) if (found := CALL.match(item)) else _line(item)
    if not isinstance(item, dict):
        raise Malformed(f"must be a line or a table, got {quote(item)}", hint='write "conv 64 k3 p1"')
    if len(item) == 1 and isinstance(line := next(iter(item.values())), str) and not {"op", "layers"} & set(item):
        return read_entry(f"{next(iter(item))}: {line}")  # YAML takes `- up1: conv 64 k3` for a table
    keys, settings = _split(item)
    head = settings.pop("op", "")
    if not isinstance(head, str) or not (head or "layers" in settings):
        raise Malformed("a layer needs op", hint='write a line, "conv 64 k3", or op: conv, out: 64, kernel: 3')
    return _joining(Entry(head, keys, settings))


def _line(text: str) -> Entry:
    line = read_line(text)
    keys, settings = _split(line.keys)
    named = {**keys, "name": line.name} if line.name else keys
    return Entry(line.head, named, settings, line.tokens, written=True)


def _call(text: str, found: re.Match[str]) -> Entry:
    """A call, and what stands after it: `add1: Add() a b from=c`."""
    from convcalc.readers.call import read_call

    written, closed, rest = text[found.start("head") :].rpartition(")")
    if not closed:
        raise Malformed(f"{quote(text.strip())} is never closed", hint="write e.g. Conv2d(3, 64, 7), in YAML in quotes")
    call = read_call(f"{written})")
    line = read_line(f"{call.name} {rest.removeprefix(',')}")
    keys, others = _split(line.keys)
    settings = dict(call.named)
    name = found["name"] and check_name(found["name"])
    if (own := settings.pop("name", None)) is not None:
        if name not in (None, check_name(own)):
            raise Malformed(f"is called {name} and {own}", key="name", hint="give it one name")
        name = name or check_name(own)
    if others:
        key = next(iter(others))
        raise Malformed(f"{quote(key)} stands after the call", key=key, hint="put it between the parentheses")
    if line.tokens:
        settings["names"] = list(line.tokens)
    return _joining(Entry(call.name, {**keys, "name": name} if name else keys, settings, positional=call.positional))


def _joining(entry: Entry) -> Entry:
    """A list of layers to read is the one to read from, and those to join with it."""
    settings = dict(entry.settings)
    several = settings.pop("inputs", None) if isinstance(settings.get("inputs"), list) else entry.keys.get("from")
    if not isinstance(several, list) or not several:
        return entry
    first, *rest = several
    if rest:
        settings["names"] = rest
    return entry._replace(keys={**entry.keys, "from": first}, settings=settings)


def _split(table: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The keys that any layer takes, and the others."""
    keys = {key: value for key, value in table.items() if key in LAYER_KEYS}
    return keys, {str(key): value for key, value in table.items() if key not in LAYER_KEYS}


def spelled_heads(items: object, blocks: Container[str]) -> Iterator[str]:
    """The names in a framework's own spelling among layers, and among the layers in groups."""
    for item in items if isinstance(items, list) else ():
        if isinstance(item, str) and (found := CALL.match(item)):  # its arguments may wait for a block's
            yield found["head"]
            continue
        try:
            entry = read_entry(item)
        except Malformed:
            continue
        if not entry.head:
            yield from spelled_heads(entry.settings.get("layers"), blocks)
        elif entry.head not in blocks and (entry.spelled or entry.head not in BY_NAME):
            yield entry.head
