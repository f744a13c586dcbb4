"""JSON Schema of a network document (TOML, JSON, YAML), derived from the declarations of ops, dialects and readers.

It tells keys, types and domains; what a line says, which names are defined and whether shapes fit is for `check`.

Editors know different drafts: only what drafts 7 and 2020-12 mean alike is used (`if`, no tuples, beside a `$ref`
nothing but a default), and `$defs` is but a place that `$ref` points to.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.dialects import NAMES, dialect_named
from convcalc.dialects.signature import Argument, Signature
from convcalc.ops.kinds import Count, text_schema
from convcalc.ops.op import Knob, Op
from convcalc.ops.registry import BY_NAME, OPS
from convcalc.readers.blocks import BLOCK_KEYS
from convcalc.readers.checks import CHECK_KEYS
from convcalc.readers.document import KEYS
from convcalc.readers.spelling import KEYWORDS, LAYER_KEYS, NAME, RESERVED

if TYPE_CHECKING:
    from convcalc.dialects.dialect import Dialect

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
UNSTATED = "any"
"""Whose layers they are where the document does not say it: any framework's."""

_NAME = f"^{NAME.pattern}$"
_LINE = {"type": "string", "pattern": r"\S"}
_NAMES = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}
_CODES = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_LAYERS = {"type": "array", "minItems": 1}
_LISTS = ("from", "inputs")
_SHAPE = {
    "anyOf": [
        text_schema(r"\s*([0-9]+@)?[0-9]+(x[0-9]+)*\s*"),
        {"type": "integer", "minimum": 1},
        {**_LAYERS, "items": {"type": "integer", "minimum": 1}},
    ]
}
_SEVERITIES = {
    "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"enum": ["error", "warning", "off"]}}]
}


class Key(NamedTuple):
    """What a key of the network or of a layer means, and what it takes."""

    text: str
    schema: Schema


KEY_TEXTS: Mapping[str, Key] = {
    "$schema": Key("where editors find the schema of this file", {"type": "string"}),
    "framework": Key("by the rules of this framework, in its layout and spelling", {"enum": list(NAMES)}),
    "opset": Key("the ONNX opset", Count().schema()),
    "input": Key("the shape that goes in, such as 3@224x224", _SHAPE),
    "expect": Key("the shape that must come out, such as 64@112x112", _SHAPE),
    "layers": Key("lines such as conv 64 k3 p1, calls such as Conv2d(3, 64, 7), or tables with op", _LAYERS),
    "blocks": Key("layers that are used again by name, as if they were one op", {"type": "object"}),
    "parameters": Key(
        "the names in braces that a use of the block sets, with a default or without: out, stride=1",
        {"type": "array", "items": {"type": "string", "pattern": f"^{NAME.pattern}(=|$)"}},
    ),
    "check": Key("which rules this file is checked by", {"type": "object", "additionalProperties": False}),
    "name": Key(
        "what later layers call this one",
        {"type": "string", "pattern": f"{_NAME}|[{{].*[}}]", "not": {"const": RESERVED}},
    ),
    "from": Key(
        f"the layer to read, {RESERVED} for the input; the one before where there is none",
        {"anyOf": [{"type": "string", "minLength": 1}, _NAMES]},
    ),
    "inputs": Key("the layer to read from, and those to join with it", _NAMES),
    "repeat": Key("how often the layer or the group stands here, one after the other", Count().schema()),
    "ignore": Key("rules that this layer is not checked by", _CODES),
    "severity": Key("what a rule's finding counts as in this layer", _SEVERITIES),
}
"""Every key that is not an op's own."""

PLACES: Mapping[str, Sequence[str]] = {"a network": KEYS, "a layer": (*LAYER_KEYS, "inputs"), "a block": BLOCK_KEYS}
"""Where which keys stand."""

