"""torch.nn's layers that keep the shape (norms, activations, dropout), and GLU, which halves a dimension."""

from collections.abc import Callable
from math import prod
from typing import Any

from convcalc.dialects.dialect import Made, Spelling
from convcalc.dialects.holding import Holding
from convcalc.dialects.ruled import Rule, Settled, first, native, refusing
from convcalc.dialects.signature import Rank, Signature
from convcalc.dialects.torch.common import for_axes, reads_channels, refuse
from convcalc.dialects.torch.rearranging import place_of
from convcalc.errors import CHANNELS, Impossible
from convcalc.ops.op import Op, Weights
from convcalc.ops.pointwise import BatchNorm, Dropout, GroupNorm, Identity, InstanceNorm, LayerNorm
from convcalc.ops.rearranging import known_channels
from convcalc.ops.registry import BY_NAME
from convcalc.shape import Shape

_PLACE = "device=None, dtype=None"
_SHIFT = "*, bias: Bool = True"


class _Tracked(InstanceNorm):
    """Normalises each channel of each sample, and keeps running statistics."""

    def weights(self, shape: Shape) -> Weights | None:
        """A scale and a shift for each channel; two running statistics."""
        own = super().weights(shape)
        return own and Weights(own.trainable, 2 * (shape.channels or 0))


class _Untracked(BatchNorm):
    """Normalises each channel over the batch, and keeps nothing."""

    def weights(self, shape: Shape) -> Weights | None:
        """A scale and a shift for each channel."""
        own = super().weights(shape)
        return own and Weights(own.trainable)


