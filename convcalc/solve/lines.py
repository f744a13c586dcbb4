"""A number that stands for a whole arithmetic progression of sizes at once, and is exact on all of it.

A `Line` is `(a * n + b) / d` for every `n` of a domain. Ops compute with it as with an integer. Where an answer is not
the same on the whole domain (a comparison, a remainder), `Fork` tells into which parts the domain falls, on each of
which it is; the op is then asked again on each part. So an op never knows, and nothing is sampled. It knows no network.
"""

from math import gcd, prod
from typing import Any, NamedTuple, NoReturn, Union

from convcalc.divisors import MAX_SEARCHED, divisors

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


Number = Union[int, "Line", "Product"]


class Line:
    """`(a * n + b) / d` of a variable, whole on its domain."""

    __slots__ = ("a", "b", "d", "variable")

    def __init__(self, variable: Variable, a: int = 1, b: int = 0, d: int = 1) -> None:
        self.variable = variable
        self.a, self.b, self.d = a, b, d

    def __repr__(self) -> str:
        name = self.variable.name
        slope = name if self.a == 1 else f"{self.a}*{name}"
        top = slope if not self.b else f"{slope} {'+' if self.b > 0 else '-'} {abs(self.b)}"
        return top if self.d == 1 else f"({top})/{self.d}"

    def at(self, n: int) -> int:
        """The value for one `n`."""
        return (self.a * n + self.b) // self.d

    def __hash__(self) -> int:
        return _hash(self, self.variable)

    def __add__(self, other: object) -> Number:
        if isinstance(other, int):
            return Line(self.variable, self.a, self.b + other * self.d, self.d)
        if isinstance(other, Line) and other.variable is self.variable:
            top = self.a * other.d + other.a * self.d, self.b * other.d + other.b * self.d
            return _line(self.variable, *top, self.d * other.d)
        return int(self) + int(other) if isinstance(other, Line) else NotImplemented  # where each is a single number

    __radd__ = __add__

    def __neg__(self) -> "Line":
        return Line(self.variable, -self.a, -self.b, self.d)

    def __abs__(self) -> Number:
        return -self if self < 0 else self

    def __sub__(self, other: object) -> Number:
        return self + -other if isinstance(other, int | Line) else NotImplemented

    def __rsub__(self, other: object) -> Number:
        return -self + other

    def __mul__(self, other: object) -> Number:
        if isinstance(other, int):
            return _line(self.variable, self.a * other, self.b * other, self.d)
        return Product(1, (self, other)) if isinstance(other, Line) else NotImplemented

    __rmul__ = __mul__

    def __mod__(self, divisor: Union[int, "Line"]) -> Number:
        return self._rest(divisor) if isinstance(divisor, int) else _by_line(self, divisor)[1]

    def _rest(self, divisor: int) -> int:
        domain = self.variable.domain
        step = self.a * domain.modulus // self.d
        if not domain.single and step % divisor:
            factor = abs(divisor) // gcd(step, divisor)
            if factor > MAX_PARTS:
                raise Unfollowable
            raise Fork(self.variable, list(domain.refined(factor)))
        return self.at(domain.least) % divisor

    def __floordiv__(self, divisor: Union[int, "Line"]) -> Number:
        if not isinstance(divisor, int):
            return _by_line(self, divisor)[0]
        rest = self._rest(divisor)
        return _line(self.variable, self.a, self.b - rest * self.d, self.d * divisor)

    def __divmod__(self, divisor: Union[int, "Line"]) -> tuple[Number, Number]:
        return self // divisor, self % divisor

    def __lt__(self, other: object) -> bool:
        return _below_zero(self - other)

    def __gt__(self, other: object) -> bool:
        return _below_zero(other - self)

    def __le__(self, other: object) -> bool:
        return not self > other

    def __ge__(self, other: object) -> bool:
        return not self < other

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int) or (isinstance(other, Line) and other.variable is self.variable):
            return _is_zero(self - other)
        if isinstance(other, Line):
            self.variable.shared = True
            return int(self) == int(other)  # sizes of different axes: known where each is a single number
        return False

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __bool__(self) -> bool:
        return self != 0

    def __int__(self) -> int:
        if self.variable.domain.single:
            return self.at(self.variable.domain.least)
        raise Unfollowable

    __index__ = __int__

    def __float__(self) -> NoReturn:
        raise Unfollowable

    def __truediv__(self, other: object) -> NoReturn:
        raise Unfollowable

    __rtruediv__ = __truediv__

    def __rfloordiv__(self, other: object) -> Number:
        return _by_line(other, self)[0] if isinstance(other, int) else NotImplemented

    def __rmod__(self, other: object) -> Number:
        return _by_line(other, self)[1] if isinstance(other, int) else NotImplemented


def _by_line(top: Number, divisor: object) -> tuple[Number, Number]:
    """Quotient and rest of dividing by a line: the quotient is the same for all large `n`; others are taken singly."""
    if not isinstance(divisor, Line) or isinstance(top, Product):
        raise Unfollowable
    if isinstance(top, Line) and top.variable is not divisor.variable:
        return divmod(int(top), int(divisor))
    rises, over = (top.a, top.d) if isinstance(top, Line) else (0, 1)
    times = rises * divisor.d // (divisor.a * over)
    for quotient in (times, times - 1):
        rest: Any = top - divisor * quotient  # type: ignore[operator]  # an integer, so no product
        if 0 <= rest < divisor:
            return quotient, rest
    n = _single(divisor.variable)
    return divmod(top.at(n) if isinstance(top, Line) else top, divisor.at(n))


