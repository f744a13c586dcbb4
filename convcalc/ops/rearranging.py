"""Ops that only lay the same numbers out anew: flatten, reshape, permute."""

from math import prod

from convcalc.divisors import nearest_divisors
from convcalc.errors import AXES, FEATURES, UNKNOWN, Impossible
from convcalc.ops.kinds import PerAxis
from convcalc.ops.layouts import Order, ReshapeTarget
from convcalc.ops.op import Op, knob
from convcalc.shape import Shape


def known_channels(op: Op, shape: Shape) -> int:
    """The channels, without which `op` can't tell what comes out."""
    if shape.channels is None:
        raise Impossible(
            f"{op.spelling} needs the channels, {shape} has none", hint="write the input as C@HxW", kind=UNKNOWN
        )
    return shape.channels


class Flatten(Op):
    """Makes a feature vector of everything.

    >>> print(Flatten().output(Shape(256, (6, 6))))
    9216
    """

    spelling = "flatten"

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """Channels times cells."""
        return Shape(known_channels(self, shape) * shape.cells)


class Reshape(Op):
    """Lays the same numbers out in another shape; one number may be -1, for what is left.

    >>> print(Reshape(target="256@7x7").output(Shape(12544)))
    256@7x7
    """

    spelling = "reshape"
    aliases = ("unflatten", "view")
    target: PerAxis = knob(ReshapeTarget(), "the shape to come out, one number of it may be -1", positional=True)

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """The target, which must hold as many numbers as there are."""
        total = known_channels(self, shape) * shape.cells
        known = prod(number for number in self.target if number != -1)
        if total % known if -1 in self.target else total != known:
            raise Impossible(
                f"{shape} holds {total} numbers, {self.knobs['target'].kind.show(self.target)} "
                f"{'a multiple of ' if -1 in self.target else ''}{known}",
                key="target",
                hint=_reshape_hint(self.target, total),
                kind=FEATURES,
            )
        channels, *size = [total // known if number == -1 else number for number in self.target]
        return Shape(channels, tuple(size))


def _reshape_hint(target: PerAxis, total: int) -> str | None:
    """The target with its first number changed so that it fits, or a vector."""
    channels, *size = target
    rest = prod(number for number in size if number != -1)
    if size and total % rest == 0 and -1 in size:
        near = [Shape(number, tuple(size)) for number in nearest_divisors(channels, total // rest)]
        return f"{' and '.join(map(str, near))} fit" if near else None
    if size and total % rest == 0:
        return f"{Shape(total // rest, tuple(size))} fits"
    return f"{total} fits"


class Permute(Op):
    """Reorders the dimensions: 0 is the channels, the axes follow.

    >>> print(Permute(order="0,2,1").output(Shape(3, (224, 320))))
    3@320x224
    """

    spelling = "permute"
    order: PerAxis = knob(Order(), "the new order of the dimensions, channels being 0", positional=True)

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """The same dimensions in the new order."""
        dimensions = (shape.channels, *shape.size)
        if len(self.order) != len(dimensions):
            raise Impossible(
                f"{len(self.order)} dimensions are ordered, {shape} has {len(dimensions)}",
                key="order",
                hint=f"give {','.join(map(str, range(len(dimensions))))} in another order",
                kind=AXES,
            )
        if self.order[0] != 0:
            known_channels(self, shape)
        channels, *size = [dimensions[index] for index in self.order]
        return Shape(channels, tuple([cells for cells in size if cells is not None]))

    def axes(self, shape: Shape) -> tuple[int, ...] | None:
        """Where each axis comes from; -1 where it was the channels."""
        return tuple([index - 1 for index in self.order[1:]])
