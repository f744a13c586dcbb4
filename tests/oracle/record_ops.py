"""Run cases of native ops in PyTorch and Keras and record what comes out as JSON.

python tests/oracle/record_ops.py            rewrites tests/vectors/ops.json
python tests/oracle/record_ops.py --check    measures anew; lists differences from the recording and exits 1

A case is a row: the op in native spelling, the shapes that it reads, the shape that comes out, and the params that are
trained. Both of the latter are null where the framework refuses, or gives an empty tensor. A join reads all the shapes,
an op that takes its size from another layer reads that layer's as the second.
"""

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import test_ops_keras
import test_ops_torch
import torch_ops
from torch_ops import Answer, Case, Pick, line, notation

RECORDING = Path(__file__).parents[1] / "vectors" / "ops.json"

Row = list[Any]


class Framework(NamedTuple):
    """Cases of note, what makes others, what runs them, and how many of each kind are recorded."""

    known: Sequence[Case]
    generators: Mapping[str, Callable[[Pick], Case]]
    measure: Callable[[Case], Answer | None]
    counts: Mapping[str, int]
    others: int
    """Of each kind that `counts` does not name."""


def _known(*tables: Sequence[Any]) -> list[Case]:
    """The cases of the tests' own tables, each a row's first value."""
    return [row.values[0] for table in tables for row in table]


FRAMEWORKS = {
    "torch": Framework(
        _known(test_ops_torch.ANSWERED, test_ops_torch.REFUSED),
        torch_ops.GENERATORS,
        torch_ops.measure,
        {
            "conv": 160,
            "tconv": 120,
            "tconv to": 50,
            "dwconv": 50,
            "sepconv": 40,
            "pool": 90,
            "avgpool": 50,
            "lppool": 25,
            "unpool": 25,
            "unpool like": 35,
            "adaptivepool": 25,
            "upsample": 50,
            "pad": 60,
            "crop": 25,
            "shuffle": 20,
            "unshuffle": 25,
            "reshape": 40,
            "permute": 25,
            "concat": 25,
            **dict.fromkeys(torch_ops.ACTIVATIONS, 3),
        },
        others=12,
    ),
    "keras": Framework(
        _known(test_ops_keras.ANSWERED, test_ops_keras.REFUSED),
        test_ops_keras.GENERATORS,
        test_ops_keras.measure,
        {
            "conv": 100,
            "tconv": 110,
            "dwconv": 40,
            "sepconv": 40,
            "pool": 50,
            "avgpool": 40,
            **dict.fromkeys(test_ops_keras.ACTIVATIONS, 1),
        },
        others=5,
    ),
}


def rows() -> Iterator[Row]:
    """Every case, measured; the same ones each time, none twice."""
    seen: set[str] = set()
    for name, framework in FRAMEWORKS.items():
        for case in _unseen(framework.known, seen):
            yield _row(case, framework.measure(case))
        for kind in framework.generators:
            unseen = _unseen(_by_chance(framework.generators[kind], f"{name} {kind}"), seen)
            for case in islice(unseen, framework.counts.get(kind, framework.others)):
                yield _row(case, framework.measure(case))


def _by_chance(generate: Callable[[Pick], Case], seed: str) -> Iterator[Case]:
    """Cases without end, the same ones for the same seed."""
    pick = random.Random(seed).choice  # noqa: S311 - cases need no secrecy
    while True:
        yield generate(pick)


def _unseen(cases: Iterable[Case], seen: set[str]) -> Iterator[Case]:
    """Those of the cases that are not `seen` yet, and now are."""
    for case in cases:
        if torch_ops.told(case) not in seen:
            seen.add(torch_ops.told(case))
            yield case


def _row(case: Case, answer: Answer | None) -> Row:
    return [line(case), [notation(dims) for dims in case.inputs], *(answer or (None, None))]


def written(versions: Mapping[str, str], cases: Sequence[Row]) -> str:
    """The recording as JSON, one line a case."""
    lines = ",\n".join([f"    {json.dumps(row)}" for row in cases])
    return f'{{\n  "recorded_with": {json.dumps(versions)},\n  "cases": [\n{lines}\n  ]\n}}\n'


def main() -> int:
    """Record, or check the recording."""
    parser = argparse.ArgumentParser(description="Run native ops in the frameworks.")
    parser.add_argument("--check", action="store_true", help="compare with the recording instead of rewriting it")
    check = parser.parse_args().check

    measured = list(rows())
    if check:
        recorded = json.loads(RECORDING.read_text(encoding="utf-8"))["cases"]
        pairs = [pair for pair in zip_longest(recorded, measured) if pair[0] != pair[1]]
        sys.stdout.writelines(f"recorded {json.dumps(old)}, measured {json.dumps(new)}\n" for old, new in pairs)
        return 1 if pairs else 0
    versions = {name: str(import_module(name).__version__) for name in ("torch", "keras", "tensorflow")}
    RECORDING.write_text(written(versions, measured), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
