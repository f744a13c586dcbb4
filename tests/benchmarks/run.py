"""What convcalc costs, each figure beside its baseline in the same run: `python tests/benchmarks/run.py`.

Machines are shared and noisy, so the ratios count, not the times.
A baseline that is not installed is said to be left out.
"""

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from convcalc import Layer, Network, Shape
from convcalc.ops.convolution import Conv

INPUT = Shape(3, (224, 224))
LAYERS = 1000


def report(what: str, value: str, limit: str = "") -> None:
    """One line of the table."""
    sys.stdout.write(f"{what:58} {value:>14}  {limit}\n")
    sys.stdout.flush()


def best(work: Callable[[], object], repeats: int) -> float:
    """Seconds of the fastest of several runs, with nothing collected in between."""
    times = []
    for _ in range(repeats):
        gc.collect()
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def chain_of(layers: int) -> Network:
    """A chain of convolutions that keep the size."""
    return Network([Layer(Conv(out=64, kernel=3, padding=1), (index,)) for index in range(layers)])


def process(command: Sequence[str]) -> float:
    """Seconds of a whole process."""
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=env)
    return time.perf_counter() - start


def pairs(command: Sequence[str], baseline: Sequence[str], count: int = 30) -> float:
    """The median ratio of two processes run in turn, so that both meet the same machine."""
    process(command)
    return median(process(command) / process(baseline) for _ in range(count))


def start_up() -> None:
    """Whole processes against importing click."""
    program = str(Path(sys.executable).with_name("convcalc"))
    click = [sys.executable, "-c", "import click"]
    for line, limit in (
        ("conv 224 -k 7 -s 2 -p 3", "at most 1.2"),
        ("tconv 7 -k 5 -s 2 -p same", "at most 1.2"),
        ("conv 224 -k 7 --json", ""),
        ("chain dcgan", ""),
    ):
        report(f"convcalc {line} / import click", f"{pairs([program, *line.split()], click):.2f}", limit)


def onnx_chain(onnx: Any, layers: int) -> bytes:
    """The chain of `chain_of` as an ONNX model."""
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    inputs = [helper.make_tensor_value_info("x0", kind, [1, 3, 224, 224])]
    nodes = []
    for index in range(layers):
        channels = 64 if index else 3
        inputs.append(helper.make_tensor_value_info(f"w{index}", kind, [64, channels, 3, 3]))
        names = [f"x{index}", f"w{index}"]
        nodes.append(helper.make_node("Conv", names, [f"x{index + 1}"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
    output = helper.make_tensor_value_info(f"x{layers}", kind, None)
    return bytes(helper.make_model(helper.make_graph(nodes, "chain", inputs, [output])).SerializeToString())


def a_layer() -> None:
    """A layer against onnx.shape_inference, which is written in C++, on the same chain."""
    network = chain_of(LAYERS)
    network.shapes(INPUT)
    shapes = best(lambda: network.shapes(INPUT), 30)
    columns = best(lambda: network.run(INPUT), 30)
    report("shapes alone, a layer", f"{shapes / LAYERS * 1e6:.2f} us")
    report("all columns, a layer", f"{columns / LAYERS * 1e6:.2f} us")
    if find_spec("onnx") is None:
        report("onnx.shape_inference", "left out", "onnx is not installed")
        return
    onnx = import_module("onnx")
    infer = import_module("onnx.shape_inference").infer_shapes
    model = onnx_chain(onnx, LAYERS)
    baseline = best(lambda: infer(model), 30)
    report("onnx.shape_inference, a layer", f"{baseline / LAYERS * 1e6:.2f} us")
    report("shapes alone / onnx.shape_inference", f"{shapes / baseline:.2f}", "at most 0.33")
    report("all columns / onnx.shape_inference", f"{columns / baseline:.2f}", "at most 2")


def growth() -> None:
    """A layer's cost from a hundred layers to a million: as good as equal."""
    costs = {}
    for layers in (100, 10_000, 1_000_000):
        network = chain_of(layers)
        repeats = max(1, 100_000 // layers)
        network.run(INPUT)
        costs[layers] = best(lambda network=network: network.run(INPUT), min(repeats, 20)) / layers  # type: ignore[misc]
        report(f"all columns, {layers} layers, a layer", f"{costs[layers] * 1e6:.2f} us")
    report("a layer of 1,000,000 / a layer of 10,000", f"{costs[1_000_000] / costs[10_000]:.2f}", "about 1")


def table() -> None:
    """A table of 1,000 layers, the whole process."""
    text = "\n".join(["input 3@224x224", *["conv 64 k3 p1"] * LAYERS])
    program = str(Path(sys.executable).with_name("convcalc"))
    start = time.perf_counter()
    subprocess.run([program, "chain", "-"], input=text.encode(), check=True, capture_output=True)
    report("a table of 1,000 layers", f"{time.perf_counter() - start:.2f} s", "under 2 s")


def main() -> None:
    """Everything, one line a figure."""
    for part in (start_up, a_layer, growth, table):
        part()


if __name__ == "__main__":
    main()
