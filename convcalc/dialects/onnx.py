"""ONNX."""

from convcalc.dialects.dialect import Dialect

DIALECT = Dialect(
    name="onnx",
    channels_last=False,
    counts_statistics=True,  # mean and variance are initializers of the model like any other
)
