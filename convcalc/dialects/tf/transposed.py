"""tf.nn.conv1d_transpose to conv3d_transpose, conv_transpose, atrous_conv2d_transpose: the sizes that they accept."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from convcalc.dialects.dialect import Made, Spelling
from convcalc.dialects.ruled import Rule, Settled, first
from convcalc.dialects.signature import Rank, Signature
from convcalc.dialects.tf.common import (
    asked,
    channels_first,
    counts,
    each,
    for_axes,
    none_below_zero,
    of_axes_alone,
    padding_on_cpu,
    refuse,
    up_to_three_axes,
    whole,
    word_of,
)
from convcalc.errors import CHANNELS
from convcalc.ops.convolution import TransposedConv
from convcalc.ops.op import Note, Op, impossible
from convcalc.ops.windowed import per_axis_note, uneven_note
from convcalc.shape import Shape, show_size, spread
from convcalc.window import SIZE_DEPENDENT, TransposedWindow

# Which sizes are accepted, for native layers and TensorFlow's own.


class Accepted(NamedTuple):
    """The sizes that the direct convolution brings back to the input."""

    least: int
    most: int


def accepted(window: TransposedWindow, cells: int) -> Accepted:
    """One stride of them; SAME's end at `in * stride`, VALID's begin at `(in - 1) * stride + extent`.

    >>> accepted(TransposedWindow(kernel=11, stride=16, padding="same"), 18)
    Accepted(least=273, most=288)
    """
    if window.padding in SIZE_DEPENDENT:
        return Accepted((cells - 1) * window.stride + 1, cells * window.stride)
    least = (cells - 1) * window.stride + window.extent - sum(window.sides)
    return Accepted(least, least + window.stride - 1)


def transposed_rule(op: TransposedConv, shape: Shape, *, explicit: bool = False) -> Settled:
    """`output_shape` is what the direct convolution brings to the input; conv2d_transpose takes sides in numbers."""
    up_to_three_axes("tf.nn.conv_transpose", shape)
    rank = len(shape.size)
    windows = _windows(op, rank)
    if not isinstance(op.padding, str):
        none_below_zero(op.padding, "tf.pad after it")
    numbered = op.padding != "same" and any(any(window.sides) for window in windows)
    explicit = explicit or (numbered and rank == 2)
    _check_groups(op, shape, explicit=explicit)
    if explicit and any(window.dilation > 1 for window in windows):
        what = "current CPU implementations do not yet support dilation rates larger than 1 with explicit paddings"
        raise refuse(what, "dilation", "padding='VALID' and a crop after it do")
    size = _size(op, shape, windows)
    axes = zip(windows, shape.size, size, strict=True)
    resolved = tuple([window.resolve(cells, target) for window, cells, target in axes])
    notes = [_cropped(resolved, size)] if numbered and not explicit else _notes(op, shape, windows, resolved)
    return Settled(Shape(op.out or shape.channels, size), resolved, tuple(notes))


def _windows(op: TransposedConv, rank: int) -> list[TransposedWindow]:
    """As the knobs say; which output_padding there can be is told by the sizes."""
    axes = zip(op.axes_of(rank), spread(op.dilation, rank, "dilation"), strict=True)
    return [TransposedWindow(kernel, stride, dilation, pads) for (kernel, stride, pads), dilation in axes]


def _check_groups(op: TransposedConv, shape: Shape, *, explicit: bool) -> None:
    if op.groups > 1 and (explicit or len(shape.size) == 3):
        where = "with explicit paddings" if explicit else "in conv3d_transpose"
        what = f"gradients for grouped convolutions are not supported on CPU {where}, got {op.groups} groups"
        raise refuse(what, "groups")
    for count, side in ((shape.channels, "input"), (op.out, "output")):
        if count is not None and count % op.groups:
            what = f"{side} depth must be evenly divisible by number of groups: {count} vs {op.groups}"
            raise refuse(what, "groups", kind=CHANNELS)


def _size(op: TransposedConv, shape: Shape, windows: Sequence[TransposedWindow]) -> tuple[int, ...]:
    """The size asked for, or what stands for it. Raises `Impossible` where that is not accepted."""
    rank = len(windows)
    given: tuple[int | None, ...] = op.output_size or op.output_padding or (None,)
    axes = zip(windows, shape.size, spread(given, rank, "output_size"), strict=True)
    sizes = []
    for axis, (window, cells, wanted) in enumerate(axes):
        size, found = _wanted(op, window, cells, wanted), accepted(window, cells)
        if not max(found.least, 1) <= size <= found.most:
            why = (
                f"{size} cells do not come to {cells} with a stride of {window.stride} and an extent of {window.extent}"
            )
            what = f"size of out_backprop doesn't match computed, {why}"
            key = "output_size" if op.output_size else "output_padding" if op.output_padding else "padding"
            raise impossible(axis, rank, refuse(what).what, key, _hint(found))
        sizes.append(size)
    return tuple(sizes)


def _wanted(op: TransposedConv, window: TransposedWindow, cells: int, given: int | None) -> int:
    """As output_size or output_padding say; else the most of SAME's sizes, and the least of VALID's."""
    found = accepted(window, cells)
    if op.output_size is not None and given is not None:
        return given
    if window.padding not in SIZE_DEPENDENT:
        return found.least + (given or 0)
    if given is not None:
        what = f"there is no output_padding, padding SAME accepts output_shape {found.least} to {found.most}"
        raise refuse(what, "output_padding", "give the output_size")
    return found.most


def _hint(found: Accepted) -> str:
    if found.most < 1:
        return "less padding leaves some"
    least = max(found.least, 1)
    return f"output_shape {least} to {found.most} are accepted" if found.most > least else f"{least} is accepted"


def _notes(
    op: TransposedConv, shape: Shape, windows: Sequence[TransposedWindow], resolved: Sequence[TransposedWindow]
) -> list[Note]:
    """The sides of SAME where they differ, and the choice that TensorFlow leaves where none is made."""
    ranges = [accepted(window, cells) for window, cells in zip(windows, shape.size, strict=True)]
    choices = [tuple(sizes) if sizes.most > sizes.least and not op.output_size else (0, 0) for sizes in ranges]
    notes = [
        per_axis_note("output_shape", choices, "output_shape {0} to {1}{axis} are accepted"),
        uneven_note([window.sides for window in resolved], op.padding_word),
    ]
    return [note for note in notes if note]


def _cropped(windows: Sequence[TransposedWindow], size: Sequence[int]) -> Note:
    """Sides in numbers, where the function takes words alone, are cropped after the layer."""
    slices = [f"{window.sides[0]}:{window.sides[0] + cells}" for window, cells in zip(windows, size, strict=True)]
    full = show_size([cells + sum(window.sides) for window, cells in zip(windows, size, strict=True)])
    what = f"padding='VALID' with output_shape {full}, and x[:, {', '.join(slices)}] after it"
    return Note("crop", f"TensorFlow: {what}")


# The functions.


class _Target(NamedTuple):
    """What `output_shape` says: the size, and the channels if they are told; any batch may be the input's."""

    size: tuple[int, ...]
    channels: int | None


