"""keras.layers' ZeroPadding, Cropping, UpSampling, Resizing and CenterCrop.

Keras 2 differs: it refuses neither a cropping below 0 nor one that leaves nothing.
"""

from collections.abc import Sequence
from typing import Any

from convcalc.dialects.dialect import Made
from convcalc.dialects.keras.common import (
    exists_for,
    filled,
    for_axes,
    layer_of,
    refuse,
    refused,
    renamed,
    said,
    spelled,
)
from convcalc.dialects.ruled import Rule, Settled, first, native
from convcalc.dialects.signature import KINDS, Rank
from convcalc.errors import Impossible, Malformed
from convcalc.ops.op import Note, Op, impossible
from convcalc.ops.resampling import Crop, Pad, PixelShuffle, PixelUnshuffle, Upsample
from convcalc.ops.windowed import need_axes
from convcalc.shape import Shape, quote, spread
from convcalc.window import Sides

_INTERPOLATIONS = {
    "nearest": "nearest",
    "bilinear": "bilinear",
    "bicubic": "bicubic",
    "lanczos3": "bicubic",
    "lanczos5": "bicubic",
    "area": "nearest",
}
"""Each that UpSampling2D and Resizing have, and the one of ours that reads as many cells or most nearly so."""


def sides_of(value: Any, rank: Rank, key: str) -> tuple[Sides, ...]:
    """One number for all sides, or for each axis a number or a pair; of one axis the pair alone."""
    count = rank or 1
    if not isinstance(value, list | tuple):
        number = KINDS["Int"](value, key, rank)
        return ((number, number),) * count
    items = [value] if rank == 1 else [item if isinstance(item, list | tuple) else [item, item] for item in value]
    pairs: tuple[Sides, ...] = KINDS["Pairs"](items, key, rank)
    if len(pairs) != count:
        raise Malformed(f"should have {count} elements, got {quote(value)}", key=key)
    return pairs


def make_pad(given: Any, rank: Rank) -> Made:
    """ZeroPadding1D to ZeroPadding3D."""
    op = Pad(padding=sides_of(given.padding, rank, "padding"))
    return Made(op, first([for_axes(rank, "ZeroPadding{}D"), pad_rule]))


def pad_rule(op: Pad, shape: Shape, *others: Shape) -> Settled:
    """Each side longer by its number, which must not be below 0."""
    need_axes(op, len(shape.size))
    exists_for("ZeroPadding{}D", shape)
    sides = op.sides(shape, *others)
    _not_below_0(op, sides, "padding", f"{layer_of('Cropping', _negated(sides))} takes cells away")
    if op.mode in ("circular", "replicate"):
        modes = "it has constant, reflect and symmetric"
        raise refuse(f"keras.ops.pad has no mode {op.mode!r}", "mode", modes)
    size = tuple([cells + sum(pair) for cells, pair in zip(shape.size, sides, strict=True)])
    if op.mode == "zeros" and not others:
        return Settled(Shape(shape.channels, size))
    notes = said("pad", filled(sides, "mode='reflect'")) if op.mode == "reflect" else ()
    try:
        return Settled(op.output(shape, *others), notes=notes)
    except Impossible as error:
        raise refuse(error.what, error.key, error.hint) from None


def _not_below_0(op: Op, sides: Sequence[Sides], name: str, hint: str) -> None:
    for axis, pair in enumerate(sides):
        if min(pair) < 0:
            what = refuse(f"`{name}` must be non-negative, received {pair}").what
            raise impossible(axis, len(sides), what, "padding", hint if max(map(max, sides)) <= 0 else None)


def _negated(sides: Sequence[Sides]) -> list[Sides]:
    return [(-before, -after) for before, after in sides]


def make_crop(given: Any, rank: Rank) -> Made:
    """Cropping1D to Cropping3D; for one axis two numbers are the sides."""
    op = Crop(padding=sides_of(given.cropping, rank, "cropping"))
    rule = first([for_axes(rank, "Cropping{}D"), crop_rule])
    return Made(op, renamed(rule, {"padding": "cropping"}))


def crop_rule(op: Crop, shape: Shape, *others: Shape) -> Settled:
    """Each side shorter by its number; at least one cell must be left."""
    need_axes(op, len(shape.size))
    exists_for("Cropping{}D", shape)
    sides = op.sides(shape, *others)
    _not_below_0(op, sides, "cropping", f"{layer_of('ZeroPadding', _negated(sides))} adds cells")
    try:
        return Settled(op.output(shape, *others))
    except Impossible as error:
        what = "values in `cropping` should be smaller than the corresponding spatial dimension of the input"
        raise refuse(f"{what}: {error.what}", error.key, error.hint) from None


def make_upsampling(given: Any, rank: Rank) -> Made:
    """UpSampling1D to UpSampling3D: each cell as often as `size` says, or interpolated between two axes."""
    mode = getattr(given, "interpolation", "nearest").lower()
    if mode not in _INTERPOLATIONS:
        return refused(_unknown(mode))
    op = Upsample(scale=given.size, mode=_INTERPOLATIONS[mode])
    return Made(op, first([for_axes(rank, "UpSampling{}D"), upsample_rule]))


def _unknown(mode: str) -> Impossible:
    known = ", ".join(map(repr, _INTERPOLATIONS))
    return refuse(f"argument `interpolation` must be one of {{{known}}}, received: interpolation={mode}", "mode")


