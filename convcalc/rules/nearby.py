"""The sizes near the stated one on which a network builds, found by running it on them."""

from collections.abc import Iterator
from itertools import chain, islice, product

from convcalc.errors import ConvcalcError
from convcalc.rules.survey import Survey
from convcalc.shape import Shape

REACH = 64
"""How far from the stated size is looked."""

MAX_TRIED = 1024
"""So many inputs are tried at most in each direction,"""

MAX_RUNS = 100_000
"""and so many layers run."""


def nearby_sizes(survey: Survey, layers: int | None = None) -> tuple[Shape, ...]:
    """The nearest smaller and the nearest larger input on which all layers, or so many, run, as far as there are such.

    >>> from convcalc.readers.source import read_text
    >>> network = read_text("input 1@30x30 | a: pool k2 | b: pool k2 | upsample x2 | add a | upsample x2 | add in")
    >>> [str(shape) for shape in nearby_sizes(Survey(network, network.input))]
    ['1@28x28', '1@32x32']
    """
    count = len(survey.ops) if layers is None else layers
    smaller = _first(survey, _moved(survey.input, -1, count), count)
    larger = _first(survey, _moved(survey.input, 1, count), count)
    return tuple([shape for shape in (smaller, larger) if shape])


def _first(survey: Survey, shapes: Iterator[Shape], layers: int) -> Shape | None:
    return next((shape for shape in shapes if _builds(survey, shape, layers)), None)


def _builds(survey: Survey, shape: Shape, layers: int) -> bool:
    """Whether so many layers run on it."""
    shapes = [shape]
    try:
        for op, layer in zip(survey.ops[:layers], survey.network.layers, strict=False):
            shapes.append(op.output(*[shapes[source] for source in layer.inputs]))
    except ConvcalcError:
        return False
    return True


def _moved(shape: Shape, sign: int, layers: int) -> Iterator[Shape]:
    """The shape with its axes shorter or longer by a few cells: alike where they are, else each by its own."""
    rank = len(shape.size)
    alike = len(set(shape.size)) == 1
    moves = chain.from_iterable([(step,) * rank] if alike else _up_to(step, rank) for step in range(1, REACH + 1))
    for move in islice(moves, min(MAX_TRIED, MAX_RUNS // max(layers, 1))):
        size = tuple([cells + sign * step for cells, step in zip(shape.size, move, strict=True)])
        if size and min(size) >= 1:
            yield Shape(shape.channels, size)


def _up_to(step: int, rank: int) -> Iterator[tuple[int, ...]]:
    """Moves of each axis, the farthest by `step`.

    >>> list(_up_to(1, 2))
    [(1, 0), (1, 1), (0, 1)]
    """
    if rank == 1:
        yield (step,)
    elif rank:
        yield from ((step, *rest) for rest in product(range(step + 1), repeat=rank - 1))
        yield from ((first, *rest) for first in range(step) for rest in _up_to(step, rank - 1))
