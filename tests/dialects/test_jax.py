"""JAX's own rules over native layers, and over the spelling of jax.lax and Flax.

What is expected is what jax 0.10.2 and flax 0.12.8 gave or said when they were run on the same layer. Where a native
layer has knobs that JAX has not, the note's line was run.
"""

import pytest

import convcalc
from convcalc.dialects import dialect_named
from convcalc.errors import Impossible, Malformed
from convcalc.ops.op import Op
from convcalc.readers.source import read_text
from convcalc.shape import Shape
from convcalc.window import Taps


def op_of(line: str) -> Op:
    return read_text(f"framework jax | {line}").ops()[0]


def shape_of(text: str) -> Shape:
    """`3@0x5` too: such a shape can stand inside a network."""
    channels, at, size = text.rpartition("@")
    return Shape(int(channels), tuple(map(int, size.split("x")))) if at else Shape(int(text))


GIVEN = [
    pytest.param("conv 16 k3 s2 same", "3@224x320", "16@112x160", id="same with a stride"),
    pytest.param("conv 8 k4 s2 same-lower", "3@5", "8@3", id="same-lower"),
    pytest.param("conv 8 k3", "3@2", "8@0", id="a kernel above the input is not an error"),
    pytest.param("conv 8 k3 s4", "3@2", "8@0", id="nor with a stride"),
    pytest.param("conv 8 k3 s2 d2", "3@9", "8@3", id="stride and dilation together"),
    pytest.param("conv 8 k3 p-1", "3@5", "8@1", id="a negative padding"),
    pytest.param("conv 8 k3 p-2:-3", "3@5", "8@0", id="a padding that takes every cell"),
    pytest.param("conv 8 k3 full", "3@5", "8@7", id="full, which comes to numbers"),
    pytest.param("conv 8 k3 s2 causal", "3@5", "8@3", id="causal on one axis"),
    pytest.param("conv 8 k9 p4 reflect", "3@2", "8@2", id="reflect mirrors again and again"),
    pytest.param("conv 8 k3 p1 reflect", "3@1", "8@1", id="reflect of a single cell"),
    pytest.param("conv 8 k3 g2 s2", "4@6", "8@2", id="groups"),
    pytest.param("dwconv k3x2 s2 same m2", "4@5x6", "8@3x3", id="depthwise"),
    pytest.param("conv 8 k3 same", "3@0x5", "8@0x5", id="an axis of 0"),
    pytest.param("tconv 8 k4 s4", "8@128", "8@512", id="transposed, kernel equal to the stride"),
    pytest.param("tconv 4 k3 s2 p0", "8@3", "4@3", id="transposed, no cells around the dilated input"),
    pytest.param("tconv 4 k3 s2 p1", "8@3", "4@5", id="transposed, one cell around it"),
    pytest.param("tconv 4 k3 s2 p2", "8@3", "4@7", id="transposed, two cells around it"),
    pytest.param("tconv 4 k1 s3", "8@3", "4@9", id="transposed, kernel below the stride"),
    pytest.param("tconv 4 k1 s3 same", "8@3", "4@9", id="the same with same"),
    pytest.param("tconv 4 k3 s2 d2", "8@3", "4@9", id="transposed, dilated"),
    pytest.param("tconv 4 k4 same-lower", "8@3", "4@3", id="transposed, same-lower with a stride of 1"),
    pytest.param("tconv 4 k5 p0", "2@3", "4@0", id="transposed, a kernel above the padded input"),
    pytest.param("tconv 4 k3 s2 p-2:-3", "8@3", "4@0", id="transposed, a padding that takes every cell"),
    pytest.param("tconv 4 k5", "2@0", "4@4", id="transposed, an axis of 0"),
    pytest.param("tconv 4 k4 s7 same", "2@0", "4@6", id="transposed, an axis of 0 with same"),
    pytest.param("pool k7 s4", "8@5", "8@0", id="a pool above its input"),
    pytest.param("pool k4 s2 same", "8@6", "8@3", id="a pool with same"),
    pytest.param("avgpool k2 s2 p9", "8@5", "8@11", id="a pool's padding has no limit"),
    pytest.param("avgpool k2 s2 p-3", "8@5", "8@0", id="nor has what it takes away"),
    pytest.param("dense 10", "8@6x7", "10@6x7", id="dense reads the channels of every cell"),
    pytest.param("dense 10", "8", "10", id="dense of a vector"),
    pytest.param("pad 9 reflect", "8@1", "8@19", id="a reflecting pad without limit"),
    pytest.param("pad -2:-3", "1@5", "1@0", id="a pad that takes every cell"),
    pytest.param("gap", "3@0x5", "3", id="a mean of nothing"),
    pytest.param("gmp", "3@5x5", "3", id="the greatest of an image"),
    pytest.param("groupnorm g2", "8@6", "8@6", id="groups that divide the channels"),
    pytest.param("crop 2", "3@5x5", "3@1x1", id="a crop"),
    pytest.param("crop 2:3", "3@5", "3@0", id="a crop that takes every cell"),
]


