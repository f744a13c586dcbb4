"""What `convcalc design --json` prints: chains of layers, what practice prefers first."""

from convcalc.outputs.parts import LINE, NUMBERS, OP, SHAPE, SIZE, count, flag, many, maybe, output, string, table
from convcalc.renderers.design import VERSION

_DESIGN = {
    "line": string("the layers, as -e takes them"),
    "layers": many(table("a layer; all axes have the same", {"layer": LINE, "op": OP, **NUMBERS}), "in order"),
    "sizes": many(SIZE, "what goes in, and what comes out of each layer"),
    "receptive_field": count("the cells of the input that one cell of the output sees", 1),
}

SCHEMA = output(
    VERSION,
    "chains of layers from one size to another",
    {
        "from": maybe({**SHAPE, "description": "what goes in; null where only a field is asked for"}),
        "to": maybe({**SHAPE, "description": "what comes out; null where only a field is asked for"}),
        "field": maybe(count("the cells that must be seen; null where it was not asked", 1)),
        "designs": many(table("a chain", _DESIGN), "those told"),
        "complete": flag("whether there are no more than those told"),
    },
)
