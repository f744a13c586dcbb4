"""The frameworks by name, a file each. A dialect is loaded when it is asked for."""

from collections.abc import Collection
from importlib import import_module
from typing import TYPE_CHECKING

from convcalc.errors import Malformed
from convcalc.suggest import nearest

if TYPE_CHECKING:
    from convcalc.dialects.dialect import Dialect

NAMES = ("torch", "keras", "tf", "onnx", "jax")
"""What `--framework` and the key `framework` take."""


_OTHERWISE = {"pytorch": "torch", "tensorflow": "tf", "onnxruntime": "onnx", "flax": "jax"}
"""What a framework is called, too, for a hint."""


def dialect_named(name: str | None, opset: int | None = None) -> "Dialect | None":
    """The dialect called `name`; None for none. Raises `Malformed` for a name that is not known.

    ONNX has a dialect for each opset, and one for when none is given.
    """
    if opset is not None and name != "onnx":
        raise Malformed(f"{name or 'a network without a framework'} has no opset", key="opset", hint="onnx has")
    if name is None:
        return None
    if name not in NAMES:
        raise Malformed(f"unknown framework {name!r}", key="framework", hint=nearest(_OTHERWISE.get(name, name), NAMES))
    module = import_module(f"convcalc.dialects.{name}")
    known: Dialect = module.DIALECT if opset is None else module.dialect_of(opset)
    return known


def dialect_knowing(names: Collection[str]) -> "Dialect | None":
    """The one framework that has layers of all these names; None where none has any of them.

    Raises `Malformed` where the names leave it open.
    """
    dialects = [dialect for name in NAMES if (dialect := dialect_named(name))]
    known = [name for name in names if any(dialect.knows(name) for dialect in dialects)]
    having = [dialect for dialect in dialects if all(dialect.knows(name) for name in known)]
    if not known or len(having) == 1:
        return having[0] if known else None
    if having:
        told, which = ", ".join(sorted(known)[:3]), " or ".join(dialect.name for dialect in having)
        hint = f"say which framework it is: -f {having[0].name}, or framework {having[0].name} in the file"
        raise Malformed(f"{told} could be {which}", key="framework", hint=hint)
    from convcalc.ops.registry import BY_NAME

    closest = max(dialects, key=lambda dialect: sum(map(dialect.knows, known)))
    missing = min(name for name in known if not closest.knows(name))
    own = missing.lower() in BY_NAME
    hint = f"write {missing.lower()} without parentheses" if own else f"is there another for {missing}?"
    raise Malformed(f"no one framework has all of these layers: {closest.name} lacks {missing}", key="op", hint=hint)
