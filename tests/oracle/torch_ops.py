"""Native ops as cases: how a case is spelt for convcalc, and the PyTorch layer that it stands for.

A case is told in knobs. Its spelling and its layer are both made from those, so that nothing of the package stands
between a case and what PyTorch answers. Importable without PyTorch, which `measure` and `probe` need.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec
from itertools import chain
from math import prod
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convcalc.errors import ConvcalcError
from convcalc.ops.op import Op
from convcalc.readers.spelling import read_line, read_op
from convcalc.receptive import Field
from convcalc.shape import read_shape

torch: Any = import_module("torch") if find_spec("torch") else None
if torch:
    torch.set_num_threads(1)  # on tensors as small as these, threads only wait for one another

Dims = tuple[int, ...]
"""A shape, channels first and without the batch; a vector is its length alone."""

Sides = tuple[int, int]

REFUSALS = (ValueError, RuntimeError, IndexError)
"""What PyTorch raises where it refuses. A TypeError would be a layer that was built wrongly here."""


class Case(NamedTuple):
    """An op, what is set on it, and the shapes that it reads."""

    op: str
    knobs: Mapping[str, Any]
    inputs: tuple[Dims, ...]

    @property
    def channels(self) -> int:
        """Those of the first input."""
        return self.inputs[0][0]

    @property
    def rank(self) -> int:
        """The axes of the first input."""
        return len(self.inputs[0]) - 1

    def axes(self, knob: str, default: Any = 1) -> tuple[Any, ...]:
        """A knob with one value an axis."""
        value = self.knobs.get(knob, default)
        return value if isinstance(value, tuple) else (value,) * self.rank

    @property
    def window(self) -> dict[str, Any]:
        """Kernel, stride and dilation, as far as they are set, by the names that PyTorch has for them."""
        names = {"kernel": "kernel_size", "stride": "stride", "dilation": "dilation"}
        return {name: self.knobs[knob] for knob, name in names.items() if knob in self.knobs}


class Answer(NamedTuple):
    """The shape that comes out, in notation, and the params that are trained."""

    output: str
    params: int


def case_of(op: str, *inputs: Dims, **knobs: Any) -> Case:
    """A case; knobs that are None are left out."""
    return Case(op, {name: value for name, value in knobs.items() if value is not None}, inputs)


def notation(dims: Sequence[int]) -> str:
    """A shape as it is written: `3@224x224`, a vector as its length."""
    channels, *size = dims
    return f"{channels}@{'x'.join(map(str, size))}" if size else str(channels)


# How a case is spelt.

_FORMS = {
    "kernel": "k{}",
    "stride": "s{}",
    "padding": "p{}",
    "dilation": "d{}",
    "groups": "g{}",
    "multiplier": "m{}",
    "output_padding": "op{}",
    "output_size": "to {}",
    "scale": "x{}",
    "like": "like={}",
    ("upsample", "size"): "to {}",
}
"""How a knob is written, where not by its value alone."""

_FLAGS = {"bias": ("", "nobias"), "ceil": ("ceil", ""), "affine": ("affine", "noaffine"), "keepdims": ("keepdims", "")}
"""The words for true and false."""


def line(case: Case) -> str:
    """The case in native spelling, without its inputs."""
    return " ".join([case.op, *filter(None, [_token(case.op, *knob) for knob in case.knobs.items()])])


def _token(op: str, name: str, value: Any) -> str:
    if name in _FLAGS:
        return _FLAGS[name][0 if value else 1]
    if name == "target":
        return notation(value)
    if name in ("order", "names"):
        return (" " if name == "names" else ",").join(map(str, value))
    bare = name == "padding" and (op in ("pad", "crop") or isinstance(value, str))
    form = "{}" if bare else _FORMS.get((op, name), _FORMS.get(name, "{}"))
    return form.format(_value(value))


def _value(value: Any) -> str:
    if not isinstance(value, tuple):
        return str(value)
    return "x".join([":".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in value])


def op_of(case: Case) -> Op:
    """What convcalc reads the spelling as."""
    read = read_line(line(case))
    return read_op(read.head, read.tokens, tuple(read.keys.items()))


def native(case: Case) -> Answer | None:
    """What convcalc answers; None where it refuses."""
    shapes = [read_shape(notation(dims)) for dims in case.inputs]
    try:
        op = op_of(case)
        output, weights = op.output(*shapes), op.weights(shapes[0])
    except ConvcalcError:
        return None
    assert weights is not None, "the channels are known"
    return Answer(str(output), weights.trainable)


# Which layer a case stands for.


class Layer(NamedTuple):
    """A function of tensors, and the modules in it that hold weights."""

    run: Callable[..., Any]
    modules: tuple[Any, ...] = ()

    @property
    def params(self) -> int:
        """What `parameters()` counts."""
        return sum(weight.numel() for weight in self.weights)

    @property
    def weights(self) -> list[Any]:
        """Every parameter."""
        return list(chain.from_iterable(module.parameters() for module in self.modules))


def measure(case: Case) -> Answer | None:
    """What PyTorch answers on real tensors; None where it refuses, or gives an empty tensor.

    Natively a size of zero is refused, so that an empty tensor is no answer here either.
    """
    try:
        layer = build(case)
        output = run(layer, *[torch.zeros(1, *dims) for dims in case.inputs])
    except REFUSALS:
        return None
    return None if 0 in output.shape else Answer(notation(output.shape[1:]), layer.params)


def build(case: Case) -> Layer:
    """The layer, its weights as PyTorch starts them."""
    return BUILDERS[case.op](case)


def run(layer: Layer, *tensors: Any) -> Any:
    """What comes out, without the advice that PyTorch gives on padding by `same`."""
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return layer.run(*tensors)


def _module(name: str, case: Case, *arguments: Any, **settings: Any) -> Any:
    """A module of as many axes as the case has."""
    return getattr(torch.nn, f"{name}{case.rank}d")(*arguments, **settings).eval()


def _one(module: Any) -> Layer:
    return Layer(module, (module,))


def sides(case: Case) -> tuple[Sides, ...]:
    """The padding, one pair an axis; of the words, those that do not follow the size."""
    padding = case.knobs.get("padding", 0)
    pairs = zip(case.axes("kernel"), case.axes("dilation"), strict=True)
    around = [dilation * (kernel - 1) for kernel, dilation in pairs]
    if isinstance(padding, str):
        return tuple([{"valid": (0, 0), "full": (reach, reach), "causal": (reach, 0)}[padding] for reach in around])
    return tuple([one if isinstance(one, tuple) else (one, one) for one in case.axes("padding", 0)])


def is_even(pairs: Sequence[Sides]) -> bool:
    """Whether a layer can pad so by itself."""
    return all(before == after >= 0 for before, after in pairs)


def pad_by_hand(tensor: Any, pairs: Sequence[Sides], mode: str = "zeros", value: float = 0.0) -> Any:
    """`F.pad`, which takes the last axis first."""
    flat = list(chain.from_iterable(reversed(pairs)))
    if mode == "zeros":
        return torch.nn.functional.pad(tensor, flat, value=value)
    return torch.nn.functional.pad(tensor, flat, mode=mode)


def _convolution(case: Case, channels: int, out: int, **settings: Any) -> Layer:
    """A direct convolution; padding that PyTorch's layer does not take is padded by hand before it."""
    padding, mode = case.knobs.get("padding", 0), case.knobs.get("padding_mode", "zeros")
    settings = {"bias": case.knobs.get("bias", True), **settings, **case.window}
    if padding in ("same", "valid") or is_even(sides(case)):
        own = padding if padding in ("same", "valid") else tuple([before for before, _ in sides(case)])
        return _one(_module("Conv", case, channels, out, padding=own, padding_mode=mode, **settings))
    module = _module("Conv", case, channels, out, **settings)
    return Layer(lambda tensor: module(pad_by_hand(tensor, sides(case), mode)), (module,))


