"""Keras layers on the TensorFlow backend, each built on a symbolic input and then run on real tensors.

A layer must both build (on `keras.Input`) and run: a refusal of either is a refusal, and where the shapes differ, that
of the run counts. Where building and running differ:

- Conv*DTranspose by `same`, output_padding 0 and an even extent builds, and does not run, unless the output is empty.
- ZeroPadding2D and 3D by a negative number builds where cells remain, and does not run.
- A valid pool larger than its input does not build; run alone, it gives an empty tensor or ends the process. One with
  its padding word in capitals does not build either, but runs.
- RMSNormalization on another axis than the last builds. Run, its scale lies along the last axis even so: it does not
  broadcast, or it broadcasts the input to another shape (1@4 by axis 1 to 4@4).

The recording is of TensorFlow with oneDNN. Without it, dilation and empty outputs in Conv*DTranspose, unequal strides
in DepthwiseConv2D and SeparableConv2D, and channels_first in Conv1D, Conv2D and Conv*DTranspose build and do not run.
AdaptiveMaxPooling from or to a single cell ends the process with oneDNN, not without: such cases are left out.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from itertools import product
from math import prod
from random import Random
from typing import Any, NamedTuple

from dialect_cases import Case, Framework, Outcome, Sizes, read

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
# What TensorFlow chooses by itself on a new x86. Its other kernels refuse more: see the docstring.
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"

np: Any = import_module("numpy")
tf: Any = import_module("tensorflow")
keras: Any = import_module("keras")

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.get_logger().setLevel("ERROR")
keras.config.disable_traceback_filtering()  # so that an error keeps its own words

REFUSALS = (ValueError, IndexError, tf.errors.OpError)
"""What Keras and TensorFlow raise where they refuse."""

Layer = dict[str, Any]
Sides = tuple[int, int]
Image = tuple[int, tuple[int, ...]]
"""Channels and sizes of an input that has both; a vector has no sizes."""
Make = Callable[[Random], Case]


# Running a case.


def run(case: Case) -> Outcome:
    """What the layer of a case does."""
    try:
        layer = layer_of(case)
        layer(_one_or_all([keras.Input(_dims(shape, case)) for shape in case.inputs]))
        output = np.asarray(layer(_one_or_all([np.ones((1, *_dims(shape, case)), "float32") for shape in case.inputs])))
    except REFUSALS as error:
        return Outcome(None, refused=_words(error))
    *size, channels = _channels_last(output, case).shape[1:]
    return Outcome((channels, tuple(size)), layer.count_params(), _padding(layer, case))


def layer_of(case: Case) -> Any:
    """The layer, its lists as tuples, and named, since errors tell the name that Keras would else count up."""
    arguments = {name: _tuples(value) for name, value in case.layer.items() if name != "op"}
    return getattr(keras.layers, op := case.layer["op"])(**arguments, name=op)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _one_or_all(tensors: list[Any]) -> Any:
    return tensors if len(tensors) > 1 else tensors[0]


def _channels_first(case: Case) -> bool:
    return case.layer.get("data_format") == "channels_first"


def _dims(shape: Sizes, case: Case) -> tuple[int, ...]:
    """The shape of a tensor, without the batch."""
    channels, size = shape
    assert channels is not None
    return (channels, *size) if _channels_first(case) else (*size, channels)


def _channels_last(tensor: Any, case: Case) -> Any:
    return np.moveaxis(tensor, 1, -1) if _channels_first(case) else tensor


def _words(error: Exception) -> str:
    """The first line of what the framework says, without the kernel that TensorFlow names in front of it."""
    line = str(error).strip().splitlines()[0]
    return line.partition("}} ")[2][:200] if line.startswith("{{") else line[:200]


# Measuring padding. A batch of inputs that each have a 1 in one cell tells which cell every window sees.


class Axis(NamedTuple):
    """One axis of a layer that ran, and what joined an input cell to a window there."""

    size: int
    windows: int
    kernel: int
    stride: int
    dilation: int
    joined: Any
    """Input cells, windows (output cells of a transposed convolution), and taps where they were numbered."""

    @property
    def extent(self) -> int:
        return self.dilation * (self.kernel - 1) + 1


def _padding(layer: Any, case: Case) -> tuple[Sides, ...] | None:
    """Cells before and after on each axis, where a word decides them; of a transposed convolution, those cropped."""
    word, transposed = getattr(layer, "padding", None), case.layer["op"].endswith("Transpose")
    if word not in {"same", "causal", "valid" if transposed else "same"}:
        return None
    pool = "Pooling" in case.layer["op"]
    axes = _pool_axes(layer, case) if pool else _conv_axes(layer, case)
    sides = [(_pool_sides if pool else _crop if transposed else _conv_sides)(axis) for axis in axes]
    return None if None in sides else tuple(filter(None, sides))


def _conv_axes(layer: Any, case: Case) -> list[Axis]:
    """With a kernel that counts its taps from 1, so that each output names the tap that saw the 1."""
    kernel = layer.depthwise_kernel if hasattr(layer, "depthwise_kernel") else layer.kernel
    numbers = np.arange(1, prod(layer.kernel_size) + 1).reshape(*layer.kernel_size, 1, 1)
    kernel.assign(np.broadcast_to(numbers, kernel.shape))
    if hasattr(layer, "pointwise_kernel"):
        layer.pointwise_kernel.assign(np.eye(*layer.pointwise_kernel.shape[-2:]).reshape(layer.pointwise_kernel.shape))
    seen = _seen(layer, case)
    cells, *outputs = np.nonzero(seen)
    taps = np.unravel_index(np.rint(seen[(cells, *outputs)]).astype(int) - 1, layer.kernel_size)
    joined = zip(np.unravel_index(cells, case.inputs[0][1]), outputs, taps, strict=True)
    size, windows = case.inputs[0][1], seen.shape[1:]
    return list(map(Axis, size, windows, layer.kernel_size, layer.strides, layer.dilation_rate, joined))


def _pool_axes(layer: Any, case: Case) -> list[Axis]:
    seen, size = _seen(layer, case), case.inputs[0][1]
    table, rank = seen.reshape(*size, *seen.shape[1:]) != 0, len(size)
    others = [tuple(other for other in range(2 * rank) if other % rank != axis) for axis in range(rank)]
    joined = [np.nonzero(table.any(axis=hidden)) for hidden in others]
    return list(map(Axis, size, seen.shape[1:], layer.pool_size, layer.strides, [1] * rank, joined))


def _seen(layer: Any, case: Case) -> Any:
    """What the first channel of the output says, for a 1 in each cell of the first channel of the input."""
    ((channels, size),) = case.inputs
    cells = np.zeros((prod(size), *size, channels), "float32")
    cells[..., 0] = np.eye(prod(size)).reshape(-1, *size)
    output = np.asarray(layer(np.moveaxis(cells, -1, 1) if _channels_first(case) else cells))
    return _channels_last(output, case)[..., 0]


def _conv_sides(axis: Axis) -> Sides | None:
    cells, windows, taps = axis.joined
    before = _only(windows * axis.stride + taps * axis.dilation - cells)
    return None if before is None else (before, _after(axis, before))


def _crop(axis: Axis) -> Sides | None:
    """What is missing of the full (size - 1) * stride + extent cells; below 0 at the end, where cells were added."""
    cells, outputs, taps = axis.joined
    before = _only(cells * axis.stride + taps * axis.dilation - outputs)
    full = (axis.size - 1) * axis.stride + axis.extent
    return None if before is None else (before, full - before - axis.windows)


def _only(found: Any) -> int | None:
    """The one padding that explains all that was seen, if anything was."""
    values = set(found.tolist())
    assert len(values) < 2, f"windows are not where they should be: {values}"
    return values.pop() if values else None


def _pool_sides(axis: Axis) -> Sides | None:
    """Known where a single padding would make the windows see just the cells that they saw."""
    saw = {(int(cell), int(window)) for cell, window in zip(*axis.joined, strict=True)}
    before = [cells for cells in range(axis.kernel) if saw == set(_would_see(axis, cells))]
    return (before[0], _after(axis, before[0])) if len(before) == 1 else None


def _would_see(axis: Axis, before: int) -> Iterator[tuple[int, int]]:
    for window in range(axis.windows):
        start = window * axis.stride - before
        yield from ((cell, window) for cell in range(max(start, 0), min(start + axis.kernel, axis.size)))


def _after(axis: Axis, before: int) -> int:
    return max((axis.windows - 1) * axis.stride + axis.extent - before - axis.size, 0)


# Random cases.

LARGEST = {1: 12, 2: 12, 3: 6}
KERNELS = (1, 2, 2, 3, 3, 3, 4, 5, 7)
STRIDES = (1, 1, 2, 2, 3, 4)
DILATIONS = (1, 1, 1, 2, 3)


def _image(random: Random, axes: int) -> Image:
    some = range(1, LARGEST[axes] + 1)
    size = [random.choice((1, random.choice(some), random.choice(some[2:]), some[-1])) for _ in range(axes)]
    return random.randint(1, 8), tuple(size if random.random() < 0.6 else [random.choice(some[2:])] * axes)


def _some(random: Random, **arguments: Any) -> Layer:
    """About half of the arguments: the others are left to their defaults."""
    return {name: value for name, value in arguments.items() if random.random() < 0.5}


def _seldom(random: Random, chance: float, **arguments: Any) -> Layer:
    return arguments if random.random() < chance else {}


def _spread(random: Random, axes: int, choices: Sequence[int]) -> Any:
    """A value for each axis, or one for all of them."""
    values = [random.choice(choices) for _ in range(axes)]
    return _spelled(random, values if random.random() < 0.5 else values[:1] * axes)


def _spelled(random: Random, values: list[int]) -> Any:
    """Equal values may be told once."""
    return values[0] if len(set(values)) == 1 and random.random() < 0.7 else values


def _first(random: Random, chance: float = 0.2) -> Layer:
    return _seldom(random, chance, data_format="channels_first")


def _stepped(random: Random, axes: int) -> Layer:
    """Strides and dilation, seldom both, which most layers refuse."""
    strides = {"strides": _spread(random, axes, STRIDES)}
    dilation = {"dilation_rate": _spread(random, axes, DILATIONS)}
    return random.choice(({}, strides, strides, strides, dilation, dilation, {}, strides | dilation))


def _conv_word(random: Random, axes: int) -> Layer:
    word = random.choice(("same", "same", "same", "Same", "valid", "SAME", "causal" if axes == 1 else "same"))
    return _seldom(random, 0.6 if axes == 1 else 0.75, padding=word) | _seldom(
        random, 0.01, padding=random.choice(("causal", "full", "reflect"))
    )


def conv(axes: int, random: Random) -> Case:
    """A convolution, at times in groups that fit or do not."""
    groups = random.choice((1, 1, 1, 2, 3))
    (_, size), channels = _image(random, axes), groups * random.randint(1, 3) + (random.random() < 0.03)
    layer = {"op": f"Conv{axes}D", "filters": groups * random.randint(1, 3) + (random.random() < 0.05)}
    layer |= {"kernel_size": _spread(random, axes, KERNELS)} | _stepped(random, axes) | _conv_word(random, axes)
    layer |= _some(random, use_bias=random.random() < 0.5) | ({"groups": groups} if groups > 1 else {})
    return Case(layer | _first(random, 0.04), ((channels, size),))


def depthwise(axes: int, random: Random) -> Case:
    """A depthwise convolution."""
    layer = {"op": f"DepthwiseConv{axes}D", "kernel_size": _spread(random, axes, KERNELS)} | _stepped(random, axes)
    layer |= _conv_word(random, 0) | _some(random, depth_multiplier=random.randint(1, 3), use_bias=False)
    return Case(layer | _first(random, 0.1), (_image(random, axes),))


def separable(axes: int, random: Random) -> Case:
    """A depthwise convolution, mixed by a pointwise one."""
    layer, inputs, _ = depthwise(axes, random)
    return Case({**layer, "op": f"SeparableConv{axes}D", "filters": random.randint(1, 8)}, inputs)


def transposed(axes: int, random: Random) -> Case:
    """A transposed convolution, its output_padding up to the limit and at times just over it."""
    layer: Layer = {"op": f"Conv{axes}DTranspose", "filters": random.randint(1, 6)}
    layer |= {"kernel_size": _spread(random, axes, KERNELS)} | _stepped(random, axes)
    layer |= _some(random, padding=random.choice(("same", "valid", "SAME")), use_bias=False)
    layer |= _seldom(random, 0.01, padding=random.choice(("causal", "full")))
    given = layer.get("strides", 1)
    strides = given if isinstance(given, list) else [given] * axes
    paddings = [random.randrange(stride) for stride in strides]
    if random.random() < 0.1:
        paddings[0] = random.choice((-1, strides[0]))
    layer |= _some(random, output_padding=_spelled(random, paddings))
    return Case(layer | _first(random, 0.04), (_image(random, axes),))


def pool(name: str, axes: int, random: Random) -> Case:
    """A pool with a window."""
    window = {"pool_size": _spread(random, axes, KERNELS)}  # which only MaxPooling has a default for
    layer = {"op": f"{name}Pooling{axes}D"} | (window if name == "Average" or random.random() < 0.7 else {})
    layer |= _some(random, strides=_spread(random, axes, STRIDES))
    layer |= _seldom(random, (0.4, 0.5, 0.7)[axes - 1], padding=random.choice(("same", "same", "same", "valid")))
    return Case(layer | _seldom(random, 0.02, padding="SAME") | _first(random, 0.1), (_image(random, axes),))


def global_pool(name: str, axes: int, random: Random) -> Case:
    """A pool over everything."""
    layer = {"op": f"Global{name}Pooling{axes}D"} | _some(random, keepdims=random.random() < 0.7) | _first(random)
    return Case(layer, (_image(random, axes),))


def adaptive_pool(name: str, axes: int, random: Random) -> Case:
    """A pool to a size, which may be above that of the input."""
    channels, size = _image(random, axes)
    targets: Sequence[int] = (1, 1, 2, 3, 4, 5, 7)
    if name == "Max":  # from or to a single cell it ends the process, by a floating point exception in TensorFlow
        size, targets = tuple(max(cells, 2) for cells in size), range(2, 8)
    layer = {"op": f"Adaptive{name}Pooling{axes}D", "output_size": _spread(random, axes, targets)}
    return Case(layer | _first(random), ((channels, size),))


def _sides(random: Random, axes: int, largest: int) -> Any:
    """A number, one for each axis, or a pair for each."""
    pairs = [[random.randint(0, largest), random.randint(0, largest)] for _ in range(axes)]
    pairs[-1][-1] = -1 if random.random() < 0.06 else pairs[-1][-1]
    each = pairs[-1] if axes == 1 else [before for before, _ in pairs]
    return random.choice((pairs[-1][-1], each, each if axes == 1 else pairs))


def pad(axes: int, random: Random) -> Case:
    """Zeros around."""
    layer = {"op": f"ZeroPadding{axes}D"} | _seldom(random, 0.9, padding=_sides(random, axes, 4))
    return Case(layer | _first(random), (_image(random, axes),))


def crop(axes: int, random: Random) -> Case:
    """Cells cut off, at times all of them."""
    layer = {"op": f"Cropping{axes}D"} | _seldom(random, 0.9, cropping=_sides(random, axes, 2 if axes < 3 else 1))
    return Case(layer | ({} if axes == 1 else _first(random)), (_image(random, axes),))


def upsample(axes: int, random: Random) -> Case:
    """Cells told more than once."""
    size = _spread(random, axes, (1, 2, 2, 3, 4)) if axes > 1 else random.randint(1, 5)
    layer = {"op": f"UpSampling{axes}D"} | _some(random, size=size)
    modes = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area")
    layer |= _some(random, interpolation=random.choice(modes)) if axes == 2 else {}
    return Case(layer | ({} if axes == 1 else _first(random)), (_image(random, axes),))


def _any_image(random: Random) -> Image:
    axes = random.randint(0, 3)
    return _image(random, axes) if axes else (random.randint(1, 24), ())


def flatten(random: Random) -> Case:
    """All cells in a row."""
    shape = _any_image(random)
    return Case({"op": "Flatten"} | (_first(random) if shape[1] else {}), (shape,))


def reshape(random: Random) -> Case:
    """The cells in another shape: their number is split at random, one part left open, or told wrongly."""
    channels, size = _any_image(random)
    target, rest = [], channels * prod(size)
    for _ in range(random.randint(0, 3)):
        target.append(random.choice([part for part in range(1, rest + 1) if rest % part == 0]))
        rest //= target[-1]
    target.append(rest)
    random.shuffle(target)
    wrong = random.random() < 0.12
    target[0] += wrong
    if random.random() < 0.4:
        target[-1] = -1
    return Case({"op": "Reshape", "target_shape": target}, ((channels, size),))


def permute(random: Random) -> Case:
    """The axes in another order, channels among them."""
    shape = _any_image(random)
    dims = random.sample(range(1, len(shape[1]) + 2), len(shape[1]) + 1)
    dims[0] += random.random() < 0.1
    return Case({"op": "Permute", "dims": dims}, (shape,))


def repeat(random: Random) -> Case:
    """A vector told more than once."""
    shape = _any_image(random) if random.random() < 0.2 else (random.randint(1, 40), ())
    return Case({"op": "RepeatVector", "n": random.randint(1, 12)}, (shape,))


def dense(random: Random) -> Case:
    """The last axis mixed."""
    layer = {"op": "Dense", "units": random.randint(1, 32)} | _some(random, use_bias=random.random() < 0.5)
    return Case(layer, (_any_image(random),))


def _axis(random: Random, shape: Image) -> int:
    """An axis of a tensor, but for its batch; at times one that is not there."""
    rank = len(shape[1]) + 2
    return random.choice([axis for axis in range(-rank, rank + 1) if axis % rank or random.random() < 0.3])


def norm(name: str, random: Random) -> Case:
    """A normalization."""
    shape = _any_image(random)
    layer: Layer = {"op": name} | _some(random, axis=_axis(random, shape))
    if name == "GroupNormalization":
        layer |= {"groups": random.choice((1, 1, 2, 3, -1, -1))}
    if name in {"BatchNormalization", "LayerNormalization", "GroupNormalization"}:
        layer |= _some(random, scale=random.random() < 0.5, center=random.random() < 0.5)
    return Case(layer, (shape,))


def same(layer: Layer, random: Random) -> Case:
    """A layer that keeps every shape."""
    return Case(layer, (_any_image(random),))


def prelu(random: Random) -> Case:
    """A learnt slope, shared along axes."""
    shape = _any_image(random)
    axes = range(1, len(shape[1]) + 3)
    return Case(
        {"op": "PReLU"} | _some(random, shared_axes=random.sample(axes, random.randint(1, len(axes) - 1))), (shape,)
    )


def softmax(random: Random) -> Case:
    """Along an axis."""
    shape = _any_image(random)
    return Case({"op": "Softmax"} | _some(random, axis=_axis(random, shape)), (shape,))


def spatial_dropout(axes: int, random: Random) -> Case:
    """Whole channels dropped."""
    layer = {"op": f"SpatialDropout{axes}D", "rate": 0.5} | ({} if axes == 1 else _first(random))
    return Case(layer, (_image(random, axes),))


def _like(random: Random, shape: Image, chance: float) -> Image:
    """A shape that joins another one if it is broadcast; by chance one that does not."""
    dims = [1 if random.random() < 0.2 else cells for cells in (*shape[1], shape[0])]
    at = random.randrange(len(dims))
    dims[at] += random.random() < chance
    dims = dims[random.randrange(len(dims)) :] if random.random() < 0.15 else dims
    return dims[-1], tuple(dims[:-1])


def merge(name: str, random: Random) -> Case:
    """Inputs joined cell by cell."""
    shape, others = _any_image(random), random.choice((1, 1, 1, 2, 3) if name != "Subtract" else (1, 1, 1, 1, 2))
    return Case({"op": name}, (shape, *(_like(random, shape, 0.06) for _ in range(others))))


def concatenate(random: Random) -> Case:
    """Inputs joined along an axis."""
    shape = _any_image(random)
    rank = len(shape[1]) + 1
    axis = random.choice((-1, random.choice([*range(-rank, 0), *range(1, rank + 1)])))
    inputs = []
    for _ in range(random.choice((2, 2, 3, 4))):
        dims = [*shape[1], shape[0]]
        dims[axis if axis < 0 else axis - 1] = random.randint(1, 8)
        dims[random.randrange(rank)] += random.random() < 0.04
        inputs.append((dims[-1], tuple(dims[:-1])))
    return Case({"op": "Concatenate"} | ({} if axis == -1 else {"axis": axis}), tuple(inputs))


KEEP: tuple[Layer, ...] = (
    {"op": "ReLU"},
    {"op": "LeakyReLU", "negative_slope": 0.2},
    {"op": "ELU"},
    {"op": "Activation", "activation": "relu"},
    {"op": "Activation", "activation": "softmax"},
    {"op": "Dropout", "rate": 0.5},
    {"op": "GaussianNoise", "stddev": 0.1},
    {"op": "Identity"},
)
NORMS = ("BatchNormalization", "LayerNormalization", "GroupNormalization", "UnitNormalization", "RMSNormalization")
MERGES = ("Add", "Subtract", "Average", "Maximum", "Minimum", "Multiply")


def _kinds() -> Iterator[tuple[str, Make, int]]:
    """What is made, how, and how often."""
    for axes in (1, 2, 3):
        yield f"conv {axes}", partial(conv, axes), 180
        yield f"transposed {axes}", partial(transposed, axes), 180
        for name in ("Max", "Average"):
            yield f"pool {name} {axes}", partial(pool, name, axes), 70
            yield f"global {name} {axes}", partial(global_pool, name, axes), 12
            yield f"adaptive {name} {axes}", partial(adaptive_pool, name, axes), 20
        yield f"pad {axes}", partial(pad, axes), 50
        yield f"crop {axes}", partial(crop, axes), 50
        yield f"upsample {axes}", partial(upsample, axes), 40
        yield f"spatial dropout {axes}", partial(spatial_dropout, axes), 10
    for axes in (1, 2):
        yield f"depthwise {axes}", partial(depthwise, axes), 95
        yield f"separable {axes}", partial(separable, axes), 75
    for make, count in ((flatten, 40), (reshape, 120), (permute, 50), (repeat, 20), (dense, 60), (prelu, 40)):
        yield make.__name__, make, count
    yield "softmax", softmax, 30
    yield "concatenate", concatenate, 100
    yield from ((name, partial(norm, name), 32) for name in NORMS)
    yield from ((f"keep {at}", partial(same, layer), 10) for at, layer in enumerate(KEEP))
    yield from ((name, partial(merge, name), 28) for name in MERGES)


def _known(text: str, op: str, /, **layer: Any) -> Case:
    """A case of one input, or of several with spaces between."""
    return Case({"op": op, **layer}, tuple(map(read, text.split())))


def _variants(text: str, op: str, layer: Layer, **choices: Sequence[Any]) -> Iterator[Case]:
    """A layer with each choice of an argument, None for its absence."""
    for name, values in choices.items():
        yield from (_known(text, op, **layer, **({} if value is None else {name: value})) for value in values)


def _known_convs() -> Iterator[Case]:
    yield from _variants("3@2x9", "Conv2D", {"filters": 8}, kernel_size=(3, 2, [2, 3], [3, 2]))
    two: Layer = {"filters": 2, "kernel_size": 2}
    three: Layer = {"filters": 8, "kernel_size": 3}
    words = (None, "valid", "same", "causal", "SAME", "Causal")
    for case in (("3@2", "Conv1D"), ("3@5", "Conv1D"), ("3@6x5", "Conv2D"), ("3@3x4x5", "Conv3D")):
        for step in ({"strides": 1}, {"strides": 2}, {"dilation_rate": 2}, {"strides": 4}):
            yield from _variants(*case, three | step, padding=(None, "same", "causal"))
    yield from _variants("3@5", "Conv1D", three, padding=words)
    yield from _variants("3@9", "Conv1D", three | {"dilation_rate": 2, "padding": "same"}, strides=(None, 1, [1], 2))
    steps = ((1, 1), (1, 2), (2, 1), (2, 2))
    for strides in steps:
        rates = [list(step) for step in steps]
        stepped = {"kernel_size": 3, "strides": list(strides)}
        yield from _variants("3@9x8", "Conv2D", stepped | {"filters": 8}, dilation_rate=rates)
        yield from _variants("3@9x8", "Conv2DTranspose", stepped | {"filters": 8}, dilation_rate=rates)
        for padding in ("valid", "same"):
            yield from _variants("3@9x8", "DepthwiseConv2D", stepped | {"padding": padding}, dilation_rate=rates)
    yield from _variants("3@9", "DepthwiseConv1D", {"kernel_size": 3, "strides": 2, "dilation_rate": 2}, padding=words)
    yield from _variants("3@9", "SeparableConv1D", three | {"strides": 2, "dilation_rate": 2}, padding=words)
    yield from _variants("3@7x5x7", "Conv3D", {"filters": 2, "kernel_size": [2, 2, 3]}, dilation_rate=(2, [3, 3, 1]))
    for channels, filters in ((4, 8), (4, 5), (5, 4), (6, 6)):
        yield from _variants(f"{channels}@5x5", "Conv2D", {"filters": filters, "kernel_size": 3}, groups=(1, 2, 3, 4))
    for op in ("Conv1D", "Conv1DTranspose", "DepthwiseConv1D", "MaxPooling1D"):
        own = {"pool_size": 2} if "Pool" in op else {"kernel_size": 2} if "Depth" in op else two
        yield from _variants("3@7", op, own, data_format=("channels_first", "channels_last"))
    for op in ("Conv2D", "Conv2DTranspose", "Conv3D"):
        text = "3@5x4x6" if "3" in op else "3@7x6"
        yield from _variants(text, op, two | {"data_format": "channels_first"}, padding=("same", "valid"))


def _known_transposed() -> Iterator[Case]:
    words: tuple[Layer, Layer] = ({}, {"padding": "same"})
    steps = zip((3, 3, 3, 3, 5, 1, 1, 4), (1, 3, 4, 2, 3, 2, 4, 5), (3, 2, 2, 2, 2, 1, 2, 3), strict=True)
    for (size, kernel, strides), word in product(steps, words):
        layer = {"filters": 2, "kernel_size": kernel, "strides": strides, **word}
        yield from _variants(f"3@{size}", "Conv1DTranspose", layer, output_padding=(None, *range(strides + 1)))
    paddings = (None, 0, 1, 2, -1, [0, 2], [1, 2], [1, 3], [0, -1])
    for word in words:
        layer = {"filters": 2, "kernel_size": 3, "strides": [2, 3], **word}
        yield from _variants("3@3x4", "Conv2DTranspose", layer, output_padding=paddings)
    spread = {"filters": 2, "kernel_size": 3, "dilation_rate": 3}
    yield from _variants("3@5", "Conv1DTranspose", spread, output_padding=(None, 0, 2))
    yield from _variants("3@5", "Conv1DTranspose", spread | {"padding": "same"}, output_padding=(None, 0, 1))
    yield from _variants("3@3", "Conv1DTranspose", spread | {"strides": 2}, padding=("valid", "same"))
    uneven = {"filters": 2, "kernel_size": 3, "dilation_rate": [2, 3, 2]}
    yield from _variants("3@1x3x1", "Conv3DTranspose", uneven, output_padding=(None, 0))
    yield _known("3@4x4", "Conv2DTranspose", filters=2, kernel_size=3, dilation_rate=[1, 2])
    # An empty output is not checked on its other axes, where 2@2 alone is refused.
    empty = {"filters": 1, "kernel_size": 2, "strides": 3, "padding": "same", "output_padding": 0}
    yield from (_known(text, "Conv2DTranspose", **empty) for text in ("3@1x2", "3@1x1", "3@2x2"))
    yield from _variants("3@5", "Conv1DTranspose", {"filters": 2, "kernel_size": 3}, padding=("causal", "SAME", "full"))


def _known_others() -> Iterator[Case]:
    for op in ("MaxPooling1D", "AveragePooling1D"):
        for size in (5, 6, 7):
            yield from _variants(f"2@{size}", op, {"pool_size": 7, "padding": "same"}, strides=(None, 1, 4))
            yield from _variants(f"2@{size}", op, {"pool_size": 7}, strides=(None, 1, 4))
        yield from _variants("2@6", op, {"pool_size": 3}, padding=("SAME", "causal"))
        yield from _variants("2@6", op, {"pool_size": 4, "strides": 2}, padding=(None, "same"))
    yield from _variants("2@2x3x4", "AveragePooling3D", {"pool_size": 3}, padding=(None, "same"))
    yield from _variants("2@5", "ZeroPadding1D", {}, padding=(None, 0, 2, [1, 2], -1, [-1, 2]))
    pairs = ([[1, 0], [2, 3]], [[1, 2], [0, -1]])
    yield from _variants("2@5x4", "ZeroPadding2D", {}, padding=(None, 0, [1, 2], -1, [-1, 2], *pairs))
    yield from _variants("2@3x4x5", "ZeroPadding3D", {}, padding=(None, 0, [1, 2, 0], -1, [0, 0, -1]))
    yield from _variants("2@3", "Cropping1D", {}, cropping=(None, 0, 2, [1, 2], [0, 2], [0, 3], -1))
    yield from _variants("2@3x4", "Cropping2D", {}, cropping=(None, 1, [1, 2], [[1, 1], [1, 2]], [[1, 1], [2, 2]], -1))
    yield from _variants("2@3x3x2", "Cropping3D", {}, cropping=(None, 1, [1, 1, 0], [[1, 1], [0, 2], [0, 1]], -1))
    targets = ([48], [-1], [4, -1], [5, -1], [2, -1, -1], [-2, 24], [4, 4, 3], [7, 7])
    yield from _variants("6@2x4", "Reshape", {}, target_shape=targets)
    yield from _variants("6@2x4", "Permute", {}, dims=([1, 2, 3], [3, 1, 2], [2, 1], [1, 2], [0, 1, 2], [1, 1, 2]))
    for text in ("6", "6@2", "6@2x4"):
        yield from (_known(text, "Flatten"), _known(text, "RepeatVector", n=3), _known(text, "Dense", units=4))
    for op in MERGES:
        inputs = "6@2x4 6; 6 6@2x4; 6@4 6@2x4; 1@1x4 6@2x1; 6@2x4 5; 6@2x4 1; 6@2x4 6@2x4 6@2x4"
        yield from (_known(text, op) for text in inputs.split("; "))
    for text in ("6@2x4 3@2x4", "6@2x4 6@2x1", "6@2x4 6@3x4"):
        yield from _variants(text, "Concatenate", {}, axis=(None, 1, 2, -2, 3))
    yield from _variants("6 5", "Concatenate", {}, axis=(None, 1, -1, 2))
    yield _known("6@2x4 6", "Concatenate")
    # The scale lies along the last axis, whatever `axis` is: refused, or the input is broadcast to it.
    yield from (_known(text, "RMSNormalization", axis=1) for text in ("3@3", "3@4", "1@4", "5@1"))


FRAMEWORK = Framework(
    versions={"keras": keras.__version__, "tensorflow": tf.__version__},
    known=[*_known_convs(), *_known_transposed(), *_known_others()],
    kinds={name: make for name, make, _ in _kinds()},
    counts={name: count for name, _, count in _kinds()},
    run=run,
)
