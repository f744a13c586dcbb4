"""All that is wrong in one file is told in one run: what fails hides nothing that can still be checked."""

from pathlib import Path

import pytest
from conftest import Run
from told import told, write


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


TOLD = {
    "two kernels that do not fit": (
        "input 3@8x8\nconv 8 k9\nconv 8 k3 p1\nadaptivepool 4x4\nconv 8 k5\n",
        ["2 CC101", "5 CC101"],
    ),
    "groups, then groups": ("input 3@8x8\nconv 9 k3 g2\nrelu\nconv 8 k3 g2\n", ["2 CC103", "4 CC103"]),
    "a size, then channels behind it": ("input 3@8x8\nconv 8 k9\nconv 7 k3 p1 g2\n", ["2 CC101", "3 CC103"]),
    "channels behind a window and a norm": ("input 3@8x8\npool k9\nbatchnorm\nconv 8 k1 g2\n", ["2 CC101", "4 CC103"]),
    "a window behind channels": ("input 3@8x8\nconv 8 k3 p1 g2\nconv 8 k9\n", ["2 CC103", "3 CC101"]),
    "both in one branch each": (
        "input 4@8x8\na: conv 8 k9\nb: conv 8 k3 g3 from=in\n",
        ["2 CC101", "3 CC103"],
    ),
    "a join of channels behind a window that does not fit": (
        "input 4@8x8\na: conv 8 k9\nb: conv 9 k9 from=in\nadd a\n",
        ["2 CC101", "3 CC101", "4 CC104"],
    ),
    "a reshape, and a window behind it": ("input 12\nreshape 3@3x3\nconv 8 k5\n", ["2 CC105", "3 CC101"]),
    "a join, and groups behind it": (
        "input 4@8x8\na: conv 4 k3\nadd in\nconv 4 k3 g3\n",
        ["3 CC104", "4 CC103"],
    ),
    "an expectation on the way and the last one": (
        "input 3@8x8\nexpect 5@8x8\nconv 8 k3 p1 expect=9@8x8\nconv 4 k1\n",
        ["2 CC107", "3 CC107"],
    ),
    "an error and a warning before it": ("input 3@9x9\npool k2\nconv 8 k9\n", ["2 CC201", "3 CC101"]),
    "an error and a warning in another branch": (
        "input 3@9x9\na: conv 8 k19\nrelu from=in\npool k2\n",
        ["2 CC101", "4 CC201"],
    ),
    "two lines that can't be read": ("input 3@8x8\nconv 8 k0\nzonk 3\n", ["2 CC003", "3 CC003"]),
    "a line that can't be read, and what comes before it": ("input 3@8x8\nconv 8 k9\nzonk 3\n", ["2 CC101", "3 CC003"]),
    "a line that can't be read, and another branch": (
        "input 3@8x8\nzonk 3\nconv 8 k9 from=in\n",
        ["2 CC003", "3 CC101"],
    ),
    "groups behind a line that can't be read": (
        "framework torch\ninput 3@8x8\nzonk 3\nconv 8 k1\nconv 6 k3 g3\n",
        ["3 CC003", "5 CC103"],
    ),
    "a name that is defined in a line that can't be read": (
        "input 3@8x8\na: zonk 3\nconv 8 k9 from=in\nconv 8 k1 from=a\n",
        ["2 CC003", "3 CC101"],
    ),
    "a name that there is not": ("input 3@8x8\nconv 8 k9\nadd nowhere\n", ["2 CC101", "3 CC003"]),
    "an unknown key and a layer": ("input 3@8x8\ncheck ignored=CC201\nconv 8 k9\n", ["2 CC003", "3 CC101"]),
    "what is wrong in a block is told once": (
        "block b\n  conv 8 k3 p1 g3\nend\ninput 8@8x8\nb\nb\nb\n",
        ["2 CC103"],
    ),
    "and once in a repeat": ("input 8@8x8\nrepeat 5\n  conv 8 k3 p1 g3\nend\n", ["3 CC103"]),
    "two rules in one place": ("input 3@32x32\nconv 8 k5 s6\n", ["2 CC201", "2 CC202"]),
    "no more than there is": ("input 3@8x8\nconv 8 k9\nconv 8 k3\nrelu\nflatten\ndense 10\n", ["2 CC101"]),
    "nothing where a size is not known": (
        "input 3@8x8\nexpect 3@1x1\na: conv 8 k9\nb: conv 8 k3 from=in\nadd a\npool k99\nflatten\ndense 3\n",
        ["3 CC101"],
    ),
    "nothing behind a flatten of what is not known": (
        "input 3@8x8\nconv 8 k9\nflatten\nreshape 3@2x2\nconv 4 k2\n",
        ["2 CC101"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), TOLD.values(), ids=TOLD)
def test_everything_that_can_still_be_checked_is(run: Run, text: str, expected: list[str]) -> None:
    write({"net.txt": text})
    assert [line.removeprefix("net.txt:") for line in told(run, "net.txt")] == expected


STATED = {
    "an input that is none": ('"input": "3@x", "layers": [\n"conv 8 k0"]', ["1 CC003", "2 CC003"]),
    "an expectation that is none": (
        '"input": "3@8x8",\n"expect": [0], "layers": [\n"conv 8 k9"]',
        ["2 CC003", "3 CC101"],
    ),
    "a check that is none": ('"input": "3@8x8",\n"check": 3, "layers": [\n"conv 8 k9"]', ["2 CC003", "3 CC101"]),
    "a key that is none": ('"input": "3@8x8",\n"inptu": "3@8x8", "layers": [\n"conv 8 k9"]', ["2 CC003", "3 CC101"]),
    "layers that are no layers": ('"input": "3@8x8", "layers": [\n3,\nnull,\n"conv 8 k9"]', ["2 CC003", "3 CC003"]),
}


@pytest.mark.parametrize(("text", "expected"), STATED.values(), ids=STATED)
def test_a_statement_that_can_t_be_read_does_not_hide_the_layers(run: Run, text: str, expected: list[str]) -> None:
    write({"net.json": f"{{{text}}}"})
    assert [line.removeprefix("net.json:") for line in told(run, "net.json")] == expected
