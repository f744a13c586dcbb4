"""`[tool.convcalc]` of a pyproject.toml: which one holds for a file, all that it says, and what is wrong with it."""

from pathlib import Path

import pytest
from conftest import Run
from told import BROKEN, GOOD, UNREAD, told, write


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def project(text: str) -> str:
    return f'[project]\nname = "nets"\n[tool.convcalc]\n{text}\n'


def test_the_nearest_project_upwards_of_each_file_holds(run: Run) -> None:
    write(
        {
            "pyproject.toml": project('ignore = ["CC201"]'),
            "net.txt": UNREAD,
            "inner/deep/net.txt": UNREAD,
            "own/pyproject.toml": project(""),
            "own/deep/net.txt": UNREAD,
        }
    )
    assert told(run, "net.txt", "inner/deep/net.txt", "own/deep/net.txt") == ["own/deep/net.txt:3 CC201"]
    assert told(run, ".") == ["./own/deep/net.txt:3 CC201"]


def test_a_project_that_says_nothing_of_convcalc_is_passed_over(run: Run) -> None:
    write(
        {
            "pyproject.toml": project('ignore = ["CC201"]'),
            "inner/pyproject.toml": '[project]\nname = "other"\n',
            "inner/net.txt": UNREAD,
        }
    )
    assert told(run, "inner/net.txt") == []


def test_config_holds_for_all_files_in_place_of_the_nearest(run: Run) -> None:
    write({"pyproject.toml": project(""), "ci.toml": project('ignore = ["CC201"]'), "net.txt": UNREAD})
    assert told(run, "net.txt") == ["net.txt:3 CC201"]
    assert told(run, "net.txt", "--config", "ci.toml") == []


def test_isolated_looks_at_no_project(run: Run) -> None:
    write({"pyproject.toml": project('ignore = ["CC201"]'), "net.txt": UNREAD})
    assert told(run, "net.txt") == []
    assert told(run, "net.txt", "--isolated") == ["net.txt:3 CC201"]


def test_the_framework_of_a_project_is_that_of_files_that_state_none(run: Run) -> None:
    same = "input 3@8x8\nconv 8 k3 s2 same ignore=CC205\n"
    write({"pyproject.toml": project('framework = "torch"'), "net.txt": same, "keras.txt": f"framework keras\n{same}"})
    assert told(run, "net.txt", "keras.txt") == ["net.txt:2 CC106"]
    assert told(run, "net.txt", "keras.txt", "-f", "keras") == []
    assert told(run, "net.txt", "--isolated") == []


def test_strict_in_a_project_fails_on_warnings(run: Run) -> None:
    write({"pyproject.toml": project("strict = true"), "net.txt": UNREAD, "good.txt": GOOD})
    assert run("check net.txt").exit_code == 1
    assert run("check good.txt").exit_code == 0
    assert run("check net.txt --exit-zero").exit_code == 0
    write({"pyproject.toml": project("strict = false")})
    assert run("check net.txt").exit_code == 0


PER_FILE = {
    "a name": ("net.txt", []),
    "a pattern of names": ("*.txt", []),
    "a path from the project": ("nets/old/net.txt", []),
    "a folder": ("nets/old", []),
    "a folder with its slash": ("nets/", []),
    "a pattern of paths": ("nets/*/net.txt", []),
    "another name": ("other.txt", ["nets/old/net.txt:3 CC201"]),
    "another folder": ("old", ["nets/old/net.txt:3 CC201"]),
}


@pytest.mark.parametrize(("pattern", "expected"), PER_FILE.values(), ids=PER_FILE)
@pytest.mark.parametrize("path", ["nets/old/net.txt", "nets/old", "nets", "."])
def test_per_file_ignores(run: Run, path: str, pattern: str, expected: list[str]) -> None:
    write({"pyproject.toml": project(f'per-file-ignores = {{"{pattern}" = ["CC201"]}}'), "nets/old/net.txt": UNREAD})
    assert [line.removeprefix("./") for line in told(run, path)] == expected


def test_what_is_ignored_in_one_file_is_told_of_the_others(run: Run) -> None:
    own = 'ignore = ["CC203"]\n[tool.convcalc.per-file-ignores]\n"a.txt" = ["CC201"]\n"*.txt" = ["CC202"]'
    both = "input 3@32x32\nconv 8 k5 s6\ntconv 4 k3 s2\n"
    write({"pyproject.toml": project(own), "a.txt": both, "b.txt": both})
    assert told(run, "a.txt", "b.txt") == ["b.txt:2 CC201"]


PATTERNS = {
    "the defaults": ("", ["a.toml", "nets/b.txt", "nets/old/c.txt"]),
    "a folder left out": ('exclude = ["nets/old"]', ["a.toml", "nets/b.txt"]),
    "a folder left out, with its slash": ('exclude = ["nets/old/"]', ["a.toml", "nets/b.txt"]),
    "names left out": ('exclude = ["*.toml"]', ["nets/b.txt", "nets/old/c.txt"]),
    "a path left out": ('exclude = ["nets/b.txt"]', ["a.toml", "nets/old/c.txt"]),
    "names taken in": ('include = ["*.txt"]', ["nets/b.txt", "nets/old/c.txt"]),
    "a folder taken in": ('include = ["nets/old/*"]', ["nets/old/c.txt"]),
    "others taken in": ('include = ["*.net"]', ["nets/d.net"]),
    "some of those taken in left out": (
        'include = ["*.txt", "*.net"]\nexclude = ["nets/old"]',
        ["nets/b.txt", "nets/d.net"],
    ),
}


