"""Native pad and crop under JAX: jnp.pad repeats without end, and lax.pad takes away down to nothing."""

from convcalc.dialects.jax.common import check_padded
from convcalc.dialects.jax.convolution import NUMPY_MODES, check_repeated
from convcalc.dialects.ruled import Rule, Settled, native
from convcalc.ops.op import Op
from convcalc.ops.resampling import Crop, Pad
from convcalc.shape import Shape
from convcalc.window import Sides


def pad_rule(op: Pad, shape: Shape, *others: Shape) -> Settled:
    """Each side as long as it is asked to be."""
    if others and op.mode == "zeros":
        return native(op, shape, *others)
    return _bordered(shape, op.sides(shape, *others), op.mode)


def crop_rule(op: Crop, shape: Shape, *others: Shape) -> Settled:
    """A crop may leave nothing."""
    if others:
        return native(op, shape, *others)
    return _bordered(shape, tuple([(-before, -after) for before, after in op.sides(shape)]))


def _bordered(shape: Shape, sides: tuple[Sides, ...], mode: str = "zeros") -> Settled:
    if mode != "zeros":
        check_repeated(NUMPY_MODES[mode], shape.size, sides)
    check_padded(shape.size, sides)
    return Settled(Shape(shape.channels, tuple([n + sum(pair) for n, pair in zip(shape.size, sides, strict=True)])))


RULES: dict[type[Op], Rule] = {Pad: pad_rule, Crop: crop_rule}