@pytest.mark.parametrize(("line", "shape", "expected"), GIVEN)
def test_jax_gives(line: str, shape: str, expected: str) -> None:
    assert str(op_of(line).output(shape_of(shape))) == expected


_TOO_NEGATIVE = "negative padding is larger than the size"

REFUSED = [
    pytest.param("conv 8 k3 p-3", "3@5", _TOO_NEGATIVE, "padding", id="one cell more than there is"),
    pytest.param("conv 8 k3 causal", "3@5x5", "only implemented for 1D convolutions", "padding", id="causal, two axes"),
    pytest.param("conv 8 k3 g2", "3@6", "2 does not divide 3", "groups", id="groups and input"),
    pytest.param("conv 6 k3 g4", "4@6", "4 does not divide 6", "groups", id="groups and output"),
    pytest.param("conv 8 k3 p1 circular", "2@0", "'wrap' padding to empty axis", "padding", id="a wrapped 0"),
    pytest.param("conv 8 k3 p-1 reflect", "2@5", "can't contain negative values", "padding", id="a negative mirror"),
    pytest.param("tconv 4 k3 s2 p-3", "8@3", _TOO_NEGATIVE, "padding", id="transposed, one cell more"),
    pytest.param("tconv 4 k3 s2 same-lower", "8@3", "string padding is not impl", "padding", id="same-lower, strided"),
    pytest.param("tconv 4 k3 causal", "8@3", "unrecognized padding type", "padding", id="causal, transposed"),
    pytest.param("tconv 4 k3 g2", "8@3", "have no feature_group_count", "groups", id="groups, transposed"),
    pytest.param("tconv 4 k3", "8@3x3x3x3", "no 4+ dimensional", None, id="four axes, transposed"),
    pytest.param("tconv 4 k3 s2 to 9", "8@3", "7 to 8 are in reach", "output_size", id="an output size beyond"),
    pytest.param("pool k3 d2", "8@9", "take no dilation", "dilation", id="a dilated pool"),
    pytest.param("pool k3 causal", "8@9", "expected 'VALID', 'SAME', or 'SAME_LOWER'", "padding", id="a causal pool"),
    pytest.param("groupnorm g4", "6@5", "(4) does not divide the number of channels (6)", "groups", id="a group norm"),
    pytest.param("gmp", "8@0x6", "zero-size array to reduction operation max", None, id="the greatest of nothing"),
    pytest.param("pad 1 circular", "8@0", "'wrap' padding to empty axis", "padding", id="a wrapping pad of nothing"),
    pytest.param("pad -3", "1@5", _TOO_NEGATIVE, "padding", id="a pad that takes more than there is"),
    pytest.param("crop 3", "1@5", _TOO_NEGATIVE, "padding", id="a crop that takes more than there is"),
]


@pytest.mark.parametrize(("line", "shape", "words", "key"), REFUSED)
def test_jax_refuses_and_says_which_rule(line: str, shape: str, words: str, key: str | None) -> None:
    with pytest.raises(Impossible) as caught:
        op_of(line).output(shape_of(shape))
    assert words in caught.value.reason
    assert caught.value.what.count("JAX refuses this") == 1
    assert caught.value.key == key


