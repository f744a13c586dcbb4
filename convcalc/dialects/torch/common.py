"""What several of PyTorch's layers share: refusals, ranks, channels. The words are PyTorch's own."""

from collections.abc import Sequence

from convcalc.dialects.ruled import Rule, Settled, refuser
from convcalc.dialects.signature import Rank
from convcalc.errors import CHANNELS
from convcalc.ops.op import Note, Op
from convcalc.shape import Shape
from convcalc.window import Window

refuse = refuser("PyTorch")


def padded_before(op: Op, windows: Sequence[Window], value: str = "") -> tuple[Note, ...]:
    """Sides of their own, which PyTorch's layers don't take, are padded before the layer."""
    if op.padding_word == "same" or all(window.pads(0)[0] == window.pads(0)[1] for window in windows):
        return ()
    return (Note("pad", f"PyTorch: {pad_line(windows, value)} before it, and padding=0"),)


def pad_line(windows: Sequence[Window], value: str = "") -> str:
    """The call that pads as the windows do: the last axis first."""
    sides = tuple([side for window in reversed(windows) for side in window.pads(0)])
    return f"F.pad(x, {sides}{value})"


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
            raise refuse(rule, name, f"{name}={shape.channels} reads it", kind=CHANNELS)
        return Settled(shape)

    return check


def up_to_three_axes(name: str, shape: Shape) -> None:
    """There is a class for one, two and three axes."""
    if not 1 <= len(shape.size) <= 3:
        raise refuse(f"there is {name}1d, {name}2d and {name}3d, the input {shape} has {len(shape.size)} axes")
