"""Keras' own rules over native layers and over its own spelling.

What is expected is what Keras 3.15.1 on TensorFlow 2.21.0 gave or said when it was run: on the layer itself, and for a
native layer on the Keras code beside it.
"""

from collections.abc import Sequence
from typing import Any

import pytest

import convcalc
from convcalc.dialects import dialect_named
from convcalc.dialects.dialect import Dialect
from convcalc.errors import Impossible, Malformed
from convcalc.ops.op import Op
from convcalc.readers.call import read_call
from convcalc.readers.source import read_text
from convcalc.shape import Shape, read_shape


def table(names: str, rows: Sequence[tuple[Any, ...]], *, by: int = 0) -> pytest.MarkDecorator:
    """A test for each row, called by one of its columns; those past the names are for the reader."""
    count = len(names.split(", "))
    return pytest.mark.parametrize(names.split(", "), [pytest.param(*row[:count], id=str(row[by])) for row in rows])


def keras() -> Dialect:
    dialect = dialect_named("keras")
    assert dialect
    return dialect


def op_of(line: str) -> Op:
    return read_text(f"framework keras | {line}").ops()[0]


GIVEN = [
    # line, input, output, and the layers of Keras that were run, one after the other
    ("conv 8 k3", "3@9x9", "8@7x7", "Conv2D(8, 3)"),
    ("conv 8 k3 s2 same", "3@9x8", "8@5x4", "Conv2D(8, 3, 2, 'same')"),
    ("conv 8 k3 d2 same", "3@2", "8@2", "Conv1D(8, 3, dilation_rate=2, padding='same')"),
    ("conv 8 k5 s2 causal", "3@9", "8@5", "Conv1D(8, 5, 2, 'causal')"),
    ("conv 8 k3 p1", "3@9x9", "8@9x9", "ZeroPadding2D(1) > Conv2D(8, 3)"),
    ("conv 8 k3 p0:1x1:2", "3@9x9", "8@8x10", "ZeroPadding2D(((0, 1), (1, 2))) > Conv2D(8, 3)"),
    ("conv 8 k3 p-1", "3@9", "8@5", "Cropping1D(1) > Conv1D(8, 3)"),
    ("conv 8 k3 full", "3@4x4x4", "8@6x6x6", "ZeroPadding3D(2) > Conv3D(8, 3)"),
    ("conv 8 k4 same-lower", "3@7", "8@7", "ZeroPadding1D((2, 1)) > Conv1D(8, 4)"),
    ("conv 8 k3 g2", "4@9x9", "8@7x7", "Conv2D(8, 3, groups=2)"),
    ("dwconv k3 m2 s2 d2 same", "3@9x9", "6@5x5", "DepthwiseConv2D(3, 2, 'same', 2, dilation_rate=2)"),
    ("sepconv 8 k3 s1x2", "3@9x9", "8@7x4", "SeparableConv2D(8, 3, (1, 2))"),
    ("tconv 8 k1 s3", "3@3", "8@9", "Conv1DTranspose(8, 1, 3)"),
    ("tconv 8 k1 s3 valid op0", "3@3", "8@7", "Conv1DTranspose(8, 1, 3, output_padding=0)"),
    ("tconv 8 k3 s2 same", "3@3", "8@6", "Conv1DTranspose(8, 3, 2, 'same')"),
    ("tconv 8 k3 s2 same op0", "3@3", "8@5", "Conv1DTranspose(8, 3, 2, 'same', 0)"),
    ("tconv 8 k3 s2 same op1", "3@3", "8@6", "Conv1DTranspose(8, 3, 2, 'same', 1)"),
    ("tconv 8 k4 s2 same op1", "3@3", "8@5", "Conv1DTranspose(8, 4, 2, 'same', 1)"),
    ("tconv 8 k4 s2 p1", "3@4x4", "8@8x8", "Conv2DTranspose(8, 4, 2) > Cropping2D(1)"),
    ("tconv 8 k2 s3 p1", "3@3", "8@7", "Conv1DTranspose(8, 2, 3) > Cropping1D(1)"),
    ("tconv 8 k4 s2 to 10x11", "3@4x4", "8@10x11", "Conv2DTranspose(8, 4, 2, output_padding=(0, 1))"),
    ("tconv 8 k3 s2 same to 7x8", "3@4x4", "8@7x8", "Conv2DTranspose(8, 3, 2, 'same', (0, 1))"),
    ("tconv 8 k1 s3 same to 9", "3@3", "8@9", "Conv1DTranspose(8, 1, 3, 'same') on 3 cells"),
    ("tconv 8 k3 d2x3x2", "3@1x3x1", "8@5x9x5", "Conv3DTranspose(8, 3, dilation_rate=(2, 3, 2))"),
    ("pool k4 s2 same", "3@6", "3@3", "MaxPooling1D(4, 2, 'same')"),
    ("pool k2", "3@5x5", "3@2x2", "MaxPooling2D()"),
    ("avgpool k3 s1 same", "3@5x5", "3@5x5", "AveragePooling2D(3, 1, 'same')"),
    ("avgpool k3 p1", "3@5x5", "3@2x2", "ZeroPadding2D(1) > AveragePooling2D(3)"),
    ("gmp keepdims", "3@5x5", "3@1x1", "GlobalMaxPooling2D(keepdims=True)"),
    ("adaptivepool 7", "3@5x5", "3@7x7", "AdaptiveAveragePooling2D(7)"),
    ("upsample x2 bilinear", "3@5x5", "3@10x10", "UpSampling2D(interpolation='bilinear')"),
    ("upsample to 7x9", "3@5x5", "3@7x9", "Resizing(7, 9, interpolation='nearest')"),
    ("upsample to 10", "3@5", "3@10", "UpSampling1D(2)"),
    ("pad 1:2", "3@5x5", "3@8x8", "ZeroPadding2D(((1, 2), (1, 2)))"),
    ("crop 2", "3@5x5", "3@1x1", "Cropping2D(2)"),
    ("dense 8", "3@5x5", "8@5x5", "Dense(8)"),
    ("reshape 5@15", "3@5x5", "5@15", "Reshape((15, 5))"),
    ("permute 2 0 1", "3@5x7", "7@3x5", "Permute((3, 1, 2))"),
]


