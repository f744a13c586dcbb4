"""`convcalc presets`: the networks that come with convcalc."""

import click

from convcalc.cli.completing import complete_preset
from convcalc.cli.group import ANSWERED
from convcalc.errors import Malformed


@click.command(
    help="""List the presets, or print the file of one: a network file to start from.

\b
  convcalc presets
  convcalc presets unet > my_unet.toml
""",
)
@click.argument("name", required=False, shell_complete=complete_preset)
def presets(name: str | None) -> int:
    """List or print presets."""
    from convcalc.presets import files, summary
    from convcalc.suggest import nearest

    found = files()
    if name is None:
        width = max(map(len, found), default=0)
        for preset, path in found.items():
            click.echo(f"{preset:{width}}  {summary(path)}")
        return ANSWERED
    if name not in found:
        raise Malformed(f"there is no preset {name!r}", hint=nearest(name, found))
    with open(found[name], encoding="utf-8") as file:
        click.echo(file.read(), nl=False)
    return ANSWERED
