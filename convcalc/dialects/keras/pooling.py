"""keras.layers' pools: by a window, over everything, and to a given size."""

from typing import Any

from convcalc.dialects.dialect import Made
from convcalc.dialects.keras.common import (
    border_layers,
    exists_for,
    filled,
    for_axes,
    refuse,
    refused,
    renamed,
    said,
    spelled,
)
from convcalc.dialects.ruled import Rule, Settled, first, native
from convcalc.dialects.signature import Rank
from convcalc.errors import Impossible
from convcalc.ops.op import Note, Op
from convcalc.ops.pooling import AdaptivePool, AvgPool, GlobalAvgPool, GlobalMaxPool, LPPool, MaxPool, Unpool
from convcalc.ops.windowed import need_axes
from convcalc.shape import Shape
from convcalc.window import Window

AnyPool = MaxPool | AvgPool

_CLASSES = {MaxPool: "MaxPooling{}D", AvgPool: "AveragePooling{}D"}
_GLOBAL = {GlobalAvgPool: "GlobalAveragePooling{}D", GlobalMaxPool: "GlobalMaxPooling{}D"}
_ADAPTIVE = {"avg": "AdaptiveAveragePooling{}D", "max": "AdaptiveMaxPooling{}D"}


def pool_rule(op: AnyPool, shape: Shape) -> Settled:
    """valid: `floor((in - pool_size) / strides) + 1`; same: `ceil(in / strides)`."""
    rank = len(shape.size)
    need_axes(op, rank)
    exists_for(_CLASSES[type(op)], shape)
    name = _CLASSES[type(op)].format(rank)
    windows = op.windows(shape)
    if any(window.dilation > 1 for window in windows):
        raise refuse(f"{name} has no argument dilation_rate", "dilation", "dilation 1 is all that it does")
    if op.padding == "causal":
        what = f"argument `padding` of {name} must be either 'valid' or 'same', received: padding=causal"
        raise refuse(what, "padding", f"{_before(op, [window.pads(0) for window in windows])} before it does that")
    _check_ceil(op, shape, windows, name)
    if op.padding_word == "same" and 0 in shape.size:
        size = tuple([window.output(cells) for window, cells in zip(windows, shape.size, strict=True)])
        return Settled(Shape(shape.channels, size), windows)
    try:
        return Settled(op.output(shape), windows, _padded(op, windows))
    except Impossible as error:
        raise refuse(f"computed output size would be zero or negative: {error.what}", error.key, error.hint) from None


def _check_ceil(op: AnyPool, shape: Shape, windows: tuple[Window, ...], name: str) -> None:
    """Keras has no ceil mode, which matters where a last window fits only in part."""
    pairs = list(zip(windows, shape.size, strict=True))
    counts = [window.output(cells) for window, cells in pairs]
    if [window._replace(ceil=False).output(cells) for window, cells in pairs] == counts:
        return
    sides = []
    for (window, cells), count in zip(pairs, counts, strict=True):
        before, after = window.pads(0)
        missing = (count - 1) * window.stride + window.extent - before - after - cells
        sides.append((before, after + max(missing, 0)))
    hint = f"{_before(op, sides)} before it gives the same size"
    raise refuse(f"{name} has no ceil mode, a last window that fits only in part does not count", "ceil", hint)


def _before(op: AnyPool, sides: list[tuple[int, int]]) -> str:
    """What pads before the pool: a maximum is not to see zeros."""
    return filled(sides, "constant_values=-inf") if isinstance(op, MaxPool) else border_layers(sides)


def _padded(op: AnyPool, windows: tuple[Window, ...]) -> tuple[Note, ...]:
    sides = [window.pads(0) for window in windows]
    if op.padding_word == "same" or not any(map(any, sides)):
        return ()
    return said("pad", f"{_before(op, sides)} before it, and padding='valid'")


def make_pool(kind: type[AnyPool]) -> Any:
    """A maker of pools of one kind; their padding is told in lower case alone."""

    def make(given: Any, rank: Rank) -> Made:
        if given.padding not in ("valid", "same"):
            what = f"argument `padding` must be either 'valid' or 'same', received: padding={given.padding}"
            return refused(refuse(what, "padding"))
        op = kind(kernel=given.pool_size, stride=given.strides, padding=given.padding)
        return Made(op, first([for_axes(rank, _CLASSES[kind]), renamed(pool_rule, {"kernel": "pool_size"})]))

    return make


def global_rule(op: GlobalAvgPool | GlobalMaxPool, shape: Shape) -> Settled:
    """The channels, and every axis at size 1 with keepdims."""
    need_axes(op, len(shape.size))
    exists_for(_GLOBAL[type(op)], shape)
    if 0 in shape.size and isinstance(op, GlobalMaxPool):
        raise refuse(f"the maximum of no cells has no identity, got {shape}")
    return native(op, shape)


def make_global(kind: type[GlobalAvgPool | GlobalMaxPool]) -> Any:
    """A maker of pools over everything."""
    return lambda given, rank: Made(
        kind(keepdims=bool(given.keepdims)), first([for_axes(rank, _GLOBAL[kind]), global_rule])
    )


def adaptive_rule(op: AdaptivePool, shape: Shape) -> Settled:
    """The size asked for."""
    need_axes(op, len(shape.size))
    exists_for(_ADAPTIVE[op.kind], shape)
    if 0 in shape.size:
        raise refuse(f"an input without cells, {shape}, can't be pooled to a size")
    return native(op, shape)


def make_adaptive(kind: str) -> Any:
    """A maker of pools to a given size."""
    return lambda given, rank: Made(
        AdaptivePool(size=given.output_size, kind=kind),
        first([for_axes(rank, _ADAPTIVE[kind]), adaptive_rule]),
    )


def _lacking(what: str, hint: str) -> Rule:
    """There is no such layer."""

    def rule(op: Op, shape: Shape, *others: Shape) -> Settled:
        raise refuse(what, None, hint)

    return rule


_POOL = "strides: Counts = None, padding: Text = 'valid', data_format: Text = None, name=None"

LAYERS = {
    **spelled("MaxPooling{}D MaxPool{}D", f"pool_size: Counts = 2, {_POOL}", make_pool(MaxPool)),
    **spelled("AveragePooling{}D AvgPool{}D", f"pool_size: Counts, {_POOL}", make_pool(AvgPool)),
    **spelled(
        "GlobalAveragePooling{}D GlobalAvgPool{}D",
        "data_format: Text = None, keepdims: Bool = False",
        make_global(GlobalAvgPool),
    ),
    **spelled(
        "GlobalMaxPooling{}D GlobalMaxPool{}D",
        "data_format: Text = None, keepdims: Bool = False",
        make_global(GlobalMaxPool),
    ),
    **spelled("AdaptiveAveragePooling{}D", "output_size: Counts, data_format: Text = None", make_adaptive("avg")),
    **spelled("AdaptiveMaxPooling{}D", "output_size: Counts, data_format: Text = None", make_adaptive("max")),
}

RULES: dict[type[Op], Rule] = {
    MaxPool: pool_rule,
    AvgPool: pool_rule,
    GlobalAvgPool: global_rule,
    GlobalMaxPool: global_rule,
    AdaptivePool: adaptive_rule,
    LPPool: _lacking("there is no power pooling", "AveragePooling of the powers comes near"),
    Unpool: _lacking("there is no unpooling", "UpSampling brings the size back"),
}
