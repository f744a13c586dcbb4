"""TensorFlow's own rules over native layers and over its own spelling.

What is expected is what tensorflow-cpu 2.21.0 (oneDNN on) gave or said when it was run on the same layer.
"""

import pytest

import convcalc
from convcalc.dialects import dialect_named
from convcalc.dialects.ruled import Ruled
from convcalc.errors import Impossible, Malformed
from convcalc.ops.op import Op
from convcalc.readers.source import read_text
from convcalc.shape import Shape, read_shape


def op_of(line: str) -> Op:
    return read_text(f"framework tf | {line}").ops()[0]


def layer(name: str, *positional: object, **named: object) -> Ruled:
    dialect = dialect_named("tf")
    assert dialect
    return dialect.layer(name, positional, named)


def sides_of(op: Op, shape: str) -> list[object]:
    return [window.padding for window in op.windows(read_shape(shape))]


def notes_of(op: Op, shape: str) -> list[str]:
    start = read_shape(shape)
    return [note.text for note in op.notes(start, op.output(start))]


GIVEN = [
    pytest.param("conv 64 k7 s2 same", "3@224x320", "64@112x160", id="same, strided"),
    pytest.param("conv 8 k3 same", "3@2x1", "8@2x1", id="same with a kernel above the input"),
    pytest.param("conv 8 k3 s2 valid", "3@7x8", "8@3x3", id="valid"),
    pytest.param("conv 8 k3", "3@3x3", "8@1x1", id="no padding is VALID"),
    pytest.param("conv 8 k3 p0:1x2:0", "3@9x9", "8@8x9", id="sides of their own"),
    pytest.param("conv 8 k3 p7:9x0:11", "3@9x9", "8@23x18", id="sides above the kernel"),
    pytest.param("conv 8 k3 s2 d2", "3@9", "8@3", id="strides with dilations, one axis"),
    pytest.param("conv 6 k2x2x3 s2 d3x3x1", "4@7x5x7", "6@2x1x3", id="unequal dilations, three axes"),
    pytest.param("conv 8 k3 g2", "4@9x9", "8@7x7", id="groups, two axes"),
    pytest.param("conv 8 k3 full", "3@9", "8@11", id="full comes to numbers"),
    pytest.param("conv 8 k3 s2 same-lower", "3@8x8", "8@4x4", id="same-lower comes to numbers"),
    pytest.param("conv 8 k3 p2 reflect", "3@3x3", "8@5x5", id="a reflecting pad before it"),
    pytest.param("dwconv k3 s2x1 same", "4@5x6", "4@3x6", id="depthwise, unequal strides"),
    pytest.param("dwconv k3 m2 d2 p2:1", "4@5x6", "8@4x5", id="depthwise, dilated, sides of their own"),
    pytest.param("dwconv k3 s2 d2 same", "4@5x6", "4@3x4", id="depthwise, strides with dilations"),
    pytest.param("dwconv k3 s2", "4@9", "4@4", id="depthwise of one axis is a conv1d with groups"),
    pytest.param("sepconv 8 k3 s2 same", "4@9x9", "8@5x5", id="separable"),
    pytest.param("tconv 8 k11 s16 same", "4@18x18", "8@288x288", id="transposed, the most of SAME"),
    pytest.param("tconv 8 k11 s16", "4@18x18", "8@283x283", id="transposed, the least of VALID"),
    pytest.param("tconv 8 k1 s3", "4@3", "8@7", id="transposed, kernel below stride"),
    pytest.param("tconv 8 k3 s2 op1", "4@3", "8@8", id="transposed, output_padding chooses"),
    pytest.param("tconv 8 k3 s2 same to 5", "4@3", "8@5", id="transposed to a size"),
    pytest.param("tconv 8 k3 d2", "4@5x5", "8@9x9", id="transposed, dilated"),
    pytest.param("tconv 8 k4 s2 p1", "4@7x7", "8@14x14", id="transposed, sides in numbers"),
    pytest.param("tconv 8 k4 s2 g2", "4@7x7", "8@16x16", id="transposed, groups, two axes"),
    pytest.param("pool k3 s2 same", "4@7x7", "4@4x4", id="pool, same"),
    pytest.param("pool k2 s3", "4@7x7", "4@2x2", id="pool, stride above the window"),
    pytest.param("pool k3 s1 p2", "4@5", "4@7", id="pool, sides below the window"),
    pytest.param("pool k3 s1 d2", "4@7x7", "4@3x3", id="pool, dilated"),
    pytest.param("avgpool k3 s2 p1", "4@7x7", "4@4x4", id="average pool, padded before"),
    pytest.param("shuffle 2", "12@8x8", "3@16x16", id="depth_to_space"),
    pytest.param("unshuffle 2", "3@8x6", "12@4x3", id="space_to_depth"),
    pytest.param("dense 10", "4@9x8", "10@9x8", id="a matrix over the channels of every cell"),
    pytest.param("pad 2 reflect", "4@3x3", "4@7x7", id="a reflecting pad below the input"),
]


