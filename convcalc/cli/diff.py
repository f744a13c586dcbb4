"""`convcalc diff`: two networks, layer by layer."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from convcalc.cli.completing import complete_source
from convcalc.cli.failures import tell_failure
from convcalc.cli.group import ANSWERED, REFUSED, noted
from convcalc.cli.options import Choice, framework_option
from convcalc.errors import Malformed

if TYPE_CHECKING:
    from convcalc.changes import Changes
    from convcalc.readers.source import Source
    from convcalc.shape import Shape
    from convcalc.trace import Trace

FORMATS = ("table", "markdown", "json")


@click.command(
    help="""What changed between two networks: layers, shapes, params, MACs and receptive fields.

\b
  convcalc diff old.toml new.toml
  git show main:net.toml | convcalc diff - net.toml --format markdown
  convcalc diff resnet18 resnet50 -i 3@256x256

OLD and NEW are network files, presets, or one of them - for stdin. Layers of the same name
belong together, the others are aligned like the lines of a text. A layer is added, removed,
changed, moved, or affected: the same as before, where what it reads is not. Where nothing
changed, nothing is printed.

Exit codes: 0 the output is what it was, 1 its shape or its failure is another, 2 malformed.
""",
)
@click.argument("old", shell_complete=complete_source)
@click.argument("new", shell_complete=complete_source)
@click.option("-i", "--input", "start", metavar="SIZE", help="the shape to put into both, in place of their own")
@framework_option
@click.option("--format", "form", type=Choice(FORMATS), default="table", help="how the answer is written")
@click.option("--all", "every", is_flag=True, help="unchanged layers too")
@click.option("-q", "--quiet", is_flag=True, help="no notes on stderr")
def diff(old: str, new: str, start: str | None, framework: str | None, form: str, every: bool, quiet: bool) -> int:
    """Compare two networks."""
    from convcalc.changes import changes_between
    from convcalc.cli.sources import open_source

    if old == new == "-":
        raise click.UsageError("only one of OLD and NEW can be -", click.get_current_context())
    shape = None if start is None else _shape(start)
    sources = [open_source(source, None, framework) for source in (old, new)]
    traces = [_run(source, shape, framework) for source in sources]
    changes = changes_between(*traces)
    if form == "json":
        from convcalc.renderers.changes import changes_json

        names, frameworks = _names(sources), [framework or source.network.framework for source in sources]
        click.echo(changes_json(changes, names, frameworks, every=every))
    else:
        _show(changes, _names(sources), form, every=every, quiet=quiet)
    failed = [_tell(*side) for side in zip(sources, traces, strict=True)]
    return max(REFUSED if changes.output_changed else ANSWERED, *failed)


def _shape(text: str) -> "Shape":
    from convcalc.shape import read_shape

    try:
        return read_shape(text)
    except Malformed as error:
        raise Malformed(f"--input: {error.what}", hint=error.hint) from None


def _run(source: "Source", shape: "Shape | None", framework: str | None) -> "Trace":
    """The run of one of the two; an error tells of which."""
    try:
        return source.network.run(shape, framework)
    except Malformed as error:
        raise Malformed(f"{source.name}: {error.what}", hint=error.hint) from None


def _names(sources: "Sequence[Source]") -> list[str]:
    return [source.name for source in sources]


def _show(changes: "Changes", names: Sequence[str], form: str, *, every: bool, quiet: bool) -> None:
    """Print a table or Markdown; of nothing changed only a note tells."""
    from convcalc.renderers.changes import changes_markdown, changes_sheet, changes_totals
    from convcalc.renderers.glyphs import glyphs_for

    glyphs = glyphs_for(getattr(sys.stdout, "encoding", None))
    if not changes_sheet(changes, glyphs, every=every).rows:
        if not quiet:
            noted("nothing changed")
    elif form == "markdown":
        click.echo(changes_markdown(changes, names, glyphs, every=every))
    else:
        from convcalc.cli.output import show_sheet

        show_sheet(changes_sheet(changes, glyphs, every=every), glyphs, changes_totals(changes, glyphs), quiet=quiet)


def _tell(source: "Source", trace: "Trace") -> int:
    """The layer that fails, if one does; 2 where it is malformed."""
    if (failure := trace.failure) is None:
        return ANSWERED
    code = tell_failure(source, trace.network, failure)
    return code if code != REFUSED else ANSWERED
