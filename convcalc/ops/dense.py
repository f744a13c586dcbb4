"""Fully connected layers. They read feature vectors."""

from convcalc.errors import FEATURES, Impossible
from convcalc.ops.convolution import BIAS
from convcalc.ops.kinds import Count
from convcalc.ops.op import Op, Weights, knob
from convcalc.shape import Shape


class Dense(Op):
    """Every output reads every input.

    >>> print(Dense(out=10).output(Shape(4096)))
    10
    """

    spelling = "dense"
    aliases = ("linear",)
    out: int = knob(Count(), "output features", letter="o", positional=True)
    bias: bool = BIAS

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """`out` features, from a feature vector alone: frameworks differ on anything else."""
        if shape.size:
            raise Impossible(
                f"dense reads a feature vector, got {shape}",
                hint=f"put flatten before it, or write conv {self.out} k1 to map the channels of every cell",
                kind=FEATURES,
            )
        return Shape(self.out)

    def weights(self, shape: Shape) -> Weights | None:
        """`in * out`, and `out` biases."""
        return None if shape.channels is None else Weights(self.out * (shape.channels + self.bias))

    def macs(self, shape: Shape, output: Shape) -> int | None:
        """`in * out`."""
        return None if shape.channels is None else shape.channels * self.out
