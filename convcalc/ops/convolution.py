"""Convolutions: direct, depthwise, separable, transposed."""

from collections.abc import Sequence
from math import gcd, prod
from typing import Any

from convcalc.divisors import nearest_divisors
from convcalc.errors import CHANNELS, EMPTY, REACH, Impossible, Malformed
from convcalc.ops.borders import PADDING_MODE, border_error
from convcalc.ops.kinds import Axes, Count, Flag, PerAxis
from convcalc.ops.op import Note, Weights, impossible, knob
from convcalc.ops.windowed import DILATION, Planned, Windowed, per_axis_note, uneven_note, unread_notes
from convcalc.shape import Shape, spread
from convcalc.window import SIZE_DEPENDENT, Sides, Taps, TransposedWindow

OUT = knob(Count(), "output channels; as the input's where left out", letter="o", positional=True, default=None)
GROUPS = knob(Count(), "groups of channels", letter="g", default=1)
BIAS = knob(Flag(false="nobias"), "whether there is a bias", default=True)
MULTIPLIER = knob(Count(), "output channels for each input channel", letter="m", default=1)


_new_shape = tuple.__new__  # half the cost of Shape(...), and the same Shape


class _Convolution(Windowed):
    """A direct convolution; subclasses say which channels meet."""

    bias: bool = BIAS
    padding_mode: str = PADDING_MODE
    _guarded: bool

    def prepared(self) -> dict[str, Any]:
        """Whether more than the fit of the window has to be looked at."""
        return {**super().prepared(), "_guarded": self.padding_mode != "zeros"}

    def may_pad(self, cells: int, sides: Sides) -> bool:
        """Within the limits of the padding mode."""
        return border_error(self.padding_mode, 0, 1, cells, sides) is None

    def _guard(self, shape: Shape) -> None:
        """The limits of the padding mode."""
        windows = self.plan(len(shape.size)).windows
        for axis, (window, cells) in enumerate(zip(windows, shape.size, strict=True)):
            if error := border_error(self.padding_mode, axis, len(windows), cells, window.pads(cells)):
                raise error


