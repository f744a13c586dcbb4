"""flax.linen.Conv, jax.lax.conv_general_dilated, and native convolutions: the direct ones."""

from collections.abc import Sequence
from typing import Any

from convcalc.dialects.dialect import Made, Spelling
from convcalc.dialects.jax.common import (
    Written,
    check_padded,
    for_axes,
    known_word,
    one_each,
    padding_of,
    pairs_of,
    refuse,
    show_pads,
    windows_giving,
)
from convcalc.dialects.jax.dilated import check_groups, make_dilated
from convcalc.dialects.jax.kernels import LAYOUT, Kernel, kernel_of, reads_kernel
from convcalc.dialects.ruled import Rule, Settled, first, refusing
from convcalc.dialects.signature import Rank, Signature
from convcalc.errors import Impossible
from convcalc.ops.convolution import Conv, DepthwiseConv, SeparableConv
from convcalc.ops.op import Note, Op, impossible
from convcalc.shape import Shape
from convcalc.window import Sides, Window, extent_of

AnyConv = Conv | DepthwiseConv | SeparableConv

_PAD_MODES = {"CIRCULAR": "circular", "REFLECT": "reflect"}
NUMPY_MODES = {"circular": "wrap", "reflect": "reflect", "replicate": "edge"}
STRING_WITH_DILATION = (
    "string padding is not implemented for transposed convolution using conv_general_dilated, "
    "please either exactly specify the required padding or use conv_transpose"
)


def conv_rule(op: AnyConv, shape: Shape) -> Settled:
    """`max(floor((in + low + high - extent) / strides) + 1, 0)`: a kernel above its input gives 0."""
    windows = op.windows(shape)
    if op.padding_word == "causal" and len(windows) != 1:
        hint = f"padding={show_pads(_sides(windows))} does it on every axis"
        raise refuse("causal padding is only implemented for 1D convolutions", "padding", hint)
    if isinstance(op, Conv):
        check_groups(op, shape)
    notes = _wrapped(op, shape, windows)
    check_padded(shape.size, _sides(windows))
    size = tuple([max(window.output(cells), 0) for window, cells in zip(windows, shape.size, strict=True)])
    return Settled(Shape(_channels(op, shape.channels), size), windows_giving(windows, shape, size), notes)


def _sides(windows: Sequence[Window]) -> list[Sides]:
    return [window.pads(0) for window in windows]


def _channels(op: AnyConv, channels: int | None) -> int | None:
    if isinstance(op, DepthwiseConv):
        return None if channels is None else channels * op.multiplier
    return op.out or channels


def _wrapped(op: AnyConv, shape: Shape, windows: Sequence[Window]) -> tuple[Note, ...]:
    """Cells that repeat those of the input: what refuses them, and the line that pads so where no word of Flax does."""
    sides = _sides(windows)
    if op.padding_mode == "zeros":
        return ()
    mode = NUMPY_MODES[op.padding_mode]
    check_repeated(mode, shape.size, sides)
    if op.padding_mode != "replicate" and sides == [halves(window.extent) for window in windows]:
        return ()
    pads = show_pads([(0, 0), *sides, (0, 0)])
    return (Note("pad", f"JAX: jnp.pad(x, {pads}, mode={mode!r}) before it, and padding='VALID'"),)


def check_repeated(mode: str, size: Sequence[int], sides: Sequence[Sides]) -> None:
    """jnp.pad repeats as often as it takes, but it takes nothing away, and of nothing there is no copy."""
    for axis, (cells, pair) in enumerate(zip(size, sides, strict=True)):
        what = f"jnp.pad: index can't contain negative values, got {pair}" if min(pair) < 0 else None
        if cells == 0 and max(pair):
            what = f"cannot apply {mode!r} padding to empty axis"
        if what:
            raise impossible(axis, len(sides), refuse(what).what, "padding")


def halves(extent: int) -> Sides:
    """What CIRCULAR and REFLECT put around: the extent less one, the odd cell after."""
    return (extent - 1) // 2, extent // 2


def canonical(padding: Written, rank: int) -> str | tuple[Sides, ...]:
    """A padding of Flax: a word, one number, or for each axis a number or a pair."""
    if isinstance(padding, str):
        return padding
    if isinstance(padding, int):
        return ((padding, padding),) * rank
    pairs = tuple([(item, item) if isinstance(item, int) else item for item in padding])
    if len(pairs) != rank or any(len(pair) != 2 for pair in pairs):
        rule = f"should be str, int, or a sequence of len {rank} where each element is an int or pair of ints"
        raise refuse(f"invalid padding format: {padding}, {rule}", "padding")
    return tuple([(pair[0], pair[-1]) for pair in pairs])


