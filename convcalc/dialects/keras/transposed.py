"""keras.layers.Conv1DTranspose to Conv3DTranspose, as the TensorFlow backend runs them.

Keras 2 differs: Conv3DTranspose leaves dilation_rate out of its output shape (in 1x3x1, kernel_size=3,
dilation_rate=(2, 3, 2), output_padding=0: 3x5x3 there, 5x9x5 here), Conv2DTranspose wants one dilation_rate for both
axes, and `groups` is an argument.
"""

from collections.abc import Sequence
from typing import Any

from convcalc.dialects.dialect import Made
from convcalc.dialects.keras.common import border_layers, exists_for, for_axes, refuse, refused, said, spelled
from convcalc.dialects.keras.convolution import BIAS, LAYOUT, WEIGHTS, WINDOW, strided_and_dilated
from convcalc.dialects.ruled import Rule, Settled, first
from convcalc.dialects.signature import Rank
from convcalc.errors import Impossible
from convcalc.ops.convolution import TransposedConv
from convcalc.ops.op import Note, Op, impossible
from convcalc.ops.windowed import need_axes
from convcalc.shape import Shape, show_axes, spread
from convcalc.window import TransposedWindow

_WORDS = ("valid", "same")


def transposed_rule(op: TransposedConv, shape: Shape) -> Settled:
    """`(in - 1) * strides + max(extent, strides)`, or `in * strides` by same.

    With an output_padding `(in - 1) * strides + extent + output_padding`, by same with `extent % 2` for the extent.
    """
    rank = len(shape.size)
    need_axes(op, rank)
    exists_for("Conv{}DTranspose", shape)
    _check_knobs(op, rank)
    if op.output_size is not None:
        return _sized(op, shape)
    added = _added(op, rank)
    windows = _windows(op, shape, added)
    size = tuple(_sizes(windows, shape))
    channels = op.out or shape.channels
    if 0 in size and (op.padding_word == "same" or 0 in shape.size):
        told = _without(op, "output_padding")
        return Settled(Shape(channels, size), op=told)  # TensorFlow looks at no axis of an empty output
    for axis, (window, cells) in enumerate(zip(windows, shape.size, strict=True)):
        if error := _axis_error(op, window, cells):
            raise impossible(axis, rank, error.what, error.key, error.hint, kind=error.kind)
    return Settled(Shape(channels, size), windows, _cropped(op, windows))


def _check_knobs(op: TransposedConv, rank: int) -> None:
    """What the constructor refuses, and what it has no argument for."""
    name = f"Conv{rank}DTranspose"
    if op.groups > 1:
        raise refuse(f"{name} has no argument groups, got {op.groups}", "groups", "groups 1 is all that it does")
    if op.padding == "causal":
        raise refuse(
            f"the `padding` argument of {name} must be one of {{'valid', 'same'}}, received: causal", "padding"
        )
    strides = spread(op.stride or (1,), rank, "stride")
    added = spread(op.output_padding or (0,), rank, "output_padding")
    for axis, (more, stride) in enumerate(zip(added, strides, strict=True)):
        if more >= stride:
            raise _too_much(axis, more, stride)
    strided_and_dilated(op, rank)


def _too_much(axis: int, more: int, stride: int) -> Impossible:
    what = "`output_padding` must be strictly less than `strides` for all dimensions"
    hint = f"0 to {stride - 1} can be" if stride > 1 else "0 can be"
    return refuse(f"{what}: at dimension {axis}, it is {more} but `strides` is {stride}", "output_padding", hint)


def _added(op: TransposedConv, rank: int) -> tuple[int | None, ...]:
    return (None,) * rank if op.output_padding is None else spread(op.output_padding, rank, "output_padding")


def _windows(op: TransposedConv, shape: Shape, added: Sequence[int | None]) -> tuple[TransposedWindow, ...]:
    """The window on each axis, its crop in numbers. No output_padding makes up for a kernel below the strides."""
    rates = spread(op.dilation, len(shape.size), "dilation")
    windows = []
    for (kernel, stride, pads), rate, more, cells in zip(
        op.axes_of(len(shape.size)), rates, added, shape.size, strict=True
    ):
        window = TransposedWindow(kernel, stride, rate, pads, more)
        if op.padding_word not in ("same", "same-lower") and more is None:
            window = window._replace(output_padding=max(stride - window.extent, 0))
        windows.append(window.resolve(cells))
    return tuple(windows)


