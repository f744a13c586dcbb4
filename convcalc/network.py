"""Networks: layers in order, each reading the input or earlier layers. It knows no file format.

>>> from convcalc.ops.convolution import Conv
>>> from convcalc.ops.pointwise import Identity
>>> network = Network([Layer(Conv(out=8, kernel=3, padding=1), (0,)), Layer(Identity(), (1,))])
>>> [str(shape) for shape in network.shapes(Shape(3, (32, 32)))]
['3@32x32', '8@32x32', '8@32x32']
"""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from convcalc.dialects import dialect_named
from convcalc.errors import ConvcalcError, Malformed
from convcalc.ops.op import Op
from convcalc.shape import Shape, read_shape
from convcalc.trace import Failure, Trace

if TYPE_CHECKING:
    from convcalc.dialects.dialect import Dialect

Place = tuple[str | int, ...]
"""Where something stands in a network file: keys and indices."""


class Check(NamedTuple):
    """What a network file, or a layer in it, says about its own check, in codes and names of rules."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = {}


class Layer(NamedTuple):
    """An op and what it reads: 0 is the network's input, `n` the n-th layer.

    `inputs` are such numbers, those of earlier layers, the first of them the one that is read and the others what
    is joined to it. `name` is what the layer is called, `expect` the shape that it states for its output, `place`
    where it stands in its file, `ignore` the rules that a check is not to tell of here. Nothing is raised.

    >>> from convcalc.ops.pointwise import Identity
    >>> Layer(Identity(), inputs=(0,), name="act").name
    'act'
    """

    op: Op
    inputs: tuple[int, ...]
    name: str | None = None
    expect: Shape | None = None
    place: Place = ()
    check: Check | None = None
    """What it says about its own check, if it does."""


class Network:
    """Layers in order, the framework that counts, the input they are meant for and what is expected.

    `read` and `load` make one from text. Where layers are put together by hand, each reads earlier ones only.
    Nothing is run before it is asked for, so that nothing is raised here.

    >>> from convcalc.api import read
    >>> read("input 3@32x32 | conv 64 k3 p1 | relu | pool k2")
    <Network of 3 layers>
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        *,
        framework: str | None = None,
        opset: int | None = None,
        input: Shape | None = None,  # noqa: A002 - the config key's own name
        expect: Shape | None = None,
        check: Check = Check(),  # noqa: B008 - it is frozen
    ) -> None:
        self.layers = tuple(layers)
        self.framework = framework
        self.opset = opset
        self.input = input
        self.expect = expect
        self.check = check

    def __repr__(self) -> str:
        return f"<Network of {len(self.layers)} layers>"

    def expectations(self, start: Shape) -> Iterator[tuple[int, Shape, Place]]:
        """Layers that state a shape, then what the network states for its own input (or, stating none, for any).

        Each is the layer's number, the shape expected of its output, and where that is stated.

        >>> from convcalc.api import read
        >>> [(number, str(shape)) for number, shape, _ in read("pool k2 expect=4@4").expectations(Shape(4, (8,)))]
        [(1, '4@4')]
        """
        for number, layer in enumerate(self.layers, 1):
            if layer.expect is not None:
                yield number, layer.expect, layer.place
        if self.expect is not None and self.input in (None, start):
            yield len(self.layers), self.expect, ("expect",)

    def start(self, shape: Shape | str | None) -> Shape:
        """The shape to run: the one given, else the network's own. As text, a bare number is a feature vector.

        Raises `Malformed` where there is none, or the text is none.

        >>> from convcalc.api import read
        >>> print(read("input 3@32x32 | relu").start(None))
        3@32x32
        """
        if isinstance(shape, str):
            return read_shape(shape)
        start = shape or self.input
        if start is None:
            raise Malformed("the network states no input", key="input", hint="give one, e.g. 3@224x224")
        return start

    def shapes(self, shape: Shape | str | None = None) -> list[Shape]:
        """The input and every layer's output: `run` without params, MACs and receptive fields, and faster.

        Raises `Malformed` as `start` does, and the error of the first layer that fails, `Impossible` as a rule.

        >>> from convcalc.api import read
        >>> [str(shape) for shape in read("conv 64 k3 s2 | flatten").shapes("3@33x33")]
        ['3@33x33', '64@16x16', '16384']
        """
        shapes = [self.start(shape)]
        with _uncollected():
            for op, layer in zip(self.ops(), self.layers, strict=True):
                inputs = layer[1]
                if len(inputs) == 1:
                    shapes.append(op.output(shapes[inputs[0]]))
                else:
                    shapes.append(op.output(*[shapes[source] for source in inputs]))
        return shapes

    def dialect(self, framework: str | None = None) -> "Dialect | None":
        """The dialect of the framework asked for, else of the network's own; None where there is neither.

        Raises `Malformed` for a framework that is not known.

        >>> from convcalc.api import read
        >>> read("framework keras | relu").dialect().name
        'keras'
        """
        name = framework or self.framework
        return dialect_named(name, self.opset if name == self.framework else None)

    def ops(self, framework: str | None = None) -> list[Op]:
        """Every layer's op, under the rules of the framework.

        Raises `Malformed` where a layer is in another framework's spelling, or the framework is not known.

        >>> from convcalc.api import read
        >>> [str(op) for op in read("conv 64 k3 | relu").ops("torch")]
        ['conv 64 k3', 'relu']
        """
        dialect = self.dialect(framework)
        if dialect is None:
            return [layer.op for layer in self.layers]
        if dialect.name != self.framework and any(layer.op.text for layer in self.layers):
            raise Malformed(f"the layers are written as {self.framework} has them", key="framework")
        adopted = {id(layer.op): layer.op for layer in self.layers}
        adopted = {key: dialect.adopt(op) for key, op in adopted.items()}
        return [adopted[id(layer.op)] for layer in self.layers]

    def run(self, shape: Shape | str | None = None, framework: str | None = None) -> Trace:
        """Every layer's shape, params, MACs and receptive field; a layer that fails ends the trace and is not raised.

        `shape` is the input, the network's own where left out; with a `framework`, its rules hold.
        Raises `Malformed` as `start` and `ops` do.

        >>> from convcalc.api import read
        >>> trace = read("conv 64 k3 | pool k40").run("3@32x32")
        >>> print(trace.shapes[1], trace.output, trace.failure.number)
        64@30x30 None 2
        """
        dialect = self.dialect(framework)
        trace = Trace(self, self.start(shape), self.ops(framework), counts_statistics=_counts_statistics(dialect))
        try:
            with _uncollected():
                for op, layer in zip(trace.ops, self.layers, strict=True):
                    trace.add(op, layer.inputs)
        except ConvcalcError as error:
            trace.failure = Failure(len(trace) + 1, error, self.layers[len(trace)].place)
        return trace


def _counts_statistics(dialect: "Dialect | None") -> bool:
    return dialect is not None and dialect.counts_statistics


@contextmanager
def _uncollected() -> Iterator[None]:
    """No garbage collection: a run makes none, and looking for it costs more than the run in a large network."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
