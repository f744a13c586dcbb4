"""A check's report in the forms that people and CI systems read, a file each; one is loaded when it is asked for."""

from collections.abc import Callable, Mapping
from importlib import import_module

from convcalc.renderers.findings.plain import encodable
from convcalc.report import Report

FORMATS: Mapping[str, str] = {
    name: f"convcalc.renderers.findings.{name}"
    for name in ("full", "concise", "json", "github", "gitlab", "junit", "sarif")
}
"""The module of each form, in the order in which help lists them; the first is for people at a terminal."""


FULL = "full"
"""The form for people, the only one that can be painted."""


def render(report: Report, form: str, **paint: Callable[[str, str], str]) -> str:
    """The report in that form: text that any UTF-8 stream takes, and that ends a line unless it is empty.

    `paint` says of `FULL` how text is to look in a role.
    """
    text: str = import_module(FORMATS[form]).render(encodable(report), **paint)
    return text
