"""What a check's report looks like in each form, letter by letter."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from reports import EMPTY, KERNEL, NOTED, REPORT, ROOT, UNREAD, holding

from convcalc import __version__, renderers
from convcalc.renderers.findings import FORMATS, render
from convcalc.renderers.findings.github import LONGEST, MOST
from convcalc.report import WARNING, FileReport, Finding, Report, Span
from convcalc.rules import RULES

HELPERS = {"__init__", "fingerprint", "paths", "plain", "summary"}


def test_every_form_is_in_the_registry() -> None:
    folder = Path(str(renderers.__file__)).parent / "findings"
    assert {path.stem for path in folder.glob("*.py")} - HELPERS == set(FORMATS)
    assert next(iter(FORMATS)) == "full"


FULL = """\
nets/a b.toml:3:1: warning CC203 uneven-overlap: 100% of <cells> & "edges" differ
  |
3 | [[layers]]
  | ^^^^^^^^^^

nets/a b.toml:12:10: error CC101 kernel-too-large: kernel 7 is larger than the input, 4 on axis 1
   |
12 | kernel = 7  # wide
   |          ^
   = help: padding 2 fits

nets/a b.toml:20:1: warning CC203 uneven-overlap: 100% of <cells> & "edges" differ
   |
20 | [[layers]]
   | ^^^^^^^^^^

/data/n\xe9t,1:2.json:1:1: error CC001 unreadable-file: the file is no UTF-8
"""

CONCISE = """\
nets/a b.toml:3:1: CC203 100% of <cells> & "edges" differ
nets/a b.toml:12:10: CC101 kernel 7 is larger than the input, 4 on axis 1; padding 2 fits
nets/a b.toml:20:1: CC203 100% of <cells> & "edges" differ
/data/n\xe9t,1:2.json:1:1: CC001 the file is no UTF-8
"""

GITHUB = """\
::error file=/project/nets/a b.toml,line=12,endLine=12,col=10,endColumn=11,title=CC101 kernel-too-large\
::nets/a b.toml:12:10: CC101 kernel 7 is larger than the input, 4 on axis 1; padding 2 fits
::error file=/data/n\xe9t%2C1%3A2.json,title=CC001 unreadable-file\
::/data/n\xe9t,1:2.json:1:1: CC001 the file is no UTF-8
::warning file=/project/nets/a b.toml,line=3,endLine=4,title=CC203 uneven-overlap\
::nets/a b.toml:3:1: CC203 100%25 of <cells> & "edges" differ
::warning file=/project/nets/a b.toml,line=20,endLine=23,title=CC203 uneven-overlap\
::nets/a b.toml:20:1: CC203 100%25 of <cells> & "edges" differ
"""

JUNIT = """\
<?xml version="1.0" encoding="utf-8"?>
<testsuites name="convcalc" tests="5" failures="3" errors="1" time="0.000">
 <testsuite name="nets/a b.toml" tests="3" failures="3" errors="0" skipped="0" time="0.000" file="nets/a b.toml">
  <testcase classname="nets/a b.toml" name="layers[2] CC203" time="0.000">\
<failure type="CC203" message="100% of &lt;cells&gt; &amp; &quot;edges&quot; differ">\
nets/a b.toml:3:1: CC203 100% of &lt;cells&gt; &amp; &quot;edges&quot; differ</failure></testcase>
  <testcase classname="nets/a b.toml" name="layers[1].kernel CC101" time="0.000">\
<failure type="CC101" message="kernel 7 is larger than the input, 4 on axis 1; padding 2 fits">\
nets/a b.toml:12:10: CC101 kernel 7 is larger than the input, 4 on axis 1; padding 2 fits</failure></testcase>
  <testcase classname="nets/a b.toml" name="layers[2] CC203 (2)" time="0.000">\
<failure type="CC203" message="100% of &lt;cells&gt; &amp; &quot;edges&quot; differ">\
nets/a b.toml:20:1: CC203 100% of &lt;cells&gt; &amp; &quot;edges&quot; differ</failure></testcase>
 </testsuite>
 <testsuite name="clean.txt" tests="1" failures="0" errors="0" skipped="0" time="0.000" file="clean.txt">
  <testcase classname="clean.txt" name="check" time="0.000"/>
 </testsuite>
 <testsuite name="/data/n&#233;t,1:2.json" tests="1" failures="0" errors="1" skipped="0" time="0.000"\
 file="/data/n&#233;t,1:2.json">
  <testcase classname="/data/n&#233;t,1:2.json" name="CC001" time="0.000">\
