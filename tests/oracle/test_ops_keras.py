"""Native ops against Keras on TensorFlow: what the padding words mean, params, and the padding that is really used.

Keras has no padding in numbers, so that cases are padded by words alone. A transposed convolution by `valid` whose
stride exceeds its extent is drawn with an output_padding only: where it is left out, Keras takes the largest that is
in reach, native ops take 0 as PyTorch does; TensorFlow itself has no default. Adaptive pools are left to PyTorch,
since in Keras some end the process.
"""

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import assume, given
from torch_ops import (
    Answer,
    Case,
    Dims,
    Pick,
    agree_on_axis,
    agree_on_cases,
    case_of,
    cases,
    chain_of,
    native,
    network_text,
    notation,
    op_of,
    per_axis,
    repeatably,
    some_input,
    some_size,
    spans_of,
    told,
)

import convcalc
from convcalc.ops.convolution import TransposedConv
from convcalc.ops.resampling import Crop, Pad
from convcalc.shape import Shape, read_shape
from convcalc.window import TransposedWindow, Window

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tf: Any = pytest.importorskip("tensorflow", reason="TensorFlow is what native padding words are measured against")
keras: Any = pytest.importorskip("keras", reason="Keras is what native padding words are measured against")

pytestmark = pytest.mark.oracle

REFUSALS = (ValueError, tf.errors.OpError)
"""What Keras and TensorFlow raise where they refuse."""


# Which layer a case stands for.


def measure(case: Case) -> Answer | None:
    """What Keras answers on real tensors; None where it refuses, or gives an empty tensor."""
    try:
        layer = LAYERS[case.op](case)
        output = run(layer, *[tf.ones(channels_last(dims)) for dims in case.inputs])
    except REFUSALS:
        return None
    params = sum(keras.ops.size(weight) for weight in layer.trainable_weights)
    return None if 0 in output.shape else Answer(notation(channels_first(output.shape)), int(params))


def run(layer: Any, *tensors: Any) -> Any:
    """What comes out, once Keras has agreed to the shapes: a pool past the input can end the process."""
    shapes = [tuple(tensor.shape) for tensor in tensors]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # advice on a softmax over one channel
        layer.compute_output_shape(shapes if len(shapes) > 1 else shapes[0])
        return layer(list(tensors) if len(tensors) > 1 else tensors[0])


def channels_last(dims: Dims) -> tuple[int, ...]:
    """A batch of one, the channels at the end."""
    channels, *size = dims
    return (1, *size, channels)


def channels_first(shape: Sequence[int]) -> Dims:
    """The shape of a tensor without its batch, the channels first."""
    _, *size, channels = shape
    return (channels, *size)


def _layer(name: str, case: Case, *arguments: Any, **settings: Any) -> Any:
    """A layer of as many axes as the case has."""
    return getattr(keras.layers, name.format(case.rank))(*arguments, **settings)


def _window(case: Case, kernel: str) -> dict[str, Any]:
    """Kernel, stride, dilation and padding, as far as they are set, by Keras' names."""
    names = {"kernel": kernel, "stride": "strides", "dilation": "dilation_rate", "padding": "padding"}
    return {name: case.knobs[knob] for knob, name in names.items() if knob in case.knobs}


def _conv(case: Case) -> Any:
    settings = {"groups": case.knobs.get("groups", 1), "use_bias": case.knobs.get("bias", True)}
    return _layer("Conv{}D", case, case.knobs.get("out", case.channels), **_window(case, "kernel_size"), **settings)


def _dwconv(case: Case) -> Any:
    settings = {"depth_multiplier": case.knobs.get("multiplier", 1), "use_bias": case.knobs.get("bias", True)}
    return _layer("DepthwiseConv{}D", case, **_window(case, "kernel_size"), **settings)


def _sepconv(case: Case) -> Any:
    settings = {"depth_multiplier": case.knobs.get("multiplier", 1), "use_bias": case.knobs.get("bias", True)}
    out = case.knobs.get("out", case.channels)
    return _layer("SeparableConv{}D", case, out, **_window(case, "kernel_size"), **settings)


