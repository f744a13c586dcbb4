"""Receptive field, jump and offset against a walk back through the cells that are really read."""

import random
from fractions import Fraction
from functools import singledispatch

import pytest

from convcalc import Network, read
from convcalc.ops.convolution import Conv, TransposedConv
from convcalc.ops.op import Op
from convcalc.ops.pooling import AdaptivePool, Unpool
from convcalc.ops.pooling import MaxPool as Pool
from convcalc.ops.resampling import Crop, Pad, PixelShuffle, PixelUnshuffle, Upsample
from convcalc.trace import Trace

ALEXNET = {
    "conv1: conv 64 k11 s4": (11, 4),
    "pool1: pool k3 s2": (19, 8),
    "conv2: conv 192 k5 p2": (51, 8),
    "pool2: pool k3 s2": (67, 16),
    "conv3: conv 384 k3 p1": (99, 16),
    "conv4: conv 256 k3 p1": (131, 16),
    "conv5: conv 256 k3 p1": (163, 16),
    "pool5: pool k3 s2": (195, 32),
}
"""AlexNet (v2): receptive field and jump as Araujo, Norris & Sim tabulate them."""

VGG16 = {
    "conv1.0.conv": (3, 1),
    "pool1": (6, 2),
    "pool2": (16, 4),
    "pool3": (44, 8),
    "conv5.0.conv": (132, 16),
    "pool5": (212, 32),
}


def test_alexnet_sees_what_the_literature_says() -> None:
    trace = read("\n".join(ALEXNET)).run("3@224x224")
    seen = {f"{row.name}: {row.op}": (row.receptive_field, row.jump) for row in trace}
    assert seen == {line: ((field, field), ((jump, 1), (jump, 1))) for line, (field, jump) in ALEXNET.items()}


def test_vgg16_sees_what_the_literature_says() -> None:
    from convcalc.presets import files
    from convcalc.readers.source import read_source

    path = files()["vgg16"]
    with open(path, "rb") as file:
        trace = read_source(file.read(), path).network.run()
    seen = {row.name: (row.receptive_field[0], row.jump[0]) for row in trace if row.name in VGG16}
    assert seen == {name: (field, (jump, 1)) for name, (field, jump) in VGG16.items()}


def test_a_join_of_more_phases_than_are_followed_has_no_field() -> None:
    """Branches that repeat after 96 and after 97 cells repeat together after 9312 alone."""
    branches = "upsample x97/96 | a: upsample x96/97 | upsample x98/97 from=in | upsample x97/98"
    *_, one, joined = read(f"{branches} | add a").run("1@9312")
    assert (str(one.output), one.receptive_field, one.jump) == ("1@9312", (1,), ((1, 1),))
    assert (str(joined.output), joined.receptive_field, joined.jump) == ("1@9312", (None,), (None,))


def test_a_dilated_stack_doubles_its_field() -> None:
    trace = read("conv 8 k3 d1 p1 | conv 8 k3 d2 p2 | conv 8 k3 d4 p4 | conv 8 k3 d8 p8").run("8@100")
    assert [row.receptive_field for row in trace] == [(3,), (7,), (15,), (31,)]
    check(trace)


@singledispatch
def reads(op: Op, shape: int, output: int) -> list[set[int]]:
    """The input cells that each output cell reads, by what the op is, with no formula of the package."""
    raise NotImplementedError(op)


def numbers(op: Conv | Pool | TransposedConv | Unpool) -> tuple[int, int, int, int]:
    """Kernel, stride, dilation and the padding before."""
    assert not isinstance(op.padding, str)
    ((before, _),) = op.padding
    (stride,) = op.stride or op.kernel
    return op.kernel[0], stride, 1 if isinstance(op, Unpool) else op.dilation[0], before


@reads.register(Conv)
@reads.register(Pool)
def _(op: Conv | Pool, _shape: int, output: int) -> list[set[int]]:
    kernel, stride, dilation, before = numbers(op)
    return [{q * stride - before + dilation * tap for tap in range(kernel)} for q in range(output)]


@reads.register(TransposedConv)
@reads.register(Unpool)
def _(op: TransposedConv | Unpool, shape: int, output: int) -> list[set[int]]:
    kernel, stride, dilation, before = numbers(op)
    landing: list[set[int]] = [set() for _ in range(output)]
    for cell in range(-output, shape + output):  # as if the input had no end
        for tap in range(kernel):
            place = cell * stride + dilation * tap - before
            if 0 <= place < output:
                landing[place].add(cell)
    return landing


@reads.register
def _(op: Upsample, _shape: int, output: int) -> list[set[int]]:
    return [_around(q, op) for q in range(output)]


@reads.register
def _(_op: AdaptivePool, shape: int, output: int) -> list[set[int]]:
    def overlaps(cell: int, q: int) -> bool:
        return cell * output < (q + 1) * shape and (cell + 1) * output > q * shape

    return [{cell for cell in range(shape) if overlaps(cell, q)} for q in range(output)]


