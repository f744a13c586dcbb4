"""The wheel and the sdist: what is in them, and that the same commit makes the same bytes. It installs neither."""

import hashlib
import os
import shutil
import sys
import tarfile
import time
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from machine import NONE, Environment, environment, prove, run, say, step

ROOT = Path(__file__).parent.parent.parent
COMPLETIONS = {
    "completions/convcalc.bash": "bash-completion/completions/convcalc",
    "completions/_convcalc": "zsh/site-functions/_convcalc",
    "completions/convcalc.fish": "fish/vendor_completions.d/convcalc.fish",
}
"""By their name here, their name under share/ of a prefix, where each shell looks."""
LITTER = ("convcalc/__pycache__/shape.cpython-311.pyc", ".venv/bin/python", "dist/old.whl", ".coverage", "build/x.py")
"""What working in a tree leaves behind."""
OWN = {"METADATA", "WHEEL", "entry_points.txt", "licenses/LICENSE", "RECORD"}
"""What a wheel tells of itself."""
YEAR_2001 = 1_000_000_000


class Packed(NamedTuple):
    """What was built from one tree."""

    wheel: Path
    sdist: Path

    def sums(self) -> list[str]:
        """Two builds are equal where these are."""
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in self]


def project() -> dict[str, Any]:
    """What pyproject.toml says of the project, and what building it requires."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {**told["project"], "build": told["build-system"]["requires"]}


def shared(name: str) -> str | None:
    """Where a completion or man page goes under share/ of a prefix; None for what is neither."""
    folder, _, last = name.rpartition("/")
    return f"man/man1/{last}" if folder == "completions/man" else COMPLETIONS.get(name)


def everything_shared() -> list[str]:
    """Where all completions and man pages go."""
    return [place for name in _listed() if (place := shared(name))]


def files() -> list[str]:
    """All that git tracks; and what it neither tracks nor ignores, which is told."""
    new = _listed("--others", "--exclude-standard")
    for name in new:
        say(f"        taken along, though not tracked yet: {name}")
    return sorted(name for name in _listed() + new if (ROOT / name).exists())


def _listed(*which: str) -> list[str]:
    return run("git", "ls-files", "-z", *which, folder=ROOT).out.decode().split("\0")[:-1]


def pack(work: Path) -> Packed:
    """The wheel and the sdist, after all that has to hold of them."""
    step("the wheel and the sdist")
    names, date = files(), run("git", "log", "-1", "--format=%ct", folder=ROOT).out.decode().strip()
    dated = {"SOURCE_DATE_EPOCH": date}
    hatch = environment(work / "hatch", sys.executable, "hatchling")
    first, second = _tree(work / "first", names), _littered(_tree(work / "the second, ü", names))
    packed = _built(hatch, first, settings=dated)
    _listings(packed, names)
    _contents(packed, first, names, int(date))
    elsewhere = _built(hatch, second, settings=dated).sums()
    prove("a littered tree elsewhere, later, under another umask: the same bytes", elsewhere, packed.sums())
    undated = [_built(hatch, tree, at=f"undated{tree.name}").sums() for tree in (first, second)]
    prove("the same where nobody tells a date", *undated)
    _from_sdist(hatch, work, packed, dated)
    _by_the_lowest_hatchling(work, first, packed)
    return packed


def _tree(folder: Path, names: list[str]) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def _littered(folder: Path) -> Path:
    """The tree as another user has it after some work: private files, other dates."""
    for path in folder.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
        os.utime(path, (YEAR_2001, YEAR_2001))
    for name in LITTER:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def _built(hatch: Environment, tree: Path, at: str = "", settings: Mapping[str, str] = NONE) -> Packed:
    target = tree.parent / "packed" / (at or tree.name)
    run(hatch.python, "-m", "hatchling", "build", "--directory", target, folder=tree, settings=settings)
    return Packed(*target.glob("*.whl"), *target.glob("*.tar.gz"))


def _listings(packed: Packed, names: list[str]) -> None:
    own = f"convcalc-{packed.wheel.name.split('-')[1]}"
    package = {name for name in names if name.startswith("convcalc/")}
    data = {f"{own}.data/data/share/{place}" for name in names if (place := shared(name))}
    told = {f"{own}.dist-info/{name}" for name in OWN}
    with zipfile.ZipFile(packed.wheel) as wheel:
        prove("the wheel holds the package, completions, man pages, and nothing else",
              sorted(wheel.namelist()), sorted(package | data | told))  # fmt: skip
    with tarfile.open(packed.sdist) as sdist:
        found = sorted(name.removeprefix(f"{own}/") for name in sdist.getnames())
    prove("the sdist holds all that is tracked, and nothing else", found, sorted([*names, "PKG-INFO"]))


def _contents(packed: Packed, tree: Path, names: list[str], date: int) -> None:
    with zipfile.ZipFile(packed.wheel) as wheel:
        by_place = {place.partition("/data/share/")[2] or place: place for place in wheel.namelist()}
        packed_from = [(name, by_place[shared(name) or name]) for name in names if (shared(name) or name) in by_place]
        changed = [name for name, place in packed_from if wheel.read(place) != (tree / name).read_bytes()]
        dates = {info.date_time for info in wheel.infolist()}
    prove("every file is as it is here", changed, [])
    prove("and bears the date of the commit", dates, {tuple(time.gmtime(date - date % 2))[:6]})
    with tarfile.open(packed.sdist) as sdist:
        executable = {name.partition("/")[2] for name in sdist.getnames() if sdist.getmember(name).mode & 0o111}
    here = {name for name in names if (tree / name).stat().st_mode & 0o111}
    prove("what can be run here can be run from the sdist", executable, here)


def _from_sdist(hatch: Environment, work: Path, packed: Packed, dated: Mapping[str, str]) -> None:
    """By pip, which builds where only what [build-system] names is installed."""
    target = work / "from sdist"
    run(hatch.python, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", target, packed.sdist, settings=dated)
    (wheel,) = target.iterdir()
    prove("the wheel built from the sdist is the same", Packed(wheel, packed.sdist).sums(), packed.sums())


def _by_the_lowest_hatchling(work: Path, tree: Path, packed: Packed) -> None:
    floor = [need.replace(">=", "==") for need in project()["build"]]
    lowest = environment(work / "lowest hatch", sys.executable, *floor)
    with zipfile.ZipFile(_built(lowest, tree, at="lowest").wheel) as old, zipfile.ZipFile(packed.wheel) as new:
        prove(f"{floor[0]} packs the same files", sorted(old.namelist()), sorted(new.namelist()))