@pytest.mark.parametrize(("line", "shape", "expected"), GIVEN)
def test_tf_gives(line: str, shape: str, expected: str) -> None:
    assert str(op_of(line).output(read_shape(shape))) == expected


REFUSED = [
    pytest.param("conv 8 k3", "3@2x6", "negative dimension size caused by subtracting 3 from 2", "kernel", id="small"),
    pytest.param("conv 8 k3 s4 p0:0x2:0", "3@2x6", "subtracting 3 from 2", "kernel", id="small, strided"),
    pytest.param("conv 8 k3 p-1", "3@9x9", "must be nonnegative, got [[-1, -1], [-1, -1]]", "padding", id="negative"),
    pytest.param("conv 8 k3 g2", "4@9x9x9", "input and filter must have the same depth", "groups", id="groups, 3 axes"),
    pytest.param("conv 8 k3 g3", "4@9x9", "is not a multiple", "groups", id="groups of the input"),
    pytest.param("conv 8 k3 p1 circular", "4@9x9", "CONSTANT, REFLECT and SYMMETRIC", "padding_mode", id="circular"),
    pytest.param("conv 8 k3", "3@5x5x5x5", "1, 2 or 3 spatial dimensions", None, id="four axes"),
    pytest.param("conv 8 k3", "100", "has 0; reshape it first", None, id="a feature vector"),
    pytest.param("conv 8 k7 p3 reflect", "4@3x9", "paddings must be less than the dim", "padding", id="reflect, conv"),
    pytest.param("dwconv k3", "4@9x9x9", "depthwise_conv2d reads two axes", None, id="depthwise of three axes"),
    pytest.param("tconv 8 k11 s16 same to 272", "4@18x18", "273 to 288 are accepted", "output_size", id="below SAME"),
    pytest.param("tconv 8 k11 s16 same to 289", "4@18x18", "273 to 288 are accepted", "output_size", id="above SAME"),
    pytest.param("tconv 8 k11 s16 to 282", "4@18x18", "283 to 298 are accepted", "output_size", id="below VALID"),
    pytest.param("tconv 8 k11 s16 to 299", "4@18x18", "283 to 298 are accepted", "output_size", id="above VALID"),
    pytest.param("tconv 8 k3 s2 op2", "4@3", "7 to 8 are accepted", "output_padding", id="output_padding of a stride"),
    pytest.param("tconv 8 k3 d3 op2", "4@5", "11 is accepted", "output_padding", id="a dilation widens nothing"),
    pytest.param("tconv 8 k3 s2 same op1", "4@3", "no output_padding", "output_padding", id="output_padding of SAME"),
    pytest.param(
        "tconv 8 k4 s2 p1 g2", "4@7x7", "grouped convolutions are not supported", "groups", id="explicit, groups"
    ),
    pytest.param(
        "tconv 8 k4 g2", "4@7x7x7", "grouped convolutions are not supported", "groups", id="groups, transposed"
    ),
    pytest.param("tconv 8 k4 p1 d2", "4@7x7", "dilation rates larger than 1", "dilation", id="explicit, dilated"),
    pytest.param("tconv 8 k3 p2", "4@2x2", "0 cells do not come to 2", "padding", id="nothing is left"),
    pytest.param("tconv 8 k3 p-1", "4@2x2", "must be nonnegative", "padding", id="a negative crop"),
    pytest.param("pool k8", "4@7x7", "subtracting 8 from 7", "kernel", id="a window above the input"),
    pytest.param("pool k3 s1 p3", "4@5x5", "top padding 3 needs to be smaller than the window", "padding", id="sides"),
    pytest.param("pool k3 s1 p0:3", "4@5", "right padding 3 needs to be smaller", "padding", id="sides, one axis"),
    pytest.param("pool k3 s2 ceil", "4@7x7", "no ceil mode; padding='SAME' gives 4", "ceil", id="ceil"),
    pytest.param("pool k3 d2", "4@9x9", "strides > 1 not supported in conjunction", "stride", id="pool, both"),
    pytest.param("pool k3 s1 d2 same", "4@9x9", "pooling with 'SAME' padding is not", "padding", id="same, dilated"),
    pytest.param("avgpool k3 p-1", "4@9x9", "must be nonnegative", "padding", id="average pool, negative"),
    pytest.param("shuffle 2", "10@8x8", "evenly divisible by 4", "factor", id="channels that do not divide"),
    pytest.param("unshuffle 2", "4@9x8", "evenly divisible by 2", "factor", id="axes that do not divide"),
    pytest.param("unshuffle 1", "4@8x8", "less than minimum 2", "factor", id="a block of 1"),
    pytest.param("shuffle 2", "4@8", "an input of rank 4", None, id="a block of one axis"),
    pytest.param("pad 1 circular", "4@9x9", "CONSTANT, REFLECT and SYMMETRIC", "mode", id="a circular pad"),
    pytest.param("pad -1", "4@9x9", "paddings must be non-negative", "padding", id="a negative pad"),
    pytest.param("pad 3 reflect", "4@3x3", "paddings must be less than the dimension", "padding", id="reflect"),
]