@reads.register
def _(op: Crop, _shape: int, output: int) -> list[set[int]]:
    assert op.padding
    return [{q + op.padding[0][0]} for q in range(output)]


@reads.register
def _(op: Pad, _shape: int, output: int) -> list[set[int]]:
    assert op.padding
    return [{q - op.padding[0][0]} for q in range(output)]


@reads.register
def _(op: PixelShuffle, _shape: int, output: int) -> list[set[int]]:
    return [{q // op.factor} for q in range(output)]


@reads.register
def _(op: PixelUnshuffle, _shape: int, output: int) -> list[set[int]]:
    return [{q * op.factor + cell for cell in range(op.factor)} for q in range(output)]


def _around(cell: int, op: Upsample) -> set[int]:
    """Nearest, or the two or four neighbours of the place (q + 1/2) / scale - 1/2, in exact halves."""
    assert op.scale
    ((top, below),) = op.scale
    if op.mode == "nearest":
        return {cell * below // top}
    place = (cell + Fraction(1, 2)) * below / top - Fraction(1, 2)
    whole = place.numerator // place.denominator
    if place == whole:
        return {whole}
    return {whole - 1, whole, whole + 1, whole + 2} if op.mode == "bicubic" else {whole, whole + 1}


def walk(trace: Trace) -> list[list[set[int]]]:
    """For each layer and cell, the cells of the network's input that it reads, borders ignored."""
    before: list[set[int]] = [{cell} for cell in range(trace.input.size[0])]
    layers: list[list[set[int]]] = [before]
    for row in trace:
        if row.op.joins:
            sources = [layers[index] for index in row.inputs]
            layers.append([set.union(*cells) for cells in zip(*sources, strict=True)])
        elif row.op.pointwise:
            layers.append(layers[row.inputs[0]])
        else:
            source = layers[row.inputs[0]]
            taken = reads(row.op, len(source), row.output.size[0])
            layers.append([_through(source, cells) for cells in taken])
    return layers


OUTSIDE = -(10**9)


def _through(source: list[set[int]], cells: set[int]) -> set[int]:
    """What `cells` of a layer read of the input; cells beyond the layer's edge make the set useless."""
    if any(not 0 <= cell < len(source) for cell in cells):
        return {OUTSIDE}
    return set().union(*[source[cell] for cell in cells])


def check(trace: Trace) -> None:
    """Every cell whose field no border cuts reads from the low to the high that the trace says."""
    layers = walk(trace)
    for row in trace:
        (field,) = row.fields
        assert field is not None
        widest, whole = 0, 0
        for cell, seen in enumerate(layers[row.number]):
            if OUTSIDE in seen:
                continue
            turns, phase = divmod(cell, field.period)
            low, high = field.lows[phase], field.highs[phase]
            if not seen:
                assert low is None, (row, cell)
                continue
            assert low is not None, (row, cell)
            assert high is not None
            assert (low + turns * field.gain, high + turns * field.gain) == (min(seen), max(seen)), (row, cell)
            widest = max(widest, high - low + 1)
            whole += 1
        assert whole > 0, f"no cell of {row.op} is free of borders: the case proves nothing"
        if whole > 2 * field.period:
            assert field.size == widest


CHAINS = [
    "tconv 4 k4 s2 p1",
    "tconv 4 k3 s2 p1 op1",
    "tconv 4 k5 s3 p1 | conv 4 k3 p1",
    "tconv 4 k2 s3 | conv 4 k3 d2",
    "tconv 4 k3 s2 d3 p2 | tconv 4 k2 s2 | conv 4 k2 s3",
    "conv 4 k3 s2 p1 | conv 4 k3 s2 p1 | tconv 4 k4 s2 p1 | tconv 4 k4 s2 p1",
    "upsample x2 | conv 4 k3 p1 | upsample x3/2 | conv 4 k3 p1",
    "upsample x2 linear | conv 4 k3 p1",
    "upsample x3 bicubic | pool k2",
    "adaptivepool 30 | conv 4 k3",
    "crop 3:1 | pad 2:5 | conv 4 k4 s3",
    "unshuffle 2 | conv 8 k3 p1 | shuffle 2",
    "pool k2 | unpool k2 | conv 4 k3 p1",
    "a: conv 4 k3 p1 | conv 4 k3 p1 | add a | conv 4 k5 s2 p2 | b: relu | conv 4 k3 p1 | concat b",
    "e: conv 4 k3 p1 | pool k2 | conv 4 k3 p1 | tconv 4 k2 s2 | concat e | conv 4 k3 p1",
    "tconv 4 k3 s2 p1 op1 | conv 4 k3 s2 p1",
    "conv 4 k2 d4 p4:0 | conv 4 k2 d8 p8:0",
]


@pytest.mark.parametrize("layers", CHAINS)
def test_a_network_reads_the_cells_that_a_walk_back_reaches(layers: str) -> None:
    check(read(layers).run("4@120"))


def _random_layer(rng: random.Random) -> str:
    k, s, d, p = rng.randint(1, 5), rng.randint(1, 3), rng.randint(1, 3), rng.randint(0, 3)
    return rng.choice(
        [
            f"conv 4 k{k} s{s} d{d} p{p}",
            f"conv 4 k{k} s{s} d{d} p{p}:{rng.randint(0, 3)}",
            f"pool k{k} s{s} p{p}",
            f"tconv 4 k{k} s{s} d{d} p{min(p, d * (k - 1) // 2)}",
            f"upsample x{rng.randint(2, 3)}",
            f"upsample x{rng.choice(['3/2', '2', '4/3'])} linear",
            f"crop {p}:{rng.randint(0, 2)}",
        ]
    )


@pytest.mark.parametrize("seed", range(150))
def test_random_chains_read_the_cells_that_a_walk_back_reaches(seed: int) -> None:
    """Any chain of windows, transposed windows, resizing and crops."""
    rng = random.Random(seed)  # noqa: S311 - a reproducible case, no secret
    chain: Network | None = None
    while chain is None or chain.run("4@150").failure or _too_short(chain):
        chain = read(" | ".join(_random_layer(rng) for _ in range(rng.randint(1, 4))))
    check(chain.run("4@150"))


def _too_short(chain: Network) -> bool:
    """A chain whose cells nearly all touch a border proves nothing, and a very long one takes long."""
    return any(not 40 <= shape.size[0] <= 1500 for shape in chain.shapes("4@150"))


def test_branches_at_different_places_are_noted() -> None:
    text = "a: crop 9:1 from=in | b: crop 1:9 from=in | add a"
    (note,) = read(text).run("4@60").row(3).notes
    assert note.code == "alignment"


def test_branches_at_different_places_on_one_axis_are_noted_with_the_axis() -> None:
    (note,) = read("a: crop 9:1x1 from=in | b: crop 1:9x1 from=in | add a").run("4@60x60").row(3).notes
    assert note.text == "the branches look at places a cell or more apart on axis 1"


def test_branches_at_different_jumps_are_noted_and_have_no_field() -> None:
    row = read("a: conv 4 k3 s2 p1 | upsample to 20 from=in | conv 4 k3 s2 p1 | add a").run("4@20").row(4)
    assert row.receptive_field == (3,)
    row = read("a: conv 4 k3 s2 p1 | adaptivepool 10 from=in | pad 1 | crop 1 | add a").run("4@20").row(5)
    assert not row.notes
    row = read("a: conv 4 k2 s2 | crop 5 from=in | add a").run("4@20").row(3)
    assert row.receptive_field == (None,)
    assert [note.text for note in row.notes] == ["the branches step through the input differently"]


def test_axes_of_their_own_padding_by_same_are_followed_apart() -> None:
    trace = read("conv 4 k3 s2 same | conv 4 k3 s2 same").run("4@20x31")
    assert trace.row(2).offset == (0, -1)


def test_a_target_size_of_a_transposed_layer_is_followed() -> None:
    assert read("tconv 4 k3 s2 p1 to 12").run("4@6").row(1).receptive_field == (2,)


def test_too_many_phases_of_a_pool_or_an_upsampling_are_not_followed() -> None:
    for layer in ("adaptivepool 4999", "upsample x4999", "tconv 4 k3 s4999"):
        assert read(layer).run("4@5000").row(1).receptive_field == (None,)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: conv 4 k3 p1 | conv 4 k3 p1 | add a", id="residual"),
        pytest.param("a: conv 4 k2 d4 causal | conv 4 k2 d8 causal | add a", id="causal"),
        pytest.param("a: conv 4 k3 s2 p1 | conv 4 k1 s2 from=in | add a", id="projection"),
        pytest.param("a: conv 4 k3 s2 same | conv 4 k1 s2 same from=in | add a", id="half a cell by same"),
        pytest.param("e: conv 4 k3 | pool k2 | tconv 4 k2 s2 | concat e", id="u-net"),
    ],
)
def test_branches_at_the_same_place_are_not(text: str) -> None:
    trace = read(text).run("4@62")
    assert not trace.failure
    assert not [note for row in trace for note in row.notes if note.code == "alignment"]


def test_an_axis_that_does_not_come_from_the_input_has_no_field() -> None:
    trace = read("dense 512 | reshape 32@4x4 | conv 8 k3").run("100")
    assert trace.row(1).receptive_field == ()
    assert trace.row(3).receptive_field == (None, None)


def test_permute_takes_the_fields_along() -> None:
    trace = read("conv 4 k3x5 | permute 0,2,1").run("3@32x48")
    assert trace.row(2).receptive_field == (5, 3)


def test_phases_past_the_limit_are_not_followed() -> None:
    trace = read("upsample x100 | upsample x99 | conv 4 k3").run("4@4")
    assert trace.row(1).receptive_field == (1,)
    assert trace.row(3).receptive_field == (None,)
