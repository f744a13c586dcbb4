"""torch.nn's pools: max, average and power pools, their reverse, and those that pool to a given size."""

from collections.abc import Sequence
from typing import Any

from convcalc.dialects.dialect import Made, Spelling
from convcalc.dialects.rounding import scaled_in_double
from convcalc.dialects.ruled import Rule, Settled, first, native, refusing
from convcalc.dialects.signature import Rank, Signature
from convcalc.dialects.torch.common import for_axes, padded_before, refuse, up_to_three_axes
from convcalc.errors import Impossible
from convcalc.ops.op import Op, impossible
from convcalc.ops.pooling import AdaptivePool, AvgPool, GlobalAvgPool, GlobalMaxPool, LPPool, MaxPool, Unpool
from convcalc.ops.windowed import Windowed
from convcalc.shape import Shape, spread

_POOL = "kernel_size: Counts, stride: Counts = None"
_MAX = f"{_POOL}, padding: Ints = 0, dilation: Counts = 1, return_indices=False, ceil_mode: Bool = False"
_AVG1 = f"{_POOL}, padding: Ints = 0, ceil_mode: Bool = False, count_include_pad=True"
_AVG = f"{_AVG1}, divisor_override=None"
_LP = f"norm_type, {_POOL}, ceil_mode: Bool = False"
_UNPOOL = f"{_POOL}, padding: Ints = 0, *, output_size: List = None"


def no_empty_dimension(op: Op, shape: Shape, *others: Shape) -> Settled:
    """Pools refuse an input without cells."""
    if 0 in (shape.channels, *shape.size):
        raise refuse(f"expected a tensor with optional 0 batch dimension size, but got {shape}")
    return Settled(shape)


def pool_rule(op: Windowed, shape: Shape) -> Settled:
    """`floor((in + 2 * padding - dilation * (kernel_size - 1) - 1) / stride) + 1`, or the ceiling of it."""
    up_to_three_axes("MaxPool" if isinstance(op, MaxPool) else "AvgPool", shape)
    no_empty_dimension(op, shape)
    if op.padding_word not in (None, "valid", "full", "causal"):
        raise refuse(f"pools take padding in numbers, not {op.padding!r}", "padding", "F.pad can stand before it")
    windows = op.windows(shape)
    if not isinstance(op, MaxPool) and any(window.dilation != 1 for window in windows):
        raise refuse(f"{type(op).__name__} takes no dilation", "dilation")
    for axis, window in enumerate(windows):
        if error := _padding_error(op, window.kernel, window.pads(0)):
            raise impossible(axis, len(windows), error.what, error.key, error.hint, kind=error.kind)
    note = padded_before(op, windows, ", value=-inf" if isinstance(op, MaxPool) else "")
    if not isinstance(op, MaxPool) and len(windows) == 3 and _smaller(shape, [window.kernel for window in windows]):
        raise refuse(f"input image {shape} smaller than kernel size, whatever the padding", "kernel")
    try:
        return Settled(op.output(shape), windows, note)
    except Impossible as error:
        raise refuse(f"output size is too small: {error.what}", error.key, error.hint) from None


def _smaller(shape: Shape, kernels: Sequence[int]) -> bool:
    return any(cells < kernel for cells, kernel in zip(shape.size, kernels, strict=True))


def _padding_error(op: Op, kernel: int, sides: tuple[int, int]) -> Impossible | None:
    if min(sides) < 0:
        return refuse(f"pad must be non-negative, but got pad: {min(sides)}", "padding")
    if isinstance(op, LPPool) and max(sides):
        return refuse("LPPool takes no padding", "padding", "F.pad can stand before it")
    if max(sides) > kernel // 2:
        what = f"pad should be at most half of effective kernel size, but got pad={max(sides)}, kernel_size={kernel}"
        return refuse(what, "padding", f"{kernel // 2} at most")
    return None


def unpool_rule(op: Unpool, shape: Shape, *others: Shape) -> Settled:
    """`(in - 1) * stride - 2 * padding + kernel_size`, or a size less than a stride from it."""
    try:
        return Settled(op.output(shape, *others))
    except Impossible as error:
        raise refuse(f"output_size is out of range: {error.what}", error.key, error.hint) from None


def make_pool(kind: type[Op]) -> Any:
    """A maker of pools of one kind."""

    def make(given: Any, rank: Rank) -> Made:
        if kind is LPPool and rank == 1 and isinstance(given.kernel_size, tuple):
            return Made(LPPool(kernel=1), refusing(refuse("LPPool1d takes kernel_size as one number", "kernel_size")))
        optional = {"dilation": getattr(given, "dilation", 1), "padding": getattr(given, "padding", 0)}
        op = kind(kernel=given.kernel_size, stride=given.stride, ceil=given.ceil_mode, **optional)
        if isinstance(op, AvgPool):
            op = op.counting(padding=bool(given.count_include_pad))
        return Made(op, first([for_axes(rank, f"a pool of {rank} axes"), pool_rule]))

    return make


