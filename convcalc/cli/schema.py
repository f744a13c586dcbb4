"""`convcalc schema`: the JSON Schema of network files, for editors."""

from collections.abc import Callable
from typing import Any

import click

from convcalc.cli.group import ANSWERED
from convcalc.cli.options import framework_option

WIDTH = 120
"""Columns of the file."""


@click.command(
    help="""Print the JSON Schema of network files in TOML, JSON and YAML, with which editors complete and check them.

\b
  convcalc schema > convcalc.schema.json
  convcalc schema -f torch > torch.schema.json   by PyTorch's rules alone
""",
)
@framework_option
def schema(framework: str | None) -> int:
    """Print the schema."""
    from json import JSONEncoder

    from convcalc.schema import schema_of

    click.echo(_folded(schema_of(framework), JSONEncoder().encode))
    return ANSWERED


def _folded(value: Any, dumps: Callable[[Any], str], indent: str = "") -> str:
    """JSON, indented, in which what fits into a line stands in one."""
    if not value or not isinstance(value, (dict, list)):
        return dumps(value)
    deeper = f"{indent}  "
    if isinstance(value, list):
        opened, closed = "[]"
        parts = [_folded(item, dumps, deeper) for item in value]
    else:
        opened, closed = "{}"
        parts = [f'"{key}": {_folded(item, dumps, deeper)}' for key, item in value.items()]
    line = f"{opened}{', '.join(parts)}{closed}"
    if len(line) + len(indent) <= WIDTH and "\n" not in line:
        return line
    return f"{opened}\n{deeper}" + f",\n{deeper}".join(parts) + f"\n{indent}{closed}"
