"""JAX: layers of jax.lax and flax.linen as config tables spell them, each of them executed on CPU, channels last.

`jax.eval_shape` says the same of each recorded case. What only execution refuses, a stride below 1 and an empty kernel,
lies outside the domain, and is not recorded.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from inspect import isclass
from random import Random
from typing import Any, NamedTuple

from dialect_cases import Case, Framework, Outcome, Sizes, read

os.environ.setdefault("JAX_PLATFORMS", "cpu")
# Nearly all the time goes into compiling, since every shape is compiled anew, and runs once.
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false --xla_backend_optimization_level=0")

flax: Any = import_module("flax")
jax: Any = import_module("jax")
linen: Any = import_module("flax.linen")
numpy: Any = import_module("numpy")

LAYOUTS = {1: ("NWC", "WIO", "NWC"), 2: ("NHWC", "HWIO", "NHWC"), 3: ("NDHWC", "DHWIO", "NDHWC")}

REFUSALS = (TypeError, ValueError, RuntimeError, AssertionError, ZeroDivisionError)
"""What JAX and Flax raise where they refuse. Flax divides by a period of 0 where it wraps no cells."""

AT_CALL = {"BatchNorm": {"use_running_average": True}, "Dropout": {"deterministic": True}}

# Flax would compile random numbers for every kernel's shape.
CHEAP = {"kernel_init": lambda _, shape, kind: numpy.ones(shape, kind)}
CHEAP["bias_init"] = lambda _, shape, kind: numpy.zeros(shape, kind)
WEIGHTED = ("Conv", "ConvTranspose", "Dense")


class Layer(NamedTuple):
    """A layer that was built for an input."""

    call: Callable[[Any, Any], Any]
    """From an input and a kernel, which layers without one disregard."""
    kernel: tuple[int, ...] = ()
    params: int | None = None


def run(case: Case) -> Outcome:
    """What JAX gives for a case, on a batch of two."""
    channels, size = case.inputs[0]
    cells = numpy.ones((2, *size, channels), numpy.float32)
    keys = {key: _tuples(value) for key, value in case.layer.items() if key != "op"}
    build = _flax if case.layer["op"].startswith("flax.") else _lax
    try:
        layer = build(case.layer["op"].removeprefix("flax."), keys, cells)
        shape = layer.call(cells, numpy.ones(layer.kernel, numpy.float32)).shape
    except REFUSALS as error:
        return Outcome(None, refused=str(error).partition("\n")[0][:200] or type(error).__name__)
    output = shape[-1], tuple(shape[1:-1])
    return Outcome(output, layer.params, measured(case, layer, output))


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _lax(name: str, keys: dict[str, Any], cells: Any) -> Layer:
    function, kernel = getattr(jax.lax, name), keys.pop("rhs")
    layout = LAYOUTS[cells.ndim - 2]
    return Layer(lambda lhs, rhs: function(lhs, rhs, dimension_numbers=layout, **keys), kernel)


def _flax(name: str, keys: dict[str, Any], cells: Any) -> Layer:
    kind = getattr(linen, name)
    if not isclass(kind):
        return Layer(lambda inputs, _: kind(inputs, **keys))
    module: Any = kind(**keys, **(CHEAP if name in WEIGHTED else {}))
    at_call = AT_CALL.get(name, {})
    variables = module.init(jax.random.key(0), cells, **at_call)
    params = variables.get("params", {})

    def call(inputs: Any, kernel: Any) -> Any:
        weights = {**params, "kernel": kernel} if "kernel" in params else params
        return module.apply({**variables, "params": weights}, inputs, **at_call)

    kernel = params["kernel"].shape if "kernel" in params else ()
    return Layer(call, kernel, sum(leaf.size for leaf in jax.tree.leaves(params)))


class Axis(NamedTuple):
    """What is set along one axis."""

    number: int
    cells: int
    outputs: int
    window: int
    stride: int
    dilation: int


Sides = tuple[int, int]


def measured(case: Case, layer: Layer, output: Sizes) -> tuple[Sides, ...] | None:
    """The padding that is read on each axis, or the crop; None where it is given in numbers or values do not tell."""
    by_word = isinstance(case.layer.get("padding", "SAME"), str)
    sides_of = _SIDES.get(case.layer["op"])
    if not sides_of or 0 in (*case.inputs[0][1], *output[1]) or not (by_word or sides_of is _crop):
        return None
    sides = [sides_of(case, layer, axis) for axis in _axes_of(case, output)]
    return None if None in sides else tuple(side for side in sides if side)


def _axes_of(case: Case, output: Sizes) -> list[Axis]:
    size, layer = case.inputs[0][1], case.layer

    def each(*names: str) -> list[int]:
        value = next((layer[name] for name in names if name in layer), 1)
        return value if isinstance(value, list) else [value] * len(size)

    strides = each("window_strides", "strides")
    dilations = each("rhs_dilation", "kernel_dilation")
    windows = each("rhs", "kernel_size", "window_shape")  # a kernel's channels come after its window
    return [Axis(*axis) for axis in zip(range(len(size)), size, output[1], windows, strides, dilations, strict=False)]


def _reads(case: Case, layer: Layer, axis: Axis, tap: int) -> list[int]:
    """The cell, counted from 1, that a tap reads for each output; 0 for padding.

    The batch is all ones, and the cells counted along the axis; taps on the other axes add equals.
    """
    channels, size = case.inputs[0]
    batch = numpy.ones((2, *size, channels), numpy.float32)
    counted = numpy.moveaxis(batch[1], axis.number, -1)
    counted[...] = numpy.arange(1, axis.cells + 1)
    kernel = numpy.zeros(layer.kernel, numpy.float32)
    numpy.moveaxis(kernel, axis.number, 0)[tap, ..., 0, 0] = 1
    found = numpy.asarray(layer.call(batch, kernel))[..., 0]
    ones, total = numpy.moveaxis(found, axis.number + 1, 1).reshape(2, axis.outputs, -1).max(axis=2)
    return [round(float(cell / one)) if one else 0 for one, cell in zip(ones, total, strict=True)]


def _window_reads(case: Case, layer: Layer, axis: Axis) -> dict[tuple[int, int], int]:
    """The cell that is read for each output by each tap."""
    read_by = [_reads(case, layer, axis, tap) for tap in range(axis.window)]
    return {(output, tap): cell for tap, cells in enumerate(read_by) for output, cell in enumerate(cells)}


def _padding(case: Case, layer: Layer, axis: Axis) -> Sides | None:
    reads = _window_reads(case, layer, axis)
    padded = {output * axis.stride + tap * axis.dilation: cell for (output, tap), cell in reads.items()}
    if case.layer.get("padding") in {"CIRCULAR", "REFLECT"}:
        return _repeated(padded, axis)
    return _around({place + 1 - cell for place, cell in padded.items() if cell}, max(padded) + 1, axis)


def _around(before: set[int], reach: int, axis: Axis) -> Sides | None:
    """The two sides, where values agree on the cells before."""
    if len(before) != 1:
        return None
    start = before.pop()
    return start, max(0, reach - start - axis.cells)


def _repeated(padded: Mapping[int, int], axis: Axis) -> Sides | None:
    """Cells before and after those of the input, which must occur once; a stride could leave some unread."""
    row = [padded.get(place) for place in range(max(padded) + 1)]
    inside = list(range(1, axis.cells + 1))
    starts = [start for start in range(len(row)) if row[start : start + axis.cells] == inside]
    if axis.stride > 1 or None in row or len(starts) != 1:
        return None
    return starts[0], len(row) - axis.cells - starts[0]


def _crop(case: Case, layer: Layer, axis: Axis) -> Sides | None:
    """What is missing of (cells - 1) * stride + extent, where the first cell begins; negative where zeros come on."""
    last = axis.window - 1
    missing = set()
    for (output, tap), cell in _window_reads(case, layer, axis).items():
        turned = tap if case.layer.get("transpose_kernel") else last - tap
        missing |= {(cell - 1) * axis.stride + turned * axis.dilation - output} if cell else set()
    total = (axis.cells - 1) * axis.stride + last * axis.dilation + 1 - axis.outputs
    if case.layer.get("padding") == "CIRCULAR":
        within = range(min(total, 0), max(total, 0) + 1)
        missing = {start for start in within if start % axis.outputs in {found % axis.outputs for found in missing}}
    if len(missing) != 1:
        return None
    start = missing.pop()
    return start, total - start


def _pool_padding(case: Case, layer: Layer, axis: Axis) -> Sides | None:
    """By impulses: a window is larger than 0 where the impulse lies in it."""
    channels, size = case.inputs[0]
    held: list[list[int]] = [[] for _ in range(axis.outputs)]
    for cell in range(axis.cells):
        cells = numpy.zeros((2, *size, channels), numpy.float32)
        numpy.moveaxis(cells, axis.number + 1, 0)[cell] = 1
        found = numpy.moveaxis(numpy.asarray(layer.call(cells, None)), axis.number + 1, 0)
        for output in numpy.flatnonzero((found > 0).reshape(axis.outputs, -1).any(axis=1)):
            held[output].append(cell)
    starts = [(output, _start(members, axis)) for output, members in enumerate(held)]
    before = {output * axis.stride - start for output, start in starts if start is not None}
    return _around(before, (axis.outputs - 1) * axis.stride + axis.window, axis)


def _start(members: Sequence[int], axis: Axis) -> int | None:
    """Where a window begins, if an end of it lies inside."""
    if members and (members[0] > 0 or len(members) == axis.window):
        return members[0]
    return members[-1] + 1 - axis.window if members and members[-1] < axis.cells - 1 else None


_SIDES: Mapping[str, Callable[[Case, Layer, Axis], Sides | None]] = {
    "conv_general_dilated": _padding,
    "flax.Conv": _padding,
    "conv_transpose": _crop,
    "flax.ConvTranspose": _crop,
    "flax.max_pool": _pool_padding,
    "flax.avg_pool": _pool_padding,
}


# --- random cases ---

SIZES = (1, 1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10, 12)
WINDOWS = (1, 2, 2, 3, 3, 3, 4, 5, 6)
STRIDES = (1, 1, 2, 2, 3, 4, 5)
DILATIONS = (1, 2, 2, 3, 4)
PADS = (0, 0, 0, 1, 1, 2, 3, 4, 6, -1, -1, -2)
WORDS = ("SAME", "SAME", "VALID", "SAME_LOWER")
UNKNOWN = ("FULL", "SAME_UPPER", "ZEROS", "EXPLICIT", "HALF", "NOTSET", "REPLICATE")
ACTIVATIONS = (
    *("relu", "gelu", "silu", "swish", "sigmoid", "tanh", "elu", "selu", "celu", "leaky_relu", "softplus", "soft_sign"),
    *("hard_tanh", "relu6", "hard_sigmoid", "hard_swish", "hard_silu", "log_sigmoid", "softmax", "log_softmax"),
    *("standardize", "normalize"),
)

Make = Callable[[Random], Case]


def _chance(random: Random, share: float = 0.5) -> bool:
    return random.random() < share


def _size(random: Random) -> tuple[int, ...]:
    rank = random.choice((1, 1, 2, 2, 2, 3))
    values = (*SIZES, 0) if _chance(random, 0.08) else SIZES
    return tuple(random.choice(values[: 11 if rank == 3 else None]) for _ in range(rank))


def _each(random: Random, rank: int, values: Sequence[int]) -> list[int]:
    return random.choices(values[:7] if rank == 3 else values, k=rank)


def _spelt(random: Random, rank: int, values: Sequence[int]) -> Any:
    """One value for all axes, or one each."""
    return random.choice(values) if _chance(random, 0.4) else _each(random, rank, values)


def _pairs(random: Random, rank: int) -> list[list[int]]:
    return [random.choices(PADS, k=2) for _ in range(rank)]


def _word(random: Random) -> str:
    """A word that JAX knows, in any case."""
    word = random.choice(WORDS)
    return random.choice((word, word, word, word.lower(), word.title()))


def _groups(random: Random) -> tuple[int, int, int]:
    """Groups, then channels in and out of each."""
    return random.choice((1, 1, 1, 2, 2, 3, 4)), random.choice((1, 1, 2, 3)), random.choice((1, 2, 2, 3))


def _convolution(random: Random) -> Case:
    size = _size(random)
    rank = len(size)
    groups, inward, outward = _groups(random)
    layer: dict[str, Any] = {"op": "conv_general_dilated"}
    layer["rhs"] = [*_each(random, rank, WINDOWS), inward, groups * outward]
    layer["window_strides"] = _each(random, rank, STRIDES)
    layer["padding"] = _word(random) if _chance(random) else _pairs(random, rank)
    if _chance(random):
        layer["lhs_dilation"] = [1] * rank if isinstance(layer["padding"], str) else _each(random, rank, DILATIONS)
    if _chance(random):
        layer["rhs_dilation"] = _each(random, rank, DILATIONS)
    if groups > 1 or _chance(random):
        layer["feature_group_count"] = groups
    return Case(layer, ((groups * inward, size),))


def _transposed(random: Random) -> Case:
    size = _size(random)
    rank = len(size)
    _, inward, outward = _groups(random)
    layer: dict[str, Any] = {"op": "conv_transpose"}
    layer["strides"] = _each(random, rank, STRIDES)
    layer["padding"] = random.choice(("SAME", "VALID")) if _chance(random) else _pairs(random, rank)
    if _chance(random):
        layer["rhs_dilation"] = _each(random, rank, DILATIONS)
    if _chance(random):
        layer["transpose_kernel"] = _chance(random)
    if _chance(random):
        layer["use_consistent_padding"] = _chance(random, 0.8)
    channels = [outward, inward] if layer.get("transpose_kernel") else [inward, outward]
    layer["rhs"] = [*_each(random, rank, WINDOWS), *channels]
    return Case(layer, ((inward, size),))


def _numbers(random: Random, rank: int) -> Any:
    """Padding in numbers, in one of Flax's three spellings."""
    return _pairs(random, rank) if _chance(random) else _spelt(random, rank, PADS)


