"""ONNX's own rules, as onnxruntime has them, over native layers and over nodes in their own spelling.

What is expected is what onnxruntime 1.31.1 gave or said when it was run on the CPU: on the node itself, and for a
native layer on the node beside it.
"""

from collections.abc import Sequence
from typing import Any

import pytest

import convcalc
from convcalc.dialects import dialect_named
from convcalc.dialects.dialect import Dialect
from convcalc.dialects.onnx import dialect_of
from convcalc.errors import Impossible, Malformed
from convcalc.ops.op import Op
from convcalc.readers.call import read_call
from convcalc.readers.source import read_text
from convcalc.shape import Shape, read_shape
from convcalc.window import TransposedWindow, Window


def table(names: str, rows: Sequence[tuple[Any, ...]], *, by: int = 0) -> pytest.MarkDecorator:
    """A test for each row, called by one of its columns; those past the names are for the reader."""
    count = len(names.split(", "))
    return pytest.mark.parametrize(names.split(", "), [pytest.param(*row[:count], id=str(row[by])) for row in rows])


def onnx(opset: int | None = None) -> Dialect:
    dialect = dialect_named("onnx", opset)
    assert dialect
    return dialect


def op_of(line: str) -> Op:
    return read_text(f"framework onnx | {line}").ops()[0]


def sides(op: Op, shape: str) -> list[tuple[int, int]]:
    """The padding really used; of a transposed window what is cropped."""
    windows = op.windows(read_shape(shape))
    return [window.sides if isinstance(window, TransposedWindow) else window.pads(0) for window in windows]


SAME = "auto_pad='SAME_UPPER'"

