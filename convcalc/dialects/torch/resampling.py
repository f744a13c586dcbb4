"""torch.nn's Upsample and torch.nn.functional.interpolate, PixelShuffle and its inverse, and the padding layers."""

from collections.abc import Sequence
from typing import Any

from convcalc.dialects.dialect import Made, Spelling
from convcalc.dialects.rounding import as_double, ratio_of, scaled_in_double
from convcalc.dialects.ruled import Rule, Settled, first, native, refusing
from convcalc.dialects.signature import Rank, Signature
from convcalc.dialects.torch.common import for_axes, refuse
from convcalc.errors import Impossible
from convcalc.ops.borders import border_error
from convcalc.ops.op import Op, impossible
from convcalc.ops.pointwise import Identity
from convcalc.ops.resampling import Crop, Pad, PixelShuffle, PixelUnshuffle, Upsample
from convcalc.shape import Shape, spread
from convcalc.window import Sides

_AXES_OF_MODE = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}
_ANY_AXES = ("nearest", "nearest-exact", "area")
_ALIGNED = "align_corners=None, recompute_scale_factor=None"


def resize(shape: Shape, size: Sequence[int], mode: str) -> Settled:
    """The size asked for, which interpolation needs to be at least 1."""
    needs = _AXES_OF_MODE.get(mode, len(shape.size))
    if needs != len(shape.size) or not 1 <= needs <= 3:
        raise refuse(f"got {len(shape.size) + 2}D input, but {mode} mode needs {needs + 2}D input", "mode")
    if min(*size, *shape.size) < 1 and (mode != "area" or (0 in shape.size and set(size) != {1})):
        whole = f"input and output sizes should be greater than 0, but got input {shape.size} output {tuple(size)}"
        raise refuse(whole, "scale_factor")
    return Settled(Shape(shape.channels, tuple(size)))


def upsample_rule(op: Upsample, shape: Shape, *others: Shape) -> Settled:
    """`floor(in * scale_factor)`, the factor a double."""
    if op.scale is None:
        return resize(shape, op.output(shape, *others).size, op.mode)
    factors = [as_double(top, below) for top, below in spread(op.scale, len(shape.size), "scale")]
    return resize(shape, [scaled_in_double(n, factor) for n, factor in zip(shape.size, factors, strict=True)], op.mode)


def make_upsample(given: Any, _rank: Rank) -> Made:
    """Upsample and interpolate: to a size or by a factor, never both."""
    size, factor, mode = given.size, given.scale_factor, given.mode
    if error := _upsample_error(size, factor, mode, given):
        return Made(Identity(), refusing(error))
    taps = "nearest" if mode in _ANY_AXES else mode
    if size is not None:
        return Made(Upsample(size=size, mode=taps), _to_size(size, mode))
    ratios = tuple([ratio_of(one).as_integer_ratio() for one in factor])
    return Made(Upsample(scale=ratios, mode=taps), _by_factors(factor, mode))


def _upsample_error(size: Any, factor: Any, mode: str, given: Any) -> Impossible | None:
    if size is not None and factor is not None and any(factor):
        return refuse("only one of size or scale_factor should be defined", "scale_factor")
    if size is None and not any(factor or ()):
        return refuse("either size or scale_factor should be defined", "scale_factor")
    if mode not in (*_AXES_OF_MODE, *_ANY_AXES):
        return refuse(f"mode {mode!r} is not one of {', '.join((*_AXES_OF_MODE, *_ANY_AXES))}", "mode")
    return _option_error(size, mode, given)


def _option_error(size: Any, mode: str, given: Any) -> Impossible | None:
    if given.align_corners is not None and mode in _ANY_AXES:
        return refuse("align_corners option can only be set with linear, bilinear, bicubic, trilinear", "align_corners")
    if getattr(given, "antialias", False) and mode not in ("bilinear", "bicubic"):
        return refuse("anti-alias option is restricted to bilinear and bicubic modes", "antialias")
    if size is not None and given.recompute_scale_factor:
        return refuse("recompute_scale_factor is not meaningful with an explicit size", "recompute_scale_factor")
    return None


def _to_size(size: Sequence[int], mode: str) -> Rule:
    def rule(op: Upsample, shape: Shape) -> Settled:
        if len(size) not in (1, len(shape.size)):
            raise refuse(f"size must have {len(shape.size)} elements, got {len(size)}", "size")
        return resize(shape, spread(tuple(size), len(shape.size), "size"), mode)

    return rule


def _by_factors(factors: Sequence[Any], mode: str) -> Rule:
    def rule(op: Upsample, shape: Shape) -> Settled:
        if len(factors) not in (1, len(shape.size)):
            raise refuse(f"scale_factor must have {len(shape.size)} elements, got {len(factors)}", "scale_factor")
        each = spread(tuple(factors), len(shape.size), "scale_factor")
        return resize(shape, [scaled_in_double(n, factor) for n, factor in zip(shape.size, each, strict=True)], mode)

    return rule


def make_fixed_upsample(mode: str) -> Any:
    """A maker of the classes that have one mode."""

    def make(given: Any, rank: Rank) -> Made:
        vars(given).update(mode=mode, align_corners=None, recompute_scale_factor=None)
        made = make_upsample(given, rank)
        return Made(made.op, first([for_axes(2, "Upsampling"), made.rule]))

    return make


