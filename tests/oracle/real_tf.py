"""Layers as functions of tf.nn, run by TensorFlow (eager, oneDNN on): what comes out, or why nothing does.

A layer counts as accepted where it can be built into a graph and run eagerly; the shape is the one that ran.
What the graph's shape inference says otherwise than what runs:

- eager convolutions take windows above the input: oneDNN returns a tensor of the input's shape; pools return size 0 or
  kill the process. The graph refuses all of these, so it is built first, and nothing that it refuses is run;
- the graph does not look at the sizes of `output_shape`, at paddings of a pool that reach its window, at strides and
  dilations over batch or channels, nor for 3-D at groups, or at any channels of transposed ones: refused when run;
- the graph of conv3d swaps the dilations of the last two axes, so that it refuses layers that run, and the other way
  round; where those dilations differ, only layers that fit either way are recorded;
- eager layers take explicit paddings over batch and channels, which the graph refuses.
"""

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from itertools import product
from random import Random
from typing import Any, NamedTuple

from dialect_cases import Case, Framework, Outcome, Sizes, read

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

np: Any = import_module("numpy")
tf: Any = import_module("tensorflow")
tf.config.threading.set_intra_op_parallelism_threads(1)  # on tensors as small as these, threads only wait
tf.config.threading.set_inter_op_parallelism_threads(1)

REFUSALS = (tf.errors.OpError, ValueError, TypeError)
KERNELS = ("filters", "depthwise_filter")
FILTERS = {*KERNELS, "pointwise_filter"}

Layer = Mapping[str, Any]
Fill = Callable[[Sequence[int]], Any]


# How a layer is run.


def run(case: Case) -> Outcome:
    """What TensorFlow makes of the layer."""
    with warnings.catch_warnings(action="ignore"):  # strides with dilations are a warning to depthwise_conv2d
        try:
            output = _output(_function(case.layer), _tensor_shape(case))
        except REFUSALS as error:
            return Outcome(None, refused=_first_line(error))
        return Outcome(output, padding=_padding(case))


def _output(function: Callable[[Any], Any], shape: Sequence[int]) -> Sizes:
    """The shape that comes out. The graph is built first: what that refuses may crash when it is run."""
    tf.function(function, autograph=False).get_concrete_function(tf.TensorSpec(shape))
    _, *size, channels = function(tf.ones(shape)).shape
    assert all(size), f"empty, which the graph should have refused: {shape}"
    return channels, tuple(size)


def _tensor_shape(case: Case) -> tuple[int, ...]:
    [(channels, size)] = case.inputs
    assert channels is not None
    return (1, *size, channels)


def _function(layer: Layer, fill: Fill = tf.ones) -> Callable[[Any], Any]:
    """The function of a layer, its kernels filled by `fill` and all other filters with ones."""
    op, arguments = layer["op"], {name: value for name, value in layer.items() if name != "op"}
    for name in FILTERS & arguments.keys():
        arguments[name] = (tf.ones if name == "pointwise_filter" else fill)(arguments[name])
    if op == "depthwise_conv2d":
        arguments["filter"] = arguments.pop("filters")  # the one function that has another name for them
    return partial(getattr(tf.nn, op), **arguments)


def _first_line(error: Exception) -> str:
    """What is refused, without the name of the device."""
    line = str(error).strip().splitlines()[0]
    return line.rpartition("device:CPU:0}} ")[2][:200]


# Where SAME puts the cells that it adds, or crops.


class Reach(NamedTuple):
    """A window on one axis. `fine` counts the cells that it slides over, `coarse` the steps that it makes."""

    kernel: int
    stride: int
    dilation: int
    fine: int
    coarse: int

    @property
    def full(self) -> int:
        """All cells from the first tap of the first step to the last tap of the last."""
        return (self.coarse - 1) * self.stride + self.dilation * (self.kernel - 1) + 1

    def taps(self, before: int) -> Any:
        """Which tap, counted from 1, lies on which cell in which step, with so many cells added before; 0 for none."""
        place = np.arange(self.fine)[:, None] + before - np.arange(self.coarse)[None, :] * self.stride
        tap, between = np.divmod(place, self.dilation)
        return np.where((between == 0) & (tap >= 0) & (tap < self.kernel), tap + 1, 0)


