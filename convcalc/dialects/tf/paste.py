"""The TensorFlow lines that do what was asked, cell for cell: on a tensor `x`, channels last, with `tf` imported.

The weights are `filters` and `bias`, and the shape of the filters stands in a comment.
"""

from convcalc.dialects.asked import Asked, arguments, channels_of, groups_of, one_or_all, share_of, unless
from convcalc.window import Sides


def paste(asked: Asked) -> list[str] | None:
    """The lines, or None where TensorFlow can't be made to do it."""
    if asked.rank > 3:
        return None
    makers = {"transposed": _transposed, "depthwise": _depthwise, "max": _max, "avg": _average}
    return makers.get(asked.kind, _conv)(asked)


def _full(sides: tuple[Sides, ...]) -> str:
    return str([[0, 0], *[list(pair) for pair in sides], [0, 0]])


def _padded(sides: tuple[Sides, ...], how: str = "", what: str = "x") -> str:
    return f"tf.pad({what}, {_full(sides)}{how})"


def _prepared(asked: Asked, how: str = "") -> list[str]:
    """What stands before a layer that pads nothing, so that it is padded as asked."""
    return [*_added(asked, how), *_cropped(asked.taken)]


def _added(asked: Asked, how: str) -> list[str]:
    if asked.mode in ("zeros", "reflect"):
        how = how or (", 'REFLECT'" if asked.mode == "reflect" else "")
        return [f"x = {_padded(asked.added, how)}"] if any(map(any, asked.added)) else []
    axes = enumerate(zip(asked.shape.size, asked.added, strict=True), start=1)
    return [_gathered(asked.mode, axis, cells, pair) for axis, (cells, pair) in axes if any(pair)]


def _gathered(mode: str, axis: int, cells: int, sides: Sides) -> str:
    """An axis made longer by cells of its own: around and around, or the outermost ones."""
    places = f"tf.range({-sides[0]}, {cells + sides[1]})"
    cut = f"{places} % {cells}" if mode == "circular" else f"tf.clip_by_value({places}, 0, {cells - 1})"
    return f"x = tf.gather(x, {cut}, axis={axis})"


def _cropped(taken: tuple[Sides, ...]) -> list[str]:
    """A slice that takes cells away at both ends of each axis."""
    if not any(map(any, taken)):
        return []
    spans = [f"{before or ''}:{-after or ''}" for before, after in taken]
    return [f"x = x[:, {', '.join(spans)}]"]


def _bias(asked: Asked) -> str:
    return " + bias" if asked.bias else ""


def _with_filters(line: str, asked: Asked, *channels: str) -> str:
    """The line, and the shape of its filters."""
    return f"{line}{_bias(asked)}  # filters ({', '.join([*map(str, asked.kernel), *channels])})"


def _by_group(layer: str, groups: object) -> list[str]:
    """A layer on `part` of the channels with `kernel`, for each group."""
    parts = f"parts = zip(tf.split(x, {groups}, axis=-1), tf.split(filters, {groups}, axis=-1))"
    return [parts, f"x = tf.concat([{layer} for part, kernel in parts], axis=-1)"]


def _conv(asked: Asked) -> list[str]:
    """conv3d knows no groups; a list of explicit padding is conv2d's alone."""
    before, padding = _prepared(asked), "'VALID'"
    if asked.mode == "zeros" and asked.same:
        before, padding = [], "'SAME'"
    elif asked.mode == "zeros" and asked.rank == 2 and not asked.unpadded and asked.taken == ((0, 0), (0, 0)):
        before, padding = [], _full(asked.sides)
    groups = groups_of(asked)
    split = groups is not None and asked.rank == 3
    layer = _conv_call(asked, padding, *(("part", "kernel") if split else ("x", "filters")))
    *first, line = _by_group(layer, groups) if split else [f"x = {layer}"]
    inner, out = channels_of(asked)
    return [*before, *first, _with_filters(line, asked, share_of(inner, groups or 1), out)]


def _conv_call(asked: Asked, padding: str, what: str, filters: str) -> str:
    strides, dilations = one_or_all(asked.stride), unless(1, asked.dilation)
    if asked.rank == 3:
        strides, dilations = str((1, *asked.stride, 1)), dilations and str((1, *asked.dilation, 1))
    name = "stride" if asked.rank == 1 else "strides"
    settings = arguments(what, filters, **{name: strides}, padding=padding, dilations=dilations)
    return f"tf.nn.conv{asked.rank}d({settings})"