def _tconv(case: Case) -> Any:
    settings = {"output_padding": case.knobs.get("output_padding"), "use_bias": case.knobs.get("bias", True)}
    out = case.knobs.get("out", case.channels)
    return _layer("Conv{}DTranspose", case, out, **_window(case, "kernel_size"), **settings)


def _pool(name: str) -> Callable[[Case], Any]:
    return lambda case: _layer(name, case, **_window(case, "pool_size"))


def _global(name: str) -> Callable[[Case], Any]:
    return lambda case: _layer(name, case, keepdims=case.knobs.get("keepdims", False))


def _bordered(name: str) -> Callable[[Case], Any]:
    def builder(case: Case) -> Any:
        sides = tuple([one if isinstance(one, tuple) else (one, one) for one in case.axes("padding")])
        return _layer(name, case, sides if case.rank > 1 else sides[0])

    return builder


def _upsample(case: Case) -> Any:
    return _layer("UpSampling{}D", case, case.knobs["scale"])


def _reshape(case: Case) -> Any:
    channels, *size = case.knobs["target"]
    return keras.layers.Reshape((*size, channels))


def _permute(case: Case) -> Any:
    """Keras counts from 1, the channels last."""
    first, *rest = [index or len(case.inputs[0]) for index in case.knobs["order"]]
    return keras.layers.Permute((*rest, first))


def _dense(case: Case) -> Any:
    return keras.layers.Dense(case.knobs["out"], use_bias=case.knobs.get("bias", True))


def _norm(name: str, *, affine: bool = True, **settings: Any) -> Callable[[Case], Any]:
    def builder(case: Case) -> Any:
        learned = case.knobs.get("affine", affine)
        own = {"groups": case.knobs["groups"]} if "groups" in case.knobs else settings
        return getattr(keras.layers, name)(scale=learned, center=learned, **own)

    return builder


def _plain(name: str, *arguments: Any) -> Callable[[Case], Any]:
    return lambda _case: getattr(keras.layers, name)(*arguments)


ACTIVATIONS: Mapping[str, str] = {
    **{name: name for name in ("relu", "relu6", "elu", "selu", "celu", "gelu", "silu", "mish", "sigmoid", "tanh")},
    **{name: name for name in ("softplus", "softsign", "softmax")},
    "leakyrelu": "leaky_relu",
    "hardsigmoid": "hard_sigmoid",
    "hardswish": "hard_swish",
    "hardtanh": "hard_tanh",
    "logsoftmax": "log_softmax",
}

LAYERS: Mapping[str, Callable[[Case], Any]] = {
    "conv": _conv,
    "dwconv": _dwconv,
    "sepconv": _sepconv,
    "tconv": _tconv,
    "pool": _pool("MaxPooling{}D"),
    "avgpool": _pool("AveragePooling{}D"),
    "gap": _global("GlobalAveragePooling{}D"),
    "gmp": _global("GlobalMaxPooling{}D"),
    "upsample": _upsample,
    "pad": _bordered("ZeroPadding{}D"),
    "crop": _bordered("Cropping{}D"),
    "dense": _dense,
    "flatten": _plain("Flatten"),
    "reshape": _reshape,
    "permute": _permute,
    "batchnorm": _norm("BatchNormalization"),
    "layernorm": _norm("LayerNormalization"),
    "groupnorm": _norm("GroupNormalization"),
    "instancenorm": _norm("GroupNormalization", affine=False, groups=-1),
    **{op: _plain("Activation", name) for op, name in ACTIVATIONS.items()},
    "dropout": _plain("Dropout", 0.5),
    "identity": _plain("Identity"),
    "add": _plain("Add"),
    "mul": _plain("Multiply"),
    "concat": _plain("Concatenate"),
}


# Cases by chance.


def some_window(pick: Pick, rank: int, words: Sequence[str]) -> dict[str, Any]:
    """Kernel, stride, dilation and a padding word."""
    return {
        "kernel": per_axis(pick, rank, range(1, 6)),
        "stride": pick((None, per_axis(pick, rank, range(1, 5)))),
        "dilation": pick((None, None, None, per_axis(pick, rank, range(1, 4)))),
        "padding": pick(words),
    }


