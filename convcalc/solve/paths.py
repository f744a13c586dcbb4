"""A network run on every input size at once: the parts of the sizes on which it does the same, and where each ends.

It knows which sizes a layer takes only by asking the layer.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from convcalc.dialects.ruled import Ruled
from convcalc.errors import ConvcalcError, Impossible, Malformed
from convcalc.network import Network
from convcalc.ops.op import Op
from convcalc.shape import Shape
from convcalc.solve.domains import Domain, Fork, Unfollowable, Variable

MAX_STEPS = 150_000
"""A network whose sizes fall into more parts than this many layers' worth is not followed: it would take seconds."""


class Path(NamedTuple):
    """Sizes, a domain for each variable, on which the network does the same."""

    domains: tuple[Domain, ...]
    shapes: tuple[Shape, ...]
    """The input and every layer's output, in lines of the variables, up to the layer that refuses."""
    error: ConvcalcError | None
    """Why that layer refuses; None where all of them accept."""

    @property
    def failed(self) -> int | None:
        """The number of the layer that refuses."""
        return len(self.shapes) if self.error else None


class Check(Protocol):
    """What is asked of every layer, and of what comes out. Both raise `Impossible`."""

    def check(self, op: Op, shape: Shape, output: Shape) -> None:
        """Look at one layer, and what it makes of a shape."""

    def check_output(self, output: Shape) -> None:
        """Look at what the network makes of its input."""


def paths(
    network: Network,
    start: Shape,
    variables: Sequence[Variable],
    framework: str | None = None,
    wanted: Check | None = None,
) -> Iterator[Path]:
    """Every path, of all sizes in the variables' domains. `start` is the input, with lines for sizes.

    Raises `Malformed` as a layer does, and `Unfollowable` where a layer does with a size what no line can follow,
    or the sizes fall into too many parts.
    """
    run = _Run(network, network.ops(framework), variables, wanted)
    todo = [Path(tuple([variable.domain for variable in variables]), (start,), None)]
    while todo:
        path = todo.pop()
        for variable, domain in zip(variables, path.domains, strict=True):
            variable.domain = domain
        shapes = list(path.shapes)
        try:
            run.follow(shapes)
        except Fork as fork:
            todo += reversed(_forked(path._replace(shapes=tuple(shapes)), fork, variables))
        except Malformed:
            if variables:
                raise Unfollowable from None  # a knob takes no line, and what is really malformed is so for each number
            raise
        except ConvcalcError as error:
            yield path._replace(shapes=tuple(shapes), error=error)
        else:
            yield path._replace(shapes=tuple(shapes))


class _Run:
    """A network under a framework, and what is asked of its layers."""

    def __init__(
        self, network: Network, ops: Sequence[Op], variables: Sequence[Variable], wanted: Check | None
    ) -> None:
        self.network, self.ops, self.variables, self.wanted = network, ops, variables, wanted
        self.expected = {number: shape for number, shape, _ in _expectations(network)}
        self.steps = 0

    def follow(self, shapes: list[Shape]) -> None:
        """Put the shapes of the layers that are left behind those that are known. Raises what a layer raises."""
        for number in range(len(shapes), len(self.ops) + 1):
            op, inputs = self.ops[number - 1], self.network.layers[number - 1].inputs
            read = [shapes[source] for source in inputs]
            if len(read) > 1 or isinstance(op, Ruled):
                _lay_beside(self.variables, read)
            output = _output(op, read, self.expected.get(number))
            self.check(number, read[0], output)
            shapes.append(output)

    def check(self, number: int, shape: Shape, output: Shape) -> None:
        """What is asked of a layer and of the last one's output, and how long all of it may take."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise Unfollowable
        if self.wanted:
            self.wanted.check(self.ops[number - 1], shape, output)
            if number == len(self.ops):
                self.wanted.check_output(output)


def _expectations(network: Network) -> Iterator[tuple[int, Shape, object]]:
    """Those that hold for every input: what the network expects of an input that it states is of that input alone."""
    for number, layer in enumerate(network.layers, 1):
        if layer.expect is not None:
            yield number, layer.expect, layer.place
    if network.expect is not None and network.input is None:
        yield len(network.layers), network.expect, ("expect",)


def _lay_beside(variables: Sequence[Variable], read: Sequence[Shape]) -> None:
    """Tell the variables which plain numbers an op will see."""
    known = frozenset([n for shape in read for n in (shape.channels, *shape.size) if type(n) is int])
    for variable in variables:
        variable.beside = known


def _output(op: Op, read: Sequence[Shape], expected: Shape | None) -> Shape:
    output = op.rule(op.op, *read).output if isinstance(op, Ruled) else op.output(*read)
    if expected is not None and output != expected:
        raise Impossible(f"expected {expected}, got {output}", key="expect")
    return output


def _forked(path: Path, fork: Fork, variables: Sequence[Variable]) -> list[Path]:
    """The path on each part into which the domain of a variable falls."""
    place = next(index for index, variable in enumerate(variables) if variable is fork.variable)
    before, after = path.domains[:place], path.domains[place + 1 :]
    return [path._replace(domains=(*before, part, *after)) for part in fork.parts]
