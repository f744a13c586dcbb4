"""What became of each layer between two networks: the right one is found, none is lost, and time is bounded."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import convcalc.changes
from convcalc import Layer, Network, Shape, read
from convcalc.changes import ADDED, AFFECTED, CHANGED, MOVED, REMOVED, UNCHANGED, Changes, Key, Pairs, changes_between
from convcalc.trace import Trace

LINES = ("conv 4 k3 p1", "conv 4 k5 p2", "conv 8 k1", "relu", "tanh", "pool k2", "batchnorm")
lines = st.sampled_from(LINES)
SWAPPED = {ADDED: REMOVED, REMOVED: ADDED}


@st.composite
def chains(draw: st.DrawFn, least: int = 1) -> list[str]:
    """Layers, some of them with names, in any order."""
    layers = draw(st.lists(lines, min_size=least, max_size=12))
    names = draw(st.permutations([*"abcd", *[""] * (len(layers) + 4)]))
    return [f"{name}: {line}" if name else line for name, line in zip(names, layers, strict=False)]


def traced(layers: list[str], shape: str = "4@64") -> Trace:
    return read(" | ".join(layers)).run(shape)


def between(old: list[str], new: list[str]) -> Changes:
    return changes_between(traced(old), traced(new))


def told(changes: Changes) -> list[tuple[str, int | None, int | None]]:
    """Kind, and the numbers in both networks, of all that is not as it was."""
    return [
        (change.kind, change.old and change.old.number, change.new and change.new.number)
        for change in changes.layers
        if change.kind not in (UNCHANGED, AFFECTED)
    ]


def written(layers: list[str], number: int | None) -> str:
    return layers[(number or 0) - 1]


ALIGNED = [
    pytest.param("conv 8 k3 | relu", "conv 8 k5 | relu", ["changed 1 1"], id="a kernel"),
    pytest.param("relu | conv 8 k3", "relu | tanh | conv 8 k3", ["added - 2"], id="a layer more"),
    pytest.param("relu | tanh | conv 8 k3", "relu | conv 8 k3", ["removed 2 -"], id="a layer less"),
    pytest.param("conv 8 k3 | relu", "pool k3 | relu", ["removed 1 -", "added - 1"], id="another kind of op"),
    pytest.param("a: conv 8 k3", "a: pool k3", ["changed 1 1"], id="another kind of op of the same name"),
    pytest.param("a: relu | tanh", "b: relu | tanh", ["changed 1 1"], id="another name"),
    pytest.param("a: relu | b: tanh", "b: tanh | a: relu", ["moved 1 2"], id="two names change places"),
    pytest.param(
        "x: relu | y: tanh | z: tanh",
        "relu | y: tanh | z: tanh | x: relu",
        ["added - 1", "moved 1 4"],
        id="a name moves, and one like it without a name takes its place",
    ),
    pytest.param(
        "conv 8 k3 | relu | conv 16 k3 | relu | conv 32 k3 | relu",
        "conv 16 k3 | relu | conv 32 k3 | relu | conv 64 k3 | relu",
        ["changed 1 1", "changed 3 3", "changed 5 5"],
        id="all are twice as wide, though each is now like the one behind it was",
    ),
    pytest.param(
        "conv 4 k1 | conv 8 k1 | relu",
        "conv 8 k1 | tanh",
        ["removed 1 -", "removed 3 -", "added - 2"],
        id="the first is gone, though all are of one kind",
    ),
    pytest.param(
        "a: relu | relu | relu | add a",
        "a: relu | b: relu | relu | add b",
        ["changed 2 2", "changed 4 4"],
        id="a join of other layers",
    ),
    pytest.param("a: relu | relu | add a", "a: relu | relu | add a in", ["changed 3 3"], id="a join of more"),
    pytest.param("a: relu | tanh | tanh from=a", "a: relu | tanh | tanh", ["changed 3 3"], id="from elsewhere"),
    pytest.param("a: relu | relu | add a", "tanh | a: relu | relu | add a", ["added - 1"], id="numbers alone shift"),
]


@pytest.mark.parametrize(("old", "new", "expected"), ALIGNED)
def test_a_layer_is_found_again(old: str, new: str, expected: list[str]) -> None:
    found = told(changes_between(read(old).run("4@64"), read(new).run("4@64")))
    assert [" ".join(["-" if item is None else str(item) for item in row]) for row in found] == expected


def test_a_layer_that_reads_another_shape_is_affected() -> None:
    kinds = [change.kind for change in between(["relu", "pool k2", "tanh"], ["relu", "pool k4", "tanh"]).layers]
    assert kinds == [UNCHANGED, CHANGED, AFFECTED]


def test_layers_may_share_a_name_where_no_reader_has_checked() -> None:
    relu = read("relu").layers[0].op
    network = Network([Layer(relu, (0,), "a"), Layer(relu, (1,), "a")])
    changes = changes_between(network.run(Shape(3, (8,))), network.run(Shape(3, (8,))))
    assert Counter(part.number for change in changes.layers for part in change.parts) == {1: 2, 2: 2}


@given(chains())
def test_a_network_and_itself(layers: list[str]) -> None:
    """Nothing changed in a network that is compared with itself."""
    changes = between(layers, layers)
    assert {change.kind for change in changes.layers} == {UNCHANGED}
    assert not changes.output_changed


@given(chains(), chains())
def test_every_layer_is_told_once(old: list[str], new: list[str]) -> None:
    """Every layer of both networks occurs exactly once, those of the new one in order."""
    changes = between(old, new)
    before = [change.old.number for change in changes.layers if change.old]
    after = [change.new.number for change in changes.layers if change.new]
    assert sorted(before) == list(range(1, len(old) + 1))
    assert after == list(range(1, len(new) + 1))
    staying = [change.old.number for change in changes.layers if change.old and change.kind != MOVED]
    assert staying == sorted(staying)


@given(chains(), chains())
def test_swapped(old: list[str], new: list[str]) -> None:
    """With OLD and NEW swapped, added is removed and removed is added, and all else is as it was."""
    there, back = (
        Counter((change.kind, change.old and change.old.number, change.new and change.new.number) for change in layers)
        for layers in (between(old, new).layers, between(new, old).layers)
    )
    assert there == Counter({(SWAPPED.get(kind, kind), i, j): count for (kind, j, i), count in back.items()})


@given(chains(), chains())
def test_names_belong_together(old: list[str], new: list[str]) -> None:
    """A name that is in both networks is never added or removed, and keeps to its own."""
    names = [{line.split(":")[0] for line in layers if ":" in line} for layers in (old, new)]
    for change in between(old, new).layers:
        for part in change.parts:
            if part.name in names[0] & names[1]:
                assert [other.name for other in change.parts] == [part.name] * 2


@given(chains(), chains())
def test_differences_add_up(old: list[str], new: list[str]) -> None:
    """The difference of the totals is the sum of the layers' differences."""
    changes = between(old, new)
    if changes.old.failure or changes.new.failure:
        return
    for count in ("params", "macs"):
        for trace, parts in (
            (changes.old, [change.old for change in changes.layers]),
            (changes.new, [change.new for change in changes.layers]),
        ):
            assert sum(getattr(part.row, count) for part in parts if part) == getattr(trace, count)


