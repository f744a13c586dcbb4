"""One-layer questions: the answer on stdout, notes and errors on stderr, the exit code."""

import json

import pytest
from conftest import Run

GAPS = "2 of every 3 output cells are bias alone: no kernel reaches them"

ANSWERS = [
    ("conv 224 -k 7 -s 2 -p 3", "112", ""),
    ("conv 3@224x224 -k 7 -s 2 -p 3 -o 64", "64@112x112", ""),
    ("conv 3@224x224 -k 7 -s 2 -p 3", "3@112x112", ""),
    ("conv 224 -k 7 -s 2 -p 3 -o 64", "112", ""),
    ("conv 224x320 -k 3x5 -s 2x1 -p same", "112x320", "note: same pads (0, 1) x (2, 2): before, after\n"),
    ("conv 6 -k 3 -s 2", "2", "note: 1 trailing input cell is never read\n"),
    ("conv 6x6 -k 3 -s 2", "2x2", "note: 1 trailing input cell per axis is never read\n"),
    ("conv 6x7 -k 3 -s 2", "2x3", "note: 1 trailing input cell on axis 1 is never read\n"),
    ("conv 7 -k 3 -s 4", "2", "note: the stride steps over 1 of every 4 input cells\n"),
    ("conv 6 -k 3 -s 2 -p 1", "3", ""),
    ("conv 6 -k 3 -p 0:1", "5", ""),
    ("conv 10 -k 3 -p -2:0", "6", "note: 2 leading input cells are never read\n"),
    ("conv 3 -k 3 -s 5", "1", ""),
    ("conv 5 -k 2 -d 4", "1", "note: 3 input cells between the taps are never read\n"),
    ("conv 5x5 -k 2 -d 3", "2x2", "note: 1 input cell per axis between the taps is never read\n"),
    ("tconv 2 -k 2 -d 4", "6", "note: 2 output cells are bias alone: no input reaches that far\n"),
    ("pool 224 -k 3 -s 2 -p same-lower --ceil", "112", "note: same-lower pads (1, 0): before, after\n"),
    ("tconv 5 -k 3 -s 2 -p valid --output-size 12", "12", "note: output_padding 1 gives 12\n"),
    ("tconv 1 -k 2 -s 4", "2", ""),
    ("tconv 3 -k 3 -s 2 -p same --output-padding 1", "6",
     "note: Keras' output_padding is padding (0, 1) with none of it left\n"),
    ("conv 16x224x224 -k 3x7x7 -p 1x3x3 -s 1x2x2", "16x112x112", ""),
    ("conv 9 -k 3 -d 2 -p causal", "9", "note: causal pads (4, 0): before, after\n"),
    ("pool 112 -k 3 -s 2 -p 1 --ceil", "57", ""),
    ("pool 112 -k 2 --kind avg", "56", ""),
    ("pool 64@7x7 -k 2", "64@3x3", "note: 1 trailing input cell per axis is never read\n"),
    ("tconv 4 -k 4 -s 2 -p 1", "8", ""),
    ("tconv 3 -k 3 -s 2 -p 1 --output-size 6", "6", "note: output_padding 1 gives 6\n"),
    ("tconv 3 -k 3 -s 2 -p 1 --output-padding 1", "6", ""),
    ("tconv 7 -k 5 -s 2 -p same", "14", "note: same pads (1, 2): before, after\n"),
    ("tconv 3 -k 1 -s 3", "7", f"note: {GAPS}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "answer", "notes"), ANSWERS, ids=[row[0] for row in ANSWERS])
def test_a_question_has_its_answer_and_its_notes(run: Run, line: str, answer: str, notes: str) -> None:
    result = run(line)
    assert result.stdout == f"{answer}\n"
    assert result.stderr == notes
    assert result.exit_code == 0


@pytest.mark.parametrize("line", [row[0] for row in ANSWERS if row[2]])
def test_quiet_silences_the_notes(run: Run, line: str) -> None:
    assert run(f"{line} -q").stderr == ""


def test_several_sizes_have_an_answer_a_line(run: Run) -> None:
    result = run("conv 224 6 3@8x8 -k 3 -s 2 -p 1")
    assert result.stdout == "112\n3\n3@4x4\n"


def test_sizes_come_from_stdin_too(run: Run) -> None:
    result = run("conv 7 - 9 -k 3", input="224\n\n 32x32 \n")
    assert result.stdout == "5\n222\n30x30\n7\n"


def test_one_size_without_an_answer_does_not_stop_the_others(run: Run) -> None:
    result = run("conv 9 2 3x 8 -k 3")
    assert result.stdout == "7\n6\n"
    assert [line.split(":")[:2] for line in result.stderr.splitlines()] == [["error", " 2"], ["error", " 3x"]]
    assert result.exit_code == 2


MISFIT = (
    "the padded input is 2 + 0 + 0 = 2, the kernel's extent 3; "
    "the smallest input that works is 3, the largest kernel 2, the padding that fits 1 in all"
)

REFUSED = [
    ("conv 5x2 -k 3", 1, f"--kernel: axis 2 of 2: {MISFIT}"),
    ("conv 6@8 -k 3 -g 4", 1, "--groups: groups 4 does not divide the 6 input channels; 3 and 6 divide all channels"),
    ("tconv 3 -k 3 -s 2 --output-padding 2", 1, "--output-padding: output_padding 2 is out of reach"),
    ("tconv 3 -k 3 -s 2 --output-size 20", 1, "--output-size: no output_padding gives 20 from 3; 7 to 8 are in reach"),
    ("conv 224 -k 0", 2, "--kernel: must be at least 1, got 0"),
    ("conv 224 -k -3", 2, "--kernel: must be at least 1, got -3"),
    ("conv 224 -k 3 -s 0", 2, "--stride: must be at least 1, got 0"),
    ("conv 224 -k 3 -d 0", 2, "--dilation: must be at least 1, got 0"),
    ("conv 224 -k 3 -g 0", 2, "--groups: must be at least 1, got 0"),
    ("conv 0 -k 3", 2, "'0' is not a size: must be at least 1, got 0"),
    ("conv 3@ -k 3", 2, "'3@' is not a size"),
    ("conv 3x -k 3", 2, "'3x' is not a size: '3x' misses a number around x"),
    ("conv 224 -k 3x3", 2, "--kernel: 2 axes are given, the size has 1"),
    ("conv 8x8x8 -k 3x3", 2, "--kernel: 2 axes are given, the size has 3"),
    ("conv 224 -k 3 -p half", 2, "--padding: 'half' is not a padding; write 1, 1x2, 0:1x2:2, same"),
    ("conv 224 -k 3.5", 2, "--kernel: must be an integer, got '3.5'"),
    ("tconv 3 -k 3 --output-padding 0 --output-size 5", 2, "--output-size: output_padding and output_size exclude"),
    ("conv 224", 2, "Missing option '-k' / '--kernel'"),
    ("conv -k 3", 2, "Missing argument 'SIZE...'"),
    ("conv 224 -k", 2, "Option '-k' requires an argument"),
    ("conv 224 --kernl 3", 2, "No such option '--kernl'"),
    ("covn 224", 2, "No such command 'covn'. (Did you mean one of: 'conv'"),
    ("conv 224 -k 3 -f pytorch", 2, "--framework: 'pytorch' is not one of 'torch', 'keras', 'tf', 'onnx', 'jax'"),
    (f"conv {'9' * 5000} -k 3", 2, "a number of 5000 digits is too long; 4300 are read"),
    (f"conv 9 -k {'9' * 5000}", 2, "--kernel: a number of 5000 digits is too long; 4300 are read"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code", "message"), REFUSED, ids=[row[0][:40] for row in REFUSED])
def test_what_has_no_answer_is_told_in_one_line(run: Run, line: str, code: int, message: str) -> None:
    result = run(line)
    assert result.stdout == ""
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("error: ")
    assert result.exit_code == code


def test_a_number_of_1000_digits_is_answered(run: Run) -> None:
    result = run(f"conv {'9' * 1000} -k 3")
    assert result.stdout == f"{int('9' * 1000) - 2}\n"


def test_one_answer_too_long_to_print_does_not_stop_the_others(run: Run) -> None:
    result = run(["conv", "5", "9" * 4300, "6", "-k", "1", "-p", "9"])
    assert result.stdout == "23\n24\n"
    assert result.exit_code == 1


def test_explain_and_json_exclude_each_other(run: Run) -> None:
    result = run("conv 8 -k 3 --explain --json")
    assert (result.exit_code, result.stderr) == (
        2,
        "error: --explain: is for reading, --json for programs; give one of them\n",
    )


def test_a_byte_order_mark_on_stdin_is_no_part_of_the_size(run: Run) -> None:
    assert run("conv - -k 3", input="\ufeff224\n").stdout == "222\n"


def test_an_answer_too_long_to_print_is_told_in_one_line(run: Run) -> None:
    result = run(f"tconv {'9' * 4000} -k 1 -s {'9' * 4000}")
    assert result.stderr == "error: a number in the answer has more digits than can be printed\n"
    assert result.exit_code == 1


def test_json_is_one_object_with_the_keys_of_the_contract(run: Run) -> None:
    result = run("conv 3@224x320 -k 3x5 -s 2x1 -p same -o 64 -f tf --json")
    assert json.loads(result.stdout) == {
        "version": 1,
        "op": "conv",
        "framework": "tf",
        "input": {"channels": 3, "size": [224, 320]},
        "output": {"channels": 64, "size": [112, 320]},
        "window": [
            {"kernel": 3, "stride": 2, "dilation": 1, "padding": [0, 1], "output_padding": 0},
            {"kernel": 5, "stride": 1, "dilation": 1, "padding": [2, 2], "output_padding": 0},
        ],
        "unused": [0, 0],
        "params": 64 * (3 * 15 + 1),
        "macs": 64 * 3 * 15 * 112 * 320,
        "notes": [{"code": "padding", "text": "same pads (0, 1) x (2, 2): before, after"}],
    }


def test_json_has_null_where_channels_are_not_known(run: Run) -> None:
    answer = json.loads(run("conv 6 -k 3 -s 2 --json").stdout)
    assert (answer["params"], answer["macs"], answer["input"]["channels"]) == (None, None, None)
    assert answer["unused"] == [1]


def test_json_of_a_transposed_layer_holds_the_output_padding_really_used(run: Run) -> None:
    answer = json.loads(run("tconv 3 -k 3 -s 2 -p 1 --output-size 6 --json").stdout)
    assert answer["window"] == [{"kernel": 3, "stride": 2, "dilation": 1, "padding": [1, 1], "output_padding": 1}]
    (window,) = json.loads(run("tconv 7 -k 5 -s 2 -p same --json").stdout)["window"]
    assert (window["padding"], window["output_padding"]) == ([1, 2], 0)


def test_json_of_several_sizes_is_an_object_a_line(run: Run) -> None:
    lines = run("conv 8 9 -k 3 --json").stdout.splitlines()
    assert [json.loads(line)["output"]["size"] for line in lines] == [[6], [7]]


def test_explain_shows_the_formula_the_numbers_and_each_step(run: Run) -> None:
    result = run("conv 6 -k 3 -s 2 --explain")
    assert result.stdout.splitlines() == [
        "2",
        "out = floor((in + before + after - extent) / stride) + 1",
        "extent = dilation * (kernel - 1) + 1",
        "axis 1: in = 6",
        "  extent = 1 * (3 - 1) + 1 = 3",
        "  padding used: (0, 0), before and after",
        "  out = floor((6 + 0 + 0 - 3) / 2) + 1 = floor(3/2) + 1 = 1 + 1 = 2",
        "  never read: 1 at the end of 6",
        "  every input from 5 to 6 gives 2",
    ]


def test_explain_of_a_transposed_layer_shows_the_equal_direct_convolution(run: Run) -> None:
    lines = run("tconv 7 -k 5 -s 2 -p same --explain").stdout
    assert "padding used: (1, 2), before and after, by same" in lines
    assert "out = (7 - 1) * 2 - 1 - 2 + 5 + 0 = 14" in lines
    assert "stride 1 with the kernel flipped, 1 zero between neighbours, padding (3, 2)" in lines
    assert "same can reach 13 to 14" in lines
    assert "output_padding 0 to 1 reaches 7 to 8" in run("tconv 3 -k 3 -s 2 --explain").stdout


def test_explain_tells_of_a_dropped_window_and_of_cells_stepped_over(run: Run) -> None:
    assert "past the last of 4: it is dropped, out = 1" in run("pool 4 -k 2 -s 5 -p 1 --ceil --explain").stdout
    assert "stepped over: 1 of every 2 cells" in run("conv 4 -k 1 -s 2 --explain").stdout


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("command", ["", "conv", "tconv", "pool", "chain", "presets"])
def test_help_is_everywhere(run: Run, command: str, option: str) -> None:
    result = run(f"{command} {option}")
    assert result.exit_code == 0
    assert "convcalc" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_the_version_is_told(run: Run, option: str) -> None:
    from convcalc import __version__

    assert run(option).stdout == f"convcalc {__version__}\n"


def test_no_command_shows_the_help_and_is_a_usage_error(run: Run) -> None:
    result = run("")
    assert "Commands:" in result.stderr
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("conv 1000000000 -k 2 -d 999999999", "note: 999999998 input cells between the taps are never read\n"),
        (
            "tconv 5 -k 3 -s 1000000000 -d 2",
            "note: 3999999990 output cells are bias alone: no input reaches that far\n",
        ),
    ],
)
def test_cells_that_are_left_out_are_counted_at_once_however_many(run: Run, line: str, note: str) -> None:
    assert run(line.split()).stderr == note
