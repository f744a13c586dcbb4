"""What several of Keras' layers share: refusals, ranks, formats, layers that pad or crop. The words are Keras' own."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from convcalc.dialects.dialect import Made, Spelling
from convcalc.dialects.ruled import Rule, Settled, refuser, refusing
from convcalc.dialects.signature import Rank, Signature
from convcalc.errors import Impossible
from convcalc.ops.op import Note, Op
from convcalc.ops.pointwise import Identity
from convcalc.shape import Shape
from convcalc.window import Sides

refuse = refuser("Keras")

_OPTIONS = ("activity_regularizer", "trainable", "dtype", "autocast", "name", "input_dim", "input_shape")
"""What every layer takes by name besides its own arguments."""

Dims = tuple[int | None, ...]

Make = Callable[[Any, Rank], Made]


def dims_of(shape: Shape) -> Dims:
    """The dimensions as a Keras tensor has them, but for the batch: the channels last."""
    return (*shape.size, shape.channels)


def show_dims(shape: Shape) -> str:
    """The shape of the tensor in Keras' words."""
    return f"(None, {', '.join(map(str, dims_of(shape)))})"


def shape_of(dims: Sequence[int | None]) -> Shape:
    """The inverse of `dims_of`."""
    *size, channels = dims
    return Shape(channels, tuple(size))  # type: ignore[arg-type]  # only the channels may be unknown


def place_of(axis: int, shape: Shape) -> int:
    """Where an axis of the tensor stands, the batch being 0. Raises `Impossible` where there is none."""
    count = len(shape.size) + 2
    if not -count <= axis < count:
        raise refuse(f"axis {axis} is out of bounds for input shape {show_dims(shape)}", "axis")
    return axis % count


def for_axes(rank: Rank, name: str, ranks: Sequence[int] = (1, 2, 3)) -> Rule:
    """A layer that is made for so many axes reads no other number of them."""

    def check(op: Op, shape: Shape, *others: Shape) -> Settled:
        axes = len(shape.size)
        if axes != rank:
            what = f"{name.format(rank)} expected ndim={(rank or 0) + 2}, found ndim={axes + 2}"
            hint = f"{name.format(axes)} reads it" if axes in ranks else None
            raise refuse(f"{what}, as {show_dims(shape)} has", None, hint)
        return Settled(shape)

    return check


def exists_for(name: str, shape: Shape, ranks: Sequence[int] = (1, 2, 3), hint: str | None = None) -> None:
    """There is a class for some numbers of axes, and for no other."""
    if len(shape.size) not in ranks:
        names = [name.format(rank) for rank in ranks]
        known = f"{', '.join(names[:-1])} and {names[-1]}"
        count = len(shape.size)
        raise refuse(f"there is {known}, the input {shape} has {count} {'axis' if count == 1 else 'axes'}", None, hint)


def renamed(rule: Rule, keys: Mapping[str, str]) -> Rule:
    """The rule, its errors about the arguments of a class that names them otherwise than most."""

    def rename(op: Op, shape: Shape, *others: Shape) -> Settled:
        try:
            return rule(op, shape, *others)
        except Impossible as error:
            error.key = keys.get(error.key or "", error.key)
            raise

    return rename


def data_format_error(given: Any) -> Impossible | None:
    """Why the constructor refuses the layout."""
    layout = getattr(given, "data_format", None)
    if layout is None or layout.lower() in ("channels_first", "channels_last"):
        return None
    what = f"data_format must be in ('channels_first', 'channels_last'), received {layout!r}"
    return refuse(what, "data_format")


def refused(error: Impossible, op: Op | None = None) -> Made:
    """A layer that its constructor refuses."""
    return Made(op or Identity(), refusing(error))


def checked(make: Make) -> Make:
    """A maker that looks at what every constructor looks at."""

    def make_checked(given: Any, rank: Rank) -> Made:
        error = data_format_error(given)
        return refused(error) if error else make(given, rank)

    return make_checked


def spelled(names: str, signature: str, make: Make, ranks: Sequence[Rank] = (1, 2, 3)) -> dict[str, Spelling]:
    """The classes for one, two and three axes, under each of their names; all take the options."""
    declared = Signature(with_options(signature))
    return {name.format(rank): Spelling(declared, checked(make), rank) for name in names.split() for rank in ranks}


def with_options(signature: str) -> str:
    """The arguments, and those that every layer takes by name."""
    own = {part.partition(":")[0].partition("=")[0].strip() for part in signature.split(",")}
    options = [f"{name}=None" for name in _OPTIONS if name not in own]
    return ", ".join([*filter(None, [signature]), *([] if "*" in own else ["*"]), *options])


def layer_of(name: str, sides: Sequence[Sides]) -> str:
    """A layer that adds or takes cells on the sides: `ZeroPadding2D(((0, 1), (0, 1)))`."""
    numbers = {side for pair in sides for side in pair}
    value: object = tuple(sides) if len(sides) > 1 else sides[0]
    return f"{name}{len(sides)}D({numbers.pop() if len(numbers) == 1 else value})"


def border_layers(sides: Sequence[Sides]) -> str:
    """The layers that add cells on the sides, and take them away where a number is below 0."""
    added = [(max(before, 0), max(after, 0)) for before, after in sides]
    taken = [(max(-before, 0), max(-after, 0)) for before, after in sides]
    lines = [
        layer_of(name, pairs) for name, pairs in (("ZeroPadding", added), ("Cropping", taken)) if any(map(any, pairs))
    ]
    return " and ".join(lines)


def filled(sides: Sequence[Sides], option: str) -> str:
    """The function that pads with something else than zeros."""
    pairs = ", ".join(map(str, [(0, 0), *sides, (0, 0)]))
    return f"keras.ops.pad(x, ({pairs}), {option})"


def said(code: str, text: str) -> tuple[Note, ...]:
    """One note on what to write."""
    return (Note(code, f"Keras: {text}"),)