def make_conv(given: Any, _rank: Rank) -> Made:
    """flax.Conv: an int kernel_size is a kernel over one axis."""
    rank = len(given.kernel_size)
    dilation = one_each(given.kernel_dilation, rank, "kernel_dilation")
    spread = one_each(given.input_dilation, rank, "input_dilation")
    knobs: dict[str, Any] = {
        "out": given.features,
        "kernel": given.kernel_size,
        "stride": one_each(given.strides, rank, "strides"),
        "dilation": dilation,
        "groups": given.feature_group_count,
        "bias": given.use_bias,
    }
    try:
        padding = canonical(padding_of(given.padding), rank)
        if max(spread) == 1 and padding in ("CAUSAL", *_PAD_MODES):
            made = Made(Conv(**knobs, **_flax_padding(str(padding), given.kernel_size, dilation)), conv_rule)
        else:
            made = _general(knobs, padding, spread)
    except Impossible as error:
        return Made(Conv(kernel=1), refusing(error))
    return Made(made.op, first([for_axes(rank, "kernel_size"), made.rule]))


def _flax_padding(word: str, kernel: Sequence[int], dilation: Sequence[int]) -> dict[str, Any]:
    """The words that Flax has and jax.lax has not, as the op takes them."""
    if word == "CAUSAL":
        return {"padding": "causal"}
    extents = [extent_of(cells, apart) for cells, apart in zip(kernel, dilation, strict=True)]
    return {"padding": [halves(extent) for extent in extents], "padding_mode": _PAD_MODES[word]}


def make_general(given: Any, _rank: Rank) -> Made:
    """conv_general_dilated: the kernel by its shape."""
    kernel = kernel_of(given.rhs, given.dimension_numbers)
    rank = len(kernel.window)
    spread = one_each(given.lhs_dilation, rank, "lhs_dilation")
    knobs: dict[str, Any] = {
        "out": kernel.outward,
        "kernel": kernel.window,
        "stride": one_each(given.window_strides, rank, "window_strides"),
        "dilation": one_each(given.rhs_dilation, rank, "rhs_dilation"),
        "groups": given.feature_group_count,
        "bias": False,
    }
    try:
        made = _general(knobs, padding_of(given.padding), spread)
        _check_batch_groups(given, kernel)
    except Impossible as error:
        return Made(Conv(kernel=1), refusing(error))
    return Made(made.op, first([reads_kernel("conv_general_dilated", kernel, given.feature_group_count), made.rule]))


def _general(knobs: dict[str, Any], padding: Written, spread: Sequence[int]) -> Made:
    """By a word of jax.lax, where the input is not dilated, or by pairs."""
    if not isinstance(padding, str):
        pairs = pairs_of(padding, len(spread))
        return Made(Conv(**knobs, padding=pairs), conv_rule) if max(spread) == 1 else make_dilated(knobs, pairs, spread)
    if max(spread) > 1:
        raise refuse(f"{STRING_WITH_DILATION}, got {padding!r}", "padding")
    return Made(Conv(**knobs, padding=known_word(padding)), conv_rule)


def _check_batch_groups(given: Any, kernel: Kernel) -> None:
    groups = given.batch_group_count
    if kernel.outward % groups:
        what = "rhs output feature dimension size must be a multiple of batch_group_count"
        raise refuse(f"{what}, but {kernel.outward} is not a multiple of {groups}", "batch_group_count")
    if min(groups, given.feature_group_count) > 1:
        what = "at most one of batch_group_count and feature_group_count may be > 1"
        raise refuse(f"{what}, got {groups} and {given.feature_group_count}", "batch_group_count")


_TYPES = "dtype=None, param_dtype='float32', precision=None"
_INITIAL = "kernel_init=None, bias_init=None"

LAYERS = {
    "conv_general_dilated": Spelling(
        Signature(
            "rhs: List, window_strides: List, padding, lhs_dilation: List = None, rhs_dilation: List = None, "
            f"{LAYOUT}, feature_group_count: Count = 1, batch_group_count: Count = 1, precision=None, "
            "preferred_element_type=None, out_sharding=None"
        ),
        make_general,
    ),
}

FLAX = {
    "Conv": Spelling(
        Signature(
            "features: Count, kernel_size: Counts, strides: Count | Counts = None, padding = 'SAME', "
            "input_dilation: Count | Counts = None, kernel_dilation: Count | Counts = None, "
            f"feature_group_count: Count = 1, use_bias: Bool = True, mask=None, {_TYPES}, {_INITIAL}, "
            "promote_dtype=None, conv_general_dilated=None, conv_general_dilated_cls=None, parent=None, name=None"
        ),
        make_conv,
    ),
}

RULES: dict[type[Op], Rule] = {Conv: conv_rule, DepthwiseConv: conv_rule, SeparableConv: conv_rule}