def _conv_case(pick: Pick) -> Case:
    inputs = some_input(pick, channels=(1, 2, 4))
    words = ("same", "same", "valid", "causal") if len(inputs) == 2 else ("same", "same", "valid")
    groups = pick((None, None, None, None, 2))
    window = some_window(pick, len(inputs) - 1, words)
    return case_of("conv", inputs, out=pick((2, 3, 4)), groups=groups, **window, bias=pick((None, False)))


def _dwconv_case(pick: Pick) -> Case:
    inputs = some_input(pick, (1, 2))
    window = some_window(pick, len(inputs) - 1, ("same", "same", "valid"))
    return case_of("dwconv", inputs, multiplier=pick((None, 2)), **window, bias=pick((None, False)))


def _sepconv_case(pick: Pick) -> Case:
    case = _dwconv_case(pick)
    return Case("sepconv", {"out": pick((3, 5)), **case.knobs}, case.inputs)


def _tconv_case(pick: Pick) -> Case:
    inputs = some_input(pick)
    rank = len(inputs) - 1
    window = some_window(pick, rank, ("same", "same", "valid"))
    added = pick((None, None, per_axis(pick, rank, range(4))))
    case = case_of("tconv", inputs, out=pick((None, 3)), **window, output_padding=added, bias=pick((None, False)))
    if window["padding"] == "valid" and added is None and any(_gaps(case)):
        return Case(case.op, {**case.knobs, "output_padding": 0}, case.inputs)
    return case


def _gaps(case: Case) -> list[bool]:
    """On which axes the kernels of a transposed convolution don't meet."""
    knobs = zip(case.axes("kernel"), case.axes("stride"), case.axes("dilation"), strict=True)
    return [stride > dilation * (kernel - 1) + 1 for kernel, stride, dilation in knobs]


def _pool_case(op: str) -> Callable[[Pick], Case]:
    def some_case(pick: Pick) -> Case:
        inputs = some_input(pick)
        window = some_window(pick, len(inputs) - 1, ("same", "same", "valid"))
        return case_of(op, inputs, kernel=window["kernel"], stride=window["stride"], padding=window["padding"])

    return some_case


def _global_case(op: str) -> Callable[[Pick], Case]:
    return lambda pick: case_of(op, some_input(pick), keepdims=pick((None, True)))


def _upsample_case(pick: Pick) -> Case:
    """By one factor on one axis or three, as Keras has it; by one an axis on two."""
    inputs = some_input(pick)
    return case_of("upsample", inputs, scale=per_axis(pick, len(inputs) - 1, (1, 2, 3)))


def _bordered_case(op: str) -> Callable[[Pick], Case]:
    def some_case(pick: Pick) -> Case:
        inputs = some_input(pick)
        sides = tuple([(pick(range(4)), pick(range(5))) for _ in inputs[1:]])
        return case_of(op, inputs, padding=pick((sides, per_axis(pick, len(inputs) - 1, range(4)))))

    return some_case


def _pointwise_case(op: str, ranks: Sequence[int] = (0, 1, 2, 3), **knobs: Any) -> Callable[[Pick], Case]:
    """With each of the knobs set to one of its values."""
    return lambda pick: case_of(op, some_input(pick, ranks), **{name: pick(values) for name, values in knobs.items()})


def _dense_case(pick: Pick) -> Case:
    return case_of("dense", (pick(range(1, 200)),), out=pick(range(1, 100)), bias=pick((None, False)))


def _permute_case(pick: Pick) -> Case:
    inputs = some_input(pick, (1, 2, 3))
    left = list(range(len(inputs)))
    return case_of("permute", inputs, order=tuple([left.pop(pick(range(len(left)))) for _ in inputs]))


def _reshape_case(pick: Pick) -> Case:
    inputs = some_input(pick, (0, 1, 2), (12, 24))
    target = [pick((1, 2, 3, 4, 6)) for _ in range(pick((1, 2, 3)))]
    target[pick(range(len(target)))] = -1
    return case_of("reshape", inputs, target=tuple(target))