def _padding(case: Case) -> tuple[tuple[int, int], ...] | None:
    transposed = case.layer["op"].endswith("transpose")
    if case.layer.get("padding", "SAME" if transposed else None) != "SAME":
        return None
    sides = [_sides_of(case, axis, transposed=transposed) for axis in range(len(case.inputs[0][1]))]
    return None if None in sides else tuple(side for side in sides if side)


def _sides_of(case: Case, axis: int, *, transposed: bool) -> tuple[int, int] | None:
    """The only place of the window that explains what was read, where there is just one."""
    taps = _taps(case, axis)
    taps = taps.T if transposed else taps
    rank = len(case.inputs[0][1])
    reach = Reach(*(knob[axis] for knob in _knobs(case.layer, rank)), *taps.shape)
    is_pool = "pool" in case.layer["op"]  # a pool has no weights: only whether it reads a cell can be seen
    found = [
        before
        for before in range(-reach.fine, reach.full)
        if np.array_equal(np.sign(reach.taps(before)) if is_pool else reach.taps(before), taps)
    ]
    if len(found) != 1:
        return None
    after = reach.full - found[0] - reach.fine
    return found[0], after if transposed else max(after, 0)


def _taps(case: Case, axis: int) -> Any:
    """Which tap along `axis` carries which cell of the input into which of the output, counted from 1; 0 for none."""
    shape = _tensor_shape(case)
    cells = shape[axis + 1]
    one_a_row = np.eye(cells).reshape([cells if at in (0, axis + 1) else 1 for at in range(len(shape))])
    data = tf.constant(np.broadcast_to(one_a_row, (cells, *shape[1:])), tf.float32)
    layer = dict(case.layer)
    if "output_shape" in layer:
        layer["output_shape"] = [cells, *layer["output_shape"][1:]]
    ways, weighed = (_function(layer, fill)(data).numpy() for fill in (tf.ones, partial(_counting, axis)))
    tap = np.rint(np.divide(weighed, ways, out=np.zeros_like(ways), where=ways > 0))
    return np.moveaxis(tap, axis + 1, 1).reshape(cells, ways.shape[axis + 1], -1).max(axis=2).astype(int)


def _counting(axis: int, shape: Sequence[int]) -> Any:
    """Filters whose weight is the place of the tap along one axis."""
    places = np.arange(1, shape[axis] + 1).reshape([-1 if at == axis else 1 for at in range(len(shape))])
    return tf.constant(np.broadcast_to(places, shape), tf.float32)


def _knobs(layer: Layer, rank: int) -> list[Sequence[int]]:
    """Kernel, stride and dilation of each axis."""
    names = [(*KERNELS, "ksize", "window_shape"), ("stride", "strides"), ("dilations", "rate")]
    knobs: list[Any] = [next((layer[name] for name in group if name in layer), 1) for group in names]
    if any(name in layer for name in KERNELS):
        knobs[0] = knobs[0][:rank]
    return [_each(knob, rank) for knob in knobs]


def _each(value: Any, rank: int) -> Sequence[int]:
    """A knob with one value an axis."""
    values = [value] * rank if isinstance(value, int) else list(value) * (rank if len(value) == 1 else 1)
    return values[1:-1] if len(values) == rank + 2 else values


# Random layers, from here on.

SIZES = (1, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10, 12)
EXTENTS = (1, 2, 3, 3, 2, 4, 5, 7)
STRIDES = (1, 1, 2, 2, 3, 3, 4, 5)
DILATIONS = (1, 2, 2, 3)


class Window(NamedTuple):
    """Something for each axis to slide over, and what slides."""

    size: Sequence[int]
    kernel: Sequence[int]
    stride: Sequence[int]
    dilation: Sequence[int]


def _random_case(size: Sequence[int], channels: int, op: str, arguments: Layer) -> Case:
    return Case({"op": op, **arguments}, ((channels, tuple(size)),))


def _axes(random: Random, rank: int, values: Sequence[int]) -> list[int]:
    """The same on all axes about half of the time."""
    if random.random() < 0.4:
        return [random.choice(values)] * rank
    return [random.choice(values) for _ in range(rank)]


def _spelt(random: Random, values: Sequence[int]) -> Any:
    """Any way to write a value for each axis: an int, one of them, one each, or with the 1 of batch and channels."""
    forms: list[Any] = [list(values), [1, *values, 1]]
    if len(set(values)) == 1:
        forms += [values[0], values[0], [values[0]]]
    return random.choice(forms)


