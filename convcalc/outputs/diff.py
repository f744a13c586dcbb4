"""What `convcalc diff --format json` prints: two networks, layer by layer."""

from convcalc.changes import ADDED, AFFECTED, CHANGED, MOVED, REMOVED, UNCHANGED
from convcalc.outputs.chain import FIELD, JUMP, ROW, RUN
from convcalc.outputs.parts import flag, many, maybe, output, string, table, word
from convcalc.renderers.changes import VERSION

_MEASURED = ("output", "params", "trainable", "macs", "receptive_field", "jump", "offset")
_LAYER = maybe(
    table(
        "the layer in one of the networks: null where it is not in it, its measures null where it is not reached",
        {key: maybe(ROW[key]) if key in _MEASURED and "null" not in ROW[key]["type"] else ROW[key] for key in ROW},
    )
)
_WHOLE = table(
    "one of the networks; the measures are those of its output",
    {
        "source": string("where it is from, as it was named"),
        **RUN,
        "receptive_field": maybe(FIELD),
        "jump": maybe(JUMP),
    },
)
_KINDS = (ADDED, REMOVED, CHANGED, MOVED, AFFECTED, UNCHANGED)

SCHEMA = output(
    VERSION,
    "what changed between two networks",
    {
        "old": _WHOLE,
        "new": _WHOLE,
        "output_changed": flag("whether another shape comes out, or another failure"),
        "layers": many(
            table("a layer", {"change": word(_KINDS, "what became of it"), "old": _LAYER, "new": _LAYER}),
            "in the order of the new network, removed ones where they stood; unchanged ones with --all alone",
        ),
    },
)
