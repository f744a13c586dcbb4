"""JAX and Flax: a file for each family of layers."""

from convcalc.dialects.dialect import Dialect
from convcalc.dialects.jax import borders, convolution, joins, pointwise, pooling, transposed
from convcalc.dialects.jax.paste import paste

_FLAX = {**convolution.FLAX, **transposed.FLAX, **pooling.FLAX, **pointwise.FLAX}
_MODULES = ("flax", "flax.linen", "linen", "nn")
"""Layers of Flax stand under a module always: bare names would be those of others, too."""

DIALECT = Dialect(
    name="jax",
    channels_last=True,
    counts_statistics=False,  # batch_stats is a collection apart from params
    layers={
        **convolution.LAYERS,
        **transposed.LAYERS,
        **{f"{module}.{name}": layer for module in _MODULES for name, layer in _FLAX.items()},
        **{
            f"{module}.{name}": layer
            for module in (*_MODULES, "jax.nn")
            for name, layer in pointwise.ACTIVATIONS.items()
        },
    },
    prefixes=("lax", "jax.lax"),
    words={"groups": "feature_group_count"},
    rules={
        op: rule
        for family in (convolution, transposed, pooling, borders, pointwise, joins)
        for op, rule in family.RULES.items()
    },
    paste=paste,
)
