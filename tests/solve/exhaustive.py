"""Every preset's accepted sizes against a run on every size up to 2,000: `python tests/solve/exhaustive.py`.

A line a preset, and exit 1 where one differs. It takes half a minute, which is too long for a test of every day.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from convcalc import Network, Shape, load
from convcalc.errors import Impossible
from convcalc.ops.op import Op
from convcalc.presets import files
from convcalc.solve.accepted import Sizes
from convcalc.solve.sizes import Accepted, Wanted, accepted_sizes

MOST = 2000


class Taken(NamedTuple):
    """The sizes that are taken, and those of them where no cell goes unread."""

    every: frozenset[int]
    lossless: frozenset[int]


class Question(NamedTuple):
    """What is compared: a size on all axes (`axis` is None), or on one, the others as they are stated."""

    axis: int | None
    inputs: tuple[Shape, ...]
    """One for each size from 1 to `MOST`."""

    @property
    def name(self) -> str:
        """As it is printed."""
        return "squares" if self.axis is None else f"axis {self.axis + 1}"


def questions(start: Shape, found: Accepted) -> Iterator[Question]:
    """Squares; where none is taken, each axis by itself too."""
    channels, stated = start
    numbers = range(1, MOST + 1)
    yield Question(None, tuple([Shape(channels, (n,) * len(stated)) for n in numbers]))
    if found.square.sizes.smallest is None:
        for axis in range(len(stated)):
            sizes = [(*stated[:axis], n, *stated[axis + 1 :]) for n in numbers]
            yield Question(axis, tuple([Shape(channels, size) for size in sizes]))


def run_on_each(network: Network, inputs: Sequence[Shape]) -> Taken:
    """What a run says of every size."""
    every, lossless = set(), set()
    ops = network.ops()
    for n, start in enumerate(inputs, 1):
        shapes = shapes_of(network, start)
        if shapes is not None:
            every.add(n)
            if all(reads_all(op, shapes[layer.inputs[0]]) for op, layer in zip(ops, network.layers, strict=True)):
                lossless.add(n)
    return Taken(frozenset(every), frozenset(lossless))


def shapes_of(network: Network, start: Shape) -> list[Shape] | None:
    """The shapes of a run; None where a layer refuses, or gives another shape than it is expected to."""
    try:
        shapes = network.shapes(start)
    except Impossible:
        return None
    expected = network.expectations(start)
    return shapes if all(shapes[number] == shape for number, shape, _ in expected) else None


def reads_all(op: Op, shape: Shape) -> bool:
    """Whether every cell is read, by the windows that the layer has on this very size."""
    windows = zip(op.windows(shape), shape.size, strict=False)
    return all(window.unread(cells) == (0, 0) for window, cells in windows)


def sizes_along(found: Accepted, axis: int | None) -> Sizes:
    """What is told of the squares, or of one axis."""
    return found.square.sizes if axis is None else found.axes[axis].sizes


def compare(name: str) -> bool:
    """One line, and whether the sets are equal."""
    network = load(files()[name])
    start = network.start(None)
    if not start.size:
        sys.stdout.write(f"{name:26} left out: its input {start} has no axes\n")
        return True
    began = time.perf_counter()
    rank = len(start.size)
    every = accepted_sizes(network, start.channels, rank)
    lossless = accepted_sizes(network, start.channels, rank, Wanted(lossless=True))
    told = []
    equal = True
    for question in questions(start, every):
        run = run_on_each(network, question.inputs)
        for what, found, expected in (("", every, run.every), (" lossless", lossless, run.lossless)):
            wrong = expected.symmetric_difference(sizes_along(found, question.axis).up_to(MOST))
            told.append(f"{question.name}{what} {len(expected)}" + (f" DIFFER AT {sorted(wrong)[:9]}" if wrong else ""))
            equal = equal and not wrong
    sys.stdout.write(f"{name:26} {', '.join(told)} ({time.perf_counter() - began:.1f} s)\n")
    sys.stdout.flush()
    return equal


def main() -> int:
    """Every preset, even behind one that differs."""
    equal = [compare(name) for name in files()]
    return 0 if all(equal) else 1


if __name__ == "__main__":
    sys.exit(main())