def _join_case(op: str) -> Callable[[Pick], Case]:
    """From two cells an axis and two channels: Keras broadcasts a size of 1, natively sizes must be equal."""

    def some_case(pick: Pick) -> Case:
        first = some_input(pick, (0, 1, 2, 3), (2, 3, 4), least=2)
        other = list(first)
        if pick((True, False)):
            other[pick(range(len(first)))] += 1
        return case_of(op, first, tuple(other), names=("a",))

    return some_case


GENERATORS: Mapping[str, Callable[[Pick], Case]] = {
    "conv": _conv_case,
    "dwconv": _dwconv_case,
    "sepconv": _sepconv_case,
    "tconv": _tconv_case,
    "pool": _pool_case("pool"),
    "avgpool": _pool_case("avgpool"),
    "gap": _global_case("gap"),
    "gmp": _global_case("gmp"),
    "upsample": _upsample_case,
    "pad": _bordered_case("pad"),
    "crop": _bordered_case("crop"),
    "dense": _dense_case,
    "flatten": _pointwise_case("flatten"),
    "reshape": _reshape_case,
    "permute": _permute_case,
    "batchnorm": _pointwise_case("batchnorm", affine=(None, True, False)),
    "layernorm": _pointwise_case("layernorm", affine=(None, True, False)),
    "groupnorm": _pointwise_case("groupnorm", (1, 2, 3), groups=(1, 2, 3), affine=(None, False)),
    "instancenorm": _pointwise_case("instancenorm", (1, 2, 3), affine=(None, True, False)),
    **{op: _pointwise_case(op) for op in (*ACTIVATIONS, "dropout", "identity")},
    "add": _join_case("add"),
    "mul": _join_case("mul"),
    "concat": _join_case("concat"),
}
"""What makes cases of each kind; some refused by Keras, most not."""


# Answers.

ANSWERED = [
    pytest.param(
        case_of("conv", (3, 224, 224), out=64, kernel=7, stride=2, padding="same"), "64@112x112", 9472, id="same"
    ),
    pytest.param(case_of("conv", (1, 5), kernel=9, stride=2, padding="same"), "1@3", 10, id="same-beyond-the-input"),
    pytest.param(case_of("conv", (1, 5), kernel=3, stride=3, padding="causal"), "1@2", 4, id="causal"),
    pytest.param(case_of("conv", (1, 9, 9, 9), kernel=2, padding="valid"), "1@8x8x8", 9, id="valid"),
    pytest.param(
        case_of("dwconv", (3, 9, 8), kernel=3, stride=2, dilation=2, padding="same"), "3@5x4", 30, id="depthwise"
    ),
    pytest.param(
        case_of("sepconv", (32, 56, 56), out=64, kernel=3, multiplier=2, padding="same"),
        "64@56x56",
        4736,
        id="separable",
    ),
    pytest.param(
        case_of("tconv", (256, 7, 7), out=128, kernel=5, stride=1, padding="same", bias=False),
        "128@7x7",
        819200,
        id="dcgan-first",
    ),
    pytest.param(
        case_of("tconv", (128, 7, 7), out=64, kernel=5, stride=2, padding="same", bias=False),
        "64@14x14",
        204800,
        id="dcgan-second",
    ),
    pytest.param(case_of("tconv", (1, 3), kernel=1, stride=3, padding="same"), "1@9", 2, id="same-with-gaps"),
    pytest.param(
        case_of("tconv", (1, 3), kernel=3, stride=2, padding="same", output_padding=0), "1@5", 4, id="same-less-one"
    ),
    pytest.param(
        case_of("tconv", (1, 3), kernel=4, stride=2, padding="same", output_padding=1), "1@5", 5, id="same-even-kernel"
    ),
    pytest.param(case_of("tconv", (1, 3), kernel=3, stride=2, padding="valid"), "1@7", 4, id="valid-transpose"),
    pytest.param(case_of("pool", (8, 7, 7), kernel=2, padding="same"), "8@4x4", 0, id="same-pool"),
    pytest.param(case_of("avgpool", (8, 2), kernel=3, stride=1, padding="same"), "8@2", 0, id="same-average"),
    pytest.param(case_of("batchnorm", (64, 9, 9)), "64@9x9", 128, id="batch-norm"),
    pytest.param(case_of("permute", (3, 4, 5), order=(1, 2, 0)), "4@5x3", 0, id="permute"),
]


