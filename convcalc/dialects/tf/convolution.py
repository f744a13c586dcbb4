"""tf.nn.conv1d to conv3d, convolution, atrous_conv2d, depthwise_conv2d and separable_conv2d."""

from collections.abc import Mapping, Sequence
from functools import partial
from math import prod
from typing import Any

from convcalc.dialects.dialect import Made, Spelling
from convcalc.dialects.ruled import Rule, Settled, first
from convcalc.dialects.signature import Rank, Signature
from convcalc.dialects.tf.common import (
    asked,
    batched,
    channels_first,
    counts,
    each,
    fitting,
    for_axes,
    none_below_zero,
    of_axes_alone,
    padded_before,
    padding_of,
    refuse,
    up_to_three_axes,
    whole,
    whole_where_dilated,
    word_of,
)
from convcalc.errors import CHANNELS, Impossible
from convcalc.ops.borders import border_error
from convcalc.ops.convolution import Conv, DepthwiseConv, SeparableConv
from convcalc.ops.op import Note, Op, Weights, impossible
from convcalc.shape import Shape
from convcalc.window import MAX_PERIOD, Taps, Window

Convolution = Conv | DepthwiseConv | SeparableConv

# What tf.nn makes of convolutions, native or in its own spelling.


def conv_rule(op: Conv, shape: Shape, *, in_batches: bool = False) -> Settled:
    """`ceil((in + padding - (filter - 1) * dilation) / stride)`: conv2d takes sides in numbers, the others words."""
    up_to_three_axes("tf.nn.convolution", shape)
    if len(shape.size) == 3 and op.groups > 1:
        raise refuse(
            f"conv3d has no groups: input and filter must have the same depth, got groups {op.groups}", "groups"
        )
    settled = _slid(op, shape, in_batches=in_batches)
    if len(shape.size) == 3:
        _fit_in_the_graph(op, shape, settled.windows)
    try:
        return settled._replace(output=op.output(shape))
    except Impossible as error:
        raise refuse(f"depth of input or output is not a multiple: {error.what}", error.key, error.hint) from None


def _slid(op: Convolution, shape: Shape, *, in_batches: bool = False) -> Settled:
    """The windows, which fit, and the pad before them."""
    windows = op.windows(shape)
    none_below_zero(batched(windows, shape.size) if in_batches else [window.pads(0) for window in windows])
    fitting(op, shape)
    return Settled(shape, windows, _padded(op, shape, windows))


def _padded(op: Convolution, shape: Shape, windows: Sequence[Window]) -> tuple[Note, ...]:
    """The pad before the layer, where the function takes no numbers, or no such border."""
    if op.padding_mode == "zeros":
        return () if len(windows) == 2 or op.padding_word == "same" else padded_before(windows)
    if op.padding_mode != "reflect":
        what = f"tf.pad has the modes CONSTANT, REFLECT and SYMMETRIC, not {op.padding_mode}"
        raise refuse(what, "padding_mode", "reflect is its REFLECT")
    for axis, (window, cells) in enumerate(zip(windows, shape.size, strict=True)):
        if error := border_error("reflect", axis, len(windows), cells, window.pads(0)):
            raise refuse(f"paddings must be less than the dimension size: {error.what}", "padding", error.hint)
    return padded_before(windows, ", mode='REFLECT'")


def _fit_in_the_graph(op: Conv, shape: Shape, windows: Sequence[Any]) -> None:
    """The graph of conv3d has the dilations of its last two axes swapped, so it may refuse what runs eagerly."""
    planes, rows, columns = windows
    swapped = (planes, rows._replace(dilation=columns.dilation), columns._replace(dilation=rows.dilation))
    if op.padding_word == "same" or swapped == windows:
        return
    for axis, (window, cells) in enumerate(zip(swapped, shape.size, strict=True)):
        if window.output(cells) < 1:
            what = (
                f"the graph of conv3d swaps the dilations of the last two axes: {cells} cells, extent {window.extent}"
            )
            raise impossible(axis, 3, refuse(what).what, "dilation", "equal dilations of both build, eager code runs")


def depthwise_rule(op: DepthwiseConv | SeparableConv, shape: Shape) -> Settled:
    """Two axes; one is a conv1d with groups. Under dilation, the strides are of each phase."""
    if len(shape.size) not in (1, 2):
        raise refuse(f"depthwise_conv2d reads two axes, and conv3d has no groups; the input is {shape}")
    windows = op.plan(len(shape.size)).windows
    if len(windows) == 2 and any(window.dilation > 1 for window in windows):
        return _by_phases(op, shape)
    return _slid(op, shape)._replace(output=op.output(shape))


