"""JAX and Flax."""

from convcalc.dialects.dialect import Dialect

DIALECT = Dialect(
    name="jax",
    channels_last=True,
    counts_statistics=False,  # batch_stats is a collection apart from params
)
