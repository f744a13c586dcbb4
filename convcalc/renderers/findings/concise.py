"""A line a finding, `path:line:column: CODE message; help`, for editors and pipes."""

from convcalc.renderers.findings.plain import line_of
from convcalc.report import Report


def render(report: Report) -> str:
    """The findings in their order; nothing where there is none."""
    return "".join(f"{line_of(finding)}\n" for finding in report.findings)
