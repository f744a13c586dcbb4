"""Which rows of a trace are shown: all, or those of the layers that are asked for by name or number."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from convcalc.errors import Malformed
from convcalc.shape import quote
from convcalc.suggest import nearest

if TYPE_CHECKING:
    from convcalc.network import Layer
    from convcalc.trace import Row, Trace


def rows_of(trace: "Trace", only: Sequence[int] | None = None) -> "Iterable[Row]":
    """The rows of these layers, as far as the trace has come; of all where none are asked for."""
    return trace if only is None else (trace.row(number) for number in only if number <= len(trace))


def numbers_of(text: str, layers: "Sequence[Layer]") -> list[int]:
    """The layers that names and numbers with commas between them stand for, in the network's order.

    The name of a block stands for all its layers. Raises `Malformed` for a name that no layer has.
    """
    return sorted({number for word in text.split(",") for number in _numbers_of(word.strip(), layers)})


def _numbers_of(word: str, layers: "Sequence[Layer]") -> list[int]:
    if word.isdecimal() and 1 <= int(word) <= len(layers):
        return [int(word)]
    names = [layer.name or "" for layer in layers]
    found = [number for number, name in enumerate(names, 1) if name == word or name.startswith(f"{word}.")]
    if not found or not word:
        known = [name for name in names if name]
        hint = nearest(word, known, fallback=f"there are 1 to {len(layers)}")
        raise Malformed(f"--only: no layer is called {quote(word)}", hint=hint)
    return found
