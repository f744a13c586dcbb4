"""The sizes alone, where every knob is known: which inputs give an output, or which outputs an input reaches."""

from collections.abc import Iterator
from math import prod
from typing import Any

from convcalc.solve.knobs import ANY, Choices, Sided, choices_of, only
from convcalc.solve.layer import Question, solutions
from convcalc.window import SIZE_DEPENDENT, TransposedWindow, Window

Box = tuple[Choices, ...]
"""Sizes an axis; every combination of them is meant."""


def asks_sizes_only(question: Question) -> bool:
    """Whether every knob has one value (output_padding may have several), and one of the sizes is not known."""
    knobs = [*question.kernel, *question.stride, *question.dilation]
    unknown = all(size == ANY for size in _asked(question))
    return unknown and all(choices.single for choices in knobs) and _one_padding(question)


def _asked(question: Question) -> tuple[Choices, ...]:
    """The sizes that are asked for."""
    return question.cells if question.cells[0] == ANY else question.output


def _one_padding(question: Question) -> bool:
    if isinstance(question.padding, str):
        return True
    return all(
        isinstance(sides, Sided) and sides.before.single and (sides.after is None or sides.after.single)
        for sides in question.padding
    )


def reachable(question: Question) -> list[Box]:
    """The sizes asked for, exactly; several boxes where the sizes of the axes depend on each other.

    Source: Dumoulin & Visin, arXiv 1603.07285, relationships 6 and 14, turned around.

    >>> known = {"kernel": (only(7),), "stride": (only(2),), "padding": (Sided(only(3)),)}
    >>> [str(size) for box in reachable(Question("conv", (ANY,), (only(112),), **known)) for size in box]
    ['223..224']
    """
    if _has_closed_form(question):
        box = tuple([_sizes_on(question, axis) for axis in range(question.rank)])
        return [box] if all(choices.runs for choices in box) else []
    asks_cells = question.cells[0] == ANY
    found = {solution.cells if asks_cells else solution.output for solution in solutions(question)}
    axes = [sorted(set(sizes)) for sizes in zip(*found, strict=True)]
    if found and prod(map(len, axes)) == len(found):
        return [tuple([choices_of([(n, n) for n in sizes]) for sizes in axes])]
    return [tuple(map(only, size)) for size in sorted(found)]


def _has_closed_form(question: Question) -> bool:
    if question.framework is not None:
        return False
    if question.op != "tconv":
        return question.rank == 1 or len(question.ceil) == 1
    return question.rank == 1 and (question.output_padding is None or question.padding not in SIZE_DEPENDENT)


def _sizes_on(question: Question, axis: int) -> Choices:
    known = question.output[axis] if question.cells[axis] == ANY else question.cells[axis]
    spans = _transposed if question.op == "tconv" else _direct
    backwards = question.cells[axis] == ANY
    found = [run for first, last in known.runs for run in spans(question, axis, first, last or first, backwards)]
    return choices_of(Choices(tuple(sorted(found))).within(1, None).runs)


def _direct(question: Question, axis: int, first: int, last: int, backwards: bool) -> Iterator[tuple[int, int]]:  # noqa: FBT001
    """Sizes that follow one another give, and come from, sizes that follow one another."""
    for ceil in question.ceil:
        window = Window(**_knobs(question, axis), ceil=ceil)
        if backwards:
            yield window.inputs(first)[0], window.inputs(last)[1]
        else:
            yield window.output(first), window.output(last)


def _transposed(question: Question, axis: int, first: int, last: int, backwards: bool) -> Iterator[tuple[int, int]]:  # noqa: FBT001
    """With the output_padding in its range, which under `same` reaches all the sizes of a stride."""
    window = TransposedWindow(**_knobs(question, axis))
    stride, add = window.affine()
    added = question.output_padding[axis % len(question.output_padding)] if question.output_padding else None
    if window.padding in SIZE_DEPENDENT:
        add = 1 - stride
    ranges = Choices(((0, stride - 1),)) if added is None else added.within(0, window.output_padding_limit - 1)
    for low, high in [(low, high) for low, high in ranges.runs if high is not None]:
        if backwards:
            least, most = -((add + high - first) // stride), (last - add - low) // stride
            if least <= most:
                yield max(least, 1), most
        else:
            yield from ((n * stride + add + low, n * stride + add + high) for n in range(first, last + 1))


def _knobs(question: Question, axis: int) -> dict[str, Any]:
    padding = question.padding
    knobs = {key: getattr(question, key) for key in ("kernel", "stride", "dilation")}
    known: dict[str, Any] = {key: knob[axis % len(knob)].least for key, knob in knobs.items()}
    if isinstance(padding, str):
        return {**known, "padding": padding}
    sides = padding[axis % len(padding)]
    before = sides.before.least if isinstance(sides, Sided) else 0
    after = sides.after.least if isinstance(sides, Sided) and sides.after is not None else before
    return {**known, "padding": (before, after)}
