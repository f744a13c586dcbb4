"""Native ops against PyTorch: shapes, params, refusals and receptive fields of real layers on real tensors.

Two things are left out on purpose. Natively a size of zero is refused, so an empty tensor counts as PyTorch's refusal;
no input has a size of zero. And PyTorch broadcasts sizes of 1 in a join and maps the last axis of anything by a linear
layer, which native ops leave to the dialects: joins are drawn from 2 cells an axis up, linear layers on vectors.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from torch_ops import (
    ACTIVATIONS,
    GENERATORS,
    Answer,
    Case,
    Dims,
    Pick,
    Step,
    agree_on_axis,
    agree_on_cases,
    build,
    case_of,
    cases,
    chain_of,
    measure,
    native,
    network_text,
    notation,
    op_of,
    origins,
    probe,
    repeatably,
    sides,
    spans_of,
    told,
)

import convcalc
from convcalc.errors import ConvcalcError
from convcalc.shape import read_shape
from convcalc.window import Taps

torch = pytest.importorskip("torch", reason="PyTorch is what native numbers are measured against")

pytestmark = pytest.mark.oracle

CONVOLUTIONS = ("conv", "dwconv", "sepconv")
POOLS = ("pool", "avgpool", "lppool")


# Answers.

ANSWERED = [
    pytest.param(
        case_of("conv", (3, 224, 224), out=64, kernel=7, stride=2, padding=3), "64@112x112", 9472, id="resnet"
    ),
    pytest.param(
        case_of("conv", (3, 224, 224), out=64, kernel=11, stride=4, padding=2), "64@55x55", 23296, id="alexnet"
    ),
    pytest.param(case_of("conv", (1, 28), kernel=3, dilation=4), "1@20", 4, id="dilated-sound"),
    pytest.param(case_of("conv", (2, 5, 6, 7), out=4, kernel=(1, 2, 3)), "4@5x5x5", 52, id="a-kernel-per-axis"),
    pytest.param(case_of("conv", (8, 9, 9), out=12, kernel=3, groups=4), "12@7x7", 228, id="groups"),
    pytest.param(case_of("conv", (3, 8), out=5, kernel=4, padding="same"), "5@8", 65, id="same-with-an-even-kernel"),
    pytest.param(case_of("conv", (1, 5), kernel=3, padding="full"), "1@7", 4, id="full"),
    pytest.param(case_of("conv", (1, 5), kernel=3, dilation=2, padding="causal"), "1@5", 4, id="causal"),
    pytest.param(
        case_of("conv", (1, 4), kernel=3, padding=3, padding_mode="reflect"), "1@8", 4, id="reflect-to-the-limit"
    ),
    pytest.param(
        case_of("conv", (1, 4), kernel=3, padding=4, padding_mode="circular"), "1@10", 4, id="circular-to-the-limit"
    ),
    pytest.param(case_of("conv", (1, 1), kernel=3, padding=9, padding_mode="replicate"), "1@17", 4, id="replicate-any"),
    pytest.param(case_of("conv", (1, 9), kernel=3, padding=((-2, 1),)), "1@6", 4, id="padding-that-takes-away"),
    pytest.param(case_of("dwconv", (32, 112, 112), kernel=3, padding=1), "32@112x112", 320, id="depthwise"),
    pytest.param(case_of("dwconv", (4, 9), kernel=3, multiplier=2, bias=False), "8@7", 24, id="depthwise-multiplied"),
    pytest.param(case_of("sepconv", (4, 9), out=6, kernel=3, multiplier=2), "6@7", 78, id="separable"),
    pytest.param(case_of("tconv", (100, 1, 1), out=512, kernel=4, bias=False), "512@4x4", 819200, id="dcgan"),
    pytest.param(
        case_of("tconv", (1, 3), kernel=3, stride=2, padding=1, output_padding=1), "1@6", 4, id="output-padding"
    ),
    pytest.param(
        case_of("tconv", (1, 5), kernel=3, dilation=3, output_padding=2), "1@13", 4, id="op-below-the-dilation"
    ),
    pytest.param(case_of("tconv", (1, 5), kernel=3, stride=2, output_size=12), "1@12", 4, id="an-output-size-in-reach"),
    pytest.param(case_of("tconv", (1, 3), kernel=1, stride=3), "1@7", 2, id="gaps"),
    pytest.param(case_of("pool", (64, 112, 112), kernel=3, stride=2, padding=1), "64@56x56", 0, id="resnet-pool"),
    pytest.param(
        case_of("pool", (64, 112, 112), kernel=3, stride=2, padding=1, ceil=True), "64@57x57", 0, id="ceil-mode"
    ),
    pytest.param(
        case_of("pool", (1, 4), kernel=2, stride=5, padding=1, ceil=True), "1@1", 0, id="ceil-mode-drops-the-last"
    ),
    pytest.param(
        case_of("pool", (1, 2), kernel=3, stride=2, ceil=True), "1@1", 0, id="ceil-mode-on-less-than-a-kernel"
    ),
    pytest.param(case_of("pool", (1, 9), kernel=3, stride=1, dilation=3), "1@3", 0, id="dilated-pool"),
    pytest.param(case_of("avgpool", (1, 7), kernel=3), "1@2", 0, id="the-stride-is-the-kernel"),
    pytest.param(case_of("lppool", (1, 7, 7), kernel=2, ceil=True), "1@4x4", 0, id="lp-pool"),
    pytest.param(case_of("unpool", (8, 7, 7), kernel=2), "8@14x14", 0, id="unpool"),
    pytest.param(case_of("unpool", (8, 7), (8, 15), kernel=2, like="a"), "8@15", 0, id="unpool-to-what-was-pooled"),
    pytest.param(case_of("adaptivepool", (512, 14, 10), size=7), "512@7x7", 0, id="adaptive"),
    pytest.param(case_of("adaptivepool", (1, 3), size=7, kind="max"), "1@7", 0, id="adaptive-to-more-cells"),
    pytest.param(case_of("gap", (512, 7, 7)), "512", 0, id="global-average"),
    pytest.param(case_of("gmp", (512, 7, 7), keepdims=True), "512@1x1", 0, id="global-max-keeps-axes"),
    pytest.param(case_of("upsample", (64, 7, 7), scale=2, mode="bicubic"), "64@14x14", 0, id="upsample-by-a-factor"),
    pytest.param(case_of("upsample", (64, 7), scale=Fraction(3, 2)), "64@10", 0, id="upsample-rounds-down"),
    pytest.param(case_of("upsample", (64, 7, 7), size=(5, 9)), "64@5x9", 0, id="upsample-to-a-size"),
    pytest.param(case_of("pad", (3, 32, 32), padding=((1, 2), (0, 5))), "3@35x37", 0, id="pad-each-side"),
    pytest.param(case_of("pad", (3, 32), padding=-4), "3@24", 0, id="pad-takes-away"),
    pytest.param(case_of("crop", (512, 64, 64), padding=4), "512@56x56", 0, id="crop"),
    pytest.param(case_of("shuffle", (12, 8, 8), factor=2), "3@16x16", 0, id="pixel-shuffle"),
    pytest.param(case_of("unshuffle", (3, 16, 16), factor=2), "12@8x8", 0, id="pixel-unshuffle"),
    pytest.param(case_of("dense", (4096,), out=1000), "1000", 4097000, id="linear"),
    pytest.param(case_of("flatten", (256, 6, 6)), "9216", 0, id="flatten"),
    pytest.param(case_of("reshape", (12544,), target=(-1, 7, 7)), "256@7x7", 0, id="reshape-finds-the-rest"),
    pytest.param(case_of("permute", (3, 224, 320), order=(2, 0, 1)), "320@3x224", 0, id="permute-the-channels-away"),
    pytest.param(case_of("batchnorm", (64, 9, 9)), "64@9x9", 128, id="batch-norm"),
    pytest.param(case_of("groupnorm", (64, 9), groups=8, affine=False), "64@9", 0, id="group-norm-without-weights"),
    pytest.param(case_of("instancenorm", (64, 9, 9)), "64@9x9", 0, id="instance-norm-learns-nothing"),
    pytest.param(case_of("prelu", (64, 9, 9)), "64@9x9", 1, id="prelu"),
    pytest.param(case_of("concat", (3, 9, 9), (5, 9, 9), (1, 9, 9), names=("a", "b")), "9@9x9", 0, id="concat"),
    pytest.param(case_of("add", (3, 9), (3, 9), names=("a",)), "3@9", 0, id="add"),
    pytest.param(case_of("mul", (3,), (3,), names=("a",)), "3", 0, id="multiply-vectors"),
]


@pytest.mark.parametrize(("case", "output", "params"), ANSWERED)
def test_torch_and_convcalc_both_answer(case: Case, output: str, params: int) -> None:
    assert measure(case) == native(case) == Answer(output, params)


REFUSED = [
    pytest.param(case_of("conv", (1, 2), kernel=3), id="a-kernel-beyond-the-input"),
    pytest.param(case_of("conv", (1, 4), kernel=3, dilation=2), id="an-extent-beyond-the-input"),
    pytest.param(case_of("conv", (3, 9), out=4, kernel=1, groups=2), id="groups-that-do-not-divide-the-input"),
    pytest.param(case_of("conv", (4, 9), out=3, kernel=1, groups=2), id="groups-that-do-not-divide-the-output"),
    pytest.param(case_of("conv", (1, 4), kernel=3, padding=4, padding_mode="reflect"), id="reflect-past-the-limit"),
    pytest.param(case_of("conv", (1, 4), kernel=3, padding=5, padding_mode="circular"), id="circular-past-the-limit"),
    pytest.param(case_of("tconv", (1, 5), kernel=3, stride=2, output_padding=2), id="output-padding-of-the-stride"),
    pytest.param(case_of("tconv", (1, 5), kernel=3, stride=2, output_size=13), id="an-output-size-above-reach"),
    pytest.param(case_of("tconv", (1, 5), kernel=3, stride=2, output_size=10), id="an-output-size-below-reach"),
    pytest.param(case_of("tconv", (1, 1), kernel=2, padding=1), id="padding-that-takes-everything"),
    pytest.param(case_of("tconv", (2, 1), kernel=2, padding=1, groups=2), id="padding-that-takes-everything-in-groups"),
    pytest.param(case_of("pool", (1, 5), kernel=7, stride=4), id="a-pool-beyond-the-input"),
    pytest.param(case_of("pool", (1, 1), kernel=3, stride=2, ceil=True), id="a-ceil-pool-beyond-the-input"),
    pytest.param(case_of("unpool", (1, 7), (1, 16), kernel=2, like="a"), id="unpool-past-what-was-pooled"),
    pytest.param(case_of("unpool", (1, 7), (1, 12), kernel=2, like="a"), id="unpool-below-what-was-pooled"),
    pytest.param(case_of("unpool", (1, 1), kernel=2, padding=1), id="unpool-to-nothing"),
    pytest.param(case_of("upsample", (1, 1), scale=Fraction(1, 2)), id="shrink-to-nothing"),
    pytest.param(case_of("pad", (1, 4), padding=4, mode="reflect"), id="pad-reflect-past-the-limit"),
    pytest.param(case_of("crop", (1, 4), padding=2), id="crop-everything"),
    pytest.param(case_of("shuffle", (6, 4, 4), factor=2), id="channels-that-do-not-shuffle"),
    pytest.param(case_of("unshuffle", (1, 4, 5), factor=2), id="sizes-that-do-not-unshuffle"),
    pytest.param(case_of("reshape", (12,), target=(5, -1)), id="reshape-that-does-not-divide"),
    pytest.param(case_of("permute", (3, 4, 5), order=(0, 1)), id="permute-of-too-few-dimensions"),
    pytest.param(case_of("groupnorm", (6, 4), groups=4), id="groups-of-a-norm"),
    pytest.param(case_of("add", (3, 9), (3, 8), names=("a",)), id="add-unequal-sizes"),
    pytest.param(case_of("add", (3, 9), (2, 9), names=("a",)), id="add-unequal-channels"),
    pytest.param(case_of("concat", (3, 9), (3, 8), names=("a",)), id="concat-unequal-sizes"),
]


@pytest.mark.parametrize("case", REFUSED)
def test_torch_and_convcalc_both_refuse(case: Case) -> None:
    assert measure(case) is None
    assert native(case) is None


WIDER = [
    pytest.param(case_of("conv", (1, 5), kernel=3, stride=2, padding="same"), "1@3", id="same-with-a-stride"),
    pytest.param(case_of("pool", (1, 5), kernel=3, stride=1, padding=2), "1@7", id="pool-padding-over-half-the-kernel"),
    pytest.param(case_of("avgpool", (1, 5, 5, 5), kernel=7, padding=3), "1@1x1x1", id="3-d-average-beyond-the-input"),
    pytest.param(
        case_of("lppool", (1, 2, 2, 2), kernel=3, stride=2, ceil=True), "1@1x1x1", id="3-d-lp-beyond-the-input"
    ),
    pytest.param(case_of("tconv", (1, 5), kernel=3, dilation=3, output_size=13), "1@13", id="output-size-by-dilation"),
    pytest.param(case_of("pad", (1, 5), padding=((-6, 10),)), "1@9", id="taking-away-past-the-other-border"),
    pytest.param(
        case_of("pad", (1, 5), padding=((-2, 4),), mode="circular"), "1@7", id="wrapping-around-what-is-taken-away"
    ),
    pytest.param(case_of("instancenorm", (3, 1)), "3@1", id="a-norm-over-one-value"),
    pytest.param(case_of("upsample", (3, 4), scale=2, mode="bilinear"), "3@8", id="interpolation-named-for-other-axes"),
]


@pytest.mark.parametrize(("case", "output"), WIDER)
def test_convcalc_answers_what_torch_alone_refuses(case: Case, output: str) -> None:
    answer = native(case)
    assert measure(case) is None
    assert answer is not None
    assert answer.output == output


NARROWER = [
    pytest.param(case_of("add", (3, 9), (3, 1), names=("a",)), "3@9", id="joins-need-equal-sizes"),
    pytest.param(case_of("mul", (3, 9), (1, 9), names=("a",)), "3@9", id="joins-need-equal-channels"),
]


@pytest.mark.parametrize(("case", "output"), NARROWER)
def test_convcalc_refuses_what_torch_broadcasts(case: Case, output: str) -> None:
    assert measure(case) == Answer(output, 0)
    assert native(case) is None


# Any answer.


def why_wider(case: Case) -> str | None:
    """Why PyTorch may refuse what is arithmetically sound."""
    knobs = case.knobs
    if case.op in CONVOLUTIONS and knobs.get("padding") == "same" and max(case.axes("stride")) > 1:
        return "PyTorch has no `same` with a stride"
    if case.op in POOLS and any(
        before > kernel // 2 for (before, _), kernel in zip(sides(case), case.axes("kernel"), strict=True)
    ):
        return "PyTorch pads a pool by half its kernel at most"
    if (
        case.op in ("avgpool", "lppool")
        and case.rank == 3
        and any(map(int.__lt__, case.inputs[0][1:], case.axes("kernel")))
    ):
        return "PyTorch's 3-d averages want an input of a kernel at least, whatever the padding"
    if "output_size" in knobs and any(map(int.__gt__, case.axes("dilation"), case.axes("stride"))):
        return "PyTorch's output_size reaches as far as the stride, its output_padding as far as the dilation"
    return _why_taking_away(case) if case.op in (*CONVOLUTIONS, *POOLS, "tconv", "pad") else None


def _why_taking_away(case: Case) -> str | None:
    """The same, where a side takes cells away; `same` takes none."""
    if case.knobs.get("padding") == "same":
        return None
    size: Sequence[int] = case.inputs[0][1:]
    given = sides(case)
    if case.op == "tconv":
        knobs = zip(
            size,
            case.axes("kernel"),
            case.axes("stride"),
            case.axes("dilation"),
            case.axes("output_padding", 0),
            strict=True,
        )
        size = [(n - 1) * stride + dilation * (kernel - 1) + 1 + added for n, kernel, stride, dilation, added in knobs]
        given = tuple([(-before, -after) for before, after in given])
    if any(min(pair) < -cells for pair, cells in zip(given, size, strict=True)):
        return "PyTorch takes away no more cells than there are, even if the other side gives some back"
    if case.knobs.get("padding_mode", case.knobs.get("mode")) == "circular" and any(
        min(pair) < 0 < max(pair) for pair in given
    ):
        return "PyTorch does not wrap around what it takes away"
    return None


EXAMPLES = {"conv": 600, "tconv": 600, "tconv to": 300, "pool": 400, "avgpool": 300, "pad": 300}


@pytest.mark.parametrize("kind", GENERATORS)
def test_a_native_op_is_torchs_layer(kind: str) -> None:
    """Where PyTorch answers, convcalc answers the same; where it refuses, convcalc does too, or there is a reason."""
    agree_on_cases(GENERATORS[kind], EXAMPLES.get(kind, 30 if kind in ACTIVATIONS else 150), measure, why_wider)


@repeatably(200)
@given(cases(GENERATORS["batchnorm"]))
def test_running_statistics_are_torchs_buffers(case: Case) -> None:
    """A batch norm holds the mean and the variance of each channel besides what is trained."""
    weights = op_of(case).weights(read_shape(notation(case.inputs[0])))
    (module,) = build(case).modules
    assert weights is not None
    assert weights.statistics == module.running_mean.numel() + module.running_var.numel(), told(case)


# Which cells are read.

READ_KINDS = (
    *("conv", "dwconv", "sepconv", "tconv", "tconv to", "pool", "avgpool", "lppool", "adaptivepool", "gap", "gmp"),
    *("upsample", "pad", "crop", "shuffle", "unshuffle"),
)


def cells_of(taps: Taps | None, cell: int, cells: int) -> set[int]:
    """Those of `cells` input cells that a cell reads, by its taps."""
    assert taps is not None
    turn, phase = divmod(cell, taps.period)
    start, step, count = taps.phases[phase]
    return {taps.gain * turn + start + step * index for index in range(count)} & set(range(cells))


def taps_of(case: Case) -> list[list[set[int]]]:
    """For each axis and each cell that comes out, the input cells it reads, by the op's taps."""
    op, shape = op_of(case), read_shape(notation(case.inputs[0]))
    output = op.output(shape)
    axes = zip(op.taps(shape, output), output.size, shape.size, strict=True)
    read = [[cells_of(taps, cell, cells) for cell in range(count)] for taps, count, cells in axes]
    blind = not all(any(axis) for axis in read)  # where one axis reads nothing, nothing is read at all
    return [[set() for _ in axis] for axis in read] if blind else read


