"""The lines that `convcalc compare` shows, run in the real frameworks: what comes out is what was asked, by values."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st
from own_layers import WORDS as OWN_WORDS
from own_layers import own_line
from pasted import MODULES, RUN
from reference import BORDERS, Array, computed, cost, data_for, groups_of, np

import convcalc
from convcalc.dialects import NAMES, dialect_named
from convcalc.dialects.asked import Asked, asked_of
from convcalc.errors import Impossible, Malformed
from convcalc.ops.convolution import Conv, DepthwiseConv, TransposedConv
from convcalc.ops.op import Op
from convcalc.ops.pooling import AvgPool, MaxPool
from convcalc.shape import Shape, read_shape

pytestmark = pytest.mark.oracle

Draw = Callable[..., Any]


def paste_of(name: str) -> Any:
    """What makes a framework's lines."""
    return import_module(f"convcalc.dialects.{name}.paste").paste


def lines_of(name: str, op: Op, shape: Shape) -> tuple[Asked, list[str] | None]:
    """What is asked, and what a framework makes of it."""
    asked = asked_of(op, shape, op.output(shape), op.windows(shape))
    assert asked
    return asked, paste_of(name)(asked)


def agree(name: str, op: Op, shape: Shape, *, known: bool = True) -> None:
    """The lines give what the definition gives; None of them only where it is known why.

    Channels that are not `known` go by a name.
    """
    asked, lines = lines_of(name, op, shape if known else Shape(None, shape.size))
    reasons = [reason.why for reason in IMPOSSIBLE if reason.framework == name and reason.says(asked)]
    assert (lines is None) == bool(reasons), (lines, reasons)
    if lines is not None:
        data = data_for(op, shape)
        assert name not in NAMING or (data.weight is None) == (NAMING[name] not in "".join(lines))
        expected = computed(op, data, op.windows(shape), op.output(shape).size)
        made = RUN[name](lines, data, {} if known else {"channels": shape.channels})
        close(made, expected, "\n".join(lines))


def close(made: Array, expected: Array, told: str) -> None:
    """Equal, but for rounding; the greatest of no cells is as low as it goes, and their mean is anything."""
    assert made.shape == expected.shape, told
    low = np.finfo(np.float32).min
    found = np.where(np.isnan(expected), np.nan, np.maximum(made, low))
    np.testing.assert_allclose(found, np.maximum(expected, low), 1e-4, 1e-4, err_msg=told)


NAMING = {"tf": "# filters (", "jax": "# rhs ("}
"""Where a comment tells the shape of the weights, it is looked at."""


class Reason(NamedTuple):
    """Why a framework has no lines for some layers."""

    framework: str
    says: Callable[[Asked], bool]
    why: str


def _dilates(asked: Asked) -> bool:
    return max(asked.dilation) > 1


def _pads_a_kernel(asked: Asked) -> bool:
    pairs = zip(asked.sides, asked.kernel, strict=True)
    return any(max(pair) >= kernel for pair, kernel in pairs)


IMPOSSIBLE = [
    Reason("torch", lambda asked: asked.kind == "avg" and _dilates(asked), "AvgPool takes no dilation"),
    Reason("keras", lambda asked: asked.kind in ("max", "avg") and _dilates(asked), "pools take no dilation_rate"),
    Reason(
        "keras",
        lambda asked: asked.kind == "transposed" and asked.strides_and_dilates,
        "a transposed layer does not take strides and dilation_rate at once",
    ),
    Reason(
        "onnx",
        lambda asked: asked.kind == "avg" and not asked.counts_padding and _pads_a_kernel(asked),
        "onnxruntime's pools pad less than their kernel, and a pad before would count",
    ),
    Reason(
        "onnx",
        lambda asked: asked.kind == "avg" and _pads_a_kernel(asked) and not any(map(any, asked.taken)),
        "onnxruntime takes a pad before into the pool, and then refuses it",
    ),
]


