"""What several of PyTorch's layers share: refusals, ranks, channels. The words are PyTorch's own."""

from convcalc.dialects.ruled import Rule, Settled, refuser
from convcalc.dialects.signature import Rank
from convcalc.errors import Impossible
from convcalc.ops.op import Op
from convcalc.shape import Shape

refuse = refuser("PyTorch")


def for_axes(rank: Rank, name: str) -> Rule:
    """A layer that is made for so many axes reads no other number of them."""

    def check(op: Op, shape: Shape, *others: Shape) -> Settled:
        if len(shape.size) != rank:
            raise refuse(f"expected {(rank or 0) + 2}D (batched) input to {name}, got {shape} and its batch")
        return Settled(shape)

    return check


def no_empty_axis(op: Op, shape: Shape, *others: Shape) -> Settled:
    """Most layers refuse an input without cells, even where padding would make it fit."""
    if 0 in shape.size:
        raise refuse(f"only zero batch or zero channel inputs are supported, got {shape}")
    return Settled(shape)


def reads_channels(count: int, name: str = "in_channels") -> Rule:
    """The weights are made for so many channels."""

    def check(op: Op, shape: Shape, *others: Shape) -> Settled:
        if shape.channels not in (None, count):
            rule = f"expected input to have {count} channels, but got {shape.channels} channels instead"
            raise refuse(rule, name, f"{name}={shape.channels} reads it")
        return Settled(shape)

    return check


def refusing(error: Impossible) -> Rule:
    """What the constructor refuses is refused for every shape."""

    def rule(op: Op, *shapes: Shape) -> Settled:
        raise Impossible(error.what, key=error.key, hint=error.hint)

    return rule


def up_to_three_axes(name: str, shape: Shape) -> None:
    """There is a class for one, two and three axes."""
    if not 1 <= len(shape.size) <= 3:
        raise refuse(f"there is {name}1d, {name}2d and {name}3d, the input {shape} has {len(shape.size)} axes")
