"""The command line: arguments in, exit code out. The only room that prints or asks about the terminal."""

import gc

_was_collecting = gc.isenabled()
gc.disable()  # nothing that is imported is garbage, and looking for some takes 2 ms of 30

from convcalc.cli.group import Main  # noqa: E402 - after gc.disable()

if _was_collecting:
    gc.enable()

COMMANDS = {
    "conv": "convcalc.cli.layer",
    "tconv": "convcalc.cli.layer",
    "pool": "convcalc.cli.layer",
    "chain": "convcalc.cli.chain",
    "solve": "convcalc.cli.solve",
    "sizes": "convcalc.cli.sizes",
    "tiles": "convcalc.cli.tiles",
    "mirror": "convcalc.cli.mirror",
    "design": "convcalc.cli.design",
    "compare": "convcalc.cli.compare",
    "presets": "convcalc.cli.presets",
}
"""Every command and its module, the simplest question first."""

main = Main(COMMANDS)

__all__ = ["main"]
