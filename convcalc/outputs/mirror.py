"""What `convcalc mirror --json` prints: a decoder, and what other sizes need of it."""

from convcalc.outputs.parts import (
    FRAMEWORK,
    INDEX,
    INPUTS,
    LINE,
    NAME,
    SHAPE,
    Schema,
    count,
    many,
    maybe,
    output,
    string,
    table,
)
from convcalc.renderers.mirror import VERSION


def _members(text: str) -> Schema:
    """Sizes of the range."""
    told = {"text": string("the sizes for reading"), "list": many(count("cells", 1), "each of them")}
    return table(text, told)


_LAYER = {
    "index": INDEX,
    "name": NAME,
    "layer": LINE,
    "inputs": INPUTS,
    "output": SHAPE,
    "mirrors": count("the encoder's layer that it is the mirror of; 0 for its input"),
}
_NEED = {
    "index": {**INDEX, "description": "which layer of the decoder, counted from 1"},
    "layers": many(LINE, "what it must be: one line, or one for each size"),
    "output_padding": maybe(many(count("cells"), "where that is all that changes: its value on each axis")),
    "sizes": _members("the sizes that need it"),
}
_RANGE = {
    "from": count("the first size tried", 1),
    "to": count("the last", 1),
    "works": _members("sizes that the decoder comes back to as it is"),
    "needs": many(table("a change", _NEED), "by layer; a size that stands in several needs all of them"),
    "other_layers": _members("sizes that need a decoder of other layers"),
    "refused": _members("sizes that the encoder does not take, or that nothing leads back to"),
}

SCHEMA = output(
    VERSION,
    "the decoder that comes back to what an encoder reads",
    {
        "framework": FRAMEWORK,
        "input": SHAPE,
        "output": SHAPE,
        "layers": many(table("a layer of the decoder", _LAYER), "in order"),
        "file": string("the decoder's network file"),
        "range": table("what --range asks", _RANGE),
    },
    sometimes=("range",),
)
