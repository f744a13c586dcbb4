"""The reference of a network file's keys as Markdown, made from the texts that the schema gives to editors."""

from collections.abc import Iterable, Mapping

from convcalc.ops.op import Knob
from convcalc.ops.registry import OPS
from convcalc.schema import CHECK_TEXTS, KEY_TEXTS, PLACES, Key


def keys_reference() -> str:
    """A table: where a key stands, and what it says."""
    rows = [f"| {place} | `{key}` | {KEY_TEXTS[key].text} |" for place, keys in PLACES.items() for key in keys]
    return "\n".join(["| in | key | what it says |", "| --- | --- | --- |", *rows, *_check_rows(CHECK_TEXTS)])


def _check_rows(texts: Mapping[str, Key]) -> Iterable[str]:
    return (f"| `check` | `{key}` | {told.text} |" for key, told in texts.items())


def knobs_reference() -> str:
    """A table: the keys of the native ops, what they are in a line, what they say, and which ops take them."""
    knobs: dict[tuple[str, str], tuple[Knob, list[str]]] = {}
    for op in OPS:
        for name, knob in op.knobs.items():
            knobs.setdefault((name, knob.text), (knob, []))[1].append(op.spelling)
    rows = [_row(knob, ops) for knob, ops in knobs.values()]
    return "\n".join(["| key | in a line | what it says | of |", "| --- | --- | --- | --- |", *rows])


def _row(knob: Knob, ops: list[str]) -> str:
    return f"| `{knob.name}` | {_short(knob)} | {knob.text} | {', '.join(f'`{op}`' for op in ops)} |"


def _short(knob: Knob) -> str:
    """What stands for the key in a line."""
    if knob.positional:
        return f"`{knob.kind.metavar}`"
    words = " ".join(f"`{word}`" for word in knob.kind.words)
    short = f"`{knob.letter}{knob.kind.metavar}`" if knob.letter and "|" not in knob.kind.metavar else ""
    keyword = f"`{knob.keyword} {knob.kind.metavar}`" if knob.keyword else ""
    return " ".join(filter(None, [short, keyword, words])) or "its value"
