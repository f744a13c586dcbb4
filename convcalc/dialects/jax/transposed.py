"""flax.linen.ConvTranspose, jax.lax.conv_transpose, and native transposed convolutions.

Words mean the padding of the convolution that is transposed; numbers mean cells around the dilated input, so that
more of them give more.
"""

from collections.abc import Callable, Sequence
from typing import Any

from convcalc.dialects.dialect import Made, Spelling
from convcalc.dialects.jax.common import (
    Written,
    for_axes,
    known_word,
    one_each,
    padding_of,
    pairs_of,
    refuse,
    show_pads,
    windows_giving,
)
from convcalc.dialects.jax.convolution import STRING_WITH_DILATION, canonical
from convcalc.dialects.jax.dilated import crop_of, pads_of, sizes_of
from convcalc.dialects.jax.kernels import LAYOUT, Kernel, kernel_of, reads_kernel
from convcalc.dialects.ruled import Rule, Settled, first, refusing
from convcalc.dialects.signature import Rank, Signature
from convcalc.errors import Impossible
from convcalc.ops.convolution import TransposedConv
from convcalc.ops.op import Note, Op
from convcalc.ops.windowed import uneven_note
from convcalc.shape import Shape, spread
from convcalc.window import PADDING_WORDS, Sides, TransposedWindow

Pads = Callable[[TransposedWindow, int], Sides]
"""The cells around so many dilated cells of an axis."""


def valid(window: TransposedWindow, _cells: int) -> Sides:
    """All that the kernel reaches, and at least a stride for every cell."""
    return window.extent - 1, max(window.extent, window.stride) - 1


def same(window: TransposedWindow, _cells: int) -> Sides:
    """A stride for every cell: the cells that are left away stand half before, the odd one after."""
    total = window.extent + window.stride - 2
    low = window.extent - 1 if window.stride > window.extent - 1 else (total + 1) // 2
    return low, total - low


def circular(window: TransposedWindow, _cells: int) -> Sides:
    """A stride for every cell: what reaches further is added at the other end, one cell more behind where it is odd."""
    beyond = max(window.extent - window.stride, 0)
    low, high = valid(window, 0)
    return low - beyond // 2, high - (beyond + 1) // 2


def circular_turned(window: TransposedWindow, _cells: int) -> Sides:
    """The same with `transpose_kernel`: the odd cell is taken in front."""
    beyond = max(window.extent - window.stride, 0)
    low, high = valid(window, 0)
    return low - (beyond + 1) // 2, high - beyond // 2


def direct(word: str) -> Pads:
    """The padding of a direct convolution, which is what other words mean where the strides are 1."""
    return lambda window, cells: PADDING_WORDS[word](cells, window.extent, 1)


def fixed(pair: Sides) -> Pads:
    """The same cells around any size."""
    return lambda _window, _cells: pair


def pads_by_word(word: str, strides: Sequence[int]) -> Pads:
    """SAME and VALID are read as they are written here; with strides of 1 any word of conv_general_dilated is."""
    if word in ("SAME", "VALID"):
        return same if word == "SAME" else valid
    if any(stride > 1 for stride in strides):
        raise refuse(f"{STRING_WITH_DILATION}, got {word!r}", "padding", "'SAME' and 'VALID' work, written so")
    return direct(known_word(word))


def settled(
    op: TransposedConv, shape: Shape, windows: Sequence[TransposedWindow], notes: Sequence[Note] = ()
) -> Settled:
    """`max((in - 1) * strides + 1 + low + high - extent + 1, 0)`."""
    size = sizes_of(windows, shape)
    plain = TransposedConv(**{key: getattr(op, key) for key in ("out", "kernel", "stride", "dilation", "bias")})
    output = Shape(op.out or shape.channels, size)
    return Settled(output, windows_giving(tuple(windows), shape, size), tuple(notes), plain)


def placed(op: TransposedConv, shape: Shape, pads: Sequence[Pads]) -> list[TransposedWindow]:
    """The window on each axis, padded so."""
    rank = len(shape.size)
    axes = zip(op.axes_of(rank), spread(op.dilation, rank, "dilation"), strict=True)
    bare = [TransposedWindow(kernel, stride, dilation) for (kernel, stride, _), dilation in axes]
    return [place(window, own(window, cells)) for window, own, cells in zip(bare, pads, shape.size, strict=True)]


