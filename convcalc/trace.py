"""A shape run through a network: what each layer gives, holds, costs and sees. It knows no file and no table."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from convcalc.errors import EXPECTED, ConvcalcError, Impossible
from convcalc.ops.op import Note, Op, Weights
from convcalc.receptive import START, Field, Jump, aligned, follow, union
from convcalc.shape import Shape
from convcalc.window import Taps

if TYPE_CHECKING:
    from convcalc.network import Network

Fields = tuple[Field | None, ...]
"""A field for each axis; None where no axis of the input corresponds."""


class Row(NamedTuple):
    """One layer of a trace. Counts are None where channels are not known."""

    number: int
    """1 for the first layer; 0 stands for the input."""
    name: str | None
    op: Op
    inputs: tuple[int, ...]
    shapes: tuple[Shape, ...]
    """The shapes that it reads."""
    output: Shape
    params: int | None
    trainable: int | None
    macs: int | None
    fields: Fields
    notes: tuple[Note, ...]

    @property
    def receptive_field(self) -> tuple[int | None, ...]:
        """Input cells from the first to the last that a cell sees, for each axis; None where none corresponds."""
        return tuple([field and field.size for field in self.fields])

    @property
    def jump(self) -> tuple[Jump | None, ...]:
        """The distance between neighbours, in input cells, for each axis: numerator and denominator."""
        return tuple([field and field.jump for field in self.fields])

    @property
    def offset(self) -> tuple[int | None, ...]:
        """The first input cell that cell 0 sees, for each axis; negative in the padding."""
        return tuple([field and field.offset for field in self.fields])


class Failure(NamedTuple):
    """What is wrong in a trace: a layer that does not fit, or an expectation that is not met."""

    number: int
    """The layer it is about; that of the last one for the network's own expectation."""
    error: ConvcalcError
    place: tuple[str | int, ...]
    """Where in the network's file the layer or the expectation stands."""


class Trace:
    """A network run on one input: columns of equal length, read as rows.

    `Network.run` makes it. `input` is the shape put in, `shapes` it and each layer's output, channels first and in
    cells; iterating gives a `Row` for each layer. Where a layer fails, the columns end before it and `failure`
    tells why; nothing is raised.
    Sources: receptive fields as in Araujo, Norris & Sim, "Computing Receptive Fields of Convolutional Neural
    Networks" (Distill 2019); a MAC is a multiply-add of a weight, bias and norms count none.

    >>> from convcalc.api import read
    >>> trace = read("a: conv 8 k3 p1 | batchnorm | relu | pool k2").run("3@32x32", framework="keras")
    >>> print(len(trace), trace.output, trace.params, trace.trainable, trace.macs)
    4 8@16x16 256 240 221184
    >>> [(row.number, row.name, row.receptive_field, row.jump) for row in trace][-1]
    (4, None, (4, 4), ((2, 1), (2, 1)))
    """

    def __init__(self, network: "Network", start: Shape, ops: Sequence[Op], *, counts_statistics: bool) -> None:
        self.network = network
        self.ops = ops
        self.input = start
        self.shapes: list[Shape] = [start]
        self.weights: list[Weights | None] = []
        self.all_macs: list[int | None] = []
        self.fields: list[Fields] = [(START,) * len(start.size)]
        self.counts_statistics = counts_statistics
        self.failure: Failure | None = None

    def add(self, op: Op, inputs: tuple[int, ...]) -> None:
        """Put one more layer into the columns, which reads those that `inputs` number.

        Raises `Impossible`, or `Malformed` for a knob of other axes, where the op refuses.

        >>> from convcalc.api import read
        >>> trace = read("pool k2").run("3@32x32")
        >>> trace.add(trace.ops[0], (1,))
        >>> print(trace.output)
        3@8x8
        """
        shapes = self.shapes
        shape = shapes[inputs[0]]
        output = op.output(shape) if len(inputs) == 1 else op.output(*[shapes[source] for source in inputs])
        if op.pointwise:
            fields = self.fields[inputs[0]]
        elif op.joins:
            fields = _join(_of_one_rank([self.fields[source] for source in inputs], len(output.size)))
        else:
            fields = _follow_layer(op, self.fields[inputs[0]], shape, output)
        self.weights.append(op.weights(shape))
        self.all_macs.append(op.macs(shape, output))
        self.fields.append(fields)
        shapes.append(output)

    def __len__(self) -> int:
        return len(self.all_macs)

    def __repr__(self) -> str:
        return f"<Trace of {len(self)} layers, {self.input} to {self.output}>"

    def __iter__(self) -> Iterator[Row]:
        return (self.row(number) for number in range(1, len(self) + 1))

    def row(self, number: int) -> Row:
        """Layer `number`, counted from 1. Its notes are worked out here, and not before.

        Raises `IndexError` for a layer that there is none of, or that was not reached.

        >>> from convcalc.api import read
        >>> row = read("conv 8 k3 s2").run("3@32x32").row(1)
        >>> print(row.output, row.macs, [note.code for note in row.notes])
        8@15x15 48600 ['unread']
        """
        if not 1 <= number <= len(self):
            raise IndexError(f"there is no layer {number}: there are 1 to {len(self)}")
        layer, op = self.network.layers[number - 1], self.ops[number - 1]
        shapes = tuple([self.shapes[source] for source in layer.inputs])
        output, weights = self.shapes[number], self.weights[number - 1]
        notes = op.notes(shapes[0], output)
        if op.joins:
            branches = _of_one_rank([self.fields[source] for source in layer.inputs], len(output.size))
            notes = [*notes, *_alignment(branches)]
        return Row(
            number,
            layer.name,
            op,
            layer.inputs,
            shapes,
            output,
            self._params(weights),
            weights and weights.trainable,
            self.all_macs[number - 1],
            self.fields[number],
            tuple(notes),
        )

    def _params(self, weights: Weights | None) -> int | None:
        if weights is None:
            return None
        return weights.trainable + weights.statistics if self.counts_statistics else weights.trainable

    @property
    def output(self) -> Shape | None:
        """What comes out of the last layer; None where a layer fails."""
        return None if self.failure else self.shapes[-1]

    @property
    def params(self) -> int | None:
        """All params, as the framework counts them; None where a layer's are not known."""
        return total([self._params(weights) for weights in self.weights])

    @property
    def trainable(self) -> int | None:
        """The params that are trained."""
        return total([weights and weights.trainable for weights in self.weights])

    @property
    def macs(self) -> int | None:
        """All multiply-adds."""
        return total(self.all_macs)

    @property
    def failures(self) -> list[Failure]:
        """Every broken expectation, then the layer that failed, if one did.

        >>> from convcalc.api import read
        >>> [str(failure.error) for failure in read("expect 4@15 | pool k2").run("4@32").failures]
        ['expect: expected 4@15, got 4@16']
        """
        found = []
        for number, expected, place in self.network.expectations(self.input):
            if number < len(self.shapes) and self.shapes[number] != expected:
                error = Impossible(f"expected {expected}, got {self.shapes[number]}", key="expect", kind=EXPECTED)
                found.append(Failure(number, error, place))
        return [*found, self.failure] if self.failure else found