GIVEN = [
    # line, input, output, and the node that was run
    ("conv 8 k3 s2 same", "3@5x6", "8@3x3", "Conv(W=[8, 3, 3, 3], strides=[2, 2], auto_pad='SAME_UPPER')"),
    ("conv 8 k1 s3 same", "3@5x6", "8@2x2", "Conv(W=[8, 3, 1, 1], strides=[3, 3], auto_pad='SAME_UPPER')"),
    ("conv 8 k4 same-lower", "3@7", "8@7", "Conv(W=[8, 3, 4], auto_pad='SAME_LOWER')"),
    ("conv 8 k3 s2 d2 valid", "3@9", "8@3", "Conv(W=[8, 3, 3], strides=[2], dilations=[2], auto_pad='VALID')"),
    ("conv 8 k3 full", "3@4x4x4", "8@6x6x6", "Conv(W=[8, 3, 3, 3, 3], pads=[2, 2, 2, 2, 2, 2])"),
    ("conv 8 k3 d2 causal", "3@7", "8@7", "Conv(W=[8, 3, 3], dilations=[2], pads=[4, 0])"),
    ("dwconv k3 m2 s2 same", "3@9x9", "6@5x5", "Conv(W=[6, 1, 3, 3], group=3, strides=[2, 2], auto_pad='SAME_UPPER')"),
    ("tconv 2 k3 s2", "3@3", "2@7", "ConvTranspose(W=[3, 2, 3], strides=[2])"),
    ("tconv 2 k1 s3", "3@3", "2@7", "ConvTranspose(W=[3, 2, 1], strides=[3])"),
    ("tconv 2 k3 s2 d2", "3@3", "2@9", "ConvTranspose(W=[3, 2, 3], strides=[2], dilations=[2])"),
    ("tconv 2 k3 s2 op1", "3@5", "2@12", "ConvTranspose(W=[3, 2, 3], strides=[2], output_padding=[1])"),
    ("tconv 2 k1 s3 same", "3@3", "2@7", "ConvTranspose(W=[3, 2, 1], strides=[3], auto_pad='SAME_UPPER')"),
    ("tconv 2 k3 s2 same", "3@3", "2@6", "ConvTranspose(W=[3, 2, 3], strides=[2], auto_pad='SAME_UPPER')"),
    ("tconv 2 k3 s2 same op1", "3@3", "2@6", f"ConvTranspose(W=[3, 2, 3], strides=[2], {SAME}, output_padding=[1])"),
    ("tconv 2 k3 s2 to 1", "3@3", "2@1", "ConvTranspose(W=[3, 2, 3], strides=[2], output_shape=[1])"),
    ("tconv 2 k3 s2 to 8", "3@3", "2@8", "ConvTranspose(W=[3, 2, 3], strides=[2], output_shape=[8])"),
    ("pool k2", "3@7x7", "3@3x3", "MaxPool(kernel_shape=[2, 2], strides=[2, 2])"),
    ("pool k7 s4", "3@5", "3@1", "MaxPool(kernel_shape=[7], strides=[4])"),
    ("pool k6 s1", "3@5", "3@0", "MaxPool(kernel_shape=[6], strides=[1])"),
    ("pool k3 s1 p2", "3@5", "3@7", "MaxPool(kernel_shape=[3], pads=[2, 2])"),
    ("pool k2 s5 p1 ceil", "3@4", "3@1", "MaxPool(kernel_shape=[2], strides=[5], pads=[1, 1], ceil_mode=1)"),
    ("pool k3 s2 ceil", "3@1", "3@0", "MaxPool(kernel_shape=[3], strides=[2], ceil_mode=1)"),
    ("pool k3 s1 d2 same", "3@5", "3@3", "MaxPool(kernel_shape=[3], dilations=[2], auto_pad='SAME_UPPER')"),
    ("avgpool k1 s3 same", "3@5", "3@2", "AveragePool(kernel_shape=[1], strides=[3], auto_pad='SAME_UPPER')"),
    ("upsample x2.3", "3@100", "3@230", "Resize(scales=[2.3])"),
    ("upsample x0.29", "3@100", "3@29", "Resize(scales=[0.29])"),
    ("upsample x0.1", "3@5", "3@0", "Resize(scales=[0.1])"),
    ("upsample to 7x9 mode=bicubic", "3@4x4", "3@7x9", "Resize(sizes=[7, 9], mode='cubic')"),
    ("pad 6 circular", "3@5", "3@17", "Pad(pads=[0, 0, 6, 0, 0, 6], mode='wrap')"),
    ("pad -3:-2", "3@5", "3@0", "Pad(pads=[0, 0, -3, 0, 0, -2])"),
    ("pad 4 reflect", "3@5", "3@13", "Pad(pads=[0, 0, 4, 0, 0, 4], mode='reflect')"),
    ("shuffle 2", "4@3x3", "1@6x6", "DepthToSpace(blocksize=2, mode='CRD')"),
    ("dense 5", "7", "5", "Gemm(B=[7, 5])"),
    ("conv 8 k1 p2", "3@0", "8@4", "Conv(W=[8, 3, 1], pads=[2, 2])"),
    ("tconv 2 k5", "3@0", "2@4", "ConvTranspose(W=[3, 2, 5])"),
    ("gelu", "3@4", "3@4", "Gelu(approximate='tanh')"),
]


def shape_of(text: str) -> Shape:
    """`3@0` too: such a shape can stand inside a network."""
    channels, at, size = text.rpartition("@")
    return Shape(int(channels), tuple(int(cells) for cells in size.split("x"))) if at else Shape(int(size))


@table("line, before, after, node", GIVEN)
def test_native_layers_and_nodes_come_out_as_onnxruntime_runs_them(
    line: str, before: str, after: str, node: str
) -> None:
    assert [str(op_of(one).output(shape_of(before))) for one in (line, node)] == [after, after]


