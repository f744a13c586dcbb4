"""What `convcalc compare --json` prints: one layer in every framework."""

from convcalc.comparison import OTHER, REFUSED, SAME, SAME_SIZE, SHIFTED
from convcalc.dialects import NAMES
from convcalc.outputs.parts import FRAMEWORK, LINE, SHAPE, SIDES, Schema, many, maybe, output, string, table, word
from convcalc.renderers.comparison import VERSION

_SIDES: dict[str, Schema] = {
    "padding": many(SIDES, "cells added to each axis; of a direct layer"),
    "crop": many(SIDES, "cells taken off each axis; of a transposed layer"),
}
_ANSWER = table(
    "what one framework makes of it",
    {
        "verdict": word((SAME, SHIFTED, OTHER, REFUSED, SAME_SIZE), "beside what was asked"),
        "output": maybe({**SHAPE, "description": "what comes out; null where it refuses"}),
        **_SIDES,
        "reason": maybe(string("why it refuses, or how far cells are shifted")),
        "lines": maybe(
            many(string("a line of code"), "what gives exactly what was asked; null where its layers can't express it")
        ),
    },
    sometimes=_SIDES,
)

SCHEMA = output(
    VERSION,
    "one layer in every framework",
    {
        "layer": LINE,
        "framework": FRAMEWORK,
        "input": SHAPE,
        "output": SHAPE,
        **_SIDES,
        "frameworks": {
            "type": "object",
            "required": list(NAMES),
            "additionalProperties": _ANSWER,
            "description": "the answer of each framework",
        },
    },
    sometimes=_SIDES,
)
