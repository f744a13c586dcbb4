"""`convcalc mirror` as its user sees it: a file that runs, notes on a range, JSON, refusals."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from convcalc.cli import main
from convcalc.cli import main as whole

ENCODER = "conv 8 k3 s2 p1 | relu | conv 16 k3 s2 p1"


def run(*args: str, **extra: object) -> Result:
    return CliRunner().invoke(main, ["mirror", *args], **extra)  # type: ignore[arg-type]


def test_the_decoder_is_a_file_with_its_input_and_what_it_must_give() -> None:
    result = run("-i", "3@30x30", "-e", ENCODER)
    assert result.stdout == (
        "# comes back from 16@8x8 to exactly 3@30x30\n"
        "input 16@8x8\n"
        "expect 3@30x30\n"
        "\n"
        "tconv 8 k3 s2 p1      # 8@15x15, of layer 3, conv 16 k3 s2 p1\n"
        "relu                  # 8@15x15, of layer 2, relu\n"
        "tconv 3 k3 s2 p1 op1  # 3@30x30, of layer 1, conv 8 k3 s2 p1\n"
    )
    assert result.stderr == ""
    assert result.exit_code == 0


@pytest.mark.parametrize("preset", ["lenet5", "resnet18", "wav2vec2", "autoencoder", "dcgan"])
def test_what_is_printed_runs_as_it_is(preset: str, tmp_path: Path) -> None:
    path = tmp_path / "decoder"
    path.write_text(run(preset).stdout)
    result = CliRunner().invoke(whole, ["chain", str(path), "-q"])
    assert result.exit_code == 0
    assert not result.stderr


def test_a_decoder_of_the_decoder_reads_what_the_encoder_read() -> None:
    once = run("-i", "3@30x30", "-e", ENCODER).stdout
    twice = run("-", input=once).stdout
    assert twice.splitlines()[1:3] == ["input 3@30x30", "expect 16@8x8"]


def test_the_framework_stands_in_the_file() -> None:
    assert "framework torch\n" in run("-i", "3@30x30", "-f", "torch", "-e", ENCODER).stdout
    assert "unpool" not in run("-i", "3@30x30", "-f", "keras", "-e", "pool k2").stdout


def test_pools_become_what_is_asked() -> None:
    assert "upsample x2" in run("-i", "3@8x8", "--pools", "upsample", "-e", "pool k2").stdout


def test_a_range_tells_which_sizes_need_which_output_padding() -> None:
    result = run("-i", "3@30x30", "-e", ENCODER, "--range", "200..230")
    assert result.stderr == (
        "note: for n from 200 to 230 this decoder comes back to: n = 2 mod 4\n"
        "note: layer 1 (tconv 8 k3 s2 p1) needs output_padding 1 for n = 0, 3 mod 4\n"
        "note: layer 3 (tconv 3 k3 s2 p1 op1) needs output_padding 0 for n = 1 mod 2\n"
    )
    assert result.exit_code == 0
    assert run("-i", "3@30x30", "-e", ENCODER, "--range", "200..230", "-q").stderr == ""


def test_a_range_tells_what_else_must_change_and_what_is_refused() -> None:
    result = run("-i", "3@8x8", "-e", "pool k2 | conv 4 k3", "--range", "1..40")
    assert result.stderr.splitlines()[1:] == [
        "note: layer 2 (unpool k2) must be one upsample for each size, upsample to 7 to begin with, for n = 1 mod 2",
        "note: the encoder does not take, or can't be mirrored from, 1..5",
    ]


def test_json_holds_the_file_its_layers_and_the_range() -> None:
    result = run("-i", "3@30x30", "-e", ENCODER, "--range", "28..31", "--json", "-q")
    answer = json.loads(result.stdout)
    assert list(answer) == ["version", "framework", "input", "output", "layers", "file", "range"]
    assert (answer["version"], answer["framework"]) == (1, None)
    assert answer["input"] == {"channels": 16, "size": [8, 8]}
    assert answer["output"] == {"channels": 3, "size": [30, 30]}
    assert answer["layers"][2] == {
        "index": 3,
        "name": None,
        "layer": "tconv 3 k3 s2 p1 op1",
        "inputs": [2],
        "output": {"channels": 3, "size": [30, 30]},
        "mirrors": 1,
    }
    assert answer["file"] + "\n" == run("-i", "3@30x30", "-e", ENCODER).stdout
    assert answer["range"]["works"]["list"] == [30]
    needs = {(need["index"], *need["output_padding"]): need["sizes"]["list"] for need in answer["range"]["needs"]}
    assert needs == {(1, 1, 1): [28, 31], (3, 0, 0): [29, 31]}


REFUSED = [
    pytest.param(["unet"], 1, "error: layer 48 (concat raised) can't be mirrored: joins by concat", id="a skip"),
    pytest.param(["-e", "conv 4 k3"], 2, "error: --input: the network states no input", id="no input"),
    pytest.param(["-i", "8x8", "-e", "conv 4 k3"], 2, "error: --input: the decoder can't know", id="no channels"),
    pytest.param(["-i", "3@2x2", "-e", "conv 4 k3"], 1, "error: the encoder itself fails at layer 1", id="no fit"),
    pytest.param([], 2, "error: give either SOURCE or -e LAYERS", id="nothing"),
    pytest.param(["nowhere.toml"], 2, "error: nowhere.toml: no such file", id="no file"),
    pytest.param(["lenet5", "--range", "a..5"], 2, "error: --range: must be an integer, got 'a'", id="no number"),
    pytest.param(["lenet5", "--range", "9..5"], 2, "error: --range: the range '9..5' is empty", id="backwards"),
    pytest.param(["lenet5", "--range", "1..2,9"], 2, "error: --range: takes one range", id="two ranges"),
    pytest.param(["lenet5", "--range", "1..9999"], 2, "error: --range: 9999 sizes are too many", id="too long"),
    pytest.param(["lenet5", "--pools", "max"], 2, "error: --pools: 'max' is not one of", id="no such pool"),
]


@pytest.mark.parametrize(("args", "code", "told"), REFUSED)
def test_what_can_not_be_is_told_in_one_line(args: list[str], code: int, told: str) -> None:
    result = run(*args)
    assert result.stderr.startswith(told)
    assert result.stderr.count("\n") == 1
    assert (result.stdout, result.exit_code) == ("", code)
