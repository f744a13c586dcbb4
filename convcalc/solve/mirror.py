"""The decoder that comes back to exactly what an encoder read: its graph reversed, each layer undone.

Reversed, a fork is a sum and a sum a fork, as in the transpose of a linear map. It knows no file format.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from convcalc.dialects.ruled import Ruled
from convcalc.errors import ConvcalcError, Impossible, Malformed
from convcalc.network import Layer, Network
from convcalc.ops.convolution import Conv, DepthwiseConv, SeparableConv, TransposedConv
from convcalc.ops.dense import Dense
from convcalc.ops.joins import Add
from convcalc.ops.op import Op
from convcalc.ops.pointwise import Identity
from convcalc.ops.pooling import AdaptivePool, AvgPool, LPPool, MaxPool, Unpool
from convcalc.ops.resampling import Crop, Pad, Upsample
from convcalc.shape import Shape
from convcalc.solve.reversals import Seen, Steps, ways_back

if TYPE_CHECKING:
    from convcalc.dialects.dialect import Dialect
    from convcalc.trace import Trace

_TRAINED = (Conv, DepthwiseConv, SeparableConv, TransposedConv, Dense)
"""Behind these a normalisation or an activation has its place."""

_KEEPS_CHANNELS = (MaxPool, AvgPool, LPPool, AdaptivePool, Unpool, Upsample, Crop, Pad)
"""Layers that norms and activations may change places with."""


class Decoder(NamedTuple):
    """A decoder, and what it was made from."""

    network: Network
    mirrors: tuple[int, ...]
    """For each of its layers the number of the encoder's layer that it undoes or takes over."""
    shapes: tuple[Shape, ...]
    """Its input, and what each of its layers gives."""


def mirror(
    network: Network,
    start: Shape | str | None = None,
    framework: str | None = None,
    pools: str | None = None,
) -> Decoder:
    """The decoder of a network for one input. Its input is what the network gives; it ends at what that read.

    A convolution becomes the transposed one of the same numbers, whose output_padding is the remainder
    `(in + padding - extent) mod stride` that the encoder's floor took away (Dumoulin & Visin, relationship 14).
    Norms and activations stay behind the layer with weights that gives the map they were on.
    Raises `Impossible` where a layer can't be undone, `Malformed` where the channels to come back to are not known.

    >>> from convcalc.readers.source import read_text
    >>> decoder = mirror(read_text("conv 8 k3 s2 p1 | relu | conv 16 k3 s2 p1"), "3@30x30")
    >>> [str(layer.op) for layer in decoder.network.layers]
    ['tconv 8 k3 s2 p1', 'relu', 'tconv 3 k3 s2 p1 op1']
    """
    trace = network.run(start, framework)
    _check_encoder(trace)
    dialect = network.dialect(framework)
    written = _Writer(trace, dialect, pools).write()
    decoder = Network(
        written.layers,
        framework=dialect and dialect.name,
        opset=network.opset if dialect and dialect.name == network.framework else None,
        input=trace.output,
        expect=trace.input,
    )
    shapes = decoder.shapes()
    if shapes[-1] != trace.input:
        raise AssertionError(f"the decoder ends at {shapes[-1]}, not at {trace.input}")
    return Decoder(decoder, tuple(written.mirrors), tuple(shapes))


def _check_encoder(trace: "Trace") -> None:
    for failure in trace.failures:
        what = f"the encoder itself fails at layer {failure.number}: {failure.error.what}"
        raise Impossible(what, hint=failure.error.hint)
    empty = next((number for number, shape in enumerate(trace.shapes) if 0 in shape.size), None)
    if empty is not None:
        raise Impossible(f"layer {empty} gives {trace.shapes[empty]}: from nothing there is no way back")
    if trace.input.channels is None and trace.shapes[-1].channels is not None:
        raise Malformed("the decoder can't know the channels to come back to", key="input", hint="write e.g. 3@32x32")


class _Unit(NamedTuple):
    """A layer that is not pointwise, or one that another branch reads past, and the pointwise layers behind it."""

    sources: tuple[int, ...]
    behind: list[int]


def _units(trace: "Trace") -> dict[int, _Unit]:
    """The units that the output depends on, by the number of their layer; 0 is the input."""
    layers = trace.network.layers
    reads = {number: _reads(op, layers[number - 1]) for number, op in enumerate(trace.ops, 1)}
    live = _live(reads, len(layers))
    readers = Counter(source for number in live for source in reads.get(number, ()))
    home, units = {0: 0}, {0: _Unit((), [])}
    for number in sorted(live - {0}):
        op, alone = trace.ops[number - 1], readers[reads[number][0]] == 1
        before = home[reads[number][0]]
        if op.pointwise and alone:
            home[number] = before
            units[before].behind.append(number)
            continue
        home[number] = number
        units[number] = _Unit(tuple([home[source] for source in reads[number]]), [number] if op.pointwise else [])
        if isinstance(_native(op), _KEEPS_CHANNELS) and alone and before:
            units[number].behind.extend(units[before].behind)
            units[before].behind.clear()
    return units


