"""Rounded lines times a factor: of a decoder that grows by whole factors nothing need be asked of what was rounded."""

from convcalc.solve.lines import Line, Number


class Scaled(Line):
    """A line that is rounded, times a factor, and more: what the floor takes away need not be asked for yet."""

    __slots__ = ("more", "times")

    def __init__(self, line: Line, times: int, more: int) -> None:
        super().__init__(line.variable, line.a, line.b, line.d)
        self.times, self.more = times, more

    def __repr__(self) -> str:
        return f"{self.times}*floor({self._line}) + {self.more}"

    @property
    def _line(self) -> Line:
        return Line(self.variable, self.a, self.b, self.d)

    def at(self, n: int) -> int:
        return self.times * super().at(n) + self.more

    def exact(self) -> Line:
        line = super().exact()
        return Line(self.variable, self.times * line.a, self.times * line.b + self.more * line.d, line.d)

    __hash__ = Line.__hash__

    def __add__(self, other: object) -> Number:
        if isinstance(other, int):
            return Scaled(self._line, self.times, self.more + other)
        return self.exact() + other

    __radd__ = __add__

    def __sub__(self, other: object) -> Number:
        if isinstance(other, Scaled) and self._as_other == other._as_other:
            return self.more - other.more
        return self + -other if isinstance(other, int) else self.exact() - other

    @property
    def _as_other(self) -> tuple[object, ...]:
        return self.variable, self.a, self.b, self.d, self.times

    def __mul__(self, other: object) -> Number:
        if isinstance(other, int) and other > 0:
            return Scaled(self._line, self.times * other, self.more * other)
        return self.exact() * other

    __rmul__ = __mul__

    def __floordiv__(self, divisor: int | Line) -> Number:
        if not isinstance(divisor, int) or divisor < 1 or self.times % divisor:
            return self.exact() // divisor
        times, more = self.times // divisor, self.more // divisor
        return self._line + more if times == 1 else Scaled(self._line, times, more)

    def __lt__(self, other: object) -> bool:
        if isinstance(other, int):
            return self._line < -((self.more - other) // self.times)
        return super().__lt__(other)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, int):
            return super().__eq__(other)
        wanted, rest = divmod(other - self.more, self.times)
        return not rest and self._line == wanted
