"""What `convcalc tiles --json` prints: how each axis of an image is cut."""

from convcalc.outputs.parts import FRAMEWORK, INDEX, SIDES, count, flag, integer, many, maybe, output, table
from convcalc.renderers.tiles import VERSION

_IMAGE = {
    "modulus": count("the step", 1),
    "residue": count("what is left of the image by it"),
    "least": count("the smallest image", 1),
}
_AXIS = {
    "halo": {**SIDES, "description": "cells before and after that what is kept of a tile depends on"},
    "step": count("tiles start at multiples of this", 1),
    "output_step": count("cells of the output that a step moves by", 1),
    "smallest": count("the smallest tile that gives something to keep", 1),
    "tile": count("cells of a tile", 1),
    "output": count("cells that come out of it", 1),
    "keep": many(count("an index"), "of an inner tile, the first cell to keep and the first one past them", 2),
    "advance": count("cells from a tile's start to the next one's, at most", 1),
    "overlap": integer("cells that neighbours share, at least; negative where they leave some out"),
    "borders_differ": flag("whether the first and the last tile are kept up to the border"),
    "image": table("the images that such tiles cover", _IMAGE),
    "starts": maybe(many(count("an index"), "where the tiles of the image start; null where none cover it")),
}

SCHEMA = output(
    VERSION,
    "tiles of which a network gives the same as of the whole image; in cells of the input where nothing else is said",
    {
        "framework": FRAMEWORK,
        "axes": many(table("one axis; starts where --input tells the image", _AXIS, sometimes=("starts",)), "in order"),
        "whole_image_layers": many(INDEX, "layers that take a mean over all cells, of a tile another one"),
    },
)
