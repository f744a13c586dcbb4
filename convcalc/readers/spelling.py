"""A layer's line in native spelling: `[NAME:] OP [OUT] [kK] [sS] ... [WORDS] [from=NAME]`.

It knows the ops and their knobs, not which layers exist.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from convcalc.errors import Malformed
from convcalc.ops.op import Knob, Op
from convcalc.ops.references import Names
from convcalc.ops.registry import BY_NAME
from convcalc.shape import quote
from convcalc.suggest import nearest

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_PREFIXED = re.compile(r"([a-z]+)(-?\d.*)")

LAYER_KEYS = ("name", "from", "expect", "repeat", "ignore", "severity")
"""Keys that any layer takes besides its own knobs."""

STATEMENTS = ("framework", "opset", "input", "expect")
"""Lines of a text file that set a key of the network."""

KEYWORDS = (*STATEMENTS, "layers", "blocks", "block", "repeat", "end", "check")
"""Words that open a line of a text file, or a file: no block is called so."""

RESERVED = "in"
"""The name of the input: of the network, or of the block."""


class Line(NamedTuple):
    """A layer as written: its op or block, what is set, and the keys that any layer takes."""

    head: str
    tokens: tuple[str, ...] = ()
    keys: Mapping[str, str] = {}
    name: str | None = None


def read_line(text: str) -> Line:
    """Split a line into its name, head, tokens and `key=value` pairs.

    >>> read_line("up1: tconv 128 k5 s2 same from=x")
    Line(head='tconv', tokens=('128', 'k5', 's2', 'same'), keys={'from': 'x'}, name='up1')
    """
    words = text.split()
    if not words:
        raise Malformed("a layer is empty", hint="write e.g. conv 64 k3 p1")
    name = None
    if words[0].endswith(":"):
        name = check_name(words.pop(0)[:-1])
        if not words:
            raise Malformed(f"{name}: has no op", hint=f"write e.g. {name}: conv 64 k3 p1")
    head, *rest = words
    rest = [f"repeat={word[1:]}" if word.startswith("*") else word for word in rest]
    tokens = [word for word in rest if "=" not in word]
    return Line(head, tuple(tokens), _pairs(word for word in rest if "=" in word), name)


def _pairs(words: Iterable[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for word in words:
        key, _, value = word.partition("=")
        if not key:
            raise Malformed(f"nothing stands before = in {quote(word)}", hint="write kernel=3, without blanks")
        if key in pairs:
            raise Malformed("is given twice", key=key)
        pairs[key] = value
    return pairs


def check_name(name: object) -> str:
    """A name that a layer may have."""
    if not isinstance(name, str) or not NAME.fullmatch(name) or name == RESERVED:
        hint = f"{RESERVED} is the input" if name == RESERVED else "a letter or _, then letters, digits, _ . or -"
        raise Malformed(f"{quote(name)} can't be a name", key="name", hint=hint)
    return name


def op_named(name: str, also: Iterable[str] = ()) -> type[Op]:
    """The op of that name. Raises `Malformed` with the nearest of the ops and `also`."""
    if op := BY_NAME.get(name):
        return op
    hint = nearest(name, [*BY_NAME, *also, *KEYWORDS])
    if ":" in name:
        hint = "put a blank after the colon of a name"
    raise Malformed(f"unknown op {quote(name)}", key="op", hint=hint)


@lru_cache(maxsize=4096)
def read_op(head: str, tokens: tuple[str, ...], pairs: tuple[tuple[str, str], ...] = ()) -> Op:
    """The op that a line's tokens and `key=value` pairs set.

    >>> read_op("conv", ("64", "k7", "s2", "p3"))
    Conv(out=64, kernel=(7,), stride=(2,), padding=((3, 3),))
    """
    op = op_named(head)
    values = _by_tokens(op, tokens)
    for key, text in pairs:
        if key in values:
            raise Malformed("is given twice", key=key)
        values[key] = knob_of(op, key).kind.read(text, key)
    return op(**values)


def knob_of(op: type[Op], key: str) -> Knob:
    """The knob called `key`. Raises `Malformed` with the nearest."""
    if key in op.knobs:
        return op.knobs[key]
    hint = nearest(key, [*op.knobs, *LAYER_KEYS])
    raise Malformed(f"{op.spelling} has no key {quote(key)}", key=key, hint=hint)


def _by_tokens(op: type[Op], tokens: Sequence[str]) -> dict[str, Any]:
    for name, knob in op.knobs.items():
        if isinstance(knob.kind, Names):
            return {name: tuple(tokens)} if tokens else {}
    values: dict[str, Any] = {}
    rest = list(tokens)
    while rest:
        name, value = _next_value(op, rest, values)
        if name in values:
            raise Malformed("is given twice", key=name)
        values[name] = value
    return values


def _next_value(op: type[Op], rest: list[str], values: Mapping[str, Any]) -> tuple[str, Any]:
    """Take one token, or a keyword and its value, off the front of `rest`."""
    token = rest.pop(0)
    for name, knob in op.knobs.items():
        if token in knob.kind.words:
            return name, knob.kind.words[token]
        if token == knob.keyword:
            if not rest:
                raise Malformed(f"nothing follows {token}", key=name, hint=f"write {token} {knob.kind.metavar}")
            return name, knob.kind.read(rest.pop(0), name)
    if prefixed := _PREFIXED.fullmatch(token):
        letter, text = prefixed.groups()
        for name, knob in op.knobs.items():
            if letter == knob.letter:
                return name, knob.kind.read(text, name)
    return _positional(op, token, rest, values)


def _positional(op: type[Op], token: str, rest: list[str], values: Mapping[str, Any]) -> tuple[str, Any]:
    for name, knob in op.knobs.items():
        if knob.positional and name not in values and not token[0].isalpha():
            while knob.kind.greedy and rest:
                token = f"{token},{rest.pop(0)}"
            return name, knob.kind.read(token, name)
    raise Malformed(f"{op.spelling} does not take {quote(token)}", key=None, hint=_tokens_hint(op, token))


def _tokens_hint(op: type[Op], token: str) -> str:
    for knob in op.knobs.values():
        if token == knob.letter:
            return f"write {token}3, without a blank"
        if knob.letter and token.isdigit() and not any(other.positional for other in op.knobs.values()):
            return f"write {knob.letter}{token}"
    words = [word for knob in op.knobs.values() for word in knob.kind.words]
    if token.isalpha() and (close := nearest(token, words, fallback="")):
        return close
    forms = [f"{knob.letter}{knob.kind.metavar}" for knob in op.knobs.values() if knob.letter and not knob.positional]
    forms += [knob.kind.metavar for knob in op.knobs.values() if knob.positional]
    return f"it takes {' '.join([*forms, *words])}" if forms or words else "it takes nothing"


def knobs_set(head: str, tokens: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Which knob each token sets, up to one that can't be read: the knob, the value's first token, and the one after.

    >>> list(knobs_set("upsample", ["bilinear", "to", "0x0"]))
    [('mode', 0, 1), ('size', 2, 3)]
    """
    op = BY_NAME.get(head, Op)
    if any(isinstance(knob.kind, Names) for knob in op.knobs.values()):
        if tokens:
            yield "names", 0, len(tokens)
        return
    rest, values, readable = list(tokens), dict[str, Any](), True
    while rest and readable:
        first = len(tokens) - len(rest)
        try:
            name, values[name] = _next_value(op, rest, values)
        except Malformed as error:
            name, readable = error.key or "", False
        end = len(tokens) - len(rest)
        if name in op.knobs:
            follows = tokens[first] == op.knobs[name].keyword and end > first + 1
            yield name, first + follows, end
