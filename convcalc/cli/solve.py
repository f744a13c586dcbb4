"""`convcalc solve conv`, `tconv` and `pool`: one layer backwards."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from convcalc.cli.completing import complete_padding
from convcalc.cli.group import ANSWERED, REFUSED, as_option, code_of, noted, told
from convcalc.cli.options import Choice, framework_option
from convcalc.errors import ConvcalcError, Malformed

if TYPE_CHECKING:
    from convcalc.solve.knobs import Knob
    from convcalc.solve.layer import Question, Solution

LIMIT = 10

HELP = """A value is 3, a list 3,5, a range 1..7, or both: 1,3..5. One for each axis is joined by x:
3x5, 1..3x5; what has no x holds for all axes at once. -p 0..4 means equal sides,
-p 0..4:0..4 sides of their own; the words are same, same-lower, valid, full and causal.

What is left out is searched: kernel 1..11, stride 1..4, dilation 1, padding from 0 to
extent - 1 a side with the sides at most one apart, output_padding 0 to stride - 1. Where
every knob is given, the answer is the sizes alone."""


@click.group(
    help="""The layers that give one size from another, the preferred first; or the sizes that fit a layer.

\b
  convcalc solve conv --in 224 --out 112         which layers
  convcalc solve conv --in 28 --out 28 -k 3,5    which padding keeps the size
  convcalc solve tconv --in 7 --out 14 -s 2      which kernel, which padding
  convcalc solve conv --out 112 -k 7 -s 2 -p 3   which inputs
