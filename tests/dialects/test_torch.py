"""PyTorch's own rules over native layers and over its own spelling.

What is expected is what torch 2.13.0 gave or said when it was run on the same layer.
"""

import pytest

import convcalc
from convcalc.dialects import dialect_named
from convcalc.errors import Impossible
from convcalc.ops.op import Op
from convcalc.readers.source import read_text
from convcalc.shape import Shape, read_shape


def op_of(line: str) -> Op:
    return read_text(f"framework torch | {line}").ops()[0]


GIVEN = [
    pytest.param("conv 8 k3 s2 p1", "3@7x7", "8@4x4", id="a strided convolution"),
    pytest.param("conv 8 k4 same", "3@7x7", "8@7x7", id="same at stride 1"),
    pytest.param("conv 8 k3 s2 valid", "3@7x7", "8@3x3", id="valid with a stride"),
    pytest.param("conv 8 k3 p2 padding_mode=reflect", "3@3x3", "8@5x5", id="reflect below the input"),
    pytest.param("conv 8 k3 p3 padding_mode=circular", "3@3x3", "8@7x7", id="circular as large as the input"),
    pytest.param("conv 8 k3 p9 padding_mode=replicate", "3@3x3", "8@19x19", id="replicate without limit"),
    pytest.param("conv 8 k3 p-1 padding_mode=replicate", "3@5x5", "8@1x1", id="replicate takes a negative padding"),
    pytest.param("conv 8 k2 s5", "3@2x3", "8@1x1", id="a stride above the input"),
    pytest.param("tconv 8 k2 s3", "3@4", "8@11", id="transposed, kernel below stride"),
    pytest.param("tconv 8 k3 s2 p1 op1", "3@4x4", "8@8x8", id="output_padding below the stride"),
    pytest.param("tconv 8 k3 d3 op2", "3@5", "8@13", id="output_padding below the dilation"),
    pytest.param("tconv 8 k3 s2 to 10x9", "3@4x4", "8@10x9", id="an output size in reach"),
    pytest.param("avgpool k3 s3 p1 ceil", "1@2x2", "1@1x1", id="a last window in the far padding is dropped"),
    pytest.param("pool k3 s2 ceil", "1@4", "1@2", id="a last window inside counts"),
    pytest.param("pool k4 p2", "1@5", "1@2", id="padding of half the kernel"),
    pytest.param("avgpool k7 p3", "1@5x5", "1@1x1", id="an average over less than its kernel, two axes"),
    pytest.param("upsample x2.3", "3@100", "3@229", id="2.3 times 100 in double precision"),
    pytest.param("upsample x0.29", "3@100", "3@28", id="0.29 times 100 in double precision"),
    pytest.param("upsample x1.1", "3@100", "3@110", id="1.1 times 100 in double precision"),
    pytest.param("dense 10", "5@4x3", "5@4x10", id="a linear layer reads the last axis"),
    pytest.param("shuffle 2", "12@4x4", "3@8x8", id="pixel shuffle"),
    pytest.param("pad 3 reflect", "3@4x4", "3@10x10", id="a reflecting pad below the input"),
    pytest.param("adaptivepool 7", "3@2x2", "3@7x7", id="an adaptive pool larger than its input"),
    pytest.param("upsample to 7x9", "3@5x5", "3@7x9", id="a size to come out"),
    pytest.param("unpool k2", "3@2x2", "3@4x4", id="an unpool"),
    pytest.param("BatchNorm2d(3, bias=False)", "3@4x5", "3@4x5", id="a norm without a shift"),
    pytest.param("FractionalMaxPool2d(2, output_ratio=(0.5, 0.7))", "3@9x10", "3@4x7", id="a share of the size"),
    pytest.param("Unflatten(1, (2, 3))", "6@4", "2@3x4", id="the channels laid out"),
]


@pytest.mark.parametrize(("line", "shape", "expected"), GIVEN)
def test_torch_gives(line: str, shape: str, expected: str) -> None:
    assert str(op_of(line).output(read_shape(shape))) == expected


