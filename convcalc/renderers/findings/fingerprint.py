"""What a finding is known by from one run to the next: its file, code and message, and no line number."""

from collections import Counter
from collections.abc import Sequence

from convcalc.renderers.findings.paths import relative
from convcalc.report import Report


def fingerprints(report: Report) -> Sequence[str]:
    """One for each finding, all different: those that say the same of one file are counted."""
    from hashlib import sha256

    seen: Counter[tuple[str, str, str]] = Counter()
    prints = []
    for finding in report.findings:
        known = (relative(report.root, finding.path, report.repository), finding.code, finding.message)
        prints.append(sha256(repr((*known, seen[known])).encode("utf-8")).hexdigest())
        seen[known] += 1
    return prints
