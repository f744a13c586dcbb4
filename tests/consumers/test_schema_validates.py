"""What `convcalc schema` prints, as a validator of JSON Schema reads it: no false alarm, and most mistakes told."""

import copy
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convcalc.dialects import NAMES, dialect_named
from convcalc.dialects.signature import Argument
from convcalc.errors import Malformed
from convcalc.ops.kinds import Axes, Choice, Count, Flag, Kind, Padding
from convcalc.ops.layouts import Order, ReshapeTarget
from convcalc.ops.registry import OPS
from convcalc.presets import FOLDER
from convcalc.readers.document import read_document
from convcalc.readers.json import parse as parse_json
from convcalc.schema import schema_of

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed: pip install jsonschema")

EXAMPLES = Path(__file__).parent.parent / "examples"
SUFFIXES = {".toml", ".json", ".yaml"}
GOOD = sorted(path for path in (EXAMPLES / "good").iterdir() if path.suffix in SUFFIXES)
BAD = sorted(path for path in (EXAMPLES / "bad").iterdir() if path.suffix in SUFFIXES)
PRESETS = sorted(path for path in Path(FOLDER).iterdir() if path.suffix in SUFFIXES)
SCHEMA = schema_of()
"""That of all frameworks."""

VALIDATORS = [jsonschema.Draft202012Validator(SCHEMA), jsonschema.Draft7Validator(SCHEMA)]


def document_of(path: Path) -> Any:
    """The document in a file. Raises `Malformed` where the syntax is wrong."""
    text = path.read_bytes().decode("utf-8-sig")
    if path.suffix == ".json":
        return parse_json(text)
    if path.suffix == ".toml":
        return tomllib.loads(text)
    pytest.importorskip("yaml", reason="PyYAML is not installed: pip install 'convcalc[yaml]'")
    from convcalc.readers.yaml import parse as parse_yaml

    return parse_yaml(text)


def accepts(document: object) -> bool:
    """Whether the schema does, of whichever draft it is taken to be."""
    told = {validator.is_valid(document) for validator in VALIDATORS}
    assert len(told) == 1
    return bool(told.pop())


def reads(document: object) -> bool:
    try:
        read_document(document)
    except Malformed:
        return False
    return True


def conforms(value: object, schema: dict[str, Any]) -> bool:
    return bool(jsonschema.Draft202012Validator(schema).is_valid(value))


@pytest.mark.parametrize("framework", [None, *NAMES])
def test_it_is_a_schema_of_either_draft(framework: str | None) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(framework))
    jsonschema.Draft7Validator.check_schema(schema_of(framework))


@pytest.mark.parametrize("path", [*GOOD, *PRESETS], ids=lambda path: path.name)
def test_a_good_file_is_accepted(path: Path) -> None:
    for validator in VALIDATORS:
        validator.validate(document_of(path))


SILENT = {
    "argument_too_long.json": "what a block takes is any value, and its length counts once it is text",
    "nested_groups.json": "a schema does not count how deep groups stand in each other",
}
"""Bad files that the schema accepts, and why."""

UNPRINTABLE = {
    "alias_bomb.yaml": "unfolded, it has more values than memory",
    "alias_bomb_as_kernel.yaml": "unfolded, it has more values than memory",
    "hexadecimal_too_long.toml": "Python prints no number so long",
    "repeat_too_long.toml": "Python prints no number so long",
}
"""Bad files that jsonschema can't tell of, because it puts the value into its message."""


@pytest.mark.parametrize("path", [path for path in BAD if path.name not in UNPRINTABLE], ids=lambda path: path.name)
def test_a_bad_file_is_refused_unless_no_schema_can_tell(path: Path) -> None:
    try:
        document = document_of(path)
    except (ValueError, RecursionError, Malformed):
        return  # an editor tells of the syntax before it looks at the schema
    assert accepts(document) == (path.name in SILENT)


LINES = [
    ("a line", "conv 64 k3 p1"),
    ("a call", "nn.Conv2d(3, 64, 7, stride=2)"),
    ("a table", {"op": "conv", "out": 64, "kernel": 3}),
    ("numbers as text", {"op": "conv", "out": "64", "kernel": ["3", 5], "padding": ["0:1", [1, "2"]]}),
    ("a group", {"layers": ["conv 64 k3"], "repeat": 2, "name": "stem", "from": "in"}),
    ("a group in a group", {"layers": [{"layers": ["relu"], "op": ""}]}),
    ("what YAML makes of a named line", {"up1": "conv 64 k3"}),
    ("a list to read from", {"op": "relu", "from": ["in"]}),
    ("a list to join", {"op": "add", "inputs": ["in", "in"]}),
    ("a join", {"op": "concat", "names": "in"}),
    ("null where it is the default", {"op": "conv", "out": None, "kernel": 3}),
    ("a negative slope", {"op": "leakyrelu", "slope": -0.5}),
    ("a class", {"op": "Conv2d", "in_channels": 3, "out_channels": 8, "kernel_size": [3, 3], "padding": "same"}),
    ("a class of a module", {"op": "torch.nn.Conv2d", "in_channels": 3, "out_channels": 8, "kernel_size": 3}),
    ("a name that is native too", {"op": "relu", "name": "act"}),
    ("a class of another framework", {"op": "Conv2DTranspose", "filters": 8, "kernel_size": 3}),
]


