"""How far a check is: shown on a terminal once it takes long, and nowhere else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HURRIED = """
from convcalc.cli import check, main
check.SLOW = {slow}
main(['check', '{folder}'])
"""


def told(folder: Path, slow: int, *, terminal: bool) -> str:
    """What stderr gets, where a check counts as slow after so many seconds."""
    command = [sys.executable, "-c", HURRIED.format(slow=slow, folder=folder)]
    if not terminal:
        return subprocess.run(command, capture_output=True, text=True, check=True).stderr
    reading, writing = os.openpty()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=writing) as running:
        os.close(writing)
        shown = b""
        while data := _read(reading):
            shown += data
        assert running.wait() == 0
    os.close(reading)
    return shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other end is closed
        return b""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.txt").write_text("input 3@8x8\nconv 4 k3\n", encoding="utf-8")
    return tmp_path


def test_a_terminal_sees_how_far_a_long_check_is(folder: Path) -> None:
    shown = told(folder, 0, terminal=True)
    assert "checking" in shown
    assert "100%" in shown
    assert shown.rstrip().endswith("3 files checked, nothing found")


def test_a_short_check_shows_no_bar(folder: Path) -> None:
    assert told(folder, 1000, terminal=True).split("\r\n")[0] == "3 files checked, nothing found"


def test_a_pipe_gets_the_summary_alone(folder: Path) -> None:
    assert told(folder, 0, terminal=False) == "3 files checked, nothing found\n"
