"""`convcalc schema`: the JSON Schema of network files, for editors, and of what commands print, for programs."""

from collections.abc import Callable
from typing import Any

import click

from convcalc.cli.group import ANSWERED
from convcalc.cli.options import Choice, framework_option
from convcalc.errors import Malformed
from convcalc.outputs import OUTPUTS, output_schema

WIDTH = 120
"""Columns of the file."""


@click.command(
    help=f"""Print the JSON Schema of network files in TOML, JSON and YAML, with which editors complete and check them.

\b
  convcalc schema > convcalc.schema.json
  convcalc schema -f torch > torch.schema.json   by PyTorch's rules alone
  convcalc schema --output chain                 of chain's own JSON

With --output, the schema of the JSON that a command prints: keys, units, and what may be null. The
commands are {", ".join(OUTPUTS)}.
""",
)
@framework_option
@click.option(
    "--output", "command", type=Choice(tuple(OUTPUTS)), metavar="COMMAND", help="of the JSON that this command prints"
)
def schema(framework: str | None, command: str | None) -> int:
    """Print the schema."""
    from json import JSONEncoder

    if framework is not None and command is not None:
        raise Malformed("--framework: is of network files, --output of what a command prints", hint="give one of them")
    click.echo(_folded(_chosen(framework, command), JSONEncoder().encode))
    return ANSWERED


def _chosen(framework: str | None, command: str | None) -> dict[str, Any]:
    if command is not None:
        return output_schema(command)
    from convcalc.schema import schema_of

    return schema_of(framework)


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
