"""`convcalc design`: chains of layers from one size to another, and stacks that see so many cells."""

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import click

from convcalc.cli.group import ANSWERED, REFUSED, noted, told
from convcalc.cli.options import Choice
from convcalc.errors import Malformed

if TYPE_CHECKING:
    from convcalc.shape import Shape
    from convcalc.solve.design import Design

OPS = ("conv", "tconv")
PADDINGS = ("causal", "same")


@click.command(
    help="""Chains of layers that go from one size to another, what practice prefers first.

\b
  convcalc design 4 64
  convcalc design 100@1x1 3@64x64 --op tconv
  convcalc design 256 1 --op conv -k 3,4
  convcalc design --field 1000

FROM and TO are sizes such as 4, 4x4 or 100@1x1. The layers are the same throughout, but for one
projection from or to a map; with --vary they may change once. A number may be a list 3,5 or
a range 3..7.

With --field alone, or where FROM is TO: the fewest dilated layers that see so many cells, for
each kernel, the dilations 1, 2, 4 and so on.
""",
)
@click.argument("start", metavar="[FROM]", required=False)
@click.argument("goal", metavar="[TO]", required=False)
@click.option("--op", type=Choice(OPS), help="the layers [tconv where the size grows, else conv]")
@click.option("--layers", type=click.IntRange(1, 1000), metavar="N", help="exactly so many [up to 16]")
@click.option("-k", "--kernel", metavar="K", help="kernels to choose from [1..11; 2..8 for dilated ones]")
@click.option("-s", "--stride", metavar="S", help="strides to choose from [1..4]")
@click.option("--vary", is_flag=True, help="also chains that change once from one layer to another")
@click.option("--field", type=click.IntRange(1, 10**9), metavar="N", help="see at least so many cells")
@click.option("--base", metavar="B", help="with --field alone: the dilations are 1, B, B*B and so on [2]")
@click.option("--padding", type=Choice(PADDINGS), help="with --field alone [causal; same on several axes]")
@click.option("--limit", type=click.IntRange(min=1), default=10, metavar="N", help="at most so many chains [10]")
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
@click.option("-q", "--quiet", is_flag=True, help="no notes on stderr")
def design(
    start: str | None,
    goal: str | None,
    op: str | None,
    layers: int | None,
    kernel: str | None,
    stride: str | None,
    vary: bool,
    field: int | None,
    base: str | None,
    padding: str | None,
    limit: int,
    as_json: bool,
    quiet: bool,
) -> int:
    """Design chains."""
    from convcalc.renderers.design import designs_json, shape_object
    from convcalc.shape import read_size

    ends = [read_size(size) for size in (start, goal) if size is not None]
    if len(ends) != 2 and (ends or field is None):
        raise click.UsageError("give FROM and TO, or --field", click.get_current_context())
    stacked = field is not None and (not ends or ends[0].size == ends[1].size)
    if stacked and (stride or vary or op == "tconv"):
        raise Malformed("--field: dilated layers that keep the size are conv, all alike, of stride 1")
    if not stacked and (base or padding):
        raise Malformed(
            f"--{'base' if base else 'padding'}: is of dilated layers that keep the size", hint="see --field"
        )
    if stacked:
        found = _stacks(field or 1, ends, kernel, base, padding, layers)
    else:
        found = _chains(ends[0], ends[1], op, kernel, stride, layers, field, vary=vary)
    chosen = list(islice(found, limit + 1))
    complete = len(chosen) <= limit
    _check(chosen[:limit])
    asked = {"from": shape_object(ends[0] if ends else None), "to": shape_object(ends[1] if ends else None)}
    if as_json:
        click.echo(designs_json(chosen[:limit], {**asked, "field": field}, complete=complete))
    else:
        _show(chosen[:limit])
    if not chosen:
        return told(_nothing(vary=vary, stacked=stacked), REFUSED)
    if not complete and not quiet:
        noted("more chains do, --limit shows them")
    return ANSWERED


def _numbers(text: str | None, default: range, key: str) -> Sequence[int]:
    """The numbers of a value, a list or a range."""
    from convcalc.solve.knobs import read_choices

    if text is None:
        return default
    try:
        choices = read_choices(text, text, minimum=1, key=key)
    except Malformed as error:
        raise Malformed(f"--{key}: {error.what}", hint=error.hint) from None
    if (choices.most or 0) - choices.least >= 1000:
        raise Malformed(f"--{key}: {text} is too wide", hint="at most 1000 numbers are tried")
    return list(choices.numbers())


def _stacks(
    field: int, ends: Sequence["Shape"], kernel: str | None, base: str | None, padding: str | None, layers: int | None
) -> Iterator["Design"]:
    """Dilated layers, on the size given or on one of the field's own."""
    from convcalc.shape import Shape
    from convcalc.solve.dilations import stacks

    start = ends[0] if ends else Shape(None, (field,))
    kernels, bases = _numbers(kernel, range(2, 9), "kernel"), _numbers(base, range(2, 3), "base")
    word = padding or ("causal" if len(start.size) == 1 else "same")
    out = ends[1].channels if ends else None
    return (stack.design for stack in stacks(field, start, kernels, bases, word, layers, out))


def _chains(
    start: "Shape",
    goal: "Shape",
    op: str | None,
    kernel: str | None,
    stride: str | None,
    layers: int | None,
    field: int | None,
    *,
    vary: bool,
) -> Iterator["Design"]:
    from convcalc.solve.design import Asked, designs

    kernels, strides = _numbers(kernel, range(1, 12), "kernel"), _numbers(stride, range(1, 5), "stride")
    try:
        yield from designs(Asked(start, goal, op, kernels, strides, layers, field, vary))
    except Malformed as error:
        raise error if error.key is None else Malformed(f"--{error.key}: {error.what}", hint=error.hint) from None


def _nothing(*, vary: bool, stacked: bool) -> str:
    if stacked:
        return "no stack reaches that field; give more --layers, or larger kernels"
    ways = "" if vary else "--vary, "
    return f"no such chain of layers does that; try {ways}another --layers, or wider -k and -s"


def _show(designs: Sequence["Design"]) -> None:
    from convcalc.renderers.design import designs_text
    from convcalc.renderers.glyphs import glyphs_for

    if designs:
        click.echo(designs_text(designs, glyphs_for(getattr(sys.stdout, "encoding", None)).arrow))


def _check(designs: Sequence["Design"]) -> None:
    """Read each line back and run it: it must give the sizes and the field beside it."""
    from convcalc.readers.source import read_text
    from convcalc.renderers.design import design_line

    for one in designs:
        trace = read_text(design_line(one)).run(one.shapes[0])
        fields = trace.row(len(one.ops)).receptive_field
        if trace.failures or tuple(trace.shapes) != one.shapes or one.field not in fields:
            raise AssertionError(f"{design_line(one)} does not run as it was computed: {trace}")
