"""A layer that was asked for, told so that any framework can be made to give the same: cell for cell.

What is told is what happens, not how it was written: cells added or cropped on each side, in numbers.
"""

from collections.abc import Sequence
from typing import NamedTuple

from convcalc.ops.convolution import Conv, DepthwiseConv, TransposedConv
from convcalc.ops.op import Op
from convcalc.ops.pooling import AvgPool, MaxPool
from convcalc.shape import Shape
from convcalc.window import PADDING_WORDS, Sides, TransposedWindow, Window

KINDS: dict[type[Op], str] = {
    Conv: "conv",
    DepthwiseConv: "depthwise",
    TransposedConv: "transposed",
    MaxPool: "max",
    AvgPool: "avg",
}
"""The layers that a framework can be asked to imitate."""


class Asked(NamedTuple):
    """What a layer does to one shape."""

    kind: str
    shape: Shape
    output: Shape
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    sides: tuple[Sides, ...]
    """Cells added before and after each axis; of a transposed one, cells taken off the full result."""
    groups: int = 1
    bias: bool = True
    mode: str = "zeros"
    """What stands in the padding of a convolution."""
    counts_padding: bool = True
    """Whether an average counts the padding among its cells."""
    overhang: tuple[int, ...] = ()
    """Cells past all padding that a last window covers: ceil mode."""
    multiplier: int = 1
    """Channels that a depthwise convolution makes of each."""

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.kernel)

    @property
    def extents(self) -> tuple[int, ...]:
        """Cells that the kernel spans on each axis."""
        return tuple([dilation * (kernel - 1) + 1 for kernel, dilation in zip(self.kernel, self.dilation, strict=True)])

    @property
    def symmetric(self) -> bool:
        """Whether the sides are equal, and nothing is taken away."""
        return all(before == after >= 0 for before, after in self.sides)

    @property
    def unpadded(self) -> bool:
        """Whether there is no padding."""
        return not any(any(pair) for pair in self.sides)

    @property
    def added(self) -> tuple[Sides, ...]:
        """Cells added on each side, none where cells are taken away."""
        return tuple([(max(before, 0), max(after, 0)) for before, after in self.sides])

    @property
    def taken(self) -> tuple[Sides, ...]:
        """Cells taken away on each side."""
        return tuple([(max(-before, 0), max(-after, 0)) for before, after in self.sides])

    @property
    def same(self) -> bool:
        """Whether the padding, if there is some, is what `same` adds to the input."""
        return not self.unpadded and self.sides == self.same_sides(self.shape.size)

    def same_sides(self, cells: tuple[int, ...]) -> tuple[Sides, ...]:
        """What `same` adds to so many cells."""
        axes = zip(cells, self.extents, self.stride, strict=True)
        return tuple([PADDING_WORDS["same"](*axis) for axis in axes])

    @property
    def strides_and_dilates(self) -> bool:
        """Whether it does both, on any axes: few frameworks take that of all layers."""
        return max(self.stride) > 1 and max(self.dilation) > 1

    def filled(self) -> "Asked":
        """A greatest cell under windows that hang over: what lies past the padding is as if it were padding."""
        sides = zip(self.sides, self.overhang, strict=True)
        return self._replace(
            sides=tuple([(before, after + more) for (before, after), more in sides]), overhang=(0,) * self.rank
        )

    def read_sides(self) -> tuple[Sides, ...]:
        """The sides without cells at the end that no window reads: another ceil would make room for one there."""
        axes = zip(self.sides, self.shape.size, self.output.size, self.extents, self.stride, strict=True)
        return tuple([(b, min(a, (out - 1) * stride + e - n - b)) for (b, a), n, out, e, stride in axes])

    def averaged(self) -> tuple["Asked", tuple[Sides, ...]]:
        """A mean of fewer cells at the border: with the sides that count, and those that don't."""
        past = tuple([(0, more) for more in self.overhang])
        if self.counts_padding:
            return self._replace(overhang=(0,) * self.rank), past
        return self.without_padding()._replace(overhang=(0,) * self.rank), self.filled().sides

    def fed(self) -> tuple[tuple[Sides, ...], "Asked"]:
        """Cells of zeros around the input, so many that a transposed layer has no cells to add, and the layer then."""
        axes = zip(self.taken, self.stride, strict=True)
        zeros = tuple([(-(-before // stride), -(-after // stride)) for (before, after), stride in axes])
        pairs = zip(self.sides, zeros, self.stride, strict=True)
        sides = [(before + first * s, after + last * s) for (before, after), (first, last), s in pairs]
        size = [cells + sum(pair) for cells, pair in zip(self.shape.size, zeros, strict=True)]
        return zeros, self._replace(sides=tuple(sides), shape=Shape(self.shape.channels, tuple(size)))

    def unstrided(self) -> "Asked":
        """The same at every cell, with only some of them wanted."""
        return self._replace(stride=(1,) * self.rank)

    def without_padding(self) -> "Asked":
        """The same on an input that is padded already."""
        return self._replace(sides=((0, 0),) * self.rank)


def asked_of(op: Op, shape: Shape, output: Shape, windows: Sequence[Window | TransposedWindow]) -> Asked | None:
    """What `op` does to `shape` through `windows`; None where it has none, or they hang over cells taken away."""
    kind = KINDS.get(type(op))
    if kind is None or not windows:
        return None
    axes = zip(windows, shape.size, output.size, strict=True)
    sides, overhang = zip(*[_reached(window, cells, count) for window, cells, count in axes], strict=True)
    if any(after < 0 < past for (_, after), past in zip(sides, overhang, strict=True)):
        return None
    return Asked(
        kind,
        shape,
        output,
        tuple([window.kernel for window in windows]),
        tuple([window.stride for window in windows]),
        tuple([window.dilation for window in windows]),
        sides,
        getattr(op, "groups", 1),
        getattr(op, "bias", False),
        getattr(op, "padding_mode", "zeros"),
        _counts_padding(op),
        overhang,
        getattr(op, "multiplier", 1),
    )


def _counts_padding(op: Op) -> bool:
    counts = getattr(op, "counts_padding", None)
    return op.padding_word is None if counts is None else counts


def sides_of(window: Window | TransposedWindow) -> Sides:
    """Cells before and after an axis: added, or, by a transposed window, taken off the full result."""
    if isinstance(window, Window):
        return window.pads(0)
    before, after = window.sides
    return before, after - (window.output_padding or 0)


def _reached(window: Window | TransposedWindow, cells: int, count: int) -> tuple[Sides, int]:
    """The sides, without the far padding where ceil mode drops a window that lies in it, and cells past them."""
    before, after = sides_of(window)
    if isinstance(window, TransposedWindow):
        return (before, after), 0
    reach = (count - 1) * window.stride + window.extent - cells - before
    dropped = after - reach >= window.stride
    return (before, reach if dropped else after), max(reach - after, 0)


def one_or_all(values: Sequence[object]) -> str:
    """`3` where all axes agree, else `(3, 5)`: as frameworks take it."""
    return str(values[0]) if len(set(values)) == 1 else str(tuple(values))


def arguments(*positional: object, **named: object) -> str:
    """The arguments of a call, those that are None left out."""
    told = [str(value) for value in positional]
    return ", ".join([*told, *[f"{key}={value}" for key, value in named.items() if value is not None]])


def unless(default: object, values: Sequence[object]) -> str | None:
    """The values as a framework takes them; None where all are the default."""
    return None if all(value == default for value in values) else one_or_all(values)


def channels_of(asked: Asked) -> tuple[str, str]:
    """Channels in and out, by a name where they are not known."""
    known, out = asked.shape.channels, asked.output.channels
    if out is None and asked.multiplier > 1:
        return "channels", f"{asked.multiplier} * channels"
    return ("channels" if known is None else str(known)), ("channels" if out is None else str(out))


def share_of(channels: str, groups: object) -> str:
    """The channels that one group has of all."""
    if groups == 1:
        return channels
    if channels == groups:
        return "1"
    return str(int(channels) // int(str(groups))) if channels.isdigit() else f"{channels} // {groups}"


def groups_of(asked: Asked) -> str | None:
    """The groups of channels, where there are several: of a depthwise layer one for each channel."""
    if asked.kind == "depthwise":
        return channels_of(asked)[0]
    return None if asked.groups == 1 else str(asked.groups)
