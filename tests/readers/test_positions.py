"""Where things stand in a network file: the span of a place holds the very value, in every format."""

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from test_spelling import ops

from convcalc.dialects import NAMES, dialect_named
from convcalc.errors import Malformed
from convcalc.network import Place
from convcalc.ops.op import Op
from convcalc.readers.positions import locate, spans_of
from convcalc.readers.positions.marks import DEEP
from convcalc.readers.source import format_of, read_source
from convcalc.report import Span

EXAMPLES = Path(__file__).parent.parent / "examples"

# Any document: what is cut out of its text at a leaf's span is that leaf.

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t\\'\"#{}[],=.: "), max_size=8)
LEAVES = st.booleans() | st.integers(-(10**6), 10**6) | st.integers(0, 99).map(lambda part: -0.5 - part) | TEXTS
KEYS = st.sampled_from(["op", "a-b", "3", "layers"]) | TEXTS
DOCUMENTS = st.dictionaries(
    KEYS,
    st.recursive(
        LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
    ),
    max_size=4,
)


def leaves(value: object, place: Place = ()) -> Iterator[tuple[Place, object]]:
    """Every number and string, empty list and empty table, with its place."""
    if isinstance(value, dict) and value:
        for key, part in value.items():
            yield from leaves(part, (*place, key))
    elif isinstance(value, list) and value:
        for index, part in enumerate(value):
            yield from leaves(part, (*place, index))
    elif place:
        yield place, value


def cut(text: str, span: Span) -> str:
    """What stands there, counted by hand."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


def assert_cut_leaves_read_back(text: str, kind: str, document: object, read: Callable[[str], object]) -> None:
    spans = spans_of(text, kind)
    for place, value in leaves(document):
        assert read(cut(text, spans[place])) == value, place


@given(DOCUMENTS, st.sampled_from([None, 0, 2, "\t"]), st.booleans(), st.sampled_from([(",", ":"), (" ,  ", " : ")]))
def test_what_is_cut_out_of_json_is_the_value(document: Any, indent: Any, ascii_only: bool, separators: Any) -> None:  # noqa: FBT001
    """The slice of every leaf re-parses to the same value."""
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only, separators=separators)
    assert_cut_leaves_read_back(text, "json", document, json.loads)


class Toml:
    """Writes a document as TOML, choosing at each step among all the ways in which it can be written."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def choose(self, *choices: str) -> str:
        return self.draw(st.sampled_from(choices))

    def basic(self, text: str) -> str:
        return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

    def key(self, key: str) -> str:
        bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
        return self.choose(*[self.basic(key), *[key] * bare])

    def string(self, text: str) -> str:
        ways = [self.basic(text), f'"""{self.basic(text)[1:-1]}"""', f'"""\n{self.basic(text)[1:-1]}"""']
        if "'" not in text:
            ways += [f"'''{text}'''", *[f"'{text}'"] * ("\n" not in text)]
        if '"' in text and "\\" not in text and not text.startswith("\n") and '"""' not in text:
            ways.append(f'"""{text}"""')
        return self.choose(*ways)

    def value(self, value: Any) -> str:
        if isinstance(value, str):
            return self.string(value)
        if isinstance(value, list):
            gap, end = self.choose("", " ", "\n  ", ' # ] "\n'), self.choose("", ",", ", # [\n") if value else ""
            return f"[{gap}{f'{gap},{gap}'.join(map(self.value, value))}{gap}{end}]"
        if isinstance(value, dict):
            return f"{{ {', '.join(f'{self.key(key)} = {self.value(part)}' for key, part in value.items())} }}"
        return json.dumps(value)

    def table(self, table: Mapping[str, Any], header: str = "") -> str:
        """First what has no header of its own, then the tables that have."""
        lines, after = [], []
        for key, value in table.items():
            name = self.key(key)
            path = f"{header}.{name}" if header else name
            ways = ["here", *["header", "dotted"] * (isinstance(value, dict) and bool(value))]
            ways += ["headers"] * (
                isinstance(value, list) and bool(value) and all(isinstance(one, dict) and one for one in value)
            )
            way = self.choose(*ways)
            if way == "headers":
                after += [f"[[{self.choose('', ' ')}{path} ]]\n{self.table(one, path)}" for one in value]
            elif way == "header":
                after.append(f"[{path}] # = [\n{self.table(value, path)}")
            elif way == "dotted":
                lines += [f"{name} . {self.key(inner)}={self.value(part)}" for inner, part in value.items()]
            else:
                lines.append(f"{self.choose('', '  ')}{name} = {self.value(value)}{self.choose('', ' # it = 1')}")
        return "\n".join([*lines, *after, ""])


