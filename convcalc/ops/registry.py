"""Every native op, in the order in which help and reference list them. One more op is one more line here."""

from collections.abc import Mapping

from convcalc.ops.convolution import Conv, DepthwiseConv, SeparableConv, TransposedConv
from convcalc.ops.dense import Dense
from convcalc.ops.joins import Add, Concat, Multiply
from convcalc.ops.op import Op
from convcalc.ops.pointwise import (
    ACTIVATIONS,
    BatchNorm,
    Dropout,
    GroupNorm,
    Identity,
    InstanceNorm,
    LayerNorm,
)
from convcalc.ops.pooling import AdaptivePool, AvgPool, GlobalAvgPool, GlobalMaxPool, LPPool, MaxPool, Unpool
from convcalc.ops.rearranging import Flatten, Permute, Reshape
from convcalc.ops.resampling import Crop, Pad, PixelShuffle, PixelUnshuffle, Upsample

OPS: tuple[type[Op], ...] = (
    Conv,
    DepthwiseConv,
    SeparableConv,
    TransposedConv,
    MaxPool,
    AvgPool,
    LPPool,
    Unpool,
    AdaptivePool,
    GlobalAvgPool,
    GlobalMaxPool,
    Upsample,
    Pad,
    Crop,
    PixelShuffle,
    PixelUnshuffle,
    Dense,
    Flatten,
    Reshape,
    Permute,
    BatchNorm,
    LayerNorm,
    GroupNorm,
    InstanceNorm,
    *ACTIVATIONS,
    Dropout,
    Identity,
    Add,
    Multiply,
    Concat,
)

BY_NAME: Mapping[str, type[Op]] = {name: op for op in OPS for name in (op.spelling, *op.aliases)}
