"""torch.nn.Conv1d to Conv3d, ConvTranspose1d to ConvTranspose3d, and their lazy variants."""

from typing import Any

from convcalc.dialects.dialect import Made, Spelling
from convcalc.dialects.ruled import Rule, Settled, first, refusing
from convcalc.dialects.signature import Rank, Signature
from convcalc.dialects.torch.common import (
    for_axes,
    no_empty_axis,
    pad_line,
    padded_before,
    reads_channels,
    refuse,
    up_to_three_axes,
)
from convcalc.errors import CHANNELS, Impossible
from convcalc.ops.borders import MODES
from convcalc.ops.convolution import Conv, DepthwiseConv, SeparableConv, TransposedConv
from convcalc.ops.op import Op, impossible
from convcalc.shape import Shape, show_axes

_WINDOW = "kernel_size: Counts, stride: Counts = 1, padding: Ints | Text = 0"
_AFTER = "padding_mode: Text = 'zeros', device=None, dtype=None"
_CONV = f"{_WINDOW}, dilation: Counts = 1, groups: Count = 1, bias: Bool = True, {_AFTER}"
_TRANSPOSED = (
    f"{_WINDOW}, output_padding: Ints = 0, groups: Count = 1, bias: Bool = True, dilation: Counts = 1, "
    f"{_AFTER}, *, output_size: List = None"
)
_CHANNELS = "in_channels: Count, out_channels: Count"


MOST_PADDING = 2**62 - 1

Direct = Conv | DepthwiseConv | SeparableConv
"""A depthwise convolution is a Conv2d with as many groups as channels, a separable one two of them."""


def conv_rule(op: Direct, shape: Shape) -> Settled:
    """`floor((in + 2 * padding - dilation * (kernel_size - 1) - 1) / stride) + 1`."""
    up_to_three_axes("Conv", shape)
    no_empty_axis(op, shape)
    if op.padding == "same" and any(stride != 1 for stride in op.stride or ()):
        raise refuse("padding='same' is not supported for strided convolutions", "padding", _same_in_numbers(op, shape))
    windows = op.windows(shape)
    if op.padding_mode == "zeros" and any(min(window.pads(0)) < 0 for window in windows):
        raise refuse("negative padding is not supported", "padding", "a crop before the layer does it")
    if any(max(window.pads(0)) > MOST_PADDING for window in windows):
        raise refuse(f"expected padding to be at most {MOST_PADDING}", "padding")
    try:
        return Settled(op.output(shape), windows, padded_before(op, windows))
    except Impossible as error:
        raise refuse(_own_words(op, shape, error), error.key, error.hint) from None


