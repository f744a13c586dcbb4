"""The ONNX nodes that do what was asked, cell for cell: from `x` to `y`, with `helper` of onnx imported.

The weights are the initializers `W` and `B`. Weights of a transposed convolution are (in, out / groups, kernel...).
"""

from convcalc.dialects.asked import Asked, arguments, groups_of, unless
from convcalc.window import Sides

_MODES = {"zeros": None, "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def paste(asked: Asked) -> list[str] | None:
    """The nodes, or None where onnxruntime can't be made to do it by one of them, and a pad before it."""
    if asked.rank > 3:
        return None
    if asked.kind == "transposed":
        return _transposed(asked)
    return {"max": _max, "avg": _average}.get(asked.kind, _conv)(asked)


def _node(kind: str, inputs: list[str], output: str = "y", /, **attributes: object) -> str:
    return f"helper.make_node({arguments(repr(kind), inputs, [output], **attributes)})"


def _list(default: object, values: tuple[int, ...]) -> list[int] | None:
    return None if unless(default, values) is None else list(values)


def _pads(sides: tuple[Sides, ...], ends: int = 0) -> list[int] | None:
    """All cells before, then all after; of a pad, those of batch and channels too."""
    whole = [(0, 0)] * ends + list(sides)
    flat = [*[before for before, _ in whole], *[after for _, after in whole]]
    return flat if any(flat) else None


def _padded(sides: tuple[Sides, ...], mode: str | None = None, value: str | None = None) -> list[str]:
    """From `x` to `padded`."""
    least = [_node("Constant", [], "least", value_float=value)] if value else []
    reads = ["x", "pads", *(["least"] if value else [])]
    told = repr(mode) if mode else None
    return [
        _node("Constant", [], "pads", value_ints=_pads(sides, 2)),
        *least,
        _node("Pad", reads, "padded", mode=told),
    ]


def _weights(asked: Asked, what: str) -> list[str]:
    return [what, "W", "B"] if asked.bias else [what, "W"]


def _conv(asked: Asked) -> list[str]:
    mode = _MODES[asked.mode]
    if asked.unpadded or (mode is None and not any(map(any, asked.taken))):
        return [_windowed("Conv", asked, _weights(asked, "x"), group=groups_of(asked))]
    inner = asked.without_padding()
    return [*_padded(asked.sides, mode), _windowed("Conv", inner, _weights(asked, "padded"), group=groups_of(asked))]


def _windowed(kind: str, asked: Asked, inputs: list[str], **more: object) -> str:
    return _node(
        kind,
        inputs,
        kernel_shape=list(asked.kernel),
        strides=_list(1, asked.stride),
        pads=_pads(asked.sides),
        dilations=_list(1, asked.dilation),
        **more,
    )


def _transposed(asked: Asked) -> list[str]:
    """Cells that are missing at the end are output_padding, fewer than the stride."""
    before, what = [], "x"
    missing = [after for _, after in asked.taken]
    beyond = any(more >= stride for more, stride in zip(missing, asked.stride, strict=True) if more)
    if beyond or any(first for first, _ in asked.taken):
        zeros, asked = asked.fed()
        before, what, missing = _padded(zeros), "padded", []
    added = missing if any(missing) else None
    inner = asked._replace(sides=asked.added)
    inputs = _weights(asked, what)
    return [*before, _windowed("ConvTranspose", inner, inputs, output_padding=added, group=groups_of(asked))]


def _max(asked: Asked) -> list[str]:
    if _pads_itself(asked):
        return [_pool("MaxPool", asked, "x")]
    asked = asked.filled()
    return [*_padded(asked.sides, value="float('-inf')"), _pool("MaxPool", asked.without_padding(), "padded")]


def _average(asked: Asked) -> list[str] | None:
    """What is taken away stands before. onnxruntime takes other pads into the pool, and refuses a kernel's worth."""
    counts = asked.counts_padding and not asked.unpadded
    if _pads_itself(asked):
        return [_pool("AveragePool", asked, "x", count_include_pad=1 if counts else None)]
    if not counts or not any(map(any, asked.taken)):
        return None
    return [*_padded(asked.read_sides()), _pool("AveragePool", asked.without_padding(), "padded")]


def _pads_itself(asked: Asked) -> bool:
    """Pools pad less than their kernel."""
    pairs = zip(asked.sides, asked.kernel, strict=True)
    return asked.unpadded or all(min(pair) >= 0 and max(pair) < kernel for pair, kernel in pairs)


def _pool(kind: str, asked: Asked, what: str, **more: object) -> str:
    return _windowed(kind, asked, [what], ceil_mode=1 if any(asked.overhang) else None, **more)
