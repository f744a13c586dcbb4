"""Networks that come with convcalc: a file each, in the formats that any network file may have."""

import os

FOLDER = os.path.dirname(__file__)


def files() -> dict[str, str]:
    """The path of each preset by name, in alphabetical order."""
    found = {}
    for entry in sorted(os.listdir(FOLDER)):
        name, suffix = os.path.splitext(entry)
        if suffix not in {"", ".py", ".pyc"}:
            found[name] = os.path.join(FOLDER, entry)
    return found


def summary(path: str) -> str:
    """The comment that a preset opens with."""
    with open(path, encoding="utf-8") as file:
        return file.readline().lstrip("# ").strip()
