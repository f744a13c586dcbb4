"""ONNX nodes as onnxruntime executes them on CPU: one-node models at the case's opset, without graph optimisations.

Where `onnx.shape_inference` (strict) says something else than onnxruntime gives (`INFERENCE` has an example of each):

- it never refuses a window larger than its data: sizes of 0 and below, or 1 where the division truncates towards 0;
- it checks no channels, groups, `kernel_shape` against `W`, divisibility of blocks or totals (Reshape);
- pads beside `auto_pad`: it uses the pads in Conv, where onnxruntime refuses both at once;
- SAME counts a dilated window whole; onnxruntime refuses that in Conv, and takes the undilated one in pools;
- a ceil_mode pool below opset 22 keeps the last window that starts in the padding behind the data;
- pool padding may reach the window, `output_padding` may be anything, a transposed output may vanish;
- SAME with `output_padding` adds it to the size, where onnxruntime crops it again;
- an `output_shape` smaller than the data loses the size, and one that is too large is believed;
- a GroupNormalization is left open, and so is a Concat along a negative axis below opset 11;
- Resize multiplies the float32 scale in double precision, onnxruntime in float32.

`params` counts the initializers: W and B, B and C of Gemm, scale and shift of the norms, mean and variance too, the
slope of PRelu. `padding` of a transposed convolution is the crop, below 0 where the output goes on behind the full
cells.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from math import prod
from random import Random
from typing import Any

from dialect_cases import Case, Framework, Outcome, Sizes, read

numpy: Any = import_module("numpy")
onnx: Any = import_module("onnx")
onnxruntime: Any = import_module("onnxruntime")
raised: Any = import_module("onnxruntime.capi.onnxruntime_pybind11_state")

onnxruntime.set_default_logger_severity(4)  # what is refused arrives as an exception, too

REFUSALS = (raised.Fail, raised.InvalidArgument, raised.InvalidGraph, raised.NotImplemented, raised.RuntimeException)
IR_VERSION = 10
DEFAULT_OPSET = 22

Dims = tuple[int, ...]
Tensor = Any
Inputs = list[Tensor | None]
"""What a node reads beside the data; None where one in between is left out."""

Layer = dict[str, Any]


# ---------------------------------------------------------------- the model of a case


def opset(case: Case) -> int:
    return int(case.network.get("opset", DEFAULT_OPSET))


def dims(shape: Sizes, batch: int = 1) -> Dims:
    """A shape as ONNX has it."""
    channels, size = shape
    return (batch, *(() if channels is None else (channels,)), *size)


def _ones(*shape: int) -> Tensor:
    return numpy.ones(shape, numpy.float32)


def _whole(values: Sequence[int]) -> Tensor:
    return numpy.array(values, numpy.int64)


def _weights(case: Case, made: int, name: str = "W") -> Inputs:
    return [_ones(*case.layer[name]), *([_ones(made)] if case.layer.get("bias") else [])]


def _group_scales(case: Case, data: Dims) -> Inputs:
    return [_ones(data[1] if opset(case) >= 21 else case.layer["num_groups"])] * 2


def _layer_scales(case: Case, data: Dims) -> Inputs:
    axis = case.layer.get("axis", -1)
    return [_ones(*(data[axis:] or data[-1:]))] * 2


def _all_scales(case: Case) -> Tensor:
    kept = [] if "axes" in case.layer else [1.0, 1.0]
    return numpy.array([*kept, *case.layer["scales"]], numpy.float32)


def _resize(case: Case, data: Dims) -> Inputs:
    """Region of interest, scales, sizes; what is left out was an empty tensor once."""
    if opset(case) < 11:
        return [_all_scales(case)]
    absent = _ones(0) if opset(case) < 13 else None
    inputs = [absent, _all_scales(case) if "scales" in case.layer else absent]
    if "sizes" in case.layer:
        inputs.append(_whole([*(() if "axes" in case.layer else data[:2]), *case.layer["sizes"]]))
    return inputs


INPUTS: Mapping[str, Callable[[Case, Dims], Inputs]] = {
    "BatchNormalization": lambda _, data: [_ones(data[1])] * 4,
    "Conv": lambda case, _: _weights(case, case.layer["W"][0]),
    "ConvTranspose": lambda case, _: _weights(case, case.layer["W"][1] * case.layer.get("group", 1)),
    "Dropout": lambda case, _: [numpy.float32(case.layer["ratio"])] if "ratio" in case.layer else [],
    "Gemm": lambda case, _: _weights(case, case.layer["B"][0 if case.layer.get("transB") else 1], "B"),
    "GroupNormalization": _group_scales,
    "InstanceNormalization": lambda _, data: [_ones(data[1])] * 2,
    "LayerNormalization": _layer_scales,
    "PRelu": lambda case, _: [_ones(*case.layer["slope"])],
    "Pad": lambda case, _: [_whole(case.layer["pads"])],
    "Reshape": lambda case, _: [_whole(case.layer["shape"])],
    "Resize": _resize,
    "Upsample": lambda case, _: [_all_scales(case)],
}
INPUTS_SINCE = {"Dropout": 12, "Pad": 11, "Upsample": 9}
"""Opsets before which the inputs were attributes."""

LEARNT = {"Conv", "ConvTranspose", "Gemm", "PRelu"} | {
    f"{of}Normalization" for of in ("Batch", "Instance", "Group", "Layer")
}
NO_ATTRIBUTES = {
    "Conv": {"W", "bias"},
    "ConvTranspose": {"W", "bias"},
    "Dropout": {"ratio"},
    "Gemm": {"B", "bias"},
    "PRelu": {"slope"},
    "Pad": {"pads"},
    "Reshape": {"shape"},
    "Resize": {"scales", "sizes"},
    "Upsample": {"scales"},
}


def _inputs_and_attributes(case: Case, data: Dims) -> tuple[Inputs, Layer]:
    op = case.layer["op"]
    attributes = {key: value for key, value in case.layer.items() if key != "op"}
    if opset(case) < INPUTS_SINCE.get(op, 0):
        return [], {**attributes, **({"scales": [1.0, 1.0, *attributes["scales"]]} if op == "Upsample" else {})}
    inputs = INPUTS[op](case, data) if op in INPUTS else []
    return inputs, {key: value for key, value in attributes.items() if key not in NO_ATTRIBUTES.get(op, ())}


def model(case: Case, batch: int = 1) -> Any:
    """Static shapes and constant weights, as files have them."""
    helper = onnx.helper
    shapes = [dims(shape, batch) for shape in case.inputs]
    inputs, attributes = _inputs_and_attributes(case, shapes[0])
    read_here = {f"x{at}": shape for at, shape in enumerate(shapes)}
    held = {f"w{at}": tensor for at, tensor in enumerate(inputs) if tensor is not None}
    names = [*read_here, *("" if tensor is None else f"w{at}" for at, tensor in enumerate(inputs))]
    graph = helper.make_graph(
        [helper.make_node(case.layer["op"], names, ["y"], **attributes)],
        "case",
        [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape) for name, shape in read_here.items()],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)],
        [onnx.numpy_helper.from_array(numpy.asarray(tensor), name) for name, tensor in held.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset(case))], ir_version=IR_VERSION)


# ---------------------------------------------------------------- running it


def execute(case: Case, data: Sequence[Tensor]) -> Tensor:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    built = model(case, data[0].shape[0]).SerializeToString()
    session = onnxruntime.InferenceSession(built, options, providers=["CPUExecutionProvider"])
    return session.run(None, {f"x{at}": tensor for at, tensor in enumerate(data)})[0]


def run(case: Case) -> Outcome:
    try:
        made = execute(case, [_ones(*dims(shape)) for shape in case.inputs]).shape
    except REFUSALS as refusal:
        return Outcome(None, refused=_words(refusal))
    if made[0] != 1:
        raise ValueError(f"{case} mixes the batch: {made}")
    return Outcome((made[1], tuple(made[2:])), _params(case), _padding(case, tuple(made[2:])))


def _words(refusal: Exception) -> str:
    """Of long lines the end: they begin with the place in onnxruntime's source."""
    return str(refusal).strip().splitlines()[0].removeprefix("[ONNXRuntimeError] : ")[-200:]