def _by_phases(op: DepthwiseConv | SeparableConv, shape: Shape) -> Settled:
    """Space to batch: each phase of the dilation is a batch of its own, which is convolved with the strides."""
    evenly = op.replace(stride=1)
    sliding = evenly.windows(shape)  # SAME pads as if there were no strides
    none_below_zero(batched(sliding, shape.size))
    fitting(evenly, shape)
    notes = _padded(op, shape, sliding)
    strides = [window.stride for window in op.plan(2).windows]
    axes = list(zip(sliding, strides, shape.size, strict=True))
    size = tuple([_phases_joined(*axis) for axis in axes])
    found = [_as_window(*axis, count) for axis, count in zip(axes, size, strict=True)]
    windows = tuple([window for window in found if window])
    output = Shape(op.replace(stride=1, padding="same").output(shape).channels, size)
    if len(windows) == 2:
        return Settled(output, windows, notes)
    taps = tuple([_taps_of_phases(window, stride) for window, stride, _ in axes])
    return Settled(output, (), (*notes, Note("phases", _PHASES)), _InPhases(op, taps))


_PHASES = (
    "TensorFlow: with strides and dilations depthwise_conv2d strides each phase of the dilation on its own; "
    "conv2d, with filters [k, k, 1, channels], does not"
)


class _InPhases(Op):
    """What a depthwise convolution of phases tells: its weights are the op's, its taps are not."""

    def __init__(self, op: Op, taps: tuple[Taps | None, ...]) -> None:
        super().__init__()
        self.__dict__.update(op=op, taken=taps)

    op: Op
    taken: tuple[Taps | None, ...]

    def weights(self, shape: Shape) -> Weights | None:
        """As the op."""
        return self.op.weights(shape)

    def macs(self, shape: Shape, output: Shape) -> int | None:
        """As the op."""
        return self.op.macs(shape, output)

    def taps(self, shape: Shape, output: Shape) -> tuple[Taps | None, ...]:
        """Those of the phases."""
        return self.taken


def _taps_of_phases(window: Window, stride: int) -> Taps | None:
    """Neighbours are of neighbouring phases; a phase has its next cell a stride of the dilation further."""
    if window.dilation > MAX_PERIOD:
        return None
    starts = range(-window.pads(0)[0], window.dilation - window.pads(0)[0])
    phases = tuple([(start, window.dilation, window.kernel) for start in starts])
    return Taps(window.dilation * stride, window.dilation, phases)