def make_unpool(given: Any, rank: Rank) -> Made:
    """MaxUnpool1d to MaxUnpool3d; `output_size` is an argument of the call."""
    op = Unpool(kernel=given.kernel_size, stride=given.stride, padding=given.padding)
    size = given.output_size
    name = f"MaxUnpool{rank}d"

    def rule(op: Unpool, shape: Shape) -> Settled:
        windows = zip(op.plan(len(shape.size)).windows, shape.size, strict=True)
        bases = [window.inputs(cells)[0] for window, cells in windows]
        targets = list(size[-len(bases) :] if size else bases)
        strides = spread(given.stride or given.kernel_size, len(bases), "stride")
        for axis, (base, target, stride) in enumerate(zip(bases, targets, strides, strict=True)):
            if size and not base - stride < target < base + stride:
                what = f"invalid output_size: it must be between {base - stride} and {base + stride}, got {target}"
                raise impossible(axis, len(bases), refuse(what).what, "output_size")
            if target < 0:
                raise refuse(f"output_size must contain non-negative spatial dimensions, but got {target}", "padding")
        return Settled(Shape(shape.channels, tuple(targets)))

    if size is not None and len(size) not in (rank, (rank or 0) + 2):
        return Made(op, refusing(refuse(f"output_size must be of {rank} elements, got {len(size)}", "output_size")))
    return Made(op, first([for_axes(rank, name), rule]))


def make_adaptive(kind: str) -> Any:
    """A maker of pools to a given size, of which None keeps an axis as it is."""

    def make(given: Any, rank: Rank) -> Made:
        sizes = given.output_size if isinstance(given.output_size, list | tuple) else [given.output_size] * (rank or 1)
        if len(sizes) != rank or (rank != 1 and given.output_size is None):
            return Made(AdaptivePool(size=1), refusing(refuse(f"output_size must be {rank} numbers", "output_size")))

        def rule(op: Op, shape: Shape) -> Settled:
            targets = tuple([n if size is None else size for n, size in zip(shape.size, sizes, strict=True)])
            if min(targets) < 0 or (rank == 1 and None in sizes):
                raise refuse(f"elements of output_size must be greater than or equal to 0, got {sizes}", "output_size")
            if 0 in shape.size and (kind == "max" or set(targets) != {1}):  # a mean over nothing is one number
                raise refuse(f"expected input to have non-zero size for non-batch dimensions, got {shape}")
            told = AdaptivePool(size=targets, kind=kind) if min(targets) and min(shape.size) else None
            return Settled(Shape(shape.channels, targets), op=told)

        return Made(AdaptivePool(size=1, kind=kind), first([for_axes(rank, f"a pool of {rank} axes"), rule]))

    return make


def make_fractional(given: Any, rank: Rank) -> Made:
    """FractionalMaxPool2d and 3d, to a size or a share of it, that leaves room for the kernel."""
    if (given.output_size is None) == (given.output_ratio is None):
        what = "FractionalMaxPool requires specifying one of output_size and output_ratio"
        return Made(AdaptivePool(size=1), refusing(refuse(what, "output_size")))

    def rule(op: AdaptivePool, shape: Shape) -> Settled:
        sizes = given.output_size or _shares(shape, given.output_ratio)
        for axis, (cells, extent, wanted) in enumerate(zip(shape.size, given.kernel_size, sizes, strict=True)):
            if wanted < 1 or wanted + extent - 1 > cells - (rank == 3):
                what = f"fractional_max_pool: kernel {extent} and output {wanted} are too large for an input of {cells}"
                raise impossible(axis, len(shape.size), refuse(what).what, "output_size")
        return Settled(Shape(shape.channels, tuple(sizes)), op=AdaptivePool(size=sizes, kind="max"))

    name = f"FractionalMaxPool{rank}d"
    return Made(AdaptivePool(size=1, kind="max"), first([for_axes(rank, name), no_empty_dimension, rule]))


def _shares(shape: Shape, ratios: Sequence[Any]) -> tuple[int, ...]:
    return tuple([scaled_in_double(cells, ratio) for cells, ratio in zip(shape.size, ratios, strict=True)])


def _spelled(names: str, signature: str, make: Any, ranks: tuple[int, ...] = (1, 2, 3)) -> dict[str, Spelling]:
    declared = Signature(signature)
    return {names.format(rank): Spelling(declared, make, rank) for rank in ranks}


LAYERS = {
    **_spelled("MaxPool{}d", _MAX, make_pool(MaxPool)),
    **_spelled("AvgPool{}d", _AVG1, make_pool(AvgPool), (1,)),
    **_spelled("AvgPool{}d", _AVG, make_pool(AvgPool), (2, 3)),
    **_spelled("LPPool{}d", _LP.replace("kernel_size: Counts", "kernel_size: Count | Counts"), make_pool(LPPool), (1,)),
    **_spelled("LPPool{}d", _LP, make_pool(LPPool), (2, 3)),
    **_spelled("MaxUnpool{}d", _UNPOOL, make_unpool),
    **_spelled("AdaptiveAvgPool{}d", "output_size: Sizes", make_adaptive("avg")),
    **_spelled("AdaptiveMaxPool{}d", "output_size: Sizes, return_indices=False", make_adaptive("max")),
    **_spelled(
        "FractionalMaxPool{}d",
        "kernel_size: Counts, output_size: Counts = None, output_ratio: Numbers = None, return_indices=False",
        make_fractional,
        (2, 3),
    ),
}

RULES: dict[type[Op], Rule] = {
    MaxPool: pool_rule,
    AvgPool: pool_rule,
    LPPool: pool_rule,
    Unpool: unpool_rule,
    **dict.fromkeys([AdaptivePool, GlobalAvgPool, GlobalMaxPool], first([no_empty_dimension, native])),
}
