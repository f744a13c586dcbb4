"""The functions of tf.nn that keep the shape: activations, dropout, local_response_normalization."""

from typing import Any

from convcalc.dialects.dialect import Made, Spelling
from convcalc.dialects.ruled import Rule, Settled, first, native
from convcalc.dialects.signature import Rank, Signature
from convcalc.dialects.tf.common import Maker, asked, for_axes, refuse
from convcalc.ops.op import Op
from convcalc.ops.pointwise import Dropout, Identity
from convcalc.ops.registry import BY_NAME
from convcalc.shape import Shape


def kept(name: str) -> Maker:
    """A maker of a function that keeps any shape."""
    return lambda _given, _rank: Made(BY_NAME.get(name, Identity)(), native)


def make_along(name: str) -> Maker:
    """A maker of functions along a dimension, which there must be; the batch is the first."""

    def make(given: Any, _rank: Rank) -> Made:
        def rule(op: Op, shape: Shape) -> Settled:
            dimensions = len(shape.size) + 2
            if given.axis is not None and not -dimensions <= given.axis < dimensions:
                what = (
                    f"axis must be in the range [{-dimensions}, {dimensions}), the dimensions of {shape} and its batch"
                )
                raise refuse(f"{what}, got {given.axis}", "axis")
            return Settled(shape)

        return Made(BY_NAME[name](), rule)

    return make


def make_dropout(given: Any, _rank: Rank) -> Made:
    """Dropout of less than everything."""
    if not 0 <= given.rate < 1:
        raise refuse(f"rate must be in the range [0, 1), got {given.rate}", "rate")
    return Made(Dropout(), native)


def make_response(_given: Any, _rank: Rank) -> Made:
    """local_response_normalization, of images alone."""
    return Made(Identity(), first([for_axes(2, "local_response_normalization"), native]))


_FEATURES = "relu relu6 elu selu sigmoid tanh softplus softsign"
_ALONG = Signature("axis: Int = None, name=None")
_RESPONSE = Spelling(Signature("depth_radius: Int = 5, bias=1, alpha=1, beta=0.5, name=None"), make_response)

LAYERS = {
    **{name: Spelling(Signature("name=None"), kept(name)) for name in _FEATURES.split()},
    "leaky_relu": Spelling(Signature("alpha=0.2, name=None"), kept("leakyrelu")),
    "gelu": Spelling(Signature("approximate=False, name=None"), kept("gelu")),
    **{name: Spelling(Signature("beta=1.0"), kept("silu")) for name in ("silu", "swish")},
    "softmax": Spelling(_ALONG, make_along("softmax")),
    "log_softmax": Spelling(_ALONG, make_along("logsoftmax")),
    "dropout": Spelling(Signature("rate: Number, noise_shape=None, seed=None, name=None"), asked(make_dropout)),
    "local_response_normalization": _RESPONSE,
    "lrn": _RESPONSE,
}

RULES: dict[type[Op], Rule] = {}
