"""Sizes times a float factor, rounded as frameworks round them. The only floats of the engine; it knows no op."""

from fractions import Fraction
from math import floor
from struct import pack, unpack

from convcalc.errors import Impossible

MOST_PLACES = 2**10


def scaled_in_double(cells: int, factor: float) -> int:
    """`floor(cells * factor)`, multiplied in double precision: PyTorch's rule.

    >>> scaled_in_double(100, 2.3), scaled_in_double(100, 0.29)
    (229, 28)
    """
    if not isinstance(cells, int):
        return _exactly(cells, factor)
    try:
        return floor(float(cells) * factor)
    except OverflowError:
        raise _too_large() from None


def _too_large() -> Impossible:
    return Impossible("the size times the factor is too large for a float", key="scale")


def as_double(top: int, below: int) -> float:
    """The double nearest to a fraction.

    >>> as_double(23, 10)
    2.3
    """
    try:
        return top / below
    except OverflowError:
        raise _too_large() from None


def scaled_in_single(cells: int, factor: float) -> int:
    """`floor(cells * factor)`, multiplied in single precision: onnxruntime's rule.

    >>> scaled_in_single(100, 2.3), scaled_in_single(100, 0.29)
    (230, 29)
    """
    if not isinstance(cells, int):
        return _exactly(cells, _single(factor))
    try:
        return floor(_single(float(_single(cells) * _single(factor))))
    except OverflowError:
        raise _too_large() from None


def _exactly(cells: int, factor: float) -> int:
    """A size that stands for many, times a factor that a float holds with few binary places: nothing is rounded."""
    top, below = Fraction(factor).as_integer_ratio()
    if below > MOST_PLACES:
        float(cells)  # which no size that stands for many can be
    return cells * top // below


def _single(number: float) -> float:
    """The nearest number of single precision."""
    rounded: float = unpack("f", pack("f", float(number)))[0]
    return rounded


def ratio_of(factor: float) -> Fraction:
    """The factor as it is written, exactly: 2.3 is 23/10.

    >>> ratio_of(2.3)
    Fraction(23, 10)
    """
    return Fraction(str(factor))
