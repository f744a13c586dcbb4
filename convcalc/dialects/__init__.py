"""The frameworks by name, a file each. A dialect is loaded when it is asked for."""

from importlib import import_module
from typing import TYPE_CHECKING

from convcalc.errors import Malformed

if TYPE_CHECKING:
    from convcalc.dialects.dialect import Dialect

NAMES = ("torch", "keras", "tf", "onnx", "jax")
"""What `--framework` and the key `framework` take."""


def dialect_named(name: str | None) -> "Dialect | None":
    """The dialect called `name`; None for none. Raises `Malformed` for a name that is not known."""
    if name is None:
        return None
    if name not in NAMES:
        raise Malformed(f"unknown framework {name!r}", key="framework", hint=f"known are {', '.join(NAMES)}")
    module = import_module(f"convcalc.dialects.{name}")
    known: Dialect = module.DIALECT
    return known
