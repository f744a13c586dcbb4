"""`convcalc schema`: JSON Schema of network files, from the declarations and nothing else; and of outputs."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

import convcalc
from convcalc.dialects import NAMES, dialect_named
from convcalc.dialects.signature import Signature
from convcalc.ops.op import Op
from convcalc.ops.registry import BY_NAME, OPS
from convcalc.outputs import OUTPUTS, output_schema
from convcalc.outputs.parts import RULE
from convcalc.readers.checks import CHECK_KEYS
from convcalc.readers.document import KEYS
from convcalc.readers.spelling import LAYER_KEYS
from convcalc.schema import KEY_TEXTS, schema_of

SCHEMA = schema_of()
TABLES = SCHEMA["$defs"]


def tables_of(framework: str, name: str) -> set[str]:
    """The definitions that a table is as whose `op` is `name`."""
    found = set()
    for choice in TABLES[f"{framework}-tables"]["allOf"]:
        if re.search(choice["if"]["properties"]["op"]["pattern"], name):
            found |= {one["$ref"].removeprefix("#/$defs/") for one in choice["then"].get("anyOf", [choice["then"]])}
    return found


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from ([value["$ref"]] if "$ref" in value else [])
        value = list(value.values())
    for item in value if isinstance(value, list) else ():
        yield from references(item)


def keywords(value: Any) -> Iterator[str]:
    """The keywords of all schemas in a schema."""
    if not isinstance(value, dict):
        return
    for key, held in value.items():
        yield key
        if key in ("properties", "$defs"):
            for schema in held.values():
                yield from keywords(schema)
        else:
            for schema in held if isinstance(held, list) else [held] if key not in ("const", "default") else []:
                yield from keywords(schema)


def test_it_is_indented_json_that_says_what_it_is(run: Run) -> None:
    result = run("schema")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith('{\n  "$schema": "https://json-schema.org/draft/2020-12/schema",\n  "$id": ')
    assert json.loads(result.stdout) == json.loads(json.dumps(SCHEMA))
    assert all(SCHEMA[key] for key in ("$id", "title", "description"))
    assert '\n      "enum": ["torch", "keras", "tf", "onnx", "jax"],\n' in result.stdout


def test_it_is_the_same_each_time(run: Run) -> None:
    assert run("schema").stdout == run("schema").stdout


def test_with_a_framework_it_is_of_that_one_alone(run: Run) -> None:
    schema = json.loads(run("schema -f torch").stdout)
    assert schema["$id"] != SCHEMA["$id"]
    assert schema["properties"]["framework"]["enum"] == ["torch"]
    assert "torch.Conv1d" in schema["$defs"]
    assert not [name for name in schema["$defs"] if name.partition(".")[0] in NAMES and not name.startswith("torch.")]


def test_a_framework_that_is_none_is_a_usage_error(run: Run) -> None:
    assert run("schema -f caffe").exit_code == 2


@pytest.mark.parametrize("key", [*KEYS, *LAYER_KEYS])
def test_every_key_has_a_text(key: str) -> None:
    assert KEY_TEXTS[key].text


def test_the_keys_of_a_network_are_those_that_are_read() -> None:
    assert list(SCHEMA["properties"]) == list(KEYS)
    assert list(SCHEMA["properties"]["check"]["properties"]) == list(CHECK_KEYS)
    assert SCHEMA["additionalProperties"] is False


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.spelling)
def test_the_keys_of_an_op_are_its_knobs(op: type[Op]) -> None:
    table = TABLES[op.spelling]
    assert set(table["properties"]) == {"op", "inputs", *LAYER_KEYS, *op.knobs}
    assert table["additionalProperties"] is False
    for name, knob in op.knobs.items():
        assert table["properties"][name]["description"] == knob.text
        assert ("default" in table["properties"][name]) == (not knob.required and knob.default is not None)
    assert op.joins or set(table["required"]) == {name for name, knob in op.knobs.items() if knob.required}


@pytest.mark.parametrize("framework", [*NAMES, "any"])
def test_every_name_of_an_op_leads_to_its_table(framework: str) -> None:
    for name, op in BY_NAME.items():
        assert op.spelling in tables_of(framework, name)
    assert set(BY_NAME) <= set(TABLES[f"{framework}-op"]["anyOf"][0]["enum"])


@pytest.mark.parametrize("framework", NAMES)
def test_every_class_of_a_framework_leads_to_a_table_of_its_arguments(framework: str) -> None:
    dialect = dialect_named(framework)
    assert dialect
    assert set(TABLES[f"{framework}-op"]["anyOf"][0]["enum"]) == {*BY_NAME, *dialect.layers}
    for name, spelling in dialect.layers.items():
        for written in (name, f"{dialect.prefixes[0]}.{name}"):
            [home] = {home for home in tables_of(framework, written) if home.startswith(f"{framework}.")}
            assert home in tables_of("any", written)
        table = TABLES[home]
        if type(spelling.signature) is not Signature:
            assert table == {}
            continue
        arguments = spelling.signature.arguments
        assert set(table["properties"]) == {"op", "inputs", *LAYER_KEYS, *arguments}
        assert set(table["required"]) == {key for key, argument in arguments.items() if argument.required} - set(
            LAYER_KEYS
        )


@pytest.mark.parametrize("framework", [None, *NAMES])
def test_every_reference_leads_somewhere(framework: str | None) -> None:
    schema = schema_of(framework)
    assert {one.removeprefix("#/$defs/") for one in references(schema)} <= set(schema["$defs"])


COMMON = {
    *("$schema", "$id", "$defs", "$ref", "title", "description", "default", "type", "enum", "const", "pattern"),
    *("minimum", "exclusiveMinimum", "minLength", "maxLength", "items", "minItems", "maxItems"),
    *("properties", "required", "additionalProperties", "propertyNames", "minProperties", "maxProperties"),
    *("allOf", "anyOf", "not", "if", "then", "else"),
}
"""Keywords that drafts 7 and 2020-12 mean alike."""


def test_drafts_7_and_2020_12_mean_the_same_by_every_keyword() -> None:
    """Draft 7 looks at nothing beside a `$ref`, so only a default, which means nothing to a validator, stands there."""
    assert set(keywords(SCHEMA)) <= COMMON
    beside = {
        key for table in TABLES.values() for one in table.get("properties", {}).values() if "$ref" in one for key in one
    }
    assert beside <= {"$ref", "default"}


def parts(schema: dict[str, Any], name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """The schemas in the schema of an output, itself first, each with the keys that lead to it."""
    yield name, schema
    for key, inner in schema.get("properties", {}).items():
        yield from parts(inner, f"{name}.{key}")
    for inner in [schema[key] for key in ("items", "additionalProperties") if key in schema]:
        yield from parts(inner, f"{name}[]")
    for inner in schema.get("anyOf", ()):
        if inner != {"type": "null"}:
            yield from parts(inner, name)


@pytest.mark.parametrize("command", OUTPUTS)
def test_the_schema_of_an_output_says_what_it_is_and_what_each_value_is(run: Run, command: str) -> None:
    result = run(f"schema --output {command}")
    assert (result.exit_code, result.stderr) == (0, "")
    schema = json.loads(result.stdout)
    assert schema == json.loads(json.dumps(output_schema(command)))
    assert schema["properties"]["version"]["description"] == RULE
    assert schema["$id"] == f"urn:convcalc:output:{command}:{schema['properties']['version']['const']}"
    assert [name for name, part in parts(schema) if not part["description"]] == []
    assert [name for name, part in parts(schema) if not set(part) & {"type", "enum", "anyOf", "const"}] == []
    assert set(keywords(schema)) <= COMMON


def test_every_file_of_an_output_is_listed() -> None:
    files = {path.stem for path in (Path(convcalc.__file__).parent / "outputs").glob("*.py")}
    assert files - {"__init__", "parts"} == set(OUTPUTS.values())


def test_an_output_is_of_no_framework(run: Run) -> None:
    result = run("schema --output chain -f torch")
    assert result.exit_code == 2
    assert result.stderr == (
        "error: --framework: is of network files, --output of what a command prints; give one of them\n"
    )


def test_a_command_that_prints_no_json_is_a_usage_error(run: Run) -> None:
    result = run("schema --output rule")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: --output: 'rule' is not one of 'conv', 'tconv', ")
