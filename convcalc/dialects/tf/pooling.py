"""tf.nn.max_pool and avg_pool, for one, two, three or any number of axes, and tf.nn.pool."""

from collections.abc import Sequence
from functools import partial
from operator import gt
from typing import Any

from convcalc.dialects.dialect import Made, Spelling
from convcalc.dialects.ruled import Rule, Settled, first
from convcalc.dialects.signature import Rank, Signature
from convcalc.dialects.tf.common import (
    Each,
    Maker,
    asked,
    batched,
    channels_first,
    counts,
    each,
    fitting,
    for_axes,
    none_below_zero,
    padded_before,
    padding_on_cpu,
    refuse,
    up_to_three_axes,
    whole_where_dilated,
    word_of,
)
from convcalc.errors import Impossible
from convcalc.ops.op import Op, impossible
from convcalc.ops.pooling import AvgPool, MaxPool
from convcalc.shape import Shape, show_axes
from convcalc.window import Window

Pool = AvgPool | MaxPool

# What tf.nn makes of pools, native or in its own spelling.


def pool_rule(op: Pool, shape: Shape, *, as_pool: bool = False) -> Settled:
    """`ceil((in + padding - (window - 1) * dilation) / stride)`: max pools of one or two axes take sides in numbers."""
    up_to_three_axes("tf.nn.pool", shape)
    windows = op.windows(shape)
    if op.ceil:
        same = show_axes([Window(w.kernel, w.stride, padding="same").output(n) for w, n in _axes(windows, shape)])
        raise refuse("pools have no ceil mode", "ceil", f"padding='SAME' gives {same}")
    dilated = any(window.dilation > 1 for window in windows)
    in_batches = as_pool and dilated
    none_below_zero(batched(windows, shape.size) if in_batches else [window.pads(0) for window in windows])
    if dilated:
        _check_dilated(op, windows)
    takes_sides = isinstance(op, MaxPool) and len(windows) < 3 and not dilated
    if takes_sides and op.padding_word != "same":
        _check_sides(windows)
    if takes_sides or as_pool or op.padding_word == "same":
        return _slid(op, shape)
    more = ", constant_values=x.dtype.min" if isinstance(op, MaxPool) else ""
    return _slid(op, shape)._replace(notes=padded_before(windows, more))


def _axes(windows: Sequence[Window], shape: Shape) -> list[tuple[Window, int]]:
    return list(zip(windows, shape.size, strict=True))


def _slid(op: Pool, shape: Shape) -> Settled:
    """The windows and what they give, where they fit."""
    windows = op.windows(shape)
    if op.padding_word != "same":
        fitting(op, shape)
    size = tuple([window.output(cells) for window, cells in _axes(op.plan(len(windows)).windows, shape)])
    return Settled(Shape(shape.channels, size), windows)


def _check_dilated(op: Pool, windows: Sequence[Window]) -> None:
    strides, dilations = ([getattr(window, knob) for window in windows] for knob in ("stride", "dilation"))
    if max(strides) > 1:
        what = "strides > 1 not supported in conjunction with dilations > 1"
        raise refuse(f"{what}, got strides={strides} and dilations={dilations}", "stride", "a stride of 1 works")
    if op.padding_word == "same":
        what = f"pooling with 'SAME' padding is not implemented for dilations > 1, got {dilations}"
        raise refuse(what, "padding", "tf.pad before it, and padding='VALID'")


_NAMES = (("top", "bottom"), ("left", "right"))


def _check_sides(windows: Sequence[Window]) -> None:
    """Sides in numbers stay below the window."""
    for axis, (window, names) in enumerate(zip(windows, _NAMES[-len(windows) :], strict=True)):
        for side, name in zip(window.pads(0), names, strict=True):
            if side >= window.kernel:
                what = f"{name} padding {side} needs to be smaller than the window size {window.kernel}"
                raise impossible(axis, len(windows), refuse(what).what, "padding", f"{window.kernel - 1} at most")


# The functions.


def _across(kernel: Each, stride: Each) -> bool:
    """Whether it pools over the channels, and nothing else."""
    return kernel.ends[1] > 1 and kernel.ends[0] == stride.ends[0] == 1 == max(*kernel.axes, *stride.axes)


def _check_ends(kind: type[Pool], kernel: Each, stride: Each) -> None:
    if kernel.ends == stride.ends == (1, 1) or (kind is MaxPool and _across(kernel, stride)):
        return
    if max(kernel.ends[0], stride.ends[0]) > 1:
        raise refuse("pooling is not yet supported on the batch dimension", "ksize")
    what = "exactly one of pooling across depth or pooling across width/height is supported"
    raise refuse(f"{what}, got {kernel.ends[1]} and strides {stride.ends[1]} over the channels", "ksize")