CASES = {
    "same-at-stride-2": ("conv 8 k3 s2 same", "4@7x8"),
    "same-odd-and-even-kernel": ("conv 6 k3x4 same", "4@7x8"),
    "same-k5-s2": ("conv 4 k5 s2 same", "3@8x7"),
    "same-stride-above-kernel": ("conv 4 k2 s3 same", "3@8x9"),
    "same-k1-s2": ("conv 4 k1 s2 same", "3@8x9"),
    "same-dilated": ("conv 4 k3 d2 same", "3@8x9"),
    "same-strided-and-dilated": ("conv 4 k3 s2 d2 same", "3@8x9"),
    "same-lower-even": ("conv 4 k4 s2 same-lower", "3@8x7"),
    "same-one-axis": ("conv 4 k4 s3 same", "3@11"),
    "same-three-axes": ("conv 4 k3x2x4 s2 same", "2@5x4x6"),
    "full": ("conv 4 k3 full", "3@4x5"),
    "causal": ("conv 4 k3 d2 causal", "3@9"),
    "causal-strided": ("conv 4 k4 s2 causal", "3@9"),
    "causal-two-axes": ("conv 4 k3 causal", "3@5x6"),
    "plain": ("conv 8 k3 p1", "4@7x8"),
    "plain-one-axis": ("conv 8 k5 s2 p2", "4@13"),
    "plain-three-axes": ("conv 4 k3 p1 s2", "2@5x4x6"),
    "imagenet-stem": ("conv 8 k7 s2 p3", "3@14x14"),
    "a-stride-per-axis": ("conv 4 k3x5 s2x1 p1x2", "3@8x7"),
    "uneven": ("conv 4 k3 s2 p0:1x1:2", "3@7x8"),
    "negative": ("conv 4 k3 p-1:0", "3@8x7"),
    "crop-on-one-side-pad-on-other": ("conv 4 k3 p-1:2", "3@8x7"),
    "crop-of-more-than-there-is": ("conv 4 k2 p-5:3", "3@4"),
    "no-bias": ("conv 4 k3 p1 nobias", "3@7x8"),
    "one-axis-no-bias": ("conv 4 k3 nobias", "3@7"),
    "groups": ("conv 12 k3 g4 p1", "8@7x8"),
    "groups-one-axis": ("conv 6 k3 g2 same s2", "4@9"),
    "groups-three-axes": ("conv 6 k2 g2 p1", "4@3x4x3"),
    "reflect": ("conv 4 k3 p1 reflect", "3@7x8"),
    "reflect-uneven": ("conv 4 k4 s2 same reflect", "3@7x8"),
    "reflect-to-the-limit": ("conv 4 k3 p3 reflect", "3@4"),
    "reflect-and-crop": ("conv 4 k3 p2:-1 reflect", "3@6"),
    "circular": ("conv 4 k3 p1 circular", "3@7x8"),
    "circular-uneven": ("conv 4 k3 p1:2x0:3 circular", "3@7x8"),
    "circular-and-crop": ("conv 4 k3 p2:1x-1:0 circular", "3@6x5"),
    "replicate": ("conv 4 k3 p2 replicate", "3@7x8"),
    "replicate-far": ("conv 4 k3 s2 p3:9 replicate", "3@2"),
    "replicate-three-axes": ("conv 4 k2 p1 replicate", "2@3x2x3"),
    "reflect-grouped-dilated": ("conv 4 k3 g2 d2 p2 reflect", "4@7x8"),
    "depthwise": ("dwconv k3 p1", "6@7x8"),
    "depthwise-multiplied": ("dwconv k3 m2 same s2", "3@7x8"),
    "depthwise-unequal-strides": ("dwconv k3 s2x1 p1", "3@7x8"),
    "depthwise-strided-and-dilated": ("dwconv k3 s2 d2 p2", "3@9x8"),
    "depthwise-one-axis": ("dwconv k3 m2 p1", "3@9"),
    "depthwise-three-axes": ("dwconv k2 m2 p1", "3@3x4x3"),
    "depthwise-no-bias": ("dwconv k3 nobias", "3@5x5"),
    "depthwise-circular": ("dwconv k3 p1 circular", "3@5x5"),
    "transposed-k4-s2-p1": ("tconv 8 k4 s2 p1", "4@4x5"),
    "transposed-k5-s2-same": ("tconv 8 k5 s2 same", "4@4x5"),
    "transposed-k3-s2-same": ("tconv 8 k3 s2 same", "4@4x5"),
    "transposed-same-lower": ("tconv 8 k3 s2 same-lower", "4@4x5"),
    "transposed-same-one-axis": ("tconv 4 k5 s2 same", "3@5"),
    "transposed-same-three-axes": ("tconv 4 k3 s2 same", "3@2x3x2"),
    "transposed-kernel-below-stride": ("tconv 4 k2 s3", "3@4x3"),
    "transposed-same-kernel-below-stride": ("tconv 4 k1 s3 same", "3@4x3"),
    "transposed-uneven": ("tconv 4 k4 s2 p0:2", "3@4x5"),
    "transposed-output-padding": ("tconv 4 k3 s2 p1 op1", "3@4x5"),
    "transposed-output-padding-no-padding": ("tconv 4 k3 s3 op2", "3@4x3"),
    "transposed-kernel-below-stride-output-padding": ("tconv 4 k2 s4 op1", "3@4x3"),
    "transposed-negative": ("tconv 4 k3 s2 p-1:-3", "3@4x3"),
    "transposed-dilated": ("tconv 4 k3 d2 p1", "3@4x5"),
    "transposed-dilated-one-axis": ("tconv 4 k3 d2", "3@5"),
    "transposed-strided-and-dilated": ("tconv 4 k3 s2 d3 p1", "3@4x5"),
    "transposed-output-padding-by-dilation": ("tconv 4 k3 s1 d3 op2", "3@5"),
    "transposed-groups": ("tconv 6 k3 s2 g2 p1", "4@4x5"),
    "transposed-groups-one-axis-dilated": ("tconv 6 k3 g2 d2 p1", "4@6"),
    "transposed-groups-strided-and-dilated": ("tconv 6 k3 g2 s2 d2 p1:2", "4@4x5"),
    "transposed-groups-three-axes": ("tconv 4 k2 g2 s2", "4@2x3x2"),
    "transposed-no-bias": ("tconv 4 k4 s2 p1 nobias", "3@4x5"),
    "transposed-target": ("tconv 4 k3 s2 p1 to 8x9", "3@4x5"),
    "transposed-causal": ("tconv 4 k4 s2 causal", "3@5"),
    "transposed-full": ("tconv 4 k2 s2 full", "3@5x4"),
    "max": ("pool k2", "3@7x8"),
    "max-stem": ("pool k3 s2 p1", "3@7x8"),
    "max-ceil": ("pool k3 s2 ceil", "3@6x8"),
    "max-ceil-dropped": ("pool k2 s5 p1 ceil", "3@4"),
    "max-same": ("pool k3 s2 same", "3@7x8"),
    "max-same-lower": ("pool k2 s1 same-lower", "3@7x8"),
    "max-padding-above-half": ("pool k3 s1 p2", "3@5x6"),
    "max-padding-above-kernel": ("pool k2 s1 p3:0", "3@5x6"),
    "max-uneven": ("pool k3 s2 p0:1", "3@7x8"),
    "max-negative": ("pool k3 s2 p-1:1", "3@7x8"),
    "max-dilated": ("pool k3 s1 d2", "3@7x8"),
    "max-dilated-strided-padded": ("pool k3 s2 d2 p1", "3@7x8"),
    "max-one-axis": ("pool k3 s2 p1", "3@9"),
    "max-three-axes": ("pool k2x3x2 s2 p1", "2@4x5x4"),
    "max-three-axes-ceil": ("pool k2 s2 ceil", "2@3x5x3"),
    "avg": ("avgpool k2", "3@7x8"),
    "avg-padding-in-numbers": ("avgpool k3 s2 p1", "3@7x8"),
    "avg-uneven": ("avgpool k3 s2 p0:1", "3@7x8"),
    "avg-negative": ("avgpool k3 s2 p-1:1", "3@7x8"),
    "avg-same": ("avgpool k3 s2 same", "3@7x8"),
    "avg-same-lower": ("avgpool k2 s1 same-lower", "3@7x8"),
    "avg-full": ("avgpool k2 s1 full", "3@4x5"),
    "avg-causal": ("avgpool k3 s1 causal", "3@7"),
    "avg-ceil": ("avgpool k3 s2 ceil", "3@6x8"),
    "avg-ceil-padded": ("avgpool k3 s2 p1 ceil", "3@6x8"),
    "avg-ceil-causal": ("avgpool k3 s2 causal ceil", "3@6"),
    "avg-ceil-and-crop": ("avgpool k3 s2 p-1:2 ceil", "3@10"),
    "max-ceil-and-crop": ("pool k3 s2 p-1:0 ceil", "3@9"),
    "max-ceil-on-one-axis": ("pool k3 s2x3 p0x2 ceil", "3@4x1"),
    "max-ceil-padding-above-kernel": ("pool k3 s2x3x1 p0x2x3 ceil", "3@2x1x1"),
    "avg-ceil-on-one-axis": ("avgpool k3 s2x3 p1x2 ceil", "3@4x1"),
    "avg-ceil-on-one-axis-and-crop": ("avgpool k3x3x1 s2x3x1 p1x2x-1:0 ceil", "2@4x1x3"),
    "max-ceil-dropped-in-padding": ("pool k1 p1 ceil", "3@4"),
    "avg-ceil-dropped-in-padding": ("avgpool k1 p1 ceil", "3@4"),
    "avg-padding-above-kernel": ("avgpool k2 p0:3", "3@5"),
    "avg-one-axis": ("avgpool k3 s2 p1", "3@9"),
    "avg-three-axes": ("avgpool k2 s2 p1", "2@4x5x4"),
    "avg-three-axes-small": ("avgpool k5 s2 p2", "2@4x4x4"),
    "avg-three-axes-same": ("avgpool k3 s2 same", "2@4x5x4"),
    "avg-dilated": ("avgpool k2 s1 d2", "3@5x6"),
}


