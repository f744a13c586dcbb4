"""Pooling: by a window, to a given size, over everything; and the reverse, unpooling."""

from math import gcd

from convcalc.errors import EMPTY, REACH
from convcalc.ops.kinds import Axes, Choice, Flag, PerAxis
from convcalc.ops.likes import LIKE, size_like
from convcalc.ops.op import Op, impossible, knob
from convcalc.ops.windowed import Planned, Windowed, need_axes
from convcalc.shape import Shape, spread
from convcalc.window import MAX_PERIOD, Taps, TransposedWindow, Window

STRIDE = knob(Axes(), "stride; the kernel where left out", letter="s", default=None)
CEIL = knob(Flag(true="ceil"), "count a last window that fits only in part", default=False)


class _Pool(Windowed):
    """A pool over a window; it has no weights and keeps the channels."""

    stride: PerAxis | None = STRIDE
    ceil: bool = CEIL

    @property
    def ceil_mode(self) -> bool:
        """As the knob says."""
        return self.ceil

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """By the window; in ceil mode a last window that would start in the far padding is dropped."""
        if not self.ceil:
            return super().output(shape)
        windows = self.plan(len(shape.size)).windows
        counts = tuple([window.output(cells) for window, cells in zip(windows, shape.size, strict=True)])
        if any(count < 1 for count in counts):
            raise self._refusal(shape.size)
        return Shape(shape.channels, counts)


class MaxPool(_Pool):
    """The greatest cell under a window.

    >>> print(MaxPool(kernel=3, stride=2, padding=1, ceil=True).output(Shape(None, (112,))))
    57
    """

    spelling = "pool"
    aliases = ("maxpool",)


class AvgPool(_Pool):
    """The mean of the cells under a window."""

    spelling = "avgpool"
    counts_padding: bool | None = None
    """Whether the padding counts among the cells; None: as PyTorch for numbers, as TensorFlow for words."""

    def counting(self, *, padding: bool) -> "AvgPool":
        """The same, the padding counted or not. No shape depends on it."""
        same = self.replace()
        same.__dict__["counts_padding"] = padding
        return same


class LPPool(_Pool):
    """The p-norm of the cells under a window."""

    spelling = "lppool"


class Unpool(Planned[Window]):
    """Puts each cell back to where a max pool took it from, zeros elsewhere.

    >>> print(Unpool(kernel=2).output(Shape(8, (7, 7))))
    8@14x14
    """

    spelling = "unpool"
    aliases = ("maxunpool",)
    stride: PerAxis | None = STRIDE
    like: str | None = LIKE

    def references(self) -> tuple[str, ...]:
        """The layer whose size to take."""
        return (self.like,) if self.like else ()

    def _windows(self, rank: int) -> tuple[Window, ...]:
        """The window of the pool that is reversed."""
        return tuple([Window(kernel, stride, padding=pads) for kernel, stride, pads in self.axes_of(rank)])

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """`(in - 1) * stride + kernel - padding`, or the size of `like` where a pool of it ends here."""
        rank = len(shape.size)
        targets = size_like(shape, others[0]) if others else (None,) * rank
        axes = zip(self.plan(rank).windows, shape.size, targets, strict=True)
        return Shape(shape.channels, tuple([_unpooled(*values, axis, rank) for axis, values in enumerate(axes)]))

    def taps(self, shape: Shape, output: Shape) -> tuple[Taps | None, ...]:
        """Any cell under a pool's window may be the one that comes back."""
        windows = self.plan(len(shape.size)).windows
        return tuple([TransposedWindow(*window[:2], padding=window.pads(0)).taps(1) for window in windows])


def _unpooled(window: Window, cells: int, target: int | None, axis: int, rank: int) -> int:
    least = window.inputs(cells)[0]
    if target is None:
        if least < 1:
            hint = f"the smallest input that works is {cells - (least - 1) // window.stride}"
            raise impossible(axis, rank, f"unpooling {cells} gives {least}", "padding", hint, kind=EMPTY)
        return least
    least_in_ceil_mode = max(least - window.stride + 1, 1)
    if not least_in_ceil_mode <= target < least + window.stride:
        hint = f"{least_in_ceil_mode} to {least + window.stride - 1} can be"
        raise impossible(axis, rank, f"a pool of {target} does not give {cells}", "like", hint, kind=REACH)
    return target


class AdaptivePool(Op):
    """Pools to a given size, each window as large as needed.

    >>> print(AdaptivePool(size="7x7").output(Shape(512, (14, 10))))
    512@7x7
    """

    spelling = "adaptivepool"
    size: PerAxis = knob(Axes(), "the size that comes out", positional=True)
    kind: str = knob(Choice("avg", "max"), "what is taken of a window", default="avg")

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """The size asked for, larger than the input too."""
        need_axes(self, len(shape.size))
        return Shape(shape.channels, spread(self.size, len(shape.size), "size"))

    def taps(self, shape: Shape, output: Shape) -> tuple[Taps | None, ...]:
        """Cell `q` of `m` reads from `floor(q n / m)` up to `ceil((q + 1) n / m)`."""
        return tuple([_adaptive_taps(cells, count) for cells, count in zip(shape.size, output.size, strict=True)])


def _adaptive_taps(cells: int, count: int) -> Taps | None:
    shared = gcd(cells, count)
    gain, period = cells // shared, count // shared
    if period > MAX_PERIOD:
        return None
    starts = [cell * gain // period for cell in range(period)]
    ends = [-(-(cell + 1) * gain // period) for cell in range(period)]
    return Taps(gain, period, tuple([(start, 1, end - start) for start, end in zip(starts, ends, strict=True)]))


class _GlobalPool(Op):
    keepdims: bool = knob(Flag(true="keepdims"), "keep every axis, at size 1", default=False)

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """A feature vector of the channels, or `C@1x1` with keepdims."""
        need_axes(self, len(shape.size))
        return Shape(shape.channels, (1,) * len(shape.size) if self.keepdims else ())

    def taps(self, shape: Shape, output: Shape) -> tuple[Taps | None, ...]:
        """Every cell."""
        return tuple([Taps(cells, 1, ((0, 1, cells),)) for cells in shape.size[: len(output.size)]])


class GlobalAvgPool(_GlobalPool):
    """The mean over all cells of a channel.

    >>> print(GlobalAvgPool().output(Shape(512, (7, 7))))
    512
    """

    spelling = "gap"
    aliases = ("globalavgpool",)


class GlobalMaxPool(_GlobalPool):
    """The greatest over all cells of a channel."""

    spelling = "gmp"
    aliases = ("globalmaxpool",)
