"""`convcalc check`: what is wrong, or suspicious, in network files."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

import click

from convcalc.cli.completing import complete_file, complete_report, complete_rule, complete_severity, complete_source
from convcalc.cli.group import ANSWERED, BUG, MALFORMED, REFUSED, told
from convcalc.cli.options import framework_option
from convcalc.cli.terminal import takes_colour
from convcalc.errors import Malformed
from convcalc.renderers.findings import FORMATS, FULL, render
from convcalc.report import BUG_CODE, ERROR, FileReport, Report
from convcalc.shape import quote
from convcalc.suggest import nearest

if TYPE_CHECKING:
    from convcalc.checker.run import Bytes, Job
    from convcalc.network import Check

STDIN = "-"
FOR_PEOPLE = (FULL, "concise")
"""Forms of which stdout gets the findings in files; of files that are not there stderr tells."""

SLOW = 1.0
"""Seconds after which a terminal is shown how far it is."""

CODES = """\b
Exit codes:
  0  no error was found (warnings may have been)
  1  an error was found; with --strict, anything
  2  a file could not be read or is no network, or the command line is wrong
  3  a bug in convcalc
--exit-zero makes 0 of 1, never of 2: what was not read was not checked.
"""


class Wanted(NamedTuple):
    """One form of the report, and the file it goes to; None for standard output."""

    form: str
    file: str | None


@click.command(
    help=f"""Find what breaks and what is suspicious in network files: file, line, column, code, reason and remedy.

\b
  convcalc check nets/
  convcalc check unet.toml --select CC2,fragile-size --ignore checkerboard
  convcalc check nets/ --format github --format sarif:report.sarif
  convcalc check - --stdin-filename net.toml < net.toml

PATH is a file, a folder (searched for networks), a glob in quotes, a preset, or - for stdin.
The rules are told by convcalc rule. They are chosen here, in [tool.convcalc] of pyproject.toml, by the key
check of a network file, and by ignore of a layer.

