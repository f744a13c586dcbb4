"""Resize and Upsample, by factors in single precision or to sizes; DepthToSpace and SpaceToDepth.

onnx.shape_inference differs from what runs: it multiplies in double precision (100 * 2.3 is 229, not 230), and
divides where DepthToSpace and SpaceToDepth refuse.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from convcalc.dialects.dialect import Made
from convcalc.dialects.onnx.common import Maker, Operator, dimensions_of, needs_axes, refuse, shape_of, since
from convcalc.dialects.rounding import as_double, ratio_of, scaled_in_single
from convcalc.dialects.ruled import Rule, Settled, native, refusing
from convcalc.dialects.signature import Rank
from convcalc.errors import Impossible
from convcalc.ops.op import Op
from convcalc.ops.pointwise import Identity
from convcalc.ops.rearranging import known_channels
from convcalc.ops.resampling import PixelShuffle, PixelUnshuffle, Upsample
from convcalc.shape import Shape, spread

_TAPS = {"nearest": "nearest", "linear": "linear", "cubic": "bicubic"}
"""The modes, and how the native op calls what they read."""

_MODES = {"nearest": "nearest", "bicubic": "cubic"}
"""The inverse; all others are linear."""

_COORDINATES = (
    "half_pixel",
    "half_pixel_symmetric",
    "asymmetric",
    "align_corners",
    "pytorch_half_pixel",
    "tf_half_pixel_for_nn",
    "tf_crop_and_resize",
)
_NEAREST = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
_POLICIES = ("stretch", "not_larger", "not_smaller")

Factors = Mapping[int, Any]
"""The factor of each dimension that changes; the batch is dimension 0."""


def _mode_error(mode: str, rank: int, factors: Factors) -> Impossible | None:
    """How many dimensions a mode interpolates: the axes, or of four dimensions the channels and the first axis."""
    each = [factors.get(dimension, 1) for dimension in range(rank)]
    axes = each[:2] == [1, 1]
    first_two = rank == 4 and each[0] == each[3] == 1
    if mode == "linear" and not (rank in (2, 3) or (rank in (4, 5) and axes) or first_two):
        return refuse("'Linear' mode only supports 1 to 3 axes, batch and channels as they are", "mode")
    if mode == "cubic" and not (rank == 2 or (rank == 4 and axes) or (first_two and min(each) >= 1)):
        return refuse("'Cubic' mode only supports 2 axes, batch and channels as they are", "mode")
    return None


def scaled(op: Op, shape: Shape, factors: Factors, mode: str) -> Shape:
    """The dimensions multiplied in single precision; nothing may come out."""
    dimensions = dimensions_of(shape)
    if error := _mode_error(mode, len(dimensions), factors):
        raise error
    for dimension, factor in factors.items():
        if factor != 1:
            dimensions[dimension] = scaled_in_single(_cells(op, shape, dimension), factor)
    return shape_of(dimensions)


def _cells(op: Op, shape: Shape, dimension: int) -> int:
    return [1, known_channels(op, shape) if dimension == 1 else 0, *shape.size][dimension]


def _scale_error(factors: Sequence[Any], key: str, opset: int) -> Impossible | None:
    """Until opset 9 it is an Upsample, which does not shrink."""
    if min(factors) <= 0:
        return refuse(f"scale value should be greater than 0, got {min(factors)}", key)
    if opset < 10 and min(factors) < 1:
        return refuse(f"Upsample: scale value should be greater than or equal to 1, got {min(factors)}", key)
    return None


def to_sizes(op: Op, shape: Shape, sizes: Mapping[int, int], mode: str, policy: str = "stretch") -> Shape:
    """Dimensions of the sizes asked for, or by the one factor that the policy takes of all that were asked for."""
    if 0 in shape.size:
        raise refuse(f"with sizes, input dimensions must be greater than 0, got {shape}", "sizes")
    if min(sizes.values(), default=1) < 1:
        raise refuse(f"scale value should be greater than 0, got sizes={list(sizes.values())}", "sizes")
    cells = {dimension: _cells(op, shape, dimension) for dimension in sizes}
    if policy != "stretch":
        return _in_proportion(shape, sizes, cells, mode, policy)
    factors = {at: as_double(size, cells[at]) for at, size in sizes.items()}
    if error := _mode_error(mode, len(shape.size) + 2, factors):
        raise error
    dimensions = dimensions_of(shape)
    for at, size in sizes.items():
        dimensions[at] = size
    return shape_of(dimensions)


def _in_proportion(shape: Shape, sizes: Mapping[int, int], cells: Mapping[int, int], mode: str, policy: str) -> Shape:
    """`round(in * factor)`, halves away from zero, the product in single precision."""
    choose = min if policy == "not_larger" else max
    factor = choose([as_double(size, cells[at]) for at, size in sizes.items()], default=1)
    if error := _mode_error(mode, len(shape.size) + 2, dict.fromkeys(sizes, factor)):
        raise error
    dimensions = dimensions_of(shape)
    for at, count in cells.items():
        dimensions[at] = (scaled_in_single(count, 2 * factor) + 1) // 2
    return shape_of(dimensions)


def _follows(shape: Shape, mode: str) -> Op:
    """The op that tells the taps of a resize to this shape; no cell has any where nothing comes out."""
    return Upsample(size=shape.size, mode=_TAPS[mode]) if min(shape.size, default=0) else Identity()


def make_resize(given: Any, _rank: Rank) -> Made:
    """Resize; scales and sizes are those of the axes, or of the dimensions that `axes` names."""
    scales, sizes = given.scales, given.sizes
    error = _options_error(given) or (_scale_error(scales, "scales", given.opset) if scales else None)
    if error:
        return Made(Identity(), refusing(error))
    mode, key, values = given.mode, "scales" if scales else "sizes", scales or sizes
    policy = given.keep_aspect_ratio_policy or "stretch"

    def rule(op: Op, shape: Shape) -> Settled:
        asked = dict(zip(_dimensions(given.axes, values, key, shape), values, strict=True))
        if scales:
            output = scaled(op, shape, asked, mode)
        else:
            output = to_sizes(op, shape, _of_policy(op, shape, asked, given.axes, policy), mode, policy)
        return Settled(output, op=_follows(output, mode))

    ratios = tuple([ratio_of(factor).as_integer_ratio() for factor in scales or ()])
    return Made(Upsample(scale=ratios, mode=_TAPS[mode]) if ratios else Upsample(size=1, mode=_TAPS[mode]), rule)


def _of_policy(
    op: Op, shape: Shape, asked: Mapping[int, int], axes: Sequence[int] | None, policy: str
) -> Mapping[int, int]:
    """The sizes that a policy looks at: without axes batch and channels too, and no axis that counts from the end."""
    if policy == "stretch":
        return asked
    if axes is None:
        return {0: 1, 1: known_channels(op, shape), **asked}
    return {at: size for (at, size), axis in zip(asked.items(), axes, strict=True) if axis >= 0}


def _dimensions(axes: Sequence[int] | None, values: Sequence[Any], key: str, shape: Shape) -> list[int]:
    """The dimension that each value is for."""
    rank = len(shape.size) + 2
    if len(values) != (len(axes) if axes else rank - 2):
        wanted = f"the {len(axes)} axes" if axes else f"rank of input 'X', whose spatial axes are {rank - 2}"
        raise refuse(f"number of elements of input {key!r} must be same as {wanted}, got {len(values)}", key)
    found = [axis % rank for axis in axes or range(2, rank) if -rank <= axis < rank]
    if len(set(found)) < len(values):
        raise refuse(f"unexpected axis value: each must be in [{-rank}, {rank}) once, got {list(axes or ())}", "axes")
    return found


def _options_error(given: Any) -> Impossible | None:
    if bool(given.scales) == bool(given.sizes):
        return refuse("either 'sizes' or 'scales' must be provided, but not both of them", "scales")
    if given.mode not in _TAPS:
        return refuse(f"mode attribute is {given.mode}. It can only be {', '.join(_TAPS)}", "mode")
    if given.scales and given.keep_aspect_ratio_policy not in (None, "stretch"):
        what = "providing 'scales' is incompatible with a 'keep_aspect_ratio_policy' other than 'stretch'"
        return refuse(what, "keep_aspect_ratio_policy")
    return _words_error(given) or _edges_error(given)


def _words_error(given: Any) -> Impossible | None:
    known = {
        "keep_aspect_ratio_policy": _POLICIES,
        "coordinate_transformation_mode": _COORDINATES,
        "nearest_mode": _NEAREST if given.mode == "nearest" else None,
    }
    for key, words in known.items():
        word = getattr(given, key)
        if word is not None and words and word not in words:
            return refuse(f"{key}:[{word}] is not supported", key, f"known are {', '.join(words)}")
    return None


def _edges_error(given: Any) -> Impossible | None:
    if given.antialias and given.mode == "nearest":
        what = "when anti-aliasing is set, Resize only supports mode 'linear' and 'cubic'"
        return refuse(what, "antialias")
    if given.exclude_outside and given.mode != "cubic" and not (given.antialias and given.mode == "linear"):
        return refuse("exclude_outside can be set only when mode is 'cubic', or anti-aliased", "exclude_outside")
    return None


def make_upsample(given: Any, rank: Rank) -> Made:
    """Upsample, which became Resize."""
    for key in (*_RESIZE_SPANS, "sizes"):
        setattr(given, key, None)
    return make_resize(given, rank)


def upsample_rule(opset: int) -> Rule:
    """A native upsample as a Resize: `floor(in * scale)` in single precision."""

    def rule(op: Upsample, shape: Shape, *others: Shape) -> Settled:
        needs_axes(op, shape)
        mode, rank = _MODES.get(op.mode, "linear"), len(shape.size)
        if op.scale is None:
            if opset < 11:
                raise refuse("Resize has sizes from opset 11 on", "like" if others else "size", "a scale works")
            sizes = dict(enumerate(op.output(shape, *others).size, 2))
            return Settled(to_sizes(op, shape, sizes, mode))
        factors = [as_double(top, below) for top, below in spread(op.scale, rank, "scale")]
        if error := _scale_error(factors, "scale", opset):
            raise error
        return Settled(scaled(op, shape, dict(enumerate(factors, 2)), mode))

    return rule


def shuffle_rule(op: PixelShuffle | PixelUnshuffle, shape: Shape) -> Settled:
    """Two axes; the block divides the channels, or the axes."""
    if len(shape.size) != 2:
        raise refuse(f"input tensor must be 4-dimensional, got {shape} and its batch")
    try:
        return native(op, shape)
    except Impossible as error:
        names = ("SpaceToDepth", "height and width") if isinstance(op, PixelUnshuffle) else ("DepthToSpace", "depth")
        what = f"{names[0]} requires input {names[1]} to be a multiple of the block size: {error.what}"
        raise refuse(what, error.key, error.hint) from None


def make_blocks(kind: type[Op]) -> Maker:
    """A maker of DepthToSpace or SpaceToDepth."""

    def make(given: Any, _rank: Rank) -> Made:
        op, mode = kind(factor=given.blocksize), getattr(given, "mode", None)
        if mode not in (None, "DCR", "CRD"):
            return Made(op, refusing(refuse(f"DepthToSpace op: only 'DCR' and 'CRD' modes, got {mode!r}", "mode")))
        return Made(op, shuffle_rule)

    return make


_RESIZE_SPANS = {
    **dict.fromkeys(["antialias", "axes", "keep_aspect_ratio_policy"], since(18)),
    **dict.fromkeys(["coordinate_transformation_mode", "nearest_mode", "exclude_outside"], since(11)),
    **dict.fromkeys(["cubic_coeff_a", "extrapolation_value", "roi", "sizes"], since(11)),
}

_RESIZE = (
    "scales: Numbers = None, sizes: List = None, mode: Text = 'nearest', axes: List = None, antialias: Int = None, "
    "coordinate_transformation_mode: Text = None, cubic_coeff_a=None, exclude_outside: Int = None, "
    "extrapolation_value=None, keep_aspect_ratio_policy: Text = None, nearest_mode: Text = None, roi=None"
)

OPERATORS = {
    "Resize": Operator(_RESIZE, make_resize, since(10), _RESIZE_SPANS),
    "Upsample": Operator("scales: Numbers, mode: Text = 'nearest'", make_upsample, range(7, 10)),
    "DepthToSpace": Operator(
        "blocksize: Count, mode: Text = None", make_blocks(PixelShuffle), spans={"mode": since(11)}
    ),
    "SpaceToDepth": Operator("blocksize: Count", make_blocks(PixelUnshuffle)),
}


def rules(opset: int) -> dict[type[Op], Rule]:
    """Those of native ops."""
    return {Upsample: upsample_rule(opset), **dict.fromkeys([PixelShuffle, PixelUnshuffle], shuffle_rule)}
