"""A file in which nothing is found pays nothing for lines and columns: what works them out is not even loaded."""

import subprocess
import sys
from pathlib import Path

import pytest
from told import BROKEN, GOOD

POSITIONS = "convcalc.readers.positions"

CLEAN = {
    "net.txt": GOOD,
    "net.toml": 'input = "3@32x32"\nlayers = ["conv 8 k3 p1", "pool k2"]\n',
    "tables.toml": 'input = "3@32x32"\n[[layers]]\nop = "conv"\nout = 8\nkernel = 3\npadding = 1\n',
    "net.json": '{"input": "3@32x32", "layers": ["conv 8 k3 p1", {"op": "pool", "kernel": 2}]}',
    "net.yaml": "input: 3@32x32\nlayers:\n- conv 8 k3 p1\n- up1: pool k2\n",
    "calls.txt": "framework torch\ninput 3@32x32\nConv2d(3, 8, 3, padding=1)\n",
}
FOUND = {
    "net.txt": BROKEN,
    "net.toml": 'input = "3@8x8"\nlayers = ["conv 8 k9"]\n',
    "net.json": '{"input": "3@8x8", "layers": ["conv 8 k9"]}',
    "net.yaml": "input: 3@8x8\nlayers:\n- conv 8 k9\n",
    "no_network.toml": "layers = [\n",
}

PROGRAM = f"""
import atexit, sys
from convcalc.cli import main
atexit.register(lambda: print(*[name for name in sys.modules if name.startswith("{POSITIONS}")], file=sys.stderr))
main(sys.argv[1:])
"""


def loaded(text: str, path: Path) -> tuple[int, list[str]]:
    """The exit code of a check of one file, and the modules for places that it loaded."""
    if path.suffix == ".yaml":
        pytest.importorskip("yaml")
    path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", PROGRAM, "check", "--strict", "--quiet", "--isolated", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.split()


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_file_loads_nothing_that_finds_places(name: str, tmp_path: Path) -> None:
    assert loaded(CLEAN[name], tmp_path / name) == (0, [])


@pytest.mark.parametrize("name", FOUND)
def test_a_finding_loads_it(name: str, tmp_path: Path) -> None:
    code, modules = loaded(FOUND[name], tmp_path / name)
    assert code in (1, 2)
    assert f"{POSITIONS}.lines" in modules
