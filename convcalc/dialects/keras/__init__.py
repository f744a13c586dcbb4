"""Keras: a file for each family of layers."""

from convcalc.dialects.dialect import Dialect
from convcalc.dialects.families import layers_of, rules_of

_FAMILIES = {
    "convolution": "convolution",
    "transposed": "convolution",
    "pooling": "pooling",
    "resampling": "resampling",
    "rearranging": "dense rearranging",
    "pointwise": "pointwise",
    "joins": "joins",
}

DIALECT = Dialect(
    name="keras",
    channels_last=True,
    counts_statistics=True,  # model.count_params() counts the moving statistics
    layers=layers_of(__name__, _FAMILIES),
    prefixes=("layers", "keras.layers", "tf.keras.layers"),
    rules=rules_of(__name__, _FAMILIES),
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
)
