"""Findings as GitHub workflow commands, which the runner shows beside the code.

The runner drops what is over its limits; that comes after the commands, as plain lines.
"""

from collections.abc import Iterator

from convcalc.renderers.findings.paths import absolute
from convcalc.renderers.findings.plain import line_of, printable
from convcalc.report import SEVERITIES, Finding, Report

MOST = 10
"""How many annotations of one type the runner shows for a step."""
LONGEST = 4096
"""How many characters of a message it shows."""

_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _MESSAGE | str.maketrans({":": "%3A", ",": "%2C"})


def render(report: Report) -> str:
    """The worst first; nothing where there is no finding."""
    ranked = [[finding for finding in report.findings if finding.severity == rank] for rank in SEVERITIES]
    commands = [_command(finding, report.root) for findings in ranked for finding in findings[:MOST]]
    others = [_inert(line_of(finding)) for findings in ranked for finding in findings[MOST:]]
    if others:
        others.insert(0, f"GitHub shows {MOST} errors and {MOST} warnings of a step; the others:")
    return "".join(f"{line}\n" for line in commands + others)


def _command(finding: Finding, root: str) -> str:
    properties = ",".join(f"{key}={printable(value).translate(_PROPERTY)}" for key, value in _properties(finding, root))
    return f"::{finding.severity} {properties}::{_cut(line_of(finding)).translate(_MESSAGE)}"


def _properties(finding: Finding, root: str) -> Iterator[tuple[str, str]]:
    yield "file", absolute(root, finding.path)
    span = finding.span
    if span:
        yield "line", str(span.line)
        yield "endLine", str(span.end_line)
    if span and span.line == span.end_line:
        yield "col", str(span.column)
        yield "endColumn", str(span.end_column)
    yield "title", f"{finding.code} {finding.name}"


def _cut(message: str) -> str:
    return message if len(message) <= LONGEST else f"{message[: LONGEST - 3]}..."


def _inert(line: str) -> str:
    """The line so that the runner takes it for no command: not by its beginning, nor by the older sign within."""
    rooted = f"./{line}" if line.lstrip().startswith("::") else line
    return rooted.replace("##[", r"#\x23[")
