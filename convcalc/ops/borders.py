"""Padding modes: what stands in the padding, and how much padding each can give. Conv and pad share them."""

from collections.abc import Callable

from convcalc.errors import REACH, Impossible
from convcalc.ops.kinds import Choice
from convcalc.ops.op import impossible, knob
from convcalc.window import Sides

_LIMITS: dict[str, tuple[Callable[[int], int], str]] = {
    "reflect": (lambda cells: cells - 1, "reflect mirrors around the edge cell, so a side adds at most {limit}"),
    "circular": (lambda cells: cells, "circular wraps around once, so a side adds at most {limit}"),
}
"""The most that a side may add to so many cells, and why. Zeros and replicate have no limit."""

MODES = ("zeros", *_LIMITS, "replicate")

PADDING_MODE = knob(Choice(*MODES), "what stands in the padding", default="zeros")


def border_error(mode: str, axis: int, rank: int, cells: int, sides: Sides) -> Impossible | None:
    """Why `sides` can't be padded around `cells` cells in `mode`, or None."""
    if mode not in _LIMITS:
        return None
    most, why = _LIMITS[mode]
    if max(sides) <= most(cells):
        return None
    return impossible(
        axis,
        rank,
        f"{mode} padding adds {max(sides)} to a side of {cells}",
        key="padding",
        hint=why.format(limit=most(cells)) + " here",
        kind=REACH,
    )
