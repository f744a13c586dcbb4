"""Ops that change the size by a rule of their own: upsample, pad, crop, pixel shuffle and its inverse."""

from fractions import Fraction

from convcalc.errors import CHANNELS, EMPTY, REACH, Impossible, Malformed
from convcalc.ops.borders import PADDING_MODE, border_error
from convcalc.ops.factors import Ratio, Scale
from convcalc.ops.kinds import SIDES, Axes, Choice, Count, PerAxis
from convcalc.ops.likes import LIKE, resizing, size_like
from convcalc.ops.op import Op, impossible, knob
from convcalc.ops.windowed import need_axes
from convcalc.shape import Shape, show_size, spread
from convcalc.window import MAX_PERIOD, Sides, Taps


class _Resized(Op):
    """An op whose size may be that of another layer."""

    like: str | None

    def references(self) -> tuple[str, ...]:
        """The layer whose size to take."""
        return (self.like,) if self.like else ()


def _exactly_one(op: Op, *names: str) -> None:
    given = [name for name in names if getattr(op, name) is not None]
    if len(given) != 1:
        found = " and ".join(given) or "none"
        key = given[-1] if given else None
        raise Malformed(f"{op.spelling} takes one of {', '.join(names)}, got {found}", key=key)


class Upsample(_Resized):
    """Resizes by interpolation: by a factor (the result rounded down), to a size, or to that of a layer.

    >>> print(Upsample(scale=2).output(Shape(64, (7, 7))))
    64@14x14
    >>> print(Upsample(scale="3/2").output(Shape(64, (7,))))
    64@10
    """

    spelling = "upsample"
    aliases = ("interpolate", "resize")
    scale: tuple[Ratio, ...] | None = knob(Scale(), "the factor, one number or one an axis", letter="x", default=None)
    size: PerAxis | None = knob(Axes(), "the size to come out", keyword="to", default=None)
    like: str | None = LIKE
    mode: str = knob(
        Choice("nearest", "linear", "bilinear", "trilinear", "bicubic"), "the interpolation", default="nearest"
    )

    def check(self) -> None:
        """One way to say the size."""
        _exactly_one(self, "scale", "size", "like")

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """`floor(in * factor)` on every axis, or the size asked for."""
        rank = len(shape.size)
        need_axes(self, rank)
        if others:
            return Shape(shape.channels, size_like(shape, others[0]))
        if self.size is not None:
            return Shape(shape.channels, spread(self.size, rank, "size"))
        factors = spread(self.scale or (), rank, "scale")
        size = tuple([cells * top // below for cells, (top, below) in zip(shape.size, factors, strict=True)])
        for axis, (cells, (top, below)) in enumerate(zip(size, factors, strict=True)):
            if cells < 1:
                hint = f"the smallest input that works is {-(-below // top)}"
                raise impossible(
                    axis, rank, f"{shape.size[axis]} * {top}/{below} is below 1", "scale", hint, kind=EMPTY
                )
        return Shape(shape.channels, size)

    def taps(self, shape: Shape, output: Shape) -> tuple[Taps | None, ...]:
        """The nearest cell, or the two or four around (half-pixel centres)."""
        if self.scale is not None:
            ratios = spread(self.scale, len(shape.size), "scale")
        else:
            pairs = zip(output.size, shape.size, strict=True)
            ratios = tuple([Fraction(after, before).as_integer_ratio() for after, before in pairs])
        return tuple([_interpolation_taps(top, below, self.mode) for top, below in ratios])


def _interpolation_taps(top: int, below: int, mode: str) -> Taps | None:
    """Taps of resizing by `top / below`: the phases repeat after `top` cells."""
    if top > MAX_PERIOD:
        return None
    return Taps(below, top, tuple([_interpolation_phase(cell, top, below, mode) for cell in range(top)]))


def _interpolation_phase(cell: int, top: int, below: int, mode: str) -> tuple[int, int, int]:
    if mode == "nearest":
        return cell * below // top, 1, 1
    at, between = divmod((2 * cell + 1) * below - top, 2 * top)
    if not between:
        return at, 1, 1
    return (at - 1, 1, 4) if mode == "bicubic" else (at, 1, 2)


class _Bordered(_Resized):
    """Adds cells at the borders, or takes them away: `grows` is 1 or -1."""

    grows: int
    padding: tuple[Sides, ...] | None
    like: str | None

    def check(self) -> None:
        """One way to say how much."""
        _exactly_one(self, "padding", "like")

    def sides(self, shape: Shape, *others: Shape) -> tuple[Sides, ...]:
        """Cells before and after each axis, to the size of a layer in equal parts, the odd cell after."""
        rank = len(shape.size)
        need_axes(self, rank)
        if not others:
            return spread(self.padding or (), rank, "padding")
        differences = zip(size_like(shape, others[0]), shape.size, strict=True)
        return tuple([_halves(self.grows * (target - cells)) for target, cells in differences])

    def _check_like(self, shape: Shape, *others: Shape) -> None:
        for like in others:
            pairs = zip(size_like(shape, like), shape.size, strict=True)
            if any(self.grows * (target - cells) < 0 for target, cells in pairs):
                verb = "grow" if self.grows > 0 else "shrink"
                what = f"{self.spelling} can't {verb} {show_size(shape.size)} to {show_size(like.size)}"
                raise Impossible(
                    what, key="like", hint=f"{resizing(shape.size, like.size)} like={self.like} can", kind=REACH
                )

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """The size with both sides added or taken away, at least 1."""
        sides = self.sides(shape, *others)
        self._check_like(shape, *others)
        rank = len(sides)
        size = tuple([cells + self.grows * sum(pair) for cells, pair in zip(shape.size, sides, strict=True)])
        for axis, cells in enumerate(size):
            if cells < 1:
                what = f"{shape.size[axis]} cells less {abs(sum(sides[axis]))} leaves none"
                raise impossible(
                    axis,
                    rank,
                    what,
                    "padding",
                    f"the smallest input that works is {shape.size[axis] - cells + 1}",
                    kind=EMPTY,
                )
        return Shape(shape.channels, size)

    def taps(self, shape: Shape, output: Shape) -> tuple[Taps | None, ...]:
        """The same cells, moved by what stands before them."""
        others = (output,) if self.like else ()
        return tuple([Taps(1, 1, ((-self.grows * before, 1, 1),)) for before, _ in self.sides(shape, *others)])


def _halves(total: int) -> Sides:
    return total // 2, total - total // 2


class Pad(_Bordered):
    """Adds cells around the input; a negative number takes cells away.

    >>> print(Pad(padding="1:2").output(Shape(3, (32, 32))))
    3@35x35
    """

    spelling = "pad"
    grows = 1
    padding: tuple[Sides, ...] | None = knob(
        SIDES, "cells to add: a number a side, or before:after", positional=True, default=None
    )
    like: str | None = LIKE
    mode: str = knob(PADDING_MODE.kind, PADDING_MODE.text, default=PADDING_MODE.default)

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """The size with both sides added, within the limits of the mode."""
        for axis, (cells, sides) in enumerate(zip(shape.size, self.sides(shape, *others), strict=True)):
            if error := border_error(self.mode, axis, len(shape.size), cells, sides):
                raise error
        return super().output(shape, *others)


class Crop(_Bordered):
    """Takes cells away at the borders.

    >>> print(Crop(padding=4).output(Shape(512, (64, 64))))
    512@56x56
    """

    spelling = "crop"
    grows = -1
    padding: tuple[Sides, ...] | None = knob(
        SIDES, "cells to take: a number a side, or before:after", positional=True, default=None
    )
    like: str | None = LIKE


FACTOR = knob(Count(), "the factor of every axis", positional=True)


class PixelShuffle(Op):
    """Lays channels out in space: the channels shrink by `factor` an axis, the axes grow by it.

    >>> print(PixelShuffle(factor=2).output(Shape(12, (8, 8))))
    3@16x16
    """

    spelling = "shuffle"
    aliases = ("pixelshuffle",)
    factor: int = FACTOR

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """`C / factor**axes` channels on axes `factor` times as long."""
        need_axes(self, len(shape.size))
        share = self.factor ** len(shape.size)
        if shape.channels is not None and shape.channels % share:
            raise Impossible(
                f"{shape.channels} channels are not divisible by {self.factor} ** {len(shape.size)} = {share}",
                key="factor",
                hint=f"{_nearest_multiple(shape.channels, share)} channels are",
                kind=CHANNELS,
            )
        channels = None if shape.channels is None else shape.channels // share
        return Shape(channels, tuple([cells * self.factor for cells in shape.size]))

    def taps(self, shape: Shape, output: Shape) -> tuple[Taps | None, ...]:
        """A block of `factor` cells comes from one."""
        return (_interpolation_taps(self.factor, 1, "nearest"),) * len(shape.size)


class PixelUnshuffle(Op):
    """The inverse of shuffle: folds space into channels.

    >>> print(PixelUnshuffle(factor=2).output(Shape(3, (16, 16))))
    12@8x8
    """

    spelling = "unshuffle"
    aliases = ("pixelunshuffle",)
    factor: int = FACTOR

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """`C * factor**axes` channels on axes shorter by the factor, which must divide them."""
        rank = len(shape.size)
        need_axes(self, rank)
        for axis, cells in enumerate(shape.size):
            if cells % self.factor:
                near = _nearest_multiple(cells, self.factor)
                raise impossible(
                    axis, rank, f"{cells} is not divisible by {self.factor}", "factor", f"{near} is", kind=REACH
                )
        channels = None if shape.channels is None else shape.channels * self.factor**rank
        return Shape(channels, tuple([cells // self.factor for cells in shape.size]))

    def taps(self, shape: Shape, output: Shape) -> tuple[Taps | None, ...]:
        """A cell holds a block of `factor`."""
        return (Taps(self.factor, 1, ((0, 1, self.factor),)),) * len(shape.size)


def _nearest_multiple(count: int, of: int) -> int:
    return max((count + of // 2) // of, 1) * of
