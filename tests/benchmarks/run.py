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
from typing import Any, NamedTuple

from convcalc import Layer, Network, Shape, load
from convcalc.ops.convolution import Conv
from convcalc.presets import files
from convcalc.readers.source import read_text
from convcalc.solve.knobs import Choices, Span
from convcalc.solve.layer import Question, solutions
from convcalc.solve.sizes import accepted_sizes

INPUT = Shape(3, (224, 224))
LAYERS = 1000
PROGRAM = str(Path(sys.executable).with_name("convcalc"))
CLICK = (sys.executable, "-c", "import click")


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


def first_line(command: Sequence[str]) -> float:
    """Seconds from the start of a process to the end of its first line; what else it has to say is not waited for."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        line = running.stdout.readline() if running.stdout else b""
        seconds = time.perf_counter() - start
        running.kill()
    if not line:
        raise SystemExit(f"{' '.join(command)} printed nothing")
    return seconds


class Costs(NamedTuple):
    """What a command takes: seconds, and the ratio to a baseline; medians both."""

    seconds: float
    ratio: float


def beside(
    command: Sequence[str], measure: Callable[[Sequence[str]], float] = process, baseline: Sequence[str] = CLICK
) -> Costs:
    """A command and a whole process of its baseline run in turn, so that both meet the same machine."""
    measure(command)
    times = [(measure(command), process(baseline)) for _ in range(30)]
    return Costs(median(seconds for seconds, _ in times), median(seconds / other for seconds, other in times))


def start_up() -> None:
    """Whole processes against importing click."""
    for line, limit in (
        ("conv 224 -k 7 -s 2 -p 3", "at most 1.2"),
        ("tconv 7 -k 5 -s 2 -p same", "at most 1.2"),
        ("conv 224 -k 7 --json", ""),
        ("conv 224 -k 7 -f torch", ""),
        ("chain dcgan", ""),
    ):
        report(f"convcalc {line} / import click", f"{beside([PROGRAM, *line.split()]).ratio:.2f}", limit)


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
    start = time.perf_counter()
    subprocess.run([PROGRAM, "chain", "-"], input=text.encode(), check=True, capture_output=True)
    report("a table of 1,000 layers", f"{time.perf_counter() - start:.2f} s", "under 2 s")


def all_layers(cells: Span, output: Span) -> Question:
    """Every convolution of kernel 1..64, stride 1..64 and dilation 1..16 between sizes; padding as it is searched."""
    first, last = cells
    small, large = output
    return Question(
        "conv",
        (Choices(((first or 1, last),)),),
        (Choices(((small or 1, large),)),),
        (Choices(((1, 64),)),),
        (Choices(((1, 64),)),),
        (Choices(((1, 16),)),),
    )


def solving() -> None:
    """One layer backwards: how soon it starts to answer, and what an answer costs among few and among many."""
    knobs = "-k 1..64 -s 1..64 -d 1..16 --all -q"
    for sizes in ("--in 10000 --out 5000", "--in 9990..10010 --out 4990..5010"):
        for padding in ("", " -p 0..1008:0..1008"):
            command = f"solve conv {sizes} {knobs}{padding}".split()
            seconds, ratio = beside([PROGRAM, *command], first_line)
            what = f"solve {sizes}{padding}"
            report(what, f"{seconds * 1e3:.0f} ms", "the first answer, under 150 ms")
            report("  / import click", f"{ratio:.2f}")
    costs = {}
    for more in (0, 2, 4):
        question = all_layers((10_000, 10_000 + more), (5_000, 5_000 + more))
        count = sum(1 for _ in solutions(question))
        costs[count] = best(lambda question=question: sum(1 for _ in solutions(question)), 2) / count  # type: ignore[misc]
        report(f"solve, {count} answers, an answer", f"{costs[count] * 1e6:.1f} us")
    few, *_, many = costs
    report(f"an answer of {many} / an answer of {few}", f"{costs[many] / costs[few]:.2f}", "at most about 1")


def sizing() -> None:
    """A network's sizes: of the largest preset, and of a period that is too long to be followed."""
    layers = {name: len(load(path).layers) for name, path in files().items()}
    largest = max(layers, key=lambda name: layers[name])
    seconds, ratio = beside([PROGRAM, "sizes", largest])
    report(f"sizes {largest}, {layers[largest]} layers", f"{seconds:.2f} s", "within 1 s")
    report("  / import click", f"{ratio:.2f}")
    halved = read_text("\n".join(["conv 4 k3 s2 p1"] * 20 + ["upsample x2"] * 20 + ["add in"]))
    report("sizes, a period of 2^20", f"{best(lambda: accepted_sizes(halved, 4, 1), 3):.2f} s", "within 2 s")


def main() -> None:
    """Everything, one line a figure."""
    for part in (start_up, a_layer, growth, table, solving, sizing):
        part()


if __name__ == "__main__":
    main()
