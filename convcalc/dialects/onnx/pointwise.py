"""Norms, activations and what else keeps the shape. A norm's scale and shift are inputs, counted as params."""

from collections.abc import Sequence
from math import prod
from typing import Any

from convcalc.dialects.dialect import Made
from convcalc.dialects.holding import Holding
from convcalc.dialects.onnx.common import Maker, Operator, dimensions_of, needs_axes, refuse, renaming, shape_of, since
from convcalc.dialects.onnx.joins import broadcast
from convcalc.dialects.ruled import Rule, Settled, native, refusing
from convcalc.dialects.signature import Rank
from convcalc.errors import Impossible
from convcalc.ops.op import Op, Weights
from convcalc.ops.pointwise import BatchNorm, GroupNorm, Identity, InstanceNorm, Pointwise
from convcalc.ops.registry import BY_NAME
from convcalc.shape import Shape


def make_batchnorm(given: Any, _rank: Rank) -> Made:
    """BatchNormalization, in inference: in training it has more outputs than one."""
    op = BatchNorm()
    if given.training_mode:
        what = "this number of op outputs should be 3 when training_mode = True, but it is not"
        return Made(op, refusing(refuse(what, "training_mode", "training_mode=0 works")))
    if given.spatial == 0:
        what = "invalid input scale: with spatial=0 it holds numbers for each cell, not for each channel"
        return Made(op, refusing(refuse(what, "spatial", "spatial=1 works")))
    return Made(op, native)


def make_instancenorm(_given: Any, _rank: Rank) -> Made:
    """InstanceNormalization, which reads at least one axis."""
    return Made(InstanceNorm(affine=True), instance_rule)


def instance_rule(op: Op, shape: Shape) -> Settled:
    """A vector has nothing to normalise over."""
    needs_axes(op, shape)
    return Settled(shape)


def make_groupnorm(given: Any, _rank: Rank) -> Made:
    """GroupNormalization; until opset 20 its scale and shift are those of the groups."""
    op = GroupNorm(groups=given.num_groups) if given.opset >= 21 else _OfGroups(groups=given.num_groups)
    return Made(op, renaming(group_rule, groups="num_groups"))


class _OfGroups(GroupNorm):
    """Normalises each group of channels, with a scale and a shift for each group."""

    def weights(self, shape: Shape) -> Weights:
        """Two for each group."""
        return Weights(2 * self.groups)


def group_rule(op: GroupNorm, shape: Shape) -> Settled:
    """The groups divide the channels, and there is something in them."""
    if 0 in shape.size:
        raise refuse(f"the input tensor cannot be reshaped to groups: {shape} has no cells")
    try:
        return native(op, shape)
    except Impossible as error:
        rule = "the number of channels should be divisible by num_groups"
        raise refuse(f"{rule}: {error.what}", error.key, error.hint) from None


def make_over_axes(each: int) -> Maker:
    """A maker of norms over the dimensions from `axis` on, which hold `each` numbers for each cell of those."""

    def make(given: Any, _rank: Rank) -> Made:
        def rule(op: Op, shape: Shape) -> Settled:
            over = dimensions_of(shape)[_dimension(given.axis, shape) :]
            if 0 in over:
                raise refuse(f"size of X.shape[axis:] must be at least 1, got {shape}", "axis")
            known = [length for length in over if length is not None]
            return Settled(
                shape, op=Holding(each * prod(known), "layernorm") if len(known) == len(over) else _Unknown()
            )

        return Made(Identity(), rule)

    return make


class _Unknown(Pointwise):
    """Holds numbers for channels that are not known."""

    def weights(self, shape: Shape) -> Weights | None:
        """Not known."""
        return None


def _dimension(axis: int, shape: Shape) -> int:
    """Where an axis stands among batch, channels and axes. Raises `Impossible` where there is none."""
    rank = len(shape.size) + 2
    if not -rank <= axis < rank:
        raise refuse(f"'axis' must be in [{-rank} , {rank - 1}]. Its actual value is: {axis}", "axis")
    return axis % rank


def make_lrn(given: Any, _rank: Rank) -> Made:
    """LRN, of an odd number of channels."""
    if given.size % 2 == 0:
        rule = refusing(refuse(f"LRN size must be odd, got {given.size}", "size", f"{given.size + 1} is"))
        return Made(Identity(), rule)
    return Made(Identity(), _two_axes)


def _two_axes(op: Op, shape: Shape) -> Settled:
    if len(shape.size) != 2:
        raise refuse(f"LRN reads 4 dimensions, got {shape} and its batch")
    return Settled(shape)


