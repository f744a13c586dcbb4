"""Shapes `C@HxW` and per-axis values: `read` and `show` are inverse. It knows nothing of layers."""

from collections.abc import Sequence
from math import prod
from typing import NamedTuple, TypeVar

from convcalc.errors import Malformed

_T = TypeVar("_T")

MAX_DIGITS = 4300
"""Python refuses to convert a longer number (CVE-2020-10735)."""

MAX_BITS = (10**MAX_DIGITS - 1).bit_length()


class Shape(NamedTuple):
    """Channels and the size of each axis, without the batch. No size is a feature vector, no channels means not known.

    `channels` stand first whatever the framework, `size` is in cells: depth, height, width, or the last of them. As
    text, `C@HxW`. Nothing is checked and nothing raised: what reads a shape from text does that.

    >>> print(Shape(64, (112, 112)))
    64@112x112
    >>> print(Shape(100, ()))
    100
    """

    channels: int | None
    size: tuple[int, ...] = ()

    def __str__(self) -> str:
        if not self.size:
            return "?" if self.channels is None else str(self.channels)
        return show_size(self.size) if self.channels is None else f"{self.channels}@{show_size(self.size)}"

    @property
    def cells(self) -> int:
        """Positions: the product of the size, 1 for a feature vector.

        >>> Shape(64, (112, 112)).cells, Shape(100).cells
        (12544, 1)
        """
        return prod(self.size)


def read_int(text: str, *, minimum: int | None = None, key: str | None = None) -> int:
    """A decimal integer in ASCII digits, with a leading minus at most.

    >>> read_int("-3")
    -3
    """
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        got = quote(text) if digits else "nothing"
        raise Malformed(f"must be an integer, got {got}", key=key)
    if len(digits) > MAX_DIGITS:
        raise Malformed(f"a number of {len(digits)} digits is too long", key=key, hint=f"{MAX_DIGITS} are read")
    return check_least(int(text), minimum, key)


def check_least(value: int, minimum: int | None, key: str | None) -> int:
    """`value`, if it is at least `minimum` and not too long to be printed."""
    if value.bit_length() > MAX_BITS:
        raise Malformed(f"a number of more than {MAX_DIGITS} digits is too long", key=key)
    if minimum is not None and value < minimum:
        raise Malformed(f"must be at least {minimum}, got {value}", key=key)
    return value


def read_axes(text: str, *, minimum: int | None = None, key: str | None = None) -> tuple[int, ...]:
    """Integers joined by `x`, one an axis.

    >>> read_axes("3x5")
    (3, 5)
    """
    if "" in (parts := text.split("x")):
        what = f"{quote(text)} misses a number around x" if text else "nothing is given"
        raise Malformed(what, key=key, hint="write 3 or 3x5")
    return tuple([read_int(part, minimum=minimum, key=key) for part in parts])


def agree(numbers: Sequence[object]) -> bool:
    """Whether all are equal, asked one by one: a size may stand for many, and equal a number without being one.

    >>> agree([3, 3]), agree([3, 4]), agree([])
    (True, False, True)
    """
    return all(number == numbers[0] for number in numbers[1:])


def show_size(size: Sequence[int]) -> str:
    """The inverse of `read_axes`."""
    return "x".join(map(str, size))


def show_axes(values: Sequence[object]) -> str:
    """Values joined by `x`, once only where all axes agree."""
    return str(values[0]) if len(set(values)) == 1 else "x".join(map(str, values))


def read_size(text: str) -> Shape:
    """A size as one layer takes it: a bare number is one axis.

    >>> read_size("3@224x320")
    Shape(channels=3, size=(224, 320))
    >>> read_size("224")
    Shape(channels=None, size=(224,))
    """
    channels, at, size = text.strip().rpartition("@")
    try:
        known = read_int(channels, minimum=1) if at else None
        return Shape(known, read_axes(size, minimum=1))
    except Malformed as error:
        what = "nothing stands after @" if at and not size else error.what
        looks = "a size looks like 224, 224x320 or 3@224x224"
        joined = any(sign in text for sign in "X\u00d7*,;[(")
        hint = f"the axes are joined by a small x: {looks}" if joined else looks
        if "digits" in what:
            hint = error.hint or looks
        raise Malformed(f"{quote(text)} is not a size: {what}", hint=hint) from None


def read_shape(text: str) -> Shape:
    """A shape as a network takes it: a bare number is a feature vector.

    >>> read_shape("100")
    Shape(channels=100, size=())
    """
    shape = read_size(text)
    if shape.channels is None and len(shape.size) == 1:
        return Shape(shape.size[0], ())
    return shape


def spread(values: tuple[_T, ...], rank: int, key: str) -> tuple[_T, ...]:
    """One value an axis: a single value holds for all `rank` axes.

    >>> spread((3,), 2, "kernel")
    (3, 3)
    """
    if len(values) == 1:
        return values * rank
    if len(values) != rank:
        what = f"{len(values)} axes are given, the size has {rank}"
        raise Malformed(what, key=key, hint="give one value, or one for each axis")
    return values


def quote(value: object, limit: int = 60) -> str:
    """What a user wrote, for an error line: printable, in quotes, never longer than a line."""
    if not isinstance(value, str):
        from reprlib import Repr

        if value is None or isinstance(value, bool):
            return "null" if value is None else str(value).lower()
        short = Repr()
        short.maxlevel, short.maxdict, short.maxlist = 1, 2, 2
        return "a long number" if isinstance(value, int) and value.bit_length() > MAX_BITS else short.repr(value)
    shown = repr(value[:limit])
    return shown if len(value) <= limit else f"{shown[: limit - 3]}..."
