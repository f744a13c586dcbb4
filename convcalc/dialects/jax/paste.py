"""The JAX lines that do what was asked, cell for cell: on an array `x`, channels last, with `jnp` and `lax` imported.

The weights are `rhs` and `bias`, and the shape of rhs stands in a comment.
"""

from convcalc.dialects.asked import Asked, arguments, channels_of, groups_of, share_of, unless
from convcalc.window import Sides

_LETTERS = {1: "W", 2: "HW", 3: "DHW"}
_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def paste(asked: Asked) -> list[str] | None:
    """The lines, or None where JAX can't be made to do it."""
    if asked.rank > 3:
        return None
    if asked.kind == "transposed":
        return _transposed(asked)
    return {"max": _max, "avg": _average}.get(asked.kind, _conv)(asked)


def _dimensions(asked: Asked) -> str:
    letters = _LETTERS[asked.rank]
    return str((f"N{letters}C", f"{letters}IO", f"N{letters}C"))


def _with_rhs(line: str, asked: Asked, *channels: str) -> str:
    """The line, and the shape of its weights."""
    bias = " + bias" if asked.bias else ""
    return f"{line}{bias}  # rhs ({', '.join([*map(str, asked.kernel), *channels])})"


def _conv(asked: Asked) -> list[str]:
    """Padding by other than zeros stands before; cells that are taken away are left to the layer."""
    before = []
    if asked.mode != "zeros":
        pads = ((0, 0), *asked.added, (0, 0))
        before = [f"x = jnp.pad(x, {pads}, mode={_MODES[asked.mode]!r})"] if any(map(any, pads)) else []
        asked = asked._replace(sides=tuple([(-first, -last) for first, last in asked.taken]))
    inner, out = channels_of(asked)
    groups = groups_of(asked)
    settings = arguments(
        "x",
        "rhs",
        asked.stride,
        list(asked.sides),
        rhs_dilation=_dilation(asked),
        dimension_numbers=_dimensions(asked),
        feature_group_count=groups,
    )
    line = f"x = lax.conv_general_dilated({settings})"
    return [*before, _with_rhs(line, asked, share_of(inner, groups or 1), out)]


def _dilation(asked: Asked) -> str | None:
    return str(asked.dilation) if unless(1, asked.dilation) else None


def _transposed(asked: Asked) -> list[str]:
    """The pads of lax are those of the dilated input: what the extent leaves of the crop."""
    around = zip(asked.extents, asked.sides, strict=True)
    pads = [(extent - 1 - before, extent - 1 - after) for extent, (before, after) in around]
    inner, out = channels_of(asked)
    more = arguments(
        asked.stride,
        pads,
        rhs_dilation=_dilation(asked),
        dimension_numbers=_dimensions(asked),
        transpose_kernel=True,
    )
    share = share_of(out, asked.groups)
    if asked.groups == 1:
        return [_with_rhs(f"x = lax.conv_transpose(x, rhs, {more})", asked, share, inner)]
    parts = f"parts = zip(jnp.split(x, {asked.groups}, axis=-1), jnp.split(rhs, {asked.groups}, axis=-1))"
    each = f"[lax.conv_transpose(part, kernel, {more}) for part, kernel in parts]"
    return [parts, _with_rhs(f"x = jnp.concatenate({each}, axis=-1)", asked, share, inner)]


def _max(asked: Asked) -> list[str]:
    asked = asked.filled()
    return [f"x = {_reduced(asked, asked.sides)}"]


def _average(asked: Asked) -> list[str]:
    """Cells that don't count are none of the cells by which the sum is divided."""
    counted, past = asked.averaged()
    if not any(map(any, past)):
        return [f"x = {_reduced(asked, asked.sides)} / ({' * '.join(map(str, asked.kernel))})"]
    pads = [(0, 0, 0), *[(before, after, 0) for before, after in counted.sides], (0, 0, 0)]
    before = [] if counted.unpadded else [f"x = lax.pad(x, 0.0, {pads})"]
    return [*before, f"cells = {_reduced(asked, past, 'jnp.ones_like(x)')}", f"x = {_reduced(asked, past)} / cells"]


def _reduced(asked: Asked, sides: tuple[Sides, ...], what: str = "x") -> str:
    start, how = ("-jnp.inf", "lax.max") if asked.kind == "max" else ("0.0", "lax.add")
    settings = arguments(
        what,
        start,
        how,
        (1, *asked.kernel, 1),
        (1, *asked.stride, 1),
        [(0, 0), *sides, (0, 0)],
        window_dilation=str((1, *asked.dilation, 1)) if unless(1, asked.dilation) else None,
    )
    return f"lax.reduce_window({settings})"