CHECK_TEXTS: Mapping[str, Key] = {
    "select": Key("the rules to check by, instead of the usual ones", _CODES),
    "extend-select": Key("rules to check by besides the usual ones", _CODES),
    "ignore": Key("rules not to check by", _CODES),
    "severity": Key("what a rule's finding counts as, where that is not the usual", _SEVERITIES),
}
"""Every key of the table `check`."""

_COMMON = (*LAYER_KEYS, "inputs")
"""The keys that any table of a layer takes."""


def schema_of(framework: str | None = None) -> Schema:
    """The schema of network documents; with a framework, of those that are read by its rules."""
    frameworks = (framework,) if framework else (*NAMES, UNSTATED)
    defs: dict[str, Schema] = {
        "layer": _any_layer(),
        "keys": {"properties": _described(_COMMON)},
        "one": {"maxItems": 1},
    }
    defs.update({op.spelling: _native(op) for op in OPS})
    for name in frameworks:
        defs.update(_definitions(name, _dialects(name)))
    for dialect in _dialects(framework or UNSTATED):
        defs.update(_spelled(dialect))
    return {
        "$schema": DRAFT,
        "$id": f"urn:convcalc:network{f':{framework}' if framework else ''}",
        "title": f"convcalc network{f' of {framework}' if framework else ''}",
        "description": "A network whose shapes convcalc works out and checks.",
        "type": "object",
        "properties": _root_keys(framework),
        "required": ["layers"],
        "additionalProperties": False,
        "allOf": [_read_as(name) if framework else _where_stated(name) for name in frameworks],
        "$defs": defs,
    }


def _dialects(name: str) -> "list[Dialect]":
    names = NAMES if name == UNSTATED else (name,)
    return [dialect for one in names if (dialect := dialect_named(one))]


def _described(keys: Iterable[str], texts: Mapping[str, Key] = KEY_TEXTS) -> dict[str, Schema]:
    return {key: {**texts[key].schema, "description": texts[key].text} for key in keys}


def _root_keys(framework: str | None) -> dict[str, Schema]:
    keys = _described(KEYS)
    keys["layers"]["items"] = _ref("layer")
    keys["check"]["properties"] = _described(CHECK_KEYS, CHECK_TEXTS)
    return {**keys, "framework": {**keys["framework"], "enum": [framework]}} if framework else keys


def _ref(*names: str) -> Schema:
    return {"$ref": f"#/$defs/{'-'.join(names)}"}


def _any_layer() -> Schema:
    """What every layer is, and for editors what its keys mean."""
    told = {key: {"description": KEY_TEXTS[key].text} for key in LAYER_KEYS}
    keys = {"op": {"type": "string", "description": "an op, a framework's class, or a block"}, **told}
    return {"type": ["string", "object"], "pattern": _LINE["pattern"], "properties": keys}


def _where_stated(framework: str) -> Schema:
    """The layers and blocks of documents that state the framework, or none."""
    stated = {"properties": {"framework": {"const": framework}}, "required": ["framework"]}
    unstated = {"not": {"required": ["framework"]}}
    return {"if": unstated if framework == UNSTATED else stated, "then": _read_as(framework)}


def _read_as(framework: str) -> Schema:
    """Where a network has blocks, the name of an op may be a block's."""
    has_opset = {} if framework in ("onnx", UNSTATED) else {"opset": False}
    blocks = {
        "type": "object",
        "propertyNames": {"pattern": _NAME, "not": _ref(framework, "taken")},
        "additionalProperties": _ref(framework, "block"),
    }
    return {
        "if": {"required": ["blocks"]},
        "then": {"properties": {"layers": _ref(framework, "layers-or-blocks"), "blocks": blocks, **has_opset}},
        "else": {"properties": {"layers": _ref(framework, "layers"), **has_opset}},
    }


