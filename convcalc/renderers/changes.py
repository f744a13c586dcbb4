"""The changes between two networks as a table, as Markdown to post as a comment, and as JSON."""

import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from convcalc.changes import AFFECTED, UNCHANGED, Change, Changes, Part
from convcalc.renderers.columns import COLUMNS, UNKNOWN, Column, grouped
from convcalc.renderers.glyphs import UNICODE, Glyphs
from convcalc.renderers.json import trace_json
from convcalc.renderers.table import Sheet
from convcalc.trace import Trace

VERSION = 1

COUNTED = ("params", "macs")
"""Columns in which the difference is told too."""

KIND = Column("change", "change", lambda _row: "", 0, right=False)
"""The only column that is about the pair, and not about a row of either network."""

SHOWN = ("index", "name", "layer", "inputs", "output", "params", "macs", "receptive_field", "jump")

_BY_NAME = {column.name: column for column in COLUMNS}


def changes_sheet(changes: Changes, glyphs: Glyphs = UNICODE, *, every: bool = False) -> Sheet:
    """A row for each layer that is told, the others counted where they stand; no row at all where nothing changed.

    A column in which no row says anything is left out.
    """
    columns = (KIND, *[_BY_NAME[name] for name in SHOWN])
    rows = []
    for word, found in groupby(changes.layers, key=lambda change: None if every else _unsaid(change)):
        group = list(found)
        rows += [_count(len(group), word)] if word else [_cells(change, columns, glyphs) for change in group]
    sheet = Sheet(columns, [] if _all_unchanged(changes, every=every) else rows, failed=False)
    for column in sheet.empty():
        sheet = sheet.without(column)
    return sheet


def _all_unchanged(changes: Changes, *, every: bool) -> bool:
    return not every and all(_unsaid(change) == UNCHANGED for change in changes.layers)


def _unsaid(change: Change) -> str | None:
    """What is said of the layer where it is one of several that are only counted."""
    if change.kind not in (AFFECTED, UNCHANGED) or any(part.failed for part in change.parts):
        return None
    if change.kind == UNCHANGED:
        return UNCHANGED
    old, new = [part.row for part in change.parts]
    if old is None or new is None:
        return "not reached"
    costs = [(row.output, row.params, row.trainable, row.macs) for row in (old, new)]
    return "unchanged but for field and jump" if costs[0] == costs[1] else None


def _count(layers: int, word: str) -> list[str]:
    told = f"({layers} layer{'s' if layers > 1 else ''} {word})"
    return [told if name == "layer" else "" for name in (KIND.name, *SHOWN)]


def _cells(change: Change, columns: Sequence[Column], glyphs: Glyphs) -> list[str]:
    return [change.kind, *[_cell(change, column, glyphs) for column in columns[1:]]]


def _cell(change: Change, column: Column, glyphs: Glyphs) -> str:
    """What both networks have, or `old → new`."""
    if column.name == "inputs" and not change.rewired:
        return ""
    told = [_of(part, column, glyphs) for part in change.parts]
    if column.name not in COUNTED or len(told) < 2:
        return _arrow(told, glyphs)
    counts = [part.row and getattr(part.row, column.name) for part in change.parts]
    return _arrow(told, glyphs) + _difference(counts)


def _of(part: Part, column: Column, glyphs: Glyphs) -> str:
    """The cell of one network's layer; of one without a row what is known before it is run."""
    if part.row:
        return column.cell(part.row)
    output = glyphs.cross if part.failed else UNKNOWN
    inputs = " ".join(map(str, part.inputs))
    known = {"index": str(part.number), "name": part.name or "", "layer": str(part.op), "inputs": inputs}
    return {**known, "output": output}.get(column.name, UNKNOWN)


def _arrow(told: Sequence[str], glyphs: Glyphs) -> str:
    """One text where all are equal, else from the first to the last; what is empty shows as a dash."""
    first, last = told[0], told[-1]
    return first if first == last else f"{first or '-'} {glyphs.arrow} {last or '-'}"


def _difference(counts: Sequence[int | None], *, percent: bool = False) -> str:
    """` (+3,072)`, or ` (+3,072, +177.8%)`; nothing where there is none, or none is known."""
    old, new = counts
    if old is None or new is None or old == new:
        return ""
    share = f", {show_percent(old, new)}" if percent and old else ""
    return f" ({new - old:+,}{share})"