REFUSED = [
    # line, input, the node that was run, and words of the refusal
    ("conv 8 k3", "3@2", "Conv(W=[8, 3, 3])", "invalid input shape"),
    ("conv 8 k3 p1", "3@0x5", "Conv(W=[8, 3, 3, 3], pads=[1, 1, 1, 1])", "invalid input shape"),
    ("conv 8 k3 d2 same", "3@5", "Conv(W=[8, 3, 3], dilations=[2], auto_pad='SAME_UPPER')", "pads=[2, 2] gives"),
    ("conv 8 k3 p-1", "3@5", "Conv(W=[8, 3, 3], pads=[-1, -1])", "must not contain negative values"),
    ("conv 8 k3 g2", "3@5", "Conv(W=[8, 3, 3], group=2)", "group"),
    ("tconv 2 k3 s2 op2", "3@5", "ConvTranspose(W=[3, 2, 3], strides=[2], output_padding=[2])", "dilation) (2)"),
    ("tconv 2 k3 d3 op2", "3@5", "ConvTranspose(W=[3, 2, 3], dilations=[3], output_padding=[2])", "stride (1)"),
    ("tconv 2 k3 p2", "3@2", "ConvTranspose(W=[3, 2, 3], pads=[2, 2])", "<= 0"),
    ("tconv 2 k3 s2 to 9", "3@3", "ConvTranspose(W=[3, 2, 3], strides=[2], output_shape=[9])", "1 to 8 are"),
    ("tconv 2 k3 to 3", "3@0", "ConvTranspose(W=[3, 2, 3], output_shape=[3])", "must be positive"),
    ("pool k7 s1", "3@5", "MaxPool(kernel_shape=[7])", "calculated output dimension is negative"),
    ("pool k3 s1 p3", "3@5", "MaxPool(kernel_shape=[3], pads=[3, 3])", "smaller than kernel"),
    ("pool k1 s3 same", "3@5", "MaxPool(kernel_shape=[1], strides=[3], auto_pad='SAME_UPPER')", "must be non-negative"),
    ("avgpool k1", "3@2x2x2x2", "AveragePool(kernel_shape=[1, 1, 1, 1])", "unsupported pooling size"),
    ("upsample x2 mode=bicubic", "3@4", "Resize(scales=[2.0], mode='cubic')", "'Cubic' mode only supports"),
    ("pad -3", "3@5", "Pad(pads=[0, 0, -3, 0, 0, -3])", "take away more"),
    ("pad 5 reflect", "3@5", "Pad(pads=[0, 0, 5, 0, 0, 5], mode='reflect')", "maximum allowed (4)"),
    ("pad -3:-2 replicate", "3@5", "Pad(pads=[0, 0, -3, 0, 0, -2], mode='edge')", "zero effective input"),
    ("shuffle 2", "6@3x3", "DepthToSpace(blocksize=2)", "DepthToSpace requires input depth"),
    ("dense 5", "7@1x1", "Gemm(B=[7, 5])", "expected to have rank 2 but has rank 4"),
    ("groupnorm g4", "6@4", "GroupNormalization(num_groups=4)", "divisible by num_groups"),
    ("instancenorm", "6", "InstanceNormalization()", "at least 3 dimensions"),
    ("groupnorm g2", "6@0x4", "GroupNormalization(num_groups=2)", "cannot be reshaped"),
    ("conv 8 k3 p9 reflect", "3@3", "Pad(pads=[0, 0, 9, 0, 0, 9], mode='reflect')", "maximum allowed (2)"),
    ("tconv 6 k3 g3", "4@3", "ConvTranspose(W=[4, 2, 3], group=3)", "not divisible by group"),
]


@table("line, before, node, words", REFUSED)
def test_native_layers_and_nodes_are_refused_as_onnxruntime_refuses_them(
    line: str, before: str, node: str, words: str
) -> None:
    for one in (line, node):
        with pytest.raises(Impossible, match="onnxruntime refuses this: ") as found:
            op_of(one).output(shape_of(before))
        assert words in str(found.value)


KEYS = [
    # line, node, input, and the key of the error in each
    ("conv 8 k3", "Conv(W=[8, 3, 3])", "3@2", "kernel", "W"),
    ("conv 8 k3 p-1", "Conv(W=[8, 3, 3], pads=[-1, -1])", "3@5", "padding", "pads"),
    ("tconv 2 k3 to 6", "ConvTranspose(W=[3, 2, 3], output_shape=[6])", "3@3", "output_size", "output_shape"),
    ("pool k7 s1", "MaxPool(kernel_shape=[7])", "3@5", "kernel", "kernel_shape"),
    ("shuffle 2", "DepthToSpace(blocksize=2)", "6@3x3", "factor", "blocksize"),
    ("groupnorm g4", "GroupNormalization(num_groups=4)", "6@4", "groups", "num_groups"),
]


