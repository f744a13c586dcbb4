"""Ops that read several layers: add, multiply, concat. Their sizes must be equal."""

from collections.abc import Sequence

from convcalc.errors import JOIN, Impossible, Malformed
from convcalc.ops.likes import resizing
from convcalc.ops.op import Op, knob
from convcalc.ops.references import Names
from convcalc.shape import Shape, show_size


class Join(Op):
    """The layer before (or `from`), and then the named ones."""

    joins = True
    names: tuple[str, ...] = knob(Names(), "the layers to join with", positional=True)

    def check(self) -> None:
        """There is something to join with."""
        if not self.names:
            raise Malformed(f"{self.spelling} needs names", key="names", hint="name an earlier layer, or in")

    def references(self) -> tuple[str, ...]:
        """The named layers."""
        return self.names

    def _told(self, shapes: Sequence[Shape]) -> str:
        named = [f"{shape} ({name})" for name, shape in zip(self.names, shapes[1:], strict=True)]
        return " and ".join([str(shapes[0]), *named])


class _Elementwise(Join):
    def output(self, shape: Shape, *others: Shape) -> Shape:
        """The shape that all of them have."""
        channels = {one.channels for one in (shape, *others)} - {None}
        if any(other.size != shape.size for other in others) or len(channels) > 1:
            raise Impossible(
                f"{self.spelling} needs equal shapes, got {self._told([shape, *others])}",
                hint=_join_hint(self.names, shape, others, channels=True),
                kind=JOIN,
            )
        return Shape(channels.pop() if channels else None, shape.size)


class Add(_Elementwise):
    """The sum, cell by cell."""

    spelling = "add"


class Multiply(_Elementwise):
    """The product, cell by cell."""

    spelling = "mul"
    aliases = ("multiply",)


class Concat(Join):
    """The channels of all, one after the other.

    >>> print(Concat(names="enc3").output(Shape(256, (56, 56)), Shape(256, (56, 56))))
    512@56x56
    """

    spelling = "concat"
    aliases = ("cat", "concatenate")

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """The sum of the channels, on the size that all of them have."""
        if any(other.size != shape.size for other in others):
            raise Impossible(
                f"concat needs equal sizes, got {self._told([shape, *others])}",
                hint=_join_hint(self.names, shape, others, channels=False),
                kind=JOIN,
            )
        known = [one.channels for one in (shape, *others) if one.channels is not None]
        return Shape(sum(known) if len(known) == len(others) + 1 else None, shape.size)


def _join_hint(names: Sequence[str], shape: Shape, others: Sequence[Shape], *, channels: bool) -> str:
    """What makes two branches equal; with more of them, what they have to agree in."""
    if len(others) > 1:
        return "all branches must agree"
    name, other = names[0], others[0]
    if len(other.size) != len(shape.size):
        return f"{name} has {len(other.size)} axes, the other branch {len(shape.size)}"
    steps = []
    if other.size != shape.size:
        steps.append(f"{resizing(shape.size, other.size)} like={name}")
    if channels and None not in (other.channels, shape.channels) and other.channels != shape.channels:
        steps.append(f"conv {other.channels} k1" if shape.size else f"dense {other.channels}")
    whole = len(steps) > 1 or not other.size
    return f"{' and '.join(steps)} before it gives {other if whole else show_size(other.size)}"
