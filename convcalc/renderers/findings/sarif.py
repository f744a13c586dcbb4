"""A report as SARIF 2.1.0, for GitHub code scanning and other viewers. It tells of every rule that there is."""

import json
import os
from typing import Any

from convcalc import __version__
from convcalc.renderers.findings.fingerprint import fingerprints
from convcalc.renderers.findings.paths import relative
from convcalc.renderers.findings.plain import reason
from convcalc.report import Finding, Report, Span
from convcalc.rules import RULES
from convcalc.rules.rule import Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "convcalc/v1"
"""Not GitHub's own key, which its upload fills in from the lines around."""


def render(report: Report) -> str:
    """One log with one run, in which `results` is empty where there is no finding."""
    pairs = zip(report.findings, fingerprints(report), strict=True)
    run = {
        "tool": {"driver": {"name": "convcalc", "version": __version__, "rules": list(map(_rule, RULES.values()))}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, known, report, list(RULES)) for finding, known in pairs],
    }
    return f"{json.dumps({'$schema': SCHEMA, 'version': '2.1.0', 'runs': [run]}, indent=1)}\n"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.what},
        "fullDescription": {"text": f"{rule.what} {rule.why}"},
        "help": {"text": _help(rule, "{}"), "markdown": _help(rule, "```\n{}\n```")},
        "defaultConfiguration": {"enabled": rule.on, "level": rule.severity},
    }


def _help(rule: Rule, block: str) -> str:
    """All that is known of a rule, a paragraph each; networks stand in a `block`."""
    told = [rule.what, rule.why]
    if rule.example:
        told += ["Example:", block.format(rule.example), "Instead:", block.format(rule.instead)]
    if rule.source:
        told.append(f"Source: {rule.source}")
    return "\n\n".join(told)


def _result(finding: Finding, fingerprint: str, report: Report, codes: list[str]) -> dict[str, Any]:
    path = relative(report.root, finding.path, report.repository)
    place = {"artifactLocation": {"uri": _uri(path)}, "region": _region(finding.span)}
    return {
        "ruleId": finding.code,
        **({"ruleIndex": codes.index(finding.code)} if finding.code in codes else {}),
        "level": finding.severity,
        "message": {"text": reason(finding)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {FINGERPRINT: fingerprint},
    }


def _uri(path: str) -> str:
    from urllib.parse import quote

    return f"file:///{quote(path.lstrip('/'))}" if os.path.isabs(path) else quote(path)


def _region(span: Span | None) -> dict[str, int]:
    """The stretch; the first line where there is none, since GitHub shows nothing without a line."""
    if span is None:
        return {"startLine": 1}
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