def shuffle_rule(op: PixelShuffle | PixelUnshuffle, shape: Shape) -> Settled:
    """Two axes; the channels or the axes must be divisible."""
    if len(shape.size) != 2:
        raise refuse(f"pixel_shuffle works on two axes, got {shape}")
    try:
        return native(op, shape)
    except Impossible as error:
        what = "height and width" if isinstance(op, PixelUnshuffle) else "the channels"
        raise refuse(f"{what} must be divisible by the factor: {error.what}", error.key, error.hint) from None


def channel_shuffle_rule(groups: int) -> Rule:
    """The groups divide the channels."""

    def rule(op: Op, shape: Shape) -> Settled:
        if not shape.size or (shape.channels or 0) % groups:
            what = f"number of channels must be divisible by groups: got {shape} and {groups} groups"
            raise refuse(what, "groups")
        return Settled(shape)

    return rule


def pad_rule(op: Pad, shape: Shape, *others: Shape) -> Settled:
    """Each side by the rules of its mode: what may be taken away, and how much may be added."""
    sides = op.sides(shape, *others)
    rank = len(shape.size)
    size = tuple([n + sum(pair) for n, pair in zip(shape.size, sides, strict=True)])
    for axis, (cells, pair, out) in enumerate(zip(shape.size, sides, size, strict=True)):
        if error := border_error(op.mode, 0, 1, cells, pair) or _pad_error(op.mode, cells, pair, out):
            raise impossible(axis, rank, refuse(error.what).what, "padding", error.hint)
    if op.mode in ("reflect", "replicate") and not any(size):
        raise refuse(f"input {shape} is too small, calculated output {size}", "padding")
    return Settled(Shape(shape.channels, size))


def _pad_error(mode: str, cells: int, pair: Sides, out: int) -> Impossible | None:
    if cells == 0 and mode != "zeros":
        return Impossible("expected non-zero dimensions for input, got an axis of 0")
    if out < 0:
        return Impossible(f"{cells} cells with padding {pair} leave {out}: length must be non-negative")
    if mode == "zeros" and (cells + min(pair) < 0):
        return Impossible(f"narrow(): length must be non-negative, {-min(pair)} are taken from {cells}")
    if mode == "circular" and min(pair) < 0 and cells + min(*pair, 0) < 0:
        return Impossible(f"negative padding value is resulting in an empty dimension of {cells}")
    return None


def make_pad(mode: str) -> Any:
    """A maker of padding layers: one number, or pairs with the last axis first."""

    def make(given: Any, rank: Rank) -> Made:
        numbers = list(given.padding) if isinstance(given.padding, tuple) else [given.padding] * 2 * (rank or 1)
        if len(numbers) != 2 * (rank or 1):
            what = f"padding must be a number or {2 * (rank or 1)} of them, got {len(numbers)}"
            return Made(Pad(padding=0), refusing(refuse(what, "padding")))
        pairs = [(before, after) for before, after in zip(numbers[::2], numbers[1::2], strict=True)]
        op = Pad(padding=pairs[::-1], mode=mode)
        return Made(op, first([for_axes(rank, f"a pad of {rank} axes"), pad_rule]))

    return make


def _pads(name: str, mode: str, more: str = "") -> dict[str, Spelling]:
    signature = Signature(f"padding: Int | List{more}")
    return {f"{name}{rank}d": Spelling(signature, make_pad(mode), rank) for rank in (1, 2, 3)}


def _fixed(op: type[Op], key: str) -> Any:
    return lambda given, _rank: Made(op(factor=getattr(given, key)), shuffle_rule, {"factor": key})


_SIZE = "size: Counts = None, scale_factor: Numbers = None"

LAYERS = {
    "Upsample": Spelling(Signature(f"{_SIZE}, mode: Text = 'nearest', {_ALIGNED}"), make_upsample),
    "interpolate": Spelling(Signature(f"{_SIZE}, mode: Text = 'nearest', {_ALIGNED}, antialias=False"), make_upsample),
    "UpsamplingNearest2d": Spelling(Signature(_SIZE), make_fixed_upsample("nearest")),
    "UpsamplingBilinear2d": Spelling(Signature(_SIZE), make_fixed_upsample("bilinear")),
    "PixelShuffle": Spelling(Signature("upscale_factor: Count"), _fixed(PixelShuffle, "upscale_factor")),
    "PixelUnshuffle": Spelling(Signature("downscale_factor: Count"), _fixed(PixelUnshuffle, "downscale_factor")),
    "ChannelShuffle": Spelling(
        Signature("groups: Count"), lambda given, _rank: Made(Identity(), channel_shuffle_rule(given.groups))
    ),
    **_pads("ZeroPad", "zeros"),
    **_pads("ConstantPad", "zeros", ", value"),
    **_pads("ReflectionPad", "reflect"),
    **_pads("ReplicationPad", "replicate"),
    **_pads("CircularPad", "circular"),
}

RULES: dict[type[Op], Rule] = {
    Upsample: upsample_rule,
    Pad: pad_rule,
    Crop: native,
    PixelShuffle: shuffle_rule,
    PixelUnshuffle: shuffle_rule,
}
