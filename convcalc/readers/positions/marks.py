"""What the scanners of all formats share: where values start and end, as offsets, by their place."""

from convcalc.network import Place

Mark = tuple[int, int]
"""The offsets of a value's first character and of the first one past it."""

Marks = dict[Place, Mark]

DEEP = 100
"""Keys and indices of a place; what stands deeper, which no network does, answers to the place above it."""


def under(place: Place, *parts: str | int) -> Place:
    """The place of what stands in `place` at `parts`, as deep as places go."""
    return (*place, *parts[: DEEP - len(place)]) if len(place) < DEEP else place
