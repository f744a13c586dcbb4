"""One axis of a layer: integers in, integers out. It knows nothing of shapes, channels or frameworks.

The formulas are those of Dumoulin & Visin, "A guide to convolution arithmetic for deep learning"
(arXiv 1603.07285); ceil mode is PyTorch's; the padding words mean what TensorFlow means by them.
"""

from collections.abc import Callable
from math import gcd
from typing import NamedTuple

Sides = tuple[int, int]
"""Cells added before and after one axis; a negative number takes cells away."""


def extent_of(kernel: int, dilation: int) -> int:
    """Cells from the first tap of a kernel to its last, both included.

    >>> extent_of(kernel=3, dilation=2)
    5
    """
    return dilation * (kernel - 1) + 1


def _same(cells: int, extent: int, stride: int) -> Sides:
    total = max((cells - 1) // stride * stride + extent - cells, 0)
    return total // 2, total - total // 2


def _same_lower(cells: int, extent: int, stride: int) -> Sides:
    after, before = _same(cells, extent, stride)
    return before, after


def _valid(_cells: int, _extent: int, _stride: int) -> Sides:
    return 0, 0


def _full(_cells: int, extent: int, _stride: int) -> Sides:
    return extent - 1, extent - 1


def _causal(_cells: int, extent: int, _stride: int) -> Sides:
    return extent - 1, 0


PADDING_WORDS: dict[str, Callable[[int, int, int], Sides]] = {
    "same": _same,
    "same-lower": _same_lower,
    "valid": _valid,
    "full": _full,
    "causal": _causal,
}
"""What each padding word adds to `cells` cells, given the extent and the stride."""

SIZE_DEPENDENT = frozenset({"same", "same-lower"})
"""The words whose padding depends on the size itself."""


MAX_PERIOD = 4096
"""Receptive fields are followed through at most this many phases of output cells."""


class Taps(NamedTuple):
    """Which cells of its input each cell of an output axis reads.

    Output cell `period * m + r` reads `count` cells from `gain * m + start` in steps of `step`, with
    `(start, step, count) = phases[r]`. A count of 0 is a cell that reads nothing.
    """

    gain: int
    period: int
    phases: tuple[tuple[int, int, int], ...]


class Window(NamedTuple):
    """A direct window (convolution or pooling) along one axis; its numbers are cells.

    `kernel`, `stride` and `dilation` are at least 1, `padding` is (before, after) or one of `PADDING_WORDS`, `ceil`
    counts a last window that fits only in part. Nothing is checked and nothing raised: that is for the ops.

    >>> window = Window(kernel=3, stride=2, dilation=2, padding=(1, 1))
    >>> window.extent, window.output(224)
    (5, 111)
    """

    kernel: int
    stride: int = 1
    dilation: int = 1
    padding: Sides | str = (0, 0)
    ceil: bool = False

    @property
    def extent(self) -> int:
        """Cells that one position of the window spans."""
        return extent_of(self.kernel, self.dilation)

    def pads(self, cells: int) -> Sides:
        """The padding really used on each side of `cells` cells.

        >>> Window(kernel=3, stride=2, padding="same").pads(224)
        (0, 1)
        """
        if isinstance(self.padding, tuple):
            return self.padding
        return PADDING_WORDS[self.padding](cells, self.extent, self.stride)

    def affine(self) -> tuple[int, int]:
        """`(add, divide)` such that `output(n) == (n + add) // divide`, for floor mode.

        SAME's `ceil(n / s)` is `(n + s - 1) // s`, so every policy has this form.

        >>> Window(kernel=7, stride=2, padding=(3, 3)).affine()
        (1, 2)
        """
        if self.padding in SIZE_DEPENDENT:
            return self.stride - 1, self.stride
        return sum(self.pads(0)) - self.extent + self.stride, self.stride

    def output(self, cells: int) -> int:
        """Positions of the window over `cells` cells; below 1 where it does not fit. Relationships 6 and 15.

        SAME leaves nothing over, so ceil mode changes nothing there.

        >>> Window(kernel=3, stride=2, padding=(1, 1), ceil=True).output(112)
        57
        """
        add, stride = self.affine()
        if not self.ceil or self.padding in SIZE_DEPENDENT:
            return (cells + add) // stride
        count = (cells + add + stride - 1) // stride
        starts_in_far_padding = (count - 1) * stride >= cells + self.pads(cells)[0]
        return count - 1 if starts_in_far_padding else count

    def inputs(self, output: int) -> tuple[int, int]:
        """The least and the greatest number of cells that give `output`.

        The interval may reach below 1, and in ceil mode it may be empty (least > greatest).

        >>> Window(kernel=7, stride=2, padding=(3, 3)).inputs(112)
        (223, 224)
        """
        return self._least_input(output), self._least_input(output + 1) - 1

    def _least_input(self, output: int) -> int:
        add, stride = self.affine()
        reaches = output * stride - add
        if not self.ceil or self.padding in SIZE_DEPENDENT:
            return reaches
        kept = (output - 1) * stride - self.pads(0)[0] + 1
        return min(max(reaches - stride + 1, kept), reaches + 1)

    def least_input(self) -> int:
        """The fewest cells, at least one, that the window fits on.

        >>> Window(kernel=7, padding=(1, 1)).least_input()
        5
        """
        return max(self._least_input(1), 1)

    def unread(self, cells: int) -> Sides:
        """Cells at the start and at the end that no position of the window reaches.

        >>> Window(kernel=3, stride=2).unread(6)
        (0, 1)
        >>> Window(kernel=3, stride=2, padding=(1, 1)).unread(6)
        (0, 0)
        """
        before = self.pads(cells)[0]
        end = (self.output(cells) - 1) * self.stride + self.extent - before
        leading = min(max(-before, 0), cells)
        return leading, min(max(cells - end, 0), cells - leading)

    def skipped(self, cells: int) -> int:
        """Of every `stride` cells between one position and the next, those that no tap ever lands on.

        >>> Window(kernel=1, stride=2).skipped(7)
        1
        >>> Window(kernel=3, stride=2, dilation=2).skipped(7)
        1
        >>> Window(kernel=1, stride=2).skipped(1)
        0
        """
        if self.output(cells) < 2:
            return 0
        return self.stride - min(self.kernel, self.stride // gcd(self.stride, self.dilation))

    def holes(self, cells: int) -> int:
        """Cells inside the input that fall between the taps of a dilated kernel, where no other position reads them.

        What `skipped` tells of every stride is not counted again, and past `MAX_PERIOD` taps nothing is.

        >>> Window(kernel=2, dilation=4).holes(5)
        3
        """
        output, (leading, trailing) = self.output(cells), self.unread(cells)
        if self.dilation == 1 or self.skipped(cells) or output * self.kernel > MAX_PERIOD:
            return 0
        first = -self.pads(cells)[0]
        starts = range(first, first + output * self.stride, self.stride)
        read = {start + self.dilation * tap for start in starts for tap in range(self.kernel)}
        return cells - trailing - leading - sum(leading <= cell < cells - trailing for cell in read)

    def taps(self, cells: int) -> Taps:
        """Which of `cells` cells each position reads, the padding counted as cells too.

        >>> Window(kernel=3, stride=2, padding=(1, 1)).taps(6)
        Taps(gain=2, period=1, phases=((-1, 1, 3),))
        """
        return Taps(self.stride, 1, ((-self.pads(cells)[0], self.dilation, self.kernel),))


class TransposedWindow(NamedTuple):
    """A transposed window along one axis: the gradient of the direct window with the same numbers.

    `output_padding` names which of the sizes that the direct window maps to the same output is
    meant. Left out (`None`) it is 0, except that `same` then gives `stride` times the input.
    `kernel`, `stride`, `dilation` and `padding` are as in `Window`, but the padding is taken off. Nothing is raised.

    >>> window = TransposedWindow(kernel=4, stride=2, padding=(1, 1))
    >>> window.output(4), window.extent, window.sides, window.output_padding_limit
    (8, 4, (1, 1), 2)
    """

    kernel: int
    stride: int = 1
    dilation: int = 1
    padding: Sides | str = (0, 0)
    output_padding: int | None = None

    @property
    def extent(self) -> int:
        """Cells that one input cell spreads over."""
        return extent_of(self.kernel, self.dilation)

    def affine(self) -> tuple[int, int]:
        """`(multiply, add)` such that `output(n) == n * multiply + add`.

        >>> TransposedWindow(kernel=5, stride=2, padding="same").affine()
        (2, 0)
        """
        added = self.output_padding or 0
        if self.padding not in SIZE_DEPENDENT:
            return self.stride, self._unpadded(0) - sum(self.sides) + added
        if self.output_padding is None:
            return self.stride, 0
        return self.stride, self.extent % 2 + added - self.stride

    def output(self, cells: int) -> int:
        """Cells that come out of `cells` cells; below 1 where the padding takes everything. Relationship 14.

        With `same` and an output_padding given this is Keras' rule.
        """
        multiply, add = self.affine()
        return cells * multiply + add

    def input(self, output: int) -> int | None:
        """The one number of cells that gives `output`, or None.

        >>> window = TransposedWindow(kernel=4, stride=2, padding=(1, 1))
        >>> window.input(8), window.input(9)
        (4, None)
        """
        multiply, add = self.affine()
        cells, rest = divmod(output - add, multiply)
        return cells if cells >= 1 and not rest else None

    def reachable(self, cells: int) -> tuple[int, int]:
        """The least and greatest output that some output_padding reaches from `cells` cells.

        >>> TransposedWindow(kernel=3, stride=2, padding=(1, 1)).reachable(3)
        (5, 6)
        """
        if self.padding in SIZE_DEPENDENT:
            return (cells - 1) * self.stride + 1, cells * self.stride
        least = self._unpadded(cells) - sum(self.sides)
        return least, least + self.output_padding_limit - 1

    @property
    def output_padding_limit(self) -> int:
        """An output_padding must stay below this: the stride or the dilation, as in PyTorch."""
        return max(self.stride, self.dilation)

    def resolve(self, cells: int, output: int | None = None) -> "TransposedWindow":
        """The window with the padding and output_padding, in numbers, that give the same from `cells` cells.

        Padding by `same` is that of the direct window on the output (`output` if given, else the
        window's own), and the output_padding is what is then left, whatever number Keras has for it:
        the result holds `output == (cells - 1) * stride - padding + extent + output_padding`.

        >>> TransposedWindow(kernel=5, stride=2, padding="same").resolve(7)
        TransposedWindow(kernel=5, stride=2, dilation=1, padding=(1, 2), output_padding=0)
        """
        target = self.output(cells) if output is None else output
        if isinstance(self.padding, str):
            pads = PADDING_WORDS[self.padding](target, self.extent, self.stride)
        else:
            pads = self.padding
        return self._replace(padding=pads, output_padding=target - self._unpadded(cells) + sum(pads))

    def direct(self, cells: int) -> tuple[int, Sides]:
        """Zeros put between neighbours, and the padding, of the equal direct convolution.

        That convolution has stride 1 and the kernel flipped.

        >>> TransposedWindow(kernel=4, stride=2, padding=(1, 1)).direct(4)
        (1, (2, 2))
        """
        resolved = self.resolve(cells)
        before, after = resolved.sides
        around = self.extent - 1
        return self.stride - 1, (around - before, around - after + (resolved.output_padding or 0))

    def least_input(self) -> int:
        """The fewest cells, at least one, that give an output of at least one.

        >>> TransposedWindow(kernel=3, padding=(2, 2)).least_input()
        3
        """
        multiply, add = self.affine()
        return max(-((add - 1) // multiply), 1)

    def unread(self, cells: int) -> Sides:
        """Cells at the start and at the end whose every product the padding takes away.

        >>> TransposedWindow(kernel=1, padding=(1, 0)).unread(4)
        (1, 0)
        """
        resolved = self.resolve(cells)
        before = resolved.sides[0]
        leading = min(max(-((self.extent - 1 - before) // self.stride), 0), cells)
        reached = -(-(self.output(cells) + before) // self.stride)
        return leading, min(max(cells - reached, 0), cells - leading)

    def holes(self, cells: int) -> int:
        """Output cells that no input reaches for want of neighbours, where a dilated kernel spreads thin.

        What `gaps` tells of every stride is not counted again, and past `MAX_PERIOD` taps nothing is.

        >>> TransposedWindow(kernel=2, dilation=2).holes(1)
        1
        """
        if self.dilation == 1 or self.gaps(cells) or cells * self.kernel > MAX_PERIOD:
            return 0
        before = self.resolve(cells).sides[0]
        reached = {
            cell * self.stride + self.dilation * tap - before for cell in range(cells) for tap in range(self.kernel)
        }
        output = self.output(cells)
        return output - sum(0 <= place < output for place in reached)

    def gaps(self, cells: int) -> int:
        """Of every `stride` output cells, those that no kernel reaches and that are bias alone.

        >>> TransposedWindow(kernel=1, stride=3).gaps(4)
        2
        """
        taps = self.taps(cells)
        reading = taps.phases[: self.output(cells)] if taps else ()
        return sum(count == 0 for _, _, count in reading)

    def taps(self, cells: int) -> Taps | None:
        """Which of `cells` cells each output cell reads; None past `MAX_PERIOD` phases.

        >>> TransposedWindow(kernel=3, stride=2, padding=(1, 1)).taps(4).phases
        ((0, 1, 1), (0, 1, 2))
        """
        if self.stride > MAX_PERIOD:
            return None
        before = self.resolve(cells).sides[0]
        phases = tuple([self._phase(cell + before) for cell in range(self.stride)])
        return Taps(1, self.stride, phases)

    def _phase(self, cell: int) -> tuple[int, int, int]:
        """The inputs `i` with `cell == i * stride + dilation * tap` for some tap, as a progression."""
        shared = gcd(self.stride, self.dilation)
        step = self.dilation // shared
        least = -((self.extent - 1 - cell) // self.stride)
        if cell % shared:
            return least, step, 0
        residue = cell // shared * pow(self.stride // shared, -1, step)
        first = least + (residue - least) % step
        return first, step, max((cell // self.stride - first) // step + 1, 0)

    def _unpadded(self, cells: int) -> int:
        return (cells - 1) * self.stride + self.extent

    @property
    def sides(self) -> Sides:
        """The padding in numbers, where it does not follow the size (as after `resolve`)."""
        if isinstance(self.padding, tuple):
            return self.padding
        return PADDING_WORDS[self.padding](0, self.extent, self.stride)