def _depthwise(asked: Asked) -> list[str]:
    """depthwise_conv2d wants equal strides and gives a wrong size where it dilates, too; groups do all."""
    if asked.rank != 2 or asked.strides_and_dilates or len(set(asked.stride)) > 1:
        return _conv(asked)
    word = asked.mode == "zeros" and asked.same
    settings = arguments(
        "x",
        "filters",
        strides=(1, *asked.stride, 1),
        padding="'SAME'" if word else "'VALID'",
        dilations=str(asked.dilation) if set(asked.dilation) != {1} else None,
    )
    line = f"x = tf.nn.depthwise_conv2d({settings})"
    before = [] if word else _prepared(asked)
    return [*before, _with_filters(line, asked, channels_of(asked)[0], str(asked.multiplier))]


def _transposed(asked: Asked) -> list[str]:
    """SAME where it comes to that, else everything, and a slice."""
    missing = [after for _, after in asked.taken]
    beyond = any(more >= stride for more, stride in zip(missing, asked.stride, strict=True) if more)
    if beyond or any(before for before, _ in asked.taken):
        zeros, fed = asked.fed()
        return [f"x = {_padded(zeros)}", *_transposed(fed)]
    if not asked.unpadded and asked.sides == asked.same_sides(asked.output.size) and _reaches(asked):
        return _transposed_lines(asked, asked.output.size, "'SAME'")
    whole = [cells + sum(pair) for cells, pair in zip(asked.output.size, asked.added, strict=True)]
    return [*_transposed_lines(asked, tuple(whole), "'VALID'"), *_cropped(asked.added)]


def _reaches(asked: Asked) -> bool:
    """Whether SAME's forward convolution leads back to the input."""
    axes = zip(asked.output.size, asked.stride, asked.shape.size, strict=True)
    return all(-(-out // stride) == cells for out, stride, cells in axes)


def _transposed_lines(asked: Asked, size: tuple[int, ...], padding: str) -> list[str]:
    inner, out = channels_of(asked)
    share = share_of(out, asked.groups)
    if asked.groups == 1 or asked.rank < 3:
        *first, line = [f"x = {_transposed_call(asked, size, padding, 'x', 'filters', out)}"]
    else:
        *first, line = _by_group(_transposed_call(asked, size, padding, "part", "kernel", share), asked.groups)
    return [*first, _with_filters(line, asked, share, inner)]


def _transposed_call(asked: Asked, size: tuple[int, ...], padding: str, what: str, filters: str, out: str) -> str:
    """conv1d_transpose has dilations, and runs none of them: it is the second of two axes then."""
    dilations, stride, rank, cut = unless(1, asked.dilation), asked.stride, asked.rank, ""
    if dilations and rank == 1:
        what, filters, cut, rank = f"{what}[:, None]", f"{filters}[None]", "[:, 0]", 2
        size, stride, dilations = (1, *size), (1, *stride), str((1, *asked.dilation))
    shape = f"(tf.shape(x)[0], {', '.join(map(str, size))}, {out})"
    settings = arguments(what, filters, shape, strides=one_or_all(stride), padding=padding, dilations=dilations)
    return f"tf.nn.conv{rank}d_transpose({settings}){cut}"


def _max(asked: Asked) -> list[str]:
    asked = asked.filled()
    if asked.same and set(asked.dilation) == {1}:
        return [f"x = {_pool(asked, 'x', 'SAME')}"]
    return [*_prepared(asked, ", constant_values=float('-inf')"), f"x = {_pool(asked)}"]


def _average(asked: Asked) -> list[str]:
    """By the pool itself; else what does not count is padded, and its share taken out."""
    counted, past = asked.averaged()
    if counted.unpadded and asked.filled().same and set(asked.dilation) == {1}:
        return [f"x = {_pool(asked, 'x', 'SAME')}"]
    if not any(map(any, past)):
        return [*_prepared(counted), f"x = {_pool(asked)}"]
    cells = f"cells = {_pool(asked, _padded(past, what='tf.ones_like(x)'))}"
    return [*_prepared(counted), cells, f"x = {_pool(asked, _padded(past))} / cells"]


def _pool(asked: Asked, what: str = "x", padding: str = "VALID") -> str:
    if set(asked.dilation) != {1}:
        return _dilated_pool(asked, what)
    settings = arguments(what, ksize=one_or_all(asked.kernel), strides=one_or_all(asked.stride), padding=repr(padding))
    return f"tf.nn.{asked.kind}_pool{asked.rank}d({settings})"


def _dilated_pool(asked: Asked, what: str) -> str:
    """tf.nn.pool does not stride and dilate at once: every cell is computed then, and some are taken."""
    steps = ", ".join([f"::{stride}" if stride > 1 else ":" for stride in asked.stride])
    dilations = str(list(asked.dilation))
    call = f"tf.nn.pool({arguments(what, list(asked.kernel), repr(asked.kind.upper()), dilations=dilations)})"
    return f"{call}[:, {steps}]" if asked.strides_and_dilates else call
