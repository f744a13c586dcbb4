"""A set of sizes that is looked at as a whole, and how it falls into parts. It knows no number on it."""

from typing import NamedTuple

MAX_PARTS = 4096
"""A domain falls into no more parts than this at once."""


class Unfollowable(BaseException):
    """An op does with a size what no line can follow, such as multiplying it by a float."""


class Domain(NamedTuple):
    """The `n` from `least` to `most` (None for no end) that are `residue` modulo `modulus`.

    >>> list(Domain(4, 1, 5, None).numbers(most=13))
    [5, 9, 13]
    """

    modulus: int
    residue: int
    least: int
    most: int | None

    @property
    def single(self) -> bool:
        """Whether it holds one number."""
        return self.least == self.most

    def __contains__(self, n: object) -> bool:
        fits = isinstance(n, int) and n >= self.least and (self.most is None or n <= self.most)
        return fits and (n - self.residue) % self.modulus == 0  # type: ignore[operator]  # an int, as just looked

    def numbers(self, most: int) -> range:
        """Its numbers up to `most`."""
        last = most if self.most is None else min(most, self.most)
        return range(self.least, last + 1, self.modulus)

    def within(self, least: int | None = None, most: int | None = None) -> "Domain | None":
        """The part from `least` to `most`; None where it is empty."""
        low = self.least if least is None else max(self.least, least + (self.residue - least) % self.modulus)
        high = self.most
        if most is not None:
            top = most - (most - self.residue) % self.modulus
            high = top if high is None else min(high, top)
        return None if high is not None and low > high else self._replace(least=low, most=high)

    def refined(self, factor: int) -> list["Domain"]:
        """The classes of a modulus `factor` times as large."""
        modulus = self.modulus * factor
        parts = []
        for residue in range(self.residue, modulus, self.modulus):
            low = self.least + (residue - self.least) % modulus
            if self.most is None:
                parts.append(Domain(modulus, residue, low, None))
            elif low <= self.most:
                parts.append(Domain(modulus, residue, low, self.most - (self.most - residue) % modulus))
        return parts


def domain_from(least: int) -> Domain:
    """Every whole number from `least`."""
    return Domain(1, 0, least, None)


class Variable:
    """What a size is called (`n`), and the domain that it stands for at the moment.

    `shared` tells whether it was ever multiplied or compared with another one, `beside` which numbers an op
    sees next to it.
    """

    def __init__(self, name: str, domain: Domain) -> None:
        self.name = name
        self.domain = domain
        self.shared = False
        self.beside: frozenset[int] = frozenset()


class Fork(BaseException):
    """The domain of a variable falls into parts on which an answer differs."""

    def __init__(self, variable: Variable, parts: list[Domain | None]) -> None:
        super().__init__()
        self.variable = variable
        self.parts = [part for part in parts if part is not None]
