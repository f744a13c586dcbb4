"""The Keras lines that do what was asked, cell for cell: on a tensor `x`, channels last, with `keras` imported."""

from convcalc.dialects.asked import Asked, arguments, channels_of, groups_of, one_or_all, share_of, unless
from convcalc.window import Sides


def paste(asked: Asked) -> list[str] | None:
    """The lines, or None where Keras can't be made to do it by layers."""
    if asked.rank > 3:
        return None
    if asked.kind == "transposed":
        return _transposed(asked)
    return {"max": _max, "avg": _average}.get(asked.kind, _conv)(asked)


def _around(name: str, sides: tuple[Sides, ...]) -> list[str]:
    """A layer that adds or crops cells, where there are some."""
    if not any(map(any, sides)):
        return []
    told = one_or_all([before if before == after else (before, after) for before, after in sides])
    if len(sides) > 1 and any(before != after for before, after in sides):
        told = str(sides)
    return [f"x = keras.layers.{name}{len(sides)}D({told})(x)"]


def _prepared(asked: Asked) -> list[str]:
    """What stands before a layer that pads nothing, so that it is padded as asked."""
    return [*_added(asked), *_around("Cropping", asked.taken)]


def _added(asked: Asked) -> list[str]:
    if asked.mode == "zeros":
        return _around("ZeroPadding", asked.added)
    if asked.mode == "reflect":
        return [_pad(asked.added, ", mode='reflect'")] if any(map(any, asked.added)) else []
    axes = enumerate(zip(asked.shape.size, asked.added, strict=True), start=1)
    return [_taken(asked.mode, axis, cells, pair) for axis, (cells, pair) in axes if any(pair)]


def _pad(sides: tuple[Sides, ...], how: str) -> str:
    return f"x = {_padded(sides, how)}"


def _padded(sides: tuple[Sides, ...], how: str = "", what: str = "x") -> str:
    return f"keras.ops.pad({what}, {((0, 0), *sides, (0, 0))}{how})"


def _taken(mode: str, axis: int, cells: int, sides: Sides) -> str:
    """An axis made longer by cells of its own: around and around, or the outermost ones."""
    places = f"keras.ops.arange({-sides[0]}, {cells + sides[1]})"
    cut = f"{places} % {cells}" if mode == "circular" else f"keras.ops.clip({places}, 0, {cells - 1})"
    return f"x = keras.ops.take(x, {cut}, axis={axis})"


def _conv(asked: Asked) -> list[str]:
    """All but depthwise layers do not stride and dilate at once: every cell is computed then, and some are taken."""
    if asked.strides_and_dilates and not _depthwise(asked):
        steps = ", ".join([f"::{stride}" if stride > 1 else ":" for stride in asked.stride])
        return [*_prepared(asked), _conv_line(asked.unstrided(), None), f"x = x[:, {steps}]"]
    word = _word(asked)
    return [*([] if word else _prepared(asked)), _conv_line(asked, word)]


def _word(asked: Asked) -> str | None:
    if asked.mode != "zeros":
        return None
    causal = tuple([(extent - 1, 0) for extent in asked.extents])
    if asked.kind == "conv" and asked.rank == 1 and asked.sides == causal and not asked.unpadded:
        return "'causal'"
    return "'same'" if asked.same else None


def _depthwise(asked: Asked) -> bool:
    """There is a depthwise layer for one and two axes; groups of one channel are the same."""
    return asked.kind == "depthwise" and asked.rank < 3


def _conv_line(asked: Asked, word: str | None) -> str:
    depthwise = _depthwise(asked)
    settings = arguments(
        *([] if depthwise else [channels_of(asked)[1]]),
        one_or_all(asked.kernel),
        strides=unless(1, asked.stride),
        padding=word,
        dilation_rate=unless(1, asked.dilation),
        groups=None if depthwise else groups_of(asked),
        depth_multiplier=asked.multiplier if depthwise and asked.multiplier > 1 else None,
        use_bias=None if asked.bias else False,
    )
    return f"x = keras.layers.{'DepthwiseConv' if depthwise else 'Conv'}{asked.rank}D({settings})(x)"


def _transposed(asked: Asked) -> list[str] | None:
    """Keras' own 'same' where it comes to that, else everything, and a crop."""
    if asked.strides_and_dilates:
        return None
    grown = tuple([cells * stride for cells, stride in zip(asked.shape.size, asked.stride, strict=True)])
    if asked.output.size == grown and asked.sides == asked.same_sides(grown):
        return [_transposed_line(asked, "'same'", None)]
    missing = tuple([after for _, after in asked.taken])
    beyond = any(more >= stride for more, stride in zip(missing, asked.stride, strict=True) if more)
    if beyond or any(before for before, _ in asked.taken):
        zeros, fed = asked.fed()
        return [*_around("ZeroPadding", zeros), *(_transposed(fed) or [])]
    default = tuple([max(stride - extent, 0) for stride, extent in zip(asked.stride, asked.extents, strict=True)])
    added = None if missing == default else one_or_all(missing)
    return [_transposed_line(asked, None, added), *_around("Cropping", asked.added)]


def _transposed_line(asked: Asked, word: str | None, added: str | None) -> str:
    """Keras' transposed layers have no groups: there is a layer for each then."""
    out = channels_of(asked)[1]
    settings = arguments(
        share_of(out, asked.groups),
        one_or_all(asked.kernel),
        strides=unless(1, asked.stride),
        padding=word,
        output_padding=added,
        dilation_rate=unless(1, asked.dilation),
        use_bias=None if asked.bias else False,
    )
    layer = f"keras.layers.Conv{asked.rank}DTranspose({settings})"
    if asked.groups == 1:
        return f"x = {layer}(x)"
    parts = f"[{layer}(part) for part in keras.ops.split(x, {asked.groups}, axis=-1)]"
    return f"x = keras.ops.concatenate({parts}, axis=-1)"


def _max(asked: Asked) -> list[str] | None:
    asked = asked.filled()
    if set(asked.dilation) != {1}:
        return None
    if asked.same:
        return [f"x = {_pool(asked, same=True)}(x)"]
    least = ", constant_values=float('-inf')"
    added = [_pad(asked.added, least)] if any(map(any, asked.added)) else []
    return [*added, *_around("Cropping", asked.taken), f"x = {_pool(asked)}(x)"]


def _average(asked: Asked) -> list[str] | None:
    """By the layer itself; else what does not count is padded, and its share taken out."""
    if set(asked.dilation) != {1}:
        return None
    counted, past = asked.averaged()
    if counted.unpadded and asked.filled().same:
        return [f"x = {_pool(asked, same=True)}(x)"]
    if not any(map(any, past)):
        return [*_prepared(counted), f"x = {_pool(asked)}(x)"]
    cells = f"cells = {_pool(asked)}({_padded(past, what='keras.ops.ones_like(x)')})"
    return [*_prepared(counted), cells, f"x = {_pool(asked)}({_padded(past)}) / cells"]


def _pool(asked: Asked, *, same: bool = False) -> str:
    strides = None if asked.stride == asked.kernel else one_or_all(asked.stride)
    settings = arguments(one_or_all(asked.kernel), strides=strides, padding="'same'" if same else None)
    return f"keras.layers.{'Max' if asked.kind == 'max' else 'Average'}Pooling{asked.rank}D({settings})"