def is_zero_padded(case: Case) -> bool:
    """Whether no cell stands in the padding a second time."""
    return {case.knobs.get("padding_mode", "zeros"), case.knobs.get("mode", "zeros")}.isdisjoint(
        {"reflect", "circular", "replicate"}
    )


def is_scaled(case: Case) -> bool:
    """Whether no axis keeps its size by rounding: PyTorch then copies it, whatever the factor."""
    factors = case.axes("scale")
    return all(factor == 1 or int(n * factor) != n for n, factor in zip(case.inputs[0][1:], factors, strict=True))


@pytest.mark.parametrize("kind", READ_KINDS)
def test_a_cell_reads_the_cells_that_torch_reads(kind: str) -> None:
    """The taps of an op are the input cells that an output cell answers to, at the borders too."""

    @repeatably(150)
    @given(cases(GENERATORS[kind]))
    def agrees(case: Case) -> None:
        assume(len(case.inputs) == 1 and is_zero_padded(case) and is_scaled(case))
        assume(case.op not in ("gap", "gmp") or "keepdims" in case.knobs)  # else no axis is left
        assume(measure(case) is not None)
        assert taps_of(case) == probe([Step(case.op, case.knobs, (0,))], case.inputs[0]), told(case)

    agrees()


@repeatably(200)
@given(cases(GENERATORS["unpool"]))
def test_an_unpooled_cell_reads_the_windows_that_may_have_taken_it(case: Case) -> None:
    """A cell comes back from those windows of the max pool that it lies under."""
    assume(native(case) is not None)
    shape = read_shape(notation(case.inputs[0]))
    output = op_of(case).output(shape).size
    pool = case_of("pool", (case.channels, *output), **case.knobs)
    assume(measure(pool) == Answer(str(shape), 0))  # PyTorch pads a pool by half its kernel at most
    windows = probe([Step("pool", case.knobs, (0,))], pool.inputs[0])
    back = [
        [{window for window, cells in enumerate(axis) if cell in cells} for cell in range(count)]
        for axis, count in zip(windows, output, strict=True)
    ]
    assert taps_of(case) == back, told(case)


