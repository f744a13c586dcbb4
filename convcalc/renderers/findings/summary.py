"""A report in one line, for the eyes of who waits for it."""

from convcalc.report import ERROR, WARNING, Report

LISTED = 3
"""Files that are named among those that are no networks."""


def summary(report: Report) -> str:
    """How much was found, in how many files; and which files in folders are no networks.

    >>> from convcalc.report import FileReport
    >>> summary(Report((FileReport("net.toml", ()),), "/", ("package.json",)))
    '1 file checked, nothing found; 1 file is no network: package.json'
    """
    files = report.files
    with_findings = sum(bool(file.findings) for file in files)
    found = [_counted(report.count(severity), severity) for severity in (ERROR, WARNING) if report.count(severity)]
    told = f"{' and '.join(found)} in {with_findings} of them" if found else "nothing found"
    return "; ".join([f"{_counted(len(files), 'file')} checked, {told}", *_skipped(report)])


def _skipped(report: Report) -> list[str]:
    if not report.skipped:
        return []
    names = [*report.skipped[:LISTED], *(["..."] if len(report.skipped) > LISTED else [])]
    count = len(report.skipped)
    verb = "is no network" if count == 1 else "are no networks"
    return [f"{_counted(count, 'file')} {verb}: {', '.join(names)}"]


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
