"""Sizes times a float factor, rounded as frameworks round them. The only floats of the engine; it knows no op."""

from fractions import Fraction
from math import floor
from struct import pack, unpack


def scaled_in_double(cells: int, factor: float) -> int:
    """`floor(cells * factor)`, multiplied in double precision: PyTorch's rule.

    >>> scaled_in_double(100, 2.3), scaled_in_double(100, 0.29)
    (229, 28)
    """
    return floor(float(cells) * factor)


def as_double(top: int, below: int) -> float:
    """The double nearest to a fraction.

    >>> as_double(23, 10)
    2.3
    """
    return top / below


def scaled_in_single(cells: int, factor: float) -> int:
    """`floor(cells * factor)`, multiplied in single precision: onnxruntime's rule.

    >>> scaled_in_single(100, 2.3), scaled_in_single(100, 0.29)
    (230, 29)
    """
    return floor(_single(float(_single(cells) * _single(factor))))


def _single(number: float) -> float:
    """The nearest number of single precision."""
    rounded: float = unpack("f", pack("f", number))[0]
    return rounded


def ratio_of(factor: float) -> Fraction:
    """The factor as it is written, exactly: 2.3 is 23/10.

    >>> ratio_of(2.3)
    Fraction(23, 10)
    """
    return Fraction(str(factor))