# Receptive fields.


def agree_inside(steps: Sequence[Step], dims: Dims) -> int:
    """Compare the fields of the last step with what PyTorch reads; how many cells had borders far enough away.

    A field of more than 4096 phases is not told.
    """
    row = convcalc.read(network_text(steps)).run(notation(dims)).row(len(steps))
    compared = 0
    for axis, field, read in zip(origins(steps, len(dims) - 1), row.fields, probe(steps, dims), strict=True):
        if field is not None:
            compared += agree_on_axis(spans_of(field, len(read)), read, dims[axis + 1], network_text(steps))
    return compared


FIELDS = [
    pytest.param(("conv", {"kernel": 3}), 3, (1, 1), 0, id="conv"),
    pytest.param(("conv", {"kernel": 7, "stride": 2, "padding": 3}), 7, (2, 1), -3, id="strided-conv"),
    pytest.param(("conv", {"kernel": 3, "dilation": 4, "padding": 4}), 9, (1, 1), -4, id="dilated-conv"),
    pytest.param(("conv", {"kernel": 2, "dilation": 3, "padding": "causal"}), 4, (1, 1), -3, id="causal-conv"),
    pytest.param(("conv", {"kernel": 4, "padding": "same"}), 4, (1, 1), -1, id="same-with-an-even-kernel"),
    pytest.param(("pool", {"kernel": 3, "stride": 2, "padding": 1}), 3, (2, 1), -1, id="pool"),
    pytest.param(("tconv", {"kernel": 4, "stride": 2, "padding": 1}), 2, (1, 2), -1, id="tconv"),
    pytest.param(
        ("tconv", {"kernel": 3, "stride": 2, "padding": 1, "output_padding": 1}), 2, (1, 2), 0, id="output-padding"
    ),
    pytest.param(("tconv", {"kernel": 3, "stride": 2, "dilation": 3}), 4, (1, 2), -3, id="dilated-tconv"),
    pytest.param(("tconv", {"kernel": 1, "stride": 3}), 1, (1, 3), 0, id="gaps"),
    pytest.param(("upsample", {"scale": 2}), 1, (1, 2), 0, id="nearest"),
    pytest.param(("upsample", {"scale": 2, "mode": "linear"}), 2, (1, 2), -1, id="linear"),
    pytest.param(("upsample", {"scale": Fraction(3, 2), "mode": "linear"}), 2, (2, 3), -1, id="linear-by-a-fraction"),
    pytest.param(("adaptivepool", {"size": 12}), 10, (10, 1), 0, id="adaptive-that-divides"),
    pytest.param(("adaptivepool", {"size": 16}), 8, (15, 2), 0, id="adaptive-that-overlaps"),
    pytest.param(("crop", {"padding": ((3, 1),)}), 1, (1, 1), 3, id="crop"),
    pytest.param(("pad", {"padding": ((3, 1),)}), 1, (1, 1), -3, id="pad"),
]