def place(window: TransposedWindow, pads: Sides) -> TransposedWindow:
    """The window with pads around the dilated input, where more than the kernel reaches is output_padding."""
    before, after = crop_of(pads, window.extent)
    return window._replace(padding=(before, max(after, 0)), output_padding=max(-after, 0))


def padded_rule(pads: Sequence[Pads], word: object = None) -> Rule:
    """The rule of a layer that is padded so, by a word or by something else."""

    def rule(op: TransposedConv, shape: Shape) -> Settled:
        windows = placed(op, shape, pads)
        return settled(op, shape, windows, _uneven(windows, word))

    return rule


def _uneven(windows: Sequence[TransposedWindow], word: object) -> list[Note]:
    """Cells left away by a word of which one more stands behind. What CIRCULAR leaves away it adds at the other end."""
    told = word if isinstance(word, str) and word != "CIRCULAR" else None
    note = uneven_note([window.sides for window in windows], told)
    return [note] if note else []


class WrappedConv(TransposedConv):
    """A transposed convolution that adds what reaches past an end at the other end: no other framework has it."""


def wraps(op: Op, shape: Shape) -> Settled:
    """CIRCULAR divides by the size that comes out."""
    if 0 in shape.size:
        raise refuse(f"CIRCULAR: integer modulo by zero, the input is {shape}", "padding")
    return Settled(shape)


def up_to_three_axes(op: Op, shape: Shape) -> Settled:
    """conv_transpose knows the layout of so many."""
    if len(shape.size) > 3:
        raise refuse(f"no 4+ dimensional dimension_number defaults, got {shape}")
    return Settled(shape)


# --- native layers ---


def native_rule(op: TransposedConv, shape: Shape) -> Settled:
    """By a word of JAX, or by numbers around the dilated input; left out it is VALID."""
    if not shape.size:
        op.plan(0)
    up_to_three_axes(op, shape)
    if op.groups != 1:
        what = f"conv_transpose and flax.ConvTranspose have no feature_group_count, got {op.groups} groups"
        raise refuse(what, "groups", "conv_general_dilated with lhs_dilation for the strides has it")
    rank = len(shape.size)
    pads = _native_pads(op, rank)
    windows = placed(op, shape, pads)
    if op.output_size is not None:
        windows = _to_size(op, shape, windows)
    elif op.output_padding is not None:
        added = spread(op.output_padding, rank, "output_padding")
        windows = [_longer(window, more) for window, more in zip(windows, added, strict=True)]
    return settled(op, shape, windows, [*_uneven(windows, op.padding), *_in_pads(op, windows)])


def _native_pads(op: TransposedConv, rank: int) -> list[Pads]:
    if "padding" not in op.given:
        return [valid] * rank
    if op.padding_word is None:
        return [fixed(sides) for _, _, sides in op.axes_of(rank) if isinstance(sides, tuple)]
    if op.padding == "full":
        return [fixed((0, 0))] * rank
    return [pads_by_word(op.padding_word.upper().replace("-", "_"), op.stride or ())] * rank


def _longer(window: TransposedWindow, more: int) -> TransposedWindow:
    return window._replace(output_padding=(window.output_padding or 0) + more)


def _to_size(op: TransposedConv, shape: Shape, windows: Sequence[TransposedWindow]) -> list[TransposedWindow]:
    """The window on each axis for the size that is asked for, if the transposed convolution makes the input of it."""
    asked = op if op.padding_word == "same" else op.replace(padding=[window.sides for window in windows])
    try:
        return [*asked.windows(shape)]
    except Impossible as error:
        raise refuse(f"conv_transpose has no output size to ask for: {error.what}", error.key, error.hint) from None


def _in_pads(op: TransposedConv, windows: Sequence[TransposedWindow]) -> list[Note]:
    """How to write what JAX has no word or argument for."""
    knobs = [name for name in ("output_size", "output_padding") if getattr(op, name) is not None]
    if not knobs and op.padding != "full":
        return []
    what = knobs[0] if knobs else "full"
    return [Note("pad", f"JAX has no {what}: padding={show_pads([pads_of(window) for window in windows])} gives it")]


# --- layers of JAX and Flax ---


