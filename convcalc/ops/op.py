"""What an op is: a frozen declaration of knobs, and what it does to a shape, its params and its MACs.

Everything that shows an op (its line, options, config keys, schema, reference) is derived from the
knobs declared here. It knows neither networks nor frameworks.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, NoReturn, Self

from convcalc.errors import REFUSED, Impossible, Malformed
from convcalc.ops.kinds import Kind
from convcalc.shape import Shape
from convcalc.window import Taps, TransposedWindow, Window

REQUIRED = object()
"""The default of a knob that must be given."""


class Weights(NamedTuple):
    """What a layer holds: numbers that are trained, and running statistics that are not."""

    trainable: int
    statistics: int = 0


NO_WEIGHTS = Weights(0)


class Note(NamedTuple):
    """Something the engineer would want to know; `code` is stable, `text` is for reading."""

    code: str
    text: str


class Knob:
    """One setting of an op: how it is written, what it defaults to, what it means.

    In a layer's line it is `letter` and value (`k3`), or `keyword` and value (`to 64x64`), or a bare
    token (`positional`), or one of its kind's words; `name=value` always works.
    """

    name = ""

    def __init__(
        self,
        kind: Kind,
        text: str,
        *,
        default: Any = REQUIRED,
        letter: str = "",
        keyword: str = "",
        positional: bool = False,
    ) -> None:
        self.kind = kind
        self.text = text
        self.default = default
        self.letter = letter
        self.keyword = keyword
        self.positional = positional

    @property
    def required(self) -> bool:
        """Whether there is no default."""
        return self.default is REQUIRED

    def specimen(self) -> str:
        """How the knob is written, for a hint."""
        return f"{self.letter}3 or {self.name}=3" if self.letter and not self.positional else self.kind.metavar

    def tokens(self, value: Any) -> str:
        """The shortest token that sets the knob to `value` in a layer's line."""
        for word, meaning in self.kind.words.items():
            if meaning == value and type(meaning) is type(value):
                return word
        shown = self.kind.show(value)
        if self.positional:
            return shown
        if self.keyword:
            return f"{self.keyword} {shown}"
        return f"{self.letter}{shown}" if self.letter else f"{self.name}={shown}"


knob: Callable[..., Any] = Knob
"""Declares a knob; the result passes for the type that a class gives the setting."""


class Op:
    """A layer that maps shapes to a shape. Subclasses declare their knobs as class attributes."""

    spelling: ClassVar[str] = ""
    aliases: ClassVar[tuple[str, ...]] = ()
    knobs: ClassVar[Mapping[str, Knob]] = {}
    pointwise: ClassVar[bool] = False
    """Each output cell reads the same cell of the input, and the shape stays as it is."""
    joins: ClassVar[bool] = False
    """Every input is read, not the first alone."""
    text: str = ""
    """How the layer is written in a framework's own spelling, if it is."""
    given: frozenset[str]
    """The knobs that were set, be it to their defaults."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Knob)}
        for name, knob in own.items():
            knob.name = name
        knobs = {**cls.knobs, **own}
        cls.knobs = dict(sorted(knobs.items(), key=lambda item: not item[1].positional))

    def __init__(self, **values: Any) -> None:
        settings = self.__dict__
        settings["given"] = frozenset(values)
        for name, knob in self.knobs.items():
            if name in values:
                value = values.pop(name)
                settings[name] = value if value is None and knob.default is None else knob.kind.load(value, name)
            elif knob.required:
                raise Malformed(f"{self.spelling} needs {name}", key=name, hint=f"write {knob.specimen()}")
            else:
                settings[name] = knob.default
        for name in values:
            raise Malformed(f"{self.spelling} has no {name}", key=name, hint=f"it takes {', '.join(self.knobs)}")
        self.check()
        settings.update(self.prepared())

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.settings() == other.settings()

    def __hash__(self) -> int:
        return hash((type(self), *self.settings().values()))

    def __repr__(self) -> str:
        changed = [f"{name}={value!r}" for name, value in self.settings().items() if self._changed(name)]
        return f"{type(self).__name__}({', '.join(changed)})"

    def __str__(self) -> str:
        return " ".join([self.spelling, *self._tokens()])

    def _tokens(self) -> list[str]:
        return [knob.tokens(getattr(self, name)) for name, knob in self.knobs.items() if self._changed(name)]

    def _changed(self, name: str) -> bool:
        knob, value = self.knobs[name], getattr(self, name)
        return bool(knob.required or value != knob.default)

    def settings(self) -> dict[str, Any]:
        """Every knob and its value."""
        return {name: getattr(self, name) for name in self.knobs}

    def replace(self, **values: Any) -> Self:
        """The same op with some knobs changed."""
        return type(self)(**{**{name: getattr(self, name) for name in self.given}, **values})

    def check(self) -> None:
        """Refuse knobs that contradict each other. Raises `Malformed`."""

    def prepared(self) -> dict[str, Any]:
        """Attributes besides the knobs that every shape will need, worked out once."""
        return {}

    def references(self) -> tuple[str, ...]:
        """Names of the layers it reads besides the one before it."""
        return ()

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """The shape that comes out. Raises `Impossible` where the arithmetic refuses."""
        raise NotImplementedError

    def weights(self, shape: Shape) -> Weights | None:
        """What it holds when it reads `shape`; None where the channels are not known."""
        return NO_WEIGHTS

    def macs(self, shape: Shape, output: Shape) -> int | None:
        """Multiply-adds of a weight; None where the channels are not known."""
        return 0

    def windows(self, shape: Shape) -> tuple[Window | TransposedWindow, ...]:
        """The window on each axis for `shape`, its padding in numbers; none where no window slides."""
        return ()

    @property
    def padding_word(self) -> str | None:
        """The word that the padding follows from, where one does."""
        return None

    def taps(self, shape: Shape, output: Shape) -> tuple[Taps | None, ...]:
        """For each output axis, the input cells that each cell reads; None where no axis corresponds."""
        return (None,) * len(output.size)

    def axes(self, shape: Shape) -> tuple[int, ...] | None:
        """The input axis that each output axis comes from; None for its own."""
        return None

    def notes(self, shape: Shape, output: Shape) -> list[Note]:
        """What is worth knowing about reading `shape`."""
        return []


def impossible(
    axis: int, rank: int, what: str, key: str | None = None, hint: str | None = None, *, kind: str = REFUSED
) -> Impossible:
    """An error about one axis, which is named where there are several."""
    return Impossible(f"axis {axis + 1} of {rank}: {what}" if rank > 1 else what, key=key, hint=hint, kind=kind)
