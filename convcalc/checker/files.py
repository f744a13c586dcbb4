"""Which files a check is about: those named, those that a glob names, and those that lie in a folder."""

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from glob import glob, has_magic
from typing import NamedTuple

from convcalc.errors import Malformed

INCLUDE = ("*.toml", "*.json", "*.yaml", "*.yml", "*.txt")
"""What is looked at in a folder, unless the project says otherwise; of these, those that look like networks."""

NEVER = ("node_modules", "__pycache__")
"""Folders that nobody keeps networks in, besides those whose name starts with a dot and virtual environments."""


class Named(NamedTuple):
    """A file to check."""

    path: str
    sure: bool
    """Whether it is meant to be a network: it was named, or a pattern of the project's own names it."""


class Patterns(NamedTuple):
    """Which files of a folder are meant."""

    include: tuple[str, ...] | None = None
    exclude: tuple[str, ...] = ()
    folder: str = ""
    """What they start from; the folder that is named where nothing is said."""


def files_of(path: str, patterns: Patterns) -> Iterator[Named]:
    """The files that one argument stands for, by name. Raises `Malformed` where a glob or a folder has none."""
    if os.path.isdir(path):
        found = [Named(file, sure=patterns.include is not None) for file in _walked(path, patterns)]
        if not found:
            wanted = ", ".join(patterns.include or INCLUDE)
            raise Malformed(
                f"{path}: no file in it is one of {wanted}", hint="include in [tool.convcalc] tells which are"
            )
        yield from found
    elif has_magic(path) and not os.path.lexists(path):
        matches = sorted(glob(path, recursive=True))
        if not matches:
            raise Malformed("no file matches")
        for match in matches:
            yield from files_of(match, patterns) if os.path.isdir(match) else [Named(match, sure=True)]
    else:
        yield Named(path, sure=True)


def _walked(folder: str, patterns: Patterns) -> Iterator[str]:
    start = patterns.folder or folder
    for parent, folders, names in os.walk(folder):
        inside = os.path.relpath(parent, start)
        folders[:] = sorted(name for name in folders if not _is_out(parent, inside, name, patterns))
        for name in sorted(names):
            relative = os.path.normpath(os.path.join(inside, name))
            path = os.path.join(parent, name)
            wanted = matches(relative, patterns.include or INCLUDE) and not matches(relative, patterns.exclude)
            if wanted and os.path.isfile(path):  # and no pipe, that would be waited for
                yield path


def _is_out(parent: str, inside: str, name: str, patterns: Patterns) -> bool:
    relative = os.path.normpath(os.path.join(inside, name))
    is_environment = os.path.exists(os.path.join(parent, name, "pyvenv.cfg"))
    return name.startswith(".") or name in NEVER or is_environment or matches(relative, patterns.exclude)


def matches(relative: str, patterns: Sequence[str]) -> bool:
    """Whether the path, its name, or a folder that it lies in is meant.

    >>> matches("nets/unet.toml", ["*.toml"]), matches("nets/old/a.toml", ["nets/old"]), matches("a.toml", ["b*"])
    (True, True, False)
    """
    path = relative.replace(os.sep, "/")
    name = path.rsplit("/", 1)[-1]
    return any(
        fnmatch(path, pattern) or fnmatch(name, pattern) or path.startswith(pattern.rstrip("/") + "/")
        for pattern in patterns
    )
