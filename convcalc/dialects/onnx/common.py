"""What several of ONNX's operators share: opsets, attribute lists, auto_pad, refusals. The words are onnxruntime's."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from convcalc.dialects.dialect import Made, Spelling
from convcalc.dialects.ruled import Rule, Settled, refuser, refusing
from convcalc.dialects.signature import Rank, Signature
from convcalc.errors import CHANNELS, Impossible, Malformed
from convcalc.ops.op import Op
from convcalc.shape import Shape, show_axes
from convcalc.window import Sides, Window

refuse = refuser("onnxruntime")

NEWEST = 26
"""The newest opset that onnxruntime 1.31 reads."""

WORDS = {"VALID": "valid", "SAME_UPPER": "same", "SAME_LOWER": "same-lower"}
"""What auto_pad says, and the padding word that means it."""

SAME = ("same", "same-lower")

WINDOW = (
    "auto_pad: Text = 'NOTSET', dilations: Counts = None, kernel_shape: Counts{kernel}, "
    "pads: List = None, strides: Counts = None"
)


def since(first: int) -> range:
    """The opsets from `first` on."""
    return range(first, NEWEST + 1)


ALWAYS = since(1)

Maker = Callable[[Any, Rank], Made]


class Operator(NamedTuple):
    """A node type: its attributes (and what else it is given), what it makes of them, the opsets that have it.

    The maker finds the opset in what is given. An attribute that not all opsets have defaults to None.
    """

    attributes: str
    make: Maker
    opsets: range = ALWAYS
    spans: Mapping[str, range] = {}
    """The opsets of the attributes that not all opsets have."""


def spelled(name: str, operator: Operator, opset: int) -> Spelling:
    """The operator as one opset has it. What that opset lacks is refused; attributes have no places."""

    def make(given: Any, rank: Rank) -> Made:
        given.opset = opset
        made = operator.make(given, rank)
        error = _unknown_to(opset, name, operator, vars(given))
        return Made(made.op, refusing(error)) if error else made

    return Spelling(Signature(f"*, {operator.attributes}" if operator.attributes else ""), make)


def _unknown_to(opset: int, name: str, operator: Operator, given: Mapping[str, object]) -> Impossible | None:
    if opset not in operator.opsets:
        return refuse(f"could not find an implementation for {name} at opset {opset}", None, _told(operator.opsets))
    for key, opsets in operator.spans.items():
        if given[key] is not None and opset not in opsets:
            return lacking(name, key, opsets, key)
    return None


def lacking(name: str, attribute: str, opsets: range, key: str) -> Impossible:
    """The refusal of an attribute that an opset does not have."""
    return refuse(f"unrecognized attribute: {attribute} for operator {name}", key, _told(opsets))


def _told(opsets: range) -> str:
    first, last = opsets[0], opsets[-1]
    if last == NEWEST:
        return f"opset {first} and later have it"
    return f"opset {last} and earlier have it" if first == 1 else f"opsets {first} to {last} have it"


def of_length(given: Any, axes: int, **each: int) -> None:
    """Refuse attributes that have not so many numbers for each axis. Raises `Malformed`."""
    for key, count in each.items():
        value = getattr(given, key)
        if value is not None and len(value) != axes * count:
            raise Malformed(f"must have {axes * count} numbers for {axes} axes, got {len(value)}", key=key)


def weights_of(shape: Sequence[int], key: str) -> tuple[int, int, tuple[int, ...]]:
    """The two channel counts of weights, and their kernel. Raises `Malformed`."""
    if len(shape) < 3:
        raise Malformed(f"must be two counts of channels and a kernel, got {list(shape)}", key=key)
    return shape[0], shape[1], tuple(shape[2:])


def pairs_of(pads: Sequence[int] | None, axes: int) -> tuple[Sides, ...]:
    """ONNX tells all befores, then all afters."""
    numbers = pads or (0,) * 2 * axes
    return tuple(zip(numbers[:axes], numbers[axes:], strict=True))


def pads_of(sides: Sequence[Sides]) -> list[int]:
    """The inverse of `pairs_of`."""
    return [before for before, _ in sides] + [after for _, after in sides]


def padding_error(given: Any) -> Impossible | None:
    """What is refused of auto_pad and pads, whatever the node."""
    if given.auto_pad not in ("NOTSET", *WORDS):
        known = ", ".join(("NOTSET", *WORDS))
        return refuse(f"unknown AutoPadType string {given.auto_pad!r}", "auto_pad", f"known are {known}")
    if min(given.pads or (0,)) < 0:
        return negative_pads()
    return None


def negative_pads() -> Impossible:
    """Only a Pad takes cells away."""
    what = "attribute pads must not contain negative values"
    return refuse(what, "padding", "a Pad with negative pads before the layer crops")


def weights_error(given: Any, kernel: tuple[int, ...]) -> Impossible | None:
    """What a Conv and a ConvTranspose refuse of kernel_shape, auto_pad and pads."""
    if given.kernel_shape not in (None, kernel):
        what = f"kernel_shape is not compatible with W shape. kernel_shape: {list(given.kernel_shape)}"
        return refuse(f"{what} W: {list(given.W)}", "kernel_shape", f"{list(kernel)} is, or leave it out")
    if given.pads is not None and given.auto_pad in WORDS:
        what = "a Conv/ConvTranspose node has both 'auto_pad' and 'pads' attributes"
        return refuse(what, "auto_pad", "leave one of them out")
    return padding_error(given)


def padding_of(given: Any, axes: int) -> str | tuple[Sides, ...]:
    """The padding as a native op takes it; auto_pad wins over pads."""
    return WORDS.get(given.auto_pad) or pairs_of(given.pads, axes)


def of_axes(axes: int, key: str) -> Rule:
    """A node reads as many axes as its kernel has."""

    def check(op: Op, shape: Shape, *others: Shape) -> Settled:
        needs_axes(op, shape)
        if len(shape.size) != axes:
            what = f"{key} has {axes} spatial dimensions, the input {shape} has {len(shape.size)}"
            raise refuse(f"number of spatial dimensions does not match: {what}", key)
        return Settled(shape)

    return check


def reads_channels(count: int, key: str, rule: str) -> Rule:
    """The weights are made for so many channels."""

    def check(op: Op, shape: Shape, *others: Shape) -> Settled:
        if shape.channels not in (None, count):
            raise refuse(f"{rule}: the input has {shape.channels}, {key} is for {count}", key, kind=CHANNELS)
        return Settled(shape)

    return check


def renaming(rule: Rule, **keys: str) -> Rule:
    """The rule, its errors under other keys, where a node's attribute is not called as everywhere else."""

    def renamed(op: Op, *shapes: Shape) -> Settled:
        try:
            return rule(op, *shapes)
        except Impossible as error:
            error.key = keys.get(error.key or "", error.key)
            raise

    return renamed


