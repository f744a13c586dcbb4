"""Ops that leave the shape as it is: normalisations, activations, dropout, identity.

A normalisation over a whole axis counts as reading its own cell alone, as receptive fields are told.
"""

from convcalc.divisors import nearest_divisors
from convcalc.errors import CHANNELS, Impossible
from convcalc.ops.factors import Decimal
from convcalc.ops.kinds import Count, Flag
from convcalc.ops.op import Op, Weights, knob
from convcalc.shape import Shape

AFFINE = knob(Flag(true="affine", false="noaffine"), "whether it learns a scale and a shift", default=True)


class Pointwise(Op):
    """Keeps the shape."""

    pointwise = True

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """The shape as it came."""
        return shape


class _Norm(Pointwise):
    affine: bool = AFFINE

    def weights(self, shape: Shape) -> Weights | None:
        """A scale and a shift for each channel, if it learns them."""
        return None if shape.channels is None else Weights(2 * shape.channels if self.affine else 0)


class BatchNorm(_Norm):
    """Normalises each channel over the batch; it keeps a running mean and variance."""

    spelling = "batchnorm"
    aliases = ("bn",)

    def weights(self, shape: Shape) -> Weights | None:
        """A scale and a shift for each channel; two running statistics that are not trained."""
        if shape.channels is None:
            return None
        return Weights(2 * shape.channels if self.affine else 0, 2 * shape.channels)


class LayerNorm(_Norm):
    """Normalises over the channels of each cell."""

    spelling = "layernorm"


class GroupNorm(_Norm):
    """Normalises each group of channels."""

    spelling = "groupnorm"
    groups: int = knob(Count(), "groups of channels", letter="g")

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """The shape, if the groups divide its channels."""
        if shape.channels is not None and shape.channels % self.groups:
            near = nearest_divisors(self.groups, shape.channels)
            hint = f"{' and '.join(map(str, near))} do" if near else None
            raise Impossible(
                f"groups {self.groups} does not divide the {shape.channels} channels",
                key="groups",
                hint=hint,
                kind=CHANNELS,
            )
        return shape


class InstanceNorm(_Norm):
    """Normalises each channel of each sample; it learns nothing unless `affine`."""

    spelling = "instancenorm"
    affine: bool = knob(AFFINE.kind, AFFINE.text, default=False)


class Activation(Pointwise):
    """A function of each cell."""


class LeakyReLU(Activation):
    """The cell, or `slope` times it below zero."""

    spelling = "leakyrelu"
    slope: str | None = knob(Decimal(), "the slope below zero", positional=True, default=None)


class PReLU(Activation):
    """A leaky ReLU whose one slope is learned."""

    spelling = "prelu"

    def weights(self, shape: Shape) -> Weights | None:
        """The slope."""
        return Weights(1)


class Dropout(Pointwise):
    """Sets cells to zero at random while training."""

    spelling = "dropout"
    rate: str | None = knob(Decimal(), "the share of cells set to zero", positional=True, default=None)


class Identity(Pointwise):
    """Does nothing."""

    spelling = "identity"


_PLAIN = (
    ("relu", "The cell, or zero below zero."),
    ("relu6", "A ReLU that ends at 6."),
    ("elu", "Exponential below zero (Clevert et al. 2015)."),
    ("selu", "A scaled ELU (Klambauer et al. 2017)."),
    ("celu", "A continuously differentiable ELU."),
    ("gelu", "The cell times the normal distribution's value (Hendrycks & Gimpel 2016)."),
    ("silu", "The cell times its sigmoid; also called swish."),
    ("mish", "The cell times tanh of its softplus."),
    ("sigmoid", "1 / (1 + exp(-x))."),
    ("hardsigmoid", "A sigmoid in three straight lines."),
    ("hardswish", "The cell times its hard sigmoid."),
    ("tanh", "The hyperbolic tangent."),
    ("hardtanh", "The cell, kept between -1 and 1."),
    ("softplus", "log(1 + exp(x))."),
    ("softsign", "x over 1 plus its size."),
    ("softmax", "Shares that add up to 1."),
    ("logsoftmax", "The logarithm of softmax."),
)
_ALIASES = {"silu": ("swish",)}

ACTIVATIONS: tuple[type[Activation], ...] = (
    LeakyReLU,
    PReLU,
    *(
        type(name, (Activation,), {"spelling": name, "aliases": _ALIASES.get(name, ()), "__doc__": text})
        for name, text in _PLAIN
    ),
)
"""Every activation; those without a knob are declared by name and sentence alone."""
