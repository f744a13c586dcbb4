"""Where frameworks disagree on the same layer: a topic each, with the smallest example, found by looking.

It knows which questions to ask, not the answers: those are the dialects'.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

from convcalc.dialects import NAMES, dialect_named
from convcalc.dialects.dialect import Dialect
from convcalc.errors import ConvcalcError
from convcalc.ops.convolution import Conv, TransposedConv
from convcalc.ops.dense import Dense
from convcalc.ops.op import Op
from convcalc.ops.pooling import AvgPool, MaxPool
from convcalc.ops.resampling import Upsample
from convcalc.shape import Shape, show_size

REFUSED = "refused"

Knobs = Mapping[str, Any]


class Topic(NamedTuple):
    """A question on which frameworks may disagree, and the layers that ask it."""

    title: str
    why: str
    op: type[Op]
    fixed: Knobs
    """Knobs that are the same in all of its layers."""
    searched: Mapping[str, range]
    """Knobs, and `input`, that are tried from small to large."""
    where: Callable[[Any], bool] = lambda _knobs: True
    """Which combinations ask the question."""
    rank: int = 1
    channels: int | None = None
    between: tuple[str, str] | None = None
    """Two frameworks that must disagree; any two, where none are named."""


class Example(NamedTuple):
    """The smallest layer and input on which frameworks disagree, and what each gives: a size, or `refused`."""

    topic: Topic
    op: Op
    shape: Shape
    answers: Mapping[str, str]


SMALL = range(1, 6)

TOPICS: tuple[Topic, ...] = (
    Topic(
        "`same` with a stride",
        "PyTorch has `padding='same'` for stride 1 alone; the others pad for `ceil(in / stride)`.",
        Conv,
        {"padding": "same"},
        {"kernel": range(3, 4), "stride": range(2, 4), "input": range(4, 6)},
    ),
    Topic(
        "a kernel larger than its padded input",
        "JAX clamps the size at 0, the others refuse.",
        Conv,
        {},
        {"kernel": SMALL, "input": SMALL},
        lambda knobs: knobs["kernel"] > knobs["input"],
    ),
    Topic(
        "stride and dilation at once",
        "Keras refuses it in its convolutions.",
        Conv,
        {},
        {"kernel": range(2, 4), "stride": range(2, 3), "dilation": range(2, 3), "input": range(1, 9)},
        lambda knobs: knobs["input"] > knobs["dilation"] * (knobs["kernel"] - 1),
    ),
    Topic(
        "`same` with a dilation",
        "onnxruntime refuses auto_pad with dilations.",
        Conv,
        {"padding": "same"},
        {"kernel": range(3, 4), "dilation": range(2, 3), "input": range(5, 9)},
    ),
    Topic(
        "negative padding",
        "Only some take cells away inside a convolution.",
        Conv,
        {"padding": -1},
        {"kernel": range(3, 4), "input": range(5, 9)},
    ),
    Topic(
        "padding that wraps around more than once",
        "PyTorch refuses it; elsewhere it is a pad layer's matter.",
        Conv,
        {"padding_mode": "circular"},
        {"kernel": range(3, 4), "padding": SMALL, "input": SMALL},
        lambda knobs: knobs["padding"] > knobs["input"],
    ),
    Topic(
        "a transposed kernel smaller than its stride",
        "Keras and JAX give at least `stride` cells for each input, PyTorch and ONNX end with the last kernel.",
        TransposedConv,
        {},
        {"kernel": range(1, 4), "stride": range(2, 4), "input": SMALL},
        lambda knobs: knobs["kernel"] < knobs["stride"],
    ),
    Topic(
        "a transposed `same`",
        "PyTorch has no such padding; onnxruntime crops nothing where the kernel is smaller than the stride.",
        TransposedConv,
        {"padding": "same"},
        {"kernel": range(1, 4), "stride": range(2, 4), "input": SMALL},
        lambda knobs: knobs["kernel"] < knobs["stride"],
    ),
    Topic(
        "a transposed padding in numbers",
        "For PyTorch and ONNX it is a crop, for JAX a padding of the dilated input: the opposite.",
        TransposedConv,
        {"stride": 2},
        {"kernel": range(3, 4), "padding": range(1, 3), "input": range(3, 6)},
    ),
    Topic(
        "output_padding not below the stride",
        "PyTorch allows it below the dilation.",
        TransposedConv,
        {"output_padding": 1},
        {"kernel": range(3, 4), "dilation": range(2, 3), "input": range(2, 6)},
    ),
    Topic(
        "pool padding above half the kernel",
        "PyTorch refuses it.",
        MaxPool,
        {"stride": 1},
        {"kernel": range(2, 6), "padding": SMALL, "input": SMALL},
        lambda knobs: knobs["kernel"] // 2 < knobs["padding"] < knobs["kernel"],
    ),
    Topic(
        "a pool larger than its input",
        "onnxruntime divides towards zero and can find room for one; JAX gives 0, the others refuse.",
        MaxPool,
        {},
        {"kernel": range(2, 6), "stride": range(1, 5), "input": SMALL},
        lambda knobs: knobs["input"] < knobs["kernel"] < knobs["input"] + knobs["stride"],
    ),
    Topic(
        "ceil mode",
        "Keras, TensorFlow and Flax have none; `same` is not the same.",
        MaxPool,
        {"ceil": True},
        {"kernel": range(2, 4), "stride": range(2, 3), "input": range(2, 6)},
        lambda knobs: (knobs["input"] - knobs["kernel"]) % knobs["stride"],
        between=("torch", "keras"),
    ),
    Topic(
        "an average over three axes, smaller than the kernel",
        "PyTorch's AvgPool3d wants the kernel inside the input, whatever the padding.",
        AvgPool,
        {"stride": 1},
        {"kernel": range(2, 6), "padding": range(1, 3), "input": SMALL},
        lambda knobs: knobs["input"] < knobs["kernel"] and knobs["padding"] == knobs["kernel"] // 2,
        rank=3,
    ),
    Topic(
        "resizing by a fraction",
        "PyTorch multiplies in double precision, onnxruntime in single.",
        Upsample,
        {"scale": "23/10"},
        {"input": range(1, 101)},
        between=("torch", "onnx"),
    ),
    Topic(
        "a dense layer on more than a vector",
        "Keras and Flax read the channels of each cell, PyTorch the last axis.",
        Dense,
        {},
        {"out": range(5, 6), "input": range(3, 4)},
        channels=2,
    ),
)


def examples() -> list[Example]:
    """The smallest example of each topic on which the frameworks disagree."""
    dialects = [found for name in NAMES if (found := dialect_named(name))]
    smallest = [next(_disagreements(topic, dialects), None) for topic in TOPICS]
    return [example for example in smallest if example]


def _disagreements(topic: Topic, dialects: list[Dialect]) -> Iterator[Example]:
    names = list(topic.searched)
    for values in sorted(product(*topic.searched.values()), key=lambda values: (sum(values), values)):
        knobs = dict(zip(names, values, strict=True))
        if not topic.where(knobs):
            continue
        op = topic.op(**topic.fixed, **{name: value for name, value in knobs.items() if name != "input"})
        shape = Shape(topic.channels, (knobs["input"],) * topic.rank)
        answers = {dialect.name: _answer(dialect, op, shape) for dialect in dialects}
        if len({answers[name] for name in topic.between or answers}) > 1:
            yield Example(topic, op, shape, answers)


def _answer(dialect: Dialect, op: Op, shape: Shape) -> str:
    try:
        output = dialect.adopt(op).output(shape)
    except ConvcalcError:
        return REFUSED
    return str(output) if shape.channels is not None else show_size(output.size)