@pytest.mark.parametrize(("layer", "size", "jump", "offset"), FIELDS)
def test_the_receptive_field_of_a_layer(
    layer: tuple[str, Mapping[str, Any]], size: int, jump: tuple[int, int], offset: int
) -> None:
    steps = chain_of(layer)
    row = convcalc.read(network_text(steps)).run("1@120").row(1)
    assert (row.receptive_field, row.jump, row.offset) == ((size,), (jump,), (offset,))
    assert agree_inside(steps, (1, 120)) > 0


def _sides(pick: Pick, least: int, most: int) -> tuple[tuple[int, int], ...]:
    return ((pick(range(least, most)), pick(range(least, most))),)


LAYERS: Mapping[str, Callable[[Pick], Mapping[str, Any]]] = {
    "conv": lambda pick: {
        "kernel": pick((1, 2, 3, 4, 5)),
        "stride": pick((1, 1, 2, 3)),
        "dilation": pick((1, 1, 2, 3)),
        "padding": pick((0, 1, 2, _sides(pick, -1, 4))),
    },
    "tconv": lambda pick: {
        "kernel": pick((1, 2, 3, 4, 5)),
        "stride": pick((2, 1, 3)),
        "dilation": pick((1, 1, 2, 3)),
        "padding": pick((0, 1, _sides(pick, -1, 3))),
        "output_padding": pick((0, 0, 1)),
    },
    "pool": lambda pick: {
        "kernel": pick((2, 3)),
        "stride": pick((1, 2, 3)),
        "dilation": pick((1, 2)),
        "padding": pick((0, 1)),
    },
    "avgpool": lambda pick: {"kernel": pick((2, 3, 4)), "stride": pick((1, 2, 3)), "padding": pick((0, 1))},
    "adaptivepool": lambda pick: {"size": pick((60, 48, 35, 90, 17))},
    "upsample": lambda pick: {
        "scale": pick((2, 3, Fraction(3, 2), Fraction(1, 2))),
        "mode": pick(("nearest", "linear")),
    },
    "pad": lambda pick: {"padding": _sides(pick, -2, 4)},
    "crop": lambda pick: {"padding": _sides(pick, 0, 4)},
}
"""Layers on one axis, by what they are."""