@table("line, node, before, native, own", KEYS)
def test_an_error_names_the_key_of_its_spelling(line: str, node: str, before: str, native: str, own: str) -> None:
    for one, key in ((line, native), (node, own)):
        with pytest.raises(Impossible) as found:
            op_of(one).output(shape_of(before))
        assert found.value.key == key


NODES_REFUSED = [
    # node, input, words, key
    ("Conv(W=[4, 3, 3], kernel_shape=[2])", "3@5", "kernel_shape is not compatible with W shape", "kernel_shape"),
    ("Conv(W=[4, 3, 3], auto_pad='VALID', pads=[0, 0])", "3@5", "has both 'auto_pad' and 'pads'", "auto_pad"),
    ("Conv(W=[4, 3, 3], auto_pad='same')", "3@5", "unknown AutoPadType string 'same'", "auto_pad"),
    ("Conv(W=[4, 3, 3])", "4@5", "input channels C is not equal to kernel channels * group", "W"),
    ("Conv(W=[4, 3, 3])", "3@5x5", "number of spatial dimensions does not match", "W"),
    ("ConvTranspose(W=[4, 3, 3])", "3@3", "filter number not equal to input channel number", "W"),
    ("ConvTranspose(W=[3, 3, 3], group=2)", "3@3", "input channels is not divisible by group", "group"),
    ("ConvTranspose(W=[3, 2, 3], output_shape=[0])", "3@3", "must be positive", "output_shape"),
    ("MaxPool(kernel_shape=[3], auto_pad='VALID', pads=[3, 0])", "3@5", "smaller than kernel", "pads"),
    ("Resize(scales=[2.0], sizes=[4])", "3@2", "not both", "scales"),
    ("Resize(scales=[2.0, 2.0])", "3@2", "must be same as rank of input 'X'", "scales"),
    ("Resize(scales=[2.0], mode='area')", "3@2", "mode attribute is area", "mode"),
    ("Resize(scales=[2.0], keep_aspect_ratio_policy='not_larger')", "3@2", "incompatible", "keep_aspect_ratio_policy"),
    ("Pad(pads=[0, 0, 1, 1])", "3@5", "expected 2 * 3 values, got 4", "pads"),
    ("Reshape(shape=[1, -1, -1])", "3@4x5", "multiple -1", "shape"),
    ("Softmax(axis=3)", "3@4", "must be in [-3 , 2]", "axis"),
    ("LRN(size=2)", "3@4x5", "LRN size must be odd", "size"),
    ("PRelu(slope=[3])", "3@4x5", "incompatible dimensions", "slope"),
    ("Dropout(ratio=1.0)", "3@4", "must be in the range [0, 1)", "ratio"),
    ("BatchNormalization(training_mode=1)", "3@4", "should be 3 when training_mode = True", "training_mode"),
    ("LayerNormalization(axis=1)", "3@0", "must be at least 1", "axis"),
    ("Gelu(approximate='exact')", "3@4", "unsupported approximation_algorithm: exact", "approximate"),
    ("Gemm(B=[3, 5], transA=1)", "3", "dimension mismatch in unification between 3 and", "transA"),
    ("Resize(scales=[2, 2, 2, 2], mode='linear')", "3@4x4x4x4", "'Linear' mode only supports", "mode"),
    (
        "Resize(sizes=[8], axes=[2], mode='cubic', keep_aspect_ratio_policy='not_smaller')",
        "3@4",
        "'Cubic' mode only supports",
        "mode",
    ),
    ("Resize(scales=[0.0])", "3@4", "scale value should be greater than 0", "scales"),
    ("Resize(sizes=[0])", "3@4", "scale value should be greater than 0", "sizes"),
    ("Resize(scales=[2.0], axes=[7])", "3@4", "unexpected axis value", "axes"),
    ("Resize(scales=[2.0, 2.0], axes=[2, 2])", "3@4x4", "unexpected axis value", "axes"),
    ("Resize(scales=[2.0], nearest_mode='up')", "3@4", "nearest_mode:[up] is not supported", "nearest_mode"),
    ("Resize(scales=[2.0], antialias=1)", "3@4", "when anti-aliasing is set, Resize only supports", "antialias"),
    ("Resize(scales=[2.0], exclude_outside=1)", "3@4", "exclude_outside can be set", "exclude_outside"),
    ("DepthToSpace(blocksize=2, mode='RCD')", "4@3x3", "only 'DCR' and 'CRD' modes", "mode"),
    ("Pad(pads=[0, 0, 1, 0, 0, 2], mode='mirror')", "3@5", "invalid 'mode' attribute value", "mode"),
    ("Pad(pads=[1, 2], axes=[3])", "3@5", "out of range", "axes"),
    ("GlobalLpPool()", "3@4", "could not find an implementation for GlobalLpPool at opset 22", None),
]