def _same_in_numbers(op: Direct, shape: Shape) -> str:
    """The equal padding in numbers that gives what `same` gives elsewhere, or the pad that stands before."""
    windows = op.windows(shape)
    halves = [window.extent // 2 for window in windows]
    pairs = list(zip(windows, halves, shape.size, strict=True))
    if all(window._replace(padding=(half, half)).output(n) == window.output(n) for window, half, n in pairs):
        shifted = any(window.pads(0)[0] != half for window, half in zip(windows, halves, strict=True))
        return f"padding={show_axes(halves)} gives the same size{', its cells shifted' if shifted else ''}"
    return f"{pad_line(windows)} before it, with padding=0, is TensorFlow's"


def _own_words(op: Direct, shape: Shape, error: Impossible) -> str:
    if error.key == "groups":
        side = "out_channels" if "output" in error.what else "in_channels"
        return f"{side} must be divisible by groups: {error.what}"
    if "wrap" in error.reason or "mirror" in error.reason:
        return f"padding size should be less than the input where padding_mode is {op.padding_mode!r}: {error.what}"
    return f"kernel size can't be greater than actual input size: {error.what}"


def transposed_rule(op: TransposedConv, shape: Shape) -> Settled:
    """`(in - 1) * stride - 2 * padding + dilation * (kernel_size - 1) + output_padding + 1`."""
    up_to_three_axes("ConvTranspose", shape)
    no_empty_axis(op, shape)
    if op.padding_word not in (None, "valid"):
        raise refuse(f"ConvTranspose{len(shape.size)}d takes padding in numbers, not {op.padding!r}", "padding")
    if not isinstance(op.padding, str) and any(min(pair) < 0 for pair in op.padding):
        raise refuse("negative padding is not supported", "padding")
    if op.output_size is not None:
        _check_output_size(op, shape)
    if (shape.channels or 0) % op.groups:
        raise refuse("in_channels must be divisible by groups", "groups", kind=CHANNELS)
    try:
        if op.groups > 1 and op.output_size is None and min(sizes := _sizes(op, shape)) == 0:
            return Settled(Shape(op.out or shape.channels, sizes))  # with groups oneDNN runs it, and gives nothing
        return Settled(op.output(shape), op.windows(shape))
    except Impossible as error:
        raise refuse(_transposed_words(error), error.key, error.hint) from None


def _sizes(op: TransposedConv, shape: Shape) -> tuple[int, ...]:
    return tuple([window.output(n) for window, n in zip(op.windows(shape), shape.size, strict=True)])


def _transposed_words(error: Impossible) -> str:
    rules = {
        "output_padding": "output padding must be smaller than either stride or dilation",
        "groups": "in_channels and out_channels must be divisible by groups",
        "padding": "output size is too small",
        "output_size": "requested an output size out of range",
    }
    return f"{rules.get(error.key or '', 'ConvTranspose can not')}: {error.what}"


def _check_output_size(op: TransposedConv, shape: Shape) -> None:
    """`output_size` reaches `stride` sizes; a dilation does not widen the range."""
    least = op.replace(output_size=None)
    rank = len(shape.size)
    targets = (op.output_size or ()) * (rank if len(op.output_size or ()) == 1 else 1)
    for axis, (window, cells, wanted) in enumerate(zip(least.windows(shape), shape.size, targets, strict=True)):
        low = window.output(cells)
        if not low <= wanted < low + window.stride:
            what = (
                f"requested an output size of {wanted}, but valid sizes range from {low} to {low + window.stride - 1}"
            )
            raise impossible(axis, rank, refuse(what).what, "output_size")


def _padding_of(given: Any) -> tuple[Any, Impossible | None]:
    """The padding as the op takes it, and why the constructor refuses it, if it does."""
    if given.padding_mode not in MODES:
        modes = ", ".join(map(repr, MODES))
        return 0, refuse(f"padding_mode must be one of {modes}, but got {given.padding_mode!r}", "padding_mode")
    if isinstance(given.padding, str) and given.padding not in ("same", "valid"):
        rule = f"invalid padding string {given.padding!r}, should be one of 'same', 'valid'"
        return 0, refuse(rule, "padding")
    return given.padding, None


def make_conv(given: Any, rank: Rank) -> Made:
    """Conv1d to Conv3d, lazy or not."""
    padding, error = _padding_of(given)
    if error:
        return Made(Conv(kernel=1), refusing(error))
    op = Conv(
        out=given.out_channels,
        kernel=given.kernel_size,
        stride=given.stride,
        padding=padding,
        dilation=given.dilation,
        groups=given.groups,
        bias=given.bias,
        padding_mode=given.padding_mode,
    )
    if op.padding == "same" and any(stride != 1 for stride in given.stride):
        return Made(op, conv_rule)
    return Made(op, _with_channels(f"Conv{rank}d", given, rank, conv_rule))


def _with_channels(name: str, given: Any, rank: Rank, rule: Rule) -> Rule:
    """The rule, after what the constructor and the shape of the weights refuse."""
    checks = [for_axes(rank, name), no_empty_axis]
    if hasattr(given, "in_channels"):
        checks.append(reads_channels(given.in_channels))
        if given.in_channels % given.groups:
            return refusing(refuse("in_channels must be divisible by groups", "groups", kind=CHANNELS))
    if given.out_channels % given.groups:
        return refusing(refuse("out_channels must be divisible by groups", "groups", kind=CHANNELS))
    return first([*checks, rule])


def make_transposed(given: Any, rank: Rank) -> Made:
    """ConvTranspose1d to ConvTranspose3d, lazy or not; `output_size` is an argument of the call."""
    name = f"ConvTranspose{rank}d"
    refusal = _transposed_refusal(given, name, rank or 0)
    if refusal:
        return Made(TransposedConv(kernel=1), refusing(refusal))
    if not hasattr(given, "in_channels") and not given.bias:
        given.out_channels -= (
            given.out_channels % given.groups
        )  # a lazy one does not look, and its weights leave some out
    size = given.output_size and given.output_size[-(rank or 0) :]
    sizes = {"output_size": size} if size else {"output_padding": given.output_padding}
    op = TransposedConv(
        out=given.out_channels,
        kernel=given.kernel_size,
        stride=given.stride,
        padding=given.padding,
        dilation=given.dilation,
        groups=given.groups,
        bias=given.bias,
        **sizes,
    )
    return Made(op, _with_channels(name, given, rank, transposed_rule))


def _transposed_refusal(given: Any, name: str, rank: int) -> Impossible | None:
    if given.padding_mode != "zeros":
        return refuse(f'only "zeros" padding mode is supported for {name}', "padding_mode")
    if isinstance(given.padding, str):
        return refuse(f"{name} takes padding in numbers, not {given.padding!r}", "padding")
    if min(given.output_padding) < 0:
        return refuse("negative output_padding is not supported", "output_padding")
    sizes = given.output_size
    if sizes is not None and len(sizes) not in (rank, rank + 2):
        return refuse(f"output_size must have {rank} or {rank + 2} elements (got {len(sizes)})", "output_size")
    if sizes is not None and min(sizes[-rank:]) < 1:
        return refuse(f"requested an output size of {list(sizes)}", "output_size")
    return None


def _spelled(names: str, signature: str, make: Any) -> dict[str, Spelling]:
    """The classes for one, two and three axes."""
    declared = Signature(signature)
    return {names.format(rank): Spelling(declared, make, rank) for rank in (1, 2, 3)}


LAYERS = {
    **_spelled("Conv{}d", f"{_CHANNELS}, {_CONV}", make_conv),
    **_spelled("LazyConv{}d", f"out_channels: Count, {_CONV}", make_conv),
    **_spelled("ConvTranspose{}d", f"{_CHANNELS}, {_TRANSPOSED}", make_transposed),
    **_spelled("LazyConvTranspose{}d", f"out_channels: Count, {_TRANSPOSED}", make_transposed),
}

RULES: dict[type[Op], Rule] = {
    **dict.fromkeys([Conv, DepthwiseConv, SeparableConv], conv_rule),
    TransposedConv: transposed_rule,
}
