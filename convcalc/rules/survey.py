"""A network run to its end, whatever fails on the way: what rules look at. It knows no rule.

Behind a layer that fails its shape is taken to be what the layer states or what follows from its knobs alone;
where its size does not follow, only what holds for every size is still checked.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, NamedTuple

from convcalc.dialects.ruled import Ruled
from convcalc.errors import EXPECTED, UNKNOWN, ConvcalcError, Impossible
from convcalc.network import Layer, Network
from convcalc.ops.op import Op
from convcalc.ops.windowed import AnyWindow
from convcalc.rules.recovery import Unsized, attempt, kindly, meant, without_size
from convcalc.shape import Shape
from convcalc.trace import Failure, Trace
from convcalc.window import TransposedWindow, Window


class Axis(NamedTuple, Generic[AnyWindow]):
    """One axis of a layer with windows: its window, with the padding in numbers, and the cells before and behind it."""

    number: int
    """1 for the first axis."""
    window: AnyWindow
    cells: int
    output: int


class Site(NamedTuple):
    """A layer with a window on every axis, where it stands."""

    number: int
    op: Op
    """Without the rule that a framework puts around it."""
    shape: Shape
    direct: tuple[Axis[Window], ...]
    """The axes with direct windows, one for those that are alike."""
    transposed: tuple[Axis[TransposedWindow], ...]
    """The axes with transposed windows, one for those that are alike."""
    windows: tuple[Window | TransposedWindow, ...]
    """Those of all axes."""

    def place(self, axis: Axis[Any]) -> str:
        """` on axis 2`; nothing where all axes are alike."""
        return f" on axis {axis.number}" if len(self.direct) + len(self.transposed) > 1 else ""


class Survey:
    """The shapes of a network, None where one is not known, and everything that fails."""

    def __init__(self, network: Network, start: Shape, framework: str | None = None) -> None:
        self.network = network
        self.framework = framework or network.framework
        self.input = start
        self.ops: Sequence[Op] = network.ops(framework)
        self.shapes: list[Shape | None] = [start]
        self.failures: list[Failure] = []
        self._unsized: dict[int, Unsized] = {}
        self._doubtful: set[int] = set()
        """Layers that fail, and those that read them."""
        for op, layer in zip(self.ops, network.layers, strict=True):
            if self._doubtful and not self._doubtful.isdisjoint(layer.inputs):
                self._go_on(op, layer)
            else:
                self._run(op, layer)
        self._hold_expectations()

    def _run(self, op: Op, layer: Layer) -> None:
        shapes = [self.shapes[source] for source in layer.inputs]
        try:
            self.shapes.append(op.output(*shapes))  # type: ignore[arg-type]  # none of them is doubtful
        except ConvcalcError as error:
            self._fail(error, op, layer)

    def _go_on(self, op: Op, layer: Layer) -> None:
        """A layer behind one that failed."""
        self._doubtful.add(len(self.shapes))
        if self._unsized.keys().isdisjoint(layer.inputs):
            self._run(op, layer)
        else:
            self._run_unsized(op, layer)

    def _fail(self, error: ConvcalcError, op: Op, layer: Layer) -> None:
        shapes = [shape for source in layer.inputs if (shape := self.shapes[source])]
        if error.kind != UNKNOWN or len(self.shapes) not in self._doubtful:
            self._tell(kindly(error, op, shapes), layer)
        self._doubtful.add(len(self.shapes))
        if shape := meant(op, layer, shapes):
            self.shapes.append(shape)
        else:
            self._run_unsized(op, layer, told=True)

    def _run_unsized(self, op: Op, layer: Layer, *, told: bool = False) -> None:
        """A layer of which at least one input has no known size: only what no size can mend is told."""
        inputs = [self._unsized.get(source) or without_size(self.shapes[source]) for source in layer.inputs]
        found = attempt(op, layer, inputs)
        if found.error and not told:
            self._tell(found.error, layer)
        if found.shape is None:
            self._unsized[len(self.shapes)] = found.unsized
        self.shapes.append(found.shape)

    def _tell(self, error: ConvcalcError, layer: Layer) -> None:
        self.failures.append(Failure(len(self.shapes), error, layer.place))

    def _hold_expectations(self) -> None:
        """Expectations behind a layer that fails are not held: they would tell of the same again."""
        for number, expected, place in self.network.expectations(self.input):
            shape = self.shapes[number]
            if shape is not None and shape != expected and number not in self._doubtful:
                error = Impossible(f"expected {expected}, got {shape}", key="expect", kind=EXPECTED)
                self.failures.append(Failure(number, error, place))

    @cached_property
    def sites(self) -> Sequence[Site]:
        """Every layer that has windows and whose input is known."""
        return [site for number in range(1, len(self.shapes)) if (site := self._site(number))]

    @cached_property
    def site_of(self) -> Mapping[int, Site]:
        """The sites by the number of their layer."""
        return {site.number: site for site in self.sites}

    def _site(self, number: int) -> Site | None:
        op = self.ops[number - 1]
        if op.pointwise or op.joins:
            return None
        shape, output = self.shapes[self.network.layers[number - 1].inputs[0]], self.shapes[number]
        if shape is None or output is None or number in self._failed or 0 in shape.size or 0 in output.size:
            return None
        if not (windows := op.windows(shape)):
            return None
        alike = windows.count(windows[0]) == shape.size.count(shape.size[0]) == len(windows)
        axes = list(zip(windows[:1] if alike else windows, shape.size, output.size, strict=False))
        return Site(number, self.native(number), shape, _axes(axes, Window), _axes(axes, TransposedWindow), windows)

    @cached_property
    def _failed(self) -> set[int]:
        return {failure.number for failure in self.failures if failure.error.kind != EXPECTED}

    @cached_property
    def readers(self) -> Mapping[int, Sequence[int]]:
        """The layers that read each layer; 0 is the input."""
        found: dict[int, list[int]] = {}
        for number, layer in enumerate(self.network.layers, 1):
            for source in layer.inputs:
                found.setdefault(source, []).append(number)
        return found

    @cached_property
    def trace(self) -> Trace:
        """The run with receptive fields, which ends where a layer fails."""
        return self.network.run(self.input, self.framework)

    def native(self, number: int) -> Op:
        """The op of a layer, without the rule that a framework puts around it."""
        op = self.ops[number - 1]
        return op.op if isinstance(op, Ruled) else op


def _axes(axes: Sequence[tuple[Any, int, int]], kind: type[AnyWindow]) -> tuple[Axis[AnyWindow], ...]:
    """The axes whose windows are of that kind."""
    return tuple([Axis(number, *axis) for number, axis in enumerate(axes, 1) if type(axis[0]) is kind])
