"""Sums of products of sizes and of floors, with which ops compute as with integers, and how people write them.

It knows no network: what a comparison comes to is asked of whoever runs the op.
"""

from collections.abc import Mapping
from math import gcd
from typing import NamedTuple, NoReturn, Protocol, Union

from convcalc.solve.domains import Unfollowable


class Asker(Protocol):
    """Who answers comparisons."""

    def holds(self, sign: str, difference: "Number") -> bool:
        """Whether a difference is below 0 (`<`), or is 0 (`==`)."""


class Floor(NamedTuple):
    """`floor(top / divisor)`."""

    top: "Terms"
    divisor: int


class Group(NamedTuple):
    """A sum that is a factor of a product."""

    terms: "Terms"


class Choice(NamedTuple):
    """`yes` where `difference` is below 0 (or is 0, for `==`), else `no`."""

    sign: str
    difference: "Terms"
    yes: "Terms"
    no: "Terms"


Atom = str | Floor | Group | Choice

Terms = tuple[tuple[tuple[Atom, ...], int], ...]
"""A sum: products of atoms (none for the constant) and how often each counts, in a fixed order."""

Number = Union[int, "Formula"]


class Formula:
    """A whole number that follows from other ones, all at least 1. Ops compute with it as with an integer."""

    __slots__ = ("ask", "terms")

    def __init__(self, terms: Terms, ask: Asker) -> None:
        self.terms, self.ask = terms, ask

    def __str__(self) -> str:
        return show(self.terms)

    __repr__ = __str__

    def made(self, terms: Mapping[tuple[Atom, ...], int]) -> Number:
        """Another sum of the same sizes."""
        return number_of(summed(terms), self.ask)

    def __add__(self, other: object) -> Number:
        if not isinstance(other, int | Formula):
            return NotImplemented
        total = dict(self.terms)
        for product, count in terms_of(other):
            total[product] = total.get(product, 0) + count
        return self.made(total)

    __radd__ = __add__

    def __neg__(self) -> Number:
        return self * -1

    def __abs__(self) -> Number:
        return -self if self < 0 else self

    def __sub__(self, other: object) -> Number:
        return self + other * -1 if isinstance(other, int | Formula) else NotImplemented

    def __rsub__(self, other: object) -> Number:
        return self * -1 + other if isinstance(other, int) else NotImplemented

    def __mul__(self, other: object) -> Number:
        if not isinstance(other, int | Formula):
            return NotImplemented
        if isinstance(other, int):
            return self.made({product: count * other for product, count in self.terms})
        (mine, count), (theirs, times) = _factor(self.terms), _factor(other.terms)
        return self.made({tuple(sorted(mine + theirs, key=_show_atom)): count * times})

    __rmul__ = __mul__

    def __floordiv__(self, divisor: object) -> Number:
        if isinstance(divisor, Formula):
            return self._times(divisor)
        return _divided(self, divisor) if isinstance(divisor, int) else NotImplemented

    def _times(self, divisor: "Formula") -> int:
        """How often another formula goes into this one, where it does so without rest."""
        product, count = divisor.terms[-1]
        times = dict(self.terms).get(product, 0) // count
        if terms_of(divisor * times) != self.terms:
            raise Unfollowable
        return times

    def __mod__(self, divisor: Number) -> Number:
        return self - self // divisor * divisor

    def __divmod__(self, divisor: Number) -> tuple[Number, Number]:
        return self // divisor, self % divisor

    def __lt__(self, other: object) -> bool:
        return self.ask.holds("<", _difference(self, other))

    def __gt__(self, other: object) -> bool:
        return self.ask.holds("<", _difference(other, self))

    def __le__(self, other: object) -> bool:
        return not self > other

    def __ge__(self, other: object) -> bool:
        return not self < other

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int | Formula) and self.ask.holds("==", _difference(self, other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(Formula)  # so that a set asks whether two are equal

    def __bool__(self) -> bool:
        return self != 0

    def __int__(self) -> NoReturn:
        raise Unfollowable

    __index__ = __float__ = __int__

    def __truediv__(self, other: object) -> NoReturn:
        raise Unfollowable

    __rtruediv__ = __rfloordiv__ = __rmod__ = __truediv__


def terms_of(number: object) -> Terms:
    """The sum that a number is."""
    if isinstance(number, Formula):
        return number.terms
    return (((), number),) if isinstance(number, int) and number else ()


def summed(terms: Mapping[tuple[Atom, ...], int]) -> Terms:
    """In a fixed order, the constant last."""
    kept = [(product, count) for product, count in terms.items() if count]
    return tuple(sorted(kept, key=lambda term: (not term[0], "*".join(map(_show_atom, term[0])))))


def _factor(terms: Terms) -> tuple[tuple[Atom, ...], int]:
    """A sum as one product."""
    return terms[0] if len(terms) == 1 else ((Group(terms),), 1)


def number_of(terms: Terms, ask: Asker) -> Number:
    """A plain integer where a sum is one."""
    if not terms:
        return 0
    return terms[0][1] if terms[0][0] == () else Formula(terms, ask)


def _difference(one: object, other: object) -> Number:
    if not isinstance(one, int | Formula) or not isinstance(other, int | Formula):
        raise Unfollowable
    return one - other


def _divided(number: Formula, divisor: int) -> Number:
    """`floor(number / divisor)`: what divides comes out, a floor in it is made one with it."""
    if divisor < 0:
        return -number // -divisor
    whole = {product: count for product, count in number.terms if count % divisor == 0 or not product}
    parted = {product: count for product, count in number.terms if product not in whole}
    out = number.made({product: count // divisor for product, count in whole.items()})
    constant = whole.get((), 0) % divisor
    if not parted:
        return out
    shared = gcd(divisor, *parted.values())
    rest = number.made({product: count // shared for product, count in parted.items()})
    return out + _floor(rest + constant // shared, divisor // shared, number.ask)


def _floor(top: Number, divisor: int, ask: Asker) -> Number:
    assert isinstance(top, Formula)  # noqa: S101 - for mypy: what a divisor does not divide is a sum of sizes
    (product, count), *others = top.terms
    if count == len(product) == 1 and isinstance(inner := product[0], Floor) and not any(other for other, _ in others):
        constant = dict(others).get((), 0)
        return (number_of(inner.top, ask) + constant * inner.divisor) // (inner.divisor * divisor)
    return Formula((((Floor(top.terms, divisor),), 1),), ask)


def show(terms: Terms) -> str:
    """A sum as people write it.

    >>> show((((Floor(((("n",), 1), ((), 1)), 2),), 2), ((), -3)))
    '2*floor((n + 1) / 2) - 3'
    """
    if floor := _alone(terms):
        return _show_atom(floor)
    told = ""
    for product, count in terms:
        sign = " - " if count < 0 else " + "
        told += (sign if told else sign.strip(" +")) + _show_term(product, abs(count))
    return told or "0"


def _alone(terms: Terms) -> Floor | None:
    """A floor and a constant as one: `floor((n + 1) / 2) + 2` is `floor((n + 5) / 2)`."""
    (product, count), *others = terms or (((), 0),)
    if count != 1 or len(product) != 1 or not isinstance(only := product[0], Floor) or any(more for more, _ in others):
        return None
    moved = dict(only.top)
    moved[()] = moved.get((), 0) + sum(times for _, times in others) * only.divisor
    return Floor(summed(moved), only.divisor) if others else None


def _show_term(product: tuple[Atom, ...], count: int) -> str:
    if product and len(product) == 1 and isinstance(product[0], str):
        return product[0] if count == 1 else f"{count}{product[0]}"
    factors = [_show_atom(atom) for atom in product]
    return "*".join(factors if count == 1 and factors else [str(count), *factors])


def _show_atom(atom: Atom) -> str:
    if isinstance(atom, str):
        return atom
    if isinstance(atom, Floor):
        top = show(atom.top)
        return f"floor({top if len(atom.top) == 1 else f'({top})'} / {atom.divisor})"
    if isinstance(atom, Group):
        told = show(atom.terms)
        return told if told.startswith("floor(") and told.count("floor(") == 1 and told[-1] == ")" else f"({told})"
    yes, no = show(atom.yes), show(atom.no)
    if atom.sign == "<" and (word := _extreme(atom)):
        return f"{word}({yes}, {no})"
    left = summed({product: count for product, count in atom.difference if count > 0})
    right = summed({product: -count for product, count in atom.difference if count < 0})
    return f"({yes} if {show(left)} {atom.sign} {show(right)} else {no})"


def _extreme(choice: Choice) -> str | None:
    """`a if a < b else b` is the smaller of them."""
    smaller, larger = both_ways(choice.difference)
    gap = gap_of(choice.yes, choice.no)
    return "min" if gap == smaller else "max" if gap == larger else None


def gap_of(one: Terms, other: Terms) -> Terms:
    """The first sum less the second."""
    gap = dict(one)
    for product, count in other:
        gap[product] = gap.get(product, 0) - count
    return summed(gap)


def both_ways(terms: Terms) -> tuple[Terms, Terms]:
    """A sum, and what it is times -1."""
    return terms, gap_of((), terms)
