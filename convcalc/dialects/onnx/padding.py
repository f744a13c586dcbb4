"""Pad: numbers for every dimension, batch and channels included, befores first."""

from collections.abc import Sequence
from typing import Any

from convcalc.dialects.dialect import Made
from convcalc.dialects.onnx.common import Operator, pairs_of, refuse, since
from convcalc.dialects.ruled import Rule, Settled, refusing
from convcalc.dialects.signature import Rank
from convcalc.errors import Impossible, Malformed
from convcalc.ops.op import Op, impossible
from convcalc.ops.pointwise import Identity
from convcalc.ops.rearranging import known_channels
from convcalc.ops.resampling import Pad
from convcalc.shape import Shape
from convcalc.window import Sides

MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
"""Padding modes, and what ONNX calls them."""


def padded(cells_before: Sequence[int], sides: Sequence[Sides], mode: str, *, empty: bool) -> tuple[int, ...]:
    """The size with cells added and taken away at the sides; `empty` tells of the whole input. Raises `Impossible`."""
    size = []
    for axis, (cells, pair) in enumerate(zip(cells_before, sides, strict=True)):
        if error := _error(cells, pair, mode, empty=empty):
            raise impossible(axis, len(sides), error.what, error.key, error.hint, kind=error.kind)
        size.append(cells + sum(pair))
    return tuple(size)


def _error(cells: int, pair: Sides, mode: str, *, empty: bool) -> Impossible | None:
    """What is refused of one dimension; `empty` where any has no cells."""
    if cells + sum(pair) < 0:
        return refuse(f"pads {list(pair)} take away more than the {cells} cells there are", "padding")
    if mode == "zeros":
        return None
    return _empty_error(cells, pair, mode) if empty else _border_error(cells, pair, mode)


def _empty_error(cells: int, pair: Sides, mode: str) -> Impossible | None:
    if mode == "circular":
        return refuse("unexpected mode of 'wrap' for an input without cells", "mode")
    if cells == 0 and sum(pair) > 0:
        return refuse(f"cannot use {MODES[mode]!r} mode to pad dimension with a value of 0", "padding")
    return None


def _border_error(cells: int, pair: Sides, mode: str) -> Impossible | None:
    left = cells + min(pair[0], 0) + min(pair[1], 0)
    if left < 1:
        return refuse(f"invalid mode: {MODES[mode]!r} with zero effective input extent", "padding")
    if mode == "reflect" and max(pair) > left - 1:
        most = f"{left - 1} at most" if left > 1 else None
        return refuse(f"Pad reflect: pad ({max(pair)}) exceeds maximum allowed ({left - 1})", "padding", most)
    return None


def pad_rule(op: Pad, shape: Shape, *others: Shape) -> Settled:
    """Each side by the rules of its mode."""
    return Settled(Shape(shape.channels, padded(shape.size, op.sides(shape, *others), op.mode, empty=0 in shape.size)))


def make_pad(given: Any, _rank: Rank) -> Made:
    """Pad, of all dimensions or of `axes`."""
    mode = next((ours for ours, theirs in MODES.items() if theirs == given.mode), None)
    if mode is None:
        known = f"known are {', '.join(MODES.values())}"
        return Made(Identity(), refusing(refuse(f"invalid 'mode' attribute value {given.mode!r}", "mode", known)))
    count = len(given.axes if given.axes is not None else given.pads)
    if len(given.pads) % 2 or (given.axes is not None and len(given.pads) != 2 * count):
        raise Malformed(f"must be befores and as many afters, got {len(given.pads)} numbers", key="pads")
    return Made(_padder(given, mode), _all_dimensions(given, mode))


def _padder(given: Any, mode: str) -> Pad:
    """The native op that moves cells as the node does."""
    pairs = pairs_of(given.pads, len(given.pads) // 2)
    return Pad(padding=pairs[2:] if given.axes is None and len(pairs) > 2 else 0, mode=mode)


def _all_dimensions(given: Any, mode: str) -> Rule:
    def rule(op: Op, shape: Shape) -> Settled:
        pairs = _spread(given, len(shape.size) + 2 if shape.size else 2)
        if any(pairs[0]):
            raise refuse(f"the batch is not written, pads {list(pairs[0])} would change it", "pads")
        channels = _channels(op, shape, pairs[1], mode)
        return Settled(Shape(channels, padded(shape.size, pairs[2:], mode, empty=0 in (shape.channels, *shape.size))))

    return rule


def _channels(op: Op, shape: Shape, pair: Sides, mode: str) -> int | None:
    """The channels with some added or taken away."""
    if not any(pair):
        return shape.channels
    return padded([known_channels(op, shape)], [pair], mode, empty=0 in shape.size)[0]


def _spread(given: Any, rank: int) -> list[Sides]:
    """The sides of every dimension."""
    if given.axes is None and len(given.pads) != 2 * rank:
        what = f"pads has incorrect number of values: expected 2 * {rank} values, got {len(given.pads)}"
        raise refuse(what, "pads", "batch and channels come first, both before and after")
    pairs = pairs_of(given.pads, len(given.pads) // 2)
    if given.axes is None:
        return list(pairs)
    found = [(0, 0)] * rank
    for axis, pair in zip(given.axes, pairs, strict=True):
        if not -rank <= axis < rank:
            raise refuse(f"axis {axis} is out of range [{-rank}, {rank})", "axes")
        found[axis] = pair
    return found


OPERATORS = {
    "Pad": Operator(
        "pads: List, mode: Text = 'constant', value=None, constant_value=None, axes: List = None",
        make_pad,
        since(2),
        {"value": range(2, 11), "constant_value": since(11), "axes": since(18)},
    )
}


def rules(_opset: int) -> dict[type[Op], Rule]:
    """A native pad by the rules of the Pad."""
    return {Pad: pad_rule}