def _conv(case: Case) -> Layer:
    out = case.knobs.get("out", case.channels)
    return _convolution(case, case.channels, out, groups=case.knobs.get("groups", 1))


def _dwconv(case: Case) -> Layer:
    out = case.channels * case.knobs.get("multiplier", 1)
    return _convolution(case, case.channels, out, groups=case.channels)


def _sepconv(case: Case) -> Layer:
    between = case.channels * case.knobs.get("multiplier", 1)
    depthwise = _convolution(case, case.channels, between, groups=case.channels, bias=False)
    out, bias = case.knobs.get("out", case.channels), case.knobs.get("bias", True)
    pointwise = _module("Conv", case, between, out, kernel_size=1, bias=bias)
    return Layer(lambda tensor: pointwise(depthwise.run(tensor)), (*depthwise.modules, pointwise))


def _tconv(case: Case) -> Layer:
    """A transposed convolution; padding that PyTorch's layer does not take is cropped from the whole result."""
    settings = {"groups": case.knobs.get("groups", 1), "bias": case.knobs.get("bias", True), **case.window}
    settings["output_padding"] = case.axes("output_padding", 0)
    even = is_even(sides(case))
    padding = tuple([before for before, _ in sides(case)]) if even else 0
    out = case.knobs.get("out", case.channels)
    module = _module("ConvTranspose", case, case.channels, out, padding=padding, **settings)
    if "output_size" in case.knobs:
        return Layer(lambda tensor: module(tensor, output_size=list(case.axes("output_size"))), (module,))
    if even:
        return _one(module)
    taken = [(-before, -after) for before, after in sides(case)]
    return Layer(lambda tensor: pad_by_hand(module(tensor), taken), (module,))


