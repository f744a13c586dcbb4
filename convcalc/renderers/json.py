"""Answers as JSON objects, for programs. Keys are only ever added; a change of meaning changes `version`."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convcalc.dialects import dialect_named
from convcalc.ops.op import Note, Op
from convcalc.renderers.rows import rows_of
from convcalc.shape import Shape
from convcalc.window import TransposedWindow, Window

if TYPE_CHECKING:
    from convcalc.receptive import Jump
    from convcalc.trace import Failure, Row, Trace

VERSION = 1


def layer_json(op: Op, shape: Shape, output: Shape, framework: str | None = None) -> str:
    """One object that tells all about one layer on one size."""
    counting = dialect_named(framework)
    weights = op.weights(shape)
    statistics = weights.statistics if weights and counting and counting.counts_statistics else 0
    windows = op.windows(shape)
    return json.dumps(
        {
            "version": VERSION,
            "op": op.spelling,
            "framework": framework,
            "input": shape_table(shape),
            "output": shape_table(output),
            "window": [_window(window) for window in windows],
            "unused": [sum(window.unread(cells)) for window, cells in zip(windows, shape.size, strict=False)],
            "params": weights and weights.trainable + statistics,
            "macs": op.macs(shape, output),
            "notes": _notes(op.notes(shape, output)),
        }
    )


def trace_json(trace: "Trace", framework: str | None = None, only: Sequence[int] | None = None) -> str:
    """One object that tells all about a network on one input, and about every layer or some."""
    return json.dumps(
        {
            "version": VERSION,
            "framework": framework,
            "input": shape_table(trace.input),
            "layers": [_row(row) for row in rows_of(trace, only)],
            "output": trace.output and shape_table(trace.output),
            "total": {"params": trace.params, "trainable": trace.trainable, "macs": trace.macs},
            "findings": [_finding(failure, trace) for failure in trace.failures],
        },
        indent=1,
    )


def shape_table(shape: Shape) -> dict[str, Any]:
    """A shape as every JSON output has it."""
    return {"channels": shape.channels, "size": list(shape.size)}


def _window(window: Window | TransposedWindow) -> dict[str, Any]:
    added = window.output_padding if isinstance(window, TransposedWindow) else 0
    return {
        "kernel": window.kernel,
        "stride": window.stride,
        "dilation": window.dilation,
        "padding": list(window.padding),
        "output_padding": added,
    }


def _notes(notes: list[Note] | tuple[Note, ...]) -> list[dict[str, str]]:
    return [{"code": note.code, "text": note.text} for note in notes]


def _jump(jump: "Jump | None") -> int | list[int] | None:
    if jump is None:
        return None
    return jump[0] if jump[1] == 1 else list(jump)


def _row(row: "Row") -> dict[str, Any]:
    return {
        "index": row.number,
        "name": row.name,
        "op": row.op.spelling,
        "layer": str(row.op),
        "inputs": list(row.inputs),
        "output": shape_table(row.output),
        "params": row.params,
        "trainable": row.trainable,
        "macs": row.macs,
        "receptive_field": list(row.receptive_field),
        "jump": [_jump(jump) for jump in row.jump],
        "offset": list(row.offset),
        "notes": _notes(row.notes),
    }


def _finding(failure: "Failure", trace: "Trace") -> dict[str, Any]:
    layer = trace.network.layers[failure.number - 1]
    return {
        "code": "refused" if failure is trace.failure else "expectation",
        "index": failure.number,
        "name": layer.name,
        "layer": str(layer.op),
        "key": failure.error.key,
        "text": failure.error.reason,
    }
