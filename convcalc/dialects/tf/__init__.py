"""TensorFlow's tf.nn: a file for each family of functions."""

from convcalc.dialects.dialect import Dialect
from convcalc.dialects.tf import convolution, joins, pointwise, pooling, rearranging, transposed
from convcalc.dialects.tf.paste import paste

_FAMILIES = (convolution, transposed, pooling, rearranging, pointwise, joins)

DIALECT = Dialect(
    name="tf",
    channels_last=True,
    counts_statistics=True,  # a layer's moving statistics are variables of the model
    layers={name: layer for family in _FAMILIES for name, layer in family.LAYERS.items()},
    prefixes=("nn", "tf.nn", "tensorflow.nn"),
    rules={op: rule for family in _FAMILIES for op, rule in family.RULES.items()},
    words={"kernel": "filters", "groups": "filters", "dilation": "dilations", "output_size": "output_shape"},
    paste=paste,
)
