"""What convcalc costs, each figure beside its baseline in the same run: `python tests/benchmarks/run.py`.

Machines are shared and noisy, so the ratios count, not the times, and a limit that is missed fails nothing.
A baseline that is not installed is said to be left out.
"""

import argparse
import os
import platform
import sys
from datetime import UTC, datetime

import backwards
import checking
import forwards
import starting
from figures import heading, line
from frameworks import versions

PARTS = {"starting": starting, "forwards": forwards, "backwards": backwards, "checking": checking}


def main() -> None:
    """The parts asked for, one line a figure as soon as it is known."""
    asked = arguments()
    show(f"{header()}\n")
    show(heading(markdown=asked.markdown))
    for part in asked.part or PARTS:
        for figure in PARTS[part].figures():
            show(line(figure, markdown=asked.markdown))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--part", action="append", choices=PARTS, help="only this one; may be given again")
    parser.add_argument("--markdown", action="store_true", help="the table of the README")
    return parser.parse_args()


def header() -> str:
    """When, and on what kind of machine."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return f"{datetime.now(UTC):%Y-%m-%d}, {python}, {machine}; {versions()}"


def show(text: str) -> None:
    """A line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
