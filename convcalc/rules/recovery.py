"""What is still known behind a layer that fails: the shape that it was meant to give, or all of it but the size."""

from collections.abc import Sequence
from typing import NamedTuple

from convcalc.dialects.ruled import Ruled
from convcalc.errors import CHANNELS, JOIN, REFUSED, ConvcalcError, Impossible
from convcalc.network import Layer
from convcalc.ops.dense import Dense
from convcalc.ops.op import Op
from convcalc.ops.rearranging import Flatten, Reshape
from convcalc.shape import Shape

STAND_INS = (720_720, 1_441_440)
"""Sizes that no window is larger than and that most numbers divide: what fails on both fails on any."""

_WITHOUT_SIZE = (CHANNELS, JOIN, REFUSED, "")
"""What can go wrong whatever the size is."""


class Unsized(NamedTuple):
    """A shape of which the size is not known, and perhaps not even how many axes it has."""

    channels: int | None = None
    rank: int | None = None

    def stand_in(self, cells: int) -> Shape:
        """The shape with every axis of so many cells."""
        return Shape(self.channels, (cells,) * (self.rank or 0))


class Attempt(NamedTuple):
    """What a layer gives on inputs without a size: an error that every size meets, a shape, or one without a size."""

    error: ConvcalcError | None
    shape: Shape | None
    unsized: Unsized


def attempt(op: Op, layer: Layer, inputs: Sequence[Unsized]) -> Attempt:
    """What holds for every size of the inputs."""
    stated = _stated(op, layer)
    if any(one.rank is None for one in inputs):
        return _attempt_any_rank(op, layer, inputs)
    runs = [[one.stand_in(cells) for one in inputs] for cells in STAND_INS]
    found = [tried(op, shapes) for shapes in runs]
    errors = [one for one in found if isinstance(one, ConvcalcError) and _is_without_size(one, op)]
    error = _told_without_size(errors[0]) if len(errors) == len(runs) else None
    given = [
        one if isinstance(one, Shape) else meant(op, layer, shapes) for one, shapes in zip(found, runs, strict=True)
    ]
    first, second = given
    if stated or first is None or second is None or first == second:
        return Attempt(error, stated or (first if first == second else None), Unsized())
    return Attempt(error, None, Unsized(first.channels if first.channels == second.channels else None, len(first.size)))


def _attempt_any_rank(op: Op, layer: Layer, inputs: Sequence[Unsized]) -> Attempt:
    """What holds for every size of one, two and three axes: errors about channels alone, and the channels."""
    known = [[one if one.rank else one._replace(rank=rank) for one in inputs] for rank in (1, 2, 3)]
    found = [attempt(op, layer, ranked) for ranked in known]
    errors = [one.error for one in found if one.error and one.error.kind == CHANNELS]
    channels = {one.shape.channels if one.shape else one.unsized.channels for one in found}
    unsized = Unsized(channels.pop() if len(channels) == 1 else None)
    return Attempt(errors[0] if len(errors) == len(found) else None, _stated(op, layer), unsized)


def _is_without_size(error: ConvcalcError, op: Op) -> bool:
    """Whether the error is one that no size can mend. A dense layer wants a vector, whatever the size."""
    return error.kind in _WITHOUT_SIZE or isinstance(op, Dense)


def meant(op: Op, layer: Layer, shapes: Sequence[Shape]) -> Shape | None:
    """What a layer that fails was meant to give, where that follows all the same."""
    native = op.op if isinstance(op, Ruled) else op
    tries = [native]
    if native.settings().get("groups", 1) != 1:
        tries.append(native.replace(groups=1))
    if stated := _stated(op, layer):
        return stated
    for one in tries:
        if isinstance(found := tried(one, shapes), Shape):
            return found
    return Shape(None, shapes[0].size) if native.joins and len({shape.size for shape in shapes}) == 1 else None


def _stated(op: Op, layer: Layer) -> Shape | None:
    """The shape that a layer gives whatever it reads."""
    native = op.op if isinstance(op, Ruled) else op
    if layer.expect:
        return layer.expect
    if isinstance(native, Reshape) and -1 not in native.target:
        return Shape(native.target[0], native.target[1:])
    if isinstance(native, Dense) and not isinstance(op, Ruled):
        return Shape(native.out)
    return Shape(None) if type(native) is Flatten else None


def kindly(error: ConvcalcError, op: Op, shapes: Sequence[Shape]) -> ConvcalcError:
    """The error, its kind that of the arithmetic where a framework refuses what nobody could run."""
    if error.kind == REFUSED and isinstance(op, Ruled):
        own = tried(op.op, shapes)
        if isinstance(own, Impossible):
            error.kind = own.kind
    return error


def tried(op: Op, shapes: Sequence[Shape]) -> Shape | ConvcalcError:
    """What comes out, or the error."""
    try:
        return op.output(*shapes)
    except ConvcalcError as error:
        return kindly(error, op, shapes)


def without_size(shape: Shape | None) -> Unsized:
    """A shape that is known among others that are not."""
    return Unsized() if shape is None else Unsized(shape.channels, len(shape.size))


def _told_without_size(error: ConvcalcError) -> ConvcalcError:
    """The error with the stand-ins taken out of its text."""
    told = type(error)(_unsized_text(error.what), key=error.key, kind=error.kind)
    told.hint = None if error.hint is None or _stands_in(error.hint) else error.hint
    return told


def _stands_in(text: str) -> bool:
    return any(str(cells) in text for cells in STAND_INS)


def _unsized_text(text: str) -> str:
    """`64@720720x720720` becomes `64 channels`."""
    for cells in STAND_INS:
        for rank in (4, 3, 2, 1):
            text = text.replace("@" + "x".join([str(cells)] * rank), " channels")
    return text