MIXED = ("conv", {"out": 4, "kernel": 1})

IMAGE_LAYERS: Mapping[str, Callable[[Pick], Mapping[str, Any]]] = {
    "conv": lambda pick: {
        "out": 4,
        "kernel": (pick((1, 2, 3)), pick((1, 3, 4))),
        "stride": (1, pick((1, 2))),
        "padding": (pick((0, 1)), pick((0, 1))),
    },
    "tconv": lambda pick: {"out": 4, "kernel": (pick((2, 3)), 1), "stride": (2, 1), "padding": (pick((0, 1)), 0)},
    "upsample": lambda pick: {
        "scale": (pick((1, 2)), pick((1, 2))),
        "mode": pick(("bicubic", "bilinear", "nearest")),
    },
    "shuffle": lambda pick: {"factor": pick((2, 1))},
    "unshuffle": lambda pick: {"factor": pick((2, 3))},
    "adaptivepool": lambda pick: {"size": (pick((24, 36, 20)), pick((48, 18, 30)))},
    "permute": lambda pick: {"order": pick(((0, 2, 1), (0, 1, 2)))},
}
"""Layers on two axes. After each, `MIXED` lets every channel read all: a field is told for all channels alike, while
`unshuffle 2 | shuffle 2` puts every cell back to where it was."""


