"""Layers in a framework's own spelling: how they are read, and that nothing of them is ever executed."""

import contextlib
from pathlib import Path

import pytest
from conftest import Run
from hypothesis import given
from hypothesis import strategies as st

import convcalc
from convcalc.errors import ConvcalcError, Malformed
from convcalc.readers.call import Call, read_call

READ = [
    pytest.param("Conv2d(3, 64, 7)", Call("Conv2d", (3, 64, 7), {}), id="by place"),
    pytest.param("Conv2d(3, 64, kernel_size=7)", Call("Conv2d", (3, 64), {"kernel_size": 7}), id="by name"),
    pytest.param("nn.ReLU()", Call("nn.ReLU", (), {}), id="a dotted name"),
    pytest.param("Linear(7*7*256, 10)", Call("Linear", (12544, 10), {}), id="a product"),
    pytest.param("Linear(2 * (3 + 4) - 1, 9 // 2, 9 % 4)", Call("Linear", (13, 4, 1), {}), id="integer arithmetic"),
    pytest.param("F(-1, -(2), +3)", Call("F", (-1, -2, 3), {}), id="signs"),
    pytest.param("F(2**10)", Call("F", (1024,), {}), id="a power"),
    pytest.param("F((1, 2), [3, (4,)])", Call("F", ((1, 2), [3, (4,)]), {}), id="tuples and lists"),
    pytest.param("F(None, True, 'same')", Call("F", (None, True, "same"), {}), id="constants"),
    pytest.param("F('same' )", Call("F", ("same",), {}), id="blanks"),
    pytest.param("F(scale_factor=2.5)", Call("F", (), {"scale_factor": 2.5}), id="a float"),
]


@pytest.mark.parametrize(("text", "call"), READ)
def test_a_call_is_a_name_and_literal_arguments(text: str, call: Call) -> None:
    assert read_call(text) == call