@pytest.mark.parametrize(("line", "shape", "words", "key"), REFUSED)
def test_tf_refuses(line: str, shape: str, words: str, key: str | None) -> None:
    with pytest.raises(Impossible) as caught:
        op_of(line).output(read_shape(shape))
    assert words in str(caught.value)
    assert "TensorFlow refuses this" in str(caught.value)
    assert caught.value.key == key


SIDES = [
    pytest.param("conv 8 k3 s2 same", "3@224x225", [(0, 1), (1, 1)], id="SAME pads after"),
    pytest.param("conv 8 k3 s4 same", "3@8x8", [(0, 0), (0, 0)], id="SAME takes nothing away"),
    pytest.param("tconv 8 k5 s2 same", "4@7", [(1, 2)], id="SAME crops by the size that comes out"),
    pytest.param("tconv 8 k5 s2 same to 13", "4@7", [(2, 2)], id="SAME crops otherwise for another size"),
    pytest.param("dwconv k3 s1x2 d2x1 same", "4@5x6", [(2, 2), (1, 0)], id="under dilation SAME knows no strides"),
    pytest.param("dwconv k3 s2 d2 same", "4@5x6", [], id="no window slides as the phases do"),
]


@pytest.mark.parametrize(("line", "shape", "sides"), SIDES)
def test_the_padding_is_told_in_numbers(line: str, shape: str, sides: list[object]) -> None:
    assert sides_of(op_of(line), shape) == sides


_MAX_PADDED = (
    "TensorFlow: tf.pad(x, [[0, 0], [1, 1], [1, 1], [1, 1], [0, 0]], constant_values=x.dtype.min) before it, "
    "and padding='VALID'"
)

NOTES = [
    pytest.param("conv 8 k3 p1", "3@9x9", [], id="conv2d takes numbers"),
    pytest.param(
        "conv 8 k3 p0:1",
        "3@9",
        ["TensorFlow: tf.pad(x, [[0, 0], [0, 1], [0, 0]]) before it, and padding='VALID'"],
        id="conv1d does not",
    ),
    pytest.param(
        "conv 8 k3 p1 reflect",
        "3@9x9",
        ["TensorFlow: tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], mode='REFLECT') before it, and padding='VALID'"],
        id="reflect is tf.pad's",
    ),
    pytest.param(
        "dwconv k3 s1 d2 same reflect",
        "3@9x9",
        ["TensorFlow: tf.pad(x, [[0, 0], [2, 2], [2, 2], [0, 0]], mode='REFLECT') before it, and padding='VALID'"],
        id="reflect with SAME is that of SAME's numbers",
    ),
    pytest.param("pool k3 s1 p1", "3@9x9", [], id="max_pool2d takes numbers"),
    pytest.param(
        "pool k3 s1 p1",
        "3@9x9x9",
        [_MAX_PADDED],
        id="max_pool3d does not",
    ),
    pytest.param(
        "avgpool k3 s1 p1",
        "3@9",
        ["TensorFlow: tf.pad(x, [[0, 0], [1, 1], [0, 0]]) before it, and padding='VALID'"],
        id="avg_pool does not",
    ),
    pytest.param("tconv 8 k16 s16 same", "3@18", ["output_shape 273 to 288 are accepted"], id="SAME leaves a choice"),
    pytest.param("tconv 8 k3", "3@18", [], id="a stride of 1 leaves none"),
    pytest.param("tconv 8 k16 s16 same to 280", "3@18", [], id="a size that is given leaves none"),
    pytest.param(
        "tconv 8 k3 s2x1",
        "3@18x18",
        ["output_shape 37 to 38 on axis 1 are accepted"],
        id="a choice on one of two axes",
    ),
    pytest.param(
        "tconv 8 k4 s2 p1 op1",
        "3@7",
        ["TensorFlow: padding='VALID' with output_shape 17, and x[:, 1:16] after it"],
        id="conv1d_transpose takes no numbers",
    ),
]


