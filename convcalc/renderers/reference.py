"""The reference of native ops as Markdown, made from their declarations."""

from convcalc.ops.op import Knob, Op
from convcalc.ops.registry import OPS


def ops_reference() -> str:
    """A table: each op as it is written in a line, its other names, and what it does."""
    rows = [f"| `{_form(op)}` | {', '.join(op.aliases)} | {_sentence(op)} |" for op in OPS]
    return "\n".join(["| a layer | also | what it does |", "| --- | --- | --- |", *rows])


def _form(op: type[Op]) -> str:
    """`conv [N] kN [sN] ...`: what must be given, then what may be."""
    return " ".join([op.spelling, *[_knob(knob) for knob in op.knobs.values()]]).replace("|", "\\|")


def _knob(knob: Knob) -> str:
    value = knob.kind.metavar
    if knob.kind.words and (not knob.letter or value in ("true|false", "|".join(knob.kind.words))):
        forms = " | ".join(word for word, meaning in knob.kind.words.items() if meaning != knob.default)
    elif knob.keyword:
        forms = f"{knob.keyword} {value}"
    elif knob.positional:
        forms = value
    else:
        forms = f"{knob.letter}{value}" if knob.letter else f"{knob.name}={value}"
    return forms if knob.required else f"[{forms}]"


def _sentence(op: type[Op]) -> str:
    return (op.__doc__ or "").split("\n")[0]
