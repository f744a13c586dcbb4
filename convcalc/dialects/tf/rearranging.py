"""tf.nn.space_to_depth and depth_to_space, and what TensorFlow makes of native shuffles, pads and dense layers."""

from typing import Any

from convcalc.dialects.dialect import Made, Spelling
from convcalc.dialects.ruled import Rule, Settled, native
from convcalc.dialects.signature import Rank, Signature
from convcalc.dialects.tf.common import Maker, asked, channels_first, for_axes, refuse
from convcalc.errors import Impossible
from convcalc.ops.convolution import Conv
from convcalc.ops.dense import Dense
from convcalc.ops.op import Op
from convcalc.ops.resampling import Pad, PixelShuffle, PixelUnshuffle
from convcalc.shape import Shape
from convcalc.window import Window

Shuffle = PixelShuffle | PixelUnshuffle


def shuffle_rule(op: Shuffle, shape: Shape) -> Settled:
    """Two axes, blocks of at least 2, and everything divisible."""
    folds = isinstance(op, PixelUnshuffle)
    for_axes(2, "space_to_depth" if folds else "depth_to_space")(op, shape)
    if op.factor < 2:
        raise refuse(f"block_size passed {op.factor} less than minimum 2", "factor")
    try:
        return native(op, shape)
    except Impossible as error:
        size = op.factor if folds else op.factor**2
        what = f"dimension size must be evenly divisible by {size}: {error.what}"
        raise refuse(what, error.key, error.hint) from None


def make_shuffle(kind: type[Shuffle]) -> Maker:
    """A maker of what moves blocks between axes and channels."""

    def make(given: Any, _rank: Rank) -> Made:
        if channels_first(given.data_format, 2):
            raise refuse(
                "there is no kernel for data_format 'NCHW' on CPU", "data_format", "data_format='NHWC' has one"
            )
        return Made(kind(factor=given.block_size), _of_blocks)

    return asked(make)


def _of_blocks(op: Shuffle, shape: Shape) -> Settled:
    try:
        return shuffle_rule(op, shape)
    except Impossible as error:
        error.key = "block_size" if error.key == "factor" else error.key
        raise


def pad_rule(op: Pad, shape: Shape, *others: Shape) -> Settled:
    """tf.pad takes no cells away, and has a mode besides zeros."""
    if op.mode not in ("zeros", "reflect"):
        raise refuse(f"tf.pad has the modes CONSTANT, REFLECT and SYMMETRIC, not {op.mode}", "mode")
    sides = op.sides(shape, *others)
    if any(min(pair) < 0 for pair in sides):
        raise refuse(f"paddings must be non-negative, got {sides}", "padding", "crop takes cells away")
    try:
        return native(op, shape, *others)
    except Impossible as error:
        raise refuse(f"paddings must be less than the dimension size: {error.what}", error.key, error.hint) from None


def dense_rule(op: Dense, shape: Shape) -> Settled:
    """tf.matmul, like the Dense of tf.keras, reads the last dimension: the channels of every cell."""
    told = Conv(out=op.out, kernel=1, bias=op.bias) if shape.size else None
    return Settled(Shape(op.out, shape.size), (Window(1),) * len(shape.size), op=told)


_SIGNATURE = Signature("block_size: Count, data_format: Text = 'NHWC', name=None")

LAYERS = {
    "space_to_depth": Spelling(_SIGNATURE, make_shuffle(PixelUnshuffle), 2),
    "depth_to_space": Spelling(_SIGNATURE, make_shuffle(PixelShuffle), 2),
}

RULES: dict[type[Op], Rule] = {
    PixelShuffle: shuffle_rule,
    PixelUnshuffle: shuffle_rule,
    Pad: pad_rule,
    Dense: dense_rule,
}