def make_flax(given: Any, _rank: Rank) -> Made:
    """flax.ConvTranspose."""
    rank = len(given.kernel_size)
    strides = one_each(given.strides, rank, "strides")
    kind = WrappedConv if given.padding == "CIRCULAR" else TransposedConv
    op = kind(
        out=given.features,
        kernel=given.kernel_size,
        stride=strides,
        dilation=one_each(given.kernel_dilation, rank, "kernel_dilation"),
        bias=given.use_bias,
    )
    try:
        padding = canonical(padding_of(given.padding), rank)
        pads = _flax_pads(padding, strides, transposed=given.transpose_kernel)
    except Impossible as error:
        return Made(op, refusing(error))
    checks = [for_axes(rank, "kernel_size"), up_to_three_axes, *([wraps] if padding == "CIRCULAR" else [])]
    return Made(op, first([*checks, padded_rule(pads, padding)]))


def _flax_pads(padding: str | tuple[Sides, ...], strides: Sequence[int], *, transposed: bool) -> list[Pads]:
    if isinstance(padding, tuple):
        return [fixed(pair) for pair in padding]
    if padding == "CIRCULAR":
        return [circular_turned if transposed else circular] * len(strides)
    return [pads_by_word(padding, strides)] * len(strides)


def make_lax(given: Any, _rank: Rank) -> Made:
    """jax.lax.conv_transpose: the kernel by its shape."""
    kernel = kernel_of(given.rhs, given.dimension_numbers)
    if given.transpose_kernel:
        kernel = Kernel(kernel.window, kernel.outward, kernel.inward)
    rank = len(kernel.window)
    strides = one_each(given.strides, rank, "strides")
    op = TransposedConv(
        out=kernel.outward,
        kernel=kernel.window,
        stride=strides,
        dilation=one_each(given.rhs_dilation, rank, "rhs_dilation"),
        bias=False,
    )
    checks = [reads_kernel("conv_transpose", kernel)]
    if given.dimension_numbers is None:
        checks.insert(0, up_to_three_axes)
    try:
        pads = _lax_pads(padding_of(given.padding), strides, consistent=given.use_consistent_padding)
    except Impossible as error:
        return Made(op, refusing(error))
    return Made(op, first([*checks, padded_rule(pads, given.padding)]))


def _lax_pads(padding: Written, strides: Sequence[int], *, consistent: bool) -> list[Pads]:
    if consistent and padding not in ("SAME", "VALID"):
        return _forward(padding, len(strides))
    if isinstance(padding, str):
        return [pads_by_word(padding, strides)] * len(strides)
    return [fixed(pair) for pair in pairs_of(padding, len(strides))]


def _forward(padding: Written, rank: int) -> list[Pads]:
    """`use_consistent_padding`: numbers mean what words do; those of more axes than there are go unread."""
    items = padding[:rank] if isinstance(padding, tuple) else ()
    wrong = next((item for item in items if not isinstance(item, tuple) or not item), None)
    if isinstance(padding, str | int) or wrong is not None:
        raise refuse(f"invalid padding mode: {padding if wrong is None else wrong!r}", "padding", "write pairs")
    if len(items) < rank:
        raise refuse(f"wrong number of explicit pads for convolution: expected {rank}, got {len(items)}", "padding")
    return [_taken(item) for item in items if isinstance(item, tuple)]


def _taken(sides: tuple[int, ...]) -> Pads:
    """What is left of all that the kernel reaches; with more than two numbers all but the first count behind."""
    return lambda window, _cells: (window.extent - 1 - sides[0], sum(window.extent - 1 - side for side in sides[1:]))


_TYPES = "dtype=None, param_dtype='float32', precision=None, kernel_init=None, bias_init=None"

LAYERS = {
    "conv_transpose": Spelling(
        Signature(
            f"rhs: List, strides: List, padding, rhs_dilation: List = None, {LAYOUT}, transpose_kernel: Bool = False, "
            "precision=None, preferred_element_type=None, use_consistent_padding: Bool = False"
        ),
        make_lax,
    ),
}

FLAX = {
    "ConvTranspose": Spelling(
        Signature(
            "features: Count, kernel_size: Counts, strides: Count | Counts = None, padding = 'SAME', "
            f"kernel_dilation: Count | Counts = None, use_bias: Bool = True, mask=None, {_TYPES}, "
            "transpose_kernel: Bool = False, promote_dtype=None, preferred_element_type=None, parent=None, name=None"
        ),
        make_flax,
    ),
}

RULES: dict[type[Op], Rule] = {TransposedConv: native_rule}
