"""Keras."""

from convcalc.dialects.dialect import Dialect

DIALECT = Dialect(
    name="keras",
    channels_last=True,
    counts_statistics=True,  # model.count_params() counts the moving statistics
)
