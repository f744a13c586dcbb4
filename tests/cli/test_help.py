"""What help shows, and the word that is named in place of a misspelt one."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from conftest import Run

from convcalc.cli import COMMANDS, main
from convcalc.presets import files

EXAMPLE = re.compile(r"^ {4}(\S.*\bconvcalc .*|convcalc .*)$", re.MULTILINE)
REDIRECTED = ("<", ">", ">>", "|")
NET = """input = "3@256x256"
layers = ["conv 8 k3 s2 p1", "relu", "conv 16 k3 p1"]
"""


def with_inner(name: str) -> list[str]:
    """A command, and those in it: `solve`, `solve conv` and so on."""
    command = main.get_command(click.Context(main), name)
    return [name, *(f"{name} {inner}" for inner in getattr(command, "commands", ()))]


def helps(run: Run, name: str) -> Iterator[str]:
    """What `--help` prints for a command and for those in it."""
    for path in with_inner(name) if name else [""]:
        result = run(f"{path} --help")
        assert (result.exit_code, result.stderr) == (0, ""), path
        assert run(f"{path} -h").stdout == result.stdout
        yield result.stdout


def examples(text: str) -> list[str]:
    """The commands that stand in a help, without what is said beside them."""
    return [re.split(r"\s{3,}", line)[0] for line in EXAMPLE.findall(text.partition("\nOptions:")[0])]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds what the examples name."""
    monkeypatch.chdir(tmp_path)
    for name in ("net.toml", "old.toml", "new.toml", "encoder.toml"):
        (tmp_path / name).write_text(NET)
    (tmp_path / "unet.toml").write_text(Path(files()["unet"]).read_text())
    (tmp_path / "net.yaml").write_text('input: 3@256x256\nlayers: ["conv 8 k3"]\n')
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "net.toml").write_text(NET)
    return tmp_path


def read_by(words: list[str], folder: Path) -> bytes:
    """What stands before the pipe or behind the `<` of an example."""
    if "<" in words:
        return (folder / words[words.index("<") + 1]).read_bytes()
    return NET.encode() if "|" in words else b""


@pytest.mark.parametrize("columns", ["80", "200"])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_80_columns(run: Run, command: str, columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for text in helps(run, command):
        assert not [line for line in text.splitlines() if len(line) > 80]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_opens_with_a_sentence_and_examples(run: Run, command: str) -> None:
    for text in helps(run, command):
        usage, sentence, shown = text.split("\n\n")[:3]
        assert usage.startswith("Usage: convcalc")
        assert sentence.endswith(".")
        assert all(EXAMPLE.fullmatch(line) for line in shown.splitlines()), shown


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_the_examples_of_a_help_work(run: Run, command: str, folder: Path) -> None:
    shown = [example for text in helps(run, command) for example in examples(text)]
    assert shown
    for example in shown:
        words = shlex.split(example)
        own = words[words.index("convcalc") + 1 :]
        end = next((index for index, word in enumerate(own) if word in REDIRECTED), len(own))
        assert run(own[:end], input=read_by(words, folder)).exit_code == 0, example


@pytest.mark.parametrize("command", COMMANDS)
def test_color_is_taken_everywhere_and_told_once(run: Run, command: str) -> None:
    assert "--color [auto|always|never]" in run("--help").stdout
    for path, text in zip(with_inner(command), helps(run, command), strict=True):
        assert "--color" not in text
        assert run(f"{path} --color never --help").stdout == text


NEAREST = [
    ("chian dcgan", "'chain'"),
    ("solve conw", "'conv'"),
    ("conv 8 --kernl 3", "'--kernel'"),
    ("--vresion", "'--version'"),
    ("solve tconv --in 3 --otu 3", "'--out'"),
    ("chain dcgan --colour never", "'--color'"),
    ("chain dcgan --color nevr", "never"),
    ("chain dcgan --format jsno", "json"),
    ("chain dcgan -f troch", "torch"),
    ("chain dcgan --columns outptu", "output"),
    ("chain dcgann", "dcgan"),
    ("presets dcgann", "dcgan"),
    ("sizes unet --format jsno", "json"),
    ("mirror lenet5 --pools upsmaple", "upsample"),
    ("design 4 64 --op tcnov", "tconv"),
    ("design --field 9 --padding cuasal", "causal"),
    ("pool 8 -k 2 --kind mxa", "max"),
    ("conv 8 -k 3 --padding-mode reflct", "reflect"),
    ("solve pool --in 8 --ceil yess", "yes"),
    (["chain", "-e", "covn 4 k3"], "conv"),
    (["chain", "-e", "conv 4 kernl=3"], "kernel"),
    (["chain", "-e", "conv 4 k3 saem"], "same"),
    (["chain", "-e", "Conv2d(3, 4, kernel_sise=3)"], "kernel_size"),
    (["chain", "-f", "torch", "-e", "Conv2dd(3, 4, 3)"], "Conv2d"),
    (["chain", "-e", "enc1: conv 3 k1 | relu | add ecn1"], "enc1"),
    ("chain key.toml", "kernel"),
    ("chain top.toml", "input"),
]


@pytest.mark.parametrize(("line", "word"), NEAREST, ids=lambda part: part if isinstance(part, str) else part[-1])
def test_the_nearest_word_is_named(run: Run, line: str | list[str], word: str, folder: Path) -> None:
    (folder / "key.toml").write_text('input = "3@8x8"\n[[layers]]\nop = "conv"\nkernal = 3\n')
    (folder / "top.toml").write_text('inptu = "3@8x8"\nlayers = ["relu"]\n')
    result = run(line)
    assert (result.exit_code, result.stdout) == (2, "")
    [hint] = re.findall(r"[Dd]id you mean(?: one of:)? (.*?)\?", result.stderr)
    assert word in hint.split(", ")


@pytest.mark.parametrize("line", ["chain dcgan --format xyz", "conv 8 -k 3 -f caffe", "chain dcgan --color 1"])
def test_no_word_is_named_where_none_is_near(run: Run, line: str) -> None:
    result = run(line)
    assert "is not one of " in result.stderr
    assert "did you mean" not in result.stderr