def _params(case: Case) -> int | None:
    if case.layer["op"] not in LEARNT:
        return None
    learnt, _ = _inputs_and_attributes(case, dims(case.inputs[0]))
    return sum(int(prod(tensor.shape)) for tensor in learnt if tensor is not None)


def _padding(case: Case, made: Dims) -> tuple[tuple[int, int], ...] | None:
    """Where a word or `output_shape` decides. Not with ceil_mode: what it adds hangs over without any padding."""
    layer, size = case.layer, case.inputs[0][1]
    decided = layer.get("auto_pad", "NOTSET") != "NOTSET" or "output_shape" in layer
    if not decided or layer.get("ceil_mode") or not 0 < prod(size) * prod(made) <= 200_000:
        return None
    transposed = layer["op"] == "ConvTranspose"
    touched = _touched(case)
    sides = []
    for axis, (stride, taps, dilation) in enumerate(_windows(case)):
        others = tuple(at for at in range(2 * len(size)) if at % len(size) != axis)
        cells = touched.any(axis=others)
        sides.append(_beyond(cells.T if transposed else cells, stride, taps, dilation))
    strides = [stride for stride, _, _ in _windows(case)]
    if any(found is None or -found[1] >= stride for found, stride in zip(sides, strides, strict=True)):
        return None  # with cells left over of a stride or more no padding after is told by the values
    return tuple((before, after if transposed else max(after, 0)) for before, after in filter(None, sides))


def _windows(case: Case) -> Iterator[tuple[int, int, int]]:
    """Stride, taps and dilation of each axis."""
    kernel = case.layer["W"][2:] if "W" in case.layer else case.layer["kernel_shape"]
    ones = [1] * len(kernel)
    return zip(case.layer.get("strides", ones), kernel, case.layer.get("dilations", ones), strict=True)


def _touched(case: Case) -> Tensor:
    """Which cells of the output change with which cell of the input: each is 1 once, in a sample of its own."""
    channels, size = case.inputs[0]
    alone = numpy.eye(prod(size), dtype=numpy.float32).reshape(-1, 1, *size)
    plain = case._replace(layer={key: value for key, value in case.layer.items() if key != "bias"})
    made = execute(plain, [numpy.repeat(alone, channels, axis=1)])
    return (made > 0).any(axis=1).reshape(*size, *made.shape[2:])  # an average of padding alone is NaN: not above 0