def _definitions(framework: str, dialects: "Sequence[Dialect]") -> dict[str, Schema]:
    """What layers of a framework are, without blocks and with them."""
    homes = _homes(dialects)
    own = homes if len(dialects) == 1 else {name: home for name, home in homes.items() if name in BY_NAME}
    bare = [*BY_NAME, *dict.fromkeys(name for dialect in dialects for name in dialect.layers)]
    known = {"anyOf": [{"enum": list(dict.fromkeys(bare))}, {"pattern": _pattern(homes)}]}
    parts: dict[str, Schema] = {
        "op": known,
        "op-or-blocks": {"anyOf": [_ref(framework, "op"), {"pattern": f"{_NAME}|[{{].*[}}]"}]},
        "taken": {"anyOf": [{"enum": [*KEYWORDS, RESERVED]}, {"pattern": _pattern(own)}]},
        "tables": {"allOf": _choices(homes)},
        "tables-or-blocks": {"allOf": _choices(own)} if framework == UNSTATED else _ref(framework, "tables"),
        "layers": _layers(framework, ""),
        "layers-or-blocks": _layers(framework, "-or-blocks"),
        "block": _block(framework),
    }
    return {f"{framework}-{part}": schema for part, schema in parts.items()}


def _homes(dialects: "Iterable[Dialect]") -> dict[str, tuple[str, ...]]:
    """Every way to write an op's or a class's name, and the definitions of its tables."""
    homes: dict[str, tuple[str, ...]] = {name: (op.spelling,) for name, op in BY_NAME.items()}
    for dialect in dialects:
        for home, names in _groups(dialect).items():
            for name in [f"{prefix}{name}" for name in names for prefix in ("", *map("{}.".format, dialect.prefixes))]:
                homes[name] = (*homes.get(name, ()), home)
    return homes


def _groups(dialect: "Dialect") -> dict[str, list[str]]:
    """The names of a dialect's layers that take the same arguments, under one of them."""
    groups: dict[tuple[str, int | None], list[str]] = {}
    for name, spelling in dialect.layers.items():
        groups.setdefault((spelling.signature.text, spelling.rank), []).append(name)
    return {f"{dialect.name}.{names[0]}": names for names in groups.values()}


def _choices(homes: Mapping[str, tuple[str, ...]]) -> list[Schema]:
    """For the names that share their definitions: where `op` is one of them, the table is as one of those tells."""
    shared: dict[tuple[str, ...], list[str]] = {}
    for name, home in homes.items():
        shared.setdefault(home, []).append(name)
    return [
        {
            "if": {"properties": {"op": {"pattern": _pattern(names)}}},
            "then": _ref(*home) if len(home) == 1 else {"anyOf": [_ref(one) for one in home]},
        }
        for home, names in shared.items()
    ]


def _pattern(names: Iterable[str]) -> str:
    """Exactly these names; those in one module together.

    >>> print(_pattern(["Conv2d", "nn.Conv2d", "nn.ReLU", "F.relu"]))
    ^(Conv2d|nn[.](Conv2d|ReLU)|F[.](relu))$
    """
    modules: dict[str, list[str]] = {}
    for name in names:
        module, dot, last = name.rpartition(".")
        modules.setdefault(module + dot, []).append(last)
    parts = [
        "|".join(lasts) if not module else f"{module.replace('.', '[.]')}({'|'.join(lasts)})"
        for module, lasts in modules.items()
    ]
    return f"^({'|'.join(parts)})$"


def _layers(framework: str, or_blocks: str) -> Schema:
    """A list of layers: lines, tables with `op`, groups, and what YAML makes of `- up1: conv 64 k3`."""
    group = _table({"op": {"maxLength": 0}, "layers": _ref(framework, f"layers{or_blocks}")}, joins=False)
    op = {"properties": {"op": _ref(framework, f"op{or_blocks}")}}
    named_line = {"minProperties": 1, "maxProperties": 1, "additionalProperties": {"type": "string"}}
    table = {
        "if": {"type": "object", "required": ["op"], "properties": {"op": {"type": "string", "minLength": 1}}},
        "then": {"allOf": [_ref("keys"), op, _ref(framework, f"tables{or_blocks}")]},
        "else": {
            "if": {"type": "object", "required": ["layers"]},
            "then": {"allOf": [_ref("keys"), group]},
            "else": {"if": named_line, "else": {"required": ["op"]}},
        },
    }
    return {**_LAYERS, "items": {"allOf": [_ref("layer"), table]}}


