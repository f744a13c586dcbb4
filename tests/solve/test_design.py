"""Chains from one size to another, and stacks that see so many cells: all of them, true, in the order of practice."""

from itertools import islice, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convcalc.errors import Impossible, Malformed
from convcalc.ops.convolution import Conv, TransposedConv
from convcalc.readers.source import read_text
from convcalc.shape import Shape, read_size
from convcalc.solve.design import MOST_LAYERS, Asked, Design, designs, run_design
from convcalc.solve.dilations import dilations_for, stacks


def chains(start: str, goal: str, limit: int | None = None, **asked: Any) -> list[str]:
    question = Asked(read_size(start), read_size(goal), **asked)
    return [line(found) for found in islice(designs(question), limit)]


def line(design: Design) -> str:
    return " | ".join(map(str, design.ops))


FIRST = [
    pytest.param("4", "64", {}, ["tconv k4 s2 p1"] * 4, id="the ladder of DCGAN"),
    pytest.param("4", "64", {"op": "tconv"}, ["tconv k4 s2 p1"] * 4, id="named as such"),
    pytest.param("1", "64", {}, ["tconv k4", *["tconv k4 s2 p1"] * 4], id="from one cell a projection"),
    pytest.param("1", "28", {}, ["tconv k7", *["tconv k4 s2 p1"] * 2], id="a projection to 7"),
    pytest.param("64", "1", {}, [*["conv k3 s2 p1"] * 4, "conv k4"], id="to one cell a projection"),
    pytest.param("256", "1", {"op": "conv"}, [*["conv k3 s2 p1"] * 6, "conv k4"], id="256 to 1"),
    pytest.param("64", "1", {"kernels": (4,)}, [*["conv k4 s2 p1"] * 4, "conv k4"], id="DCGAN's discriminator"),
    pytest.param("224", "7", {}, ["conv k3 s2 p1"] * 5, id="the five halvings of a classifier"),
    pytest.param("28", "28", {}, ["conv k3 p1"], id="a size that stays"),
    pytest.param("7x5", "28x20", {}, ["tconv k4 s2 p1"] * 2, id="two axes"),
    pytest.param("4@4", "3@8", {}, ["tconv 3 k4 s2 p1"], id="the channels of the last layer"),
    pytest.param("8", "8", {"layers": 3}, ["conv k3 p1"] * 3, id="so many layers that keep the size"),
    pytest.param(
        "4", "64", {"layers": 3, "vary": True}, ["tconv k4 s2 p1", "tconv k4 s2 p1", "tconv k8 s4 p2"], id="one change"
    ),
]


@pytest.mark.parametrize(("start", "goal", "asked", "chain"), FIRST)
def test_what_practice_prefers_comes_first(start: str, goal: str, asked: dict[str, Any], chain: list[str]) -> None:
    assert chains(start, goal, 1, **asked) == [" | ".join(chain)]