def show_percent(old: int, new: int) -> str:
    """The growth from `old` to `new` to one decimal, exactly rounded, halves away from zero.

    >>> show_percent(1728, 4800), show_percent(3, 2), show_percent(2000, 2001)
    ('+177.8%', '-33.3%', '+0.1%')
    """
    tenths = (abs(new - old) * 2000 + old) // (2 * old)
    return f"{'-' if new < old else '+'}{tenths // 10:,}.{tenths % 10}%"


def changes_totals(changes: Changes, glyphs: Glyphs = UNICODE) -> list[str]:
    """Output, params, MACs and receptive field of the networks as wholes, and the inputs where they differ."""
    traces = (changes.old, changes.new)
    inputs = [str(trace.input) for trace in traces]
    outputs = [str(trace.output) if trace.output else glyphs.cross for trace in traces]
    lines = [f"output: {_arrow(outputs, glyphs)}"]
    if inputs[0] != inputs[1]:
        lines.insert(0, f"input: {_arrow(inputs, glyphs)}")
    for name in COUNTED:
        counts = [_total(trace, name) for trace in traces]
        told = _arrow([grouped(count) for count in counts], glyphs) + _difference(counts, percent=True)
        lines.append(f"{_BY_NAME[name].title}: {told}")
    fields = [_last_field(trace) for trace in traces]
    return [*lines, f"receptive field: {_arrow(fields, glyphs)}"] if any(fields) else lines


def _total(trace: Trace, name: str) -> int | None:
    """A network that fails has no total."""
    count: int | None = None if trace.failure else getattr(trace, name)
    return count


def _last_field(trace: Trace) -> str:
    """What a cell of the output sees; empty for a feature vector."""
    if trace.failure or not len(trace):
        return UNKNOWN
    return _BY_NAME["receptive_field"].cell(trace.row(len(trace)))


def changes_markdown(changes: Changes, names: Sequence[str], glyphs: Glyphs = UNICODE, *, every: bool = False) -> str:
    """Which networks, a pipe table, and the totals in one line: the body of a comment."""
    sheet = changes_sheet(changes, glyphs, every=every)
    titles = [column.title for column in sheet.columns]
    rules = ["--:" if column.right else "---" for column in sheet.columns]
    lines = [_piped(cells) for cells in [titles, rules, *sheet.rows]]
    networks = f" {glyphs.arrow} ".join([_code(name) for name in names])
    return "\n".join([networks, "", *lines, "", "; ".join(changes_totals(changes, glyphs))])


def _piped(cells: Sequence[str]) -> str:
    return f"| {' | '.join([cell.replace('|', chr(92) + '|') for cell in cells])} |"


def _code(text: str) -> str:
    """In backticks, more of them where the text has some itself."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def changes_json(
    changes: Changes, names: Sequence[str], frameworks: Sequence[str | None], *, every: bool = False
) -> str:
    """One object: both networks, whether the output changed, and what became of layers, each told as `chain` does."""
    traces = (changes.old, changes.new)
    sides = [json.loads(trace_json(trace, framework)) for trace, framework in zip(traces, frameworks, strict=True)]
    old, new = [side["layers"] for side in sides]
    layers = [
        {"change": change.kind, "old": _layer(change.old, old), "new": _layer(change.new, new)}
        for change in changes.layers
        if every or change.kind != UNCHANGED
    ]
    wholes = {key: _whole(*told) for key, *told in zip(("old", "new"), names, sides, strict=True)}
    answer = {"version": VERSION, **wholes, "output_changed": changes.output_changed, "layers": layers}
    return json.dumps(answer, indent=1)


def _whole(name: str, told: dict[str, Any]) -> dict[str, Any]:
    """What `chain` tells of the network besides its layers, and what a cell of its output sees."""
    last = told["layers"][-1] if told["output"] and told["layers"] else {}
    sees = {key: last.get(key) for key in ("receptive_field", "jump")}
    return {"source": name, **{key: told[key] for key in told if key not in ("version", "layers")}, **sees}


def _layer(part: Part | None, told: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The layer's own object; where the run does not come so far, what is known before it."""
    if part is None:
        return None
    if part.row:
        return told[part.number - 1]
    own = {"index": part.number, "name": part.name, "op": part.op.spelling, "layer": str(part.op)}
    unknown = ("output", "params", "trainable", "macs", "receptive_field", "jump", "offset")
    return {**own, "inputs": list(part.inputs), **dict.fromkeys(unknown), "notes": []}
