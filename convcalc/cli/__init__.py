"""The command line: arguments in, exit code out. The only room that prints or asks about the terminal."""

from convcalc.cli.chain import chain
from convcalc.cli.group import Main
from convcalc.cli.layer import conv, pool, tconv
from convcalc.cli.presets import presets

main = Main(
    commands=[conv, tconv, pool, chain, presets],
)

__all__ = ["main"]