REFUSED = [
    pytest.param(
        "conv 8 k3 s2 same", "3@7x7", "padding='same' is not supported for strided", "padding", id="same, strided"
    ),
    pytest.param("dwconv k3 s2 same", "3@7x7", "not supported for strided", "padding", id="same, strided, depthwise"),
    pytest.param("sepconv 8 k3 p-1", "3@7x7", "negative padding", "padding", id="negative padding, separable"),
    pytest.param("conv 8 k3 p-1", "3@5x5", "negative padding is not supported", "padding", id="negative padding"),
    pytest.param(
        "conv 8 k7", "3@5x9", "kernel size can't be greater than actual input", "kernel", id="too large a kernel"
    ),
    pytest.param("conv 8 k3 g2", "3@5x5", "in_channels must be divisible by groups", "groups", id="groups"),
    pytest.param("conv 8 k3 p3 padding_mode=reflect", "3@3x3", "padding size should be less", "padding", id="reflect"),
    pytest.param(
        "conv 8 k3 p4 padding_mode=circular", "3@3x3", "padding size should be less", "padding", id="circular"
    ),
    pytest.param("conv 8 k3", "3@5x5x5x5", "Conv1d, Conv2d and Conv3d", None, id="four axes"),
    pytest.param(
        "tconv 8 k3 s2 same", "3@5x5", "ConvTranspose2d takes padding in numbers", "padding", id="same, transposed"
    ),
    pytest.param("tconv 8 k3 p-1", "3@5x5", "negative padding is not supported", "padding", id="negative crop"),
    pytest.param(
        "tconv 8 k3 s2 op2", "3@5", "must be smaller than either stride or dilation", "output_padding", id="op"
    ),
    pytest.param("tconv 8 k3 p2", "3@2", "output size is too small", "padding", id="nothing is left"),
    pytest.param(
        "tconv 8 k3 s2 to 11", "3@4", "valid sizes range from 9 to 10", "output_size", id="output size beyond"
    ),
    pytest.param(
        "tconv 8 k2 d3 to 10", "3@5", "valid sizes range from 8 to 8", "output_size", id="dilation widens nothing"
    ),
    pytest.param("pool k3 p2", "1@5", "at most half of effective kernel size", "padding", id="padding above half"),
    pytest.param("pool k2 same", "1@5", "pools take padding in numbers", "padding", id="same, pooling"),
    pytest.param("pool k7 s4", "1@5", "output size is too small", "kernel", id="a pool larger than its input"),
    pytest.param("avgpool k7 p3", "1@5x5x5", "smaller than kernel size", "kernel", id="an average on three axes"),
    pytest.param("avgpool k3 d2", "1@9", "takes no dilation", "dilation", id="a dilated average"),
    pytest.param("lppool k3 p1", "1@9", "LPPool takes no padding", "padding", id="a padded power pool"),
    pytest.param("upsample x2 linear", "1@5x5", "linear mode needs 3D input", "mode", id="linear on two axes"),
    pytest.param("upsample x0.1", "1@5", "should be greater than 0", "scale_factor", id="scaled to nothing"),
    pytest.param("pad 4 reflect", "3@4x4", "reflect padding adds 4", "padding", id="a reflecting pad"),
    pytest.param("shuffle 2", "6@4x4", "must be divisible", "factor", id="pixel shuffle"),
    pytest.param("groupnorm g4", "6@4x4", "divisible by num_groups", "groups", id="a group norm"),
    pytest.param("shuffle 2", "8@5", "works on two axes", None, id="pixel shuffle of one axis"),
    pytest.param("unpool k2 p2", "3@1", "output_size is out of range", "padding", id="an unpool to less than nothing"),
]


@pytest.mark.parametrize(("line", "shape", "words", "key"), REFUSED)
def test_torch_refuses_and_says_which_rule(line: str, shape: str, words: str, key: str | None) -> None:
    with pytest.raises(Impossible) as caught:
        op_of(line).output(read_shape(shape))
    assert words in caught.value.what
    assert caught.value.what.count("PyTorch refuses this") == 1
    assert caught.value.key == key


