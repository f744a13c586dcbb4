"""Replays what PyTorch and Keras answered, without either: `tests/oracle/record_ops.py` recorded it."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from convcalc.errors import ConvcalcError
from convcalc.ops.registry import OPS
from convcalc.readers.spelling import read_line, read_op
from convcalc.shape import read_shape

RECORDING = json.loads((Path(__file__).parent / "vectors" / "ops.json").read_text(encoding="utf-8"))

Answer = tuple[str, int | None]

CASES: dict[tuple[str, tuple[str, ...]], Answer | None] = {
    (line, tuple(inputs)): None if output is None else (output, params)
    for line, inputs, output, params in RECORDING["cases"]
}
"""What was answered, None where the framework refused."""

BY_OP = {op.spelling: [case for case in CASES if case[0].split()[0] == op.spelling] for op in OPS}


def answer(line: str, inputs: Sequence[str]) -> Answer:
    """What convcalc answers: the shape that comes out, and the params that are trained."""
    read = read_line(line)
    op = read_op(read.head, read.tokens, tuple(read.keys.items()))
    shapes = [read_shape(text) for text in inputs]
    weights = op.weights(shapes[0])
    return str(op.output(*shapes)), weights and weights.trainable


@pytest.mark.parametrize("op", BY_OP)
def test_convcalc_answers_what_the_frameworks_answered(op: str) -> None:
    """Shape and params are the same, wherever PyTorch or Keras gave any."""
    accepted = {case: given for case in BY_OP[op] if (given := CASES[case])}
    assert len(accepted) >= 3, f"too few cases of {op} were recorded"
    assert {case: answer(*case) for case in accepted} == accepted


REFUSED = [
    pytest.param("conv k3", ("1@2",), id="the kernel exceeds the input"),
    pytest.param("conv k3 valid", ("1@2",), id="the kernel exceeds the input by valid"),
    pytest.param("conv k3 d2", ("1@4",), id="the dilated kernel exceeds the input"),
    pytest.param("conv 4 k1 g2", ("3@9",), id="the groups do not divide the input channels"),
    pytest.param("conv 3 k1 g2", ("4@9",), id="the groups do not divide the output channels"),
    pytest.param("conv k3 p4 reflect", ("1@4",), id="reflect mirrors less than the input"),
    pytest.param("conv k3 p5 circular", ("1@4",), id="circular wraps around once"),
    pytest.param("tconv k3 s2 op2", ("1@5",), id="output_padding stays below the stride"),
    pytest.param("tconv k3 s2 same op2", ("1@3",), id="same reaches no more than the stride times the input"),
    pytest.param("tconv k4 s2 same op0", ("1@3",), id="same reaches no less than the input needs"),
    pytest.param("tconv k3 s2 to 13", ("1@5",), id="no output_padding gives so much"),
    pytest.param("tconv k3 s2 to 10", ("1@5",), id="no output_padding gives so little"),
    pytest.param("tconv k2 p1", ("1@1",), id="the padding takes everything"),
    pytest.param(
        "tconv k2 p1 g2",
        ("2@1",),
        id="the padding takes everything in groups too",
    ),
    pytest.param("pool k7 s4", ("1@5",), id="the pool exceeds the input"),
    pytest.param("pool k3 s2 ceil", ("1@1",), id="ceil mode begins no window past the input"),
    pytest.param("unpool k2 like=a", ("1@7", "1@16"), id="a pool of so much does not give the input"),
    pytest.param("unpool k2 like=a", ("1@7", "1@12"), id="a pool of so little does not give the input"),
    pytest.param("unpool k2 p1", ("1@1",), id="the padding takes all that is unpooled"),
    pytest.param("upsample x1/2", ("1@1",), id="nothing is left of the size"),
    pytest.param("pad 4 reflect", ("1@4",), id="a pad reflects less than the input"),
    pytest.param("crop 2", ("1@4",), id="nothing is left of the cells"),
    pytest.param("shuffle 2", ("6@4x4",), id="the factor does not divide the channels"),
    pytest.param("unshuffle 2", ("1@4x5",), id="the factor does not divide the size"),
    pytest.param("reshape 5@-1", ("12",), id="the target does not divide the numbers"),
    pytest.param("permute 0,1", ("3@4x5",), id="the order is of fewer dimensions"),
    pytest.param("groupnorm g4", ("6@4",), id="the groups do not divide a norm's channels"),
    pytest.param("add a", ("3@9", "3@8"), id="a sum is of equal sizes"),
    pytest.param("add a", ("3@9", "2@9"), id="a sum is of equal channels"),
    pytest.param("concat a", ("3@9", "3@8"), id="channels are joined on equal sizes"),
]
"""Cases of the recording that are arithmetically unsound, each with the reason."""


@pytest.mark.parametrize(("line", "inputs"), REFUSED)
def test_convcalc_refuses_what_the_frameworks_refused(line: str, inputs: tuple[str, ...]) -> None:
    assert CASES[line, inputs] is None
    with pytest.raises(ConvcalcError):
        answer(line, inputs)
