"""Findings for people: what is wrong, the line with a mark under it, and what helps.

It tells what plays which role in a paragraph, and knows no colours.
"""

from collections.abc import Callable, Iterator
from unicodedata import category, east_asian_width

from convcalc.renderers.findings.plain import printable
from convcalc.report import Finding, Report, Span

ROOM = 100
"""Of a longer line so many characters are shown, those around what is marked."""
LEAD = 30
"""How many of them stand before the mark."""
CUT = "..."
TAB = "    "

Paint = Callable[[str, str], str]
"""Text as it is to look in a role: `place`, `error`, `warning`, `mark` or `help`."""


def _unpainted(text: str, _role: str) -> str:
    return text


def render(report: Report, paint: Paint = _unpainted) -> str:
    """A paragraph a finding; nothing where there is none."""
    paragraphs = [_paragraph(finding, paint) for finding in report.findings]
    return "\n".join("".join(f"{line.rstrip()}\n" for line in paragraph) for paragraph in paragraphs)


def _paragraph(finding: Finding, paint: Paint) -> Iterator[str]:
    place, severity = paint(printable(finding.where), "place"), paint(finding.severity, finding.severity)
    yield f"{place}: {severity} {paint(f'{finding.code} {finding.name}', 'place')}: {printable(finding.message)}"
    gutter = " " * len(str(finding.span.line)) if finding.span else ""
    if finding.span:
        text, mark = excerpt(finding.excerpt, finding.span)
        yield f"{gutter} |"
        yield f"{finding.span.line} | {text}"
        yield f"{gutter} | {paint(mark, 'mark')}"
    elif finding.place:
        yield f"{gutter} = at: {printable(finding.place)}"
    if finding.help is not None:
        yield f"{gutter} = {paint('help:', 'help')} {printable(finding.help)}"


def excerpt(line: str, span: Span) -> tuple[str, str]:
    r"""The line as a terminal shows it, and carets that stand under the span; of one over several lines, to the end.

    >>> print("\n".join(excerpt('kernel = 7', Span(3, 10, 3, 11))))
    kernel = 7
             ^
    """
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    low = max(min(start - LEAD, len(line) - ROOM), 0)
    high = low + ROOM
    head = (CUT if low else "") + _shown(line[low:start])
    marked = _shown(line[start : min(end, high)])
    tail = _shown(line[max(start, min(end, high)) : high]) + (CUT if high < len(line) else "")
    return head + marked + tail, " " * _width(head) + "^" * max(_width(marked), 1)


def _shown(text: str) -> str:
    return printable(text.replace("\t", TAB))


def _width(text: str) -> int:
    """The columns that a terminal takes for it."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(sign: str) -> int:
    if category(sign) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(sign) in "WF" else 1