def some_layers(
    pick: Pick, layers: Mapping[str, Callable[[Pick], Mapping[str, Any]]], longest: int
) -> list[tuple[str, Mapping[str, Any]]]:
    """One to `longest` of the layers."""
    ops = [pick(tuple(layers)) for _ in range(pick(range(1, longest + 1)))]
    return [(op, layers[op](pick)) for op in ops]


def some_chain(pick: Pick) -> list[Step]:
    """Layers on one axis."""
    return chain_of(*some_layers(pick, LAYERS, 4))


def some_image_chain(pick: Pick) -> list[Step]:
    """Layers on two axes, the channels mixed after each."""
    return chain_of(*[one for layer in some_layers(pick, IMAGE_LAYERS, 3) for one in (layer, MIXED)])


def runs(steps: Sequence[Step], dims: Dims) -> bool:
    """Whether the network takes the input, and what comes out is neither too small to compare nor large."""
    try:
        shapes = convcalc.read(network_text(steps)).shapes(notation(dims))
    except ConvcalcError:
        return False
    return all(12 <= cells <= 1000 for shape in shapes for cells in shape.size) and all(map(_is_exact, steps, shapes))


def _is_exact(step: Step, shape: convcalc.Shape) -> bool:
    """Whether PyTorch interpolates by the factor, as it does where that changes the size."""
    return step.op != "upsample" or is_scaled(Case(step.op, step.knobs, ((shape.channels or 0, *shape.size),)))