@st.composite
def toml_texts(draw: st.DrawFn) -> str:
    text = Toml(draw).table(draw(DOCUMENTS))
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@given(toml_texts())
def test_what_is_cut_out_of_toml_is_the_value(text: str) -> None:
    """The slice of every leaf re-parses to the same value, however it is written."""
    assert_cut_leaves_read_back(text, "toml", tomllib.loads(text), lambda cut: tomllib.loads(f"x = {cut}")["x"])


@given(DOCUMENTS, st.sampled_from([True, False, None]), st.sampled_from([None, "'", '"']), st.sampled_from([20, 99]))
def test_what_is_cut_out_of_yaml_is_the_value(document: Any, flow: bool | None, style: str, width: int) -> None:  # noqa: FBT001
    """The slice of every leaf re-parses to the same value, in block and flow style."""
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed: pip install 'convcalc[yaml]'")
    from convcalc.readers.yaml import parse

    text = yaml.safe_dump(document, default_flow_style=flow, default_style=style, width=width, allow_unicode=True)
    read = parse(text)
    assume(_has_names(read))  # YAML 1.2 reads a bare 0E0 as a number, which is no key of a network
    assert_cut_leaves_read_back(text, "yaml", read, parse)


def _has_names(value: Any) -> bool:
    """Whether every key is text."""
    if isinstance(value, list):
        return all(map(_has_names, value))
    return not isinstance(value, dict) or all(isinstance(key, str) and _has_names(one) for key, one in value.items())


# By hand: `«` and `»` stand around what a place is found at.

OPEN, CLOSE = "«", "»"