@pytest.fixture(params=NAMES)
def framework(request: pytest.FixtureRequest) -> str:
    """Every framework that is installed."""
    name: str = request.param
    for module in MODULES[name]:
        pytest.importorskip(module, reason=f"{name} is what its lines are run in")
    return name


def op_of(line: str) -> Op:
    return convcalc.read(line).ops()[0]


@pytest.mark.parametrize(("line", "shape"), CASES.values(), ids=CASES)
def test_lines_of_note_compute_what_was_asked(framework: str, line: str, shape: str) -> None:
    agree(framework, op_of(line), read_shape(shape))


UNKNOWN = {
    "conv": ("conv k3 p1", "4@7x8"),
    "out": ("conv 6 k3 same s2", "4@7x8"),
    "groups": ("conv k3 g2", "4@7x8"),
    "groups-three-axes": ("conv k2 g2", "4@3x3x3"),
    "depthwise": ("dwconv k3 p1", "4@7x8"),
    "depthwise-multiplied": ("dwconv k3 m2 p1", "4@7x8"),
    "depthwise-multiplied-one-axis": ("dwconv k3 m2 p1", "4@7"),
    "depthwise-multiplied-three-axes": ("dwconv k2 m2", "4@3x3x3"),
    "transposed": ("tconv k4 s2 p1", "4@3x4"),
    "transposed-groups": ("tconv k4 s2 g2 p1", "4@3x4"),
    "max": ("pool k3 s2 p1", "4@7x8"),
    "avg": ("avgpool k3 s2 same", "4@7x8"),
}