def _flax_convolution(random: Random) -> Case:
    size = _size(random)
    rank = len(size)
    groups, inward, outward = _groups(random)
    layer: dict[str, Any] = {"op": "flax.Conv", "features": groups * outward}
    layer["kernel_size"] = _each(random, rank, WINDOWS)
    if _chance(random, 0.75):
        wraps = ("CIRCULAR", "CIRCULAR", "REFLECT", *["CAUSAL"] * (rank == 1))
        layer["padding"] = random.choice((_word(random), *wraps, *(_numbers(random, rank) for _ in range(3))))
    by_number = not isinstance(layer.get("padding", "SAME"), str)
    if _chance(random, 0.6 if by_number else 0.2):
        layer["input_dilation"] = _spelt(random, rank, DILATIONS if by_number else (1,))
    if groups > 1 or _chance(random, 0.2):
        layer["feature_group_count"] = groups
    return _finished(random, layer, groups * inward, size)


def _flax_transposed(random: Random) -> Case:
    size = _size(random)
    layer: dict[str, Any] = {"op": "flax.ConvTranspose", "features": random.choice((1, 2, 3, 5))}
    layer["kernel_size"] = _each(random, len(size), WINDOWS)
    if _chance(random, 0.75):
        words = ("SAME", "VALID", "CIRCULAR", "CIRCULAR")
        layer["padding"] = random.choice((*words, _numbers(random, len(size)), _numbers(random, len(size))))
    if _chance(random):
        layer["transpose_kernel"] = _chance(random, 0.7)
    return _finished(random, layer, random.choice((1, 2, 3, 4)), size)


