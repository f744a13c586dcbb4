"""Settings of all tests, and the command line run in this process.

Machines are shared, so no test fails for having taken long.
"""

import os
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, settings

from convcalc.cli import main

for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR"):
    os.environ.pop(name, None)  # which CI may set

REPEATABLE = os.environ.get("CONVCALC_TESTS") == "repeatable"
"""Whether examples are those of the last time, so that a run tells of a change and not of luck."""

settings.register_profile(
    "convcalc", deadline=None, derandomize=REPEATABLE, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("convcalc")

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("conv 224 -k 7", input=...)`: a command line split at blanks, or a list."""
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("CONVCALC_DEBUG", raising=False)

    def invoke(line: str | list[str], **extra: object) -> Result:
        args = line.split() if isinstance(line, str) else line
        return CliRunner().invoke(main, args, **extra)  # type: ignore[arg-type]

    return invoke
