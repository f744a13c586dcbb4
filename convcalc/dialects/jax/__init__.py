"""JAX and Flax: a file for each family of layers."""

from types import ModuleType

from convcalc.dialects.dialect import Dialect, Spelling
from convcalc.dialects.families import layers_of, rules_of

_FAMILIES = {
    "convolution": "convolution",
    "transposed": "convolution",
    "pooling": "pooling",
    "borders": "resampling",
    "pointwise": "pointwise dense",
    "joins": "joins",
}

_MODULES = ("flax", "flax.linen", "linen", "nn")
"""Layers of Flax stand under a module always: bare names would be those of others, too."""


def _layers(family: ModuleType) -> dict[str, Spelling]:
    """The functions of lax by their bare names, the layers of Flax and the activations under their modules."""
    flax, activations = getattr(family, "FLAX", {}), getattr(family, "ACTIVATIONS", {})
    return {
        **getattr(family, "LAYERS", {}),
        **{f"{module}.{name}": layer for module in _MODULES for name, layer in flax.items()},
        **{f"{module}.{name}": layer for module in (*_MODULES, "jax.nn") for name, layer in activations.items()},
    }


DIALECT = Dialect(
    name="jax",
    channels_last=True,
    counts_statistics=False,  # batch_stats is a collection apart from params
    layers=layers_of(__name__, _FAMILIES, _layers),
    prefixes=("lax", "jax.lax"),
    words={"groups": "feature_group_count"},
    rules=rules_of(__name__, _FAMILIES),
)
