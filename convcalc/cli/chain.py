"""`convcalc chain`: a shape run through a network."""

from typing import TYPE_CHECKING

import click

from convcalc.cli.completing import complete_columns, complete_layers, complete_source
from convcalc.cli.failures import tell_failure
from convcalc.cli.group import ANSWERED, REFUSED, noted, told
from convcalc.cli.options import Choice, framework_option
from convcalc.errors import Malformed

if TYPE_CHECKING:
    from convcalc.readers.source import Source

FORMATS = ("table", "json", "csv", "markdown")


@click.command(
    help="""Run a shape through a network: shape, params, MACs and receptive field of every layer.

\b
  convcalc chain dcgan
  convcalc chain net.toml -i 3@256x256 --format json
  convcalc chain -i 3@32x32 -e 'conv 64 k3 p1 | relu | pool k2'

SOURCE is a network file (TOML, JSON, YAML or text), - for stdin, or a preset (see convcalc presets).

A text file has a line "input 3@224x224", then a layer a line, "conv 64 k7 s2 p3";
convcalc presets lenet5 prints one to start from. The columns are index, name,
layer, inputs, output, params, trainable, macs, receptive_field, jump, offset, notes.
""",
)
@click.argument("source", metavar="[SOURCE]", required=False, shell_complete=complete_source)
@click.option("-e", "layers", metavar="LAYERS", help="the layers themselves, | between them")
@click.option("-i", "--input", "start", metavar="SIZE", help="the shape to put in, in place of the network's own")
@framework_option
@click.option("--format", "form", type=Choice(FORMATS), default="table", help="how the answer is written")
@click.option(
    "--columns", metavar="NAME,...", help="which columns, and in which order", shell_complete=complete_columns
)
@click.option("--only", metavar="NAME,...", help="only these layers, by name or number", shell_complete=complete_layers)
@click.option("--formula", is_flag=True, help="each layer's size as a function of the input's, in place of the table")
@click.option("-q", "--quiet", is_flag=True, help="no notes on stderr")
def chain(
    source: str | None,
    layers: str | None,
    start: str | None,
    framework: str | None,
    form: str,
    columns: str | None,
    only: str | None,
    formula: bool,
    quiet: bool,
) -> int:
    """Run a network."""
    from convcalc.cli.sources import open_source
    from convcalc.renderers.columns import chosen_columns
    from convcalc.shape import read_shape

    if (source is None) == (layers is None):
        raise click.UsageError("give either SOURCE or -e LAYERS", click.get_current_context())
    shown = chosen_columns(columns)
    found = open_source(source, layers, framework)
    if formula:
        return _tell_formulas(found, start, framework)
    try:
        shape = None if start is None else read_shape(start)
        trace = found.network.run(shape, framework)
    except Malformed as error:
        option = "--input" if error.key in (None, "input") else f"--{error.key}"
        raise Malformed(f"{option}: {error.what}", hint=error.hint) from None
    from convcalc.cli.output import show_trace
    from convcalc.renderers.rows import numbers_of

    network = found.network
    if network.expect is not None and network.input not in (None, trace.input) and not quiet:
        noted(f"{network.expect} is expected of {network.input}, and not held against {trace.input}")
    numbers = None if only is None else numbers_of(only, network.layers)
    show_trace(trace, form, shown, framework or found.network.framework, numbers, quiet=quiet)
    return max([tell_failure(found, network, failure) for failure in trace.failures], default=ANSWERED)


def _tell_formulas(found: "Source", start: str | None, framework: str | None) -> int:
    """A line for the input and for each layer, the sizes as functions of the input's."""
    from convcalc.renderers.formulas import formulas_text
    from convcalc.solve.formula import formulas

    shape = found.network.start(start)
    if not shape.size:
        raise Malformed(f"--input: {shape} is a feature vector, it has no size", hint="write e.g. -i 3@1x1")
    rows = formulas(found.network, shape.channels, len(shape.size), framework)
    click.echo(formulas_text(found.network, rows))
    if len(rows) <= len(found.network.layers):
        return told(f"layer {len(rows)} refuses every size", REFUSED)
    return ANSWERED
