"""Where onnx's own shape inference says something else than onnxruntime gives: written down, and measured again."""

import pytest
from dialect_cases import Case, show

from convcalc.dialects import dialect_named
from convcalc.shape import Shape

pytestmark = pytest.mark.oracle
pytest.importorskip("onnxruntime")

from real_onnx import INFERENCE, inferred, run  # noqa: E402 - where onnxruntime is installed


@pytest.mark.parametrize("what", INFERENCE)
def test_inference_and_execution_differ_as_written_down(what: str) -> None:
    case, said, given = INFERENCE[what]
    found, executed = inferred(case), run(case).output
    assert (found and show(found)) == said
    assert (executed and show(executed)) == given
    assert said != given


@pytest.mark.parametrize("opset", [10, 11, 13, 18, 19, 21, 22])
def test_a_ceil_mode_average_of_2_cells_is_1_at_every_opset(opset: int) -> None:
    """And so it is in PyTorch; inference says 2 below opset 22."""
    layer = {"op": "AveragePool", "kernel_shape": [3], "strides": [3], "pads": [1, 1], "ceil_mode": 1}
    case = Case(layer, ((1, (2,)),), {"opset": opset})
    assert run(case).output == (1, (1,))
    assert inferred(case) == (1, (1 if opset >= 22 else 2,))
    dialect = dialect_named("onnx", opset)
    assert dialect
    settings = {key: value for key, value in layer.items() if key != "op"}
    assert dialect.layer("AveragePool", (), settings).output(Shape(1, (2,))) == Shape(1, (1,))