@pytest.mark.parametrize("layer", [layer for _, layer in LINES], ids=[name for name, _ in LINES])
def test_a_layer_that_is_read_is_accepted(layer: object) -> None:
    document = {"input": "3@32x32", "layers": [layer]}
    assert reads(document)
    assert accepts(document)


WRONG = [
    ("an unknown op", {"op": "convv"}),
    ("an unknown key", {"op": "conv", "kernel": 3, "kernle": 3}),
    ("a key of another op", {"op": "relu", "kernel": 3}),
    ("a key that is missing", {"op": "conv", "out": 3}),
    ("a kernel of zero", {"op": "conv", "kernel": 0}),
    ("a kernel in words", {"op": "conv", "kernel": "three"}),
    ("a kernel of zero as text", {"op": "conv", "kernel": "0"}),
    ("a kernel of no axis", {"op": "conv", "kernel": []}),
    ("true for a number", {"op": "conv", "kernel": True}),
    ("a word that is no padding", {"op": "conv", "kernel": 3, "padding": "some"}),
    ("three sides", {"op": "conv", "kernel": 3, "padding": [[1, 2, 3]]}),
    ("a mode that is none", {"op": "pad", "padding": 1, "mode": "mirror"}),
    ("a number for a flag", {"op": "conv", "kernel": 3, "bias": 0}),
    ("null where it is no default", {"op": "conv", "kernel": None}),
    ("a name with a blank", {"op": "relu", "name": "a b"}),
    ("a name of the input", {"op": "relu", "name": "in"}),
    ("no repetition", {"op": "relu", "repeat": 0}),
    ("two to read from", {"op": "relu", "from": ["in", "in"]}),
    ("nothing to join", {"op": "add"}),
    ("one to join", {"op": "add", "inputs": ["in"]}),
    ("a class without an argument", {"op": "Conv2d", "in_channels": 3, "out_channels": 8}),
    ("an argument of no class", {"op": "ReLU", "out_channels": 8}),
    ("text for a count", {"op": "Conv2d", "in_channels": "3", "out_channels": 8, "kernel_size": 3}),
    ("a kernel of too many axes", {"op": "Conv1d", "in_channels": 3, "out_channels": 8, "kernel_size": [3, 3]}),
    ("no op", {"out": 3, "kernel": 3}),
    ("an empty table", {}),
    ("an empty line", "  "),
    ("a number", 3),
    ("a group of nothing", {"layers": []}),
    ("a key that no group has", {"layers": ["relu"], "kernel": 3}),
    ("a wrong layer in a group", {"layers": [{"op": "conv", "kernel": 0}]}),
]


@pytest.mark.parametrize("layer", [layer for _, layer in WRONG], ids=[name for name, _ in WRONG])
def test_a_layer_that_is_wrong_is_refused(layer: object) -> None:
    document = {"input": "3@32x32", "layers": [layer]}
    assert not reads(document)
    assert not accepts(document)


CHECKS = [
    {"select": ["CC201"], "extend-select": "CC202,CC203", "ignore": [], "severity": {"CC201": "error"}},
    {"severity": "CC201:error, CC203:off"},
]


@pytest.mark.parametrize("check", CHECKS, ids=["lists and a table", "text"])
def test_what_a_file_says_of_its_check_is_accepted(check: object) -> None:
    document = {"input": 3, "layers": [{"op": "relu", "ignore": "CC201"}], "check": check}
    assert reads(document)
    assert accepts(document)


BLOCKS = [
    ("its name", {}, [{"op": "act"}], {"act": ["relu"]}),
    ("any keys", {}, [{"op": "up", "out": [1], "s": "x"}], {"up": {"parameters": ["out", "s"], "layers": ["relu"]}}),
    ("braces", {}, [{"op": "b", "k": 3}], {"b": {"parameters": ["k"], "layers": [{"op": "conv", "kernel": "{k}"}]}}),
    ("an op in braces", {}, [{"op": "b", "o": "relu"}], {"b": {"parameters": ["o"], "layers": [{"op": "{o}"}]}}),
    (
        "a class of no stated framework",
        {},
        [{"op": "Conv2d", "any": 3}],
        {"Conv2d": {"parameters": ["any"], "layers": ["relu"]}},
    ),
    ("a class of another", {"framework": "keras"}, [{"op": "Conv2d"}], {"Conv2d": ["relu"]}),
]