def _word(random: Random) -> str:
    return random.choice(["SAME", "VALID"] * 30 + ["same", "valid", "CAUSAL"])


def _sides_given(random: Random, rank: int) -> list[list[int]]:
    """Explicit paddings, now and then below 0, over channels, or without batch and channels."""
    low = -1 if random.random() < 0.03 else 0
    sides = [[random.choice((low, 0, 1, 1, 2, 3)), random.randint(0, 3)] for _ in range(rank)]
    ends = [[0, 0], [0, int(random.random() < 0.03)]]
    return sides if random.random() < 0.03 else [ends[0], *sides, ends[1]]


def _added(padding: Any, rank: int) -> list[int]:
    """The cells that explicit paddings add to each axis."""
    explicit = not isinstance(padding, str) and len(padding) == rank + 2
    return [sum(sides) for sides in padding[1:-1]] if explicit else [0] * rank


def _window(random: Random, rank: int, padding: Any = "VALID", *, dilated: bool = False) -> Window:
    """A window that fits where it must, but for a few."""
    kernel = _axes(random, rank, EXTENTS[: 10 - 2 * rank])
    dilation = _axes(random, rank, DILATIONS) if dilated else [1] * rank
    dilation[2:] = dilation[1:2] * (rank - 2)  # where the last two differ, the graph of conv3d is wrong (see above)
    fits = padding != "SAME" and random.random() < 0.9
    given = _added(padding, rank)
    size = [
        max(each * (taps - 1) + 1 - spare + random.choice((0, 0, 1, 1, 2, 3, 5)), 1) if fits else random.choice(SIZES)
        for taps, each, spare in zip(kernel, dilation, given, strict=True)
    ]
    return Window(size, kernel, _axes(random, rank, STRIDES), dilation)


def _depths(random: Random, *, grouped: bool = True) -> tuple[int, int, int]:
    """Channels of the input, of a filter and of the output, that fit together but for a few."""
    groups, depth, multiple = random.choice((1, 1, 1, 2, 3)), random.randint(1, 3), random.randint(1, 3)
    channels = groups * depth + random.choice([0] * 20 + [1])
    return channels, depth if grouped else channels, groups * multiple


def _sometimes(random: Random, **arguments: Any) -> dict[str, Any]:
    """Optional arguments: half of the time each."""
    return {name: value for name, value in arguments.items() if random.random() < 0.5}


def _dilations(random: Random, values: Sequence[int], spelt: Any) -> dict[str, Any]:
    """Left out half of the time where they say nothing."""
    return _sometimes(random, dilations=spelt) if set(values) == {1} else {"dilations": spelt}


def _conv(op: str, rank: int, random: Random, *, explicit: bool = False) -> Case:
    """conv1d, conv2d or conv3d. The last takes whole lists alone, and has no groups."""
    padding = _sides_given(random, rank) if explicit else _word(random)
    window = _window(random, rank, padding, dilated=random.random() < 0.5)
    channels, depth, features = _depths(random, grouped=rank < 3 or random.random() < 0.1)
    stride, dilation = (
        [1, *values, 1] if rank == 3 else _spelt(random, values) for values in (window.stride, window.dilation)
    )
    knobs = {"filters": [*window.kernel, depth, features], "stride" if rank == 1 else "strides": stride}
    dilations = _dilations(random, window.dilation, dilation)
    return _random_case(window.size, channels, op, {**knobs, "padding": padding, **dilations})


def _convolution(random: Random) -> Case:
    """tf.nn.convolution, which refuses strides together with dilations."""
    rank, dilated = random.randint(1, 3), random.random() < 0.5
    words = _sometimes(random, padding=_word(random))
    window = _window(random, rank, words.get("padding", "VALID"), dilated=dilated)
    channels, depth, features = _depths(random, grouped=rank < 3)
    knobs = {"filters": [*window.kernel, depth, features], **words}
    if dilated:
        knobs["dilations"] = _spelt(random, window.dilation)
    if not dilated or random.random() < 0.1:
        knobs |= _sometimes(random, strides=_spelt(random, window.stride))
    return _random_case(window.size, channels, "convolution", knobs)


