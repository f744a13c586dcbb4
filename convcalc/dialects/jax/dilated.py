"""Convolutions over an input that is dilated first (`lhs_dilation`): transposed ones, and those with strides too."""

from collections.abc import Sequence
from math import gcd
from typing import Any

from convcalc.dialects.dialect import Made
from convcalc.dialects.jax.common import check_padded, refuse, windows_giving
from convcalc.dialects.ruled import Settled
from convcalc.divisors import nearest_divisors, told_divisors
from convcalc.ops.convolution import Conv, TransposedConv
from convcalc.ops.op import Note
from convcalc.shape import Shape
from convcalc.window import Sides, Taps, TransposedWindow, extent_of


def make_dilated(knobs: dict[str, Any], pads: Sequence[Sides], spread: Sequence[int]) -> Made:
    """The input spread by factors, padded and convolved: with strides of 1 the transpose of a convolution."""
    strides = knobs["stride"]
    extents = [extent_of(*pair) for pair in zip(knobs["kernel"], knobs["dilation"], strict=True)]
    crops = [crop_of(pair, extent) for pair, extent in zip(pads, extents, strict=True)]
    own = {**knobs, "stride": spread, "padding": crops}
    return Made(TransposedConv(**own) if max(strides) == 1 else StridedConv(strides, **own), dilated_rule)


def crop_of(pads: Sides, extent: int) -> Sides:
    """What pads around the dilated input leave away of all that the kernel reaches; and the reverse."""
    return extent - 1 - pads[0], extent - 1 - pads[1]


def spread_cells(cells: int, stride: int) -> int:
    """Cells with `stride - 1` zeros between one and the next."""
    return (cells - 1) * stride + 1 if cells else 0


def check_groups(op: Conv | TransposedConv, shape: Shape) -> None:
    """Groups must divide the channels on both sides."""
    sides = ((shape.channels, "lhs feature dimension size"), (op.out, "rhs output feature dimension size"))
    for count, which in sides:
        if count is not None and count % op.groups:
            near = nearest_divisors(op.groups, gcd(shape.channels or 0, op.out or shape.channels or 0))
            hint = f"{told_divisors(near)} all channels" if near else None
            raise refuse(
                f"feature_group_count must divide {which}: {op.groups} does not divide {count}", "groups", hint
            )


def sizes_of(windows: Sequence[TransposedWindow], shape: Shape) -> tuple[int, ...]:
    """The convolution of the dilated input with a stride of 1 on every axis. An input of 0 stays one of 0."""
    cells = [spread_cells(count, window.stride) for window, count in zip(windows, shape.size, strict=True)]
    pads = [pads_of(window) for window in windows]
    check_padded(cells, pads)
    axes = zip(windows, cells, pads, strict=True)
    return tuple([max(count + sum(pair) - window.extent + 1, 0) for window, count, pair in axes])


def pads_of(window: TransposedWindow) -> Sides:
    """The pads around the dilated input."""
    low, high = crop_of(window.sides, window.extent)
    return low, high + (window.output_padding or 0)


def dilated_rule(op: TransposedConv, shape: Shape) -> Settled:
    """`max(floor(((in - 1) * lhs_dilation + 1 + low + high - extent) / window_strides) + 1, 0)`."""
    check_groups(op, shape)
    windows = op.windows(shape)
    size = sizes_of(windows, shape)
    if isinstance(op, StridedConv):
        windows = ()
        size = tuple([-(-count // stride) for count, stride in zip(size, op.strides, strict=True)])
    return Settled(Shape(op.out or shape.channels, size), windows and windows_giving(windows, shape, size))


class StridedConv(TransposedConv):
    """A transposed convolution of which every so many-th cell is kept: both dilations and strides."""

    strides: tuple[int, ...]

    def __init__(self, strides: tuple[int, ...], **knobs: Any) -> None:
        super().__init__(**knobs)
        self.__dict__["strides"] = strides

    def taps(self, shape: Shape, output: Shape) -> tuple[Taps | None, ...]:
        """Those of the cells that are kept."""
        every = zip(self.plan(len(shape.size)).taps, self.strides, strict=True)
        return tuple([taps and _every(stride, taps) for taps, stride in every])

    def macs(self, shape: Shape, output: Shape) -> int | None:
        """By its output cells, as of any convolution that is direct."""
        told = Conv(**{key: getattr(self, key) for key in ("out", "kernel", "groups", "bias")})
        return told.macs(shape, output)

    def notes(self, shape: Shape, output: Shape) -> list[Note]:
        """None: what the strides leave out is not followed back."""
        return []


def _every(stride: int, taps: Taps) -> Taps:
    """The taps of every `stride`-th cell."""
    period = taps.period // gcd(taps.period, stride)
    gain = taps.gain * stride * period // taps.period
    return Taps(gain, period, tuple([_phase(number * stride, taps) for number in range(period)]))


def _phase(cell: int, taps: Taps) -> tuple[int, int, int]:
    turns, phase = divmod(cell, taps.period)
    start, step, count = taps.phases[phase]
    return start + turns * taps.gain, step, count