@table("node, before, words, key", NODES_REFUSED)
def test_a_refused_node_names_its_attribute(node: str, before: str, words: str, key: str | None) -> None:
    with pytest.raises(Impossible) as found:
        op_of(node).output(shape_of(before))
    assert words in str(found.value)
    assert found.value.key == key


BATCH = ["Reshape(shape=[2, 30])", "Reshape(shape=[60])", "Flatten(axis=2)", "Pad(pads=[1, 0, 0, 0, 0, 0, 0, 0])"]


@pytest.mark.parametrize("node", [*BATCH, "PRelu(slope=[2, 3, 4, 5])"])
def test_what_would_change_the_batch_is_refused_for_it_is_not_written(node: str) -> None:
    with pytest.raises(Impossible, match="the batch is not written"):
        op_of(node).output(read_shape("3@4x5"))


def test_a_gemm_that_turns_its_input_makes_the_features_the_batch() -> None:
    node = "Gemm(B=[1, 5], transA=1)"
    assert str(op_of(node).output(Shape(1))) == "5"
    with pytest.raises(Impossible, match="the batch is not written"):
        op_of(node).output(Shape(3))


def test_until_opset_8_a_batch_norm_could_be_of_cells_and_that_is_refused() -> None:
    with pytest.raises(Impossible, match="invalid input scale") as found:
        made("BatchNormalization(spatial=0)", 8).output(read_shape("3@4"))
    assert found.value.key == "spatial"


def test_a_policy_without_axes_keeps_batch_and_channels_in_proportion_too() -> None:
    """Batch and channels are asked to stay, so nothing may grow."""
    node = "Resize(sizes=[8, 6], keep_aspect_ratio_policy='not_larger')"
    assert str(op_of(node).output(read_shape("3@4x4"))) == "3@4x4"


OPSETS = [
    # node, input, the last opset that refuses it, the first that has it, and what it then gives
    ("MaxPool(kernel_shape=[2], strides=[2], ceil_mode=1)", "3@5", 9, 10, "3@3"),
    ("MaxPool(kernel_shape=[3], dilations=[2])", "3@6", 9, 10, "3@2"),
    ("AveragePool(kernel_shape=[2], strides=[2], ceil_mode=1)", "3@5", 9, 10, "3@3"),
    ("AveragePool(kernel_shape=[3], dilations=[2])", "3@6", 18, 19, "3@2"),
    ("AveragePool(kernel_shape=[1], strides=[3], auto_pad='SAME_UPPER')", "3@6", 18, 19, "3@2"),
    ("Resize(scales=[2.0])", "3@4", 9, 10, "3@8"),
    ("Reshape(shape=[1, 60], allowzero=1)", "3@4x5", 13, 14, "60"),
    ("Flatten(axis=-3)", "3@4x5", 10, 11, "60"),
    ("Gemm(B=[7, 5])", "7", 10, 11, "5"),
    ("GroupNormalization(num_groups=2)", "6@4", 17, 18, "6@4"),
    ("Relu()", "3@4", 5, 6, "3@4"),
]


