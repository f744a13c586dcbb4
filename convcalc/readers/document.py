"""A document (tables, lists, strings, numbers, as every format gives them) to a network.

It knows the keys and how blocks unfold, not which format the document was written in.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from convcalc.dialects import dialect_knowing, dialect_named
from convcalc.errors import STRUCTURE, ConvcalcError, Malformed
from convcalc.network import Check, Layer, Network, Place
from convcalc.ops.kinds import integer
from convcalc.ops.op import Op
from convcalc.ops.unreadable import Unreadable
from convcalc.readers.blocks import MAX_DEPTH, Block, Scope, fill
from convcalc.readers.checks import NOTHING, read_check, read_codes, read_severities
from convcalc.readers.layers import Entry, read_entry, spelled_heads
from convcalc.readers.spelling import LAYER_KEYS, STATEMENTS, check_name
from convcalc.shape import Shape, check_least, quote, read_shape
from convcalc.suggest import nearest

if TYPE_CHECKING:
    from convcalc.dialects.dialect import Dialect

KEYS = (*STATEMENTS, "layers", "blocks", "check", "$schema")
"""The keys of a network; `$schema` is for editors."""

MAX_MISREAD = 20
"""A line that can't be read is tried so often."""

MAX_LAYERS = 100_000
"""Blocks that use blocks grow fast; this many layers are built in a second or two."""


def read_document(
    document: object, framework_asked: str | None = None, problems: list[ConvcalcError] | None = None
) -> Network:
    """The network that a document describes. Raises `Malformed` with the place in it.

    A document that states no framework is read as one of the framework that is asked for. Where there is a list of
    `problems`, what is wrong with a layer is put there, and something stands in for the layer.
    """
    if not isinstance(document, dict):
        raise Malformed(f"a network is a table of {', '.join(KEYS)}, got {quote(document)}")
    for key in document:
        if key not in KEYS:
            with _collected(problems):
                raise Malformed(f"unknown key {quote(key)}", key=str(key), hint=nearest(str(key), KEYS))
    if "layers" not in document:
        raise Malformed("a network needs layers", hint="at least one, such as conv 64 k3 p1")
    named = _read(document, "framework", _framework)
    blocks = {}
    for name, body in (_read(document, "blocks", _blocks) or {}).items():
        with _at("blocks", name):
            blocks[name] = Block(name, body)
    opset = _read(document, "opset", _opset)
    framework = named or dialect_named(framework_asked) or _inferred(document["layers"], blocks)
    for name in blocks:
        if framework and framework.knows(name):
            with _at("blocks", name):
                raise Malformed(f"{name} is a layer of {framework.name} already", hint="call the block something else")
    if opset is not None:
        with _at("opset"):
            framework = dialect_named(framework and framework.name, opset)
    builder = _Builder(framework, blocks, problems)
    builder.add_all(document["layers"], Scope(0, ("layers",)))
    stated: dict[str, Any] = {}
    for key, read in (("input", builder.shape), ("expect", builder.shape), ("check", read_check)):
        with _collected(problems):
            stated[key] = _read(document, key, read)
    return Network(
        builder.layers,
        framework=framework and framework.name,
        opset=opset,
        input=stated.get("input"),
        expect=stated.get("expect"),
        check=stated.get("check") or NOTHING,
    )


@contextmanager
def _collected(problems: list[ConvcalcError] | None) -> Iterator[None]:
    """Puts an error to the others, where they are collected, and goes on."""
    try:
        yield
    except Malformed as error:
        if problems is None:
            raise
        problems.append(error)


@contextmanager
def _at(*place: str | int) -> Iterator[None]:
    """Adds the place to an error that has none yet."""
    try:
        yield
    except ConvcalcError as error:
        error.place = error.place or place
        raise


def _read(table: Mapping[str, Any], key: str, read: Callable[[Any], Any]) -> Any:
    """What `read` makes of a key's value, None where the key is not there."""
    if key not in table:
        return None
    with _at(key):
        return read(table[key])


def _framework(value: object) -> "Dialect | None":
    return dialect_named(_text(value))


def _opset(value: object) -> int:
    return integer(value, 1, "opset")


def _text(value: object) -> str:
    """A name as a config gives it: `null`, numbers and `true` are none."""
    if not isinstance(value, str):
        raise Malformed(f"must be a name, got {quote(value)}")
    return value


