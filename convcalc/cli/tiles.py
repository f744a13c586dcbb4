"""`convcalc tiles`: how an image is cut so that a network gives the same of its tiles as of the whole."""

import click

from convcalc.cli.completing import complete_source
from convcalc.cli.group import ANSWERED, as_option, code_of, noted, told
from convcalc.cli.options import framework_option
from convcalc.errors import Impossible


@click.command(
    help="""Tiles of which a network gives the same as of the whole image: halo, step, overlap, and what to keep.

\b
  convcalc tiles unet --tile 572
  convcalc tiles net.toml -i 3@2048x2048 --tile 512

Tiles start at multiples of the step. Of an inner tile keep the cells that are told: the
others saw padding where the image has cells. The first and the last tile are kept up to
the border. With -i the image to cut; else the network's input tells the channels and the
number of axes.
""",
)
@click.argument("source", metavar="[SOURCE]", required=False, shell_complete=complete_source)
@click.option("-e", "layers", metavar="LAYERS", help="the layers themselves, | between them")
@click.option("-i", "--input", "start", metavar="SIZE", help="the image, to tell where its tiles start")
@framework_option
@click.option("--tile", metavar="SIZE", help="the size of a tile, one number or one an axis; the smallest if left out")
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
@click.option("-q", "--quiet", is_flag=True, help="no notes on stderr")
def tiles(
    source: str | None,
    layers: str | None,
    start: str | None,
    framework: str | None,
    tile: str | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Tell the tiles of a network."""
    from convcalc.cli.sizes import start_of
    from convcalc.cli.sources import open_source
    from convcalc.renderers.tiles import tiles_json, tiles_text
    from convcalc.shape import read_axes, spread
    from convcalc.solve.tiles import tiles as tiles_of

    if (source is None) == (layers is None):
        raise click.UsageError("give either SOURCE or -e LAYERS", click.get_current_context())
    network = open_source(source, layers, framework).network
    shape = start_of(network, start)
    rank = len(shape.size)
    cells = None if tile is None else spread(read_axes(tile, minimum=1, key="--tile"), rank, "--tile")
    try:
        found = tiles_of(network, shape.channels, rank, cells, framework)
    except Impossible as error:
        return told(as_option(error), code_of(error))
    image = None if start is None else shape.size
    click.echo(tiles_json(found, framework or network.framework, image) if as_json else tiles_text(found, image))
    for number in [] if quiet else found.whole:
        layer = network.layers[number - 1]
        noted(f"layer {number} ({layer.op}) takes its mean over all cells, of a tile another one")
    return ANSWERED
