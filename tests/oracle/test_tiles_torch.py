"""Tiles as `convcalc tiles` tells them, predicted by PyTorch: to the last bit what the whole image gives.

Weights and cells are whole numbers in float64. Behind every layer they are folded into a small range, so that every
sum is exact in any order; folding looks at one cell alone, so that no more of a tile is right for it, and no less.
"""

import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given
from torch_ops import Case, Dims, Layer, Pick, build, cases, pad_by_hand, repeatably, run

import convcalc
from convcalc import Network, Shape
from convcalc.errors import Impossible
from convcalc.ops.op import Op
from convcalc.presets import files
from convcalc.readers.source import read_text
from convcalc.shape import spread
from convcalc.solve.tiles import AxisTiles, tiles

torch = pytest.importorskip("torch", reason="PyTorch predicts the tiles and the whole image")

pytestmark = pytest.mark.oracle

FOLD = 251
"""A prime, so that folding by it hides a difference by chance alone."""

KNOBS = ("out", "groups", "multiplier", "bias", "kernel", "stride", "dilation", "padding", "padding_mode")
MORE_KNOBS = ("output_padding", "output_size", "ceil", "scale", "mode")


# The same network in PyTorch.


def case_for(op: Op, read: Sequence[Shape]) -> Case:
    """The op as a case, its knobs one an axis."""
    knobs: dict[str, Any] = {}
    for name in (*KNOBS, *MORE_KNOBS):
        value = getattr(op, name, None)
        if isinstance(value, tuple):
            value = spread(value, len(read[0].size), name)
        if name == "scale" and value is not None:
            value = tuple([Fraction(*factor) for factor in value])
        if value is not None:
            knobs[name] = value
    if op.spelling == "upsample" and op.references():
        knobs["like"] = op.references()[0]
    if op.spelling == "avgpool":
        del knobs["dilation"]  # PyTorch's has none
    return Case(op.spelling, knobs, tuple([_dims(shape) for shape in read]))


def _dims(shape: Shape) -> Dims:
    assert shape.channels is not None
    return (shape.channels, *shape.size)