def equal_chains(start: int, goal: int, kernels: range, strides: range, layers: int | None = None) -> set[str]:
    """Every chain of one layer, by trying them all with the formula written out."""
    found = set()
    grows = goal > start
    for kernel, stride in product(kernels, strides):
        for total, added in product(range(2 * kernel - 1), range(stride) if grows else [0]):
            sizes = [start]
            for _ in range(MOST_LAYERS if layers is None else layers):
                n = sizes[-1]
                sizes.append((n - 1) * stride + kernel - total + added if grows else (n + total - kernel) // stride + 1)
            between = min(start, goal), max(start, goal)
            count = layers if layers is not None else next((c for c, n in enumerate(sizes) if c and n == goal), None)
            if count is None or sizes[count] != goal:
                continue
            if all(between[0] <= n <= between[1] for n in sizes[1 : count + 1]):
                sides = ((total // 2, total - total // 2),)
                op = (
                    TransposedConv(
                        kernel=kernel, stride=stride, padding=sides, **({"output_padding": added} if added else {})
                    )
                    if grows
                    else Conv(kernel=kernel, stride=stride, padding=sides)
                )
                found.add(" | ".join([str(op)] * count))
    return found


@pytest.mark.parametrize(("start", "goal"), [(4, 64), (5, 37), (3, 9), (64, 4), (37, 5), (20, 3), (12, 1)])
def test_every_chain_of_one_layer_is_found(start: int, goal: int) -> None:
    asked: dict[str, Any] = {"kernels": range(1, 7), "strides": range(1, 4)}
    found = chains(str(start), str(goal), **asked)
    assert len(found) == len(set(found))
    alike = {chain for chain in found if len(set(chain.split(" | "))) == 1}
    assert alike == equal_chains(start, goal, range(1, 7), range(1, 4))


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 4))
@settings(max_examples=60)
def test_so_many_layers_are_so_many(start: int, goal: int, layers: int) -> None:
    if start == goal:
        return
    found = chains(str(start), str(goal), kernels=range(1, 6), strides=range(1, 4), layers=layers)
    assert {len(chain.split(" | ")) for chain in found} <= {layers}
    alike = {chain for chain in found if len(set(chain.split(" | "))) == 1}
    assert alike == equal_chains(start, goal, range(1, 6), range(1, 4), layers)


@pytest.mark.parametrize("vary", [False, True])
@pytest.mark.parametrize(("start", "goal"), [("1", "30"), ("50", "1"), ("9x7", "3x2"), ("2x3", "10x15")])
def test_every_chain_runs_from_start_to_goal(start: str, goal: str, vary: bool) -> None:  # noqa: FBT001 - a parameter
    for chain in chains(start, goal, 150, vary=vary):
        trace = read_text(chain).run(read_size(start))
        assert trace.output is not None
        assert trace.output.size == read_size(goal).size


def test_with_a_change_there_are_all_chains_without_one() -> None:
    assert set(chains("3", "20")) <= set(chains("3", "20", vary=True))


def test_only_chains_that_see_enough_are_kept() -> None:
    """A window of k cells with stride s adds (k - 1) times the strides before it."""
    every = chains("256", "1")
    kept = chains("256", "1", field=400)
    assert 0 < len(kept) < len(every)
    for chain in every:
        field = jump = 1
        for op in read_text(chain).ops():
            assert isinstance(op, Conv)
            field += (op.kernel[0] - 1) * jump
            jump *= op.stride[0] if op.stride else 1
        assert (chain in kept) == (field >= 400)


def test_uneven_padding_and_output_padding_come_after_what_has_none() -> None:
    found = chains("7", "14", strides=(2,), layers=1, kernels=range(2, 7))
    assert found[:3] == ["tconv k4 s2 p1", "tconv k2 s2", "tconv k6 s2 p2"]
    assert set(found[3:7]) == {"tconv k3 s2 p0:1", "tconv k3 s2 p1 op1", "tconv k5 s2 p1:2", "tconv k5 s2 p2 op1"}
    assert all("p0:1 op1" in chain or "p1:2 op1" in chain or "p2:3 op1" in chain for chain in found[7:])


@pytest.mark.parametrize(
    ("start", "goal", "asked", "error", "told"),
    [
        ("4x4", "8", {}, Malformed, "4x4 has 2 axes, 8 has 1"),
        ("4x9", "8x3", {}, Impossible, "one axis grows and another shrinks"),
        ("4", "8", {"kernels": range(1, 500)}, Malformed, "too many layers to try"),
    ],
)
def test_what_no_chain_can_do_is_refused(
    start: str, goal: str, asked: dict[str, Any], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        chains(start, goal, **asked)


def test_there_may_be_no_chain() -> None:
    assert chains("4", "64", layers=2, strides=(2,), kernels=range(1, 12)) == []


def cells_seen(kernel: int, dilations: tuple[int, ...]) -> set[int]:
    """The cells before the last one that a causal stack reads, tap by tap."""
    seen = {0}
    for dilation in reversed(dilations):
        seen = {cell + tap * dilation for cell in seen for tap in range(kernel)}
    return seen


@pytest.mark.parametrize(("kernel", "base"), [(k, b) for k in range(2, 9) for b in range(2, k + 1)])
def test_a_stack_is_the_shortest_that_sees_enough_and_reads_every_cell(kernel: int, base: int) -> None:
    for field in (2, 3, 10, 31, 32, 100, 333):
        dilations = dilations_for(field, kernel, base)
        seen = cells_seen(kernel, dilations)
        assert seen == set(range(len(seen)))
        assert len(seen) >= field
        assert len(dilations) == 1 or len(cells_seen(kernel, dilations[:-1])) < field
        (found,) = stacks(field, Shape(None, (field,)), [kernel], [base])
        assert found.design.field == len(seen)


def test_a_thousand_cells_take_eight_to_ten_layers() -> None:
    """1 + (k - 1)(2^L - 1) >= 1000: L = 8 for k 5..8, 9 for 3 and 4, 10 for 2."""
    found = list(stacks(1000, Shape(None, (1000,)), range(2, 9)))
    told = [(stack.kernel, len(stack.dilations), stack.design.field) for stack in found]
    assert told == [(5, 8, 1021), (6, 8, 1276), (7, 8, 1531), (8, 8, 1786), (3, 9, 1023), (4, 9, 1534), (2, 10, 1024)]


@pytest.mark.parametrize("padding", ["causal", "same"])
def test_a_stack_keeps_the_size(padding: str) -> None:
    (stack,) = stacks(31, Shape(4, (40, 50)), [3], padding=padding, out=8)
    assert (
        line(stack.design)
        == f"conv k3 {padding} | conv k3 {padding} d2 | conv k3 {padding} d4 | conv 8 k3 {padding} d8"
    )
    assert str(stack.design.shapes[-1]) == "8@40x50"


def test_so_many_layers_of_a_stack_are_used_where_they_reach() -> None:
    found = list(stacks(100, Shape(None, (100,)), [2, 3, 4], layers=6))
    assert [(stack.kernel, stack.dilations) for stack in found] == [
        (3, (1, 2, 4, 8, 16, 32)),
        (4, (1, 2, 4, 8, 16, 32)),
    ]


def test_dilations_that_leave_cells_out_are_not_told() -> None:
    with pytest.raises(Impossible, match="cells between them would never be read"):
        next(stacks(100, Shape(None, (100,)), [3], [4]))
    assert cells_seen(3, (1, 4)) != set(range(11))


def test_a_chain_that_does_not_fit_is_refused_as_its_layer_refuses() -> None:
    with pytest.raises(Impossible, match=r"the padded input is 3 .* the kernel's extent 9"):
        run_design([Conv(kernel=3), Conv(kernel=9)], Shape(None, (5,)))