@pytest.mark.parametrize(
    ("stated", "layers", "blocks"), [case[1:] for case in BLOCKS], ids=[case[0] for case in BLOCKS]
)
def test_a_block_that_is_read_is_accepted(stated: dict[str, str], layers: list[object], blocks: object) -> None:
    document = {**stated, "input": "3@32x32", "layers": layers, "blocks": blocks}
    assert reads(document)
    assert accepts(document)


WRONG_BLOCKS = [
    ("the name of an op", {}, {"conv": ["relu"]}),
    ("the name of a class", {"framework": "torch"}, {"nn.Conv2d": ["relu"]}),
    ("a keyword", {}, {"repeat": ["relu"]}),
    ("the name of the input", {}, {"in": ["relu"]}),
    ("no name", {}, {"1": ["relu"]}),
    ("an unknown key", {}, {"b": {"layers": ["relu"], "params": []}}),
    ("parameters in a string", {}, {"b": {"layers": ["relu"], "parameters": "out"}}),
    ("no layers", {}, {"b": {"parameters": []}}),
]


@pytest.mark.parametrize(
    ("stated", "blocks"), [case[1:] for case in WRONG_BLOCKS], ids=[case[0] for case in WRONG_BLOCKS]
)
def test_a_block_that_is_wrong_is_refused(stated: dict[str, str], blocks: object) -> None:
    document = {**stated, "input": "3@32x32", "layers": ["relu"], "blocks": blocks}
    assert not reads(document)
    assert not accepts(document)


WRONG_NETWORKS = [
    ("a list", []),
    ("no layers", {"input": 3}),
    ("an unknown key", {"layers": ["relu"], "layer": ["relu"]}),
    ("an unknown framework", {"layers": ["relu"], "framework": "caffe"}),
    ("an opset without ONNX", {"layers": ["relu"], "framework": "torch", "opset": 9}),
    (
        "a class of another framework",
        {"framework": "torch", "layers": [{"op": "Conv2D", "filters": 1, "kernel_size": 1}]},
    ),
    ("an unknown key of the check", {"layers": ["relu"], "check": {"selects": []}}),
    ("a rule that is a number", {"layers": ["relu"], "check": {"ignore": [201]}}),
    ("an input of zero", {"layers": ["relu"], "input": [3, 0]}),
    ("an input in words", {"layers": ["relu"], "input": "small"}),
]


@pytest.mark.parametrize("document", [case for _, case in WRONG_NETWORKS], ids=[name for name, _ in WRONG_NETWORKS])
def test_a_network_that_is_wrong_is_refused(document: object) -> None:
    assert not reads(document)
    assert not accepts(document)


def test_the_schema_of_one_framework_knows_its_layers_alone() -> None:
    torch = jsonschema.Draft202012Validator(schema_of("torch"))
    own = {"op": "Conv2d", "in_channels": 3, "out_channels": 8, "kernel_size": 3}
    assert torch.is_valid({"layers": [own]})
    assert torch.is_valid({"layers": [own], "framework": "torch"})
    assert not torch.is_valid({"layers": [{**own, "stride": 0}], "framework": "torch"})
    assert not torch.is_valid({"layers": [{"op": "Conv2DTranspose", "filters": 8, "kernel_size": 3}]})
    assert not torch.is_valid({"layers": ["relu"], "framework": "keras"})


NUMBERS = st.integers(-3, 9) | st.sampled_from([0.5, 1.5, -0.5, 2.0, 1e-7])
WORDS = st.sampled_from(
    [word for op in OPS for knob in op.knobs.values() for word in knob.kind.words]
    + [
        "",
        "in",
        "true",
        "3x5",
        "0:1x2:2",
        "256@7x7",
        "-1@7",
        "0,2,1",
        "3/2x2",
        "1.5",
        ".5",
        "2.",
        "1e-5",
        "-0.1",
        "a b",
    ]
)
TEXTS = WORDS | st.text("0123456789x:@,/-.", max_size=6)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=1), max_leaves=5
)
KINDS = list({repr(knob.kind.schema()): knob.kind for op in OPS for knob in op.knobs.values()}.values())


def loads(kind: Kind, value: object) -> bool:
    try:
        kind.load(value, "key")
    except Malformed:
        return False
    return True


