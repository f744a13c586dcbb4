"""The command line: arguments in, exit code out. The only room that prints or asks about the terminal."""

import gc

_was_collecting = gc.isenabled()
gc.disable()  # nothing that is imported is garbage, and looking for some takes 2 ms of 30

from convcalc.cli.group import Main  # noqa: E402 - after gc.disable()

if _was_collecting:
    gc.enable()

COMMANDS = {
    "conv": ("convcalc.cli.layer", "What comes out of a convolution."),
    "tconv": ("convcalc.cli.layer", "What comes out of a transposed convolution."),
    "pool": ("convcalc.cli.layer", "What comes out of a pooling layer."),
    "chain": ("convcalc.cli.chain", "Run a shape through a network."),
    "solve": ("convcalc.cli.solve", "The layers, or the sizes, that fit."),
    "sizes": ("convcalc.cli.sizes", "Every input size that a network takes."),
    "tiles": ("convcalc.cli.tiles", "Tiles of which a network gives the same as of the whole image."),
    "mirror": ("convcalc.cli.mirror", "The decoder that comes back to exactly what an encoder reads."),
    "design": ("convcalc.cli.design", "Chains of layers that go from one size to another."),
    "compare": ("convcalc.cli.compare", "Compare one layer in all frameworks."),
    "check": ("convcalc.cli.check", "Find what is wrong or suspicious in network files."),
    "rule": ("convcalc.cli.rule", "Explain a rule of check, or list them."),
    "diff": ("convcalc.cli.diff", "What changed between two networks."),
    "schema": ("convcalc.cli.schema", "Print the JSON Schema of network files."),
    "presets": ("convcalc.cli.presets", "List the presets, or print one."),
    "completion": ("convcalc.cli.completion", "Print the script for completion in a shell."),
}
"""Every command, its module and what it is for, the simplest question first."""

main = Main(COMMANDS)

__all__ = ["main"]
