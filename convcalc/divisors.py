"""The divisor of a number nearest to another, for hints."""

from math import isqrt

MAX_SEARCHED = 10**12
"""Above this no divisor is looked for."""


def nearest_divisors(wanted: int, count: int) -> tuple[int, ...]:
    """The divisors of `count` next to `wanted`, below and above it; none where `count` is too large to search.

    >>> nearest_divisors(4, 6)
    (3, 6)
    """
    if count > MAX_SEARCHED:
        return ()
    small = [number for number in range(1, isqrt(count) + 1) if count % number == 0]
    divisors = sorted({*small, *[count // number for number in small]})
    below = [number for number in divisors if number <= wanted][-1:]
    above = [number for number in divisors if number > wanted][:1]
    return tuple(below + above)


def told_divisors(divisors: tuple[int, ...]) -> str:
    """A divisor or two, with the verb.

    >>> told_divisors((3, 6)), told_divisors((1,))
    ('3 and 6 divide', '1 divides')
    """
    return f"{' and '.join(map(str, divisors))} divide{'s' if len(divisors) == 1 else ''}"