@given(st.sampled_from(KINDS), VALUES)
def test_what_a_knob_takes_its_schema_accepts(kind: Kind, value: object) -> None:
    """Whatever loads, conforms."""
    if loads(kind, value):
        assert conforms(value, kind.schema())


EXACT = [kind for kind in KINDS if isinstance(kind, Count | Axes | Padding | Flag | Choice)]
WHOLE = st.integers(-3, 9) | st.booleans() | st.none() | TEXTS.filter(lambda text: "{" not in text)


@given(st.sampled_from(EXACT), WHOLE | st.lists(WHOLE | st.lists(WHOLE, max_size=3), max_size=3))
def test_what_a_number_of_cells_does_not_take_its_schema_refuses(kind: Kind, value: object) -> None:
    """For counts, axes, sides, flags and choices the schema is exact."""
    assert loads(kind, value) == conforms(value, kind.schema())


@given(st.sampled_from([Order(), ReshapeTarget()]), st.lists(st.integers(-2, 4), max_size=1) | st.integers(-2, 4))
def test_a_layout_of_one_number_is_told(kind: Kind, value: object) -> None:
    """Of several numbers a schema can't tell that they are an order, or that one alone is left open."""
    if value != [1] or isinstance(kind, ReshapeTarget):
        assert conforms(value, kind.schema()) or not loads(kind, value)


def arguments() -> Iterator[tuple[Argument, int | None]]:
    for name in NAMES:
        dialect = dialect_named(name)
        assert dialect
        for signature, _, rank in dialect.layers.values():
            yield from ((argument, rank) for argument in signature.arguments.values())


ARGUMENTS = list(
    {(argument.kinds, argument.default is None, rank): (argument, rank) for argument, rank in arguments()}.values()
)


@given(st.sampled_from(ARGUMENTS), VALUES)
def test_an_argument_is_told_exactly(case: tuple[Argument, int | None], value: object) -> None:
    """What a dialect's argument takes is what its schema accepts, but that 2.0 is an integer to a schema."""
    argument, rank = case
    try:
        argument.read(value, rank)
    except Malformed:
        assert "2.0" in repr(value) or not conforms(value, argument.schema(rank))
    else:
        assert conforms(value, argument.schema(rank))


VECTORS = Path(__file__).parent.parent / "vectors"
RECORDED = {
    name: [case["layer"] for case in json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))["cases"]]
    for name in NAMES
}
"""Tables in every framework's own spelling, which its own tests are made of."""


@pytest.mark.parametrize("framework", NAMES)
def test_the_recorded_layers_of_a_framework_are_accepted(framework: str) -> None:
    validator = jsonschema.Draft202012Validator(schema_of(framework))
    tables = {json.dumps(layer): layer for layer in RECORDED[framework] if isinstance(layer, dict)}
    documents = [{"framework": framework, "layers": [layer]} for layer in list(tables.values())[::7]]
    read = [document for document in documents if reads(document)]
    assert len(read) > 50
    assert [document for document in read if not validator.is_valid(document)] == []


def places(value: object, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where something stands in a document."""
    yield place
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*place, key))


KEYS = st.sampled_from(
    ["op", "name", "from", "inputs", "expect", "repeat", "layers", "kernel", "blocks", "framework", "x"]
)


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A good document in which one value is another, one key is, or one is gone."""
    if draw(st.booleans()):
        document = copy.deepcopy(document_of(draw(st.sampled_from([*GOOD, *PRESETS]))))
    else:
        framework = draw(st.sampled_from(NAMES))
        document = {"framework": framework, "layers": [copy.deepcopy(draw(st.sampled_from(RECORDED[framework])))]}
    place = draw(st.sampled_from([place for place in places(document) if place]))
    held = document
    for key in place[:-1]:
        held = held[key]
    how = draw(st.sampled_from(["value", "key", "gone", "text", "list"]))
    if how == "value":
        held[place[-1]] = draw(VALUES | st.sampled_from([*NAMES, "relu", {"op": "relu"}, ["relu"]]))
    elif how == "text":
        held[place[-1]] = str(held[place[-1]])
    elif how == "list":
        held[place[-1]] = [held[place[-1]]]
    elif how == "key" and isinstance(held, dict):
        held[draw(KEYS)] = held.pop(place[-1])
    else:
        del held[place[-1]]
    return document


@settings(max_examples=300)
@given(damaged())
def test_a_damaged_file_that_is_still_read_is_still_accepted(document: object) -> None:
    """Whatever the reader takes, the schema takes."""
    assert not reads(document) or VALIDATORS[0].is_valid(document)