""",
)
def solve() -> None:
    """Answer one layer backwards."""


_KNOBS = (
    click.option("--in", "cells", metavar="SIZE", help="the size that goes in"),
    click.option("--out", "output", metavar="SIZE", help="the size that comes out"),
    click.option("-k", "--kernel", metavar="K", help="kernel size [1..11]"),
    click.option("-s", "--stride", metavar="S", help="stride [1..4]"),
    click.option(
        "-p",
        "--padding",
        metavar="P",
        help="padding, equal sides or before:after, or a word",
        shell_complete=complete_padding,
    ),
    click.option("-d", "--dilation", metavar="D", help="dilation [1]"),
)

_ADDED = click.option("--output-padding", metavar="N", help="cells added at the end of the output [0..stride-1]")

_CEIL = click.option(
    "--ceil",
    is_flag=False,
    flag_value="yes",
    default="no",
    type=Choice(("yes", "no", "any")),
    help="count a last window that fits only in part [no; given bare, yes]",
)

_SHARED = (
    framework_option,
    click.option("--limit", type=click.IntRange(min=1), help=f"how many answers at most [{LIMIT}]"),
    click.option("--all", "every", is_flag=True, help="every answer"),
    click.option("--json", "as_json", is_flag=True, help="one JSON object"),
    click.option("-q", "--quiet", is_flag=True, help="no notes on stderr"),
)


def _command(op: str, text: str, example: str, *extra: Callable[[Any], Any]) -> None:
    """Register the question about one op."""

    def answer(**options: Any) -> int:
        try:
            return _answered(op, **options)
        except ConvcalcError as error:
            return told(as_option(error), code_of(error))

    for option in reversed([*_KNOBS, *extra, *_SHARED]):
        option(answer)
    solve.command(op, help=f"{text}\n\n\b\n  convcalc solve {op} {example}\n\n{HELP}", short_help=text)(answer)


_command("conv", "Which convolutions fit, or which sizes fit a convolution.", "--in 28 --out 28 -k 3,5")
_command("tconv", "Which transposed convolutions fit, or which sizes fit one.", "--in 7 --out 14 -s 2", _ADDED)
_command("pool", "Which pooling layers fit, or which sizes fit one.", "--out 56 -k 3 -s 2 -p 1", _CEIL)


def _answered(
    op: str,
    *,
    framework: str | None,
    limit: int | None,
    every: bool,
    as_json: bool,
    quiet: bool,
    ceil: str = "no",
    **texts: str | None,
) -> int:
    """Ask the question, and print the answer in the form asked for."""
    from convcalc.solve.layer import check_axes, solutions
    from convcalc.solve.reachable import asks_sizes_only

    if every and limit is not None:
        raise Malformed("is every answer, --limit a few", key="all", hint="give one of them")
    question = _question(op, framework, ceil, texts)
    check_axes(question)
    sizes_only = asks_sizes_only(question)
    if sizes_only and not as_json:
        return _tell_sizes(question)
    most = limit or (None if every or sizes_only else LIMIT)
    found = solutions(question)
    first = next(found, None)
    if not quiet:
        _note_search(question, first)
    known = _again(first, found)
    _show(question, known, most, as_json=as_json, quiet=quiet)
    return ANSWERED if first else _refuse(question)


def _again(first: "Solution | None", others: "Iterator[Solution]") -> "Iterator[Solution]":
    """The solutions, with the first that was looked at."""
    if first is not None:
        yield first
        yield from others


def _question(op: str, framework: str | None, ceil: str, texts: dict[str, str | None]) -> "Question":
    from convcalc.solve.knobs import read_knob, read_padding
    from convcalc.solve.layer import Question

    given: dict[str, Any] = {
        key: read_knob(text, minimum=int(key != "output_padding"), key=key)
        for key, text in texts.items()
        if text is not None and key not in ("cells", "output", "padding")
    }
    if (padding := texts["padding"]) is not None:
        given["padding"] = read_padding(padding)
    cells, output = _sizes(texts["cells"], texts["output"])
    modes = {"yes": (True,), "no": (False,), "any": (False, True)}
    return Question(op, cells, output, **given, ceil=modes[ceil], framework=framework)


def _sizes(cells: str | None, output: str | None) -> "tuple[Knob, Knob]":
    """Both sizes, one of which may be unknown."""
    from convcalc.solve.knobs import ANY

    known = [_size(text, key) for text, key in ((cells, "in"), (output, "out")) if text is not None]
    if not known:
        raise Malformed("neither --in nor --out is given", hint="give one size at least, e.g. --in 224")
    if len({len(size) for size in known}) > 1:
        what = f"has {len(known[1])} axes, --in has {len(known[0])}"
        raise Malformed(what, key="out", hint="give a size for each axis")
    unknown = (ANY,) * len(known[0])
    return known[0] if cells is not None else unknown, known[-1] if output is not None else unknown


def _size(text: str, key: str) -> "Knob":
    from convcalc.shape import quote
    from convcalc.solve.knobs import read_knob

    if "@" in text:
        what = f"{quote(text)} has channels, and a window knows none"
        raise Malformed(what, key=key, hint=f"write --{key} {text.rpartition('@')[2] or '224x224'}")
    return read_knob(text, minimum=1, key=key)


def _tell_sizes(question: "Question") -> int:
    """The sizes alone, in one line; one size a line where the axes depend on each other."""
    from convcalc.renderers.solutions import box_line
    from convcalc.solve.reachable import reachable

    boxes = reachable(question)
    for box in boxes:
        click.echo(box_line(box))
    return ANSWERED if boxes else _refuse(question)


def _note_search(question: "Question", first: "Solution | None") -> None:
    from convcalc.renderers.solutions import must_be_uneven, searched_line

    noted(searched_line(question))
    if first and must_be_uneven(first, question):
        noted("the padding must be uneven, no equal sides fit")


def _show(question: "Question", found: "Iterator[Solution]", limit: int | None, *, as_json: bool, quiet: bool) -> None:
    from itertools import islice

    from convcalc.renderers.solutions import json_parts, solution_lines

    if as_json:
        for part in json_parts(found, question, limit):
            click.echo(part, nl=False)
        click.echo()
        return
    for line in solution_lines(islice(found, limit), question):
        click.echo(line)
    if not quiet and limit is not None and next(found, None):
        noted("more exist, --all lists them")


def _refuse(question: "Question") -> int:
    from convcalc.renderers.solutions import nothing_fits
    from convcalc.solve.nearest import blame

    return told(nothing_fits(question, blame(question)), REFUSED)
