"""Colour and width: who decides, on each stream by itself, and that nothing else changes.

The program runs in this process in every environment, and as a process on pseudo-terminals in a few.
"""

import os
import re
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

from convcalc.cli import main
from convcalc.cli.terminal import WHEN
from convcalc.readers.source import read_text
from convcalc.renderers.columns import chosen_columns
from convcalc.renderers.glyphs import UNICODE
from convcalc.renderers.styled import styled_lines
from convcalc.renderers.table import sheet_of

CODE = re.compile(r"\x1b\[[0-9;]*m")
SAID = {
    "NO_COLOR": (None, "", "1"),
    "FORCE_COLOR": (None, "", "0", "1"),
    "CLICOLOR_FORCE": (None, "", "0", "1"),
    "CLICOLOR": (None, "0", "1"),
    "TERM": (None, "dumb", "xterm"),
}
"""What a user's environment may say of colour; None where it says nothing."""


class Case(NamedTuple):
    """One way to start the program: the option, if it is given, the environment, and what the stream is."""

    option: str | None
    environment: dict[str, str]
    terminal: bool

    def says(self, *names: str) -> bool:
        """Whether one of these variables is set, and not to nothing or to 0."""
        return any(self.environment.get(name, "") not in ("", "0") for name in names)


RULES: list[tuple[str, Callable[[Case], bool], bool]] = [
    ("--color always", lambda case: case.option == "always", True),
    ("--color never", lambda case: case.option == "never", False),
    ("NO_COLOR is set to anything", lambda case: case.environment.get("NO_COLOR", "") != "", False),
    ("colour is forced", lambda case: case.says("FORCE_COLOR", "CLICOLOR_FORCE"), True),
    ("the terminal is dumb", lambda case: case.environment.get("TERM") == "dumb", False),
    ("CLICOLOR is 0", lambda case: case.environment.get("CLICOLOR") == "0", False),
    ("the stream is a terminal", lambda case: case.terminal, True),
    ("it is none", lambda case: not case.terminal, False),
]
"""The first rule that applies decides."""


def coloured(case: Case) -> bool:
    """What the rules say."""
    return next(answer for _, applies, answer in RULES if applies(case))


def environments() -> Iterator[dict[str, str]]:
    for values in product(*SAID.values()):
        yield {name: value for name, value in zip(SAID, values, strict=True) if value is not None}


