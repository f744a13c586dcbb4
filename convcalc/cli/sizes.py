"""`convcalc sizes`: every input size that a network takes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from convcalc.cli.completing import complete_source
from convcalc.cli.group import ANSWERED, REFUSED, noted
from convcalc.cli.options import Choice, framework_option
from convcalc.errors import Malformed

if TYPE_CHECKING:
    from convcalc.network import Network
    from convcalc.shape import Shape
    from convcalc.solve.sizes import Accepted

FORMS = ("text", "json", "monai", "bioimageio", "torch")


@click.command(
    help="""Every input size that a network takes: residues and bounds, exact, and the layers to blame.

\b
  convcalc sizes unet
  convcalc sizes net.toml --near 520
  convcalc sizes net.toml --out 64x64
  convcalc sizes net.toml --list --max 512

SOURCE is a network file, - for stdin, or a preset. Its input tells the channels and the
number of axes; the size itself is what is asked for.
""",
)
@click.argument("source", metavar="[SOURCE]", required=False, shell_complete=complete_source)
@click.option("-e", "layers", metavar="LAYERS", help="the layers themselves, | between them")
@click.option(
    "-i", "--input", "start", metavar="SIZE", help="channels and number of axes, in place of the network's own"
)
@framework_option
@click.option("--out", metavar="SIZE", help="only inputs that give this output")
@click.option("--lossless", is_flag=True, help="only sizes of which no cell goes unread")
@click.option("--near", metavar="SIZE", help="the nearest accepted sizes, with the crop or pad to get there")
@click.option("--list", "listed", is_flag=True, help="every size up to --max, the same on all axes, one a line")
@click.option("--max", "most", type=click.IntRange(min=1), help="the largest size that --list prints")
@click.option("--format", "form", type=Choice(FORMS), default="text", help="how the answer is written")
@click.option("--json", "as_json", is_flag=True, help="the same as --format json")
def sizes(
    source: str | None,
    layers: str | None,
    start: str | None,
    framework: str | None,
    out: str | None,
    lossless: bool,
    near: str | None,
    listed: bool,
    most: int | None,
    form: str,
    as_json: bool,
) -> int:
    """Tell the sizes of a network."""
    from convcalc.cli.sources import open_source
    from convcalc.solve.sizes import Wanted, accepted_sizes

    if (source is None) == (layers is None):
        raise click.UsageError("give either SOURCE or -e LAYERS", click.get_current_context())
    if listed and most is None:
        raise Malformed("--list: needs --max, the largest size to print")
    network = open_source(source, layers, framework).network
    shape = start_of(network, start)
    wanted = Wanted(None if out is None else _size(out, "--out"), lossless)
    found = accepted_sizes(network, shape.channels, len(shape.size), wanted, framework)
    if listed:
        return _listed(found, most or 0)
    asked = None if near is None else _near(near, len(shape.size))
    return _tell(found, network, framework or network.framework, asked, "json" if as_json else form)


def start_of(network: "Network", start: str | None) -> "Shape":
    """The shape that the option gives, else the network's own."""
    try:
        shape = network.start(start)
    except Malformed as error:
        raise Malformed(f"--input: {error.what}", hint=error.hint) from None
    if not shape.size:
        raise Malformed(f"--input: {shape} is a feature vector, it has no size", hint="write e.g. -i 3@1x1")
    return shape


def _near(text: str, rank: int) -> Sequence[int]:
    from convcalc.shape import spread

    return spread(_size(text, "--near").size, rank, "--near")


def _size(text: str, option: str) -> "Shape":
    from convcalc.shape import read_size

    try:
        return read_size(text)
    except Malformed as error:
        raise Malformed(f"{option}: {error.what}", hint=error.hint) from None


def _listed(found: "Accepted", most: int) -> int:
    """Every square size, a bare integer a line; nothing else."""
    code = REFUSED
    for n in found.square.sizes.up_to(most):
        click.echo(n)
        code = ANSWERED
    return code


def _tell(found: "Accepted", network: "Network", framework: str | None, near: Sequence[int] | None, form: str) -> int:
    from convcalc.renderers.sizes import FORMS as OTHERS
    from convcalc.renderers.sizes import sizes_json, sizes_text, smallest_of
    from convcalc.shape import show_size

    if form == "json":
        click.echo(sizes_json(found, network, framework, near))
    elif form in OTHERS:
        click.echo(OTHERS[form]([axis.sizes for axis in found.axes]))
    else:
        click.echo(sizes_text(found, network, near))
    if found.tried_up_to is not None:
        noted(f"no rule tells these sizes, they were tried one by one up to {found.tried_up_to}")
    if found.others is not None:
        others = show_size(found.others)
        noted(f"the axes depend on each other, each is told with the others as in {others}")
    return ANSWERED if smallest_of(found) is not None or found.at_least is not None else REFUSED
