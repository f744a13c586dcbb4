"""A trace as a Markdown table, for pull requests and notes."""

from collections.abc import Sequence

from convcalc.renderers.columns import Column
from convcalc.renderers.glyphs import UNICODE, Glyphs
from convcalc.renderers.table import sheet_of, totals
from convcalc.trace import Trace


def markdown_of(
    trace: Trace, columns: Sequence[Column], glyphs: Glyphs = UNICODE, only: Sequence[int] | None = None
) -> str:
    """A pipe table, columns aligned in the source too, and the totals."""
    sheet = sheet_of(trace, columns, glyphs, only)
    rows = [[cell.replace("|", "\\|") for cell in row] for row in sheet.rows]
    sheet = sheet._replace(rows=rows)
    widths = [max(width, 3) for width in sheet.widths()]
    titles = [column.title for column in sheet.columns]
    rules = [_rule(column, width) for column, width in zip(columns, widths, strict=True)]
    lines = [_line(cells, widths, columns) for cells in [titles, rules, *rows]]
    return "\n".join([*lines, "", totals(trace, glyphs).replace("\n", "  \n"), ""])


def _rule(column: Column, width: int) -> str:
    return "-" * (width - 1) + (":" if column.right else "-")


def _line(cells: Sequence[str], widths: Sequence[int], columns: Sequence[Column]) -> str:
    placed = [
        cell.rjust(width) if column.right else cell.ljust(width)
        for cell, width, column in zip(cells, widths, columns, strict=True)
    ]
    return f"| {' | '.join(placed)} |"