class Conv(_Convolution):
    """Slides a kernel over the input (cross-correlation); with groups, each over its share of the channels.

    >>> print(Conv(out=64, kernel=7, stride=2, padding=3).output(Shape(3, (224, 224))))
    64@112x112
    """

    spelling = "conv"
    out: int | None = OUT
    groups: int = GROUPS

    def prepared(self) -> dict[str, Any]:
        """Groups are looked at, too."""
        prepared = super().prepared()
        return {**prepared, "_guarded": prepared["_guarded"] or self.groups != 1}

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """`out` channels; the groups must divide the channels on both sides."""
        channels, size = shape
        if self._guarded:
            _check_groups(self.groups, channels, self.out)
            self._guard(shape)
        return _new_shape(Shape, (self.out or channels, self.sizes(size)))

    def weights(self, shape: Shape) -> Weights | None:
        """`out * in / groups * kernel`, and `out` biases."""
        return _weights(self, shape)

    def macs(self, shape: Shape, output: Shape) -> int | None:
        """A multiply-add of each weight at each output cell."""
        channels = shape[0]
        if channels is None:
            return None
        cells = self.plan(len(shape[1])).kernel_cells
        return (self.out or channels) * (channels // self.groups) * cells * prod(output[1])


class DepthwiseConv(_Convolution):
    """A kernel of its own for every channel, `multiplier` of them each.

    >>> print(DepthwiseConv(kernel=3, padding=1).output(Shape(32, (112, 112))))
    32@112x112
    """

    spelling = "dwconv"
    multiplier: int = MULTIPLIER

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """`multiplier` channels for each input channel."""
        self._guard(shape)
        channels = None if shape.channels is None else shape.channels * self.multiplier
        return Shape(channels, self.sizes(shape.size))

    def weights(self, shape: Shape) -> Weights | None:
        """A kernel, and a bias, for each output channel."""
        if shape.channels is None:
            return None
        kernel_cells = self.plan(len(shape.size)).kernel_cells
        return Weights(shape.channels * self.multiplier * (kernel_cells + self.bias))

    def macs(self, shape: Shape, output: Shape) -> int | None:
        """A multiply-add of each weight at each output cell."""
        if output.channels is None:
            return None
        return output.channels * self.plan(len(shape.size)).kernel_cells * output.cells


class SeparableConv(_Convolution):
    """A depthwise convolution without bias, then a 1x1 convolution to `out` channels (as Keras has it).

    >>> print(SeparableConv(out=64, kernel=3, padding="same").output(Shape(32, (56, 56))))
    64@56x56
    """

    spelling = "sepconv"
    out: int | None = OUT
    multiplier: int = MULTIPLIER

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """`out` channels on the size of the depthwise step."""
        self._guard(shape)
        return Shape(self.out or shape.channels, self.sizes(shape.size))

    def weights(self, shape: Shape) -> Weights | None:
        """`in * multiplier` kernels, a matrix from those to `out`, and `out` biases."""
        if shape.channels is None:
            return None
        between = shape.channels * self.multiplier
        out = self.out or shape.channels
        return Weights(between * (self.plan(len(shape.size)).kernel_cells + out) + self.bias * out)

    def macs(self, shape: Shape, output: Shape) -> int | None:
        """A multiply-add of each weight of both steps at each output cell."""
        weights = self.weights(shape)
        if weights is None or output.channels is None:
            return None
        return (weights.trainable - self.bias * output.channels) * output.cells


class TransposedConv(Planned[TransposedWindow]):
    """The transpose (gradient) of a convolution: spreads each input cell over a kernel.

    >>> print(TransposedConv(out=64, kernel=4, stride=2, padding=1).output(Shape(128, (4, 4))))
    64@8x8
    """

    spelling = "tconv"
    aliases = ("convtranspose", "deconv")
    out: int | None = OUT
    output_padding: PerAxis | None = knob(
        Axes(minimum=0),
        "cells added at the end of the output, fewer than the stride (or the dilation)",
        letter="op",
        default=None,
    )
    output_size: PerAxis | None = knob(
        Axes(), "the size to come out, in place of output_padding", keyword="to", default=None
    )
    dilation: PerAxis = DILATION
    groups: int = GROUPS
    bias: bool = BIAS

    def check(self) -> None:
        """output_size chooses the output_padding itself."""
        if self.output_padding is not None and self.output_size is not None:
            raise Malformed("output_padding and output_size exclude each other", key="output_size", hint="give one")

    def _windows(self, rank: int) -> tuple[TransposedWindow, ...]:
        dilation = spread(self.dilation, rank, "dilation")
        added = (None,) * rank if self.output_padding is None else spread(self.output_padding, rank, "output_padding")
        axes = zip(self.axes_of(rank), dilation, added, strict=True)
        windows = tuple(
            [TransposedWindow(kernel, stride, apart, pads, more) for (kernel, stride, pads), apart, more in axes]
        )
        for axis, window in enumerate(windows):
            _check_output_padding(axis, rank, window)
        return windows

    def windows(self, shape: Shape) -> tuple[TransposedWindow, ...]:
        """The window on each axis, its padding and output_padding in numbers. Raises `Impossible`."""
        rank = len(shape.size)
        axes = zip(self.plan(rank).windows, shape.size, self._targets(rank), strict=True)
        resolved = []
        for axis, (window, cells, target) in enumerate(axes):
            if target is not None:
                _check_target(axis, rank, window, cells, target)
            resolved.append(window.resolve(cells, target))
        return tuple(resolved)

    def _targets(self, rank: int) -> tuple[int | None, ...]:
        return (None,) * rank if self.output_size is None else spread(self.output_size, rank, "output_size")

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """`(in - 1) * stride - padding + extent + output_padding` on every axis."""
        channels, size = shape
        if self.groups != 1:
            _check_groups(self.groups, channels, self.out)
        if self.output_size is not None:
            windows = self.windows(shape)
            return Shape(
                self.out or channels, tuple([window.output(n) for window, n in zip(windows, size, strict=True)])
            )
        plan = self._plans.get(len(size)) or self.plan(len(size))
        counts = tuple([cells * stride + add for cells, (stride, add) in zip(size, plan.affine)])  # noqa: B905
        if any(count < 1 for count in counts):
            raise _nothing_left(plan.windows, shape)
        return _new_shape(Shape, (self.out or channels, counts))

    def weights(self, shape: Shape) -> Weights | None:
        """`in * out / groups * kernel`, and `out` biases."""
        return _weights(self, shape)

    def macs(self, shape: Shape, output: Shape) -> int | None:
        """A multiply-add of each weight at each *input* cell."""
        channels, size = shape
        if channels is None:
            return None
        return (self.out or channels) * (channels // self.groups) * self.plan(len(size)).kernel_cells * prod(size)

    def taps(self, shape: Shape, output: Shape) -> tuple[Taps | None, ...]:
        """The input cells that spread to each output cell."""
        if self.output_size is None:
            return self.plan(len(shape.size)).taps
        return tuple([window.taps(cells) for window, cells in zip(self.windows(shape), shape.size, strict=True)])

    def notes(self, shape: Shape, output: Shape) -> list[Note]:
        """Uneven padding by a word, the output_padding that a target size chose, cells lost and cells of bias alone."""
        windows = self.windows(shape)
        axes = list(zip(windows, shape.size, strict=True))
        notes = [uneven_note([window.sides for window in windows], self.padding_word)]
        if self.output_padding is not None and self.padding in SIZE_DEPENDENT:
            sides = [window.sides for window in windows]
            text = "Keras' output_padding is padding ({0}, {1}){axis} with none of it left"
            notes = [per_axis_note("padding", sides, text, zero=True)]
        if self.output_size is not None and self.padding not in SIZE_DEPENDENT:
            chosen = [(window.output_padding or 0, window.output(cells)) for window, cells in axes]
            notes.append(per_axis_note("output_padding", chosen, "output_padding {0} gives {1}{axis}", zero=True))
        return [*[note for note in notes if note], *spread_notes(windows, shape.size)]


def spread_notes(windows: Sequence[TransposedWindow], size: Sequence[int]) -> list[Note]:
    """Cells lost and cells of bias alone, of transposed windows over `size`."""
    axes = list(zip(windows, size, strict=True))
    gaps = [(window.gaps(cells), window.stride) for window, cells in axes]
    notes = [
        per_axis_note("gaps", gaps, GAPS),
        per_axis_note("gaps", [window.holes(cells) for window, cells in axes], HOLES),
        *unread_notes([window.unread(cells) for window, cells in axes], "lost to the padding"),
    ]
    return [note for note in notes if note]


GAPS = "{0} of every {1} output cells{axis} {is} bias alone: no kernel reaches them"


HOLES = "{0} output cell{s}{axis} {is} bias alone: no input reaches that far"


def _weights(op: Conv | TransposedConv, shape: Shape) -> Weights | None:
    channels, size = shape
    if channels is None:
        return None
    out = op.out or channels
    return Weights(out * (channels // op.groups) * op.plan(len(size)).kernel_cells + op.bias * out)


def _check_groups(groups: int, channels: int | None, out: int | None) -> None:
    for count, which in ((channels, "input"), (out, "output")):
        if count is not None and count % groups:
            near = nearest_divisors(groups, gcd(channels or 0, out or channels or 0))
            hint = (
                f"{' and '.join(map(str, near))} divide{'s' if len(near) == 1 else ''} all channels" if near else None
            )
            what = f"groups {groups} does not divide the {count} {which} channels"
            raise Impossible(what, key="groups", hint=hint, kind=CHANNELS)


def _check_output_padding(axis: int, rank: int, window: TransposedWindow) -> None:
    """Whether the output_padding is in reach does not depend on the size, so one cell tells."""
    least, most = window.reachable(1)
    added, output = window.output_padding, window.output(1)
    if added is not None and not least <= output <= most:
        reason = f"it must stay below {window.output_padding_limit}, the larger of stride and dilation"
        if window.padding in SIZE_DEPENDENT:
            reason = f"{window.padding} reaches the {window.stride} sizes up to stride * in"
        hint = f"{added + least - output} to {added + most - output} are in reach"
        raise impossible(
            axis, rank, f"output_padding {added} is out of reach: {reason}", "output_padding", hint, kind=REACH
        )


def _check_target(axis: int, rank: int, window: TransposedWindow, cells: int, target: int) -> None:
    least, most = window.reachable(cells)
    if not least <= target <= most:
        least = max(least, 1)
        sizes = f"{least} to {most} are" if most > least else f"{least} is" if most == least else "none is"
        what = f"no output_padding gives {target} from {cells}"
        raise impossible(axis, rank, what, "output_size", f"{sizes} in reach", kind=REACH)


def _nothing_left(windows: Sequence[TransposedWindow], shape: Shape) -> Impossible:
    for axis, (window, cells) in enumerate(zip(windows, shape.size, strict=True)):
        if window.output(cells) < 1:
            taken = sum(window.resolve(cells).sides)
            what = f"{cells} cells spread to {window.output(cells) + taken}, the padding takes {taken}"
            hint = f"the smallest input that works is {window.least_input()}"
            return impossible(axis, len(windows), what, "padding", hint, kind=EMPTY)
    raise AssertionError("every axis keeps cells")