def _finished(random: Random, layer: dict[str, Any], channels: int, size: tuple[int, ...]) -> Case:
    """With what Flax's two convolutions share."""
    if _chance(random, 0.6):
        layer["strides"] = _spelt(random, len(size), STRIDES)
    if _chance(random):
        layer["kernel_dilation"] = _spelt(random, len(size), DILATIONS)
    if _chance(random):
        layer["use_bias"] = _chance(random)
    return Case(layer, ((channels, size),))


def _pool(random: Random) -> Case:
    size = _size(random)
    op = random.choice(("flax.max_pool", "flax.avg_pool"))
    layer: dict[str, Any] = {"op": op, "window_shape": _each(random, len(size), WINDOWS)}
    if _chance(random, 0.6):
        layer["strides"] = _each(random, len(size), STRIDES)
    if _chance(random, 0.7):
        layer["padding"] = _word(random) if _chance(random) else _pairs(random, len(size))
    if op == "flax.avg_pool" and _chance(random):
        layer["count_include_pad"] = _chance(random)
    return Case(layer, ((random.choice((1, 2, 3)), size),))


def _norm(random: Random) -> Case:
    groups = random.choice((2, 3, 4))
    norms: Sequence[dict[str, Any]] = (
        {"op": "flax.BatchNorm"},
        {"op": "flax.LayerNorm"},
        {"op": "flax.GroupNorm", "num_groups": groups},
        {"op": "flax.GroupNorm", "num_groups": None, "group_size": groups},
    )
    switches = {key: _chance(random) for key in ("use_scale", "use_bias") if _chance(random)}
    channels = random.choice((groups, 2 * groups, 12, 12, 5))  # 5 fits no groups
    return Case({**random.choice(norms), **switches}, ((channels, _size(random)),))


