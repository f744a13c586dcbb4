"""Every Python of this machine, with the lowest and with the newest versions of what convcalc needs."""

import os
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from machine import Environment, environment, prove, pythons, run, say, step
from packing import Packed, project

TESTS = (
    "tests/test_docs.py",
    "tests/test_presets.py",
    "tests/rules",
    "tests/renderers/test_findings.py",
    "tests/readers/test_positions.py::test_what_can_not_be_parsed_is_told_with_line_and_column",
    "tests/cli",
)
"""Those that meet the standard library, click, rich and PyYAML; arithmetic is the same with every version of them."""
ONE_LINER = ("conv", "224", "-k", "7", "-s", "2", "-p", "3")
FLAGS = ((), ("-I",), ("-O",), ("-OO",), ("-W", "error", "-X", "dev"), ("-I", "-B", "-W", "error"))
EVERY_MODULE = """
import importlib, pkgutil, convcalc
for module in pkgutil.walk_packages(convcalc.__path__, "convcalc."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
for name in convcalc.__all__:
    getattr(convcalc, name)
"""


def on_every_python(work: Path, packed: Packed) -> None:
    """The program and its tests, in two environments a Python."""
    found = pythons(lowest())
    step(f"Pythons: {', '.join(f'{major}.{minor}' for major, minor in found)}")
    for version in sorted(declared() - set(found)):
        say("        NOT ON THIS MACHINE, so not tried: Python {}.{}".format(*version))
    made = {}
    for (major, minor), python in found.items():
        for name, needs in (("lowest", floors()), ("newest", [])):
            step(f"Python {major}.{minor}, {name} versions: {' '.join(needs)}")
            place = work / f"python{major}.{minor}-{name}"
            made[place.name] = environment(place, python, f"{packed.wheel}[yaml]", *needs, "pytest", "hypothesis")
            answers(made[place.name], work)
    tables = {run(each.program, "chain", "dcgan", folder=work).out for each in made.values()}
    prove("the table of dcgan is everywhere the same", len(tables), 1)
    _tested(made, unpacked_tests(work, packed))


def lowest() -> tuple[int, int]:
    """The lowest Python that the project takes."""
    major, minor = project()["requires-python"].removeprefix(">=").split(".")
    return int(major), int(minor)


def declared() -> set[tuple[int, int]]:
    """The Pythons that the project names."""
    told = [name.rpartition(" ")[2].split(".") for name in project()["classifiers"] if "Python :: 3." in name]
    return {(int(major), int(minor)) for major, minor in told}


def floors() -> list[str]:
    """The lowest allowed version of everything."""
    extras = project()["optional-dependencies"].values()
    return [need.replace(">=", "==") for needs in (project()["dependencies"], *extras) for need in needs]


def answers(made: Environment, folder: Path) -> None:
    """In every way that the program can be started."""
    inside = str(made.folder.resolve()).encode()
    prove("what answers is what was installed", made.installed().startswith(inside))
    prove("it answers, and nothing is on stderr", run(made.program, *ONE_LINER, folder=folder), (b"112\n", b""))
    for flags in FLAGS:
        done = run(made.python, *flags, "-m", "convcalc", *ONE_LINER, folder=folder)
        prove(f"so does {' '.join(('python', *flags, '-m convcalc'))}", done, (b"112\n", b""))
    imported = run(made.python, "-W", "error", "-X", "dev", "-c", EVERY_MODULE, folder=folder)
    prove("no module of it warns", imported, (b"", b""))
    table = run(made.program, "chain", "dcgan", folder=folder).out
    prove("dcgan has as many params as in PyTorch", b"2,330,944 params (2,305,472 trainable)" in table)


def unpacked_tests(work: Path, packed: Packed) -> Path:
    """The sdist without the package, so that its tests meet the installed one."""
    with tarfile.open(packed.sdist) as sdist:
        sdist.extractall(work / "sdist", filter="data")
    (folder,) = (work / "sdist").iterdir()
    (folder / "convcalc").rename(work / "sdist of the package")
    return folder


def _tested(made: dict[str, Environment], tests: Path) -> None:
    """As many at a time as there are cores."""
    step("the tests of the sdist, with what was installed from the wheel")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, told in zip(made, pool.map(lambda each: _passed(each, tests), made.values()), strict=True):
            say(f"        {name}: {told}")


def _passed(made: Environment, tests: Path) -> str:
    """The last line, which counts what was left out too."""
    told = run(made.python, "-P", "-m", "pytest", "--quiet", "-p", "no:cacheprovider", *TESTS, folder=tests).out
    return told.decode().splitlines()[-1]
