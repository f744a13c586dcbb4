"""One layer in a framework's own spelling, run by that framework: a case, its outcome, and how they are kept."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

RECORDINGS = Path(__file__).parents[1] / "vectors"

Sizes = tuple[int | None, tuple[int, ...]]
"""Channels (None where there are none), and the size of each axis. A feature vector has no axes."""


class Case(NamedTuple):
    """A layer as a config table has it, and the shapes that it reads: one, or several where it joins."""

    layer: Mapping[str, Any]
    inputs: tuple[Sizes, ...]
    network: Mapping[str, Any] = {}
    """Keys of the network that matter to the layer (`opset`)."""


class Outcome(NamedTuple):
    """What the framework gives: a shape, or a refusal in its own words."""

    output: Sizes | None
    params: int | None = None
    """All of them; None where the layer is a function that holds none."""
    padding: tuple[tuple[int, int], ...] | None = None
    """Measured on values: cells before and after on each axis; None where it was not measured."""
    refused: str | None = None


class Framework(NamedTuple):
    """What each `real_NAME.py` offers."""

    versions: Mapping[str, str]
    known: Sequence[Case]
    """Cases of note, written out."""
    kinds: Mapping[str, Callable[[Random], Case]]
    """What makes a random case of each kind of layer; equal kinds of chance give equal cases."""
    counts: Mapping[str, int]
    """How many of each kind are recorded."""
    run: Callable[[Case], Outcome]


def framework(name: str) -> Framework:
    """The framework called `name`, imported."""
    found: Framework = import_module(f"real_{name}").FRAMEWORK
    return found


def show(shape: Sizes) -> str:
    """`3@5x6`, `64` for a vector."""
    channels, size = shape
    axes = "x".join(map(str, size))
    return str(channels) if not size else axes if channels is None else f"{channels}@{axes}"


def read(text: str) -> Sizes:
    """The inverse of `show`."""
    channels, at, size = text.rpartition("@")
    axes = tuple(int(cells) for cells in size.split("x"))
    if at:
        return int(channels), axes
    return (axes[0], ()) if len(axes) == 1 else (None, axes)


def row(case: Case, outcome: Outcome) -> dict[str, Any]:
    """A case and its outcome as they are kept."""
    kept: dict[str, Any] = {"layer": dict(case.layer), "input": [show(shape) for shape in case.inputs]}
    if case.network:
        kept["network"] = dict(case.network)
    if outcome.output is None:
        return {**kept, "refused": outcome.refused}
    kept["output"] = show(outcome.output)
    if outcome.params is not None:
        kept["params"] = outcome.params
    if outcome.padding is not None:
        kept["padding"] = [list(sides) for sides in outcome.padding]
    return kept


def case_of(kept: Mapping[str, Any]) -> Case:
    """The case of a row."""
    return Case(kept["layer"], tuple(read(text) for text in kept["input"]), kept.get("network", {}))


def recorded(name: str) -> list[dict[str, Any]]:
    """The rows that were recorded of a framework."""
    rows: list[dict[str, Any]] = json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return rows


def cases(real: Framework) -> Iterator[Case]:
    """The cases to record, each once: those of note, then so many of each kind."""
    seen = set()
    for case in _all_cases(real):
        key = json.dumps(row(case, Outcome(None)), sort_keys=True)
        if key not in seen:
            seen.add(key)
            yield case


def _all_cases(real: Framework) -> Iterator[Case]:
    yield from real.known
    for kind, make in real.kinds.items():
        random = Random(f"convcalc {kind}")  # noqa: S311 - the same cases every time
        for _ in range(real.counts[kind]):
            yield make(random)
