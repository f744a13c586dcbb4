"""MaxPool, AveragePool, LpPool and the pools over everything. ONNX pools step by 1 where no strides are given.

onnx.shape_inference differs from what runs: below opset 22 it counts, in ceil mode, windows that start in the far
padding, it has no limit for pads, and its SAME takes account of dilations.
"""

from collections.abc import Mapping
from typing import Any

from convcalc.dialects.dialect import Made
from convcalc.dialects.onnx.common import (
    ALWAYS,
    SAME,
    WINDOW,
    Maker,
    Operator,
    as_read,
    in_numbers,
    lacking,
    needs_axes,
    negative_pads,
    of_axes,
    of_length,
    padding_error,
    padding_of,
    pairs_of,
    quotient,
    refuse,
    since,
)
from convcalc.dialects.ruled import Rule, Settled, first, native, refusing
from convcalc.dialects.signature import Rank
from convcalc.errors import Impossible
from convcalc.ops.op import Note, Op, impossible
from convcalc.ops.pooling import AdaptivePool, AvgPool, GlobalAvgPool, GlobalMaxPool, LPPool, MaxPool
from convcalc.ops.windowed import Windowed
from convcalc.shape import Shape
from convcalc.window import Sides, Window

_NAMES: Mapping[type[Op], str] = {MaxPool: "MaxPool", AvgPool: "AveragePool", LPPool: "LpPool"}

_SPANS = {
    "MaxPool": {"ceil_mode": since(10), "dilations": since(10), "storage_order": since(8)},
    "AveragePool": {"ceil_mode": since(10), "dilations": since(19)},
    "LpPool": {"ceil_mode": since(18), "dilations": since(18)},
}


def pool_rule(opset: int, *, counts_pads: bool = False) -> Rule:
    """`trunc((in + pads - dilation * (kernel - 1) - 1) / strides) + 1`, as C rounds; in ceil mode rounded up.

    `counts_pads` is count_include_pad.
    """

    def rule(op: Windowed, shape: Shape) -> Settled:
        _check(op, shape, opset)
        plan, sizes, windows = op.plan(len(shape.size)).windows, [], []
        negative = _takes_negative(op, opset, counts_pads=counts_pads)
        for axis, (asked, cells) in enumerate(zip(plan, shape.size, strict=True)):
            try:
                window = _settled(asked, cells, negative=negative)
                sizes.append(_count(window, cells))
            except Impossible as error:
                raise impossible(axis, len(plan), error.what, error.key, error.hint, kind=error.kind) from None
            exact = asked.padding not in SAME and window.output(cells) == sizes[-1]
            windows.append(window if exact else as_read(window, cells, sizes[-1]))
        slides = min(sizes) > 0 and all(
            window.output(cells) == count for window, cells, count in zip(windows, shape.size, sizes, strict=True)
        )
        return Settled(Shape(shape.channels, tuple(sizes)), tuple(windows) if slides else ())

    return rule


def _check(op: Windowed, shape: Shape, opset: int) -> None:
    """What has nothing to do with the window: axes, cells, and what the opset has."""
    one_to_three_axes(op, shape)
    spans = _SPANS[_NAMES[type(op)]]
    unknown = {"ceil_mode": ("ceil", op.ceil_mode), "dilations": ("dilation", any(n != 1 for n in op.dilation))}
    for attribute, (key, used) in unknown.items():
        if used and opset not in spans[attribute]:
            raise lacking(_NAMES[type(op)], attribute, spans[attribute], key)


def one_to_three_axes(op: Op, shape: Shape) -> Settled:
    """No pool reads a vector, more than three axes, or nothing."""
    needs_axes(op, shape)
    if len(shape.size) > 3:
        raise refuse(f"unsupported pooling size: {shape} has {len(shape.size)} axes, pools have 1 to 3")
    if 0 in (shape.channels, *shape.size):
        raise refuse(f"invalid input shape. Only N can be zero. Got: {shape}")
    return Settled(shape)


def _settled(window: Window, cells: int, *, negative: bool) -> Window:
    """The window with its padding in numbers. SAME's does not know of dilations."""
    if window.padding not in SAME:
        sides = window.pads(cells)
        if error := sides_error(sides, window.kernel):
            raise error
        return window._replace(padding=sides)
    settled = in_numbers(window, cells)
    if sum(settled.pads(cells)) < 0 and not negative:
        what = f"padding values must be non-negative: {cells} cells with strides {window.stride} lack none"
        raise refuse(what, "padding", "auto_pad VALID gives as many")
    return settled


