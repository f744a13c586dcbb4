"""What a dialect declares: a framework's layout, its spelling of layers, and its rules. It knows no network."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from convcalc.dialects.ruled import Rule, Ruled
from convcalc.dialects.signature import Rank, Signature
from convcalc.errors import Malformed
from convcalc.ops.op import Op
from convcalc.shape import quote
from convcalc.suggest import nearest


class Made(NamedTuple):
    """What a layer's arguments make: an op, and the rule it is under."""

    op: Op
    rule: Rule
    words: Mapping[str, str] = {}
    """The layer's own names for knobs, where they are not the framework's usual ones."""


class Spelling(NamedTuple):
    """A class or function of a framework: its arguments, the axes it is made for, and what it makes of them."""

    signature: Signature
    make: Callable[[Any, Rank], Made]
    rank: Rank = None


class Dialect(NamedTuple):
    """A framework's own ways."""

    name: str
    channels_last: bool
    """A shape given as a list ends with the channels."""
    counts_statistics: bool
    """Running statistics are among the params that the framework reports."""
    layers: Mapping[str, Spelling] = {}
    """Its classes and functions by name."""
    prefixes: tuple[str, ...] = ()
    """Modules that may stand before a name: `nn.Conv2d`."""
    rules: Mapping[type[Op], Rule] = {}
    """What it makes of native ops; an op without a rule is the same everywhere."""
    words: Mapping[str, str] = {}
    """Its names for the knobs of native ops."""

    def knows(self, name: str) -> bool:
        """Whether it has a class or function of that name."""
        return self._bare(name) in self.layers

    def joins(self, name: str) -> bool:
        """Whether the layer of that name reads others besides the one before it."""
        return "names" in self.layers[self._bare(name)].signature.arguments

    def _bare(self, name: str) -> str:
        prefix, _, last = name.rpartition(".")
        return last if prefix in self.prefixes else name

    def layer(self, name: str, positional: Sequence[object] = (), named: Mapping[str, object] = {}) -> Ruled:
        """The layer that a call or a table spells. Raises `Malformed`."""
        bare = self._bare(name)
        if bare not in self.layers:
            raise Malformed(f"{self.name} has no layer {quote(name)}", key="op", hint=nearest(bare, self.layers))
        signature, make, rank = self.layers[bare]
        made = make(signature.bind(bare, positional, named, rank), rank)
        return Ruled(made.op, made.rule, text=_call(name, positional, named), words={**self.words, **made.words})

    def adopt(self, op: Op) -> Op:
        """The op under the framework's rule. A layer in the framework's own spelling is so already."""
        rule = self.rules.get(type(op))
        return op if rule is None else Ruled(op, rule)


def _call(name: str, positional: Sequence[object], named: Mapping[str, object]) -> str:
    """The layer as a call."""
    arguments = [*map(_literal, positional), *[f"{key}={_literal(value)}" for key, value in named.items()]]
    return f"{name}({', '.join(arguments)})"


def _literal(value: object) -> str:
    """A literal in one line, tuples for lists."""
    return repr(_tuples(value))


def _tuples(value: object) -> object:
    return tuple([_tuples(item) for item in value]) if isinstance(value, list) else value
