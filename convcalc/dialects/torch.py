"""PyTorch."""

from convcalc.dialects.dialect import Dialect

DIALECT = Dialect(
    name="torch",
    channels_last=False,
    counts_statistics=False,  # model.parameters() leaves buffers out
)