def _pool(name: str, value: float) -> Callable[[Case], Layer]:
    """A pool; padding that PyTorch's layer does not take is padded by hand before it, with `value`."""

    def builder(case: Case) -> Layer:
        settings = {"ceil_mode": case.knobs.get("ceil", False), **case.window}
        if is_even(sides(case)):
            return _one(_module(name, case, padding=tuple([before for before, _ in sides(case)]), **settings))
        module = _module(name, case, **settings)
        return Layer(lambda tensor: module(pad_by_hand(tensor, sides(case), value=value)))

    return builder


def _lppool(case: Case) -> Layer:
    return Layer(_module("LPPool", case, 2, ceil_mode=case.knobs.get("ceil", False), **case.window))


def _unpool(case: Case) -> Layer:
    module = _module("MaxUnpool", case, padding=case.knobs.get("padding", 0), **case.window)

    def run(tensor: Any, *likes: Any) -> Any:
        indices = torch.zeros(tensor.shape, dtype=torch.int64)
        return module(tensor, indices, output_size=list(likes[0].shape[2:]) if likes else None)

    return Layer(run)


def _adaptive(name: str, case: Case, size: Any) -> Any:
    return _module("AdaptiveAvgPool" if name == "avg" else "AdaptiveMaxPool", case, size)


def _adaptivepool(case: Case) -> Layer:
    return Layer(_adaptive(case.knobs.get("kind", "avg"), case, case.knobs["size"]))


def _global(kind: str) -> Callable[[Case], Layer]:
    def builder(case: Case) -> Layer:
        module = _adaptive(kind, case, 1)
        if case.knobs.get("keepdims"):
            return Layer(module)
        return Layer(lambda tensor: module(tensor).flatten(1))

    return builder


def _upsample(case: Case) -> Layer:
    mode = case.knobs.get("mode", "nearest")
    if "like" in case.knobs:
        resize = torch.nn.functional.interpolate
        return Layer(lambda tensor, like: resize(tensor, size=like.shape[2:], mode=mode))
    scale = tuple([float(factor) for factor in case.axes("scale")]) if "scale" in case.knobs else None
    return Layer(torch.nn.Upsample(size=case.knobs.get("size"), scale_factor=scale, mode=mode))


def _pad(case: Case) -> Layer:
    return Layer(lambda tensor: pad_by_hand(tensor, sides(case), case.knobs.get("mode", "zeros")))


def _crop(case: Case) -> Layer:
    taken = [(-before, -after) for before, after in sides(case)]
    return Layer(lambda tensor: pad_by_hand(tensor, taken))


def _reshape(case: Case) -> Layer:
    return Layer(lambda tensor: tensor.reshape(1, *case.knobs["target"]))


def _permute(case: Case) -> Layer:
    return Layer(lambda tensor: tensor.permute(0, *[index + 1 for index in case.knobs["order"]]))


def _dense(case: Case) -> Layer:
    return _one(torch.nn.Linear(case.channels, case.knobs["out"], bias=case.knobs.get("bias", True)))


def _norm(name: str, *, affine: bool) -> Callable[[Case], Layer]:
    """A norm of one dimension more than the tensor has axes; a vector's is that of one axis."""

    def builder(case: Case) -> Layer:
        module = getattr(torch.nn, f"{name}{max(case.rank, 1)}d")
        return _one(module(case.channels, affine=case.knobs.get("affine", affine)).eval())

    return builder


