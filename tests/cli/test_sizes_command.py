"""`convcalc sizes`: every form of the answer, the exit codes, and what is told of a question that makes no sense."""

import json
from pathlib import Path

import pytest
from conftest import Run

SAME = "a: pool k2 | pool k2 | tconv 4 k4 s4 | add in"
TOLD = [
    ("sizes unet", ["each axis: every size from 188", "smallest: 188x188"]),
    ("sizes unet --lossless", ["each axis: n = 12 mod 16, n >= 188", "smallest: 188x188"]),
    ("sizes unet --out 388 --lossless", ["each axis: 572", "smallest: 572x572"]),
    ("sizes lenet5", ["each axis: 32..35", "smallest: 32x32"]),
    ("sizes pix2pix", ["each axis: n = 0, 1 mod 256, n >= 256", "smallest: 256x256"]),
    ("sizes wavenet", ["every size from 1", "smallest: 1"]),
    ("sizes c3d", ["axis 1: 16..31", "axis 2: 96..127", "axis 3: 96..127", "smallest: 16x96x96"]),
    ("sizes lenet5 --out 10", ["each axis: 32..35", "smallest: 32x32"]),
    ("sizes lenet5 -f tf", ["each axis: 32..35", "smallest: 32x32"]),
]


@pytest.mark.parametrize(("line", "told"), TOLD, ids=[row[0] for row in TOLD])
def test_the_sizes_of_a_preset(run: Run, line: str, told: list[str]) -> None:
    result = run(line)
    assert [text for text in result.stdout.splitlines() if not text.startswith("  ")] == told
    assert (result.stderr, result.exit_code) == ("", 0)


def test_the_layer_to_blame_is_named(run: Run) -> None:
    result = run(["sizes", "-i", "4@8", "-e", SAME])
    assert result.stdout.splitlines() == [
        "multiples of 4 from 4",
        "  refused by layer 4 (add in)",
        "smallest: 4",
    ]


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        ("unshuffle 32 | conv 4 k2", "multiples of 32 from 64"),
        ("conv 4 k3 expect=4@26", "28"),
        ("pool k4 s4 expect=4@7", "28..31"),
        ("unshuffle 4 | upsample x4 | crop 1 | identity expect=16@10", "12"),
    ],
)
def test_the_wording_of_a_set_of_sizes(run: Run, layers: str, told: str) -> None:
    assert run(["sizes", "-i", "4@8", "-e", layers]).stdout.splitlines()[0] == told


def test_runs_of_residues_are_told_as_first_and_last(run: Run) -> None:
    down = " | ".join(["conv 4 k3 s2 p0:1"] * 3)
    result = run(["sizes", "-i", "3@512x512", "-e", f"{down} | z: identity | conv 4 k3 s2 p1 | upsample x2 | add z"])
    assert result.stdout.startswith("each axis: n = 0..7 mod 16, n >= 16\n")


NEAR = [
    ("sizes unet --lossless --near 520", "520: 508 below (crop 6:6), 524 above (pad 2:2)"),
    ("sizes unet --lossless --near 572", "572 is taken"),
    ("sizes unet --lossless --near 100", "100: 188 above (pad 44:44)"),
    ("sizes lenet5 --near 40", "40: 35 below (crop 2:3)"),
]


@pytest.mark.parametrize(("line", "told"), NEAR, ids=[row[0] for row in NEAR])
def test_the_nearest_sizes_with_the_crop_or_pad_to_get_there(run: Run, line: str, told: str) -> None:
    assert run(line).stdout.splitlines()[-1] == told


def test_near_is_told_for_each_axis(run: Run) -> None:
    lines = run("sizes unet --lossless --near 520x572").stdout.splitlines()
    assert lines[-2:] == ["axis 1: 520: 508 below (crop 6:6), 524 above (pad 2:2)", "axis 2: 572 is taken"]


def test_a_list_is_bare_integers_and_nothing_else(run: Run) -> None:
    result = run("sizes unet --lossless --list --max 220")
    assert (result.stdout, result.stderr, result.exit_code) == ("188\n204\n220\n", "", 0)
    none = run("sizes unet --list --max 100")
    assert (none.stdout, none.stderr, none.exit_code) == ("", "", 1)


def test_every_size_that_is_listed_runs_and_no_other_does(run: Run) -> None:
    listed = [int(line) for line in run(["sizes", "-i", "4@8", "-e", SAME, "--list", "--max", "30"]).stdout.split()]
    runs = [n for n in range(1, 31) if run(["chain", "-i", f"4@{n}", "-e", SAME]).exit_code == 0]
    assert listed == runs