<error type="CC001" message="the file is no UTF-8">\
/data/n&#233;t,1:2.json:1:1: CC001 the file is no UTF-8</error></testcase>
 </testsuite>
</testsuites>
"""


@pytest.mark.parametrize(
    ("form", "text"),
    [("full", FULL), ("concise", CONCISE), ("github", GITHUB), ("junit", JUNIT)],
    ids=lambda part: part,
)
def test_a_report_reads(form: str, text: str) -> None:
    assert render(REPORT, form) == text


def test_json_is_one_object() -> None:
    told = json.loads(render(REPORT, "json"))
    findings = told.pop("findings")
    assert told == {"version": 1, "files": 3, "errors": 2, "warnings": 2, "skipped": ["nets/other.json"]}
    assert findings[1] == {
        "path": "nets/a b.toml",
        "code": "CC101",
        "name": "kernel-too-large",
        "severity": "error",
        "message": "kernel 7 is larger than the input, 4 on axis 1",
        "help": "padding 2 fits",
        "place": "layers[1].kernel",
        "line": 12,
        "column": 10,
        "end_line": 12,
        "end_column": 11,
    }
    unread = findings[3]
    assert [unread[key] for key in ("help", "line", "column", "end_line", "end_column")] == [None] * 5
    assert all(list(finding) == list(unread) for finding in findings)


def test_gitlab_gets_an_array() -> None:
    entries = json.loads(render(REPORT, "gitlab"))
    prints = [entry.pop("fingerprint") for entry in entries]
    assert entries[1:] == [
        {
            "description": "kernel 7 is larger than the input, 4 on axis 1; padding 2 fits",
            "check_name": "CC101 kernel-too-large",
            "severity": "major",
            "location": {"path": "nets/a b.toml", "lines": {"begin": 12}},
        },
        {
            "description": '100% of <cells> & "edges" differ',
            "check_name": "CC203 uneven-overlap",
            "severity": "minor",
            "location": {"path": "nets/a b.toml", "lines": {"begin": 20}},
        },
        {
            "description": "the file is no UTF-8",
            "check_name": "CC001 unreadable-file",
            "severity": "critical",
            "location": {"path": "/data/n\xe9t,1:2.json", "lines": {"begin": 1}},
        },
    ]
    assert len(set(prints)) == len(prints)


def sarif_of(report: Report) -> dict[str, Any]:
    """The one run of a log."""
    log = json.loads(render(report, "sarif"))
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    run: dict[str, Any] = log["runs"][0]
    return run


def test_sarif_tells_where() -> None:
    run = sarif_of(REPORT)
    results = run["results"]
    assert [result["level"] for result in results] == ["warning", "error", "warning", "error"]
    assert [result["message"] for result in results][1:3] == [
        {"text": "kernel 7 is larger than the input, 4 on axis 1; padding 2 fits"},
        {"text": '100% of <cells> & "edges" differ'},
    ]
    places = [result["locations"][0]["physicalLocation"] for result in results]
    assert places[1:] == [
        {
            "artifactLocation": {"uri": "nets/a%20b.toml"},
            "region": {"startLine": 12, "startColumn": 10, "endLine": 12, "endColumn": 11},
        },
        {
            "artifactLocation": {"uri": "nets/a%20b.toml"},
            "region": {"startLine": 20, "startColumn": 1, "endLine": 23, "endColumn": 2},
        },
        {"artifactLocation": {"uri": "file:///data/n%C3%A9t%2C1%3A2.json"}, "region": {"startLine": 1}},
    ]


def test_sarif_tells_of_every_rule() -> None:
    driver = sarif_of(EMPTY)["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("convcalc", __version__)
    assert [rule["id"] for rule in driver["rules"]] == list(RULES)
    for rule, told in zip(RULES.values(), driver["rules"], strict=True):
        assert told["shortDescription"]["text"] == rule.what
        assert told["defaultConfiguration"] == {"enabled": rule.on, "level": rule.severity}
        for text in (rule.what, rule.why, rule.source, rule.example, rule.instead):
            assert text in told["help"]["text"]
            assert text in told["help"]["markdown"]


def test_a_result_of_sarif_points_at_its_rule() -> None:
    run = sarif_of(holding(*(KERNEL._replace(code=code) for code in [*RULES, "CC999"])))
    *known, unknown = run["results"]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in known] == list(RULES)
    assert (unknown["ruleId"], "ruleIndex" in unknown) == ("CC999", False)


@pytest.mark.parametrize("form", ["full", "concise", "github"])
def test_nothing_is_said_where_nothing_is_found(form: str) -> None:
    assert not render(Report((FileReport("net.toml", ()),), ROOT), form)


def test_a_clean_report_is_whole_for_programs() -> None:
    assert json.loads(render(EMPTY, "json"))["findings"] == []
    assert render(EMPTY, "gitlab") == "[]\n"
    assert sarif_of(EMPTY)["results"] == []
    assert render(EMPTY, "junit").splitlines()[1:] == [
        '<testsuites name="convcalc" tests="0" failures="0" errors="0" time="0.000">',
        "</testsuites>",
    ]


def excerpt_of(line: str, column: int, end: int, number: int = 1) -> list[str]:
    """The source line and the mark under it, without the gutter."""
    found = KERNEL._replace(excerpt=line, span=Span(number, column, number, end))
    gutter = len(f"{number} | ")
    return [shown[gutter:] for shown in render(holding(found), "full").splitlines()[2:4]]


EXCERPTS = [
    pytest.param("\tkernel = 7", 11, 12, "    kernel = 7", "             ^", id="tabs are four blanks"),
    pytest.param("a\tb = 7", 1, 4, "a    b = 7", "^^^^^^", id="marked tabs too"),
    pytest.param("# \u6df1\u5ea6 7", 6, 7, "# \u6df1\u5ea6 7", "       ^", id="wide letters take two columns"),
    pytest.param("\uff2b = 7", 5, 6, "\uff2b = 7", "     ^", id="letters of full width too"),
    pytest.param('"\u6df1" = 7', 1, 4, '"\u6df1" = 7', "^^^^", id="marked wide letters too"),
    pytest.param("e\u0301 = 7", 6, 7, "e\u0301 = 7", "    ^", id="accents on letters take none"),
    pytest.param("\u0e01\u0e31 = 7", 6, 7, "\u0e01\u0e31 = 7", "    ^", id="vowels above letters take none"),
    pytest.param("\x1b[2J = 7", 8, 9, "\\x1b[2J = 7", "          ^", id="escapes are shown, not sent"),
    pytest.param("a\u202eb = 7", 7, 8, "a\\u202eb = 7", "           ^", id="signs that turn text around are shown"),
    pytest.param("k = 7", 6, 6, "k = 7", "     ^", id="past the end"),
    pytest.param("k = 7", 3, 3, "k = 7", "  ^", id="nothing is marked by one caret"),
    pytest.param("", 1, 1, "", "^", id="an empty line"),
    pytest.param("k", 9, 12, "k", " ^", id="a line that is shorter than it was"),
]


@pytest.mark.parametrize(("line", "column", "end", "text", "mark"), EXCERPTS)
def test_carets_stand_under_what_is_meant(line: str, column: int, end: int, text: str, mark: str) -> None:
    assert excerpt_of(line, column, end) == [text, mark]


CUTS = [
    pytest.param(1, 4, f"key{'x' * 97}...", "^^^", id="at the beginning"),
    pytest.param(201, 204, f"...{'x' * 30}key{'x' * 67}...", f"{' ' * 33}^^^", id="in the middle"),
    pytest.param(398, 401, f"...{'x' * 97}key", f"{' ' * 100}^^^", id="at the end"),
    pytest.param(401, 401, f"...{'x' * 100}", f"{' ' * 103}^", id="past the end"),
]


@pytest.mark.parametrize(("column", "end", "text", "mark"), CUTS)
def test_a_long_line_is_cut_around_what_is_meant(column: int, end: int, text: str, mark: str) -> None:
    line = f"{'x' * (column - 1)}{'key' * (end > column)}{'x' * (401 - end)}"
    assert len(line) == 400
    assert excerpt_of(line, column, end) == [text, mark]


def test_a_long_mark_ends_with_the_line() -> None:
    assert excerpt_of("x" * 400, 201, 401) == [f"...{'x' * 100}...", f"{' ' * 33}{'^' * 70}"]


def test_the_gutter_is_as_wide_as_the_number() -> None:
    found = KERNEL._replace(span=Span(1234, 10, 1234, 11))
    assert render(holding(found), "full").splitlines()[1:] == [
        "     |",
        "1234 | kernel = 7  # wide",
        "     |          ^",
        "     = help: padding 2 fits",
    ]


def test_without_a_line_the_place_in_the_document_is_told() -> None:
    lines = render(holding(KERNEL._replace(span=None)), "full").splitlines()
    assert lines[0].startswith("nets/a b.toml:1:1: error CC101")
    assert lines[1:] == [" = at: layers[1].kernel", " = help: padding 2 fits"]


def many(count: int, finding: Finding) -> list[Finding]:
    return [finding._replace(message=f"number {number}") for number in range(count)]


def test_github_gets_the_worst_first_and_no_more_than_it_shows() -> None:
    report = holding(*many(MOST + 2, NOTED), *many(MOST + 1, KERNEL))
    lines = render(report, "github").splitlines()
    assert [line.split()[0] for line in lines[: 2 * MOST]] == ["::error"] * MOST + ["::warning"] * MOST
    assert lines[2 * MOST :] == [
        "GitHub shows 10 errors and 10 warnings of a step; the others:",
        "nets/a b.toml:12:10: CC101 number 10; padding 2 fits",
        "nets/a b.toml:20:1: CC203 number 10",
        "nets/a b.toml:20:1: CC203 number 11",
    ]


@pytest.mark.parametrize("path", ["::error::x", " ::error::x", "##[error]x", "a##[error]x"])
def test_no_name_of_a_file_is_a_command_to_github(path: str) -> None:
    report = holding(*many(MOST + 1, KERNEL._replace(path=path)))
    last = render(report, "github").splitlines()[-1]
    assert not last.lstrip().startswith("::")
    assert "##[" not in last
    assert last.endswith("number 10; padding 2 fits")


def test_a_message_too_long_for_github_is_cut_before_it_is_escaped() -> None:
    line = render(holding(KERNEL._replace(message="%" * 2 * LONGEST)), "github").rstrip("\n")
    message = line.split("::", 2)[2]
    assert message.endswith("%25...")
    assert len(message.replace("%25", "%")) == LONGEST


def prints_of(*findings: Finding) -> list[str]:
    return [entry["fingerprint"] for entry in json.loads(render(holding(*findings), "gitlab"))]


def test_a_fingerprint_stays_when_lines_move() -> None:
    moved = KERNEL._replace(span=Span(99, 1, 99, 9), place="layers[7].kernel", path="./nets/a b.toml")
    assert prints_of(KERNEL, NOTED) == [*prints_of(moved), *prints_of(NOTED)]


def test_repeats_have_fingerprints_of_their_own() -> None:
    first, second, third = prints_of(KERNEL, KERNEL, KERNEL)
    assert len({first, second, third}) == 3
    assert prints_of(NOTED, KERNEL, KERNEL)[1:] == [first, second]


@pytest.mark.parametrize(
    "other",
    [KERNEL._replace(code="CC102"), KERNEL._replace(message="kernel 9"), KERNEL._replace(path="other.toml")],
    ids=["code", "message", "path"],
)
def test_another_finding_has_another_fingerprint(other: Finding) -> None:
    assert prints_of(KERNEL) != prints_of(other)


def test_sarif_and_gitlab_know_a_finding_by_the_same_print() -> None:
    prints = [result["partialFingerprints"]["convcalc/v1"] for result in sarif_of(REPORT)["results"]]
    assert prints == [entry["fingerprint"] for entry in json.loads(render(REPORT, "gitlab"))]


PATHS = [
    pytest.param("./a/../net.toml", "net.toml", "net.toml", id="roundabout"),
    pytest.param("/project/a/net.toml", "a/net.toml", "a/net.toml", id="absolute, below the root"),
    pytest.param("/projects/net.toml", "/projects/net.toml", "file:///projects/net.toml", id="elsewhere"),
    pytest.param("../net.toml", "/net.toml", "file:///net.toml", id="above the root"),
    pytest.param("a:b.toml", "a:b.toml", "a%3Ab.toml", id="what would be a scheme"),
    pytest.param("50%?#.toml", "50%?#.toml", "50%25%3F%23.toml", id="signs of addresses"),
    pytest.param("n\udce9t.toml", "n\\udce9t.toml", "n%5Cudce9t.toml", id="bytes that are no text"),
]


@pytest.mark.parametrize(("path", "told", "uri"), PATHS)
def test_paths_are_told_from_the_root(path: str, told: str, uri: str) -> None:
    report = holding(UNREAD._replace(path=path))
    assert json.loads(render(report, "gitlab"))[0]["location"]["path"] == told
    place = sarif_of(report)["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == uri


@pytest.mark.parametrize("form", ["full", "concise"])
def test_findings_for_people_are_told_without_json(form: str) -> None:
    code = f"import sys; from convcalc.renderers.findings import render, FORMATS; from convcalc.report import Report\n\
render(Report((), '/'), {form!r}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"json", "hashlib", "urllib.parse", "rich"} & set(done.stdout.split())


def test_a_warning_counts_apart() -> None:
    assert json.loads(render(holding(KERNEL._replace(severity=WARNING)), "json"))["warnings"] == 1
