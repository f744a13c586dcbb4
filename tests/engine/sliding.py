"""The oracle for one axis: slides the window cell by cell. It shares no formula with the package."""

from collections.abc import Iterator


def positions(cells: int, kernel: int, stride: int, dilation: int, before: int, after: int) -> Iterator[list[int]]:
    """The cells under each position of the window, as it moves until its last tap leaves the padding."""
    start = -before
    while True:
        taps = [start + dilation * tap for tap in range(kernel)]
        if taps[-1] >= cells + after:
            return
        yield taps
        start += stride


def ceil_positions(cells: int, kernel: int, stride: int, dilation: int, before: int, after: int) -> Iterator[list[int]]:
    """As above in ceil mode: one more where cells are left over, then a last one in the far padding is dropped."""
    taken = list(positions(cells, kernel, stride, dilation, before, after))
    extent = dilation * (kernel - 1) + 1
    start = taken[-1][0] + stride if taken else -before
    if start - stride + extent < cells + after:
        taken.append([start + dilation * tap for tap in range(kernel)])
    if taken and taken[-1][0] >= cells:
        taken.pop()
    return iter(taken)


def count(cells: int, kernel: int, stride: int, dilation: int, before: int, after: int) -> int:
    """How many positions there are."""
    return sum(1 for _ in positions(cells, kernel, stride, dilation, before, after))


def unread_at_the_end(cells: int, taken: list[list[int]]) -> int:
    """Cells after the last one that any position reaches."""
    last = max(taps[-1] for taps in taken)
    return sum(1 for cell in range(cells) if cell > last)


def scattered(cells: int, kernel: int, stride: int, dilation: int) -> set[int]:
    """Where the input cells of a transposed window land, before any padding is taken away."""
    return {cell * stride + dilation * tap for cell in range(cells) for tap in range(kernel)}


def readers(output: int, cells: int, kernel: int, stride: int, dilation: int, before: int) -> list[list[int]]:
    """For each of `output` cells of a transposed window, the input cells that land on it."""
    landing: list[list[int]] = [[] for _ in range(output)]
    for cell in range(cells):
        for tap in range(kernel):
            place = cell * stride + dilation * tap - before
            if 0 <= place < output:
                landing[place].append(cell)
    return landing
