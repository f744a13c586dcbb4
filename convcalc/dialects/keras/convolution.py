"""keras.layers.Conv1D to Conv3D, DepthwiseConv1D and 2D, SeparableConv1D and 2D.

Keras 2 differs: it does not refuse a kernel above the input when it runs eagerly, and refuses strides with dilation in
the depthwise and separable layers, too.
"""

from typing import Any

from convcalc.dialects.dialect import Made
from convcalc.dialects.keras.common import (
    border_layers,
    exists_for,
    filled,
    for_axes,
    refuse,
    refused,
    said,
    spelled,
)
from convcalc.dialects.ruled import Rule, Settled, first
from convcalc.dialects.signature import Rank
from convcalc.errors import Impossible
from convcalc.ops.convolution import Conv, DepthwiseConv, SeparableConv, TransposedConv
from convcalc.ops.op import Note, Op
from convcalc.ops.windowed import need_axes
from convcalc.shape import Shape, spread
from convcalc.window import Window

AnyConv = Conv | DepthwiseConv | SeparableConv

PADDED_BY_LAYERS = ("zeros", "reflect")
"""The padding modes that a layer or function of Keras has."""

CLASSES = {Conv: "Conv{}D", DepthwiseConv: "DepthwiseConv{}D", SeparableConv: "SeparableConv{}D"}
_INSTEAD = {
    DepthwiseConv: "Conv{0}D(filters, kernel_size, groups=channels) does the same",
    SeparableConv: "Conv{0}D with groups, then one with kernel_size=1, does the same",
}


def strided_and_dilated(op: Conv | TransposedConv, rank: int) -> None:
    """The constructor refuses strides with dilation, be it on different axes."""
    strides, rates = spread(op.stride or (1,), rank, "stride"), spread(op.dilation, rank, "dilation")
    if max(strides) > 1 and max(rates) > 1:
        what = "`strides > 1` not supported in conjunction with `dilation_rate > 1`"
        raise refuse(
            f"{what}, received strides={strides} and dilation_rate={rates}", "dilation", "one of them must be 1"
        )


def conv_rule(op: AnyConv, shape: Shape) -> Settled:
    """`floor((in - dilation_rate * (kernel_size - 1) - 1) / strides) + 1`; by same and causal `ceil(in / strides)`."""
    rank = len(shape.size)
    need_axes(op, rank)
    hint = _INSTEAD[type(op)].format(rank) if type(op) in _INSTEAD and rank == 3 else None
    exists_for(CLASSES[type(op)], shape, (1, 2, 3) if isinstance(op, Conv) else (1, 2), hint)
    if isinstance(op, Conv):
        strided_and_dilated(op, rank)
    windows = op.windows(shape)
    if op.padding == "causal" and (rank > 1 or not isinstance(op, Conv)):
        known = f"the `padding` argument of {CLASSES[type(op)].format(rank)} must be one of {{'valid', 'same'}}"
        hint = f"{border_layers([window.pads(0) for window in windows])} before it does that"
        raise refuse(f"{known}, received: causal", "padding", hint)
    notes = _padded(op, windows)
    if 0 in shape.size and op.padding_word in ("same", "causal"):
        return _empty(op, shape, windows)
    try:
        return Settled(op.output(shape), windows, notes)
    except Impossible as error:
        raise refuse(_own_words(op, error), error.key, error.hint) from None


def _empty(op: AnyConv, shape: Shape, windows: tuple[Window, ...]) -> Settled:
    """Of an input without cells a depthwise layer gives none; the others give it the channels that it had."""
    size = tuple([window.output(cells) for window, cells in zip(windows, shape.size, strict=True)])
    if isinstance(op, DepthwiseConv):
        return Settled(Shape(shape.channels and shape.channels * op.multiplier, size), windows)
    if op.padding == "causal" or (None not in (op.out, shape.channels) and op.out != shape.channels):
        raise refuse(f"an input without cells, {shape}, comes back with the channels that it has, not with `filters`")
    return Settled(Shape(op.out or shape.channels, size), windows)


def _own_words(op: AnyConv, error: Impossible) -> str:
    if error.key == "groups":
        side = "filters" if "output" in error.what else "input channels"
        return f"the number of {side} must be evenly divisible by the number of groups: {error.what}"
    if op.padding_mode != "zeros":
        return error.what
    return f"computed output size would be zero or negative: {error.what}"


