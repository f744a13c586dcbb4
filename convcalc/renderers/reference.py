"""The reference of native ops and of every framework's layers as Markdown, made from their declarations."""

import re

from convcalc.dialects import NAMES, dialect_named
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


def layers_reference() -> str:
    """A table: the layers of each framework that can be written in its own spelling."""
    rows = [f"| {name} | {', '.join(_classes(name))} |" for name in NAMES]
    return "\n".join(["| framework | layers |", "| --- | --- |", *rows])


def _classes(framework: str) -> list[str]:
    """The names, those that differ only in a number of axes told once: `Conv{1,2,3}d`."""
    dialect = dialect_named(framework)
    ranks: dict[str, list[str]] = {}
    seen: set[int] = set()
    for name, spelling in dialect.layers.items() if dialect else ():
        if id(spelling) in seen:
            continue  # another name for the same
        seen.add(id(spelling))
        form, rank = re.subn(r"([123])([dD])", r"{}\2", name, count=1)
        ranks.setdefault(form, []).extend(re.findall(r"([123])[dD]", name)[:1] if rank else [])
    return [f"`{form.replace('{}', _braced(found))}`" for form, found in ranks.items()]


def _braced(ranks: list[str]) -> str:
    return "".join(ranks) if len(ranks) == 1 else "{" + ",".join(ranks) + "}"
