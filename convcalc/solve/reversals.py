"""What undoes one layer: the ops that lead from what it gave back to what it read, the most faithful first.

It knows neither networks nor frameworks; which of the ways a framework takes is for the caller to try.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from convcalc.ops.convolution import Conv, DepthwiseConv, SeparableConv, TransposedConv
from convcalc.ops.dense import Dense
from convcalc.ops.op import Op
from convcalc.ops.pooling import AdaptivePool, AvgPool, GlobalAvgPool, GlobalMaxPool, LPPool, MaxPool, Unpool
from convcalc.ops.rearranging import Flatten, Permute, Reshape
from convcalc.ops.resampling import Crop, Pad, PixelShuffle, PixelUnshuffle, Upsample
from convcalc.shape import Shape
from convcalc.window import TransposedWindow, Window

_T = TypeVar("_T")

Steps = tuple[Op, ...]
"""Ops, one after the other; none where the shape is as it should be already."""


class Seen(NamedTuple):
    """A layer of an encoder, as it ran."""

    op: Any
    """The native op; which one it is, its way back knows."""
    shapes: tuple[Shape, ...]
    """What it read."""
    output: Shape
    windows: tuple[Window | TransposedWindow, ...] = ()
    """The window on each axis, its padding in numbers."""
    pools: str | None = None
    """What pools are to become, `unpool`, `upsample` or `tconv`; None for what suits each."""

    @property
    def shape(self) -> Shape:
        """What to come back to."""
        return self.shapes[0]


def ways_back(seen: Seen) -> Iterator[Steps]:
    """Ways from `seen.output` to `seen.shape`, the most faithful first; none where the op can't be undone.

    They are to be tried: a way may end at another size, or a framework may refuse it.

    >>> seen = Seen(Conv(out=64, kernel=3, stride=2), (Shape(3, (8,)),), Shape(64, (3,)), (Window(3, 2),))
    >>> str(next(ways_back(seen))[0])
    'tconv 3 k3 s2 op1'
    """
    ways = _WAYS.get(type(seen.op))
    for steps in ways(seen) if ways else ():
        yield tuple([_as_written(op) for op in steps])


def _as_written(op: Op) -> Op:
    """The op as its line reads back: to some frameworks a knob that is given is more than its default."""
    knobs = op.knobs
    changed = {name: value for name, value in op.settings().items() if value != knobs[name].default}
    return type(op)(**changed)


def _alike(values: Sequence[_T]) -> tuple[_T, ...]:
    """One value for all axes where all agree."""
    return tuple(values[:1] if len(set(values)) == 1 else values)


def _transposed(seen: Seen, **knobs: Any) -> Iterator[Steps]:
    """The transposed convolution with the window's own numbers; or one without padding, whose borders are cut."""
    windows = [window for window in seen.windows if isinstance(window, Window)]
    if not windows:
        return
    knobs.update(
        kernel=_alike([window.kernel for window in windows]),
        stride=_alike([window.stride for window in windows]),
        dilation=_alike([window.dilation for window in windows]),
    )
    cells = list(zip(windows, seen.shape.size, seen.output.size, strict=True))
    sides = [window.pads(target) for window, target, _ in cells]
    full = [(size - 1) * window.stride + window.extent for window, _, size in cells]
    exact = [target - whole + sum(pair) for (_, target, _), whole, pair in zip(cells, full, sides, strict=True)]
    if min(exact) >= 0:
        yield (TransposedConv(padding=_alike(sides), **_added(exact), **knobs),)
    short = [target - whole + before for (_, target, _), whole, (before, _) in zip(cells, full, sides, strict=True)]
    cut = [(before, max(-missing, 0)) for (before, _), missing in zip(sides, short, strict=True)]
    yield (TransposedConv(**_added([max(missing, 0) for missing in short]), **knobs), Crop(padding=_alike(cut)))


def _added(cells: Sequence[int]) -> dict[str, Any]:
    return {"output_padding": _alike(cells)} if any(cells) else {}