def _beyond(touched: Tensor, stride: int, taps: int, dilation: int) -> tuple[int, int] | None:
    """How far the first window starts before, and the last one ends behind the cells; `touched` is cells by windows.

    Read off a window with a known end: all of its taps are seen, or one more at either end would still be a cell.
    """
    cells, windows = touched.shape
    reach = (taps - 1) * dilation
    for at in range(windows):
        seen = numpy.flatnonzero(touched[:, at])
        if len(seen) and (len(seen) == taps or seen[0] >= dilation):
            start = int(seen[0])
        elif len(seen) and seen[-1] + dilation < cells:
            start = int(seen[-1]) - reach
        else:
            continue
        before = at * stride - start
        return before, (windows - 1) * stride - before + reach + 1 - cells
    return None


def inferred(case: Case) -> Sizes | None:
    """What shape inference says; None where it refuses, or leaves a size open."""
    try:
        typed = onnx.shape_inference.infer_shapes(model(case), check_type=True, strict_mode=True)
    except onnx.shape_inference.InferenceError:
        return None
    found = typed.graph.output[0].type.tensor_type.shape.dim
    size = tuple(dim.dim_value for dim in found if dim.HasField("dim_value"))
    lost = case.layer["op"] == "ConvTranspose" and len(found) != len(dims(case.inputs[0]))
    return None if lost or len(size) != len(found) or len(size) < 2 else (size[1], size[2:])


# ---------------------------------------------------------------- cases at random: mostly sound, steered to the corners

OPSETS = (7, 9, 11, 13, 18, 19, 21, 22)
SCALES = (2.0, 0.5, 1.5, 3.0, 2.3, 0.29, 1.15, 1.1, 1.4, 0.7, 0.1, 0.57, 2.7, 1.9)


def _network(random: Random, opsets: Sequence[int] = OPSETS) -> Layer:
    return {} if random.random() < 0.4 else {"opset": random.choice(opsets)}


def _each(random: Random, axes: int, values: Sequence[int]) -> list[int]:
    return [random.choice(values) for _ in range(axes)]


def _map(random: Random, axes: int | None = None, channels: Sequence[int] = range(1, 9)) -> tuple[int, Dims]:
    axes = axes or random.choice((1, 2, 2, 3))
    return random.choice(channels), tuple(_each(random, axes, range(1, 7 if axes == 3 else 13)))


def _slide(random: Random, axes: int, *, dilated: float = 0.35) -> Layer:
    """What all windows have, each left out half of the time."""
    layer: Layer = {}
    if random.random() < 0.55:
        layer["strides"] = _each(random, axes, (1, 1, 2, 2, 3, 4, 5))
    if random.random() < dilated:
        layer["dilations"] = _each(random, axes, (1, 1, 2, 2, 3))
    return layer


def _pads(random: Random, kernel: Sequence[int], *, most: int = 2) -> list[int]:
    pads = [random.randint(0, min(most, taps - 1) if random.random() < 0.97 else taps) for taps in [*kernel, *kernel]]
    return [-1, *pads[1:]] if random.random() < 0.02 else pads


def _fitting(random: Random, layer: Layer, kernel: Sequence[int], tight: float) -> Dims:
    """Sizes that hold the window; now and then whatever comes, which may be too small."""
    axes = len(kernel)
    _, size = _map(random, axes)
    if random.random() < tight:
        return size
    pads, dilations = layer.get("pads", [0] * 2 * axes), layer.get("dilations", [1] * axes)
    least = [(kernel[at] - 1) * dilations[at] + 1 - pads[at] - pads[at + axes] for at in range(axes)]
    return tuple(
        cells if cells >= least[at] else max(1, least[at] + random.randint(0, 3)) for at, cells in enumerate(size)
    )


def _word(random: Random) -> str:
    return random.choice(("SAME_UPPER", "SAME_LOWER", "SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"))


def _conv(random: Random) -> Case:
    kernel = _each(random, random.choice((1, 1, 2, 2, 3)), (1, 2, 3, 3, 4, 5))
    group = random.choice((1, 1, 1, 1, 2, 3, 4))
    made, channels = group * random.randint(1, 3), random.randint(1, 3)
    layer = {"op": "Conv", "W": [made, channels, *kernel], **_slide(random, len(kernel))}
    if random.random() < 0.4:
        layer["auto_pad"] = _word(random)
        if layer["auto_pad"].startswith("SAME") and random.random() < 0.85:
            layer.pop("dilations", None)
    if random.random() < (0.05 if layer.get("auto_pad", "NOTSET") != "NOTSET" else 0.6):
        layer["pads"] = _pads(random, kernel, most=3)
    _options(random, layer, group)
    read_in = channels * group + (random.choice((-1, 1)) if random.random() < 0.04 else 0)
    return Case(layer, ((max(read_in, 1), _fitting(random, layer, kernel, 0.25)),), _network(random))


