"""What a knob of a layer may be: values, lists and ranges; for padding its sides. It knows no window and no size."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from convcalc.errors import Malformed
from convcalc.shape import quote, read_int
from convcalc.window import PADDING_WORDS, Sides

Span = tuple[int | None, int | None]
"""From the first number to the second, both included; None for no end."""

EMPTY: Span = (1, 0)
EVERY: Span = (1, None)


class Choices(NamedTuple):
    """Numbers to choose from: runs in order, apart from each other; the last may have no end.

    >>> str(Choices(((1, 3), (5, 5))))
    '1..3,5'
    >>> Choices(((1, 3), (5, 5))).has(4)
    False
    """

    runs: tuple[tuple[int, int | None], ...]

    def __str__(self) -> str:
        return ",".join([str(first) if first == last else f"{first}..{_end(last)}" for first, last in self.runs])

    def has(self, n: int) -> bool:
        """Whether `n` is one of them."""
        return any(first <= n and (last is None or n <= last) for first, last in self.runs)

    @property
    def least(self) -> int:
        """The smallest of them."""
        return self.runs[0][0]

    @property
    def most(self) -> int | None:
        """The greatest of them; None where there is no end."""
        return self.runs[-1][1]

    @property
    def hull(self) -> Span:
        """From the smallest to the greatest."""
        return self.least, self.most

    @property
    def single(self) -> bool:
        """Whether there is one number alone."""
        return bool(self.runs) and self.least == self.most

    @property
    def count(self) -> int | None:  # type: ignore[override]  # nobody counts how often a run occurs
        """How many they are; None for no end."""
        if self.runs and self.most is None:
            return None
        return sum([last - first + 1 for first, last in self.runs if last is not None])

    def numbers(self) -> Iterator[int]:
        """Each of them, in order."""
        for first, last in self.runs:
            n = first
            while last is None or n <= last:
                yield n
                n += 1

    def within(self, least: int | None, most: int | None) -> "Choices":
        """Those from `least` to `most`."""
        runs = [(_later(first, least), _sooner(last, most)) for first, last in self.runs]
        return Choices(tuple([(first, last) for first, last in runs if last is None or first <= last]))

    def meeting(self, spans: Iterable[Span]) -> "Choices":
        """Those that lie in one of the spans."""
        return choices_of([run for span in spans for run in self.within(*span).runs])

    def widened(self, by: int, minimum: int | None) -> "Choices":
        """These, and all that are at most `by` away from one of them."""
        runs = [(_later(first - by, minimum), None if last is None else last + by) for first, last in self.runs]
        return choices_of(runs)


def choices_of(runs: Iterable[tuple[int, int | None]]) -> Choices:
    """Runs in any order as choices: those that touch are one.

    >>> str(choices_of([(5, 6), (1, 1), (2, 4)]))
    '1..6'
    """
    joined: list[tuple[int, int | None]] = []
    for first, last in sorted(runs, key=lambda run: run[0]):
        if not joined or ((end := joined[-1][1]) is not None and end + 1 < first):
            joined.append((first, last))
        elif end is not None:
            joined[-1] = joined[-1][0], None if last is None else max(end, last)
    return Choices(tuple(joined))


def only(n: int) -> Choices:
    """One number."""
    return Choices(((n, n),))


ANY = Choices(((1, None),))
"""A size that is not known."""


def _end(last: int | None) -> str:
    return "" if last is None else str(last)


def _later(first: int, least: int | None) -> int:
    return first if least is None else max(first, least)


def _sooner(last: int | None, most: int | None) -> int | None:
    return last if most is None else most if last is None else min(last, most)


Knob = tuple[Choices, ...]
"""One for all axes, or one for each."""


def show_knob(knob: Iterable[object]) -> str:
    """The text that is read back to the same."""
    return "x".join(map(str, knob))


def read_knob(text: str, *, minimum: int | None, key: str) -> Knob:
    """Values, lists and ranges, one for all axes or joined by x. Raises `Malformed`.

    >>> show_knob(read_knob("1,3..5x7", minimum=1, key="kernel"))
    '1,3..5x7'
    """
    return tuple([read_choices(part, text, minimum=minimum, key=key) for part in text.split("x")])


def read_choices(part: str, text: str, *, minimum: int | None, key: str) -> Choices:
    """`1,3..5`; `text` is all that was written, for the message. Raises `Malformed`."""
    return choices_of([_read_run(item, text, minimum=minimum, key=key) for item in part.split(",")])


def _read_run(item: str, text: str, *, minimum: int | None, key: str) -> tuple[int, int]:
    first, dots, last = item.partition("..")
    if not first or (dots and not last):
        what = f"{quote(text)} misses a number" if text else "nothing is given"
        raise Malformed(what, key=key, hint="write 3, 3,5 or 1..7, one for each axis as 3x1..7")
    least = read_int(first, minimum=minimum, key=key)
    most = read_int(last, minimum=minimum, key=key) if dots else least
    if least > most:
        raise Malformed(f"the range {quote(item)} is empty", key=key, hint=f"write {most}..{least}")
    return least, most


class Sided(NamedTuple):
    """Choices for the cells before and after; None after means as many as before."""

    before: Choices
    after: Choices | None = None

    def __str__(self) -> str:
        return str(self.before) if self.after is None else f"{self.before}:{self.after}"

    def totals(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """The least and the greatest cells in all, each as a number and times what the extent is above 1."""
        after = self.before if self.after is None else self.after
        return (self.before.least + after.least, 0), (_top(self.before) + _top(after), 0)

    def pairs(self, _extent: int, total: Span, *, symmetric: bool) -> Iterator[Sides]:
        """The sides with a total in the span, equal ones or all others, in order."""
        least, most = total
        halves = self.before.within(_half_up(least), _half(most))
        if symmetric:
            yield from ((n, n) for n in halves.numbers() if self.after is None or self.after.has(n))
        elif self.after is not None:
            befores = self.before.within(_less(least, _top(self.after)), _less(most, self.after.least))
            for before in befores.numbers():
                afters = self.after.within(_less(least, before), _less(most, before))
                yield from ((before, after) for after in afters.numbers() if after != before)

    def widened(self, by: int) -> "Sided":
        """Sides of their own, at most `by` away."""
        after = self.before if self.after is None else self.after
        return Sided(self.before.widened(by, min(self.before.least, 0)), after.widened(by, min(after.least, 0)))


class Around(NamedTuple):
    """What is searched where no padding is given: 0 to extent - 1 a side, the sides at most one apart."""

    def __str__(self) -> str:
        return "0..extent-1:0..extent-1"

    def totals(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """From nothing to twice what the extent is above 1."""
        return (0, 0), (0, 2)

    def pairs(self, extent: int, total: Span, *, symmetric: bool) -> Iterator[Sides]:
        """The sides with a total in the span, equal ones or all others, in order."""
        sides = Choices(((0, extent - 1),))
        if symmetric:
            yield from Sided(sides).pairs(extent, total, symmetric=True)
            return
        least, most = total
        for before in sides.within(_half(_less(least, 1)), _half_up(most)).numbers():
            afters = Choices(((before - 1, before - 1), (before + 1, before + 1)))
            kept = afters.within(0, extent - 1).within(_less(least, before), _less(most, before))
            yield from ((before, after) for after in kept.numbers())


AROUND = Around()

PaddingKnob = str | tuple[Sided, ...] | tuple[Around, ...]
"""A word; or the sides, once for all axes or for each."""


def show_padding(padding: PaddingKnob) -> str:
    """The text that is read back to the same."""
    return padding if isinstance(padding, str) else show_knob([str(sides) for sides in padding])


def read_padding(text: str, *, key: str = "padding") -> PaddingKnob:
    """`1`, `0..4` (equal sides), `0..4:0..4` (sides of their own), one an axis joined by x; or a word.

    >>> show_padding(read_padding("0..2:1x3"))
    '0..2:1x3'
    """
    if text in PADDING_WORDS:
        return text
    if text[:1].isalpha():
        words = ", ".join(PADDING_WORDS)
        raise Malformed(f"{quote(text)} is not a padding", key=key, hint=f"write 1, 0..4, 0..4:0..4, {words}")
    return tuple([_read_sided(part, text, key) for part in text.split("x")])


def _read_sided(part: str, text: str, key: str) -> Sided:
    before, colon, after = part.partition(":")
    first = read_choices(before, text, minimum=None, key=key)
    return Sided(first, read_choices(after, text, minimum=None, key=key) if colon else None)


def _top(choices: Choices) -> int:
    return choices.least if choices.most is None else choices.most


def _half(n: int | None) -> int | None:
    return None if n is None else n // 2


def _half_up(n: int | None) -> int | None:
    return None if n is None else -(-n // 2)


def _less(n: int | None, by: int) -> int | None:
    return None if n is None else n - by