def _blocks(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise Malformed(f"must be a table of blocks, got {quote(value)}")
    return value


def _inferred(layers: object, blocks: Mapping[str, Block]) -> "Dialect | None":
    """The one framework that has all the layers that are in a framework's own spelling."""
    bodies = [layers, *[block.layers for block in blocks.values()]]
    names = {name for body in bodies for name in spelled_heads(body, blocks)}
    return dialect_knowing(names) if names else None


def _check_of(keys: Mapping[str, Any], place: Place) -> Check:
    with _at(*place):
        severity = read_severities(keys.get("severity", {}))
        return Check(None, (), read_codes(keys.get("ignore", [])), severity)


def _found(scope: Scope, name: str, index: int, op: Op, place: Place) -> int:
    """The layer that an op names, its place that of the name."""
    with _at(*place, *(("names", index) if op.joins else ("like",))):
        return scope.find(name)


class _Builder:
    """Unfolds lines, blocks and groups into one list of layers."""

    def __init__(
        self, framework: "Dialect | None", blocks: Mapping[str, Block], problems: list[ConvcalcError] | None
    ) -> None:
        self.framework = framework
        self.blocks = blocks
        self.problems = problems
        self.misread: dict[Place, list[Malformed]] = {}
        """What was wrong with a line, each time that it was read: blocks are used again."""
        self.layers: list[Layer] = []

    def shape(self, value: object) -> Shape:
        """A shape as text, a number (a feature vector), or a list in the framework's layout."""
        if isinstance(value, str):
            return read_shape(value)
        items = value if isinstance(value, list) and value else [value]
        numbers = [check_least(item, 1, None) for item in items if type(item) is int]
        if len(numbers) < len(items):
            raise Malformed(f"must be a shape, got {quote(value)}", hint="write e.g. 3@224x224")
        *rest, last = numbers
        if (self.framework and self.framework.channels_last) or not rest:
            return Shape(last, tuple(rest))
        return Shape(rest[0], (*rest[1:], last))

    def add_all(self, items: object, scope: Scope) -> int:
        """Add layers one after the other, the first reading the input of the scope; the last one's number."""
        with _at(*scope.place):
            if not isinstance(items, list) or not items:
                raise Malformed("must be a list of at least one layer", hint="such as conv 64 k3 p1")
            if scope.depth > MAX_DEPTH:
                raise Malformed(f"blocks and groups stand more than {MAX_DEPTH} deep in each other", kind=STRUCTURE)
        before = scope.start
        for index, item in enumerate(items):
            place = (*scope.place, index)
            try:
                if len(self.misread.get(place, ())) > MAX_MISREAD:
                    raise self.misread[place][0]  # a line that is used so often is not tried again
                before = self._add(read_entry(fill(item, scope.arguments)), before, scope, place)
            except Malformed as error:
                error.place = error.place or place
                before = self._stand_in(error, before, item, scope, place)
        return before

    def _stand_in(self, error: Malformed, before: int, item: object, scope: Scope, place: Place) -> int:
        """A layer of which nothing is known, under the name that can be read; its number."""
        if self.problems is None or error.kind == STRUCTURE or len(self.layers) >= MAX_LAYERS:
            raise error
        known = self.misread.setdefault(place, [])
        if error.what not in [one.what for one in known]:
            self.problems.append(error)
        known.append(error)
        self.layers.append(Layer(Unreadable(), (before,), None, None, place))
        with suppress(Malformed):
            if (name := read_entry(item).keys.get("name")) and name not in scope.names:
                scope.define(check_name(name), len(self.layers))
        return len(self.layers)

    def _add(self, entry: Entry, before: int, scope: Scope, place: Place) -> int:
        """Add what an entry stands for, as often as it says; the number of its last layer."""
        keys = entry.keys
        number = self._source(keys["from"], scope, place) if "from" in keys else before
        name = check_name(keys["name"]) if "name" in keys else None
        repeat = self._repeat(keys.get("repeat", 1))
        unfolds = entry.head in self.blocks or not entry.head
        label = name or (scope.label_of(entry.head or "repeat") if unfolds else None)
        add = self._add_layers if unfolds else self._add_op
        first = len(self.layers)
        for turn in range(repeat):
            own = f"{label}.{turn}" if label and repeat > 1 else label
            number = add(entry, number, scope, own, place)
            if name and own and unfolds and repeat > 1:
                scope.define(own, number)
        if name and (unfolds or repeat > 1):
            scope.define(name, number)
            self._name(number, scope.full(name))
        if "expect" in keys:
            self.layers[number - 1] = self.layers[number - 1]._replace(expect=self.shape(keys["expect"]))
        if "ignore" in keys or "severity" in keys:
            self._check(_check_of(keys, place), first)
        return number

    def _check(self, check: Check, first: int) -> None:
        """What is said of a layer, or of every layer that a block or a group makes: what they say themselves wins."""
        for index in range(first, len(self.layers)):
            own = self.layers[index].check or NOTHING
            ignore, severity = (*own.ignore, *check.ignore), {**check.severity, **own.severity}
            self.layers[index] = self.layers[index]._replace(check=Check(None, (), ignore, severity))

    def _source(self, name: object, scope: Scope, place: Place) -> int:
        with _at(*place, "from"):
            return scope.find(_text(name))

    def _repeat(self, value: object) -> int:
        repeat = integer(value, 1, "repeat")
        if repeat > MAX_LAYERS - len(self.layers):
            raise Malformed(f"that makes more than {MAX_LAYERS} layers", key="repeat", kind=STRUCTURE)
        return repeat

    def _name(self, number: int, name: str) -> None:
        """The last layer of a block answers to the block's name, unless it has one of its own."""
        if self.layers[number - 1].name is None:
            self.layers[number - 1] = self.layers[number - 1]._replace(name=name)

    def _add_op(self, entry: Entry, before: int, scope: Scope, name: str | None, place: Place) -> int:
        if len(self.layers) == MAX_LAYERS:
            raise Malformed(f"that makes more than {MAX_LAYERS} layers", kind=STRUCTURE)
        op = entry.op(self.framework, self.blocks)
        inputs = (before, *[_found(scope, name, index, op, place) for index, name in enumerate(op.references())])
        self.layers.append(Layer(op, inputs, scope.full(name) if name else None, None, place))
        if name:
            scope.define(name, len(self.layers))
        return len(self.layers)

    def _add_layers(self, entry: Entry, before: int, scope: Scope, name: str | None, place: Place) -> int:
        if block := self.blocks.get(entry.head):
            if scope.stands_in(block.place):
                raise Malformed(f"{block.name} uses itself", hint="no block may", kind=STRUCTURE)
            tokens = entry.tokens if entry.positional is None else [str(value) for value in entry.positional]
            arguments = block.arguments(tokens, entry.settings)
            return self.add_all(block.layers, Scope(before, block.place, scope, name, arguments))
        for key in entry.settings:
            if key != "layers":
                raise Malformed(f"a group has no key {quote(key)}", hint=nearest(key, ("layers", *LAYER_KEYS)))
        return self.add_all(entry.settings["layers"], Scope(before, (*place, "layers"), scope, name))
