"""`convcalc check` on a thousand files, beside a process that only parses them; the start of each process aside."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from figures import Figure, beside
from timing import PROGRAM, Measure, environment, in_turn, process

FILES = 1000
LAYERS = 50
ROUNDS = 3
POSITIONS = "convcalc.readers.positions"
PARSE = """
import os, sys, tomllib
for entry in os.scandir(sys.argv[1]):
    with open(entry.path, "rb") as file:
        tomllib.load(file)
"""
BROKEN = 'expect = "7@7x7"\n'
"""What no file comes to, and so a finding in each."""


def config(seed: int) -> str:
    """A network of convolutions with nothing to find, no two alike."""
    draw = Random(seed)  # noqa: S311 - a reproducible case, no secret
    head = f'framework = "torch"\ninput = "{draw.randint(1, 4)}@{draw.randint(64, 128)}x{draw.randint(64, 128)}"\n'
    return head + "".join(_layer(draw) for _ in range(LAYERS))


def _layer(draw: Random) -> str:
    """A table of six keys: a convolution that keeps the size."""
    half, dilation = draw.randint(0, 3), draw.choice((1, 1, 1, 2))
    values = {
        "op": '"conv"',
        "out": draw.randint(8, 128),
        "kernel": 2 * half + 1,
        "dilation": dilation,
        "padding": half * dilation,
        "bias": draw.choice(("true", "false")),
    }
    return "\n[[layers]]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())


def figures() -> Iterator[Figure]:
    """All of them."""
    with TemporaryDirectory() as folder:
        clean, broken, one = (os.path.join(folder, name) for name in ("clean", "broken", "one"))
        _write(clean, FILES)
        _write(broken, FILES, BROKEN)
        _write(one, 1)
        yield _beside_parsing(clean, one, ("--jobs", "1"))
        yield _beside_parsing(clean, one, ())
        yield _with_findings(broken, clean)
        yield _positions(one)


def _write(folder: str, files: int, first: str = "") -> None:
    os.mkdir(folder)
    for index in range(files):
        Path(folder, f"net{index}.toml").write_text(first + config(index), encoding="utf-8")


def _check(folder: str, *options: str) -> list[str]:
    """A check that fails where it finds anything."""
    return [PROGRAM, "check", folder, "--isolated", "--strict", *options]


def _less_start(command: Sequence[str], start: Sequence[str]) -> Measure:
    """The seconds of a process, less those of the same on one file."""
    return lambda: process(command) - process(start)


def _beside_parsing(clean: str, one: str, options: Sequence[str]) -> Figure:
    ours = _less_start(_check(clean, *options), _check(one, *options))
    theirs = _less_start(_parse(clean), _parse(one))
    what = " ".join([f"check, {FILES:,} files of {LAYERS} layers", *options])
    return beside(what, in_turn(ours, theirs, ROUNDS), "tomllib", "at most 3")


def _parse(folder: str) -> list[str]:
    return [sys.executable, "-c", PARSE, folder]


def _with_findings(broken: str, clean: str) -> Figure:
    """What findings cost, places and all."""
    ours = partial(process, _check(broken, "--jobs", "1", "--exit-zero"))
    pair = in_turn(ours, partial(process, _check(clean, "--jobs", "1")), ROUNDS)
    return beside("check, the same with a finding in each file, --jobs 1", pair, "with none")


def _positions(one: str) -> Figure:
    """Modules that look for places, which a file without a finding does not need."""
    command = [sys.executable, "-X", "importtime", "-m", "convcalc", *_check(one)[1:]]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment())
    loaded = sum(POSITIONS in line for line in done.stderr.splitlines())
    return Figure("check, modules for places loaded by a clean file", str(loaded), limit="0")
