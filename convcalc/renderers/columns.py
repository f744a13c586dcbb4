"""The columns of a trace, declared once for table, CSV and Markdown: title, cell, importance."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from convcalc.errors import Malformed
from convcalc.receptive import Jump
from convcalc.shape import quote, show_axes
from convcalc.suggest import nearest
from convcalc.trace import Row

UNKNOWN = "?"


class Column(NamedTuple):
    """One column. A terminal that is too narrow loses the highest `rank` first."""

    name: str
    title: str
    cell: Callable[[Row], str]
    rank: int
    right: bool = True
    shown: bool = True
    """Whether it is among the columns that are shown unless others are asked for."""


def grouped(count: int | None) -> str:
    """A count in groups of three digits.

    >>> grouped(2330944)
    '2,330,944'
    """
    return UNKNOWN if count is None else f"{count:,}"


def show_jump(jump: Jump | None) -> str:
    """A jump as a whole number or a fraction."""
    if jump is None:
        return UNKNOWN
    top, below = jump
    return str(top) if below == 1 else f"{top}/{below}"


def _axes(values: Sequence[object]) -> str:
    return show_axes([UNKNOWN if value is None else value for value in values]) if values else ""


COLUMNS: tuple[Column, ...] = (
    Column("index", "#", lambda row: str(row.number), 1),
    Column("name", "name", lambda row: row.name or "", 6, right=False),
    Column("layer", "layer", lambda row: str(row.op), 3, right=False),
    Column("inputs", "inputs", lambda row: " ".join(map(str, row.inputs)), 10, right=False, shown=False),
    Column("output", "output", lambda row: str(row.output), 2),
    Column("params", "params", lambda row: grouped(row.params), 4),
    Column("trainable", "trainable", lambda row: grouped(row.trainable), 11, shown=False),
    Column("macs", "MACs", lambda row: grouped(row.macs), 5),
    Column("receptive_field", "field", lambda row: _axes(row.receptive_field), 7),
    Column("jump", "jump", lambda row: _axes([show_jump(jump) for jump in row.jump]), 8),
    Column("offset", "offset", lambda row: _axes(row.offset), 12, shown=False),
    Column("notes", "notes", lambda row: "; ".join(note.text for note in row.notes), 9, right=False),
)


def chosen_columns(names: str | None) -> tuple[Column, ...]:
    """The columns named, in that order; those shown by default where none are. Raises `Malformed`."""
    if names is None:
        return tuple(column for column in COLUMNS if column.shown)
    by_name = {column.name: column for column in COLUMNS}
    chosen = names.replace(",", " ").split()
    for name in chosen or [names]:
        if name not in by_name:
            raise Malformed(f"--columns: there is no column {quote(name)}", hint=nearest(name.lower(), by_name))
    return tuple([by_name[name] for name in chosen])