@pytest.mark.parametrize(("line", "shape", "notes"), NOTES)
def test_a_note_says_what_stands_before_or_after_and_which_sizes_there_are(
    line: str, shape: str, notes: list[str]
) -> None:
    assert notes_of(op_of(line), shape) == notes


def test_a_note_tells_of_phases_and_says_nothing_else() -> None:
    (note,) = notes_of(op_of("dwconv k3 s2 d2 same"), "4@5x6")
    assert "strides each phase of the dilation on its own" in note


def test_under_dilation_a_strided_depthwise_convolution_reads_cells_phase_by_phase() -> None:
    """Measured with a one-hot input: kernel 3, stride 2, dilation 2 and SAME over 9 cells."""
    trace = convcalc.read("framework tf | dwconv k3x1 s2x1 d2x1 same").run("1@9x1")
    (taps, _) = trace.ops[0].taps(Shape(1, (9, 1)), Shape(1, (5, 1)))
    assert taps is not None
    assert taps.phases == ((-2, 2, 3), (-1, 2, 3))
    assert (taps.gain, taps.period) == (4, 2)


def test_more_phases_than_are_followed_leave_the_receptive_field_unknown() -> None:
    trace = convcalc.read("framework tf | dwconv k2x1 s2x1 d5000x1 same").run("1@9x1")
    assert str(trace.output) == "1@9x1"
    assert trace.row(1).receptive_field == (None, 1)


# TensorFlow's own spelling.

