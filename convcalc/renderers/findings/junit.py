"""A report as JUnit XML: a suite a file, a failed case a finding, a passed one for a file without any.

It is written by hand in ASCII, since the standard library's writers cost more than the check.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from convcalc.renderers.findings.plain import line_of, printable, reason
from convcalc.report import FileReport, Finding, Report

CLEAN = "check"
"""What the case of a file without findings is called."""
TIME = "0.000"

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def render(report: Report) -> str:
    """One document. A finding counts as a failure, a file that could not be read as an error."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>', *_suites(report)]
    return "".join(f"{line}\n" for line in lines).encode("ascii", "xmlcharrefreplace").decode("ascii")


def _suites(report: Report) -> Iterator[str]:
    yield f'<testsuites name="convcalc" {_counts(report.files)} time="{TIME}">'
    for file in report.files:
        yield from _suite(file)
    yield "</testsuites>"


def _suite(file: FileReport) -> Iterator[str]:
    path = _escaped(file.path)
    yield f' <testsuite name="{path}" {_counts([file])} skipped="0" time="{TIME}" file="{path}">'
    if not file.findings:
        yield f'  <testcase classname="{path}" name="{CLEAN}" time="{TIME}"/>'
    for finding, name in zip(file.findings, _names(file.findings), strict=True):
        yield f'  <testcase classname="{path}" name="{name}" time="{TIME}">{_failure(finding)}</testcase>'
    yield " </testsuite>"


def _counts(files: Sequence[FileReport]) -> str:
    findings = [finding for file in files for finding in file.findings]
    errors = sum(finding.malformed for finding in findings)
    tests = len(findings) + sum(not file.findings for file in files)
    return f'tests="{tests}" failures="{len(findings) - errors}" errors="{errors}"'


def _names(findings: Sequence[Finding]) -> Iterator[str]:
    """Place and code, and a number where both were seen before: of equal names GitLab keeps the first alone."""
    seen: Counter[str] = Counter()
    for finding in findings:
        name = _escaped(f"{finding.place} {finding.code}".lstrip())
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})"


def _failure(finding: Finding) -> str:
    tag = "error" if finding.malformed else "failure"
    message = reason(finding).translate(_ENTITIES)
    return f'<{tag} type="{finding.code}" message="{message}">{_escaped(line_of(finding))}</{tag}>'


def _escaped(text: str) -> str:
    """The text as XML takes it: what is not printable, it mostly takes in no form."""
    return printable(text).translate(_ENTITIES)
