"""The examples in docstrings are executed."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import convcalc

PACKAGE = Path(convcalc.__file__).parent
MODULES = sorted(
    ".".join(["convcalc", *path.relative_to(PACKAGE).with_suffix("").parts])
    for path in PACKAGE.rglob("*.py")
    if path.name not in ("__init__.py", "__main__.py")
)


@pytest.mark.parametrize("name", ["convcalc", *MODULES])
def test_the_examples_of_a_module_are_true(name: str) -> None:
    assert doctest.testmod(import_module(name)).failed == 0


def test_the_public_functions_have_examples() -> None:
    from convcalc import api, window

    for thing in (api.conv, api.tconv, api.pool, api.read, window.Window, window.TransposedWindow):
        assert ">>>" in (thing.__doc__ or "")
