"""Measure the networks of networks.py in their frameworks and record the figures as JSON.

python tests/oracle/record_networks.py            rewrites tests/vectors/networks.json
python tests/oracle/record_networks.py --check    measures anew; lists differences from the recording and exits 1

Every figure is read off a run on a real tensor of batch 1: shapes from the tensors that went through, parameters from
the framework's own count, multiply-accumulates (macs) from real weight tensors and tensors:

convolution               elements of the weight * positions of the output
transposed convolution    elements of the weight * positions of the input
dense                     elements of the weight

Biases, norms, pools and activations count nothing. Shapes are written channels first: channels@sizes, and a vector as
its length. A layer is listed for each run of a layer with weights, in that order.
"""

import argparse
import json
import math
import os
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

from networks import NETWORKS, Network

RECORDING = Path(__file__).parents[1] / "vectors" / "networks.json"

KINDS = {
    "BatchNorm2d": "norm",
    "BatchNormalization": "norm",
    "Conv1d": "conv",
    "Conv2D": "conv",
    "Conv2DTranspose": "tconv",
    "Conv2d": "conv",
    "Conv3d": "conv",
    "ConvTranspose2d": "tconv",
    "Dense": "dense",
    "GroupNorm": "norm",
    "Linear": "dense",
}


def sizes(notation: str) -> tuple[int, ...]:
    """The numbers of a shape in notation, channels first."""
    return tuple(int(size) for size in notation.replace("@", "x").split("x"))


def notation(shape: Sequence[int]) -> str:
    """A shape, channels first and without the batch, in notation."""
    channels, *positions = shape
    return f"{channels}@{'x'.join(map(str, positions))}" if positions else str(channels)


def channels_first(shape: Sequence[int]) -> tuple[int, ...]:
    """The shape of a Keras tensor without its batch, the channels moved to the front."""
    _, *positions, channels = shape
    return (channels, *positions)


def multiply_accumulates(kind: str, weight: int, source: Sequence[int], target: Sequence[int]) -> int:
    """What one run of a layer costs, by the elements of its weight and the shapes that went in and came out."""
    match kind:
        case "conv":
            return weight * math.prod(target[1:])
        case "tconv":
            return weight * math.prod(source[1:])
        case "dense":
            return weight
        case _:
            return 0


def measure_torch(network: Network) -> dict[str, Any]:
    """The figures of a PyTorch model, collected by forward hooks while it runs."""
    torch = import_module("torch")
    layers: list[list[Any]] = []
    macs: list[int] = []

    def hook(module: Any, inputs: tuple[Any, ...], output: Any) -> None:
        kind = KINDS[type(module).__name__]
        source, target = inputs[0].shape[1:], output.shape[1:]
        layers.append([kind, notation(target), sum(parameter.numel() for parameter in module.parameters())])
        macs.append(multiply_accumulates(kind, module.weight.numel(), source, target))

    model = network.model.eval()
    for module in model.modules():
        if any(True for _ in module.parameters(recurse=False)):
            module.register_forward_hook(hook)
    torch.manual_seed(0)
    source = torch.rand(1, *sizes(network.input))
    with torch.no_grad():
        output = model(source)
    return {
        "framework": "torch",
        "input": notation(source.shape[1:]),
        "output": notation(output.shape[1:]),
        "params": sum(parameter.numel() for parameter in model.parameters()),
        "trainable": sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad),
        "macs": sum(macs),
        "layers": layers,
    }


def measure_keras(network: Network) -> dict[str, Any]:
    """The figures of a sequential Keras model, from a run that gives every layer's output."""
    keras = import_module("keras")
    model = network.model
    probe = keras.Model(model.inputs, [layer.output for layer in model.layers])
    channels, *positions = sizes(network.input)
    source = keras.random.uniform((1, *positions, channels), seed=0)
    tensors = [source, *probe(source)]

    layers: list[list[Any]] = []
    macs = 0
    for layer, before, after in zip(model.layers, tensors, tensors[1:], strict=False):
        if layer.count_params():
            kind = KINDS[type(layer).__name__]
            target = channels_first(after.shape)
            layers.append([kind, notation(target), layer.count_params()])
            weight = 0 if kind == "norm" else math.prod(layer.kernel.shape)
            macs += multiply_accumulates(kind, weight, channels_first(before.shape), target)
    return {
        "framework": "keras",
        "input": notation(channels_first(source.shape)),
        "output": notation(channels_first(model(source).shape)),
        "params": model.count_params(),
        "trainable": sum(math.prod(weight.shape) for weight in model.trainable_weights),
        "macs": macs,
        "layers": layers,
    }


def measure(name: str) -> dict[str, Any]:
    """The figures of one network; every parameter must be in a layer that ran, and ran once."""
    network = NETWORKS[name]()
    figures = measure_torch(network) if network.framework == "torch" else measure_keras(network)
    listed = sum(params for _, _, params in figures["layers"])
    if listed != figures["params"]:
        raise ValueError(f"{name}: the layers that ran have {listed} parameters, the model {figures['params']}")
    return figures


def written(recording: dict[str, Any]) -> str:
    """The recording as JSON, one line for each figure and each layer."""
    blocks = []
    for name, figures in recording["networks"].items():
        lines = [f"      {json.dumps(key)}: {json.dumps(figures[key])}" for key in figures if key != "layers"]
        layers = ",\n".join(f"        {json.dumps(layer)}" for layer in figures["layers"])
        lines.append(f'      "layers": [\n{layers}\n      ]')
        blocks.append(f"    {json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n    }")
    versions = json.dumps(recording["recorded_with"])
    return f'{{\n  "recorded_with": {versions},\n  "networks": {{\n' + ",\n".join(blocks) + "\n  }\n}\n"


def differences(recorded: dict[str, Any], measured: dict[str, Any]) -> Iterator[str]:
    """A line for each figure and layer in which two sets of networks differ."""
    for name in sorted(recorded.keys() | measured.keys()):
        if name not in measured:
            yield f"{name}: recorded, but there is no such network"
        elif name not in recorded:
            yield f"{name}: not recorded"
        else:
            yield from (f"{name}: {line}" for line in figure_differences(recorded[name], measured[name]))


def figure_differences(recorded: dict[str, Any], measured: dict[str, Any]) -> Iterator[str]:
    """A line for each figure and layer in which two measurements of a network differ."""
    for key in sorted((recorded.keys() | measured.keys()) - {"layers"}):
        if recorded.get(key) != measured.get(key):
            yield f"{key}: recorded {recorded.get(key)}, measured {measured.get(key)}"
    pairs = zip_longest(recorded.get("layers", []), measured["layers"])
    for number, (old, new) in enumerate(pairs, start=1):
        if old != new:
            yield f"layer {number}: recorded {old}, measured {new}"


def main() -> int:
    """Record, or check the recording."""
    parser = argparse.ArgumentParser(description="Measure known networks in their frameworks.")
    parser.add_argument("--check", action="store_true", help="compare with the recording instead of rewriting it")
    check = parser.parse_args().check

    networks = {name: measure(name) for name in sorted(NETWORKS)}
    if check:
        recorded = json.loads(RECORDING.read_text(encoding="utf-8"))["networks"]
        lines = list(differences(recorded, networks))
        sys.stdout.writelines(f"{line}\n" for line in lines)
        return 1 if lines else 0
    versions = {name: str(import_module(name).__version__) for name in ("torch", "keras", "tensorflow")}
    RECORDING.write_text(written({"recorded_with": versions, "networks": networks}), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