def _groupnorm(case: Case) -> Layer:
    affine = case.knobs.get("affine", True)
    return _one(torch.nn.GroupNorm(case.knobs["groups"], case.channels, affine=affine).eval())


def _layernorm(case: Case) -> Layer:
    """Over the channels of each cell, which PyTorch wants last."""
    module = torch.nn.LayerNorm(case.channels, elementwise_affine=case.knobs.get("affine", True))
    return Layer(lambda tensor: module(tensor.movedim(1, -1)).movedim(-1, 1), (module,))


def _plain(name: str, **settings: Any) -> Callable[[Case], Layer]:
    return lambda _case: _one(getattr(torch.nn, name)(**settings).eval())


def _concat(_case: Case) -> Layer:
    return Layer(lambda *tensors: torch.cat(tensors, dim=1))


def _elementwise(combine: Callable[[Any, Any], Any]) -> Callable[[Case], Layer]:
    def run(first: Any, *others: Any) -> Any:
        for other in others:
            first = combine(first, other)
        return first

    return lambda _case: Layer(run)


ACTIVATIONS: Mapping[str, Callable[[Case], Layer]] = {
    "relu": _plain("ReLU"),
    "relu6": _plain("ReLU6"),
    "leakyrelu": _plain("LeakyReLU"),
    "prelu": _plain("PReLU"),
    "elu": _plain("ELU"),
    "selu": _plain("SELU"),
    "celu": _plain("CELU"),
    "gelu": _plain("GELU"),
    "silu": _plain("SiLU"),
    "mish": _plain("Mish"),
    "sigmoid": _plain("Sigmoid"),
    "hardsigmoid": _plain("Hardsigmoid"),
    "hardswish": _plain("Hardswish"),
    "tanh": _plain("Tanh"),
    "hardtanh": _plain("Hardtanh"),
    "softplus": _plain("Softplus"),
    "softsign": _plain("Softsign"),
    "softmax": _plain("Softmax", dim=1),
    "logsoftmax": _plain("LogSoftmax", dim=1),
}

BUILDERS: Mapping[str, Callable[[Case], Layer]] = {
    "conv": _conv,
    "dwconv": _dwconv,
    "sepconv": _sepconv,
    "tconv": _tconv,
    "pool": _pool("MaxPool", float("-inf")),
    "avgpool": _pool("AvgPool", 0.0),
    "lppool": _lppool,
    "unpool": _unpool,
    "adaptivepool": _adaptivepool,
    "gap": _global("avg"),
    "gmp": _global("max"),
    "upsample": _upsample,
    "pad": _pad,
    "crop": _crop,
    "shuffle": lambda case: Layer(torch.nn.PixelShuffle(case.knobs["factor"])),
    "unshuffle": lambda case: Layer(torch.nn.PixelUnshuffle(case.knobs["factor"])),
    "dense": _dense,
    "flatten": _plain("Flatten"),
    "reshape": _reshape,
    "permute": _permute,
    "batchnorm": _norm("BatchNorm", affine=True),
    "layernorm": _layernorm,
    "groupnorm": _groupnorm,
    "instancenorm": _norm("InstanceNorm", affine=False),
    **ACTIVATIONS,
    "dropout": _plain("Dropout"),
    "identity": _plain("Identity"),
    "add": _elementwise(lambda one, other: one + other),
    "mul": _elementwise(lambda one, other: one * other),
    "concat": _concat,
}


# Which cells of the input an output cell reads.


class Step(NamedTuple):
    """A layer of a network: what it is and which steps it reads, 0 being the input and `n` the n-th step."""

    op: str
    knobs: Mapping[str, Any]
    sources: tuple[int, ...]


def chain_of(*layers: tuple[str, Mapping[str, Any]]) -> list[Step]:
    """Layers that each read the one before."""
    return [Step(op, knobs, (index,)) for index, (op, knobs) in enumerate(layers)]