def _options(random: Random, layer: Layer, group: int) -> None:
    """Group, bias and kernel_shape, with a flaw now and then."""
    kernel = layer["W"][2:]
    if group > 1 or random.random() < 0.1:
        layer["group"] = group
    if random.random() < 0.04:
        layer["group"] = group + 1
    if random.random() < 0.5:
        layer["bias"] = random.random() < 0.8
    if random.random() < 0.5:
        layer["kernel_shape"] = [taps + (random.random() < 0.03) for taps in kernel]


def _conv_transpose(random: Random) -> Case:
    kernel = _each(random, random.choice((1, 1, 2, 2, 3)), (1, 2, 3, 3, 4, 5))
    group = random.choice((1, 1, 1, 1, 2, 3))
    shape = group * random.randint(1, 3), _map(random, len(kernel))[1]
    layer = {"op": "ConvTranspose", "W": [shape[0], random.randint(1, 3), *kernel], **_slide(random, len(kernel))}
    full = [
        (cells - 1) * stride + (taps - 1) * dilation + stride
        for cells, (stride, taps, dilation) in zip(shape[1], _windows(Case(layer, ())), strict=True)
    ]
    if random.random() < 0.3:
        layer["output_shape"] = [random.randint(1, most + (random.random() < 0.08)) for most in full]
    if random.random() < 0.35:
        layer["auto_pad"] = _word(random)
    if random.random() < (0.03 if layer.get("auto_pad", "NOTSET") != "NOTSET" else 0.55):
        layer["pads"] = _pads(random, kernel)
    if random.random() < 0.35:
        layer["output_padding"] = [
            _beyond_stride(random, stride, dilation) for stride, _, dilation in _windows(Case(layer, ()))
        ]
    _options(random, layer, group)
    if random.random() < 0.03:
        shape = shape[0] + 1, shape[1]
    return Case(layer, (shape,), _network(random))


def _beyond_stride(random: Random, stride: int, dilation: int) -> int:
    """A sound output_padding, or one around its limits."""
    return random.randint(0, stride - 1) if random.random() < 0.88 else random.choice((stride, dilation - 1, dilation))


CEIL_SINCE = {"MaxPool": 10, "AveragePool": 10, "LpPool": 18}
DILATIONS_SINCE = {"MaxPool": 10, "AveragePool": 19, "LpPool": 18}


def _pool(op: str) -> Callable[[Random], Case]:
    def make(random: Random) -> Case:
        network = _network(random)
        at = network.get("opset", DEFAULT_OPSET)
        kernel = _each(random, random.choice((1, 1, 2, 2, 3)), (1, 2, 2, 3, 3, 4, 5, 6))
        dilated = 0.35 if at >= DILATIONS_SINCE[op] else 0.05
        layer = {"op": op, "kernel_shape": kernel, **_slide(random, len(kernel), dilated=dilated)}
        if random.random() < 0.35:
            layer["auto_pad"] = _word(random)
        if random.random() < (0.15 if layer.get("auto_pad", "NOTSET") != "NOTSET" else 0.55):
            layer["pads"] = _pads(random, kernel, most=3)
        if random.random() < (0.55 if at >= CEIL_SINCE[op] else 0.05):
            layer["ceil_mode"] = random.choice((1, 1, 1, 0))
        own = {"AveragePool": ("count_include_pad", 1), "LpPool": ("p", 1)}.get(op)
        if own and random.random() < 0.3:
            layer[own[0]] = own[1]
        return Case(layer, ((random.randint(1, 4), _fitting(random, layer, kernel, 0.25)),), network)

    return make


def _global_pool(random: Random) -> Case:
    op = random.choice(("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"))
    return Case(
        {"op": op}, (_map(random),), _network(random, (7, 9, 11, 13, 18, 21) if op == "GlobalLpPool" else OPSETS)
    )


def _pad(random: Random) -> Case:
    shape = _map(random)
    layer: Layer = {"op": "Pad", "mode": random.choice(("constant", "reflect", "edge", "wrap"))}
    if layer["mode"] == "constant" and random.random() < 0.5:
        del layer["mode"]
    sides = [_pad_side(random, cells, layer.get("mode")) for cells in shape[1] * 2]
    channels = [random.randint(0, 2), random.randint(0, 1)] if random.random() < 0.15 and shape[0] > 2 else [0, 0]
    axes = len(shape[1])
    layer["pads"] = [0, channels[0], *sides[:axes], 0, channels[1], *sides[axes:]]
    return Case(layer, (shape,), _network(random))