def _padded(op: AnyConv, windows: tuple[Window, ...]) -> tuple[Note, ...]:
    """What stands before a layer that takes its padding as valid, same or causal alone."""
    sides = [window.pads(0) for window in windows]
    if op.padding_mode not in PADDED_BY_LAYERS:
        what = f"keras.ops.pad has no mode {op.padding_mode!r}"
        raise refuse(what, "padding_mode", "it has constant, reflect and symmetric")
    if not any(map(any, sides)) or (op.padding_mode == "zeros" and op.padding_word in ("same", "causal")):
        return ()
    layers = border_layers(sides) if op.padding_mode == "zeros" else filled(sides, f"mode={op.padding_mode!r}")
    return said("pad", f"{layers} before it, and padding='valid'")


def _padding_error(given: Any, words: tuple[str, ...]) -> Impossible | None:
    if given.padding.lower() in words:
        return None
    known = ", ".join(map(repr, words))
    what = f"the `padding` argument must be a list/tuple or one of {{{known}}}, received: {given.padding.lower()}"
    return refuse(what, "padding")


def make_conv(given: Any, rank: Rank) -> Made:
    """Conv1D to Conv3D; causal is for one axis."""
    if error := _padding_error(given, ("valid", "same", "causal") if rank == 1 else ("valid", "same")):
        return refused(error)
    op = Conv(out=given.filters, groups=given.groups, **_shared(given))
    if given.filters % given.groups:
        what = "the number of filters must be evenly divisible by the number of groups"
        return refused(refuse(f"{what}, received: groups={given.groups}, filters={given.filters}", "groups"), op)
    return Made(op, first([for_axes(rank, CLASSES[Conv]), conv_rule]))


def make_depthwise(given: Any, rank: Rank) -> Made:
    """DepthwiseConv1D and 2D."""
    if error := _padding_error(given, ("valid", "same")):
        return refused(error)
    op = DepthwiseConv(multiplier=given.depth_multiplier, **_shared(given))
    return Made(op, first([for_axes(rank, CLASSES[DepthwiseConv], (1, 2)), conv_rule]))


def make_separable(given: Any, rank: Rank) -> Made:
    """SeparableConv1D and 2D."""
    if error := _padding_error(given, ("valid", "same")):
        return refused(error)
    op = SeparableConv(out=given.filters, multiplier=given.depth_multiplier, **_shared(given))
    return Made(op, first([for_axes(rank, CLASSES[SeparableConv], (1, 2)), conv_rule]))


def _shared(given: Any) -> dict[str, Any]:
    return {
        "kernel": given.kernel_size,
        "stride": given.strides,
        "padding": given.padding.lower(),
        "dilation": given.dilation_rate,
        "bias": given.use_bias,
    }


WINDOW = "kernel_size: Counts, strides: Counts = 1, padding: Text = 'valid'"
WEIGHTS = (
    "kernel_initializer=None, bias_initializer=None, kernel_regularizer=None, bias_regularizer=None, "
    "activity_regularizer=None, kernel_constraint=None, bias_constraint=None"
)
_DEPTHWISE_WEIGHTS = (
    "depthwise_initializer=None, bias_initializer=None, depthwise_regularizer=None, bias_regularizer=None, "
    "activity_regularizer=None, depthwise_constraint=None, bias_constraint=None"
)
_SEPARABLE_WEIGHTS = (
    "depthwise_initializer=None, pointwise_initializer=None, bias_initializer=None, depthwise_regularizer=None, "
    "pointwise_regularizer=None, bias_regularizer=None, activity_regularizer=None, depthwise_constraint=None, "
    "pointwise_constraint=None, bias_constraint=None"
)
LAYOUT = "data_format: Text = None"
_DILATED = f"{LAYOUT}, dilation_rate: Counts = 1"
BIAS = "activation=None, use_bias: Bool = True"
_MULTIPLIED = "depth_multiplier: Count = 1"

LAYERS = {
    **spelled(
        "Conv{}D Convolution{}D",
        f"filters: Count, {WINDOW}, {_DILATED}, groups: Count = 1, {BIAS}, {WEIGHTS}",
        make_conv,
    ),
    **spelled(
        "DepthwiseConv{}D",
        f"{WINDOW}, {_MULTIPLIED}, {_DILATED}, {BIAS}, {_DEPTHWISE_WEIGHTS}",
        make_depthwise,
        (1, 2),
    ),
    **spelled(
        "SeparableConv{}D SeparableConvolution{}D",
        f"filters: Count, {WINDOW}, {_DILATED}, {_MULTIPLIED}, {BIAS}, {_SEPARABLE_WEIGHTS}",
        make_separable,
        (1, 2),
    ),
}

RULES: dict[type[Op], Rule] = dict.fromkeys(CLASSES, conv_rule)
