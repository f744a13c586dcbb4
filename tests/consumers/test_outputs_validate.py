"""What commands print as JSON is what `convcalc schema --output` says of it: every key, every null, and no more."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from convcalc.cli import COMMANDS, main
from convcalc.dialects import NAMES
from convcalc.outputs import OUTPUTS, output_schema

LAYERS = ("conv", "tconv", "pool")
"""The commands about one layer, which print the same."""

CONTEXT = click.Context(main)

BROKEN = "a: conv 8 k3 p1 | dense 3 | conv 8 k9"
UNTRACEABLE = " | ".join([*["conv 4 k3 s2 p1"] * 20, *["upsample x2"] * 20, "add in"])
"""Its sizes have so long a period that some of them are tried."""

CASES = {
    "conv": [
        "conv 224 -k 7 -s 2 -p 3",
        "conv 3@224x320 -k 7x3 -s 2 -p same -o 64 -f keras",
        "conv 3@6 4 2@8 -k 3 -s 3 -d 2",
        "conv 3@2 -k 5 -f jax",
        "conv 2 8 -k 5",
        "conv 0 -k 3",
    ],
    "tconv": ["tconv 7 -k 5 -s 2 -p same", "tconv 128@7x7 -k 4 -s 2 -p 1 -o 64 -f torch", "tconv 4 -k 1 -s 3"],
    "pool": ["pool 64@112x112 -k 3 -s 2 -p 1 --ceil", "pool 8x8x8 -k 2 --kind avg -f onnx"],
    "chain": [
        "chain unet --format json",
        "chain dcgan --format json",
        "chain lenet5 --format json --only 2,3",
        "chain mobilenet_v2 --format json -f keras",
        "chain -i 32x32 -e 'pool k2 | conv 8 k3' --format json",
        "chain -i 32x32 -e 'pool k2' --format json",
        "chain -i 3@32x32 -e 'conv 8 k3 s2 | c: upsample x3 | flatten | dense 10' --format json -f torch",
        f"chain -i 3@8x8 -e '{BROKEN}' --format json",
        "chain -i 3@8x8 -e 'n: conv 8 k3 p1 | reshape 5@3x3' --format json",
        "chain -i 3@8x8 -e 'n: conv 8 k9' --format json",
        "chain - --format json < input 3@8x8|expect 4@9x9|conv 4 k3",
        "chain -i 3@4x4 -e 'conv 8 k1 s5 | conv 8 k2' --format json",
    ],
    "solve": [
        "solve conv --in 28 --out 28 -k 4 --json",
        "solve conv --in 28x28 --out 28x14 -k 3..5x3 -s 1x2 -d 1x1..2 --json",
        "solve tconv --in 7x7 --out 14x15 -k 3 -s 2 -p 1x0 --output-padding 0..1x0..1 --json -f torch",
        "solve tconv --in 7 --out 14 -s 2 --json --all",
        "solve pool --out 56 -k 3 -s 2 -p 1 --ceil any --json",
        "solve pool --in 56 --out 3 --json",
        "solve conv --in 5 --out 50 --json",
        "solve conv --out 112 -k 7 -s 2 -p 3 --json -f jax",
    ],
    "sizes": [
        "sizes unet --json",
        "sizes unet --near 100 --json",
        "sizes unet --near 700x720 --json -f torch",
        "sizes lenet5 --json --near 100",
        "sizes -i 3@8 -e 'pool k200000 | flatten expect=3' --json",
        "sizes -i 4@8x8 -e 'pool k2 | flatten expect=16' --json",
        "sizes -i 4@8x8 -e 'permute 0 2 1 | add in' --json",
        "sizes -i 4@8 -e 'n: conv 4 k9' --json",
        f"sizes -i 4@8 -e '{UNTRACEABLE}' --json",
        "sizes -i 3@8 -e 'a: pool k2 | tconv 3 k2 s2 | add in' --json --near 3",
    ],
    "tiles": [
        "tiles unet --tile 572 --json",
        "tiles -i 3@100x101 --tile 40 -e 'conv 8 k3 s2 p1 | groupnorm g2' --json",
        "tiles -i 3@100 --tile 40 -e 'conv 8 k3 p1' --json -f keras",
        "tiles -i 3@100 -e 'conv 8 k1 s4' --json",
    ],
    "mirror": [
        "mirror -i 3@30x30 -e 'conv 8 k3 s2 p1 | relu | conv 16 k3 s2 p1' --json --range 10..40",
        "mirror wav2vec2 --json",
        "mirror -i 32x32 -e 'pool k2' --json",
        "mirror -i 3@32x32 -e 'c: conv 8 k3 s2 p1 | pool k3 s2' --json --range 1..20 -f torch",
        "mirror -i 3@9 -e 'a: conv 4 k3 p1 | conv 4 k3 p1 | add a | conv 4 k3' --json",
        "mirror -i 3@9 -e 'conv 8 k3 s2 p1 | adaptivepool 4' --json --range 1..20",
        "mirror lenet5 --json --pools upsample --range 2..40",
    ],
    "design": [
        "design 4 64 --json",
        "design 100@1x1 3@64x64 --op tconv --json",
        "design --field 100 --json",
        "design 7 1000 --layers 1 --json",
    ],
    "compare": [
        "compare 'pool k3 s2 d2 p1 ceil' 3@18 --json",
        "compare 'conv 64 k3 s2 same' 3@224x224 --json",
        "compare 'tconv 8 k3 s2 p1' 16@7x7 --json",
        "compare 'Conv2DTranspose(64, 5, strides=2, padding=\"same\")' 128@7x7 --json -f keras",
        "compare 'pool k3 s2 p1 ceil' 112x112 --json",
        "compare relu 3@8x8 --json",
        "compare 'conv 8 k3 p5:0' 3@8 --json",
    ],
    "check": [
        "check unet --format json",
        "check - --format json --input 3@8x8 < a: conv 8 k3 s2|pool k9|conv 4 k9",
        "check - --format json --strict < input 3@8x8|tconv 8 k3 s2",
        "check - --format json < conv 8 k3",
        "check - --format json < input 3@8x8|convv 8 k3",
        "check nowhere.toml --format json",
        "check FOLDER --format json",
    ],
    "diff": [
        "diff resnet18 resnet50 --format json",
        "diff unet unet --format json --all",
        "diff dcgan - --format json --all < input 8x8|pool k3|expect 1@1",
        "diff lenet5 - --format json --all < input 3@8x8|n: conv 8 k9|conv 8 k3",
        "diff - lenet5 --format json -i 3@64x64 --all < conv 8 k3 s5|conv 4 k3|upsample x2",
        "diff - unet --format json -f torch < input 8x8|conv 8 k3|expect 1@1",
        f"diff - alexnet --format json --all < input 3@8x8|{BROKEN}",
    ],
}
"""Lines whose JSON is looked at. Behind `<` stands what is read from stdin, FOLDER is one with files that are none."""


class Told(NamedTuple):
    """The form of JSON values, as they have it or as a schema describes it."""

    kinds: set[tuple[str, str]]
    """The places of values, and their types."""
    keys: dict[str, frozenset[str]]
    """The places of objects, and the keys that each of them has."""


KINDS = {dict: "object", list: "array", str: "string", int: "integer", bool: "boolean", type(None): "null"}


def below(place: str, key: str) -> str:
    """The place of a key. The two networks of a diff, and all frameworks, are told alike."""
    return f"{place}.{'network' if key in ('old', 'new') else 'framework' if key in NAMES else key}"


def tell(value: Any, told: Told, place: str = "") -> Told:
    """Add a value to what is told."""
    told.kinds.add((place, KINDS[type(value)]))
    if isinstance(value, dict):
        told.keys[place] = told.keys.get(place, frozenset(value)) & frozenset(value)
        for key, held in value.items():
            tell(held, told, below(place, key))
    for item in value if isinstance(value, list) else ():
        tell(item, told, f"{place}[]")
    return told


def describe(schema: dict[str, Any], told: Told, place: str = "") -> Told:
    """Add what a schema says of a value."""
    kinds = schema.get("type", [])
    words = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])]
    told.kinds.update((place, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds))
    told.kinds.update((place, KINDS[type(word)]) for word in words)
    if "required" in schema:
        told.keys[place] = frozenset(schema["required"])
    for key, inner in inner_of(schema):
        describe(inner, told, f"{place}[]" if key == "[]" else below(place, key) if key else place)
    return told


def inner_of(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The schemas in a schema, each with the key that it is of; `[]` for items, none for another way to be."""
    yield from (("", inner) for inner in schema.get("anyOf", ()))
    yield from schema.get("properties", {}).items()
    if "items" in schema:
        yield "[]", schema["items"]
    if "additionalProperties" in schema:
        yield NAMES[0], schema["additionalProperties"]


