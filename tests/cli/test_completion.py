"""Completion: the scripts that are shipped, and what a line half typed is offered.

`python tests/cli/test_completion.py` writes the scripts in completions/ anew.
"""

import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import click
import pytest
from conftest import Run
from hypothesis import given
from hypothesis import strategies as st

from convcalc.cli import COMMANDS, main
from convcalc.cli.completing import complete_source, rules
from convcalc.cli.completion import SHELLS, VARIABLE, script
from convcalc.dialects import NAMES
from convcalc.presets import files, summary
from convcalc.renderers.columns import COLUMNS
from convcalc.renderers.findings import FORMATS
from convcalc.report import SEVERITIES
from convcalc.rules import RULES
from convcalc.rules.choice import OFF

ROOT = Path(__file__).parent.parent.parent
FILES = {"bash": "convcalc.bash", "zsh": "_convcalc", "fish": "convcalc.fish"}
PLACES = {
    "convcalc.bash": "share/bash-completion/completions/convcalc",
    "_convcalc": "share/zsh/site-functions/_convcalc",
    "convcalc.fish": "share/fish/vendor_completions.d/convcalc.fish",
    "man": "share/man/man1",
}
"""Where bash-completion, zsh, fish and man look below a prefix."""


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_that_is_shipped_is_what_the_program_prints(shell: str, run: Run) -> None:
    done = run(["completion", shell])
    assert (done.exit_code, done.stderr) == (0, "")
    shipped = (ROOT / "completions" / FILES[shell]).read_text(encoding="utf-8")
    assert done.stdout == shipped, "python tests/cli/test_completion.py writes it anew"


def test_the_wheel_puts_everything_where_shells_look() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert shared == {f"completions/{name}": place for name, place in PLACES.items()}
    assert {path.name for path in (ROOT / "completions").iterdir()} == set(PLACES)


def test_a_shell_that_is_misspelt_is_told(run: Run) -> None:
    done = run("completion bsh")
    assert done.exit_code == 2
    assert "bash" in done.stderr


def completed(line: str, shell: str = "zsh") -> list[tuple[str, str]]:
    """The type and the value of what a shell is offered for `convcalc LINE`, its last word half typed."""
    *args, incomplete = line.split(" ")
    found = SHELLS[shell](main, {}, "convcalc", VARIABLE).get_completions(args, incomplete)
    return [(item.type, item.value) for item in found]


def words(line: str) -> list[str]:
    return [value for _, value in completed(line)]


def starting(names: Sequence[str], start: str) -> list[str]:
    return [name for name in names if name.startswith(start)]


