"""What `convcalc chain --format json` prints: a row a layer, up to the one that fails."""

from convcalc.outputs.parts import (
    FRAMEWORK,
    INDEX,
    INPUTS,
    LINE,
    NAME,
    NOTES,
    OP,
    SHAPE,
    count,
    either,
    integer,
    many,
    maybe,
    output,
    string,
    table,
    word,
)
from convcalc.renderers.json import VERSION

COUNTS = {
    "params": maybe(count("params, as the framework counts them; null where channels are not known")),
    "trainable": maybe(count("those that are trained")),
    "macs": maybe(count("multiply-adds of a weight")),
}
FIELD = many(
    maybe(count("cells; null where no axis of the input corresponds")),
    "the cells of the input, from the first to the last, that one cell sees, for each axis",
)
JUMP = many(
    maybe(
        either(
            "cells; null where no axis of the input corresponds",
            count("a whole number", 1),
            many(count("a number", 1), "a fraction: numerator and denominator", 2),
        )
    ),
    "how many cells of the input neighbours are apart, for each axis",
)
OFFSET = many(
    maybe(integer("an index, negative in the padding; null where none corresponds")),
    "the first cell of the input that cell 0 sees, for each axis",
)
ROW = {
    "index": INDEX,
    "name": NAME,
    "op": OP,
    "layer": LINE,
    "inputs": INPUTS,
    "output": SHAPE,
    **COUNTS,
    "receptive_field": FIELD,
    "jump": JUMP,
    "offset": OFFSET,
    "notes": NOTES,
}
"""What is told of a layer that fits."""

FINDING = table(
    "what is wrong",
    {
        "code": word(("refused", "expectation"), "a layer that does not fit, or an expectation that is broken"),
        "index": INDEX,
        "name": NAME,
        "layer": LINE,
        "key": maybe(string("the key it is about; null for none in particular")),
        "text": string("why, for reading"),
    },
)
RUN = {
    "framework": FRAMEWORK,
    "input": SHAPE,
    "output": maybe({**SHAPE, "description": "what comes out; null where a layer fails"}),
    "total": table("sums over all layers before the one that fails", COUNTS),
    "findings": many(FINDING, "broken expectations, then the layer that fails; empty where all is well"),
}
"""What is told of a network as a whole."""

SCHEMA = output(
    VERSION,
    "a shape run through a network",
    {
        **RUN,
        "layers": many(table("a layer", ROW), "in order, those before the one that fails; with --only some of them"),
    },
)
