"""Which rules are on: by the command line, the project, the file and the layer, and whose word counts."""

from pathlib import Path

import pytest
from conftest import Run
from told import told, write

from convcalc.checker.check import check_bytes
from convcalc.checker.settings import Settings

TEXT = "input 3@32x32\nconv 8 k5 s6\ntconv 4 k3 s2\n"
DEFAULT = {"CC201", "CC202", "CC203"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def codes(run: Run, *args: str) -> set[str]:
    """The codes that a check tells."""
    return {line.split()[-1] for line in told(run, *args)}


COMMAND_LINE: dict[str, tuple[str, set[str]]] = {
    "the defaults": ("", DEFAULT),
    "one code": ("--select CC203", {"CC203"}),
    "a name": ("--select checkerboard", {"CC203"}),
    "small letters": ("--select cc203", {"CC203"}),
    "a beginning": ("--select CC2", DEFAULT),
    "two": ("--select CC201,checkerboard", {"CC201", "CC203"}),
    "everything": ("--select ALL", {*DEFAULT, "CC302"}),
    "one more": ("--extend-select CC302", {*DEFAULT, "CC302"}),
    "one more than one": ("--select CC203 --extend-select CC302", {"CC203", "CC302"}),
    "not one": ("--ignore CC201", DEFAULT - {"CC201"}),
    "not two": ("--ignore unread-cells,CC203", {"CC202"}),
    "not any": ("--ignore CC2", set()),
    "what is selected may be ignored": ("--select CC2 --ignore CC203", DEFAULT - {"CC203"}),
    "what weighs nothing is off": ("--severity CC201:off", DEFAULT - {"CC201"}),
    "blanks between codes": ("--ignore=CC201,_CC203", {"CC202"}),
}


@pytest.mark.parametrize(("args", "expected"), COMMAND_LINE.values(), ids=COMMAND_LINE)
def test_rules_are_chosen_on_the_command_line(run: Run, args: str, expected: set[str]) -> None:
    write({"net.txt": TEXT})
    assert codes(run, "net.txt", *[word.replace("_", " ") for word in args.split()]) == expected


OWN = {
    "toml": 'input = "3@32x32"\nlayers = ["conv 8 k5 s6", "tconv 4 k3 s2"]\n[check]\n{toml}\n',
    "json": '{{"input": "3@32x32", "layers": ["conv 8 k5 s6", "tconv 4 k3 s2"], "check": {json}}}',
    "yaml": "input: 3@32x32\nlayers: [conv 8 k5 s6, tconv 4 k3 s2]\ncheck: {json}\n",
    "txt": "check {text}\ninput 3@32x32\nconv 8 k5 s6\ntconv 4 k3 s2\n",
}
CHECKS: dict[str, tuple[str, str, str, set[str]]] = {
    "ignore": (
        'ignore = ["CC201", "checkerboard"]',
        '{"ignore": ["CC201", "checkerboard"]}',
        "ignore=CC201,checkerboard",
        {"CC202"},
    ),
    "select": ('select = ["CC203"]', '{"select": ["CC203"]}', "select=CC203", {"CC203"}),
    "extend-select": (
        'extend-select = ["CC302"]',
        '{"extend-select": ["CC302"]}',
        "extend-select=CC302",
        {*DEFAULT, "CC302"},
    ),
    "severity": (
        'severity = {CC201 = "off"}',
        '{"severity": {"CC201": "off"}}',
        "severity=CC201:off",
        {"CC202", "CC203"},
    ),
    "select and ignore": (
        'select = ["CC2"]\nignore = ["CC202"]',
        '{"select": ["CC2"], "ignore": ["CC202"]}',
        "select=CC2 ignore=CC202",
        {"CC201", "CC203"},
    ),
}


@pytest.mark.parametrize("suffix", OWN)
@pytest.mark.parametrize(("toml", "json", "text", "expected"), CHECKS.values(), ids=CHECKS)
def test_a_network_file_chooses_for_itself(
    run: Run, suffix: str, toml: str, json: str, text: str, expected: set[str]
) -> None:
    if suffix == "yaml":
        pytest.importorskip("yaml")
    name = f"net.{suffix}"
    write({name: OWN[suffix].format(toml=toml, json=json, text=text)})
    assert codes(run, name) == expected


IGNORED = {
    "a line": ("net.txt", "input 3@32x32\nconv 8 k5 s6 ignore=CC201\ntconv 4 k3 s2\n", {"CC202", "CC203"}),
    "two codes in a line": ("net.txt", "input 3@32x32\nconv 8 k5 s6 ignore=CC201,CC202\ntconv 4 k3 s2\n", {"CC203"}),
    "a name": ("net.txt", "input 3@32x32\nconv 8 k5 s6\ntconv 4 k3 s2 ignore=checkerboard\n", {"CC201", "CC202"}),
    "a beginning": ("net.txt", "input 3@32x32\nconv 8 k5 s6 ignore=cc2\ntconv 4 k3 s2\n", {"CC203"}),
    "all": ("net.txt", "input 3@32x32\nconv 8 k5 s6 ignore=ALL\ntconv 4 k3 s2\n", {"CC203"}),
    "another layer's": ("net.txt", "input 3@32x32\nconv 8 k5 s6 ignore=CC203\ntconv 4 k3 s2\n", DEFAULT),
    "a list in a table": (
        "net.toml",
        'input = "3@32x32"\n[[layers]]\nop = "conv"\nout = 8\nkernel = 5\nstride = 6\nignore = ["CC201", "CC202"]\n',
        set(),
    ),
    "a string in a table": (
        "net.json",
        '{"input": "3@32x32", "layers": [{"op": "conv", "out": 8, "kernel": 5, "stride": 6, "ignore": "CC201"}]}',
        {"CC202"},
    ),
    "the use of a block": (
        "net.txt",
        "block b\n  conv 8 k5 s6\n  tconv 4 k3 s2\nend\ninput 3@32x32\nb ignore=CC201,CC203\n",
        {"CC202"},
    ),
    "inside a block": (
        "net.txt",
        "block b\n  conv 8 k5 s6 ignore=CC201\n  tconv 4 k3 s2\nend\ninput 3@32x32\nb ignore=CC203\n",
        {"CC202"},
    ),
    "a group": (
        "net.json",
        '{"input": "3@32x32", "layers": [{"layers": ["conv 8 k5 s6", "tconv 4 k3 s2"], "ignore": ["CC2"]}]}',
        set(),
    ),
    "a call": ("net.txt", "input 3@32x32\nConv2d(3, 8, 5, stride=6) ignore=CC201\n", {"CC202"}),
}


@pytest.mark.parametrize(("name", "text", "expected"), IGNORED.values(), ids=IGNORED)
def test_a_layer_says_what_to_ignore_in_it(run: Run, name: str, text: str, expected: set[str]) -> None:
    write({name: text})
    assert codes(run, name) == expected


PROJECT = "[tool.convcalc]\n"
PRECEDENCE: dict[str, tuple[str, str, str, set[str]]] = {
    "the project": ('ignore = ["CC201"]', "", "", {"CC202", "CC203"}),
    "the file adds to the project": ('ignore = ["CC201"]', "ignore=CC202", "", {"CC203"}),
    "the command line adds to both": ('ignore = ["CC201"]', "ignore=CC202", "--ignore CC203", set()),
    "the file takes back what the project ignores": ('ignore = ["CC201"]', "extend-select=CC201", "", DEFAULT),
    "the file selects in place of the project": ('select = ["CC201"]', "select=CC203", "", {"CC203"}),
    "the command line selects in place of both": ('select = ["CC201"]', "select=CC203", "--select CC202", {"CC202"}),
    "the command line takes back what the file ignores": ("", "ignore=CC2", "--extend-select CC202", {"CC202"}),
    "the file ignores what the project selects": ('select = ["CC2"]', "ignore=CC201", "", {"CC202", "CC203"}),
    "the command line ignores what the file selects": ("", "select=CC2", "--ignore CC201", {"CC202", "CC203"}),
    "the project turns on what is off": ('extend-select = ["CC302"]', "", "", {*DEFAULT, "CC302"}),
    "the file turns it off again": ('extend-select = ["CC302"]', "ignore=CC302", "", DEFAULT),
    "severity off in the project, on in the file": ('severity = {CC201 = "off"}', "severity=CC201:error", "", DEFAULT),
    "severity on in the file, off on the command line": (
        "",
        "severity=CC201:error",
        "--severity CC201:off",
        DEFAULT - {"CC201"},
    ),
}


@pytest.mark.parametrize(("project", "own", "args", "expected"), PRECEDENCE.values(), ids=PRECEDENCE)
def test_the_command_line_counts_more_than_the_file_and_the_file_more_than_the_project(
    run: Run, project: str, own: str, args: str, expected: set[str]
) -> None:
    write({"pyproject.toml": PROJECT + project, "net.txt": f"check {own}\n{TEXT}" if own else TEXT})
    assert codes(run, "net.txt", *args.split()) == expected


WEIGHTS = {
    "a warning by default": ("", "", "", "warning", 0),
    "the project": ('severity = {CC203 = "error"}', "", "", "error", 1),
    "the file over the project": ('severity = {CC203 = "error"}', "severity=CC203:warning", "", "warning", 0),
    "the command line over the file": ("", "severity=CC203:warning", "--severity CC203:error", "error", 1),
    "a name and a beginning": ('severity = {checkerboard = "error"}', "", "--severity CC2:warning", "warning", 0),
    "what is said later of the same": ("", "severity=CC2:error,CC203:warning", "", "warning", 0),
}


@pytest.mark.parametrize(("project", "own", "args", "severity", "code"), WEIGHTS.values(), ids=WEIGHTS)
def test_a_severity_is_told_and_decides_the_exit_code(
    run: Run, project: str, own: str, args: str, severity: str, code: int
) -> None:
    text = "input 3@32x32\ntconv 4 k3 s2\n"
    write({"pyproject.toml": PROJECT + project, "net.txt": f"check {own}\n{text}" if own else text})
    result = run(["check", "net.txt", *args.split()])
    assert result.stdout.startswith(f"net.txt:{3 if own else 2}:9: {severity} CC203 checkerboard: ")
    assert result.exit_code == code


@pytest.mark.parametrize(
    ("name", "text", "place", "hint"),
    [
        ("net.toml", 'input = 4\nlayers = ["relu"]\n[check]\nignore = ["CC209"]\n', "net.toml:4:", "did you mean CC20"),
        (
            "net.toml",
            'input = 4\nlayers = ["relu"]\n[check]\nselect = ["griding"]\n',
            "net.toml:4:",
            "did you mean gridding?",
        ),
        (
            "net.toml",
            'input = 4\nlayers = ["relu"]\n[check]\nseverity = {CC209 = "off"}\n',
            "net.toml:4:",
            "did you mean CC20",
        ),
        (
            "net.toml",
            'input = 4\nlayers = ["relu"]\n[check]\nseverity = {CC201 = "of"}\n',
            "net.toml:4:",
            "must be error, warning or off",
        ),
        (
            "net.toml",
            'input = 4\nlayers = ["relu"]\n[check]\nignored = ["CC201"]\n',
            "net.toml:4:",
            "did you mean ignore?",
        ),
        (
            "net.toml",
            'input = 4\nlayers = ["relu"]\n[check]\nignore = [201]\n',
            "net.toml:4:",
            "must be codes of rules, got [201]",
        ),
        ("net.toml", 'input = 4\ncheck = "CC201"\nlayers = ["relu"]\n', "net.toml:2:", "must be a table"),
        (
            "net.json",
            '{"input": 4, "layers": ["relu"],\n "check": {"ignore": ["checkerbord"]}}',
            "net.json:2:",
            "did you mean checkerboard?",
        ),
        ("net.txt", "input 4\nrelu\ncheck ignore=checkerbord\n", "net.txt:3:14", "did you mean checkerboard?"),
        ("net.txt", "input 4\nrelu\ncheck ignored=CC201\n", "net.txt:3:", "did you mean ignore?"),
        ("net.txt", "input 4\nrelu ignore=CC209\n", "net.txt:2:13", "did you mean CC20"),
        (
            "net.json",
            '{"input": 4, "layers": [\n{"op": "relu", "ignore": ["CC209"]}]}',
            "net.json:2:",
            "did you mean CC20",
        ),
    ],
)
def test_an_unknown_rule_or_key_in_a_file_is_a_finding_that_tells_the_nearest(
    run: Run, name: str, text: str, place: str, hint: str
) -> None:
    write({name: text})
    result = run(["check", name, "--format", "concise"])
    assert result.stdout.startswith(place)
    assert " CC003 " in result.stdout
    assert hint in result.stdout
    assert (result.stdout.count("\n"), result.exit_code) == (1, 2)


def test_an_unknown_rule_in_a_file_does_not_hide_the_rest(run: Run) -> None:
    write({"net.txt": f"check ignore=CC209\n{TEXT}"})
    assert codes(run, "net.txt") == {"CC003", *DEFAULT}


LAYERS = {
    "a line that weighs more": ("net.txt", "input 4@8x8\nconv 4 k3 s2 severity=CC201:error\n", ["error"]),
    "a line that weighs nothing": ("net.txt", "input 4@8x8\nconv 4 k3 s2 severity=unread-cells:off\n", []),
    "one line and not the other": (
        "net.txt",
        "input 4@8x8\nconv 4 k3 s2 severity=CC201:error\nconv 4 k2 s2\n",
        ["error", "warning"],
    ),
    "a table": (
        "net.toml",
        'input = "4@8x8"\nlayers = [{op = "conv", kernel = 3, stride = 2, severity = {CC201 = "error"}}]\n',
        ["error"],
    ),
    "a block": ("net.txt", "input 4@8x8\nblock b\nconv 4 k3 s2\nend\nb severity=CC201:error\n", ["error"]),
    "a line in a block, which knows better": (
        "net.txt",
        "input 4@8x8\nblock b\nconv 4 k3 s2 severity=CC201:warning\nend\nb severity=CC201:error\n",
        ["warning"],
    ),
    "what is ignored weighs nothing": (
        "net.txt",
        "input 4@8x8\nconv 4 k3 s2 ignore=CC201 severity=CC2:error\n",
        [],
    ),
}


@pytest.mark.parametrize(("name", "text", "severities"), LAYERS.values(), ids=LAYERS)
def test_a_layer_says_what_a_finding_in_it_weighs(name: str, text: str, severities: list[str]) -> None:
    report = check_bytes(text.encode(), name, Settings())
    assert report
    assert [finding.severity for finding in report.findings if finding.code == "CC201"] == severities
    assert {finding.code for finding in report.findings} <= {"CC201"}


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("conv 4 k3 severity=CC299:error", 20, "there is no rule 'CC299'"),
        ("conv 4 k3 severity=CC201:fatal", 20, "must be error, warning or off, got 'fatal'"),
        ("conv 4 k3 severity=CC201", 20, "must be error, warning or off, got ''"),
    ],
)
def test_a_severity_in_a_layer_that_is_none_is_told_at_its_place_once(line: str, column: int, reason: str) -> None:
    report = check_bytes(f"input 4@32x32\nrepeat 3\n{line}\nend\n".encode(), "net.txt", Settings())
    assert report
    (finding,) = report.findings
    assert (finding.code, finding.span and finding.span[:2]) == ("CC003", (3, column))
    assert reason in finding.message