def test_an_error_says_which_axis_and_what_would_do() -> None:
    with pytest.raises(Impossible) as caught:
        op_of("conv 8 k3 p0x-3").output(Shape(3, (9, 5)))
    assert caught.value.what.startswith("axis 2 of 2: ")
    assert caught.value.hint == "-5 in all leaves 0"


NOTED = [
    pytest.param("conv 8 k3 s2 same", "3@6", "8@3", "same pads (0, 1): before, after", id="same"),
    pytest.param(
        "conv 8 k4 p1 circular",
        "3@5",
        "8@4",
        "JAX: jnp.pad(x, ((0, 0), (1, 1), (0, 0)), mode='wrap') before it, and padding='VALID'",
        id="a circular padding that is not Flax's",
    ),
    pytest.param(
        "conv 8 k3 p1 replicate",
        "3@5x5",
        "8@5x5",
        "JAX: jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode='edge') before it, and padding='VALID'",
        id="replicate",
    ),
    pytest.param("tconv 4 k3 s2 same", "8@3", "4@6", "same pads (0, 1): before, after", id="same, transposed"),
    pytest.param(
        "tconv 4 k3 s2 op1",
        "8@3",
        "4@8",
        "JAX has no output_padding: padding=((2, 3),) gives it",
        id="output_padding",
    ),
    pytest.param(
        "tconv 4 k3 s2 p1x2 op1x0",
        "8@3x3",
        "4@6x7",
        "JAX has no output_padding: padding=((1, 2), (2, 2)) gives it",
        id="output_padding and numbers",
    ),
    pytest.param(
        "tconv 4 k3 s2 same to 5", "8@3", "4@5", "JAX has no output_size: padding=((1, 1),) gives it", id="a target"
    ),
    pytest.param("tconv 4 k3 s2 full", "8@3", "4@3", "JAX has no full: padding=((0, 0),) gives it", id="full"),
    pytest.param(
        "pool k3 s2 ceil",
        "8@6x7",
        "8@3x3",
        "JAX has no ceil mode: padding=((0, 1), (0, 0)) gives it",
        id="ceil mode",
    ),
]


@pytest.mark.parametrize(("line", "shape", "expected", "note"), NOTED)
def test_what_jax_has_no_word_for_is_told_in_its_numbers(line: str, shape: str, expected: str, note: str) -> None:
    op, before = op_of(line), shape_of(shape)
    output = op.output(before)
    assert str(output) == expected
    texts = [told.text for told in op.notes(before, output)]
    assert texts[0] == note


@pytest.mark.parametrize(
    ("line", "shape"), [("conv 8 k3 p1 circular", "3@5x5"), ("conv 8 k4 s2 same", "3@6"), ("pool k2 ceil", "3@6")]
)
def test_what_flax_has_a_word_for_needs_no_note(line: str, shape: str) -> None:
    op, before = op_of(line), shape_of(shape)
    assert op.notes(before, op.output(before)) == []


