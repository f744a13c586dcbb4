"""Layers in PyTorch's own spelling, run by PyTorch on the CPU.

Everything is executed with a batch of 2 and in eval mode. Shape inference (the meta device) takes what the CPU refuses:
negative padding, output_padding above its limit, channels that a transposed convolution has not, sizes of 0 that go in
or come out, a dim of Softmax that is not there. It refuses what oneDNN takes: a transposed convolution to size 0. Where
both answer, the shapes differ for one layer, PixelUnshuffle of an empty tensor, which the CPU has wrong.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from inspect import signature
from math import prod
from random import Random
from typing import Any

from dialect_cases import Case, Framework, Outcome, Sizes, read

torch: Any = import_module("torch")
torch.set_num_threads(1)  # on tensors as small as these, threads only wait for one another

BATCH = 2
REFUSALS = (TypeError, ValueError, RuntimeError, IndexError, NotImplementedError)

Dims = Sequence[int]
Knob = int | list[int]


# Running a layer.


def run(case: Case) -> Outcome:
    """What PyTorch makes of the case. Only what PyTorch itself does can be a refusal."""
    maker, settings, call = _parts(case.layer)
    signature(maker).bind(*([None] * (case.layer["op"] == "interpolate")), **settings)  # else the case is misspelt
    [(channels, size)] = case.inputs
    data = torch.ones(BATCH, channels, *size)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            layer = _layer(maker, settings, call, data)
            output = layer(data)
        except REFUSALS as error:
            return Outcome(None, refused=str(error).partition("\n")[0][:200] or type(error).__name__)
        return _outcome(layer, output, data)


def _parts(layer: Mapping[str, Any]) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """What makes the layer, the arguments of that, and those of its call."""
    settings = {name: tuple(value) if isinstance(value, list) else value for name, value in layer.items()}
    op: str = layer["op"]
    del settings["op"]
    at_call = ["output_size"] if "ConvTranspose" in op or "MaxUnpool" in op else []
    call = {name: settings.pop(name) for name in at_call if name in settings}
    return torch.nn.functional.interpolate if op == "interpolate" else getattr(torch.nn, op), settings, call


def _layer(maker: Any, settings: Mapping[str, Any], call: Mapping[str, Any], data: Any) -> "partial[Any]":
    if not isinstance(maker, type):
        return partial(maker, **settings)
    indices = {"indices": torch.zeros(data.shape, dtype=torch.int64)} if "MaxUnpool" in maker.__name__ else {}
    return partial(maker(**settings).eval(), **call, **indices)


def _outcome(layer: "partial[Any]", output: Any, data: Any) -> Outcome:
    if not isinstance(layer.func, torch.nn.Module):
        return Outcome(_sizes(output))
    params = sum(weight.numel() for weight in layer.func.parameters())
    return Outcome(_sizes(output), params, _padding(layer.func, layer, data))


def _sizes(output: Any) -> Sizes:
    batch, channels, *size = output.shape
    assert batch == BATCH
    return channels, tuple(size)


# Measuring the padding.


def _padding(module: Any, call: "partial[Any]", data: Any) -> tuple[tuple[int, int], ...] | None:
    """Where a word decides the padding, or an output size the crop: the cells before and after, by values."""
    transposed = "output_padding" in signature(type(module)).parameters
    if not (call.keywords if transposed else getattr(module, "padding", None) == "same"):
        return None
    measure = _crop if transposed else _border
    found = [
        measure(module, axis, cells, _reads(module, call, data, axis)) for axis, cells in enumerate(data.shape[2:])
    ]
    sides = [pair for pair in found if pair]
    return tuple(sides) if len(sides) == len(found) else None


def _reads(module: Any, call: Callable[[Any], Any], data: Any, axis: int) -> list[list[int]]:
    """For each tap on an axis, the cell that each output reads through it, counted from 1; 0 is none.

    Other axes are summed up, and the place where most of their taps meet cells is taken.
    """
    counting = torch.cumsum(data, axis + 2)
    lines = []
    for tap in range(module.kernel_size[axis]):
        for weight in module.parameters():
            weight.zero_()
        module.weight[0, 0].select(axis, tap).fill_(1)
        met = call(data)[0, 0].max()
        others = [other for other in range(data.dim() - 2) if other != axis]
        line = call(counting)[0, 0]
        line = line.amax(others) if others else line
        lines.append([round(float(value / met)) if met else 0 for value in line])
    return lines


def _border(module: Any, axis: int, cells: int, lines: list[list[int]]) -> tuple[int, int] | None:
    """Where the input, 1 to `cells`, lies in what is convolved, if that is at one place only."""
    step = module.dilation[axis]
    seen = {at + tap * step: cell for tap, line in enumerate(lines) for at, cell in enumerate(line)}
    spare = len(lines[0]) + (len(lines) - 1) * step - cells
    places = [before for before in range(spare + 1) if _lies(seen, before, cells)]
    return (places[0], spare - places[0]) if len(places) == 1 else None


def _lies(seen: Mapping[int, int], before: int, cells: int) -> bool:
    """Whether the input can start there; what no tap reads may be anything."""
    known = [(seen[before + cell - 1], cell) for cell in range(1, cells + 1) if before + cell - 1 in seen]
    return bool(known) and all(value == cell for value, cell in known)


def _crop(module: Any, axis: int, cells: int, lines: list[list[int]]) -> tuple[int, int] | None:
    """What is missing of all that the taps reach; below 0 where cells are added."""
    stride, dilation = module.stride[axis], module.dilation[axis]
    whole = (cells - 1) * stride + dilation * (len(lines) - 1) + 1
    hits = [(at, tap, cell) for tap, line in enumerate(lines) for at, cell in enumerate(line) if cell]
    before = {(cell - 1) * stride + tap * dilation - at for at, tap, cell in hits}
    return (min(before), whole - min(before) - len(lines[0])) if len(before) == 1 else None


# Drawing cases. Formulas choose inputs near the limits here; no outcome comes from them.


def _knob(random: Random, rank: int, values: Sequence[int]) -> Knob:
    """One value for all axes, or one for each."""
    return random.choice(values) if random.random() < 0.5 else [random.choice(values) for _ in range(rank)]


def _each(knob: Any, rank: int) -> list[Any]:
    return list(knob) if isinstance(knob, list) else [knob] * rank


def _some(random: Random, knobs: Mapping[str, Any]) -> dict[str, Any]:
    """Each of them half of the time."""
    return {name: knob for name, knob in knobs.items() if random.random() < 0.5}


def _off(random: Random, value: int, chance: float = 0.05) -> int:
    """The value, or now and then the one above."""
    return value + (random.random() < chance)


def _size(random: Random, least: Sequence[int], chance: float = 0.05) -> tuple[int, ...]:
    """Sizes at the least that fits, or above; now and then below it."""
    rooms = [-1 if random.random() < chance else random.choice((0, 0, 0, 1, 1, 2, 3, 5)) for _ in least]
    return tuple([max(1, need + room) for need, room in zip(least, rooms, strict=True)])


def _extents(layer: Mapping[str, Any], rank: int) -> list[int]:
    pairs = zip(_each(layer["kernel_size"], rank), _each(layer.get("dilation", 1), rank), strict=True)
    return [dilation * (kernel - 1) + 1 for kernel, dilation in pairs]


def _needs(layer: Mapping[str, Any], rank: int) -> list[int]:
    """The smallest input on each axis that a window goes into."""
    padding = layer.get("padding", 0)
    if padding == "same":
        return [1] * rank
    pads = _each(0 if isinstance(padding, str) else padding, rank)
    return [extent - 2 * pad for extent, pad in zip(_extents(layer, rank), pads, strict=True)]


def _convolution(random: Random, name: str, rank: int) -> tuple[dict[str, Any], int]:
    """The op, its channels and groups, and the channels that it reads; either may fail to fit."""
    groups = random.choice((1, 1, 1, 2, 3, 4))
    inside, out = groups * random.choice((1, 1, 2)), groups * random.choice((1, 2, 3))
    lazy = name.startswith("Lazy")
    layer: dict[str, Any] = {"op": f"{name}{rank}d", "in_channels": _off(random, inside, 0.02)}
    layer |= {"out_channels": _off(random, out, 0.02), "kernel_size": _knob(random, rank, (1, 2, 3, 3, 4, 5))}
    layer |= {"groups": groups} if groups > 1 else {}
    layer |= {"bias": random.random() < 0.5} if random.random() < 0.5 else {}
    read_channels = _off(random, layer.pop("in_channels") if lazy else layer["in_channels"], 0.02)
    return layer, read_channels


def _conv(random: Random, name: str = "Conv") -> Case:
    rank = random.choice((1, 2, 2, 3))
    layer, channels = _convolution(random, name, rank)
    paddings: list[Any] = [_knob(random, rank, (0, 1, 1, 2, 3))] * 3 + [
        "same",
        "valid",
        random.choice((0, 0, 0, 0, -1)),
    ]
    strides = _knob(random, rank, (1, 2, 2, 3, 4, 7))
    layer |= _some(random, {"padding": random.choice(paddings), "dilation": _knob(random, rank, (1, 2, 2, 3))})
    if layer.get("padding") != "same" or random.random() < 0.1:
        layer |= _some(random, {"stride": strides})
    return Case(layer, ((channels, _size(random, _needs(layer, rank))),))


def _bordered(random: Random) -> Case:
    """A convolution whose padding is made of cells of the input, which limits it."""
    rank, mode = random.choice((1, 2, 2, 3)), random.choice(("reflect", "replicate", "circular"))
    layer, channels = _convolution(random, "Conv", rank)
    layer |= {"padding": random.choice([_knob(random, rank, (0, 1, 2, 3, 4, -1))] * 3 + ["same"]), "padding_mode": mode}
    layer |= _some(random, {"dilation": _knob(random, rank, (1, 2))})
    if layer["padding"] != "same":
        layer |= _some(random, {"stride": _knob(random, rank, (1, 2, 3))})
    halves = [extent // 2 for extent in _extents(layer, rank)]
    limits = halves if layer["padding"] == "same" else _each(layer["padding"], rank)
    least = [limit * (mode != "replicate") + (mode == "reflect") for limit in limits]
    both = [max(pair) for pair in zip(least, _needs(layer, rank), strict=True)]
    return Case(layer, ((channels, _size(random, both)),))


def _transposed(random: Random, name: str = "ConvTranspose") -> Case:
    """Never exactly to size 0, which is taken or refused by batch, groups, kernel and backend."""
    while True:
        rank = random.choice((1, 2, 2, 3))
        layer, channels = _convolution(random, name, rank)
        layer |= _some(
            random, {"stride": _knob(random, rank, (1, 2, 2, 3, 4)), "dilation": _knob(random, rank, (1, 2, 3))}
        )
        layer |= _some(random, {"padding": _knob(random, rank, (0, 1, 1, 2, 3) if rank < 3 else (0, 1, 1, 2))})
        size = [random.choice((1, 2, 3, 4, 5, 7)) for _ in range(rank)]
        layer |= _some(random, {"output_padding": _extra(random, layer, rank)})
        if 0 not in _outputs(layer, size):
            return Case(layer, ((channels, tuple(size)),))


def _extra(random: Random, layer: Mapping[str, Any], rank: int) -> list[int]:
    """Output padding, often at its limit, now and then over it."""
    pairs = zip(_each(layer.get("stride", 1), rank), _each(layer.get("dilation", 1), rank), strict=True)
    tops = [max(pair) - 1 for pair in pairs]
    return [_off(random, random.choice((0, top, random.randint(0, top))), 0.04) for top in tops]


def _outputs(layer: Mapping[str, Any], size: Dims) -> list[int]:
    names = ("stride", "padding", "output_padding")
    knobs = zip(*[_each(layer.get(name, int(name == "stride")), len(size)) for name in names], strict=True)
    rows = zip(size, knobs, _extents(layer, len(size)), strict=True)
    return [(cells - 1) * stride - 2 * pad + extent + extra for cells, (stride, pad, extra), extent in rows]


def _targeted(random: Random) -> Case:
    """A transposed convolution that is told its output size."""
    while True:
        case = _transposed(random, random.choice(("ConvTranspose", "ConvTranspose", "LazyConvTranspose")))
        layer = {name: knob for name, knob in case.layer.items() if name != "output_padding" or random.random() < 0.3}
        size = case.inputs[0][1]
        bare = _outputs({**layer, "output_padding": 0}, size)
        tops = [stride - 1 for stride in _each(layer.get("stride", 1), len(size))]
        target = [
            least + (-1 if random.random() < 0.05 else _off(random, random.choice((0, top, top)), 0.05))
            for least, top in zip(bare, tops, strict=True)
        ]
        if min(target) > 0 and 0 not in bare:
            return Case({**layer, "output_size": target}, case.inputs)


def _pool(random: Random, name: str) -> Case:
    rank = random.choice((1, 2, 2, 3))
    kernel = _knob(random, rank, (1, 2, 2, 3, 3, 4, 5))
    pads = [_off(random, random.randint(0, side // 2), 0.04) for side in _each(kernel, rank)]
    knobs: dict[str, Any] = {"ceil_mode": random.random() < 0.8, "stride": _knob(random, rank, (1, 2, 2, 3, 4, 6))}
    knobs |= {"padding": random.choice((min(pads), pads))} if name != "LPPool" else {}
    knobs |= {"dilation": _knob(random, rank, (1, 2, 3))} if name == "MaxPool" else {}
    knobs |= {"count_include_pad": False} if name == "AvgPool" else {}
    norm = {"norm_type": random.choice((1, 2))} if name == "LPPool" else {}
    kernel = min(_each(kernel, rank)) if norm and rank == 1 else kernel  # LPPool1d takes no tuple
    layer = {"op": f"{name}{rank}d", **norm, "kernel_size": kernel} | _some(random, knobs)
    return Case(layer, ((random.randint(1, 4), _size(random, _needs(layer, rank))),))


def _fractional(random: Random) -> Case:
    rank, kernel, target = random.choice((2, 3)), random.choice((1, 2, 3)), random.choice((1, 2, 3))
    layer = {"op": f"FractionalMaxPool{rank}d", "kernel_size": kernel, "output_size": target}
    return Case(layer, ((2, _size(random, [target + kernel + rank - 3] * rank)),))


def _unpool(random: Random) -> Case:
    """Bases of 1 and more: what is below has no cell for an index to point at."""
    while True:
        rank = random.choice((1, 2, 3))
        layer: dict[str, Any] = {"op": f"MaxUnpool{rank}d", "kernel_size": _knob(random, rank, (1, 2, 3, 4))}
        layer |= _some(random, {"stride": _knob(random, rank, (1, 2, 3, 4)), "padding": _knob(random, rank, (0, 1, 2))})
        size = [random.randint(1, 5) for _ in range(rank)]
        strides = _each(layer.get("stride", layer["kernel_size"]), rank)
        base = _outputs({**layer, "stride": strides}, size)
        if min(base) < 1:
            continue
        reach = [random.choice((0, 1 - stride, stride - 1)) for stride in strides]
        target = [_off(random, end + step, 0.08) for end, step in zip(base, reach, strict=True)]
        layer |= _some(random, {"output_size": target}) if min(target) > 0 else {}
        return Case(layer, ((random.randint(1, 3), tuple(size)),))


def _adaptive(random: Random) -> Case:
    rank, kind = random.choice((1, 2, 3)), random.choice(("Avg", "Max"))
    targets: list[Any] = [1, 2, 3, 7, *[None] * (rank > 1)]
    layer = {"op": f"Adaptive{kind}Pool{rank}d", "output_size": _knob(random, rank, targets)}
    return Case(layer, ((random.randint(1, 5), _size(random, [1] * rank)),))


MODES = {1: ("linear", "linear"), 2: ("bilinear", "bicubic"), 3: ("trilinear", "trilinear")}
FACTORS: Any = (0.29, 0.3, 0.5, 0.75, 1.1, 1.15, 1.5, 2, 2.0, 2.3, 3, 0.7, 1.7)


def _resize(random: Random) -> Case:
    rank, op = random.choice((1, 2, 2, 3)), random.choice(("Upsample", "interpolate"))
    size = tuple([random.choice((3, 5, 7, 10, 4, 1, 20, 50, 100)[: 9 if rank == 1 else 6]) for _ in range(rank)])
    knobs: dict[str, Any] = {"size": _knob(random, rank, (1, 3, 7, 10)), "scale_factor": _knob(random, rank, FACTORS)}
    name = random.choice(("size", "scale_factor", "scale_factor"))
    mode = _mode(random, rank)
    if rank == 2 and random.random() < 0.25:
        op, mode = random.choice(("UpsamplingNearest2d", "UpsamplingBilinear2d")), {}
    return Case({"op": op, name: knobs[name], **mode}, ((random.randint(1, 4), size),))


def _mode(random: Random, rank: int) -> dict[str, Any]:
    fitting = ("nearest", "nearest-exact", "area", *MODES[rank])
    drawn = random.choice(MODES[random.choice((1, 2, 3))] if random.random() < 0.08 else fitting)
    mode = _some(random, {"mode": drawn})
    smooth = mode.get("mode", "nearest").endswith(("linear", "cubic"))
    aligned = _some(random, {"align_corners": random.random() < 0.7})
    return mode | (aligned if smooth or random.random() < 0.04 else {})


def _shuffle(random: Random) -> Case:
    op, factor = random.choice(("PixelShuffle", "PixelUnshuffle", "ChannelShuffle")), random.choice((1, 2, 2, 3))
    height, width = random.randint(1, 4), random.randint(1, 4)
    if op == "ChannelShuffle":
        channels = _off(random, factor * random.randint(1, 3), 0.1)
        return Case({"op": op, "groups": factor}, ((channels, (height, width)[: random.randint(1, 2)]),))
    if op == "PixelShuffle":
        channels = _off(random, factor**2 * random.randint(1, 3), 0.1)
        return Case({"op": op, "upscale_factor": factor}, ((channels, (height, width)),))
    size = (_off(random, factor * height, 0.1), _off(random, factor * width, 0.1))
    return Case({"op": op, "downscale_factor": factor}, ((random.randint(1, 4), size),))


def _patches(random: Random) -> dict[str, Any]:
    knobs = {"stride": (1, 2, 3), "padding": (0, 1, 2), "dilation": (1, 2, 3)}
    drawn = {name: _knob(random, 2, values) for name, values in knobs.items()}
    return {"kernel_size": _knob(random, 2, (1, 2, 3))} | _some(random, drawn)


def _unfold(random: Random) -> Case:
    layer = {"op": "Unfold"} | _patches(random)
    return Case(layer, ((random.randint(1, 4), _size(random, _needs(layer, 2))),))


def _fold(random: Random) -> Case:
    layer = _patches(random)
    size = _size(random, _needs(layer, 2), 0.03)
    knobs = zip(size, _needs(layer, 2), _each(layer.get("stride", 1), 2), strict=True)
    blocks = prod([(cells - least) // stride + 1 for cells, least, stride in knobs])
    cells = random.randint(1, 3) * prod(_each(layer["kernel_size"], 2))
    target = size[0] if size[0] == size[1] else list(size)
    found = (_off(random, cells), (max(1, _off(random, blocks)),))
    return Case({"op": "Fold", "output_size": target, **layer}, (found,))


LEAST = {"ReflectionPad": 1, "CircularPad": 0}
"""How much larger than its padding the input must be, for those that take cells of it."""


def _pad(random: Random) -> Case:
    name = random.choice(("ZeroPad", "ConstantPad", "ReflectionPad", "ReplicationPad", "CircularPad"))
    rank = random.choice((1, 2, 3))
    padding = _knob(random, 2 * rank, (0, 1, 2, 3, 4, -1))
    layer = {"op": f"{name}{rank}d", "padding": padding} | ({"value": 1.5} if name == "ConstantPad" else {})
    sides = _each(padding, 2 * rank)
    pairs = [sides[at : at + 2] for at in range(0, 2 * rank, 2)][::-1]
    least = [max(1 - sum(pair), max(pair) + LEAST[name] if name in LEAST else 1) for pair in pairs]
    return Case(layer, ((random.randint(1, 3), _size(random, least, 0.08)),))


def _any_shape(random: Random, least: int = 0) -> tuple[int, tuple[int, ...]]:
    return random.randint(1, 8), tuple([random.randint(1, 6) for _ in range(random.randint(least, 3))])


def _flatten(random: Random) -> Case:
    shape = _any_shape(random)
    last = len(shape[1]) + 1
    dims = (*range(1, last + 1), *range(-last, 0))
    knobs = {"start_dim": random.choice(dims), "end_dim": _off(random, random.choice(dims), 0.1)}
    return Case({"op": "Flatten"} | _some(random, knobs), (shape,))


def _unflatten(random: Random) -> Case:
    parts = [random.randint(1, 4) for _ in range(random.randint(1, 3))]
    dims = [_off(random, prod(parts), 0.15), *[random.randint(1, 4) for _ in range(random.randint(0, 1))]]
    parts[random.randrange(len(parts))] *= 1 if random.random() < 0.5 else -1
    parts = [-1 if part < 0 else part for part in parts]
    dim = random.choice([-len(dims), 1])
    return Case({"op": "Unflatten", "dim": dim, "unflattened_size": parts}, ((dims[0], tuple(dims[1:])),))


def _linear(random: Random) -> Case:
    channels, size = _any_shape(random)
    width = (channels, *size)[-1]
    layer: dict[str, Any] = {
        "op": "Linear",
        "in_features": _off(random, width, 0.15),
        "out_features": random.randint(1, 9),
    }
    if random.random() < 0.3:
        layer = {"op": "LazyLinear", "out_features": random.randint(1, 9)}
    return Case(layer | _some(random, {"bias": random.random() < 0.5}), ((channels, size),))


def _norm(random: Random) -> Case:
    channels, size = _any_shape(random, 1)
    name = random.choice(("BatchNorm", "BatchNorm", "InstanceNorm", "LazyBatchNorm", "LazyInstanceNorm"))
    rank = len(size)
    if name == "LazyInstanceNorm":
        size = (
            size[0] + 1,
            *size[1:],
        )  # it keeps statistics, so that one cell is refused in training and taken in eval
    if "Batch" in name and rank == 1 and random.random() < 0.5:
        size = ()
    layer: dict[str, Any] = {"op": f"{name}{rank}d"}
    layer |= {} if "Lazy" in name else {"num_features": _off(random, channels, 0.1)}
    return Case(layer | _some(random, {"affine": random.random() < 0.6}), ((channels, size),))


def _group_norm(random: Random) -> Case:
    groups, (channels, size) = random.choice((1, 2, 3, 4)), _any_shape(random)
    channels = _off(random, groups * random.randint(1, 3), 0.1)
    layer = {"op": "GroupNorm", "num_groups": groups, "num_channels": _off(random, channels, 0.1)}
    return Case(layer | _some(random, {"affine": random.random() < 0.5}), ((channels, size),))


def _layer_norm(random: Random) -> Case:
    channels, size = _any_shape(random)
    tail = [_off(random, cells, 0.05) for cells in (channels, *size)[-random.randint(1, 1 + len(size)) :]]
    layer = {"op": random.choice(("LayerNorm", "RMSNorm")), "normalized_shape": tail[0] if len(tail) == 1 else tail}
    return Case(layer | _some(random, {"elementwise_affine": random.random() < 0.5}), ((channels, size),))


PLAIN = (
    *("ReLU", "ReLU6", "ELU", "SELU", "CELU", "GELU", "SiLU", "Mish", "Sigmoid", "LogSigmoid", "Tanh", "Tanhshrink"),
    *("Hardsigmoid", "Hardswish", "Hardtanh", "Hardshrink", "Softplus", "Softsign", "Softshrink", "LeakyReLU", "RReLU"),
    *("Identity", "Dropout", "AlphaDropout", "FeatureAlphaDropout", "Softmax2d"),
)


def _plain(random: Random) -> Case:
    shape = _any_shape(random)
    axial = f"Dropout{len(shape[1])}d"
    options: list[dict[str, Any]] = [{"op": op} for op in PLAIN if op != "Softmax2d" or len(shape[1]) == 2]
    options += [{"op": "LocalResponseNorm", "size": 3}, {"op": axial}, {"op": axial, "p": 0.2}] if shape[1] else []
    options += [{"op": "LeakyReLU", "negative_slope": 0.2}, {"op": "Threshold", "threshold": 0.1, "value": 20}]
    return Case(random.choice(options), (shape,))


def _chosen(random: Random) -> Case:
    """Activations that look at the shape. GLU over the batch would halve that."""
    channels, size = _any_shape(random)
    last = len(size) + 1
    dim = _off(random, random.choice((*range(1, last + 1), *range(-last, 0))), 0.08)
    op = random.choice(("Softmax", "LogSoftmax", "Softmin", "GLU", "GLU", "PReLU", "PReLU"))
    if op == "PReLU":
        return Case({"op": op} | _some(random, {"num_parameters": _off(random, channels, 0.2)}), ((channels, size),))
    layer = {"op": op} | ({} if random.random() < 0.3 else {"dim": dim})
    if op != "GLU":
        return Case(layer, ((channels, size),))
    doubled = [cells * 2 if random.random() < 0.9 else cells for cells in (channels, *size)]
    return Case(layer if layer.get("dim") else {"op": op}, ((doubled[0], tuple(doubled[1:])),))


def _empty(random: Random) -> Case:
    """A case of another kind, with no cells on one axis of its input."""
    case = Case({}, ((1, ()),))
    while not case.inputs[0][1]:
        case = random.choice(EMPTIED)(random)
    [(channels, size)] = case.inputs
    at = random.randrange(len(size))
    return Case(case.layer, ((channels, (*size[:at], 0, *size[at + 1 :])),))


POOLS = (partial(_pool, name="MaxPool"), partial(_pool, name="AvgPool"), partial(_pool, name="LPPool"), _adaptive)
NORMS = (_norm, _group_norm, _layer_norm)
EMPTIED = (_conv, _bordered, _transposed, *POOLS, _resize, _unfold, _pad, _flatten, _linear, *NORMS, _plain, _chosen)
"""PixelUnshuffle is not among them: what is empty it returns as it is, with the wrong shape."""


# Cases of note.


def _case(op: str, text: str, **settings: Any) -> Case:
    return Case({"op": op, **settings}, (read(text),))


def _axial(name: str, text: str, **settings: Any) -> Case:
    """A layer whose class is called after its axes."""
    return _case(f"{name}{len(read(text)[1])}d", text, **settings)


def _c(text: str, kernel: Knob, **settings: Any) -> Case:
    return _axial("Conv", f"3@{text}", **{"in_channels": 3, "out_channels": 8, "kernel_size": kernel, **settings})


def _t(text: str, kernel: Knob, **settings: Any) -> Case:
    return _axial(
        "ConvTranspose", f"2@{text}", **{"in_channels": 2, "out_channels": 4, "kernel_size": kernel, **settings}
    )


def _p(name: str, text: str, kernel: Knob, **settings: Any) -> Case:
    return _axial(name, f"3@{text}", **({"norm_type": 2} if name == "LPPool" else {}), kernel_size=kernel, **settings)


def _up(text: str, **settings: Any) -> Case:
    return _case("interpolate", f"3@{text}", **settings)


KNOWN = [
    # Convolutions
    _case("Conv2d", "3@224x224", in_channels=3, out_channels=64, kernel_size=7, stride=2, padding=3),
    *[_c("5x6", kernel, padding="same") for kernel in (1, 2, 3, 4, [4, 7])],
    *[_c("7", 4, padding="same", dilation=dilation) for dilation in (1, 2, 3, 5)],
    _c("7x7", 3, padding="same", stride=2),
    _c("7x7", 3, padding="same", stride=[1, 2]),
    _c("7x7", 3, padding="valid", stride=2),
    _c("7x7", 3, padding="SAME"),
    _c("7x7", 3, padding="full"),
    _c("7x7", 3, padding_mode="foo"),
    _c("7x7", 3, groups=2),
    _c("7x7", 3, groups=3),
    _c("7x7", 3, groups=3, out_channels=9),
    _c("7x7", 3, in_channels=4),
    _c("7x7", 3, padding=-1),
    _c("5", 3, padding=-1),
    *[_c("5", 3, padding=-1, padding_mode=mode) for mode in ("reflect", "replicate", "circular")],
    _c("6x11", 7),
    _c("7x11", 7),
    _c("2x3", 3, padding=1),
    _c("2", 3),
    _c("2", 3, stride=4),
    _c("9", 3, stride=2, dilation=2),
    _c("5", 3, stride=2**31),
    _c("5", 3, padding=2**62),
    _c("0x5", 3, padding=2),
    _c("5x0x5", 1),
    *[_c("5x5", 3, padding=padding, padding_mode="reflect") for padding in (4, 5, [4, 5])],
    *[_c("5x5", 3, padding=padding, padding_mode="circular") for padding in (5, 6, [6, 5])],
    _c("5x5", 3, padding=9, padding_mode="replicate"),
    _c("1", 3, padding=1, padding_mode="reflect"),
    _c("2", 9, padding=4, padding_mode="circular"),
    _c("2x2x2", 3, padding=[1, 1, 2], padding_mode="reflect"),
    *[_c(size, 4, padding="same", padding_mode="reflect") for size in ("1", "2", "3")],
    *[_c(size, 4, padding="same", padding_mode="circular") for size in ("1", "2", "3")],
    *[_c("5x5", 3, padding=2, padding_mode=mode, stride=2) for mode in ("zeros", "reflect", "replicate", "circular")],
    # Transposed convolutions
    _t("3", 1, stride=3),
    _t("3", 3, stride=2),
    *[_t("3", 3, stride=2, padding=padding) for padding in (0, 1, 2)],
    *[_t("5", 3, stride=1, dilation=3, output_padding=extra) for extra in (2, 3)],
    *[_t("5", 3, stride=2, output_padding=extra) for extra in (1, 2, -1)],
    *[_t("5x5", 3, stride=[2, 3], output_padding=[1, extra]) for extra in (2, 3)],
    *[_t("5x5x5", 3, stride=[2, 1, 1], output_padding=[extra, 0, 0]) for extra in (1, 2)],
    _t("3", 3, stride=2, dilation=2),
    *[_t("3", 3, stride=2, output_size=[size]) for size in (6, 7, 8, 9)],
    *[_t("3", 3, stride=2, padding=1, output_size=[size]) for size in (4, 5, 6, 7)],
    *[_t("5x5", 1, stride=2, output_size=size) for size in ([9, 9], [10, 9], [11, 10], [2, 4, 10, 10], [9, 9, 9])],
    _t("5x5", 3, stride=2, output_padding=1, output_size=[11, 11]),
    _t("5x5", 3, stride=1, dilation=3, output_size=[12, 12]),
    _t("5x5", 3, padding="same"),
    _t("5x5", 3, padding="valid"),
    _t("5x5", 3, padding=-1),
    _t("5x5", 3, padding_mode="reflect"),
    _t("5x5", 3, in_channels=4),
    _t("5x5", 3, in_channels=3, out_channels=4, groups=2),
    _t("5x5", 3, out_channels=3, groups=2),
    _t("0x5", 5),
    # To size 0: oneDNN takes it. Without groups it depends on the batch, with a kernel of 1 on the threads as well
    *[_t("2" + "x2" * axes, 3, padding=2, groups=2) for axes in (0, 1, 2)],
    _t("2x5", 3, padding=[2, 1], groups=2),
    _t("2x5", 3, padding=3),
    *[
        _case("LazyConvTranspose2d", "2@4x4", out_channels=7, kernel_size=3, groups=2, bias=bias)
        for bias in (True, False)
    ],
    *[_case("LazyConv2d", "2@4x4", out_channels=out, kernel_size=3, groups=2, bias=False) for out in (1, 7, 8)],
    # Pools
    *[_p("MaxPool", "5", 3, padding=padding, stride=1) for padding in (1, 2)],
    *[_p("MaxPool", "5x5", 3, padding=padding, stride=1) for padding in (1, 2)],
    *[_p("MaxPool", "9x9", 3, padding=2, dilation=dilation) for dilation in (1, 2)],
    *[_p("AvgPool", "5" + "x5" * axes, 3, padding=padding) for axes in (0, 1, 2) for padding in (1, 2, -1)],
    *[_p("MaxPool", "5" + "x5" * axes, 3, padding=-1) for axes in (0, 1, 2)],
    _p("MaxPool", "4", 2, stride=5, padding=1, ceil_mode=True),
    _p("MaxPool", "1", 3, stride=2, ceil_mode=True),
    _p("MaxPool", "5", 7, stride=4),
    _p("MaxPool", "5", 6, stride=1),
    _p("MaxPool", "6", 4, stride=2, ceil_mode=True),
    _p("MaxPool", "4x5", [5, 6]),
    *[_p("AvgPool", "5" + "x5" * axes, 7, padding=3) for axes in (0, 1, 2)],
    *[_p("AvgPool", "5x5x5", 6, stride=1, ceil_mode=True, padding=padding) for padding in (0, 1)],
    *[_p("LPPool", size, 3, ceil_mode=True) for size in ("7", "7x8", "7x8x9", "2", "2x2", "2x2x2")],
    _p("LPPool", "7", [3]),
    _case("FractionalMaxPool2d", "3@4x4", kernel_size=2, output_size=3),
    _case("FractionalMaxPool2d", "3@4x4", kernel_size=2, output_size=4),
    *[_p("MaxUnpool", "3x3", 2, output_size=size) for size in ([5, 5], [7, 7], [4, 7], [7, 8], [2, 3, 6, 7])],
    *[_p("MaxUnpool", "4", 3, stride=2, padding=1, output_size=[size]) for size in (5, 6, 7, 8, 9)],
    _p("MaxUnpool", "1x1", 2, padding=1),
    _p("MaxUnpool", "1x1", 2, padding=2),
    *[_case(f"Adaptive{kind}Pool1d", "3@5", output_size=None) for kind in ("Avg", "Max")],
    *[
        _case(f"Adaptive{kind}Pool{rank}d", "3@0" + "x5" * (rank - 1), output_size=1)
        for kind in ("Avg", "Max")
        for rank in (1, 2, 3)
    ],
    *[_case(f"Adaptive{kind}Pool2d", "3@5x6", output_size=None) for kind in ("Avg", "Max")],
    *[_case("FractionalMaxPool3d", f"3@{size}", kernel_size=2, output_size=3) for size in ("4x5x5", "5x5x5")],
    *[_case(f"Adaptive{kind}Pool2d", "3@5x6", output_size=[None, 9]) for kind in ("Avg", "Max")],
    *[_case(f"Adaptive{kind}Pool3d", "3@0x5x5", output_size=2) for kind in ("Avg", "Max")],
    *[_case(f"Adaptive{kind}Pool2d", "3@0x5", output_size=[2, 2]) for kind in ("Avg", "Max")],
    *[_case(f"Adaptive{kind}Pool1d", "3@0", output_size=2) for kind in ("Avg", "Max")],
    # Resizing
    *[_up("100", scale_factor=factor) for factor in (2.3, 1.15, 0.29, 1.1, 0.57, 1.005)],
    *[_up("5x7", scale_factor=0.1, mode=mode) for mode in ("nearest", "bilinear", "area")],
    _up("5x7"),
    _up("5x7", size=3, scale_factor=2),
    _up("5x7", size=3, recompute_scale_factor=True),
    _up("5x7", scale_factor=1.7, recompute_scale_factor=True),
    *[_up("5x7", size=[3, 4], mode=mode, align_corners=True) for mode in ("nearest", "area", "bilinear", "bicubic")],
    *[_up("5x7", size=[3, 4], mode=mode, antialias=True) for mode in ("nearest", "bilinear", "bicubic")],
    *[
        _up("5" + "x7" * axes, size=4, mode=mode)
        for axes in (0, 1, 2)
        for mode in ("linear", "bicubic", "trilinear", "foo")
    ],
    _case("interpolate", "8", size=4),
    _up("0x5", size=4),
    # What else changes the shape
    *[_case("PixelShuffle", f"{channels}@4x5", upscale_factor=2) for channels in (6, 8)],
    *[_case("PixelUnshuffle", f"3@{size}", downscale_factor=2) for size in ("4x6", "5x6", "4x5", "5x5")],
    _case("ChannelShuffle", "6@4", groups=4),
    _case("ChannelShuffle", "6", groups=2),
    *[_case("Unfold", "3@5x6", kernel_size=kernel) for kernel in (5, 6, 7, [2, 3])],
    *[_case("Fold", f"12@{blocks}", output_size=[4, 5], kernel_size=2) for blocks in (11, 12, 13)],
    *[_case("Fold", f"{cells}@12", output_size=[4, 5], kernel_size=[2, 2]) for cells in (11, 4)],
    *[_case("ZeroPad2d", "3@4x4", padding=padding) for padding in (-2, -3, [-5, 5, 0, 0], [-4, 0, 0, 0], [0, 1, 2, 3])],
    *[_case("ReflectionPad1d", "3@4", padding=padding) for padding in (3, 4, [-1, 3], [-2, -2], [-2, -1])],
    *[_case("ReflectionPad2d", "3@4x4", padding=padding) for padding in (3, 4, -2, [-2, -2, 0, 0])],
    *[_case("ReplicationPad2d", "3@4x4", padding=padding) for padding in (9, -2, [-2, -2, 0, 0])],
    *[_case("ZeroPad1d", "3@4", padding=padding) for padding in ([-4, 3], [-5, 8], [5, -9])],
    *[_case("ReplicationPad1d", "3@4", padding=padding) for padding in ([-2, -2], [-5, 3], [-5, 7])],
    *[_case("CircularPad1d", "3@4", padding=padding) for padding in ([-4, 4], [-4, 1], [-3, 2])],
    *[_case("CircularPad2d", "3@4x4", padding=padding) for padding in (4, 5, -2, -3, [4, 0, 5, 0])],
    *[_case(f"{name}Pad1d", "3@0", padding=1) for name in ("Zero", "Reflection", "Replication", "Circular")],
    *[_case("Flatten", "3@4x5", start_dim=start) for start in (1, 2, 3, 4, -1, -3)],
    *[_case("Flatten", "3@4x5", end_dim=end) for end in (1, 2, 3, 4, -1, -2, 0)],
    _case("Flatten", "3@4x5", start_dim=3, end_dim=2),
    *[_case("Unflatten", "6", dim=1, unflattened_size=sizes) for sizes in ([2, 3], [2, -1], [4, -1], [2, 2], [-1, -1])],
    *[_case("Unflatten", "6@4", dim=dim, unflattened_size=[2, 2]) for dim in (1, 2, 3, -1, -2)],
    *[_case("Linear", shape, in_features=5, out_features=4) for shape in ("5", "6", "3@5", "5@3", "3@4x5")],
    # Norms and activations
    *[_axial(f"Lazy{kind}Norm", "3@1x2") for kind in ("Batch", "Instance")],
    *[_case("LazyInstanceNorm2d", "3@1x2", **{name: False}) for name in ("affine", "track_running_stats")],
    *[_axial("InstanceNorm", f"3@{size}", num_features=3) for size in ("1", "1x1", "1x2", "1x1x1")],
    *[
        _axial("InstanceNorm", "3@5x5", num_features=4, **knobs)
        for knobs in ({}, {"affine": True}, {"track_running_stats": True})
    ],
    *[
        _axial("BatchNorm", "3@5x5", num_features=4, **knobs)
        for knobs in ({}, {"affine": False}, {"track_running_stats": False})
    ],
    _case("BatchNorm2d", "3@5x5", num_features=4, affine=False, track_running_stats=False),
    *[_case("GroupNorm", shape, num_groups=2, num_channels=4) for shape in ("4", "4@1x1", "3@5", "6@5", "8@5")],
    _case("GroupNorm", "4", num_groups=3, num_channels=4),
    *[_case("LayerNorm", "3@4x5", normalized_shape=sizes) for sizes in (5, [5], [4, 5], [3, 4, 5], 3, [3, 4])],
    *[_case("RMSNorm", "3@4x5", normalized_shape=sizes) for sizes in (5, [3, 4, 5], 3)],
    *[_case("LocalResponseNorm", shape, size=5) for shape in ("3@5x5", "3@5", "3")],
    *[_case("PReLU", shape, num_parameters=count) for shape in ("3@5x5", "3") for count in (1, 3, 4)],
    *[_case("GLU", "6@4x5", dim=dim) for dim in (1, 2, 3, 4, -2)],
    *[_case("Softmax", "6@4x5", dim=dim) for dim in (0, 3, 4, -4, -5)],
]

KINDS: dict[str, tuple[int, Callable[[Random], Case]]] = {
    "conv": (770, _conv),
    "lazy conv": (100, partial(_conv, name="LazyConv")),
    "bordered": (270, _bordered),
    "transposed": (420, _transposed),
    "lazy transposed": (70, partial(_transposed, name="LazyConvTranspose")),
    "targeted": (180, _targeted),
    "max": (180, partial(_pool, name="MaxPool")),
    "avg": (120, partial(_pool, name="AvgPool")),
    "lp": (50, partial(_pool, name="LPPool")),
    "fractional": (24, _fractional),
    "unpool": (90, _unpool),
    "adaptive": (60, _adaptive),
    "resize": (210, _resize),
    "shuffle": (60, _shuffle),
    "unfold": (90, _unfold),
    "fold": (90, _fold),
    "pad": (180, _pad),
    "flatten": (50, _flatten),
    "unflatten": (40, _unflatten),
    "linear": (60, _linear),
    "norm": (100, _norm),
    "group norm": (30, _group_norm),
    "layer norm": (50, _layer_norm),
    "plain": (60, _plain),
    "chosen": (60, _chosen),
    "empty": (60, _empty),
}

FRAMEWORK = Framework(
    versions={"torch": torch.__version__},
    known=KNOWN,
    kinds={kind: make for kind, (_, make) in KINDS.items()},
    counts={kind: count for kind, (count, _) in KINDS.items()},
    run=run,
)