@table("line, shape, expected", GIVEN, by=3)
def test_keras_gives(line: str, shape: str, expected: str) -> None:
    assert str(op_of(line).output(read_shape(shape))) == expected


REFUSED = [
    # line, input, words of the refusal or of its hint, and the key that it is about
    ("conv 8 k3 s2 d2", "3@9x9", "`strides > 1` not supported in conjunction with `dilation_rate > 1`", "dilation"),
    ("conv 8 k3 s1x2 d2x1", "3@9x9", "received strides=(1, 2) and dilation_rate=(2, 1)", "dilation"),
    ("conv 8 k3", "3@2x9", "computed output size would be zero or negative", "kernel"),
    ("conv 8 k3 causal", "3@9x9", "must be one of {'valid', 'same'}, received: causal", "padding"),
    ("conv 8 k3 causal", "3@9x9", "ZeroPadding2D(((2, 0), (2, 0))) before it", "padding"),
    ("conv 8 k3 g2", "3@9x9", "input channels must be evenly divisible by the number of groups", "groups"),
    ("conv 6 k3 g4", "4@9x9", "filters must be evenly divisible by the number of groups", "groups"),
    ("conv 8 k3", "3@9x9x9x9", "Conv1D, Conv2D and Conv3D", None),
    ("conv 8 k3 p1 circular", "3@9x9", "keras.ops.pad has no mode 'circular'", "padding_mode"),
    ("dwconv k3", "3@9x9x9", "DepthwiseConv1D and DepthwiseConv2D", None),
    ("dwconv k3", "3@9x9x9", "Conv3D(filters, kernel_size, groups=channels)", None),
    ("tconv 8 k3 s2 op2", "3@5", "`output_padding` must be strictly less than `strides`", "output_padding"),
    ("tconv 8 k3 d3 op2", "3@5", "it is 2 but `strides` is 1", "output_padding"),
    ("tconv 8 k3 s2 d2", "3@3", "`strides > 1` not supported", "dilation"),
    ("tconv 8 k4 s2 same op0", "3@3", "size of out_backprop doesn't match computed", "output_padding"),
    ("tconv 8 k4 s2 same op0", "3@3", "output_padding=None gives 6, output_padding=1 gives 5", "output_padding"),
    ("tconv 8 k3 causal", "3@3", "must be one of {'valid', 'same'}, received: causal", "padding"),
    ("tconv 8 k3 g2", "4@3", "has no argument groups", "groups"),
    ("tconv 8 k4 s2 p5", "3@4", "10 come out, of which the cropping takes 10", "padding"),
    ("tconv 8 k4 s2 to 12", "3@4", "no output_padding gives 12 from 4", "output_size"),
    ("tconv 8 k4 s2 to 12", "3@4", "10 to 11 are in reach", "output_size"),
    ("tconv 8 k4 s2 same to 7x8", "3@4x4", "no output_padding gives 8 from 4", "output_size"),
    ("pool k7 s4", "3@5", "computed output size would be zero or negative", "kernel"),
    ("pool k2 ceil", "3@5x5", "has no ceil mode", "ceil"),
    ("pool k2 d2", "3@5x5", "has no argument dilation_rate", "dilation"),
    ("avgpool k2 causal", "3@5", "must be either 'valid' or 'same', received: padding=causal", "padding"),
    ("lppool k2", "3@5x5", "no power pooling", None),
    ("unpool k2", "3@5x5", "no unpooling", None),
    ("upsample x3/2", "3@5x5", "must be in integers", "scale"),
    ("upsample x3/2", "3@5x5", "Resizing(7, 7) does it", "scale"),
    ("upsample to 11", "3@5", "a whole number of times as long", "size"),
    ("pad -1", "3@5x5", "`padding` must be non-negative", "padding"),
    ("pad -1", "3@5x5", "Cropping2D(1) takes cells away", "padding"),
    ("pad 5 reflect", "3@5", "reflect padding adds 5 to a side of 5", "padding"),
    ("crop 3", "3@5x5", "smaller than the corresponding spatial dimension", "padding"),
    ("reshape 7@11", "3@5x5", "the total size of the tensor must be unchanged", "target"),
    ("permute 0 1", "3@5x5", "expected ndim=3, found ndim=4", "order"),
    ("groupnorm g2", "3@5x5", "must be a multiple of the number of channels (3)", "groups"),
    ("tconv 8 k4 s2 same to 7x8", "3@4x4", "output_padding=None gives 8, on every axis alike", "output_size"),
    ("tconv 8 k4 s2 same to 6x8", "3@4x4", "7 to 8 are in reach", "output_size"),
    ("avgpool k2 ceil", "3@5x5", "ZeroPadding2D(((0, 1), (0, 1))) before it gives the same size", "ceil"),
    ("Conv1D(8, 3)", "3@9x9", "Conv2D reads it", None),
    ("conv 8 k3 p5 reflect", "3@3x3", "reflect padding adds 5 to a side of 3", "padding"),
    ("pad 1 circular", "3@5x5", "keras.ops.pad has no mode 'circular'", "mode"),
    ("upsample x2 linear", "3@5", "UpSampling1D repeats cells, it has no argument interpolation", "mode"),
    ("upsample x2 trilinear", "3@5x5", "trilinear", "mode"),
    ("shuffle 2", "6@3x3", "6 channels are not divisible by 2 ** 2 = 4", "factor"),
    ("Activation('glu')", "5@5x5", "splits the channels in two halves", "activation"),
    ("Reshape(())", "1", "leaves the batch alone", "target_shape"),
    ("Activation('rellu')", "3@9x9", "did you mean relu?", "activation"),
]


