"""Networks at the command line: every source, every form, and what happens when a layer does not fit."""

import csv
import io
import json
import sys
from pathlib import Path

import pytest
from conftest import Run

EXAMPLES = Path(__file__).parent.parent / "examples"
LADDER = "tconv 512 k4 | tconv 256 k4 s2 p1 | tconv 128 k4 s2 p1 | tconv 64 k4 s2 p1 | tconv 3 k4 s2 p1"


def ladder(run: Run) -> str:
    return run(["chain", "-i", "100@1x1", "-e", LADDER]).stdout


def test_the_line_of_the_contract_ends_in_3_at_64_by_64(run: Run) -> None:
    result = run(["chain", "-i", "100@1x1", "-e", LADDER])
    assert result.stdout.endswith("100@1x1 → 3@64x64\n")
    assert result.stderr == ""
    assert result.exit_code == 0


@pytest.mark.parametrize("suffix", ["toml", "json", "yaml", "txt"])
def test_every_source_of_the_same_network_gives_the_same_table(run: Run, suffix: str) -> None:
    if suffix == "yaml":
        pytest.importorskip("yaml", reason="PyYAML is not installed: pip install 'convcalc[yaml]'")
    path = EXAMPLES / "good" / f"ladder.{suffix}"
    piped = run("chain -", input=path.read_bytes())
    assert run(["chain", str(path)]).stdout == piped.stdout
    assert [line.split()[-5:] for line in piped.stdout.splitlines()][2:] == [
        line.split()[-5:] for line in ladder(run).splitlines()
    ][2:]


def test_the_table_has_a_row_a_layer_and_the_totals(run: Run) -> None:
    lines = run("chain dcgan").stdout.splitlines()
    assert lines[0].split() == ["#", "name", "layer", "output", "params", "MACs", "field", "jump", "notes"]
    assert len(lines) == 2 + 12 + 2
    assert lines[6].split()[:5] == ["5", "tconv", "128", "k5", "same"]
    assert lines[-2] == "total: 2,330,944 params (2,305,472 trainable), 51,744,000 MACs"
    assert lines[-1] == "100 → 1@28x28"


def test_the_columns_of_the_table_add_up_to_its_totals(run: Run) -> None:
    for preset in ("resnet50", "unet", "wavenet"):
        text = run(["chain", preset, "--format", "csv", "--columns", "params,macs"]).stdout
        rows = list(csv.DictReader(io.StringIO(text)))
        last = run(["chain", preset]).stdout.splitlines()[-2]
        params, macs = (sum(int(row[column]) for row in rows) for column in ("params", "macs"))
        assert last.startswith(f"total: {params:,} params")
        assert last.endswith(f"{macs:,} MACs")


def test_numbers_are_never_cut_on_a_pipe(run: Run) -> None:
    text = run("chain vgg16").stdout
    assert "1,849,688,064" in text
    assert "…" not in text


