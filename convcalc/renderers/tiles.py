"""The tiles of a network, as lines for reading and as JSON."""

import json
from collections.abc import Sequence
from typing import Any

from convcalc.solve.tiles import AxisTiles, Tiles

VERSION = 1


def tiles_text(found: Tiles, image: Sequence[int] | None = None) -> str:
    """What there is to know of each axis, told once where all are alike."""
    images = image or (None,) * len(found.axes)
    told = [_axis_lines(axis, cells) for axis, cells in zip(found.axes, images, strict=True)]
    if len(told) == 1:
        return "\n".join(told[0])
    if all(lines == told[0] for lines in told):
        return "\n".join(["each axis:", *[f"  {line}" for line in told[0]]])
    return "\n".join(line for number, lines in enumerate(told, 1) for line in _under(number, lines))


def _under(number: int, lines: Sequence[str]) -> list[str]:
    return [f"axis {number}:", *[f"  {line}" for line in lines]]


def _axis_lines(axis: AxisTiles, image: int | None) -> list[str]:
    before, after = axis.halo
    lines = [
        f"halo: {before}:{after}",
        f"step: {axis.step}" + (f" ({axis.moves} of the output)" if axis.moves != axis.step else ""),
        f"smallest tile: {axis.smallest}",
        f"tile: {axis.tile}, gives {axis.gives}, keep {_kept(axis)}",
        f"next tile: {axis.advance} further, overlap {axis.overlap}",
        f"images: {_images(axis)}",
    ]
    return lines if image is None else [*lines, _cover(axis, image)]


def _kept(axis: AxisTiles) -> str:
    low, high = axis.keep
    return f"{low}..{high - 1} (at the border of the image all)" if axis.padded else "all"


def _images(axis: AxisTiles) -> str:
    """Those that tiles of this size cover."""
    if axis.step == 1:
        return f"every size from {axis.tile}"
    return f"n = {axis.residue} mod {axis.step}, n >= {axis.tile}"


def _cover(axis: AxisTiles, image: int) -> str:
    starts = axis.starts(image)
    if starts is None:
        above = max(axis.tile, image + (axis.residue - image) % axis.step)
        return f"{image}: no tiles of {axis.tile} cover it, pad it to {above}"
    shown = starts if len(starts) <= 6 else [*starts[:3], "...", *starts[-2:]]
    count = f"{len(starts)} tile{'s' if len(starts) > 1 else ''}"
    return f"{image}: {count}, from {', '.join(map(str, shown))}"


def tiles_json(found: Tiles, framework: str | None, image: Sequence[int] | None) -> str:
    """One object: for each axis the halo, the step, the tile, what to keep and the overlap."""
    images = image or (None,) * len(found.axes)
    told = {
        "version": VERSION,
        "framework": framework,
        "axes": [_axis(axis, cells) for axis, cells in zip(found.axes, images, strict=True)],
        "whole_image_layers": found.whole,
    }
    return json.dumps(told, indent=1)


def _axis(axis: AxisTiles, image: int | None) -> dict[str, Any]:
    told = {
        "halo": axis.halo,
        "step": axis.step,
        "output_step": axis.moves,
        "smallest": axis.smallest,
        "tile": axis.tile,
        "output": axis.gives,
        "keep": axis.keep,
        "advance": axis.advance,
        "overlap": axis.overlap,
        "borders_differ": axis.padded,
        "image": {"modulus": axis.step, "residue": axis.residue, "least": axis.tile},
    }
    return told if image is None else {**told, "starts": axis.starts(image)}
