"""The command line: arguments in, exit code out. The only room that prints or asks about the terminal."""

import gc

_was_collecting = gc.isenabled()
gc.disable()  # nothing that is imported is garbage, and looking for some takes 2 ms of 30

from convcalc.cli.chain import chain  # noqa: E402 - after gc.disable()
from convcalc.cli.compare import compare  # noqa: E402
from convcalc.cli.group import Main  # noqa: E402
from convcalc.cli.layer import conv, pool, tconv  # noqa: E402
from convcalc.cli.presets import presets  # noqa: E402

if _was_collecting:
    gc.enable()

main = Main(commands=[conv, tconv, pool, chain, compare, presets])

__all__ = ["main"]
