"""Layers in each framework's own spelling give what the real one gave, refusals included; no framework is needed."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from convcalc.dialects import NAMES, dialect_named
from convcalc.errors import ConvcalcError, Impossible
from convcalc.shape import Shape
from convcalc.window import TransposedWindow, Window

VECTORS = Path(__file__).parent / "vectors"

Row = Mapping[str, Any]


def load(name: str) -> Mapping[str, Any]:
    recording: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    return recording


def read(text: str) -> Shape:
    """`3@0x5` too, which the notation of sizes refuses: such a shape can stand inside a network."""
    channels, at, size = text.rpartition("@")
    axes = tuple(int(cells) for cells in size.split("x"))
    if at:
        return Shape(int(channels), axes)
    return Shape(axes[0]) if len(axes) == 1 else Shape(None, axes)


def answer(name: str, kept: Row) -> dict[str, Any]:
    """What convcalc gives for a recorded case, in the form of the recording."""
    dialect = dialect_named(name, kept.get("network", {}).get("opset"))
    assert dialect
    shapes = [read(text) for text in kept["input"]]
    arguments = {key: value for key, value in kept["layer"].items() if key != "op"}
    if len(shapes) > 1:
        arguments["names"] = [f"branch{number}" for number in range(1, len(shapes))]
    try:
        op = dialect.layer(kept["layer"]["op"], (), arguments)
        output = op.output(*shapes)
    except Impossible as error:
        return {"refused": str(error)}
    found: dict[str, Any] = {"output": str(output)}
    if "params" in kept:
        weights = op.weights(shapes[0])
        assert weights
        found["params"] = weights.trainable + (weights.statistics if dialect.counts_statistics else 0)
    if "padding" in kept:
        found["padding"] = [sides(window) for window in op.windows(shapes[0])]
    return found


def sides(window: Window | TransposedWindow) -> list[int]:
    """The padding before and after; of a transposed window the crop, of which output_padding gives some back."""
    before, after = window.pads(0) if isinstance(window, Window) else window.sides
    return [before, after if isinstance(window, Window) else after - (window.output_padding or 0)]


def mismatches(name: str, rows: list[Row]) -> Iterator[str]:
    for kept in rows:
        expected = {key: kept[key] for key in ("output", "params", "padding") if key in kept}
        try:
            found = answer(name, kept)
        except ConvcalcError as error:
            found = {"malformed": str(error)}
        if ("refused" in kept) != ("refused" in found) or any(found.get(key) != expected[key] for key in expected):
            case = json.dumps({key: kept[key] for key in ("layer", "input", "network") if key in kept})
            yield f"{case}\n  {name}: {expected or kept['refused']}\n  convcalc: {found}"


@pytest.mark.parametrize("name", NAMES)
def test_layers_in_own_spelling_give_what_the_framework_gave(name: str) -> None:
    recording = load(name)
    found = list(mismatches(name, recording["cases"]))
    assert not found, f"{len(found)} of {len(recording['cases'])}\n" + "\n".join(found[:10])


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_is_large_and_a_good_part_of_it_refused(name: str) -> None:
    """At least 3,000 cases, of which 10 to 20 % are refused."""
    cases = load(name)["cases"]
    refused = sum("refused" in kept for kept in cases)
    assert len(cases) >= 3000
    assert 10 <= 100 * refused // len(cases) <= 20


def test_a_planted_mismatch_is_found() -> None:
    kept = {"layer": {"op": "MaxPool1d", "kernel_size": 2}, "input": ["3@8"], "output": "3@5"}
    assert list(mismatches("torch", [kept]))
    assert list(mismatches("torch", [{**kept, "output": "3@4"}])) == []