class Stream(StringIO):
    """A stream that may be a terminal."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        """As it was told."""
        return self.terminal


def told_in_colour(monkeypatch: pytest.MonkeyPatch, args: list[str], case: Case) -> bool:
    """Whether stderr has colour where stdout is of the other sort."""
    stdout, stderr = Stream(terminal=not case.terminal), Stream(terminal=case.terminal)
    monkeypatch.setattr(sys, "stdout", stdout)
    monkeypatch.setattr(sys, "stderr", stderr)
    with monkeypatch.context() as here:
        for name in SAID:
            here.delenv(name, raising=False)
        for name, value in case.environment.items():
            here.setenv(name, value)
        with pytest.raises(SystemExit):
            main.main(args)
    plain = CODE.sub("", stderr.getvalue())
    assert plain.startswith(("note: ", "error: "))
    assert "\x1b" not in plain + stdout.getvalue()
    return plain != stderr.getvalue()


@pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "pipe"])
@pytest.mark.parametrize("option", [None, *WHEN])
def test_a_note_has_colour_as_the_first_rule_that_applies_says(
    option: str | None, monkeypatch: pytest.MonkeyPatch, *, terminal: bool
) -> None:
    args = ["conv", "8", "-k", "3", "-s", "2", *([] if option is None else ["--color", option])]
    wrong = []
    for environment in environments():
        case = Case(option, environment, terminal)
        if told_in_colour(monkeypatch, args, case) != coloured(case):
            wrong.append(environment)
    assert not wrong


def test_every_rule_decides_somewhere() -> None:
    cases = [Case(*case) for case in product((None, *WHEN), environments(), (True, False))]
    deciding = {next(rule for rule, applies, _ in RULES if applies(case)) for case in cases}
    assert deciding == {rule for rule, *_ in RULES}


PLACES = [
    ("--color always conv 2 -k 5", True),
    ("conv 2 -k 5 --color always", True),
    ("conv --color=always 2 -k 5", True),
    ("--color always conv 2 -k 5 --color never", False),
    ("--color never conv 2 -k 5 --color always", True),
    ("conv --color always -k 5 -- 2", True),
    ("conv -k 5 -- 2 --color always", False),
    ("conv --color always -k", True),
    ("--color always --no-such-option", True),
    ("chain no-such-file --color always", True),
    ("conv 2 -k 5 --color sometimes", False),
]


@pytest.mark.parametrize(("line", "answer"), PLACES)
def test_the_option_stands_anywhere_and_the_last_one_counts(
    line: str, monkeypatch: pytest.MonkeyPatch, *, answer: bool
) -> None:
    assert told_in_colour(monkeypatch, line.split(), Case(None, {}, terminal=False)) == answer


class Done(NamedTuple):
    """What a process has written on each stream."""

    stdout: str
    stderr: str


def opened(*, terminal: bool, columns: int) -> tuple[int, int]:
    """Both ends of a pipe or of a terminal: the one to read from, and the one to give away."""
    if not terminal:
        return os.pipe()
    import pty
    from fcntl import ioctl
    from termios import TIOCSWINSZ

    leader, follower = pty.openpty()
    ioctl(follower, TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    return leader, follower


def drained(descriptor: int) -> str:
    """All that comes; of a terminal whose other end is closed, reading fails."""
    text = b""
    while True:
        try:
            chunk = os.read(descriptor, 65536)
        except OSError:
            chunk = b""
        if not chunk:
            os.close(descriptor)
            return text.decode().replace("\r\n", "\n")
        text += chunk


def process(args: list[str], terminals: tuple[bool, bool], environment: dict[str, str], columns: int = 200) -> Done:
    """The program, its stdout and stderr each on a terminal or not."""
    inherited = {key: value for key, value in os.environ.items() if key not in (*SAID, "COLUMNS", "LINES")}
    stdout, stderr = [opened(terminal=terminal, columns=columns) for terminal in terminals]
    with subprocess.Popen(
        [sys.executable, "-m", "convcalc", *args],
        stdin=subprocess.DEVNULL,
        stdout=stdout[1],
        stderr=stderr[1],
        env={**inherited, "PYTHONIOENCODING": "utf-8", **environment},
    ):
        os.close(stdout[1])
        os.close(stderr[1])
        return Done(drained(stdout[0]), drained(stderr[0]))


FAILS = ["chain", "-i", "3@64x64", "-e", "conv 4 k3 s2 | conv 2 k99"]
"""A table on stdout, and an error on stderr."""

CASES: list[tuple[str | None, dict[str, str]]] = [
    (None, {}),
    (None, {"TERM": "xterm-256color"}),
    (None, {"NO_COLOR": "1"}),
    (None, {"NO_COLOR": "1", "FORCE_COLOR": "1"}),
    (None, {"FORCE_COLOR": "1"}),
    (None, {"FORCE_COLOR": "0"}),
    (None, {"CLICOLOR_FORCE": "1", "TERM": "dumb"}),
    (None, {"CLICOLOR": "0"}),
    (None, {"TERM": "dumb"}),
    ("always", {"NO_COLOR": "1", "TERM": "dumb"}),
    ("never", {"FORCE_COLOR": "1"}),
]

needs_terminals = pytest.mark.skipif(not Path("/dev/ptmx").exists(), reason="this system has no pseudo-terminals")


@needs_terminals
@pytest.mark.parametrize("terminals", [(True, False), (False, True)], ids=["stdout", "stderr"])
@pytest.mark.parametrize(("option", "environment"), CASES, ids=str)
def test_each_stream_of_a_process_has_colour_by_itself(
    option: str | None, environment: dict[str, str], terminals: tuple[bool, bool]
) -> None:
    args = [*FAILS, *([] if option is None else ["--color", option])]
    done = process(args, terminals, environment)
    answers = [coloured(Case(option, environment, terminal)) for terminal in terminals]
    assert ["\x1b" in stream for stream in done] == answers
    assert [re.search(r"\x1b\[(1;31|31m\x1b\[1)m", stream) is not None for stream in done] == answers
    assert ("\x1b[1m" in done.stdout) == answers[0]
    for stream, start in zip(done, ("#", "error: -e:1: layer 2 conv 2 k99"), strict=True):
        assert CODE.sub("", stream).startswith(start)


@needs_terminals
@pytest.mark.parametrize("args", [["conv", "8", "-k", "3", "-s", "2"], ["conv", "2", "-k", "5"], ["conv", "-k"]])
def test_what_is_told_on_a_terminal_is_what_is_told_on_a_pipe(args: list[str]) -> None:
    seen, piped = [process(args, (terminal, terminal), {}) for terminal in (True, False)]
    assert seen.stderr != piped.stderr
    assert Done(seen.stdout, CODE.sub("", seen.stderr)) == piped


def table(text: str) -> list[str]:
    """The lines of a table, without colour and without what can not be seen; the totals below are no part of it."""
    lines = [CODE.sub("", line).rstrip() for line in text.splitlines()]
    return lines[: next(index for index, line in enumerate(lines) if line.startswith("total:"))]


@needs_terminals
@pytest.mark.parametrize(
    ("columns", "environment", "most"),
    [
        (70, {}, 70),
        (70, {"COLUMNS": "60"}, 60),
        (60, {"COLUMNS": "90"}, 90),
        (0, {}, 80),
        (70, {"NO_COLOR": "1", "TERM": "dumb"}, 70),
    ],
)
def test_a_table_keeps_to_the_terminal_or_to_columns(columns: int, environment: dict[str, str], most: int) -> None:
    done = process(["chain", "resnet18"], (True, False), environment, columns)
    widest = max(map(len, table(done.stdout)))
    assert most - 20 < widest <= most
    assert done.stderr.startswith("note: the terminal is too narrow for ")
    assert "…" not in done.stdout


@pytest.mark.parametrize("environment", [{}, {"COLUMNS": "20"}], ids=str)
def test_colour_in_a_pipe_cuts_nothing(environment: dict[str, str]) -> None:
    plain = process(["chain", "resnet18"], (False, False), environment)
    forced = process(["chain", "resnet18", "--color", "always"], (False, False), environment)
    assert "\x1b" in forced.stdout
    assert table(forced.stdout) == table(plain.stdout)
    assert (plain.stderr, forced.stderr) == ("", "")


def test_a_table_without_colour_is_folded_and_has_no_escape_code() -> None:
    sheet = sheet_of(read_text("input 3@8x8\nconv 4 k3 s2\nconv 2 k99").run(), chosen_columns(None))
    styled, plain = ["\n".join(styled_lines(sheet, UNICODE, 70, colour=colour)) for colour in (True, False)]
    assert ("\x1b" in styled, "\x1b" in plain) == (True, False)
    assert table(f"{styled}\ntotal:") == table(f"{plain}\ntotal:")


def test_without_colour_in_a_pipe_rich_is_not_needed() -> None:
    script = "import sys, convcalc.cli as cli\ntry: cli.main({})\nexcept SystemExit: sys.exit('rich' in sys.modules)"
    answers = [["conv", "2", "-k", "5", "--color", "always"], [*FAILS, "--color", "never"], [*FAILS, "--color=always"]]
    codes = [
        subprocess.run([sys.executable, "-c", script.format(args)], capture_output=True, check=False)
        for args in answers
    ]
    assert [done.returncode for done in codes] == [0, 0, 1]
