"""A layer that fails, or an expectation that is broken, told on stderr with its place in the file."""

from typing import TYPE_CHECKING

from convcalc.cli.group import REFUSED, code_of, told

if TYPE_CHECKING:
    from convcalc.network import Network
    from convcalc.readers.source import Source
    from convcalc.trace import Failure


def tell_failure(source: "Source", network: "Network", failure: "Failure") -> int:
    """One line, and the exit code that it amounts to."""
    error, layer = failure.error, network.layers[failure.number - 1]
    name = f" {layer.name}:" if layer.name else ""
    reason = error.reason if error.key == "expect" else str(error)
    place = source.locate(failure.place, error.key)
    return told(f"{place}: layer {failure.number}{name} {layer.op}: {reason}", max(code_of(error), REFUSED))
