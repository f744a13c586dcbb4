"""An op under a framework's rule: the rule says what comes out and what it refuses, the op all else."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from convcalc.errors import REFUSED, ConvcalcError, Impossible
from convcalc.ops.convolution import spread_notes
from convcalc.ops.op import Note, Op, Weights
from convcalc.ops.windowed import direct_notes
from convcalc.shape import Shape
from convcalc.window import Taps, TransposedWindow, Window

Windows = tuple[Window | TransposedWindow, ...]

MAX_KEPT = 64
"""Shapes for which a rule's answer is kept; a layer is seldom asked about more."""


class Settled(NamedTuple):
    """What a rule says of one shape."""

    output: Shape
    windows: Windows = ()
    """The window on each axis, its padding in numbers, that gives the output."""
    notes: tuple[Note, ...] = ()
    op: Op | None = None
    """The op that tells params, MACs and taps of this shape, where it is not the layer's own."""


Rule = Callable[..., Settled]
"""`rule(op, shape, *others)`: what the framework makes of the op on these shapes. Raises `Impossible`."""


def native(op: Op, shape: Shape, *others: Shape) -> Settled:
    """The rule of a framework that does what the op does by itself."""
    return Settled(op.output(shape, *others), op.windows(shape))


class Ruled(Op):
    """An op under a rule. `text` is how the layer was written in the framework's own spelling, if it was."""

    def __init__(self, op: Op, rule: Rule, *, text: str = "", words: dict[str, str] | None = None) -> None:
        own = {"op": op, "rule": rule, "text": text, "words": words or {}, "_kept": {}}
        copied = {name: getattr(op, name) for name in ("spelling", "pointwise", "joins", "given")}
        self.__dict__.update(own, **copied)

    op: Op
    rule: Rule
    text: str
    words: dict[str, str]
    """The framework's names for the op's knobs, where the layer was written in its spelling."""
    _kept: dict[tuple[Shape, ...], Settled]

    def __str__(self) -> str:
        return self.text or str(self.op)

    def __repr__(self) -> str:
        return f"<{self}, under a rule>"

    def settings(self) -> dict[str, Any]:
        """What makes two of them equal."""
        return {"op": self.op, "rule": self.rule, "text": self.text}

    @property
    def padding_word(self) -> str | None:
        return self.op.padding_word

    def references(self) -> tuple[str, ...]:
        """As the op."""
        return self.op.references()

    def settle(self, *shapes: Shape) -> Settled:
        """What the rule says, kept for the next question about the same shapes."""
        if shapes not in self._kept:
            if len(self._kept) == MAX_KEPT:
                self._kept.clear()
            self._kept[shapes] = self._ask(*shapes)
        return self._kept[shapes]

    def _ask(self, *shapes: Shape) -> Settled:
        try:
            return self.rule(self.op, *shapes)
        except ConvcalcError as error:
            error.key = self.words.get(error.key or "", error.key)
            raise

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """As the rule says."""
        return self.settle(shape, *others).output

    def windows(self, shape: Shape) -> Windows:
        """As the rule says."""
        return self.settle(shape).windows if not self._reads_several else ()

    @property
    def _reads_several(self) -> bool:
        return self.joins or bool(self.references())

    def _teller(self, shape: Shape) -> Op:
        """The op that tells the rest."""
        return self.op if self._reads_several else self.settle(shape).op or self.op

    def weights(self, shape: Shape) -> Weights | None:
        """As the op."""
        return self._teller(shape).weights(shape)

    def macs(self, shape: Shape, output: Shape) -> int | None:
        """As the op."""
        return self._teller(shape).macs(shape, output)

    def axes(self, shape: Shape) -> tuple[int, ...] | None:
        """As the op."""
        return self._teller(shape).axes(shape)

    def taps(self, shape: Shape, output: Shape) -> tuple[Taps | None, ...]:
        """Those of the windows, where there are some."""
        if windows := self.windows(shape):
            return tuple([window.taps(cells) for window, cells in zip(windows, shape.size, strict=True)])
        return self._teller(shape).taps(shape, output)

    def notes(self, shape: Shape, output: Shape) -> list[Note]:
        """Those of the rule, and of the windows or the op."""
        if 0 in output.size:
            return [Note("empty", "nothing comes out: the size is 0")]
        said = () if self._reads_several else self.settle(shape).notes
        windows = self.windows(shape)
        if not windows:
            return [*said, *self._teller(shape).notes(shape, output)]
        direct = [window for window in windows if isinstance(window, Window)]
        if direct:
            return [*said, *direct_notes(direct, shape.size, self.padding_word)]
        spread = [window for window in windows if isinstance(window, TransposedWindow)]
        return [*said, *spread_notes(spread, shape.size)]


def refuser(framework: str) -> Callable[..., Impossible]:
    """What makes a framework's refusals: its rule in its own words, the knob, and what works."""

    def refuse(rule: str, key: str | None = None, hint: str | None = None, *, kind: str = REFUSED) -> Impossible:
        return Impossible(f"{framework} refuses this: {rule}", key=key, hint=hint, kind=kind)

    return refuse


def refusing(error: Impossible) -> Rule:
    """What a constructor refuses is refused for every shape."""

    def rule(op: Op, *shapes: Shape) -> Settled:
        raise Impossible(error.what, key=error.key, hint=error.hint, kind=error.kind)

    return rule


def first(rules: Sequence[Rule]) -> Rule:
    """Rules that only refuse, and the last of them, which answers."""

    def rule(op: Op, *shapes: Shape) -> Settled:
        for check in rules[:-1]:
            check(op, *shapes)
        return rules[-1](op, *shapes)

    return rule
