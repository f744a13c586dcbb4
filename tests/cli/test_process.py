"""The program as a whole process: what it imports, how it ends, what a pipe and a terminal get."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


def process(*args: str, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """`python -m convcalc` with these arguments."""
    env = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "CONVCALC_DEBUG")}
    return subprocess.run(
        [sys.executable, "-m", "convcalc", *args],
        input=given,
        capture_output=True,
        env={**env, **environment},
        check=False,
    )


def test_python_m_convcalc_is_the_same_program() -> None:
    done = process("conv", "224", "-k", "7", "-s", "2", "-p", "3")
    assert (done.stdout, done.stderr, done.returncode) == (b"112\n", b"", 0)


def imported_by(*args: str) -> set[str]:
    """Modules that a run of the program loads."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "convcalc", *args], capture_output=True, text=True, check=False
    )
    return {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


HEAVY = {"rich", "json", "tomllib", "yaml", "importlib.metadata", "dataclasses", "convcalc.network", "convcalc.trace"}


@pytest.mark.parametrize(
    ("line", "loaded"),
    [
        ("conv 224 -k 7", set()),
        ("tconv 7 -k 5 -s 2 -p same --explain", set()),
        ("pool 7 -k 2", set()),
        ("conv 224 -k 7 --json", {"json"}),
        ("--version", set()),
        ("presets", set()),
        ("chain dcgan --format csv", {"tomllib", "convcalc.network", "convcalc.trace"}),
        ("chain dcgan_torch --format json", {"json", "convcalc.network", "convcalc.trace"}),
        ("chain dcgan", {"tomllib", "convcalc.network", "convcalc.trace"}),
    ],
)
def test_a_command_loads_what_it_needs_and_no_more(line: str, loaded: set[str]) -> None:
    found = imported_by(*line.split())
    assert found & HEAVY == loaded


def test_a_reader_that_stops_reading_ends_the_program_quietly(tmp_path: Path) -> None:
    sizes = tmp_path / "sizes.txt"
    sizes.write_bytes(b"224\n" * 50_000)
    with (
        sizes.open("rb") as given,
        subprocess.Popen(
            [sys.executable, "-m", "convcalc", "conv", "-", "-k", "1"],
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as running,
    ):
        assert running.stdout
        assert running.stderr
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""


def test_answers_stream_before_stdin_ends() -> None:
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "convcalc", "conv", "-", "-k", "3"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as running:
        assert running.stdin
        assert running.stdout
        for size, answer in ((8, b"6\n"), (9, b"7\n")):
            running.stdin.write(b"%d\n" % size)
            running.stdin.flush()
            assert running.stdout.readline() == answer
        running.stdin.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("line", ["conv 224 -k 3", "chain dcgan"])
def test_an_answer_that_can_not_be_written_is_told(line: str) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "convcalc", *line.split()], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (2, b"error: can't write: No space left on device\n")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("conv 224 -k 3 >&-", "standard output is closed, so there is no answer"),
        ("chain dcgan >&-", "standard output is closed, so there is no answer"),
        ("conv - -k 3 <&-", "standard input is closed; give sizes"),
        ("chain - <&-", "standard input is closed; name a file or a preset"),
    ],
)
def test_a_closed_stream_is_told(line: str, message: str) -> None:
    command = f"exec {shlex.quote(sys.executable)} -m convcalc {line}"
    done = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr.decode()) == (2, f"error: {message}\n")


def test_markdown_keeps_to_what_the_stream_can_encode() -> None:
    for encoding in ("ascii", "latin-1", "cp437"):
        done = process("chain", "dcgan", "--format", "markdown", PYTHONIOENCODING=encoding)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.decode(encoding).endswith("100 -> 1@28x28\n")


def test_columns_does_not_cut_a_piped_table() -> None:
    assert process("chain", "dcgan", COLUMNS="20").stdout == process("chain", "dcgan").stdout


def test_a_stream_that_can_not_encode_a_sign_gets_its_twin() -> None:
    done = process("chain", "dcgan", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stdout.decode("ascii").endswith("100 -> 1@28x28\n")


def test_a_bug_is_one_line_and_exit_code_3() -> None:
    script = (
        "import convcalc.cli.layer as layer, convcalc.cli as cli\n"
        "layer.read_size = lambda text: 1 // 0\n"
        "cli.main(['conv', '8', '-k', '3'])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("error: this is a bug in convcalc, please report it (ZeroDivisionError: ")
    assert done.stderr.count("\n") == 1


def test_debug_shows_the_traceback_of_a_bug() -> None:
    script = (
        "import convcalc.cli.layer as layer, convcalc.cli as cli\n"
        "layer.read_size = lambda text: 1 // 0\n"
        "cli.main(['conv', '8', '-k', '3'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CONVCALC_DEBUG": "1"},
    )
    assert "Traceback (most recent call last)" in done.stderr
    assert done.returncode == 3


def test_a_table_of_a_thousand_layers_prints_whole() -> None:
    text = "input 64@224x224\n" + "conv 64 k3 p1\n" * 1000
    done = process("chain", "-", given=text.encode())
    assert done.returncode == 0
    lines = done.stdout.decode().splitlines()
    assert len(lines) == 1004
    assert "2001" in lines[-3]


@pytest.mark.skipif(not Path("/dev/ptmx").exists(), reason="this system has no pseudo-terminals")
def test_on_a_terminal_the_table_is_as_wide_as_it_is() -> None:
    import pty
    import struct
    from fcntl import ioctl
    from termios import TIOCSWINSZ

    leader, follower = pty.openpty()
    ioctl(follower, TIOCSWINSZ, struct.pack("HHHH", 24, 70, 0, 0))
    env = {**os.environ, "TERM": "xterm", "NO_COLOR": "1"}
    env.pop("COLUMNS", None)
    with subprocess.Popen(
        [sys.executable, "-m", "convcalc", "chain", "dcgan_torch"], stdout=follower, stderr=subprocess.PIPE, env=env
    ) as running:
        os.close(follower)
        shown = b""
        while chunk := _read(leader):
            shown += chunk
        assert running.stderr
        assert b"the terminal is too narrow for" in running.stderr.read()
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown.decode())
    assert max(len(line) for line in plain.splitlines()[:-2]) <= 70
    assert "…" not in plain


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""
