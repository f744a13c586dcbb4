"""Tiles of which a network gives the same as of the whole image: how large, where they start, what of each is right.

The tiles start at multiples of a step, by which every layer moves a whole number of cells. Inside a tile a cell is
right when all that it reads is: cells of the tile, and no padding, for in the whole image there are cells in its place.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import islice
from math import lcm
from typing import NamedTuple

from convcalc.dialects.ruled import Ruled
from convcalc.errors import Impossible
from convcalc.network import Network
from convcalc.ops.op import Op
from convcalc.ops.pointwise import GroupNorm, InstanceNorm
from convcalc.ops.resampling import Upsample
from convcalc.shape import Shape
from convcalc.solve.accepted import Sizes
from convcalc.solve.sizes import accepted_sizes
from convcalc.trace import Trace
from convcalc.window import Sides, Taps

MAX_TILE = 1 << 20
"""No larger tile is looked for."""

MAX_CLASSES = 256
"""The smallest tile is looked for among so many classes of sizes."""

Right = tuple[int, int]
"""The first cell that is right, and the first one after it that is not."""


class AxisTiles(NamedTuple):
    """Tiles along one axis. All is in input cells, but for `gives`, `keep` and `moves`."""

    step: int
    """Tiles start at multiples of this."""
    moves: int
    """Output cells that a step moves by."""
    halo: Sides
    """Cells before and after that what is kept of a tile depends on."""
    smallest: int
    """The smallest tile that gives something to keep."""
    tile: int
    residue: int
    """Images must be this modulo the step, as the tile is, for the last tile to end where they do."""
    gives: int
    """What comes out of the tile."""
    keep: Right
    """The output cells to keep of an inner tile; the first and the last tile keep theirs up to the border."""
    advance: int
    """From the start of a tile to that of the next one, at most."""

    @property
    def overlap(self) -> int:
        """Cells that neighbours share, at least."""
        return self.tile - self.advance

    def starts(self, image: int) -> list[int] | None:
        """Where tiles start that cover an image; None where none of this size do."""
        last = image - self.tile
        if last < 0 or last % self.step:
            return None
        return [*range(0, last, self.advance), last]

    @property
    def padded(self) -> bool:
        """Whether padding makes the border of a tile differ from the same place in the image."""
        return self.keep != (0, self.gives)


class Tiles(NamedTuple):
    """Tiles of a network, and the layers that look at a whole tile at once."""

    axes: tuple[AxisTiles, ...]
    whole: tuple[int, ...]
    """Norms that take a mean over all cells: of a tile it is another one than of the image."""


def tiles(
    network: Network, channels: int | None, rank: int, tile: Sequence[int] | None = None, framework: str | None = None
) -> Tiles:
    """The tiles of a network; of the size given, else of the smallest. Proved by what each cell reads, for any weights.

    Raises `Impossible` where no tile will do, naming the layer.

    >>> from convcalc.readers.source import read_text
    >>> found = tiles(read_text("conv 1 k3 p1 | pool k2 | upsample x2 | conv 1 k3 p1"), 1, 1, [64]).axes[0]
    >>> found.step, found.halo, found.smallest, found.keep, found.overlap
    (2, (3, 3), 7, (3, 61), 6)
    """
    taken = accepted_sizes(network, channels, rank, None, framework)
    if taken.square.sizes.smallest is None:
        raise Impossible("no size is taken by this network, so no tile is", hint="convcalc sizes tells the layer")
    question = _Question(network, channels, rank, framework, taken.square.sizes)
    found = tuple([question.axis(axis, None if tile is None else tile[axis]) for axis in range(rank)])
    return Tiles(found, question.over_all_cells())


def _fits_a_size(op: Op) -> bool:
    plain = op.op if isinstance(op, Ruled) else op
    return isinstance(plain, Upsample) and plain.scale is None


class _Question:
    """A network, and the sizes that it takes."""

    def __init__(self, network: Network, channels: int | None, rank: int, framework: str | None, taken: Sizes) -> None:
        self.network, self.channels, self.rank = network, channels, rank
        self.framework, self.taken = framework, taken
        self.layers = _read_by_the_last(network)
        self.traces: dict[int, Trace] = {}
        self.factors: dict[int, Fraction] = {}

    def trace(self, cells: int) -> Trace:
        """A run on the same size along all axes."""
        if cells not in self.traces:
            self.traces[cells] = self.network.run(Shape(self.channels, (cells,) * self.rank), self.framework)
        return self.traces[cells]

    def axis(self, axis: int, tile: int | None) -> AxisTiles:
        """The tiles along one axis."""
        step, moves = self.step(axis)
        smallest = self.smallest(axis, step, moves)
        cells = smallest if tile is None else tile
        if cells not in self.taken:
            below, above = self.taken.near(cells)
            near = " and ".join([str(n) for n in (below, above) if n is not None])
            raise Impossible(f"a tile of {cells} is not taken by the network", key="tile", hint=f"{near} can be")
        keep = self.right(axis, cells)
        times = (keep[1] - keep[0]) // moves
        if times < 1:
            what = f"of a tile of {cells} only {max(keep[1] - keep[0], 0)} output cells are right, a step moves {moves}"
            raise Impossible(what, key="tile", hint=f"the smallest tile is {smallest}")
        gives = self.trace(cells).shapes[-1].size[axis]
        halo = _halo(cells, gives, keep, step, moves)
        return AxisTiles(step, moves, halo, smallest, cells, cells % step, gives, keep, times * step)

    def step(self, axis: int) -> Sides:
        """By how many input cells tiles move, and by how many cells the output does: whole ones in every layer."""
        start = self.taken.near(self.taken.smallest or 1)[1] or 1
        field = self.trace(start).fields[-1]
        if len(field) != self.rank or (found := field[axis]) is None:
            raise self.refusal(axis, start, start)
        self.check(axis, found.gain)
        return found.gain, found.period

    def check(self, axis: int, step: int) -> None:
        """Every layer follows the input, cell by cell: compared on two large sizes, some steps apart."""
        apart = lcm(step, self.taken.modulus)
        one = self.taken.near(4 * apart + 4 * (self.taken.smallest or 1))[1]
        if not self.taken.residues or one is None:
            raise Impossible("only so many sizes are taken: there is no image larger than a tile")
        other = one + apart
        if any(not self.follows(number, axis, one, other) for number in self.layers):
            raise self.refusal(axis, one, other)
        self.check_factors(axis, islice(self.taken.up_to(one + 2 * apart), MAX_CLASSES))

    def check_factors(self, axis: int, sizes: Iterable[int]) -> None:
        """An upsampling to the size of a layer has one factor on all sizes, or tiles are stretched otherwise."""
        ops = self.network.ops(self.framework)
        fitted = [number for number in self.layers if _fits_a_size(ops[number - 1])]
        for cells in sizes if fitted else ():
            for number in fitted:
                trace = self.trace(cells)
                reads = trace.shapes[self.network.layers[number - 1].inputs[0]].size[axis]
                factor = Fraction(trace.shapes[number].size[axis], reads)
                if self.factors.setdefault(number, factor) != factor:
                    what = f"layer {number} ({ops[number - 1]}) stretches some sizes by {factor}, others by"
                    hint = "a factor, such as upsample x2, is the same on every tile"
                    raise Impossible(f"{what} {self.factors[number]}", hint=hint)

    def refusal(self, axis: int, one: int, other: int) -> Impossible:
        """The first layer that does not follow the input."""
        for number in self.layers:
            if not self.follows(number, axis, one, other):
                layer = self.network.layers[number - 1]
                name = f"{layer.name}: " if layer.name else ""
                what = f"layer {number} ({name}{layer.op}) does not move along with the input"
                return Impossible(what, hint="what it gives of a tile is no part of what it gives of the image")
        raise AssertionError("a layer that does not follow was seen before")

    def follows(self, number: int, axis: int, one: int, other: int) -> bool:
        """Whether a layer has the same taps on both sizes, and grows as its field says."""
        small, large = self.trace(one), self.trace(other)
        reads = small.shapes[self.network.layers[number - 1].inputs[0]]
        if small.ops[number - 1].axes(reads) not in (None, tuple(range(self.rank))):
            return False  # what was one axis is another
        before, after = small.shapes[number].size, large.shapes[number].size
        fields = small.fields[number]
        if len(before) != self.rank or (field := fields[axis]) is None:
            return False
        grows = (after[axis] - before[axis]) * field.gain == (other - one) * field.period
        return grows and self.taps(number, axis, one) == self.taps(number, axis, other)

    def taps(self, number: int, axis: int, cells: int) -> Taps | None:
        """Which cells a layer reads that is neither a join nor pointwise."""
        trace = self.trace(cells)
        op, source = trace.ops[number - 1], self.network.layers[number - 1].inputs[0]
        if op.pointwise or op.joins or op.axes(trace.shapes[source]) is not None:
            return None
        return op.taps(trace.shapes[source], trace.shapes[number])[axis]

    def right(self, axis: int, cells: int) -> Right:
        """The output cells of an inner tile that are right."""
        trace = self.trace(cells)
        found: dict[int, Right] = {0: (0, cells)}
        for number in self.layers:
            layer, op = self.network.layers[number - 1], trace.ops[number - 1]
            sources = layer.inputs if op.joins else layer.inputs[:1]
            read = max(found[source][0] for source in sources), min(found[source][1] for source in sources)
            taps, size = self.taps(number, axis, cells), trace.shapes[number].size[axis]
            found[number] = read if taps is None else _through(taps, read, size)
        return found[len(trace)]

    def smallest(self, axis: int, step: int, moves: int) -> int:
        """The smallest tile of which enough is right for the next to be a step further."""

        def spare(cells: int) -> int:
            low, high = self.right(axis, cells)
            return (high - low) // moves - 1

        enough = self.taken.smallest or 1
        while spare(enough) < 0:
            larger = self.taken.near(enough * 2 + step)[1]
            if larger is None or larger > MAX_TILE:
                raise Impossible(f"of no tile up to {MAX_TILE} enough is right: a cell sees too much of the image")
            enough = larger
        apart = lcm(step, self.taken.modulus)
        above = [n for n in self.taken.up_to(enough + apart) if n >= enough][:MAX_CLASSES]
        return min([self._smaller(n, n - spare(n) * step // apart * apart, apart, spare) for n in above])

    def _smaller(self, enough: int, least: int, apart: int, spare: Callable[[int], int]) -> int:
        """The smallest tile of a class, where what is lost of a large tile is lost of each: `least`, if it is taken."""
        sizes = range(least, enough, apart)
        return next((cells for cells in sizes if cells in self.taken and spare(cells) >= 0), enough)

    def over_all_cells(self) -> tuple[int, ...]:
        """Norms whose mean is over all cells of a channel."""
        ops = self.network.ops(self.framework)
        own = [(number, ops[number - 1]) for number in self.layers]
        norms = InstanceNorm | GroupNorm
        return tuple([number for number, op in own if isinstance(op.op if isinstance(op, Ruled) else op, norms)])


def _read_by_the_last(network: Network) -> list[int]:
    """The layers that the last one follows from, in order: of a layer that is `like` another the size alone is read."""
    found = {len(network.layers)}
    for number in range(len(network.layers), 0, -1):
        if number in found:
            layer = network.layers[number - 1]
            found.update(layer.inputs if layer.op.joins else layer.inputs[:1])
    return sorted(found - {0})


def _through(taps: Taps, read: Right, size: int) -> Right:
    """The cells of a layer that read right ones alone."""
    first, end = 0, size
    for phase, (start, step, count) in enumerate(taps.phases):
        if count:
            lowest = -((start - read[0]) // taps.gain)
            highest = (read[1] - 1 - start - step * (count - 1)) // taps.gain
            first = max(first, taps.period * (lowest - 1) + phase + 1)
            end = min(end, taps.period * (highest + 1) + phase)
    return first, max(first, end)


def _halo(cells: int, gives: int, keep: Right, step: int, moves: int) -> Sides:
    """What lies around the place of what is kept: the output lies in the middle of its input."""
    missing = max(cells + -gives * step // moves, 0)
    before = missing // 2 - -keep[0] * step // moves
    return before, missing - missing // 2 - -(gives - keep[1]) * step // moves
