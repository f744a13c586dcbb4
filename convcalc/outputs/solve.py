"""What `convcalc solve --json` prints: the layers that fit; none where none does."""

from convcalc.outputs.parts import (
    FRAMEWORK,
    SIDES,
    Schema,
    count,
    either,
    flag,
    integer,
    many,
    output,
    string,
    table,
    word,
)
from convcalc.renderers.json import VERSION


def _per_axis(one: Schema) -> Schema:
    """One number for all axes, or one for each."""
    return either(one["description"], one, many(one, "one for each axis"))


def _size(text: str) -> Schema:
    return either(text, count("cells of the one axis", 1), many(count("cells", 1), "the cells of each axis"))


_SEARCHED = {
    "kernel": string("kernel sizes"),
    "stride": string("strides"),
    "dilation": string("dilations"),
    "padding": string("paddings"),
    "output_padding": string("cells added at the end, of a transposed layer"),
    "ceil": word(("yes", "no", "any"), "whether a last window that fits only in part counts, of a pool"),
}
_SOLUTION = {
    "in": _size("what goes in"),
    "out": _size("what comes out"),
    "kernel": _per_axis(count("kernel size", 1)),
    "stride": _per_axis(count("stride", 1)),
    "dilation": _per_axis(count("dilation", 1)),
    "padding": either("cells added", SIDES, many(SIDES, "a pair for each axis")),
    "output_padding": _per_axis(integer("cells added at the end of what a transposed layer gives; 0 for others")),
    "ceil": flag("whether a last window that fits only in part counts, of a pool"),
    "reason": string("why it stands where it stands, for reading"),
}

SCHEMA = output(
    VERSION,
    "the layers that fit, the preferred first",
    {
        "op": word(("conv", "tconv", "pool"), "the kind of layer"),
        "framework": FRAMEWORK,
        "searched": table(
            "the ranges of the knobs, as the options take them", _SEARCHED, sometimes=("output_padding", "ceil")
        ),
        "solutions": many(table("a layer, and the sizes it is between", _SOLUTION, sometimes=("ceil",)), "those told"),
        "complete": flag("whether there are no more than those told"),
    },
)