CODES = list(RULES)
RULE_NAMES = [RULES[code].name for code in CODES]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("", list(COMMANDS)),
        ("ch", ["chain", "check"]),
        ("solve ", ["conv", "pool", "tconv"]),
        ("completion ", list(SHELLS)),
        ("conv 224 --st", ["--stride"]),
        ("conv 224 -f ", list(NAMES)),
        ("conv 224 -p sa", ["same", "same-lower"]),
        ("conv 224 -p SA", ["same", "same-lower"]),
        ("solve conv --in 8 -p ca", ["causal"]),
        ("pool 224 --kind ", ["max", "avg"]),
        ("chain dcgan --format js", ["json"]),
        ("chain dcgan --format=js", ["--format=json"]),
        ("chain --columns ", [column.name for column in COLUMNS]),
        ("chain --columns index,na", ["index,name"]),
        ("chain --columns name,na", []),
        ("presets dc", starting(list(files()), "dc")),
        ("rule ", CODES + RULE_NAMES),
        ("rule cc2", starting(CODES, "CC2")),
        ("rule check", ["checkerboard"]),
        ("check --select checkerb", ["checkerboard"]),
        ("check --ignore CC203,fragile", ["CC203,fragile-size"]),
        ("check --extend-select CC203,CC20", [f"CC203,{code}" for code in starting(CODES, "CC20") if code != "CC203"]),
        ("check --severity CC203", ["CC203"]),
        ("check --severity CC203:", [f"CC203:{word}" for word in (*SEVERITIES, OFF)]),
        ("check --severity CC203:off,CC204:w", ["CC203:off,CC204:warning"]),
        ("check --severity CC203:off,CC204", ["CC203:off,CC204"]),
        ("check --format ", list(FORMATS)),
        ("chain dcgan extra mo", []),
        ("chain unet --only en", ["enc1", "enc2", "enc3", "enc4"]),
        ("chain unet --only enc1,enc4,enc", ["enc1,enc4,enc2", "enc1,enc4,enc3"]),
        ("chain - --only en", []),
        ("chain --only en", []),
    ],
)
def test_a_line_is_offered(line: str, offered: list[str]) -> None:
    assert words(line) == offered


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with files of many names."""
    for name in ("dc.toml", ".dchidden", "other.txt", "dc\nline.toml", "dc\tab"):
        (tmp_path / name).touch()
    (tmp_path / "dcfolder").mkdir()
    (tmp_path / "dcfolder" / "out.sarif").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


SOURCES = ["chain ", "sizes ", "tiles ", "mirror ", "diff ", "diff unet ", "check ", "check unet "]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("line", SOURCES)
def test_presets_are_offered_beside_files(line: str) -> None:
    assert words(f"{line}dc") == [*starting(list(files()), "dc"), "dc.toml", "dcfolder/"]
    assert words(line) == [*files(), "dc.toml", "dcfolder/", "other.txt"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("line", SOURCES)
@pytest.mark.parametrize("start", ["oth", "dcfolder/", "../", "/tm", "nowhere/x"])
def test_where_no_preset_fits_the_shell_completes_its_files(line: str, start: str) -> None:
    assert completed(f"{line}{start}") == [("file", start)]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("start", "offered"),
    [
        ("sarif:dcf", ["sarif:dcfolder/"]),
        ("sarif:dcfolder/", ["sarif:dcfolder/out.sarif"]),
        ("sarif:.", ["sarif:.dchidden"]),
        ("sarif:nowhere/", []),
        ("sarif:a\0b/", []),
    ],
)
def test_after_the_colon_of_a_format_files_are_offered(start: str, offered: list[str]) -> None:
    assert words(f"check --format {start}") == offered


def test_a_folder_that_is_gone_has_no_files(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    gone = tmp_path_factory.mktemp("gone")
    os.chdir(gone)
    gone.rmdir()
    assert words("chain dc") == starting(list(files()), "dc")
    os.chdir(folder)


def test_a_preset_is_told_with_what_it_opens_with() -> None:
    items = complete_source(click.Context(main), click.Argument(["source"]), "unet")
    assert [(item.value, item.help) for item in items] == [("unet", summary(files()["unet"]))]


def test_the_rules_are_those_that_check_knows() -> None:
    assert rules() == dict(zip(CODES + RULE_NAMES, RULE_NAMES + CODES, strict=True))


NETWORKS = {"source", "old", "new", "paths"}


def arguments() -> list[tuple[click.Context, click.Parameter]]:
    """Every argument of a command that takes a network."""
    root = click.Context(main, info_name="convcalc", **main.context_settings)
    found = [(name, main.get_command(root, name)) for name in COMMANDS]
    contexts = [click.Context(command, root, name) for name, command in found if command]
    return [(context, param) for context in contexts for param in context.command.params if param.name in NETWORKS]


@pytest.mark.parametrize(
    ("context", "param"), arguments(), ids=lambda part: part.info_name if isinstance(part, click.Context) else part.name
)
def test_every_argument_that_takes_a_network_completes_presets(context: click.Context, param: click.Parameter) -> None:
    assert [item.value for item in param.shell_complete(context, "vgg")] == ["vgg16"]


PIECES = st.sampled_from([
    *COMMANDS, "--format", "-f", "-p", "--columns", "--select", "--severity", "-e", "-i", "--", "-", "=", ":", ",", "",
    "dcgan", "nowhere.toml", "-x", "--form", "sarif:", "CC2", "a\0b", "'", '"', "\\", "\udcff", "torch", "1..3",
])  # fmt: skip
LINES = st.lists(PIECES | st.text(max_size=8), min_size=1, max_size=5)


@given(LINES, st.sampled_from(sorted(SHELLS)))
def test_no_line_is_an_error(line: list[str], shell: str) -> None:
    """Whatever stands on the line, there is an answer, and nothing is raised."""
    completer = SHELLS[shell](main, {}, "convcalc", VARIABLE)
    assert isinstance(completer.get_completions(line[:-1], line[-1]), list)


@pytest.mark.parametrize("shell", SHELLS)
def test_where_completion_fails_it_is_silent(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COMP_WORDS", raising=False)
    assert SHELLS[shell](main, {}, "convcalc", VARIABLE).complete() == ""


def asked(line: str, shell: str = "bash", *python: str) -> subprocess.CompletedProcess[str]:
    """The program as the script of a shell runs it, the words of the line split at blanks."""
    typed = ["convcalc", *line.split(" ")]
    env = {**os.environ, VARIABLE: f"{shell}_complete", "COMP_WORDS": "\n".join(typed)}
    env["COMP_CWORD"] = typed[-1] if shell == "fish" else str(len(typed) - 1)
    command = [sys.executable, *python, "-m", "convcalc"]
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False)


@pytest.mark.parametrize(
    ("shell", "line", "answer"),
    [
        ("bash", "chain dcgan --format js", "plain,json\n"),
        ("bash", "chain dcgan --format = js", "plain,json\n"),
        ("bash", "chain dcgan --format =", "plain,table\nplain,json\nplain,csv\nplain,markdown\n"),
        ("bash", "check --severity CC203 : w", "plain,warning\n"),
        ("bash", "check --severity CC203 :", "plain,error\nplain,warning\nplain,off\n"),
        ("bash", "chain nowhere.toml --format js", "plain,json\n"),
        ("zsh", "chain --columns index,na", "plain\nindex,name\n_\n"),
        ("fish", "chain --columns index,na", "plain,index,name\n"),
        ("fish", "rule CC203", "plain,CC203\tcheckerboard\n"),
        ("bash", "chain '/", "file,/\n"),
    ],
)
def test_the_program_answers_as_the_script_of_a_shell_reads_it(shell: str, line: str, answer: str) -> None:
    done = asked(line, shell)
    assert (done.stdout, done.stderr, done.returncode) == (answer, "", 0)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_program_prints_the_script_when_click_is_asked_for_it(shell: str) -> None:
    """Packagers ask with a variable, for every program that uses click alike."""
    env = {**os.environ, VARIABLE: f"{shell}_source"}
    done = subprocess.run([sys.executable, "-m", "convcalc"], capture_output=True, text=True, env=env, check=True)
    assert done.stdout.strip() == script(shell, main).strip()


HEAVY = {"rich", "json", "tomllib", "yaml", "convcalc.network", "convcalc.rules", "convcalc.dialects.dialect"}


@pytest.mark.parametrize(
    "line",
    ["", "ch", "chain dc", "chain --", "chain broken.toml --format js", "check --s", "check --select CC2", "rule CC2"],
)
def test_a_completion_loads_little(line: str) -> None:
    done = asked(line, "bash", "-X", "importtime")
    loaded = {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines()}
    assert "convcalc.cli.completion" in loaded
    assert not loaded & HEAVY


@pytest.mark.parametrize("line", ["", "ch"])
def test_commands_are_offered_without_loading_them(line: str) -> None:
    done = asked(line, "bash", "-X", "importtime")
    loaded = {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines()}
    assert not loaded & {"convcalc.cli.chain", "convcalc.cli.check", "convcalc.cli.layer"}


if __name__ == "__main__":
    for name, file in FILES.items():
        (ROOT / "completions" / file).write_text(script(name, main), encoding="utf-8")
