"""Designed chains: a line each that can be pasted, its sizes and its field beside it; and as JSON."""

import json
from collections.abc import Sequence
from typing import Any

from convcalc.shape import Shape, show_size
from convcalc.solve.design import Design

VERSION = 1


def design_line(design: Design) -> str:
    """The layers in native spelling, `|` between them."""
    return " | ".join(map(str, design.ops))


def designs_text(designs: Sequence[Design], arrow: str) -> str:
    """A line a design; the sizes and the receptive field stand in a comment, so that the whole line may be pasted."""
    lines = [design_line(design) for design in designs]
    width = max(map(len, lines), default=0)
    pairs = zip(lines, designs, strict=True)
    return "\n".join([f"{line:{width}}  # {_told(design, arrow)}" for line, design in pairs])


def _told(design: Design, arrow: str) -> str:
    """How many layers, the sizes one after the other (what stays as it is, once), and the field."""
    sizes = list(dict.fromkeys([show_size(shape.size) for shape in design.shapes]))
    ran = f" {arrow} ".join(sizes) if len(sizes) > 1 else f"keeping {sizes[0]}"
    return f"{len(design.ops)} layer{'s' if len(design.ops) > 1 else ''}, {ran}, field {design.field}"


def designs_json(designs: Sequence[Design], asked: dict[str, Any], *, complete: bool) -> str:
    """One object: what was asked, and each chain with its layers, sizes and receptive field."""
    return json.dumps(
        {"version": VERSION, **asked, "designs": [_design(design) for design in designs], "complete": complete},
        indent=1,
    )


def _design(design: Design) -> dict[str, Any]:
    return {
        "line": design_line(design),
        "layers": [_layer(design, number) for number in range(1, len(design.ops) + 1)],
        "sizes": [list(shape.size) for shape in design.shapes],
        "receptive_field": design.field,
    }


def _layer(design: Design, number: int) -> dict[str, Any]:
    """The numbers of one layer: all axes have the same, its padding as it is used on the first."""
    op = design.ops[number - 1]
    window = op.windows(design.shapes[number - 1])[0]
    return {
        "layer": str(op),
        "op": op.spelling,
        "kernel": window.kernel,
        "stride": window.stride,
        "dilation": window.dilation,
        "padding": list(window.padding),
        "output_padding": getattr(window, "output_padding", 0) or 0,
    }


def shape_object(shape: Shape | None) -> dict[str, Any] | None:
    """A size as JSON tells it."""
    return None if shape is None else {"channels": shape.channels, "size": list(shape.size)}