@pytest.mark.parametrize(("case", "output", "params"), ANSWERED)
def test_keras_and_convcalc_both_answer(case: Case, output: str, params: int) -> None:
    assert measure(case) == native(case) == Answer(output, params)


REFUSED = [
    pytest.param(case_of("conv", (1, 2), kernel=3, padding="valid"), id="a-kernel-beyond-the-input"),
    pytest.param(case_of("conv", (3, 5), out=4, kernel=3, groups=2, padding="same"), id="groups"),
    pytest.param(case_of("pool", (1, 2, 2), kernel=3, padding="valid"), id="a-pool-beyond-the-input"),
    pytest.param(
        case_of("tconv", (1, 3), kernel=4, stride=2, padding="same", output_padding=0),
        id="same-out-of-tensorflows-reach",
    ),
    pytest.param(
        case_of("tconv", (1, 3), kernel=3, stride=2, padding="same", output_padding=2),
        id="output-padding-of-the-stride",
    ),
    pytest.param(case_of("crop", (1, 4), padding=2), id="crop-everything"),
    pytest.param(case_of("add", (3, 9), (3, 8), names=("a",)), id="add-unequal-sizes"),
    pytest.param(case_of("concat", (3, 9), (3, 8), names=("a",)), id="concat-unequal-sizes"),
]


@pytest.mark.parametrize("case", REFUSED)
def test_keras_and_convcalc_both_refuse(case: Case) -> None:
    assert measure(case) is None
    assert native(case) is None


def why_wider(case: Case) -> str | None:
    """Why Keras may refuse what is arithmetically sound."""
    strides, dilations = case.axes("stride"), case.axes("dilation")
    if case.op in ("conv", "tconv") and max(strides) > 1 and max(dilations) > 1:
        return "Keras has no stride and dilation in one convolution"
    if case.op == "tconv" and any(map(int.__ge__, case.axes("output_padding", 0), strides)):
        return "Keras keeps output_padding below the stride, whatever the kernel and the dilation"
    return None


WIDER = [
    pytest.param(
        case_of("conv", (1, 9), kernel=3, stride=2, dilation=2, padding="same"), "1@5", id="stride-and-dilation"
    ),
    pytest.param(
        case_of("tconv", (1, 3), kernel=4, stride=2, padding="same", output_padding=2),
        "1@6",
        id="same-by-an-even-kernel",
    ),
    pytest.param(
        case_of("tconv", (1, 5), kernel=3, dilation=3, padding="valid", output_padding=2),
        "1@13",
        id="op-by-the-dilation",
    ),
]


@pytest.mark.parametrize(("case", "output"), WIDER)
def test_convcalc_answers_what_keras_alone_refuses(case: Case, output: str) -> None:
    answer = native(case)
    assert measure(case) is None
    assert why_wider(case)
    assert answer is not None
    assert answer.output == output


def test_valid_without_output_padding_takes_none_where_keras_fills_the_gaps() -> None:
    case = case_of("tconv", (1, 3), kernel=1, stride=3, padding="valid")
    assert measure(case) == Answer("1@9", 2)
    assert native(case) == Answer("1@7", 2)


EXAMPLES = {"conv": 300, "dwconv": 200, "tconv": 400, "pool": 200, "avgpool": 200}


@pytest.mark.parametrize("kind", GENERATORS)
def test_a_native_op_is_keras_layer(kind: str) -> None:
    """Where Keras answers, convcalc answers the same; where it refuses, convcalc does too, or there is a reason."""
    agree_on_cases(GENERATORS[kind], EXAMPLES.get(kind, 15 if kind in ACTIVATIONS else 60), measure, why_wider)


