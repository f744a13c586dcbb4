"""What schemas of outputs are put together from, and what several outputs have in common. It knows no command."""

from collections.abc import Iterable, Mapping
from typing import Any

from convcalc.dialects import NAMES

Schema = dict[str, Any]


def integer(text: str) -> Schema:
    """A whole number."""
    return {"type": "integer", "description": text}


def count(text: str, least: int = 0) -> Schema:
    """A whole number from `least` on."""
    return {"type": "integer", "minimum": least, "description": text}


def string(text: str) -> Schema:
    """A text."""
    return {"type": "string", "description": text}


def flag(text: str) -> Schema:
    """True or false."""
    return {"type": "boolean", "description": text}


def word(words: Iterable[str], text: str) -> Schema:
    """One of a few words."""
    return {"enum": list(words), "description": text}


def many(item: Schema, text: str, length: int | None = None) -> Schema:
    """A list, of a fixed length where one is given."""
    bounds = {} if length is None else {"minItems": length, "maxItems": length}
    return {"type": "array", "items": item, **bounds, "description": text}


def table(text: str, keys: Mapping[str, Schema], *, sometimes: Iterable[str] = ()) -> Schema:
    """An object. Every key is always there but those that are `sometimes`; keys may be added."""
    required = [key for key in keys if key not in set(sometimes)]
    return {"type": "object", "properties": dict(keys), "required": required, "description": text}


def either(text: str, *schemas: Schema) -> Schema:
    """What one of the schemas describes."""
    return {"anyOf": list(schemas), "description": text}


def maybe(schema: Schema) -> Schema:
    """The same, or null.

    >>> maybe(word(["a", "b"], "a word")), maybe(integer("a number"))["type"]
    ({'enum': ['a', 'b', None], 'description': 'a word'}, ['integer', 'null'])
    """
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


def output(version: int, text: str, keys: Mapping[str, Schema], *, sometimes: Iterable[str] = ()) -> Schema:
    """One object that a command prints, with the version of its form."""
    return table(text, {"version": {"const": version, "description": RULE}, **keys}, sometimes=sometimes)


RULE = "rises where a key goes, or its type or meaning changes; new keys and new words do not raise it"
"""What a version promises to programs."""

FRAMEWORK = maybe(word(NAMES, "the framework by whose rules the answer holds; null for none"))
SHAPE = table(
    "a shape, without the batch",
    {
        "channels": maybe(count("channels, or the features of a vector; null where they are not known")),
        "size": many(count("cells"), "the cells of each axis; empty for a feature vector"),
    },
)
INDEX = count("which layer it is, counted from 1", 1)
NAME = maybe(string("the layer's own name; null where it has none"))
LINE = string("the layer as a network file has it")
INPUTS = many(count("an index; 0 is the input"), "the layers that it reads")
SIDES = many(integer("cells; negative where they are taken away"), "before and after", 2)
SIZE = many(count("cells"), "the cells of each axis")
OP = string("the native op")
NOTES = many(
    table("a note", {"code": string("what it is about, for programs"), "text": string("the note, for reading")}),
    "what is worth knowing",
)
NUMBERS = {
    "kernel": count("kernel size", 1),
    "stride": count("stride", 1),
    "dilation": count("dilation", 1),
    "padding": {**SIDES, "description": "cells added before and after, as they are really used"},
    "output_padding": integer("cells added at the end of what a transposed layer gives; 0 for others"),
}
"""What a window is on one axis."""
