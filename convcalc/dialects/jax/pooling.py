"""flax.linen's max_pool and avg_pool, and native pools."""

from collections.abc import Sequence
from typing import Any

from convcalc.dialects.dialect import Made, Spelling
from convcalc.dialects.jax.common import (
    for_axes,
    known_word,
    one_each,
    padding_of,
    pairs_of,
    refuse,
    show_pads,
    windows_giving,
)
from convcalc.dialects.ruled import Rule, Settled, first, native, refusing
from convcalc.dialects.signature import Rank, Signature
from convcalc.errors import Impossible
from convcalc.ops.op import Note, Op
from convcalc.ops.pooling import AvgPool, GlobalMaxPool, LPPool, MaxPool
from convcalc.ops.windowed import Windowed
from convcalc.shape import Shape
from convcalc.window import Window


def pool_rule(op: Windowed, shape: Shape) -> Settled:
    """`max(floor((in + low + high - window_shape) / strides) + 1, 0)`, however much is padded or taken away."""
    windows = op.windows(shape)
    if any(window.dilation != 1 for window in windows):
        hint = "jax.lax.reduce_window takes window_dilation"
        raise refuse("flax.max_pool and flax.avg_pool take no dilation", "dilation", hint)
    if op.padding_word == "causal":
        hint = f"padding={show_pads([window.pads(0) for window in windows])} does it"
        raise refuse(
            "unrecognized padding type: expected 'VALID', 'SAME', or 'SAME_LOWER', got CAUSAL", "padding", hint
        )
    notes: tuple[Note, ...] = ()
    if op.ceil_mode:
        ceiling, windows = windows, tuple([_floored(*pair) for pair in zip(windows, shape.size, strict=True)])
        notes = _in_pads(ceiling, windows)
    size = tuple([max(window.output(cells), 0) for window, cells in zip(windows, shape.size, strict=True)])
    return Settled(Shape(shape.channels, size), windows_giving(windows, shape, size), notes)


def _floored(window: Window, cells: int) -> Window:
    """The window whose padding makes room for the last position that ceil mode counts."""
    before, after = window.pads(cells)
    floor = window._replace(ceil=False)
    missing = (window.output(cells) - 1) * window.stride + window.extent - (cells + before + after)
    return floor if window.output(cells) == floor.output(cells) else floor._replace(padding=(before, after + missing))


def _in_pads(ceiling: Sequence[Window], windows: Sequence[Window]) -> tuple[Note, ...]:
    if all(one.pads(0) == other.pads(0) for one, other in zip(ceiling, windows, strict=True)):
        return ()
    pads = show_pads([window.pads(0) for window in windows])
    return (Note("pad", f"JAX has no ceil mode: padding={pads} gives it"),)


def make_pool(kind: type[Op]) -> Any:
    """A maker of pools of one kind, whose strides are 1 where they are left out."""

    def make(given: Any, _rank: Rank) -> Made:
        rank = len(given.window_shape)
        window = one_each(given.window_shape, rank, "window_shape")
        strides = one_each(given.strides or None, rank, "strides")
        try:
            op = kind(kernel=window, stride=strides, padding=_padding(given.padding, rank))
        except Impossible as error:
            return Made(kind(kernel=1), refusing(error))
        if isinstance(op, AvgPool):
            op = op.counting(padding=bool(given.count_include_pad))
        return Made(op, first([for_axes(rank, "window_shape"), pool_rule]))

    return make


def _padding(value: object, rank: int) -> Any:
    padding = padding_of(value)
    return known_word(padding) if isinstance(padding, str) else pairs_of(padding, rank)


def global_max_rule(op: GlobalMaxPool, shape: Shape) -> Settled:
    """There is no greatest of nothing."""
    if 0 in shape.size:
        raise refuse(f"zero-size array to reduction operation max which has no identity, got {shape}")
    return native(op, shape)


_POOL = "window_shape: List, strides: List = None, padding = 'VALID'"

FLAX = {
    "max_pool": Spelling(Signature(_POOL), make_pool(MaxPool)),
    "avg_pool": Spelling(Signature(f"{_POOL}, count_include_pad=True"), make_pool(AvgPool)),
}

RULES: dict[type[Op], Rule] = {
    **dict.fromkeys([MaxPool, AvgPool, LPPool], pool_rule),
    GlobalMaxPool: global_max_rule,
}
