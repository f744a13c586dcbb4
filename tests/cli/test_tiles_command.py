"""`convcalc tiles`: halo, step, what to keep of a tile, and where the tiles of an image start."""

import json

import pytest
from conftest import Run

UNET = "conv 4 k3 p1 | pool k2 | upsample x2 | conv 4 k3 p1"


def test_the_unet_of_2015_is_told_as_its_users_cut_images(run: Run) -> None:
    result = run("tiles unet --tile 572 -i 1@1052x1052")
    assert result.stdout.splitlines() == [
        "each axis:",
        "  halo: 92:92",
        "  step: 16",
        "  smallest tile: 204",
        "  tile: 572, gives 388, keep all",
        "  next tile: 384 further, overlap 188",
        "  images: n = 12 mod 16, n >= 572",
        "  1052: 3 tiles, from 0, 384, 480",
    ]
    assert (result.stderr, result.exit_code) == ("", 0)


def test_padding_inside_leaves_the_inner_part_of_a_tile(run: Run) -> None:
    lines = run(["tiles", "-i", "4@70", "-e", UNET, "--tile", "64"]).stdout.splitlines()
    assert lines == [
        "halo: 3:3",
        "step: 2",
        "smallest tile: 7",
        "tile: 64, gives 64, keep 3..60 (at the border of the image all)",
        "next tile: 58 further, overlap 6",
        "images: n = 0 mod 2, n >= 64",
        "70: 2 tiles, from 0, 6",
    ]


def test_the_smallest_tile_is_taken_where_none_is_given(run: Run) -> None:
    assert "tile: 7, gives 6, keep 3..4" in run(["tiles", "-i", "4@64", "-e", UNET]).stdout


def test_an_image_that_tiles_do_not_cover_is_padded(run: Run) -> None:
    assert run("tiles unet --tile 572 -i 1@1000x1000").stdout.endswith(
        "1000: no tiles of 572 cover it, pad it to 1004\n"
    )


def test_axes_that_differ_are_told_one_by_one(run: Run) -> None:
    lines = run(["tiles", "-i", "3@64x64", "-e", "conv 8 k3x5 p1x2", "--tile", "16x32"]).stdout.splitlines()
    assert [line for line in lines if "axis" in line or "halo" in line or "est tile:" in line or "next" in line] == [
        "axis 1:",
        "  halo: 1:1",
        "  smallest tile: 3",
        "  next tile: 14 further, overlap 2",
        "axis 2:",
        "  halo: 2:2",
        "  smallest tile: 5",
        "  next tile: 28 further, overlap 4",
    ]


def test_a_stride_moves_fewer_cells_of_the_output(run: Run) -> None:
    assert "step: 4 (1 of the output)" in run(["tiles", "-i", "3@64", "-e", "conv 8 k3 s4 p1"]).stdout


def test_json_tells_all_of_it(run: Run) -> None:
    answer = json.loads(run("tiles unet --tile 572 -i 1@1052x1000 --json").stdout)
    assert (answer["version"], answer["framework"], answer["whole_image_layers"]) == (1, "torch", [])
    assert answer["axes"][0] == {
        "halo": [92, 92],
        "step": 16,
        "output_step": 16,
        "smallest": 204,
        "tile": 572,
        "output": 388,
        "keep": [0, 388],
        "advance": 384,
        "overlap": 188,
        "borders_differ": False,
        "image": {"modulus": 16, "residue": 12, "least": 572},
        "starts": [0, 384, 480],
    }
    assert answer["axes"][1]["starts"] is None


def test_norms_over_the_whole_image_are_noted(run: Run) -> None:
    line = ["tiles", "-i", "3@64", "-e", "conv 8 k3 p1 | instancenorm"]
    assert run(line).stderr == ("note: layer 2 (instancenorm) takes its mean over all cells, of a tile another one\n")
    assert run([*line, "-q"]).stderr == ""


BAD = [
    ("resnet18", 1, "layer 67 (gap) does not move along with the input; what it gives of a tile is no part of"),
    ("unet --tile 187", 1, "--tile: a tile of 187 is not taken by the network; 188 can be"),
    ("unet --tile 188", 1, "--tile: of a tile of 188 only 4 output cells are right, a step moves 16; the smallest"),
    ("unet --tile 57x", 2, "--tile: '57x' misses a number around x"),
    ("unet --tile 0", 2, "--tile: must be at least 1, got 0"),
    ("unet --tile 5x5x5", 2, "--tile: 3 axes are given, the size has 2"),
    ("dcgan", 2, "--input: 100 is a feature vector, it has no size"),
    ("-e relu", 2, "--input: the network states no input"),
    ("unet -e relu", 2, "give either SOURCE or -e LAYERS"),
]


@pytest.mark.parametrize(("line", "code", "message"), BAD, ids=[row[0] for row in BAD])
def test_a_question_without_an_answer_is_told_in_one_line(run: Run, line: str, code: int, message: str) -> None:
    result = run(f"tiles {line}")
    assert result.stderr.startswith(f"error: {message}")
    assert (result.stdout, result.stderr.count("\n"), result.exit_code) == ("", 1, code)
