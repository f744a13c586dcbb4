"""Awkward places: names that are not ASCII, locales that can't write them, folders that nobody may write to."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from machine import Environment, environment, listing, prove, run, say, step
from packing import Packed
from tools import all_stand_in
from versions import answers

NET = "input 3@32x32\nconv 8 k3\n\nconv 8 k99\n"
GOOD = "input 3@32x32\nconv 8 k3\nexpect 8@30x30\n"
NAME = "mein netz ü 畳.txt"
FORMATS = ("full", "concise", "json", "github", "gitlab", "junit", "sarif")
LATIN = "de_DE.ISO-8859-1"
SOURCE_OF_LOCALES = Path("/usr/share/i18n/locales/de_DE")
LOCALES: Mapping[str, Mapping[str, str]] = {
    "no locale": {"LANG": ""},
    "LANG=C": {"LANG": "C"},
    "LANG=C.UTF-8": {"LANG": "C.UTF-8"},
    "LC_ALL=C": {"LC_ALL": "C"},
    "a locale that is not there": {"LC_ALL": "xx_XX.UTF-8"},
    "LC_ALL=POSIX, ASCII and nothing else": {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "ISO-8859-1": {"LC_ALL": LATIN, "PYTHONUTF8": "0"},
}
"""Where UTF-8 is turned off, a name beyond the locale is told with escapes."""


def in_awkward_places(work: Path, packed: Packed) -> Environment:
    """An installation whose prefix is named as people name their folders."""
    step("an installation whose prefix has spaces and signs beyond ASCII")
    here = work / "Programme, für 畳み込み"
    made = environment(here / "convcalc", sys.executable, f"convcalc[yaml] @ {packed.wheel.as_uri()}")
    all_stand_in(made.folder / "share")
    answers(made, here)
    return made


def in_every_locale(made: Environment) -> None:
    """Files named as people name them, whatever the locale can write."""
    for name, settings in LOCALES.items():
        _in_a_locale(made, made.folder.parent, name, settings)


def _in_a_locale(made: Environment, here: Path, name: str, settings: Mapping[str, str]) -> None:
    step(f"names beyond ASCII: {name}")
    if settings.get("LC_ALL") == LATIN:
        if not SOURCE_OF_LOCALES.exists():
            say(f"        NOT ON THIS MACHINE, so not tried: {SOURCE_OF_LOCALES}")
            return
        settings = {**settings, "LOCPATH": str(_latin(here))}
        encoding = run(made.python, "-c", "import sys; print(sys.stdout.encoding)", settings=settings).out
        prove("Python writes ISO-8859-1", encoding.lower(), b"iso8859-1\n")
    _reads_and_tells(made, here, settings)
    _reports(made, here, settings)


def _reads_and_tells(made: Environment, here: Path, settings: Mapping[str, str]) -> None:
    bad = here / f"kaputt {NAME}"
    bad.write_text(NET, encoding="utf-8")
    (here / NAME).write_text(GOOD, encoding="utf-8")
    prove("chain reads it", b"8@30x30" in run(made.program, "chain", NAME, folder=here, settings=settings).out)
    told = run(made.program, "check", "--format", "concise", NAME, bad.name, folder=here, code=1, settings=settings).out
    prove("check tells where", b".txt:4:8: CC101" in told and told.startswith(b"kaputt mein netz "))
    if "PYTHONUTF8" not in settings:
        prove("and names the file as it is named", told.startswith(bad.name.encode()))


def _reports(made: Environment, here: Path, settings: Mapping[str, str]) -> None:
    folder = here / "berichte ü"
    folder.mkdir()
    wanted = [word for form in FORMATS for word in ("--format", f"{form}:{folder.name}/{form}")]
    run(made.program, "check", *wanted, f"kaputt {NAME}", folder=here, code=1, settings=settings)
    written = sorted(path.name for path in folder.iterdir() if b"CC101" in path.read_bytes())
    prove("and writes every report", written, sorted(FORMATS))
    shutil.rmtree(folder)


def _latin(here: Path) -> Path:
    """A folder of locales with the one that no machine has any more."""
    folder = here.parent / "locales"
    folder.mkdir(exist_ok=True)
    run("localedef", "-i", "de_DE", "-f", "ISO-8859-1", folder / LATIN)
    return folder


def that_nobody_may_write_to(made: Environment, work: Path) -> None:
    """Images and system folders are like that: it works, and does not try."""
    step("an installation that nobody may write to, never compiled, and a home and a folder like it")
    home = work / "home"
    home.mkdir()
    (home / "net.txt").write_text(NET)
    everything = (made.folder, home)
    for compiled in list(made.folder.rglob("__pycache__")):
        shutil.rmtree(compiled)
    for folder in everything:
        run("chmod", "-R", "a-w", folder)
    user, before = _powerless(), listing(*everything)
    run(*user, "touch", made.folder / "new", code=1)
    say("        nothing can be written there")
    own = {"HOME": str(home)}
    lines = (("conv", "224", "-k", "7"), ("chain", "dcgan"), ("presets",), ("schema",), ("completion", "bash"))
    for line in lines:
        prove(f"convcalc {' '.join(line)}", bool(run(*user, made.program, *line, folder=home, settings=own).out))
    run(*user, made.program, "check", ".", folder=home, settings=own, code=1)
    prove("nothing was", listing(*everything), before)
    for folder in everything:
        run("chmod", "-R", "u+w", folder)


def _powerless() -> tuple[str, ...]:
    """Root is let through everywhere, so it gives its powers up."""
    return () if os.geteuid() else ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
