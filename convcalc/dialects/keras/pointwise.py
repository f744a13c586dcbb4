"""keras.layers that keep the shape: norms, activations, dropouts, noise, augmentation."""

from collections.abc import Sequence
from math import prod
from typing import Any

from convcalc.dialects.dialect import Made, Spelling
from convcalc.dialects.keras.common import (
    Make,
    checked,
    dims_of,
    for_axes,
    place_of,
    refuse,
    refused,
    shape_of,
    spelled,
)
from convcalc.dialects.ruled import Rule, Settled, first, native
from convcalc.dialects.signature import Rank, Signature
from convcalc.errors import Impossible
from convcalc.ops.op import Op, Weights
from convcalc.ops.pointwise import BatchNorm, Dropout, GroupNorm, Identity, LayerNorm, PReLU
from convcalc.ops.registry import BY_NAME
from convcalc.shape import Shape
from convcalc.suggest import nearest


class _Holding(Identity):
    """Keeps the shape, and holds so many weights; None where they follow channels that are not known."""

    def __init__(self, held: Weights | None) -> None:
        super().__init__()
        self.__dict__["held"] = held

    held: Weights | None

    def weights(self, shape: Shape) -> Weights | None:
        """As told."""
        return self.held


def _holding(cells: int | None, each: int, statistics: int = 0) -> _Holding:
    """So many weights for each of the cells along the axes."""
    return _Holding(None if cells is None else Weights(each * cells, statistics * cells))


def _along(axes: Sequence[int], shape: Shape) -> list[int | None]:
    """The dimensions that weights lie along. The batch has no size before the model runs."""
    places = [place_of(axis, shape) for axis in axes]
    if 0 in places:
        raise refuse("the weights can't lie along the batch, whose size is None", "axis", "-1 is the channels")
    return [dims_of(shape)[place - 1] for place in places]


def _cells(dims: Sequence[int | None]) -> int | None:
    known = [cells for cells in dims if cells is not None]
    return prod(known) if len(known) == len(dims) else None


def _axes(axis: int | Sequence[int]) -> list[int]:
    return [axis] if isinstance(axis, int) else sorted(axis)


def make_batchnorm(given: Any, _rank: Rank) -> Made:
    """BatchNormalization: along one axis; renorm keeps three more statistics."""

    def rule(op: Op, shape: Shape) -> Settled:
        kept = 5 if given.renorm else 2
        return Settled(shape, op=_holding(_cells(_along([given.axis], shape)), given.scale + given.center, kept))

    return Made(BatchNorm(affine=given.scale or given.center), rule)


def make_layernorm(given: Any, _rank: Rank) -> Made:
    """LayerNormalization: over one axis, or several."""

    def rule(op: Op, shape: Shape) -> Settled:
        return Settled(shape, op=_holding(_cells(_along(_axes(given.axis), shape)), given.scale + given.center))

    return Made(LayerNorm(affine=given.scale or given.center), rule)


def make_groupnorm(given: Any, _rank: Rank) -> Made:
    """GroupNormalization: the groups divide an axis; -1 makes a group of each."""
    if given.groups < 1 and given.groups != -1:
        what = f"expected a positive integer (or `-1` for instance normalization), received: groups={given.groups}"
        return refused(refuse(what, "groups"))

    def rule(op: Op, shape: Shape) -> Settled:
        (cells,) = _along([given.axis], shape)
        groups = GroupNorm(groups=cells or 1 if given.groups == -1 else given.groups)
        in_groups(groups, Shape(cells))
        return Settled(shape, op=_holding(cells, given.scale + given.center))

    return Made(GroupNorm(groups=max(given.groups, 1), affine=given.scale or given.center), rule)


def in_groups(op: GroupNorm, shape: Shape) -> Settled:
    """The groups divide the channels."""
    try:
        return native(op, shape)
    except Impossible as error:
        what = f"number of groups ({op.groups}) must be a multiple of the number of channels ({shape.channels})"
        raise refuse(what, error.key, error.hint) from None


