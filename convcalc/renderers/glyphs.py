"""Signs beyond ASCII, each with the twin that any stream can encode."""

from typing import NamedTuple


class Glyphs(NamedTuple):
    """The signs that pictures and tables use."""

    arrow: str
    cross: str
    rule: str


UNICODE = Glyphs(arrow="→", cross="✗", rule="─")
ASCII = Glyphs(arrow="->", cross="X", rule="-")


def glyphs_for(encoding: str | None) -> Glyphs:
    """The signs that a stream of this encoding can take.

    >>> glyphs_for("ascii").arrow
    '->'
    """
    try:
        "".join(UNICODE).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE
