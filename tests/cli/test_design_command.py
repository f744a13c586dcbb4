"""`convcalc design` as its user sees it: lines to paste, JSON, refusals."""

import json

import pytest
from click.testing import CliRunner, Result

from convcalc.cli import main
from convcalc.cli import main as whole


def run(line: str) -> Result:
    return CliRunner().invoke(main, ["design", *line.split()])


def test_the_ladder_of_dcgan_comes_first_for_4_to_64() -> None:
    for line in ("4 64", "4 64 --op tconv"):
        result = run(line)
        first = result.stdout.splitlines()[0]
        assert first == (
            "tconv k4 s2 p1 | tconv k4 s2 p1 | tconv k4 s2 p1 | tconv k4 s2 p1"
            "  # 4 layers, 4 → 8 → 16 → 32 → 64, field 3"
        )
        assert result.exit_code == 0


def test_from_one_cell_the_first_layer_is_a_projection() -> None:
    first = run("100@1x1 3@64x64").stdout.splitlines()[0]
    ladder, sizes = first.split("  # ")
    assert ladder.rstrip() == "tconv k4 | tconv k4 s2 p1 | tconv k4 s2 p1 | tconv k4 s2 p1 | tconv 3 k4 s2 p1"
    assert sizes == "5 layers, 1x1 → 4x4 → 8x8 → 16x16 → 32x32 → 64x64, field 6"


@pytest.mark.parametrize("line", ["4 64", "256 1 --op conv", "7x9 14x18", "--field 1000", "1 28 --vary"])
def test_every_line_can_be_pasted_with_its_comment(line: str) -> None:
    sizes = [word for word in line.split() if word[0].isdigit() and "1000" not in word] or ["1000", "1000"]
    for pasted in run(f"{line} -q").stdout.splitlines():
        result = CliRunner().invoke(whole, ["chain", "-q", "-i", f"1@{sizes[0]}", "-e", pasted])
        assert result.exit_code == 0
        assert result.stdout.splitlines()[-1].endswith(f"→ 1@{sizes[1]}")


def test_what_is_left_out_is_noted_unless_quiet() -> None:
    assert run("4 64 --limit 2").stderr == "note: more chains do, --limit shows them\n"
    assert len(run("4 64 --limit 2").stdout.splitlines()) == 2
    assert run("4 64 --limit 2 -q").stderr == ""
    assert run("4 64 -k 4 -s 2 --limit 100").stderr == ""


def test_a_field_alone_lists_the_dilations_for_each_kernel() -> None:
    lines = run("--field 1000").stdout.splitlines()
    assert len(lines) == 7
    assert lines[0].startswith("conv k5 causal | conv k5 causal d2 | conv k5 causal d4 | ")
    assert lines[0].endswith("  # 8 layers, keeping 1000, field 1021")
    same = run("64x64 64x64 --field 31 -k 3").stdout
    assert (
        same
        == "conv k3 same | conv k3 same d2 | conv k3 same d4 | conv k3 same d8  # 4 layers, keeping 64x64, field 31\n"
    )
    assert "d9" in run("--field 100 -k 3 --base 3 --padding same").stdout


def test_a_field_with_two_sizes_keeps_the_chains_that_see_enough() -> None:
    assert all(int(line.rsplit(" ", 1)[1]) >= 400 for line in run("256 1 --field 400").stdout.splitlines())


def test_json_tells_each_layer_and_size() -> None:
    answer = json.loads(run("4 8 --json --limit 1 -q").stdout)
    layer = {"layer": "tconv k4 s2 p1", "op": "tconv", "kernel": 4, "stride": 2, "dilation": 1}
    assert answer == {
        "version": 1,
        "from": {"channels": None, "size": [4]},
        "to": {"channels": None, "size": [8]},
        "field": None,
        "designs": [
            {
                "line": "tconv k4 s2 p1",
                "layers": [{**layer, "padding": [1, 1], "output_padding": 0}],
                "sizes": [[4], [8]],
                "receptive_field": 2,
            }
        ],
        "complete": False,
    }


def test_json_of_a_stack_tells_its_dilations() -> None:
    answer = json.loads(run("--field 31 -k 3 --json").stdout)
    assert (answer["from"], answer["to"], answer["field"], answer["complete"]) == (None, None, 31, True)
    assert [layer["dilation"] for layer in answer["designs"][0]["layers"]] == [1, 2, 4, 8]
    assert [layer["padding"] for layer in answer["designs"][0]["layers"]] == [[2, 0], [4, 0], [8, 0], [16, 0]]


def test_no_chain_is_no_answer_and_json_is_still_an_object() -> None:
    text = run("4 64 --layers 2 -s 2")
    assert (text.stdout, text.exit_code) == ("", 1)
    assert text.stderr.startswith("error: no such chain of layers does that; try --vary, another --layers")
    answer = run("4 64 --layers 2 -s 2 --json")
    assert (json.loads(answer.stdout)["designs"], answer.exit_code) == ([], 1)


REFUSED = [
    pytest.param("4", 2, "error: give FROM and TO, or --field", id="one size"),
    pytest.param("", 2, "error: give FROM and TO, or --field", id="nothing"),
    pytest.param("a b", 2, "error: 'a' is not a size", id="no size"),
    pytest.param("4 64 -k a", 2, "error: --kernel: must be an integer, got 'a'", id="no kernel"),
    pytest.param("4 64 -k 0", 2, "error: --kernel: must be at least 1, got 0", id="kernel of none"),
    pytest.param("4 64 -k 1..9999", 2, "error: --kernel: 1..9999 is too wide", id="too many kernels"),
    pytest.param("4 64 -k 1..999", 2, "error: --kernel: there are too many layers to try", id="too many layers"),
    pytest.param("4x4 8", 2, "error: 4x4 has 2 axes, 8 has 1", id="other axes"),
    pytest.param("4x9 8x3", 1, "error: from 4x9 to 8x3 one axis grows and another shrinks", id="both ways"),
    pytest.param("--field 9 -s 2", 2, "error: --field: dilated layers that keep the size", id="a stride in a stack"),
    pytest.param("4 64 --base 2", 2, "error: --base: is of dilated layers", id="a base without a stack"),
    pytest.param("--field 99 -k 3 --base 4", 1, "error: no kernel is as large as the base", id="gridding"),
    pytest.param("--field 99 --layers 1", 1, "error: no stack reaches that field", id="too few layers"),
]


@pytest.mark.parametrize(("line", "code", "told"), REFUSED)
def test_what_can_not_be_is_told_in_one_line(line: str, code: int, told: str) -> None:
    result = run(line)
    assert result.stderr.startswith(told)
    assert result.stderr.count("\n") == 1
    assert (result.stdout, result.exit_code) == ("", code)
