"""The divisors of a number, and those nearest to another."""

from math import isqrt

MAX_SEARCHED = 10**12
"""Above this no divisor is looked for."""


def divisors(count: int) -> list[int]:
    """Every divisor of `count`, in order.

    >>> divisors(12)
    [1, 2, 3, 4, 6, 12]
    """
    small = [number for number in range(1, isqrt(count) + 1) if count % number == 0]
    return sorted({*small, *[count // number for number in small]})


def nearest_divisors(wanted: int, count: int) -> tuple[int, ...]:
    """The divisors of `count` next to `wanted`, below and above it; none where `count` is too large to search.

    >>> nearest_divisors(4, 6)
    (3, 6)
    """
    found = divisors(count) if count <= MAX_SEARCHED else []
    below = [number for number in found if number <= wanted][-1:]
    above = [number for number in found if number > wanted][:1]
    return tuple(below + above)


def told_divisors(found: tuple[int, ...]) -> str:
    """A divisor or two, with the verb.

    >>> told_divisors((3, 6)), told_divisors((1,))
    ('3 and 6 divide', '1 divides')
    """
    return f"{' and '.join(map(str, found))} divide{'s' if len(found) == 1 else ''}"
