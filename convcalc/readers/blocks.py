"""Blocks and scopes of a network document: layers used again by name, and which names are seen where."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from convcalc.errors import Malformed
from convcalc.ops.registry import BY_NAME
from convcalc.readers.spelling import KEYWORDS, LAYER_KEYS, RESERVED, check_name
from convcalc.shape import quote
from convcalc.suggest import nearest

BLOCK_KEYS = ("parameters", "layers")
MAX_DEPTH = 32
"""How deep blocks and groups may stand in each other."""

MAX_ARGUMENT = 200
"""Characters of an argument: blocks that use blocks could else double it at each step."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class Block:
    """Layers with a name and parameters, used as if they were one op."""

    def __init__(self, name: str, body: object) -> None:
        check_name(name)
        if name in BY_NAME or name in KEYWORDS:
            what = "an op" if name in BY_NAME else "a keyword"
            raise Malformed(f"{name} is {what} already", hint="call the block something else")
        table = {"layers": body} if isinstance(body, list) else body
        if not isinstance(table, dict) or "layers" not in table:
            raise Malformed("a block needs layers", key="layers", hint=f"its keys are {', '.join(BLOCK_KEYS)}")
        for key in table:
            if key not in BLOCK_KEYS:
                raise Malformed(f"a block has no key {quote(key)}", hint=nearest(str(key), BLOCK_KEYS))
        self.name = name
        self.layers: object = table["layers"]
        self.place: tuple[str, ...] = ("blocks", name) if isinstance(body, list) else ("blocks", name, "layers")
        self.defaults: dict[str, str | None] = {}
        for parameter, default in _parameters(table.get("parameters", [])):
            if parameter in self.defaults or parameter in LAYER_KEYS:
                problem = "is given twice" if parameter in self.defaults else "is a key of every layer"
                raise Malformed(f"{parameter} {problem}", key="parameters", hint="call the parameter something else")
            self.defaults[parameter] = default

    def arguments(self, positional: Sequence[str], given: Mapping[str, object]) -> dict[str, str]:
        """A value for every parameter. Raises `Malformed` for one too many or too few."""
        names = list(self.defaults)
        if len(positional) > len(names):
            raise Malformed(f"{self.name} takes {len(names)} values, got {len(positional)}", hint=self._hint())
        values = dict(zip(names, positional, strict=False))
        for key, value in given.items():
            if key not in self.defaults or key in values:
                problem = "is given twice" if key in values else f"is no parameter of {self.name}"
                raise Malformed(f"{quote(key)} {problem}", hint=self._hint())
            values[key] = str(value)
        return {name: self._checked(name, values.get(name, default)) for name, default in self.defaults.items()}

    def _checked(self, name: str, value: str | None) -> str:
        if value is None:
            raise Malformed(f"{self.name} needs {name}", hint=self._hint())
        if len(value) > MAX_ARGUMENT:
            raise Malformed(f"the value of {name} has {len(value)} characters, at most {MAX_ARGUMENT} are read")
        return value

    def _hint(self) -> str:
        return f"its parameters are {', '.join(self.defaults)}" if self.defaults else "it has no parameters"


def _parameters(value: object) -> Iterator[tuple[str, str | None]]:
    """`name` or `name=default`, one after the other."""
    if not isinstance(value, list):
        raise Malformed("must be a list of names", key="parameters", hint='write ["out", "stride=1"]')
    for item in value:
        if not isinstance(item, str):
            raise Malformed(f"must be names, got {quote(item)}", key="parameters", hint='write ["out", "stride=1"]')
        name, equals, default = item.partition("=")
        yield check_name(name), default if equals else None


def fill(item: Any, arguments: Mapping[str, str], depth: int = 3) -> Any:
    """`item` with `{parameter}` replaced in its strings; the layers of a group are left until their turn.

    >>> fill("conv {out} k3 s{stride}", {"out": "64", "stride": "2"})
    'conv 64 k3 s2'
    """
    if not arguments and depth and isinstance(item, dict) and _is_plain(item):
        return item
    if isinstance(item, str):
        return _PLACEHOLDER.sub(lambda found: _argument(found[1], arguments), item) if "{" in item else item
    if depth and isinstance(item, list):
        return [fill(part, arguments, depth - 1) for part in item]
    if depth and isinstance(item, dict):
        return {key: part if key == "layers" else fill(part, arguments, depth - 1) for key, part in item.items()}
    return item


def _is_plain(table: Mapping[str, Any]) -> bool:
    """Whether a table holds numbers and text without a placeholder, as almost every one does."""
    return all(isinstance(part, int) or (type(part) is str and "{" not in part) for part in table.values())


def _argument(name: str, arguments: Mapping[str, str]) -> str:
    if name not in arguments:
        fallback = None if arguments else "parameters are replaced inside blocks"
        raise Malformed(
            f"{quote('{' + name + '}')} is no parameter here", hint=nearest(name, arguments, fallback=fallback)
        )
    return arguments[name]


class Scope:
    """Inside a network, a block or a group: where it stands, what `in` means, which names and parameters are seen."""

    def __init__(
        self,
        start: int,
        place: tuple[str | int, ...],
        parent: "Scope | None" = None,
        label: str | None = None,
        arguments: Mapping[str, str] | None = None,
    ) -> None:
        self.start = start
        self.place = place
        self.parent = parent
        self.label = label
        self.arguments: Mapping[str, str] = arguments or (parent.arguments if parent and arguments is None else {})
        self.depth: int = parent.depth + 1 if parent else 0
        self.names: dict[str, int] = {}
        self.uses: dict[str, int] = {}

    def stands_in(self, place: tuple[str | int, ...]) -> bool:
        """Whether this scope, or one around it, is what stands at `place`."""
        return self.place == place or bool(self.parent and self.parent.stands_in(place))

    def full(self, name: str) -> str:
        """The name of a layer as the whole network sees it."""
        own = f"{self.label}.{name}" if self.label else name
        return self.parent.full(own) if self.parent else own

    def find(self, name: str) -> int:
        """The layer called `name`, here or further out. Raises `Malformed`."""
        if name == RESERVED:
            return self.start
        scope: Scope | None = self
        known = [RESERVED]
        while scope:
            if name in scope.names:
                return scope.names[name]
            known += scope.names
            scope = scope.parent
        raise Malformed(f"no layer before this one is called {quote(name)}", hint=nearest(name, known[:1000]))

    def define(self, name: str, number: int) -> None:
        """Call layer `number` by `name` here, and by its longer names further out."""
        if name in self.names:
            raise Malformed(f"the name {quote(name)} is used twice", hint="give each layer a name of its own")
        self.names[name] = number
        if self.parent and self.label:
            self.parent.define(f"{self.label}.{name}", number)

    def label_of(self, block: str) -> str:
        """A label for a use of `block` that has no name."""
        self.uses[block] = self.uses.get(block, 0) + 1
        return f"{block}.{self.uses[block]}"