@table("line, shape, words, key", REFUSED)
def test_keras_refuses_and_tells_what_works(line: str, shape: str, words: str, key: str | None) -> None:
    with pytest.raises(Impossible, match="Keras refuses this") as caught:
        op_of(line).output(read_shape(shape))
    assert words in caught.value.reason
    assert caught.value.key == key


NOTES = [
    ("conv 8 k3 p1", "3@9x9", "ZeroPadding2D(1) before it, and padding='valid'"),
    ("conv 8 k3 p-1x2", "3@9x9", "ZeroPadding2D(((0, 0), (2, 2))) and Cropping2D(((1, 1), (0, 0))) before it"),
    ("conv 8 k3 p1 reflect", "3@9", "keras.ops.pad(x, ((0, 0), (1, 1), (0, 0)), mode='reflect') before it"),
    ("tconv 8 k4 s2 p1", "3@4x4", "Cropping2D(1) after it, and padding='valid'"),
    ("tconv 8 k4 s2 p-1", "3@4x4", "ZeroPadding2D(1) after it, and padding='valid'"),
    ("tconv 8 k4 s2 to 10x11", "3@4x4", "output_padding=(0, 1) gives it"),
    ("pool k3 p1", "3@5", "keras.ops.pad(x, ((0, 0), (1, 1), (0, 0)), constant_values=-inf) before it"),
    ("avgpool k3 p1", "3@5x5", "ZeroPadding2D(1) before it, and padding='valid'"),
    ("upsample to 7x9", "3@5x5", "Resizing(7, 9, interpolation='nearest')"),
    ("upsample to 10x15x5", "3@5x5x5", "UpSampling3D((2, 3, 1))"),
    ("shuffle 2", "12@5x5", "Lambda(lambda x: tf.nn.depth_to_space(x, 2))"),
    ("unshuffle 2", "3@4", "Reshape, Permute and Reshape do it"),
]