def test_json_tells_modulus_residues_and_bounds(run: Run) -> None:
    answer = json.loads(run("sizes unet --lossless --near 520 --json").stdout)
    assert (answer["version"], answer["framework"], answer["smallest"]) == (1, "torch", [188, 188])
    axis = answer["axes"][0]
    assert (axis["modulus"], axis["residues"], axis["bounds"], axis["exceptions"]) == (16, [12], [188, None], [])
    assert [layer["index"] for layer in axis["layers"]] == [5, 10, 15, 20]
    assert axis["text"] == "n = 12 mod 16, n >= 188"
    assert answer["near"][0] == {"size": 520, "below": 508, "above": 524}
    assert (
        run("sizes unet --lossless --near 520 --format json").stdout
        == run("sizes unet --lossless --near 520 --json").stdout
    )


def test_json_tells_a_finite_set_by_its_ends(run: Run) -> None:
    answer = json.loads(run("sizes lenet5 --json").stdout)
    assert answer["square"]["residues"] == []
    assert answer["square"]["bounds"] == [32, 35]
    assert answer["square"]["exceptions"] == [32, 33, 34, 35]


FORMS = [
    ("monai", '["16*n+12", "16*n+12"]\n'),
    ("bioimageio", '[{"min": 188, "step": 16}, {"min": 188, "step": 16}]\n'),
    ("torch", '16 * Dim("n1", min=11) + 12\n16 * Dim("n2", min=11) + 12\n'),
]


@pytest.mark.parametrize(("form", "told"), FORMS, ids=[row[0] for row in FORMS])
def test_the_forms_that_other_tools_read(run: Run, form: str, told: str) -> None:
    assert run(f"sizes unet --lossless --format {form}").stdout == told
    result = run(f"sizes pix2pix --format {form}")
    assert result.exit_code == 1
    assert result.stderr == ("error: n = 0, 1 mod 256, n >= 256 can't be told in this form; the form text tells it\n")


def test_axes_that_multiply_are_told_together(run: Run) -> None:
    result = run(["sizes", "-i", "4@8x8", "-e", "pool k2 | flatten expect=16"])
    assert result.stdout.splitlines()[-2:] == ["together: 2..3 x 8..9, 4..5 x 4..5, 8..9 x 2..3", "smallest: 4x4"]
    assert result.exit_code == 0


def test_axes_that_depend_on_each_other_otherwise_are_noted(run: Run) -> None:
    result = run(["sizes", "-i", "4@8x8", "-e", "permute 0 2 1 | add in"])
    assert result.stderr == "note: the axes depend on each other, each is told with the others as in 1x1\n"


def test_no_size_at_all_is_exit_code_1(run: Run) -> None:
    result = run(["sizes", "-i", "3@8", "-e", "conv 8 k3 | dense 4"])
    assert (result.stdout, result.exit_code) == ("no size\n  refused by layer 2 (dense 4)\n", 1)


def test_the_stated_input_need_not_fit(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "net.txt"
    path.write_text("input 3@2x2\nexpect 8@1x1\nconv 8 k5\n")
    assert run(["sizes", str(path)]).stdout.splitlines()[0] == "each axis: every size from 5"


def test_sizes_that_no_rule_tells_are_tried_and_said_to_be(run: Run) -> None:
    result = run("sizes -", input="framework torch\ninput 3@8\nUpsample(scale_factor=1.3)\nconv 8 k3\n")
    assert result.stdout.startswith("3..2048 (of those up to 2048, tried one by one)\n")
    assert result.stderr == "note: no rule tells these sizes, they were tried one by one up to 2048\n"


BAD = [
    ("sizes", "give either SOURCE or -e LAYERS"),
    ("sizes unet -e relu", "give either SOURCE or -e LAYERS"),
    ("sizes untet", "untet: no such file or preset; did you mean unet?"),
    ("sizes -e relu", "--input: the network states no input; give one, e.g. 3@224x224"),
    ("sizes dcgan", "--input: 100 is a feature vector, it has no size; write e.g. -i 3@1x1"),
    ("sizes unet -i 3@", "--input: '3@' is not a size: nothing stands after @"),
    ("sizes unet --out x", "--out: 'x' is not a size"),
    ("sizes unet --near 5x5x5", "--near: 3 axes are given, the size has 2"),
    ("sizes unet --list", "--list: needs --max, the largest size to print"),
    ("sizes unet --max 0 --list", "--max: 0 is not in the range x>=1."),
    ("sizes unet --format yaml", "--format: 'yaml' is not one of"),
    ("sizes -i 3@8 -e conv,k3x3", "-e:1: op: unknown op"),
]


@pytest.mark.parametrize(("line", "message"), BAD, ids=[row[0] for row in BAD])
def test_a_bad_question_is_told_in_one_line(run: Run, line: str, message: str) -> None:
    result = run(line)
    assert result.stderr.startswith(f"error: {message}")
    assert (result.stdout, result.stderr.count("\n"), result.exit_code) == ("", 1, 2)


def test_a_kernel_of_more_axes_than_the_input_is_malformed(run: Run) -> None:
    result = run(["sizes", "-i", "3@8", "-e", "conv 8 k3x3"])
    assert (result.stdout, result.stderr.count("\n"), result.exit_code) == ("", 1, 2)