def _depthwise(random: Random, *, separable: bool = False) -> Case:
    """Strides of four, dilations of two. Both together give sizes of their own, which are kept as they come."""
    padding = _sides_given(random, 2) if random.random() < 0.15 else _word(random)
    dilated = random.random() < 0.5
    window = _window(random, 2, padding, dilated=dilated)
    stride = window.stride if not dilated or random.random() < 0.4 else [1, 1]
    channels, multiple, features = random.randint(1, 4), random.randint(1, 3), random.randint(1, 6)
    depth = channels + random.choice([0] * 20 + [1])
    knobs = {"strides": [1, *stride, 1], "padding": padding, **({"dilations": window.dilation} if dilated else {})}
    kernel = [*window.kernel, depth, multiple]
    if not separable:
        return _random_case(window.size, channels, "depthwise_conv2d", {"filters": kernel, **knobs})
    point = [1, 1, depth * multiple + random.choice([0] * 20 + [1]), features]
    filters = {"depthwise_filter": kernel, "pointwise_filter": point}
    return _random_case(window.size, channels, "separable_conv2d", {**filters, **knobs})


def _atrous(random: Random) -> Case:
    padding = _sides_given(random, 2) if random.random() < 0.1 else _word(random)
    window = _window(random, 2, padding, dilated=True)
    channels, depth, features = _depths(random)
    rate = window.dilation if len(set(window.dilation)) > 1 else window.dilation[0]
    knobs = {"filters": [*window.kernel, depth, features], "rate": rate, "padding": padding}
    return _random_case(window.size, channels, "atrous_conv2d", knobs)


def _target(random: Random, size: int, stride: int, least: int) -> int:
    """Mostly a size that a convolution would bring to `size`; else one just below or above those."""
    if random.random() < 0.06:
        # One below where there is one cell is garbage: the check of that is missing.
        return max(least + random.choice((-1, stride)), least if size == 1 else 1, 1)
    return max(least + random.randrange(stride), 1)


def _targets(random: Random, size: Sequence[int], window: Window, padding: Any) -> list[int]:
    cut = _added(padding, len(size))
    fulls = [each * (taps - 1) + 1 - gone for taps, each, gone in zip(window.kernel, window.dilation, cut, strict=True)]
    ends = [1] * len(size) if padding == "SAME" else fulls
    axes = zip(size, window.stride, ends, strict=True)
    return [_target(random, cells, stride, (cells - 1) * stride + end) for cells, stride, end in axes]


def _transposed(op: str, rank: int, random: Random, *, explicit: bool = False) -> Case:
    """Explicit sides have no dilations, and as 3-D no groups."""
    padding = _sides_given(random, rank) if explicit else _word(random)
    window = _window(random, rank, dilated=random.random() < (0.05 if explicit else 0.2))
    size = [cells + 3 * explicit for cells in _axes(random, rank, SIZES[: 10 - rank])]
    features, depth, channels = _depths(random, grouped=random.random() < 0.1 if explicit else rank < 3)
    target = [1, *_targets(random, size, window, padding), features]
    knobs: dict[str, Any] = {"filters": [*window.kernel, depth, channels], "output_shape": target}
    knobs["strides"] = _spelt(random, window.stride)
    knobs |= _sometimes(random, padding=padding) if padding == "SAME" else {"padding": padding}
    knobs |= _dilations(random, window.dilation, _spelt(random, window.dilation))
    return _random_case(size, channels, op, knobs)


def _conv_transpose(random: Random) -> Case:
    return _transposed("conv_transpose", random.randint(1, 3), random)


def _atrous_transposed(random: Random) -> Case:
    padding, rate = _word(random), random.randint(1, 3)
    kernel, size = _axes(random, 2, EXTENTS), _axes(random, 2, SIZES)
    channels, features = random.randint(1, 4), random.randint(1, 4)
    added = [0 if padding == "SAME" else rate * (taps - 1) for taps in kernel]
    target = [i + more + random.choice([0] * 12 + [1]) for i, more in zip(size, added, strict=True)]
    filters = [*kernel, features, channels + random.choice([0] * 20 + [1])]
    knobs = {"filters": filters, "output_shape": [1, *target, features], "rate": rate, "padding": padding}
    return _random_case(size, channels, "atrous_conv2d_transpose", knobs)


