"""What this machine has: commands, Pythons and environments. It knows nothing of what convcalc answers."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

START = time.monotonic()
SETTINGS = ("PYTHON", "CONVCALC", "LC_", "CLICOLOR", "PIPX_", "UV_")
"""Beginnings of variables that would change what a command does."""
NAMES = ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "SOURCE_DATE_EPOCH", "VIRTUAL_ENV", "XDG_DATA_DIRS", "GITHUB_ACTIONS")
NONE: Mapping[str, str] = MappingProxyType({})


class Done(NamedTuple):
    """What a command printed."""

    out: bytes
    err: bytes


def say(text: str) -> None:
    """One line of the log."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def step(title: str) -> None:
    """The head of a part, and when it began."""
    say(f"\n{time.monotonic() - START:4.0f} s  {title}")


def prove(sentence: str, found: object, wanted: object = True) -> None:  # noqa: FBT002 - it is what most find
    """The sentence in the log, or the end of everything."""
    if found != wanted:
        raise SystemExit(
            f"WRONG: {sentence}\n  found:  {_beyond(found, wanted)!r}\n  wanted: {_beyond(wanted, found)!r}"
        )
    say(f"        {sentence}")


def _beyond(these: object, others: object) -> object:
    """Of long lists only what the others have not."""
    if isinstance(these, list) and isinstance(others, list):
        return [one for one in these if one not in others] or these
    return these


def run(*command: str | Path, folder: Path | None = None, code: int = 0, settings: Mapping[str, str] = NONE) -> Done:
    """A command that must end with `code`, under the settings given and no other that would change it."""
    env = {name: value for name, value in os.environ.items() if name not in NAMES and not name.startswith(SETTINGS)}
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, env={**env, **settings}, capture_output=True, check=False
    )
    if done.returncode != code:
        told = (done.stdout + done.stderr).decode("utf-8", "backslashreplace")
        raise SystemExit(f"WRONG: ended with {done.returncode} and not {code}: {command}\n{settings}\n{told}")
    return Done(done.stdout, done.stderr)


def listing(*folders: Path) -> list[str]:
    """Every file in these folders."""
    return sorted(str(path) for folder in folders for path in folder.rglob("*") if not path.is_dir())


class Environment(NamedTuple):
    """A virtual environment."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.folder / "bin" / "python"

    @property
    def program(self) -> Path:
        """The command that its user types."""
        return self.folder / "bin" / "convcalc"

    def installed(self) -> bytes:
        """What the program is, so that a table from another file than the wheel's can't pass."""
        return run(self.python, "-I", "-c", "import convcalc; print(convcalc.__file__, end='')").out


def environment(folder: Path, python: str, *packages: str | Path) -> Environment:
    """A new one, by the pip that comes with that Python."""
    run(python, "-m", "venv", folder)
    made = Environment(folder)
    run(made.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)
    return made


def pythons(lowest: tuple[int, int]) -> dict[tuple[int, int], str]:
    """A Python of each version from `lowest` up: the one that runs this, then what is on PATH, then pyenv's."""
    found: dict[tuple[int, int], str] = {}
    for candidate in _candidates():
        version = _version(candidate)
        if version and version >= lowest:
            found.setdefault(version, candidate)
    return dict(sorted(found.items()))


def _candidates() -> Iterator[str]:
    yield sys.executable
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        yield from (str(path) for path in sorted(Path(folder).glob("python3*")) if not path.name.endswith("-config"))
    home = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from map(str, sorted(home.glob("versions/*/bin/python3")))


def _version(python: str) -> tuple[int, int] | None:
    """None where it is no Python that can make an environment: pyenv's shims, say, or one without ensurepip."""
    asked = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-I", "-c", asked], capture_output=True, check=False)
    except OSError:
        return None
    major, minor = done.stdout.split() if done.returncode == 0 else (0, 0)
    return (int(major), int(minor)) if major else None