SPELLED = [
    pytest.param("flax.Conv(8, (3, 3))", "3@5x5", "8@5x5", 224, id="every default: SAME, strides of 1, a bias"),
    pytest.param("flax.Conv(64, (7, 7), 2, 3)", "3@224x224", "64@112x112", 9472, id="by place"),
    pytest.param(
        "nn.Conv(features=8, kernel_size=[3, 3], strides=(2, 1), feature_group_count=2, use_bias=False)",
        "4@5x5",
        "8@3x5",
        144,
        id="by name",
    ),
    pytest.param("flax.Conv(8, 3, strides=2, padding='CAUSAL')", "3@5", "8@3", 80, id="causal"),
    pytest.param("flax.Conv(8, 9, padding='REFLECT')", "3@2", "8@2", 224, id="reflect without limit"),
    pytest.param("flax.Conv(8, 4, 2, 'CIRCULAR')", "3@5", "8@3", 104, id="circular"),
    pytest.param("linen.Conv(8, 4, strides=None, padding='same_lower')", "3@5", "8@5", 104, id="a word in any case"),
    pytest.param("flax.ConvTranspose(3, (4, 4), (2, 2))", "8@4x4", "3@8x8", 387, id="ConvTranspose"),
    pytest.param("flax.ConvTranspose(3, 9, 2, 'CIRCULAR')", "8@3", "3@6", 219, id="circular, transposed"),
    pytest.param("flax.ConvTranspose(4, 3, 2, 0)", "8@3", "4@3", 100, id="padding=0 is a kernel less 1 short"),
    pytest.param("flax.linen.max_pool((2, 2))", "8@7x6", "8@6x5", 0, id="a pool's strides are 1"),
    pytest.param("flax.avg_pool((2,), (2,), ((9, 9),), False)", "8@5", "8@11", 0, id="an average by place"),
    pytest.param("flax.Dense(10)", "8@6x7", "10@6x7", 90, id="Dense"),
    pytest.param("flax.BatchNorm()", "8@6x7", "8@6x7", 16, id="BatchNorm"),
    pytest.param("flax.GroupNorm()", "64@5", "64@5", 128, id="GroupNorm has 32 groups"),
    pytest.param("flax.RMSNorm()", "8@6", "8@6", 8, id="RMSNorm has no bias"),
    pytest.param("flax.LayerNorm(feature_axes=(1, 2))", "7@4", "7@4", 56, id="a norm that learns along two axes"),
    pytest.param("flax.PReLU()", "8@6", "8@6", 1, id="PReLU"),
    pytest.param("flax.glu()", "8@6", "4@6", 0, id="glu halves the channels"),
    pytest.param("flax.glu(axis=1)", "8@4", "8@2", 0, id="glu halves an axis"),
    pytest.param("jax.nn.relu()", "8@6", "8@6", 0, id="an activation"),
    pytest.param("lax.conv_general_dilated((3, 8, 4), (1,), [(2, 2)], (2,))", "8@5", "4@11", 96, id="lhs_dilation"),
    pytest.param(
        "conv_general_dilated((3, 8, 4), (3,), [(2, 2)], lhs_dilation=(2,))", "8@5", "4@4", 96, id="with strides, too"
    ),
    pytest.param(
        "jax.lax.conv_general_dilated([16, 3, 7, 7], [2, 2], 'SAME', dimension_numbers=('NCHW', 'OIHW', 'NCHW'))",
        "3@224x224",
        "16@112x112",
        2352,
        id="another layout of the kernel",
    ),
    pytest.param("lax.conv_transpose((4, 8, 8), (4,), 'VALID')", "8@128", "8@512", 256, id="conv_transpose"),
    pytest.param(
        "conv_transpose((3, 8, 4), (2,), [(1, 1)], use_consistent_padding=True)", "8@3", "4@5", 96, id="consistent"
    ),
    pytest.param(
        "conv_transpose((3, 4, 8), (2,), 'SAME', transpose_kernel=True)", "8@3", "4@6", 96, id="a kernel transposed"
    ),
    pytest.param(
        "conv_transpose((3, 8, 4), (2,), 'SAME', dimension_numbers=('NHC', 'HIO', 'NHC'))",
        "8@5",
        "4@10",
        96,
        id="conv_transpose with its layouts told",
    ),
    pytest.param("flax.GroupNorm(2, reduction_axes=(1, 2))", "8@6", "8@6", 16, id="a group norm over an axis"),
]


@pytest.mark.parametrize(("call", "shape", "expected", "params"), SPELLED)
def test_a_layer_in_jaxs_spelling_gives(call: str, shape: str, expected: str, params: int) -> None:
    op = op_of(call)
    assert str(op.output(shape_of(shape))) == expected
    weights = op.weights(shape_of(shape))
    assert weights
    assert weights.trainable == params