CASES: list[tuple[str, str, Place, str]] = [
    ("a statement", "text", ("input",), "input «3@8x8»\nrelu"),
    ("a layer", "text", ("layers", 1), "input 3@8 | conv 4 k3 | «up: relu» # |\n"),
    ("a layer after a comment", "text", ("layers", 0), "# relu\r\n\r\n\t«relu»"),
    ("the document", "text", (), "«relu\nrelu»"),
    ("what is not there", "text", ("expect",), "«relu\nrelu»"),
    ("a block", "text", ("blocks", "b"), "«block b out»\nrelu\nend\nb 3"),
    ("a block's name", "text", ("blocks", "b", "name"), "block «b» out\nrelu\nend\nb 3"),
    ("a block's parameters", "text", ("blocks", "b", "parameters"), "block b «out k=3»\nrelu\nend\nb 3"),
    ("a block's parameter", "text", ("blocks", "b", "parameters", 1), "block b out «k=3»\nrelu\nend\nb 3"),
    ("a layer in a block", "text", ("blocks", "b", "layers", 0, "kernel"), "block b\nconv 4 «k3»\nend\nb"),
    ("a repeat", "text", ("layers", 1), "relu\n«repeat 3»\nrelu\nend"),
    ("how often", "text", ("layers", 0, "repeat"), "a: repeat «3»\nrelu\nend"),
    ("a repeat's name", "text", ("layers", 0, "name"), "«a»: repeat 3\nrelu\nend"),
    ("a layer in a repeat", "text", ("layers", 0, "layers", 1, "stride"), "repeat 3\nrelu\nconv 4 «s2»\nend"),
    ("a letter", "text", ("layers", 0, "kernel"), "conv 64 «k9» s2"),
    ("a bare number", "text", ("layers", 0, "out"), "conv «64» k9 s2"),
    ("a bare number after another", "text", ("layers", 0, "out"), "conv k9 «64» s2"),
    ("what can't be read", "text", ("layers", 0, "kernel"), "conv 64 «k9x» s2"),
    ("two letters", "text", ("layers", 0, "output_padding"), "tconv 64 k9 «op1»"),
    ("a word", "text", ("layers", 0, "padding"), "conv 64 k9 «same»"),
    ("a word of another key", "text", ("layers", 0, "bias"), "conv 64 k9 same «nobias»"),
    ("a keyword", "text", ("layers", 0, "size"), "upsample to «64x64» bilinear"),
    ("a keyword and no more", "text", ("layers", 0, "size"), "upsample bilinear «to»"),
    ("several numbers", "text", ("layers", 0, "order"), "permute «2 0 1»"),
    ("a long key", "text", ("layers", 0, "kernel"), "conv 64 kernel=«9» s2"),
    ("a long key without a value", "text", ("layers", 0, "kernel"), "conv 64 «kernel=» s2"),
    ("an unknown key", "text", ("layers", 0, "kernl"), "conv 64 kernl=«9» s2"),
    ("the second of two", "text", ("layers", 0, "kernel"), "conv 64 kernel=3 s2 «k9»"),
    ("the second of two, long", "text", ("layers", 0, "kernel"), "conv 64 k9 kernel=«3» s2"),
    ("the op", "text", ("layers", 0, "op"), "up: «cnv» 64"),
    ("the name", "text", ("layers", 0, "name"), "«up»: conv 64 k3"),
    ("from", "text", ("layers", 1, "from"), "a: relu\nrelu from=«a»"),
    ("expect", "text", ("layers", 0, "expect"), "up: relu expect=«3@8x8» from=in"),
    ("repeat", "text", ("layers", 0, "repeat"), "relu repeat=«3»"),
    ("a star", "text", ("layers", 0, "repeat"), "relu «*3» from=in"),
    ("all names", "text", ("layers", 0, "names"), "add «a b» from=c"),
    ("a name among names", "text", ("layers", 0, "names", 1), "add a «b» from=c"),
    ("names that are not there", "text", ("layers", 0, "names"), "«add»"),
    ("a key that is not there", "text", ("layers", 0, "stride"), "«conv 64 k9»"),
    ("a key in a block's use", "text", ("layers", 0, "out"), "block b out\nrelu\nend\nb out=«3» | relu"),
    ("a value from outside", "text", ("layers", 0, "out"), "«conv {out} k3»"),
    ("a letter's value from outside", "text", ("layers", 0, "kernel"), "conv {out} «k3» s{s}"),
    ("a word from outside", "text", ("layers", 0, "kernel"), "«conv {out} {padding} k3»"),
    ("a keyword's value after one from outside", "text", ("layers", 0, "mode"), "upsample to {size} «bilinear»"),
    ("in what is too long for a layer", "text", ("layers", 0, "stride"), f"«conv 64 k{'9' * 2000} s2»"),
    ("a keyword of a call", "text", ("layers", 0, "kernel_size"), "Conv2d(3, 64, kernel_size=«(7, 7)»)"),
    ("a place of a call", "text", ("layers", 0, "out_channels"), "Conv2d(3, «64», 7)"),
    ("a call's name", "text", ("layers", 0, "name"), "self.«up» = Conv2d(3, 64, 7)"),
    ("a call's op", "text", ("layers", 0, "op"), "up: «nn.Conv2d»(3, 64, 7)"),
    ("a call of what is unknown", "text", ("layers", 0, "kernel_size"), "«Convolution(3, 64)»"),
    ("a call after wide letters", "text", ("layers", 0, "kernel_size"), "Conv2d(3, 64, padding='é', kernel_size=«7»)"),
    ("what stands after a call", "text", ("layers", 0, "from"), "Add() a b from=«c»"),
    ("a name after a call", "text", ("layers", 0, "names", 1), "Add() a «b» from=c"),
    ("a call that is none", "text", ("layers", 0, "kernel_size"), "«Conv2d(3, 64 7)»"),
    ("a key", "toml", ("layers", 0, "kernel"), "layers = [{ op = 'conv', kernel = «[3, 3]» }]"),
    ("an item", "toml", ("layers", 0, "kernel", 1), "layers = [{ kernel = [3, # ]\n «4»,\n] }]"),
    ("a header", "toml", ("layers", 1), "[[layers]]\nop = 'relu'\n«[[layers]]»\nop = 'relu'"),
    ("a list of headers", "toml", ("layers",), "«[[layers]]»\nop = 'relu'\n[[layers]]\nop = 'relu'"),
    ("under a header", "toml", ("layers", 1, "op"), "[[layers]]\nop = 'relu'\n[[ layers ]]\nop = «'relu'»"),
    ("a list in a list", "toml", ("a", 1, "b", 0, "c"), "[[a]]\n[[a.b]]\nc=1\n[[a]]\n[[a.b]]\nc=«2»"),
    ("a table in a list", "toml", ("a", 1, "b", "c"), "[[a]]\n[[a]]\n[a.b]\nc=«2»"),
    ("a table", "toml", ("blocks", "b"), "layers = ['b']\n«[blocks.b]»\nlayers = ['relu']"),
    ("a table of tables", "toml", ("blocks",), "layers = ['b']\n«[blocks.b]»\nlayers = ['relu']"),
    ("a table after its own", "toml", ("a",), "[a.b]\n«[a]»\nc = 1"),
    ("a dotted key", "toml", ("a", "b c", "d"), 'a . "b c".d = «1»'),
    ("above a dotted key", "toml", ("a",), "«a . b» = 1"),
    ("a key with escapes", "toml", ("é", "x"), '"\\u00e9" = { "x" = «1» }'),
    ("a date", "toml", ("a", 1), "a = [1, «1979-05-27 07:32:00Z», 2]"),
    ("quotes at the end", "toml", ("a", 0), 'a = [«"""b"""""», 2]'),
    ("a string with quotes", "toml", ("b",), "a = '''''b''''' # '\nb = «'x'»"),
    ("in a string", "toml", ("layers", 0, "kernel"), 'layers = ["conv 64 «k9» s2"]'),
    ("in a literal string", "toml", ("layers", 0, "kernel"), "layers = ['conv 64 «k9» s2']"),
    ("in many lines", "toml", ("layers", 0, "kernel"), "layers = ['''\r\nconv 64\r\n  «k9» s2''']"),
    ("in a string with escapes", "toml", ("layers", 0, "kernel"), 'layers = [«"conv\\t64 k9"»]'),
    ("in the one entry of a table", "toml", ("layers", 0, "kernel"), "layers = [{ up = 'conv 64 «k9»' }]"),
    ("a call in a string", "toml", ("layers", 0, "in_channels"), "layers = [\"Conv2d(«3», 64, 7, padding='same')\"]"),
    ("a key that a table has not", "toml", ("layers", 0, "stride"), "layers = [«{ op = 'conv', out = 3 }»]"),
    ("in what is no line", "toml", ("layers", 0, "op"), "layers = [«3»]"),
    ("a key", "json", ("layers", 0, "kernel"), '{"layers": [{"op": "conv", "kernel": «[3, 3]»}]}'),
    ("an item", "json", ("layers", 0, "kernel", 1), '{"layers": [{"kernel": [3,\n«4»]}]}'),
    ("an empty list", "json", ("layers",), '{"layers": «[ ]», "input": 3}'),
    ("a key with escapes", "json", ("\U0001f600",), '{"\\ud83d\\ude00": «1»}'),
    ("after wide letters", "json", ("b",), '{"a": "\U0001f600é", "b": «1»}'),
    ("a quote in a string", "json", ("b",), '{"a": "\\"]}", "b": «1»}'),
    ("in a string", "json", ("layers", 0, "kernel"), '{"layers": ["conv 64 «k9» s2"]}'),
    ("in a string with escapes", "json", ("layers", 0, "kernel"), '{"layers": [«"conv 64 \\u006b9 s2"»]}'),
    ("in the one entry of a table", "json", ("layers", 0, "kernel"), '{"layers": [{"up": "conv 64 «k9»"}]}'),
    ("a key", "yaml", ("layers", 0, "kernel"), "layers:\n- op: conv\n  kernel: «[3, 3]» # ]\n"),
    ("an item", "yaml", ("layers", 0, "kernel", 1), "layers:\n- kernel:\n  - 3\n  - «4»\n"),
    ("a table", "yaml", ("layers", 0), "layers:\n- «op: conv\n  kernel: 3»\n\n# end\n- relu"),
    ("a list", "yaml", ("layers",), "layers:\n«- relu\n- relu»\n\ninput: 3"),
    ("nothing", "yaml", ("input",), "input:«»\nlayers: [relu]"),
    ("an alias", "yaml", ("layers", 1), "layers:\n- &a conv 64 k9\n- «*a»\n"),
    ("in an alias", "yaml", ("layers", 1, "kernel"), "layers:\n- &a conv 64 k9\n- «*a»\n"),
    ("in a table that is an alias", "yaml", ("b", "kernel"), "a: &a {kernel: 3}\nb: «*a»"),
    ("an alias as a key", "yaml", ("b", "x"), "a: &a x\nb: {*a : «1»}"),
    ("a key that is a number", "yaml", ("blocks", 1), "blocks: {1: «[relu]»}"),
    ("a merged key", "yaml", ("b", "kernel"), "a: &a {kernel: 3}\nb:\n  <<: «*a»\n  op: conv"),
    ("a key merged in place", "yaml", ("b", "kernel"), "b:\n  <<: {kernel: «3»}\n  op: conv"),
    ("a key that a merge does not reach", "yaml", ("b", "kernel"), "a: &a {kernel: 3}\nb: {<<: *a, kernel: «4»}"),
    ("in a plain string", "yaml", ("layers", 0, "kernel"), "layers:\n- conv 64\n  «k9» s2"),
    ("in a string", "yaml", ("layers", 0, "kernel"), "layers: ['conv 64 «k9» s2']"),
    ("in a string with an anchor", "yaml", ("layers", 0, "kernel"), "layers: [&a !!str 'conv 64 «k9» s2']"),
    ("in a string with quotes", "yaml", ("layers", 0, "padding"), "layers: [«'Conv2d(3, 4, 3, padding=''same'')'»]"),
    ("in a block of text", "yaml", ("layers", 0, "kernel"), "layers:\n- >-\n  conv 64\n  «k9» s2\n"),
    ("a block of text", "yaml", ("layers", 0), "layers:\n- «|\n  conv 64»\n\n- relu"),
    ("in the one entry of a table", "yaml", ("layers", 0, "kernel"), "layers:\n- up: conv 64 «k9»"),
    ("after what libyaml refuses", "yaml", ("layers", 1), "layers: [a:b:, «relu»]"),
    ("a group of one", "yaml", ("layers", 0, "stride"), "layers:\n- «layers: [conv 3 s2]»"),
]  # fmt: skip


