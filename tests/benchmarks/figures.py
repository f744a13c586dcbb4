"""A figure, what it is held against and its limit, as a line of a table."""

from typing import NamedTuple

from timing import Pair

TITLES = ("what", "figure", "against", "ratio", "limit")
WIDTHS = (75, 10, 36, 8, 12)


class Figure(NamedTuple):
    """A row: what was measured, what came out, the baseline with its own figure, their ratio and its limit."""

    what: str
    figure: str
    against: str = ""
    ratio: str = ""
    limit: str = ""


def beside(what: str, pair: Pair, against: str, limit: str = "", of: int = 1) -> Figure:
    """The figure of a pair; each of `of` equal parts."""
    baseline = f"{against}: {duration(pair.other / of)}"
    return Figure(what, duration(pair.seconds / of), baseline, ratio(pair.ratio), limit)


def ratio(value: float) -> str:
    """Two decimals, or what there is of a small one.

    >>> ratio(1.078), ratio(0.00312)
    ('1.08', '0.0031')
    """
    return f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def duration(seconds: float) -> str:
    """A time in the unit that suits it.

    >>> duration(1.98), duration(0.0312), duration(0.0000021)
    ('2.0 s', '31 ms', '2.1 us')
    """
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1e3:.0f} ms" if seconds >= 0.001 else f"{seconds * 1e6:.1f} us"


def heading(*, markdown: bool) -> str:
    """The titles of the table."""
    return "\n".join([line(Figure(*TITLES), markdown=markdown), *(["| --- " * len(TITLES) + "|"] if markdown else [])])


def line(figure: Figure, *, markdown: bool) -> str:
    """A row of the table."""
    if markdown:
        return f"| {' | '.join(figure)} |"
    return " ".join(f"{text:{width}}" for text, width in zip(figure, WIDTHS, strict=True)).rstrip()
