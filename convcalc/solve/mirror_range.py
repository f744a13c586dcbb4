"""For which input sizes one decoder serves, and what its layers must be for the others.

It tries every size of a range, so it is exact there, and knows nothing beyond.
"""

from collections.abc import Sequence
from typing import NamedTuple

from convcalc.errors import ConvcalcError, Malformed
from convcalc.network import Network
from convcalc.ops.convolution import TransposedConv
from convcalc.ops.op import Op
from convcalc.shape import Shape, spread
from convcalc.solve.accepted import Sizes, sizes_of
from convcalc.solve.domains import Domain
from convcalc.solve.mirror import Decoder, mirror

MAX_SIZES = 2_000
"""A longer range is refused: each of its sizes costs a decoder."""

MAX_MODULUS = 256
"""No larger period is looked for."""


class Need(NamedTuple):
    """What a layer of the decoder must be for some input sizes."""

    number: int
    """The layer of the decoder, counted from 1."""
    output_padding: tuple[int, ...] | None
    """Where that is all that changes: its values, one an axis."""
    ops: tuple[Op, ...]
    """What it must be: one op, or several of a kind, in the order of the sizes."""
    sizes: Sizes


class Served(NamedTuple):
    """The input sizes of a range, the same on all axes, and what each needs."""

    first: int
    last: int
    works: Sizes
    """The decoder as it is comes back to these."""
    needs: tuple[Need, ...]
    """By layer; a size that stands in several needs all of them."""
    others: Sizes
    """These need a decoder of other layers."""
    refused: Sizes
    """The encoder itself does not take these, or no decoder leads back to them."""


def served(
    decoder: Decoder,
    network: Network,
    first: int,
    last: int,
    framework: str | None = None,
    pools: str | None = None,
) -> Served:
    """What each input size from `first` to `last` needs of a decoder. Raises `Malformed` for a range too long.

    >>> from convcalc.readers.source import read_text
    >>> encoder = read_text("input 3@8 | conv 4 k3 s2 p1")
    >>> found = served(mirror(encoder), encoder, 4, 9)
    >>> found.works.residues, [(need.output_padding, need.sizes.residues) for need in found.needs]
    ((0,), [((0,), (1,))])
    """
    start = decoder.shapes[-1]
    _check(start, first, last)
    works, others, refused = [], [], []
    changed: dict[_Kind, dict[int, Op]] = {}
    for cells in range(first, last + 1):
        shape = Shape(start.channels, (cells,) * len(start.size))
        try:
            changes = _changes(decoder, mirror(network, shape, framework, pools))
        except ConvcalcError:
            refused.append(cells)
            continue
        if changes is None:
            others.append(cells)
        elif not changes:
            works.append(cells)
        for number, op in changes or ():
            changed.setdefault(_kind(decoder, number, op), {})[cells] = op
    taken = next((cells for cells in range(first, last + 1) if cells not in refused), first)
    needs = [
        Need(number, added, tuple(dict.fromkeys(ops.values())), _told(list(ops), taken, last))
        for (number, _, added), ops in sorted(changed.items(), key=_order)
    ]
    works_told, others_told = [_told(sizes, taken, last) for sizes in (works, others)]
    return Served(first, last, works_told, tuple(needs), others_told, _told(refused, first, last))


_Kind = tuple[int, str, tuple[int, ...] | None]
"""A layer of the decoder, the op it must be, and the output_padding where that is all that changes."""


def _kind(decoder: Decoder, number: int, op: Op) -> _Kind:
    own = decoder.network.layers[number - 1].op
    if isinstance(op, TransposedConv) and isinstance(own, TransposedConv) and _unadded(op) == _unadded(own):
        return number, op.spelling, _added(op, len(decoder.shapes[-1].size))
    return number, op.spelling, None


def _order(item: tuple[_Kind, object]) -> tuple[int, str, tuple[int, ...]]:
    number, spelling, added = item[0]
    return number, spelling, added or ()


def _check(start: Shape, first: int, last: int) -> None:
    if not start.size:
        raise Malformed(f"{start} is a feature vector, it has no size to vary", key="range")
    if last - first >= MAX_SIZES:
        raise Malformed(f"{last - first + 1} sizes are too many", key="range", hint=f"at most {MAX_SIZES} are tried")


def _changes(decoder: Decoder, other: Decoder) -> list[tuple[int, Op]] | None:
    """The layers that must differ, and what they must be, to do as the other decoder; None where it is built anew."""
    layers, wanted = decoder.network.layers, other.network.layers
    if [layer.inputs for layer in layers] != [layer.inputs for layer in wanted]:
        return None
    ops = decoder.network.ops()
    changes = []
    for number, layer in enumerate(layers, 1):
        shapes = [other.shapes[source] for source in layer.inputs]
        if _gives(ops[number - 1], shapes, other.shapes[number]):
            continue
        own = wanted[number - 1].op
        changes.append((number, _padded(layer.op, decoder.network, shapes[0], other.shapes[number]) or own))
    return changes


def _gives(op: Op, shapes: Sequence[Shape], output: Shape) -> bool:
    try:
        return op.output(*shapes) == output
    except ConvcalcError:
        return False


def _padded(op: Op, network: Network, shape: Shape, output: Shape) -> Op | None:
    """The same transposed convolution with the output_padding that gives the size, if one does."""
    if not isinstance(op, TransposedConv):
        return None
    rank = len(shape.size)
    now = [window.output(cells) for window, cells in zip(op.windows(shape), shape.size, strict=True)]
    pairs = zip(_added(op, rank), now, output.size, strict=True)
    added = [before + target - cells for before, cells, target in pairs]
    if min(added) < 0:
        return None
    changed = op.replace(output_padding=added[:1] if len(set(added)) == 1 else added)
    dialect = network.dialect()
    return changed if _gives(dialect.adopt(changed) if dialect else changed, [shape], output) else None


def _added(op: TransposedConv, rank: int) -> tuple[int, ...]:
    """What is added on each axis."""
    return spread(op.output_padding or (0,), rank, "output_padding")


def _unadded(op: TransposedConv) -> dict[str, object]:
    return {**op.settings(), "output_padding": None}


def _told(numbers: Sequence[int], first: int, last: int) -> Sizes:
    """The numbers as residues where that tells them in the range, which must show the period twice; else as runs.

    Sizes that the encoder refuses at the start of the range are left out of it, so that they hide no period.
    """
    runs = sizes_of([Domain(1, 0, n, n) for n in numbers])
    if len(runs.exceptions) < 2:
        return runs
    members = set(numbers)
    for modulus in range(2, min((last - first + 1) // 2, MAX_MODULUS) + 1):
        residues = {n % modulus for n in numbers}
        if len(residues) < modulus and all((n % modulus in residues) == (n in members) for n in range(first, last + 1)):
            return Sizes(modulus, tuple(sorted(residues)), numbers[0], ())
    return runs
