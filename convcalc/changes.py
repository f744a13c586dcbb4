"""Two networks layer by layer: what was added, removed, changed or moved, and what follows. It knows no format.

Layers of one name belong together. The others are aligned as lines of a text are, except that two ops of
one kind are taken for the same layer, changed, where no equal ones are lost by it.
Source: Myers, "An O(ND) Difference Algorithm and Its Variations" (Algorithmica 1986), for long stretches.
"""

from bisect import bisect_left
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from convcalc.ops.op import Op
from convcalc.trace import Row, Trace

ADDED, REMOVED, CHANGED, MOVED, AFFECTED, UNCHANGED = "added", "removed", "changed", "moved", "affected", "unchanged"
"""What can be said of a layer. One that is affected is the same as before; what it reads is not."""

EQUAL, ALIKE = 3, 2
"""What a pair of equal layers is worth, and one of the same kind of op."""

MAX_CELLS = 100_000
"""Stretches are weighed, every layer against every other, where that makes no more pairs than this."""

MAX_EDITS = 1000
"""Longer stretches with more differences than this are cut into pieces that are weighed one by one."""

PIECE = 100
"""About as many layers a piece has, where it is not for fewer that pieces are small enough."""

Pairs = list[tuple[int, int]]
"""Indices of partners in two sequences, both rising."""


class Part(NamedTuple):
    """A layer of one of the networks, and what its run tells of it."""

    number: int
    name: str | None
    op: Op
    inputs: tuple[int, ...]
    row: Row | None
    """None for the layer that fails, and for those behind it."""
    failed: bool

    @property
    def measured(self) -> tuple[object, ...]:
        """All that follows from what it reads."""
        if (row := self.row) is None:
            return (self.failed,)
        return row.output, row.params, row.trainable, row.macs, row.receptive_field, row.jump


class Change(NamedTuple):
    """A layer in both networks, or in one of them."""

    kind: str
    old: Part | None
    new: Part | None
    rewired: bool = False
    """Whether it reads other layers than before; the layer before it counts as the same, whichever it is."""

    @property
    def parts(self) -> list[Part]:
        """The layer as it is in the networks that have it, the old one first."""
        return [part for part in (self.old, self.new) if part]


class Changes(NamedTuple):
    """Two runs, and what became of every layer: in the order of the new network, removed ones where they stood."""

    old: Trace
    new: Trace
    layers: tuple[Change, ...]

    @property
    def output_changed(self) -> bool:
        """Whether another shape comes out, or none where there was one, or another failure."""
        if self.old.failure and self.new.failure:
            return not self._fails_alike()
        return self.old.output != self.new.output

    def _fails_alike(self) -> bool:
        errors = {str(trace.failure.error) for trace in (self.old, self.new) if trace.failure}
        failing = next(change for change in self.layers if any(part.failed for part in change.parts))
        return len(errors) == 1 and len(failing.parts) == 2 and all(part.failed for part in failing.parts)


def changes_between(old: Trace, new: Trace) -> Changes:
    """What became of every layer of `old`, and which are new.

    >>> from convcalc.readers.source import read_text
    >>> old, new = read_text("conv 8 k3 | relu | pool k2"), read_text("conv 8 k5 | pool k2 | dropout")
    >>> [change.kind for change in changes_between(old.run("3@32"), new.run("3@32")).layers]
    ['changed', 'removed', 'affected', 'added']
    """
    before, after = _parts(old), _parts(new)
    pairs = _aligned(before, after)
    moved = _moved(before, after, pairs)
    partners = {0: 0} | {before[i].number: after[j].number for i, j in [*pairs, *moved]}
    return Changes(old, new, tuple(_in_order(before, after, pairs, moved, partners)))


def _parts(trace: Trace) -> list[Part]:
    failing = trace.failure.number if trace.failure else 0
    return [
        Part(i, layer.name, op, layer.inputs, trace.row(i) if i <= len(trace) else None, i == failing)
        for i, (layer, op) in enumerate(zip(trace.network.layers, trace.ops, strict=True), 1)
    ]