def _reads(op: Op, layer: Layer) -> tuple[int, ...]:
    """What a layer reads, not what it only takes the size of."""
    return layer.inputs if op.joins else layer.inputs[:1]


def _live(reads: dict[int, tuple[int, ...]], last: int) -> set[int]:
    """The layers that the last one depends on."""
    live, todo = set(), [last]
    while todo:
        number = todo.pop()
        if number not in live:
            live.add(number)
            todo += reads.get(number, ())
    return live


def _native(op: Op) -> Op:
    return op.op if isinstance(op, Ruled) else op


class _Value(NamedTuple):
    """A layer of the decoder (0 for its input) that gives what a layer of the encoder gave."""

    layer: int
    trained: bool
    """Whether a layer with weights stands before it."""


class _Writer:
    """Writes the decoder's layers, going through the encoder's from the last to the first."""

    def __init__(self, trace: "Trace", dialect: "Dialect | None", pools: str | None) -> None:
        self.trace, self.dialect, self.pools = trace, dialect, pools
        self.layers: list[Layer] = []
        self.mirrors: list[int] = []

    def write(self) -> "_Writer":
        """All layers, named where a layer reads another than the one before."""
        units = _units(self.trace)
        values: defaultdict[int, list[_Value]] = defaultdict(list)
        values[max(units)].append(_Value(0, trained=False))
        for number in sorted(units, reverse=True):
            unit, value = units[number], self._sum(values[number], number)
            for pointwise in unit.behind if number and value.trained else ():
                value = self._add(value, _native(self.trace.ops[pointwise - 1]), pointwise)
            if number:
                value = self._undo(value, number)
            for source in unit.sources:
                values[source].append(value)
        if not self.layers:
            self._add(_Value(0, trained=False), Identity(), len(self.trace))
        self.layers = _named(self.layers)
        return self

    def _add(self, value: _Value, op: Op, number: int, others: Sequence[int] = ()) -> _Value:
        self.layers.append(Layer(op, (value.layer, *others)))
        self.mirrors.append(number)
        return _Value(len(self.layers), value.trained or isinstance(op, _TRAINED))

    def _sum(self, values: Sequence[_Value], number: int) -> _Value:
        """The branches that meet where the encoder's parted."""
        last, *others = sorted(values, reverse=True)
        if not others:
            return last
        summed = Add(names=" ".join([_name(other.layer) for other in others]))
        return self._add(last, summed, number, [other.layer for other in others])

    def _undo(self, value: _Value, number: int) -> _Value:
        """The layers that undo one of the encoder's. A sum is undone by reading on from it in every branch."""
        op = self.trace.ops[number - 1]
        shapes = tuple([self.trace.shapes[source] for source in self.trace.network.layers[number - 1].inputs])
        output = self.trace.shapes[number]
        if op.pointwise:
            return value
        if op.joins and not (isinstance(_native(op), Add) and set(shapes) == {output}):
            raise self._refusal(number, "joins by concat and mul, and sums of unequal shapes, have no inverse")
        if op.joins:
            return value
        for steps in ways_back(Seen(_native(op), shapes, output, op.windows(shapes[0]), self.pools)):
            if self._leads(steps, output, shapes[0]):
                for step in steps:
                    value = self._add(value, step, number)
                return value
        raise self._refusal(number, f"no layer leads from {output} back to {shapes[0]}")

    def _leads(self, steps: Steps, start: Shape, target: Shape) -> bool:
        """Whether the framework takes the steps, and they end at the target."""
        shape = start
        try:
            for op in steps:
                shape = (self.dialect.adopt(op) if self.dialect else op).output(shape)
        except ConvcalcError:
            return False
        return shape == target

    def _refusal(self, number: int, why: str) -> Impossible:
        name = self.trace.network.layers[number - 1].name
        told = f"layer {number} ({f'{name}: ' if name else ''}{self.trace.ops[number - 1]}) can't be mirrored: {why}"
        return Impossible(told, hint="mirror the layers before it, or without it")


def _name(number: int) -> str:
    """What a layer of the decoder is called where another one names it."""
    return f"d{number}" if number else "in"


def _named(layers: Sequence[Layer]) -> list[Layer]:
    """The layers, those with a name that are not only read by the next one."""
    called = {
        source
        for number, layer in enumerate(layers, 1)
        for place, source in enumerate(layer.inputs)
        if place or source != number - 1
    }
    return [layer._replace(name=_name(number)) if number in called else layer for number, layer in enumerate(layers, 1)]
