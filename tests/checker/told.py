"""Small networks that are known for what is wrong with them, and what a check tells of such."""

from pathlib import Path

from conftest import Run

from convcalc.report import Span

GOOD = "input 3@32x32\nconv 8 k3 p1\npool k2\n"
UNREAD = "input 3@33x33\nconv 8 k3 p1\npool k2\n"
"""One trailing cell is never read: the warning CC201 on line 3."""
BROKEN = "input 3@8x8\nconv 8 k9\n"
"""The kernel is larger than the input: the error CC101 on line 2."""
MALFORMED = "input 3@8x8\nconv 8 kernel=0\n"
"""A kernel must be at least 1: CC003 on line 2."""


def write(files: dict[str, str], folder: Path | None = None) -> None:
    """Files by their paths, in the folder or else where the test is."""
    for name, text in files.items():
        path = (folder or Path()) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def told(run: Run, *args: str) -> list[str]:
    """`net.txt:3 CC201` for each finding of a check with these arguments."""
    lines = run(["check", *args, "--format", "concise"]).stdout.splitlines()
    places = [line.split(": ", 1) for line in lines]
    return [f"{where.rsplit(':', 1)[0]} {rest[:5]}" for where, rest in places]


def marked(text: str) -> tuple[str, Span]:
    """The text without `<<` and `>>`, and the span between them."""
    before, inside, after = text.replace(">>", "<<").split("<<")
    return before + inside + after, Span(*_position(before), *_position(before + inside))


def _position(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