REFUSED = [
    pytest.param("F(__import__('os').system('true'))", "neither a literal nor integer arithmetic", id="a call inside"),
    pytest.param("F(x)", "'x' is neither a literal", id="a name"),
    pytest.param("F(a.b)", "neither a literal", id="an attribute"),
    pytest.param("F(lambda: 3)", "neither a literal", id="a lambda"),
    pytest.param("F([i for i in (1, 2)])", "neither a literal", id="a comprehension"),
    pytest.param("F(2 ** 9999)", "too large a number", id="a huge power"),
    pytest.param("F(9 ** 9 ** 9)", "too large a number", id="a tower of powers"),
    pytest.param("F(2 ** -1)", "or to none", id="a negative power"),
    pytest.param("F(1 << 99)", "neither a literal", id="a shift"),
    pytest.param("F(f'{1}')", "neither a literal", id="an f-string"),
    pytest.param("F({'a': 1})", "neither a literal", id="a dictionary"),
    pytest.param("F(b'x')", "neither a literal", id="bytes"),
    pytest.param("F(...)", "neither a literal", id="an ellipsis"),
    pytest.param("F(1j)", "neither a literal", id="a complex number"),
    pytest.param("F(*[1])", "neither a literal", id="a star"),
    pytest.param("F(**x)", "** has no place", id="two stars"),
    pytest.param("F(1 if True else 2)", "neither a literal", id="a condition"),
    pytest.param("F(3 // 0)", "divides by zero", id="by zero"),
    pytest.param("F(2.5 * 2)", "is not an integer", id="float arithmetic"),
    pytest.param("F('a' * 9)", "is not a number", id="a string times"),
    pytest.param("F(True + 1)", "is not a number", id="a boolean plus"),
    pytest.param("F(" + "*".join(["99999999"] * 60) + ")", "too large a number", id="a huge product"),
    pytest.param("F(1, 2", "is not a call", id="never closed"),
    pytest.param("3 + 4", "is not a call", id="no call"),
    pytest.param("F(1)(2)", "starts with the name", id="a call of a call"),
    pytest.param("F(a=1, a=2)", "given twice", id="given twice"),
    pytest.param("F(" + "(" * 500 + ")" * 500 + ")", "not a call", id="nested deep"),
    pytest.param("F(" + "1," * 3000 + ")", "too long", id="too long"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_anything_else_is_a_clear_error_and_never_executed(text: str, words: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_call(text)
    assert words in str(caught.value)


@given(st.text(max_size=60))
def test_no_text_makes_the_parser_fail_otherwise(text: str) -> None:
    """Whatever stands between the parentheses, the answer is a call or `Malformed`."""
    with contextlib.suppress(Malformed):
        assert isinstance(read_call(f"F({text})"), Call)


@given(st.text(alphabet="Conv2d(3, 8)=stride:'\"|#{}[] x*\n", max_size=40))
def test_no_line_with_a_call_makes_the_reader_fail_otherwise(text: str) -> None:
    """Whatever stands around a call, a network is read or an error of convcalc's own is raised."""
    with contextlib.suppress(ConvcalcError):
        convcalc.read(f"framework torch\nConv2d(3, 8, 3) {text}")


def outputs(text: str, shape: str) -> list[str]:
    return [str(found) for found in convcalc.read(text).shapes(shape)]


WRITTEN = [
    pytest.param("Conv2d(3, 8, 3, padding=1)", ["8@16x16"], id="alone: the class tells the framework"),
    pytest.param("stem: Conv2d(3, 8, 3) | relu | add stem", ["8@14x14"] * 3, id="named, with native layers"),
    pytest.param("Conv2d(3, 8, 3, name='a') | add a", ["8@14x14"] * 2, id="named inside the call"),
    pytest.param("Conv2d(3, 3, 3) *2", ["3@14x14", "3@12x12"], id="repeated"),
    pytest.param("conv 8 k3 | Conv2d(3, 8, 1) from=in", ["8@14x14", "8@16x16"], id="from"),
    pytest.param("framework torch | ReLU", ["3@16x16"], id="a class name alone"),
    pytest.param("torch.nn.Conv2d(3, 8, 3) | F.interpolate(scale_factor=2)", ["8@14x14", "8@28x28"], id="module names"),
    pytest.param("Conv2D(8, 3) | conv 4 k3", ["8@14x14", "4@12x12"], id="keras"),
    pytest.param("a: Conv2D(8, 3) | b: Conv2D(8, 3) from=in | Add() a", ["8@14x14"] * 3, id="a join in a call"),
    pytest.param(
        "framework torch | self.conv1 = nn.Conv2d(3, 8, 3), | conv2 = nn.Conv2d(8, 4, 1),",
        ["8@14x14", "4@14x14"],
        id="as in code",
    ),
    pytest.param("framework onnx | opset 13 | Relu()", ["3@16x16"], id="an opset"),
    pytest.param("block twice out\nConv2d({out}, {out}, 3)\nend\ntwice 3", ["3@14x14"], id="inside a block"),
]


@pytest.mark.parametrize(("text", "expected"), WRITTEN)
def test_a_network_may_hold_calls(text: str, expected: list[str]) -> None:
    assert outputs(text, "3@16x16")[1:] == expected


UNREADABLE = [
    pytest.param("Conv2d(3, 8)", "kernel_size: Conv2d needs kernel_size", id="an argument is missing"),
    pytest.param(
        "Conv2d(3, 8, 3, strid=2)", "has no argument 'strid'; did you mean stride?", id="a misspelled argument"
    ),
    pytest.param("Conv2d(3, 8, 3, 1, 0, 1, 1, True, 'zeros', None, None, 5)", "by place, got 12", id="too many"),
    pytest.param("Conv2d(3, 8, 3, kernel_size=3)", "is given twice", id="by place and by name"),
    pytest.param("Conv2d(3, 8, (3, 3, 3))", "must be a number or 2 of them", id="axes too many"),
    pytest.param("Conv2d(3, 8, 0)", "must be at least 1, got 0", id="a kernel of 0"),
    pytest.param("Conv2d(3, 8, 3.0)", "must be an integer, got 3.0", id="a float"),
    pytest.param("Conv2d(3, 8, '3')", "must be an integer, got '3'", id="a string"),
    pytest.param("Conv2d(3, 8, 3, bias='no')", "must be true or false", id="no flag"),
    pytest.param("Conv2d(3, 8, 3) spare", "joins no other layers", id="a name behind"),
    pytest.param("Conv2d(3, 8, 3) stride=2", "stands after the call", id="an argument behind"),
    pytest.param("Conv2d(3, 8, 3", "is never closed", id="not closed"),
    pytest.param("Conv9d(3)", "is no layer of any framework", id="unknown"),
    pytest.param("framework torch | Conv2D(8, 3)", "no layer of torch; did you mean Conv2d?", id="another framework's"),
    pytest.param("Conv2D(8, 3) | Conv2d(8, 8, 3)", "no one framework has all of these layers", id="two frameworks'"),
    pytest.param("Flatten()", "could be torch or keras or onnx", id="several frameworks'"),
    pytest.param(
        "Conv2d(3, 8, 3) | relu()", "torch lacks relu; write relu without parentheses", id="a native op called"
    ),
    pytest.param("b: Conv2d(3, 8, 3, name='c')", "is called b and c", id="two names"),
    pytest.param(
        "framework torch | block Conv2d\nrelu\nend\nrelu", "is a layer of torch already", id="a block named so"
    ),
    pytest.param("framework torch | opset 13 | ReLU()", "torch has no opset", id="an opset elsewhere"),
]


@pytest.mark.parametrize(("text", "words"), UNREADABLE)
def test_a_call_that_says_nothing_sensible_is_malformed(text: str, words: str) -> None:
    with pytest.raises(Malformed) as caught:
        convcalc.read(text)
    assert words in str(caught.value)


def test_layers_of_one_framework_are_not_run_as_anothers() -> None:
    network = convcalc.read("Conv2d(3, 8, 3)")
    with pytest.raises(Malformed, match="written as torch has them"):
        network.run("3@8x8", framework="keras")


def test_the_framework_that_is_asked_for_reads_layers_that_could_be_several(run: Run) -> None:
    result = run(["chain", "-i", "3@8x8", "-f", "torch", "-e", "Flatten() | Dropout(0.5)"])
    assert result.exit_code == 0
    assert result.stdout.endswith("3@8x8 → 192\n")


def test_the_framework_that_is_asked_for_lays_out_a_list(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "net.json"
    file.write_text('{"input": [8, 6, 3], "layers": ["conv 4 k3"]}')
    assert run(["chain", str(file), "-f", "keras"]).stdout.endswith("3@8x6 → 4@6x4\n")
    assert run(["chain", str(file), "-f", "torch"]).stdout.endswith("8@6x3 → 4@4x1\n")
