"""Findings as plain words: what files, users and terminals may do to text is dealt with here."""

from typing import Any

from convcalc.report import FileReport, Finding, Report


def printable(text: str) -> str:
    r"""The text with its control, invisible and unassigned characters as escapes, so that it stays in its line.

    >>> printable("conv\x1b[2J\n")
    'conv\\x1b[2J\\n'
    """
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in text)


def reason(finding: Finding) -> str:
    """What is wrong and what helps, as errors tell it."""
    return printable(finding.message if finding.help is None else f"{finding.message}; {finding.help}")


def line_of(finding: Finding) -> str:
    """One line that editors and log readers find the place by: `net.toml:12:3: CC101 message; help`."""
    return f"{printable(finding.where)}: {finding.code} {reason(finding)}"


def encodable(report: Report) -> Report:
    """The report without what UTF-8 has no bytes for: names of files can have it."""
    files = (FileReport(_encodable(path), tuple(map(_encodable_finding, findings))) for path, findings in report.files)
    names = tuple(map(_encodable, report.skipped))
    return Report(tuple(files), _encodable(report.root), names, _encodable(report.repository))


def _encodable_finding(finding: Finding) -> Finding:
    texts: dict[str, Any] = {
        key: _encodable(value) for key, value in finding._asdict().items() if isinstance(value, str)
    }
    return finding._replace(**texts)


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
