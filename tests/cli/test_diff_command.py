"""`convcalc diff`: what a reviewer reads of two networks, and what a script gets."""

import json
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from conftest import Run
from hypothesis import given
from hypothesis import strategies as st

from convcalc import Layer, Network, read
from convcalc.changes import changes_between
from convcalc.renderers.changes import changes_markdown, show_percent

OLD = "input 3@8x8\nc1: conv 4 k3 p1\nrelu\nconv 2 k1\n"
NEW = "input 3@8x8\nc1: conv 4 k5 p2\nrelu\npool k2\nconv 2 k1\n"
SHIFTED = "input 3@8x8\nc1: conv 4 k5 p2\nrelu\nconv 2 k1\n"
FAILING = "input 3@8x8\nc1: conv 4 k9\nrelu\nconv 2 k1\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {"old": OLD, "new": NEW, "shifted": SHIFTED, "failing": FAILING}.items():
        (tmp_path / f"{name}.txt").write_text(text)
    return tmp_path


# c1 holds 3 * 4 * 9 + 4 = 112 params, then 3 * 4 * 25 + 4 = 304; on 64 cells it takes 108 and 300 MACs each.
# The last conv holds 4 * 2 + 2 = 10; 8 MACs a cell on 64 cells, then on 16.
TABLE = """\
change         #   name   layer                                               output             params                       MACs   field    jump
──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
changed        1   c1     conv 4 k3 p1 → conv 4 k5 p2                          4@8x8   112 → 304 (+192)   6,912 → 19,200 (+12,288)   3 → 5       1
                          (1 layer unchanged but for field and jump)
added          3          pool k2                                              4@4x4                  0                          0       6       2
affected   3 → 4          conv 2 k1                                    2@8x8 → 2@4x4                 10           512 → 128 (-384)   3 → 6   1 → 2
output: 2@8x8 → 2@4x4
params: 122 → 314 (+192, +157.4%)
MACs: 7,424 → 19,328 (+11,904, +160.3%)
receptive field: 3 → 6
"""  # noqa: E501 - a table is as wide as it is

MARKDOWN = """\
`old.txt` → `new.txt`

| change | # | name | layer | output | params | MACs | field | jump |
| --- | --: | --- | --- | --: | --: | --: | --: | --: |
| changed | 1 | c1 | conv 4 k3 p1 → conv 4 k5 p2 | 4@8x8 | 112 → 304 (+192) | 6,912 → 19,200 (+12,288) | 3 → 5 | 1 |
|  |  |  | (1 layer unchanged but for field and jump) |  |  |  |  |  |
| added | 3 |  | pool k2 | 4@4x4 | 0 | 0 | 6 | 2 |
| affected | 3 → 4 |  | conv 2 k1 | 2@8x8 → 2@4x4 | 10 | 512 → 128 (-384) | 3 → 6 | 1 → 2 |

output: 2@8x8 → 2@4x4; params: 122 → 314 (+192, +157.4%); MACs: 7,424 → 19,328 (+11,904, +160.3%); receptive field: 3 → 6
"""  # noqa: E501 - a table is as wide as it is


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("form", "expected"), [("table", TABLE), ("markdown", MARKDOWN)])
def test_a_small_difference_in_full(run: Run, form: str, expected: str) -> None:
    result = run(["diff", "old.txt", "new.txt", "--format", form])
    assert result.stdout == expected
    assert result.stderr == ""
    assert result.exit_code == 1