def network_text(steps: Sequence[Step]) -> str:
    """The network in native spelling."""
    names = ["in", *[f"step{index}" for index in range(1, len(steps) + 1)]]
    lines = []
    for name, (op, knobs, (first, *others)) in zip(names[1:], steps, strict=True):
        joined = {"names": tuple([names[source] for source in others])} if others else {}
        lines.append(f"{name}: {line(Case(op, {**knobs, **joined}, ()))} from={names[first]}")
    return " | ".join(lines)


def origins(steps: Sequence[Step], rank: int) -> list[int]:
    """For each axis that comes out, the input's axis that it was: permutations of axes swap them."""
    axes = list(range(rank))
    for op, knobs, _ in steps:
        if op == "permute":
            axes = [axes[index - 1] for index in knobs["order"][1:]]
    return axes


def probe(steps: Sequence[Step], dims: Dims) -> list[list[set[int]]]:
    """For each axis that comes out, and each cell along it, the cells of the input that it reads along the same axis.

    A plane of ones across the axis is moved through an input of zeros; a cell reads those planes that it answers to.
    Weights are random and positive, so that nothing cancels.
    """
    torch.manual_seed(0)
    return [_probe_axis(steps, dims, axis, now) for now, axis in enumerate(origins(steps, len(dims) - 1))]


def _probe_axis(steps: Sequence[Step], dims: Dims, axis: int, now: int) -> list[set[int]]:
    channels, *size = dims
    planes = torch.eye(size[axis], dtype=torch.float64)
    shape = [size[axis], *[size[axis] if index == axis + 1 else 1 for index in range(len(dims))]]
    tensors = [planes.reshape(shape).expand(size[axis], channels, *size)]
    for op, knobs, sources in steps:
        read = [tensors[source] for source in sources]
        layer = _positive(build(Case(op, knobs, tuple([tuple(tensor.shape[1:]) for tensor in read]))))
        tensors.append(run(layer, *read))
    answers = tensors[-1].abs().nan_to_num(posinf=0.0).movedim(now + 2, 1).flatten(2).amax(2)
    return [set(torch.nonzero(column > 1e-9).flatten().tolist()) for column in answers.T]


def _positive(layer: Layer) -> Layer:
    """The layer with every weight positive and every bias, which has one dimension, zero."""
    for module in layer.modules:
        module.double()
    for weight in layer.weights:
        torch.nn.init.uniform_(weight, 0.5, 1.5) if weight.dim() > 1 else torch.nn.init.zeros_(weight)
    return layer


def spans_of(field: Field, count: int) -> list[tuple[int, int] | None]:
    """The first and the last input cell of each of `count` cells, by a field; None for a cell that reads nothing."""
    spans: list[tuple[int, int] | None] = []
    for cell in range(count):
        turn, phase = divmod(cell, field.period)
        low, high = field.lows[phase], field.highs[phase]
        spans.append(None if low is None or high is None else (low + turn * field.gain, high + turn * field.gain))
    return spans


