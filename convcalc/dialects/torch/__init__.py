"""PyTorch: a file for each family of layers."""

from convcalc.dialects.dialect import Dialect
from convcalc.dialects.torch import convolution, pointwise, pooling, rearranging, resampling
from convcalc.dialects.torch.paste import paste

_FAMILIES = (convolution, pooling, resampling, rearranging, pointwise)

DIALECT = Dialect(
    name="torch",
    channels_last=False,
    counts_statistics=False,  # model.parameters() leaves buffers out
    layers={name: layer for family in _FAMILIES for name, layer in family.LAYERS.items()},
    prefixes=("nn", "torch.nn", "F", "nn.functional", "torch.nn.functional"),
    rules={op: rule for family in _FAMILIES for op, rule in family.RULES.items()},
    words={"kernel": "kernel_size", "out": "out_channels"},
    paste=paste,
)
