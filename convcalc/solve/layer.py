"""One layer asked backwards: the knobs and sizes that fit together, the preferred first. It knows no notation.

The closed forms of `balance` bound every knob; what they leave is settled by the window itself, and by the framework.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeGuard

from convcalc.ops.op import Op
from convcalc.shape import spread
from convcalc.solve.balance import Balance, Linear, divided, intersected
from convcalc.solve.knobs import ANY, AROUND, EVERY, Choices, Knob, PaddingKnob, Span, only
from convcalc.solve.ranking import Standing, kernel_standing, reason_of, standings, unread
from convcalc.solve.settled import Line, Settled, Settler, Windows, layer_of
from convcalc.window import SIZE_DEPENDENT, Sides, TransposedWindow, Window

MAX_PAIRS = 4096
"""So many values of two knobs are looked at one by one to bound the third; past it their ends alone."""


class Question(NamedTuple):
    """What may be; sizes in cells, an entry an axis."""

    op: str
    cells: tuple[Choices, ...]
    output: tuple[Choices, ...]
    kernel: Knob = (Choices(((1, 11),)),)
    stride: Knob = (Choices(((1, 4),)),)
    dilation: Knob = (only(1),)
    padding: PaddingKnob = (AROUND,)
    output_padding: Knob | None = None
    """None for 0 to stride - 1."""
    ceil: tuple[bool, ...] = (False,)
    framework: str | None = None

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.cells)

    @property
    def word(self) -> str | None:
        """The padding word, if it is one."""
        return self.padding if isinstance(self.padding, str) else None


class Solution(NamedTuple):
    """A layer that gives `output` from `cells`; the windows hold its padding in numbers."""

    layer: Op
    cells: tuple[int, ...]
    output: tuple[int, ...]
    windows: Windows
    standing: Standing
    reason: str


def solutions(question: Question) -> Iterator[Solution]:
    """Every layer and size that fits, the preferred first, as they are found.

    Sizes are in cells. Raises `Malformed` where a knob has another number of axes than the sizes. Source: Dumoulin &
    Visin, arXiv 1603.07285, relationships 6, 14 and 15, turned around.

    >>> found = solutions(Question("tconv", (only(7),), (only(14),), stride=(only(2),)))
    >>> print(next(found).layer)
    tconv k4 s2 p1
    """
    check_axes(question)
    search = _Search(question)
    for standing in standings(question.op):
        yield from search.standing_so(standing)


def check_axes(question: Question) -> None:
    """Refuse a knob with another number of axes than the sizes. Raises `Malformed`."""
    for key in ("kernel", "stride", "dilation", "padding", "output_padding"):
        knob = getattr(question, key)
        if isinstance(knob, tuple):
            spread(knob, question.rank, key)


_Knobs = tuple[int, int, int, Sides | str]
"""Kernel, stride, dilation and padding of one axis."""


class _Search:
    """The walk through what a question allows: kernel, stride, dilation, padding, output_padding or ceil, sizes."""

    def __init__(self, question: Question) -> None:
        rank = question.rank
        self.question = question
        self.settler = Settler(question.op, question.framework)
        self.transposed = question.op == "tconv"
        self.strides = spread(question.stride, rank, "stride")
        self.dilations = spread(question.dilation, rank, "dilation")
        self.balances = [self._balance(axis) for axis in range(rank)]
        axes = zip(self.balances, self.strides, self.dilations, strict=True)
        self.kernel_spans = [_kernel_spans(*axis) for axis in axes]

    def _balance(self, axis: int) -> Balance:
        cells, output = self.question.cells[axis], self.question.output[axis]
        if self.settler.own_meaning:
            cells = output = ANY
        large, small = (output, cells) if self.transposed else (cells, output)
        return Balance(large.hull, small.hull, self._rest(axis), self._totals(axis))

    def _rest(self, axis: int) -> tuple[Linear, Linear]:
        """The least and the greatest rest: what the stride leaves over, or output_padding."""
        added = self.question.output_padding
        if self.transposed and added is not None and self.question.word not in SIZE_DEPENDENT:
            chosen = added[axis % len(added)]
            return (chosen.least, 0), (chosen.most or 0, 0)
        return ((1, -1), (0, 1)) if any(self.question.ceil) else ((0, 0), (-1, 1))

    def _totals(self, axis: int) -> tuple[Linear, Linear]:
        """The least and the greatest padding in all. The sizes under `same` are those of extent - 1 cells."""
        padding = self.question.padding
        if isinstance(padding, str):
            times = {"valid": 0, "full": 2}.get(padding, 1)
            return (0, times), (0, times)
        return padding[axis % len(padding)].totals()

    def standing_so(self, standing: Standing) -> Iterator[Solution]:
        """What stands there, the smaller numbers first."""
        for kernel, stride in self._kernels(standing):
            for dilation in self._dilations(kernel, stride, dilated=standing.dilated):
                reach = [apart * (size - 1) for size, apart in zip(kernel, dilation, strict=True)]
                for padding in self._paddings(stride, reach, uneven=standing.uneven):
                    axes = list(zip(kernel, stride, dilation, padding, strict=True))
                    for windows in self._layers(axes, reach):
                        yield from self._sized(windows, standing)

    def _kernels(self, standing: Standing) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
        """Kernels, and strides to each, that stand so."""
        for kernel in _values(self.question.kernel, self._kernel_ends(standing.kernel)):
            if self.transposed or kernel_standing(self.question.op, kernel, kernel) == standing.kernel:
                for stride in _values(self.question.stride, self._stride_spans(kernel, standing)):
                    if kernel_standing(self.question.op, kernel, stride) == standing.kernel:
                        yield kernel, stride

    def _kernel_ends(self, standing: int) -> list[list[Span]]:
        """Where a kernel may lie; at most twice the stride, if it is to stand there."""
        if not self.transposed or standing > 1:
            return self.kernel_spans
        ends = [(choices.least, 2 * (choices.most or 0)) for choices in self.strides]
        return [_cut(spans, end) for spans, end in zip(self.kernel_spans, ends, strict=True)]

    def _stride_spans(self, kernel: Sequence[int], standing: Standing) -> list[list[Span]]:
        """Where the strides to a kernel may lie, if they are to stand there; longer ones step over cells."""
        axes = zip(self.balances, self.dilations, kernel, strict=True)
        spans = [_stride_spans(*axis) for axis in axes]
        if not self.transposed:
            steps = not standing.unread and min([output.least for output in self.question.output]) > 1
            return [_cut(found, (1, size)) for found, size in zip(spans, kernel, strict=True)] if steps else spans
        if standing.kernel > 2:
            return spans
        ends = [
            (-(-size // 2) if standing.kernel < 2 else 1, size if standing.kernel else size // 2) for size in kernel
        ]
        return [_cut(found, end) for found, end in zip(spans, ends, strict=True)]

    def _dilations(self, kernel: Sequence[int], stride: Sequence[int], *, dilated: bool) -> Iterator[tuple[int, ...]]:
        axes = zip(self.balances, kernel, stride, strict=True)
        knob = self.question.dilation if dilated else tuple([c.within(1, 1) for c in self.question.dilation])
        for dilation in _values(knob, [_dilation_spans(*axis) for axis in axes]):
            if any(apart != 1 for apart in dilation) == dilated:
                yield dilation

    def _paddings(
        self, stride: Sequence[int], reach: Sequence[int], *, uneven: bool
    ) -> Iterator[tuple[Sides | str, ...]]:
        """The sides on each axis; a word as it is, for its sides may follow the size."""
        padding, rank = self.question.padding, self.question.rank
        if isinstance(padding, str):
            yield (padding,) * rank
            return
        axes = list(zip(self.balances, stride, reach, strict=True))
        totals = [balance.paddings(step, beyond) for balance, step, beyond in axes]
        if len(padding) == 1:
            pairs = padding[0].pairs(min(reach) + 1, intersected(totals), symmetric=not uneven)
            yield from ((pair,) * rank for pair in pairs)
            return
        extents = [beyond + 1 for beyond in reach]
        yield from _pairs_of(list(zip(padding, extents, totals, strict=True)), uneven=uneven)

    def _layers(self, axes: list[_Knobs], reach: Sequence[int]) -> Iterator[Windows]:
        """The windows with each output_padding, or ceil mode."""
        if not self.transposed:
            for ceil in self.question.ceil:
                yield tuple([Window(k, s, d, pads, ceil) for k, s, d, pads in axes])
            return
        if self.question.output_padding is None and self.question.word in SIZE_DEPENDENT:
            yield tuple([TransposedWindow(*axis) for axis in axes])
        knob = self.question.output_padding or (Choices(((0, min([axis[1] for axis in axes]) - 1),)),)
        bare = [TransposedWindow(*axis) for axis in axes]
        spans = [[_added_span(balance, window)] for balance, window in zip(self.balances, bare, strict=True)]
        for added in _values(knob, spans):
            yield tuple([window._replace(output_padding=more) for window, more in zip(bare, added, strict=True)])

    def _sized(self, windows: Windows, standing: Standing) -> Iterator[Solution]:
        """The sizes that fit a layer, where it then stands so."""
        lines = self.settler.lines(windows)
        if not lines:
            return
        for cells in _sizes_of(list(zip(lines, self.question.cells, self.question.output, strict=True))):
            found = self.settler.settle(windows, cells)
            if found and self._fits(found, standing, cells) and not self._repeats(windows, cells, found):
                reason = reason_of(self.question.op, windows, standing)
                layer = found.layer or layer_of(self.question.op, windows)
                yield Solution(layer, cells, found.output, found.told, standing, reason)

    def _fits(self, found: Settled, standing: Standing, cells: tuple[int, ...]) -> bool:
        """Whether the output is one that is asked for, and the layer stands so."""
        uneven = any(window.padding[0] != window.padding[1] for window in found.told)
        axes = zip(found.output, self.question.output, strict=True)
        if uneven != standing.uneven or not all(choices.has(output) for output, choices in axes):
            return False
        return any(unread(window, n) for window, n in zip(found.used, cells, strict=True)) == standing.unread

    def _repeats(self, windows: Windows, cells: tuple[int, ...], found: Settled) -> bool:
        """Whether under `same` the layer without an output_padding is the same, and told already."""
        if self.question.output_padding is not None or self.question.word not in SIZE_DEPENDENT:
            return False
        without = tuple([window._replace(output_padding=None) for window in windows if _adds(window)])
        if not without:
            return False
        known = self.settler.settle(without, cells)
        return known is not None and known.output == found.output


def _values(knob: Knob, spans: Sequence[Sequence[Span]]) -> Iterator[tuple[int, ...]]:
    """The values on all axes, each in a span of its axis, in order; a knob for all axes has one for all."""
    if len(knob) > 1:
        yield from _product([choices.meeting(within) for choices, within in zip(knob, spans, strict=True)])
        return
    choices = knob[0]
    for within in spans:
        choices = choices.meeting(within)
    yield from ((n,) * len(spans) for n in choices.numbers())


def _product(axes: Sequence[Choices]) -> Iterator[tuple[int, ...]]:
    """All combinations, in order, as they are asked for."""
    if not axes:
        yield ()
        return
    for n in axes[0].numbers():
        yield from ((n, *others) for others in _product(axes[1:]))


def _pairs_of(axes: Sequence[tuple[Any, int, Span]], *, uneven: bool) -> Iterator[tuple[Sides, ...]]:
    """The sides on all axes: all equal, or on one axis at least not."""
    if not axes:
        if not uneven:
            yield ()
        return
    sided, extent, total = axes[0]
    pairs = list(sided.pairs(extent, total, symmetric=True))
    if uneven:
        pairs = sorted([*pairs, *sided.pairs(extent, total, symmetric=False)])
    for before, after in pairs:
        for others in _pairs_of(axes[1:], uneven=uneven and before == after):
            yield ((before, after), *others)


def _kernel_spans(balance: Balance, strides: Choices, dilations: Choices) -> list[Span]:
    """Where the kernel may lie."""
    if (strides.count or 0) * (dilations.count or 0) > MAX_PAIRS:
        least, most = balance.reaches(strides.hull)
        widest, narrowest = dilations.most or 1, dilations.least
        return [(-(-(least or 0) // widest) + 1, None if most is None else most // narrowest + 1)]
    spans = [balance.reaches((stride, stride)) for stride in strides.numbers()]
    ends = [divided(span, dilation) for span in spans for dilation in dilations.numbers()]
    return [((least or 0) + 1, None if most is None else most + 1) for least, most in ends]


def _stride_spans(balance: Balance, dilations: Choices, kernel: int) -> list[Span]:
    """Where the stride to a kernel may lie."""
    if (dilations.count or 0) > MAX_PAIRS:
        return [balance.strides((dilations.least * (kernel - 1), (dilations.most or 0) * (kernel - 1)))]
    reaches = [dilation * (kernel - 1) for dilation in dilations.numbers()]
    return [balance.strides((reach, reach)) for reach in reaches]


def _dilation_spans(balance: Balance, kernel: int, stride: int) -> list[Span]:
    """Where the dilation of a kernel at a stride may lie; with one tap it makes no difference."""
    least, most = balance.reaches((stride, stride))
    if kernel > 1:
        return [divided((least, most), kernel - 1)]
    return [EVERY] if not least and (most is None or most >= 0) else []


def _added_span(balance: Balance, window: TransposedWindow) -> Span:
    """Where the output_padding may lie: below stride or dilation, and where it makes up for the padding."""
    limit = 0, window.output_padding_limit - 1
    if window.padding in SIZE_DEPENDENT:
        return limit
    least, most = balance.bare(window.stride, window.extent - 1)
    total = sum(window.sides)
    return intersected([limit, (None if most is None else total - most, None if least is None else total - least)])


def _adds(window: Window | TransposedWindow) -> TypeGuard[TransposedWindow]:
    return isinstance(window, TransposedWindow) and window.output_padding is not None


def _cut(spans: Sequence[Span], end: Span) -> list[Span]:
    return [intersected([span, end]) for span in spans]


def _sizes_of(axes: Sequence[tuple[Line, Choices, Choices]]) -> Iterator[tuple[int, ...]]:
    """The cells on all axes that give an output asked for, in order."""
    if not axes:
        yield ()
        return
    for n in _cells_of(*axes[0]):
        yield from ((n, *others) for others in _sizes_of(axes[1:]))


def _cells_of(line: Line, cells: Choices, output: Choices) -> Iterator[int]:
    """By the outputs where they are fewer, else by the cells."""
    if output.count is None or (cells.count is not None and cells.count <= output.count):
        yield from (n for n in cells.numbers() if output.has(line.output(n)))
        return
    for wanted in output.numbers():
        found = cells.within(*line.inputs(wanted)).numbers()
        yield from (n for n in found if line.output(n) == wanted)


def needed_padding(question: Question) -> tuple[Span, ...] | None:
    """The padding in all that each axis takes, where kernel, stride, dilation and sizes are known."""
    knobs = [*question.kernel, *question.stride, *question.dilation, *question.cells, *question.output]
    search = _Search(question)
    if search.settler.own_meaning or not all(choices.single for choices in knobs):
        return None
    kernels = spread(question.kernel, question.rank, "kernel")
    axes = zip(search.balances, search.strides, search.dilations, kernels, strict=True)
    return tuple(
        [
            balance.paddings(stride.least, dilation.least * (kernel.least - 1))
            for balance, stride, dilation, kernel in axes
        ]
    )