def make_rmsnorm(given: Any, _rank: Rank) -> Made:
    """RMSNormalization: its scale lies along the last dimensions, whatever the axis."""

    def rule(op: Op, shape: Shape) -> Settled:
        scale, dims = _along(_axes(given.axis), shape), [1, *dims_of(shape)]
        for place, cells in zip(range(-len(scale), 0), scale, strict=True):
            dims[place] = _scaled(dims[place], cells, given.axis)
        return Settled(shape_of(dims[1:]), op=_holding(_cells(scale), 1))

    return Made(LayerNorm(), rule)


def _scaled(cells: int | None, scale: int | None, axis: object) -> int | None:
    if None not in (cells, scale) and 1 not in (cells, scale) and cells != scale:
        what = f"incompatible shapes: the {scale} numbers of scale, made for axis={axis}, lie along the last axis"
        raise refuse(f"{what}, of {cells}", "axis", "axis=-1 is the last")
    return scale if cells == 1 and scale is not None else cells


def make_along(op: Op) -> Make:
    """A maker of layers that work along an axis or several, which there must be."""

    def make(given: Any, _rank: Rank) -> Made:
        def rule(op: Op, shape: Shape) -> Settled:
            for axis in _axes(given.axis):
                place_of(axis, shape)
            return Settled(shape)

        return Made(op, rule)

    return make


def make_prelu(given: Any, _rank: Rank) -> Made:
    """PReLU: a slope for each cell and channel, or one for all along the shared axes."""
    shared = given.shared_axes if given.shared_axes is not None else ()
    axes = [shared] if isinstance(shared, int) else shared

    def rule(op: Op, shape: Shape) -> Settled:
        dims = list(dims_of(shape))
        for axis in axes:
            if not -len(dims) < axis <= len(dims):
                what = f"list assignment index out of range: shared axis {axis} of {len(dims)} (the batch is 0)"
                raise refuse(what, "shared_axes")
            dims[axis - 1] = 1
        return Settled(shape, op=_holding(_cells(dims), 1))

    return Made(PReLU(), rule)


def make_activation(given: Any, _rank: Rank) -> Made:
    """Activation: by name."""
    name = given.activation
    if name == "glu":
        return Made(_Gate(), _halved)
    if name not in _FUNCTIONS:
        what = f"could not interpret activation function identifier: {given.activation}"
        return refused(refuse(what, "activation", nearest(name, _FUNCTIONS)))
    return Made(BY_NAME.get(name.replace("_", ""), Identity)(), native)


class _Gate(Identity):
    """Half of the channels, each from its own place."""

    pointwise = False


