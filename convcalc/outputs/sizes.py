"""What `convcalc sizes --json` prints: the sizes that each axis takes."""

from convcalc.outputs.parts import FRAMEWORK, INDEX, LINE, NAME, SIZE, count, many, maybe, output, string, table
from convcalc.renderers.sizes import VERSION

_BLAMED = table("a layer to blame", {"index": INDEX, "name": NAME, "layer": LINE})
_BOUNDS = many(
    maybe(count("cells; null for none")), "where the residues begin, or the runs, and the last size of all", 2
)
_ENDS = many(count("cells", 1), "the least and the greatest, both included", 2)
_AXIS = table(
    "from the first bound on, the sizes with these residues; below it, those of the runs alone",
    {
        "modulus": count("the period, in cells", 1),
        "residues": many(count("cells"), "remainders that are taken; empty where only the runs are"),
        "bounds": _BOUNDS,
        "exceptions": maybe(many(count("cells", 1), "every size of the runs; null where they are too many")),
        "runs": many(many(count("cells", 1), "first, last and step", 3), "single sizes, and stretches of them"),
        "text": string("the same for reading"),
        "layers": many(_BLAMED, "those that refuse sizes however large"),
        "least_layer": maybe({**_BLAMED, "description": "the one that refuses the largest size below the bound"}),
    },
)
_NEAR = table(
    "for one axis",
    {
        "size": count("the size asked about", 1),
        "below": maybe(count("the nearest at or below it; null where there is none", 1)),
        "above": maybe(count("the nearest at or above it; null where there is none", 1)),
    },
)

SCHEMA = output(
    VERSION,
    "the input sizes that a network takes",
    {
        "framework": FRAMEWORK,
        "axes": many(_AXIS, "each axis by itself, the others at a size that is taken"),
        "square": {**_AXIS, "description": "the same size on all axes"},
        "smallest": maybe({**SIZE, "description": "the smallest size of all axes; null where none is known"}),
        "together": maybe(
            many(
                many(_ENDS, "the ends of each axis"),
                "where axes depend on each other, the sizes of all of them, box by box; null where they do not",
            )
        ),
        "tried_up_to": maybe(count("sizes were tried one by one up to this; null where all is proved", 1)),
        "at_least": maybe(count("where sizes were only tried: no smaller one is taken on all axes", 1)),
        "others": maybe(
            {**SIZE, "description": "where no boxes tell how axes depend on each other: an axis is told beside these"}
        ),
        "near": many(_NEAR, "what --near asks, an axis each"),
    },
    sometimes=("near",),
)