def _in_order(
    before: Sequence[Part], after: Sequence[Part], pairs: Pairs, moved: Pairs, partners: Mapping[int, int]
) -> Iterator[Change]:
    """Between two pairs stand the layers removed there, then those that came in their place."""
    gone = {i for i, _ in moved}
    come = {j: before[i] for i, j in moved}
    for from_old, to_old, from_new, to_new in _gaps(pairs, len(before), len(after)):
        yield from [Change(REMOVED, before[i], None) for i in range(from_old, to_old) if i not in gone]
        for j in range(from_new, to_new):
            yield _pair(come[j], after[j], partners, MOVED) if j in come else Change(ADDED, None, after[j])
        if to_old < len(before) and to_new < len(after):
            yield _pair(before[to_old], after[to_new], partners)


def _gaps(pairs: Pairs, old: int, new: int) -> Iterator[tuple[int, int, int, int]]:
    """What lies before each pair, and behind the last: from and to among the old, from and to among the new."""
    from_old = from_new = 0
    for i, j in [*pairs, (old, new)]:
        yield from_old, i, from_new, j
        from_old, from_new = i + 1, j + 1


def _pair(old: Part, new: Part, partners: Mapping[int, int], kind: str = "") -> Change:
    rewired = _rewired(old, new, partners)
    if not kind and (rewired or old.name != new.name or str(old.op) != str(new.op)):
        kind = CHANGED
    return Change(kind or (UNCHANGED if old.measured == new.measured else AFFECTED), old, new, rewired)


def _rewired(old: Part, new: Part, partners: Mapping[int, int]) -> bool:
    if len(old.inputs) != len(new.inputs):
        return True
    return any(
        partners.get(source) != target and (source, target) != (old.number - 1, new.number - 1)
        for source, target in zip(old.inputs, new.inputs, strict=True)
    )


def _moved(before: Sequence[Part], after: Sequence[Part], pairs: Pairs) -> Pairs:
    """Layers of one name that are in both networks, and no partners in the alignment."""
    old, new = {i for i, _ in pairs}, {j for _, j in pairs}
    return [(i, j) for i, j in _namesakes(before, after) if i not in old and j not in new]


def _namesakes(before: Sequence[Part], after: Sequence[Part]) -> Pairs:
    """Partners by name, rising in the old network alone."""
    own = {part.name: i for i, part in enumerate(before) if part.name}
    others = {part.name: j for j, part in enumerate(after) if part.name}
    return [(i, others[name]) for name, i in sorted(own.items(), key=lambda item: item[1]) if name in others]


Key = tuple[str, str]
"""A layer as it is written, and its kind of op."""


def _aligned(before: Sequence[Part], after: Sequence[Part]) -> Pairs:
    """Partners by name, and between them by what the layers are; the same whichever network is called old."""
    if _written(before) > _written(after):
        return [(i, j) for j, i in _aligned(after, before)]
    namesakes = _namesakes(before, after)
    old, new = _keys(before, {i for i, _ in namesakes}, "old"), _keys(after, {j for _, j in namesakes}, "new")
    found: Pairs = []
    for from_old, to_old, from_new, to_new in _gaps(_longest_rise(namesakes), len(old), len(new)):
        within = _stretch(old[from_old:to_old], new[from_new:to_new])
        found += [*_shifted(within, from_old, from_new), (to_old, to_new)]
    return found[:-1]


def _written(parts: Sequence[Part]) -> list[tuple[str, str]]:
    return [(part.name or "", str(part.op)) for part in parts]


def _keys(parts: Sequence[Part], namesakes: Container[int], side: str) -> list[Key]:
    """A layer whose name is in the other network too is like no other one."""
    return [(side, side) if i in namesakes else (str(part.op), part.op.spelling) for i, part in enumerate(parts)]


def _shifted(pairs: Pairs, old: int, new: int) -> Pairs:
    return [(i + old, j + new) for i, j in pairs]


def _longest_rise(pairs: Pairs) -> Pairs:
    """The most pairs of which the second rises as the first does."""
    ends: list[int] = []
    chains: list[Any] = []
    for i, j in pairs:
        place = bisect_left(ends, j)
        chain = ((i, j), chains[place - 1] if place else None)
        ends[place : place + 1] = [j]
        chains[place : place + 1] = [chain]
    return _unlinked(chains[-1]) if chains else []


