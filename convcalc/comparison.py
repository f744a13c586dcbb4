"""One layer in every framework side by side: what each makes of it, and how each can be made to do what was asked."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple

from convcalc.dialects import NAMES, dialect_named
from convcalc.dialects.asked import KINDS, Asked, asked_of, sides_of
from convcalc.dialects.dialect import Dialect
from convcalc.dialects.ruled import Ruled, Windows
from convcalc.errors import ConvcalcError
from convcalc.ops.op import Op
from convcalc.shape import Shape
from convcalc.window import Sides, TransposedWindow

SAME, SHIFTED, OTHER, REFUSED = "same", "shifted", "other size", "refused"
SAME_SIZE = "same size"


class Answer(NamedTuple):
    """What one framework makes of the layer, and the lines that make it do what was asked."""

    framework: str
    verdict: str
    """`same`, `shifted` (the same size, but cells look elsewhere), `other size`, or `refused`.

    Of layers without windows only the size is compared: `same size`.
    """
    output: Shape | None
    sides: tuple[Sides, ...]
    """Cells added before and after each axis; of a transposed layer, cells taken off."""
    reason: str | None
    """Why it refuses, or how far cells are shifted."""
    lines: list[str] | None
    """None where the framework's layers can't express it; empty for a layer of which none are made."""


class Comparison(NamedTuple):
    """The layer that was asked for, and every framework's answer."""

    op: Op
    shape: Shape
    output: Shape
    sides: tuple[Sides, ...]
    transposed: bool
    answers: tuple[Answer, ...]


def compare(op: Op, shape: Shape, framework: str | None = None) -> Comparison:
    """What every framework makes of `op`, which `framework` has spelled, on `shape`.

    Raises the error of `op` itself, where there is nothing to compare with.

    >>> from convcalc.ops.convolution import Conv
    >>> asked = compare(Conv(out=8, kernel=3, stride=2, padding="same"), Shape(3, (224,)))
    >>> [(answer.framework, answer.verdict) for answer in asked.answers][:2]
    [('torch', 'refused'), ('keras', 'same')]
    """
    output, windows = op.output(shape), op.windows(shape)
    plain = _in_numbers(op.op, shape, output, windows) if isinstance(op, Ruled) else op
    asked = asked_of(plain, shape, output, windows)
    answers = []
    for dialect in [found for name in NAMES if (found := dialect_named(name))]:
        own = op if dialect.name == framework else dialect.adopt(plain)
        answer = _answer(dialect, own, shape, output, windows)
        answers.append(answer._replace(lines=_lines(dialect.name, asked) if asked else []))
    transposed = any(isinstance(window, TransposedWindow) for window in windows)
    return Comparison(op, shape, output, _all_sides(windows), transposed, tuple(answers))


def _in_numbers(op: Op, shape: Shape, output: Shape, windows: Windows) -> Op:
    """The op as other frameworks are asked for it: with padding in numbers where its own comes to something else."""
    try:
        if op.output(shape) == output and _all_sides(op.windows(shape)) == _all_sides(windows):
            return op
    except ConvcalcError:
        pass
    if not windows or type(op) not in KINDS:
        return op
    knobs: dict[str, Any] = {
        key: tuple([getattr(window, key) for window in windows]) for key in ("kernel", "stride", "dilation")
    }
    if isinstance(windows[0], TransposedWindow):
        added = tuple([getattr(window, "output_padding", 0) or 0 for window in windows])
        knobs |= {"output_padding": added, "output_size": None}
    return op.replace(padding=tuple([window.padding for window in windows]), **knobs)


def _lines(framework: str, asked: Asked) -> list[str] | None:
    """The lines that do what was asked; each dialect's package has a `paste`."""
    lines: list[str] | None = import_module(f"convcalc.dialects.{framework}.paste").paste(asked)
    return lines


def _answer(dialect: Dialect, op: Op, shape: Shape, output: Shape, windows: Windows) -> Answer:
    try:
        found, own = op.output(shape), op.windows(shape)
    except ConvcalcError as error:
        rule = error.reason.partition(" refuses this: ")
        return Answer(dialect.name, REFUSED, None, (), rule[2] or rule[0], None)
    verdict, reason = _verdict(output, windows, found, own)
    return Answer(dialect.name, verdict, found, _all_sides(own), reason, None)


def _verdict(output: Shape, windows: Windows, found: Shape, own: Windows) -> tuple[str, str | None]:
    if found != output:
        return OTHER, None
    if not windows and not own:
        return SAME_SIZE, None
    shifts = [mine - before for (before, _), (mine, _) in zip(_all_sides(windows), _all_sides(own), strict=False)]
    if not any(shifts):
        return SAME, None
    if isinstance(windows[0], TransposedWindow):
        return SHIFTED, f"the output starts {_told(shifts)} in the full result"
    return SHIFTED, f"cells look {_told([-shift for shift in shifts])} in the input"


def _told(shifts: Sequence[int]) -> str:
    told = [f"{abs(shift)} {'later' if shift > 0 else 'earlier'}" if shift else "0" for shift in shifts]
    return " x ".join(told[:1] if len(set(told)) == 1 else told)


def _all_sides(windows: Windows) -> tuple[Sides, ...]:
    return tuple([sides_of(window) for window in windows])