def _axis_error(op: TransposedConv, window: TransposedWindow, cells: int) -> Impossible | None:
    """What TensorFlow refuses: an output that its direct convolution does not take back to the input."""
    output = window.output(cells)
    if op.padding_word == "same" and -(-output // window.stride) != cells:
        what = f"size of out_backprop doesn't match computed: {output} cells come from {-(-output // window.stride)}"
        more = f", output_padding=1 gives {output + 1}" if window.stride > 1 else ""
        hint = f"output_padding=None gives {cells * window.stride}{more}"
        return refuse(f"{what} by strides={window.stride}, not from {cells}", "output_padding", hint)
    if output < 1:
        taken = sum(window.sides)
        what = f"no cell is left: {output + taken} come out, of which the cropping takes {taken}"
        return refuse(what, "padding")
    return None


def _cropped(op: TransposedConv, windows: Sequence[TransposedWindow]) -> tuple[Note, ...]:
    """What stands after a layer that takes its padding as valid or same alone."""
    sides = [window.sides for window in windows]
    if op.padding_word in _WORDS or not any(map(any, sides)):
        return ()
    taken = [(-before, -after) for before, after in sides]
    return said("crop", f"{border_layers(taken)} after it, and padding='valid'")


def _sized(op: TransposedConv, shape: Shape) -> Settled:
    """Keras has no output_size: an output_padding gives it, or none at all."""
    rank = len(shape.size)
    wanted = spread(op.output_size or (), rank, "output_size")
    plain = _sizes(_windows(op, shape, (None,) * rank), shape)
    if tuple(plain) == wanted:
        return transposed_rule(_without(op, "output_size"), shape)
    added = []
    for axis, (window, cells) in enumerate(zip(_windows(op, shape, (0,) * rank), shape.size, strict=True)):
        least = window.output(cells) + int(op.padding_word == "same" and window.extent % 2 == 0)
        most = window.output(cells) + window.stride - 1
        if not least <= wanted[axis] <= most:
            what = refuse(f"no output_padding gives {wanted[axis]} from {cells}").what
            raise impossible(axis, rank, what, "output_size", _reach(least, most, plain[axis], wanted[axis]))
        added.append(wanted[axis] - window.output(cells))
    settled = transposed_rule(_without(op, "output_size", output_padding=tuple(added)), shape)
    note = said("output_padding", f"output_padding={_argument(added)} gives it")
    return settled._replace(notes=(*settled.notes, *note))


def _reach(least: int, most: int, plain: int, wanted: int) -> str:
    """The sizes that an axis can have; `plain` with no output_padding on any axis."""
    if plain == wanted:
        return f"output_padding=None gives {plain}, on every axis alike"
    least, most = max(least, 1), max(most, plain)
    return f"{least} to {most} are in reach" if least < most else f"only {most} is in reach"


def _sizes(windows: Sequence[TransposedWindow], shape: Shape) -> list[int]:
    return [window.output(cells) for window, cells in zip(windows, shape.size, strict=True)]


def _without(op: TransposedConv, knob: str, **values: Any) -> TransposedConv:
    """The op with one knob left out, and others set."""
    own = {name: getattr(op, name) for name in op.given if name != knob}
    return TransposedConv(**{**own, **values})


def _argument(values: Sequence[int]) -> str:
    """As the layer takes it."""
    return show_axes(values) if len(set(values)) == 1 else str(tuple(values))


def make_transposed(given: Any, rank: Rank) -> Made:
    """Conv1DTranspose to Conv3DTranspose."""
    if given.padding.lower() not in _WORDS:
        what = "the `padding` argument must be a list/tuple or one of {'valid', 'same'}"
        return refused(refuse(f"{what}, received: {given.padding.lower()}", "padding"))
    if min(given.output_padding or (0,)) < 0:
        what = f"the `output_padding` argument must be a tuple of {rank} integers that satisfy `value >= 0`"
        return refused(refuse(f"{what}, received {given.output_padding}", "output_padding"))
    op = TransposedConv(
        out=given.filters,
        kernel=given.kernel_size,
        stride=given.strides,
        padding=given.padding.lower(),
        dilation=given.dilation_rate,
        output_padding=given.output_padding,
        bias=given.use_bias,
    )
    return Made(op, first([_knobs(rank or 1), for_axes(rank, "Conv{}DTranspose"), transposed_rule]))


def _knobs(rank: int) -> Rule:
    """The constructor looks before there is an input."""

    def check(op: TransposedConv, shape: Shape) -> Settled:
        _check_knobs(op, rank)
        return Settled(shape)

    return check


_MORE = "output_padding: Ints = None"
_AFTER = f"dilation_rate: Counts = 1, {BIAS}, {WEIGHTS}"
_NAMES = "Conv{}DTranspose Convolution{}DTranspose"

LAYERS = {
    **spelled(_NAMES, f"filters: Count, {WINDOW}, {_MORE}, {LAYOUT}, {_AFTER}", make_transposed, (1, 2)),
    **spelled(_NAMES, f"filters: Count, {WINDOW}, {LAYOUT}, {_MORE}, {_AFTER}", make_transposed, (3,)),
}

RULES: dict[type[Op], Rule] = {TransposedConv: transposed_rule}