CALLS = [
    pytest.param(layer("conv2d", [7, 7, 3, 64], 2, "SAME"), "3@224x224", "64@112x112", id="conv2d by place"),
    pytest.param(
        layer("nn.conv2d", filters=(3, 3, 3, 8), strides=[1, 2, 3, 1], padding="VALID", data_format="NHWC"),
        "3@9x9",
        "8@4x3",
        id="conv2d by name, whole strides",
    ),
    pytest.param(
        layer("tf.nn.conv2d", [3, 3, 4, 8], [1, 1, 2, 2], [[0, 0], [0, 0], [1, 0], [0, 1]], "NCHW"),
        "4@9x8",
        "8@4x4",
        id="conv2d, channels first",
    ),
    pytest.param(layer("conv2d", [3, 3, 4, 8], 1, "SAME", None, 2), "4@5x5", "8@5x5", id="conv2d, all by place"),
    pytest.param(layer("conv2d", [3, 3, 3, 8], 2, "SAME"), "3@7x9x8", "8@7x5x4", id="conv2d over frames"),
    pytest.param(layer("conv1d", [3, 4, 8], 2, "VALID"), "4@9", "8@4", id="conv1d"),
    pytest.param(
        layer("conv1d", [3, 4, 8], stride=2, padding="SAME", data_format="NCW"), "4@9", "8@5", id="conv1d NCW"
    ),
    pytest.param(layer("conv3d", [3, 3, 3, 4, 6], [1, 2, 2, 2, 1], "SAME"), "4@5x6x7", "6@3x3x4", id="conv3d"),
    pytest.param(layer("convolution", [3, 4, 8]), "4@9", "8@7", id="convolution with its defaults"),
    pytest.param(layer("convolution", [3, 3, 4, 8], dilations=2), "4@9x8", "8@5x4", id="convolution, dilated"),
    pytest.param(
        layer("convolution", [3, 3, 4, 8], padding=[[0, 0], [1, 2], [0, 1], [0, 0]], dilations=2),
        "4@9x9",
        "8@8x6",
        id="convolution takes sides with dilations",
    ),
    pytest.param(layer("atrous_conv2d", [3, 3, 4, 8], 2, "VALID"), "4@9x9", "8@5x5", id="atrous"),
    pytest.param(
        layer("depthwise_conv2d", filter=[3, 3, 4, 2], strides=[1, 2, 2, 1], padding="SAME"), "4@9x9", "8@5x5", id="dw"
    ),
    pytest.param(
        layer("depthwise_conv2d", filters=[3, 3, 4, 2], strides=[1, 1, 1, 1], padding="SAME"),
        "4@9x9",
        "8@9x9",
        id="depthwise, filters for filter",
    ),
    pytest.param(
        layer("separable_conv2d", [3, 3, 4, 2], [1, 1, 8, 6], [1, 1, 1, 1], "SAME"), "4@9x9", "6@9x9", id="separable"
    ),
    pytest.param(layer("conv2d_transpose", [3, 3, 6, 4], [1, 10, 8, 6], 2), "4@5x4", "6@10x8", id="SAME by default"),
    pytest.param(layer("conv2d_transpose", [3, 3, 6, 4], [10, 8], 2), "4@5x4", "6@10x8", id="the size alone"),
    pytest.param(
        layer("conv_transpose", [3, 6, 4], [1, 11, 6], strides=2, padding="VALID"), "4@5", "6@11", id="any rank"
    ),
    pytest.param(
        layer("atrous_conv2d_transpose", [3, 3, 6, 4], [1, 9, 8, 6], 2, "VALID"), "4@5x4", "6@9x8", id="atrous back"
    ),
    pytest.param(
        layer("depthwise_conv2d", [3, 3, 4, 1], [1, 1, 1, 1], "SAME", dilations=[2]),
        "4@5x6",
        "4@5x4",
        id="one dilation",
    ),
    pytest.param(
        layer("pool", [3], "MAX", padding=[[0, 0], [0, 0], [1, 1], [0, 0]]),
        "4@7",
        "4@7",
        id="pool, four pairs for one axis",
    ),
    pytest.param(layer("max_pool2d", 3, 2, "SAME"), "4@7x7", "4@4x4", id="max_pool2d"),
    pytest.param(layer("max_pool", ksize=2, strides=[2], padding="VALID"), "4@7", "4@3", id="max_pool of any rank"),
    pytest.param(layer("max_pool2d", [1, 1, 1, 3], [1, 1, 1, 3], "VALID"), "6@7x7", "2@7x7", id="over the channels"),
    pytest.param(layer("avg_pool3d", 2, 2, "SAME"), "4@5x5x5", "4@3x3x3", id="avg_pool3d"),
    pytest.param(layer("pool", [3], "AVG"), "4@7", "4@5", id="pool strides by 1"),
    pytest.param(layer("space_to_depth", 2), "3@8x6", "12@4x3", id="space_to_depth"),
    pytest.param(layer("depth_to_space", block_size=3), "9@2x3", "1@6x9", id="depth_to_space"),
    pytest.param(layer("leaky_relu", alpha=0.1), "4@7", "4@7", id="an activation"),
    pytest.param(layer("softmax", axis=-1), "10", "10", id="softmax"),
    pytest.param(layer("dropout", 0.5), "10", "10", id="dropout"),
]


@pytest.mark.parametrize(("op", "shape", "expected"), CALLS)
def test_a_call_gives(op: Ruled, shape: str, expected: str) -> None:
    assert str(op.output(read_shape(shape))) == expected


