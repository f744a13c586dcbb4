"""Files as other editors write them: what ends their lines, and what stands before the first."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from machine import Environment, prove, run, step

BOM = "\ufeff"
NETS = {
    "net.txt": "# größer\ninput 3@32x32\nconv 8 k3\n\nconv 8 k99\n",
    "net.toml": 'input = "3@32x32" # größer\nlayers = [\n  "conv 8 k3",\n\n  "conv 8 k99",\n]\n',
    "net.json": '{\n "input": "3@32x32",\n "layers": [\n  "conv 8 k3",\n\n  "conv 8 k99"\n ]\n}\n',
    "net.yaml": "# größer\ninput: 3@32x32\nlayers:\n  - conv 8 k3\n\n  - conv 8 k99\n",
}
"""A layer that does not fit, behind what could move its place."""
WAYS: dict[str, Callable[[str], str]] = {
    "Windows line endings": lambda text: text.replace("\n", "\r\n"),
    "a byte order mark": lambda text: BOM + text,
    "both": lambda text: BOM + text.replace("\n", "\r\n"),
    "no last line ending": lambda text: text.rstrip("\n"),
}


def files_of_others(work: Path, made: Environment) -> None:
    """Each is as good as the plain one, and what is wrong with it stands where its editor says."""
    for name, text in NETS.items():
        step(f"{name}, as other editors write it")
        folder = work / f"foreign {name}"
        folder.mkdir()
        line = text[: text.index("k99")].count("\n") + 1
        column = text.splitlines()[line - 1].index("k99") + 1
        plain = _told(made, folder, name, text)
        prove("check tells line and column", plain[0], [("CC101", line, column, column + 3)])
        for way, rewritten in WAYS.items():
            prove(f"{way}: chain and check say the same", _told(made, folder, name, rewritten(text)), plain)


def _told(made: Environment, folder: Path, name: str, text: str) -> tuple[list[Any], list[bytes]]:
    (folder / name).write_bytes(text.encode())
    report = json.loads(run(made.program, "check", "--format", "json", name, folder=folder, code=1).out)
    keys = ("code", "line", "column", "end_column")
    found = [tuple(finding[key] for key in keys) for finding in report["findings"]]
    forms = ("table", "json", "csv", "markdown")
    return found, [run(made.program, "chain", name, "--format", form, folder=folder, code=1).out for form in forms]