def _simple(random: Random) -> Case:
    layers: Sequence[dict[str, Any]] = (
        {"op": "flax.Dense", "features": random.choice((1, 3, 10))},
        {"op": "flax.Dense", "features": 4, "use_bias": _chance(random)},
        {"op": "flax.Dropout", "rate": random.choice((0.0, 0.1, 0.5))},
        {"op": "flax.PReLU"},
        {"op": "flax.glu"},
        {"op": f"flax.{random.choice(ACTIVATIONS)}"},
        {"op": f"flax.{random.choice(ACTIVATIONS)}"},
    )
    return Case(random.choice(layers), ((random.choice((1, 2, 3, 6, 8)), random.choice((_size(random), ()))),))


# --- cases that are mostly refused: a sound one with one thing spoilt ---

Spoil = Callable[[Random, Case], Case]


def _spoilt(make: Make, *spoilers: Spoil) -> Make:
    return lambda random: random.choice(spoilers)(random, make(random))


def _with(case: Case, **keys: Any) -> Case:
    return case._replace(layer={**case.layer, **keys})


def _wider(random: Random, case: Case) -> Case:
    channels, size = case.inputs[0]
    return case._replace(inputs=(((channels or 0) + random.choice((1, 1, 2)), size),))


def _regrouped(random: Random, case: Case) -> Case:
    return _with(case, feature_group_count=random.choice((2, 3, 4, 5)))