def unmarked(marked: str) -> tuple[str, Span]:
    """The text without the marks, and the span between them."""
    before, opened, rest = marked.partition(OPEN)
    within, closed, after = rest.partition(CLOSE)
    assert opened
    assert closed
    return before + within + after, Span(*end_of(before), *end_of(before + within))


def end_of(text: str) -> tuple[int, int]:
    lines = text.replace("\r\n", "\n").split("\n")
    return len(lines), len(lines[-1]) + 1


@pytest.mark.parametrize(
    ("kind", "place", "marked"), [case[1:] for case in CASES], ids=[f"{case[1]}: {case[0]}" for case in CASES]
)
def test_a_place_is_found_at_its_very_value(kind: str, place: Place, marked: str) -> None:
    if kind == "yaml":
        pytest.importorskip("yaml", reason="PyYAML is not installed: pip install 'convcalc[yaml]'")
    text, span = unmarked(marked)
    assert locate(text, kind, place) == span


@given(ops())
def test_every_token_of_a_line_is_found_by_its_key(op: Op) -> None:
    """What is found of a line as it is shown is how each knob is shown."""
    line = str(op)
    for name in op.given:
        tokens = op.knobs[name].tokens(getattr(op, name))
        shown = tokens.removeprefix(f"{op.knobs[name].keyword} ").removeprefix(f"{name}=")
        if tokens in line:
            assert cut(line, locate(line, "text", ("layers", 0, name))) == shown


