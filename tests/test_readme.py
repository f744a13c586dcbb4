"""Every example in the README is run, and what it prints is compared with what the README shows."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block: its language, the file that it stands for, its text."""

    language: str
    file: str
    text: str


class Example(NamedTuple):
    """A command and what it shows, stdout and stderr as a terminal would."""

    command: str
    shown: str


BLOCKS = [Block(*found) for found in FENCE.findall(README)]


def examples() -> Iterator[Example]:
    """Each `$ command` of a console block, with the lines up to the next one."""
    for block in BLOCKS:
        if block.language == "console":
            for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
                command, _, shown = part.partition("\n")
                while command.endswith("\\"):
                    more, _, shown = shown.partition("\n")
                    command = f"{command}\n{more}"
                yield Example(command, shown)


def prepare(folder: Path) -> None:
    """Put the files that the README shows into a folder, and a `convcalc` to run."""
    for block in BLOCKS:
        if block.file:
            (folder / block.file).write_text(block.text, encoding="utf-8")
    program = folder / "bin" / "convcalc"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m convcalc "$@"\n')
    program.chmod(0o755)


def outcome(example: Example, folder: Path) -> str:
    """What the example prints, on stdout and stderr as they come."""
    env = {**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "PYTHONIOENCODING": "utf-8"}
    env.pop("COLUMNS", None)
    command = ["sh", "-c", f"exec 2>&1\n{example.command}"]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=env, check=False).stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder prepared for the examples."""
    prepare(tmp_path)
    return tmp_path


@pytest.mark.parametrize("example", list(examples()), ids=lambda example: example.command)
def test_an_example_prints_what_the_readme_shows(example: Example, folder: Path) -> None:
    assert outcome(example, folder) == example.shown


def test_the_python_examples_are_true(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import doctest

    monkeypatch.chdir(folder)
    text = "\n".join(block.text for block in BLOCKS if block.language == "python")
    test = doctest.DocTestParser().get_doctest(text, {}, "README", "README.md", 0)
    assert doctest.DocTestRunner().run(test).failed == 0


def test_there_are_examples() -> None:
    assert len(list(examples())) > 15
    assert any(block.language == "python" for block in BLOCKS)
    assert any(block.file for block in BLOCKS)


def test_every_native_op_and_every_command_is_told() -> None:
    from convcalc.cli import main
    from convcalc.ops.registry import OPS

    for op in OPS:
        assert f"`{op.spelling}" in README, op.spelling
    for command in main.commands:
        assert f"convcalc {command}" in README


def test_the_settings_that_are_shown_are_settings(tmp_path: Path) -> None:
    from convcalc.checker.project import KEYS, read_project

    (text,) = (block.text for block in BLOCKS if block.text.startswith("[tool.convcalc]"))
    path = tmp_path / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    project = read_project(str(path))
    assert project
    assert project.strict
    assert all(re.search(rf"^{key} = ", text, re.MULTILINE) for key in set(KEYS) - {"select"})


@pytest.mark.parametrize(
    "block", [block for block in BLOCKS if block.language == "yaml"], ids=lambda block: block.text[:12]
)
def test_what_ci_is_told_is_yaml_and_its_command_lines_are_ours(block: Block) -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed: pip install 'convcalc[yaml]'")
    from convcalc.cli.check import check

    assert yaml.safe_load(block.text)
    for line in re.findall(r"convcalc check (.*)", block.text):
        with check.make_context("check", shlex.split(line)) as context:
            assert context.params["paths"] == ("nets/",)


def test_the_two_commands_for_a_fresh_machine_are_there() -> None:
    shell = [block.text for block in BLOCKS if block.language == "sh"]
    assert "convcalc chain dcgan" in shell[0]
    assert "pytest" in shell[1]


SECTION = re.compile(r"(<!-- (\w+): .*? -->\n).*?(<!-- end -->)", re.DOTALL)


def with_reference(text: str) -> str:
    """The README with the sections that are made from declarations, as these have it."""
    return SECTION.sub(lambda found: f"{found[1]}{section(found[2])}\n{found[3]}", text)


def section(name: str) -> str:
    """What a section of that name says."""
    from convcalc.differences import examples as differences
    from convcalc.renderers.differences import differences_markdown
    from convcalc.renderers.keys import keys_reference, knobs_reference
    from convcalc.renderers.reference import layers_reference, ops_reference
    from convcalc.renderers.rules import rules_reference
    from convcalc.rules import RULES

    if name == "differences":
        return differences_markdown(differences())
    if name == "rules":
        return rules_reference(RULES.values())
    makers = {"ops": ops_reference, "layers": layers_reference, "keys": keys_reference, "knobs": knobs_reference}
    return makers[name]()


def test_the_sections_made_from_declarations_are_there() -> None:
    assert [found[1] for found in SECTION.findall(README)] == ["rules", "differences", "ops", "knobs", "keys", "layers"]


def test_the_reference_is_what_the_declarations_say() -> None:
    assert with_reference(README) == README, "python tests/test_readme.py writes it anew"


def rewritten(text: str, folder: Path) -> str:
    """The README with the reference, and with what each example prints now: read the diff before you keep it."""
    text = with_reference(text)
    for example in examples():
        shown = outcome(example, folder)
        text = text.replace(f"$ {example.command}\n{example.shown}", f"$ {example.command}\n{shown}", 1)
    return text


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        prepare(Path(place))
        (ROOT / "README.md").write_text(rewritten(README, Path(place)), encoding="utf-8")