def _pool(op: str, rank: int, random: Random, *, explicit: bool = False) -> Case:
    """All that is called ..._pool...; the bare names take any rank."""
    padding: Any = _sides_given(random, rank) if explicit else _word(random)
    window = _window(random, rank, padding)
    if explicit and padding[rank + 1 :] and random.random() < 0.8:  # all of them have to be smaller than the window
        pairs = zip(padding[1:-1], window.kernel, strict=True)
        padding[1:-1] = [[min(side, taps - 1) for side in sides] for sides, taps in pairs]
    knobs = {"ksize": _spelt(random, window.kernel), "strides": _spelt(random, window.stride), "padding": padding}
    return _random_case(window.size, random.randint(1, 8), op, knobs)


def _pool_of_any_rank(random: Random) -> Case:
    return _pool(random.choice(["max_pool", "avg_pool"]), random.randint(1, 3), random)


def _window_pool(random: Random) -> Case:
    """tf.nn.pool: lists alone; no strides above the window, no dilations with strides or SAME."""
    rank, dilated = random.randint(1, 3), random.random() < 0.4
    words = _sometimes(random, padding="VALID" if dilated and random.random() < 0.9 else _word(random))
    window = _window(random, rank, words.get("padding", "VALID"), dilated=dilated)
    knobs = {"window_shape": window.kernel, "pooling_type": random.choice(["MAX", "AVG"]), **words}
    strides = [min(pair) for pair in zip(window.stride, window.kernel, strict=True)]
    if not dilated or random.random() < 0.1:
        knobs |= _sometimes(random, strides=strides if random.random() < 0.9 else window.stride)
    knobs |= {"dilations": window.dilation} if dilated else {}
    return _random_case(window.size, random.randint(1, 8), "pool", knobs)


def _blocks(op: str, random: Random) -> Case:
    """space_to_depth or depth_to_space."""
    block, channels, size = random.randint(2, 4), random.randint(1, 4), _axes(random, 2, (1, 2, 3, 4))
    if op == "space_to_depth":
        size = [cells * block for cells in size]
    else:
        channels *= block**2
    stray = random.choice([0] * 8 + [1])
    return _random_case([size[0] + stray, size[1]], channels + stray, op, {"block_size": block})


def _elementwise(random: Random) -> Case:
    """What leaves the shape as it is."""
    op, arguments = random.choice(ELEMENTWISE)
    rank = 2 if "response" in op else random.randint(0, 3)
    return _random_case(_axes(random, rank, SIZES), random.randint(1, 8), op, arguments)


UNCHANGED = "relu relu6 leaky_relu elu selu gelu silu sigmoid tanh softplus softmax"
ELEMENTWISE: list[tuple[str, Layer]] = [
    *((op, {}) for op in UNCHANGED.split()),
    ("leaky_relu", {"alpha": 0.1}),
    ("gelu", {"approximate": True}),
    ("softmax", {"axis": -1}),
    ("dropout", {"rate": 0.5}),
    ("dropout", {"rate": 0}),
    ("local_response_normalization", {}),
    ("local_response_normalization", {"depth_radius": 2, "alpha": 0.0001, "beta": 0.75}),
]

KINDS: dict[str, tuple[int, Callable[[Random], Case]]] = {
    "conv1d": (180, partial(_conv, "conv1d", 1)),
    "conv2d": (270, partial(_conv, "conv2d", 2)),
    "conv2d explicit": (190, partial(_conv, "conv2d", 2, explicit=True)),
    "conv3d": (200, partial(_conv, "conv3d", 3)),
    "convolution": (260, _convolution),
    "depthwise_conv2d": (220, _depthwise),
    "separable_conv2d": (150, partial(_depthwise, separable=True)),
    "atrous_conv2d": (130, _atrous),
    "conv1d_transpose": (180, partial(_transposed, "conv1d_transpose", 1)),
    "conv2d_transpose": (220, partial(_transposed, "conv2d_transpose", 2)),
    "conv2d_transpose explicit": (110, partial(_transposed, "conv2d_transpose", 2, explicit=True)),
    "conv3d_transpose": (160, partial(_transposed, "conv3d_transpose", 3)),
    "conv_transpose": (160, _conv_transpose),
    "atrous_conv2d_transpose": (80, _atrous_transposed),
    **{
        f"{how}_pool{rank}d": (60, partial(_pool, f"{how}_pool{rank}d", rank))
        for how in ("max", "avg")
        for rank in (1, 2, 3)
    },
    "max_pool1d explicit": (40, partial(_pool, "max_pool1d", 1, explicit=True)),
    "max_pool2d explicit": (100, partial(_pool, "max_pool2d", 2, explicit=True)),
    "max_pool, avg_pool": (100, _pool_of_any_rank),
    "pool": (180, _window_pool),
    "space_to_depth": (50, partial(_blocks, "space_to_depth")),
    "depth_to_space": (50, partial(_blocks, "depth_to_space")),
    "elementwise": (50, _elementwise),
}