@pytest.mark.parametrize(("own", "expected"), PATTERNS.values(), ids=PATTERNS)
@pytest.mark.parametrize("path", [".", "nets", "nets/old"])
def test_a_project_says_which_files_of_a_folder_are_networks(
    run: Run, path: str, own: str, expected: list[str]
) -> None:
    """The patterns start at the project's folder, whichever folder is named."""
    write(
        {
            "pyproject.toml": project(own),
            "a.toml": 'input = "3@8x8"\nlayers = ["conv 8 k9"]\n',
            **dict.fromkeys(("nets/b.txt", "nets/old/c.txt", "nets/d.net"), BROKEN),
        }
    )
    found = [line.split(":")[0].removeprefix("./") for line in told(run, path)]
    wanted = [file for file in expected if path == "." or file.startswith(f"{path}/")]
    if wanted or path != "nets/old":
        assert found == wanted
    else:
        assert run(["check", path]).exit_code == 2


def test_a_file_that_is_named_is_checked_though_the_project_excludes_it(run: Run) -> None:
    write({"pyproject.toml": project('exclude = ["net.txt"]'), "net.txt": BROKEN})
    assert told(run, "net.txt") == ["net.txt:2 CC101"]


def test_what_the_project_includes_is_meant_to_be_a_network(run: Run) -> None:
    write({"pyproject.toml": project('include = ["*.json"]'), "package.json": '{"name": "x"}'})
    assert "./package.json:1 CC003" in told(run, ".")
    assert run("check .").exit_code == 2


WRONG = {
    "an unknown key": ('selct = ["CC2"]', "selct", "did you mean select?"),
    "an unknown rule": ('select = ["CC209"]', "select", "did you mean CC20"),
    "an unknown name to ignore": ('ignore = ["checkerbord"]', "ignore", "did you mean checkerboard?"),
    "an unknown rule to add": ('extend-select = ["CC999"]', "extend-select", "there is no rule 'CC999'"),
    "an unknown rule to weigh": ('severity = {CC209 = "error"}', "severity", "there is no rule 'CC209'"),
    "an unknown severity": ('severity = {CC201 = "fatal"}', "severity", "must be error, warning or off"),
    "an unknown rule for a file": ('per-file-ignores = {"net.txt" = ["CC209"]}', "per-file-ignores", "CC209"),
    "an unknown rule for other files": ('per-file-ignores = {"none.txt" = ["CC209"]}', "per-file-ignores", "CC209"),
    "per-file-ignores that are a list": ('per-file-ignores = ["CC201"]', "per-file-ignores", "must be a table"),
    "codes that are numbers": ("ignore = [201]", "ignore", "must be codes of rules, got [201]"),
    "a number": ("ignore = 201", "ignore", "must be codes of rules, got 201"),
    "severities in a list": ('severity = ["CC201"]', "severity", "must be a table of codes and severities"),
    "a severity that is a number": ("severity = {CC201 = 2}", "severity", "must be a table of codes and severities"),
    "a word for strict": ('strict = "yes"', "strict", "must be true or false, got 'yes'"),
    "a word for include": ('include = "*.toml"', "include", "must be a list of patterns, got '*.toml'"),
    "numbers for exclude": ("exclude = [1]", "exclude", "must be a list of patterns, got [1]"),
    "an unknown framework": ('framework = "caffe"', "framework", "must be one of torch, keras, tf, onnx, jax"),
    "a framework that is a list": ('framework = ["torch"]', "framework", "must be one of torch, keras, tf, onnx, jax"),
    "what is no TOML": ("select = [", "pyproject.toml", "can't be read"),
}


@pytest.mark.parametrize(("own", "key", "reason"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize(
    "paths", [["net.txt"], ["."], ["-", "--stdin-filename", "net.txt"]], ids=["file", "folder", "stdin"]
)
def test_wrong_settings_end_a_check_with_the_file_and_the_key_named(
    run: Run, folder: Path, paths: list[str], own: str, key: str, reason: str
) -> None:
    write({"pyproject.toml": project(own), "net.txt": GOOD})
    result = run(["check", *paths], input=GOOD)
    told_all = result.output
    assert str(folder / "pyproject.toml") in told_all
    assert key in told_all
    assert reason in told_all
    assert "bug" not in told_all
    assert result.exit_code == 2


def test_settings_that_are_no_table(run: Run) -> None:
    write({"pyproject.toml": "[tool]\nconvcalc = 3\n", "net.txt": GOOD})
    result = run("check net.txt")
    assert "tool.convcalc: must be a table, got 3" in result.output
    assert result.exit_code == 2