@pytest.mark.usefixtures("folder")
def test_json_tells_both_networks_and_each_layer_as_chain_does(run: Run) -> None:
    answer = json.loads(run("diff old.txt new.txt --format json").stdout)
    assert (answer["version"], answer["output_changed"]) == (1, True)
    assert answer["old"] == {
        "source": "old.txt",
        "framework": None,
        "input": {"channels": 3, "size": [8, 8]},
        "output": {"channels": 2, "size": [8, 8]},
        "total": {"params": 122, "trainable": 122, "macs": 7424},
        "findings": [],
        "receptive_field": [3, 3],
        "jump": [1, 1],
    }
    chained = {name: json.loads(run(f"chain {name}.txt --format json").stdout)["layers"] for name in ("old", "new")}
    old, new = chained["old"], chained["new"]
    assert answer["layers"] == [
        {"change": "changed", "old": old[0], "new": new[0]},
        {"change": "affected", "old": old[1], "new": new[1]},
        {"change": "added", "old": None, "new": new[2]},
        {"change": "affected", "old": old[2], "new": new[3]},
    ]


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_of_nothing_changed_nothing_is_printed(run: Run, form: str) -> None:
    result = run(f"diff unet unet --format {form}")
    assert (result.stdout, result.stderr, result.exit_code) == ("", "note: nothing changed\n", 0)
    assert run(f"diff unet unet --format {form} -q").stderr == ""


def test_of_nothing_changed_json_lists_no_layer(run: Run) -> None:
    answer = json.loads(run("diff unet unet --format json").stdout)
    assert (answer["layers"], answer["output_changed"]) == ([], False)


@pytest.mark.usefixtures("folder")
def test_all_shows_unchanged_layers_too(run: Run) -> None:
    lines = run("diff old.txt old.txt --all").stdout.splitlines()
    assert [line.split()[:2] for line in lines[2:5]] == [["unchanged", "1"], ["unchanged", "2"], ["unchanged", "3"]]
    layers = json.loads(run("diff old.txt old.txt --all --format json").stdout)["layers"]
    assert [layer["change"] for layer in layers] == ["unchanged"] * 3


@pytest.mark.usefixtures("folder")
def test_another_input_for_both_shows_where_the_two_part(run: Run) -> None:
    result = run("diff old.txt shifted.txt -i 3@9x9")
    assert "input:" not in result.stdout
    assert result.stdout.splitlines()[4:6] == ["output: 2@9x9", "params: 122 → 314 (+192, +157.4%)"]
    assert result.exit_code == 0


def test_networks_may_have_inputs_of_their_own(run: Run, folder: Path) -> None:
    (folder / "wide.txt").write_text(OLD.replace("8x8", "16x16"))
    lines = run("diff old.txt wide.txt").stdout.splitlines()
    assert [line.split()[0] for line in lines[2:5]] == ["affected"] * 3
    assert lines[5:7] == ["input: 3@8x8 → 3@16x16", "output: 2@8x8 → 2@16x16"]


@pytest.mark.usefixtures("folder")
def test_one_of_the_two_may_be_piped(run: Run) -> None:
    there = run("diff - new.txt --format markdown", input=OLD)
    assert there.stdout == MARKDOWN.replace("`old.txt`", "`<stdin>`")
    back = run("diff new.txt - --format json", input=OLD)
    assert json.loads(back.stdout)["new"]["source"] == "<stdin>"


@pytest.mark.usefixtures("folder")
def test_a_layer_that_fails_now_is_marked_and_told(run: Run) -> None:
    result = run("diff old.txt failing.txt")
    lines = result.stdout.splitlines()
    assert "conv 4 k3 p1 → conv 4 k9   4@8x8 → ✗   112 → ?   6,912 → ?   3 → ?" in lines[2]
    assert lines[3].strip() == "(2 layers not reached)"
    assert lines[4:] == ["output: 2@8x8 → ✗", "params: 122 → ?", "MACs: 7,424 → ?", "receptive field: 3 → ?"]
    assert ": layer 1 c1: conv 4 k9: kernel: axis 1 of 2: " in result.stderr
    assert result.stderr == run("chain failing.txt").stderr
    assert result.exit_code == 1


@pytest.mark.usefixtures("folder")
def test_a_layer_that_is_never_reached_is_null_in_json(run: Run) -> None:
    answer = json.loads(run("diff old.txt failing.txt --format json").stdout)
    assert answer["new"]["output"] is None
    assert answer["new"]["receptive_field"] is None
    assert [finding["index"] for finding in answer["new"]["findings"]] == [1]
    changed, relu, _ = answer["layers"]
    assert changed["new"]["layer"] == "conv 4 k9"
    assert relu["new"].keys() == relu["old"].keys()
    assert (relu["new"]["index"], relu["new"]["inputs"], relu["new"]["output"]) == (2, [1], None)