def _resized(seen: Seen) -> Iterator[Steps]:
    """Interpolation to the size, by a whole factor where there is one."""
    target, size = seen.shape.size, seen.output.size
    if target == size:
        yield ()
        return
    pairs = list(zip(target, size, strict=True))
    if all(wanted % cells == 0 for wanted, cells in pairs):
        yield (Upsample(scale=_alike([wanted // cells for wanted, cells in pairs])),)
    resized: list[Steps] = [(Upsample(size=_alike(target)),), (AdaptivePool(size=_alike(target)),)]
    yield from resized if any(wanted > cells for wanted, cells in pairs) else reversed(resized)


def _conv(seen: Seen) -> Iterator[Steps]:
    op = seen.op
    yield from _convolved(seen, op.groups, bias=op.bias)


def _convolved(seen: Seen, groups: int, *, bias: bool) -> Iterator[Steps]:
    """Transposed, in groups if it can be; where no framework's rule allows it, resized and convolved."""
    for count in dict.fromkeys([groups, 1]):
        yield from _transposed(seen, out=seen.shape.channels, groups=count, bias=bias)
    kernel = _alike([window.kernel for window in seen.windows])
    for steps in _resized(seen) if kernel else ():
        yield (*steps, Conv(out=seen.shape.channels, kernel=kernel, padding="same", bias=bias))


def _depthwise(seen: Seen) -> Iterator[Steps]:
    return _convolved(seen, seen.shape.channels or 1, bias=seen.op.bias)


def _separable(seen: Seen) -> Iterator[Steps]:
    """The matrix first, to the channels between; then the depthwise step."""
    op, channels = seen.op, seen.shape.channels
    between = None if channels is None else channels * op.multiplier
    for steps in _convolved(seen, channels or 1, bias=op.bias):
        yield (Conv(out=between, kernel=1, bias=False), *steps)


def _pool(seen: Seen) -> Iterator[Steps]:
    """As asked; else a max pool is unpooled where that gives the size, and a mean is spread."""
    chosen = seen.pools or ("unpool" if isinstance(seen.op, MaxPool) else "upsample")
    if chosen == "unpool":
        yield from _unpooled(seen)
    elif chosen == "tconv":
        yield from _transposed(seen)
    yield from _resized(seen)


def _unpooled(seen: Seen) -> Iterator[Steps]:
    if all(window.dilation == 1 for window in seen.windows) and seen.windows:
        kernel = _alike([window.kernel for window in seen.windows])
        stride = _alike([window.stride for window in seen.windows])
        padding = _alike([window.padding for window in seen.windows])
        yield (Unpool(kernel=kernel, padding=padding, **({} if stride == kernel else {"stride": stride})),)


def _global_pool(seen: Seen) -> Iterator[Steps]:
    """The vector as a map of one cell, and that spread."""
    if seen.output.size:
        yield from _resized(seen)
        return
    single = Shape(seen.output.channels, (1,) * len(seen.shape.size))
    if single.channels is not None:
        for steps in _resized(seen._replace(output=single)):
            yield (Reshape(target=(single.channels, *single.size)), *steps)


def _upsample(seen: Seen) -> Iterator[Steps]:
    """A window of the factor: the mean, or a strided convolution where pools become learned ones."""
    pairs = list(zip(seen.output.size, seen.shape.size, strict=True))
    if all(cells % wanted == 0 for cells, wanted in pairs):
        factor = _alike([cells // wanted for cells, wanted in pairs])
        yield (Conv(kernel=factor, stride=factor) if seen.pools == "tconv" else AvgPool(kernel=factor),)
    yield (AdaptivePool(size=_alike(seen.shape.size)),)
    yield from _resized(seen)


def _unpool(seen: Seen) -> Iterator[Steps]:
    op = seen.op
    knobs = {name: getattr(op, name) for name in ("kernel", "stride", "padding") if name in op.given}
    yield (MaxPool(**knobs),)
    yield (MaxPool(**knobs, ceil=True),)
    yield (AdaptivePool(size=_alike(seen.shape.size), kind="max"),)
    yield from _resized(seen)


def _tconv(seen: Seen) -> Iterator[Steps]:
    """The direct convolution; its padding less by the output_padding where the floor does not take that away."""
    op = seen.op
    windows = [window for window in seen.windows if isinstance(window, TransposedWindow)]
    knobs: dict[str, Any] = {
        "out": seen.shape.channels,
        "kernel": _alike([window.kernel for window in windows]),
        "stride": _alike([window.stride for window in windows]),
        "dilation": _alike([window.dilation for window in windows]),
        "bias": op.bias,
    }
    sides = [window.sides for window in windows]
    less = [(window.sides[0], window.sides[1] - (window.output_padding or 0)) for window in windows]
    for groups in dict.fromkeys([op.groups, 1]):
        yield (Conv(padding=_alike(sides), groups=groups, **knobs),)
        yield (Conv(padding=_alike(less), groups=groups, **knobs),)
        yield (Pad(padding=_alike(less)), Conv(groups=groups, **knobs))


def _laid_out(seen: Seen) -> Iterator[Steps]:
    """The shape again that a flatten or a reshape laid out anew."""
    if seen.shape == seen.output:
        yield ()
    elif not seen.shape.size:
        yield (Flatten(),)
    elif seen.shape.channels is not None:
        yield (Reshape(target=(seen.shape.channels, *seen.shape.size)),)


def _permute(seen: Seen) -> Iterator[Steps]:
    order = seen.op.order
    yield (Permute(order=[order.index(place) for place in range(len(order))]),)


def _dense(seen: Seen) -> Iterator[Steps]:
    """Back to the features: the channels, or for a framework that maps the last axis, that."""
    for features in (seen.shape.channels, *seen.shape.size[-1:]):
        if features is not None:
            yield (Dense(out=features, bias=seen.op.bias),)


def _bordered(seen: Seen) -> Iterator[Steps]:
    """The same cells on each side, taken away instead of added, or added instead of taken away."""
    op = seen.op
    if seen.shape.size == seen.output.size:
        yield ()
    sides = _alike(op.sides(*seen.shapes))
    yield (Crop(padding=sides) if isinstance(op, Pad) else Pad(padding=sides),)


def _shuffle(seen: Seen) -> Iterator[Steps]:
    yield (PixelUnshuffle(factor=seen.op.factor),)


def _unshuffle(seen: Seen) -> Iterator[Steps]:
    yield (PixelShuffle(factor=seen.op.factor),)


_WAYS: Mapping[type[Op], Callable[[Seen], Iterator[Steps]]] = {
    Conv: _conv,
    DepthwiseConv: _depthwise,
    SeparableConv: _separable,
    TransposedConv: _tconv,
    MaxPool: _pool,
    AvgPool: _pool,
    LPPool: _pool,
    Unpool: _unpool,
    AdaptivePool: _resized,
    GlobalAvgPool: _global_pool,
    GlobalMaxPool: _global_pool,
    Upsample: _upsample,
    Pad: _bordered,
    Crop: _bordered,
    PixelShuffle: _shuffle,
    PixelUnshuffle: _unshuffle,
    Dense: _dense,
    Flatten: _laid_out,
    Reshape: _laid_out,
    Permute: _permute,
}