@repeatably(100)
@given(cases(GENERATORS["batchnorm"]))
def test_keras_counts_running_statistics(case: Case) -> None:
    """Under keras a batch norm has 4 C params, 2 C of which are trained."""
    layer = LAYERS["batchnorm"](case)
    run(layer, tf.ones(channels_last(case.inputs[0])))
    network = convcalc.read(network_text(chain_of(("batchnorm", case.knobs))))
    row = network.run(notation(case.inputs[0]), framework="keras").row(1)
    trainable = sum(int(keras.ops.size(weight)) for weight in layer.trainable_weights)
    assert (row.params, row.trainable) == (layer.count_params(), trainable), told(case)


# The padding that is really used.


def numbers(shape: Sequence[int]) -> Any:
    """Random numbers, the same each time."""
    return tf.random.stateless_normal(tuple(shape), seed=(0, 0))


def padded(tensor: Any, sides: Sequence[tuple[int, int]], value: float = 0.0) -> Any:
    """The tensor with cells around each axis."""
    return tf.pad(tensor, [(0, 0), *sides, (0, 0)], constant_values=value)


def close(one: Any, other: Any) -> bool:
    """Whether two tensors are equal but for rounding."""
    return one.shape == other.shape and bool(tf.reduce_all(tf.abs(one - other) < 1e-4))


def window_pads(case: Case) -> list[tuple[int, int]]:
    """What convcalc says is padded on each axis."""
    strides = case.axes("stride", case.knobs["kernel"] if case.op == "pool" else 1)
    knobs = zip(case.axes("kernel"), strides, case.axes("dilation"), strict=True)
    word = case.knobs["padding"]
    return [Window(*axis, word).pads(cells) for axis, cells in zip(knobs, case.inputs[0][1:], strict=True)]


@pytest.mark.parametrize("kind", ["conv", "dwconv", "sepconv", "pool"])
def test_a_layer_pads_as_window_pads_says(kind: str) -> None:
    """A layer by `same` or `causal` gives the numbers of the same layer by `valid` on an input padded by hand."""

    @repeatably(150)
    @given(cases(GENERATORS[kind]))
    def agrees(case: Case) -> None:
        assume(case.knobs["padding"] != "valid" and measure(case) is not None)
        by_word = LAYERS[kind](case)
        by_hand = LAYERS[kind](Case(kind, {**case.knobs, "padding": "valid"}, case.inputs))
        tensor = numbers(channels_last(case.inputs[0]))
        around = padded(tensor, window_pads(case), value=float("-inf") if kind == "pool" else 0.0)
        expected = by_word(tensor)
        by_hand.build(around.shape)
        by_hand.set_weights(by_word.get_weights())
        assert close(by_hand(around), expected), told(case)

    agrees()


def some_tf_window(pick: Pick) -> tuple[Dims, Dims, Dims, Dims]:
    """Sizes, kernels, strides and dilations on two axes."""
    size = some_size(pick, 2)
    kernel, stride, dilation = [tuple([pick(range(1, most)) for _ in size]) for most in (6, 5, 4)]
    return size, kernel, stride, dilation


@repeatably(400)
@given(cases(some_tf_window))
def test_tensorflow_pads_a_convolution_as_window_pads_says(window: tuple[Dims, Dims, Dims, Dims]) -> None:
    """`tf.nn.conv2d` by SAME is VALID on an input padded by hand, for stride and dilation at once too."""
    size, kernel, stride, dilation = window
    tensor, weights = numbers((1, *size, 1)), numbers((*kernel, 1, 1))
    knobs = zip(kernel, stride, dilation, strict=True)
    pads = [Window(*axis, "same").pads(cells) for axis, cells in zip(knobs, size, strict=True)]
    by_word, by_hand = [
        tf.nn.conv2d(fed, weights, (1, *stride, 1), padding, dilations=(1, *dilation, 1))
        for fed, padding in ((tensor, "SAME"), (padded(tensor, pads), "VALID"))
    ]
    assert close(by_word, by_hand), window


