"""Findings as GitLab's code quality report, a JSON array."""

import json
from typing import Any

from convcalc.renderers.findings.fingerprint import fingerprints
from convcalc.renderers.findings.paths import relative
from convcalc.renderers.findings.plain import reason
from convcalc.report import ERROR, WARNING, Finding, Report

SEVERITIES = {ERROR: "major", WARNING: "minor"}
"""GitLab's words for ours; a file that could not be read is above both."""


def render(report: Report) -> str:
    """An entry a finding; an empty array where there is none."""
    pairs = zip(report.findings, fingerprints(report), strict=True)
    return f"{json.dumps([_entry(finding, known, report) for finding, known in pairs], indent=1)}\n"


def _entry(finding: Finding, fingerprint: str, report: Report) -> dict[str, Any]:
    return {
        "description": reason(finding),
        "check_name": f"{finding.code} {finding.name}",
        "fingerprint": fingerprint,
        "severity": "critical" if finding.malformed else SEVERITIES[finding.severity],
        "location": {
            "path": relative(report.root, finding.path, report.repository),
            "lines": {"begin": finding.span.line if finding.span else 1},
        },
    }
