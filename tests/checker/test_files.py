"""Which files a check is about, in which order, and that each is checked once, by however many processes."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import Run
from told import BROKEN, GOOD, MALFORMED, UNREAD, told, write

from convcalc.presets import files


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def paths(run: Run, *args: str) -> list[str]:
    """The files in which something is found."""
    return [line.rsplit(":", 1)[0] for line in told(run, *args)]


def test_a_folder_is_searched_to_its_ends_in_the_order_of_names(run: Run) -> None:
    write(
        {
            "nets/b.txt": BROKEN,
            "nets/a.txt": BROKEN,
            "nets/c/deep/er/x.toml": 'input = 3\nlayers = ["conv"]',
            "nets/a/z.json": '{"input": 3, "layers": ["conv"]}',
            "nets/B.yml": "input: 3\nlayers: [conv 3 k3 p1 p2]",
            "other/a.txt": BROKEN,
        }
    )
    assert paths(run, "nets") == ["nets/B.yml", "nets/a.txt", "nets/b.txt", "nets/a/z.json", "nets/c/deep/er/x.toml"]


def test_files_are_told_in_the_order_named_and_findings_by_line_and_column(run: Run) -> None:
    text = "input 3@9x9\nexpect 7@1x1\nconv 8 k3 g2\npool k2\nconv 8 k99 | conv 9 k0\n"
    write({"b.txt": text, "a.txt": BROKEN})
    assert paths(run, "b.txt", "a.txt")[-1] == "a.txt"
    assert paths(run, "a.txt", "b.txt")[0] == "a.txt"
    lines = run("check b.txt --format concise").stdout.splitlines()
    places = [tuple(map(int, line.split(":")[1:3])) for line in lines]
    assert places == sorted(places)
    assert len(set(places)) >= 3


LEFT_OUT = {
    "a folder with a dot": ".cache/net.txt",
    "a folder of modules": "node_modules/net.txt",
    "compiled Python": "__pycache__/net.txt",
    "a virtual environment": "env/lib/net.txt",
    "another suffix": "net.md",
}


@pytest.mark.parametrize("path", LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_nobody_keeps_networks_in_is_left_out_of_a_folder(run: Run, path: str) -> None:
    write({"env/pyvenv.cfg": "", "good.txt": GOOD, path: BROKEN})
    assert told(run, ".") == []
    assert run("check .").stderr == "1 file checked, nothing found\n"


@pytest.mark.parametrize("path", LEFT_OUT.values(), ids=LEFT_OUT)
def test_and_is_checked_if_it_is_named(run: Run, path: str) -> None:
    write({path: BROKEN})
    assert paths(run, path) == [path]


NO_NETWORKS = {
    "a package": ("package.json", '{"name": "x", "version": "1.0"}'),
    "a project": ("setup.toml", '[project]\nname = "x"\n'),
    "layers of an architecture": ("pyproject.toml", '[tool.importlinter]\nlayers = ["cli", "engine"]\n'),
    "a workflow": ("ci.yaml", "on: push\njobs: {}\n"),
    "requirements": ("requirements.txt", "click>=8\nrich\n"),
    "prose": ("notes.txt", "Read this first.\nThen pool your ideas.\n"),
    "lists": ("numbers.json", "[1, 2, 3]"),
    "a model of Keras": ("model.json", '{"class_name": "Sequential", "config": {"name": "s", "layers": []}}'),
    "a report of a check": ("report.json", '{"version": 1, "findings": [{"place": "layers[1].kernel"}]}'),
    "a page with layers in its text": ("page.yaml", "text: the layers of a cake\n"),
    "nothing": ("empty.txt", ""),
}


@pytest.mark.parametrize(("name", "text"), NO_NETWORKS.values(), ids=NO_NETWORKS)
def test_a_file_in_a_folder_that_is_no_network_is_skipped_and_named(run: Run, name: str, text: str) -> None:
    write({name: text, "good.txt": GOOD})
    result = run("check .")
    assert result.stdout == ""
    assert result.stderr == f"1 file checked, nothing found; 1 file is no network: ./{name}\n"
    assert result.exit_code == 0


@pytest.mark.parametrize(("name", "text"), NO_NETWORKS.values(), ids=NO_NETWORKS)
def test_a_file_that_is_no_network_and_is_named_is_an_error(run: Run, name: str, text: str) -> None:
    write({name: text})
    assert paths(run, name)
    assert run(["check", name]).exit_code == 2


NETWORKS = {
    "a broken line in TOML": ("net.toml", 'input = "3@8x8"\nlayers = ["conv 8 k0"]\n'),
    "tables in TOML": ("net.toml", 'input = "3@8x8"\n[[layers]]\nop = "conv"\nkernel = 0\n'),
    "indented JSON": ("net.json", '{\n "input": "3@8x8",\n "layers": [\n  "conv 8 k0"\n ]\n}\n'),
    "YAML": ("net.yml", "input: 3@8x8\nlayers:\n- conv 8 k0\n"),
    "layers only": ("net.txt", "conv 8 k3\nconv 8 k3\n"),
    "a layer that can't be read": ("net.txt", MALFORMED),
    "calls": ("net.txt", "input 3@8x8\nConv2d(3, 8, 9)\nReLU()\n"),
    "blocks": ("net.txt", "block b\nconv 8 k9\nend\ninput 3@8x8\nb\n"),
    "TOML that is cut": ("net.toml", 'input = "3@8x8"\nlayers = [\n'),
}


@pytest.mark.parametrize(("name", "text"), NETWORKS.values(), ids=NETWORKS)
def test_what_is_wrong_with_a_network_in_a_folder_is_no_reason_to_skip_it(run: Run, name: str, text: str) -> None:
    write({f"nets/{name}": text})
    assert f"nets/{name}" in paths(run, "nets")


def test_a_folder_in_which_no_file_is_a_network_has_not_been_checked(run: Run) -> None:
    write({"nets/package.json": "{}"})
    assert run("check nets").exit_code == 2


def test_globs_find_files_in_the_order_of_names(run: Run) -> None:
    write(dict.fromkeys(("b.txt", "a.txt", "nets/c.txt", "nets/deep/d.txt", "e.md"), BROKEN))
    assert paths(run, "*.txt") == ["a.txt", "b.txt"]
    assert paths(run, "**/*.txt") == ["a.txt", "b.txt", "nets/c.txt", "nets/deep/d.txt"]
    assert paths(run, "[b-e].*") == ["b.txt", "e.md"]


def test_a_glob_of_folders_searches_them(run: Run) -> None:
    write({"nets_1/a.txt": BROKEN, "nets_2/b.txt": BROKEN})
    assert paths(run, "nets_*") == ["nets_1/a.txt", "nets_2/b.txt"]


def test_a_file_whose_name_looks_like_a_glob_is_that_file(run: Run) -> None:
    write({"net[1].txt": BROKEN, "net1.txt": GOOD})
    assert paths(run, "net[1].txt") == ["net[1].txt"]


@pytest.mark.parametrize(
    "named",
    [
        ["net.txt", "net.txt"],
        ["net.txt", "./net.txt"],
        [".", "net.txt"],
        ["net.txt", "."],
        ["*.txt", "net.txt"],
        ["net.txt", "{here}/net.txt"],
        [".", "{here}"],
    ],
    ids=" ".join,
)
def test_a_file_that_is_named_twice_is_checked_once(run: Run, folder: Path, named: Sequence[str]) -> None:
    write({"net.txt": BROKEN})
    result = run(["check", *[path.format(here=folder) for path in named]])
    assert result.stderr == "1 file checked, 1 error in 1 of them\n"


def test_a_preset_is_checked_by_its_name_unless_there_is_such_a_file(run: Run) -> None:
    assert run("check unet dcgan").stderr == "2 files checked, nothing found\n"
    assert run(["check", "unet", files()["unet"]]).stderr == "1 file checked, nothing found\n"
    write({"unet": BROKEN})
    assert paths(run, "unet") == ["unet"]


def test_a_preset_can_break_on_another_input(run: Run) -> None:
    result = run("check unet -i 1@100x100 --format concise")
    assert "unet.toml:" in result.stdout
    assert result.exit_code == 1


def test_a_broken_file_among_many_does_not_stop_the_others(run: Run, folder: Path) -> None:
    write({"a.txt": BROKEN, "b.toml": "[", "c.txt": "", "e.txt": MALFORMED, "f.txt": UNREAD, "g.txt": GOOD})
    (folder / "d.txt").write_bytes(b"input \xff")
    result = run("check a.txt b.toml c.txt d.txt missing e.txt f.txt g.txt --format concise")
    assert [line.split(": ")[1][:5] for line in result.stdout.splitlines()] == [
        "CC101", "CC002", "CC001", "CC001", "CC003", "CC201"
    ]  # fmt: skip
    assert result.exit_code == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_a_pipe_in_a_folder_is_not_waited_for(folder: Path) -> None:
    write({"nets/good.txt": GOOD})
    os.mkfifo(folder / "nets" / "pipe.toml")
    command = [sys.executable, "-m", "convcalc", "check", "nets"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == "1 file checked, nothing found\n"


def test_a_link_to_the_folder_itself_is_not_followed(run: Run, folder: Path) -> None:
    write({"nets/net.txt": BROKEN})
    (folder / "nets" / "loop").symlink_to(folder / "nets")
    assert paths(run, "nets") == ["nets/net.txt"]


def test_names_of_files_are_printed_as_they_are_and_on_one_line(run: Run) -> None:
    write({"[red]a b.txt": BROKEN, "n\xe4t\n2.txt": BROKEN})
    lines = run(["check", "[red]a b.txt", "n\xe4t\n2.txt", "--format", "concise"]).stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("[red]a b.txt:2:8: ")
    assert lines[1].startswith("n\xe4t")


@pytest.mark.parametrize("form", ["concise", "json", "junit"])
def test_several_processes_tell_what_one_tells(run: Run, form: str) -> None:
    texts = {"good": GOOD, "unread": UNREAD, "broken": BROKEN, "malformed": MALFORMED, "prose": "Read this first.\n"}
    write({f"nets/{name}{number:02}.txt": text for number in range(8) for name, text in texts.items()})
    one, two = (run(f"check nets --format {form} -j {jobs}") for jobs in (1, 2))
    assert two.stdout == one.stdout
    assert two.stderr == one.stderr
    assert "malformed07" in one.stdout
    assert "32 files checked, 16 errors and 8 warnings in 24 of them; 8 files are no networks" in one.stderr
    assert (one.exit_code, two.exit_code) == (2, 2)