@table("line, shape, expected", NOTES)
def test_a_note_tells_the_layer_to_write(line: str, shape: str, expected: str) -> None:
    op, start = op_of(line), read_shape(shape)
    told = [note.text for note in op.notes(start, op.output(start)) if note.text.startswith("Keras: ")]
    assert len(told) == 1
    assert told[0].startswith(f"Keras: {expected}")


@pytest.mark.parametrize("line", ["conv 8 k3 same", "conv 8 k3 p0", "conv 8 k3 valid", "pool k3 same", "tconv 8 k3 s2"])
def test_a_layer_that_keras_has_needs_no_note(line: str) -> None:
    start = Shape(3, (9, 9))
    op = op_of(line)
    assert not [note for note in op.notes(start, op.output(start)) if note.text.startswith("Keras: ")]


OWN_KEYS = [
    ("Conv2D(8, 7)", "3@5x5", "kernel_size"),
    ("Conv2D(8, 3, strides=2, dilation_rate=2)", "3@9x9", "dilation_rate"),
    ("Conv2D(8, 3, groups=3)", "6@9x9", "groups"),
    ("Conv2D(8, 3, padding='full')", "3@9x9", "padding"),
    ("MaxPooling2D(7)", "3@5x5", "pool_size"),
    ("Cropping2D(3)", "3@5x5", "cropping"),
    ("Conv1DTranspose(8, 3, 2, output_padding=2)", "3@5", "output_padding"),
    ("UpSampling2D(interpolation='cubic')", "3@5x5", "interpolation"),
    ("Reshape((7, 11))", "3@5x5", "target_shape"),
    ("Permute((0, 1, 2))", "3@5x5", "dims"),
    ("PReLU(shared_axes=[4])", "3@5x5", "shared_axes"),
    ("BatchNormalization(axis=4)", "3@5x5", "axis"),
    ("Dropout(2)", "3@5x5", "rate"),
    ("Add()", "3@5x5", "names"),
    ("Conv2D(8, 3, data_format='NCHW')", "3@5x5", "data_format"),
    ("GroupNormalization(0)", "3@5x5", "groups"),
    ("Resizing(4, 4, 'cubic')", "3@5x5", "interpolation"),
]


@table("line, shape, key", OWN_KEYS)
def test_a_spelled_layer_is_refused_about_the_argument_of_its_class(line: str, shape: str, key: str) -> None:
    with pytest.raises(Impossible) as caught:
        op_of(line).output(read_shape(shape))
    assert caught.value.key == key