def needs_axes(op: Op, shape: Shape, *others: Shape) -> Settled:
    """A feature vector is no image."""
    if not shape.size:
        raise refuse(f"input tensor must have at least 3 dimensions, got {shape} and its batch")
    return Settled(shape)


def quotient(top: int, below: int) -> int:
    """The quotient as C rounds it, toward zero."""
    return top // below if top >= 0 else -(-top // below)


def in_numbers(window: Window, cells: int, *, more: int = 0) -> Window:
    """SAME in numbers: what the kernel, undilated, lacks of `ceil(in / stride)` positions, be it below 0.

    The odd cell is after, but before with SAME_LOWER; where cells are left over, `more` are before.
    """
    total = (-(-cells // window.stride) - 1) * window.stride + window.kernel - cells
    before = quotient(total + (window.padding == "same-lower") + (more if total < 0 else 0), 2)
    return window._replace(padding=(before, total - before))


def as_read(window: Window, cells: int, count: int) -> Window:
    """The window with the padding that its last position reads.

    Cells that none reaches are no padding, and a position that hangs over, as division toward zero can count, has some.
    """
    before, _ = window.pads(cells)
    read = window._replace(padding=(before, max((count - 1) * window.stride + window.extent - before - cells, 0)))
    return read if read.output(cells) == count else window


def dimensions_of(shape: Shape, batch: int = 1) -> list[int | None]:
    """Batch, channels and axes."""
    return [batch, shape.channels, *shape.size]


def shape_of(dimensions: Sequence[int | None]) -> Shape:
    """The shape that dimensions are, the batch before them being 1. Raises `Impossible`."""
    batch, channels, *size = dimensions
    if batch != 1 or None in size:
        told = show_axes(["?" if n is None else n for n in dimensions]) if len(set(dimensions)) > 1 else batch
        raise refuse(f"the batch is not written, and {told} would change it")
    return Shape(channels, tuple([cells for cells in size if cells is not None]))
