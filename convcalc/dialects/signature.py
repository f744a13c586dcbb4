"""A layer's arguments as its framework declares them, and the values that a layer gives for them.

A signature is written as Python writes it, with the kind of each argument that counts for the arithmetic; an
argument without a kind is read and means nothing here. It knows no op.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from math import isfinite
from numbers import Real
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.errors import Malformed
from convcalc.ops.kinds import integer
from convcalc.shape import quote
from convcalc.suggest import nearest

if TYPE_CHECKING:
    import ast

REQUIRED = object()
"""The default of an argument that must be given."""

Rank = int | None
"""The number of axes that a layer is made for; None where any number will do."""


def _count(value: object, key: str, _rank: Rank) -> int:
    if isinstance(value, str):
        raise Malformed(f"must be an integer, got {quote(value)}", key=key)
    return integer(value, 1, key)


def _whole(value: object, key: str, _rank: Rank) -> int:
    if isinstance(value, str):
        raise Malformed(f"must be an integer, got {quote(value)}", key=key)
    return integer(value, None, key)


def _number(value: object, key: str, _rank: Rank) -> Real:
    if isinstance(value, bool) or not isinstance(value, Real) or not isfinite(value):
        raise Malformed(f"must be a number, got {quote(value)}", key=key)
    return value


def _sizes(value: object, key: str, _rank: Rank) -> int | tuple[int | None, ...] | None:
    """A size, or one an axis, in which None keeps what is there."""
    if isinstance(value, list | tuple):
        return tuple([None if item is None else _whole(item, key, None) for item in value])
    return None if value is None else _whole(value, key, None)


def _per_axis(one: Callable[[object, str, Rank], Any]) -> Callable[[object, str, Rank], tuple[Any, ...]]:
    """A value for all axes or a list of one for each, spread over the axes where their number is known."""

    def read(value: object, key: str, rank: Rank) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            return (one(value, key, rank),) * (rank or 1)
        if not value or (rank is not None and len(value) != rank):
            raise Malformed(f"must be a number or {rank or 'some'} of them, got {quote(list(value))}", key=key)
        return tuple([one(item, key, rank) for item in value])

    return read


def _items(value: object, key: str, _rank: Rank) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        raise Malformed(f"must be a list of integers, got {quote(value)}", key=key)
    return tuple([_whole(item, key, None) for item in value])


def _pairs(value: object, key: str, _rank: Rank) -> tuple[tuple[int, int], ...]:
    if not isinstance(value, list | tuple):
        raise Malformed(f"must be pairs of before and after, got {quote(value)}", key=key)
    pairs = tuple([_items(item, key, None) for item in value])
    for pair in pairs:
        if len(pair) != 2:
            raise Malformed(f"must be pairs of before and after, got {quote(list(pair))}", key=key)
    return pairs  # type: ignore[return-value]  # the lengths have just been looked at


def _true_or_false(value: object, key: str, _rank: Rank) -> bool:
    if not isinstance(value, bool):
        raise Malformed(f"must be true or false, got {quote(value)}", key=key)
    return value


def _text(value: object, key: str, _rank: Rank) -> str:
    if not isinstance(value, str):
        raise Malformed(f"must be a string, got {quote(value)}", key=key)
    return value


def _names(value: object, key: str, _rank: Rank) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.split())
    if not isinstance(value, list | tuple):
        raise Malformed(f"must be names of layers, got {quote(value)}", key=key)
    return tuple([_text(item, key, None) for item in value])


KINDS: Mapping[str, Callable[[object, str, Rank], Any]] = {
    "Count": _count,
    "Int": _whole,
    "Counts": _per_axis(_count),
    "Ints": _per_axis(_whole),
    "Number": _number,
    "Numbers": _per_axis(_number),
    "List": _items,
    "Sizes": _sizes,
    "Pairs": _pairs,
    "Bool": _true_or_false,
    "Text": _text,
    "Names": _names,
    "Any": lambda value, _key, _rank: value,
}
"""What an argument can be: a count is at least 1, a plural is a value for all axes or a list of one for each."""


def _schemas(rank: Rank) -> Mapping[str, dict[str, Any]]:
    """JSON Schema of each kind, for a layer of so many axes."""
    whole, number, text = {"type": "integer"}, {"type": "number"}, {"type": "string"}
    count = {"type": "integer", "minimum": 1}
    pair = {"type": "array", "items": whole, "minItems": 2, "maxItems": 2}
    size = {"type": ["integer", "null"]}
    return {
        "Count": count,
        "Int": whole,
        "Counts": _each(count, rank),
        "Ints": _each(whole, rank),
        "Number": number,
        "Numbers": _each(number, rank),
        "List": {"type": "array", "items": whole},
        "Sizes": {"type": ["integer", "null", "array"], "items": size},
        "Pairs": {"type": "array", "items": pair},
        "Bool": {"type": "boolean"},
        "Text": text,
        "Names": {"type": ["string", "array"], "items": text},
        "Any": {},
    }


def _each(one: dict[str, Any], rank: Rank) -> dict[str, Any]:
    """One value, or a list of one for each axis."""
    several = {"type": "array", "items": one, "minItems": rank or 1}
    return {"anyOf": [one, {**several, "maxItems": rank} if rank else several]}


_SAID = {
    "Count": "an integer from 1",
    "Int": "an integer",
    "Counts": "integers from 1, one for all axes or one each",
    "Ints": "integers, one for all axes or one each",
    "List": "a list of integers",
    "Pairs": "pairs of before and after",
    "Text": "a word",
}
"""How the kinds are told, where an argument can be of several."""


class Argument(NamedTuple):
    """One argument: its kinds, of which a value must be one, and its default."""

    name: str
    kinds: tuple[str, ...]
    default: object

    @property
    def required(self) -> bool:
        """Whether there is no default."""
        return self.default is REQUIRED

    def read(self, value: object, rank: Rank) -> Any:
        """The value, of the first kind that takes it. Raises the `Malformed` of the last."""
        if value is None and self.default is None:
            return None
        if len(self.kinds) == 1:
            return KINDS[self.kinds[0]](value, self.name, rank)
        for kind in self.kinds:
            try:
                return KINDS[kind](value, self.name, rank)
            except Malformed as error:
                refused = error
        wrong = refused.what if isinstance(value, str) else f"is none of what it can be, got {quote(value)}"
        raise Malformed(wrong, key=self.name, hint=" or ".join([_SAID.get(kind, kind) for kind in self.kinds]))

    def schema(self, rank: Rank) -> dict[str, Any]:
        """JSON Schema of what `read` takes."""
        known = _schemas(rank)
        kinds = [known[kind] for kind in self.kinds]
        if self.default is None:
            kinds.append({"type": "null"})
        return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}


class Signature:
    """The arguments of a class or function, in order.

    >>> signature = Signature("kernel_size: Counts, stride: Counts = None, padding: Ints | Text = 0")
    >>> signature.bind("MaxPool2d", (3,), {"padding": 1}, rank=2)
    namespace(kernel_size=(3, 3), stride=None, padding=(1, 1))
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _declared(self) -> "ast.arguments":
        import ast

        function = ast.parse(f"def _({self.text}): 0").body[0]
        assert isinstance(function, ast.FunctionDef)  # noqa: S101 - for mypy: what is parsed is one
        return function.args

    @cached_property
    def arguments(self) -> Mapping[str, Argument]:
        """Each argument by its name."""
        from ast import literal_eval

        declared = self._declared
        required = len(declared.args) - len(declared.defaults)
        nodes = [*[None] * required, *declared.defaults, *declared.kw_defaults]
        defaults = [REQUIRED if node is None else literal_eval(node) for node in nodes]
        pairs = zip([*declared.args, *declared.kwonlyargs], defaults, strict=True)
        return {node.arg: Argument(node.arg, _kinds(node.annotation), default) for node, default in pairs}

    @cached_property
    def positional(self) -> tuple[str, ...]:
        """The names of those that may be given by their place: all up to the star."""
        return tuple([node.arg for node in self._declared.args])

    def bind(self, name: str, positional: Sequence[object], named: Mapping[str, object], rank: Rank) -> Any:
        """A namespace with a value for every argument. Raises `Malformed`."""
        given = self._given(name, positional, named)
        values = {}
        for key, argument in self.arguments.items():
            if key not in given and argument.required:
                raise Malformed(f"{name} needs {key}", key=key, hint=f"its arguments are {', '.join(self.arguments)}")
            value = given.get(key, argument.default)
            values[key] = None if value is None and key not in given else argument.read(value, rank)
        return SimpleNamespace(**values)

    def _given(self, name: str, positional: Sequence[object], named: Mapping[str, object]) -> dict[str, object]:
        if len(positional) > len(self.positional):
            raise Malformed(f"{name} takes {len(self.positional)} arguments by place, got {len(positional)}")
        given = dict(zip(self.positional, positional, strict=False))
        for key, value in named.items():
            if key not in self.arguments:
                raise Malformed(f"{name} has no argument {quote(key)}", key=key, hint=nearest(key, self.arguments))
            if key in given:
                raise Malformed("is given twice", key=key)
            given[key] = value
        return given


def _kinds(annotation: "ast.expr | None") -> tuple[str, ...]:
    from ast import unparse

    return ("Any",) if annotation is None else tuple(unparse(annotation).split(" | "))
