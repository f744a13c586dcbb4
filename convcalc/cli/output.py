"""Puts a trace on stdout in the form asked for, as wide as the terminal is."""

import shutil
import sys
from collections.abc import Sequence

import click

from convcalc.renderers.columns import Column
from convcalc.renderers.glyphs import Glyphs, glyphs_for
from convcalc.renderers.table import Sheet, fit, least_width, natural_width, plain_table, sheet_of, totals
from convcalc.trace import Trace


def show_trace(trace: Trace, form: str, columns: Sequence[Column], framework: str | None, *, quiet: bool) -> None:
    """Print the trace as `form` says."""
    glyphs = glyphs_for(getattr(sys.stdout, "encoding", None))
    if form == "json":
        from convcalc.renderers.json import trace_json

        click.echo(trace_json(trace, framework))
    elif form == "csv":
        from convcalc.renderers.csv import csv_of

        click.echo(csv_of(trace, columns), nl=False)
    elif form == "markdown":
        from convcalc.renderers.markdown import markdown_of

        click.echo(markdown_of(trace, columns, glyphs), nl=False)
    else:
        _show_table(trace, columns, glyphs, quiet=quiet)


def _terminal_width() -> int | None:
    """The columns of the terminal (80 where it does not tell); None where stdout is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _show_table(trace: Trace, columns: Sequence[Column], glyphs: Glyphs, *, quiet: bool) -> None:
    width = _terminal_width()
    sheet, dropped = fit(sheet_of(trace, columns, glyphs), width)
    lines = plain_table(sheet, glyphs) if width is None else _styled(sheet, glyphs, width)
    click.echo("\n".join([*lines, totals(trace, glyphs)]))
    if dropped and not quiet:
        names = ", ".join(column.name for column in reversed(dropped))
        click.echo(f"note: the terminal is too narrow for {names}; --columns chooses", err=True)


def _styled(sheet: Sheet, glyphs: Glyphs, width: int) -> list[str]:
    """The table as a terminal gets it: bold titles, a failing layer in red, long notes folded."""
    from rich.console import Console

    from convcalc.renderers.styled import table_of

    room = max(least_width(sheet), min(natural_width(sheet), width))
    console = Console(markup=False, emoji=False, highlight=False, width=room, height=50)
    with console.capture() as capture:
        console.print(table_of(sheet, glyphs))
    return [line.rstrip() for line in capture.get().splitlines()]