CALLABLE = [
    (framework, name, spelling.signature.positional)
    for framework in NAMES
    if (dialect := dialect_named(framework))
    for name, spelling in dialect.layers.items()
    if spelling.signature.positional
]


@pytest.mark.parametrize(("framework", "name", "arguments"), CALLABLE, ids=[f"{row[0]} {row[1]}" for row in CALLABLE])
def test_every_argument_of_a_call_is_found_by_its_key(framework: str, name: str, arguments: tuple[str, ...]) -> None:
    line = f"x: {name}({', '.join(str(100 + index) for index in range(len(arguments)))})"
    for index, argument in enumerate(arguments):
        key = "op" if argument == "name" else argument
        span = locate(line, "text", ("layers", 0, key), framework=framework)
        assert cut(line, span) == (name if argument == "name" else str(100 + index))


@pytest.mark.parametrize(
    ("line", "framework", "key", "found"),
    [
        ("AlphaDropout(0)", "torch", "p", "0"),
        ("AlphaDropout(0)", "keras", "rate", "0"),
        ("AlphaDropout(0)", None, "rate", "AlphaDropout(0)"),
        ("AlphaDropout(rate=0)", None, "rate", "0"),
        ("Conv2d(3)", None, "in_channels", "3"),
        ("Conv2d(3)", "pytorch", "in_channels", "3"),
        ("Conv2d(3)", "keras", "in_channels", "Conv2d(3)"),
    ],
)
def test_the_framework_tells_what_an_argument_by_place_is(
    line: str, framework: str | None, key: str, found: str
) -> None:
    """Where it is not known, all frameworks that have such a layer must agree."""
    assert cut(line, locate(line, "text", ("layers", 0, key), framework=framework)) == found


