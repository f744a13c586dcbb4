"""Shape arithmetic of convolutional networks, in exact integers and with no framework installed.

>>> import convcalc
>>> print(convcalc.conv("3@224x224", out=64, kernel=7, stride=2, padding=3))
64@112x112
>>> network = convcalc.read("conv 64 k7 s2 p3 | batchnorm | relu | pool k3 s2 p1")
>>> trace = network.run("3@224x224")
>>> print(trace.output, trace.params, trace.row(4).receptive_field)
64@56x56 9600 (11, 11)

Sizes are cells, channels stand first whatever the framework, and a batch is never written. What is malformed raises
`Malformed`, what is well-formed and can't be `Impossible`; both are `ConvcalcError` and `ValueError`, with `what`,
`key` and `hint`. What is imported from here is loaded when it is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convcalc.api import check as check
    from convcalc.api import conv as conv
    from convcalc.api import diff as diff
    from convcalc.api import load as load
    from convcalc.api import pool as pool
    from convcalc.api import read as read
    from convcalc.api import sizes as sizes
    from convcalc.api import tconv as tconv
    from convcalc.errors import ConvcalcError as ConvcalcError
    from convcalc.errors import Impossible as Impossible
    from convcalc.errors import Malformed as Malformed
    from convcalc.network import Layer as Layer
    from convcalc.network import Network as Network
    from convcalc.shape import Shape as Shape
    from convcalc.trace import Trace as Trace
    from convcalc.window import TransposedWindow as TransposedWindow
    from convcalc.window import Window as Window

__version__ = "0.1.0"

_HOMES = {
    "check": "api",
    "conv": "api",
    "diff": "api",
    "load": "api",
    "read": "api",
    "pool": "api",
    "sizes": "api",
    "tconv": "api",
    "ConvcalcError": "errors",
    "Impossible": "errors",
    "Malformed": "errors",
    "Layer": "network",
    "Network": "network",
    "Shape": "shape",
    "Trace": "trace",
    "TransposedWindow": "window",
    "Window": "window",
}

__all__ = [*_HOMES, "__version__"]  # noqa: PLE0604 - every one is a string


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"convcalc.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'convcalc' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
