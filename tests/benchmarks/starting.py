"""Whole processes: the program against importing click, and against a framework that answers the same question."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import partial

from figures import Figure, beside
from frameworks import FRAMEWORKS, Framework
from timing import CLICK, PROGRAM, environment, in_turn, process

QUESTION = "conv 224 -k 7 -s 2 -p 3"
ROUNDS = 30
FRAMEWORK_ROUNDS = 5
"""A framework takes seconds, so that noise is small beside it."""

LINES = {
    QUESTION: "at most 1.15",
    "tconv 7 -k 5 -s 2 -p same": "at most 1.15",
    "pool 112 -k 3 -s 2 -p 1": "at most 1.15",
    f"{QUESTION} -f torch": "at most 1.15",
    f"{QUESTION} --json": "at most 1.15",
    "--help": "",
    "chain dcgan": "",
    "chain dcgan --color always": "at most 2.1",
}
"""Command lines, and the limit of each; in colour, rich draws the table."""

COMPLETIONS = ("convcalc ch", "convcalc chain dc")


def figures() -> Iterator[Figure]:
    """All of them."""
    for line, limit in LINES.items():
        yield _beside_click(f"convcalc {line}", line, {}, limit)
    for line in COMPLETIONS:
        yield _beside_click(f"completing `{line}`", "", _completing(line), "at most 1.15")
    for framework in FRAMEWORKS:
        yield _beside_framework(framework)


def _beside_click(what: str, line: str, more: Mapping[str, str], limit: str) -> Figure:
    pair = in_turn(partial(process, [PROGRAM, *line.split()], more), partial(process, CLICK), ROUNDS)
    return beside(what, pair, "import click", limit)


def _completing(line: str) -> dict[str, str]:
    """What bash asks with when the last word is half typed."""
    place = str(len(line.split()) - 1)
    return {"_CONVCALC_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": place}


def _beside_framework(framework: Framework) -> Figure:
    what = f"convcalc {QUESTION}"
    if framework.missing:
        return Figure(what, "left out", f"{framework.missing} is not installed")
    commands = [PROGRAM, *QUESTION.split()], [sys.executable, "-c", framework.program]
    if len({_answer(command) for command in commands}) > 1:
        raise SystemExit(f"{framework.name} gives another answer")
    ours, theirs = (partial(process, command) for command in commands)
    return beside(what, in_turn(ours, theirs, FRAMEWORK_ROUNDS), framework.name)


def _answer(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment()).stdout
