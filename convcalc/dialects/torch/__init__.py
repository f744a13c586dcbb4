"""PyTorch: a file for each family of layers."""

from convcalc.dialects.dialect import Dialect
from convcalc.dialects.torch import convolution

DIALECT = Dialect(
    name="torch",
    channels_last=False,
    counts_statistics=False,  # model.parameters() leaves buffers out
    layers={**convolution.LAYERS},
    prefixes=("nn", "torch.nn", "F", "torch.nn.functional", "nn.functional"),
    rules={**convolution.RULES},
    words={"kernel": "kernel_size", "out": "out_channels"},
)