def _odd_features(_: Random, case: Case) -> Case:
    """One more than groups divide, where there are groups."""
    if "features" in case.layer:
        return _with(case, features=case.layer["features"] + 1)
    return _with(case, rhs=[*case.layer["rhs"][:-1], case.layer["rhs"][-1] + 1])


def _worded(*words: str) -> Spoil:
    return lambda random, case: _with(case, padding=random.choice((*words, *UNKNOWN[:2], random.choice(UNKNOWN))))


def _dilated_by_word(key: str, *words: str) -> Spoil:
    def spoil(random: Random, case: Case) -> Case:
        dilation = _each(random, len(case.inputs[0][1]), (1, 2, 2, 3))
        return _with(case, padding=random.choice(words), **{key: dilation})

    return spoil


def _miscounted(random: Random, case: Case) -> Case:
    """Pads for an axis too many or too few."""
    return _with(case, padding=[[1, 1]] * (len(case.inputs[0][1]) + random.choice((-1, 1, 1))))


def _unpaired(random: Random, case: Case) -> Case:
    return _with(case, padding=random.choice((0, 1, _each(random, len(case.inputs[0][1]), PADS))))


def _negative(random: Random, case: Case) -> Case:
    """All cells of an axis are cut off, or some more."""
    axis = random.choice(_axes_of(case, case.inputs[0]))
    between = axis.stride if "transpose" in case.layer["op"].lower() else 1
    cut = max((axis.cells - 1) * between + 1, 0) + random.choice((0, 1, 1, 2))
    pads = [[0, 1] for _ in case.inputs[0][1]]
    pads[axis.number] = random.choice(([-cut, 0], [0, -cut], [1, -cut - 1]))
    dilations = ("lhs_dilation", "input_dilation", "use_consistent_padding")
    return _with(Case({key: case.layer[key] for key in case.layer if key not in dilations}, case.inputs), padding=pads)


