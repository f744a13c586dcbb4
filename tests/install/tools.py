"""The tools that install programs for a user: pipx and uv, without any registry."""

import sys
from pathlib import Path

from machine import environment, prove, run, step
from packing import Packed, everything_shared
from versions import ONE_LINER


def by_tools(work: Path, packed: Packed) -> None:
    """Run once and installed, by both, from a folder of wheels."""
    tools = environment(work / "tools", sys.executable, "pipx", "uv")
    wheels = work / "wheels"
    run(tools.python, "-m", "pip", "download", "--quiet", "--dest", wheels, packed.wheel)
    _by_uv(tools.folder / "bin", packed, wheels, work / "uv")
    _by_pipx(tools.folder / "bin", packed, wheels, work / "pipx")


def _by_uv(tools: Path, packed: Packed, wheels: Path, home: Path) -> None:
    """`uv tool` leaves completions and man pages in its environment."""
    step("uv")
    own = {"UV_TOOL_DIR": home, "UV_TOOL_BIN_DIR": home / "bin", "UV_CACHE_DIR": home / "cache"}
    settings = {name: str(path) for name, path in own.items()}
    settings |= {"UV_PYTHON": sys.executable, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_CONFIG": "1"}
    offline = ("--no-index", "--find-links", wheels)
    done = run(tools / "uvx", *offline, "--from", packed.wheel, "convcalc", *ONE_LINER, settings=settings)
    prove("uvx runs it", done.out, b"112\n")
    run(tools / "uv", "tool", "install", *offline, packed.wheel, settings=settings)
    prove("uv tool install installs it", run(home / "bin" / "convcalc", *ONE_LINER).out, b"112\n")
    all_stand_in(home / "convcalc" / "share")


def _by_pipx(tools: Path, packed: Packed, wheels: Path, home: Path) -> None:
    """Its links bring completions and man pages to where shells and man look for them."""
    step("pipx")
    own = {"PIPX_HOME": "", "PIPX_BIN_DIR": "bin", "PIPX_MAN_DIR": "share/man", "PIPX_COMPLETION_DIR": "share"}
    settings = {name: str(home / place) for name, place in own.items()}
    settings |= {"PIPX_DEFAULT_BACKEND": "pip", "PIPX_DISABLE_SHARED_LIBS_AUTO_UPGRADE": "1"}
    settings |= {"PIPX_DEFAULT_PYTHON": sys.executable, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    done = run(tools / "pipx", "run", "--spec", packed.wheel, "convcalc", *ONE_LINER, settings=settings)
    prove("pipx run runs it", done.out, b"112\n")
    run(tools / "pipx", "install", packed.wheel, settings=settings)
    prove("pipx install installs it", run(home / "bin" / "convcalc", *ONE_LINER).out, b"112\n")
    all_stand_in(home / "share")


def all_stand_in(share: Path) -> None:
    """Completions and man pages, each where it is looked for."""
    places = everything_shared()
    missing = [place for place in places if not (share / place).is_file()]
    prove(f"{len(places)} completions and man pages stand under {share.name}/", missing, [])
