"""A layer written as a call, `Conv2d(3, 64, 7, stride=2)`, to its name and arguments. It is parsed, never executed.

It knows literals and integer arithmetic, not which classes there are.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from numbers import Real
from types import EllipsisType
from typing import Any, NamedTuple

from convcalc.errors import Malformed
from convcalc.shape import quote

MAX_LENGTH = 2000
"""Characters of a call; a longer one is no layer."""

MAX_BITS = 1024
"""The largest number that integer arithmetic may come to."""

_ARITHMETIC: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}


class Call(NamedTuple):
    """A class or function name, and its arguments as Python values."""

    name: str
    positional: tuple[object, ...]
    named: Mapping[str, object]


def read_call(text: str) -> Call:
    """The name and arguments of a call. Raises `Malformed` for anything but literals and integer arithmetic.

    >>> read_call("Linear(7*7*256, out_features=10)")
    Call(name='Linear', positional=(12544,), named={'out_features': 10})
    """
    if len(text) > MAX_LENGTH:
        raise Malformed(f"a call of {len(text)} characters is too long; {MAX_LENGTH} are read")
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else "it can't be parsed"
        raise Malformed(f"{quote(text)} is not a call: {reason}", hint="write e.g. Conv2d(3, 64, 7)") from None
    if not isinstance(node, ast.Call):
        raise Malformed(f"{quote(text)} is not a call", hint="write e.g. Conv2d(3, 64, 7)")
    return Call(_dotted(node.func), tuple([_value(item) for item in node.args]), _named(node))


def _dotted(node: ast.expr) -> str:
    """`Conv2d`, or `nn.Conv2d`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    raise Malformed("a call starts with the name of a class or function")


def _named(node: ast.Call) -> dict[str, object]:
    named: dict[str, object] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise Malformed("** has no place in a layer", hint="write each argument out")
        if keyword.arg in named:
            raise Malformed("is given twice", key=keyword.arg)
        named[keyword.arg] = _value(keyword.value)
    return named


def _value(node: ast.expr) -> object:
    """The value of a literal, of a list or tuple of them, or of integer arithmetic."""
    if isinstance(node, ast.Constant) and not isinstance(node.value, bytes | complex | EllipsisType):
        return node.value
    if isinstance(node, ast.Tuple):
        return tuple([_value(item) for item in node.elts])
    if isinstance(node, ast.List):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        number = _number(node.operand)
        return -number if isinstance(node.op, ast.USub) else number
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        return _computed(_ARITHMETIC[type(node.op)], node)
    raise Malformed(
        f"{quote(ast.unparse(node))} is neither a literal nor integer arithmetic",
        hint="numbers and + - * // % ** of integers, strings, True, False, None, tuples and lists are read",
    )


def _number(node: ast.expr) -> Any:
    value = _value(node)
    if isinstance(value, bool) or not isinstance(value, Real):
        raise Malformed(f"{quote(ast.unparse(node))} is not a number")
    return value


def _integer(node: ast.expr) -> int:
    value = _number(node)
    if not isinstance(value, int):
        raise Malformed(f"{quote(ast.unparse(node))} is not an integer", hint="arithmetic is read on integers alone")
    return value


def _computed(compute: Callable[[int, int], int], node: ast.BinOp) -> int:
    left, right = _integer(node.left), _integer(node.right)
    if isinstance(node.op, ast.Pow) and not 0 <= right * left.bit_length() <= MAX_BITS:
        raise Malformed(f"{quote(ast.unparse(node))} comes to too large a number, or to none")
    try:
        value = compute(left, right)
    except ZeroDivisionError:
        raise Malformed(f"{quote(ast.unparse(node))} divides by zero") from None
    if value.bit_length() > MAX_BITS:
        raise Malformed(f"{quote(ast.unparse(node))} comes to too large a number")
    return value
