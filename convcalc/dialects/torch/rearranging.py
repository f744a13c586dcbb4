"""torch.nn's Flatten, Unflatten, Linear, Unfold and Fold: layers that count dimensions, the batch being 0."""

from math import prod
from typing import Any

from convcalc.dialects.dialect import Made, Spelling
from convcalc.dialects.ruled import Rule, Settled, first, refusing
from convcalc.dialects.signature import Rank, Signature
from convcalc.dialects.torch.common import for_axes, refuse
from convcalc.errors import FEATURES
from convcalc.ops.dense import Dense
from convcalc.ops.op import Op
from convcalc.ops.rearranging import Flatten, Reshape, known_channels
from convcalc.shape import Shape
from convcalc.window import Window


def place_of(dim: int, shape: Shape, key: str = "dim") -> int:
    """Where a dimension stands among batch, channels and axes. Raises `Impossible` where there is none."""
    count = len(shape.size) + 2
    if not -count <= dim < count:
        what = f"dimension out of range (expected to be in range of [{-count}, {count - 1}], but got {dim})"
        raise refuse(what, key)
    return dim % count


def _shape(dimensions: list[int]) -> Shape:
    return Shape(dimensions[0], tuple(dimensions[1:]))


def make_flatten(given: Any, _rank: Rank) -> Made:
    """Dimensions `start_dim` to `end_dim` become one."""

    def rule(op: Flatten, shape: Shape) -> Settled:
        first_dim, last_dim = place_of(given.start_dim, shape, "start_dim"), place_of(given.end_dim, shape, "end_dim")
        if first_dim > last_dim:
            raise refuse("flatten() has invalid args: start_dim cannot come after end_dim", "start_dim")
        if first_dim == 0 and last_dim > 0:
            raise refuse("what start_dim=0 gives depends on the batch, which is not written", "start_dim")
        dimensions = [known_channels(op, shape), *shape.size]
        start, end = max(first_dim, 1) - 1, max(last_dim, 1)
        return Settled(_shape([*dimensions[:start], prod(dimensions[start:end]), *dimensions[end:]]))

    return Made(Flatten(), rule)


