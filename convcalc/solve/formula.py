"""The size that every layer gives, as a formula of the input's size `n`. It knows of an op only what it computes.

An op is run on a formula in place of a number. Where it compares, and the answer is not the same for every size, both
answers are followed; what it refuses is left out, so a formula holds for the sizes that the layer takes.
A chain of direct windows is one window: `floor((floor((n + a) / b) + c) / d) == floor((n + a + b c) / (b d))`
(Dumoulin & Visin, arXiv 1603.07285).
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from convcalc.dialects.ruled import Ruled
from convcalc.errors import Malformed
from convcalc.network import Network
from convcalc.ops.op import Op
from convcalc.ops.resampling import Upsample
from convcalc.ops.windowed import Planned
from convcalc.shape import Shape
from convcalc.solve.domains import Unfollowable
from convcalc.solve.terms import Atom, Choice, Floor, Formula, Number, Terms, both_ways, gap_of, terms_of

MAX_RUNS = 256
"""An op that compares more often than this can tell has no formula."""


class Questions:
    """The comparisons of one run of an op, and how they were answered."""

    def __init__(self) -> None:
        self.given: tuple[bool, ...] = ()
        self.asked: list[tuple[str, Terms, bool]] = []

    def holds(self, sign: str, difference: Number) -> bool:
        """Whether a difference is below 0, or is 0: the same for every size, or as this run supposes."""
        known = _known(sign, difference)
        if known is not None:
            return known
        place = len(self.asked)
        answer = self.given[place] if place < len(self.given) else True
        for before, terms, told in self.asked:
            if (before, terms) == (sign, terms_of(difference)):
                return told
        self.asked.append((sign, terms_of(difference), answer))
        return answer

    def outcomes(self, compute: Callable[[], Shape]) -> "list[Outcome]":
        """What comes of every way to answer, but for what is refused."""
        found: list[Outcome] = []
        todo: list[tuple[bool, ...]] = [()]
        for _ in range(MAX_RUNS):
            self.given, self.asked = todo.pop(), []
            shape = _attempt(compute)
            answers = tuple([answer for _, _, answer in self.asked])
            todo += [(*answers[:place], False) for place in range(len(self.given), len(answers))]
            if shape is not None:
                found.append(Outcome(tuple(self.asked), shape))
            if not todo:
                return found
        raise Unfollowable


def _attempt(compute: Callable[[], Shape]) -> Shape | None:
    """A shape; None where the op refuses. What is supposed may contradict itself, and an op then fail in any way."""
    try:
        return compute()
    except Malformed:
        raise Unfollowable from None
    except Exception:  # noqa: BLE001 - as said
        return None


class Outcome(NamedTuple):
    """A shape, and what was supposed to come to it."""

    supposed: tuple[tuple[str, Terms, bool], ...]
    shape: Shape


def _known(sign: str, difference: Number) -> bool | None:
    """The answer, where it is the same for all sizes."""
    if isinstance(difference, int):
        return difference < 0 if sign == "<" else difference == 0
    least, most = bounds(difference.terms)
    if least is not None and least > 0:
        return False
    if most is not None and most < 0:
        return sign == "<"
    return False if sign == "<" and least == 0 else None


Line = tuple[dict[str, Fraction], Fraction, Fraction]
"""A slope for each name, and the least and the most that is added."""


def bounds(terms: Terms) -> tuple[Fraction | None, Fraction | None]:
    """What a sum is at least and at most, every name being at least 1; None where no bound is known."""
    line = _line(terms)
    if line is None:
        return None, None
    slopes, least, most = line
    start = sum(slopes.values(), Fraction(0))
    rises, falls = any(slope > 0 for slope in slopes.values()), any(slope < 0 for slope in slopes.values())
    return None if falls else least + start, None if rises else most + start


def _line(terms: Terms) -> Line | None:
    slopes: dict[str, Fraction] = {}
    least = most = Fraction(0)
    for product, count in terms:
        line = _line_of(product[0]) if len(product) == 1 else ({}, Fraction(1), Fraction(1))
        if line is None or len(product) > 1:
            return None
        for name, slope in line[0].items():
            slopes[name] = slopes.get(name, Fraction(0)) + slope * count
        ends = sorted([line[1] * count, line[2] * count])
        least, most = least + ends[0], most + ends[1]
    return {name: slope for name, slope in slopes.items() if slope}, least, most


def _line_of(atom: Atom) -> Line | None:
    if isinstance(atom, str):
        return {atom: Fraction(1)}, Fraction(0), Fraction(0)
    if isinstance(atom, Floor):
        inner = _line(atom.top)
        part = Fraction(1, atom.divisor)
        return inner and (
            {name: slope * part for name, slope in inner[0].items()},
            (inner[1] - atom.divisor + 1) * part,
            inner[2] * part,
        )
    assert isinstance(atom, Choice)  # noqa: S101 - for mypy: a group stands beside another factor
    yes, no = _line(atom.yes), _line(atom.no)
    if yes is None or no is None or yes[0] != no[0]:
        return None
    return yes[0], min(yes[1], no[1]), max(yes[2], no[2])


def _merged(outcomes: Sequence[Outcome], pick: Callable[[Shape], object], ask: Questions, place: int = 0) -> object:
    """One formula of all outcomes."""
    if len(outcomes) == 1:
        return pick(outcomes[0].shape)
    sign, difference, _ = outcomes[0].supposed[place]
    sides = [[one for one in outcomes if one.supposed[place][2] is answer] for answer in (True, False)]
    if not all(sides):
        return _merged(sides[0] or sides[1], pick, ask, place + 1)
    yes, no = [_merged(side, pick, ask, place + 1) for side in sides]
    if terms_of(yes) == terms_of(no) or (sign == "==" and gap_of(terms_of(yes), terms_of(no)) in both_ways(difference)):
        return no
    return Formula((((Choice(sign, difference, terms_of(yes), terms_of(no)),), 1),), ask)


class Row(NamedTuple):
    """What a layer gives: numbers and formulas as text. The channels are None where they are not known."""

    channels: str | None
    size: tuple[str, ...]

    def __str__(self) -> str:
        size = self.size[:1] if len(set(self.size)) == 1 else self.size
        return " @ ".join([text for text in (self.channels, " x ".join(size)) if text])


def formulas(network: Network, channels: int | None, rank: int, framework: str | None = None) -> list[Row]:
    """What the input and each layer give, up to one that refuses every size. `n` is the size of the axis itself.

    Where axes are mixed, `n1` is the first. A layer that follows no formula (a factor that is a float) begins a
    new letter: `m3` is the size that layer 3 gives. Raises `Malformed` as the network does.

    >>> from convcalc.readers.source import read_text
    >>> for row in formulas(read_text("conv 8 k3 s2 p1 | pool k2 | upsample x4"), 3, 2):
    ...     print(row)
    3 @ n
    8 @ floor((n + 1) / 2)
    8 @ floor((n + 1) / 4)
    8 @ 4*floor((n + 1) / 4)
    """
    ask = Questions()
    names = [f"n{axis}" for axis in range(1, rank + 1)]
    shapes = [_shape(channels, [_name(name, ask) for name in names])]
    for number, (op, layer) in enumerate(zip(network.ops(framework), network.layers, strict=True), 1):
        shape = _after(op, [shapes[source] for source in layer.inputs], number, ask)
        if shape is None:
            break
        shapes.append(shape)
    return [_row(shape, names) for shape in shapes]


def _shape(channels: object, size: Sequence[object]) -> Shape:
    """A shape of formulas, which pass for numbers."""
    return Shape(channels, tuple(size))  # type: ignore[arg-type]


def _name(name: str, ask: Questions) -> Formula:
    return Formula((((name,), 1),), ask)


def _after(op: Op, read: Sequence[Shape], number: int, ask: Questions) -> Shape | None:
    """The shape behind a layer; None where it refuses every size."""
    try:
        outcomes = ask.outcomes(lambda: op.rule(op.op, *read).output if isinstance(op, Ruled) else op.output(*read))
    except Unfollowable:
        return _unknown(op.op if isinstance(op, Ruled) else op, read[0], number, ask)
    if not outcomes:
        return None
    size = [_size(op, read, outcomes, axis, ask) for axis in range(len(outcomes[0].shape.size))]
    return _shape(_merged(outcomes, lambda shape: shape.channels, ask), size)


def _unknown(op: Op, shape: Shape, number: int, ask: Questions) -> Shape | None:
    """Sizes of which it is only known that they are some; None where even their number is not."""
    if not isinstance(op, Upsample | Planned):
        return None
    rank = len(shape.size)
    names = [f"m{number}"] if rank == 1 else [f"m{number}_{axis}" for axis in range(1, rank + 1)]
    channels = getattr(op, "out", None) or shape.channels
    return _shape(channels, [_name(name, ask) for name in names])


def _size(op: Op, read: Sequence[Shape], outcomes: Sequence[Outcome], axis: int, ask: Questions) -> object:
    """One axis of what comes out."""
    told = _merged(outcomes, lambda shape: shape.size[axis], ask)
    if not op.joins or isinstance(op, Ruled):  # a framework may broadcast: its joins take unequal sizes
        return told
    return _shortest([shape.size[axis] for shape in read], told)


def _shortest(equal: Sequence[object], told: object) -> object:
    """Of the sizes that a join takes for equal, the one that is told in the fewest letters."""
    alike = [terms_of(one) for one in equal]
    return min(equal, key=lambda one: len(str(one))) if terms_of(told) in alike else told


def _row(shape: Shape, names: Sequence[str]) -> Row:
    size = [str(cells) for cells in shape.size]
    alone = len(shape.size) == len(names) and all(
        not (_names(terms_of(cells)) - {name}) for cells, name in zip(shape.size, names, strict=True)
    )
    if alone:
        size = [text.replace(name, "n") for text, name in zip(size, names, strict=True)]
    channels = None if shape.channels is None else str(shape.channels)
    if len(names) == 1 and channels:
        channels, size = channels.replace(names[0], "n"), [text.replace(names[0], "n") for text in size]
    return Row(channels, tuple(size))


def _names(terms: Terms) -> set[str]:
    found: set[str] = set()
    for atom in [atom for product, _ in terms for atom in product]:
        if isinstance(atom, str):
            found.add(atom)
        else:
            found = found.union(*[_names(part) for part in atom if isinstance(part, tuple)])
    return found