EXPLICIT = [[0, 0], [1, 2], [0, 1], [0, 0]]
WORDS = ["SAME", "VALID"]
FLAT = {"filters": [3, 3, 4, 5], "strides": 1, "padding": "VALID"}
DEEP = {"filters": [3, 3, 3, 4, 6], "strides": [1] * 5, "padding": "SAME"}
BACK = {"filters": [3, 3, 6, 4], "strides": 2, "output_shape": [1, 10, 8, 6]}


def _sides(*sides: Sequence[int]) -> list[Sequence[int]]:
    """Explicit paddings: those of the axes, and none of batch and channels."""
    return [[0, 0], *sides, [0, 0]]


def _cases(ops: str, shapes: str, fixed: Layer, **varied: Sequence[Any]) -> list[Case]:
    """A case for each op and shape, and for each combination of what varies."""
    return [
        Case({"op": op, **fixed, **dict(zip(varied, values, strict=True))}, (read(shape),))
        for op, shape, *values in product(ops.split(), shapes.split(), *varied.values())
    ]


def _windows() -> list[Case]:
    """The limit of VALID, SAME whatever the kernel, strides above it, ways to write strides, explicit sides, groups."""
    low = [_sides([a, b], [1, 1]) for a in (0, 1) for b in (0, 1)]
    four = [2, [2], [2, 3], [1, 2, 3, 1], [1, 2, 2, 2], [2, 2, 2, 1]]
    nearly = [[[0, 0], [0, 0], [0, -1], [0, 0]], [[1, 0], *EXPLICIT[1:]], [*EXPLICIT[:3], [0, 1]], [*EXPLICIT[:3], [0]]]
    fits = ([2, 6], [1, 8], [3, 6], [2, 5], [8, 5])
    five: Layer = {**DEEP, "filters": [2, 2, 3, 4, 6], "strides": [1, 2, 2, 2, 1]}
    return [
        *_cases("conv1d", "4@5", {"stride": 1}, filters=[[k, 4, 5] for k in (1, 5, 6, 9)], padding=WORDS),
        *_cases("conv1d", "4@9", {"filters": [3, 4, 5]}, stride=[2, [2], [1, 2, 1], [1, 2, 2]], padding=WORDS),
        *_cases("conv1d", "4@9", {"filters": [3, 4, 5]}, stride=[1], padding=["EXPLICIT", _sides([1, 1])]),
        *_cases("conv1d", "4@9", {"filters": [3, 4, 5], "padding": "VALID"}, stride=[2], dilations=[2]),
        *_cases("conv2d", "4@7x8", {"filters": [3, 2, 4, 4]}, strides=[1, 2, 3, [4, 5]], padding=WORDS),
        *_cases("conv2d", "4@1x1 4@2x6 4@3x3", FLAT, padding=[*WORDS, *low], strides=[1, 4]),
        *_cases("conv2d", "4@5x5", FLAT, padding=["SAME"], strides=[2]),
        *_cases("conv2d", "4@5x5", FLAT, padding=["SAME"], dilations=[2]),
        *_cases("conv2d", "3@224x320", {"filters": [7, 7, 3, 8], "strides": 2}, padding=WORDS),
        *_cases("conv2d", "4@9x9", FLAT, padding=["same", "Same", "valid", "CAUSAL", "EXPLICIT", EXPLICIT[1:3]]),
        *_cases("conv2d", "4@9x9", FLAT, padding=[EXPLICIT, _sides([7, 9], [0, 11]), *nearly]),
        *_cases("conv2d", "4@9x9", FLAT, strides=four),
        *_cases("conv2d", "4@9x9", FLAT, dilations=four),
        *_cases("conv2d", "4@9x9", FLAT, strides=[2], dilations=[2]),
        *_cases("conv2d", "4@9x9", FLAT, filters=[[3, 3, *depths] for depths in fits]),
        *_cases("conv3d", "4@5x5x5", DEEP, padding=["SAME", _sides([1, 1], [1, 1], [1, 1])]),
        *_cases("conv3d", "4@5x5x5", DEEP, filters=[[3, 3, 3, depth, 6] for depth in (2, 3)]),
        *_cases("conv3d", "4@5x5x5", DEEP, strides=[[1, 1, 2, 3, 1], [1, 2, 2, 2, 2]]),
        *_cases("conv3d", "4@7x5x7", five, padding=["VALID"], dilations=[[1, 3, 3, 1, 1]]),
        *_cases("conv3d", "4@7x5x7", five, dilations=[[1, 3, 3, 1, 1], [1, 1, 2, 3, 1]]),
    ]