def upsample_rule(op: Upsample, shape: Shape, *others: Shape) -> Settled:
    """`in * size`, the factor a whole number; to a size there is Resizing, for two axes."""
    rank = len(shape.size)
    need_axes(op, rank)
    exists_for("UpSampling{}D", shape)
    _check_mode(op.mode, shape)
    if op.scale is None:
        return _resized(op, shape, op.output(shape, *others).size)
    ratios = spread(op.scale, rank, "scale")
    if any(below != 1 for _, below in ratios):
        hint = f"Resizing({', '.join(map(str, op.output(shape).size))}) does it" if rank == 2 else None
        raise refuse(f"the `size` of UpSampling{rank}D must be in integers", "scale", hint)
    return Settled(Shape(shape.channels, tuple([n * top for n, (top, _) in zip(shape.size, ratios, strict=True)])))


def _check_mode(mode: str, shape: Shape) -> None:
    rank = len(shape.size)
    if mode != "nearest" and rank != 2:
        raise refuse(
            f"UpSampling{rank}D repeats cells, it has no argument interpolation", "mode", "nearest is what it does"
        )
    if mode not in _INTERPOLATIONS:
        raise _unknown(mode)
    if mode != "nearest" and 0 in shape.size:
        raise refuse(f"input image must be of non-zero size, got {shape}")


def _resized(op: Upsample, shape: Shape, size: tuple[int, ...]) -> Settled:
    """To a given size: two axes by Resizing, others by the whole number that they grow by."""
    output = Shape(shape.channels, size)
    if len(size) == 2:
        option = "" if op.mode == "bilinear" else f", interpolation={op.mode!r}"
        return Settled(output, notes=said("resize", f"Resizing({size[0]}, {size[1]}{option})"))
    if any(wanted % (cells or 1) for wanted, cells in zip(size, shape.size, strict=True)):
        what = f"UpSampling{len(size)}D makes an axis a whole number of times as long, not {shape} to {output}"
        raise refuse(what, "size" if op.size else "like")
    factors = [wanted // (cells or 1) for wanted, cells in zip(size, shape.size, strict=True)]
    value = factors[0] if len(set(factors)) == 1 else tuple(factors)
    return Settled(output, notes=said("resize", f"UpSampling{len(size)}D({value})"))


def make_resizing(given: Any, _rank: Rank) -> Made:
    """Resizing: two axes to a size."""
    mode = given.interpolation.lower()
    if mode not in _INTERPOLATIONS:
        return refused(_unknown(mode))
    op = Upsample(size=(given.height, given.width), mode=_INTERPOLATIONS[mode])
    return Made(op, first([for_axes(2, "Resizing", ()), native]))


def make_center_crop(given: Any, _rank: Rank) -> Made:
    """CenterCrop: the middle of two axes; a smaller image is resized to the size."""
    wanted = (given.height, given.width)

    def rule(op: Op, shape: Shape) -> Settled:
        differences = [cells - target for cells, target in zip(shape.size, wanted, strict=True)]
        if min(differences) < 0:
            return Settled(Shape(shape.channels, wanted), op=Upsample(size=wanted, mode="bilinear"))
        sides = [(more // 2, more - more // 2) for more in differences]
        return Settled(Shape(shape.channels, wanted), op=Crop(padding=sides))

    return Made(Crop(padding=0), first([for_axes(2, "CenterCrop", ()), rule]))


def shuffle_rule(op: PixelShuffle | PixelUnshuffle, shape: Shape) -> Settled:
    """Keras has no layer for it; TensorFlow has a function for two axes, and everything can be reshaped."""
    try:
        output = op.output(shape)
    except Impossible as error:
        raise refuse(error.what, error.key, error.hint) from None
    return Settled(output, notes=_shuffled(op, len(shape.size)))


def _shuffled(op: PixelShuffle | PixelUnshuffle, rank: int) -> tuple[Note, ...]:
    name = "depth_to_space" if isinstance(op, PixelShuffle) else "space_to_depth"
    function = f"Lambda(lambda x: tf.nn.{name}(x, {op.factor}))"
    return said("shuffle", function if rank == 2 and op.factor > 1 else "Reshape, Permute and Reshape do it")


_FORMAT = "data_format: Text = None"
_SIZES = "height: Count, width: Count"
_FILLED = "crop_to_aspect_ratio=False, pad_to_aspect_ratio=False, fill_mode=None, fill_value=0, antialias=False"

LAYERS = {
    **spelled("ZeroPadding{}D", f"padding = 1, {_FORMAT}", make_pad),
    **spelled("Cropping{}D", "cropping = 1", make_crop, (1,)),
    **spelled("Cropping{}D", f"cropping = 0, {_FORMAT}", make_crop, (2,)),
    **spelled("Cropping{}D", f"cropping = 1, {_FORMAT}", make_crop, (3,)),
    **spelled("UpSampling{}D", "size: Count = 2", make_upsampling, (1,)),
    **spelled("UpSampling{}D", f"size: Counts = 2, {_FORMAT}, interpolation: Text = 'nearest'", make_upsampling, (2,)),
    **spelled("UpSampling{}D", f"size: Counts = 2, {_FORMAT}", make_upsampling, (3,)),
    **spelled("Resizing", f"{_SIZES}, interpolation: Text = 'bilinear', {_FILLED}, {_FORMAT}", make_resizing, (None,)),
    **spelled("CenterCrop", f"{_SIZES}, {_FORMAT}", make_center_crop, (None,)),
}

RULES: dict[type[Op], Rule] = {
    Pad: pad_rule,
    Crop: crop_rule,
    Upsample: upsample_rule,
    PixelShuffle: shuffle_rule,
    PixelUnshuffle: shuffle_rule,
}
