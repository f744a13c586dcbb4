"""What convolutions and pools share: a window on each axis. It knows nothing of channels and weights."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, Generic, NamedTuple, TypeVar

from convcalc.errors import AXES, FIT, Impossible
from convcalc.ops.kinds import WINDOW_PADDING, Axes, PaddingValue, PerAxis
from convcalc.ops.op import Note, Op, impossible, knob
from convcalc.shape import Shape, spread
from convcalc.window import SIZE_DEPENDENT, Sides, Taps, TransposedWindow, Window

KERNEL = knob(Axes(), "kernel size, one number or one an axis", letter="k")
STRIDE = knob(Axes(), "stride", letter="s", default=(1,))
PADDING = knob(WINDOW_PADDING, "padding: a number a side, before:after, or a word", letter="p", default=((0, 0),))
DILATION = knob(Axes(), "dilation", letter="d", default=(1,))

AnyWindow = TypeVar("AnyWindow", Window, TransposedWindow)


class Plan(NamedTuple, Generic[AnyWindow]):
    """What a windowed op is for one number of axes, worked out once."""

    windows: tuple[AnyWindow, ...]
    affine: tuple[tuple[int, int], ...]
    """Two numbers an axis, from which its output follows."""
    kernel_cells: int
    taps: tuple[Taps | None, ...]
    """None where they follow the size."""


class Planned(Op, Generic[AnyWindow]):
    """An op with a window on every axis, direct or transposed."""

    kernel: PerAxis = KERNEL
    stride: PerAxis | None = STRIDE
    padding: PaddingValue = PADDING
    _plans: dict[int, Plan[AnyWindow]]

    def prepared(self) -> dict[str, Any]:
        """Room for the plans, which are made when a number of axes is known."""
        return {"_plans": {}}

    def plan(self, rank: int) -> Plan[AnyWindow]:
        """The windows for `rank` axes. Raises `Malformed` where a knob has another number of axes."""
        if rank not in self._plans:
            need_axes(self, rank)
            windows = self._windows(rank)
            alike = {window: window.taps(1) for window in windows}
            self._plans[rank] = Plan(
                windows,
                tuple([window.affine() for window in windows]),
                prod(window.kernel for window in windows),
                tuple([alike[window] for window in windows]),
            )
        return self._plans[rank]

    @property
    def padding_word(self) -> str | None:
        return self.padding if isinstance(self.padding, str) else None

    def axes_of(self, rank: int) -> list[tuple[int, int, Sides | str]]:
        """Kernel, stride (the kernel where left out) and padding of each of `rank` axes."""
        kernel = spread(self.kernel, rank, "kernel")
        stride = spread(self.stride or self.kernel, rank, "stride")
        given: tuple[Sides | str, ...] = (self.padding,) if isinstance(self.padding, str) else self.padding
        return list(zip(kernel, stride, spread(given, rank, "padding"), strict=True))

    def _windows(self, rank: int) -> tuple[AnyWindow, ...]:
        raise NotImplementedError


class Windowed(Planned[Window]):
    """A direct window on every axis."""

    dilation: PerAxis = DILATION

    @property
    def ceil_mode(self) -> bool:
        """Whether a last window that fits only in part counts."""
        return False

    def _windows(self, rank: int) -> tuple[Window, ...]:
        axes = zip(self.axes_of(rank), spread(self.dilation, rank, "dilation"), strict=True)
        return tuple(
            [Window(kernel, stride, dilation, pads, self.ceil_mode) for (kernel, stride, pads), dilation in axes]
        )

    def windows(self, shape: Shape) -> tuple[Window, ...]:
        """The window on each axis, its padding in numbers for this shape."""
        windows = self.plan(len(shape.size)).windows
        if isinstance(windows[0].padding, tuple):
            return windows
        axes = zip(windows, shape.size, strict=True)
        return tuple([window._replace(padding=window.pads(cells)) for window, cells in axes])

    def sizes(self, size: tuple[int, ...]) -> tuple[int, ...]:
        """Every axis by `floor((in + padding - extent) / stride) + 1`."""
        plan = self._plans.get(len(size)) or self.plan(len(size))
        counts = []
        for cells, (add, stride) in zip(size, plan.affine):  # noqa: B905 - a plan has the rank it is asked for
            count = (cells + add) // stride
            if count < 1:
                raise self._refusal(size)
            counts.append(count)
        return tuple(counts)

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """The windows over every axis; channels as they are."""
        return Shape(shape.channels, self.sizes(shape.size))

    def _refusal(self, size: Sequence[int]) -> Impossible:
        rank = len(size)
        if not all(type(cells) is int for cells in size):
            what = "the window does not fit"  # sizes that stand for many have no one number
            return Impossible(what, key="kernel", kind=FIT)
        for axis, (window, cells) in enumerate(zip(self.plan(rank).windows, size, strict=True)):
            if window.output(cells) < 1:
                return impossible(axis, rank, *_misfit(window, cells, self.may_pad), kind=FIT)
        raise AssertionError("every window fits")

    def may_pad(self, cells: int, sides: Sides) -> bool:
        """Whether so many cells can be padded so."""
        return True

    def taps(self, shape: Shape, output: Shape) -> tuple[Taps | None, ...]:
        """A window's taps; with `same` they follow the size."""
        plan = self.plan(len(shape[1]))
        if self.padding not in SIZE_DEPENDENT:
            return plan.taps
        first, cells = plan.windows[0], shape[1][0]
        if shape[1].count(cells) == plan.windows.count(first) == len(plan.windows):
            return (first.taps(cells),) * len(plan.windows)
        return tuple([window.taps(cells) for window, cells in zip(plan.windows, shape.size, strict=True)])

    def notes(self, shape: Shape, output: Shape) -> list[Note]:
        """Cells never read, stepped over or between the taps, and padding that a word made uneven."""
        return direct_notes(self.windows(shape), shape.size, self.padding_word)