LOWER = ("same", "valid", "SAME_LOWER", "Same")
# --- cases of note ---


def _conv(shape: str, rhs: list[int], strides: list[int], padding: Any, **keys: Any) -> Case:
    layer = {"op": "conv_general_dilated", "rhs": rhs, "window_strides": strides, "padding": padding, **keys}
    return Case(layer, (read(shape),))


def _conv_transpose(shape: str, rhs: list[int], strides: list[int], padding: Any, **keys: Any) -> Case:
    layer = {"op": "conv_transpose", "rhs": rhs, "strides": strides, "padding": padding, **keys}
    return Case(layer, (read(shape),))


def _linen(name: str, shape: str, **keys: Any) -> Case:
    return Case({"op": f"flax.{name}", **keys}, (read(shape),))


KNOWN = (
    _conv("3@224x320", [3, 3, 3, 16], [2, 2], "SAME"),
    _conv("3@0x5", [3, 3, 3, 4], [1, 1], "SAME"),
    _conv("1@2", [3, 1, 1], [1], "VALID"),
    _conv("1@2", [3, 1, 1], [4], "VALID"),
    _conv("1@2", [3, 1, 1], [1], [[0, 1]]),
    _conv("1@0", [3, 1, 1], [1], [[2, 2]]),
    _conv("1@0", [3, 1, 1], [1], [[2, 2]], lhs_dilation=[3]),
    _conv("1@0", [5, 1, 1], [1], [[4, 4]]),
    _conv("1@9", [3, 1, 1], [2], "VALID", rhs_dilation=[2]),
    _conv("1@5", [3, 1, 1], [1], "SAME", rhs_dilation=[2]),
    *(_conv("1@5", [4, 1, 1], [2], word) for word in ("SAME", "SAME_LOWER", "same", "Same_Lower", "valid")),
    *(_conv("1@5", [3, 1, 1], [1], pads) for pads in ([[-1, -1]], [[-2, -3]], [[-3, -3]], [[-7, 4]], [[4, -7]])),
    _conv("1@5", [3, 1, 1], [1], [[-1, 0]]),
    _conv("1@5", [3, 1, 1], [1], "FULL"),
    _conv("1@5", [3, 1, 1], [1], "SAME", lhs_dilation=[1]),
    _conv("1@5", [3, 1, 1], [1], "SAME", lhs_dilation=[2]),
    _conv("1@5", [3, 1, 1], [1], [[2, 2]], lhs_dilation=[2]),
    _conv("5@4", [3, 2, 4], [1], "SAME", feature_group_count=2),
    _conv("4@4", [3, 2, 5], [1], "SAME", feature_group_count=2),
    _conv("4@4", [3, 3, 4], [1], "SAME"),
    _conv("4@4x4", [3, 3, 4, 4], [1, 1], [[1, 1]]),
    _conv("4@4x4", [3, 3, 4, 4], [1, 1], [1, 1]),
    *(_conv_transpose("1@3", [1, 1, 1], [3], word) for word in ("VALID", "SAME")),
    *(_conv_transpose("1@3", [3, 1, 1], [2], word) for word in ("VALID", "SAME", "same", "valid")),
    *(_conv_transpose("1@3", [4, 1, 1], [1], word) for word in ("SAME", "same", "SAME_LOWER", "VALID", "valid")),
    _conv_transpose("1@3", [4, 1, 1], [2], "SAME"),
    _conv_transpose("1@3", [3, 1, 1], [2], "VALID", rhs_dilation=[2]),
    *(_conv_transpose("1@3", [3, 1, 1], [2], [[pad, pad]]) for pad in (0, 1, 2, -2, -3)),
    *(_conv_transpose("1@3", [3, 1, 1], [2], [[p, p]], use_consistent_padding=True) for p in (0, 1, 2, 4, 5)),
    _conv_transpose("1@3", [3, 1, 1], [2], [[-1, -2]], use_consistent_padding=True),
    _conv_transpose("1@3", [3, 1, 1], [2], [[1, 1], [2, 2]], use_consistent_padding=True),
    _conv_transpose("1@3", [3, 1, 1], [2], "same", use_consistent_padding=True),
    *(_conv_transpose("1@0", [5, 1, 1], [stride], "VALID") for stride in (1, 7)),
    *(_conv_transpose("1@0", [4, 1, 1], [stride], "SAME") for stride in (1, 3, 7)),
    _conv_transpose("2@5", [3, 4, 2], [2], "SAME", transpose_kernel=True),
    _conv_transpose("2@5", [3, 2, 4], [2], "SAME", transpose_kernel=True),
    *(_linen("Conv", "2@5", features=4, kernel_size=[3], padding=pad) for pad in ("CIRCULAR", "REFLECT", "CAUSAL")),
    *(_linen("Conv", "2@2", features=4, kernel_size=[9], padding=pad) for pad in ("CIRCULAR", "REFLECT", "CAUSAL")),
    *(_linen("Conv", "2@1", features=4, kernel_size=[3], padding=pad) for pad in ("CIRCULAR", "REFLECT")),
    *(_linen("Conv", "2@0", features=4, kernel_size=[3], padding=pad) for pad in ("CIRCULAR", "REFLECT", "CAUSAL")),
    *(_linen("Conv", "2@0", features=4, kernel_size=[1], padding=pad) for pad in ("CIRCULAR", "REFLECT", "SAME")),
    *(_linen("Conv", "2@5", features=4, kernel_size=[4], padding=pad) for pad in ("CIRCULAR", "circular", "same")),
    _linen("Conv", "2@5x5", features=4, kernel_size=[3, 3], padding="CAUSAL"),
    _linen("Conv", "2@5x4", features=4, kernel_size=[3, 3], padding=[1, 2]),
    _linen("Conv", "2@5x4", features=4, kernel_size=[3, 3], padding=[1, [0, 2]]),
    _linen("Conv", "2@5x4", features=4, kernel_size=[3, 3], padding=[[1, 2]]),
    _linen("Conv", "2@5", features=4, kernel_size=[3], input_dilation=2),
    _linen("Conv", "2@5", features=4, kernel_size=[3], input_dilation=2, padding=1),
    _linen("Conv", "3@5", features=4, kernel_size=[3], feature_group_count=2),
    _linen("Conv", "4@5", features=3, kernel_size=[3], feature_group_count=2),
    *(_linen("ConvTranspose", "2@3", features=4, kernel_size=[3], strides=[2], padding=pad) for pad in (0, 1, 2)),
    *(_linen("ConvTranspose", "2@3", features=4, kernel_size=[4], padding=pad) for pad in ("SAME", "same", "CIRCULAR")),
    *(_linen("ConvTranspose", "2@3", features=4, kernel_size=[k], strides=2, padding="CIRCULAR") for k in (1, 3, 4, 9)),
    _linen("ConvTranspose", "2@0", features=4, kernel_size=[3], padding="CIRCULAR"),
    _linen("ConvTranspose", "2@3", features=4, kernel_size=[3], padding="REFLECT"),
    _linen("max_pool", "2@7x6", window_shape=[2, 2]),
    _linen("max_pool", "2@5", window_shape=[7], strides=[4]),
    _linen("max_pool", "2@0", window_shape=[2], padding=[[1, 1]]),
    *(_linen("avg_pool", "2@5", window_shape=[2], strides=[2], padding=pad) for pad in ([[9, 9]], [[-3, -3]], 1)),
    *(_linen("max_pool", "2@6", window_shape=[4], strides=[3], padding=pad) for pad in ("SAME", "same_lower", "FULL")),
    _linen("Dense", "64", features=10),
    _linen("GroupNorm", "6@5"),
    _linen("GroupNorm", "64@5"),
    _linen("GroupNorm", "6@5", group_size=2),
    _linen("GroupNorm", "6@5", num_groups=None),
    _linen("glu", "3@5"),
)