def _windows_of_other_names() -> list[Case]:
    """Strides and dilations together: refused, or in depthwise_conv2d taken of each phase on its own."""
    line, plane, space = {"filters": [3, 4, 5]}, {"filters": [3, 3, 4, 5]}, {"filters": [3, 3, 2, 4, 5]}
    depthwise: Layer = {"filters": [3, 3, 4, 2]}
    ones: Layer = {**depthwise, "strides": [1, 1, 1, 1]}
    # With dilations the paddings pass the checks: those of channels are ignored, one below 0 at the end may do.
    loose = [_sides([3, -1], [0, 1]), _sides([2, -1], [0, 1]), _sides([-1, 3], [0, 1]), [*EXPLICIT[:3], [0, 3]]]
    strides = [[1, *both, 1] for both in ([1, 1], [2, 2], [2, 3], [2, 1], [1, 2], [1, 4])]
    return [
        *_cases("convolution", "4@9x9", plane, strides=[1, 2, [1, 2]], dilations=[1, 2, [2, 1]]),
        *_cases("convolution", "4@9x9", plane, padding=[EXPLICIT], dilations=[1, 2, [1, 2]]),
        *_cases("convolution", "4@9", line, padding=[_sides([1, 2])], dilations=[1, 2]),
        *_cases("convolution", "4@9x8x7", space, dilations=[[1, 2, 3], [2, 3, 1]], padding=WORDS),
        *_cases("depthwise_conv2d", "2@5x6 3@5x6 8@5x6", ones, padding=["SAME"]),
        *_cases("depthwise_conv2d", "4@5x6", ones, padding=["VALID"], dilations=[[2], [2, 1], [2, 3]]),
        *_cases("depthwise_conv2d", "4@5x6", depthwise, padding=[*WORDS, EXPLICIT], strides=strides),
        *_cases(
            "depthwise_conv2d", "4@5x6 4@9x8", depthwise, padding=WORDS, strides=strides, dilations=[[2, 2], [2, 1]]
        ),
        *_cases("convolution", "4@7x7", plane, padding=loose, dilations=[1, [2, 1]]),
        *_cases("depthwise_conv2d", "4@7x7", ones, padding=loose, dilations=[[1, 1], [2, 1]]),
        *_cases("atrous_conv2d", "4@5x6", plane, padding=[*WORDS, EXPLICIT], rate=[1, 2, [2, 1], 3]),
    ]


def _transposed_to(cells: int, kernel: int, stride: int, targets: Sequence[int], **more: Any) -> list[Case]:
    fixed = {"filters": [kernel, 3, 4], "strides": stride, **more}
    return _cases("conv1d_transpose", f"4@{cells}", fixed, output_shape=[[1, target, 3] for target in targets])


