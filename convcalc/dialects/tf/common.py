"""What several of TensorFlow's functions share: their lists, paddings and layouts, and where a window fits."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from convcalc.dialects.dialect import Made
from convcalc.dialects.ruled import Rule, Settled, refuser, refusing
from convcalc.dialects.signature import Rank
from convcalc.errors import Impossible, Malformed
from convcalc.ops.kinds import PaddingValue, integer
from convcalc.ops.op import Note, Op, impossible
from convcalc.ops.pointwise import Identity
from convcalc.ops.windowed import Windowed
from convcalc.shape import Shape, quote
from convcalc.window import Sides, Window

refuse = refuser("TensorFlow")

WORDS = {"SAME": "same", "VALID": "valid"}

_FORMATS = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}

Maker = Callable[[Any, Rank], Made]


def asked(make: Maker) -> Maker:
    """The maker, whose refusals come when the layer is asked."""

    def made(given: Any, rank: Rank) -> Made:
        try:
            return make(given, rank)
        except Impossible as error:
            return Made(Identity(), refusing(error))

    return made


# Lists and layouts.


class Each(NamedTuple):
    """A value for each axis, and those for batch and channels."""

    axes: tuple[int, ...]
    ends: Sides = (1, 1)


def channels_first(data_format: str | None, rank: int) -> bool:
    """Whether the layout has the channels before the axes. Raises `Impossible` where it is none of `rank` axes."""
    known = _FORMATS[rank]
    if data_format not in (None, *known):
        told = ", ".join(map(repr, known))
        raise refuse(f"data_format must be one of {told}, got {data_format!r}", "data_format")
    return data_format == known[1]


def counts(values: Sequence[int], lengths: Sequence[int], key: str) -> tuple[int, ...]:
    """A list of so many counts. Raises `Malformed`."""
    if len(values) not in lengths:
        *others, last = map(str, lengths)
        told = f"{', '.join(others)} or {last}" if others else last
        raise Malformed(f"must be a list of {told} numbers, got {quote(list(values))}", key=key)
    return tuple([integer(value, 1, key) for value in values])


def each(value: int | Sequence[int] | None, rank: int, key: str, *, first: bool = False) -> Each:
    """One value for all axes, one each, or one each with those of batch and channels."""
    if value is None:
        return Each((1,) * rank)
    values = counts((value,) if isinstance(value, int) else value, sorted({1, rank, rank + 2}), key)
    if len(values) == rank + 2:
        return whole(values, rank, key, first=first)
    return Each(values * (rank if len(values) == 1 else 1))


def whole(values: Sequence[int], rank: int, key: str, *, first: bool = False) -> Each:
    """One value each, with those of batch and channels."""
    batch, *rest = counts(values, [rank + 2], key)
    channels = rest.pop(0 if first else -1)
    return Each(tuple(rest), (batch, channels))


def of_axes_alone(value: Each, key: str) -> tuple[int, ...]:
    """The values of the axes, those of batch and channels being 1."""
    if value.ends != (1, 1):
        kind = "dilations" if key == "dilations" else "strides"
        raise refuse(
            f"current implementation does not yet support {kind} in the batch and depth dimensions, got {value.ends}",
            key,
        )
    return value.axes


# Paddings.


def word_of(value: object) -> str:
    """What `padding` means to the native ops, where it is a word."""
    if value in ("SAME", "VALID"):
        return WORDS[str(value)]
    hint = None
    if not isinstance(value, str):
        what = f"expected string for argument 'padding', not {quote(value)}"
        hint = "tf.pad before it, and padding='VALID'"
    elif value == "EXPLICIT":
        what = "'EXPLICIT' is not a valid value for padding: to use explicit padding, padding must be a list"
    else:
        what = f"padding must be one of 'SAME' or 'VALID', got {quote(value)}"
        hint = f"padding='{value.upper()}'" if value.upper() in WORDS else None
    raise refuse(what, "padding", hint)


def padding_of(value: object, rank: int, *, first: bool = False) -> PaddingValue:
    """The padding where a list is read, too: a pair for each axis, and for batch and channels."""
    if not isinstance(value, list | tuple):
        return word_of(value)
    for pair in value:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise refuse(f"when padding is a list, each element must be a list of size 2, got {quote(pair)}", "padding")
    if len(value) != rank + 2:
        raise refuse(f"when padding is a list, it must be of size {rank + 2}, got {len(value)}", "padding")
    batch, *pairs = [(integer(before, None, "padding"), integer(after, None, "padding")) for before, after in value]
    channels = pairs.pop(0 if first else -1)
    if (batch, channels) != ((0, 0), (0, 0)):
        raise refuse("nonzero explicit padding in the batch or depth dimensions is not supported", "padding")
    return tuple(pairs)


def padding_on_cpu(value: object, rank: int, *, first: bool) -> PaddingValue:
    """As `padding_of`, where there is no kernel for explicit paddings with the channels first."""
    padding = padding_of(value, rank, first=first)
    if first and not isinstance(padding, str):
        raise refuse("explicit paddings support only NHWC on device type CPU", "data_format", "tf.pad before it does")
    return padding


def whole_where_dilated(value: object, rank: int, *, first: bool) -> PaddingValue:
    """What goes through space_to_batch reads a list of four, of which batch and channels count for nothing."""
    if not isinstance(value, list | tuple):
        return word_of(value)
    if rank != 2:
        raise refuse(f"when padding is a list, it must be of size 4, which {rank} axes are not", "padding")
    axes = (2, 3) if first else (1, 2)
    return padding_of([pair if place in axes else (0, 0) for place, pair in enumerate(value)], 2, first=first)


def none_below_zero(sides: Sequence[Sides], hint: str = "crop before it") -> None:
    """Neither lists of paddings nor tf.pad take cells away."""
    if any(min(pair) < 0 for pair in sides):
        told = [list(pair) for pair in sides]
        raise refuse(f"all elements of explicit paddings must be nonnegative, got {told}", "padding", hint)


def batched(windows: Sequence[Window], size: Sequence[int]) -> list[Sides]:
    """What space_to_batch pads, so that the dilation divides what it takes apart."""
    axes = zip([window.pads(0) for window in windows], windows, size, strict=True)
    return [(before, after + -(cells + before + after) % window.dilation) for (before, after), window, cells in axes]


def padded_before(windows: Sequence[Window], more: str = "") -> tuple[Note, ...]:
    """The line that pads before a layer, which then is VALID."""
    sides = [list(window.pads(0)) for window in windows]
    if not any(map(any, sides)):
        return ()
    return (Note("pad", f"TensorFlow: tf.pad(x, {[[0, 0], *sides, [0, 0]]}{more}) before it, and padding='VALID'"),)


# Axes, and what fits on them.


def for_axes(rank: Rank, name: str) -> Rule:
    """A function that is made for so many axes reads no other number of them."""

    def check(op: Op, shape: Shape, *others: Shape) -> Settled:
        if len(shape.size) != rank:
            raise refuse(f"{name} reads an input of rank {(rank or 0) + 2}, got {shape} and its batch")
        return Settled(shape)

    return check


def up_to_three_axes(name: str, shape: Shape) -> None:
    """There is a function for one, two and three axes."""
    if not 1 <= len(shape.size) <= 3:
        what = f"{name} must have 1, 2 or 3 spatial dimensions, the input {shape} has {len(shape.size)}"
        raise refuse(what, None, None if shape.size else "reshape it first")


def fitting(op: Windowed, shape: Shape) -> None:
    """Every window fits on the padded axis."""
    try:
        op.sizes(shape.size)
    except Impossible as error:
        axes = zip(op.windows(shape), shape.size, strict=True)
        spans = [(window.extent, cells + sum(window.pads(0))) for window, cells in axes]
        axis = [padded < extent for extent, padded in spans].index(True)
        what = "negative dimension size caused by subtracting {} from {}".format(*spans[axis])
        raise impossible(axis, len(spans), refuse(what).what, "kernel", error.hint) from None
