"""`convcalc compare`: one layer in every framework, as a user sees it."""

import json

import pytest
from conftest import Run

from convcalc.differences import TOPICS, examples
from convcalc.readers.source import read_text
from convcalc.shape import Shape

SAME_STRIDE_2 = ["compare", "conv 64 k3 s2 same", "3@224x224"]


def test_tensorflows_same_at_stride_2_is_a_pad_and_a_convolution_in_torch(run: Run) -> None:
    lines = run(SAME_STRIDE_2).stdout.splitlines()
    assert lines[0] == "asked: conv 64 k3 s2 same on 3@224x224 gives 64@112x112, padding 0:1"
    place = next(number for number, line in enumerate(lines) if line.startswith("torch"))
    assert "padding='same' is not supported for strided convolutions" in lines[place]
    assert lines[place + 1].strip() == "| x = F.pad(x, (0, 1, 0, 1))"
    assert lines[place + 2].strip() == "| x = nn.Conv2d(3, 64, 3, stride=2)(x)"


def test_every_framework_has_its_line(run: Run) -> None:
    firsts = [line.split()[0] for line in run(SAME_STRIDE_2).stdout.splitlines() if line[0] not in " |"]
    assert firsts == ["asked:", "torch", "keras", "tf", "onnx", "jax"]


def test_json_tells_size_padding_verdict_reason_and_lines(run: Run) -> None:
    answer = json.loads(run([*SAME_STRIDE_2, "--json"]).stdout)
    assert {key: answer[key] for key in ("version", "layer", "framework", "input", "output", "padding")} == {
        "version": 1,
        "layer": "conv 64 k3 s2 same",
        "framework": None,
        "input": {"channels": 3, "size": [224, 224]},
        "output": {"channels": 64, "size": [112, 112]},
        "padding": [[0, 1], [0, 1]],
    }
    assert list(answer["frameworks"]) == ["torch", "keras", "tf", "onnx", "jax"]
    keras = answer["frameworks"]["keras"]
    assert keras["verdict"] == "same"
    assert keras["padding"] == [[0, 1], [0, 1]]
    assert keras["lines"] == ["x = keras.layers.Conv2D(64, 3, strides=2, padding='same')(x)"]
    torch = answer["frameworks"]["torch"]
    assert torch["verdict"] == "refused"
    assert torch["output"] is None
    assert "strided" in torch["reason"]


VERDICTS = [
    pytest.param("tconv k2 s3", "4", "keras", "other size", id="a kernel below its stride"),
    pytest.param("tconv k2 s3", "4", "onnx", "same", id="which onnx has as torch"),
    pytest.param("conv k3 s2 d2", "9", "keras", "refused", id="stride and dilation"),
    pytest.param("tconv k3 s2 p2", "3", "jax", "other size", id="padding in numbers, transposed"),
    pytest.param("tconv k2 same-lower", "4", "jax", "shifted", id="the odd cell at the other end"),
    pytest.param(
        "ConvTranspose1d(3, 8, 3, stride=2, padding=1)", "3@7", "torch", "same", id="the asked framework itself"
    ),
    pytest.param("shuffle 2", "4@8x8", "tf", "same size", id="a layer without windows"),
    pytest.param("flax.ConvTranspose(8, (3, 3), (2, 2))", "4@8x8", "torch", "same", id="flax's SAME, in numbers"),
    pytest.param("Conv1D(8, 3, padding='causal')", "3@7", "keras", "same", id="keras' causal"),
]


@pytest.mark.parametrize(("layer", "size", "framework", "verdict"), VERDICTS)
def test_an_answer_is_the_same_shifted_of_another_size_or_refused(
    run: Run, layer: str, size: str, framework: str, verdict: str
) -> None:
    answer = json.loads(run(["compare", layer, size, "--json"]).stdout)
    assert answer["frameworks"][framework]["verdict"] == verdict


def test_an_average_that_does_not_count_its_padding_is_pasted_so(run: Run) -> None:
    answer = json.loads(run(["compare", "AvgPool2d(3, 2, 1, count_include_pad=False)", "4@8x8", "--json"]).stdout)
    lines = {name: found["lines"] for name, found in answer["frameworks"].items()}
    assert lines["torch"] == ["x = nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)(x)"]
    assert "count_include_pad" not in lines["onnx"][0]


def test_of_a_layer_without_windows_sizes_alone_are_compared(run: Run) -> None:
    assert run(["compare", "shuffle 2", "4@8x8"]).stdout.splitlines()[-1].startswith("sizes alone are compared")


def test_shifted_cells_are_said_to_be_so(run: Run) -> None:
    text = run(["compare", "tconv k2 same-lower", "4"]).stdout
    assert "crop 0:1, the same size, shifted: the output starts 1 earlier in the full result" in text


REFUSED = [
    pytest.param(["compare", "conv k7", "3"], 1, "the padded input is 3", id="the layer itself does not fit"),
    pytest.param(["compare", "conv k3 | conv k3", "9"], 2, "one layer", id="two layers"),
    pytest.param(["compare", "conv", "9"], 2, "kernel", id="a layer that says too little"),
    pytest.param(["compare", "conv k3", "9x"], 2, "is not a size", id="no size"),
    pytest.param(["compare", "conv k3"], 2, "Missing argument 'SIZE'", id="no size at all"),
    pytest.param(["compare", "Conv2d(3, 8)", "9x9"], 2, "kernel_size", id="a call that says too little"),
]


@pytest.mark.parametrize(("arguments", "code", "words"), REFUSED)
def test_what_can_not_be_compared_is_told_in_one_line(run: Run, arguments: list[str], code: int, words: str) -> None:
    result = run(arguments)
    assert result.exit_code == code
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_alone_it_lists_what_frameworks_differ_in(run: Run) -> None:
    text = run(["compare"]).stdout
    assert text.count("torch") >= len(TOPICS)
    assert "conv k3 s2 same on 4: torch refused  keras 2  tf 2  onnx 2  jax 2" in text


def test_every_topic_has_an_example_on_which_frameworks_disagree() -> None:
    found = examples()
    assert [example.topic.title for example in found] == [topic.title for topic in TOPICS]
    for example in found:
        assert len(set(example.answers.values())) > 1


def test_an_example_is_a_layer_that_can_be_pasted() -> None:
    for example in examples():
        op = read_text(str(example.op)).layers[0].op
        assert op == example.op
        assert isinstance(example.shape, Shape)
