"""What layers compute, by their definitions: cell by cell, on arrays with the channels first.

Nothing is shared with what it is compared to but the numbers of the windows.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from math import prod
from typing import Any, NamedTuple

import pytest

from convcalc.ops.convolution import DepthwiseConv, TransposedConv
from convcalc.ops.op import Op
from convcalc.ops.pooling import AvgPool, MaxPool
from convcalc.shape import Shape
from convcalc.window import TransposedWindow, Window

np: Any = pytest.importorskip("numpy")

Array = Any
Cells = tuple[int, ...]
Windows = Sequence[Window | TransposedWindow]


class Data(NamedTuple):
    """What a layer is run on. The weights are laid out as PyTorch's: (out, in / groups, kernel...).

    Those of a transposed convolution are (in, out / groups, kernel...).
    """

    x: Array
    weight: Array | None
    bias: Array | None


def data_for(op: Op, shape: Shape, batch: int = 2) -> Data:
    """Random numbers, the same every time."""
    draw = np.random.default_rng(0)

    def drawn(*dims: int) -> Array:
        return draw.standard_normal(dims).astype(np.float32)

    channels = shape.channels or 1
    x = drawn(batch, channels, *shape.size)
    if isinstance(op, MaxPool | AvgPool):
        return Data(x, None, None)
    out, groups = op.output(shape).channels or 1, groups_of(op, channels)
    ends = (channels, out // groups) if isinstance(op, TransposedConv) else (out, channels // groups)
    kernel = [window.kernel for window in op.windows(shape)]
    return Data(x, drawn(*ends, *kernel), drawn(out) if getattr(op, "bias", False) else None)


def groups_of(op: Op, channels: int) -> int:
    """How many groups of channels know nothing of one another."""
    return channels if isinstance(op, DepthwiseConv) else getattr(op, "groups", 1)


def computed(op: Op, data: Data, windows: Windows, size: Cells) -> Array:
    """What comes out of `op`, `size` cells, through `windows` with their padding in numbers."""
    if isinstance(op, MaxPool | AvgPool):
        return _pooled(op, data.x, [window for window in windows if isinstance(window, Window)], size)
    groups = groups_of(op, data.x.shape[1])
    sums = _spread(data, windows, size, groups) if isinstance(op, TransposedConv) else _slid(op, data, windows, size)
    return sums if data.bias is None else sums + data.bias.reshape(-1, *[1] * len(size))


def _walk(windows: Windows, befores: Cells, size: Cells) -> Iterator[tuple[Cells, Cells, Cells]]:
    """Every position of the windows, every tap of it, and the place where the tap lands."""
    taps = list(product(*[range(window.kernel) for window in windows]))
    for cell in product(*map(range, size)):
        for tap in taps:
            axes = zip(windows, befores, cell, tap, strict=True)
            yield cell, tap, tuple([at * window.stride + t * window.dilation - b for window, b, at, t in axes])


def _reflected(place: int, cells: int) -> int:
    return cells - 1 - abs(cells - 1 - abs(place))


BORDERS: dict[str, Callable[[int, int], int | None]] = {
    "zeros": lambda place, cells: place if 0 <= place < cells else None,
    "reflect": _reflected,
    "replicate": lambda place, cells: min(max(place, 0), cells - 1),
    "circular": lambda place, cells: place % cells,
}
"""The cell that stands at a place along an axis of so many; None for a zero."""


def _slid(op: Any, data: Data, windows: Windows, size: Cells) -> Array:
    assert data.weight is not None
    batch, channels, *cells = data.x.shape
    out, groups = len(data.weight), groups_of(op, channels)
    kernel = data.weight.reshape(groups, out // groups, *data.weight.shape[1:])
    result = np.zeros((batch, out, *size), np.float32)
    befores = tuple(
        [window.sides[0] if isinstance(window, TransposedWindow) else window.pads(0)[0] for window in windows]
    )
    for cell, tap, place in _walk(windows, befores, size):
        found = tuple(map(BORDERS[op.padding_mode], place, cells))
        if None not in found:
            read = data.x[(..., *found)].reshape(batch, groups, -1)
            result[(..., *cell)] += np.einsum("bgi,goi->bgo", read, kernel[(..., *tap)]).reshape(batch, out)
    return result


def _spread(data: Data, windows: Windows, size: Cells, groups: int) -> Array:
    """Each cell of the input, times the kernel, is added where it lands; then cells are taken off, or stay zero."""
    assert data.weight is not None
    batch, channels, *cells = data.x.shape
    kernel = data.weight.reshape(groups, channels // groups, *data.weight.shape[1:])
    result = np.zeros((batch, groups * kernel.shape[2], *size), np.float32)
    befores = tuple([window.sides[0] for window in windows if isinstance(window, TransposedWindow)])
    for cell, tap, place in _walk(windows, befores, tuple(cells)):
        if all(0 <= at < count for at, count in zip(place, size, strict=True)):
            read = data.x[(..., *cell)].reshape(batch, groups, -1)
            added = np.einsum("bgi,gio->bgo", read, kernel[(..., *tap)])
            result[(..., *place)] += added.reshape(batch, -1)
    return result


def _pooled(op: MaxPool | AvgPool, x: Array, windows: Sequence[Window], size: Cells) -> Array:
    """A cell that is padding counts in a mean whose padding is in numbers; a cell past the padding never does."""
    counts = op.padding_word is None
    pads = [window.pads(0) for window in windows]
    cells = list(zip(x.shape[2:], pads, strict=True))
    greatest = np.full((*x.shape[:2], *size), -np.inf, np.float32)
    total, count = np.zeros_like(greatest), np.zeros(size)
    for cell, _, place in _walk(windows, tuple([before for before, _ in pads]), size):
        if all(0 <= at < n + min(after, 0) for at, (n, (_, after)) in zip(place, cells, strict=True)):
            read = x[(..., *place)]
            greatest[(..., *cell)] = np.maximum(greatest[(..., *cell)], read)
            total[(..., *cell)] += read
            count[cell] += 1
        elif counts and all(at < n + after for at, (n, (_, after)) in zip(place, cells, strict=True)):
            count[cell] += 1
    if isinstance(op, MaxPool):
        return greatest
    with np.errstate(invalid="ignore"):  # a mean of nothing is no number
        return (total / count).astype(np.float32)


def cost(windows: Windows, size: Cells) -> int:
    """Steps that `computed` takes."""
    return prod(size) * prod(window.kernel for window in windows)