def _phases_joined(window: Window, stride: int, cells: int) -> int:
    """Cells of all phases together, less those of the phases' own padding."""
    padded = cells + sum(window.pads(0))
    each_phase = -(-padded // window.dilation)
    count = (each_phase - window.kernel) // stride + 1
    return count * window.dilation - (each_phase * window.dilation - padded)


def _as_window(sliding: Window, stride: int, cells: int, count: int) -> Window | None:
    """The one window that slides as the phases together do, if there is one."""
    if count > 1 < stride and sliding.dilation > 1:
        return None
    before = sliding.pads(0)[0]
    over = (count - 1) * stride + sliding.extent - before - cells
    if count == 1:
        stride = max(stride, 1 - over)  # there is one place, however far the next would be
    return sliding._replace(stride=stride, padding=(before, max(over, 0)))


# The functions.


def over_the_batch(rank: int, name: str, rule: Rule) -> Rule:
    """Axes before those that a convolution is made for are as many batches."""

    def on_the_last(op: Conv, shape: Shape) -> Settled:
        leading = len(shape.size) - rank
        if leading < 0:
            raise refuse(f"{name} reads an input of rank {rank + 2} at least, got {shape} and its batch")
        settled = rule(op, Shape(shape.channels, shape.size[leading:]))
        if not leading:
            return settled
        output = Shape(settled.output.channels, (*shape.size[:leading], *settled.output.size))
        windows = (*(Window(1),) * leading, *settled.windows)
        return settled._replace(output=output, windows=windows, op=_widened(op, leading))

    return on_the_last


def _widened(op: Conv, leading: int) -> Op:
    """The op with axes before its own, on which it does nothing."""
    ones = (1,) * leading
    sides = op.padding if isinstance(op.padding, str) else ((0, 0),) * leading + op.padding
    return op.replace(
        kernel=ones + op.kernel, stride=ones + (op.stride or ()), dilation=ones + op.dilation, padding=sides
    )


def in_groups(depth: int, rule: Rule) -> Rule:
    """The channels come in groups of as many as a filter reads."""

    def grouped(op: Conv, shape: Shape) -> Settled:
        groups, rest = divmod(shape.channels or depth, depth)
        if rest:
            what = f"depth of input ({shape.channels}) is not a multiple of input depth of filter ({depth})"
            raise refuse(what, "filters", f"filters that read {shape.channels} channels fit", kind=CHANNELS)
        if (op.out or 0) % groups:
            what = f"depth of output ({op.out}) is not a multiple of the number of groups ({groups})"
            raise refuse(what, "filters", kind=CHANNELS)
        told = op.replace(groups=groups)
        settled = rule(told, shape)
        return settled._replace(op=settled.op or told)

    return grouped


def _made(name: str, filters: Sequence[int], knobs: Mapping[str, Any], rule: Rule = conv_rule) -> Made:
    *kernel, depth, out = filters
    op = Conv(out=out, kernel=kernel, bias=False, **knobs)
    return Made(op, in_groups(depth, over_the_batch(len(kernel), name, rule)))


def _channels_first(data_format: str | None, rank: int) -> bool:
    """Convolutions of one axis read the old names of their layouts, too."""
    old = {"NHWC": "NWC", "NCHW": "NCW"} if rank == 1 else {}
    return channels_first(old.get(data_format or "", data_format), rank)


def make_conv(given: Any, rank: Rank) -> Made:
    """conv1d and conv2d, which alone takes explicit paddings."""
    axes, key = rank or 0, "stride" if rank == 1 else "strides"
    filters = counts(given.filters, [axes + 2], "filters")
    ahead = _channels_first(given.data_format, axes)
    knobs = {
        "padding": padding_of(given.padding, 2, first=ahead) if rank == 2 else word_of(given.padding),
        "stride": of_axes_alone(each(getattr(given, key), axes, key, first=ahead), key),
        "dilation": of_axes_alone(each(given.dilations, axes, "dilations", first=ahead), "dilations"),
    }
    return _made(f"conv{rank}d", filters, knobs)


def make_conv3d(given: Any, _rank: Rank) -> Made:
    """conv3d, which takes whole lists alone."""
    ahead = channels_first(given.data_format, 3)
    filters = counts(given.filters, [5], "filters")
    dilations = (1,) * 5 if given.dilations is None else given.dilations
    knobs = {
        "padding": word_of(given.padding),
        "stride": of_axes_alone(whole(given.strides, 3, "strides", first=ahead), "strides"),
        "dilation": of_axes_alone(whole(dilations, 3, "dilations", first=ahead), "dilations"),
    }
    return _made("conv3d", filters, knobs)


def make_convolution(given: Any, _rank: Rank) -> Made:
    """tf.nn.convolution: any number of axes, no strides with dilations, explicit paddings with dilations alone."""
    filters = counts(given.filters, [3, 4, 5], "filters")
    rank = len(filters) - 2
    ahead = _channels_first(given.data_format, rank)
    strides = each(given.strides, rank, "strides", first=ahead)
    dilations = each(given.dilations, rank, "dilations", first=ahead)
    dilated = max(*dilations.axes, *dilations.ends) > 1
    if dilated and max(strides.axes) > 1 and max(dilations.axes) > 1:
        told = f"got strides={list(strides.axes)} and dilations={list(dilations.axes)}"
        raise refuse(
            f"strides > 1 not supported in conjunction with dilations > 1, {told}", "strides", "conv2d does it"
        )
    knobs = {
        "padding": whole_where_dilated(given.padding, rank, first=ahead) if dilated else word_of(given.padding),
        "stride": strides.axes if dilated else of_axes_alone(strides, "strides"),
        "dilation": dilations.axes,
    }
    return _made("convolution", filters, knobs, partial(conv_rule, in_batches=dilated))


def make_atrous(given: Any, _rank: Rank) -> Made:
    """atrous_conv2d is convolution with dilations."""
    counts(given.filters, [4], "filters")
    given.dilations = counts((given.rate,) if isinstance(given.rate, int) else given.rate, [1, 2], "rate")
    given.strides, given.data_format = None, None
    return make_convolution(given, 2)


def _depthwise_knobs(given: Any, kernel: Sequence[int]) -> dict[str, Any]:
    ahead = channels_first(given.data_format, 2)
    dilation = (1, 1) if given.dilations is None else counts(given.dilations, [1, 2], "dilations")
    dilated = max(dilation) > 1
    read, rank = (whole_where_dilated, len(dilation)) if dilated else (padding_of, 2)
    padding: Any = read(given.padding, rank, first=ahead)
    if dilated and len(dilation) == 1 and padding == "same":  # the second axis is neither dilated nor padded
        around = Window(kernel[0], dilation=dilation[0], padding="same").pads(1)
        padding = (around, (0, 0))
    stride = of_axes_alone(whole(given.strides, 2, "strides", first=ahead), "strides")
    knobs = {"kernel": kernel, "stride": stride, "padding": padding, "bias": False}
    return {**knobs, "dilation": (*dilation, 1)[:2] if dilated else (1, 1)}


def make_depthwise(given: Any, _rank: Rank) -> Made:
    """depthwise_conv2d."""
    *kernel, depth, multiplier = counts(given.filter, [4], "filter")
    op = DepthwiseConv(multiplier=multiplier, **_depthwise_knobs(given, kernel))
    return Made(op, first([for_axes(2, "depthwise_conv2d"), _reads(depth, "filter"), depthwise_rule]))


class _Pointwise(SeparableConv):
    """A separable convolution whose second step may come in groups: its filters read `depth` channels."""

    depth: int

    def weights(self, shape: Shape) -> Weights | None:
        """Both filters."""
        if shape.channels is None:
            return None
        return Weights(shape.channels * self.multiplier * prod(self.kernel) + self.depth * (self.out or 0))


def make_separable(given: Any, _rank: Rank) -> Made:
    """separable_conv2d: depthwise, and then a 1x1 convolution."""
    *kernel, depth, multiplier = counts(given.depthwise_filter, [4], "depthwise_filter")
    *ones, point_depth, out = counts(given.pointwise_filter, [4], "pointwise_filter")
    if ones != [1, 1]:
        raise refuse(f"pointwise_filter must begin with 1, 1, got {ones}", "pointwise_filter")
    op = _Pointwise(out=out, multiplier=multiplier, **_depthwise_knobs(given, kernel))
    op.__dict__["depth"] = point_depth
    groups, rest = divmod(depth * multiplier, point_depth)
    point = f"depth of input ({depth * multiplier}) is not a multiple of input depth of filter ({point_depth})"
    if rest:
        raise refuse(point, "pointwise_filter", f"pointwise_filter=[1, 1, {depth * multiplier}, {out}] fits")
    if out % groups:
        what = f"depth of output ({out}) is not a multiple of the number of groups ({groups})"
        raise refuse(what, "pointwise_filter")
    return Made(op, first([for_axes(2, "separable_conv2d"), _reads(depth, "depthwise_filter"), depthwise_rule]))


def _reads(depth: int, key: str) -> Rule:
    """The filters are made for so many channels."""

    def check(op: Op, shape: Shape) -> Settled:
        if shape.channels not in (None, depth):
            what = f"dimensions must be equal, but are {shape.channels} channels of the input and {depth} of {key}"
            raise refuse(what, key)
        return Settled(shape)

    return check


class _Filter(Signature):
    """depthwise_conv2d names its filters `filter`, all others `filters`; both are read."""

    def bind(self, name: str, positional: Sequence[object], named: Mapping[str, object], rank: Rank) -> Any:
        """A namespace with a value for every argument. Raises `Malformed`."""
        renamed = {"filter" if key == "filters" else key: value for key, value in named.items()}
        return super().bind(name, positional, renamed, rank)


_EACH = "List | Count"
_NAMED = "data_format: Text = None, dilations: {} = None, name=None"
_PLAIN = f"filters: List, strides: {_EACH}, padding, {_NAMED.format(_EACH)}"
_LISTS = f"strides: List, padding, {_NAMED.format('List')}"

LAYERS = {
    "conv1d": Spelling(Signature(_PLAIN.replace("strides", "stride")), asked(make_conv), 1),
    "conv2d": Spelling(Signature(_PLAIN), asked(make_conv), 2),
    "conv3d": Spelling(Signature(f"filters: List, {_LISTS}"), asked(make_conv3d), 3),
    "convolution": Spelling(
        Signature(f"filters: List, strides: {_EACH} = None, padding='VALID', {_NAMED.format(_EACH)}"),
        asked(make_convolution),
    ),
    "atrous_conv2d": Spelling(Signature(f"filters: List, rate: {_EACH}, padding, name=None"), asked(make_atrous), 2),
    "depthwise_conv2d": Spelling(_Filter(f"filter: List, {_LISTS}"), asked(make_depthwise), 2),
    "separable_conv2d": Spelling(
        Signature(f"depthwise_filter: List, pointwise_filter: List, {_LISTS}"), asked(make_separable), 2
    ),
}

RULES: dict[type[Op], Rule] = {Conv: conv_rule, DepthwiseConv: depthwise_rule, SeparableConv: depthwise_rule}
