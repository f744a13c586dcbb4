"""Puts a trace on stdout in the form asked for, as wide as the terminal is."""

import sys
from collections.abc import Sequence

import click

from convcalc.cli.group import noted
from convcalc.cli.terminal import takes_colour, width_of
from convcalc.renderers.columns import Column
from convcalc.renderers.glyphs import Glyphs, glyphs_for
from convcalc.renderers.table import Sheet, fit, least_width, natural_width, plain_table, sheet_of, totals
from convcalc.trace import Trace


def show_trace(
    trace: Trace,
    form: str,
    columns: Sequence[Column],
    framework: str | None,
    only: Sequence[int] | None,
    *,
    quiet: bool,
) -> None:
    """Print the trace, or these layers of it, as `form` says."""
    glyphs = glyphs_for(getattr(sys.stdout, "encoding", None))
    if form == "json":
        from convcalc.renderers.json import trace_json

        click.echo(trace_json(trace, framework, only))
    elif form == "csv":
        from convcalc.renderers.csv import csv_of

        click.echo(csv_of(trace, columns, only), nl=False)
    elif form == "markdown":
        from convcalc.renderers.markdown import markdown_of

        click.echo(markdown_of(trace, columns, glyphs, only), nl=False)
    else:
        sheet = sheet_of(trace, columns, glyphs, only)
        show_sheet(sheet, glyphs, [totals(trace, glyphs)], "; --columns chooses", quiet=quiet)


def _terminal_width() -> int | None:
    """The columns of the terminal; None where stdout is none, and nothing is cut."""
    return width_of(sys.stdout)


def show_sheet(sheet: Sheet, glyphs: Glyphs, below: Sequence[str], remedy: str = "", *, quiet: bool) -> None:
    """Print a table and the lines below it. A note tells which columns the terminal has no room for."""
    width = _terminal_width()
    sheet, dropped = fit(sheet, width)
    click.echo("\n".join([*_lines(sheet, glyphs, width), *below]))
    if dropped and not quiet:
        names = ", ".join(column.name for column in reversed(dropped))
        noted(f"the terminal is too narrow for {names}{remedy}")


def _lines(sheet: Sheet, glyphs: Glyphs, width: int | None) -> list[str]:
    """The lines of the table: rich is needed to colour them, or to fold them into a width."""
    if width is None and not takes_colour(sys.stdout):
        return plain_table(sheet, glyphs)
    return _styled(sheet, glyphs, natural_width(sheet) if width is None else width)


def _styled(sheet: Sheet, glyphs: Glyphs, width: int) -> list[str]:
    """The table as a terminal gets it: bold titles, a failing layer in red, long notes folded."""
    from convcalc.renderers.styled import styled_lines

    room = max(least_width(sheet), min(natural_width(sheet), width))
    return styled_lines(sheet, glyphs, room, colour=takes_colour(sys.stdout))