def test_no_line_of_a_piped_table_ends_in_blanks(run: Run) -> None:
    assert not [line for line in run("chain resnet18").stdout.splitlines() if line != line.rstrip()]


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120])
def test_a_narrow_terminal_drops_whole_columns_and_says_so(
    run: Run, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convcalc.cli.output._terminal_width", lambda: width)
    result = run("chain dcgan_torch")
    assert "…" not in result.stdout
    assert result.stderr.startswith("note: the terminal is too narrow for ") == (width <= 80)
    assert max(len(line) for line in result.stdout.splitlines()[:-2]) <= width
    assert run("chain dcgan_torch -q").stderr == ""


def test_columns_are_chosen_by_name(run: Run) -> None:
    result = run("chain -i 3@8 -e relu --columns output,index,offset")
    assert result.stdout.splitlines()[0].split() == ["output", "#", "offset"]
    wrong = run("chain -i 3@8 -e relu --columns outptu")
    assert wrong.stderr == "error: --columns: there is no column 'outptu'; did you mean output?\n"
    assert wrong.exit_code == 2


def test_json_has_the_keys_of_the_contract(run: Run) -> None:
    text = "in1: conv 4 k3x5 p1x2 s2 | tconv 4 k4 s2 p1"
    answer = json.loads(run(["chain", "-i", "4@8x8", "-f", "torch", "-e", text, "--format", "json"]).stdout)
    assert {key: answer[key] for key in ("version", "framework", "input", "output", "total")} == {
        "version": 1,
        "framework": "torch",
        "input": {"channels": 4, "size": [8, 8]},
        "output": {"channels": 4, "size": [8, 8]},
        "total": {"params": 244 + 260, "trainable": 244 + 260, "macs": 3840 + 4096},
    }
    second = answer["layers"][1]
    assert second["receptive_field"] == [5, 7]
    assert second["jump"] == [1, 1]
    assert answer["layers"][0] == {
        "index": 1,
        "name": "in1",
        "op": "conv",
        "layer": "conv 4 k3x5 s2 p1x2",
        "inputs": [0],
        "output": {"channels": 4, "size": [4, 4]},
        "params": 244,
        "trainable": 244,
        "macs": 3840,
        "receptive_field": [3, 5],
        "jump": [2, 2],
        "offset": [-1, -2],
        "notes": [],
    }


def test_a_fractional_jump_is_a_pair_in_json(run: Run) -> None:
    answer = json.loads(run(["chain", "-i", "4@8", "-e", "upsample x2", "--format", "json"]).stdout)
    assert answer["layers"][0]["jump"] == [[1, 2]]


def test_csv_and_markdown_tell_the_same_as_the_table(run: Run) -> None:
    rows = list(csv.reader(io.StringIO(run("chain dcgan --format csv").stdout)))
    assert rows[0] == ["index", "name", "layer", "output", "params", "macs", "receptive_field", "jump", "notes"]
    assert rows[1] == ["1", "", "dense 12544 nobias", "12544", "1254400", "1254400", "", "", ""]
    markdown = run("chain dcgan --format markdown").stdout.splitlines()
    assert [cell.strip() for cell in markdown[2].split("|")][1:6] == [
        "1",
        "",
        "dense 12544 nobias",
        "12544",
        "1,254,400",
    ]
    assert len({len(line) for line in markdown[:14]}) == 1
    assert markdown[-1] == "100 → 1@28x28"


def test_another_input_and_another_framework(run: Run) -> None:
    assert run("chain resnet18 -i 3@256x320 -f keras").stdout.splitlines()[-2:] == [
        "total: 11,699,112 params (11,689,512 trainable), 2,961,428,480 MACs",
        "3@256x320 → 1000",
    ]


def test_the_first_layer_that_fails_is_marked_and_what_came_before_is_shown(run: Run) -> None:
    result = run(["chain", "-i", "3@8x8", "-e", "conv 8 k3 | big: conv 8 k9 | relu"])
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[2].split()[:5] == ["1", "conv", "8", "k3", "8@6x6"]
    assert lines[3].split() == ["2", "big", "conv", "8", "k9", "✗"]
    assert lines[4] == "total: 224 params (224 trainable), 7,776 MACs, before the layer that fails"
    assert result.stderr == (
        "error: -e:1: layer 2 big: conv 8 k9: kernel: axis 1 of 2: "
        "the padded input is 6 + 0 + 0 = 6, the kernel's extent 9; "
        "the smallest input that works is 9, the largest kernel 6, the padding that fits 3 in all\n"
    )


def test_a_failing_network_in_json_tells_how_far_it_came(run: Run) -> None:
    result = run(["chain", "-i", "3@8x8", "-e", "conv 8 k3 | conv 8 k9", "--format", "json"])
    answer = json.loads(result.stdout)
    assert (len(answer["layers"]), answer["output"], answer["findings"][0]["index"]) == (1, None, 2)
    assert result.exit_code == 1


ONLY = "a: conv 4 k3 | relu | b: pool k2 | block.1: relu | c: relu"


@pytest.mark.parametrize(
    ("only", "numbers"),
    [("b", ["3"]), ("c,1", ["1", "5"]), ("2, a", ["1", "2"]), ("block", ["4"])],
    ids=["a name", "in the network's order", "numbers and names", "what a block is called"],
)
@pytest.mark.parametrize("form", ["table", "csv", "markdown", "json"])
def test_only_the_layers_that_are_asked_for_are_shown(run: Run, only: str, numbers: list[str], form: str) -> None:
    columns = [] if form == "json" else ["--columns", "index"]
    result = run(["chain", "-i", "3@8x8", "-e", ONLY, "--only", only, "--format", form, *columns])
    assert result.exit_code == 0
    if form == "json":
        assert [str(layer["index"]) for layer in json.loads(result.stdout)["layers"]] == numbers
    else:
        words = [line.strip("| ") for line in result.stdout.splitlines()]
        assert [word for word in words if word.isdecimal()] == numbers


@pytest.mark.parametrize(("only", "hint"), [("bb", "did you mean b?"), ("6", "there are 1 to 5"), ("", "there are")])
def test_a_layer_that_there_is_not_can_not_be_shown(run: Run, only: str, hint: str) -> None:
    result = run(["chain", "-i", "3@8x8", "-e", ONLY, "--only", only])
    assert result.exit_code == 2
    assert f"--only: no layer is called '{only}'" in result.stderr
    assert hint in result.stderr


def test_a_broken_expectation_is_an_error_with_its_place(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "net.txt"
    path.write_text("input 3@8x8\nexpect 8@5x5\nconv 8 k3 expect=8@7x7\nrelu\n")
    result = run(["chain", str(path)])
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"error: {path}:3:18: layer 1 conv 8 k3: expected 8@7x7, got 8@6x6",
        f"error: {path}:2:8: layer 2 relu: expected 8@5x5, got 8@6x6",
    ]
    assert "8@6x6" in result.stdout


def test_a_join_of_unequal_shapes_shows_both_branches(run: Run) -> None:
    result = run(["chain", "-i", "3@8x8", "-e", "a: conv 8 k3 | conv 8 k3 | add a"])
    assert result.exit_code == 1
    assert result.stderr.endswith("add needs equal shapes, got 8@4x4 and 8@6x6 (a); pad like=a before it gives 6x6\n")


def test_more_axes_in_a_kernel_than_in_the_size_is_malformed(run: Run) -> None:
    result = run(["chain", "-i", "3@8", "-e", "conv 8 k3x3"])
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1


BAD = [
    ("chain", 2, "give either SOURCE or -e LAYERS"),
    ("chain dcgan -e relu", 2, "give either SOURCE or -e LAYERS"),
    ("chain dgcan", 2, "dgcan: no such file or preset; did you mean dcgan?"),
    ("chain nosuch.toml", 2, "nosuch.toml: no such file"),
    ("chain /", 2, "/: can't be read: Is a directory"),
    ("chain -e relu", 2, "--input: the network states no input; give one, e.g. 3@224x224"),
    ("chain dcgan -i 3@", 2, "--input: '3@' is not a size"),
    ("chain -i 3@8 -e rleu", 2, "-e:1: op: unknown op 'rleu'; did you mean relu?"),
    ("chain dcgan -f torhc", 2, "--framework: 'torhc' is not one of"),
    ("chain dcgan --format jsno", 2, "--format: 'jsno' is not one of"),
]


@pytest.mark.parametrize(("line", "code", "message"), BAD, ids=[row[0] for row in BAD])
def test_a_bad_call_is_told_in_one_line(run: Run, line: str, code: int, message: str) -> None:
    result = run(line)
    assert result.stderr.startswith(f"error: {message}")
    assert (result.stdout, result.stderr.count("\n"), result.exit_code) == ("", 1, code)


def test_a_name_with_a_null_byte_is_told_in_one_line(run: Run) -> None:
    result = run(["chain", "a\0b"])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize("path", sorted((EXAMPLES / "bad").glob("*.[tj]*[lnt]")), ids=lambda path: path.name)
def test_a_bad_file_ends_in_one_line_and_exit_code_2(run: Run, path: Path) -> None:
    result = run(["chain", str(path)])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"error: {path}")
    assert result.stderr.count("\n") == 1


