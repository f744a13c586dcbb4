"""What practice prefers among layers that do the same, and why in words. It knows no range and no framework."""

from collections.abc import Sequence
from itertools import product
from math import gcd
from typing import NamedTuple

from convcalc.window import TransposedWindow, Window

AnyWindow = Window | TransposedWindow


class Standing(NamedTuple):
    """Where a layer stands; smaller stands first, and within the same the smaller numbers."""

    uneven: bool
    """The sides of the padding differ."""
    kernel: int
    """For a convolution 0 where it is odd; for a transposed one 0 to 3, see `kernel_standing`."""
    dilated: bool
    unread: bool
    """Cells are not read, or (transposed) cells come out that nothing reaches."""


def standings(op: str) -> list[Standing]:
    """All that an op's layers can have, the preferred first."""
    kernels = range({"conv": 2, "tconv": 4}.get(op, 1))
    return [Standing(*values) for values in product((False, True), kernels, (False, True), (False, True))]


def kernel_standing(op: str, kernels: Sequence[int], strides: Sequence[int]) -> int:
    """For conv odd before even; for tconv twice the stride, the stride, another multiple of it, the rest.

    >>> kernel_standing("tconv", (4,), (2,)), kernel_standing("tconv", (4, 3), (2, 2))
    (0, 3)
    """
    if op == "conv":
        return int(not all(kernel % 2 for kernel in kernels))
    if op == "tconv":
        return max([_multiple(kernel, stride) for kernel, stride in zip(kernels, strides, strict=True)])
    return 0


def _multiple(kernel: int, stride: int) -> int:
    times, rest = divmod(kernel, stride)
    return 3 if rest else {2: 0, 1: 1}.get(times, 2)


def unread(window: AnyWindow, cells: int) -> bool:
    """Whether cells are never read, or come out without being reached; the padding is in numbers.

    >>> unread(Window(kernel=1, stride=2), 7), unread(Window(kernel=3, stride=2), 7)
    (True, False)
    """
    return any(window.unread(cells)) or _steps_over(window, cells) or bool(window.holes(cells))


def _steps_over(window: AnyWindow, cells: int) -> bool:
    """Whether places between one stride and the next are met by no tap."""
    if window.kernel >= window.stride and gcd(window.stride, window.dilation) == 1:
        return False
    if isinstance(window, Window):
        return bool(window.skipped(cells))
    return window.output(cells) >= window.stride or bool(window.gaps(cells))


def reason_of(op: str, windows: Sequence[AnyWindow], standing: Standing) -> str:
    """Why a layer stands where it does."""
    parts = ["uneven padding" if standing.uneven else "symmetric"]
    if op == "conv":
        parts.append("even kernel" if standing.kernel else "odd kernel")
    if op == "tconv":
        parts.append(_ratio(windows, standing.kernel))
    if standing.dilated:
        parts.append("dilated")
    parts.append(_reading(op, read=not standing.unread))
    return ", ".join(parts)


def _ratio(windows: Sequence[AnyWindow], standing: int) -> str:
    times = {window.kernel // window.stride for window in windows}
    if standing == 2 and len(times) == 1:
        return f"kernel {times.pop()} times the stride"
    return (
        "kernel "
        + ("twice the stride", "equal to the stride", "a multiple of the stride", "no multiple of the stride")[standing]
    )


def _reading(op: str, *, read: bool) -> str:
    if op == "tconv":
        return "nothing lost" if read else "cells lost or unreached"
    return "nothing unread" if read else "cells unread"