def _unlinked(chain: Any) -> list[Any]:
    """The items of `(last, (the one before, ... None))`, the first one first."""
    items = []
    while chain is not None:
        item, chain = chain
        items.append(item)
    return items[::-1]


def _stretch(old: Sequence[Key], new: Sequence[Key]) -> Pairs:
    """Partners in a stretch: at both ends as far as it is equal, in between by weight."""
    least = min(len(old), len(new))
    head = next((i for i in range(least) if old[i] != new[i]), least)
    least -= head
    tail = next((i for i in range(least) if old[-1 - i] != new[-1 - i]), least)
    middle = _middle(old[head : len(old) - tail], new[head : len(new) - tail])
    ends = [(len(old) - i, len(new) - i) for i in range(tail, 0, -1)]
    return [*[(i, i) for i in range(head)], *_shifted(middle, head, head), *ends]


def _middle(old: Sequence[Key], new: Sequence[Key]) -> Pairs:
    """Weighed where it is short; else around layers that are equal, or in pieces."""
    if len(old) * len(new) <= MAX_CELLS:
        return _weighed(old, new)
    equal = _equal(old, new)
    if equal is None:
        return _in_pieces(old, new)
    found: Pairs = []
    for from_old, to_old, from_new, to_new in _gaps(equal, len(old), len(new)):
        within = _in_pieces(old[from_old:to_old], new[from_new:to_new])
        found += [*_shifted(within, from_old, from_new), (to_old, to_new)]
    return found[:-1]


def _in_pieces(old: Sequence[Key], new: Sequence[Key]) -> Pairs:
    """Each piece of the one with its piece of the other, so many that all are quickly weighed."""
    pieces = min(len(old) * len(new) // MAX_CELLS, max(len(old), len(new)) // PIECE) + 1
    found: Pairs = []
    for piece in range(pieces):
        (i, last_old), (j, last_new) = [
            (len(keys) * piece // pieces, len(keys) * (piece + 1) // pieces) for keys in (old, new)
        ]
        found += _shifted(_weighed(old[i:last_old], new[j:last_new]), i, j)
    return found


def _weighed(old: Sequence[Key], new: Sequence[Key]) -> Pairs:
    """The partners that are worth most together."""
    best = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        own, below = best[i], best[i + 1]
        for j in reversed(range(len(new))):
            own[j] = max(own[j + 1], below[j], below[j + 1] + _worth(old[i], new[j]))
    found: Pairs = []
    i = j = 0
    while i < len(old) and j < len(new):
        worth = _worth(old[i], new[j])
        if worth and best[i][j] == best[i + 1][j + 1] + worth:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _worth(old: Key, new: Key) -> int:
    return EQUAL if old == new else ALIKE if old[1] == new[1] else 0


def _equal(old: Sequence[Key], new: Sequence[Key]) -> Pairs | None:
    """The most partners that are equal; None where there are more than `MAX_EDITS` others.

    `ends[k]` is how far the old sequence is read on diagonal `k` (old index less new index), and the runs so far.
    """
    ends: dict[int, tuple[int, Any]] = {1: (0, None)}
    for edits in range(MAX_EDITS + 1):
        for k in range(-edits, edits + 1, 2):
            start, runs = _furthest(ends, k, edits)
            i = start
            while i < len(old) and i - k < len(new) and old[i] == new[i - k]:
                i += 1
            ends[k] = (i, ((start, i, k), runs) if i > start else runs)
            if i >= len(old) and i - k >= len(new):
                return [(at, at - k) for start, end, k in _unlinked(ends[k][1]) for at in range(start, end)]
    return None


def _furthest(ends: Mapping[int, tuple[int, Any]], k: int, edits: int) -> tuple[int, Any]:
    """Where diagonal `k` is come upon by one more edit: a new layer from above, an old one from below."""
    if k == -edits or (k != edits and ends[k - 1][0] < ends[k + 1][0]):
        return ends[k + 1]
    end, runs = ends[k - 1]
    return end + 1, runs
