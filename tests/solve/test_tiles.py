"""Tiles of small networks with whole-number weights, run cell by cell: the same values as of the whole image."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convcalc import Network
from convcalc.errors import Impossible
from convcalc.ops.convolution import Conv, TransposedConv
from convcalc.ops.joins import Add, Concat
from convcalc.ops.op import Op
from convcalc.ops.pooling import MaxPool
from convcalc.ops.resampling import Crop, Pad, Upsample
from convcalc.readers.source import read_text
from convcalc.shape import Shape
from convcalc.solve.tiles import AxisTiles, tiles
from convcalc.window import Window

Cells = list[int | None]
"""One channel; None is a cell of which nothing is known."""


def weights_of(number: int, op: Op, channels: int) -> list[list[list[int]]]:
    """Whole numbers for each output channel, input channel and tap, the same in every run."""
    assert isinstance(op, Conv | TransposedConv)
    chance = random.Random(number)  # noqa: S311 - weights, no secrets
    kernel, out = op.kernel[0], op.out or channels
    return [[[chance.randint(1, 9) for _ in range(kernel)] for _ in range(channels)] for _ in range(out)]


def total(parts: Sequence[int | None]) -> int | None:
    """The sum, if all parts are known."""
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def at(cells: Cells, place: int, outside: int | None) -> int | None:
    """A cell, or what stands around them."""
    return cells[place] if 0 <= place < len(cells) else outside


def convolved(number: int, op: Conv, window: Window, data: list[Cells], outside: int | None) -> list[Cells]:
    before, length = window.pads(len(data[0]))[0], window.output(len(data[0]))
    weights = weights_of(number, op, len(data))

    def cell(taps: list[list[int]], place: int) -> int | None:
        parts = []
        for row, cells in zip(taps, data, strict=True):
            for tap, weight in enumerate(row):
                value = at(cells, place * window.stride - before + tap * window.dilation, outside)
                parts.append(None if value is None else value * weight)
        return total(parts)

    return [[cell(taps, place) for place in range(length)] for taps in weights]


def pooled(window: Window, data: list[Cells], outside: int | None) -> list[Cells]:
    before, length = window.pads(len(data[0]))[0], window.output(len(data[0]))
    lowest = None if outside is None else -(10**30)

    def cell(cells: Cells, place: int) -> int | None:
        found = [
            at(cells, place * window.stride - before + tap * window.dilation, lowest) for tap in range(window.kernel)
        ]
        known = [value for value in found if value is not None]
        return max(known) if len(known) == len(found) else None

    return [[cell(cells, place) for place in range(length)] for cells in data]


def spread_out(
    number: int, op: TransposedConv, length: int, before: int, data: list[Cells], outside: int | None
) -> list[Cells]:
    stride, dilation = (op.stride or op.kernel)[0], op.dilation[0]
    out: list[Cells] = []
    for taps in weights_of(number, op, len(data)):
        row: Cells = [0] * length
        for place in range(length):
            parts = []
            for weights, cells in zip(taps, data, strict=True):
                for tap, weight in enumerate(weights):
                    source, rest = divmod(place + before - tap * dilation, stride)
                    value = at(cells, source, outside) if not rest else 0
                    parts.append(None if value is None else value * weight)
            row[place] = total(parts)
        out.append(row)
    return out


def run(network: Network, data: list[Cells], outside: int | None = 0) -> list[Cells]:
    """What comes out, `outside` standing in the padding and wherever an input ends."""
    shapes = network.shapes(Shape(len(data), (len(data[0]),)))
    results = [data]
    for number, layer in enumerate(network.layers, 1):
        op, read = layer.op, [results[source] for source in layer.inputs]
        shape, size = shapes[layer.inputs[0]], shapes[number].size[0]
        results.append(computed(number, op, shape, size, read, outside))
        assert len(results[-1][0]) == size
    return results[-1]


def computed(number: int, op: Op, shape: Shape, size: int, read: list[list[Cells]], outside: int | None) -> list[Cells]:  # noqa: PLR0911 - an op each
    data = read[0]
    if isinstance(op, Conv):
        return convolved(number, op, op.windows(shape)[0], data, outside)
    if isinstance(op, MaxPool):
        return pooled(op.windows(shape)[0], data, outside)
    if isinstance(op, TransposedConv):
        return spread_out(number, op, size, op.windows(shape)[0].sides[0], data, outside)
    if isinstance(op, Upsample):
        return [[cells[place * len(cells) // size] for place in range(size)] for cells in data]
    if isinstance(op, Crop | Pad):
        moved = (size - len(data[0])) // 2 if op.like and isinstance(op, Pad) else 0
        if op.like and isinstance(op, Crop):
            moved = -((len(data[0]) - size) // 2)
        if op.padding:
            moved = op.padding[0][0] * (1 if isinstance(op, Pad) else -1)
        return [[at(cells, place - moved, outside) for place in range(size)] for cells in data]
    if isinstance(op, Concat):
        return [cells for one in read for cells in one]
    assert isinstance(op, Add)
    return [[total(column) for column in zip(*rows, strict=True)] for rows in zip(*read, strict=True)]


def image(cells: int) -> list[Cells]:
    chance = random.Random(cells)  # noqa: S311 - cells, no secrets
    return [[chance.randint(-99, 99) for _ in range(cells)]]


def check_tiles(text: str, steps: int) -> AxisTiles:
    """Put together from tiles, an output is the same as of the whole image, cell by cell."""
    network = read_text(text)
    smallest = tiles(network, 1, 1).axes[0]
    tile = smallest.smallest + steps * smallest.step
    try:
        found = tiles(network, 1, 1, [tile]).axes[0]
    except Impossible as error:
        assert error.key == "tile"  # noqa: PT017 - a larger one may be of no taken size
        found = smallest
    assert found.smallest == smallest.tile
    whole_size = found.tile + found.step * 5
    network.shapes(Shape(1, (whole_size,)))  # refused where the sizes that are taken lie further apart than a step
    data = image(whole_size)
    whole = run(network, data)
    starts = found.starts(whole_size)
    assert starts is not None
    assert starts[-1] == whole_size - found.tile
    for channel, expected in enumerate(whole):
        assert pieced(network, data, found, starts, channel) == expected
    return found


def pieced(network: Network, data: list[Cells], found: AxisTiles, starts: list[int], channel: int) -> Cells:
    """The output of all tiles, each where it belongs."""
    result: Cells = []
    for start in starts:
        cut = run(network, [cells[start : start + found.tile] for cells in data])[channel]
        place = start * found.moves // found.step
        low = 0 if start == starts[0] else found.keep[0]
        high = found.gives if start == starts[-1] else found.keep[1]
        assert place + low <= len(result), "a gap between tiles"
        result[place + low :] = cut[low:high]
    return result


def check_right(text: str, found: AxisTiles) -> None:
    """No more of a tile can be kept: the cells next to it read what the tile does not hold."""
    known = [value is not None for value in run(read_text(text), image(found.tile), None)[0]]
    low, high = found.keep
    assert all(known[low:high])
    assert not low or not known[low - 1]
    assert high == found.gives or not known[high]


UNET = """
a: conv 2 k3 p1
pool k2
b: conv 2 k3 p1
pool k2
conv 2 k3 p1
u: tconv 2 k2 s2
concat b
conv 2 k3 p1
upsample x2
concat a
conv 1 k3 p1
"""
VALID = """
a: conv 2 k3
pool k2
conv 2 k3
u: tconv 2 k2 s2
crop like=u from=a
concat u
conv 1 k3
"""
KNOWN = [
    ("conv 1 k3 p1", 1, (1, 1), 3),
    ("conv 1 k3", 1, (1, 1), 3),
    ("conv 1 k5 causal", 1, (4, 0), 5),
    ("conv 1 k3 p1 | pool k2 | upsample x2 | conv 1 k3 p1", 2, (3, 2), 7),
    ("pool k2 | conv 1 k3 p1 | tconv 1 k2 s2", 2, (2, 2), 6),
    ("conv 1 k3 s2 p1 | conv 1 k3 s2 p1", 4, (4, 0), 8),
    (UNET, 4, (11, 11), 28),
    (VALID, 2, (4, 4), 10),
]


@pytest.mark.parametrize(("text", "step", "halo", "smallest"), KNOWN, ids=[row[0].strip()[:30] for row in KNOWN])
def test_the_halo_is_what_a_kept_cell_reads_around_its_place(
    text: str, step: int, halo: tuple[int, int], smallest: int
) -> None:
    found = check_tiles(text, 3)
    least = tiles(read_text(text), 1, 1).axes[0]
    assert (found.step, found.halo, found.smallest) == (step, halo, smallest)
    check_right(text, least)


@st.composite
def networks(draw: st.DrawFn) -> str:
    """A way down and up again, skips on the way."""
    odd = st.sampled_from([1, 3, 5])
    down = ["pool k2", "pool k3 s2 p1", "conv 2 k3 s2 p1", "conv 2 k3 s2 same", "conv 2 k2 s2", "pool k2 ceil"]
    up = ["upsample x2", "tconv 2 k2 s2", "tconv 2 k4 s2 p1", "tconv 2 k3 s2 p1 op1", "tconv 2 k5 s2 same"]

    def flat() -> str:
        kernel = draw(odd)
        dilation = draw(st.integers(1, 2))
        pads = ["same", "", "causal", f"p{(kernel - 1) * dilation // 2}", "p0:1"]
        return f"conv 2 k{kernel} d{dilation} {draw(st.sampled_from(pads))}"

    levels = draw(st.integers(0, 2))
    lines = []
    for level in range(levels):
        lines += [f"s{level}: {flat()}", draw(st.sampled_from(down))]
    lines.append(flat())
    for level in reversed(range(levels)):
        lines.append(f"u{level}: {draw(st.sampled_from(up))}")
        join = draw(st.sampled_from(["add", "concat", "crop", "pad", ""]))
        if join in ("add", "concat"):
            lines.append(f"{join} s{level}")
        elif join:
            lines += [f"{join} like=u{level} from=s{level}", f"concat u{level}"]
        lines.append(flat())
    return "\n".join(lines)


@given(text=networks(), steps=st.integers(0, 3))
@settings(max_examples=80)
def test_tiles_give_the_same_values_as_the_whole_image(text: str, steps: int) -> None:
    try:
        found = check_tiles(text, steps)
    except Impossible:
        assume(False)  # noqa: FBT003 - joins that never fit
    check_right(text, found)


REFUSED = [
    ("conv 2 k3 p1 | adaptivepool 7", "layer 2 (adaptivepool 7) does not move along with the input"),
    ("a: conv 2 k3 p1 | gap keepdims | upsample like=a | mul a", "layer 2 (gap keepdims) does not move"),
    ("conv 2 k3 | flatten", "layer 2 (flatten) does not move along with the input"),
    ("conv 2 k3 | upsample to 64", "layer 2 (upsample to 64) does not move"),
    ("conv 2 k3 expect=2@9", "only so many sizes are taken"),
    ("conv 2 k3 | dense 4", "no size is taken"),
    ("conv 2 k3 d2000000 p2000000", "of no tile up to 1048576 enough is right"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_looks_at_the_whole_image_is_refused_by_name(text: str, message: str) -> None:
    with pytest.raises(Impossible, match="^" + message.replace("(", r"\(").replace(")", r"\)")):
        tiles(read_text(text), 1, 1)


def test_axes_that_are_exchanged_can_not_be_tiled() -> None:
    with pytest.raises(Impossible, match="layer 1"):
        tiles(read_text("permute 0 2 1 | conv 2 k3"), 1, 2)


def test_a_branch_that_the_output_does_not_read_is_no_hindrance() -> None:
    found = tiles(read_text("gap keepdims from=in | conv 2 k3 p1 from=in"), 1, 1).axes[0]
    assert (found.step, found.halo) == (1, (1, 1))


def test_cells_that_read_nothing_are_right_in_every_tile() -> None:
    """A kernel of 1 in steps of 2: every other cell is bias alone, and no halo is read."""
    found = tiles(read_text("tconv 1 k1 s2"), 1, 1).axes[0]
    assert (found.step, found.moves, found.halo) == (1, 2, (0, 0))


def test_norms_over_all_cells_are_named() -> None:
    found = tiles(read_text("conv 4 k3 p1 | batchnorm | instancenorm | groupnorm g2 | layernorm"), 1, 2)
    assert found.whole == (3, 4)


def test_the_unet_of_2015_moves_by_16_where_its_output_is_388() -> None:
    from convcalc.presets import files
    from convcalc.readers.source import read_source

    with open(files()["unet"], "rb") as file:
        network = read_source(file.read(), "unet.toml").network
    found = tiles(network, 1, 2, [572, 572]).axes[0]
    assert (found.step, found.halo, found.gives, found.keep) == (16, (92, 92), 388, (0, 388))
    assert (found.advance, found.overlap, found.smallest) == (384, 188, 204)
    assert found.starts(572 + 1000) is None
    assert found.starts(572 + 16 * 30) == [0, 384, 480]


def test_no_smaller_tile_does() -> None:
    for text in (UNET, VALID, "conv 1 k3 s2 same | upsample x2", "pool k3 s3 | upsample x3 | conv 1 k3 p1"):
        network, found = read_text(text), tiles(read_text(text), 1, 1).axes[0]
        for cells in range(1, found.smallest):
            with pytest.raises(Impossible):
                tiles(network, 1, 1, [cells])


def test_an_upsampling_to_a_size_whose_factor_differs_is_refused() -> None:
    """On 25 cells `like=in` stretches 12 to 25, on 24 it doubles: tiles would not be what the image is."""
    network = read_text("pool k2 | upsample like=in")
    with pytest.raises(Impossible, match="stretches some sizes by"):
        tiles(network, 1, 1)
