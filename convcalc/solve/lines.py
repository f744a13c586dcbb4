"""A number that stands for a whole arithmetic progression of sizes at once, and is exact on all of it.

A `Line` is `floor((a * n + b) / d)` for every `n` of a domain. Ops compute with it as with an integer; what the floor
takes away is asked for only when it matters, so that a chain of strides is one line. Where an answer is not the same on
the whole domain (a comparison, a remainder), `Fork` tells into which parts the domain falls, on each of
which it is; the op is then asked again on each part. So an op never knows, and nothing is sampled. It knows no network.
"""

from math import gcd, prod
from typing import Any, NoReturn, Union

from convcalc.divisors import MAX_SEARCHED, divisors
from convcalc.solve.domains import MAX_PARTS, Domain, Fork, Unfollowable, Variable

Number = Union[int, "Line", "Product"]


class Line:
    """`floor((a * n + b) / d)` of a variable."""

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

    def exact(self) -> "Line":
        """The same line with nothing to be rounded on its domain."""
        domain, d = self.variable.domain, self.d
        step = self.a * domain.modulus
        if not domain.single and step % d:
            factor = d // gcd(step, d)
            if factor > MAX_PARTS:
                raise Unfollowable
            raise Fork(self.variable, list(domain.refined(factor)))
        rest = (self.a * domain.least + self.b) % d
        shared = gcd(self.a, self.b - rest, d)
        return Line(self.variable, self.a // shared, (self.b - rest) // shared, d // shared)

    @property
    def _rounds(self) -> bool:
        """Whether what the floor takes away differs from number to number of the domain."""
        domain = self.variable.domain
        return not domain.single and bool(self.a * domain.modulus % self.d)

    def __hash__(self) -> int:
        return _hash(self, self.variable)

    def __add__(self, other: object) -> Number:
        if isinstance(other, int):
            return Line(self.variable, self.a, self.b + other * self.d, self.d)
        if isinstance(other, Line) and other.variable is self.variable:
            one, two = self.exact(), other.exact()
            return _line(self.variable, one.a * two.d + two.a * one.d, one.b * two.d + two.b * one.d, one.d * two.d)
        return int(self) + int(other) if isinstance(other, Line) else NotImplemented  # where each is a single number

    __radd__ = __add__

    def __neg__(self) -> "Line":
        line = self.exact()
        return Line(self.variable, -line.a, -line.b, line.d)

    def __abs__(self) -> Number:
        return -self if self < 0 else self

    def __sub__(self, other: object) -> Number:
        if type(other) is Line and (other.variable, other.a, other.d) == (self.variable, self.a, self.d):
            apart, rest = divmod(self.b - other.b, self.d)
            if not rest:
                return apart
        return self + -other if isinstance(other, int | Line) else NotImplemented

    def __rsub__(self, other: object) -> Number:
        return -self + other

    def __mul__(self, other: object) -> Number:
        if isinstance(other, int):
            if other > 1 and self._rounds:
                from convcalc.solve.scaled import Scaled  # which is a line itself

                return Scaled(self, other, 0)
            line = self.exact() if other not in (0, 1) else self
            return _line(self.variable, line.a * other, line.b * other, line.d)
        return Product(1, (self.exact(), other.exact())) if isinstance(other, Line) else NotImplemented

    __rmul__ = __mul__

    def __mod__(self, divisor: Union[int, "Line"]) -> Number:
        return self._rest(divisor) if isinstance(divisor, int) else _by_line(self, divisor)[1]

    def _rest(self, divisor: int) -> int:
        domain, line = self.variable.domain, self.exact()
        step = line.a * domain.modulus // line.d
        if not domain.single and step % divisor:
            factor = abs(divisor) // gcd(step, divisor)
            if factor > MAX_PARTS:
                raise Unfollowable
            raise Fork(self.variable, list(domain.refined(factor)))
        return self.at(domain.least) % divisor

    def __floordiv__(self, divisor: Union[int, "Line"]) -> Number:
        if not isinstance(divisor, int):
            return _by_line(self, divisor)[0]
        if divisor > 0 and self.a > 0:
            return _line(self.variable, self.a, self.b, self.d * divisor)
        rest = self._rest(divisor)
        return _line(self.variable, self.a, self.b - rest * self.d, self.d * divisor)

    def __divmod__(self, divisor: Union[int, "Line"]) -> tuple[Number, Number]:
        return self // divisor, self % divisor

    def __lt__(self, other: object) -> bool:
        return _below_zero(self - other)

    def __gt__(self, other: object) -> bool:
        return not self < other + 1 if isinstance(other, int) else _below_zero(other - self)

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
    divisor, top = divisor.exact(), top.exact() if isinstance(top, Line) else top
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
    shared = gcd(a, d)  # b may be rounded: the rest is whole
    return Line(variable, a // shared, b // shared, d // shared)


def _below_zero(difference: Number) -> bool:
    """Whether a difference is below 0, the same on the whole domain, or the parts on which it is."""
    if isinstance(difference, int):
        return difference < 0
    assert isinstance(difference, Line)  # noqa: S101 - for mypy: nothing is taken from a product
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
    if difference.d > 1:
        return not _below_zero(difference) and _below_zero(difference - 1)
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
