"""TensorFlow."""

from convcalc.dialects.dialect import Dialect

DIALECT = Dialect(
    name="tf",
    channels_last=True,
    counts_statistics=True,  # a layer's moving statistics are variables of the model
)
