"""Where nothing fits: what is to blame, and the nearest layer with one knob freed. It knows no notation."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from convcalc.dialects import dialect_named
from convcalc.errors import ConvcalcError
from convcalc.shape import Shape
from convcalc.solve.knobs import ANY, AROUND, Knob, Sided, Span
from convcalc.solve.layer import Question, Solution, needed_padding, solutions
from convcalc.solve.settled import OWN_MEANING

FARTHEST_RULED = 64
"""So far a knob is freed where a framework has to be asked about every layer that fits natively."""

FARTHEST = 1024
"""So far natively: each distance is a search of its own."""

FARTHEST_ASKED = 16
"""And so far where it has to be asked about every layer."""


class Freed(NamedTuple):
    """The nearest solution with one knob freed."""

    key: str
    solution: Solution


class Blame(NamedTuple):
    """Why nothing fits."""

    refusal: str | None
    """What the framework says of a layer that fits natively."""
    needed: tuple[Span, ...] | None
    """The padding in all that each axis would take, where nothing else is open."""
    freed: tuple[Freed, ...]


def blame(question: Question) -> Blame:
    """What keeps a question from an answer; knobs that can't help by themselves are not among `freed`."""
    found = [Freed(key, solution) for key, widen in _ways(question) if (solution := _nearest(question, widen))]
    return Blame(_refusal(question), needed_padding(question), tuple(found))


def _refusal(question: Question) -> str | None:
    if question.framework is None or (question.framework, question.op) in OWN_MEANING:
        return None
    native = next(solutions(question._replace(framework=None)), None)
    dialect = dialect_named(question.framework)
    if native is None or dialect is None:
        return None
    try:
        dialect.adopt(native.layer).output(Shape(None, native.cells))
    except ConvcalcError as error:
        return f"{native.layer}: {error.reason}"
    return None


Widen = Callable[[int], Question]


def _ways(question: Question) -> Iterator[tuple[str, Widen]]:
    """Each knob, and the question with the knob at most so far from what it was."""
    for key in ("kernel", "stride", "dilation"):
        yield key, _widened(question, key, 1)
    if isinstance(question.padding, str):
        yield "padding", lambda _by: question._replace(padding=(AROUND,))
    elif isinstance(question.padding[0], Sided):
        yield "padding", lambda by: question._replace(padding=_wider(question.padding, by))
    if question.output_padding is not None:
        yield "output_padding", _widened(question, "output_padding", 0)
    if question.op == "pool" and len(question.ceil) == 1:
        yield "ceil", lambda _by: question._replace(ceil=(False, True))
    for key in ("cells", "output"):
        if ANY not in getattr(question, key):
            yield key, _widened(question, key, 1)


def _widened(question: Question, key: str, minimum: int) -> Widen:
    knob: Knob = getattr(question, key)
    return lambda by: _with(question, {key: tuple([choices.widened(by, minimum) for choices in knob])})


def _with(question: Question, changed: dict[str, Any]) -> Question:
    return question._replace(**changed)


def _wider(padding: Any, by: int) -> tuple[Sided, ...]:
    return tuple([sides.widened(by) for sides in padding])


def _nearest(question: Question, widen: Widen) -> Solution | None:
    """The first solution at the least distance: doubled until there is one, then halved back to it."""
    below, reach, farthest = 0, 1, _farthest(question)
    while next(solutions(widen(reach)), None) is None:
        if reach >= farthest:
            return None
        below, reach = reach, min(2 * reach, farthest)
    while reach - below > 1:
        middle = (below + reach) // 2
        closer = next(solutions(widen(middle)), None)
        below, reach = (middle, reach) if closer is None else (below, middle)
    return min(islice(solutions(widen(reach)), CLOSE), key=_apart)


CLOSE = 100
"""Of so many solutions at the least distance, the first with the sides of its padding closest to each other is told."""


def _apart(solution: Solution) -> int:
    """How far the sides of the padding are apart, in cells."""
    return sum([abs(int(window.padding[0]) - int(window.padding[1])) for window in solution.windows])


def _farthest(question: Question) -> int:
    """So far knobs are freed: a few times the largest number of the question, or as far as time allows."""
    if question.framework is not None:
        return FARTHEST_ASKED if (question.framework, question.op) in OWN_MEANING else FARTHEST_RULED
    knobs = [*question.cells, *question.output, *question.kernel, *question.stride, *question.dilation]
    largest = [choices.least if choices.most is None else choices.most for choices in knobs]
    return min(4 * max(largest) + 16, FARTHEST)
