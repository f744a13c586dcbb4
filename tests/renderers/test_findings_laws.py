"""Laws over any report: each form can be read back, and has every finding."""

import json
from collections import Counter
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import any_path, any_text, findings, holding, reports

from convcalc.renderers.findings import FORMATS, render
from convcalc.renderers.findings.plain import encodable, line_of
from convcalc.report import SEVERITIES, Finding, Report

ESCAPES = [("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]
"""In the order in which GitHub's runner undoes them."""


def unescaped(text: str) -> str:
    for escape, sign in ESCAPES:
        text = text.replace(escape, sign)
    return text


def command(line: str) -> tuple[str, dict[str, str], str]:
    """Type, properties and message, as the runner reads them."""
    head, message = line.removeprefix("::").split("::", 1)
    kind, properties = head.split(" ", 1)
    pairs = (part.split("=", 1) for part in properties.split(","))
    return kind, {key: unescaped(value) for key, value in pairs}, unescaped(message)


@given(reports())
@pytest.mark.parametrize("form", FORMATS)
def test_any_report_is_text(form: str, report: Report) -> None:
    """A form is UTF-8, ends a line, and has nothing in it that moves a cursor."""
    text = render(report, form)
    assert text.encode("utf-8").decode("utf-8") == text
    assert not text or text.endswith("\n")
    assert all(line.isprintable() for line in text.split("\n"))


@given(reports())
def test_concise_has_a_line_for_each(report: Report) -> None:
    """A finding is a line, and a line is a finding."""
    lines = render(report, "concise").split("\n")[:-1]
    assert lines == [line_of(finding) for finding in encodable(report).findings]


@given(reports())
def test_full_marks_each_that_has_a_place(report: Report) -> None:
    """A paragraph a finding, and a caret under each span."""
    text = render(report, "full")
    paragraphs = text.split("\n\n") if text else []
    assert len(paragraphs) == len(report.findings)
    for finding, paragraph in zip(report.findings, paragraphs, strict=True):
        assert any(set(line.split("|", 1)[-1].strip()) == {"^"} for line in paragraph.splitlines()) == bool(
            finding.span
        )


@given(reports())
def test_json_keeps_all_that_is_known(report: Report) -> None:
    """The findings read back are those that were written."""
    told = json.loads(render(report, "json"))
    known = encodable(report).findings
    assert [entry["message"] for entry in told["findings"]] == [finding.message for finding in known]
    assert [entry["help"] for entry in told["findings"]] == [finding.help for finding in known]
    assert [entry["path"] for entry in told["findings"]] == [finding.path for finding in known]
    assert told["errors"] + told["warnings"] == len(known)


@given(reports())
def test_the_runner_reads_back_what_was_written(report: Report) -> None:
    """Escapes are undone by the runner's rules, and none of its commands is cut short."""
    lines = render(report, "github").split("\n")[:-1]
    known = sorted(encodable(report).findings, key=lambda finding: SEVERITIES.index(finding.severity))
    told = [command(line) for line in lines if line.startswith("::")]
    shown = [finding for rank in SEVERITIES for finding in [each for each in known if each.severity == rank][:10]]
    assert [(kind, message) for kind, _, message in told] == [(each.severity, line_of(each)) for each in shown]
    assert len(lines) - bool(len(lines) > len(told)) == len(known)
    for finding, (_, properties, _) in zip(shown, told, strict=True):
        assert properties["file"].startswith("/")
        assert all(properties.values())
        assert ("line" in properties) == bool(finding.span)
        assert ("col" in properties) == (finding.span is not None and finding.span.line == finding.span.end_line)


@given(any_path)
def test_the_runner_finds_the_file(path: str) -> None:
    """The name of a file that can be shown is read back as it is."""
    if path.isprintable() and not {".", "/"} & set(path):
        finding = Finding(path, "CC001", "unreadable-file", "error", "", None, "", None, "")
        assert command(render(holding(finding), "github").rstrip("\n"))[1]["file"] == f"/project/{path}"


@given(reports())
def test_gitlab_tells_each_apart(report: Report) -> None:
    """An entry a finding, and no two with one fingerprint."""
    entries = json.loads(render(report, "gitlab"))
    assert len(entries) == len(report.findings) == len({entry["fingerprint"] for entry in entries})
    for entry in entries:
        assert entry["location"]["lines"]["begin"] >= 1
        assert not entry["location"]["path"].startswith("./")


@given(reports())
def test_sarif_tells_each(report: Report) -> None:
    """A result a finding, of its rule, with a line."""
    results = json.loads(render(report, "sarif"))["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == [finding.code for finding in report.findings]
    for result in results:
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].isascii()


def suites_of(report: Report) -> ET.Element:
    """The document, read back."""
    return ET.fromstring(render(report, "junit"))  # noqa: S314 - of our own making


def counted(node: ET.Element) -> list[int]:
    """What a suite says of itself, as what is in it says: cases, failures, errors."""
    return [sum(1 for _ in node.iter(tag)) for tag in ("testcase", "failure", "error")]


@given(reports())
def test_junit_counts_what_it_has(report: Report) -> None:
    """The counts of each suite and of all agree with the cases, and no two cases of a suite have one name."""
    root = suites_of(report)
    for node in [root, *root]:
        assert [int(node.attrib[key]) for key in ("tests", "failures", "errors")] == counted(node)
    assert counted(root)[1] + counted(root)[2] == len(report.findings)
    assert [len(suite) for suite in root] == [len(file.findings) or 1 for file in report.files]
    for suite in root:
        names = Counter(case.attrib["name"] for case in suite)
        assert not names or max(names.values()) == 1


@given(st.data())
def test_junit_reads_back_what_concise_says(data: st.DataObject) -> None:
    """The text of a failed case is the line of the finding, entities undone."""
    report = holding(data.draw(findings(data.draw(any_path))), data.draw(findings("net.toml")))
    cases = suites_of(report).iter("testcase")
    assert [case[0].text for case in cases] == [line_of(finding) for finding in encodable(report).findings]


@given(any_text)
def test_a_place_of_any_name_is_in_the_name_of_its_case(place: str) -> None:
    """Cases are told apart by place and code."""
    finding = Finding("n", "CC101", "x", "error", "", None, place, None, "")
    (case,) = suites_of(holding(finding)).iter("testcase")
    assert case.attrib["name"].endswith("CC101")