def _single(variable: Variable) -> int:
    """The number that a domain holds; a short domain falls into such."""
    domain = variable.domain
    if domain.single:
        return domain.least
    if domain.most is None or (domain.most - domain.least) // domain.modulus >= MAX_PARTS:
        raise Unfollowable
    raise Fork(variable, [domain.within(n, n) for n in domain.numbers(domain.most)])


def _hash(number: Union["Line", "Product"], variable: Variable) -> int:
    """A set compares what has the same hash: a line has a number's where it is that, and else that of all lines."""
    return next((hash(known) for known in sorted(variable.beside | {0, 1}) if number == known), hash(Line))


def _line(variable: Variable, a: int, b: int, d: int) -> Number:
    """A line in lowest terms; a number where it is level."""
    if d < 0:
        a, b, d = -a, -b, -d
    if not a:
        return b // d
    shared = gcd(a, b, d)
    return Line(variable, a // shared, b // shared, d // shared)


def _below_zero(difference: Number) -> bool:
    """Whether a difference is below 0, the same on the whole domain, or the parts on which it is."""
    if isinstance(difference, int):
        return difference < 0
    if not isinstance(difference, Line):
        raise Unfollowable
    domain, rises = difference.variable.domain, difference.a > 0
    first = difference.at(domain.least) < 0
    if domain.single or (not rises if domain.most is None else difference.at(domain.most) < 0) == first:
        return first
    last = _last_as_first(difference)
    raise Fork(difference.variable, [domain.within(most=last), domain.within(least=last + 1)])


def _last_as_first(difference: Line) -> int:
    """The last `n` at which a difference that changes its sign has the sign that it starts with."""
    if difference.a > 0:  # below 0 while a * n < -b
        return -(difference.b // difference.a) - 1
    return difference.b // -difference.a  # not below 0 while -a * n <= b


def _is_zero(difference: Number) -> bool:
    if not isinstance(difference, Line):
        return difference == 0
    domain = difference.variable.domain
    root, rest = divmod(-difference.b, difference.a)
    if rest or root not in domain:
        return False
    if domain.single:
        return True
    parts = [domain.within(most=root - 1), domain.within(root, root), domain.within(least=root + 1)]
    raise Fork(difference.variable, parts)


class Product:
    """A number of cells: `factor` times lines, over a divisor. Lines of sizes are at least 1."""

    __slots__ = ("below", "factor", "lines")

    def __init__(self, factor: int, lines: tuple[Line, ...], below: int = 1) -> None:
        self.factor, self.lines, self.below = factor, lines, below

    def __repr__(self) -> str:
        return " * ".join([str(self.factor), *[f"({line})" for line in self.lines]])

    def __hash__(self) -> int:
        return _hash(self, self.lines[0].variable)

    def __mul__(self, other: object) -> Number:
        if isinstance(other, Product):
            return Product(self.factor * other.factor, (*self.lines, *other.lines), self.below * other.below)
        if isinstance(other, Line):
            return Product(self.factor, (*self.lines, other), self.below)
        return Product(self.factor * other, self.lines, self.below) if isinstance(other, int) else NotImplemented

    __rmul__ = __mul__

    def __mod__(self, divisor: int) -> int:
        whole = divisor * self.below
        return prod([self.factor, *[int(line % whole) for line in self.lines]]) % whole // self.below

    def __floordiv__(self, divisor: int) -> Number:
        if self % divisor:
            raise Unfollowable
        return Product(self.factor, self.lines, self.below * divisor)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Product):
            alike = (self.factor, self.below) == (other.factor, other.below) and self.lines == other.lines
            return alike or int(self) == int(other)
        if not isinstance(other, int):
            return False
        if len({id(line.variable) for line in self.lines}) > 1:
            self.lines[0].variable.shared = True
        target, rest = divmod(other * self.below, self.factor)
        return not rest and _multiply_to(self.lines, target)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: object) -> bool:
        if other == 1 and self.below == 1:  # every line is at least 1
            return False
        raise Unfollowable

    def __le__(self, other: object) -> bool:
        return not self > other

    def __gt__(self, other: object) -> bool:
        raise Unfollowable

    def __bool__(self) -> bool:
        return True

    def __int__(self) -> int:
        return prod([self.factor, *map(int, self.lines)]) // self.below

    __index__ = __int__

    def __float__(self) -> NoReturn:
        raise Unfollowable


def _multiply_to(lines: tuple[Line, ...], target: int) -> bool:
    """Whether lines multiply to `target`: the first one must be a divisor of it, and the others the rest."""
    if target < 1:
        return False
    first, *others = lines
    if first.variable.domain.single:
        cells = first.at(first.variable.domain.least)
        if cells < 1 or target % cells:
            return False
        return _multiply_to(tuple(others), target // cells) if others else cells == target
    if not others:
        return first == target
    _fork_at_divisors(first, target)
    return False


def _fork_at_divisors(line: Line, target: int) -> None:
    """Split the domain at every `n` at which the line is a divisor of `target`; nothing happens where it never is."""
    if target > MAX_SEARCHED:
        raise Unfollowable
    domain, low = line.variable.domain, line.variable.domain.least
    parts: list[Domain | None] = []
    for divisor in sorted(divisors(target), reverse=line.a < 0):
        n, rest = divmod(divisor * line.d - line.b, line.a)
        if not rest and n in domain:
            parts += [domain.within(low, n - 1), domain.within(n, n)]
            low = n + 1
    if parts:
        raise Fork(line.variable, [*parts, domain.within(least=low)])