def transposed(
    tensor: Any, weights: Any, stride: Sequence[int], dilation: Sequence[int], output: Sequence[int], padding: str
) -> Any:
    """TensorFlow's transposed convolution to an output of one channel."""
    return tf.nn.conv_transpose(tensor, weights, (1, *output, 1), stride, padding, dilations=dilation)


def whole_and_cropped(tensor: Any, weights: Any, windows: Sequence[TransposedWindow], output: Sequence[int]) -> Any:
    """The transposed convolution without padding, and then without what `windows` say is padded."""
    sides = [window.sides for window in windows]
    whole = transposed(
        tensor,
        weights,
        [window.stride for window in windows],
        [window.dilation for window in windows],
        [cells + before + after for cells, (before, after) in zip(output, sides, strict=True)],
        "VALID",
    )
    return tf.slice(whole, (0, *[before for before, _ in sides], 0), (1, *output, 1))


def some_transposed(pick: Pick) -> tuple[Dims, list[TransposedWindow], Dims]:
    """Sizes, windows by `same` and sizes to come out, in TensorFlow's reach; oneDNN dilates on one axis or two."""
    rank = pick((1, 2, 2, 3))
    size = some_size(pick, rank)
    dilations = (1, 2, 3) if rank < 3 else (1,)
    windows = [TransposedWindow(pick(range(1, 7)), pick(range(1, 5)), pick(dilations), "same") for _ in size]
    output = [
        pick(range((n - 1) * window.stride + 1, n * window.stride + 1)) for n, window in zip(size, windows, strict=True)
    ]
    return size, windows, tuple(output)


@repeatably(400)
@given(cases(some_transposed))
def test_tensorflow_crops_a_transposed_convolution_as_resolve_says(
    drawn: tuple[Dims, list[TransposedWindow], Dims],
) -> None:
    """SAME to any size in reach is VALID without the padding that `resolve` tells for that size."""
    size, windows, output = drawn
    tensor, weights = numbers((1, *size, 1)), numbers((*[window.kernel for window in windows], 1, 1))
    strides, dilations = [window.stride for window in windows], [window.dilation for window in windows]
    by_word = transposed(tensor, weights, strides, dilations, output, "SAME")
    knobs = zip(windows, size, output, strict=True)
    resolved = [window.resolve(cells, target) for window, cells, target in knobs]
    assert [window.output(cells) for window, cells in zip(resolved, size, strict=True)] == list(output), drawn
    assert close(by_word, whole_and_cropped(tensor, weights, resolved, output)), drawn


@repeatably(300)
@given(cases(GENERATORS["tconv"]))
def test_keras_crops_a_transposed_convolution_as_resolve_says(case: Case) -> None:
    """A layer by `same` or `valid` is VALID without the padding that `resolve` tells; output_padding may be given."""
    case = Case(case.op, {**case.knobs, "out": 1}, case.inputs)
    assume(measure(case) is not None)
    op, shape, layer = op_of(case), read_shape(notation(case.inputs[0])), LAYERS[case.op](case)
    assert isinstance(op, TransposedConv)
    tensor = numbers(channels_last(case.inputs[0]))
    expected = layer(tensor)
    got = whole_and_cropped(tensor, layer.kernel, op.windows(shape), op.output(shape).size)
    assert close(got, expected), told(case)


def is_reached(window: TransposedWindow, cells: int, output: int) -> bool:
    """Whether TensorFlow transposes `cells` cells to `output` by SAME."""
    try:
        transposed(
            tf.ones((1, cells, 1)), tf.ones((window.kernel, 1, 1)), [window.stride], [window.dilation], [output], "SAME"
        )
    except REFUSALS:
        return False
    return True


@repeatably(60)
@given(cases(lambda pick: (pick(range(1, 8)), pick(range(1, 6)), pick(range(1, 5)), pick((1, 2)))))
def test_same_reaches_the_sizes_that_tensorflow_transposes_to(drawn: tuple[int, int, int, int]) -> None:
    """`reachable` tells the sizes that `tf.nn.conv_transpose` by SAME accepts, none less and none more."""
    cells, kernel, stride, dilation = drawn
    window = TransposedWindow(kernel, stride, dilation, "same")
    least, most = window.reachable(cells)
    reached = [output for output in range(max(least - 2, 1), most + 3) if is_reached(window, cells, output)]
    assert reached == list(range(least, most + 1)), drawn