def test_a_failing_layer_is_the_last_line_of_the_csv(run: Run) -> None:
    rows = list(csv.reader(io.StringIO(run(["chain", "-i", "3@8", "-e", "conv 8 k9", "--format", "csv"]).stdout)))
    assert rows[1][:4] == ["1", "", "conv 8 k9", ""]
    assert rows[1][-1].startswith("error: kernel: the padded input is 8")


def test_an_error_in_the_layers_given_tells_which(run: Run) -> None:
    result = run(["chain", "-i", "3@8", "-e", "conv 8 k3 | conv 8 k0"])
    assert result.stderr == "error: -e:1 'conv 8 k0': kernel: must be at least 1, got 0\n"


def test_a_file_comes_before_a_preset_of_the_same_name(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dcgan").write_text("input 3@8\nconv 8 k3\n")
    assert run("chain dcgan").stdout.endswith("3@8 \u2192 8@6\n")


def test_the_expectation_of_the_network_is_told_at_its_own_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "net.txt"
    path.write_text("input 3@8\nexpect 8@7\nconv 8 k3 expect=8@6\n")
    assert run(["chain", str(path)]).stderr == f"error: {path}:2:8: layer 1 conv 8 k3: expected 8@7, got 8@6\n"


def test_another_input_is_not_held_to_what_is_expected_of_the_first(run: Run) -> None:
    result = run("chain unet -i 1@700x700")
    assert result.exit_code == 0
    assert result.stderr == "note: 2@388x388 is expected of 1@572x572, and not held against 1@700x700\n"
    assert result.stdout.endswith("2@516x516\n")


def test_a_file_that_is_too_large_is_not_read(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    path.write_bytes(b"# " + b"x" * 50_000_000)
    result = run(["chain", str(path)])
    assert result.stderr == f"error: {path}: larger than 32 MiB, which no network file should be\n"
    assert result.exit_code == 2


def test_without_pyyaml_the_command_that_installs_it_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    result = run("chain -", input="layers:\n  - relu\n")
    assert result.stderr == "error: <stdin>: reading YAML needs PyYAML; run pip install 'convcalc[yaml]'\n"
    assert result.exit_code == 2


def test_presets_are_listed_with_what_they_are(run: Run) -> None:
    lines = run("presets").stdout.splitlines()
    assert [line.split()[0] for line in lines] == sorted(line.split()[0] for line in lines)
    assert any(line.startswith("dcgan  ") and "MNIST" in line for line in lines)


def test_a_preset_is_printed_as_a_file_to_start_from(run: Run) -> None:
    text = run("presets unet").stdout
    assert run("chain -", input=text).stdout == run("chain unet").stdout
    wrong = run("presets unte")
    assert wrong.stderr == "error: there is no preset 'unte'; did you mean unet?\n"
    assert wrong.exit_code == 2