@pytest.mark.parametrize("kind", ["toml", "json", "yaml"])
def test_what_stands_deeper_than_any_network_answers_to_what_holds_it(kind: str) -> None:
    if kind == "yaml":
        pytest.importorskip("yaml", reason="PyYAML is not installed: pip install 'convcalc[yaml]'")
    opened, closed = "[" * (DEEP + 10), "]" * (DEEP + 10)
    text = {"toml": f"a = {opened}1, 2{closed}", "json": f'{{"a": {opened}1, 2{closed}}}'}.get(
        kind, f"a: {opened}1, 2{closed}"
    )
    place: Place = ("a", *[0] * (DEEP + 9), 1)
    spans = spans_of(text, kind)
    assert max(map(len, spans)) == DEEP
    assert cut(text, spans.locate(place)) == "[" * 11 + "1, 2" + "]" * 11


# What can't be parsed: `«»` stands where the format is broken.

BROKEN: list[tuple[str, str, str, str]] = [
    ("toml", "no value", "layers = ['relu']\nx = «»\n", "invalid TOML: Invalid value"),
    ("toml", "no value after a wide letter", "layers = ['😀é'] «»x", "invalid TOML: "),
    ("toml", "a key twice", "a = 1\r\na = 2«»\r\n", "invalid TOML: Cannot overwrite a value"),
    ("toml", "never closed", "layers = ['relu'«»\n\n", "invalid TOML: Unclosed array"),
    ("toml", "a number too long", f"layers = ['relu']\ninput = «»{'9' * 5000}", "a number is too long"),
    ("json", "a comma too many", '{"layers":\r\n ["relu"]«»,}', "invalid JSON: nothing follows the comma"),
    ("json", "a key twice", '{"layers": [{"op": "conv",\n "😀": [{}], «»"op": "relu"}]}', "the key 'op'"),
    ("json", "a key twice and more broken", '{"a": [{"b": 1, «»"b": 2}]]', "the key 'b' is given twice"),
    ("json", "a word that is none", '{"input": "NaN", "layers": «»NaN}', "NaN is not JSON"),
    ("json", "less than none", '{"layers": «»-Infinity}', "-Infinity is not JSON"),
    ("json", "a number too long", f'{{"layers": «»{"9" * 5000}}}', "a number is too long"),
    ("yaml", "never closed", "layers: [relu\ninput«»: 3", "invalid YAML: "),
    ("yaml", "a key twice", "layers:\n- op: conv\n  k: 3\n  «»op: relu", "invalid YAML: the key 'op' is given twice"),
    ("yaml", "an anchor that is not there", "layers: «»*a", "invalid YAML: found undefined alias"),
    ("yaml", "a character that is none", "layers:\r\n- re«»\x07lu", "invalid YAML: special characters"),
    ("text", "a statement twice", "input 3@8 |  «»input 3@8 | relu", "input: is given twice"),
    ("text", "never closed", "relu\n  «»repeat 3\nrelu", "has no end"),
    ("text", "closed too often", "relu | «»end", "end closes nothing"),
]


