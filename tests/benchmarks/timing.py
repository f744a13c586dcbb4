"""How long something takes beside something else: both run in turn, so that they meet the same machine."""

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

PROGRAM = str(Path(sys.executable).with_name("convcalc"))
CLICK = (sys.executable, "-c", "import click")
UNSET = ("PYTHONDONTWRITEBYTECODE", "CONVCALC_DEBUG", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE")
"""What would make a process another than its users meet."""

Measure = Callable[[], float]
"""Does something, and tells the seconds that count."""


class Pair(NamedTuple):
    """What something takes and what it is held against: seconds, and the ratio; medians all three."""

    seconds: float
    other: float
    ratio: float


def in_turn(work: Measure, other: Measure, rounds: int) -> Pair:
    """Both measured so often, one after the other, after a round that does not count."""
    work()
    other()
    times = [(work(), other()) for _ in range(rounds)]
    ratio = median(seconds / against for seconds, against in times)
    return Pair(median(seconds for seconds, _ in times), median(against for _, against in times), ratio)


def elapsed(work: Callable[[], object]) -> float:
    """Seconds of a call, with nothing collected in between."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def environment() -> dict[str, str]:
    """The environment of a measured process."""
    return {key: value for key, value in os.environ.items() if key not in UNSET}


def process(command: Sequence[str], more: Mapping[str, str] | None = None, given: bytes = b"") -> float:
    """Seconds of a whole process, which has to end well."""
    env = {**environment(), **(more or {})}
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=env, input=given)
    return time.perf_counter() - start


def first_line(command: Sequence[str]) -> float:
    """Seconds from the start of a process to the end of its first line; what else it has to say is not waited for."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment()) as running:
        line = running.stdout.readline() if running.stdout else b""
        seconds = time.perf_counter() - start
        running.kill()
    if not line:
        raise SystemExit(f"{' '.join(command)} printed nothing")
    return seconds
