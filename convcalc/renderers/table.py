"""A trace as a table for reading: a row a layer, and the totals. Whole columns give way to a narrow terminal."""

from collections.abc import Sequence
from typing import NamedTuple

from convcalc.renderers.columns import Column, grouped
from convcalc.renderers.glyphs import UNICODE, Glyphs
from convcalc.renderers.rows import rows_of
from convcalc.trace import Trace

GAP = 3
"""Cells between two columns."""

LEAST_NOTES = 24
"""Notes are words: they may be folded down to this width before a column has to go."""


class Sheet(NamedTuple):
    """The cells of a table before it is laid out; `failed` is the last row, if a layer fails."""

    columns: tuple[Column, ...]
    rows: list[list[str]]
    failed: bool

    def widths(self) -> list[int]:
        """What each column takes at its natural width."""
        titles = [len(column.title) for column in self.columns]
        cells = zip(*self.rows, strict=True) if self.rows else [[] for _ in titles]
        return [max([title, *map(len, column)]) for title, column in zip(titles, cells, strict=True)]

    def empty(self) -> list[Column]:
        """The columns in which no row says anything."""
        columns = zip(self.columns, zip(*self.rows, strict=True), strict=False)
        return [column for column, cells in columns if not any(cells)]

    def without(self, dropped: Column) -> "Sheet":
        """The same sheet, one column less."""
        kept = [index for index, column in enumerate(self.columns) if column is not dropped]
        rows = [[row[index] for index in kept] for row in self.rows]
        return self._replace(columns=tuple(self.columns[index] for index in kept), rows=rows)


def sheet_of(
    trace: Trace, columns: Sequence[Column], glyphs: Glyphs = UNICODE, only: Sequence[int] | None = None
) -> Sheet:
    """The cells of every layer, or of some, and for a layer that fails what is known of it."""
    rows = [[column.cell(row) for column in columns] for row in rows_of(trace, only)]
    if trace.failure:
        known = {**failing_layer(trace), "output": glyphs.cross}
        rows.append([known.get(column.name, "") for column in columns])
    return Sheet(tuple(columns), rows, bool(trace.failure))


def failing_layer(trace: Trace) -> dict[str, str]:
    """What is known of the layer that fails, by the names of the columns."""
    if trace.failure is None:
        return {}
    layer = trace.network.layers[trace.failure.number - 1]
    return {"index": str(trace.failure.number), "name": layer.name or "", "layer": str(layer.op)}


def fit(sheet: Sheet, width: int | None) -> tuple[Sheet, list[Column]]:
    """The sheet without the columns that do not fit in `width`, and those that had something to say."""
    dropped: list[Column] = []
    while width is not None and least_width(sheet) > width and len(sheet.columns) > 1:
        empty = sheet.empty()
        least = max(empty or sheet.columns, key=lambda column: column.rank)
        if not empty:
            dropped.append(least)
        sheet = sheet.without(least)
    return sheet, dropped


def least_width(sheet: Sheet) -> int:
    """The width below which a number would be cut."""
    pairs = zip(sheet.columns, sheet.widths(), strict=True)
    widths = [min(width, LEAST_NOTES) if column.name == "notes" else width for column, width in pairs]
    return sum(widths) + GAP * (len(widths) - 1)


def natural_width(sheet: Sheet) -> int:
    """The width at which nothing is folded or cut."""
    return sum(sheet.widths()) + GAP * (len(sheet.columns) - 1)


def plain_table(sheet: Sheet, glyphs: Glyphs = UNICODE) -> list[str]:
    """The lines of the table at its natural width: titles, a rule, a row a layer."""
    widths = sheet.widths()
    titles = [column.title for column in sheet.columns]
    rule = glyphs.rule * natural_width(sheet)
    return [_line(titles, sheet, widths), rule, *[_line(row, sheet, widths) for row in sheet.rows]]


def _line(cells: Sequence[str], sheet: Sheet, widths: Sequence[int]) -> str:
    placed = [
        cell.rjust(width) if column.right else cell.ljust(width)
        for cell, width, column in zip(cells, widths, sheet.columns, strict=True)
    ]
    return (" " * GAP).join(placed).rstrip()


def totals(trace: Trace, glyphs: Glyphs = UNICODE) -> str:
    """Params and MACs of the whole network, then its input and its output."""
    counts = f"total: {grouped(trace.params)} params ({grouped(trace.trainable)} trainable), {grouped(trace.macs)} MACs"
    if trace.output is None:
        return f"{counts}, before the layer that fails"
    return f"{counts}\n{trace.input} {glyphs.arrow} {trace.output}"
