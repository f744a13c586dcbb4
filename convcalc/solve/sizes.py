"""Every input size that a whole network takes, exactly: per axis, and together where axes depend on each other.

The network is run on all sizes at once (`paths`); what is left is to put the parts together and to blame layers.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from convcalc.dialects.ruled import Ruled, Windows
from convcalc.errors import Impossible
from convcalc.network import Network
from convcalc.ops.op import Op
from convcalc.shape import Shape
from convcalc.solve.accepted import Sizes, sizes_of
from convcalc.solve.domains import Domain, Unfollowable, Variable, domain_from
from convcalc.solve.lines import Line
from convcalc.solve.paths import Path, paths

MAX_SEARCHED = 2048
"""Where a layer does what no line can follow, sizes up to this are tried one by one."""


MAX_TRIED = (2048, 48, 12)
"""Up to so many cells an axis are tried, where all sizes of one, two or three axes have to be."""

MAX_POWER = 64
"""Bounds are looked for below this power of 2."""

_WINDOWS = ("kernel", "padding", "kernel_size", "kernel_shape", "pool_size", "window_shape", "filters", "rhs")
"""What a refusal is about where a window does not fit."""


class AxisSizes(NamedTuple):
    """What one axis takes, and the layers to blame that it does not take more."""

    sizes: Sizes
    modulus_layers: tuple[int, ...]
    """Those that refuse sizes however large."""
    least_layer: int | None
    """The one that refuses the largest of the sizes below the bound."""


class Accepted(NamedTuple):
    """The input sizes that a network takes."""

    axes: tuple[AxisSizes, ...]
    """Each axis by itself, the others at a size that is taken."""
    square: AxisSizes
    """The same size on all axes."""
    together: tuple[tuple[Domain, ...], ...] | None
    """Where axes depend on each other: the sizes of all of them, box by box. None where they do not."""
    tried_up_to: int | None = None
    """Sizes were tried one by one, up to this, since no rule tells them; None where the answer is exact for all."""
    at_least: int | None = None
    """Where sizes were only tried: no smaller one is taken on all axes, nor one between those tried and this."""
    others: tuple[int, ...] | None = None
    """Where axes depend on each other and no boxes tell how: what is told of an axis holds with the others at these."""


class Wanted(NamedTuple):
    """What is asked of the sizes besides that the network takes them."""

    out: Shape | None = None
    """What comes out: its size (one number for all axes, or one for each), and its channels where they are told.

    A bare number is the length of what comes out without axes.
    """
    lossless: bool = False
    """No cell at the end of an axis goes unread."""

    def check(self, op: Op, shape: Shape, output: Shape) -> None:
        """Refuse a layer that leaves cells unread."""
        if self.lossless:
            for window, cells in zip(_windows(op, shape), shape.size, strict=False):
                leading, trailing = window.unread(cells)
                if leading or trailing:
                    raise Impossible("cells go unread")

    def check_output(self, output: Shape) -> None:
        """Refuse what does not come out as asked."""
        if self.out is None:
            return
        channels, size = self.out
        if channels is None and len(size) == 1 and not output.size:
            channels, size = size[0], ()  # a bare number is the length of a vector
        if output.size != size * (len(output.size) if len(size) == 1 else 1) or channels not in (None, output.channels):
            raise Impossible(f"{output} comes out, not {self.out}")


def accepted_sizes(
    network: Network, channels: int | None, rank: int, wanted: Wanted | None = None, framework: str | None = None
) -> Accepted:
    """What a network takes on `rank` axes. Exact for every size where each layer's size follows a rule.

    >>> from convcalc.readers.source import read_text
    >>> found = accepted_sizes(read_text("a: pool k2 | tconv 1 k2 s2 | add in"), 1, 2)
    >>> found.square.sizes.modulus, found.square.sizes.residues, found.square.modulus_layers
    (2, (0,), (3,))
    """
    question = _Question(network, channels, rank, wanted or Wanted(), framework)
    square = _axis_sizes(question.along(None, None))
    first = _first_accepted(question, square)
    if first is None:
        at_least = question.at_least() if question.tried_up_to else None
        return Accepted((square,) * rank, square, None, question.tried_up_to, at_least)
    axes = tuple([_axis_sizes(question.along(axis, first)) for axis in range(rank)]) if rank > 1 else (square,)
    try:
        return Accepted(axes, square, question.together(first), question.tried_up_to)
    except Unfollowable:
        return Accepted(axes, square, None, question.tried_up_to, others=first)


def _windows(op: Op, shape: Shape) -> Windows:
    """The window on each axis; a rule is asked anew, since what it said of the same line held on another domain."""
    if not isinstance(op, Ruled):
        return op.windows(shape)
    return () if op.joins or op.references() else op.rule(op.op, shape).windows


class _Question:
    """A network and what is asked of its input sizes."""

    def __init__(
        self, network: Network, channels: int | None, rank: int, wanted: Wanted, framework: str | None
    ) -> None:
        self.network, self.channels, self.rank = network, channels, rank
        self.wanted, self.framework = wanted, framework
        self.tried_up_to: int | None = None

    def along(self, axis: int | None, others: Sequence[int] | None) -> Iterator[Path]:
        """Paths of one axis, the others at given sizes; of all axes alike where `axis` is None."""
        if self.tried_up_to is None:
            variable = Variable("n", domain_from(1))
            try:
                yield from list(self._paths(self._size(Line(variable), axis, others), [variable]))
            except Unfollowable:
                self.tried_up_to = MAX_SEARCHED
            else:
                return
        for n in range(1, MAX_SEARCHED + 1):
            for path in self._paths(self._size(n, axis, others), []):
                yield path._replace(domains=(Domain(1, 0, n, n),))

    def at_least(self) -> int | None:
        """A bound for squares where none is found: the smallest on which every window fits, whatever joins say."""
        most = next((2**power for power in range(MAX_POWER) if self._fits(2**power)), None)
        if most is None:
            return None
        return bisect_left(range(1, most + 1), 1, key=lambda n: int(self._fits(n))) + 1

    def _fits(self, n: int) -> bool:
        """Whether every window fits where joins take the size of their first branch."""
        shapes = [Shape(self.channels, (n,) * self.rank)]
        for op, layer in zip(self.network.ops(self.framework), self.network.layers, strict=True):
            first, *others = [shapes[source] for source in layer.inputs]
            try:
                shapes.append(op.output(first, *[Shape(other.channels, first.size) for other in others]))
            except Impossible as error:
                if error.key in _WINDOWS:
                    return False
                shapes.append(first)
        return True

    def first_apart(self) -> tuple[int, ...] | None:
        """Sizes that are taken, an axis each its own; None where there are none, or none can be followed to."""
        try:
            taken = (path.domains for path in self.apart() if not path.error)
            return next((tuple([domain.least for domain in domains]) for domains in taken), None)
        except Unfollowable:
            self.tried_up_to = self.tried_up_to or MAX_SEARCHED
            return next((size for size in self._few() if self._takes(size)), None)

    def _few(self) -> Iterator[tuple[int, ...]]:
        """Small sizes of all axes, to look for one that is taken."""
        most = MAX_TRIED[min(self.rank, len(MAX_TRIED)) - 1]
        return product(range(1, most + 1), repeat=self.rank)

    def _takes(self, size: tuple[int, ...]) -> bool:
        return all(not path.error for path in self._paths(size, []))

    def _size(self, n: object, axis: int | None, others: Sequence[int] | None) -> tuple[object, ...]:
        return tuple([n if axis in (None, place) else (others or ())[place] for place in range(self.rank)])

    def apart(self) -> Iterator[Path]:
        """Paths of all axes at once, each a variable of its own."""
        variables = [Variable(f"n{axis}", domain_from(1)) for axis in range(1, self.rank + 1)]
        return self._paths(tuple([Line(variable) for variable in variables]), variables)

    def _paths(self, size: tuple[object, ...], variables: list[Variable]) -> Iterator[Path]:
        start = Shape(self.channels, size)  # type: ignore[arg-type]  # lines stand for sizes
        return paths(self.network, start, variables, self.framework, self.wanted)

    def together(self, taken: Sequence[int]) -> tuple[tuple[Domain, ...], ...] | None:
        """The boxes of sizes, where a product of axes is asked to be a number; `taken` is one that is accepted."""
        if self.rank < 2 or not self._mixes(taken):
            return None
        return tuple([path.domains for path in self.apart() if not path.error])

    def _mixes(self, taken: Sequence[int]) -> bool:
        """Whether a layer multiplies axes or compares them: seen on the one size that is taken."""
        variables = [Variable(f"n{axis}", Domain(1, 0, cells, cells)) for axis, cells in enumerate(taken)]
        try:
            list(self._paths(tuple([Line(variable) for variable in variables]), variables))
        except Unfollowable:
            return False
        return any(variable.shared for variable in variables)

    def stated(self) -> tuple[int, ...] | None:
        """The size of the input that the network states, if it is taken."""
        own = self.network.input
        if own is None or len(own.size) != self.rank:
            return None
        return own.size if self._takes(own.size) else None


def _first_accepted(question: _Question, square: AxisSizes) -> tuple[int, ...] | None:
    """A size that is taken: the smallest square, else whatever is found first."""
    if square.sizes.smallest is not None:
        return (square.sizes.smallest,) * question.rank
    if question.rank < 2:
        return None
    return question.stated() or question.first_apart()


def _axis_sizes(found: Iterator[Path]) -> AxisSizes:
    taken, refused = [], []
    for path in found:
        if path.error:
            refused.append((path.domains[0], path.failed or 0))
        else:
            taken.append(path.domains[0])
    sizes = sizes_of(taken)
    endless = {layer for domain, layer in refused if domain.most is None}
    return AxisSizes(sizes, tuple(sorted(endless)), _least_layer(sizes, refused))


def _least_layer(sizes: Sizes, refused: Sequence[tuple[Domain, int]]) -> int | None:
    """The layer that refuses the largest size below the bound that has one of the residues."""
    last = sizes.least - 1
    below = max([last - (last - residue) % sizes.modulus for residue in sizes.residues], default=0)
    return next((layer for domain, layer in refused if below in domain), None)
