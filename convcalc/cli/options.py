"""Options that several commands share, and options derived from an op's knobs."""

from typing import TYPE_CHECKING, Any

import click

from convcalc.cli.completing import complete_words
from convcalc.cli.terminal import WHEN
from convcalc.dialects import NAMES
from convcalc.errors import Malformed
from convcalc.suggest import nearest

if TYPE_CHECKING:
    from convcalc.ops.op import Knob, Op

    _ParamType = click.ParamType[Any]
    _Choice = click.Choice[str]
else:
    _ParamType = click.ParamType  # before click 8.5 it takes no type
    _Choice = click.Choice


class KnobType(_ParamType):
    """Reads an option as a layer's line reads the same knob."""

    def __init__(self, knob: "Knob") -> None:
        self.kind = knob.kind
        self.key = knob.name
        self.name = knob.kind.metavar

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The knob's value. A value outside its domain is a usage error."""
        try:
            return self.kind.load(value, self.key)
        except Malformed as error:
            self.fail(error.reason, param, ctx)


class Choice(_Choice):
    """One of a few words; for a misspelt one the nearest is named."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """The words there are, and the one that may be meant."""
        message, hint = super().get_invalid_choice_message(value, ctx), nearest(str(value), self.choices, fallback="")
        return f"{message.rstrip('.')}; {hint}" if hint else message


def option_of(knob: "Knob") -> click.Option:
    """The option that sets a knob: `--kernel` and `-k`, with its text as help."""
    from convcalc.ops import kinds

    long = knob.name.replace("_", "-")
    short = [f"-{knob.letter}"] if len(knob.letter) == 1 else []
    if isinstance(knob.kind, kinds.Flag):
        flag, text = (f"--no-{long}", f"without a {long}") if knob.default else (f"--{long}", knob.text)
        return click.Option(
            [*short, flag, knob.name], is_flag=True, flag_value=not knob.default, default=None, help=text
        )
    kind = Choice(tuple(knob.kind.words)) if isinstance(knob.kind, kinds.Choice) else KnobType(knob)
    text = knob.text if knob.required or knob.default is None else f"{knob.text} [{knob.kind.show(knob.default)}]"
    names = [*short, f"--{long}", knob.name]
    complete = complete_words(knob.kind.words)
    return click.Option(
        names, type=kind, required=knob.required, help=text, metavar=_metavar(knob), shell_complete=complete
    )


def _metavar(knob: "Knob") -> str | None:
    """`K` for the kernel, `SIZE` for a size; None for what the type itself tells."""
    if knob.keyword:
        return "SIZE"
    return knob.letter.upper() if len(knob.letter) == 1 and not knob.positional else None


def knob_options(op: "type[Op]") -> list[click.Option]:
    """An option for every knob of an op."""
    return [option_of(knob) for knob in op.knobs.values()]


framework_option = click.option("-f", "--framework", type=Choice(NAMES), help="by the rules of this framework")
"""`-f/--framework`, for a function or a command."""


def colour_option(*, hidden: bool = False) -> click.Option:
    """`--color`, which `colour_asked` reads; here it is checked and told. The help of a command need not repeat it."""
    text = "when to colour, also after a command [auto: on a terminal; NO_COLOR and FORCE_COLOR count]"
    return click.Option(["--color"], type=Choice(WHEN), help=text, hidden=hidden, expose_value=False)
