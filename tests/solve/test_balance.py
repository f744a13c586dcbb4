"""The intervals of one axis hold every window that brings two sizes together, also where no end is known."""

from itertools import product

import pytest

from convcalc.solve.balance import Balance
from convcalc.solve.knobs import EMPTY, Span

PLAIN = ((0, 0), (-1, 1)), ((0, 0), (0, 0))
"""A rest below the stride, and no padding."""


def balance(large: int, small: int) -> Balance:
    return Balance((large, large), (small, small), *PLAIN)


def found(large: int, small: int) -> list[tuple[int, int]]:
    """Stride and reach (the extent less 1) of every window that gives `small` positions on `large` cells."""
    pairs = product(range(1, 30), range(large))
    return [(stride, reach) for stride, reach in pairs if (large - reach - 1) // stride + 1 == small]


def holds(span: Span, n: int) -> bool:
    return (span[0] is None or span[0] <= n) and (span[1] is None or n <= span[1])


@pytest.mark.parametrize(("large", "small"), [(10, 4), (10, 1), (7, 7), (224, 112), (5, 2)])
@pytest.mark.parametrize("span", [(1, None), (2, None), (2, 5), (3, 3)], ids=str)
def test_no_window_is_left_out(large: int, small: int, span: Span) -> None:
    for stride, reach in found(large, small):
        if holds(span, stride):
            assert holds(balance(large, small).reaches(span), reach)
        if holds(span, reach):
            assert holds(balance(large, small).strides(span), stride)


def test_a_window_that_is_larger_than_what_it_slides_over_has_no_stride() -> None:
    assert not [stride for stride, reach in found(10, 1) if reach >= 20]
    assert balance(10, 1).strides((20, 20)) == EMPTY