def _takes_negative(op: Windowed, opset: int, *, counts_pads: bool) -> bool:
    """Whether it is run by a kernel that takes padding below 0, which SAME comes to where strides pass the kernel."""
    if isinstance(op, MaxPool):
        return set(op.dilation) != {1}
    return isinstance(op, LPPool) or opset >= 19 or (op.ceil_mode and counts_pads)


def sides_error(sides: Sides, kernel: int) -> Impossible | None:
    """Pads are smaller than the kernel, dilated or not."""
    if min(sides) < 0:
        return negative_pads()
    if max(sides) >= kernel:
        what = f"pads[dim] < kernel_shape[dim] was false. Pad should be smaller than kernel: {max(sides)} and {kernel}"
        return refuse(what, "padding", f"{kernel - 1} at most, or a Pad before it")
    return None


def _count(window: Window, cells: int) -> int:
    before, after = window.pads(cells)
    room, stride = cells + before + after - window.extent, window.stride
    count = (-(-room // stride) if window.ceil else quotient(room, stride)) + 1
    if window.ceil and (count - 1) * stride >= cells + before:
        count -= 1
    if count < 0:
        what = f"calculated output dimension is negative: {count} from {cells} cells with pads {[before, after]}"
        raise refuse(f"{what}, the kernel's extent is {window.extent}", "kernel")
    return count


def make_pool(kind: type[Windowed]) -> Maker:
    """A maker of pools of one kind."""

    def make(given: Any, _rank: Rank) -> Made:
        axes = len(given.kernel_shape)
        of_length(given, axes, strides=1, pads=2, **{"dilations": 1} if given.dilations else {})
        if error := padding_error(given) or _limit_error(given, axes):
            return Made(kind(kernel=1), refusing(error))
        op = kind(
            kernel=given.kernel_shape,
            stride=given.strides or 1,
            padding=padding_of(given, axes),
            dilation=given.dilations or 1,
            ceil=bool(given.ceil_mode),
        )
        counts = bool(getattr(given, "count_include_pad", 0))
        if isinstance(op, AvgPool):
            op = op.counting(padding=counts)
        rule = pool_rule(given.opset, counts_pads=counts)
        return Made(op, first([of_axes(axes, "kernel_shape"), rule]))

    return make


def _limit_error(given: Any, axes: int) -> Impossible | None:
    """The limit holds for pads that an auto_pad leaves out of account, too."""
    pairs = zip(pairs_of(given.pads, axes), given.kernel_shape, strict=True)
    return next((error for sides, kernel in pairs if (error := sides_error(sides, kernel))), None)


def adaptive_rule(op: AdaptivePool, shape: Shape) -> Settled:
    """ONNX has no pool to a given size, but where that divides the input's an ordinary pool does it."""
    one_to_three_axes(op, shape)
    output = op.output(shape)
    if any(cells % count for cells, count in zip(shape.size, output.size, strict=True)):
        what = f"there is no adaptive pool, and none with equal windows makes {output} of {shape}"
        raise refuse(what, "size", "sizes that divide the input's work, or Resize")
    kernel = [cells // count for cells, count in zip(shape.size, output.size, strict=True)]
    name = "MaxPool" if op.kind == "max" else "AveragePool"
    return Settled(output, notes=(Note("pool", f"onnx: {name}(kernel_shape={kernel}, strides={kernel}) does it"),))


def make_global(kind: type[Op]) -> Maker:
    """A maker of pools over everything, which keep the axes at size 1."""
    return lambda _given, _rank: Made(kind(keepdims=True), first([one_to_three_axes, native]))


def _pool(name: str, kind: type[Windowed], more: str = "", opsets: range = ALWAYS) -> Operator:
    attributes = f"{WINDOW.format(kernel='')}, ceil_mode: Int = None{more}"
    return Operator(attributes, make_pool(kind), opsets, _SPANS[name])


OPERATORS = {
    "MaxPool": _pool("MaxPool", MaxPool, ", storage_order=None"),
    "AveragePool": _pool("AveragePool", AvgPool, ", count_include_pad=0", since(7)),
    "LpPool": _pool("LpPool", LPPool, ", p=2", since(2)),
    "GlobalMaxPool": Operator("", make_global(GlobalMaxPool)),
    "GlobalAveragePool": Operator("", make_global(GlobalAvgPool)),
    "GlobalLpPool": Operator("p=2", make_global(GlobalAvgPool), range(2, 22)),
}


def rules(opset: int) -> dict[type[Op], Rule]:
    """Those of native ops."""
    return {
        **dict.fromkeys([MaxPool, AvgPool, LPPool], pool_rule(opset)),
        **dict.fromkeys([GlobalAvgPool, GlobalMaxPool], first([one_to_three_axes, native])),
        AdaptivePool: adaptive_rule,
    }