def _over_channels(window: int, stride: int) -> Rule:
    """A max pool over the channels."""

    def rule(op: Op, shape: Shape) -> Settled:
        if window != stride or (shape.channels or 0) % window:
            what = f"depthwise max pooling requires the depth window {window} to equal the depth stride {stride}"
            raise refuse(f"{what} and to evenly divide the input depth {shape.channels}", "ksize")
        return Settled(Shape(shape.channels and shape.channels // window, shape.size))

    return rule


def _pool(kind: type[Pool], given: Any, rank: int) -> Made:
    ahead = channels_first(given.data_format, rank)
    kernel = each(given.ksize, rank, "ksize", first=ahead)
    stride = each(given.strides, rank, "strides", first=ahead)
    takes_lists = kind is MaxPool and rank < 3
    padding = padding_on_cpu(given.padding, rank, first=ahead) if takes_lists else word_of(given.padding)
    _check_ends(kind, kernel, stride)
    if kernel.ends[1] > 1:
        return Made(kind(kernel=1), _over_channels(kernel.ends[1], stride.ends[1]))
    return Made(kind(kernel=kernel.axes, stride=stride.axes, padding=padding), _spelled("ksize", pool_rule))


def _spelled(name: str, rule: Rule) -> Rule:
    """The rule, the window being called so."""

    def renamed(op: Pool, shape: Shape) -> Settled:
        try:
            return rule(op, shape)
        except Impossible as error:
            error.key = {"kernel": name, "stride": "strides"}.get(error.key or "", error.key)
            raise

    return renamed


def make_pool(kind: type[Pool]) -> Maker:
    """A maker of pools for a number of axes."""

    def make(given: Any, rank: Rank) -> Made:
        op, rule, _ = _pool(kind, given, rank or 0)
        return Made(op, first([for_axes(rank, f"a pool of {rank} axes"), rule]))

    return asked(make)


def make_of_any_rank(kind: type[Pool]) -> Maker:
    """A maker of pools for as many axes as the input has: its lists are read when it is asked."""

    def make(given: Any, _rank: Rank) -> Made:
        def rule(op: Op, shape: Shape) -> Settled:
            up_to_three_axes("tf.nn.max_pool", shape)
            made = _pool(kind, given, len(shape.size))
            return made.rule(made.op, shape)._replace(op=made.op)

        return Made(kind(kernel=1), rule)

    return make


def make_window_pool(given: Any, _rank: Rank) -> Made:
    """tf.nn.pool: whole lists, no strides above the window, none with dilations."""
    window = counts(given.window_shape, [1, 2, 3], "window_shape")
    rank = len(window)
    strides, dilations = (
        counts((1,) * rank if values is None else values, [rank], key)
        for values, key in ((given.strides, "strides"), (given.dilations, "dilations"))
    )
    kind = {"MAX": MaxPool, "AVG": AvgPool}.get(given.pooling_type)
    if kind is None:
        raise refuse(f"pooling_type must be 'MAX' or 'AVG', got {given.pooling_type!r}", "pooling_type")
    ahead = channels_first(given.data_format, rank)
    dilated = max(dilations) > 1
    read = whole_where_dilated if dilated else partial(_whole_of_four, kind)
    padding: Any = read(given.padding, rank, first=ahead)
    op = kind(kernel=window, stride=strides, dilation=dilations, padding=padding)
    if not (dilated and max(strides) > 1) and any(map(gt, strides, window)):
        what = f"strides > window_shape not supported, got strides={strides} and window_shape={window}"
        raise refuse(what, "strides", "max_pool and avg_pool take them")
    rule = partial(pool_rule, as_pool=True)
    return Made(op, first([for_axes(rank, f"a pool with window_shape {list(window)}"), _spelled("window_shape", rule)]))


def _whole_of_four(kind: type[Op], padding: object, rank: int, *, first: bool) -> Any:
    """Without dilations max pools of one axis read a list of four too, the second pair being that of an axis of 1."""
    if kind is AvgPool or rank == 3:
        return word_of(padding)
    pairs = padding_on_cpu(padding, 2, first=first)
    if rank == 2 or isinstance(pairs, str):
        return pairs
    if pairs[0] != (0, 0):
        raise refuse("top padding needs to be smaller than the window size 1", "padding")
    return pairs[1:]


_EACH = "List | Count"


_SIGNATURE = Signature(f"ksize: {_EACH}, strides: {_EACH}, padding, data_format: Text = None, name=None")
_BY_NAME: tuple[tuple[str, type[Pool]], ...] = (("max_pool", MaxPool), ("avg_pool", AvgPool))

LAYERS = {
    **{f"{name}{n}d": Spelling(_SIGNATURE, make_pool(kind), n) for name, kind in _BY_NAME for n in (1, 2, 3)},
    **{name: Spelling(_SIGNATURE, make_of_any_rank(kind)) for name, kind in _BY_NAME},
    "pool": Spelling(
        Signature(
            "window_shape: List, pooling_type: Text, strides: List = None, padding='VALID', "
            "data_format: Text = None, dilations: List = None, name=None"
        ),
        asked(make_window_pool),
    ),
}

RULES: dict[type[Op], Rule] = {MaxPool: pool_rule, AvgPool: pool_rule}