@table("node, before, lacking, having, after", OPSETS)
def test_each_opset_has_its_own_operators_and_attributes(
    node: str, before: str, lacking: int, having: int, after: str
) -> None:
    with pytest.raises(Impossible, match="onnxruntime refuses this: "):
        made(node, lacking).output(read_shape(before))
    assert str(made(node, having).output(read_shape(before))) == after


def made(node: str, opset: int | None = None) -> Op:
    name, positional, named = read_call(node)
    return onnx(opset).layer(name, positional, named)


def test_upsample_ended_with_opset_9_and_never_shrinks() -> None:
    assert str(made("Upsample(scales=[2.3])", 9).output(read_shape("3@100"))) == "3@230"
    with pytest.raises(Impossible, match="opsets 7 to 9 have it"):
        made("Upsample(scales=[2.0])", 10).output(read_shape("3@5"))
    with pytest.raises(Impossible, match="greater than or equal to 1"):
        made("Upsample(scales=[0.5])", 9).output(read_shape("3@4"))


NATIVE_BY_OPSET = [
    # line, input, opset, words
    ("pool k3 ceil", "3@7", 9, "unrecognized attribute: ceil_mode for operator MaxPool; opset 10 and later have it"),
    ("avgpool k3 d2", "3@7", 18, "unrecognized attribute: dilations for operator AveragePool"),
    ("upsample to 7", "3@4", 10, "Resize has sizes from opset 11 on"),
    ("upsample x0.5", "3@4", 9, "greater than or equal to 1"),
]


@table("line, before, opset, words", NATIVE_BY_OPSET)
def test_native_layers_obey_the_opset(line: str, before: str, opset: int, words: str) -> None:
    op = read_text(f"framework onnx | opset {opset} | {line}").ops()[0]
    with pytest.raises(Impossible) as found:
        op.output(read_shape(before))
    assert words in str(found.value)
    op_of(line).output(read_shape(before))


@pytest.mark.parametrize("opset", [0, -1, 27, 1000])
def test_an_opset_that_onnxruntime_does_not_read_is_malformed(opset: int) -> None:
    with pytest.raises(Malformed) as found:
        dialect_of(opset)
    assert found.value.key == "opset"


PADDING = [
    # node, input, cells before and after on each axis; measured on values
    ("Conv(W=[2, 3, 4], auto_pad='SAME_UPPER')", "3@7", [(1, 2)]),
    ("Conv(W=[2, 3, 4], auto_pad='SAME_LOWER')", "3@7", [(2, 1)]),
    ("Conv(W=[2, 3, 1], strides=[4], auto_pad='SAME_UPPER')", "3@8", [(-1, 0)]),
    ("MaxPool(kernel_shape=[3], dilations=[2], auto_pad='SAME_UPPER')", "3@5", [(1, 1)]),
    ("AveragePool(kernel_shape=[1], strides=[3], auto_pad='SAME_UPPER')", "3@6", [(-1, 0)]),
    ("ConvTranspose(W=[3, 2, 4], strides=[1], auto_pad='SAME_UPPER')", "3@3", [(1, 2)]),
    ("ConvTranspose(W=[3, 2, 4], strides=[1], auto_pad='SAME_LOWER')", "3@3", [(2, 1)]),
    ("ConvTranspose(W=[3, 2, 3], strides=[2], output_shape=[6])", "3@3", [(1, 0)]),
    ("ConvTranspose(W=[3, 2, 3], strides=[2], output_shape=[6], auto_pad='SAME_UPPER')", "3@3", [(0, 1)]),
]


@table("node, before, expected", PADDING)
def test_padding_that_a_word_or_an_output_shape_decides_is_told_in_numbers(
    node: str, before: str, expected: list[tuple[int, int]]
) -> None:
    assert sides(op_of(node), before) == expected


