"""Every preset against the same network built in a real framework, as `vectors/networks.json` recorded it."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from convcalc import load
from convcalc.ops.op import Op
from convcalc.presets import files, summary
from convcalc.trace import Trace

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "vectors" / "networks.json").read_text())["networks"]
KINDS = {"conv": "conv", "dwconv": "conv", "tconv": "tconv", "dense": "dense"}


def traced(name: str) -> Trace:
    return load(files()[name]).run()


def kind(op: Op) -> str:
    return KINDS.get(op.spelling, "norm")


def test_every_preset_is_recorded_from_a_framework() -> None:
    assert set(files()) == set(RECORDED)


@pytest.mark.parametrize("name", files())
def test_a_preset_builds_and_meets_what_it_expects(name: str) -> None:
    trace = traced(name)
    assert not trace.failures
    assert trace.network.expect is not None
    assert trace.network.framework is not None


@pytest.mark.parametrize("name", files())
def test_a_preset_has_the_totals_of_the_real_network(name: str) -> None:
    trace, real = traced(name), RECORDED[name]
    assert (str(trace.input), str(trace.output)) == (real["input"], real["output"])
    assert (trace.params, trace.trainable) == (real["params"], real["trainable"])
    assert trace.macs == real["macs"]
    assert trace.network.framework == real["framework"]


@pytest.mark.parametrize("name", files())
def test_a_preset_has_the_layers_of_the_real_network(name: str) -> None:
    """The order of branches is free, so the layers with weights are compared as a bag."""
    ours = [(kind(row.op), str(row.output), row.params) for row in traced(name) if row.params]
    assert Counter(ours) == Counter((what, shape, params) for what, shape, params in RECORDED[name]["layers"])


KNOWN = {
    "dcgan": (2_330_944, 2_305_472),
    "dcgan_torch": (3_576_704, 3_576_704),
    "dcgan_torch_discriminator": (2_765_568, 2_765_568),
    "alexnet": (61_100_840, 61_100_840),
    "vgg16": (138_357_544, 138_357_544),
    "resnet18": (11_689_512, 11_689_512),
    "resnet50": (25_557_032, 25_557_032),
}


@pytest.mark.parametrize(("name", "params"), KNOWN.items())
def test_a_preset_has_the_params_that_everyone_knows(name: str, params: tuple[int, int]) -> None:
    trace = traced(name)
    assert (trace.params, trace.trainable) == params


def test_the_dcgan_generator_counts_macs_by_input_cells() -> None:
    assert traced("dcgan_torch").macs == 104_628_224


KERAS = {"mobilenet_v2": 3_538_984, "densenet121": 8_062_504}
"""keras.applications' count_params(), whose batchnorms have four numbers a channel."""


@pytest.mark.parametrize(("name", "params"), KERAS.items())
def test_under_keras_a_batchnorm_counts_its_moving_statistics(name: str, params: int) -> None:
    assert load(files()[name]).run(framework="keras").params == params


def test_wav2vec2_sees_25_ms_every_20_ms_at_16_khz() -> None:
    trace = traced("wav2vec2")
    last = trace.row(len(trace))
    assert (last.receptive_field, last.jump) == ((400,), ((320, 1),))


def test_every_preset_opens_with_a_sentence_on_what_it_is() -> None:
    for path in files().values():
        assert len(summary(path)) > 20
