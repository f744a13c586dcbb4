"""TAB in the real shells, by the files that are shipped, where each shell looks for them.

What stands on the line after a TAB is read by putting a command in front that writes its arguments to a file.
"""

import os
import shlex
import shutil
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parent.parent.parent
BASH_COMPLETION = Path("/usr/share/bash-completion/bash_completion")
CLEAR, HOME, TAB = "\x15", "\x01", "\t"
FUNCTION = 'tell() { printf "%s\\n" "$*" > "$TOLD"; }'
FISH_FUNCTION = 'function tell; echo "$argv" > "$TOLD"; end'
COMPINIT = "autoload -U compinit && compinit -u -D"


class Way(NamedTuple):
    """A shell, and what its user does so that it completes."""

    command: str
    setup: tuple[str, ...]

    @property
    def shell(self) -> str:
        """The program."""
        return self.command.split()[0]


BASH = "bash --norc --noprofile -i"
ZSH = "zsh -f -i"
FISH = "fish -i"
WAYS = {
    "bash, the file sourced": Way(BASH, (FUNCTION, 'source "$PREFIX/share/bash-completion/completions/convcalc"')),
    "bash, evaluated": Way(BASH, (FUNCTION, 'eval "$(convcalc completion bash)"')),
    "bash, found by bash-completion": Way(BASH, (FUNCTION, f"source {BASH_COMPLETION}")),
    "zsh, found in fpath": Way(ZSH, (FUNCTION, 'fpath=("$PREFIX/share/zsh/site-functions" $fpath)', COMPINIT)),
    "zsh, the file sourced": Way(ZSH, (FUNCTION, COMPINIT, 'source "$PREFIX/share/zsh/site-functions/_convcalc"')),
    "zsh, evaluated": Way(ZSH, (FUNCTION, COMPINIT, 'eval "$(convcalc completion zsh)"')),
    "fish, found in vendor_completions.d": Way(FISH, (FISH_FUNCTION,)),
    "fish, sourced": Way(FISH, (FISH_FUNCTION, "convcalc completion fish | source")),
}


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place where convcalc is installed as the wheel says, and a network to name."""
    place = tmp_path_factory.mktemp("prefix")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for source, target in project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"].items():
        (place / target).parent.mkdir(parents=True, exist_ok=True)
        copy: Callable[..., Any] = shutil.copytree if (ROOT / source).is_dir() else shutil.copyfile
        copy(ROOT / source, place / target)
    program = place / "bin" / "convcalc"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m convcalc "$@"\n')
    program.chmod(0o755)
    (place / "work").mkdir()
    (place / "work" / "my network.toml").touch()
    return place


class Session:
    """A shell at a terminal."""

    def __init__(self, way: Way, prefix: Path) -> None:
        pexpect = pytest.importorskip("pexpect", reason="pexpect is not installed")
        self.timeout = pexpect.TIMEOUT
        self.told = prefix / "told"
        env = {
            **os.environ,
            "PATH": f"{prefix / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PREFIX": str(prefix),
            "TOLD": str(self.told),
            "TERM": "xterm",
            "HOME": str(prefix),
            "XDG_CONFIG_HOME": str(prefix / "config"),
            "XDG_DATA_HOME": str(prefix / "data"),
            "XDG_DATA_DIRS": f"{prefix / 'share'}{os.pathsep}/usr/share",
        }
        command, *args = way.command.split()
        self.shell = pexpect.spawn(command, args, env=env, cwd=str(prefix / "work"), timeout=20, dimensions=(40, 200))
        self.shell.delaybeforesend = None
        for line in way.setup:
            self.shell.send(f"{line}\r")
        self.after("ready")

    def after(self, keys: str) -> str:
        """The line once these keys were pressed."""
        self.told.unlink(missing_ok=True)
        self.shell.send(f"{CLEAR}{keys}")
        self.shell.send(f"{HOME}tell \r")
        end = time.monotonic() + 20
        while not (self.told.exists() and (line := self.told.read_text().strip("\n"))):
            assert time.monotonic() < end, "the shell does not answer"
            self.read()
        return line.strip()

    def read(self) -> None:
        """Take what the shell shows, for it waits where nobody does."""
        with suppress(self.timeout):
            self.shell.read_nonblocking(65536, timeout=0.02)


@pytest.fixture(scope="module", params=list(WAYS.values()), ids=list(WAYS))
def session(request: pytest.FixtureRequest, prefix: Path) -> Iterator[Session]:
    """A session of each kind that is possible here."""
    way: Way = request.param
    if not shutil.which(way.shell):
        pytest.skip(f"{way.shell} is not installed")
    if any(str(BASH_COMPLETION) in line for line in way.setup) and not BASH_COMPLETION.exists():
        pytest.skip("bash-completion is not installed")
    found = Session(way, prefix)
    yield found
    found.shell.close(force=True)


CASES = [
    ("convcalc cha", "convcalc chain"),
    ("convcalc chain dc", "convcalc chain dcgan"),
    ("convcalc chain dcgan --format js", "convcalc chain dcgan --format json"),
    ("convcalc chain dcgan --col", "convcalc chain dcgan --columns"),
    ("convcalc chain --columns index,na", "convcalc chain --columns index,name"),
    ("convcalc chain my", "convcalc chain my network.toml"),
    ("convcalc completion fi", "convcalc completion fish"),
    ("convcalc chain dcgan --format=js", "convcalc chain dcgan --format=json"),
    ("convcalc check --select CC203,fragi", "convcalc check --select CC203,fragile-size"),
    ("convcalc check --severity CC203:w", "convcalc check --severity CC203:warning"),
    ("convcalc check --format sarif:my", "convcalc check --format sarif:my network.toml"),
]


@pytest.mark.parametrize(("typed", "completed"), CASES)
def test_tab_completes_three_times(session: Session, typed: str, completed: str) -> None:
    assert [session.after(f"{typed}{TAB}") for _ in range(3)] == [completed] * 3


def test_without_a_tab_the_line_stays(session: Session) -> None:
    """The lines above are completed by TAB, and not by what the shell remembers."""
    assert session.after("convcalc cha") == "convcalc cha"
