"""Where the values of a plain text stand: its parser tells."""

from convcalc.readers.positions.marks import Marks
from convcalc.readers.text import parse_marked


def marks_of(text: str) -> Marks:
    """Where each value stands in a text that the parser has accepted.

    >>> marks_of("input 3@8x8 | conv 4 k3")
    {('input',): (6, 11), ('layers', 0): (14, 23)}
    """
    return parse_marked(text)[1]