def total(counts: Sequence[int | None]) -> int | None:
    """The sum; None where one of them is not known."""
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _follow_layer(op: Op, before: Fields, shape: Shape, output: Shape) -> Fields:
    """The fields behind a layer that is neither a join nor pointwise."""
    if 0 in (*shape.size, *output.size):
        return (None,) * len(output.size)  # no cell sees anything
    if (axes := op.axes(shape)) is not None:
        return tuple([before[axis] if axis >= 0 else None for axis in axes])
    taps = op.taps(shape, output)
    if len(before) != len(taps):
        return (None,) * len(taps)
    if taps and before.count(before[0]) == taps.count(taps[0]) == len(taps):
        return (_follow(before[0], taps[0]),) * len(taps)  # axes alike, as in most networks: once will do
    return tuple([_follow(field, tap) for field, tap in zip(before, taps, strict=True)])


def _follow(field: Field | None, taps: Taps | None) -> Field | None:
    return None if field is None or taps is None else follow(field, taps)


def _of_one_rank(branches: Sequence[Fields], rank: int) -> list[Fields]:
    """Branches that a framework broadcasts from fewer axes have nothing that corresponds on the first ones."""
    return [(*[None] * (rank - len(fields)), *fields) for fields in branches]


def _join(branches: Sequence[Fields]) -> Fields:
    """The fields of a join, axis by axis."""
    return tuple([union(fields) for fields in zip(*branches, strict=True)])


def _alignment(branches: Sequence[Fields]) -> list[Note]:
    """A note where a join puts cells together that look at different places, said once where all axes do."""
    found = [_misalignment(fields) for fields in zip(*branches, strict=True)]
    if len(set(found)) == 1:
        return [Note("alignment", text) for text in found[:1] if text]
    return [Note("alignment", f"{text} on axis {axis + 1}") for axis, text in enumerate(found) if text]


def _misalignment(fields: Sequence[Field | None]) -> str | None:
    known = [field for field in fields if field is not None]
    if len({field.jump for field in known}) > 1:
        return "the branches step through the input differently"
    if not all(aligned(known[0], other) for other in known[1:]):
        return "the branches look at places a cell or more apart"
    return None
