"""Chains of layers that go from one size to another, what practice prefers first. It knows no channels but the last.

The order, each criterion only where those before it leave a choice:
1. no kernel larger than the map it slides over (of a transposed layer, the map it makes): a map of one cell is
   projected by one unpadded layer, as in DCGAN (Radford et al., arXiv 1511.06434), and not padded and cropped;
2. equal padding on both sides, of at most half the kernel; no output_padding; no kernel below the stride, which
   would step over cells, or leave them to the bias;
3. layers as they are built: transposed, a kernel twice the stride, then equal to it, then another multiple, since
   others give checkerboards (Odena, Dumoulin & Olah, Distill 2016); direct, `k3 s2 p1` and its like, then `k4 s2 p1`
   and its like, then odd kernels, then kernels equal to the stride;
4. the same layer throughout, but for one projection from or to a single cell; no cells unread; stride 2; a
   projection of kernel 4, as DCGAN's; fewer layers; small numbers.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from convcalc.errors import Impossible, Malformed
from convcalc.network import Layer, Network
from convcalc.ops.convolution import Conv, TransposedConv
from convcalc.ops.op import Op
from convcalc.shape import Shape, show_size
from convcalc.window import Sides, TransposedWindow, Window

Size = tuple[int, ...]

MOST_LAYERS = 16
"""Chains are no longer, unless a number of layers is asked for."""

MOST_TRIED = 200_000
"""No more chains are tried: kernels times strides times paddings, and that times the projections or changes."""


class Asked(NamedTuple):
    """From which size to which, and what the layers may be."""

    start: Shape
    goal: Shape
    op: str | None = None
    """`conv` or `tconv`; None for what grows, or shrinks, as the sizes do."""
    kernels: Sequence[int] = range(1, 12)
    strides: Sequence[int] = range(1, 5)
    """Of the layers that are repeated; a projection has stride 1."""
    layers: int | None = None
    field: int | None = None
    """The receptive field that must be reached."""
    vary: bool = False
    """The layers may change once, from one to another."""


class Design(NamedTuple):
    """A chain of layers, and how it runs."""

    ops: tuple[Op, ...]
    shapes: tuple[Shape, ...]
    """The start, and what each layer gives."""
    field: int
    """The receptive field of the last layer: on all axes alike, since the layers are."""


class _Run(NamedTuple):
    """One layer, a number of times."""

    window: Window | TransposedWindow
    times: int


_Chain = tuple[_Run, ...]


def designs(asked: Asked) -> Iterator[Design]:
    """Every chain that was asked for, in ranked order, each run before it is told.

    >>> first = next(designs(Asked(Shape(None, (1,)), Shape(None, (64,)))))
    >>> [str(op) for op in first.ops][:2], len(first.ops)
    (['tconv k4', 'tconv k4 s2 p1'], 5)
    """
    op = _op(asked)
    layers = list(_layers(op, asked))
    found = chain(_equal(layers, asked), _projected(op, layers, asked), _varied(layers, asked) if asked.vary else ())
    start = asked.start.size
    for one in sorted(set(found), key=lambda one: _rank(op, one, start)):
        design = run_design(_ops(op, one, asked.goal.channels), asked.start)
        if design.shapes[-1].size != asked.goal.size:
            raise AssertionError(f"{design} does not end at {asked.goal}")
        if asked.field is None or design.field >= asked.field:
            yield design


def run_design(ops: Sequence[Op], start: Shape) -> Design:
    """The chain as it runs. Raises the error of a layer that does not fit."""
    trace = Network([Layer(op, (number,)) for number, op in enumerate(ops)]).run(start)
    for failure in trace.failures:
        raise failure.error
    fields = [field for field in trace.row(len(ops)).receptive_field if field is not None]
    return Design(tuple(ops), tuple(trace.shapes), max(fields, default=1))


def _op(asked: Asked) -> str:
    start, goal = asked.start.size, asked.goal.size
    if len(start) != len(goal):
        what = f"{show_size(start)} has {len(start)} axes, {show_size(goal)} has {len(goal)}"
        raise Malformed(what, hint="give as many axes to both")
    if asked.op:
        return asked.op
    pairs = list(zip(start, goal, strict=True))
    if all(before >= after for before, after in pairs):
        return "conv"
    if all(before <= after for before, after in pairs):
        return "tconv"
    what = f"from {show_size(start)} to {show_size(goal)} one axis grows and another shrinks"
    raise Impossible(what, hint="layers that are the same on all axes don't do that")


def _layers(op: str, asked: Asked) -> Iterator[Window | TransposedWindow]:
    """Every layer that may be repeated: padding up to kernel - 1 a side, the odd cell after."""
    pairs = [(kernel, stride) for kernel in asked.kernels for stride in asked.strides]
    tried = sum([(2 * kernel - 1) * (stride if op == "tconv" else 1) for kernel, stride in pairs])
    _check_tried(tried * (1 + len(asked.kernels)))
    for kernel, stride in pairs:
        for total in range(2 * kernel - 1):
            sides = (total // 2, total - total // 2)
            if op == "conv":
                yield Window(kernel, stride, padding=sides)
            else:
                yield from [TransposedWindow(kernel, stride, 1, sides, added) for added in range(stride)]


def _check_tried(count: int) -> None:
    if count > MOST_TRIED:
        raise Malformed("there are too many layers to try", key="kernel", hint="narrow the kernels or the strides")


def _repeats(window: Window | TransposedWindow, start: Size, goal: Size, most: int) -> Iterator[tuple[int, Size]]:
    """The sizes after one, two and more of a layer, as long as they lie between start and goal."""
    bounds = [(min(pair), max(pair)) for pair in zip(start, goal, strict=True)]
    size = start
    for count in range(1, most + 1):
        reached = tuple([window.output(cells) for cells in size])
        if not all(low <= cells <= high for cells, (low, high) in zip(reached, bounds, strict=True)):
            return
        if reached == size != goal:
            return
        size = reached
        yield count, size


def _reaching(window: Window | TransposedWindow, start: Size, goal: Size, asked: Asked, spent: int) -> Iterator[int]:
    """How many of a layer go from start to goal, where `spent` layers stand elsewhere in the chain."""
    exact = None if asked.layers is None else asked.layers - spent
    for count, size in _repeats(window, start, goal, MOST_LAYERS - spent if exact is None else exact):
        if size == goal and exact in (None, count):
            yield count
            return


def _equal(layers: Sequence[Window | TransposedWindow], asked: Asked) -> Iterator[_Chain]:
    """Chains of one layer."""
    for window in layers:
        for count in _reaching(window, asked.start.size, asked.goal.size, asked, 0):
            yield (_Run(window, count),)


def _projected(op: str, layers: Sequence[Window | TransposedWindow], asked: Asked) -> Iterator[_Chain]:
    """Chains of one layer and a projection: first where a transposed chain grows, last where a direct one shrinks."""
    start, goal = asked.start.size, asked.goal.size
    small = start if op == "tconv" else goal
    if start == goal:
        return
    for kernel in asked.kernels:
        large = tuple([cells + kernel - 1 for cells in small])
        ends = (large, goal) if op == "tconv" else (start, large)
        if kernel == 1 or ends[0] == ends[1]:
            continue
        projection = _Run(TransposedWindow(kernel, output_padding=0) if op == "tconv" else Window(kernel), 1)
        for window in layers:
            if window != projection.window:
                for count in _reaching(window, *ends, asked, 1):
                    run = _Run(window, count)
                    yield (projection, run) if op == "tconv" else (run, projection)


def _varied(layers: Sequence[Window | TransposedWindow], asked: Asked) -> Iterator[_Chain]:
    """Chains of one layer and then another, both with equal padding and no output_padding."""
    plain = [window for window in layers if not _blemishes(window) and _grade(window) < _WORST]
    start, goal = asked.start.size, asked.goal.size
    halfway: dict[Size, list[_Run]] = {}
    for window in plain:
        for count, size in _repeats(window, start, goal, (asked.layers or MOST_LAYERS) - 1):
            if size not in (start, goal):
                halfway.setdefault(size, []).append(_Run(window, count))
    _check_tried(len(halfway) * len(plain))
    for size, firsts in halfway.items():
        for window in plain:
            for last in _ends(window, size, goal, asked):
                yield from [(first, last) for first in firsts if _joins(first, last, asked)]


def _ends(window: Window | TransposedWindow, size: Size, goal: Size, asked: Asked) -> Iterator[_Run]:
    """The layer, as often as leads to the goal."""
    for count, reached in _repeats(window, size, goal, asked.layers or MOST_LAYERS):
        if reached == goal:
            yield _Run(window, count)
            if asked.layers is None:
                return


def _joins(first: _Run, last: _Run, asked: Asked) -> bool:
    """Whether two runs are a chain of different layers, and of as many as asked for."""
    total = first.times + last.times
    return first.window != last.window and (total <= MOST_LAYERS if asked.layers is None else total == asked.layers)


def _blemishes(window: Window | TransposedWindow) -> int:
    """Uneven padding, output_padding, and twice for padding above half the kernel or a kernel below the stride."""
    before, after = _sides(window)
    worse = (after > window.kernel // 2) + (window.kernel < window.stride)
    return (before != after) + bool(_added(window)) + 2 * worse


def _sides(window: Window | TransposedWindow) -> Sides:
    return window.pads(0) if isinstance(window, Window) else window.sides


def _added(window: Window | TransposedWindow) -> int:
    return 0 if isinstance(window, Window) else window.output_padding or 0


_WORST = 4


def _grade(window: Window | TransposedWindow) -> int:
    """0 for the layer that practice prefers, up to `_WORST`."""
    kernel, stride, padding = window.kernel, window.stride, sum(_sides(window))
    if isinstance(window, Window):
        tests = [
            kernel == 2 * stride - 1 and padding == kernel - 1 and stride > 1,
            kernel == 2 * stride and padding == stride,
            kernel % 2 == 1 and kernel > 1,
            kernel == stride and not padding and stride > 1,
        ]
    else:
        tests = [
            kernel == 2 * stride and padding == stride and stride > 1,
            kernel == stride and not padding and stride > 1,
            kernel % stride == 0 and stride > 1,
        ]
    return next((grade for grade, holds in enumerate(tests) if holds), _WORST)


def _projects(op: str, one: _Chain) -> int | None:
    """The place of the run that is a projection: unpadded, of stride 1, first when transposed, last when direct."""
    place = 0 if op == "tconv" else len(one) - 1
    window, count = one[place]
    plain = window.stride == 1 and count == 1 and not sum(_sides(window)) and not _added(window)
    return place if plain and len(one) > 1 else None


def _rank(op: str, one: _Chain, start: Size) -> tuple[int, ...]:
    """What the module says of the order, as numbers."""
    end, sizes = _projects(op, one), _sizes(one, start)
    repeated = [run.window for place, run in enumerate(one) if place != end]
    single = max(sizes[0] if op == "tconv" else sizes[-1]) == 1
    small = [number for run in one for number in (run.window.kernel, run.window.stride, *_sides(run.window), run.times)]
    return (
        _oversized(one, sizes),
        sum(map(_blemishes, repeated)),
        max(map(_grade, repeated)),
        len(one) - 1 + (len(one) > 1 and not (end is not None and single)),
        _unread(one, sizes),
        sum([abs(window.stride - 2) for window in repeated]),
        0 if end is None else abs(one[end].window.kernel - 4),
        sum([run.times for run in one]),
        *small,
    )


def _windows(one: _Chain) -> list[Window | TransposedWindow]:
    return [run.window for run in one for _ in range(run.times)]


def _sizes(one: _Chain, start: Size) -> list[Size]:
    """The start, and what each layer gives."""
    sizes = [start]
    for window in _windows(one):
        sizes.append(tuple([window.output(cells) for cells in sizes[-1]]))
    return sizes


def _oversized(one: _Chain, sizes: Sequence[Size]) -> bool:
    """Whether a kernel is larger than the map it slides over, or makes."""
    steps = zip(_windows(one), sizes, sizes[1:], strict=False)
    return any(window.kernel > min(read if isinstance(window, Window) else made) for window, read, made in steps)


def _unread(one: _Chain, sizes: Sequence[Size]) -> int:
    """How many layers leave cells unread, or lose them to the padding."""
    return sum(
        [any(any(window.unread(cells)) for cells in size) for window, size in zip(_windows(one), sizes, strict=False)]
    )


def _ops(op: str, one: _Chain, channels: int | None) -> list[Op]:
    """The layers; the last one gives the channels that were asked for."""
    windows = _windows(one)
    outs = [*[None] * (len(windows) - 1), channels]
    return [_layer(op, window, out) for window, out in zip(windows, outs, strict=True)]


def _layer(op: str, window: Window | TransposedWindow, out: int | None) -> Op:
    knobs = {"out": out, "kernel": window.kernel, "stride": window.stride, "padding": (_sides(window),)}
    if op == "conv":
        return Conv(**knobs)
    added = {"output_padding": _added(window)} if _added(window) else {}
    return TransposedConv(**knobs, **added)
