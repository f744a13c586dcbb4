"""Findings stand at the very value that they are about, whatever the file is written in."""

import json
from typing import Any

import pytest
from conftest import Run
from told import marked

from convcalc.report import Span

PLACES: dict[str, tuple[str, str, str]] = {
    # plain text
    "a kernel in a line": ("net.txt", "CC101", "input 3@8x8\nconv 8 <<k9>> s2\n"),
    "a long kernel in a line": ("net.txt", "CC101", "input 3@8x8\nup: conv 8 kernel=<<9>> stride=2\n"),
    "groups in a line": ("net.txt", "CC103", "input 3@8x8\n\tconv 8 k3 <<g2>>  # halves\n"),
    "groups between bars": ("net.txt", "CC103", "input 3@8x8 | relu | conv 8 k3 <<g2>> | relu\n"),
    "groups after carriage returns": ("net.txt", "CC103", "input 3@8x8\r\nrelu\r\nconv 8 k3 <<g2>>\r\n"),
    "groups in a block": ("net.txt", "CC103", "input 3@8x8\nblock b\n  conv 8 k3 <<g2>>\nend\nb\n"),
    "groups in a call": ("net.txt", "CC103", "input 3@8x8\nConv2d(3, 8, 3, groups=<<2>>)\n"),
    "a kernel in a call, by its place": ("net.txt", "CC101", "input 3@8x8\nConv2d(3, 8, <<9>>)\n"),
    "channels in a call": ("net.txt", "CC103", "input 3@8x8\nConv2d(<<4>>, 8, 3)\n"),
    "a sole argument": ("net.txt", "CC105", "input 12\nLinear(<<13>>, 4)\n"),
    "an expectation": ("net.txt", "CC107", "input 3@8x8\nexpect <<4@8x8>>\nrelu\n"),
    "an expectation of a layer": ("net.txt", "CC107", "input 3@8x8\nrelu expect=<<4@8x8>>\n"),
    "a value out of its domain": ("net.txt", "CC003", "input 3@8x8\nconv 8 <<k0>>\n"),
    "an unknown op": ("net.txt", "CC003", "input 3@8x8\n<<convv>> 8 k3\n"),
    "a name that there is not": ("net.txt", "CC003", "input 3@8x8\nadd <<nowhere>>\n"),
    "an unknown from": ("net.txt", "CC003", "input 3@8x8\nrelu from=<<nowhere>>\n"),
    "an unknown rule": ("net.txt", "CC003", "input 3@8x8\ncheck ignore=<<CC999>>\nrelu\n"),
    "an input that is none": ("net.txt", "CC003", "input <<3@8xx>>\nrelu\n"),
    "a stride that skips": ("net.txt", "CC202", "input 3@8x8\npool k1 <<s2>>\n"),
    "a kernel that overlaps unevenly": ("net.txt", "CC203", "input 3@8x8\ntconv 8 <<k3>> s2\n"),
    "a reshape": ("net.txt", "CC105", "input 12\nreshape <<3@3x3>>\n"),
    # TOML
    "a kernel in a string": ("net.toml", "CC101", 'input = "3@8x8"\nlayers = [\n  "relu",\n  "conv 8 <<k9>>",\n]\n'),
    "a kernel in a table": ("net.toml", "CC101", 'input = "3@8x8"\n[[layers]]\nop = "conv"\nkernel = <<9>> # wide\n'),
    "a kernel in an inline table": (
        "net.toml",
        "CC101",
        'input = "3@8x8"\nlayers = [{op = "conv", kernel = <<[9, 9]>>}]\n',
    ),
    "groups in the second table": (
        "net.toml",
        "CC103",
        'input = "3@8x8"\n[[layers]]\nop = "relu"\n[[layers]]\nop = "conv"\nkernel = 3\ngroups = <<2>>\n',
    ),
    "groups in a block of a table": (
        "net.toml",
        "CC103",
        'input = "3@8x8"\nlayers = ["b"]\n[blocks]\nb = ["relu", "conv 8 k3 <<g2>>"]\n',
    ),
    "a key of a dialect": (
        "net.toml",
        "CC103",
        'input = "3@8x8"\n[[layers]]\nop = "Conv2d"\nin_channels = <<4>>\nout_channels = 8\nkernel_size = 3\n',
    ),
    "an expectation in TOML": ("net.toml", "CC107", 'input = "3@8x8"\nexpect = <<"4@8x8">>\nlayers = ["relu"]\n'),
    "a value out of its domain in TOML": (
        "net.toml",
        "CC003",
        'input = "3@8x8"\n[[layers]]\nop = "conv"\nkernel = <<0>>\n',
    ),
    "an unknown key in TOML": ("net.toml", "CC003", 'input = "3@8x8"\ninptu = <<"3@9x9">>\nlayers = ["relu"]\n'),
    "an unknown op in TOML": ("net.toml", "CC003", 'input = "3@8x8"\nlayers = ["<<convv>> 8 k3"]\n'),
    "an unknown rule in TOML": ("net.toml", "CC003", 'input = 3\nlayers = ["relu"]\n[check]\nignore = <<["CC999"]>>\n'),
    "a stride that skips in TOML": (
        "net.toml",
        "CC202",
        'input = "3@8x8"\n[[layers]]\nop = "pool"\nkernel = 1\nstride = <<2>>\n',
    ),
    # JSON
    "a kernel in a JSON string": ("net.json", "CC101", '{"input": "3@8x8", "layers": [\n "relu", "conv 8 <<k9>>"]}'),
    "a kernel in a JSON table": (
        "net.json",
        "CC101",
        '{"input": "3@8x8",\n "layers": [{"op": "conv", "kernel": <<9>>}]}',
    ),
    "groups in JSON": (
        "net.json",
        "CC103",
        '{"input": [3, 8, 8], "layers": [\n\n{"op": "conv", "out": 8, "kernel": [3, 3], "groups":   <<2>>}]}',
    ),
    "a call in JSON": ("net.json", "CC103", '{"input": [3, 8, 8], "layers": ["Conv2d(<<4>>, 8, 3)"]}'),
    "an expectation in JSON": (
        "net.json",
        "CC107",
        '{"input": [3, 8, 8], "expect": <<[4, 8, 8]>>, "layers": ["relu"]}',
    ),
    "a value out of its domain in JSON": (
        "net.json",
        "CC003",
        '{"input": [3, 8, 8], "layers": [{"op": "conv", "kernel": <<0>>}]}',
    ),
    "groups in a group": (
        "net.json",
        "CC103",
        '{"input": [3, 8, 8], "layers": [{"repeat": 2, "layers": ["conv 8 k3 <<g2>>"]}]}',
    ),
    "an argument of a dialect in JSON": (
        "net.json",
        "CC003",
        '{"framework": "torch", "input": 3, "layers": [{"op": "Linear", "out_featurs": <<4>>}]}',
    ),
    "groups behind characters of more bytes": (
        "net.json",
        "CC103",
        '{"\u00fc\U0001f600": 1, "input": [3, 8, 8], "layers": ["conv 8 k3 <<g2>>"]}',
    ),
    # YAML
    "a kernel in a YAML line": ("net.yaml", "CC101", "input: 3@8x8\nlayers:\n- relu\n- conv 8 <<k9>>\n"),
    "a kernel in a YAML table": (
        "net.yaml",
        "CC101",
        "input: 3@8x8\nlayers:\n  - op: conv\n    kernel: <<9>>\n    stride: 2\n",
    ),
    "groups in a YAML flow": (
        "net.yaml",
        "CC103",
        "input: 3@8x8\nlayers: [{op: conv, out: 8, kernel: 3, groups: <<2>>}]\n",
    ),
    "a call in YAML": ("net.yaml", "CC103", "input: [3, 8, 8]\nlayers:\n- Conv2d(<<4>>, 8, 3)\n"),
    "a named line in YAML": ("net.yaml", "CC103", "input: [3, 8, 8]\nlayers:\n- up: conv 8 k3 <<g2>>\n"),
    "an expectation in YAML": ("net.yaml", "CC107", "input: 3@8x8\nexpect: <<4@8x8>>\nlayers: [relu]\n"),
    "a value out of its domain in YAML": ("net.yaml", "CC003", "input: 3@8x8\nlayers:\n- {op: conv, kernel: <<0>>}\n"),
    "a kernel behind an anchor": ("net.yaml", "CC101", "input: 3@8x8\nlayers:\n- &wide\n  op: conv\n  kernel: <<9>>\n"),
}