def test_a_position_that_hangs_over_is_padded_and_an_empty_output_has_no_window() -> None:
    assert op_of("pool k7 s4").windows(read_shape("3@5")) == (Window(7, 4, padding=(0, 2)),)
    assert op_of("pool k5 s4").windows(read_shape("3@5")) == (Window(5, 4),)
    assert op_of("pool k6 s1").windows(read_shape("3@5")) == ()


NOTES = [
    # line, input, what is noted
    ("conv 8 k3 p1:2 reflect", "3@9", ["onnx: Pad(pads=[0, 0, 1, 0, 0, 2], mode='reflect') before it, and no pads"]),
    ("conv 8 k3 p1", "3@9", []),
    ("tconv 8 k3 s2 p1 to 6", "3@3", ["onnx: output_shape sets the pads itself, pads=[1, 0]"]),
    ("adaptivepool 2x4", "3@8x8", ["onnx: AveragePool(kernel_shape=[4, 2], strides=[4, 2]) does it"]),
    ("adaptivepool 1 kind=max", "3@8", ["onnx: MaxPool(kernel_shape=[8], strides=[8]) does it"]),
]


@table("line, before, expected", NOTES)
def test_what_onnx_writes_otherwise_is_noted(line: str, before: str, expected: list[str]) -> None:
    shape = read_shape(before)
    op = op_of(line)
    assert [note.text for note in op.notes(shape, op.output(shape)) if note.text.startswith("onnx")] == expected


def test_a_pool_to_a_size_that_does_not_divide_is_refused() -> None:
    with pytest.raises(Impossible, match="there is no adaptive pool"):
        op_of("adaptivepool 3").output(read_shape("3@8"))


JOINED = [
    # node, inputs, output
    ("Add", ["3@4x5", "1@4x5"], "3@4x5"),
    ("Add", ["1@4x1", "3@1x5"], "3@4x5"),
    ("Add", ["4", "3@4"], "3@4"),
    ("Add", ["3@4x5", "2@4x5"], "incompatible dimensions: 3 and 2"),
    ("Add", ["3@4", "3@4", "3@4"], "2 inputs are expected"),
    ("Concat(axis=1)", ["3@4x5", "2@4x5"], "5@4x5"),
    ("Concat(axis=-2)", ["3@4x5", "3@2x5"], "3@6x5"),
    ("Concat(axis=2)", ["3@4x5", "2@4x5"], "can't merge dimensions that differ: 3, 2"),
    ("Concat(axis=1)", ["3@4", "4"], "must have same rank"),
    ("Sum", ["3@4", "3@4", "3@1"], "3@4"),
    ("Sum", ["3@4"], "3@4"),
]


@table("node, branches, expected", JOINED, by=1)
def test_joins_broadcast_and_concat_takes_any_axis(node: str, branches: list[str], expected: str) -> None:
    name, _, named = read_call(node if "(" in node else f"{node}()")
    names = [f"branch{number}" for number in range(1, len(branches))]
    op = onnx().layer(name, (), {**named, "names": names})
    try:
        found = str(op.output(*map(read_shape, branches)))
    except Impossible as error:
        found = str(error)
    assert expected in found


def test_before_opset_8_a_sum_takes_equal_shapes_alone() -> None:
    op = onnx(7).layer("Sum", (), {"names": ["branch"]})
    assert str(op.output(read_shape("3@4"), read_shape("3@4"))) == "3@4"
    with pytest.raises(Impossible, match="must have the same shape"):
        op.output(read_shape("3@4"), read_shape("3@1"))


def test_a_native_concat_needs_equal_axes() -> None:
    trace = convcalc.read("framework onnx | input 3@8 | a: conv 2 k3 | concat in").run()
    assert trace.failure
    assert "onnxruntime refuses this: all dimensions but the channels must be equal" in str(trace.failure.error)


