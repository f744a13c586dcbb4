"""Laws over every dialect: its families say truly what they rule, are loaded when met, and spell what they declare."""

import subprocess
import sys
from importlib import import_module

import pytest

from convcalc.dialects import NAMES, dialect_named
from convcalc.dialects.dialect import Dialect
from convcalc.dialects.families import _Lazy
from convcalc.errors import Impossible, Malformed
from convcalc.ops.convolution import Conv
from convcalc.ops.registry import OPS
from convcalc.ops.resampling import Upsample
from convcalc.shape import Shape


def dialect(name: str) -> Dialect:
    found = dialect_named(name)
    assert found
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_of_a_family_is_found(name: str) -> None:
    rules = dialect(name).rules
    assert isinstance(rules, _Lazy)
    for family in rules.families:
        for op in rules.read(import_module(f"{rules.package}.{family}")):
            assert op in rules, f"{family} rules {op.__name__}, which its entry does not tell"


@pytest.mark.parametrize("name", NAMES)
def test_every_native_op_can_be_adopted(name: str) -> None:
    for op in OPS:
        assert dialect(name).rules.get(op) is None or callable(dialect(name).rules[op])


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_declares_its_arguments_in_python(name: str) -> None:
    for layer, spelling in dialect(name).layers.items():
        for argument in spelling.signature.arguments.values():
            assert argument.kinds, f"{layer}: {argument.name}"
        assert set(spelling.signature.positional) <= set(spelling.signature.arguments)


@pytest.mark.parametrize("name", NAMES)
def test_a_dialect_says_how_to_paste(name: str) -> None:
    assert callable(import_module(f"convcalc.dialects.{name}.paste").paste)


@pytest.mark.parametrize("name", NAMES)
def test_one_convolution_loads_no_other_family(name: str) -> None:
    code = (
        "import sys; sys.argv = ['convcalc', 'conv', '9', '-k', '3', '-f', sys.argv[1]]\n"
        "from convcalc.cli import main\n"
        "try: main()\n"
        "finally: print(*[name for name in sys.modules if name.startswith('convcalc.dialects.')], file=sys.stderr)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code, name], capture_output=True, text=True, check=True
    ).stderr.split()
    families = {module.rpartition(".")[2] for module in loaded if module.startswith(f"convcalc.dialects.{name}.")}
    assert "convolution" in families
    assert not families & {"pooling", "resampling", "rearranging", "pointwise", "joins", "paste"}
    assert not [module for module in loaded if module.split(".")[2] in set(NAMES) - {name}]


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_that_no_framework_has_is_malformed(name: str) -> None:
    with pytest.raises(Malformed, match=f"{name} has no layer 'Conv9d'") as caught:
        dialect(name).layer("Conv9d")
    assert caught.value.key == "op"


@pytest.mark.parametrize("name", NAMES)
def test_layers_under_a_dialect_are_equal_where_all_they_say_is(name: str) -> None:
    one, same, other = [dialect(name).adopt(Conv(kernel=kernel)) for kernel in (3, 3, 5)]
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != Conv(kernel=3)
    assert repr(one) == "<conv k3, under a rule>"


@pytest.mark.parametrize("name", ["torch", "onnx"])
@pytest.mark.parametrize(
    ("op", "cells"),
    [
        pytest.param(Upsample(scale="2.3"), 10**400, id="the size"),
        pytest.param(Upsample(scale=f"{10**400}/3"), 5, id="the factor"),
    ],
)
def test_a_size_or_a_factor_that_no_float_holds_is_refused(name: str, op: Upsample, cells: int) -> None:
    with pytest.raises(Impossible, match="too large for a float") as caught:
        dialect(name).adopt(op).output(Shape(3, (cells,)))
    assert caught.value.key == "scale"