@repeatably(100)
@given(cases(lambda pick: (some_size(pick, 2), some_size(pick, 2))))
def test_pad_and_crop_like_centre_as_tensorflow_does(sizes: tuple[Dims, Dims]) -> None:
    """The odd cell of `pad like` and `crop like` is where `tf.image.resize_with_crop_or_pad` has it."""
    size, target = sizes
    op = Pad(like="a") if min(map(int.__sub__, target, size)) >= 0 else Crop(like="a")
    assume(isinstance(op, Pad) or max(map(int.__sub__, target, size)) <= 0)
    sides = op.sides(Shape(1, size), Shape(1, target))
    image = numbers((*size, 1))
    resized = tf.image.resize_with_crop_or_pad(image, *target)
    if isinstance(op, Pad):
        assert close(tf.pad(image, (*sides, (0, 0))), resized), sizes
    else:
        assert close(tf.slice(image, (*[before for before, _ in sides], 0), (*target, 1)), resized), sizes


# Receptive fields.

FIELD_LAYERS: Mapping[str, Callable[[Pick], Mapping[str, Any]]] = {
    "conv": lambda pick: {
        "kernel": pick((1, 2, 3, 4, 5)),
        "padding": pick(("same", "same", "causal")),
        **pick(({"stride": 2}, {"stride": 3}, {"dilation": 2}, {"dilation": 3}, {})),
    },
    "tconv": lambda pick: {
        "kernel": pick((1, 3, 5)),
        "stride": pick((2, 3)),
        "padding": "same",
        "output_padding": pick((None, 0, 1)),
    },
    "pool": lambda pick: {"kernel": pick((2, 3, 4)), "stride": pick((1, 2, 3)), "padding": "same"},
    "avgpool": lambda pick: {"kernel": pick((2, 3)), "padding": "same"},
    "upsample": lambda pick: {"scale": pick((2, 3))},
    "pad": lambda pick: {"padding": ((pick(range(4)), pick(range(4))),)},
    "crop": lambda pick: {"padding": ((pick(range(3)), pick(range(3))),)},
}
"""Layers on one axis, padded by words."""


def some_chain(pick: Pick) -> list[Case]:
    """One to three of them."""
    ops = [pick(tuple(FIELD_LAYERS)) for _ in range(pick((1, 2, 3)))]
    return [case_of(op, (1, 1), **FIELD_LAYERS[op](pick)) for op in ops]


def probe(chain: Sequence[Case], cells: int) -> list[set[int]]:
    """For each cell that comes out, the cells of the input that it answers to; weights are positive."""
    tensor = tf.eye(cells)[..., None]
    for case in chain:
        layer = LAYERS[case.op](case)
        layer.build(tensor.shape)
        layer.set_weights(
            [tf.ones(weight.shape) if len(weight.shape) > 1 else tf.zeros(weight.shape) for weight in layer.weights]
        )
        tensor = layer(tensor)
    return [set(tf.where(answers > 1e-3)[:, 0].numpy().tolist()) for answers in tf.unstack(tensor[..., 0], axis=1)]


@repeatably(150)
@given(cases(some_chain))
def test_the_receptive_fields_of_layers_padded_by_words(chain: list[Case]) -> None:
    """First cell, last cell and jump of every field are those of the input cells that Keras reads."""
    cells = 144
    steps = chain_of(*[(case.op, case.knobs) for case in chain])
    trace = convcalc.read(network_text(steps)).run(f"1@{cells}")
    assume(trace.failure is None and 12 <= trace.shapes[-1].size[0] <= 1000)
    (field,) = trace.row(len(steps)).fields
    assert field is not None
    read = probe(chain, cells)
    assert agree_on_axis(spans_of(field, len(read)), read, cells, network_text(steps)) > 0
