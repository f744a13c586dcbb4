"""`convcalc compare`: one layer, every framework."""

import click

from convcalc.cli.group import ANSWERED
from convcalc.cli.options import framework_option
from convcalc.errors import Malformed


@click.command(
    help="""Compare one layer in all frameworks: size, padding on each side, refusals.

\b
  convcalc compare 'conv 64 k3 s2 same' 3@224x224
  convcalc compare 'tconv 8 k3 s2 p1' 16@7x7
  convcalc compare 'Conv2DTranspose(64, 5, strides=2, padding="same")' 128@7x7

LAYER is a line as in a network file, "conv 64 k3 s2 same", or a layer in a framework's
own spelling, "Conv2d(3, 64, 3, padding=1)". Below each answer stand the lines of code that
make the framework give what was asked for, cell for cell, or "not expressible".
Without a LAYER: what the frameworks differ in, each difference with its smallest example.
""",
)
@click.argument("layer", required=False)
@click.argument("size", required=False)
@framework_option
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
def compare(layer: str | None, size: str | None, framework: str | None, as_json: bool) -> int:
    """Compare a layer."""
    if layer is None or size is None:
        return _tell_differences(layer, as_json=as_json)
    from convcalc.comparison import compare as compared
    from convcalc.readers.source import COMMAND_LINE, read_source
    from convcalc.renderers.comparison import comparison_json, comparison_text
    from convcalc.shape import read_size

    try:
        network = read_source(layer.encode("utf-8", "surrogateescape"), COMMAND_LINE, framework).network
    except Malformed as error:
        raise Malformed(error.what.replace(f"{COMMAND_LINE}:1", "LAYER", 1), hint=error.hint) from None
    if len(network.layers) != 1 or network.layers[0].inputs != (0,):
        raise Malformed("LAYER: is one layer that reads the input alone", hint="convcalc chain runs a network")
    op = network.ops(framework)[0]
    asked = framework or network.framework
    found = compared(op, read_size(size), asked)
    click.echo(comparison_json(found, asked) if as_json else comparison_text(found))
    return ANSWERED


def _tell_differences(layer: str | None, *, as_json: bool) -> int:
    """All that frameworks differ in, where no layer is named."""
    from convcalc.differences import examples
    from convcalc.renderers.differences import differences_text

    if layer is not None or as_json:
        missing = "SIZE" if layer is not None else "LAYER"
        raise click.UsageError(f"Missing argument '{missing}'", click.get_current_context())
    click.echo(differences_text(examples()))
    return ANSWERED