CALLS = [
    # a call, input, output, params: by place and by name, and with every default left out
    ("Conv2D(8, 3)", "3@9x9", "8@7x7", 224),
    ("Conv2D(8, (3, 1), (2, 1), 'Same', None, (1, 1), 1, 'relu', False)", "3@9x9", "8@5x9", 72),
    (
        "Conv2D(filters=8, kernel_size=3, padding='SAME', activation='relu', input_shape=(9, 9, 3))",
        "3@9x9",
        "8@9x9",
        224,
    ),
    ("keras.layers.Conv1D(8, 3, 1, 'causal', dilation_rate=2)", "3@9", "8@9", 80),
    ("Convolution3D(2, 2, data_format='channels_first')", "3@5x4x6", "2@4x3x5", 50),
    ("DepthwiseConv2D(3, (1, 1), 'valid', 2)", "3@9x9", "6@7x7", 60),
    ("SeparableConv1D(8, 3, 1, 'valid', None, 1, 2)", "3@9", "8@7", 74),
    ("Conv2DTranspose(128, (5, 5), strides=(2, 2), padding='same')", "256@7x7", "128@14x14", 819328),
    ("Conv2DTranspose(8, 3, 2, 'same', 0)", "3@3x3", "8@5x5", 224),
    ("Conv3DTranspose(8, 1, 2, 'same', 'channels_last', 0)", "3@3x3x3", "8@5x5x5", 32),
    ("MaxPooling2D()", "3@5x5", "3@2x2", 0),
    ("MaxPool2D((2, 1), (1, 2), 'same', None, 'pool')", "3@5x5", "3@5x3", 0),
    ("AveragePooling1D(3, strides=1)", "3@5", "3@3", 0),
    ("GlobalAveragePooling2D(None, True)", "3@5x5", "3@1x1", 0),
    ("ZeroPadding2D()", "3@5x5", "3@7x7", 0),
    ("ZeroPadding2D(((1, 0), 2))", "3@5x5", "3@6x9", 0),
    ("Cropping2D()", "3@5x5", "3@5x5", 0),
    ("Cropping3D(((1, 1), (0, 2), (0, 1)))", "3@3x3x2", "3@1x1x1", 0),
    ("UpSampling2D((2, 3), None, 'nearest')", "3@5x5", "3@10x15", 0),
    ("Reshape((-1, 3))", "3@5x5", "3@25", 0),
    ("Permute((2, 1, 3))", "3@5x7", "3@7x5", 0),
    ("Permute((3, 1, 2))", "3@5x7", "7@3x5", 0),
    ("RepeatVector(4)", "6", "6@4", 0),
    ("Dense(4, 'relu', False)", "6@5", "4@5", 24),
    ("BatchNormalization()", "6@5x5", "6@5x5", 24),
    ("BatchNormalization(1, scale=False)", "6@5x7", "6@5x7", 15),
    ("LayerNormalization(axis=[1, 2])", "6@5x7", "6@5x7", 70),
    ("RMSNormalization()", "6@5x7", "6@5x7", 6),
    ("Normalization()", "6@5x7", "6@5x7", 13),
    ("PReLU()", "6@5x7", "6@5x7", 210),
    ("PReLU(shared_axes=[1, 2])", "6@5x7", "6@5x7", 6),
    ("Resizing(32, 48)", "3@5x5", "3@32x48", 0),
    ("CenterCrop(3, 4)", "3@5x5", "3@3x4", 0),
    ("CenterCrop(7, 4)", "3@5x5", "3@7x4", 0),
    ("Activation('glu')", "6@5x5", "3@5x5", 0),
]


@table("call, shape, expected, params", CALLS)
def test_a_call_gives_what_keras_gives(call: str, shape: str, expected: str, params: int) -> None:
    trace = convcalc.read(f"framework keras | input {shape} | {call}").run()
    assert str(trace.output) == expected
    assert trace.params == params


MALFORMED = [
    ("Conv2D(8)", "kernel_size"),
    ("Conv2D(8, 0)", "kernel_size"),
    ("Conv2D(8, 3, padding=1)", "padding"),
    ("Conv2D(8, (3, 3, 3))", "kernel_size"),
    ("ZeroPadding2D((1, 2, 3))", "padding"),
    ("Dense(units=0)", "units"),
    ("Dropout('half')", "rate"),
    ("Dropout(True)", "rate"),
    ("ZeroPadding2D(((1, 2), (3, 4, 5)))", "padding"),
    ("ZeroPadding2D([1, 2, 3, 4])", "padding"),
    ("Add(names=3)", "names"),
]


@table("call, key", MALFORMED)
def test_a_value_out_of_its_domain_is_malformed(call: str, key: str) -> None:
    written = read_call(call)
    with pytest.raises(Malformed) as caught:
        keras().layer(written.name, written.positional, written.named)
    assert caught.value.key == key