@pytest.mark.parametrize(("line", "shape"), UNKNOWN.values(), ids=UNKNOWN)
def test_channels_that_are_not_known_go_by_a_name(framework: str, line: str, shape: str) -> None:
    agree(framework, op_of(line), read_shape(shape), known=False)


@pytest.mark.parametrize("line", ["pool k2 s2 p0:-1 ceil", "avgpool k3 s3 p0:-1 ceil"])
def test_windows_that_hang_over_cells_taken_away_are_nowhere_asked_for(line: str) -> None:
    op, shape = op_of(line), read_shape("3@8")
    assert asked_of(op, shape, op.output(shape), op.windows(shape)) is None


# Random layers.

WORDS = ["same", "same-lower", "valid", "full", "causal"]
Knobs = dict[str, Any]


@st.composite
def layers(draw: Draw, words: Sequence[str] = WORDS, *, numbers: bool = True) -> tuple[Op, Shape]:
    """A layer that fits its input, and is small enough to be walked cell by cell."""
    rank = draw(st.integers(1, 3))
    size = [draw(st.integers(1, (12, 7, 4)[rank - 1])) for _ in range(rank)]
    groups = draw(st.sampled_from([1, 1, 2]))
    shape = Shape(groups * draw(st.integers(1, 2)), tuple(size))
    try:
        op = _some_op(draw, groups, _window(draw, rank, words, numbers=numbers))
        output, windows = op.output(shape), op.windows(shape)
    except (Impossible, Malformed):
        reject()
    assume(cost(windows, output.size) <= 3000)
    assume(cost(windows, shape.size) <= 3000)
    assume(asked_of(op, shape, output, windows))
    return op, shape


