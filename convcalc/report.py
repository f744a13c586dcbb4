"""What a check reports, as values: findings of files, with their places. It knows no rule, format or terminal."""

from collections.abc import Sequence
from typing import NamedTuple, Self

ERROR = "error"
WARNING = "warning"
SEVERITIES = (ERROR, WARNING)
"""The worst first."""

BUG_CODE = "CC000"
"""The code of what went wrong in convcalc itself."""

MALFORMED_CODES = "CC0"
"""Codes that start so are about files that could not be read, and not about what they say."""


class Span(NamedTuple):
    """A stretch of a file: lines and columns count from 1, columns in characters; the end is the first one past it."""

    line: int
    column: int
    end_line: int
    end_column: int


class Finding(NamedTuple):
    """One thing that a rule found in a file."""

    path: str
    """The file as the user named it, or as it was come upon in a folder that they named."""
    code: str
    name: str
    severity: str
    message: str
    """What is wrong and why, in one line without the file and the code."""
    help: str | None
    """The nearest thing that works, in one line."""
    place: str
    """Where in the document it stands, `layers[3].kernel`; empty for the file as a whole."""
    span: Span | None
    """None where there is no text to point at."""
    excerpt: str
    """The first line of the span, as the file has it, without its end."""

    @property
    def where(self) -> str:
        """`net.toml:12:3`."""
        return f"{self.path}:{self.span.line}:{self.span.column}" if self.span else f"{self.path}:1:1"

    @property
    def malformed(self) -> bool:
        """Whether the file could not be read, rather than what it says is wrong."""
        return self.code.startswith(MALFORMED_CODES)


class FileReport(NamedTuple):
    """What was found in one file, by line, column and code."""

    path: str
    findings: tuple[Finding, ...]


class Report(NamedTuple):
    """What was found in all files, in the order in which they were named; within a folder by name."""

    files: tuple[FileReport, ...]
    root: str
    """The absolute path of the directory that relative paths start from."""
    skipped: tuple[str, ...] = ()
    """Files come upon in folders that are no networks."""
    repository: str = ""
    """The absolute path of the directory that CI systems count paths from, where it is not `root`."""

    @property
    def findings(self) -> Sequence[Finding]:
        """Those of all files, file by file."""
        return [finding for file in self.files for finding in file.findings]

    @property
    def pointing(self) -> Self:
        """The report without findings that point at no text: of files that are not there, for one."""
        files = [(path, tuple([finding for finding in findings if finding.span])) for path, findings in self.files]
        return self._replace(files=tuple([FileReport(*file) for file in files]))

    def count(self, severity: str) -> int:
        """How many findings have that severity."""
        return sum(finding.severity == severity for finding in self.findings)