@pytest.mark.usefixtures("folder")
def test_a_layer_that_fails_as_before_is_shown_and_no_change(run: Run) -> None:
    result = run("diff failing.txt failing.txt")
    assert "✗" in result.stdout.splitlines()[2]
    assert (result.stderr.count("error: "), result.exit_code) == (2, 0)


def test_a_kernel_of_more_axes_than_the_size_is_malformed(run: Run, folder: Path) -> None:
    (folder / "axes.txt").write_text("input 3@8x8\nconv 8 k3x3x3\n")
    assert run("diff old.txt axes.txt").exit_code == 2


def test_a_layer_that_reads_another_one_is_told_by_the_numbers(run: Run, folder: Path) -> None:
    text = "input 3@8x8\na: relu\nb: tanh\nrelu\nadd a\n"
    (folder / "a.txt").write_text(text)
    (folder / "b.txt").write_text(text.replace("add a", "add b"))
    lines = run("diff a.txt b.txt").stdout.splitlines()
    assert "inputs" in lines[0].split()
    assert "add a → add b          3 1 → 3 2   " in lines[3]


def test_a_name_with_backticks_is_quoted_in_markdown(run: Run, folder: Path) -> None:
    (folder / "a`b.txt").write_text(OLD.replace("relu", "tanh"))
    text = run(["diff", "old.txt", "a`b.txt", "--format", "markdown"]).stdout
    assert text.startswith("`old.txt` → `` a`b.txt ``\n\n| change |")


def test_pipes_in_names_are_escaped_in_markdown() -> None:
    relu = read("relu").layers[0].op
    runs = [Network([Layer(relu, (0,), name)]).run("3@8") for name in ("a|b", "c")]
    assert "a\\|b → c |" in changes_markdown(changes_between(*runs), ["a", "b"])


@given(st.integers(1, 5000), st.integers(0, 10**6))
def test_per_cent_is_rounded_exactly(old: int, new: int) -> None:
    """The growth to one decimal, halves away from zero, as decimal arithmetic has it."""
    exact = Decimal(Fraction(abs(new - old) * 100 * 10**6, old).__floor__()).scaleb(-6)
    shown = show_percent(old, new)
    assert shown[0] == ("-" if new < old else "+")
    assert Decimal(shown[1:-1].replace(",", "")) == exact.quantize(Decimal("0.1"), ROUND_HALF_UP)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_narrow_terminal_drops_whole_columns_and_says_so(
    run: Run, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convcalc.cli.output._terminal_width", lambda: width)
    result = run("diff old.txt new.txt")
    assert "…" not in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()[:-4]) <= width
    assert result.stderr.startswith("note: the terminal is too narrow for ")
    assert run("diff old.txt new.txt -q").stderr == ""


BAD = [
    ("diff unet", "Missing argument 'NEW'"),
    ("diff - -", "only one of OLD and NEW can be -"),
    ("diff unet nuet", "nuet: no such file or preset; did you mean unet?"),
    ("diff unet unet -i 3@", "--input: '3@' is not a size"),
    ("diff unet unet --format csv", "--format: 'csv' is not one of"),
]


@pytest.mark.parametrize(("line", "message"), BAD, ids=[row[0] for row in BAD])
def test_a_bad_call_is_told_in_one_line(run: Run, line: str, message: str) -> None:
    result = run(line)
    assert result.stderr.startswith(f"error: {message}")
    assert (result.stdout, result.stderr.count("\n"), result.exit_code) == ("", 1, 2)


def test_a_network_without_an_input_is_named(run: Run, folder: Path) -> None:
    (folder / "open.txt").write_text("relu\n")
    result = run("diff old.txt open.txt")
    assert result.stderr == "error: open.txt: the network states no input; give one, e.g. 3@224x224\n"
    assert result.exit_code == 2
