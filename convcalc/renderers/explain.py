"""Why a layer gives what it gives: the formula, the numbers put in, each step, axis by axis."""

from collections.abc import Iterator
from functools import singledispatch

from convcalc.ops.op import Op
from convcalc.shape import Shape
from convcalc.window import SIZE_DEPENDENT, TransposedWindow, Window

DIRECT = "out = floor((in + before + after - extent) / stride) + 1"
CEIL = "out = ceil((in + before + after - extent) / stride) + 1, less a last window that starts in the far padding"
TRANSPOSED = "out = (in - 1) * stride - before - after + extent + output_padding"
EXTENT = "extent = dilation * (kernel - 1) + 1"


def explanation(op: Op, shape: Shape, output: Shape) -> list[str]:
    """The lines of the explanation; none for an op without windows."""
    windows = op.windows(shape)
    if not windows:
        return []
    words = op.padding_word
    lines = [_formula(windows[0]), EXTENT]
    for axis, (window, cells) in enumerate(zip(windows, shape.size, strict=True)):
        lines.append(f"axis {axis + 1}: in = {cells}")
        lines += [f"  {line}" for line in _steps(window, cells, words)]
        if isinstance(window, Window) and _free(op):
            lines.append(f"  {_interval(window, cells)}")
    return [*lines, *_costs(op, shape, output)]


def _formula(window: Window | TransposedWindow) -> str:
    if isinstance(window, TransposedWindow):
        return TRANSPOSED
    return CEIL if window.ceil else DIRECT


def _extent(window: Window | TransposedWindow) -> str:
    return f"extent = {window.dilation} * ({window.kernel} - 1) + 1 = {window.extent}"


def _padding(before: int, after: int, word: str | None) -> str:
    return f"padding used: ({before}, {after}), before and after" + (f", by {word}" if word else "")


def _free(op: Op) -> bool:
    """Whether the padding is the same for every size, and limited by none."""
    mode, padding = getattr(op, "padding_mode", "zeros"), getattr(op, "padding", ())
    return padding not in SIZE_DEPENDENT and mode in ("zeros", "replicate")


def _interval(window: Window, cells: int) -> str:
    output = window.output(cells)
    low, high = window.inputs(output)
    return f"every input from {max(low, 1)} to {high} gives {output}"


@singledispatch
def _steps(window: object, _cells: int, _word: str | None) -> Iterator[str]:
    raise NotImplementedError(type(window))


@_steps.register
def _(window: Window, cells: int, word: str | None) -> Iterator[str]:
    before, after = window.pads(cells)
    moves = cells + before + after - window.extent
    rounding = "ceil" if window.ceil else "floor"
    steps = -(-moves // window.stride) if window.ceil else moves // window.stride
    yield _extent(window)
    yield _padding(before, after, word)
    numbers = f"({cells} + {before} + {after} - {window.extent}) / {window.stride}"
    yield f"out = {rounding}({numbers}) + 1 = {rounding}({moves}/{window.stride}) + 1 = {steps} + 1 = {steps + 1}"
    output = window.output(cells)
    if output != steps + 1:
        start = steps * window.stride - before
        yield f"the last window would start at cell {start}, past the last of {cells}: it is dropped, out = {output}"
    leading, trailing = window.unread(cells)
    yield f"never read: {f'{leading} at the start and ' if leading else ''}{trailing} at the end of {cells}"
    if skipped := window.skipped(cells):
        yield f"stepped over: {skipped} of every {window.stride} cells"


@_steps.register
def _(window: TransposedWindow, cells: int, word: str | None) -> Iterator[str]:
    (before, after), added = window.sides, window.output_padding or 0
    output = window.output(cells)
    yield _extent(window)
    yield _padding(before, after, word)
    numbers = f"({cells} - 1) * {window.stride} - {before} - {after} + {window.extent} + {added}"
    yield f"out = {numbers} = {output}"
    zeros, (left, right) = window.direct(cells)
    between = f"{zeros} zero{'' if zeros == 1 else 's'} between neighbours"
    yield f"equal to a convolution of stride 1 with the kernel flipped, {between}, padding ({left}, {right})"
    widened = cells + zeros * (cells - 1)
    yield f"  there in = {cells} + {zeros} * {cells - 1} = {widened}"
    yield f"  and out = {widened} + {left} + {right} - {window.extent} + 1 = {output}"
    if word in SIZE_DEPENDENT:
        low, high = window._replace(padding=word).reachable(cells)
        yield f"{word} can reach {low} to {high}"
    else:
        low, high = window.reachable(cells)
        low = max(low, 1)
        yield f"output_padding 0 to {window.output_padding_limit - 1} reaches {low} to {high}"


def _costs(op: Op, shape: Shape, output: Shape) -> Iterator[str]:
    weights = op.weights(shape)
    if weights is not None and weights.trainable:
        yield f"params: {weights.trainable:,}, MACs: {op.macs(shape, output):,}"