NAMED = [
    pytest.param("flax.Conv(8, 3)", "3@5x5", "kernel_size", "others taken for batches", id="an int is one axis"),
    pytest.param("flax.Conv(8, (3, 3))", "3@5", "kernel_size", "a window over 2 axes", id="more axes than there are"),
    pytest.param("flax.Conv(8, 3, feature_group_count=2)", "3@5", "feature_group_count", "2 does not", id="groups"),
    pytest.param("flax.Conv(8, 3, padding='circular')", "3@5", "padding", "unrecognized", id="circular in lower case"),
    pytest.param("flax.Conv(8, 3, padding='CIRCULAR')", "3@0", "padding", "empty axis", id="circular around nothing"),
    pytest.param("flax.Conv(8, (3, 3), padding=[(1, 2)])", "3@5x5", "padding", "sequence of len 2", id="one pair"),
    pytest.param("flax.Conv(8, 3, input_dilation=2)", "3@5", "padding", "string padding is not", id="SAME, dilated"),
    pytest.param("flax.ConvTranspose(8, 3, 2, 'same')", "3@5", "padding", "string padding is not", id="same"),
    pytest.param("flax.ConvTranspose(8, 3, 1, 'REFLECT')", "3@5", "padding", "unrecognized", id="an unknown word"),
    pytest.param("flax.ConvTranspose(8, 3, padding='CIRCULAR')", "3@0", "padding", "modulo by zero", id="circular, 0"),
    pytest.param("flax.max_pool((2,))", "8@5x5", "window_shape", "a window over 1 axis", id="a pool over fewer axes"),
    pytest.param("flax.max_pool((2,), padding=1)", "8@5", "padding", "(low, high) pairs", id="a pool's padding of 1"),
    pytest.param("flax.max_pool((2,), padding='FULL')", "8@5", "padding", "unrecognized", id="a pool's word"),
    pytest.param("flax.GroupNorm()", "6@5", "num_groups", "groups (32) does not divide", id="32 groups of 6"),
    pytest.param("flax.GroupNorm(group_size=2)", "6@5", "group_size", "either num_groups", id="groups and their size"),
    pytest.param("flax.GroupNorm(None, 4)", "6@5", "group_size", "not multiple of the group size", id="their size"),
    pytest.param("flax.softmax(axis=4)", "6@5", "axis", "out of bounds", id="no such axis"),
    pytest.param("flax.glu()", "3@5", "axis", "divisible by 2", id="an odd half"),
    pytest.param("conv_general_dilated((3, 2, 4), (1,), 'SAME')", "8@5", "rhs", "8 // 1 != 2", id="channels"),
    pytest.param("conv_general_dilated((3, 8, 4), (1,), 'SAME')", "8@5x5", "rhs", "number of dimensions", id="axes"),
    pytest.param("conv_general_dilated((3, 8, 4), (1,), 'SAME', (2,))", "8@5", "padding", "string padding", id="word"),
    pytest.param("conv_general_dilated((3, 8, 4), (1,), 'FULL')", "8@5", "padding", "unrecognized", id="full"),
    pytest.param("conv_general_dilated((3, 8, 4), (1,), 1)", "8@5", "padding", "(low, high) pairs", id="padding of 1"),
    pytest.param(
        "conv_general_dilated((3, 3, 8, 4), (1, 1), [(1, 1)])", "8@5x5", "padding", "expected 2, got 1", id="pads"
    ),
    pytest.param(
        "conv_general_dilated((3, 4, 5), (1,), 'SAME', feature_group_count=2)",
        "8@5",
        "feature_group_count",
        "2 does not divide 5",
        id="features out of groups",
    ),
    pytest.param(
        "conv_general_dilated((3, 8, 5), (1,), 'SAME', batch_group_count=2)",
        "8@5",
        "batch_group_count",
        "5 is not a multiple of 2",
        id="batch groups",
    ),
    pytest.param(
        "conv_general_dilated((3, 8, 4), (1,), 'VALID', feature_group_count=2, batch_group_count=2)",
        "16@5",
        "batch_group_count",
        "at most one of",
        id="groups of both kinds",
    ),
    pytest.param(
        "flax.GroupNorm(2, reduction_axes=(1,))", "8@6", "reduction_axes", "the final dimension", id="a norm of groups"
    ),
    pytest.param("flax.glu(axis=0)", "8@6", "axis", "the batch is not written", id="a batch halved"),
    pytest.param("conv_transpose((3, 8, 4), (2,), 'valid')", "8@3", "padding", "string padding", id="in lower case"),
    pytest.param(
        "conv_transpose((3, 8, 4), (2,), 1, use_consistent_padding=True)", "8@3", "padding", "invalid", id="consistent"
    ),
    pytest.param("conv_transpose((3, 8, 4), (2,), 'SAME', transpose_kernel=True)", "8@3", "rhs", "!= 4", id="turned"),
]


