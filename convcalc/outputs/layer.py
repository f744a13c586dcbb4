"""What `convcalc conv`, `tconv` and `pool` print with `--json`: one object a size, each in a line of its own."""

from convcalc.outputs.parts import FRAMEWORK, NOTES, NUMBERS, OP, SHAPE, count, many, maybe, output, table
from convcalc.renderers.json import VERSION

SCHEMA = output(
    VERSION,
    "one layer on one size",
    {
        "op": OP,
        "framework": FRAMEWORK,
        "input": SHAPE,
        "output": SHAPE,
        "window": many(table("a window", NUMBERS), "the window on each axis"),
        "unused": many(count("cells"), "the cells of each axis that are never read"),
        "params": maybe(count("params, as the framework counts them; null where channels are not known")),
        "macs": maybe(count("multiply-adds of a weight; null where channels are not known")),
        "notes": NOTES,
    },
)
