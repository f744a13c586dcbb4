"""Conv and ConvTranspose: attributes and an input W, which is given by its shape.

onnx.shape_inference differs from what runs: it never refuses a kernel larger than the input (it gives 0, -1, or 1
where less than a stride is missing), lets any output_padding pass, and with SAME leaves it out of what it crops.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from convcalc.dialects.dialect import Made
from convcalc.dialects.onnx.common import (
    SAME,
    WINDOW,
    Operator,
    as_read,
    in_numbers,
    needs_axes,
    negative_pads,
    of_axes,
    of_length,
    padding_of,
    pads_of,
    quotient,
    reads_channels,
    refuse,
    renaming,
    weights_error,
    weights_of,
)
from convcalc.dialects.onnx.padding import MODES, padded
from convcalc.dialects.ruled import Rule, Settled, first, refusing
from convcalc.dialects.signature import Rank
from convcalc.errors import CHANNELS, Impossible
from convcalc.ops.convolution import Conv, DepthwiseConv, SeparableConv, TransposedConv
from convcalc.ops.op import Note, Op, impossible
from convcalc.shape import Shape, spread
from convcalc.window import Sides, TransposedWindow, Window

_Direct = Conv | DepthwiseConv | SeparableConv

_CONV = f"W: Counts, bias: Bool = False, group: Count = 1, {WINDOW.format(kernel=' = None')}"
_TRANSPOSED = f"{_CONV}, output_padding: List = None, output_shape: List = None"


def conv_rule(op: _Direct, shape: Shape) -> Settled:
    """`floor((in + pads - dilation * (kernel - 1) - 1) / stride) + 1`."""
    needs_axes(op, shape)
    windows = op.windows(shape)
    if op.padding in SAME and any(window.dilation != 1 for window in windows):
        what = "Dilation not supported for AutoPadType::SAME_UPPER or AutoPadType::SAME_LOWER"
        raise refuse(what, "padding", f"pads={pads_of([window.pads(0) for window in windows])} gives the same size")
    if any(min(window.pads(0)) < 0 for window in windows):
        raise negative_pads()
    try:
        if op.padding_mode != "zeros":
            return _padded_before(op, shape, windows)
        output = op.output(shape)
    except Impossible as error:
        raise _in_own_words(error, shape) from None
    return Settled(output, _really_same(op, shape, output) if op.padding in SAME else windows)


def _really_same(op: _Direct, shape: Shape, output: Shape) -> tuple[Window, ...]:
    """A stride that passes the kernel leaves padding below 0: the first position is not at the first cell."""
    axes = zip(op.plan(len(shape.size)).windows, shape.size, output.size, strict=True)
    return tuple([as_read(in_numbers(window, cells, more=1), cells, count) for window, cells, count in axes])


def _padded_before(op: _Direct, shape: Shape, windows: tuple[Window, ...]) -> Settled:
    """A Conv pads with zeros alone; other padding is that of a Pad before it, within the limits of the Pad."""
    sides = [window.pads(0) for window in windows]
    padded(shape.size, sides, op.padding_mode, empty=0 in shape.size)
    line = f"Pad(pads={pads_of([(0, 0), (0, 0), *sides])}, mode={MODES[op.padding_mode]!r})"
    note = Note("pad", f"onnx: {line} before it, and no pads")
    return Settled(op.replace(padding_mode="zeros").output(shape), windows, (note,) if any(map(any, sides)) else ())


def _in_own_words(error: Impossible, shape: Shape) -> Impossible:
    if error.key == "groups":
        side = "output channels M" if "output" in error.what else "input channels C"
        return refuse(f"{side} is not divisible by group: {error.what}", error.key, error.hint, kind=CHANNELS)
    if error.what.startswith("onnxruntime"):
        return error
    return refuse(f"invalid input shape {shape}: {error.what}", error.key, error.hint, kind=CHANNELS)


def make_conv(given: Any, _rank: Rank) -> Made:
    """Conv; the channels and the kernel are those of W."""
    outputs, inputs, kernel = weights_of(given.W, "W")
    of_length(given, len(kernel), strides=1, dilations=1, kernel_shape=1, pads=2)
    if error := weights_error(given, kernel):
        return Made(Conv(kernel=1), refusing(error))
    rule = reads_channels(inputs * given.group, "W", "input channels C is not equal to kernel channels * group")
    op = Conv(**_window(given, kernel), out=outputs)
    return Made(op, first([of_axes(len(kernel), "W"), rule, renaming(conv_rule, kernel="W")]))


def _window(given: Any, kernel: tuple[int, ...]) -> dict[str, Any]:
    """What both take, as the native ops have it."""
    return {
        "kernel": kernel,
        "stride": given.strides or 1,
        "padding": padding_of(given, len(kernel)),
        "dilation": given.dilations or 1,
        "groups": given.group,
        "bias": given.bias,
    }


def transposed_rule(op: TransposedConv, shape: Shape, *, added: Sequence[int] | None = None) -> Settled:
    """`(in - 1) * stride - pads + dilation * (kernel - 1) + output_padding + 1`; an output_shape sets the pads.

    `added` is the output_padding beside an output_shape, which a native op does not take together.
    """
    needs_axes(op, shape)
    rank = len(shape.size)
    asked = _asked(op, rank, added or op.output_padding or (0,))
    if any(min(window.sides) < 0 for window in asked):
        raise negative_pads()
    windows = []
    for axis, (window, cells, wanted) in enumerate(zip(asked, shape.size, _targets(op, rank), strict=True)):
        try:
            windows.append(_settled(window, cells, wanted))
        except Impossible as error:
            raise impossible(axis, rank, error.what, error.key, error.hint, kind=error.kind) from None
    told = op.replace(
        padding=[window.sides for window in windows],
        output_padding=[window.output_padding for window in windows],
        output_size=None,
    )
    try:
        return Settled(told.output(shape), tuple(windows), _pads_left_out(op, told), told)
    except Impossible as error:
        if error.key == "groups":
            raise _in_own_words(error, shape) from None
        raise refuse(f"computed output dimension is <= 0: {error.what}", error.key, error.hint, kind=CHANNELS) from None


def _asked(op: TransposedConv, rank: int, added: Sequence[int]) -> list[TransposedWindow]:
    """The window of each axis as it is asked for, output_padding in numbers."""
    dilations = spread(op.dilation, rank, "dilation")
    axes = zip(op.axes_of(rank), dilations, spread(tuple(added), rank, "output_padding"), strict=True)
    return [TransposedWindow(kernel, stride, apart, pads, more) for (kernel, stride, pads), apart, more in axes]


def _targets(op: TransposedConv, rank: int) -> tuple[int | None, ...]:
    return (None,) * rank if op.output_size is None else spread(op.output_size, rank, "output_size")


def _settled(window: TransposedWindow, cells: int, wanted: int | None) -> TransposedWindow:
    """The window with the pads and the output_padding that are really used."""
    stride, added = window.stride, window.output_padding or 0
    if added >= window.output_padding_limit:
        what = f"output_padding ({added}) must be less than max(stride, dilation) ({window.output_padding_limit})"
        raise refuse(what, "output_padding", f"{stride - 1} at most")
    if wanted is not None and cells < 1:
        raise refuse(f"with output_shape the input spatial dimension must be positive, got {cells}", "output_size")
    full = (cells - 1) * stride + window.extent
    sides = _sides(window, full, wanted)
    output = full + added - sum(sides) if wanted is None else wanted
    if quotient(output + sum(sides) - window.extent, stride) + 1 != cells:
        raise _inconsistent(window, full, wanted)
    return window._replace(padding=sides, output_padding=output - full + sum(sides))


def _sides(window: TransposedWindow, full: int, wanted: int | None) -> Sides:
    """What is cropped: the pads, or what auto_pad or output_shape leaves over."""
    added = window.output_padding or 0
    if wanted is not None:
        return _halves(max(full + added - wanted, 0), window.padding)
    if window.padding in SAME:
        return _halves(max(window.extent + added - window.stride, 0), window.padding)
    return window.sides


def _halves(total: int, word: Sides | str) -> Sides:
    """The odd cell is at the start, except with SAME_UPPER."""
    less = total // 2
    return (less, total - less) if word == "same" else (total - less, less)


def _inconsistent(window: TransposedWindow, full: int, wanted: int | None) -> Impossible:
    rule = "is inconsistent with input spatial dimensions and convolution parameters"
    added, most = window.output_padding or 0, window.stride - 1
    if wanted is None or added > most:
        what = f"computed output shape {rule}: output_padding ({added}) may be too large for stride ({window.stride})"
        return refuse(what, "output_padding", f"{most} at most")
    return refuse(f"explicit output_shape {wanted} {rule}", "output_size", f"1 to {full + most} are")


def _pads_left_out(op: TransposedConv, told: TransposedConv) -> tuple[Note, ...]:
    """An output_shape leaves pads that are stated out of account."""
    if op.output_size is None or op.padding_word or not any(map(any, op.padding)):
        return ()
    return (Note("padding", f"onnx: output_shape sets the pads itself, pads={_numbers(told)}"),)


def _numbers(op: TransposedConv) -> list[int]:
    return pads_of([sides for sides in op.padding if isinstance(sides, tuple)])


def _sizes_error(given: Any) -> Impossible | None:
    if min(given.output_padding or (0,)) < 0:
        return refuse("attribute output_padding must not contain negative values", "output_padding")
    if min(given.output_shape or (1,)) < 1:
        return refuse(f"explicit output size must be positive, got {list(given.output_shape)}", "output_shape")
    return None


def make_transposed(given: Any, _rank: Rank) -> Made:
    """ConvTranspose; W is `[C, M / group, ...]`."""
    inputs, share, kernel = weights_of(given.W, "W")
    of_length(given, len(kernel), strides=1, dilations=1, kernel_shape=1, pads=2, output_padding=1, output_shape=1)
    error = weights_error(given, kernel) or _sizes_error(given) or _groups_error(inputs, given.group)
    if error:
        return Made(TransposedConv(kernel=1), refusing(error))
    sizes = {"output_size": given.output_shape} if given.output_shape else {"output_padding": given.output_padding}
    op = TransposedConv(**_window(given, kernel), out=share * given.group, **sizes)
    rule = reads_channels(inputs, "W", "filter number not equal to input channel number")
    return Made(op, first([of_axes(len(kernel), "W"), rule, partial(transposed_rule, added=given.output_padding)]))


def _groups_error(inputs: int, groups: int) -> Impossible | None:
    if inputs % groups:
        return refuse(
            f"input channels is not divisible by group: {inputs} channels, {groups} groups", "group", kind=CHANNELS
        )
    return None


OPERATORS = {"Conv": Operator(_CONV, make_conv), "ConvTranspose": Operator(_TRANSPOSED, make_transposed)}


def rules(_opset: int) -> dict[type[Op], Rule]:
    """Those of native ops, the same at every opset."""
    return {**dict.fromkeys([Conv, DepthwiseConv, SeparableConv], conv_rule), TransposedConv: transposed_rule}
