"""A set of sizes: residues of a modulus from some size on, and the sizes below it. It knows no network."""

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from math import lcm
from typing import NamedTuple

from convcalc.divisors import divisors
from convcalc.solve.domains import Domain


class Sizes(NamedTuple):
    """From `least` on, the sizes that are one of `residues` modulo `modulus`; below it, `exceptions` alone.

    >>> sizes = sizes_of([Domain(4, 1, 5, None), Domain(4, 3, 3, None), Domain(1, 0, 2, 2)])
    >>> sizes
    Sizes(modulus=2, residues=(1,), least=3, exceptions=(Domain(modulus=1, residue=0, least=2, most=2),))
    >>> 7 in sizes, 8 in sizes, 2 in sizes, 1 in sizes
    (True, False, True, False)
    """

    modulus: int
    residues: tuple[int, ...]
    least: int
    exceptions: tuple[Domain, ...]

    def __contains__(self, n: object) -> bool:
        if not isinstance(n, int):
            return False
        if self.residues and n >= self.least:
            return n % self.modulus in self.residues
        return any(n in domain for domain in self.exceptions)

    @property
    def smallest(self) -> int | None:
        """The smallest of them; None where there is none."""
        first = [domain.least for domain in self.exceptions]
        return min([*first, self.least] if self.residues else first, default=None)

    def up_to(self, most: int) -> Iterator[int]:
        """Every one of them up to `most`, in order, as they are asked for."""
        yield from merge(*[domain.numbers(most) for domain in self.exceptions])
        firsts = [self.least + (residue - self.least) % self.modulus for residue in self.residues]
        yield from merge(*[range(first, most + 1, self.modulus) for first in firsts])

    def near(self, n: int) -> tuple[int | None, int | None]:
        """The nearest at or below `n`, and the nearest at or above it."""
        domains = [*self.exceptions, *self._classes()]
        below = [_last(domain, n) for domain in domains if domain.least <= n]
        above = [part.least for domain in domains if (part := domain.within(least=n))]
        return max(below, default=None), min(above, default=None)

    def _classes(self) -> Iterator[Domain]:
        for residue in self.residues:
            yield Domain(self.modulus, residue, self.least + (residue - self.least) % self.modulus, None)


def _last(domain: Domain, n: int) -> int:
    part = domain.within(most=n)
    return part.most if part and part.most is not None else domain.least


MAX_LISTED = 100_000
"""More sizes than this are not gone through one by one."""


class _Union(NamedTuple):
    """What some domains hold together."""

    parts: Sequence[Domain]

    def __contains__(self, n: object) -> bool:
        return any(n in domain for domain in self.parts)


def sizes_of(domains: Iterable[Domain]) -> Sizes:
    """The union of disjoint domains, with the smallest modulus and the lowest bound that tell it."""
    parts = list(domains)
    endless = [domain for domain in parts if domain.most is None]
    finite = sorted([domain for domain in parts if domain.most is not None], key=lambda domain: domain.least)
    if not endless:
        return Sizes(1, (), 0, tuple(_merged(finite)))
    modulus, residues = _smallest_period(endless)
    ends = [domain.most for domain in finite if domain.most is not None]
    bound = max([domain.least for domain in endless] + [end + 1 for end in ends])
    least = _lowered(bound, modulus, residues, parts)
    below = [part for domain in parts if (part := domain.within(most=least - 1))]
    return Sizes(modulus, residues, least, tuple(_merged(sorted(below, key=lambda domain: domain.least))))


def _smallest_period(endless: Sequence[Domain]) -> tuple[int, tuple[int, ...]]:
    whole = lcm(*[domain.modulus for domain in endless])
    residues = {n % whole for domain in endless for n in range(domain.residue, whole, domain.modulus)}
    for modulus in divisors(whole):
        kept = {residue % modulus for residue in residues}
        if len(kept) * (whole // modulus) == len(residues):
            return modulus, tuple(sorted(kept))
    raise AssertionError("the whole is a period of itself")


def _lowered(bound: int, modulus: int, residues: tuple[int, ...], parts: Sequence[Domain]) -> int:
    """The lowest bound from which membership follows the residues, at one of them."""
    known = set(residues)
    few = sum(len(domain.numbers(bound)) for domain in parts) <= MAX_LISTED
    members = {n for domain in parts for n in domain.numbers(bound)} if few else _Union(parts)
    while bound > 0 and ((bound - 1) in members) == ((bound - 1) % modulus in known):
        bound -= 1
    while bound % modulus not in known:
        bound += 1
    return bound


def _merged(domains: Sequence[Domain]) -> Iterator[Domain]:
    """Sizes that follow one another as one run; of very many, the runs that touch."""
    if sum(len(domain.numbers(domain.most or 0)) for domain in domains) > MAX_LISTED:
        yield from touching(domains)
        return
    numbers = sorted({n for domain in domains for n in domain.numbers(domain.most or 0)})
    start = previous = None
    for n in numbers:
        if previous is not None and n == previous + 1:
            previous = n
            continue
        if start is not None and previous is not None:
            yield Domain(1, 0, start, previous)
        start = previous = n
    if start is not None and previous is not None:
        yield Domain(1, 0, start, previous)


def touching(domains: Sequence[Domain]) -> list[Domain]:
    """Domains in order, those of every size joined where one begins behind the end of the one before."""
    joined: list[Domain] = []
    for domain in domains:
        last = joined[-1] if joined else None
        if last and domain.modulus == last.modulus == 1 and last.most == domain.least - 1:
            joined[-1] = last._replace(most=domain.most)
        else:
            joined.append(domain)
    return joined
