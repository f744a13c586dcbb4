"""One layer backwards, as a user asks it: the layers that fit, the sizes, and why nothing does."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from conftest import Run

Ask = Callable[[str], Result]


@pytest.fixture
def ask(run: Run) -> Ask:
    """`ask("conv --in 224")`: the command `solve`."""
    return lambda line: run(f"solve {line}")


def layers(result: Result) -> list[str]:
    """The layer of each line, without its reason."""
    return [line.split("  ")[0] for line in result.stdout.splitlines()]


def test_a_kernel_twice_the_stride_stands_first(ask: Ask) -> None:
    result = ask("tconv --in 7 --out 14 -s 2")
    assert layers(result)[:2] == ["tconv k4 s2 p1", "tconv k2 s2"]
    assert "tconv k3 s2 p1 op1" in layers(result)
    assert result.stderr == (
        "note: searched kernel 1..11, stride 2, dilation 1, padding 0..extent-1 a side, at most one apart, "
        "output_padding 0..stride-1\nnote: more exist, --all lists them\n"
    )
    assert result.exit_code == 0


def test_columns_are_aligned_and_the_reason_stands_last(ask: Ask) -> None:
    lines = ask("conv --in 224 --out 112 --limit 5").stdout.splitlines()
    assert lines[0] == "conv k3 s2 p1   symmetric, odd kernel, nothing unread"
    assert len({line.index("symmetric") for line in lines}) == 1


def test_padding_that_must_be_uneven_is_said_to_be(ask: Ask) -> None:
    result = ask("conv --in 28 --out 28 -k 4 -s 1")
    assert layers(result) == ["conv k4 p1:2", "conv k4 p2:1"]
    assert "note: the padding must be uneven, no equal sides fit\n" in result.stderr


SIZES = [
    ("conv --out 112 -k 7 -s 2 -p 3", "223..224"),
    ("conv --in 224 -k 7 -s 2 -p 3", "112"),
    ("conv --out 112x112 -k 7 -s 2 -p 3", "223..224x223..224"),
    ("tconv --in 7 -k 3 -s 2 -p 1", "13..14"),
    ("tconv --out 14 -k 3 -s 2 -p 1", "7"),
    ("tconv --in 7 -k 3 -s 2 -p 1 --output-padding 1", "14"),
    ("conv --in 220..226 -k 7 -s 2 -p 3", "110..113"),
    ("conv --out 14 -k 3 -s 2 -p same", "27..28"),
    ("conv --out 28 -k 3 -s 1 -p same -f torch", "28"),
    ("pool --out 56 -k 3 -s 2 -p 0 --ceil", "112..113"),
    ("pool --out 56 -k 3 -s 2 -p 0 --ceil any", "112..114"),
    ("tconv --in 7x8 -k 3 -s 2 -p 1", "13x15\n14x16"),
]


@pytest.mark.parametrize(("line", "answer"), SIZES, ids=[row[0] for row in SIZES])
def test_where_every_knob_is_known_the_sizes_alone_are_told(ask: Ask, line: str, answer: str) -> None:
    result = ask(line)
    assert (result.stdout, result.stderr, result.exit_code) == (f"{answer}\n", "", 0)


def test_sizes_stand_in_front_where_they_were_ranges(ask: Ask) -> None:
    result = ask("conv --in 220..226 --out 112 -k 7 -s 2 -p 3 -q")
    assert [line.split("  ")[:2] for line in result.stdout.splitlines()] == [
        ["223 -> 112", "conv k7 s2 p3"],
        ["224 -> 112", "conv k7 s2 p3"],
    ]
    assert result.stderr == ""


KEYS = ["in", "out", "kernel", "stride", "dilation", "padding", "output_padding", "reason"]


def test_json_tells_what_was_searched_and_every_solution(ask: Ask) -> None:
    told = json.loads(ask("tconv --in 7 --out 14 -s 2 --json").stdout)
    assert list(told) == ["version", "op", "framework", "searched", "solutions", "complete"]
    assert (told["version"], told["op"], told["framework"], told["complete"]) == (1, "tconv", None, False)
    assert told["searched"] == {
        "kernel": "1..11",
        "stride": "2",
        "dilation": "1",
        "padding": "0..extent-1:0..extent-1",
        "output_padding": "0..stride-1",
    }
    assert len(told["solutions"]) == 10
    assert all(list(solution) == KEYS for solution in told["solutions"])
    first = dict(told["solutions"][0])
    assert "twice the stride" in first.pop("reason")
    assert first == {
        "in": 7, "out": 14, "kernel": 4, "stride": 2, "dilation": 1, "padding": [1, 1], "output_padding": 0,
    }  # fmt: skip


def test_json_is_complete_with_all_and_without_a_limit_that_cuts(ask: Ask) -> None:
    every = json.loads(ask("tconv --in 7 --out 14 -s 2 --json --all").stdout)
    assert every["complete"]
    exact = json.loads(ask(f"tconv --in 7 --out 14 -s 2 --json --limit {len(every['solutions'])}").stdout)
    assert exact == every
    sizes = json.loads(ask("conv --out 2 -k 3 -s 32 -p 1 --json").stdout)
    assert [solution["in"] for solution in sizes["solutions"]] == list(range(33, 65))
    assert sizes["complete"]


def test_json_has_a_list_where_the_axes_differ(ask: Ask) -> None:
    told = json.loads(ask("conv --in 28x30 --out 28x30 -k 3x5 -s 1 -p 1x2 --json").stdout)
    (solution,) = told["solutions"]
    assert solution.pop("reason")
    assert solution == {
        "in": [28, 30], "out": [28, 30], "kernel": [3, 5], "stride": 1, "dilation": 1,
        "padding": [[1, 1], [2, 2]], "output_padding": 0,
    }  # fmt: skip


def test_json_tells_the_padding_that_a_word_stands_for(ask: Ask) -> None:
    told = json.loads(ask("conv --in 28 --out 14 -k 3 -s 2 -p same --json").stdout)
    assert [solution["padding"] for solution in told["solutions"]] == [[0, 1]]
    assert told["searched"]["padding"] == "same"


def test_json_without_a_solution_is_still_an_object(ask: Ask) -> None:
    result = ask("conv --in 224 --out 300 -k 3 -s 1 -p 0 --json")
    told = json.loads(result.stdout)
    assert (told["solutions"], told["complete"]) == ([], True)
    assert result.stderr.splitlines()[-1].startswith("error: ")
    assert result.exit_code == 1


NOTHING = {
    "conv --in 224 --out 300 -k 3 -s 1 -p 0": [
        (
            "error: no conv gives 300 from 224 with kernel 3, stride 1, dilation 1, padding 0: it takes 78 "
            "cells of padding"
        ),
        "with another padding: conv k3 p39",
        "with another in: 302 (conv k3)",
        "with another out: 222 (conv k3)\n",
    ],
    "conv --in 224 --out 75 -k 3 -s 2 -p 1": [
        (
            "error: no conv gives 75 from 224 with kernel 3, stride 2, dilation 1, padding 1: it takes a "
            "crop of 72 to 73 cells"
        ),
        "with another kernel: conv k77 s2 p1",
        "with another stride: conv k3 s3 p1",
        "with another dilation: conv k3 s2 p1 d38",
        "with another in: 150 (conv k3 s2 p1)",
        "with another out: 112 (conv k3 s2 p1)\n",
    ],
}


@pytest.mark.parametrize(("line", "message"), NOTHING.items(), ids=NOTHING)
def test_where_nothing_fits_the_nearest_answers_are_told(ask: Ask, line: str, message: list[str]) -> None:
    result = ask(f"{line} -q")
    assert (result.stdout, result.stderr, result.exit_code) == ("", "; ".join(message), 1)


def test_the_refusal_of_a_framework_is_told(ask: Ask) -> None:
    result = ask("conv --in 28 --out 14 -k 3 -s 2 -p same -f torch -q")
    assert "without -f torch there is conv k3 s2 same: PyTorch refuses this" in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.exit_code == 1


def test_equal_sides_that_do_not_fit_lead_to_uneven_ones(ask: Ask) -> None:
    assert "with another padding: conv k4 p1:2" in ask("conv --in 28 --out 28 -k 4 -s 1 -p 1").stderr


MALFORMED = [
    ("conv", "neither --in nor --out is given; give one size at least, e.g. --in 224"),
    ("conv --in 28 -k 1..", "--kernel: '1..' misses a number; write 3, 3,5 or 1..7, one for each axis as 3x1..7"),
    ("conv --in 28 -k 5..1", "--kernel: the range '5..1' is empty; write 1..5"),
    ("conv --in 28 -k 0..3", "--kernel: must be at least 1, got 0"),
    ("conv --in 28 -k a", "--kernel: must be an integer, got 'a'"),
    ("conv --in 28 -s 3,,5", "--stride: '3,,5' misses a number"),
    ("conv --in 28 -k 3x3", "--kernel: 2 axes are given, the size has 1"),
    ("conv --in 28x28 --out 28x28 -p 1x1x1", "--padding: 3 axes are given, the size has 2"),
    ("conv --in 28 --out 28x28", "--out: has 2 axes, --in has 1; give a size for each axis"),
    ("conv --in 3@28", "--in: '3@28' has channels, and a window knows none; write --in 28"),
    ("conv --in 0", "--in: must be at least 1, got 0"),
    ("conv --in 28 -p half", "--padding: 'half' is not a padding; write 1, 0..4, 0..4:0..4, same"),
    ("conv --in 28 -p 1:", "--padding: '1:' misses a number"),
    ("conv --in 28 --all --limit 3", "--all: is every answer, --limit a few; give one of them"),
    ("conv --in 28 --limit 0", "--limit: 0 is not in the range"),
    ("conv --in 28 --output-padding 1", "No such option '--output-padding'"),
    ("tconv --in 28 --output-padding -1", "--output-padding: must be at least 0, got -1"),
    ("pool --in 28 --ceil maybe", "--ceil: 'maybe' is not one of 'yes', 'no', 'any'"),
]


@pytest.mark.parametrize(("line", "message"), MALFORMED, ids=[row[0] for row in MALFORMED])
def test_a_bad_question_is_told_in_one_line(ask: Ask, line: str, message: str) -> None:
    result = ask(line)
    assert result.stderr.startswith(f"error: {message}")
    assert (result.stdout, result.stderr.count("\n"), result.exit_code) == ("", 1, 2)