def _read_target(sizes: Sequence[int], rank: int, *, first: bool) -> _Target:
    if rank == 2 and len(sizes) == 2:
        return _Target(counts(sizes, [2], "output_shape"), None)
    size, (_, channels) = whole(sizes, rank, "output_shape", first=first)
    return _Target(size, channels)


def _made(given: Any, rank: int, padding: Any, *, ahead: bool) -> Made:
    *kernel, out_depth, depth = counts(given.filters, [rank + 2], "filters")
    target = _read_target(given.output_shape, rank, first=ahead)
    strides = each(given.strides, rank, "strides", first=ahead)
    dilations = each(given.dilations, rank, "dilations", first=ahead)
    out = target.channels or out_depth
    if out % out_depth:
        raise refuse(f"input depth must be evenly divisible by filter depth: {out} vs {out_depth}", "output_shape")
    rule = partial(transposed_rule, explicit=not isinstance(padding, str))
    op = TransposedConv(
        out=out,
        kernel=kernel,
        stride=of_axes_alone(strides, "strides"),
        dilation=of_axes_alone(dilations, "dilations"),
        padding=padding,
        output_size=target.size,
        groups=out // out_depth,
        bias=False,
    )
    return Made(op, first([for_axes(rank, f"conv{rank}d_transpose"), _reads(depth), rule]))


def _reads(depth: int) -> Rule:
    """The last number of the filters are the channels of the input."""

    def check(op: Op, shape: Shape) -> Settled:
        if shape.channels not in (None, depth):
            what = f"dimensions must be equal, but are {shape.channels} channels of the input and {depth} of filters"
            raise refuse(what, "filters", f"filters end with {shape.channels}, after the channels that come out")
        return Settled(shape)

    return check


def make_transposed(given: Any, rank: Rank) -> Made:
    """conv1d_transpose to conv3d_transpose; the second takes explicit paddings."""
    axes = rank or 0
    ahead = channels_first(given.data_format, axes)
    padding = padding_on_cpu(given.padding, 2, first=ahead) if axes == 2 else word_of(given.padding)
    return _made(given, axes, padding, ahead=ahead)


def make_of_any_rank(given: Any, _rank: Rank) -> Made:
    """conv_transpose, whose rank is that of output_shape."""
    return make_transposed(given, len(counts(given.output_shape, [3, 4, 5], "output_shape")) - 2)


def make_atrous(given: Any, _rank: Rank) -> Made:
    """atrous_conv2d_transpose: a stride of 1, so that one size is accepted."""
    dilated = given.rate > 1
    if dilated:
        *_, out_depth, _ = counts(given.filters, [4], "filters")
        *_, channels = counts(given.output_shape, [4], "output_shape")
        if channels != out_depth:
            what = f"output_shape channel count must be compatible with filters, got {channels} and {out_depth}"
            raise refuse(what, "output_shape")
    given.strides, given.dilations = 1, given.rate
    padding = word_of(given.padding) if dilated else padding_on_cpu(given.padding, 2, first=False)
    return _made(given, 2, padding, ahead=False)


_EACH = "List | Count"
_PLAIN = (
    f"filters: List, output_shape: List, strides: {_EACH}, padding='SAME', "
    f"data_format: Text = None, dilations: {_EACH} = None, name=None"
)

LAYERS = {
    **{f"conv{rank}d_transpose": Spelling(Signature(_PLAIN), asked(make_transposed), rank) for rank in (1, 2, 3)},
    "conv_transpose": Spelling(Signature(_PLAIN), asked(make_of_any_rank)),
    "atrous_conv2d_transpose": Spelling(
        Signature("filters: List, output_shape: List, rate: Count, padding, name=None"), asked(make_atrous), 2
    ),
}

RULES: dict[type[Op], Rule] = {TransposedConv: transposed_rule}
