"""What several layers of JAX and Flax share: refusals, axes, paddings as they are written. The words are JAX's."""

from collections.abc import Sequence

from convcalc.dialects.ruled import Rule, Settled, Windows, refuser
from convcalc.errors import Impossible, Malformed
from convcalc.ops.kinds import integer
from convcalc.ops.op import Op, impossible
from convcalc.shape import Shape, quote
from convcalc.window import Sides

refuse = refuser("JAX")

Written = str | int | tuple[int | tuple[int, ...], ...]
"""A padding as a layer gives it: a word, a number, or numbers and tuples of them."""

WORDS = {"SAME": "same", "SAME_LOWER": "same-lower", "VALID": "valid"}
"""The padding words of JAX and what they are natively. JAX reads them in upper and lower case."""


def padding_of(value: object) -> Written:
    """A padding as it is written, whether or not a layer takes it. Raises `Malformed`."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list | tuple):
        return _whole(value)
    return tuple([tuple(map(_whole, item)) if isinstance(item, list | tuple) else _whole(item) for item in value])


def _whole(value: object) -> int:
    if isinstance(value, str):
        raise Malformed(f"must be a word or integers, got {quote(value)} among them", key="padding")
    return integer(value, None, "padding")


def pairs_of(padding: Written, rank: int) -> tuple[Sides, ...]:
    """A (low, high) for each axis, as jax.lax takes it; anything else is refused."""
    items = padding if isinstance(padding, tuple) else ()
    pairs = tuple([(item[0], item[-1]) for item in items if isinstance(item, tuple) and len(item) == 2])
    if not isinstance(padding, tuple) or len(pairs) != len(items):
        rule = f"padding should be a string or a sequence of (low, high) pairs, got {padding!r}"
        raise refuse(rule, "padding", f"{show_pads(((1, 1),) * rank)} is such")
    if len(pairs) != rank:
        raise refuse(f"wrong number of explicit pads: expected {rank}, got {len(pairs)}", "padding")
    return pairs


def known_word(word: str) -> str:
    """What a word that `lax` reads is natively."""
    if word.upper() not in WORDS:
        raise refuse(f"unrecognized padding type: expected 'VALID', 'SAME', or 'SAME_LOWER', got {word!r}", "padding")
    return WORDS[word.upper()]


def one_each(value: Sequence[int] | int | None, rank: int, key: str, least: int = 1) -> tuple[int, ...]:
    """A number for each axis; where one is given it is that of all, where none is given it is 1."""
    if value is None or isinstance(value, int):
        return (1 if value is None else value,) * rank
    if len(value) != rank:
        raise Malformed(f"must be {rank} integers, one for each axis of the kernel, got {list(value)}", key=key)
    return tuple([integer(number, least, key) for number in value])


def for_axes(rank: int, key: str) -> Rule:
    """A window over fewer axes than there are would take the first of them for batches, silently."""

    def check(op: Op, shape: Shape, *others: Shape) -> Settled:
        axes = len(shape.size)
        if axes != rank:
            why = ": the last would be read and the others taken for batches" if rank < axes else ""
            what = f"is a window over {rank} ax{'i' if rank == 1 else 'e'}s, the input {shape} has {axes}{why}"
            hint = f"give {axes} number{'s' if axes > 1 else ''}, one for each axis" if axes else "reshape it first"
            raise Impossible(what, key=key, hint=hint)
        return Settled(shape)

    return check


def windows_giving(windows: Windows, shape: Shape, size: Sequence[int]) -> Windows:
    """The windows, where the size follows from them: none where it was cut off at 0, or stands on nothing."""
    axes = zip(windows, shape.size, size, strict=True)
    return windows if all(window.output(cells) == count for window, cells, count in axes) else ()


def show_pads(pairs: Sequence[Sides]) -> str:
    """Pairs as an argument: `((0, 1), (0, 1))`."""
    return str(tuple(pairs))


def check_padded(cells: Sequence[int], pairs: Sequence[Sides]) -> None:
    """A padding may take all cells of an axis, and not one more."""
    for axis, (count, pair) in enumerate(zip(cells, pairs, strict=True)):
        if count + sum(pair) < 0:
            what = f"negative padding is larger than the size of the corresponding dimension: {pair} for {count}"
            raise impossible(axis, len(pairs), refuse(what).what, "padding", f"{-count} in all leaves 0")