def direct_notes(windows: Sequence[Window], size: Sequence[int], word: str | None) -> list[Note]:
    """What is worth knowing of windows, whose padding is in numbers, over `size`."""
    axes = list(zip(windows, size, strict=True))
    skipped = [(window.skipped(cells), window.stride) for window, cells in axes]
    notes = [
        *unread_notes([window.unread(cells) for window, cells in axes], "never read"),
        per_axis_note("skipped", skipped, "the stride steps over {0} of every {1} input cells{axis}"),
        per_axis_note("skipped", [window.holes(cells) for window, cells in axes], HOLES),
        uneven_note([window.pads(0) for window in windows], word),
    ]
    return [note for note in notes if note]


HOLES = "{0} input cell{s}{axis} between the taps {is} never read"


def need_axes(op: Op, rank: int) -> None:
    """Refuse a feature vector."""
    if not rank:
        raise Impossible(
            f"{op.spelling} needs at least one axis, a feature vector has none", hint="reshape it first", kind=AXES
        )


def _misfit(window: Window, cells: int, may_pad: Callable[[int, Sides], bool]) -> tuple[str, str, str]:
    """What does not fit, the knob to turn, and how far."""
    before, after = window.pads(cells)
    padded = cells + before + after
    what = f"the padded input is {cells} + {before} + {after} = {padded}, the kernel's extent {window.extent}"
    if window.dilation > 1:
        what += f" = {window.dilation} * ({window.kernel} - 1) + 1"
    knobs = [f"the smallest input that works is {window.least_input()}"]
    below = min(window.kernel, max(padded, 0) // window.dilation + 2)
    if kernel := _largest(below, lambda kernel: window._replace(kernel=kernel).output(cells) >= 1):
        knobs.append(f"the largest kernel {kernel}")
    missing = window.extent - padded

    def fits(saved: int) -> bool:
        sides = before, after + missing - saved
        return may_pad(cells, sides) and window._replace(padding=sides).output(cells) >= 1

    if fits(0):
        knobs.append(f"the padding that fits {before + after + missing - _largest(missing, fits)} in all")
    return what, "kernel" if padded >= 1 else "padding", ", ".join(knobs)


def _largest(below: int, works: Callable[[int], bool]) -> int:
    """The largest number from 1 to under `below` that works, where all smaller ones do; 0 for none."""
    least, most = 0, below - 1
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if works(middle) else (least, middle - 1)
    return least


def unread_notes(sides: Sequence[Sides], what: str) -> list[Note | None]:
    """A note for the cells at the start of the axes, and one for those at their end."""
    leading, trailing = [side[0] for side in sides], [side[1] for side in sides]
    return [
        per_axis_note("unread", leading, "{0} leading input cell{s}{axis} {is} " + what),
        per_axis_note("unread", trailing, "{0} trailing input cell{s}{axis} {is} " + what),
    ]


def per_axis_note(code: str, values: Sequence[object], text: str, *, zero: bool = False) -> Note | None:
    """One note for all axes: the value said once where they agree, else axis by axis; None for none.

    A value of 0 says nothing, unless `zero`.
    """
    rank = len(values)
    told = [(axis, value) for axis, value in enumerate(values) if zero or _counts(value)]
    if not told:
        return None
    if len(told) == rank and len(set(values)) == 1:
        told = [(-1, values[0])]
    return Note(code, "; ".join([_sentence(text, value, _place(axis, rank)) for axis, value in told]))


def _counts(value: object) -> bool:
    return bool(value[0]) if isinstance(value, tuple) else bool(value)


def _place(axis: int, rank: int) -> str:
    if rank == 1:
        return ""
    return " per axis" if axis < 0 else f" on axis {axis + 1}"


def _sentence(text: str, value: object, place: str) -> str:
    values = value if isinstance(value, tuple) else (value,)
    one = values[0] == 1
    return text.format(*values, axis=place, s="" if one else "s", **{"is": "is" if one else "are"})


def uneven_note(sides: Sequence[Sides], word: str | None) -> Note | None:
    """The padding in numbers, where a word chose it and its sides differ."""
    if word is None or all(before == after for before, after in sides):
        return None
    told = sides[:1] if len(set(sides)) == 1 else sides
    place = " per axis" if len(sides) > len(told) else ""
    pairs = " x ".join([f"({before}, {after})" for before, after in told])
    return Note("padding", f"{word} pads {pairs}{place}: before, after")
