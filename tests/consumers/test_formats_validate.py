"""Reports as their consumers' own schemas judge them: SARIF 2.1.0, Jenkins' JUnit, GitLab's code quality.

The schemas are read from packages that carry them, in the folder that CONVCALC_SCHEMAS names:
`npm pack @microsoft/sarif-multitool-ts` and `pip download --no-deps --no-binary pytest pytest`.
"""

import json
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from convcalc.renderers.findings import render
from convcalc.report import WARNING, FileReport, Finding, Report, Span
from convcalc.rules import RULES

SARIF = ("microsoft-sarif-multitool-ts-*.tgz", "package/assets/sarif-2.1.0.schema.json")
JUNIT = ("pytest-*.tar.gz", "testing/example_scripts/junit-10.xsd")

TEXTS = ["kernel 7 is too large", '<a> & "b" ]]> 100%, c:d', "a\x1b[2J\x00b\r\nc\ud800", "\u6df1\U0001f600", ""]
PATHS = ["net.toml", "a b/n\xe9t%.toml", "/elsewhere/net.toml", "n\udce9t\n.toml", "a:b.toml"]
SPANS = [None, Span(3, 1, 3, 1), Span(3, 2, 3, 9), Span(3, 2, 5, 1)]


def finding(path: str, text: str, span: Span | None, code: str) -> Finding:
    severity = RULES[code].severity if code in RULES else WARNING
    return Finding(path, code, "name", severity, text, text or None, text, span, text)


def file_report(path: str) -> FileReport:
    """Every text and span on one path, and every rule."""
    cases = [(text, span, "CC101") for text in TEXTS for span in SPANS]
    cases += [("a message", None, code) for code in [*RULES, "CC999"]]
    return FileReport(path, tuple(finding(path, *case) for case in cases))


REPORTS = [
    pytest.param(Report((), "/project"), id="no file"),
    pytest.param(Report((FileReport("net.toml", ()),), "/project", ("other.json",)), id="a clean file"),
    pytest.param(Report(tuple(map(file_report, PATHS)), "/project"), id="all there can be"),
]


def schema(package: str, member: str) -> bytes:
    """A file of a package that CONVCALC_SCHEMAS holds."""
    folder = os.environ.get("CONVCALC_SCHEMAS")
    if not folder:
        pytest.skip("CONVCALC_SCHEMAS names no folder")
    (archive,) = Path(folder).glob(package)
    with tarfile.open(archive) as packed:
        (name,) = (name for name in packed.getnames() if name.endswith(member))
        unpacked = packed.extractfile(name)
        assert unpacked
        return unpacked.read()


@pytest.fixture(scope="module")
def sarif() -> Any:
    """What judges a log, formats of addresses included."""
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    pytest.importorskip("rfc3987_syntax", reason="without it jsonschema looks at no address")
    return jsonschema.Draft202012Validator(json.loads(schema(*SARIF)), format_checker=jsonschema.FormatChecker())


@pytest.fixture(scope="module")
def junit() -> Any:
    """What judges a document as Jenkins does."""
    xmlschema = pytest.importorskip("xmlschema", reason="xmlschema is not installed")
    return xmlschema.XMLSchema(schema(*JUNIT).decode())


def places_of(log: dict[str, Any]) -> list[dict[str, Any]]:
    return [result["locations"][0]["physicalLocation"] for result in log["runs"][0]["results"]]


@pytest.mark.parametrize("report", REPORTS)
def test_sarif_is_valid(sarif: Any, report: Report) -> None:
    log = json.loads(render(report, "sarif"))
    assert [error.message for error in sarif.iter_errors(log)] == []
    assert len(places_of(log)) == len(report.findings)


@pytest.mark.parametrize("broken", ["level", "line", "address", "key"])
def test_sarif_that_is_broken_is_refused(sarif: Any, broken: str) -> None:
    """The judge of the tests above is awake."""
    log = json.loads(render(Report((file_report("net.toml"),), "/project"), "sarif"))
    place = places_of(log)[0]
    breaking: dict[str, tuple[dict[str, Any], str, Any]] = {
        "level": (log["runs"][0]["results"][0], "level", "critical"),
        "line": (place["region"], "startLine", 0),
        "address": (place["artifactLocation"], "uri", "a b"),
        "key": (log["runs"][0], "unheard", 1),
    }
    holder, key, value = breaking[broken]
    holder[key] = value
    assert not sarif.is_valid(log)


@pytest.mark.parametrize("report", REPORTS)
def test_junit_is_valid(junit: Any, report: Report) -> None:
    assert [str(error) for error in junit.iter_errors(render(report, "junit"))] == []


@pytest.mark.parametrize(("sign", "other"), [(' time="0.000"', ' time="0.0000"'), (" classname=", " line=")])
def test_junit_that_is_broken_is_refused(junit: Any, sign: str, other: str) -> None:
    """The judge of the test above is awake."""
    text = render(Report((file_report("net.toml"),), "/project"), "junit")
    assert not junit.is_valid(text.replace(sign, other))


GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string"},
            "check_name": {"type": "string"},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "not": {"pattern": "^\\./"}},
                    "lines": {"required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}},
                },
            },
        },
    },
}
"""What GitLab's documentation asks of each entry."""


@pytest.mark.parametrize("report", REPORTS)
def test_gitlab_has_what_it_asks_for(report: Report) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    text = render(report, "gitlab")
    assert not text.startswith("\ufeff")
    jsonschema.Draft202012Validator(GITLAB).validate(json.loads(text))