@given(chains(), lines, st.data())
def test_an_inserted_layer(layers: list[str], line: str, data: st.DataObject) -> None:
    """A layer put in anywhere is the one that is added; taken out again it is the one removed."""
    place = data.draw(st.integers(0, len(layers)))
    longer = [*layers[:place], line, *layers[place:]]
    ((kind, old, new),) = told(between(layers, longer))
    assert (kind, old, written(longer, new)) == (ADDED, None, line)
    assert [item for number, item in enumerate(longer, 1) if number != new] == layers
    ((kind, old, new),) = told(between(longer, layers))
    assert (kind, written(longer, old), new) == (REMOVED, line, None)


@given(st.lists(lines, min_size=1, max_size=12), st.data())
def test_a_changed_layer(layers: list[str], data: st.DataObject) -> None:
    """A layer that is changed is told as such, in its place; one of another kind as removed and added."""
    place = data.draw(st.integers(0, len(layers) - 1))
    line = data.draw(lines.filter(lambda line: line != layers[place]))
    changed = [*layers[:place], line, *layers[place + 1 :]]
    found = told(between(layers, changed))
    if line.split()[0] == layers[place].split()[0]:
        assert found == [(CHANGED, place + 1, place + 1)]
    else:
        assert Counter(
            (kind, written(layers, old) if kind == REMOVED else written(changed, new)) for kind, old, new in found
        ) == Counter([(REMOVED, layers[place]), (ADDED, line)])