@repeatably(500)
@given(cases(some_chain))
def test_the_receptive_fields_of_a_chain(steps: list[Step]) -> None:
    """First cell, last cell and jump of every field in a chain are those of the input cells that PyTorch reads."""
    assume(runs(steps, (1, 240)))
    assume(agree_inside(steps, (1, 240)))


@repeatably(200)
@given(cases(some_image_chain))
def test_the_receptive_fields_of_a_chain_on_images(steps: list[Step]) -> None:
    """Each axis has a field of its own, through shuffles, bicubic interpolation and permutations too."""
    assume(runs(steps, (4, 36, 48)))
    assume(agree_inside(steps, (4, 36, 48)))


BRANCHES: Sequence[Sequence[tuple[str, Mapping[str, Any]]]] = (
    [("conv", {"kernel": 3, "padding": 1})],
    [("conv", {"kernel": 5, "dilation": 2, "padding": 4})],
    [("conv", {"kernel": 4, "padding": ((1, 2),)})],
    [("conv", {"kernel": 3, "padding": "causal"})],
    [("avgpool", {"kernel": 3, "stride": 1, "padding": 1})],
    [("pad", {"padding": ((2, 0),)}), ("crop", {"padding": ((0, 2),)})],
    [("conv", {"kernel": 4, "stride": 2, "padding": 1}), ("tconv", {"kernel": 4, "stride": 2, "padding": 1})],
    [("conv", {"kernel": 3, "stride": 3}), ("tconv", {"kernel": 1, "stride": 3, "output_padding": 2})],
    [("pool", {"kernel": 2}), ("upsample", {"scale": 2, "mode": "linear"})],
    [("pool", {"kernel": 3}), ("upsample", {"scale": 3})],
    [("avgpool", {"kernel": 4}), ("upsample", {"scale": 4, "mode": "linear"})],
    [("upsample", {"scale": 2}), ("conv", {"kernel": 3, "stride": 2, "padding": 1})],
    [("tconv", {"kernel": 3, "stride": 2, "padding": 1, "output_padding": 1}), ("pool", {"kernel": 2})],
    [("adaptivepool", {"size": 80}), ("upsample", {"scale": Fraction(3, 2), "mode": "linear"})],
)
"""Branches that give 120 cells of 120, and so can be joined."""

