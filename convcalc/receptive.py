"""Receptive fields: which cells of the network's input a cell of some layer reads, on one axis.

Exact on an endless input, that is, for cells whose field the borders don't cut. Behind a transposed
window or an upsampling the cells of one axis read differently by phase, so a field is a list of phases.
All channels of a layer are taken together: a pixel shuffle right after its inverse is told as if a
convolution had mixed the channels between them.
Sources: Araujo, Norris & Sim, "Computing Receptive Fields of Convolutional Neural Networks" (Distill
2019) for chains of direct windows; the rest follows the intervals themselves.
"""

from collections.abc import Sequence
from math import gcd, lcm
from typing import NamedTuple

from convcalc.window import MAX_PERIOD, Taps

Jump = tuple[int, int]
"""The distance in the input between the fields of neighbouring cells, as a fraction in lowest terms."""


class Field(NamedTuple):
    """Cell `period * m + r` reads the input from `gain * m + lows[r]` to `gain * m + highs[r]`.

    None stands for a phase that reads nothing (a gap of a transposed window).
    """

    gain: int
    period: int
    lows: tuple[int | None, ...]
    highs: tuple[int | None, ...]

    @property
    def size(self) -> int:
        """The receptive field: the most input cells from the first that a cell reads to the last."""
        if self.period == 1 and self.lows[0] is not None and self.highs[0] is not None:
            return self.highs[0] - self.lows[0] + 1
        spans = [high - low + 1 for low, high in self._read()]
        return max(spans, default=0)

    @property
    def jump(self) -> Jump:
        """The effective stride."""
        shared = gcd(self.gain, self.period)
        return self.gain // shared, self.period // shared

    @property
    def offset(self) -> int | None:
        """Where the field of cell 0 starts: an input index, negative in the padding."""
        return self.lows[0]

    def _read(self) -> list[tuple[int, int]]:
        pairs = zip(self.lows, self.highs, strict=True)
        return [(low, high) for low, high in pairs if low is not None and high is not None]

    def anchors(self) -> tuple[Jump, Jump, Jump]:
        """The mean first, last and middle input cell of a field, with its phase's share of the gain taken off."""
        read = [(phase, low, high) for phase, (low, high) in enumerate(zip(self.lows, self.highs, strict=True))]
        shares = [
            (low * self.period - phase * self.gain, high * self.period - phase * self.gain)
            for phase, low, high in read
            if low is not None and high is not None
        ]
        first, last = sum(low for low, _ in shares), sum(high for _, high in shares)
        count = max(len(shares), 1) * self.period
        return (first, count), (last, count), (first + last, 2 * count)


MAX_WORK = 500_000
"""Cells looked at for one layer; past it a field is not followed either."""

_new_field = tuple.__new__  # half the cost of Field(...), and the same Field

START = Field(1, 1, (0,), (0,))
"""The input itself."""


def follow(field: Field, taps: Taps) -> Field | None:
    """The field behind one more layer; None where that takes too many phases.

    >>> follow(START, Taps(2, 1, ((-3, 1, 7),)))
    Field(gain=2, period=1, lows=(-3,), highs=(3,))
    """
    gain, period, lows, highs = field
    if period == 1 and taps.period == 1 and lows[0] is not None and highs[0] is not None:
        start, step, count = taps.phases[0]
        first = gain * start
        low, high = lows[0] + first, highs[0] + first + gain * step * (count - 1)
        return _new_field(Field, (gain * taps.gain, 1, (low,), (high,)))
    return _follow_phases(field, taps)


def _follow_phases(field: Field, taps: Taps) -> Field | None:
    repeats = field.period // gcd(taps.gain, field.period)
    phases = taps.period * repeats
    widest = max(count for _, _, count in taps.phases)
    if phases > MAX_PERIOD or phases * min(widest, field.period) > MAX_WORK:
        return None
    lows, highs = [], []
    for repeat in range(repeats):
        for start, step, count in taps.phases:
            low, high = _hull(field, start + repeat * taps.gain, step, count)
            lows.append(low)
            highs.append(high)
    gain = field.gain * (taps.gain * repeats // field.period)
    return Field(gain, taps.period * repeats, tuple(lows), tuple(highs))


def _hull(field: Field, start: int, step: int, count: int) -> tuple[int | None, int | None]:
    """The first and last input cell under `count` cells of a layer, from `start` in steps of `step`."""
    distinct = min(count, field.period // gcd(step, field.period))
    last = start + step * (count - 1)
    lows = [_at(field, field.lows, start + step * turn) for turn in range(distinct)]
    highs = [_at(field, field.highs, last - step * turn) for turn in range(distinct)]
    return _outermost(lows, highs)


def _outermost(lows: Sequence[int | None], highs: Sequence[int | None]) -> tuple[int | None, int | None]:
    return (
        min((low for low in lows if low is not None), default=None),
        max((high for high in highs if high is not None), default=None),
    )


def _at(field: Field, sides: Sequence[int | None], cell: int) -> int | None:
    whole, phase = divmod(cell, field.period)
    side = sides[phase]
    return None if side is None else side + whole * field.gain


def union(fields: Sequence[Field | None]) -> Field | None:
    """The field of a join: from the first cell that any branch reads to the last.

    None where a branch has none, or where the branches move through the input at different jumps.
    """
    known = [field for field in fields if field is not None]
    if len(known) < len(fields) or len({field.jump for field in known}) > 1:
        return None
    period = lcm(*[field.period for field in known])
    if period > MAX_PERIOD:
        return None
    if len(set(known)) == 1:
        return known[0]
    gain = known[0].gain * (period // known[0].period)
    sides = [_widest(known, cell) for cell in range(period)]
    return Field(gain, period, tuple([low for low, _ in sides]), tuple([high for _, high in sides]))


def _widest(fields: Sequence[Field], cell: int) -> tuple[int | None, int | None]:
    lows = [_at(field, field.lows, cell) for field in fields]
    highs = [_at(field, field.highs, cell) for field in fields]
    return _outermost(lows, highs)


def aligned(one: Field, other: Field) -> bool:
    """Whether a join of both puts cells together that look at the same place.

    They do where the first cells, the last cells (causal branches) or the middles of their fields lie
    less than one cell of the join apart.
    """
    return any(_within(mine, theirs, one.jump) for mine, theirs in zip(one.anchors(), other.anchors(), strict=True))


def _within(mine: Jump, theirs: Jump, jump: Jump) -> bool:
    """Whether two places lie less than `jump` apart."""
    difference = abs(mine[0] * theirs[1] - theirs[0] * mine[1])
    return difference * jump[1] < jump[0] * mine[1] * theirs[1]
