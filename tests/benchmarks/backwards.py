"""Questions asked backwards: how soon they start to answer, and what an answer costs."""

from collections.abc import Iterator
from functools import partial

from figures import Figure, beside, duration, ratio
from timing import CLICK, PROGRAM, elapsed, first_line, in_turn, process

from convcalc import load
from convcalc.presets import files
from convcalc.readers.source import read_text
from convcalc.solve.knobs import Choices, Span
from convcalc.solve.layer import Question, solutions
from convcalc.solve.sizes import accepted_sizes

ROUNDS = 15
ASKED = ("--in 10000 --out 5000", "--in 9990..10010 --out 4990..5010")
PADDINGS = ("", " -p 0..1008:0..1008")
KNOBS = "-k 1..64 -s 1..64 -d 1..16 --all -q"


def figures() -> Iterator[Figure]:
    """All of them."""
    for sizes in ASKED:
        for padding in PADDINGS:
            yield _first_answer(f"solve conv {sizes} {KNOBS}{padding}")
    yield from _answers()
    yield _largest_preset()
    yield _long_period()


def _first_answer(line: str) -> Figure:
    """How soon the first answer is there."""
    pair = in_turn(partial(first_line, [PROGRAM, *line.split()]), partial(process, CLICK), ROUNDS)
    what = line.replace(f" {KNOBS}", "").replace("solve conv", "first answer of solve")
    return beside(what, pair, "import click", "under 150 ms")


def all_layers(cells: Span, output: Span) -> Question:
    """Every convolution of kernel 1..64, stride 1..64 and dilation 1..16 between sizes; padding as it is searched."""
    first, last = cells
    small, large = output
    return Question(
        "conv",
        (Choices(((first or 1, last),)),),
        (Choices(((small or 1, large),)),),
        (Choices(((1, 64),)),),
        (Choices(((1, 64),)),),
        (Choices(((1, 16),)),),
    )


def _answers() -> Iterator[Figure]:
    """An answer's cost among few and among many."""
    costs = dict(_cost(more) for more in (0, 2, 4))
    for count, cost in costs.items():
        yield Figure(f"solve, an answer of {count:,}", duration(cost))
    few, *_, many = costs
    against = f"an answer of {few:,}: {duration(costs[few])}"
    what = f"solve, an answer of {many:,}"
    yield Figure(what, duration(costs[many]), against, ratio(costs[many] / costs[few]), "at most about 1")


def _cost(more: int) -> tuple[int, float]:
    """How many answers there are, and the seconds of each, between sizes that are so many apart."""
    question = all_layers((10_000, 10_000 + more), (5_000, 5_000 + more))
    count = sum(1 for _ in solutions(question))
    return count, min(elapsed(lambda: sum(1 for _ in solutions(question))) for _ in range(2)) / count


def _largest_preset() -> Figure:
    layers = {name: len(load(path).layers) for name, path in files().items()}
    largest = max(layers, key=lambda name: layers[name])
    pair = in_turn(partial(process, [PROGRAM, "sizes", largest]), partial(process, CLICK), ROUNDS)
    return beside(f"convcalc sizes {largest}, {layers[largest]} layers", pair, "import click", "within 1 s")


def _long_period() -> Figure:
    """The sizes of a network whose period is too long to be followed."""
    halved = read_text("\n".join(["conv 4 k3 s2 p1"] * 20 + ["upsample x2"] * 20 + ["add in"]))
    seconds = min(elapsed(lambda: accepted_sizes(halved, 4, 1)) for _ in range(3))
    return Figure("sizes of a network with a period of 2^20", duration(seconds), limit="within 2 s")
