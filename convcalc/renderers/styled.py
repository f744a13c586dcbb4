"""The table of a trace for a terminal, laid out and coloured by rich."""

from rich.box import ASCII2, SIMPLE_HEAD
from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from convcalc.renderers.glyphs import UNICODE, Glyphs
from convcalc.renderers.table import Sheet

BAD = Style(color="red", bold=True)


def table_of(sheet: Sheet, glyphs: Glyphs = UNICODE) -> Table:
    """The sheet as a rich table; user text never passes through markup."""
    box = SIMPLE_HEAD if glyphs is UNICODE else ASCII2
    table = Table(box=box, pad_edge=False, show_edge=False, header_style="bold")
    for column in sheet.columns:
        folds = column.name == "notes"
        table.add_column(Text(column.title), justify="right" if column.right else "left", no_wrap=not folds)
    last = len(sheet.rows) - 1
    for index, cells in enumerate(sheet.rows):
        table.add_row(*[Text(cell) for cell in cells], style=BAD if sheet.failed and index == last else None)
    return table


def styled_lines(sheet: Sheet, glyphs: Glyphs, width: int, *, colour: bool) -> list[str]:
    """The lines of the table in so many columns; without colour there is no escape code, not even for bold."""
    console = Console(
        width=width,
        height=50,
        force_terminal=colour,
        no_color=not colour,
        color_system="standard" if colour else None,
        markup=False,
        emoji=False,
        highlight=False,
    )
    with console.capture() as capture:
        console.print(table_of(sheet, glyphs))
    return [line.rstrip() for line in capture.get().splitlines()]