def make_unflatten(given: Any, _rank: Rank) -> Made:
    """One dimension becomes several, one of which may be -1."""
    sizes = given.unflattened_size

    def rule(op: Op, shape: Shape) -> Settled:
        place = place_of(given.dim, shape) - 1
        dimensions = [known_channels(op, shape), *shape.size]
        if place < 0:
            raise refuse("the batch is not written, and can't be unflattened", "dim")
        total, known = dimensions[place], prod(size for size in sizes if size != -1)
        fits = known and total % known == 0 if sizes.count(-1) == 1 else known == total and -1 not in sizes
        if not fits or min(sizes) < -1:
            what = f"provided sizes {list(sizes)} don't multiply up to the size of dim {given.dim} ({total})"
            raise refuse(f"unflatten: {what}", "unflattened_size")
        parts = [total // known if size == -1 else size for size in sizes]
        return Settled(_shape([*dimensions[:place], *parts, *dimensions[place + 1 :]]))

    return Made(Reshape(target=-1), rule)


class Linear(Dense):
    """A matrix over the last dimension of whatever comes."""

    def weights_read(self, shape: Shape) -> int | None:
        """The length of the dimension that it reads."""
        return shape.size[-1] if shape.size else shape.channels


class _LastAxis(Linear):
    """A matrix over the last axis, at every channel and place before it."""

    def weights(self, shape: Shape) -> Any:
        """As of the vector of the last axis."""
        return super().weights(Shape(self.weights_read(shape)))

    def macs(self, shape: Shape, output: Shape) -> int | None:
        """`in * out` at every place."""
        return None if shape.channels is None else shape.channels * shape.cells * self.out


def linear_rule(op: Dense, shape: Shape) -> Settled:
    """The last dimension becomes `out_features`."""
    if not shape.size:
        return Settled(Shape(op.out))
    told = _LastAxis(out=op.out, bias=op.bias)
    return Settled(Shape(shape.channels, (*shape.size[:-1], op.out)), op=told)


def make_linear(given: Any, _rank: Rank) -> Made:
    """Linear and LazyLinear."""
    features = getattr(given, "in_features", None)

    def reads(op: Op, shape: Shape) -> Settled:
        last = shape.size[-1] if shape.size else shape.channels
        if features is not None and last not in (None, features):
            what = f"mat1 and mat2 shapes cannot be multiplied: the last dimension of {shape} is {last}, not {features}"
            whole = (shape.channels or 0) * shape.cells
            hint = "Flatten() before it" if whole == features else f"in_features={last} reads it"
            raise refuse(what, "in_features", hint, kind=FEATURES)
        return Settled(shape)

    return Made(Dense(out=given.out_features, bias=given.bias), first([reads, linear_rule]))


def _blocks(given: Any, size: tuple[int, ...]) -> tuple[list[Window], int]:
    """The sliding windows over two axes, and how many places they have."""
    knobs = zip(given.kernel_size, given.stride, given.dilation, given.padding, strict=True)
    windows = [Window(kernel, stride, dilation, (pad, pad)) for kernel, stride, dilation, pad in knobs]
    counts = [window.output(cells) for window, cells in zip(windows, size, strict=True)]
    if min(counts) < 1:
        what = f"calculated shape of the array of sliding blocks as {tuple(counts)}"
        raise refuse(f"{what}, but its components must be at least one", "kernel_size")
    return windows, prod(counts)


def make_unfold(given: Any, _rank: Rank) -> Made:
    """Every window of two axes, laid out in the channels: `C * kernel` channels on as many cells as windows."""

    def rule(op: Op, shape: Shape) -> Settled:
        if 0 in (shape.channels, *shape.size):
            raise refuse(f"expected a tensor with non-zero dimensions, but got {shape}")
        _, count = _blocks(given, shape.size)
        return Settled(Shape(known_channels(op, shape) * prod(given.kernel_size), (count,)))

    return Made(Reshape(target=-1), _without_negative_padding(given, first([for_axes(2, "Unfold"), rule])))


def make_fold(given: Any, _rank: Rank) -> Made:
    """The reverse: as many cells as windows fit on `output_size`."""

    def rule(op: Op, shape: Shape) -> Settled:
        cells = prod(given.kernel_size)
        if (shape.channels or 0) % cells or not shape.channels:
            what = f"expected size of input's dimension 1 to be divisible by the product of kernel_size, {cells}"
            raise refuse(f"{what}, but got {shape.channels}", "kernel_size")
        _, count = _blocks(given, given.output_size)
        if shape.size != (count,):
            what = f"expected size of input's dimension 2 to match the calculated number of sliding blocks {count}"
            raise refuse(f"{what}, but got {shape.size[0]}", "output_size")
        return Settled(Shape(shape.channels // cells, given.output_size))

    return Made(Reshape(target=-1), _without_negative_padding(given, first([for_axes(1, "Fold"), rule])))


def _without_negative_padding(given: Any, rule: Rule) -> Rule:
    if min(given.padding) < 0:
        return refusing(refuse(f"padding should be non-negative, got {given.padding}", "padding"))
    return rule


_SLIDING = "dilation: Counts = 1, padding: Ints = 0, stride: Counts = 1"

LAYERS = {
    "Flatten": Spelling(Signature("start_dim: Int = 1, end_dim: Int = -1"), make_flatten),
    "Unflatten": Spelling(Signature("dim: Int, unflattened_size: List"), make_unflatten),
    "Linear": Spelling(
        Signature("in_features: Count, out_features: Count, bias: Bool = True, device=None, dtype=None"), make_linear
    ),
    "LazyLinear": Spelling(Signature("out_features: Count, bias: Bool = True, device=None, dtype=None"), make_linear),
    "Unfold": Spelling(Signature(f"kernel_size: Counts, {_SLIDING}"), make_unfold, 2),
    "Fold": Spelling(Signature(f"output_size: Counts, kernel_size: Counts, {_SLIDING}"), make_fold, 2),
}

RULES: dict[type[Op], Rule] = {Dense: linear_rule}