REFUSED_CALLS = [
    pytest.param(
        layer("conv2d", [3, 3, 3, 8], 1, "same"), "3@9x9", "got 'same'; padding='SAME'", "padding", id="lower case"
    ),
    pytest.param(layer("conv2d", [3, 3, 3, 8], 1, "EXPLICIT"), "3@9x9", "must be a list", "padding", id="EXPLICIT"),
    pytest.param(layer("conv2d", [3, 3, 3, 8], 1, [[1, 1], [1, 1]]), "3@9x9", "size 4", "padding", id="two sides"),
    pytest.param(
        layer("conv2d", [3, 3, 3, 8], 1, [[1, 0], [0, 0], [0, 0], [0, 0]]), "3@9x9", "batch", "padding", id="batch"
    ),
    pytest.param(
        layer("conv2d", [3, 3, 3, 8], 1, [[0, 0], [-1, 0], [0, 0], [0, 0]]),
        "3@9x9",
        "must be nonnegative",
        "padding",
        id="negative",
    ),
    pytest.param(
        layer("conv2d", [3, 3, 3, 8], 1, "VALID"),
        "4@9x9",
        "depth of input (4) is not a multiple",
        "filters",
        id="depth",
    ),
    pytest.param(
        layer("conv2d", [3, 3, 2, 5], 1, "VALID"), "4@9x9", "number of groups (2)", "filters", id="groups of the output"
    ),
    pytest.param(layer("conv2d", [3, 3, 4, 8], 1, "VALID"), "4@2x6", "subtracting 3 from 2", "filters", id="too small"),
    pytest.param(layer("conv2d", [3, 3, 4, 8], 1, "VALID"), "4@9", "rank 4 at least", None, id="too few axes"),
    pytest.param(
        layer("conv2d", [3, 3, 4, 8], [1, 2, 2, 2], "VALID"), "4@9x9", "batch and depth", "strides", id="strides"
    ),
    pytest.param(
        layer("conv1d", [3, 4, 8], [1, 2, 2], "VALID"), "4@9", "batch and depth", "stride", id="stride of conv1d"
    ),
    pytest.param(
        layer("conv2d", [3, 3, 4, 8], 1, "VALID", None, [1, 2, 2, 2]), "4@9x9", "dilations", "dilations", id="dilations"
    ),
    pytest.param(
        layer("conv1d", [3, 4, 8], 1, [[0, 0], [1, 1], [0, 0]]), "4@9", "tf.pad before it", "padding", id="conv1d sides"
    ),
    pytest.param(
        layer("conv2d", [3, 3, 4, 8], 1, "SAME", "NWC"), "4@9x9", "'NHWC', 'NCHW'", "data_format", id="layout"
    ),
    pytest.param(
        layer("conv3d", [3, 3, 3, 2, 6], [1] * 5, "SAME"), "4@5x5x5", "same depth", "filters", id="conv3d has no groups"
    ),
    pytest.param(
        layer("conv3d", [1, 1, 3, 4, 6], [1] * 5, "VALID", None, [1, 1, 3, 1, 1]),
        "4@7x7x3",
        "the graph of conv3d swaps the dilations",
        "dilations",
        id="conv3d's graph",
    ),
    pytest.param(
        layer("convolution", [3, 3, 4, 8], 2, dilations=2),
        "4@9x9",
        "not supported in conjunction",
        "strides",
        id="both",
    ),
    pytest.param(
        layer("convolution", [3, 3, 4, 8], padding=[[0, 0], [1, 1], [1, 1], [0, 0]]),
        "4@9x9",
        "expected string for argument 'padding'",
        "padding",
        id="convolution takes no sides without dilations",
    ),
    pytest.param(
        layer("depthwise_conv2d", [3, 3, 2, 2], [1, 1, 1, 1], "SAME"), "4@9x9", "4 channels", "filter", id="depthwise"
    ),
    pytest.param(
        layer("conv2d_transpose", [3, 3, 6, 4], [1, 11, 8, 6], 2), "4@5x4", "9 to 10", "output_shape", id="above SAME"
    ),
    pytest.param(
        layer("conv2d_transpose", [3, 3, 6, 4], [1, 10, 8, 5], 2), "4@5x4", "5 vs 6", "output_shape", id="channels"
    ),
    pytest.param(
        layer("conv2d_transpose", [3, 3, 6, 3], [1, 10, 8, 6], 2), "4@5x4", "3 of filters", "filters", id="depths"
    ),
    pytest.param(
        layer("atrous_conv2d_transpose", [3, 3, 6, 4], [1, 9, 8, 5], 2, "VALID"),
        "4@5x4",
        "5 and 6",
        "output_shape",
        id="channels, atrous",
    ),
    pytest.param(
        layer("conv2d_transpose", [3, 3, 6, 4], [1, 6, 10, 8], 2, [[0, 0], [0, 0], [1, 1], [1, 1]], "NCHW"),
        "4@5x4",
        "only NHWC",
        "data_format",
        id="explicit, channels first",
    ),
    pytest.param(
        layer("convolution", [3, 4, 8], padding=[[0, 0], [1, 1], [0, 0]], dilations=2),
        "4@9",
        "must be of size 4",
        "padding",
        id="convolution takes sides of two axes alone",
    ),
    pytest.param(
        layer("separable_conv2d", [3, 3, 4, 2], [3, 3, 8, 6], [1, 1, 1, 1], "SAME"),
        "4@9x9",
        "must begin with 1, 1",
        "pointwise_filter",
        id="pointwise, 3x3",
    ),
    pytest.param(
        layer("separable_conv2d", [3, 3, 4, 2], [1, 1, 3, 6], [1, 1, 1, 1], "SAME"),
        "4@9x9",
        "depth of input (8) is not a multiple",
        "pointwise_filter",
        id="pointwise, depth",
    ),
    pytest.param(
        layer("separable_conv2d", [3, 3, 4, 2], [1, 1, 4, 5], [1, 1, 1, 1], "SAME"),
        "4@9x9",
        "number of groups (2)",
        "pointwise_filter",
        id="pointwise, groups",
    ),
    pytest.param(
        layer("max_pool2d", [2, 1, 1, 1], 1, "VALID"), "4@7x7", "on the batch dimension", "ksize", id="over the batch"
    ),
    pytest.param(
        layer("max_pool2d", [1, 2, 2, 2], 2, "VALID"), "4@7x7", "exactly one of", "ksize", id="over everything"
    ),
    pytest.param(
        layer("max_pool2d", [1, 1, 1, 3], [1, 1, 1, 3], "VALID"), "4@7x7", "evenly divide", "ksize", id="over channels"
    ),
    pytest.param(
        layer("pool", [3], "MAX", padding=[[0, 0], [1, 1], [1, 1], [0, 0]]),
        "4@7",
        "window size 1",
        "padding",
        id="four",
    ),
    pytest.param(
        layer("space_to_depth", 2, "NCHW"), "4@8x8", "no kernel for data_format", "data_format", id="blocks, NCHW"
    ),
    pytest.param(layer("max_pool2d", 8, 1, "VALID"), "4@7x7", "subtracting 8 from 7", "ksize", id="ksize"),
    pytest.param(
        layer("max_pool2d", 2, 1, [[0, 0], [2, 0], [0, 0], [0, 0]]), "4@7x7", "top padding 2", "padding", id="sides"
    ),
    pytest.param(
        layer("avg_pool2d", 2, 1, [[0, 0], [1, 0], [0, 0], [0, 0]]), "4@7x7", "expected string", "padding", id="average"
    ),
    pytest.param(layer("pool", [3], "MAX", [4]), "4@9", "strides > window_shape", "strides", id="stride above window"),
    pytest.param(layer("pool", [8], "MAX"), "4@7", "subtracting 8 from 7", "window_shape", id="window_shape"),
    pytest.param(layer("pool", [2], "max"), "4@7", "'MAX' or 'AVG'", "pooling_type", id="pooling_type"),
    pytest.param(layer("space_to_depth", 2), "3@9x6", "evenly divisible by 2", "block_size", id="block_size"),
    pytest.param(layer("softmax", axis=4), "3@9x6", "[-4, 4)", "axis", id="axis"),
    pytest.param(layer("dropout", 1), "10", "[0, 1)", "rate", id="rate"),
]