@pytest.mark.parametrize(
    ("kind", "marked", "message"), [(row[0], *row[2:]) for row in BROKEN], ids=[f"{row[0]}: {row[1]}" for row in BROKEN]
)
def test_what_can_not_be_parsed_is_told_with_line_and_column(kind: str, marked: str, message: str) -> None:
    if kind == "yaml":
        pytest.importorskip("yaml", reason="PyYAML is not installed: pip install 'convcalc[yaml]'")
    text, (line, column, *_) = unmarked(marked)
    name = f"net.{kind.replace('text', 'txt')}"
    with pytest.raises(Malformed) as caught:
        read_source(text.encode(), name)
    assert str(caught.value).startswith(f"{name}:{line}:{column}: {message}")
    assert caught.value.position == (line, column)


def test_a_key_twice_that_stands_deeper_than_any_network_is_told_without_its_position() -> None:
    text = '{"a":' * DEEP + '{"b": 1, "b": 2}' + "] broken"
    with pytest.raises(Malformed, match=r"^net\.json: the key 'b' is given twice$"):
        read_source(text.encode(), "net.json")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["bare", "after a byte order mark"])
def test_a_byte_that_is_no_utf_8_is_told_with_line_and_column(mark: bytes) -> None:
    with pytest.raises(Malformed, match=r"^net\.txt:2:6: not UTF-8: byte \d+ is 0xff$"):
        read_source(mark + "relu\nrélu ".encode() + b"\xff", "net.txt")


LOCATED = [
    ("net.toml", "layers = ['relu', { op = 'conv', kernel = «»0 }]", "layers[1].kernel: must be at least 1"),
    ("net.toml", "layers = ['conv 8 «»k0']", "layers[0].kernel: must be at least 1"),
    ("net.json", '{"layers": ["conv 8 «»k0"]}', "layers[0].kernel: must be at least 1"),
    ("net.yaml", "layers:\n- conv 8 «»k0", "layers[0].kernel: must be at least 1"),
    ("net.txt", "input 3@8\nconv 8 «»k0", "kernel: must be at least 1"),
    ("net.txt", "block b k\n  conv 8 kernel=«»{k}\nend\nb 0", "kernel: must be at least 1"),
    ("<stdin>", "conv 8 «»k0", "kernel: must be at least 1"),
    ("net.txt", "«»expect 3@8", "a network needs layers"),
]


@pytest.mark.parametrize(("name", "marked", "message"), LOCATED)
def test_an_error_tells_the_file_the_line_and_the_column(name: str, marked: str, message: str) -> None:
    if name.endswith("yaml"):
        pytest.importorskip("yaml", reason="PyYAML is not installed: pip install 'convcalc[yaml]'")
    text, (line, column, *_) = unmarked(marked)
    with pytest.raises(Malformed) as caught:
        read_source(text.encode(), name)
    assert str(caught.value).startswith(f"{name}:{line}:{column}: {message}")
    assert caught.value.position == (line, column)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("conv 8 k0", "-e:1: kernel: must be at least 1, got 0"),
        ("relu | conv 8 k0 # |", "-e:1 'conv 8 k0': kernel: must be at least 1, got 0"),
        ("relu\nrelu |  conv  8 k0|relu", "-e:2 'conv 8 k0': kernel: must be at least 1, got 0"),
        ("relu | input 3@0 | relu", "-e:1 'input 3@0': '3@0' is not a size: must be at least 1, got 0"),
    ],
)
def test_an_error_in_layers_on_the_command_line_tells_which(text: str, message: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_source(text.encode(), "-e")
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("net.toml", "layers = [\n  'relu',\n  'relu']", "net.toml:3:3: layers[1]"),
        ("net.txt", "input 3@8\n  relu\n\trelu", "net.txt:3:2"),
        ("-e", "relu | relu", "-e:1"),
    ],
)
def test_a_source_tells_where_a_layer_stands(name: str, text: str, told: str) -> None:
    assert read_source(text.encode(), name).locate(("layers", 1)) == told


@pytest.mark.parametrize("path", sorted((EXAMPLES / "good").iterdir()), ids=lambda path: path.name)
def test_every_layer_of_a_good_file_is_found(path: Path) -> None:
    if path.suffix == ".yaml":
        pytest.importorskip("yaml", reason="PyYAML is not installed: pip install 'convcalc[yaml]'")
    source = read_source(path.read_bytes(), path.name)
    assert source.kind == format_of(source.text, path.name)
    assert {layer.place for layer in source.network.layers} <= set(source.spans)