def make_prelu(given: Any, _rank: Rank) -> Made:
    """PRelu; the slope broadcasts, and where it has more dimensions the input does."""

    def rule(op: Op, shape: Shape) -> Settled:
        try:
            return Settled(shape_of(broadcast(dimensions_of(shape), given.slope)))
        except Impossible as error:
            hint = f"one for each channel is [{shape.channels or 'C'}{', 1' * len(shape.size)}]"
            raise Impossible(error.what, key="slope", hint=hint) from None

    return Made(Holding(prod(given.slope), "prelu"), rule)


def make_along(name: str) -> Maker:
    """A maker of activations along an axis, which there must be."""

    def make(given: Any, _rank: Rank) -> Made:
        def rule(op: Op, shape: Shape) -> Settled:
            if given.axis is not None and (given.opset >= 11 or 0 not in shape.size):  # once it returned early
                _dimension(given.axis, shape)
            return Settled(shape)

        return Made(BY_NAME.get(name, Identity)(), rule)

    return make


def make_dropout(given: Any, _rank: Rank) -> Made:
    """Dropout, which does nothing in inference; since its ratio is an input it is looked at."""
    op = BY_NAME["dropout"]()
    if given.opset >= 12 and given.ratio is not None and not 0 <= given.ratio < 1:
        return Made(op, refusing(refuse(f"ratio must be in the range [0, 1), got {given.ratio}", "ratio")))
    return Made(op, native)


def make_gelu(given: Any, _rank: Rank) -> Made:
    """Gelu, exact or by tanh."""
    op = BY_NAME["gelu"]()
    if given.approximate not in ("none", "tanh"):
        what = f"unsupported approximation_algorithm: {given.approximate}"
        return Made(op, refusing(refuse(what, "approximate", "known are none, tanh")))
    return Made(op, native)


def kept(name: str) -> Maker:
    """A maker of a layer that keeps any shape."""
    return lambda _given, _rank: Made(BY_NAME.get(name, Identity)(), native)


_ACTIVATIONS: Sequence[tuple[str, int, str]] = (
    ("Relu", 6, ""),
    ("LeakyRelu", 6, "alpha=0.01"),
    ("Elu", 6, "alpha=1.0"),
    ("Selu", 6, "alpha=1.67326319217681884765625, gamma=1.05070102214813232421875"),
    ("Celu", 12, "alpha=1.0"),
    ("ThresholdedRelu", 1, "alpha=1.0"),
    ("Clip", 6, "min=None, max=None"),
    ("Sigmoid", 6, ""),
    ("HardSigmoid", 6, "alpha=0.2, beta=0.5"),
    ("HardSwish", 14, ""),
    ("Tanh", 6, ""),
    ("Softplus", 1, ""),
    ("Softsign", 1, ""),
    ("Mish", 18, ""),
    ("Erf", 9, ""),
    ("Exp", 6, ""),
    ("Abs", 6, ""),
    ("Neg", 6, ""),
    ("Sqrt", 6, ""),
    ("Identity", 1, ""),
)
"""Each with its first opset and its attributes."""

_OVER_AXES = "axis: Int = -1, epsilon=1e-05, stash_type=1"
_ALONG = "axis: Int = None"

OPERATORS = {
    "BatchNormalization": Operator(
        "epsilon=1e-05, momentum=0.9, spatial: Int = None, training_mode: Int = None",
        make_batchnorm,
        since(7),
        {"spatial": range(7, 9), "training_mode": since(14)},
    ),
    "InstanceNormalization": Operator("epsilon=1e-05", make_instancenorm, since(6)),
    "GroupNormalization": Operator(
        "num_groups: Count, epsilon=1e-05, stash_type=None", make_groupnorm, since(18), {"stash_type": since(21)}
    ),
    "LayerNormalization": Operator(_OVER_AXES, make_over_axes(2)),
    "RMSNormalization": Operator(_OVER_AXES, make_over_axes(1), since(23)),
    "LRN": Operator("size: Count, alpha=0.0001, beta=0.75, bias=1.0", make_lrn),
    "PRelu": Operator("slope: Counts", make_prelu, since(7)),
    **{name: Operator(_ALONG, make_along(name.lower())) for name in ("Softmax", "LogSoftmax", "Hardmax")},
    "Dropout": Operator(
        "ratio: Number = None, seed=None, training_mode=None",
        make_dropout,
        since(7),
        {"seed": since(12), "training_mode": since(12)},
    ),
    "Gelu": Operator("approximate: Text = 'none'", make_gelu, since(20)),
    "Swish": Operator("alpha=1.0", kept("silu"), range(24, 25)),
    **{name: Operator(text, kept(name.lower()), since(opset)) for name, opset, text in _ACTIVATIONS},
}


def rules(_opset: int) -> dict[type[Op], Rule]:
    """Those of native ops."""
    return {GroupNorm: group_rule, InstanceNorm: instance_rule}
