"""The PyTorch lines that do what was asked, cell for cell: on a tensor `x`, with `torch`, `nn` and `F` imported."""

from convcalc.dialects.asked import Asked, arguments, channels_of, groups_of, unless
from convcalc.window import Sides


def paste(asked: Asked) -> list[str] | None:
    """The lines, or None where PyTorch can't be made to do it by layers."""
    if asked.rank > 3:
        return None
    if asked.kind == "transposed":
        return _transposed(asked)
    return {"max": _max, "avg": _average}.get(asked.kind, _conv)(asked)


def _padded(sides: tuple[Sides, ...], how: str = "", what: str = "x") -> str:
    """`what` padded, the last axis first."""
    flat = tuple([side for pair in reversed(sides) for side in pair])
    return f"F.pad({what}, {flat}{how})" if any(flat) else what


def _pad(asked: Asked, how: str = "") -> list[str]:
    """What pads before a layer that does not; cells are added first where more are taken than there are."""
    pairs = zip(asked.shape.size, asked.sides, strict=True)
    if any(cells + min(pair) < 0 for cells, pair in pairs):
        taken = tuple([(-before, -after) for before, after in asked.taken])
        return [f"x = {_padded(asked.added, how)}", f"x = {_padded(taken)}"]
    return [] if asked.unpadded else [f"x = {_padded(asked.sides, how)}"]


def _conv(asked: Asked) -> list[str]:
    if asked.symmetric:
        return [_conv_line(asked, unless(0, [before for before, _ in asked.sides]))]
    if asked.same and set(asked.stride) == {1}:
        return [_conv_line(asked, "'same'")]
    how = "" if asked.mode == "zeros" else f", mode={asked.mode!r}"
    return [*_pad(asked, how), _conv_line(asked._replace(mode="zeros"), None)]


def _conv_line(asked: Asked, padding: str | None) -> str:
    return f"x = nn.Conv{asked.rank}d({_settings(asked, padding)})(x)"


def _settings(asked: Asked, padding: str | None, **more: object) -> str:
    return arguments(
        *channels_of(asked),
        _kernel(asked),
        stride=unless(1, asked.stride),
        padding=padding,
        **more,
        dilation=unless(1, asked.dilation),
        groups=groups_of(asked),
        bias=None if asked.bias else False,
        padding_mode=None if asked.mode == "zeros" else repr(asked.mode),
    )


def _kernel(asked: Asked) -> str:
    return unless(None, asked.kernel) or ""


def _transposed(asked: Asked) -> list[str]:
    """Cropped by the layer where it can, else after it; zeros around the input where it can't add so many cells."""
    added = [before - after for before, after in asked.sides]
    if min(before for before, _ in asked.sides) >= 0 and _may_add(asked, added):
        padding = unless(0, [before for before, _ in asked.sides])
        return [_transposed_line(asked, padding, unless(0, added))]
    missing = [after for _, after in asked.taken]
    if any(before for before, _ in asked.taken) or not _may_add(asked, missing):
        zeros, fed = asked.fed()
        return [f"x = {_padded(zeros)}", *_transposed(fed)]
    crop = tuple([(-before, -after) for before, after in asked.added])
    return [_transposed_line(asked, None, unless(0, missing)), f"x = {_padded(crop)}"]


def _may_add(asked: Asked, added: list[int]) -> bool:
    """Whether it is an output_padding: below the stride or the dilation."""
    limits = zip(added, asked.stride, asked.dilation, strict=True)
    return all(0 <= more < max(stride, dilation) for more, stride, dilation in limits)


def _transposed_line(asked: Asked, padding: str | None, added: str | None) -> str:
    return f"x = nn.ConvTranspose{asked.rank}d({_settings(asked, padding, output_padding=added)})(x)"


def _max(asked: Asked) -> list[str]:
    if _pads_itself(asked):
        return [f"x = {_pool(asked)}(x)"]
    asked = asked.filled()
    return [*_pad(asked, ", value=float('-inf')"), f"x = {_pool(asked.without_padding())}(x)"]


def _average(asked: Asked) -> list[str] | None:
    """By the layer itself; else what does not count is padded, and its share taken out."""
    if set(asked.dilation) != {1}:
        return None
    if _pads_itself(asked) and not _too_small(asked):
        return [f"x = {_pool(asked)}(x)"]
    counted, past = asked.averaged()
    pool = _pool(counted.without_padding())
    if not any(map(any, past)):
        return [*_pad(counted), f"x = {pool}(x)"]
    cells = f"cells = {pool}({_padded(past, what='torch.ones_like(x)')})"
    return [*_pad(counted), cells, f"x = {pool}({_padded(past)}) / cells"]


def _pads_itself(asked: Asked) -> bool:
    pairs = zip(asked.sides, asked.kernel, strict=True)
    return asked.symmetric and all(before <= kernel // 2 for (before, _), kernel in pairs)


def _too_small(asked: Asked) -> bool:
    """AvgPool3d wants an input as large as its kernel, whatever the padding."""
    pairs = zip(asked.shape.size, asked.kernel, strict=True)
    return asked.rank == 3 and any(cells < kernel for cells, kernel in pairs)


def _pool(asked: Asked) -> str:
    name = "MaxPool" if asked.kind == "max" else "AvgPool"
    padding = [before for before, _ in asked.sides]
    settings = arguments(
        _kernel(asked),
        stride=None if asked.stride == asked.kernel else unless(None, asked.stride),
        padding=unless(0, padding),
        dilation=unless(1, asked.dilation),
        ceil_mode=True if any(asked.overhang) else None,
        count_include_pad=False if asked.kind == "avg" and any(padding) and not asked.counts_padding else None,
    )
    return f"nn.{name}{asked.rank}d({settings})"
