"""`convcalc conv`, `tconv` and `pool`: sizes in, sizes out, a line each."""

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import click

from convcalc.cli.group import ANSWERED, as_option, code_of, told
from convcalc.cli.options import framework_option, knob_options
from convcalc.errors import ConvcalcError
from convcalc.ops.convolution import Conv, TransposedConv
from convcalc.ops.op import Op
from convcalc.ops.pooling import AvgPool, MaxPool
from convcalc.shape import Shape, read_size, show_size

SIZE_HELP = "SIZE is 224, 224x320 or 3@224x224; - reads sizes from stdin, one a line."

Answer = Callable[[Op, Shape, Shape], str]


def _sizes(sizes: Sequence[str]) -> Iterator[str]:
    """The sizes asked for; `-` stands for the lines of standard input, as they come."""
    for size in sizes:
        if size == "-":
            yield from (line.strip() for line in sys.stdin if line.strip())
        else:
            yield size


def _answer_all(op: Op, sizes: Sequence[str], answer: Answer, *, quiet: bool) -> int:
    """Answer each size; one that has no answer is told on stderr, and the next is answered."""
    many = len(sizes) > 1 or "-" in sizes
    code = ANSWERED
    for size in _sizes(sizes):
        place = f"{size[:60]}: " if many else ""
        try:
            shape = read_size(size)
            output = op.output(shape)
            click.echo(answer(op, shape, output))
        except ConvcalcError as error:
            code = max(code, told(place + as_option(error), code_of(error)))
            continue
        for note in [] if quiet else op.notes(shape, output):
            click.echo(f"note: {place}{note.text}", err=True)
    return code


def _plain(_op: Op, shape: Shape, output: Shape) -> str:
    """The answer in the notation of the question: no channels where none were given."""
    return str(output) if shape.channels is not None else show_size(output.size)


def _answer(framework: str | None, *, as_json: bool, explain: bool) -> Answer:
    """How one answer is written."""
    if as_json:
        from convcalc.renderers.json import layer_json

        return lambda op, shape, output: layer_json(op, shape, output, framework)
    if explain:
        from convcalc.renderers.explain import explanation

        return lambda op, shape, output: "\n".join([_plain(op, shape, output), *explanation(op, shape, output)])
    return _plain


def _layer_command(name: str, op: type[Op], example: str) -> Callable[[Callable[..., type[Op]]], click.Command]:
    """A command for an op: its knobs as options, and what all one-layer commands take.

    The decorated function says which op is meant, given the options that are no knobs.
    """

    def command(choose: Callable[..., type[Op]]) -> click.Command:
        @click.argument("sizes", metavar="SIZE...", nargs=-1, required=True)
        @framework_option
        @click.option("--explain", is_flag=True, help="show the formula, the numbers put in, and each step")
        @click.option("--json", "as_json", is_flag=True, help="one JSON object for each size")
        @click.option("-q", "--quiet", is_flag=True, help="no notes on stderr")
        def callback(
            sizes: Sequence[str], framework: str | None, explain: bool, as_json: bool, quiet: bool, **values: Any
        ) -> int:
            given = {key: value for key, value in values.items() if value is not None}
            chosen = choose(given)
            try:
                layer = chosen(**given)
            except ConvcalcError as error:
                return told(as_option(error), code_of(error))
            return _answer_all(layer, sizes, _answer(framework, as_json=as_json, explain=explain), quiet=quiet)

        help_text = f"{choose.__doc__}\n\n{SIZE_HELP}\n\n\b\n  {example}"
        made = click.command(name, help=help_text)(callback)
        made.params = [made.params[0], *knob_options(op), *made.params[1:]]
        return made

    return command


@_layer_command("conv", Conv, "convcalc conv 3@224x224 -k 7 -s 2 -p 3 -o 64")
def conv(_values: dict[str, Any]) -> type[Op]:
    """What comes out of a convolution."""
    return Conv


@_layer_command("tconv", TransposedConv, "convcalc tconv 7 -k 5 -s 2 -p same")
def tconv(_values: dict[str, Any]) -> type[Op]:
    """What comes out of a transposed convolution."""
    return TransposedConv


@_layer_command("pool", MaxPool, "convcalc pool 112 -k 3 -s 2 -p 1 --ceil")
def _pool(values: dict[str, Any]) -> type[Op]:
    """What comes out of a pooling layer; the stride is the kernel where left out."""
    return {"max": MaxPool, "avg": AvgPool}[values.pop("kind", "max")]


_pool.params.append(click.Option(["--kind"], type=click.Choice(("max", "avg")), help="what is taken of a window"))
pool = _pool