def printed(line: str, folder: Path) -> list[Any]:
    """The values that a command prints: one, or one a line."""
    command, _, text = line.partition(" < ")
    args = [str(folder) if arg == "FOLDER" else arg for arg in shlex.split(command)]
    return values_in(answer([*args, *(["--json"] if args[0] in LAYERS else [])], text.replace("|", "\n")))


def answer(args: list[str], text: str = "") -> str:
    """What a command prints on stdout; a bug in it is none."""
    result = CliRunner().invoke(main, args, input=text)
    assert result.exit_code in (0, 1, 2), result.stderr
    return result.stdout


def values_in(text: str) -> list[Any]:
    """One value after the other."""
    values, decoder = [], json.JSONDecoder()
    while text:
        value, end = decoder.raw_decode(text)
        values.append(value)
        text = text[end:].lstrip()
    return values


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a broken network, a torn one, and a file that is none."""
    (tmp_path / "net.toml").write_text('input = "3@8x8"\nlayers = ["conv 8 k9"]\n')
    (tmp_path / "torn.toml").write_text('layers = ["conv 8 k9"\n')
    (tmp_path / "package.json").write_text('{"name": "no network"}')
    return tmp_path


@pytest.mark.parametrize("command", [*LAYERS[:1], *[name for name in CASES if name not in LAYERS]])
def test_what_is_printed_is_exactly_what_is_described(command: str, folder: Path) -> None:
    """Every key, type and null of a schema is in some output, and no output has another."""
    schema, found = output_schema(command), Told(set(), {})
    for line in [line for name in CASES if OUTPUTS[name] == OUTPUTS[command] for line in CASES[name]]:
        for value in printed(line, folder):
            tell(value, found)
    stated = describe(schema, Told(set(), {}))
    assert sorted(found.kinds - stated.kinds) == []
    assert sorted(stated.kinds - found.kinds) == []
    assert {place: found.keys[place] for place in stated.keys} == stated.keys


def test_every_command_that_prints_json_has_a_schema_and_cases() -> None:
    assert list(CASES) == list(OUTPUTS) == [name for name in COMMANDS if prints_json(main.get_command(CONTEXT, name))]


def prints_json(command: click.Command | None) -> bool:
    """Whether a command, or one in it, has an option for JSON."""
    assert command
    inner = command.commands.values() if isinstance(command, click.Group) else ()
    flags = {name for param in command.get_params(CONTEXT) for name in param.opts}
    forms = [param for param in command.get_params(CONTEXT) if param.name in ("form", "forms")]
    return "--json" in flags or any("json" in told_by(form) for form in forms) or any(map(prints_json, inner))


def told_by(form: click.Parameter) -> str:
    """The forms that an option lists."""
    return f"{getattr(form.type, 'choices', '')} {getattr(form, 'help', '')}"


def closed(schema: Any) -> Any:
    """The same schema, which takes no key that it does not describe."""
    if isinstance(schema, list):
        return [closed(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    own = {"additionalProperties": False} if "required" in schema and "properties" in schema else {}
    return {**own, **{key: closed(inner) for key, inner in schema.items()}}


@pytest.fixture(scope="module")
def judges() -> Any:
    """What judges the objects of a command: its schema, as either draft has it, open as it is printed and closed."""
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed: pip install jsonschema")
    drafts = (jsonschema.Draft202012Validator, jsonschema.Draft7Validator)

    def of(command: str) -> list[Any]:
        schema = output_schema(command)
        return [draft(one) for draft in drafts for one in (schema, closed(schema))]

    return {command: of(command) for command in OUTPUTS}


@pytest.mark.parametrize("command", OUTPUTS)
def test_it_is_a_schema_of_either_draft(judges: Any, command: str) -> None:
    for judge in judges[command]:
        judge.check_schema(judge.schema)


@pytest.mark.parametrize("command", OUTPUTS)
def test_what_is_printed_is_valid(judges: Any, command: str, folder: Path) -> None:
    values = [value for line in CASES[command] for value in printed(line, folder)]
    assert values
    for value in values:
        assert [error.message for judge in judges[command] for error in judge.iter_errors(value)] == []


@pytest.mark.parametrize("command", OUTPUTS)
def test_a_key_that_goes_is_told_and_one_that_comes_is_not(judges: Any, command: str, folder: Path) -> None:
    """The judge of the test above is awake, and additions are compatible."""
    value = printed(CASES[command][0], folder)[0]
    opened, shut, *_ = judges[command]
    for key in output_schema(command)["required"]:
        assert not opened.is_valid({name: held for name, held in value.items() if name != key})
    assert not opened.is_valid({**value, "version": value["version"] + 1})
    assert opened.is_valid({**value, "unheard": 1})
    assert not shut.is_valid({**value, "unheard": 1})


class Question(NamedTuple):
    """A question about one layer."""

    command: str
    size: str
    knobs: dict[str, str]
    framework: list[str]

    @property
    def options(self) -> list[str]:
        """The knobs as options."""
        return ["--ceil" if key == "ceil" else f"--{key}={value}" for key, value in self.knobs.items()]

    @property
    def line(self) -> str:
        """The layer as a network has it."""
        return " ".join([self.command, *[f"{key}={value}" for key, value in self.knobs.items()]])


NUMBERS = st.integers(1, 5).map(str)
SIDES = st.tuples(st.integers(0, 3), st.integers(0, 3)).map("{0[0]}:{0[1]}".format)
PADDINGS = st.integers(0, 2).map(str) | SIDES | st.sampled_from(["same", "same-lower", "valid", "full", "causal"])
NONE: list[str] = []
FRAMEWORKS = st.just(NONE) | st.sampled_from(NAMES).map(lambda name: ["-f", name])


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A question about one layer, of any number of axes and by any rules, that often has an answer."""
    command, channels = draw(st.sampled_from(LAYERS)), draw(st.sampled_from(["", "4@", "6@"]))
    size = "x".join(draw(st.lists(st.integers(1, 40).map(str), min_size=1, max_size=3)))
    optional = {"stride": NUMBERS, "padding": PADDINGS, "dilation": NUMBERS}
    if command == "pool":
        optional["ceil"] = st.just("true")
    elif channels:
        optional |= {"out": st.sampled_from(["2", "8"]), "groups": st.sampled_from(["1", "2"])}
    knobs = draw(st.fixed_dictionaries({"kernel": NUMBERS}, optional=optional))
    return Question(command, channels + size, knobs, draw(FRAMEWORKS))


def check(judges: Any, name: str, args: list[str]) -> None:
    """Have everything judged that a command prints."""
    for value in values_in(answer([name, *args])):
        assert [error.message for judge in judges[name] for error in judge.iter_errors(value)] == []


@settings(max_examples=200)
@given(question=questions())
def test_any_layer_is_valid(judges: Any, question: Question) -> None:
    """Whatever is asked of one layer, the answer is as described."""
    check(judges, question.command, [question.size, *question.options, *question.framework, "--json"])


@given(question=questions())
def test_any_layer_in_a_network_is_valid(judges: Any, question: Question) -> None:
    """Whatever is asked of a network of one layer, the answer is as described."""
    network = ["-e", question.line, "-i", question.size, *question.framework]
    check(judges, "chain", [*network, "--format", "json"])
    check(judges, "tiles", [*network, "--json"])
    check(judges, "sizes", [*network, "--json"])
    check(judges, "mirror", [*network, "--json"])
    check(judges, "compare", [question.line, question.size, *question.framework, "--json"])
