"""A report as one JSON object, for programs. Keys are only ever added; a change of meaning changes `version`."""

import json
from typing import Any

from convcalc.report import ERROR, WARNING, Finding, Report, Span

VERSION = 1


def render(report: Report) -> str:
    """The findings, how many there are of each kind, and in how many files."""
    told = {
        "version": VERSION,
        "findings": list(map(_finding, report.findings)),
        "files": len(report.files),
        "errors": report.count(ERROR),
        "warnings": report.count(WARNING),
        "skipped": list(report.skipped),
    }
    return f"{json.dumps(told, indent=1)}\n"


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "path": finding.path,
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "message": finding.message,
        "help": finding.help,
        "place": finding.place,
        **(finding.span._asdict() if finding.span else dict.fromkeys(Span._fields)),
    }