SPELLED = [
    pytest.param("Conv2d(3, 8, 7)", "3@5x5", "kernel_size", id="kernel"),
    pytest.param("Conv2d(4, 8, 3)", "3@5x5", "in_channels", id="in_channels"),
    pytest.param("Conv2d(3, 8, 3, padding='same', stride=2)", "3@5x5", "padding", id="padding"),
    pytest.param("Conv2d(3, 8, 3, padding='SAME')", "3@5x5", "padding", id="an unknown word"),
    pytest.param("Conv2d(3, 8, 3, padding_mode='mirror')", "3@5x5", "padding_mode", id="an unknown mode"),
    pytest.param("ConvTranspose2d(3, 8, 3, output_padding=1)", "3@5x5", "output_padding", id="output_padding"),
    pytest.param("ConvTranspose2d(3, 8, 3, 2, output_size=(9, 9))", "3@5x5", "output_size", id="output_size"),
    pytest.param("MaxPool2d(3, padding=2)", "3@5x5", "padding", id="a pool's padding"),
    pytest.param("Conv1d(3, 8, 3)", "3@5x5", None, id="another number of axes"),
    pytest.param("ConvTranspose2d(3, 8, 3, output_size=(0, 5))", "3@5x5", "output_size", id="an output size of 0"),
    pytest.param("MaxUnpool2d(2, output_size=(4,))", "3@2x2", "output_size", id="an output size of too few axes"),
    pytest.param("FractionalMaxPool2d(2)", "3@5x5", "output_size", id="neither a size nor a share"),
    pytest.param("FractionalMaxPool2d(2, 2, 0.5)", "3@5x5", "output_size", id="a size and a share"),
    pytest.param("Unfold(2, padding=-1)", "3@6x6", "padding", id="a negative padding"),
    pytest.param("interpolate(size=(4, 4, 4))", "3@5x5", "size", id="a size of too many axes"),
    pytest.param("Upsample(scale_factor=(2, 2, 2))", "3@5x5", "scale_factor", id="a factor too many"),
    pytest.param("ZeroPad2d((1, 2, 3))", "3@5x5", "padding", id="three sides of four"),
    pytest.param("Dropout(1.5)", "3@5x5", "p", id="a probability above 1"),
]


@pytest.mark.parametrize(("call", "shape", "key"), SPELLED)
def test_an_error_of_a_layer_in_torchs_spelling_names_torchs_argument(call: str, shape: str, key: str | None) -> None:
    with pytest.raises(Impossible) as caught:
        op_of(call).output(read_shape(shape))
    assert caught.value.key == key


def test_a_circular_pad_that_takes_more_than_there_is_is_refused() -> None:
    """By (2, -4) torch fails on 3 cells; by (3, -5) it gives a cell of memory that was never written."""
    for sides in ("(2, -4)", "(3, -5)"):
        with pytest.raises(Impossible, match="negative padding value"):
            op_of(f"CircularPad1d({sides})").output(Shape(3, (3,)))


BATCH = ["Flatten(0, 1)", "Unflatten(0, (1, 1))", "GLU(0)"]


@pytest.mark.parametrize("call", BATCH)
def test_what_would_change_the_batch_is_refused_for_it_is_not_written(call: str) -> None:
    with pytest.raises(Impossible, match="batch") as caught:
        op_of(call).output(Shape(6, (4,)))
    assert "is not written" in caught.value.what


def test_padding_that_no_layer_takes_is_told_as_a_pad_before_it() -> None:
    [note] = op_of("conv 8 k3 causal").notes(Shape(3, (9,)), Shape(8, (9,)))[:1]
    assert note.text == "PyTorch: F.pad(x, (2, 0)) before it, and padding=0"
    [note] = op_of("pool k2 s2 p0:1").notes(Shape(3, (9, 9)), Shape(3, (5, 5)))[:1]
    assert note.text == "PyTorch: F.pad(x, (0, 1, 0, 1), value=-inf) before it, and padding=0"


def test_a_layer_shows_as_it_was_written() -> None:
    assert str(op_of("nn.Conv2d(3, 64, (7, 7), stride=2)")) == "nn.Conv2d(3, 64, (7, 7), stride=2)"
    table = '{"layers": [{"op": "MaxPool2d", "kernel_size": [3, 2]}]}'
    assert str(convcalc.read(table).ops()[0]) == "MaxPool2d(kernel_size=(3, 2))"


def test_params_are_those_that_torch_counts() -> None:
    network = convcalc.read("Conv2d(3, 8, 3, bias=False) | BatchNorm2d(8) | PReLU(8) | Flatten() | Linear(288, 10)")
    trace = network.run("3@8x8")
    assert [row.params for row in trace] == [216, 16, 8, 0, 2890]


def test_a_norm_without_a_shift_holds_half() -> None:
    trace = convcalc.read("BatchNorm2d(6, bias=False) | GroupNorm(3, 6, bias=False)").run("6@4x5")
    assert [row.params for row in trace] == [6, 6]


def test_a_linear_layer_multiplies_along_the_last_axis() -> None:
    """5 x 4 x 3 numbers come in, and each meets 10 weights."""
    assert convcalc.read("framework torch | dense 10").run("5@4x3").macs == 5 * 4 * 3 * 10


def test_every_class_is_found_with_and_without_its_module() -> None:
    dialect = dialect_named("torch")
    assert dialect
    assert dialect.knows("Conv2d")
    assert dialect.knows("torch.nn.Conv2d")
    assert not dialect.knows("keras.Conv2d")
