"""`convcalc mirror`: the decoder of an encoder."""

from typing import TYPE_CHECKING

import click

from convcalc.cli.completing import complete_source
from convcalc.cli.group import ANSWERED, noted
from convcalc.cli.options import Choice, framework_option
from convcalc.errors import ConvcalcError, Malformed

if TYPE_CHECKING:
    from convcalc.solve.mirror import Decoder

POOLS = ("unpool", "upsample", "tconv")


@click.command(
    help="""The decoder that comes back to exactly what an encoder reads, as a network file.

\b
  convcalc mirror wav2vec2 > decoder.txt
  convcalc mirror -i 3@30x30 -e 'conv 8 k3 s2 p1 | relu | conv 16 k3 s2 p1'
  convcalc mirror encoder.toml --range 200..230

SOURCE is a network file, - for stdin, or a preset. A convolution becomes the transposed
one of the same numbers, with the output_padding that brings the size back; a max pool is
unpooled where that gives the size, and any other resized. The file is run before it is
printed. With --range, notes tell for which input sizes the same decoder serves, and which
output_padding the others need.
""",
)
@click.argument("source", metavar="[SOURCE]", required=False, shell_complete=complete_source)
@click.option("-e", "layers", metavar="LAYERS", help="the layers themselves, | between them")
@click.option("-i", "--input", "start", metavar="SIZE", help="the shape to come back to, in place of the network's own")
@framework_option
@click.option("--pools", type=Choice(POOLS), help="what pools become [unpool, a mean upsample]")
@click.option("--range", "span", metavar="A..B", help="input sizes to try the decoder on, the same on all axes")
@click.option("--json", "as_json", is_flag=True, help="one JSON object, the file in it")
@click.option("-q", "--quiet", is_flag=True, help="no notes on stderr")
def mirror(
    source: str | None,
    layers: str | None,
    start: str | None,
    framework: str | None,
    pools: str | None,
    span: str | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Print a decoder."""
    from convcalc.cli.sources import open_source
    from convcalc.renderers.mirror import decoder_json, decoder_text, served_lines
    from convcalc.solve.mirror import mirror as mirrored
    from convcalc.solve.mirror_range import served

    if (source is None) == (layers is None):
        raise click.UsageError("give either SOURCE or -e LAYERS", click.get_current_context())
    ends = None if span is None else _range(span)
    network = open_source(source, layers, framework).network
    try:
        decoder = mirrored(network, start, framework, pools)
        found = None if ends is None else served(decoder, network, *ends, framework, pools)
    except Malformed as error:
        raise _as_option(error) from None
    text = decoder_text(decoder, network)
    _check(text, decoder)
    click.echo(decoder_json(decoder, network, found) if as_json else text)
    for line in served_lines(found, decoder) if found and not quiet else ():
        noted(line)
    return ANSWERED


def _as_option(error: ConvcalcError) -> Malformed:
    option = "--input" if error.key in (None, "input") else f"--{error.key}"
    return Malformed(f"{option}: {error.what}", hint=error.hint)


def _range(text: str) -> tuple[int, int]:
    """`A..B`, both included."""
    from convcalc.solve.knobs import read_choices

    try:
        choices = read_choices(text, text, minimum=1, key="range")
    except Malformed as error:
        raise Malformed(f"--range: {error.what}", hint="write e.g. 200..230") from None
    if len(choices.runs) > 1 or choices.most is None:
        raise Malformed("--range: takes one range", hint="write e.g. 200..230")
    return choices.least, choices.most


def _check(text: str, decoder: "Decoder") -> None:
    """Read the file back and run it: it must do, layer by layer, what was computed."""
    from convcalc.readers.source import read_source

    trace = read_source(text.encode(), "decoder.txt").network.run()
    if trace.failures or tuple(trace.shapes) != decoder.shapes:
        raise AssertionError(f"the decoder's file does not run as it was computed: {trace}")