def _halved(op: Op, shape: Shape) -> Settled:
    """One half of the channels gates the other."""
    if (shape.channels or 0) % 2:
        raise refuse(f"glu splits the channels in two halves, {shape} has {shape.channels}", "activation")
    return Settled(Shape(shape.channels and shape.channels // 2, shape.size))


def make_dropout(given: Any, rank: Rank) -> Made:
    """Dropout and its kin: a rate from 0 to 1; the spatial ones are made for so many axes."""
    if not 0 <= given.rate <= 1:
        what = "invalid value received for argument `rate`, expected a float value between 0 and 1"
        return refused(refuse(f"{what}, received: rate={given.rate}", "rate"))
    return Made(Dropout(), native if rank is None else first([for_axes(rank, "SpatialDropout{}D"), native]))


def make_normalization(given: Any, _rank: Rank) -> Made:
    """Normalization: a mean and a variance for each cell along the axes, and their count, unless they are given."""

    def rule(op: Op, shape: Shape) -> Settled:
        dims = _along(_axes(() if given.axis is None else given.axis), shape)
        cells = _cells(dims) if given.mean is None else 0
        kept = None if cells is None else Weights(0, 2 * cells + (given.mean is None))
        return Settled(shape, op=_Holding(kept))

    return Made(Identity(), rule)


def kept(name: str) -> Make:
    """A maker of a layer that keeps any shape."""
    return lambda _given, _rank: Made(BY_NAME.get(name, Identity)(), native)


_FUNCTIONS = (
    *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "swish", "mish", "sigmoid", "hard_sigmoid"),
    *("hard_silu", "hard_swish", "tanh", "hard_tanh", "tanh_shrink", "softmax", "log_softmax", "softplus", "softsign"),
    *("log_sigmoid", "hard_shrink", "soft_shrink", "threshold", "exponential", "linear", "squareplus", "sparsemax"),
    *("sparse_plus", "sparse_sigmoid"),
)
"""What Activation takes by name and gives the same shape."""

_AFFINE = "center: Bool = True, scale: Bool = True"
_GAMMA = (
    "beta_initializer=None, gamma_initializer=None, beta_regularizer=None, gamma_regularizer=None, "
    "beta_constraint=None, gamma_constraint=None"
)
_STATISTICS = (
    "beta_initializer=None, gamma_initializer=None, moving_mean_initializer=None, moving_variance_initializer=None, "
    "beta_regularizer=None, gamma_regularizer=None, beta_constraint=None, gamma_constraint=None, "
    "renorm: Bool = False, renorm_clipping=None, renorm_momentum=None, synchronized=False"
)
_AXES = "axis: Int | List = -1"
_SLOPES = "alpha_initializer=None, alpha_regularizer=None, alpha_constraint=None, shared_axes: Int | List = None"
_ANY = (None,)


def _keeping() -> dict[str, Spelling]:
    """Layers that keep any shape, with their arguments."""
    signatures = {
        "ReLU": ("relu", "max_value=None, negative_slope=0, threshold=0"),
        "LeakyReLU": ("leakyrelu", "negative_slope=None"),
        "ELU": ("elu", "alpha=1"),
        "GaussianNoise": ("dropout", "stddev: Number, seed=None"),
        "ActivityRegularization": ("identity", "l1=0, l2=0"),
        "Identity": ("identity", ""),
        "Masking": ("identity", "mask_value=0"),
        "Rescaling": ("identity", "scale, offset=0"),
        "RandomFlip": ("identity", "mode=None, seed=None, data_format: Text = None"),
        "RandomRotation": ("identity", f"factor, {_FILL}, data_format: Text = None"),
        "RandomZoom": ("identity", f"height_factor, width_factor=None, {_FILL}, data_format: Text = None"),
        "RandomTranslation": ("identity", f"height_factor, width_factor, {_FILL}, data_format: Text = None"),
        "RandomContrast": ("identity", "factor, value_range=None, seed=None"),
        "RandomBrightness": ("identity", "factor, value_range=None, seed=None"),
    }
    return {
        name: layer for name, (op, text) in signatures.items() for layer in spelled(name, text, kept(op), _ANY).values()
    }


_FILL = "fill_mode=None, interpolation=None, seed=None, fill_value=0"


def _spatial() -> dict[str, Spelling]:
    """They take no more arguments than these."""
    format_of = {1: "", 2: "data_format: Text = None, ", 3: "data_format: Text = None, "}
    return {
        f"SpatialDropout{rank}D": Spelling(
            Signature(f"rate: Number, {layout}seed=None, name=None, dtype=None"), checked(make_dropout), rank
        )
        for rank, layout in format_of.items()
    }


LAYERS = {
    **spelled(
        "BatchNormalization",
        f"axis: Int = -1, momentum=None, epsilon=None, {_AFFINE}, {_STATISTICS}",
        make_batchnorm,
        _ANY,
    ),
    **spelled("LayerNormalization", f"{_AXES}, epsilon=None, {_AFFINE}, {_GAMMA}", make_layernorm, _ANY),
    **spelled(
        "GroupNormalization",
        f"groups: Int = 32, axis: Int = -1, epsilon=None, {_AFFINE}, {_GAMMA}",
        make_groupnorm,
        _ANY,
    ),
    **spelled("UnitNormalization", _AXES, make_along(LayerNorm(affine=False)), _ANY),
    **spelled("RMSNormalization", f"{_AXES}, epsilon=None", make_rmsnorm, _ANY),
    **spelled("Normalization", f"{_AXES}, mean=None, variance=None, invert=False", make_normalization, _ANY),
    **spelled("PReLU", _SLOPES, make_prelu, _ANY),
    **spelled("Softmax", _AXES, make_along(BY_NAME["softmax"]()), _ANY),
    **spelled("Activation", "activation: Text", make_activation, _ANY),
    **spelled("Dropout AlphaDropout", "rate: Number, noise_shape=None, seed=None", make_dropout, _ANY),
    **spelled("GaussianDropout", "rate: Number, seed=None", make_dropout, _ANY),
    **_spatial(),
    **_keeping(),
}

RULES: dict[type[Op], Rule] = {GroupNorm: in_groups}