JOINS = [
    # a call, the shapes that it joins, and what comes out
    ("Add", {}, "6@2x4 6@2x4", "6@2x4"),
    ("Add", {}, "6@2x4 6", "6@2x4"),
    ("Multiply", {}, "6@5x5 6@1x1", "6@5x5"),
    ("Average", {}, "1@1x4 6@2x1 6@2x4", "6@2x4"),
    ("Concatenate", {}, "6@2x4 3@2x4", "9@2x4"),
    ("Concatenate", {"axis": 1}, "6@2x4 6@3x4", "6@5x4"),
]


def joined(name: str, arguments: dict[str, int], shapes: str) -> Shape:
    first, *others = map(read_shape, shapes.split())
    op = keras().layer(name, (), {**arguments, "names": [f"branch{at}" for at in range(len(others))]})
    return op.output(first, *others)


@table("name, arguments, shapes, expected", JOINS)
def test_joins_broadcast(name: str, arguments: dict[str, int], shapes: str, expected: str) -> None:
    assert str(joined(name, arguments, shapes)) == expected


REFUSED_JOINS = [
    ("Add", "6@2x4 5@2x4", "inputs have incompatible shapes, received shapes 6@2x4 and 5@2x4 (branch0)"),
    ("Subtract", "6@2x4 6@2x4 6@2x4", "exactly 2 inputs"),
    ("Concatenate", "6@2x4 3@2x5", "matching shapes except for the concatenation axis -1"),
    ("Concatenate", "6@2x4 6", "matching shapes except for the concatenation axis -1"),
    ("Concatenate", "6@2x4", "should be called on a list of"),
    ("Maximum", "6@2x4", "should be called on a list of inputs"),
]


@table("name, shapes, words", REFUSED_JOINS)
def test_joins_that_do_not_broadcast_are_refused(name: str, shapes: str, words: str) -> None:
    with pytest.raises(Impossible, match="Keras refuses this") as caught:
        joined(name, {}, shapes)
    assert words in caught.value.what


def test_native_joins_broadcast_and_concatenate_the_channels() -> None:
    network = convcalc.read("framework keras | input 6@5x5 | gap keepdims | mul in | concat in")
    assert [str(shape) for shape in network.shapes()] == ["6@5x5", "6@1x1", "6@5x5", "12@5x5"]


def test_unknown_channels_are_no_reason_to_refuse() -> None:
    start = Shape(None, (5, 5))
    for call in ("Conv2D(8, 3, groups=2)", "Dense(4)", "BatchNormalization()", "GroupNormalization(3)", "PReLU()"):
        op = op_of(call)
        assert op.output(start).size
        assert op.weights(start) is None or call == "GroupNormalization(3)"


def test_a_reshape_counts_the_channels_and_so_must_know_them() -> None:
    with pytest.raises(Impossible, match="channels") as caught:
        op_of("reshape 5@15").output(Shape(None, (5, 5)))
    assert caught.value.key != "target"


PADDING = [
    # a call, input, cells before and after: odd totals have the extra cell after
    ("Conv1D(8, 4, padding='same')", "3@7", [(1, 2)]),
    ("Conv1D(8, 3, 2, 'same')", "3@8", [(0, 1)]),
    ("Conv1D(8, 3, padding='causal', dilation_rate=2)", "3@8", [(4, 0)]),
    ("MaxPooling1D(4, 2, 'same')", "3@6", [(1, 1)]),
    ("Conv1DTranspose(8, 5, 2, 'same')", "3@7", [(1, 2)]),
]


@table("call, shape, expected", PADDING)
def test_the_padding_is_told_in_numbers(call: str, shape: str, expected: list[tuple[int, int]]) -> None:
    assert [window.padding for window in op_of(call).windows(read_shape(shape))] == expected