def findings(run: Run, name: str, text: str) -> list[dict[str, Any]]:
    """What check tells of a text, as JSON."""
    line = ["check", "-", "--stdin-filename", name, "--isolated", "--format", "json"]
    told: list[dict[str, Any]] = json.loads(run(line, input=text.encode()).stdout)["findings"]
    return told


@pytest.mark.parametrize(("name", "code", "text"), PLACES.values(), ids=PLACES)
def test_a_finding_stands_at_the_value(run: Run, name: str, code: str, text: str) -> None:
    if name.endswith("yaml"):
        pytest.importorskip("yaml")
    text, expected = marked(text)
    found = [Span(*[one[key] for key in Span._fields]) for one in findings(run, name, text) if one["code"] == code]
    assert found == [expected]


SYNTAX = {
    "TOML": ("net.toml", 'input = "3@8x8"\nlayers = [\n  "relu"\n  "relu"\n]\n', 4),
    "TOML that ends too soon": ("net.toml", 'input = "3@8x8"\nlayers = [\n', 2),
    "JSON": ("net.json", '{"input": 3,\n "layers": ["relu",]}', 2),
    "JSON with a key twice": ("net.json", '{"input": 3,\n "input": 3, "layers": ["relu"]}', 2),
    "YAML": ("net.yaml", "input: 3\nlayers: [relu\n", 3),
    "a line that ends nothing": ("net.txt", "input 3\nrelu\nend\n", 3),
    "a block without its end": ("net.txt", "input 3\nblock b\nrelu\n", 2),
}


@pytest.mark.parametrize(("name", "text", "line"), SYNTAX.values(), ids=SYNTAX)
def test_a_file_that_can_t_be_parsed_is_told_at_the_line(run: Run, name: str, text: str, line: int) -> None:
    if name.endswith("yaml"):
        pytest.importorskip("yaml")
    (found,) = findings(run, name, text)
    assert (found["code"], found["line"]) == ("CC002", line)
