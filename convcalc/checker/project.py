"""What a project says about its checks, in `[tool.convcalc]` of its pyproject.toml."""

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from convcalc.checker.files import Patterns, matches
from convcalc.checker.settings import Settings
from convcalc.dialects import NAMES
from convcalc.errors import Malformed
from convcalc.network import Check
from convcalc.readers.checks import CHECK_KEYS, read_check
from convcalc.rules.choice import DEFAULT
from convcalc.shape import quote
from convcalc.suggest import nearest

FILE = "pyproject.toml"

OWN_KEYS = ("include", "exclude", "strict", "framework", "per-file-ignores")
KEYS = (*CHECK_KEYS, *OWN_KEYS)


class Project(NamedTuple):
    """The settings of a project."""

    check: Check = Check()
    patterns: Patterns = Patterns()
    strict: bool = False
    framework: str | None = None
    per_file: tuple[tuple[str, Check], ...] = ()
    """Patterns of files, and what to ignore in them."""
    folder: str = ""
    """Where the settings stand; the patterns of files start from there."""

    def check_of(self, path: str) -> Check:
        """What is said about one file."""
        relative = os.path.relpath(os.path.abspath(path), self.folder) if self.per_file else ""
        ignored = [code for pattern, one in self.per_file if matches(relative, [pattern]) for code in one.ignore]
        return self.check._replace(ignore=(*self.check.ignore, *ignored)) if ignored else self.check


NONE = Project()


class Projects:
    """The settings of the projects that the files of one run belong to, each read once."""

    def __init__(self, config: str | None, *, isolated: bool) -> None:
        """`config` is a file that holds for all; `isolated` leaves every project out. Raises `Malformed`."""
        self._of: dict[str, Project] = {}
        self._only = NONE if isolated else None
        if config is not None:
            self._only = read_project(config)
            if self._only is None:
                why = "has no [tool.convcalc]" if os.path.exists(config) else "there is no such file"
                raise Malformed(f"--config: {config}: {why}")

    def of(self, path: str) -> Project:
        """The project of a file or folder."""
        if self._only is not None:
            return self._only
        folder = os.path.abspath(path if os.path.isdir(path) else os.path.dirname(path))
        if folder not in self._of:
            self._of[folder] = project_of(folder)
        return self._of[folder]

    def settings_for(self, path: str, settings: Settings) -> Settings:
        """The settings of the command line with those of the file's project."""
        project = self.of(path)
        return settings._replace(project=project.check_of(path), usual_framework=project.framework)

    @property
    def strict(self) -> bool:
        """Whether a project that was met wants warnings to fail."""
        return any(project.strict for project in [*self._of.values(), self._only or NONE])


def project_of(folder: str) -> Project:
    """The settings that hold in a folder: of the nearest pyproject.toml that has some. Raises `Malformed`."""
    while True:
        if (found := read_project(os.path.join(folder, FILE))) is not None:
            return found
        parent = os.path.dirname(folder)
        if parent == folder:
            return NONE
        folder = parent


def read_project(path: str) -> Project | None:
    """The settings in one file; None where it has none or is not there. Raises `Malformed`."""
    import tomllib

    try:
        with open(path, "rb") as file:
            document = tomllib.load(file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Malformed(f"{path}: can't be read: {reason}") from None
    table = document.get("tool")
    own = table.get("convcalc") if isinstance(table, dict) else None
    if own is None:
        return None
    try:
        return _project(own, os.path.dirname(os.path.abspath(path)))
    except Malformed as error:
        key = f".{error.key}" if error.key else ""
        raise Malformed(f"{path}: tool.convcalc{key}: {error.what}", hint=error.hint) from None


def _project(table: object, folder: str) -> Project:
    if not isinstance(table, dict):
        raise Malformed(f"must be a table, got {quote(table)}")
    for key in table:
        if key not in KEYS:
            raise Malformed(f"unknown key {quote(key)}", hint=nearest(key, KEYS))
    check = read_check({key: value for key, value in table.items() if key in CHECK_KEYS})
    DEFAULT.narrowed(check)
    include = _texts(table, "include") if "include" in table else None
    strict = table.get("strict", False)
    if not isinstance(strict, bool):
        raise Malformed(f"must be true or false, got {quote(strict)}", key="strict")
    return Project(
        check, Patterns(include, _texts(table, "exclude"), folder), strict, _framework(table), _per_file(table), folder
    )


def _texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Malformed(f"must be a list of patterns, got {quote(value)}", key=key, hint='write e.g. ["nets/*.toml"]')
    return tuple(value)


def _framework(table: Mapping[str, Any]) -> str | None:
    value = table.get("framework")
    if value is not None and value not in NAMES:
        raise Malformed(f"must be one of {', '.join(NAMES)}, got {quote(value)}", key="framework")
    return value


def _check_codes(check: Check) -> None:
    try:
        DEFAULT.narrowed(check)
    except Malformed as error:
        error.key = "per-file-ignores"
        raise


def _per_file(table: Mapping[str, Any]) -> tuple[tuple[str, Check], ...]:
    value = table.get("per-file-ignores", {})
    if not isinstance(value, dict):
        hint = 'write e.g. {"old/*.toml" = ["CC201"]}'
        raise Malformed(f"must be a table of patterns and codes, got {quote(value)}", key="per-file-ignores", hint=hint)
    checks = {pattern: read_check({"ignore": codes}) for pattern, codes in value.items()}
    for check in checks.values():
        _check_codes(check)
    return tuple(checks.items())
