"""The man pages are what the commands say of themselves, and a man reader has nothing against them.

`python tests/consumers/test_man_pages.py` writes them anew.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click
import pytest

from convcalc import __version__
from convcalc.cli import main

FOLDER = Path(__file__).parent.parent.parent / "completions" / "man"
ROOT = click.Context(main, info_name="convcalc", **main.context_settings)
SIGNS = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}
OPTION = re.compile(r"(?<![\w-])(--?[A-Za-z][\w-]*)")


def page(context: click.Context) -> str:
    """The man page of a command."""
    lines = [
        f'.TH {escaped(title(context).upper())} 1 "" "convcalc {__version__}" "convcalc"',
        *(".SH NAME", f"{escaped(title(context))} \\- {escaped(summary(context.command))}"),
        *(".SH SYNOPSIS", f"\\fB{escaped(context.command_path)}\\fR", *map(escaped, usage(context))),
        *(".SH DESCRIPTION", *described(context.command.help)),
        *(".SH OPTIONS", *options(context)),
    ]
    if isinstance(context.command, click.Group):
        lines += [".SH COMMANDS", *commands(context)]
    if context.command.epilog:
        lines += [".SH EXIT STATUS", *described(context.command.epilog.removeprefix("Exit codes: "))]
    if others := seen_also(context):
        lines += [".SH SEE ALSO", ",\n".join(others)]
    return "\n".join(lines) + "\n"


def summary(command: click.Command) -> str:
    return command.get_short_help_str(limit=200).rstrip(".")


def usage(context: click.Context) -> list[str]:
    return context.command.collect_usage_pieces(context)


def described(text: str | None) -> Iterator[str]:
    r"""Paragraphs; what \b keeps from being folded stays as it is."""
    for index, paragraph in enumerate(re.split(r"\n\n+", cleandoc(text or "").strip())):
        kept, lines = paragraph.startswith("\b\n"), paragraph.removeprefix("\b\n").split("\n")
        if index:
            yield ".PP"
        yield from [".nf", *map(escaped, lines), ".fi"] if kept else map(escaped, lines)


def options(context: click.Context) -> Iterator[str]:
    for option in context.command.get_params(context):
        if isinstance(option, click.Option) and (record := option.get_help_record(context)):
            names, text = record
            yield from (".TP", with_bold_options(names), escaped(text))


def with_bold_options(names: str) -> str:
    """`-o, --option VALUE`, the names in bold."""
    parts = OPTION.split(names)
    return "".join(bold(part) if index % 2 else escaped(part) for index, part in enumerate(parts))


def commands(context: click.Context) -> Iterator[str]:
    for inner in inside(context):
        yield from (".TP", reference(inner), escaped(summary(inner.command)))


def seen_also(context: click.Context) -> list[str]:
    """The page above."""
    return [reference(context.parent)] if context.parent else []


def inside(context: click.Context) -> Iterator[click.Context]:
    """The commands of a group; none of any other."""
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            assert command
            yield click.Context(command, context, name, **command.context_settings)


def title(context: click.Context) -> str:
    """`convcalc-solve-conv`."""
    return context.command_path.replace(" ", "-")


def reference(context: click.Context) -> str:
    return f"{bold(title(context))}(1)"


def bold(text: str) -> str:
    return rf"\fB{escaped(text)}\fR"


def escaped(text: str) -> str:
    """The text as roff reads it literally."""
    literal = "".join(SIGNS.get(sign, sign) for sign in text)
    return rf"\&{literal}" if literal.startswith(".") else literal


def pages() -> dict[str, str]:
    """Every page by the name of its file."""
    return {f"{title(found)}.1": page(found) for found in everything(ROOT)}


def everything(context: click.Context) -> Iterator[click.Context]:
    """The command and all that are in it."""
    yield context
    for inner in inside(context):
        yield from everything(inner)


PAGES = pages()


def test_the_man_pages_are_what_the_commands_say() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert committed == PAGES, "python tests/consumers/test_man_pages.py writes them anew"


@pytest.mark.parametrize("name", PAGES)
def test_a_man_reader_has_nothing_against_a_page(name: str) -> None:
    if not shutil.which("mandoc"):
        pytest.skip("mandoc is not installed")
    done = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning"], input=PAGES[name], capture_output=True, text=True, check=False
    )
    found = [line for line in done.stdout.splitlines() if "missing date" not in line]
    assert found == []


@pytest.mark.skipif(not shutil.which("mandoc"), reason="mandoc is not installed")
def test_a_page_that_is_broken_is_noticed() -> None:
    """The judge of the test above is awake."""
    broken = PAGES["convcalc.1"].replace(".SH OPTIONS", ".SHOPTIONS")
    lint = ["mandoc", "-T", "lint", "-W", "warning"]
    assert "SHOPTIONS" in subprocess.run(lint, input=broken, capture_output=True, text=True, check=False).stdout


def read(name: str) -> str:
    """The page as a terminal of 80 columns shows it."""
    if not shutil.which("man"):
        pytest.skip("man is not installed")
    path = FOLDER / name
    env = {**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8", "MAN_KEEP_FORMATTING": "", "GROFF_NO_SGR": "1"}
    done = subprocess.run(["man", "--warnings", "-l", str(path)], capture_output=True, text=True, check=True, env=env)
    assert done.stderr == ""
    return re.sub(".\b", "", done.stdout)


@pytest.mark.parametrize("context", list(everything(ROOT)), ids=title)
def test_a_page_shows_examples_and_options_as_help_does(context: click.Context) -> None:
    """Line by line, the examples stand in the page as in the help; and so does each option."""
    shown = read(f"{title(context)}.1")
    for line in re.findall("^  (convcalc .*)$", cleandoc(context.command.help or ""), re.MULTILINE):
        assert f"  {line}\n" in shown, line
    for option in context.command.get_params(context):
        for name in option.opts if isinstance(option, click.Option) and not option.hidden else ():
            assert name in shown, name


if __name__ == "__main__":
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for file, text in PAGES.items():
        (FOLDER / file).write_text(text, encoding="utf-8")
