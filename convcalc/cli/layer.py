"""`convcalc conv`, `tconv` and `pool`: sizes in, sizes out, a line each."""

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from convcalc.cli.group import ANSWERED, REFUSED, as_option, code_of, noted, told
from convcalc.cli.options import Choice, framework_option, knob_options
from convcalc.errors import TOO_LONG, ConvcalcError, Malformed, too_long
from convcalc.shape import Shape, read_size, show_size

if TYPE_CHECKING:
    from convcalc.ops.op import Op

SIZE_HELP = """SIZE is 224, 224x320 or 3@224x224; - reads sizes from stdin, one a line. A value
for each axis is written 3x5, a padding for each side 0:1 or 0:1x2:2; the padding
words are same, same-lower, valid, full and causal."""

Answer = Callable[["Op", Shape, Shape], str]


def _sizes(sizes: Sequence[str]) -> Iterator[str]:
    """The sizes asked for; `-` stands for the lines of standard input, as they come."""
    for size in sizes:
        if size == "-" and sys.stdin is None:
            raise Malformed("standard input is closed", hint="give sizes")
        if size == "-":
            yield from (line for text in sys.stdin if (line := text.strip().removeprefix("\ufeff")))
        else:
            yield size


def _answer_all(op: "Op", sizes: Sequence[str], answer: Answer, *, quiet: bool) -> int:
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
        except ValueError as error:
            if not too_long(error):
                raise
            code = max(code, told(place + TOO_LONG, REFUSED))
            continue
        for note in [] if quiet else op.notes(shape, output):
            noted(f"{place}{note.text}")
    return code


def _plain(_op: "Op", shape: Shape, output: Shape) -> str:
    """The answer in the notation of the question: no channels where none were given."""
    return str(output) if shape.channels is not None else show_size(output.size)


def _form(framework: str | None, *, as_json: bool, explain: bool) -> Answer:
    """How one answer is written."""
    if as_json:
        from convcalc.renderers.json import layer_json

        return lambda op, shape, output: layer_json(op, shape, output, framework)
    if explain:
        from convcalc.renderers.explain import explanation

        return lambda op, shape, output: "\n".join([_plain(op, shape, output), *explanation(op, shape, output)])
    return _plain


class LayerCommand(click.Command):
    """A question about one layer. The op is loaded, and its knobs become options, when the command is used."""

    def __init__(
        self, name: str, load: Callable[[], "type[Op]"], example: str, *, extra: Sequence[click.Option] = ()
    ) -> None:
        text = f"{load.__doc__}\n\n\b\n  {example}\n\n{SIZE_HELP}"
        super().__init__(name, callback=self._answer, help=text, params=[_SIZES, *extra])
        for shared in _SHARED:
            shared(self)
        self._load = load
        self._complete = False

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The sizes, the op's knobs, and what all one-layer commands take."""
        if not self._complete:
            self.params[1:1] = knob_options(self._load())
            self._complete = True
        return super().get_params(ctx)

    def _answer(
        self, sizes: Sequence[str], framework: str | None, explain: bool, as_json: bool, quiet: bool, **values: Any
    ) -> int:
        if explain and as_json:
            raise Malformed("--explain: is for reading, --json for programs", hint="give one of them")
        given = {key: value for key, value in values.items() if value is not None}
        kind = _POOLS[given.pop("kind")]() if "kind" in given else self._load()
        try:
            op = _under(framework, kind(**given))
        except ConvcalcError as error:
            return told(as_option(error), code_of(error))
        return _answer_all(op, sizes, _form(framework, as_json=as_json, explain=explain), quiet=quiet)


def _under(framework: str | None, op: "Op") -> "Op":
    """The op under the rules of the framework, if one is named."""
    if framework is None:
        return op
    from convcalc.dialects import dialect_named

    dialect = dialect_named(framework)
    return dialect.adopt(op) if dialect else op


_SIZES = click.Argument(["sizes"], metavar="SIZE...", nargs=-1, required=True)


_SHARED = (
    framework_option,
    click.option("--explain", is_flag=True, help="show the formula, the numbers put in, and each step"),
    click.option("--json", "as_json", is_flag=True, help="one JSON object for each size"),
    click.option("-q", "--quiet", is_flag=True, help="no notes on stderr"),
)


def _conv() -> "type[Op]":
    """What comes out of a convolution."""
    from convcalc.ops.convolution import Conv

    return Conv


def _tconv() -> "type[Op]":
    """What comes out of a transposed convolution."""
    from convcalc.ops.convolution import TransposedConv

    return TransposedConv


def _max_pool() -> "type[Op]":
    """What comes out of a pooling layer."""
    from convcalc.ops.pooling import MaxPool

    return MaxPool


def _avg_pool() -> "type[Op]":
    from convcalc.ops.pooling import AvgPool

    return AvgPool


_POOLS: dict[str, Callable[[], "type[Op]"]] = {"max": _max_pool, "avg": _avg_pool}
_KIND = click.Option(["--kind"], type=Choice(tuple(_POOLS)), help="what is taken of a window")

conv = LayerCommand("conv", _conv, "convcalc conv 3@224x224 -k 7 -s 2 -p 3 -o 64")
tconv = LayerCommand("tconv", _tconv, "convcalc tconv 7 -k 5 -s 2 -p same")
pool = LayerCommand("pool", _max_pool, "convcalc pool 112 -k 3 -s 2 -p 1 --ceil", extra=[_KIND])