@pytest.mark.parametrize(("call", "shape", "key", "words"), NAMED)
def test_an_error_of_a_layer_in_jaxs_spelling_names_jaxs_argument(call: str, shape: str, key: str, words: str) -> None:
    with pytest.raises(Impossible) as caught:
        op_of(call).output(shape_of(shape))
    assert caught.value.key == key
    assert words in caught.value.reason


MALFORMED = [
    pytest.param("flax.Conv(8)", "kernel_size", id="no kernel"),
    pytest.param("flax.Conv(8, 0)", "kernel_size", id="a kernel of 0"),
    pytest.param("flax.Conv(8, (3, 3), strides=(2,))", "strides", id="a stride for one axis of two"),
    pytest.param("flax.Conv(8, 3, padding=1.5)", "padding", id="half a cell"),
    pytest.param("flax.Conv(8, 3, padding=[('1', 1)])", "padding", id="a number in quotes"),
    pytest.param("flax.Conv(8, 3, stride=2)", "stride", id="an argument of PyTorch's"),
    pytest.param("flax.max_pool(2)", "window_shape", id="a window as a number"),
    pytest.param("flax.max_pool((2,), (0,))", "strides", id="a stride of 0"),
    pytest.param("conv_general_dilated((3, 8, 4), 2, 'SAME')", "window_strides", id="strides as a number"),
    pytest.param("conv_general_dilated((3, 8), (1,), 'SAME')", "rhs", id="a kernel without an axis"),
    pytest.param("conv_general_dilated((3, 8, 0), (1,), 'SAME')", "rhs", id="no features"),
    pytest.param(
        "conv_general_dilated((3, 3, 8, 4), (1, 1), 'SAME', dimension_numbers=('NHWC', 'WHIO', 'NHWC'))",
        "dimension_numbers",
        id="axes in two orders",
    ),
    pytest.param(
        "conv_general_dilated((3, 8, 4), (1,), 'SAME', dimension_numbers='NHC')", "dimension_numbers", id="one layout"
    ),
    pytest.param("flax.GroupNorm(0)", "num_groups", id="no groups"),
]


@pytest.mark.parametrize(("call", "key"), MALFORMED)
def test_what_is_no_value_of_an_argument_is_malformed(call: str, key: str) -> None:
    with pytest.raises(Malformed) as caught:
        op_of(call)
    assert f" {key}: " in str(caught.value)


JOINED = [
    pytest.param("add a", "3@4x4", "3@1x4", "3@4x4", id="an axis of 1 stands for all"),
    pytest.param("mul a", "1@4x4", "8@4x4", "8@4x4", id="one channel stands for all"),
    pytest.param("add a", "3@0x4", "3@1x4", "3@0x4", id="and for none"),
    pytest.param("add a", "1@4x4", "1@1x4", "1@4x4", id="one channel and one"),
    pytest.param("concat a", "3@4x4", "5@4x4", "8@4x4", id="channels one after the other"),
]


@pytest.mark.parametrize(("line", "one", "other", "expected"), JOINED)
def test_joins_broadcast_as_jaxs_do(line: str, one: str, other: str, expected: str) -> None:
    op = read_text(f"framework jax | a: identity | {line}").ops()[1]
    assert str(op.output(shape_of(one), shape_of(other))) == expected


UNJOINED = [
    pytest.param("add a", "3@0x4", "3@5x4", id="none and five"),
    pytest.param("add a", "3@4x4", "3", id="a vector, whose batch would meet an axis"),
    pytest.param("mul a", "3@4x4", "2@4x4", id="two channels and three"),
    pytest.param("concat a", "3@4x4", "3@1x4", id="concat broadcasts nothing"),
]


