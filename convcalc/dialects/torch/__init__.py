"""PyTorch: a file for each family of layers."""

from convcalc.dialects.dialect import Dialect
from convcalc.dialects.families import layers_of, rules_of

_FAMILIES = {
    "convolution": "convolution",
    "pooling": "pooling",
    "resampling": "resampling",
    "rearranging": "dense",
    "pointwise": "pointwise",
}

DIALECT = Dialect(
    name="torch",
    channels_last=False,
    counts_statistics=False,  # model.parameters() leaves buffers out
    layers=layers_of(__name__, _FAMILIES),
    prefixes=("nn", "torch.nn", "F", "nn.functional", "torch.nn.functional"),
    rules=rules_of(__name__, _FAMILIES),
    words={"kernel": "kernel_size", "out": "out_channels"},
)