def agree_on_axis(spans: Sequence[tuple[int, int] | None], read: Sequence[set[int]], cells: int, text: str) -> int:
    """Compare fields with the cells that are read, on one axis of `cells` input cells; how many were compared.

    A field is that of a cell on an endless input. So only cells in the middle third are compared, and only where
    their fields keep a tenth of the input away from its ends.
    """
    compared, count = 0, len(read)
    for cell in range(count // 3, count - count // 3):
        span = spans[cell]
        if span is None or (span[0] >= cells // 10 and span[1] < cells - cells // 10):
            measured = (min(read[cell]), max(read[cell])) if read[cell] else None
            assert span == measured, f"cell {cell} of {count}: {text}"
            compared += 1
    return compared


# Cases by chance, each number and word chosen by `pick`: a random generator's choice, or what hypothesis draws.

Pick = Callable[[Sequence[Any]], Any]

RANKS = (1, 2, 2, 3)
LARGEST = {0: 1, 1: 14, 2: 10, 3: 6}
"""The largest size an axis, by the number of axes."""

LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}
"""Linear interpolation by the number of axes, as PyTorch calls it."""


def some_size(pick: Pick, rank: int, least: int = 1) -> Dims:
    """A size of so many axes."""
    return tuple([pick(range(least, LARGEST[rank] + 1)) for _ in range(rank)])


def some_input(
    pick: Pick, ranks: Sequence[int] = RANKS, channels: Sequence[int] = (1, 2, 3, 4, 6), least: int = 1
) -> Dims:
    """A shape."""
    return (pick(channels), *some_size(pick, pick(ranks), least))


def per_axis(pick: Pick, rank: int, options: Sequence[Any]) -> Any:
    """One value for all axes, or one for each."""
    alike = rank == 1 or pick((True, False))
    return pick(options) if alike else tuple([pick(options) for _ in range(rank)])


def some_padding(pick: Pick, rank: int, words: Sequence[str], most: int = 3) -> Any:
    """No padding, a number, one for each axis, both sides of each axis, or a word."""
    form = pick(("none", "number", "number", "sides", "word"))
    if form == "sides":
        return tuple([(pick(range(-2, most + 1)), pick(range(-1, most + 1))) for _ in range(rank)])
    if form == "word" and words:
        return pick(words)
    return None if form == "none" else per_axis(pick, rank, range(most + 1))


def some_window(pick: Pick, rank: int, words: Sequence[str] = ()) -> dict[str, Any]:
    """Kernel, stride, dilation and padding."""
    return {
        "kernel": per_axis(pick, rank, range(1, 6)),
        "stride": pick((None, per_axis(pick, rank, range(1, 5)))),
        "dilation": pick((None, None, per_axis(pick, rank, range(1, 4)))),
        "padding": some_padding(pick, rank, words),
    }


def _some_groups(pick: Pick) -> tuple[int, int, int | None, int | None]:
    """Channels in, axes, channels out, groups; mostly the groups divide."""
    groups = pick((1, 1, 2, 3))
    channels = pick((groups, 2 * groups, 4))
    out = pick((None, groups, 2 * groups, 5))
    return channels, pick(RANKS), out, None if groups == 1 else groups


def _conv_case(pick: Pick) -> Case:
    channels, rank, out, groups = _some_groups(pick)
    window = some_window(pick, rank, ("same", "valid", "full", "causal"))
    inputs = (channels, *some_size(pick, rank))
    return case_of("conv", inputs, out=out, groups=groups, **window, **_some_filling(pick))


def _some_filling(pick: Pick) -> dict[str, Any]:
    """What stands in the padding, and whether there is a bias."""
    return {"padding_mode": pick((None, None, "reflect", "circular", "replicate")), "bias": pick((None, False))}


def _dwconv_case(pick: Pick) -> Case:
    inputs = some_input(pick)
    window = some_window(pick, len(inputs) - 1, ("same", "valid", "full", "causal"))
    return case_of("dwconv", inputs, multiplier=pick((None, 2, 3)), **window, **_some_filling(pick))


def _sepconv_case(pick: Pick) -> Case:
    case = _dwconv_case(pick)
    return Case("sepconv", {"out": pick((3, 5, 8)), **case.knobs}, case.inputs)


def _tconv_case(pick: Pick) -> Case:
    channels, rank, out, groups = _some_groups(pick)
    window = some_window(pick, rank, ("valid", "full", "causal"))
    added = pick((None, None, per_axis(pick, rank, range(4))))
    inputs = (channels, *some_size(pick, rank))
    return case_of("tconv", inputs, out=out, **window, output_padding=added, groups=groups, bias=pick((None, False)))


def _tconv_to_case(pick: Pick) -> Case:
    """With the size to come out, near those in reach."""
    channels, rank, out, groups = _some_groups(pick)
    window = {**some_window(pick, rank), "padding": pick((None, per_axis(pick, rank, range(3))))}
    size = some_size(pick, rank)
    case = case_of("tconv", (channels, *size), out=out, **window, groups=groups)
    knobs = zip(size, case.axes("kernel"), case.axes("stride"), case.axes("dilation"), sides(case), strict=True)
    least = [(n - 1) * stride + dilation * (kernel - 1) + 1 - sum(pair) for n, kernel, stride, dilation, pair in knobs]
    target = tuple([max(cells + pick((0, 0, 1, 2, -1)), 1) for cells in least])
    return Case("tconv", {**case.knobs, "output_size": target}, case.inputs)


def _pool_case(op: str) -> Callable[[Pick], Case]:
    def some_case(pick: Pick) -> Case:
        inputs = some_input(pick)
        window = some_window(pick, len(inputs) - 1, ("valid",))
        if op != "pool":
            del window["dilation"]  # PyTorch's has none
        if op == "lppool":
            del window["padding"]
        case = case_of(op, inputs, **window)
        ceil = is_even(sides(case)) and pick((False, True))  # padded by hand, the far padding would pass for input
        return Case(op, {**case.knobs, "ceil": True}, case.inputs) if ceil else case

    return some_case


def _unpool_case(pick: Pick) -> Case:
    inputs = some_input(pick)
    rank = len(inputs) - 1
    window = {"kernel": per_axis(pick, rank, range(1, 5)), "stride": pick((None, per_axis(pick, rank, range(1, 4))))}
    return case_of("unpool", inputs, **window, padding=pick((None, per_axis(pick, rank, range(3)))))


def _unpool_like_case(pick: Pick) -> Case:
    """To the size of another layer, near those in reach."""
    case = _unpool_case(pick)
    knobs = zip(case.inputs[0][1:], case.axes("kernel"), case.axes("stride", case.knobs["kernel"]), strict=True)
    least = [(n - 1) * stride + kernel for n, kernel, stride in knobs]
    target = [max(cells - sum(pair) + pick(range(-3, 4)), 1) for cells, pair in zip(least, sides(case), strict=True)]
    return Case("unpool", {**case.knobs, "like": "a"}, (*case.inputs, (case.channels, *target)))


def _adaptivepool_case(pick: Pick) -> Case:
    inputs = some_input(pick)
    return case_of(
        "adaptivepool", inputs, size=per_axis(pick, len(inputs) - 1, range(1, 17)), kind=pick((None, "avg", "max"))
    )


def _global_case(op: str) -> Callable[[Pick], Case]:
    return lambda pick: case_of(op, some_input(pick), keepdims=pick((None, True)))


_FACTORS = (1, 2, 3, 4, Fraction(1, 2), Fraction(3, 2), Fraction(5, 2), Fraction(1, 4), Fraction(5, 4))
"""Factors that float64 holds, so that PyTorch rounds the exact product."""


def _upsample_case(pick: Pick) -> Case:
    inputs = some_input(pick)
    rank = len(inputs) - 1
    modes = (None, "nearest", LINEAR[rank], *(["bicubic"] if rank == 2 else []))
    how = pick(("scale", "scale", "size", "like"))
    if how == "like":
        return case_of("upsample", inputs, (1, *some_size(pick, rank)), like="a", mode=pick(modes))
    value = per_axis(pick, rank, _FACTORS if how == "scale" else range(1, 20))
    return case_of("upsample", inputs, **{how: value}, mode=pick(modes))


def _pad_case(pick: Pick) -> Case:
    inputs = some_input(pick)
    mode = pick((None, "zeros", "reflect", "circular", "replicate"))
    form = pick(("alike", "sides"))
    rank = len(inputs) - 1
    some_sides = tuple([(pick(range(-3, 7)), pick(range(-2, 7))) for _ in range(rank)])
    padding = some_sides if form == "sides" else per_axis(pick, rank, range(-1, 6))
    return case_of("pad", inputs, padding=padding, mode=mode)


def _crop_case(pick: Pick) -> Case:
    inputs = some_input(pick)
    rank = len(inputs) - 1
    some_sides = tuple([(pick(range(5)), pick(range(4))) for _ in range(rank)])
    return case_of("crop", inputs, padding=pick((some_sides, per_axis(pick, rank, range(4)))))


def _shuffle_case(op: str) -> Callable[[Pick], Case]:
    """On two axes, as PyTorch has it."""
    channels = (1, 4, 8, 9, 12, 16, 18, 36)
    return lambda pick: case_of(op, some_input(pick, (2,), channels), factor=pick((1, 2, 2, 3, 4)))


def _dense_case(pick: Pick) -> Case:
    """On vectors: PyTorch's layer maps the last axis of anything, natively only a vector has a meaning."""
    return case_of("dense", (pick(range(1, 200)),), out=pick(range(1, 100)), bias=pick((None, False)))


def _reshape_case(pick: Pick) -> Case:
    inputs = some_input(pick, (0, 1, 2, 3), (4, 6, 12, 24))
    numbers = [pick((1, 2, 3, 4, 6)) for _ in range(pick((0, 1, 2, 3)))]
    target = [max(prod(inputs) // prod(numbers), 1), *numbers]
    if pick((True, False)):
        target[pick(range(len(target)))] = -1
    return case_of("reshape", inputs, target=tuple(target))


def _permute_case(pick: Pick) -> Case:
    inputs = some_input(pick, (0, 1, 2, 3))
    left = list(range(pick((len(inputs), len(inputs), len(inputs), 3))))
    order = [left.pop(pick(range(len(left)))) for _ in range(len(left))]
    return case_of("permute", inputs, order=tuple(order))


def _pointwise_case(op: str, ranks: Sequence[int] = (0, 1, 2, 3), least: int = 1) -> Callable[[Pick], Case]:
    return lambda pick: case_of(op, some_input(pick, ranks, least=least))


def _norm_case(op: str, ranks: Sequence[int] = (0, 1, 2, 3)) -> Callable[[Pick], Case]:
    """On two cells an axis at least: PyTorch refuses to normalise a single value."""
    return lambda pick: case_of(op, some_input(pick, ranks, least=2), affine=pick((None, True, False)))


def _groupnorm_case(pick: Pick) -> Case:
    case = _norm_case("groupnorm", (1, 2, 3))(pick)
    return Case(case.op, {"groups": pick((1, 2, 3, 4)), **case.knobs}, case.inputs)


def _join_case(op: str) -> Callable[[Pick], Case]:
    """From two cells an axis and two channels: PyTorch broadcasts a size of 1, natively sizes must be equal."""

    def some_case(pick: Pick) -> Case:
        first = some_input(pick, (0, 1, 2, 3), (2, 3, 4), least=2)
        names = ("a", "b", "c")[: pick((1, 2, 3))]
        others = []
        for _ in names:
            other = list(first)
            if pick((True, False, False)):
                other[pick(range(len(first)))] += pick((1, 2))
            others.append(tuple(other))
        return case_of(op, first, *others, names=names)

    return some_case


GENERATORS: Mapping[str, Callable[[Pick], Case]] = {
    "conv": _conv_case,
    "dwconv": _dwconv_case,
    "sepconv": _sepconv_case,
    "tconv": _tconv_case,
    "tconv to": _tconv_to_case,
    "pool": _pool_case("pool"),
    "avgpool": _pool_case("avgpool"),
    "lppool": _pool_case("lppool"),
    "unpool": _unpool_case,
    "unpool like": _unpool_like_case,
    "adaptivepool": _adaptivepool_case,
    "gap": _global_case("gap"),
    "gmp": _global_case("gmp"),
    "upsample": _upsample_case,
    "pad": _pad_case,
    "crop": _crop_case,
    "shuffle": _shuffle_case("shuffle"),
    "unshuffle": _shuffle_case("unshuffle"),
    "dense": _dense_case,
    "flatten": _pointwise_case("flatten"),
    "reshape": _reshape_case,
    "permute": _permute_case,
    "batchnorm": _norm_case("batchnorm"),
    "layernorm": _norm_case("layernorm"),
    "groupnorm": _groupnorm_case,
    "instancenorm": _norm_case("instancenorm", (1, 2, 3)),
    **{op: _pointwise_case(op) for op in (*ACTIVATIONS, "dropout", "identity")},
    "add": _join_case("add"),
    "mul": _join_case("mul"),
    "concat": _join_case("concat"),
}
"""What makes cases of each kind; some refused by PyTorch, most not."""


# How properties draw cases, and what they say of one that fails.


def repeatably(examples: int) -> Callable[[Any], Any]:
    """Settings of a property: the same examples each time, none too slow."""
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )


@st.composite
def cases(draw: Callable[[Any], Any], make: Callable[[Pick], Any]) -> Any:
    """What a generator makes of hypothesis' choices."""
    return make(lambda options: draw(st.sampled_from(options)))


def told(case: Case) -> str:
    """A case in a failure's message."""
    return f"{line(case)} on {', '.join(map(notation, case.inputs))}"


def agree_on_cases(
    generate: Callable[[Pick], Case],
    examples: int,
    measure_case: Callable[[Case], Answer | None],
    why_wider: Callable[[Case], str | None],
) -> None:
    """Where a framework answers, convcalc answers the same; where it refuses, convcalc does, or there is a reason."""

    @repeatably(examples)
    @given(cases(generate))
    def agrees(case: Case) -> None:
        measured, answer = measure_case(case), native(case)
        if measured is not None or (answer is not None and not why_wider(case)):
            assert answer == measured, told(case)

    agrees()