def _pad_side(random: Random, cells: int, mode: str | None) -> int:
    """Never so negative that a size falls below 0: two such axes would multiply to a positive number of cells."""
    if random.random() < 0.12:
        return -random.randint(0, cells // 2)
    return random.randint(0, max(cells - 1, 0) if mode == "reflect" and random.random() < 0.9 else 5)


def _resize_case(random: Random) -> Case:
    network = _network(random, (10, 11, 13, 18, 19, 21))
    at = network.get("opset", DEFAULT_OPSET)
    channels, size = _map(random)
    size = tuple(random.choice((20, 30, 50, 100)) if random.random() < 0.15 else cells for cells in size)
    layer: Layer = {"op": "Resize"}
    if at >= 11 and random.random() < 0.35:
        layer["sizes"] = _each(random, len(size), range(1, 15))
        if at >= 18 and random.random() < 0.5:
            # without axes the policy scales channels and batch as well
            layer |= {"axes": list(range(2, 2 + len(size))), "keep_aspect_ratio_policy": _policy(random)}
    else:
        layer["scales"] = [random.choice((*SCALES, random.randint(20, 300) / 100)) for _ in size]
    if random.random() < 0.5:
        layer["mode"] = random.choice(
            ("nearest", "linear", "cubic" if len(size) == 2 or random.random() < 0.3 else "linear")
        )
    if random.random() < (0.4 if at >= 11 else 0.05):
        layer["coordinate_transformation_mode"] = random.choice(("align_corners", "asymmetric", "half_pixel"))
    return Case(layer, ((channels, size),), network)


def _policy(random: Random) -> str:
    return random.choice(("not_larger", "not_smaller", "stretch"))


def _upsample(random: Random) -> Case:
    channels, size = _map(random)
    layer: Layer = {"op": "Upsample", "scales": [random.choice((1.0, 2.0, 1.5, 2.3, 3.0, 1.1)) for _ in size]}
    if random.random() < 0.1:
        layer["scales"] = [0.5 for _ in size]
    if random.random() < 0.5:
        layer["mode"] = random.choice(("nearest", "linear"))
    return Case(layer, ((channels, size),), {"opset": random.choice((7, 9, 9, 9))})


def _reshape(random: Random) -> Case:
    """Batch first as 1, 0 or -1; a -1 there only where it comes out as 1, or not at all."""
    shape = _map(random) if random.random() < 0.8 else (random.choice((6, 12, 16, 24, 36, 60)), ())
    total = prod(shape[1]) * shape[0]
    target = _factors(random, total)
    if random.random() < 0.12:
        target[0] = target[0] * 7 + 1
    first = random.choice((1, 1, 0, 0, -1))
    spread = random.randrange(len(target))
    if prod(target) == total and first != -1 and random.random() < 0.5:
        target[spread] = -1
    elif first == -1 and total % prod(target) == 0 and prod(target) != total:
        first = 1
    if dims(shape)[1 : 1 + len(target)][:1] == (target[0],) and random.random() < 0.5:
        target[0] = 0
    return Case({"op": "Reshape", "shape": [first, *target]}, (shape,), _network(random))


def _factors(random: Random, total: int) -> list[int]:
    found = []
    for _ in range(random.choice((0, 1, 1, 2, 2, 3))):
        found.append(random.choice([part for part in range(1, total + 1) if total % part == 0]))
        total //= found[-1]
    return [*found, total]


def _flatten(random: Random) -> Case:
    shape = _map(random) if random.random() < 0.85 else (random.randint(1, 64), ())
    rank = 2 + len(shape[1])
    layer: Layer = {"op": "Flatten"}
    if random.random() < 0.6:
        layer["axis"] = random.choice((1, 1, 1 - rank, 1 - rank, rank + 1, -rank - 1))
    return Case(layer, (shape,), _network(random))


def _blocks(random: Random) -> Case:
    op, block = random.choice(("DepthToSpace", "SpaceToDepth")), random.choice((1, 2, 2, 3))
    layer: Layer = {"op": op, "blocksize": block}
    network = _network(random)
    unit = (block * block, 1) if op == "DepthToSpace" else (1, block)
    shape = random.randint(1, 3) * unit[0], tuple(random.randint(1, 5) * unit[1] for _ in range(2))
    if random.random() < 0.12:
        shape = shape[0] + 1, (shape[1][0] + 1, shape[1][1])
    if random.random() < 0.04:
        shape = shape[0], random.choice((shape[1][:1], (*shape[1], 2)))
    if op == "DepthToSpace" and random.random() < (0.5 if network.get("opset", DEFAULT_OPSET) >= 11 else 0.1):
        layer["mode"] = random.choice(("DCR", "CRD"))
    return Case(layer, (shape,), network)


def _gemm(random: Random) -> Case:
    network = _network(random, (7, 9, 11, 11, 13, 18, 21))
    features, made = random.randint(1, 64), random.randint(1, 20)
    layer: Layer = {"op": "Gemm", "B": [features, made]}
    if random.random() < 0.5:
        layer = {"op": "Gemm", "B": [made, features], "transB": 1}
    if random.random() < (0.5 if network.get("opset", DEFAULT_OPSET) >= 11 else 0.8):
        layer["bias"] = True
    return Case(layer, ((features + (random.random() < 0.1), ()),), network)


def _norm(random: Random) -> Case:
    op = random.choice(("Batch", "Instance", "Layer", "Group", "LRN"))
    shape = _map(random, channels=(2, 4, 6, 8, 3)) if random.random() < 0.85 else (random.randint(1, 64), ())
    if op == "LRN":
        size = random.choice(((2,) * 8 + (1, 3))[: 10 if random.random() < 0.3 else 8])
        return Case({"op": op, "size": random.choice((1, 3, 5))}, (_map(random, size),), _network(random))
    layer: Layer = {"op": f"{op}Normalization"}
    if op == "Layer" and random.random() < 0.6:
        rank = 2 + len(shape[1])
        layer["axis"] = random.choice((*range(1, rank), *range(1 - rank, 0), rank, -rank - 1))
    if op == "Group":
        layer["num_groups"] = random.choice((1, 2, 2, 3, shape[0]))
        return Case(layer, (shape,), _network(random, (18, 21, 22)))
    return Case(layer, (shape,), _network(random, (18, 19, 21, 22) if op == "Layer" else OPSETS))


def _pointwise(random: Random) -> Case:
    shape = _map(random) if random.random() < 0.8 else (random.randint(1, 64), ())
    op = random.choice(("Relu", "LeakyRelu", "PRelu", "Sigmoid", "Softmax", "Softmax", "Dropout", "Identity"))
    rank = 2 + len(shape[1])
    layer: Layer = {"op": op}
    if op == "PRelu":
        around = [1] * len(shape[1])
        layer |= {"slope": random.choice(([1], [shape[0], *around], [1, shape[0], *around], [shape[0] + 1, *around]))}
    if op == "Softmax" and random.random() < 0.7:
        layer |= {"axis": random.choice((*range(1, rank), *range(1 - rank, 0), rank, -rank - 1))}
    if op == "Dropout" and random.random() < 0.5:
        layer |= {"ratio": random.choice((0.1, 0.25, 0.5))}
    return Case(layer, (shape,), _network(random))


def _arithmetic(random: Random) -> Case:
    """Maps of one rank: with others, a batch of 1 would be broadcast along."""
    channels, size = _map(random) if random.random() < 0.85 else (random.randint(1, 64), ())
    other = [1 if random.random() < 0.35 else cells for cells in (channels, *size)]
    if random.random() < 0.15:
        other[random.randrange(len(other))] += 1
    pair = [(channels, size), (other[0], tuple(other[1:]))]
    random.shuffle(pair)
    return Case({"op": random.choice(("Add", "Mul"))}, tuple(pair), _network(random))


def _concat(random: Random) -> Case:
    channels, size = _map(random) if random.random() < 0.85 else (random.randint(1, 64), ())
    cells = [channels, *size]
    axis = random.randint(1, len(cells)) if random.random() < 0.95 else len(cells) + 1
    parts = [list(cells) for _ in range(random.choice((1, 2, 2, 3)))]
    for part in parts:
        part[(axis if random.random() < 0.93 else random.randint(1, len(cells))) % (len(cells) + 1) - 1] = (
            random.randint(1, 9)
        )
    inputs = tuple((part[0], tuple(part[1:])) for part in parts)
    from_the_end = axis - len(cells) - 1 or axis  # never 0, which is the batch
    return Case({"op": "Concat", "axis": random.choice((axis, axis, from_the_end))}, inputs, _network(random))


def _empty(random: Random) -> Case:
    """A size of 0 on one axis."""
    make = random.choice(
        (_conv, _conv_transpose, _pool("MaxPool"), _pool("AveragePool"), _global_pool, _pad, _resize_case)
    )
    case = make(random)
    channels, size = case.inputs[0]
    axis = random.randrange(len(size))
    return case._replace(inputs=((channels, (*size[:axis], 0, *size[axis + 1 :])),))


# ---------------------------------------------------------------- cases of note


def _case(op: str, shape: str, at: int | None = None, /, **layer: Any) -> Case:
    return Case({"op": op, **layer}, tuple(map(read, shape.split())), {"opset": at} if at else {})


def _convolved(shape: str, taps: int = 3, **layer: Any) -> Case:
    return _case("Conv", shape, W=[2, 3, taps], **layer)


def _transposed(shape: str, taps: int = 3, **layer: Any) -> Case:
    return _case("ConvTranspose", shape, W=[3, 2, taps], **layer)


def _pooled(op: str, shape: str, taps: int, at: int | None = None, **layer: Any) -> Case:
    return _case(op, shape, at, kernel_shape=[taps], **layer)


INFERENCE: Mapping[str, tuple[Case, str | None, str | None]] = {
    "a window larger than its data": (_convolved("3@2"), "2@0", None),
    "a window larger still": (_convolved("3@1"), "2@-1", None),
    "truncation towards 0": (_convolved("3@2", strides=[4]), "2@1", None),
    "pads beside auto_pad": (_convolved("3@5", auto_pad="SAME_UPPER", pads=[0, 0]), "2@3", None),
    "SAME of a dilated convolution": (_convolved("3@5", auto_pad="SAME_UPPER", dilations=[2]), "2@5", None),
    "SAME of a dilated pool": (_pooled("MaxPool", "3@5", 3, auto_pad="SAME_UPPER", dilations=[2]), "3@5", "3@3"),
    "SAME of a window below the stride": (
        _pooled("MaxPool", "3@5", 1, auto_pad="SAME_UPPER", strides=[3]),
        "3@2",
        None,
    ),
    "ceil_mode below opset 22": (_pooled("MaxPool", "3@4", 2, 19, strides=[5], pads=[1, 1], ceil_mode=1), "3@2", "3@1"),
    "ceil_mode of a window too large": (_pooled("MaxPool", "3@1", 3, strides=[2], ceil_mode=1), "3@1", "3@0"),
    "pool padding as large as the window": (_pooled("AveragePool", "3@5", 3, pads=[3, 3]), "3@9", None),
    "dilations before they existed": (_pooled("AveragePool", "3@6", 3, 18, dilations=[2]), "3@2", None),
    "output_padding as large as the stride": (_transposed("3@5", strides=[2], output_padding=[2]), "2@13", None),
    "output_padding below the dilation alone": (_transposed("3@5", dilations=[3], output_padding=[2]), "2@13", None),
    "SAME with output_padding": (
        _transposed("3@3", strides=[2], auto_pad="SAME_UPPER", output_padding=[1]),
        "2@7",
        "2@6",
    ),
    "a transposed output that vanishes": (_transposed("3@5", pads=[3, 4]), "2@0", None),
    "output_shape below the data": (_transposed("3@3", strides=[2], output_shape=[2]), None, "2@2"),
    "output_shape beyond the last stride": (_transposed("3@3", strides=[2], output_shape=[9]), "2@9", None),
    "channels that do not fit": (_convolved("4@5"), "2@3", None),
    "kernel_shape against W": (_convolved("3@5", kernel_shape=[2]), "2@4", None),
    "Resize by a float32": (_case("Resize", "3@100", scales=[2.3]), "3@229", "3@230"),
    "blocks that do not fit": (_case("SpaceToDepth", "2@5x4", blocksize=2), "8@2x2", None),
    "a Reshape to another total": (_case("Reshape", "3@4x5", shape=[1, 59]), "59", None),
    "a GroupNormalization": (_case("GroupNormalization", "6@5", num_groups=2), None, "6@5"),
}
"""What inference says, and what onnxruntime gives; None is a refusal, or a size left open."""

POOLS = ("MaxPool", "AveragePool", "LpPool")
SAME = ("SAME_UPPER", "SAME_LOWER")


def _known() -> Iterator[Case]:
    yield from (case for case, _, _ in INFERENCE.values())
    yield from _known_convolutions()
    yield from _known_transposed()
    for op in POOLS:
        yield from _known_pools(op)
    yield from _known_others()


def _known_convolutions() -> Iterator[Case]:
    for cells in (3, 4, 5, 6):
        yield from (_convolved(f"3@{cells}", auto_pad=word, strides=[s]) for word in SAME for s in (1, 2, 3, 5))
    yield from (_convolved("3@0"), _convolved("3@0", pads=[2, 2]), _convolved("3@5", pads=[-1, 0]))
    yield from (_convolved("3@5", auto_pad=word, pads=[1, 0]) for word in ("VALID", "NOTSET"))
    yield from (_convolved("3@9", strides=[2], dilations=[2]), _convolved("3@5", auto_pad="VALID", dilations=[2]))
    yield from (_convolved("3@5", group=2), _convolved("6@5", group=2), _convolved("3@5", 5), _convolved("3@5", 6))
    yield _case("Conv", "6@5", W=[3, 3, 3], group=2)
    yield _case("Conv", "3@32x32", W=[16, 3, 3, 3], strides=[2, 2], pads=[1, 1, 1, 1], bias=True)


def _known_transposed() -> Iterator[Case]:
    for target in range(1, 10):
        for beside in (
            {},
            {"auto_pad": "SAME_UPPER"},
            {"auto_pad": "SAME_LOWER"},
            {"pads": [1, 1]},
            {"output_padding": [1]},
        ):
            yield _transposed("3@3", strides=[2], output_shape=[target], **beside)
    for taps in (1, 2, 3, 4, 5):
        for word in ("SAME_UPPER", "SAME_LOWER", "VALID"):
            yield from (_transposed("3@3", taps, strides=[s], auto_pad=word) for s in (1, 2, 3))
            yield _transposed("3@3", taps, strides=[2], auto_pad=word, output_padding=[1])
    yield from (_transposed("3@5", strides=[2], output_padding=[op]) for op in (0, 1))
    yield from (_transposed("3@5", dilations=[3], output_padding=[op]) for op in (0, 1, 3))
    yield from (
        _transposed("3@0", 5),
        _transposed("3@3", strides=[2], dilations=[2]),
        _transposed("3@3", 1, strides=[3]),
    )
    yield from (_transposed("3@5", pads=pads) for pads in ([3, 3], [-1, 0]))
    yield from (_transposed("3@3", strides=[2], pads=[p, p]) for p in (1, 2))
    yield from (_transposed("3@5", auto_pad="SAME_LOWER", pads=[0, 0]), _transposed("3@5", output_padding=[-1]))
    yield from (_transposed("3@3", group=2), _transposed("3@3", group=3, bias=True), _transposed("4@3"))


def _known_pools(op: str) -> Iterator[Case]:
    yield from (_pooled(op, "3@5", taps, strides=[4]) for taps in (5, 6, 7, 8, 9))
    yield from (_pooled(op, "3@5", taps) for taps in (5, 6, 7))
    for at in (7, 9, 10, 11, 18, 19, 21, 22):
        yield _pooled(op, "3@4", 2, at, strides=[5], pads=[1, 1], ceil_mode=1)
        yield from (
            _pooled(op, "3@6", 3, at, dilations=[2]),
            _pooled(op, "3@6", 3, at, auto_pad="SAME_UPPER", pads=[1, 1]),
        )
    yield from (_pooled(op, f"3@{cells}", 3, strides=[2], ceil_mode=1) for cells in (1, 2, 3, 4, 5, 6))
    yield from (_pooled(op, "3@5", 3, pads=[p, p]) for p in (1, 2, 3))
    yield from (_pooled(op, "3@7", 2, strides=[4], auto_pad=word, dilations=[2]) for word in SAME)
    for at in (7, 11, 18, 19):
        yield from (_pooled(op, "3@6", 1, at, strides=[s], auto_pad=word) for s in (2, 3) for word in SAME)
    for taps in (1, 2):
        yield from (_pooled(op, f"3@{n}", taps, strides=[3], auto_pad=word) for n in (3, 4, 5, 6) for word in SAME)
    yield from (
        _pooled(op, "3@6", 4, strides=[2], ceil_mode=1),
        _pooled(op, "3@6", 4, strides=[2], auto_pad="SAME_UPPER"),
    )
    yield from (_pooled(op, "3@2", 3, auto_pad="VALID"), _pooled(op, "3@5", 3, pads=[-1, 1]), _pooled(op, "3@0", 3))


def _known_others() -> Iterator[Case]:
    yield from (_case("Resize", f"3@{n}", scales=[s]) for n in (10, 20, 30, 100) for s in (2.3, 0.29, 1.15, 1.1, 0.01))
    yield from (_case("Resize", "3@5", scales=[0.1], mode=mode) for mode in ("nearest", "linear"))
    for policy in ("stretch", "not_larger", "not_smaller"):
        for sizes in ([8, 4], [3, 5], [7, 7], [5, 9]):
            kept: Layer = {"axes": [2, 3], "sizes": sizes, "keep_aspect_ratio_policy": policy}
            yield from (_case("Resize", shape, **kept) for shape in ("3@6x4", "3@6x5", "3@10x5"))
    yield from (_case("Resize", "3@6x4", axes=[3], scales=[2.0]), _case("Resize", "3@5", scales=[2.0], sizes=[10]))
    yield from (_case("Flatten", "3@4", at, axis=axis) for at in (9, 11) for axis in (1, -2, 4, -4))
    for mode in ("constant", "reflect", "edge", "wrap"):
        for before, after in (
            (4, 4),
            (5, 0),
            (11, 0),
            (-1, -2),
            (-3, 1),
            (-3, 2),
            (-3, -2),
            (-3, -3),
            (-7, 3),
            (7, -6),
        ):
            yield _case("Pad", "3@5", mode=mode, pads=[0, 0, before, 0, 0, after])
        yield from (_case("Pad", "3@5", at, mode=mode, pads=[0, 0, 1, 0, 0, 2]) for at in (7, 11, 18, 19))
        yield from (
            _case("Pad", "3", mode=mode, pads=[0, 1, 0, 2]),
            _case("Pad", "3@0", mode=mode, pads=[0, 0, 1, 0, 0, 1]),
        )
    for shape in (
        [1, -1],
        [0, -1],
        [-1, 60],
        [0, 0, -1],
        [1, 0, 0, 0],
        [-1, 0, 4, 5],
        [1, 7, -1],
        [0, 0, 0, 0, 0],
        [0, -1, -1],
    ):
        yield _case("Reshape", "3@4x5", shape=shape)
    yield from (_case("Reshape", "3@0x5", shape=[1, 0, tail], allowzero=1) for tail in (5, -1))
    yield from (
        _case("Reshape", "3@4", 13, shape=[1, -1], allowzero=1),
        _case("Reshape", "3@4", shape=[1, 0, 4], allowzero=1),
    )
    yield from (_case("GlobalLpPool", "3@5", at) for at in (21, 22))
    yield from (_case("Gemm", "12", at, B=[12, 5]) for at in (9, 11))
    yield from (
        _case("Concat", "3@5 4@5 1@5", axis=1),
        _case("Concat", "3 4@5", axis=1),
        _case("Concat", "3@0 3@4", axis=2),
    )
    yield from (
        _case("LRN", "6@5", size=3),
        _case("Upsample", "3@5", 10, scales=[2.0]),
        _case("Resize", "3@5", 9, scales=[2.0]),
    )


FRAMEWORK = Framework(
    versions={"onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__},
    known=list(_known()),
    kinds={
        "conv": _conv,
        "conv transpose": _conv_transpose,
        "max pool": _pool("MaxPool"),
        "average pool": _pool("AveragePool"),
        "lp pool": _pool("LpPool"),
        "global pool": _global_pool,
        "pad": _pad,
        "resize": _resize_case,
        "upsample": _upsample,
        "reshape": _reshape,
        "flatten": _flatten,
        "blocks": _blocks,
        "gemm": _gemm,
        "norm": _norm,
        "pointwise": _pointwise,
        "arithmetic": _arithmetic,
        "concat": _concat,
        "empty": _empty,
    },
    counts={
        "conv": 640,
        "conv transpose": 690,
        "max pool": 300,
        "average pool": 280,
        "lp pool": 180,
        "global pool": 30,
        "pad": 170,
        "resize": 170,
        "upsample": 25,
        "reshape": 120,
        "flatten": 40,
        "blocks": 80,
        "gemm": 40,
        "norm": 110,
        "pointwise": 100,
        "arithmetic": 90,
        "concat": 90,
        "empty": 50,
    },
    run=run,
)