def _window(draw: Draw, rank: int, words: Sequence[str], *, numbers: bool) -> Knobs:
    """One value for all axes, or one each."""

    def values(each: st.SearchStrategy[Any]) -> tuple[Any, ...]:
        return (draw(each),) * rank if draw(st.booleans()) else tuple([draw(each) for _ in range(rank)])

    side = st.integers(-1, 3)
    pairs = st.one_of(st.integers(0, 3).map(lambda both: (both, both)), st.tuples(side, side))
    return {
        "kernel": values(st.integers(1, 4)),
        "stride": values(st.integers(1, 3)),
        "dilation": values(st.sampled_from([1, 1, 2])),
        "padding": draw(st.sampled_from(words)) if not numbers or draw(st.booleans()) else values(pairs),
    }


def _some_op(draw: Draw, groups: int, window: Knobs) -> Op:
    kind = draw(st.sampled_from([Conv, Conv, DepthwiseConv, TransposedConv, TransposedConv, MaxPool, AvgPool]))
    if kind in {MaxPool, AvgPool}:
        pool: Op = kind(ceil=draw(st.booleans()), **window)
        return pool
    bias, out = draw(st.booleans()), groups * draw(st.integers(1, 2))
    if kind is TransposedConv:
        added = draw(st.sampled_from([None, None, 0, 1]))
        return TransposedConv(out=out, groups=groups, bias=bias, output_padding=added, **window)
    mode = _some_mode(draw, window["padding"])
    if kind is DepthwiseConv:
        return DepthwiseConv(multiplier=draw(st.integers(1, 2)), bias=bias, padding_mode=mode, **window)
    return Conv(out=out, groups=groups, bias=bias, padding_mode=mode, **window)


def _some_mode(draw: Draw, pads: Any) -> Any:
    """What stands beyond a side where the other is cropped is nowhere told, so that it is not asked."""
    mode = draw(st.sampled_from(["zeros", "zeros", *BORDERS]))
    assume(mode == "zeros" or isinstance(pads, str) or all(min(pair) >= 0 or max(pair) <= 0 for pair in pads))
    return mode


@settings(max_examples=150, derandomize=True, suppress_health_check=list(HealthCheck))
@given(layers())
def test_lines_compute_what_was_asked(framework: str, layer: tuple[Op, Shape]) -> None:
    assume(not miscomputed(framework, *layer))
    agree(framework, *layer)


def miscomputed(framework: str, op: Op, shape: Shape) -> bool:
    """Whether TensorFlow's convolutions read where nothing is.

    oneDNN lets them: of one channel, where one cell comes out on the last axis, and only that one has a stride.
    """
    if framework not in {"keras", "tf"} or len(shape.size) < 2 or not isinstance(op, Conv | DepthwiseConv):
        return False
    *_, before, last = op.windows(shape)
    channels = (shape.channels or 1) // groups_of(op, shape.channels or 1)
    return channels == 1 and op.output(shape).size[-1] == 1 and last.stride > before.stride


# Which sides a word pads, by the dialects.


@settings(max_examples=100, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_words_pad_the_sides_that_the_dialect_tells(framework: str, data: st.DataObject) -> None:
    words = OWN_WORDS[framework]
    op, shape = data.draw(layers(list(words), numbers=False))
    dialect = dialect_named(framework)
    assume(getattr(op, "padding_mode", "zeros") == "zeros" and not getattr(op, "ceil", False))
    assert dialect
    try:
        ruled = dialect.adopt(op)
        output, windows = ruled.output(shape), ruled.windows(shape)
    except Impossible:
        reject()
    assume(not miscomputed(framework, op, shape))
    asked = asked_of(op, shape, output, windows)
    assume(asked and min(output.size) > 0 and has_own(framework, asked, op))
    assert asked
    values = data_for(op, shape)
    line = own_line(framework, asked, op, words[str(op.padding_word)], values)
    close(RUN[framework]([line], values, {}), computed(op, values, windows, output.size), line)


def has_own(framework: str, asked: Asked, op: Any) -> bool:
    """Whether it has a layer of that kind that takes a word.

    Left out is a dilated average by SAME of ONNX: its padding is below 0 there, and its taps read on past the end.
    """
    dilates = max(asked.dilation) > 1
    if framework == "torch":
        return asked.kind == "conv" or (asked.kind == "depthwise" and max(asked.stride) == 1)
    if asked.kind == "depthwise":
        return asked.rank == 2 or framework in {"onnx", "jax"} or (framework == "keras" and asked.rank == 1)
    if asked.kind == "transposed":
        if framework == "jax":
            return asked.groups == 1 and op.output_padding is None
        return asked.groups == 1 or framework in {"onnx", "tf"}
    return not dilates or asked.kind == "conv" or (framework == "onnx" and asked.kind == "max")