PAIRS = [
    # what is taken at a limit, and what is refused beyond it, each with its input
    ("Conv1D(8, 3)", "3@3", "Conv1D(8, 3)", "3@2"),
    ("Conv2D(8, (2, 3))", "3@2x9", "Conv2D(8, (2, 3))", "3@1x9"),
    ("MaxPooling1D(7, 4)", "3@7", "MaxPooling1D(7, 4)", "3@5"),
    ("AveragePooling1D(7, 4)", "3@7", "AveragePooling1D(7, 4)", "3@6"),
    ("Cropping1D((1, 2))", "3@4", "Cropping1D((1, 2))", "3@3"),
    ("Cropping2D(((1, 1), (2, 2)))", "3@3x5", "Cropping2D(((1, 1), (2, 2)))", "3@3x4"),
    ("Conv2D(8, 3, groups=4)", "4@5x5", "Conv2D(8, 3, groups=4)", "5@5x5"),
    ("Reshape((4, -1))", "6@2x4", "Reshape((4, -1))", "5@5"),
    ("Conv1DTranspose(8, 3, 2, output_padding=1)", "3@5", "Conv1DTranspose(8, 3, 2, output_padding=2)", "3@5"),
    ("Conv1DTranspose(8, 4, 2, 'same', 1)", "3@5", "Conv1DTranspose(8, 4, 2, 'same', 0)", "3@5"),
    ("Conv1DTranspose(8, 3, 2, 'same', 0)", "3@5", "Conv1DTranspose(8, 3, 2, 'same', -1)", "3@5"),
    ("DepthwiseConv2D(3, 2, dilation_rate=2)", "3@9x9", "Conv2D(8, 3, 2, dilation_rate=2)", "3@9x9"),
    ("Conv1D(8, 3, padding='Causal')", "3@9", "DepthwiseConv1D(3, padding='causal')", "3@9"),
    ("Conv2D(8, 3, padding='SAME')", "3@9x9", "MaxPooling2D(3, padding='SAME')", "3@9x9"),
    ("ZeroPadding2D(0)", "3@9x9", "ZeroPadding2D(-1)", "3@9x9"),
    ("Reshape((-1, 6))", "6@2x4", "Reshape((-2, 24))", "6@2x4"),
    ("Reshape((-1, 6))", "6@2x4", "Reshape((2, -1, -1))", "6@2x4"),
    ("Conv2D(9, 3, groups=3)", "3@9x9", "Conv2D(8, 3, groups=3)", "3@9x9"),
    ("GroupNormalization(4)", "8@9x9", "GroupNormalization()", "8@9x9"),
]


@table("taken, shape, refused, other", PAIRS, by=2)
def test_each_limit_from_both_sides(taken: str, shape: str, refused: str, other: str) -> None:
    assert op_of(taken).output(read_shape(shape)).channels
    with pytest.raises(Impossible, match="Keras refuses this"):
        op_of(refused).output(read_shape(other))


EMPTY = [
    # on an axis without cells, as Keras gives it or refuses it
    ("DepthwiseConv2D(3, padding='same')", "3@0x4"),
    ("Conv2DTranspose(3, 3)", "3@2x6"),
    ("Conv2DTranspose(3, 3, 2, 'same')", "3@0x8"),
    ("MaxPooling2D(padding='same')", "3@0x2"),
    ("GlobalAveragePooling2D()", "3"),
    ("ZeroPadding2D()", "3@2x6"),
    ("Conv2D(3, 3, padding='same')", "3@0x4"),
    ("Conv2D(8, 3, padding='same')", None),
    ("Conv2D(3, 3)", None),
    ("GlobalMaxPooling2D()", None),
    ("AdaptiveAveragePooling2D(2)", None),
    ("UpSampling2D(interpolation='bilinear')", None),
    ("Cropping2D(0)", None),
]


@table("call, expected", EMPTY)
def test_an_axis_without_cells(call: str, expected: str | None) -> None:
    op, start = op_of(call), Shape(3, (0, 4))
    if expected is None:
        with pytest.raises(Impossible):
            op.output(start)
    else:
        assert str(op.output(start)) == expected


def test_an_empty_output_of_a_transposed_layer_is_looked_at_on_no_axis() -> None:
    op = op_of("Conv2DTranspose(1, 2, 3, 'same', 0)")
    assert str(op.output(Shape(3, (1, 2)))) == "1@0x3"
    assert op.weights(Shape(3, (1, 2))) == (13, 0)
    with pytest.raises(Impossible):
        op.output(Shape(3, (2, 2)))


def test_rms_normalization_lays_its_scale_along_the_last_axis() -> None:
    op = op_of("RMSNormalization(axis=1)")
    assert str(op.output(Shape(1, (4,)))) == "4@4"
    with pytest.raises(Impossible, match="lie along the last axis"):
        op.output(Shape(3, (4,)))
