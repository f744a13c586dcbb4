"""Sizes as functions of the input's, a line a layer."""

from collections.abc import Sequence

from convcalc.network import Network
from convcalc.solve.formula import Row


def formulas_text(network: Network, rows: Sequence[Row]) -> str:
    """Number, layer and formula, in columns; the input is the first line."""
    told = [("", "input", str(rows[0]))]
    for number, (layer, row) in enumerate(zip(network.layers, rows[1:], strict=False), 1):
        name = f"{layer.name}: " if layer.name else ""
        told.append((str(number), f"{name}{layer.op}", str(row)))
    widths = [max(len(cells[place]) for cells in told) for place in (0, 1)]
    return "\n".join(f"{number:>{widths[0]}}  {layer:{widths[1]}}  {formula}" for number, layer, formula in told)