@pytest.mark.parametrize(("op", "shape", "words", "key"), REFUSED_CALLS)
def test_a_call_is_refused(op: Ruled, shape: str, words: str, key: str | None) -> None:
    with pytest.raises(Impossible) as caught:
        op.output(read_shape(shape))
    assert words in str(caught.value)
    assert caught.value.key == key


MALFORMED = [
    pytest.param("conv2d", {"filters": [3, 3, 8]}, "filters", id="three numbers for filters"),
    pytest.param("conv2d", {"filters": [3, 3, 0, 8]}, "filters", id="filters of nothing"),
    pytest.param("conv2d", {"strides": 0}, "strides", id="a stride of 0"),
    pytest.param("conv2d", {"strides": [1, 2, 1]}, "strides", id="three strides for two axes"),
    pytest.param("conv2d", {"strides": "2"}, "strides", id="a stride in quotes"),
    pytest.param("conv2d", {"dilations": [0]}, "dilations", id="a dilation of 0"),
    pytest.param("conv2d", {"groups": 2}, "groups", id="no such argument"),
    pytest.param("conv3d", {"filters": [3, 3, 3, 4, 8], "strides": 2}, "strides", id="conv3d takes whole lists"),
    pytest.param("conv2d_transpose", {"output_shape": [1, 5, 8]}, "output_shape", id="three numbers for four"),
]


@pytest.mark.parametrize(("name", "named", "key"), MALFORMED)
def test_what_is_out_of_its_domain_is_malformed(name: str, named: dict[str, object], key: str) -> None:
    given = {"filters": [3, 3, 4, 8], "strides": 1, "padding": "SAME", **named}
    with pytest.raises(Malformed) as caught:
        layer(name, **given)
    assert caught.value.key == key


def test_what_is_missing_is_told_with_all_arguments() -> None:
    with pytest.raises(Malformed, match="conv2d needs strides; its arguments are filters, strides, padding"):
        layer("conv2d", [3, 3, 4, 8], padding="SAME")


