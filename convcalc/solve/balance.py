"""One axis: which extents, strides and paddings can bring two sizes together, as intervals. It tries nothing.

A direct window slides over the `large` size and has `small` positions; a transposed one has the two swapped. Then
`padding = (small - 1) * stride + extent - large + rest`: the rest is what the stride leaves over (direct) or
output_padding (transposed). Source: Dumoulin & Visin, arXiv 1603.07285, relationships 6 and 14.
"""

from typing import NamedTuple

from convcalc.solve.knobs import EMPTY, Span

Linear = tuple[int, int]
"""A number, and another that is taken times the stride (or times what the extent is above 1)."""


class Balance(NamedTuple):
    """What is known of one axis; every answer may hold more than is true, and never less."""

    large: Span
    small: Span
    rest: tuple[Linear, Linear]
    """The least and the greatest rest: a number, and another times the stride."""
    totals: tuple[Linear, Linear]
    """The least and the greatest padding in all: a number, and another times the reach."""

    def reaches(self, strides: Span) -> Span:
        """What the extent may be above 1, for strides in the span.

        >>> Balance((10, 10), (4, 4), ((0, 0), (-1, 1)), ((0, 0), (0, 0))).reaches((2, 2))
        (2, 3)
        """
        least, most = 0, None
        for times, slope, bound in self._bounds():
            best = _lowest(times, strides)
            if best is None:
                continue
            room = bound - best
            if slope == 0 and room < 0:
                return EMPTY
            if slope > 0:
                most = room if most is None else min(most, room)
            elif slope < 0:
                least = max(least, -room)
        return least, most

    def strides(self, reach: Span) -> Span:
        """The strides that are possible, for what the extent is above 1 in the span.

        >>> Balance((10, 10), (4, 4), ((0, 0), (-1, 1)), ((0, 0), (0, 0))).strides((2, 2))
        (2, 2)
        """
        least, most = 1, None
        for times, slope, bound in self._bounds():
            best = _lowest(slope, reach)
            if best is None:
                continue
            room = bound - best
            if times == 0 and room < 0:
                return EMPTY
            if times > 0:
                most = room // times if most is None else min(most, room // times)
            elif times < 0:
                least = max(least, -(room // -times))
        return least, most

    def _bounds(self) -> list[tuple[int, int, int]]:
        """Inequalities `times * stride + slope * reach <= bound`, as those three numbers."""
        (rest_least, rest_most), (pad_least, pad_most) = self.rest, self.totals
        bounds: list[tuple[int, int, int]] = []
        if self.large[1] is not None and self.small[0] is not None:  # the least total is not above the greatest padding
            times = self.small[0] - 1 + rest_least[1]
            bounds.append((times, 1 - pad_most[1], pad_most[0] + self.large[1] - 1 - rest_least[0]))
        if self.small[1] is not None and self.large[0] is not None:  # and the greatest not below the least padding
            times = -(self.small[1] - 1 + rest_most[1])
            bounds.append((times, pad_least[1] - 1, 1 + rest_most[0] - pad_least[0] - self.large[0]))
        return bounds

    def bare(self, stride: int, reach: int) -> Span:
        """The padding in all, less the rest."""
        least = most = None
        if self.large[1] is not None and self.small[0] is not None:
            least = (self.small[0] - 1) * stride + reach + 1 - self.large[1]
        if self.large[0] is not None and self.small[1] is not None:
            most = (self.small[1] - 1) * stride + reach + 1 - self.large[0]
        return least, most

    def paddings(self, stride: int, reach: int) -> Span:
        """The padding in all.

        >>> Balance((224, 224), (112, 112), ((0, 0), (-1, 1)), ((0, 0), (0, 2))).paddings(2, 6)
        (5, 6)
        """
        least, most = self.bare(stride, reach)
        (low, low_times), (high, high_times) = self.rest
        return (
            None if least is None else least + low + low_times * stride,
            None if most is None else most + high + high_times * stride,
        )


def _lowest(factor: int, span: Span) -> int | None:
    """The least that `factor` times a number of the span can be; None for no end."""
    end = span[0] if factor >= 0 else span[1]
    return 0 if factor == 0 else None if end is None else factor * end


def divided(span: Span, by: int) -> Span:
    """The numbers that times `by` lie in the span."""
    least, most = span
    return None if least is None else -(-least // by), None if most is None else most // by


def intersected(spans: list[Span]) -> Span:
    """What all spans have in common."""
    starts = [span[0] for span in spans if span[0] is not None]
    ends = [span[1] for span in spans if span[1] is not None]
    return max(starts, default=None), min(ends, default=None)
