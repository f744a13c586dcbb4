"""`convcalc check` as CI runs it: exit codes, the forms of its report, and what goes to which stream."""

import json
import re
from pathlib import Path

import pytest
from conftest import Run

from convcalc.network import Network
from convcalc.renderers.findings import FORMATS
from convcalc.rules.survey import Survey
from convcalc.shape import Shape

FILES = {
    "good.txt": "input 3@32x32\nconv 8 k3 p1\npool k2\n",
    "warns.txt": "input 3@33x33\nconv 8 k3 p1\npool k2\n",
    "broken.txt": "input 3@8x8\nconv 8 k9\n",
    "malformed.txt": "input 3@8x8\nconv 8 kernel=0\n",
    "invalid.toml": 'input = "3@8x8"\nlayers = [\n',
    "no_input.txt": "conv 8 k3\n",
    "empty.txt": "",
    "nets/good.txt": "input 3@32x32\nconv 8 k3 p1\n",
    "sources/net.py": "",
    "own/pyproject.toml": "[tool.convcalc]\nstrict = true\n",
    "own/warns.txt": "input 3@33x33\npool k2\n",
    "wrong/pyproject.toml": '[tool.convcalc]\nselct = ["CC2"]\n',
    "wrong/good.txt": "input 3@32x32\nrelu\n",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


EXITS = {
    "a good file": ("good.txt", 0),
    "a good folder": ("nets", 0),
    "a preset": ("unet", 0),
    "a warning": ("warns.txt", 0),
    "a warning that is strictly seen": ("warns.txt --strict", 1),
    "a warning in a strict project": ("own/warns.txt", 1),
    "a strict project that is not looked at": ("own/warns.txt --isolated", 0),
    "nothing wrong, strictly seen": ("good.txt --strict", 0),
    "a warning that is not wanted, strictly seen": ("warns.txt --strict --ignore CC201", 0),
    "a warning that weighs more": ("warns.txt --severity CC201:error", 1),
    "an error": ("broken.txt", 1),
    "an error that weighs less": ("broken.txt --severity kernel-too-large:warning", 0),
    "an error among good files": ("good.txt broken.txt warns.txt", 1),
    "an error that shall not fail": ("broken.txt --exit-zero", 0),
    "a strict warning that shall not fail": ("warns.txt --strict --exit-zero", 0),
    "a layer that can't be read": ("malformed.txt", 2),
    "invalid TOML": ("invalid.toml", 2),
    "an empty file": ("empty.txt", 2),
    "no input": ("no_input.txt", 2),
    "an input on the command line": ("no_input.txt -i 3@8x8", 0),
    "an input that is none": ("good.txt -i 3@x", 2),
    "a missing file": ("missing.txt", 2),
    "a missing file that shall not fail": ("missing.txt --exit-zero", 2),
    "a missing file and an error": ("broken.txt missing.txt", 2),
    "a malformed file and an error that shall not fail": ("broken.txt malformed.txt --exit-zero", 2),
    "unreadable files are not ignored": ("empty.txt --ignore CC0", 2),
    "unreadable files are not taken lightly": ("malformed.txt --severity CC0:off", 2),
    "a folder with nothing": ("sources", 2),
    "a glob that nothing matches": ("nets/*.json", 2),
    "a glob": ("nets/*.txt", 0),
    "no path": ("", 2),
    "an unknown option": ("good.txt --selekt CC2", 2),
    "an unknown format": ("good.txt --format sariff", 2),
    "an unknown code": ("good.txt --select CC999", 2),
    "an unknown code to ignore": ("good.txt --ignore CC201,checkerbord", 2),
    "an unknown code to add": ("good.txt --extend-select 7", 2),
    "an unknown code to weigh": ("good.txt --severity nonsense:error", 2),
    "an unknown severity": ("good.txt --severity CC201:fatal", 2),
    "an unknown framework": ("good.txt -f caffe", 2),
    "no jobs": ("good.txt -j 0", 2),
    "two reports on one stream": ("good.txt --format json --format sarif", 2),
    "a report that can't be written": ("good.txt --format json:missing/report.json", 2),
    "a name for a stdin that is not read": ("good.txt --stdin-filename net.toml", 2),
    "settings that are not there": ("good.txt --config missing.toml", 2),
    "settings that are wrong": ("wrong/good.txt", 2),
    "settings that are wrong and shall not fail": ("wrong/good.txt --exit-zero", 2),
    "settings that are wrong and not looked at": ("wrong/good.txt --isolated", 0),
    "help": ("--help", 0),
}


@pytest.mark.parametrize(("line", "code"), EXITS.values(), ids=EXITS)
def test_exit_codes(run: Run, line: str, code: int) -> None:
    result = run(f"check {line}")
    assert result.exit_code == code
    assert "Traceback" not in result.output


def test_help_has_a_line_for_each_exit_code(run: Run) -> None:
    told = run("check --help").stdout
    assert re.findall(r"^ +([0-3])  \S", told, re.MULTILINE) == ["0", "1", "2", "3"]


def test_a_bug_is_told_with_exit_code_3_and_the_other_files_are_checked(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    sane = Survey.__init__

    def broken(self: Survey, network: Network, start: Shape, framework: str | None = None) -> None:
        if start.size == (32, 32):
            raise ZeroDivisionError
        sane(self, network, start, framework)

    monkeypatch.setattr(Survey, "__init__", broken)
    result = run("check good.txt broken.txt --exit-zero --format concise")
    assert result.exit_code == 3
    assert [line.split(": ")[1][:5] for line in result.stdout.splitlines()] == ["CC101"]
    assert result.stderr.startswith("error: good.txt: this is a bug in convcalc, please report it (ZeroDivisionError")


@pytest.mark.parametrize("form", ["full", "concise", "github"])
def test_a_clean_run_prints_nothing_and_sums_up_on_stderr(run: Run, form: str) -> None:
    result = run(f"check good.txt --format {form}")
    assert (result.stdout, result.stderr) == ("", "1 file checked, nothing found\n")


def test_findings_go_to_stdout_and_the_summary_to_stderr(run: Run) -> None:
    result = run("check good.txt broken.txt warns.txt")
    assert re.findall(r"^(\S+:\d+:\d+): ", result.stdout, re.MULTILINE) == ["broken.txt:2:8", "warns.txt:3:1"]
    assert result.stderr == "3 files checked, 1 error and 1 warning in 2 of them\n"


def test_quietly_there_is_no_summary(run: Run) -> None:
    loud, quiet = run("check broken.txt"), run("check broken.txt -q")
    assert quiet.stderr == ""
    assert (quiet.stdout, quiet.exit_code) == (loud.stdout, loud.exit_code)


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_goes_to_a_file_as_it_goes_to_stdout(run: Run, form: str, folder: Path) -> None:
    printed = run(f"check broken.txt warns.txt --format {form}")
    written = run(f"check broken.txt warns.txt --format {form}:report")
    assert written.stdout == ""
    assert (folder / "report").read_text(encoding="utf-8") == printed.stdout
    assert "kernel-too-large" in printed.stdout or "CC101" in printed.stdout
    assert written.exit_code == printed.exit_code == 1


def test_several_reports_of_one_run(run: Run, folder: Path) -> None:
    result = run("check broken.txt --format github --format sarif:report.sarif --format json:report.json")
    assert result.stdout.startswith(f"::error file={folder / 'broken.txt'},line=2,")
    assert json.loads((folder / "report.sarif").read_text())["runs"][0]["results"][0]["ruleId"] == "CC101"
    assert json.loads((folder / "report.json").read_text())["errors"] == 1
    assert result.exit_code == 1


def test_a_report_that_goes_to_a_file_leaves_stdout_empty(run: Run) -> None:
    assert run("check broken.txt --format json:report.json").stdout == ""


TOLD = {
    "an unknown format is told with the nearest": (
        "good.txt --format sariff",
        "--format: there is no format 'sariff'; did you mean sarif?",
    ),
    "two to stdout": ("good.txt --format json --format sarif", "--format: only one report can go to standard output"),
    "an unwritable file": (
        "good.txt --format json:missing/report.json",
        "--format: missing/report.json: can't be written",
    ),
    "an unknown code": ("good.txt --select CC209", "--select: there is no rule 'CC209'; did you mean CC20"),
    "an unknown name": (
        "good.txt --ignore checkerbord",
        "--ignore: there is no rule 'checkerbord'; did you mean checkerboard?",
    ),
    "an unknown name to add": (
        "good.txt --extend-select griding",
        "--extend-select: there is no rule 'griding'; did you mean gridding?",
    ),
    "an unknown code to weigh": (
        "good.txt --severity CC33:error",
        "--severity: there is no rule 'CC33'; did you mean CC3",
    ),
    "an unknown severity": (
        "good.txt --severity CC201:fatal",
        "--severity: must be error, warning or off, got 'fatal'",
    ),
    "a severity left out": ("good.txt --severity CC201", "--severity: must be error, warning or off, got ''"),
    "an input": ("good.txt -i 3@x", "--input: "),
    "settings that are not there": ("good.txt --config missing.toml", "missing.toml: there is no such file"),
    "an unknown option": ("good.txt --selekt CC2", "No such option '--selekt'"),
    "an unknown framework": ("good.txt -f karas", "keras"),
    "no path": ("", "PATH"),
}


@pytest.mark.parametrize(("line", "told"), TOLD.values(), ids=TOLD)
def test_a_wrong_command_line_is_one_line_on_stderr_that_names_what_is_wrong(run: Run, line: str, told: str) -> None:
    result = run(f"check {line}")
    assert told in result.stderr
    assert (result.stdout, result.stderr.count("\n"), result.exit_code) == ("", 1, 2)


@pytest.mark.parametrize("form", ["full", "concise"])
def test_a_missing_file_is_told_on_stderr(run: Run, form: str) -> None:
    result = run(f"check missing.txt good.txt --format {form}")
    assert result.stdout == ""
    assert result.stderr == "error: missing.txt: there is no such file\n2 files checked, 1 error in 1 of them\n"
    assert result.exit_code == 2


@pytest.mark.parametrize("form", ["json", "github", "gitlab", "junit", "sarif"])
def test_a_missing_file_is_a_finding_for_programs(run: Run, form: str) -> None:
    result = run(f"check missing.txt good.txt --format {form} -q")
    assert "CC001" in result.stdout
    assert result.stderr == "error: missing.txt: there is no such file\n"


def test_stdin_is_checked_under_the_name_that_it_is_given(run: Run) -> None:
    toml = 'input = "3@8x8"\nlayers = [\n  "conv 8 k9",\n]\n'
    named = run("check - --stdin-filename nets/net.toml --format concise", input=toml)
    assert named.stdout.startswith("nets/net.toml:3:11: CC101 ")
    unnamed = run("check - --format concise", input=toml)
    assert unnamed.stdout == named.stdout.replace("nets/net.toml", "<stdin>")
    assert (named.exit_code, unnamed.exit_code) == (1, 1)


def test_the_name_of_stdin_tells_its_format_and_its_project(run: Run) -> None:
    assert run("check - --stdin-filename net.json", input=FILES["good.txt"]).exit_code == 2
    assert run("check -", input=FILES["own/warns.txt"]).exit_code == 0
    assert run("check - --stdin-filename own/net.txt", input=FILES["own/warns.txt"]).exit_code == 1


def test_stdin_and_files_in_one_run_in_the_order_named(run: Run) -> None:
    result = run("check broken.txt - warns.txt --format concise", input=FILES["broken.txt"])
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == ["broken.txt", "<stdin>", "warns.txt"]


def test_the_input_of_the_command_line_takes_the_place_of_every_network_s_own(run: Run) -> None:
    result = run("check good.txt broken.txt -i 3@33x33 --format concise")
    assert re.findall(r"^(\S+?):\S+ (CC\d+)", result.stdout, re.MULTILINE) == [("good.txt", "CC201")]


def test_the_framework_of_the_command_line_judges_the_layers(run: Run, folder: Path) -> None:
    (folder / "upper.txt").write_text("input 3@8x8\nconv 8 k3 s2 same\n")
    refused = run("check upper.txt -f torch --format concise")
    assert "CC106" in refused.stdout
    assert (run("check upper.txt --ignore CC205").exit_code, refused.exit_code) == (0, 1)