def _block(framework: str) -> Schema:
    """A list of layers, or a table with parameters."""
    layers = _ref(framework, "layers-or-blocks")
    return {
        "type": ["array", "object"],
        "if": {"type": "array"},
        "then": layers,
        "else": {
            "properties": {**_described(BLOCK_KEYS), "layers": layers},
            "required": ["layers"],
            "additionalProperties": False,
        },
    }


def _table(own: Mapping[str, Schema], *, joins: bool, required: Iterable[str] = ()) -> Schema:
    """A table of keys of its own, and of those that any layer takes."""
    lists = {} if joins else {key: _ref("one") for key in _LISTS}
    keys = {**{key: {} for key in ("op", *_COMMON)}, **lists, **own}
    return {"properties": keys, "required": list(required), "additionalProperties": False}


def _native(op: type[Op]) -> Schema:
    """A table of a native op. What a join joins may stand in its list of inputs."""
    own = {name: _knob(knob) for name, knob in op.knobs.items()}
    required = [name for name, knob in op.knobs.items() if knob.required]
    text = {"description": (op.__doc__ or "").split("\n")[0]}
    if not op.joins:
        return {**text, **_table(own, joins=False, required=required)}
    lists = [{"required": [key], "properties": {key: {"type": "array", "minItems": 2}}} for key in _LISTS]
    return {**text, **_table(own, joins=True), "anyOf": [{"required": required}, *lists]}


def _knob(knob: Knob) -> Schema:
    """What a knob takes: also null, where that is its default."""
    schema, text = knob.kind.schema(), {"description": knob.text}
    if knob.default is None:
        return {"anyOf": [*schema.get("anyOf", [schema]), {"type": "null"}], **text}
    return {**schema, **text} if knob.required else {**schema, **text, "default": _plain(knob)}


def _plain(knob: Knob) -> object:
    """A knob's default as a document writes it."""
    if isinstance(knob.default, (bool, str)):
        return knob.default
    shown = knob.kind.show(knob.default)
    return int(shown) if shown.isdigit() else shown


def _spelled(dialect: "Dialect") -> dict[str, Schema]:
    """A table for each signature of a dialect, and what its arguments can be."""
    defs: dict[str, Schema] = {}
    for home, names in _groups(dialect).items():
        signature, _, rank = dialect.layers[names[0]]
        if type(signature) is not Signature:
            defs[home] = {}  # it binds in a way of its own: some of its names stand nowhere else
            continue
        arguments = {name: one for name, one in signature.arguments.items() if name not in LAYER_KEYS}
        own = {}
        for name, one in arguments.items():
            kind = _kind(one, rank)
            if "Any" not in one.kinds:
                defs[kind] = defs.get(kind) or one.schema(rank)
            own[name] = _argument(one, kind)
        required = [name for name, one in arguments.items() if one.required]
        defs[home] = _table(own, joins="names" in own, required=required)
    return defs


def _kind(argument: "Argument", rank: int | None) -> str:
    """What to call the kinds that an argument can be."""
    kinds = [*argument.kinds, "null"] if argument.default is None else argument.kinds
    return f"{'-or-'.join(kinds)}{f'-{rank}' if rank else ''}"


def _argument(argument: "Argument", kind: str) -> Schema:
    if "Any" in argument.kinds:
        return {}
    if argument.required or argument.default is None:
        return _ref(kind)
    return {**_ref(kind), "default": argument.default}
