"""Keras: a file for each family of layers."""

from convcalc.dialects.dialect import Dialect
from convcalc.dialects.keras import (
    convolution,
    joins,
    pointwise,
    pooling,
    rearranging,
    resampling,
    transposed,
)
from convcalc.dialects.keras.paste import paste

_FAMILIES = (convolution, transposed, pooling, resampling, rearranging, pointwise, joins)

DIALECT = Dialect(
    name="keras",
    channels_last=True,
    counts_statistics=True,  # model.count_params() counts the moving statistics
    layers={name: layer for family in _FAMILIES for name, layer in family.LAYERS.items()},
    prefixes=("layers", "keras.layers", "tf.keras.layers"),
    rules={op: rule for family in _FAMILIES for op, rule in family.RULES.items()},
    words={
        "kernel": "kernel_size",
        "stride": "strides",
        "dilation": "dilation_rate",
        "out": "filters",
        "multiplier": "depth_multiplier",
        "scale": "size",
        "mode": "interpolation",
        "target": "target_shape",
        "order": "dims",
    },
    paste=paste,
)
