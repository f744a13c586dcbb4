"""TensorFlow's tf.nn: a file for each family of functions."""

from convcalc.dialects.dialect import Dialect
from convcalc.dialects.families import layers_of, rules_of

_FAMILIES = {
    "convolution": "convolution",
    "transposed": "convolution",
    "pooling": "pooling",
    "rearranging": "dense resampling",
    "pointwise": "pointwise",
    "joins": "joins",
}

DIALECT = Dialect(
    name="tf",
    channels_last=True,
    counts_statistics=True,  # a layer's moving statistics are variables of the model
    layers=layers_of(__name__, _FAMILIES),
    prefixes=("nn", "tf.nn", "tensorflow.nn"),
    rules=rules_of(__name__, _FAMILIES),
    words={"kernel": "filters", "groups": "filters", "dilation": "dilations", "output_size": "output_shape"},
)
