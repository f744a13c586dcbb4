"""The pictures in the README, drawn by rich from what the program prints.

`python tests/test_pictures.py FOLDER` draws them anew; the files that they need are put into the folder.
"""

import html
import os
import re
import shlex
import sys
from io import StringIO
from pathlib import Path

import pytest

from convcalc.cli import main

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".pictures"
README = (ROOT / "README.md").read_text(encoding="utf-8")

COMMANDS = {
    "chain": "chain dcgan",
    "explain": "tconv 7 -k 5 -s 2 -p same --explain",
    "check": "check decoder.toml",
    "compare": "compare 'conv 64 k3 s2 same' 3@224x224",
}
_FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
"""Fonts from a server elsewhere: a reader without a network has fonts of his own."""


def printed(command: str, folder: Path) -> str:
    """What a command prints on a terminal that has colours."""
    from click.testing import CliRunner

    name, text = re.findall(r"^```toml (decoder\.toml)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)[0]
    (folder / name).write_text(text, encoding="utf-8")
    before = Path.cwd()
    os.chdir(folder)
    try:
        return CliRunner().invoke(main, [*shlex.split(command), "--color", "always"], color=True).stdout
    finally:
        os.chdir(before)


def picture(name: str, folder: Path) -> str:
    """The picture of a command and of what it prints."""
    from rich.console import Console
    from rich.text import Text

    text = Text.from_ansi(printed(COMMANDS[name], folder))
    width = max(len(line) for line in text.plain.splitlines())
    console = Console(record=True, width=width, file=StringIO(), force_terminal=True, legacy_windows=False)
    console.print(text, end="")
    return _FONT.sub("", console.export_svg(title=f"convcalc {COMMANDS[name]}", unique_id=name))


def words(svg: str) -> str:
    """The text of a picture without its title and its blanks."""
    inside = svg[svg.index("-matrix") :]
    texts = re.findall(r"<text [^>]*>(.*?)</text>", inside[inside.index("<g class") :])
    return "".join(html.unescape("".join(texts)).split())


@pytest.mark.parametrize("name", COMMANDS)
def test_a_picture_shows_what_the_program_prints(name: str, tmp_path: Path) -> None:
    plain = re.sub(r"\x1b\[[\d;]*m", "", printed(COMMANDS[name], tmp_path))
    assert words((FOLDER / f"{name}.svg").read_text(encoding="utf-8")) == "".join(plain.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_a_picture_is_in_the_readme_and_needs_no_network(name: str) -> None:
    assert f".pictures/{name}.svg" in README
    text = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert not re.search(r"(url|href|src)\W*https?:", text)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in COMMANDS:
        (FOLDER / f"{each}.svg").write_text(picture(each, Path(sys.argv[1])), encoding="utf-8", newline="\n")
