"""A trace as CSV: plain numbers, a line a layer."""

import csv
import io
from collections.abc import Sequence

from convcalc.renderers.columns import Column
from convcalc.renderers.rows import rows_of
from convcalc.renderers.table import failing_layer
from convcalc.trace import Trace


def csv_of(trace: Trace, columns: Sequence[Column], only: Sequence[int] | None = None) -> str:
    """The columns' names, then a line a layer; numbers have no separators. A layer that fails is the last line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    for row in rows_of(trace, only):
        writer.writerow([_plain(column, column.cell(row)) for column in columns])
    if trace.failure:
        known = {**failing_layer(trace), "notes": f"error: {trace.failure.error}"}
        writer.writerow([known.get(column.name, "") for column in columns])
    return out.getvalue()


def _plain(column: Column, cell: str) -> str:
    return cell.replace(",", "") if column.right else cell