@pytest.mark.parametrize(("line", "one", "other"), UNJOINED)
def test_joins_of_other_shapes_are_refused(line: str, one: str, other: str) -> None:
    op = read_text(f"framework jax | a: identity | {line}").ops()[1]
    with pytest.raises(Impossible):
        op.output(shape_of(one), shape_of(other))


def test_channels_that_are_not_known_refuse_nothing() -> None:
    assert str(op_of("flax.Conv(8, 3, feature_group_count=2)").output(Shape(None, (5,)))) == "8@5"
    assert str(op_of("conv_general_dilated((3, 8, 4), (1,), 'VALID')").output(Shape(None, (5,)))) == "4@3"
    assert op_of("flax.LayerNorm()").weights(Shape(None, (5,))) is None
    joined = read_text("framework jax | a: identity | add a").ops()[1]
    assert joined.output(Shape(None, (5,)), Shape(1, (5,))) == Shape(None, (5,))
    assert op_of("flax.GroupNorm(3)").output(Shape(None, (5,))) == Shape(None, (5,))


def test_a_stride_over_a_dilated_input_is_followed_back_to_it() -> None:
    """jax.jacobian: output 0 reads cell 0, output 1 cell 1, output 2 cells 2 and 3, output 3 cell 4."""
    op, shape = op_of("conv_general_dilated((3, 8, 4), (3,), [(2, 2)], lhs_dilation=(2,))"), Shape(8, (5,))
    assert op.taps(shape, op.output(shape)) == (Taps(3, 2, ((-1, 1, 2), (1, 1, 1))),)


def test_a_stride_over_a_dilated_input_counts_by_the_cells_that_are_kept() -> None:
    """4 cells of 4 channels come out, each of 3 taps over 8 channels."""
    trace = convcalc.read("framework jax | conv_general_dilated((3, 8, 4), (3,), [(2, 2)], lhs_dilation=(2,))").run(
        "8@5"
    )
    assert trace.macs == 4 * 4 * 3 * 8
    assert [row.notes for row in trace] == [()]


def test_a_layer_that_gives_nothing_says_only_that() -> None:
    op = op_of("conv 8 k3 s2 same")
    assert [note.text for note in op.notes(Shape(3, (0,)), Shape(8, (0,)))] == ["nothing comes out: the size is 0"]


@pytest.mark.parametrize("lines", ["conv 4 k3 | pad like=a", "conv 4 k4 p4 | crop like=a"])
def test_a_layer_takes_the_size_of_another(lines: str) -> None:
    assert str(convcalc.read(f"framework jax | a: identity | {lines}").run("3@9x8").output) == "4@9x8"


def test_nothing_slides_over_a_feature_vector() -> None:
    with pytest.raises(Impossible, match="a feature vector has none"):
        op_of("tconv 4 k3").output(Shape(8))


def test_a_layer_shows_as_it_was_written() -> None:
    assert str(op_of("nn.Conv(64, (7, 7), strides=2)")) == "nn.Conv(64, (7, 7), strides=2)"


def test_running_statistics_are_not_among_the_params() -> None:
    trace = convcalc.read("framework jax | flax.Conv(8, (3, 3)) | flax.BatchNorm()").run("3@8x8")
    assert [row.params for row in trace] == [224, 16]


def test_layers_of_flax_stand_under_a_module_and_those_of_lax_need_none() -> None:
    dialect = dialect_named("jax")
    assert dialect
    for name in ("flax.Conv", "flax.linen.Conv", "linen.Conv", "nn.Conv", "lax.conv_transpose", "conv_transpose"):
        assert dialect.knows(name)
    assert not dialect.knows("Conv")


def test_a_table_of_a_config_is_read_as_a_call_is() -> None:
    network = convcalc.read(
        '{"framework": "jax", "layers": [{"op": "flax.Conv", "features": 8, "kernel_size": [3, 3]}]}'
    )
    assert str(network.run("3@5x5").output) == "8@5x5"
