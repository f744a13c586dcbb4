"""What a layer of a network costs: beside the frameworks, and in networks of every length."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import count

from figures import Figure, beside, duration, ratio
from frameworks import FRAMEWORKS, Chain, Framework, widths
from timing import PROGRAM, elapsed, in_turn, process

from convcalc import Layer, Network, Shape
from convcalc.ops.convolution import Conv

LAYERS = 1000
ROUNDS = 5
LENGTHS = tuple(10**power for power in range(1, 7))
SETTLED = 1000
"""Layers from which on the start of a run is nothing beside them."""

ONNX_LIMITS = {"shapes": "at most 0.33", "all columns": "at most 2"}
"""Of a network that has been run; what its layers keep is theirs whatever the size."""


def network_of(layers: int) -> Network:
    """A chain of convolutions that keep the size."""
    channels = enumerate(widths(layers))
    return Network([Layer(Conv(out=after, kernel=3, padding=1), (index,)) for index, (_, after) in channels])


@cache
def network_met(layers: int) -> Network:
    """The same, made once: its first run is behind it."""
    return network_of(layers)


def first_shapes(layers: int, side: int) -> Callable[[], Shape]:
    """The shapes alone, which is what the frameworks tell, in a network's first run."""
    network = network_of(layers)
    return lambda: network.shapes(Shape(3, (side, side)))[-1]


def shapes(layers: int, side: int) -> Callable[[], Shape]:
    """The shapes alone, in a network that has been run on other sizes."""
    network = network_met(layers)
    return lambda: network.shapes(Shape(3, (side, side)))[-1]


def columns(layers: int, side: int) -> Callable[[], Shape | None]:
    """All columns of the table: shapes, params, MACs and receptive fields, in such a network."""
    network = network_met(layers)
    return lambda: network.run(Shape(3, (side, side))).output


OURS: dict[str, Chain] = {"shapes, first run": first_shapes, "shapes": shapes, "all columns": columns}


def figures() -> Iterator[Figure]:
    """All of them."""
    for framework in FRAMEWORKS:
        yield from _beside_framework(framework)
    yield from _growth()
    yield _table()


def _beside_framework(framework: Framework) -> Iterator[Figure]:
    """A layer's cost in the same chain: the layers are made before, and sizes are new in each round."""
    if framework.missing:
        yield Figure(f"a layer of {LAYERS:,}", "left out", f"{framework.missing} is not installed")
        return
    _check_answer(framework)
    for name, chain in OURS.items():
        pair = in_turn(_fresh(chain), _fresh(framework.chain), ROUNDS)
        limit = ONNX_LIMITS.get(name, "") if framework.needs == ("onnx",) else ""
        yield beside(f"{name}, a layer of {LAYERS:,}", pair, framework.name, limit, of=LAYERS)


def _check_answer(framework: Framework) -> None:
    shape = first_shapes(7, 224)()
    if framework.chain(7, 224)() != (shape.channels, *shape.size):
        raise SystemExit(f"{framework.name} gives another shape")


def _fresh(chain: Chain) -> Callable[[], float]:
    """The seconds of a chain, each time for an input of a size that it has not met."""
    sides = count(224)
    return lambda: elapsed(chain(LAYERS, next(sides)))


def _growth() -> Iterator[Figure]:
    """A layer's cost from ten layers to a million: as good as equal once the start of a run is nothing beside it."""
    costs = {layers: _cost(layers) for layers in LENGTHS}
    for layers, cost in costs.items():
        yield Figure(f"all columns, a layer of {layers:,}", duration(cost))
    most = max(LENGTHS)
    what, against = f"all columns, a layer of {most:,}", f"a layer of {SETTLED:,}: {duration(costs[SETTLED])}"
    yield Figure(what, duration(costs[most]), against, ratio(costs[most] / costs[SETTLED]), "about 1")


def _cost(layers: int) -> float:
    """Seconds a layer, in the fastest of several runs."""
    work = partial(network_of(layers).run, Shape(3, (224, 224)))
    work()
    return min(elapsed(work) for _ in range(min(20, max(2, 200_000 // layers)))) / layers


def _table() -> Figure:
    text = "\n".join(["input 3@224x224", *["conv 64 k3 p1"] * LAYERS])
    seconds = min(process([PROGRAM, "chain", "-"], given=text.encode()) for _ in range(3))
    return Figure(f"convcalc chain -, a table of {LAYERS:,} layers", duration(seconds), limit="under 2 s")
