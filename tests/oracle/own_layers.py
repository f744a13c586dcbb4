"""A layer with a padding word in each framework's own spelling of it: a line to run, no pad before it."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from reference import Data

from convcalc.dialects.asked import Asked, arguments

WORDS: Mapping[str, Mapping[str, str]] = {
    "torch": {"same": "same", "valid": "valid"},
    "keras": {"same": "same", "valid": "valid", "causal": "causal"},
    "tf": {"same": "SAME", "valid": "VALID"},
    "onnx": {"same": "SAME_UPPER", "same-lower": "SAME_LOWER", "valid": "VALID"},
    "jax": {"same": "SAME", "same-lower": "SAME_LOWER", "valid": "VALID", "causal": "CAUSAL"},
}
"""How each framework spells the words that it has."""


class Own(NamedTuple):
    """What a layer is asked to do, its padding left to a word of the framework's."""

    asked: Asked
    word: str
    groups: int
    added: tuple[int, ...] | None
    """The output_padding, one value an axis, where one is given."""


def own_line(framework: str, asked: Asked, op: Any, word: str, data: Data) -> str:
    """The line, with `word` as the framework spells it."""
    groups = data.x.shape[1] if asked.kind == "depthwise" else asked.groups
    added = getattr(op, "output_padding", None)
    return _LINES[framework](Own(asked, repr(word), groups, added and (added * asked.rank)[: asked.rank]))


def _torch(own: Own) -> str:
    asked, word = own.asked, own.word
    ends = asked.shape.channels, asked.output.channels
    settings = arguments(*ends, asked.kernel, asked.stride, word, asked.dilation, own.groups, asked.bias)
    return f"x = nn.Conv{asked.rank}d({settings})(x)"


def _keras(own: Own) -> str:
    asked, word = own.asked, own.word
    rank, window = asked.rank, arguments(asked.kernel, asked.stride, word)
    more = arguments(dilation_rate=str(asked.dilation), use_bias=asked.bias)
    out = asked.output.channels
    lines = {
        "conv": f"Conv{rank}D({out}, {window}, groups={own.groups}, {more})",
        "depthwise": f"DepthwiseConv{rank}D({window}, depth_multiplier={asked.multiplier}, {more})",
        "transposed": f"Conv{rank}DTranspose({out}, {window}, {more}, output_padding={own.added})",
        "max": f"MaxPooling{rank}D({window})",
        "avg": f"AveragePooling{rank}D({window})",
    }
    return f"x = keras.layers.{lines[asked.kind]}(x)"


def _tf(own: Own) -> str:
    asked, word = own.asked, own.word
    rank, strides, dilations = asked.rank, (1, *asked.stride, 1), (1, *asked.dilation, 1)
    shape = f"(tf.shape(x)[0], {', '.join(map(str, asked.output.size))}, {asked.output.channels})"
    lines = {
        "conv": f"conv{rank}d(x, filters, {strides}, {word}, dilations={dilations})",
        "depthwise": f"depthwise_conv2d(x, filters, {strides}, {word}, dilations={asked.dilation})",
        "transposed": f"conv{rank}d_transpose(x, filters, {shape}, {strides}, {word}, dilations={dilations})",
        "max": f"max_pool{rank}d(x, {asked.kernel}, {asked.stride}, {word})",
        "avg": f"avg_pool{rank}d(x, {asked.kernel}, {asked.stride}, {word})",
    }
    return f"x = tf.nn.{lines[asked.kind]}{_bias(asked)}"


def _bias(asked: Asked) -> str:
    return " + bias" if asked.bias and asked.kind not in {"max", "avg"} else ""


def _onnx(own: Own) -> str:
    asked, word = own.asked, own.word
    weights = ["W", "B"] if asked.bias else ["W"]
    kinds = {"transposed": "ConvTranspose", "max": "MaxPool", "avg": "AveragePool"}
    pool = asked.kind in {"max", "avg"}
    settings = arguments(
        repr(kinds.get(asked.kind, "Conv")),
        ["x", *([] if pool else weights)],
        ["y"],
        auto_pad=word,
        kernel_shape=asked.kernel,
        strides=asked.stride,
        dilations=None if max(asked.dilation) == 1 else asked.dilation,
        group=None if pool else own.groups,
        output_padding=own.added,
    )
    return f"helper.make_node({settings})"


def _jax(own: Own) -> str:
    asked, word = own.asked, own.word
    if asked.kind in {"max", "avg"}:
        counts = ", count_include_pad=False" if asked.kind == "avg" else ""
        return f"x = linen.{asked.kind}_pool(x, {asked.kernel}, {asked.stride}, {word}{counts})"
    out = asked.output.channels
    more = arguments(asked.kernel, asked.stride, word, kernel_dilation=asked.dilation, use_bias=asked.bias)
    params = "{'kernel': rhs, 'bias': bias}" if asked.bias else "{'kernel': rhs}"
    layer = f"Conv({out}, {more}, feature_group_count={own.groups})"
    if asked.kind == "transposed":
        layer = f"ConvTranspose({out}, {more}, transpose_kernel=True)"
    return f"x = linen.{layer}.apply({{'params': {params}}}, x)"


_LINES: Mapping[str, Callable[[Own], str]] = {
    "torch": _torch,
    "keras": _keras,
    "tf": _tf,
    "onnx": _onnx,
    "jax": _jax,
}
