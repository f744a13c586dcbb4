"""Puts a trace on stdout in the form asked for, as wide as the terminal is."""

import os
import sys
from collections.abc import Sequence

import click

from convcalc.renderers.columns import Column
from convcalc.renderers.glyphs import glyphs_for
from convcalc.trace import Trace


def show_trace(trace: Trace, form: str, columns: Sequence[Column], framework: str | None, *, quiet: bool) -> None:
    """Print the trace as `form` says."""
    if form == "json":
        from convcalc.renderers.json import trace_json

        click.echo(trace_json(trace, framework))
    elif form == "csv":
        from convcalc.renderers.csv import csv_of

        click.echo(csv_of(trace, columns), nl=False)
    elif form == "markdown":
        from convcalc.renderers.markdown import markdown_of

        click.echo(markdown_of(trace, columns), nl=False)
    else:
        _show_table(trace, columns, quiet=quiet)


def _terminal_width() -> int | None:
    """The columns of the terminal; None where stdout is none, unless COLUMNS says otherwise."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    return os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else None


def _show_table(trace: Trace, columns: Sequence[Column], *, quiet: bool) -> None:
    from rich.console import Console

    from convcalc.renderers.table import fit, least_width, natural_width, sheet_of, table_of, totals

    glyphs = glyphs_for(getattr(sys.stdout, "encoding", None))
    width = _terminal_width()
    sheet, dropped = fit(sheet_of(trace, columns, glyphs), width)
    room = max(least_width(sheet), min(natural_width(sheet), width or natural_width(sheet)))
    console = Console(markup=False, emoji=False, highlight=False, width=room, height=50)
    with console.capture() as capture:
        console.print(table_of(sheet, glyphs))
    lines = [line.rstrip() for line in capture.get().splitlines()]
    click.echo("\n".join([*lines, totals(trace, glyphs)]))
    if dropped and not quiet:
        names = ", ".join(column.name for column in reversed(dropped))
        click.echo(f"note: the terminal is too narrow for {names}; --columns chooses", err=True)