def _to_the_size(tensor: Any, like: Any) -> Any:
    """Cropped or padded to the size of another, the odd cell after."""
    missing = [wanted - cells for cells, wanted in zip(tensor.shape[2:], like.shape[2:], strict=True)]
    halves = [abs(cells) // 2 * (1 if cells > 0 else -1) for cells in missing]
    return pad_by_hand(tensor, [(half, cells - half) for half, cells in zip(halves, missing, strict=True)])


def layer_for(op: Op, read: Sequence[Shape], chance: random.Random) -> Layer:
    """PyTorch's layer, every weight a small whole number other than zero."""
    if op.spelling in ("crop", "pad") and op.references():
        return Layer(_to_the_size)
    layer = build(case_for(op, read))
    for module in layer.modules:
        module.double()
    for weight in layer.weights:
        numbers = [chance.choice((-3, -2, -1, 1, 2, 3)) for _ in range(weight.numel())]
        weight.data = torch.tensor(numbers, dtype=torch.float64).reshape(weight.shape)
    return layer


class Model(NamedTuple):
    """A network with its layers in PyTorch."""

    network: Network
    layers: tuple[Layer, ...]

    def predict(self, image: Any) -> Any:
        """What comes out; behind every layer folded, and rounded down, as means are no whole numbers."""
        tensors = [image]
        for layer, built in zip(self.network.layers, self.layers, strict=True):
            result = run(built, *[tensors[source] for source in layer.inputs])
            tensors.append(torch.remainder(result.floor() + FOLD // 2, FOLD) - FOLD // 2)
        return tensors[-1]


def model_of(network: Network, start: Shape) -> Model:
    """The network in PyTorch; sizes decide nothing of its layers, so any that is taken does."""
    chance = random.Random(str(network.layers))  # noqa: S311 - weights, no secrets
    shapes = network.shapes(start)
    read = [[shapes[source] for source in layer.inputs] for layer in network.layers]
    pairs = zip(network.layers, read, strict=True)
    return Model(network, tuple([layer_for(layer.op, some, chance) for layer, some in pairs]))


def image_of(channels: int, size: Sequence[int], batch: int = 1) -> Any:
    """Whole numbers by chance."""
    generator = torch.Generator().manual_seed(sum(size))
    return torch.randint(-99, 100, (batch, channels, *size), generator=generator).double()


# Prediction tile by tile.


class Place(NamedTuple):
    """Where a tile starts, which of its output is kept, and where in the whole output that belongs."""

    start: int
    low: int
    high: int
    at: int


def places(axis: AxisTiles, image: int) -> list[Place]:
    """The tiles that cover an axis of an image: inner ones keep what is told, the first and the last to the border."""
    starts = axis.starts(image)
    assert starts is not None, "the image has another residue than the tile"
    found = []
    for start in starts:
        low = 0 if start == starts[0] else axis.keep[0]
        high = axis.gives if start == starts[-1] else axis.keep[1]
        found.append(Place(start, low, high, start * axis.moves // axis.step))
    return found


def tiled(model: Model, image: Any, axes: Sequence[AxisTiles], covers: Sequence[Sequence[Place]], out: Any) -> Any:
    """An output put together from tiles; what none of them covers is not a number, which is equal to nothing."""
    result = torch.full(out, torch.nan, dtype=torch.float64)
    for tile in product(*covers):
        cut = [slice(place.start, place.start + axis.tile) for place, axis in zip(tile, axes, strict=True)]
        kept = [slice(place.low, place.high) for place in tile]
        there = [slice(place.at + place.low, place.at + place.high) for place in tile]
        result[(..., *there)] = model.predict(image[(..., *cut)])[(..., *kept)]
    return result


class Cut(NamedTuple):
    """A network, how it is cut, an image, and what the whole of it gives."""

    model: Model
    axes: tuple[AxisTiles, ...]
    image: Any
    whole: Any

    @property
    def size(self) -> tuple[int, ...]:
        """That of the image."""
        return tuple(self.image.shape[2:])

    def covers(self) -> list[list[Place]]:
        """As told, an axis each."""
        return [places(axis, cells) for axis, cells in zip(self.axes, self.size, strict=True)]

    def equals(self, covers: Sequence[Sequence[Place]]) -> bool:
        """Whether tiles at these places give the whole output."""
        given = tiled(self.model, self.image, self.axes, covers, self.whole.shape)
        return bool(torch.equal(given, self.whole))


def cut_of(network: Network, channels: int, rank: int, more: Sequence[int], steps: Sequence[int]) -> Cut:
    """Tiles so many steps larger than the smallest, on an image so many steps larger than a tile, an entry an axis.

    Raises `Impossible` where the network has no tiles, or takes no such tile or image.
    """
    smallest = tiles(network, channels, rank).axes
    sizes = [axis.smallest + extra * axis.step for axis, extra in zip(smallest, more, strict=True)]
    axes = tiles(network, channels, rank, sizes).axes
    image_size = tuple([axis.tile + extra * axis.step for axis, extra in zip(axes, steps, strict=True)])
    network.shapes(Shape(channels, image_size))
    image = image_of(channels, image_size)
    model = model_of(network, Shape(channels, tuple([axis.tile for axis in axes])))
    return Cut(model, axes, image, model.predict(image))


# Networks.

SAME = """
a: conv 3 k3 p1
relu
pool k2
b: conv 3 k3 p1
pool k2
conv 4 k3 p1
u: tconv 3 k2 s2
concat b
conv 3 k3 p1
upsample x2
concat a
conv 2 k3 p1
"""
VALID = """
a: conv 3 k3
pool k2
b: conv 3 k3
pool k2
conv 4 k3
u: tconv 3 k2 s2
crop like=u from=b
concat u
conv 3 k3
v: tconv 3 k2 s2
crop like=v from=a
concat v
conv 2 k3
"""
STRIDED = """
a: conv 3 k3 s2 p1
conv 3 k4 s2 p1
conv 3 k3 p2 d2
tconv 3 k4 s2 p1
add a
upsample x2
conv 3 k3 p0:1
concat in
"""
PADDED = """
a: conv 3 k3
pool k2
conv 3 k3 p1
upsample x2
pad like=in
concat in
dwconv k3 p1 m2
"""
AXES_APART = """
a: conv 3 k3x5 p1x2
pool k2x1
conv 3 k1x3 p0x1
conv 3 k2 s1x2
u: tconv 3 k2x4 s2 p0x1
crop like=u from=a
concat u
"""

NAMED = {
    "zero-padded": (SAME, 1),
    "zero-padded-images": (SAME, 2),
    "valid": (VALID, 1),
    "valid-images": (VALID, 2),
    "strided": (STRIDED, 1),
    "strided-images": (STRIDED, 2),
    "padded-back": (PADDED, 1),
    "padded-back-images": (PADDED, 2),
    "axes-apart": (AXES_APART, 2),
}


def unet(text: str, rank: int, *, tile: int = 1, more: int = 3) -> Cut:
    """A named network on two channels, the axes unlike each other."""
    more_of_each = [more, more + 2][:rank]
    return cut_of(read_text(text), 2, rank, [tile, tile + 1][:rank], more_of_each)


def some_network(pick: Pick, rank: int) -> str:
    """A way down and up again, skips on the way."""
    down = ("pool k2", "pool k2", "pool k3 s2 p1", "conv 2 k3 s2 p1", "conv 2 k2 s2", "avgpool k2", "pool k2 ceil")
    up = ("upsample x2", "tconv 2 k2 s2", "tconv 2 k4 s2 p1", "tconv 2 k3 s2 p1 op1", "tconv 2 k2 s2 nobias")
    levels = pick((1, 2, 0, 1))
    lines = []
    for level in range(levels):
        lines += [f"s{level}: {_flat(pick, rank)}", pick(("relu", "identity")), pick(down)]
    lines.append(_flat(pick, rank))
    for level in reversed(range(levels)):
        lines += [f"u{level}: {pick(up)}", *_join(pick, level), _flat(pick, rank)]
    return "\n".join(lines)


def _flat(pick: Pick, rank: int) -> str:
    """A convolution of stride 1: it keeps the size, or crops it, or keeps it on one side."""
    kernels, apart = [pick((3, 1, 5, 2)) for _ in range(pick((1, rank)))], pick((1, 1, 2))
    half = "x".join([str((kernel - 1) * apart // 2) for kernel in kernels])
    padding = pick((f"p{half}", f"p{half}", "", "same", "causal", "p0:1"))
    return f"{pick(('conv 2', 'conv 2', 'dwconv'))} k{'x'.join(map(str, kernels))} d{apart} {padding}"


def _join(pick: Pick, level: int) -> list[str]:
    """What joins a skip with what comes up."""
    join = pick(("crop", "concat", "crop", "add", "pad", ""))
    if join in ("add", "concat"):
        return [f"{join} s{level}"]
    return [f"{join} like=u{level} from=s{level}", f"concat u{level}"] if join else []


def small_preset(name: str, share: int) -> Network:
    """A preset with so many times fewer channels."""
    network = convcalc.load(files()[name])
    layers = []
    for layer in network.layers:
        out = getattr(layer.op, "out", None)
        op = layer.op.replace(out=max(out // share, 1)) if out else layer.op
        layers.append(layer._replace(op=op))
    return Network(layers)


# What holds.


@pytest.mark.parametrize("name", NAMED)
def test_tiles_give_to_the_last_bit_what_the_whole_image_gives(name: str) -> None:
    cut = unet(*NAMED[name])
    assert cut.equals(cut.covers())


@pytest.mark.parametrize("rank", [1, 2])
def test_tiles_of_any_network_give_what_the_whole_image_gives(rank: int) -> None:
    @repeatably(150 if rank == 1 else 100)
    @given(cases(lambda pick: (some_network(pick, rank), [pick(range(4)), pick(range(3))], [pick(range(1, 6)), 2])))
    def holds(drawn: tuple[str, list[int], list[int]]) -> None:
        text, more, steps = drawn
        try:
            cut = cut_of(read_text(text), 2, rank, more[:rank], steps[:rank])
        except Impossible:
            assume(False)  # noqa: FBT003 - joins that never fit, tiles of no taken size
        assert cut.equals(cut.covers())

    holds()


def test_the_unet_of_2015_predicts_tiles_as_the_whole_image() -> None:
    cut = cut_of(small_preset("unet", 32), 1, 2, [0, 2], [1, 4])
    assert [axis.tile for axis in cut.axes] == [204, 236]
    assert [axis.halo for axis in cut.axes] == [(92, 92)] * 2
    assert cut.equals(cut.covers())


@pytest.mark.parametrize("name", [name for name, (_, rank) in NAMED.items() if rank == 1])
def test_a_tile_may_start_at_any_multiple_of_the_step(name: str) -> None:
    cut = unet(*NAMED[name], more=6)
    (axis,), (places_told,) = cut.axes, cut.covers()
    for start in range(axis.step, cut.size[0] - axis.tile, axis.step):
        inner = Place(start, *axis.keep, start * axis.moves // axis.step)
        assert cut.equals([[*places_told, inner]])


# What does not: no cell is asked for in vain.

PADDING_THEIRS = [name for name in NAMED if not name.startswith("valid")]


@pytest.mark.parametrize("name", PADDING_THEIRS)
def test_with_a_halo_of_one_cell_less_a_tile_differs(name: str) -> None:
    """What is kept ends a cell nearer to the border of the tile, before or after."""
    cut = unet(*NAMED[name])
    for along, axis in enumerate(cut.axes):
        for before, after in ((1, 0), (0, 1)):
            if (axis.keep[0] if before else axis.gives - axis.keep[1]) < 1:
                continue  # there is no halo on this side
            covers = cut.covers()
            first, *inner, last = covers[along]
            kept = [place._replace(low=place.low - before, high=place.high + after) for place in inner]
            covers[along] = [first, last, *kept]
            assert not cut.equals(covers)


@pytest.mark.parametrize("name", ["valid", "valid-images"])
def test_every_cell_of_the_halo_of_valid_convolutions_is_read(name: str) -> None:
    """Without the outermost cells of a tile something that is kept of it is another; of some tiles, as pools go."""
    cut = unet(*NAMED[name])
    for along, axis in enumerate(cut.axes):
        assert axis.keep == (0, axis.gives)
        for cell in (0, axis.tile - 1):
            some_tiles = image_of(2, [one.tile for one in cut.axes], batch=20)
            whole = cut.model.predict(some_tiles)
            some_tiles.select(2 + along, cell).zero_()
            assert not torch.equal(cut.model.predict(some_tiles), whole)


@pytest.mark.parametrize("name", NAMED)
def test_a_tile_that_starts_beside_a_multiple_of_the_step_differs(name: str) -> None:
    """All else being right, and covered by tiles that are."""
    cut = unet(*NAMED[name])
    for along, axis in enumerate(cut.axes):
        for off in range(1, axis.step):
            covers = cut.covers()
            start = axis.step + off
            beside = Place(start, *axis.keep, start * axis.moves // axis.step)
            covers[along] = [*covers[along], beside]
            assert not cut.equals(covers), (axis.step, off)
