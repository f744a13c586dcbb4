"""Fresh random layers in each framework's own spelling: convcalc gives what the framework, run on them, gives."""

from random import Random

import pytest
from dialect_cases import framework, row
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_dialects_recorded import load, mismatches

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]  # frameworks warn of much

MODULES = {"torch": "torch", "keras": "keras", "tf": "tensorflow", "onnx": "onnxruntime", "jax": "flax"}
EXAMPLES = {"torch": 1500, "keras": 500, "tf": 700, "onnx": 1500, "jax": 400}
"""How many are run; JAX compiles each new shape."""


@pytest.mark.parametrize("name", MODULES)
def test_fresh_layers_give_what_the_framework_gives(name: str) -> None:
    """For every layer that a framework has, and any arguments and shape, convcalc and the framework agree."""
    pytest.importorskip(MODULES[name])
    real = framework(name)

    @settings(max_examples=EXAMPLES[name], deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(sorted(real.kinds)), st.randoms(use_true_random=False))
    def agree(kind: str, random: Random) -> None:
        case = real.kinds[kind](random)
        kept = row(case, real.run(case))
        found = list(mismatches(name, [kept]))
        assert not found, found[0]

    agree()


@pytest.mark.parametrize("name", MODULES)
def test_the_recording_was_made_with_these_versions(name: str) -> None:
    pytest.importorskip(MODULES[name])
    assert load(name)["versions"] == framework(name).versions
