"""Layers that fit a question asked backwards, as lines and as JSON, and why none does. It solves nothing."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from convcalc.renderers.json import VERSION
from convcalc.shape import show_size
from convcalc.solve.knobs import ANY, AROUND, Sided, show_knob, show_padding
from convcalc.solve.layer import Question, Solution
from convcalc.solve.nearest import Blame, Freed
from convcalc.solve.reachable import Box

BLOCK = 100
"""Lines that are aligned with each other; later ones are at least as wide."""

NAMES = {"cells": "in", "output": "out"}
"""What the command line calls sizes."""


def layer_line(solution: Solution, framework: str | None) -> str:
    """The layer in native spelling, to be pasted."""
    line = str(solution.layer)
    unpadded = solution.layer.settings()["padding"] == ((0, 0),)
    # to JAX a transposed convolution without padding is VALID
    return f"{line} p0" if framework == "jax" and solution.layer.spelling == "tconv" and unpadded else line


def solution_lines(found: Iterable[Solution], question: Question) -> Iterator[str]:
    """A line a solution: the sizes where they were ranges, the layer, the reason."""
    sized = not all(choices.single for choices in [*question.cells, *question.output])
    rows = ([*_sizes(one, sized=sized), layer_line(one, question.framework), one.reason] for one in found)
    widths = [0, 0, 0]
    while block := list(islice(rows, BLOCK)):  # a row has two columns or three
        widths = [max(width, *map(len, column)) for width, *column in zip(widths, *block)]  # noqa: B905
        yield from (_padded(row, widths) for row in block)


def _sizes(solution: Solution, *, sized: bool) -> list[str]:
    return [f"{show_size(solution.cells)} -> {show_size(solution.output)}"] if sized else []


def _padded(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join([cell.ljust(width) for cell, width in zip(row, widths, strict=True)]).rstrip()


def box_line(box: Box) -> str:
    """The sizes of each axis, as they are read back."""
    return show_knob(box)


def searched(question: Question) -> dict[str, str]:
    """The range of each knob, in the syntax of the options."""
    ranges = {key: show_knob(getattr(question, key)) for key in ("kernel", "stride", "dilation")}
    ranges["padding"] = show_padding(question.padding)
    if question.op == "tconv":
        added = question.output_padding
        ranges["output_padding"] = "0..stride-1" if added is None else show_knob(added)
    if question.op == "pool":
        ranges["ceil"] = "any" if len(question.ceil) > 1 else "yes" if question.ceil[0] else "no"
    return ranges


def searched_line(question: Question) -> str:
    """The same in one line."""
    ranges = searched(question)
    if question.padding == (AROUND,):
        ranges["padding"] = "0..extent-1 a side, at most one apart"
    return f"searched {', '.join([f'{key} {text}' for key, text in ranges.items()])}"


def must_be_uneven(first: Solution, question: Question) -> bool:
    """Whether equal sides were searched and none fits."""
    return first.standing.uneven and (question.padding == (AROUND,) or _may_be_equal(question))


def _may_be_equal(question: Question) -> bool:
    if isinstance(question.padding, str):
        return False
    sides = [one for one in question.padding if isinstance(one, Sided)]
    return all(one.after is None or one.before.meeting([*one.after.runs]).runs for one in sides)


def json_parts(found: Iterator[Solution], question: Question, limit: int | None) -> Iterator[str]:
    """One object in parts, a solution a line; whether it is complete is told at its end."""
    head = {"version": VERSION, "op": question.op, "framework": question.framework, "searched": searched(question)}
    yield f'{json.dumps(head)[:-1]},\n"solutions": ['
    between = "\n"
    for solution in islice(found, limit):
        yield f"{between}{json.dumps(_object(solution))}"
        between = ",\n"
    complete = limit is None or next(found, None) is None
    yield f'],\n"complete": {json.dumps(complete)}}}'


def _object(solution: Solution) -> dict[str, Any]:
    windows = solution.windows
    told: dict[str, Any] = {"in": _per_axis(solution.cells), "out": _per_axis(solution.output)}
    for key in ("kernel", "stride", "dilation"):
        told[key] = _folded([getattr(window, key) for window in windows])
    told["padding"] = _folded([list(window.padding) for window in windows])
    told["output_padding"] = _folded([getattr(window, "output_padding", 0) or 0 for window in windows])
    if solution.layer.spelling == "pool":
        told["ceil"] = any(getattr(window, "ceil", False) for window in windows)
    return {**told, "reason": solution.reason}


def _per_axis(size: Sequence[int]) -> int | list[int]:
    return size[0] if len(size) == 1 else list(size)


def _folded(values: list[Any]) -> Any:
    """One where it holds for all axes, else a list."""
    return values[0] if all(value == values[0] for value in values) else values


def nothing_fits(question: Question, blame: Blame) -> str:
    """Why nothing fits, and the nearest answers with a knob freed."""
    parts = [f"no {question.op} {_between(question)} with {_knobs_line(question)}"]
    if blame.needed and not isinstance(question.padding, str):
        parts[0] += f": it takes {_needed(blame)}"
    if blame.refusal:
        parts.append(f"without -f {question.framework} there is {blame.refusal}")
    parts += [_freed_line(freed, question) for freed in blame.freed]
    if not blame.freed and not blame.refusal:
        parts.append("no single knob helps within reach of what was searched")
    return "; ".join(parts)


def _between(question: Question) -> str:
    """The sizes that are known."""
    cells, output = show_knob(question.cells), show_knob(question.output)
    if ANY in question.cells:
        return f"gives {output}"
    return f"takes {cells}" if ANY in question.output else f"gives {output} from {cells}"


def _knobs_line(question: Question) -> str:
    return searched_line(question).removeprefix("searched ")


def _needed(blame: Blame) -> str:
    texts = []
    for least, most in blame.needed or ():
        if least is None or most is None:
            texts.append("any padding")
        elif most < 0:
            texts.append(f"a crop of {-most} cells" if least == most else f"a crop of {-most} to {-least} cells")
        else:
            texts.append(
                f"{least} cells of padding" if least == most else f"{max(least, 0)} to {most} cells of padding"
            )
    return " x ".join(dict.fromkeys(texts))


def _freed_line(freed: Freed, question: Question) -> str:
    name = NAMES.get(freed.key, freed.key)
    solution = freed.solution
    size = {"cells": solution.cells, "output": solution.output}.get(freed.key)
    line = layer_line(solution, question.framework)
    if size is not None:
        return f"with another {name}: {show_size(size)} ({line})"
    return f"with another {name}: {line}"