class _ScaleAlone:
    """A norm that learns a scale for each channel, and no shift."""

    def weights(self, shape: Shape) -> Weights | None:
        """Half of what the norm has with a shift."""
        own: Weights | None = super().weights(shape)  # type: ignore[misc]  # mixed into a norm
        return own and Weights(own.trainable // 2, own.statistics)


def _norm(kind: type[Op], given: Any, **knobs: Any) -> Op:
    """A norm of that kind, with a shift or without."""
    if given.bias or not given.affine:
        return kind(affine=given.affine, **knobs)
    unshifted = type(kind.__name__, (_ScaleAlone, kind), {"__doc__": kind.__doc__})
    made: Op = unshifted(affine=True, **knobs)
    return made


class _OverShape(LayerNorm):
    """Normalises over the last dimensions, with a number or two for each of their cells."""

    def __init__(self, cells: int, each: int) -> None:
        super().__init__()
        self.__dict__.update(cells=cells, each=each)

    def weights(self, shape: Shape) -> Weights:
        """As many for each cell."""
        return Weights(self.cells * self.each)

    cells: int
    each: int


def make_batchnorm(given: Any, rank: Rank) -> Made:
    """BatchNorm1d to BatchNorm3d: 1d also reads vectors."""
    tracked = given.track_running_stats
    op = _norm(BatchNorm if tracked else _Untracked, given)
    checks = _reads_features(given)
    return Made(op, first([_axes_or_vector(rank, "BatchNorm"), *checks, native]))


def _reads_features(given: Any) -> list[Rule]:
    """Channels are looked at where the norm holds something for each of them, and there are cells."""
    count = getattr(given, "num_features", None)
    if count is None or not (given.track_running_stats or given.affine):
        return []
    reads = reads_channels(count, "num_features")
    return [lambda op, shape: Settled(shape) if 0 in shape.size else reads(op, shape)]


def _axes_or_vector(rank: Rank, name: str) -> Rule:
    def check(op: Op, shape: Shape) -> Settled:
        return Settled(shape) if rank == 1 and not shape.size else for_axes(rank, f"{name}{rank}d")(op, shape)

    return check


def make_instancenorm(given: Any, rank: Rank) -> Made:
    """InstanceNorm1d to InstanceNorm3d, which need more than one cell unless they keep statistics."""
    tracked = given.track_running_stats
    op = _norm(_Tracked if tracked else InstanceNorm, given)

    def more_than_one_cell(op: Op, shape: Shape) -> Settled:
        if shape.cells == 1 and not tracked:
            raise refuse(f"expected more than 1 spatial element when training, got input size {shape}")
        return Settled(shape)

    checks = _reads_features(given)
    return Made(op, first([for_axes(rank, f"InstanceNorm{rank}d"), *checks, more_than_one_cell, native]))


def make_groupnorm(given: Any, _rank: Rank) -> Made:
    """GroupNorm: the groups divide the channels, of which there is a given number."""
    op = _norm(GroupNorm, given, groups=given.num_groups)
    if given.num_channels % given.num_groups:
        return Made(op, refusing(refuse("num_channels must be divisible by num_groups", "num_groups", kind=CHANNELS)))
    counts = [reads_channels(given.num_channels, "num_channels")] if given.affine else []
    return Made(op, first([*counts, in_groups]))


def in_groups(op: GroupNorm, shape: Shape) -> Settled:
    """The groups divide the channels."""
    try:
        return native(op, shape)
    except Impossible as error:
        what = f"expected number of channels in input to be divisible by num_groups: {error.what}"
        raise refuse(what, error.key, error.hint) from None


def make_over_shape(each: Callable[[Any], int]) -> Any:
    """A maker of norms over the last dimensions."""

    def make(given: Any, _rank: Rank) -> Made:
        wanted = given.normalized_shape

        def rule(op: Op, shape: Shape) -> Settled:
            dimensions = (shape.channels, *shape.size)
            if dimensions[-len(wanted) :] != wanted:
                what = f"given normalized_shape={list(wanted)}, expected input with that at its end, but got {shape}"
                raise refuse(what, "normalized_shape")
            return Settled(shape)

        return Made(_OverShape(prod(wanted), each(given)), rule)

    return make


def make_prelu(given: Any, _rank: Rank) -> Made:
    """PReLU: one slope, or one for each channel."""
    count = given.num_parameters
    rules = [native] if count == 1 else [reads_channels(count, "num_parameters"), native]
    return Made(Holding(count, "prelu"), first(rules))


def make_along(name: str) -> Any:
    """A maker of activations along a dimension, which there must be."""

    def make(given: Any, _rank: Rank) -> Made:
        def rule(op: Op, shape: Shape) -> Settled:
            if given.dim is not None:
                place_of(given.dim, shape)
            return Settled(shape)

        return Made(BY_NAME.get(name, Identity)(), rule)

    return make


def make_glu(given: Any, _rank: Rank) -> Made:
    """GLU: one half of a dimension gates the other."""

    def rule(op: Op, shape: Shape) -> Settled:
        place = place_of(given.dim, shape) - 1
        dimensions = [known_channels(op, shape), *shape.size]
        if place < 0:
            raise refuse("the batch is not written, and can't be halved", "dim")
        if dimensions[place] % 2:
            what = f"halving dimension must be even, but dimension {place + 1} is size {dimensions[place]}"
            raise refuse(what, "dim")
        dimensions[place] //= 2
        return Settled(Shape(dimensions[0], tuple(dimensions[1:])))

    return Made(_Gate(), rule)


class _Gate(Identity):
    """Half of the cells, each from its own place."""

    pointwise = False


def make_dropout(given: Any, _rank: Rank) -> Made:
    """Dropout and its kin."""
    if not 0 <= given.p <= 1:
        error = refuse(f"dropout probability has to be between 0 and 1, but got {given.p}", "p")
        return Made(Dropout(), refusing(error))
    return Made(Dropout(), native)


def needs_axes(op: Op, shape: Shape) -> Settled:
    """LocalResponseNorm reads at least one axis."""
    if not shape.size:
        raise refuse(f"expected 3D or higher dimensionality input, got {shape}")
    return Settled(shape)


def kept(name: str) -> Callable[[Any, Rank], Made]:
    """A maker of a layer that keeps any shape."""
    return lambda _given, _rank: Made(BY_NAME.get(name, Identity)(), native)


_ACTIVATIONS = {
    **dict.fromkeys(["ReLU", "ReLU6", "SELU", "SiLU", "Mish", "Hardsigmoid", "Hardswish"], "inplace=False"),
    **dict.fromkeys(["Sigmoid", "Tanh", "Softsign", "LogSigmoid", "Tanhshrink", "Softmax2d"], ""),
    **dict.fromkeys(["ELU", "CELU"], "alpha=1.0, inplace=False"),
    **dict.fromkeys(["Hardshrink", "Softshrink"], "lambd=0.5"),
    "LeakyReLU": "negative_slope=0.01, inplace=False",
    "RReLU": "lower=0.125, upper=0.3333333333333333, inplace=False",
    "GELU": "approximate='none'",
    "Hardtanh": "min_val=-1.0, max_val=1.0, inplace=False",
    "Softplus": "beta=1.0, threshold=20.0",
    "Threshold": "threshold, value, inplace=False",
    "LogSigmoid": "",
}
_ALONG = Signature("dim: Int = None")
_DROPOUTS = ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout")
_TRACKING = "eps=1e-05, momentum=0.1, affine: Bool = {}, track_running_stats: Bool = {}"


def _norms(name: str, default: str, make: Any) -> dict[str, Spelling]:
    """The classes for one, two and three axes; the lazy ones are affine and tracked by default."""
    plain = Signature(f"num_features: Count, {_TRACKING.format(default, default)}, {_PLACE}, {_SHIFT}")
    lazy = Signature(f"{_TRACKING.format(True, True)}, {_PLACE}, {_SHIFT}")  # noqa: FBT003 - as it is written
    spelled = {f"{name}{rank}d": Spelling(plain, make, rank) for rank in (1, 2, 3)}
    return {**spelled, **{f"Lazy{name}{rank}d": Spelling(lazy, make, rank) for rank in (1, 2, 3)}}


LAYERS = {
    **_norms("BatchNorm", "True", make_batchnorm),
    **_norms("InstanceNorm", "False", make_instancenorm),
    "GroupNorm": Spelling(
        Signature(f"num_groups: Count, num_channels: Count, eps=1e-05, affine: Bool = True, {_PLACE}, {_SHIFT}"),
        make_groupnorm,
    ),
    "LayerNorm": Spelling(
        Signature(f"normalized_shape: Counts, eps=1e-05, elementwise_affine: Bool = True, bias: Bool = True, {_PLACE}"),
        make_over_shape(lambda given: given.elementwise_affine * (1 + given.bias)),
    ),
    "RMSNorm": Spelling(
        Signature(f"normalized_shape: Counts, eps=None, elementwise_affine: Bool = True, {_PLACE}"),
        make_over_shape(lambda given: int(given.elementwise_affine)),
    ),
    "LocalResponseNorm": Spelling(
        Signature("size: Count, alpha=0.0001, beta=0.75, k=1.0"),
        lambda _given, _rank: Made(Identity(), first([needs_axes, native])),
    ),
    "PReLU": Spelling(Signature(f"num_parameters: Count = 1, init=0.25, {_PLACE}"), make_prelu),
    "GLU": Spelling(Signature("dim: Int = -1"), make_glu),
    **{name: Spelling(_ALONG, make_along(name.lower())) for name in ("Softmax", "LogSoftmax", "Softmin")},
    **{name: Spelling(Signature(text), kept(name.lower())) for name, text in _ACTIVATIONS.items()},
    **{name: Spelling(Signature("p: Number = 0.5, inplace=False"), make_dropout) for name in _DROPOUTS},
    "Identity": Spelling(Signature(""), kept("identity")),
}

RULES: dict[type[Op], Rule] = {GroupNorm: in_groups}
