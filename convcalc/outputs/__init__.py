"""JSON Schemas of what the commands print as JSON, a file an output. It knows no value, and no network file."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

OUTPUTS: Mapping[str, str] = {
    "conv": "layer",
    "tconv": "layer",
    "pool": "layer",
    "chain": "chain",
    "solve": "solve",
    "sizes": "sizes",
    "tiles": "tiles",
    "mirror": "mirror",
    "design": "design",
    "compare": "compare",
    "check": "check",
    "diff": "diff",
}
"""The module of each command that prints JSON, in the order of the commands."""


def output_schema(command: str) -> dict[str, Any]:
    """The schema of one object that the command prints.

    >>> output_schema("tiles")["$id"]
    'urn:convcalc:output:tiles:1'
    """
    from convcalc.schema import DRAFT

    schema: dict[str, Any] = import_module(f"convcalc.outputs.{OUTPUTS[command]}").SCHEMA
    version = schema["properties"]["version"]["const"]
    named = {"$id": f"urn:convcalc:output:{command}:{version}", "title": f"convcalc {command}, as JSON"}
    return {"$schema": DRAFT, **named, **schema}
