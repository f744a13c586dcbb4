"""A comparison of frameworks as lines for reading, and as JSON."""

import json
from typing import Any

from convcalc.comparison import REFUSED, Answer, Comparison
from convcalc.renderers.json import shape_table
from convcalc.shape import Shape, show_axes, show_size
from convcalc.window import Sides

VERSION = 1


_VERDICTS = {
    "same": "the same",
    "shifted": "the same size, shifted",
    "same size": "the same size",
    "other size": "another size",
}


def comparison_text(found: Comparison) -> str:
    """A block for what was asked, then one for each framework: its answer, and the lines that do what was asked."""
    width = max(len(answer.framework) for answer in found.answers)
    blocks = [f"asked: {found.op} on {_shown(found.shape)} gives {_shown(found.output)}{_padding(found.sides, found)}"]
    for answer in found.answers:
        blocks += [f"{answer.framework:{width}}  {_told(answer, found)}", *_lines(answer, width)]
    if all(answer.lines == [] for answer in found.answers):
        blocks.append("sizes alone are compared: no lines are made for this layer")
    return "\n".join(blocks)


def _told(answer: Answer, found: Comparison) -> str:
    if answer.verdict == REFUSED:
        return f"refused: {answer.reason}"
    reason = f": {answer.reason}" if answer.reason else ""
    return f"{_shown(answer.output)}{_padding(answer.sides, found)}, {_VERDICTS[answer.verdict]}{reason}"


def _lines(answer: Answer, width: int) -> list[str]:
    lines = answer.lines if answer.lines is not None else ["not expressible"]
    return [f"{'':{width}}  | {line}" for line in lines]


def _shown(shape: Shape | None) -> str:
    if shape is None:
        return ""
    return str(shape) if shape.channels is not None or not shape.size else show_size(shape.size)


def _padding(sides: tuple[Sides, ...], found: Comparison) -> str:
    if not sides:
        return ""
    return (
        f", {'crop' if found.transposed else 'padding'} {show_axes([f'{before}:{after}' for before, after in sides])}"
    )


def comparison_json(found: Comparison, framework: str | None) -> str:
    """One object: what was asked, and each framework's answer."""
    asked = {"layer": str(found.op), "framework": framework, "input": shape_table(found.shape)}
    key = "crop" if found.transposed else "padding"
    answers = {answer.framework: _answer(answer, key) for answer in found.answers}
    own = {"output": shape_table(found.output), key: [list(pair) for pair in found.sides]}
    return json.dumps({"version": VERSION, **asked, **own, "frameworks": answers}, indent=1)


def _answer(answer: Answer, key: str) -> dict[str, Any]:
    output = answer.output and shape_table(answer.output)
    sides = [list(pair) for pair in answer.sides]
    told = {"verdict": answer.verdict, "output": output, key: sides, "reason": answer.reason}
    return {**told, "lines": answer.lines}
