"""The frameworks by name, a file each. A dialect is loaded when it is asked for."""

from collections.abc import Collection
from importlib import import_module
from typing import TYPE_CHECKING

from convcalc.errors import Malformed

if TYPE_CHECKING:
    from convcalc.dialects.dialect import Dialect

NAMES = ("torch", "keras", "tf", "onnx", "jax")
"""What `--framework` and the key `framework` take."""


def dialect_named(name: str | None, opset: int | None = None) -> "Dialect | None":
    """The dialect called `name`; None for none. Raises `Malformed` for a name that is not known.

    ONNX has a dialect for each opset, and one for when none is given.
    """
    if opset is not None and name != "onnx":
        raise Malformed(f"{name or 'a network without a framework'} has no opset", key="opset", hint="onnx has")
    if name is None:
        return None
    if name not in NAMES:
        raise Malformed(f"unknown framework {name!r}", key="framework", hint=f"known are {', '.join(NAMES)}")
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
    told = ", ".join(sorted(known)[:3])
    which = " or ".join(dialect.name for dialect in having)
    what = f"{told} could be {which}" if having else f"no one framework has all of {told}"
    raise Malformed(what, key="framework", hint="say which framework it is")