FAILING = [
    pytest.param("pool k2 | conv 4 k3", "pool k2 | conv 4 k99", True, id="where there was a shape"),
    pytest.param("conv 4 k99", "conv 4 k99", False, id="as before"),
    pytest.param("relu | conv 4 k99", "relu | tanh | conv 4 k99", False, id="as before, a layer later"),
    pytest.param("conv 4 k99", "conv 4 k98", True, id="for another reason"),
    pytest.param("a: conv 4 k99 | b: conv 4 k99", "b: conv 4 k99 | c: relu", True, id="another layer, alike"),
]


@pytest.mark.parametrize(("old", "new", "changed"), FAILING)
def test_a_failure_is_a_change_of_the_output_unless_it_was_there(old: str, new: str, *, changed: bool) -> None:
    runs = [read(text).run("4@64") for text in (old, new)]
    assert changes_between(*runs).output_changed == changed
    assert changes_between(*runs[::-1]).output_changed == changed


def test_layers_behind_a_failure_have_no_row() -> None:
    changes = between(["relu", "tanh"], ["relu", "conv 4 k99", "tanh"])
    assert [(change.kind, [part.row is not None for part in change.parts]) for change in changes.layers] == [
        (UNCHANGED, [True, True]),
        (ADDED, [False]),
        (AFFECTED, [True, False]),
    ]


BLOCK = ["conv 4 k3 p1", "batchnorm", "relu"]


def test_a_few_edits_in_a_long_network_are_found_exactly() -> None:
    old = BLOCK * 400
    new = ["tanh", *old[:700], "conv 4 k5 p2", *old[700:1100], *old[1101:], "tanh"]
    assert [row for row in told(between(old, new)) if row[0] != ADDED] == [(REMOVED, 1101, None)]
    assert [new for kind, _, new in told(between(old, new)) if kind == ADDED] == [1, 702, 1202]


@pytest.fixture
def weighed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pairs were weighed, in each stretch."""
    cells = []
    plain = convcalc.changes._weighed

    def counting(old: Sequence[Key], new: Sequence[Key]) -> Pairs:
        cells.append(len(old) * len(new))
        return plain(old, new)

    monkeypatch.setattr(convcalc.changes, "_weighed", counting)
    return cells


def test_what_both_begin_and_end_with_is_not_weighed(weighed: list[int]) -> None:
    changed = [*BLOCK * 40, "conv 4 k5 p2", *BLOCK[1:], *BLOCK * 40]
    assert told(between(BLOCK * 81, changed)) == [(CHANGED, 121, 121)]
    assert weighed == [1]


def test_two_long_networks_that_share_little_are_compared_in_pieces(weighed: list[int]) -> None:
    old, new = BLOCK * 800, ["tanh", "conv 4 k1", "elu"] * 700
    changes = between(old, new)
    kinds = Counter(change.kind for change in changes.layers)
    assert kinds[CHANGED] + kinds[REMOVED] == len(old)
    assert kinds[CHANGED] + kinds[ADDED] == len(new)
    assert kinds[CHANGED] > 600
    assert max(weighed) <= convcalc.changes.MAX_CELLS
    assert sum(weighed) <= 2 * convcalc.changes.PIECE * len(old)