{CODES}""",
)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, shell_complete=complete_source)
@click.option(
    "--format",
    "forms",
    metavar="FORMAT[:FILE]",
    multiple=True,
    help=f"one of {', '.join(FORMATS)}; may be given again",
    shell_complete=complete_report,
)
@click.option(
    "--select",
    metavar="CODE,...",
    help="only these rules: codes, their beginnings, names, or ALL",
    shell_complete=complete_rule,
)
@click.option("--extend-select", metavar="CODE,...", help="these rules too", shell_complete=complete_rule)
@click.option("--ignore", metavar="CODE,...", help="not these rules", shell_complete=complete_rule)
@click.option(
    "--severity",
    metavar="CODE:SEVERITY,...",
    help="weigh rules as error, warning or off",
    shell_complete=complete_severity,
)
@click.option("--strict", is_flag=True, help="warnings fail too")
@click.option("--exit-zero", is_flag=True, help="exit with 0 whatever is found in what could be read")
@framework_option
@click.option("-i", "--input", "start", metavar="SIZE", help="the shape to put in, in place of each network's own")
@click.option(
    "--stdin-filename", metavar="NAME", help="the name of what comes from stdin", shell_complete=complete_file
)
@click.option(
    "--config", metavar="FILE", help="the pyproject.toml to read, in place of the nearest", shell_complete=complete_file
)
@click.option("--isolated", is_flag=True, help="read no pyproject.toml")
@click.option("-j", "--jobs", type=click.IntRange(1), help="processes; as many as there are cores for many files")
@click.option("-q", "--quiet", is_flag=True, help="no summary on stderr")
def check(
    paths: Sequence[str],
    forms: Sequence[str],
    select: str | None,
    extend_select: str | None,
    ignore: str | None,
    severity: str | None,
    strict: bool,
    exit_zero: bool,
    framework: str | None,
    start: str | None,
    stdin_filename: str | None,
    config: str | None,
    isolated: bool,
    jobs: int | None,
    quiet: bool,
) -> int:
    """Check files."""
    from convcalc.checker.project import Projects
    from convcalc.checker.run import jobs_for, plan
    from convcalc.checker.settings import Settings
    from convcalc.renderers.findings.summary import summary

    wanted = [_wanted(form) for form in forms] or [Wanted(FULL, None)]
    for file in {one.file for one in wanted}:
        if sum(one.file == file for one in wanted) > 1:
            where = file or "standard output"
            raise Malformed(f"--format: only one report can go to {where}", hint="write e.g. sarif:report.sarif")
    asked = _asked(select, extend_select, ignore, severity)
    _check_start(start)
    projects = Projects(config, isolated=isolated)
    settings = Settings(asked=asked, framework=framework, start=start, debug=os.environ.get("CONVCALC_DEBUG") == "1")
    tasks = plan(paths, projects, settings, _stdin(paths, stdin_filename))
    report = _run(tasks, jobs or jobs_for(len(tasks)))
    for one in wanted:
        _deliver(report, one)
    _tell_unread(report)
    if not quiet:
        click.echo(summary(report), err=True)
    return _code(report, strict=strict or projects.strict, exit_zero=exit_zero)


def _check_start(start: str | None) -> None:
    from convcalc.shape import read_shape

    try:
        read_shape(start or "1")
    except Malformed as error:
        raise Malformed(f"--input: {error.what}", hint=error.hint) from None


def _wanted(text: str) -> Wanted:
    form, _, file = text.partition(":")
    if form not in FORMATS:
        raise Malformed(f"--format: there is no format {quote(form)}", hint=nearest(form, FORMATS))
    return Wanted(form, None if file in ("", "-") else file)


def _asked(select: str | None, extend_select: str | None, ignore: str | None, severity: str | None) -> "Check":
    """What the command line says of rules. Raises `Malformed` for a word that is none, the option in front."""
    from convcalc.readers.checks import read_check
    from convcalc.rules.choice import DEFAULT

    given = {"select": select, "extend-select": extend_select, "ignore": ignore, "severity": severity}
    try:
        asked = read_check({key: value for key, value in given.items() if value is not None})
        DEFAULT.narrowed(asked)
    except Malformed as error:
        raise Malformed(f"--{error.key}: {error.what}", hint=error.hint) from None
    return asked


def _stdin(paths: Sequence[str], name: str | None) -> "Bytes | None":
    """What comes from standard input, if it is asked for."""
    from convcalc.checker.run import Bytes
    from convcalc.readers.source import MAX_BYTES

    if STDIN not in paths:
        if name is not None:
            raise Malformed("--stdin-filename: nothing is read from stdin", hint="name - as PATH")
        return None
    if sys.stdin is None:
        raise Malformed("standard input is closed", hint="name a file")
    return Bytes(name or "<stdin>", sys.stdin.buffer.read(MAX_BYTES + 1))


def _run(tasks: "Sequence[Job]", jobs: int) -> "Report":
    """The report on all files; a terminal is shown how far it is where that takes long."""
    from convcalc.checker.run import check_files

    reports, skipped = [], []
    with ExitStack() as stack:
        for found in _watched(check_files(tasks, jobs), len(tasks), stack):
            if isinstance(found, str):
                skipped.append(found)
            else:
                reports.append(found)
    root = os.getcwd()
    return Report(tuple(reports), root, tuple(skipped), _repository(root))


def _repository(folder: str) -> str:
    """What CI says that paths are counted from, else the nearest folder above with a repository in it."""
    stated = os.environ.get("CI_PROJECT_DIR") or os.environ.get("GITHUB_WORKSPACE")
    if stated and os.path.join(folder, "").startswith(os.path.join(os.path.normpath(stated), "")):
        return stated
    parents = [folder]
    while (parent := os.path.dirname(parents[-1])) != parents[-1]:
        parents.append(parent)
    return next((parent for parent in parents if os.path.exists(os.path.join(parent, ".git"))), folder)


def _watched(found: "Iterator[FileReport | str]", total: int, stack: ExitStack) -> "Iterator[FileReport | str]":
    """The same, with a bar on a terminal once it has taken longer than `SLOW`."""
    from time import monotonic

    bar, start = None, monotonic() if sys.stderr.isatty() else None
    for done, one in enumerate(found, 1):
        yield one
        if bar:
            bar.update(1)
        elif start is not None and monotonic() - start > SLOW:
            bar = stack.enter_context(click.progressbar(length=total, label="checking", file=sys.stderr))
            bar.update(done)


def _deliver(report: "Report", wanted: Wanted) -> None:
    """The report in one form, printed or written. Raises `Malformed` where a file can't be written."""
    if wanted.file is None:
        shown = report.pointing if wanted.form in FOR_PEOPLE else report
        paint = {"paint": _painted} if wanted.form == FULL and takes_colour(sys.stdout) else {}
        click.echo(render(shown, wanted.form, **paint), nl=False)
        return
    text = render(report, wanted.form)
    try:
        with open(wanted.file, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise Malformed(f"--format: {wanted.file}: can't be written: {error.strerror}") from None


def _tell_unread(report: "Report") -> None:
    """What could not be read at all, a line each on stderr."""
    for finding in report.findings:
        if finding.span is None:
            told(f"{finding.path}: {finding.message}{f'; {finding.help}' if finding.help else ''}", MALFORMED)


def _painted(text: str, role: str) -> str:
    colours = {"error": "red", "mark": "red", "warning": "yellow", "help": "cyan"}
    return click.style(text, fg=colours.get(role), bold=True if role != "help" else None)


def _code(report: "Report", *, strict: bool, exit_zero: bool) -> int:
    """What the findings amount to."""
    findings = report.findings
    if not report.files:
        return told("nothing was checked: no file is a network", MALFORMED)
    if any(finding.code == BUG_CODE for finding in findings):
        return BUG
    if any(finding.malformed for finding in findings):
        return MALFORMED
    failing = findings if strict else [finding for finding in findings if finding.severity == ERROR]
    return REFUSED if failing and not exit_zero else ANSWERED