ENTRANCES: Sequence[Sequence[tuple[str, Mapping[str, Any]]]] = (
    [("conv", {"kernel": 3, "stride": 2, "padding": 1})],
    [("pool", {"kernel": 2})],
    [("conv", {"kernel": 5, "stride": 4, "padding": 2}), ("upsample", {"scale": 2})],
)
"""What makes 120 cells of 240."""


def some_joined(pick: Pick) -> list[Step]:
    """An entrance, two or three branches (some of them the entrance itself), their join, and perhaps a convolution."""
    steps = chain_of(*pick(ENTRANCES))
    entrance = len(steps)
    ends: list[int] = []
    for _ in range(pick((2, 3))):
        end = entrance
        for op, knobs in pick(BRANCHES) if not ends or pick((True, False)) else ():
            steps.append(Step(op, knobs, (end,)))
            end = len(steps)
        ends.append(end)
    steps.append(Step(pick(("add", "concat")), {}, tuple(ends)))
    if pick((True, False)):
        steps.append(Step("conv", LAYERS["conv"](pick), (len(steps),)))
    return steps


@repeatably(400)
@given(cases(some_joined))
def test_the_receptive_fields_of_joined_branches(steps: list[Step]) -> None:
    """The field of a join reaches from the first cell that any branch reads to the last."""
    assert agree_inside(steps, (1, 240)) > 0