def _known_transposed() -> list[Case]:
    """The sizes that are taken, and one less and one more."""
    sizes = [(7, 8), (8, 8), (8, 9), (9, 9), (10, 9), (9, 10)]
    dilated: Layer = {"strides": 1, "dilations": 2, "output_shape": [1, 6, 7, 6], "padding": EXPLICIT}
    grouped: Layer = {"filters": [3, 3, 3, 4], "output_shape": [1, 8, 8, 6]}
    fits = ([6, 3], [6, 2], [4, 4], [3, 4])
    return [
        *(case for how in WORDS for case in _transposed_to(3, 1, 3, range(6, 11), padding=how)),
        *_transposed_to(3, 3, 2, range(4, 8)),
        *_transposed_to(3, 3, 2, range(6, 10), padding="VALID"),
        *_transposed_to(3, 3, 2, range(8, 12), padding="VALID", dilations=2),
        *_transposed_to(5, 4, 2, range(8, 12)),
        *_transposed_to(7, 5, 2, range(12, 16)),
        *_transposed_to(3, 3, 2, [6], padding="same"),
        *_transposed_to(3, 3, 2, [6], padding=_sides([1, 1])),
        *_cases("conv2d_transpose", "4@5x4", BACK, padding=[EXPLICIT], output_shape=[[1, *size, 6] for size in sizes]),
        *_cases("conv2d_transpose", "4@5x4", {**BACK, **dilated}),
        *_cases("conv2d_transpose", "4@5x4", BACK, filters=[[3, 3, *depths] for depths in fits]),
        *_cases("conv2d_transpose", "4@5x4", {**BACK, **grouped}, padding=["SAME", EXPLICIT]),
        *_cases("conv2d_transpose", "4@5x4", BACK, output_shape=[[1, 10, 8, 5], [1, 10, 8, 6]]),
        *_cases("conv2d_transpose", "4@5x4", BACK, strides=[[2, 2], [1, 2, 2, 2]]),
        *_cases("conv2d_transpose", "8@7x7", {**BACK, "filters": [4, 4, 8, 8]}, output_shape=[[1, 14, 14, 8]]),
    ]


def _known_pools() -> list[Case]:
    """Explicit sides below the window, of max_pool alone; strides above the window, of all but `pool`."""
    given, three = {"ksize": 3, "strides": 2, "padding": _sides([2, 1])}, {"window_shape": [3], "pooling_type": "AVG"}
    even, above = {"ksize": 2, "strides": 1}, {"ksize": [1, 2, 2, 3], "strides": [1, 2, 2, 3], "padding": "VALID"}
    planes = {"window_shape": [3, 2], "padding": EXPLICIT}
    nearly = [[[0, 0], [1, 0], [0, -1], [0, 0]], [[0, 0], [1, 0], [0, 1], [0, 1]]]
    return [
        *_cases("max_pool2d", "1@5x5", {"ksize": 3, "strides": 1}, padding=[_sides([p, 0], [0, p]) for p in range(4)]),
        *_cases("max_pool2d", "3@5x5", even, padding=nearly),
        *_cases("max_pool2d", "3@6x6", {"ksize": 4, "strides": 2}, padding=WORDS),
        *_cases("max_pool1d max_pool avg_pool1d avg_pool", "1@7", given),
        *_cases("max_pool2d avg_pool2d", "3@6x6", above),
        *_cases("max_pool avg_pool", "3@5x5", {"strides": 4}, ksize=[3, 5, 7], padding=WORDS),
        *_cases("max_pool3d max_pool", "3@4x4x4", even, padding=[_sides(*[[1, 1]] * 3)]),
        *_cases("pool", "3@7", three, strides=[[s] for s in (1, 3, 4)]),
        *_cases("pool", "3@7", three, dilations=[[1], [2]], strides=[[1], [2]]),
        *_cases("pool", "3@7", three, dilations=[[1], [2]], padding=WORDS),
        *_cases(
            "pool", "3@7x7", planes, pooling_type=["MAX"], padding=[_sides([3, 2], [0, 1])], dilations=[[1, 1], [2, 1]]
        ),
        *_cases("pool", "3@7x7", planes, pooling_type=["MAX", "AVG"], dilations=[[1, 1], [2, 1]]),
    ]


KNOWN = [
    *_windows(),
    *_windows_of_other_names(),
    *_known_transposed(),
    *_known_pools(),
    *_cases("space_to_depth", "4@6x9", {}, block_size=[1, 2, 3]),
    *_cases("depth_to_space", "4@2x3 6@2x3 9@2x3", {}, block_size=[1, 2, 3]),
    *_cases("softmax", "3@4x5", {}, axis=[1, 3, 4, -4, -5]),
    *_cases("dropout", "8", {}, rate=[0.999, 1, -0.1]),
]

FRAMEWORK = Framework(
    versions={"tensorflow": tf.__version__},
    known=KNOWN,
    kinds={kind: make for kind, (_, make) in KINDS.items()},
    counts={kind: count for kind, (count, _) in KINDS.items()},
    run=run,
)