@pytest.mark.parametrize(("padding", "least"), [("SAME", 273), ("VALID", 283)])
def test_conv2d_transpose_accepts_one_stride_of_sizes_and_only_those(padding: str, least: int) -> None:
    for target in range(least - 3, least + 19):
        op = layer("conv2d_transpose", [11, 11, 8, 4], [1, target, 288 if padding == "SAME" else 298, 8], 16, padding)
        if least <= target < least + 16:
            assert op.output(read_shape("4@18x18")).size[0] == target
        else:
            with pytest.raises(Impossible, match="are accepted"):
                op.output(read_shape("4@18x18"))


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        pytest.param("conv 8 k2x2x3 s2 d3x1x3", "4@7x7x5", id="conv3d, past its graph"),
        pytest.param("tconv 8 k3 to 2", "4@1", id="a size below the kernel from one cell"),
    ],
)
def test_what_tensorflow_misses_to_refuse_and_answers_with_garbage_is_refused(line: str, shape: str) -> None:
    with pytest.raises(Impossible):
        op_of(line).output(read_shape(shape))


def test_filters_given_by_their_shape_are_the_weights() -> None:
    weights = {
        "conv2d": layer("conv2d", [3, 3, 2, 8], 1, "SAME"),
        "depthwise": layer("depthwise_conv2d", [3, 3, 4, 2], [1, 1, 1, 1], "SAME"),
        "separable": layer("separable_conv2d", [3, 3, 4, 2], [1, 1, 4, 6], [1, 1, 1, 1], "SAME"),
        "transposed": layer("conv2d_transpose", [3, 3, 6, 4], [1, 10, 10, 6], 2),
    }
    counts = {name: op.weights(Shape(4, (5, 5))) for name, op in weights.items()}
    assert {name: count and count.trainable for name, count in counts.items()} == {
        "conv2d": 3 * 3 * 2 * 8,
        "depthwise": 3 * 3 * 4 * 2,
        "separable": 3 * 3 * 4 * 2 + 4 * 6,
        "transposed": 3 * 3 * 6 * 4,
    }


def test_unknown_channels_are_refused_nowhere() -> None:
    assert layer("conv2d", [3, 3, 4, 8], 1, "SAME").output(Shape(None, (9, 9))) == Shape(8, (9, 9))
    assert layer("conv2d_transpose", [3, 3, 6, 4], [1, 10, 8, 6], 2).output(Shape(None, (5, 4))) == Shape(6, (10, 8))
    assert layer("depthwise_conv2d", [3, 3, 4, 2], [1, 2, 2, 1], "SAME", None, [2, 2]).output(Shape(None, (5, 6))) == (
        Shape(None, (3, 4))
    )
    separable = layer("separable_conv2d", [3, 3, 4, 2], [1, 1, 8, 6], [1, 1, 1, 1], "SAME")
    assert separable.output(Shape(None, (9, 9))) == Shape(6, (9, 9))
    assert separable.weights(Shape(None, (9, 9))) is None


JOINS = [
    pytest.param("a: conv 8 k1 | gap keepdims | mul a", "8@5x4", id="a scale for each channel"),
    pytest.param("a: conv 8 k1 | conv 1 k1 | add a", "8@5x4", id="a map for all channels"),
    pytest.param("a: conv 8 k1 | identity | add a", "8@5x4", id="equal shapes"),
]


@pytest.mark.parametrize(("lines", "expected"), JOINS)
def test_joins_broadcast(lines: str, expected: str) -> None:
    assert str(convcalc.read(f"framework tf | {lines}").run("3@5x4").output) == expected


@pytest.mark.parametrize("lines", ["a: conv 8 k1 | conv 3 k1 | add a", "a: conv 8 k1 | gap | mul a"])
def test_joins_that_do_not_broadcast_are_refused(lines: str) -> None:
    trace = convcalc.read(f"framework tf | {lines}").run("3@5x4")
    assert trace.failure
    assert "incompatible shapes" in str(trace.failure.error)


def test_a_network_of_calls_and_native_layers_runs_under_its_rules() -> None:
    network = convcalc.read(
        "framework tf | input 3@32x32 | tf.nn.conv2d([3, 3, 3, 16], 2, 'SAME') | relu | "
        "tf.nn.conv2d_transpose([4, 4, 8, 16], [1, 31, 32, 8], 2) | flatten | dense 10"
    )
    trace = network.run()
    assert [str(row.output) for row in trace] == ["16@16x16", "16@16x16", "8@31x32", "7936", "10"]
    assert trace.params == 3 * 3 * 3 * 16 + 4 * 4 * 8 * 16 + 7936 * 10 + 10
