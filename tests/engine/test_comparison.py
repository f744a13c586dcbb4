"""One layer in every framework: what is told of those that differ. Where cells look was measured in each of them."""

import pytest

from convcalc.comparison import REFUSED, SAME, SAME_SIZE, SHIFTED, Answer, compare
from convcalc.dialects import dialect_named
from convcalc.differences import Topic, examples
from convcalc.ops.convolution import Conv
from convcalc.ops.op import Op
from convcalc.readers.source import read_text
from convcalc.shape import read_size


def native(line: str) -> Op:
    return read_text(line).layers[0].op


def answers(op: Op, size: str, framework: str | None = None) -> dict[str, Answer]:
    return {answer.framework: answer for answer in compare(op, read_size(size), framework).answers}


def under(framework: str, line: str) -> Op:
    dialect = dialect_named(framework)
    assert dialect
    return dialect.adopt(native(line))


def test_a_kernel_that_looks_at_other_cells_is_told_though_the_size_is_the_same() -> None:
    """A kernel of 1 by `same` in steps of 4: onnxruntime reads cells 1 and 5, the others 0 and 4."""
    found = answers(native("conv 2 k1 s4 same"), "3@8")
    assert (found["onnx"].verdict, found["onnx"].reason) == (SHIFTED, "cells look 1 later in the input")
    assert found["keras"].verdict == found["tf"].verdict == found["jax"].verdict == SAME


def test_what_onnx_asks_for_is_asked_of_the_others_in_its_numbers() -> None:
    """That the first cell is never read, Keras says by a cropping before the layer, and JAX by a negative padding."""
    found = answers(under("onnx", "conv 2 k1 s4 same"), "3@8", "onnx")
    assert found["onnx"].sides == found["keras"].sides == found["jax"].sides == ((-1, 0),)
    assert found["torch"].verdict == REFUSED
    assert found["keras"].lines == [
        "x = keras.layers.Cropping1D((1, 0))(x)",
        "x = keras.layers.Conv1D(2, 1, strides=4)(x)",
    ]


def test_an_empty_output_is_compared_by_its_size() -> None:
    """A pool of 6 over 5 cells gives none in onnxruntime and in JAX; the others refuse it."""
    found = answers(under("onnx", "pool k6 s1"), "3@5", "onnx")
    verdicts = {name: answer.verdict for name, answer in found.items()}
    assert verdicts["onnx"] == SAME_SIZE
    assert {verdicts[name] for name in ("torch", "keras", "tf")} == {REFUSED}
    assert (str(found["jax"].output), found["jax"].lines) == ("3@0", [])


def test_no_lines_are_made_for_a_window_that_hangs_over_cells_taken_away() -> None:
    found = answers(native("pool k3 s2 p0:-1 ceil"), "3@9")
    assert [answer.lines for answer in found.values()] == [[]] * 5


def test_a_topic_on_which_all_frameworks_agree_has_no_example(monkeypatch: pytest.MonkeyPatch) -> None:
    assert examples()
    plain = Topic("a plain convolution", "All agree.", Conv, {"kernel": 3}, {"input": range(3, 9)})
    monkeypatch.setattr("convcalc.differences.TOPICS", (plain,))
    assert examples() == []