def test_native_joins_broadcast_in_a_network() -> None:
    text = "framework onnx | input 3@8x8 | a: conv 6 k3 p1 | gap keepdims | sigmoid | mul a | concat a | add a"
    trace = convcalc.read(text).run()
    assert [str(row.output) for row in trace] == ["6@8x8", "6@1x1", "6@1x1", "6@8x8", "12@8x8"]
    assert trace.failure
    assert "incompatible dimensions: 12 and 6" in str(trace.failure.error)


KEPT = [
    # node, input, output, params; all numbers in the initializers
    ("Conv(W=[8, 3, 3, 3], bias=True)", "3@5x5", "8@3x3", 224),
    ("Conv(W=[8, 1, 3, 3], group=4)", "4@5x5", "8@3x3", 72),
    ("Gemm(B=[5, 7], transB=1, bias=True)", "7", "5", 40),
    ("BatchNormalization()", "6@4", "6@4", 24),
    ("InstanceNormalization()", "6@4", "6@4", 12),
    ("LayerNormalization(axis=1)", "6@4x5", "6@4x5", 240),
    ("GroupNormalization(num_groups=2)", "6@4", "6@4", 12),
    ("PRelu(slope=[6, 1])", "6@4", "6@4", 6),
    ("Pad(pads=[0, 1, 0, 0, 2, 0])", "3@5", "6@5", 0),
    ("Reshape(shape=[0, 0, -1])", "3@4x5", "3@20", 0),
    ("Resize(sizes=[8, 6], axes=[2, 3], keep_aspect_ratio_policy='not_larger')", "3@4x5", "3@5x6", 0),
    ("Resize(scales=[2.5], axes=[-1])", "3@4x5", "3@4x12", 0),
    ("Pad(pads=[1, 2], axes=[-1])", "3@5", "3@8", 0),
    ("Pad(pads=[1, 2, 0, 3], axes=[1, 2])", "3@5", "4@10", 0),
]


@table("node, before, after, params", KEPT)
def test_nodes_and_what_they_hold(node: str, before: str, after: str, params: int) -> None:
    shape = read_shape(before)
    op = op_of(node)
    weights = op.weights(shape)
    assert weights
    assert (str(op.output(shape)), weights.trainable + weights.statistics) == (after, params)


MALFORMED = [
    # node, key
    ("Conv()", "W"),
    ("Conv(W=[4, 3])", "W"),
    ("Conv(W=[4, 3, 3], strides=[0])", "strides"),
    ("Conv(W=[4, 3, 3], group=0)", "group"),
    ("Conv(W=[4, 3, 3], stride=[2])", "stride"),
    ("ConvTranspose(W=[4, 3, 3], output_shape=[1, 4, 5])", "output_shape"),
    ("Gemm(B=[3, 5, 1])", "B"),
    ("Pad(pads=[1, 2, 3], axes=[2])", "pads"),
]


@table("node, key", MALFORMED)
def test_a_malformed_node_names_its_attribute(node: str, key: str) -> None:
    with pytest.raises(Malformed) as found:
        made(node)
    assert found.value.key == key


def test_attributes_have_no_places() -> None:
    with pytest.raises(Malformed, match="takes 0 arguments by place, got 1"):
        made("Conv([4, 3, 3])")


def test_channels_that_are_not_known_are_not_refused() -> None:
    shape = Shape(None, (9, 9))
    assert str(op_of("Conv(W=[4, 3, 3, 3], group=2)").output(shape)) == "4@7x7"
    assert str(op_of("ConvTranspose(W=[3, 4, 3, 3])").output(shape)) == "4@11x11"
    assert str(op_of("DepthToSpace(blocksize=2)").output(shape)) == "18x18"
    assert str(op_of("Resize(scales=[2.0, 2.0])").output(shape)) == "18x18"
    assert op_of("LayerNormalization(axis=1)").weights(shape) is None
    joined = onnx().layer("Add", (), {"names": ["branch"]})
    assert joined.output(shape, Shape(3, (9, 9))) == Shape(3, (9, 9))
    assert joined.output(shape, Shape(1, (9, 9))) == shape
