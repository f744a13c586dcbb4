"""What a layer really gives: the window itself is asked, and the framework. It knows no range and no rank."""

from collections.abc import Sequence
from typing import NamedTuple

from convcalc.dialects import dialect_named
from convcalc.errors import ConvcalcError
from convcalc.ops.convolution import Conv, TransposedConv
from convcalc.ops.op import Op
from convcalc.ops.pooling import MaxPool
from convcalc.shape import Shape
from convcalc.solve.knobs import EMPTY, Span
from convcalc.window import SIZE_DEPENDENT, TransposedWindow, Window

AnyWindow = Window | TransposedWindow
Windows = tuple[AnyWindow, ...]

OPS: dict[str, type[Op]] = {"conv": Conv, "tconv": TransposedConv, "pool": MaxPool}

OWN_MEANING = frozenset({("keras", "tconv"), ("onnx", "tconv"), ("jax", "tconv"), ("onnx", "pool")})
"""Where the numbers or words of a layer mean something else than natively, so that no closed form holds."""


class Settled(NamedTuple):
    """A layer on one size."""

    layer: Op | None
    """None where nobody had to be asked."""
    output: tuple[int, ...]
    used: Windows
    """The window on each axis that gives the output, its padding in numbers."""
    told: Windows
    """The same; but numbers of a layer stay as they are written, whatever they mean to the framework."""


class Affine(NamedTuple):
    """An axis on which `output(n) == n * times + add`."""

    times: int
    add: int

    def output(self, cells: int) -> int:
        """What comes out."""
        return cells * self.times + self.add

    def inputs(self, output: int) -> Span:
        """The one number of cells that gives `output`, or none."""
        cells, rest = divmod(output - self.add, self.times)
        return EMPTY if rest else (cells, cells)


class Asked(NamedTuple):
    """An axis whose output the framework is asked for: it may differ by one from the window's."""

    window: Window
    layer: Op

    def output(self, cells: int) -> int:
        """What comes out; 0 where it is refused."""
        output = _given(self.layer, (cells,))
        return output[0] if output else 0

    def inputs(self, output: int) -> Span:
        """Where the cells that give `output` may lie."""
        least, most = self.window.inputs(output)
        return max(least - self.window.stride, 1), most + self.window.stride


Line = Window | Affine | Asked
"""What tells the output of an axis."""


class Settler:
    """Settles the layers of one op under one framework (or none)."""

    def __init__(self, op: str, framework: str | None) -> None:
        self.op = op
        self.dialect = dialect_named(framework)
        self.own_meaning = (framework, op) in OWN_MEANING

    def lines(self, windows: Windows) -> Sequence[Line]:
        """What tells the output of each axis; none where the framework refuses the layer on any size."""
        if not self.own_meaning:
            return [window if isinstance(window, Window) else Affine(*window.affine()) for window in windows]
        direct = [window for window in windows if isinstance(window, Window)]
        if direct:
            return [Asked(window, self._adopted((window,))) for window in direct]
        far = sum([window.extent + window.stride + 2 * _most_padding(window) for window in windows])
        try:
            found = self._adopted(windows).output(Shape(None, (far,) * len(windows))).size
        except ConvcalcError:
            return []
        return [Affine(w.stride, output - far * w.stride) for w, output in zip(windows, found, strict=True)]

    def settle(self, windows: Windows, cells: tuple[int, ...]) -> Settled | None:
        """The layer on these sizes; None where it is refused."""
        if self.own_meaning:
            return self._ruled(windows, cells)
        axes = list(zip(windows, cells, strict=True))
        output = tuple([window.output(n) for window, n in axes])
        if min(output) < 1 or not all(_in_reach(window) for window in windows):
            return None
        layer = None
        if self.dialect:
            layer = layer_of(self.op, windows)
            if _given(self.dialect.adopt(layer), cells) != output:
                return None
        used = tuple([_in_numbers(window, n) for window, n in axes])
        return Settled(layer, output, used, used)

    def _adopted(self, windows: Windows) -> Op:
        layer = layer_of(self.op, windows, explicit=True)
        return self.dialect.adopt(layer) if self.dialect else layer

    def _ruled(self, windows: Windows, cells: tuple[int, ...]) -> Settled | None:
        adopted = self._adopted(windows)
        output = _given(adopted, cells)
        if output is None or min(output) < 1:
            return None
        layer, bare = layer_of(self.op, windows, explicit=True), layer_of(self.op, windows)
        if self.dialect and _given(self.dialect.adopt(bare), cells) == output:
            layer = bare
        used = adopted.windows(Shape(None, cells))
        return Settled(layer, output, used, used if isinstance(windows[0].padding, str) else windows)


def _given(layer: Op, cells: tuple[int, ...]) -> tuple[int, ...] | None:
    try:
        return layer.output(Shape(None, cells)).size
    except ConvcalcError:
        return None


def layer_of(op: str, windows: Windows, *, explicit: bool = False) -> Op:
    """The op with these windows; an output_padding of 0 is left out, unless `explicit`."""
    padding = [window.padding for window in windows]
    knobs: dict[str, object] = {
        "kernel": _folded([window.kernel for window in windows]),
        "stride": _folded([window.stride for window in windows]),
        "padding": padding[0] if isinstance(padding[0], str) else _folded(padding),
        "dilation": _folded([window.dilation for window in windows]),
    }
    added = [window.output_padding for window in windows if isinstance(window, TransposedWindow)]
    if any(added) or (added and added[0] is not None and (explicit or padding[0] in SIZE_DEPENDENT)):
        knobs["output_padding"] = _folded(added)
    if op == "pool":
        knobs["ceil"] = any(window.ceil for window in windows if isinstance(window, Window))
    return OPS[op](**knobs)


def _folded(values: Sequence[object]) -> tuple[object, ...]:
    """Once where all axes agree."""
    return (values[0],) if len(set(values)) == 1 else tuple(values)


def _in_reach(window: AnyWindow) -> bool:
    """Whether a transposed window may have its output_padding under `same`; in numbers the ranges see to it."""
    if isinstance(window, Window) or window.output_padding is None or window.padding not in SIZE_DEPENDENT:
        return True
    least, most = window.reachable(1)
    return least <= window.output(1) <= most


def _in_numbers(window: AnyWindow, cells: int) -> AnyWindow:
    if isinstance(window, Window):
        return window._replace(padding=window.pads(cells))
    return window.resolve(cells)


def _most_padding(window: AnyWindow) -> int:
    return max(map(abs, window.padding)) if isinstance(window.padding, tuple) else window.extent