KINDS: Mapping[str, tuple[Make, int]] = {
    "conv_general_dilated": (_convolution, 780),
    "conv_transpose": (_transposed, 520),
    "flax.Conv": (_flax_convolution, 570),
    "flax.ConvTranspose": (_flax_transposed, 370),
    "pool": (_pool, 430),
    "norm": (_norm, 60),
    "simple": (_simple, 130),
    "conv_general_dilated spoilt": (
        _spoilt(
            _convolution,
            *(_wider, _regrouped, _odd_features, _odd_features, _miscounted, _unpaired, _negative, _negative),
            *(_worded("CAUSAL", "CIRCULAR"), _dilated_by_word("lhs_dilation", *WORDS, "same")),
        ),
        150,
    ),
    "conv_transpose spoilt": (
        _spoilt(
            _transposed,
            *(_wider, _worded(*LOWER, "REFLECT"), _worded(*LOWER), _miscounted, _unpaired, _negative),
        ),
        110,
    ),
    "flax.Conv spoilt": (
        _spoilt(
            _flax_convolution,
            *(_wider, _regrouped, _odd_features, _odd_features, _miscounted, _negative),
            *(_worded("circular", "CAUSAL", "CAUSAL"), _worded("CAUSAL", "CAUSAL", "CAUSAL", "CAUSAL")),
            _dilated_by_word("input_dilation", *WORDS, "CIRCULAR", "REFLECT", "CAUSAL"),
        ),
        120,
    ),
    "flax.ConvTranspose spoilt": (
        _spoilt(_flax_transposed, _worded("REFLECT", "CAUSAL"), _worded(*LOWER), _miscounted, _negative),
        80,
    ),
    "pool spoilt": (_spoilt(_pool, _worded("CIRCULAR", "REFLECT"), _miscounted, _unpaired, _negative), 60),
}

FRAMEWORK = Framework(
    versions={"jax": jax.__version__, "flax": flax.__version__},
    known=KNOWN,
    kinds={kind: make for kind, (make, _) in KINDS.items()},
    counts={kind: count for kind, (_, count) in KINDS.items()},
    run=run,
)
