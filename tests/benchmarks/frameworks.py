"""The frameworks as baselines: a question as a whole program, and a chain of convolutions put through shape by shape.

A framework that is not installed is left out.
"""

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from itertools import pairwise
from typing import Any, NamedTuple

Chain = Callable[[int, int], Callable[[], Any]]
"""How many layers, and the input's side, to what is timed: the shape that comes out of the last one."""


class Framework(NamedTuple):
    """A framework: what has to be installed, how it tells shapes, the program that prints 112, and the chain."""

    needs: tuple[str, ...]
    way: str
    program: str
    chain: Chain

    @property
    def name(self) -> str:
        """Its own name, and how it tells shapes."""
        return f"{self.needs[0]}, {self.way}"

    @property
    def missing(self) -> str:
        """What of it is not installed."""
        return ", ".join(name for name in self.needs if find_spec(name) is None)


def widths(layers: int) -> Iterator[tuple[int, int]]:
    """The channels before and after each layer; of a thousand layers no two are alike, so that none is remembered."""
    return pairwise([3, *(64 + index % 1000 for index in range(layers))])


def torch_chain(layers: int, side: int) -> Callable[[], Any]:
    """Modules on the meta device, which holds no numbers."""
    torch: Any = import_module("torch")
    convolutions = [torch.nn.Conv2d(*pair, 3, padding=1, device="meta") for pair in widths(layers)]
    start = torch.empty(1, 3, side, side, device="meta")

    def run() -> Any:
        image = start
        with torch.no_grad():
            for convolution in convolutions:
                image = convolution(image)
        return tuple(image.shape[1:])

    return run


def keras_chain(layers: int, side: int) -> Callable[[], Any]:
    """Layers that are not built, for `compute_output_shape` needs no weights."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    keras: Any = import_module("keras")
    convolutions = [keras.layers.Conv2D(after, 3, padding="same") for _, after in widths(layers)]

    def run() -> Any:
        shape = (None, side, side, 3)
        for convolution in convolutions:
            shape = convolution.compute_output_shape(shape)
        return shape[3], shape[1], shape[2]

    return run


def onnx_chain(layers: int, side: int) -> Callable[[], Any]:
    """A model in bytes, for shape inference is written in C++ and reads no other."""
    onnx: Any = import_module("onnx")
    infer: Any = import_module("onnx.shape_inference").infer_shapes
    model = _onnx_model(onnx, layers, side)

    def run() -> Any:
        return tuple(cell.dim_value for cell in infer(model).graph.output[0].type.tensor_type.shape.dim[1:])

    return run


def _onnx_model(onnx: Any, layers: int, side: int) -> bytes:
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    inputs = [helper.make_tensor_value_info("x0", kind, [1, 3, side, side])]
    nodes = []
    for index, (before, after) in enumerate(widths(layers)):
        inputs.append(helper.make_tensor_value_info(f"w{index}", kind, [after, before, 3, 3]))
        names = [f"x{index}", f"w{index}"]
        nodes.append(helper.make_node("Conv", names, [f"x{index + 1}"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
    output = helper.make_tensor_value_info(f"x{layers}", kind, None)
    return bytes(helper.make_model(helper.make_graph(nodes, "chain", inputs, [output])).SerializeToString())


def jax_chain(layers: int, side: int) -> Callable[[], Any]:
    """A function that is traced. Nothing is traced twice: the function is new, and so are the shapes."""
    jax: Any = import_module("jax")
    jax.clear_caches()
    kernels = [jax.ShapeDtypeStruct((after, before, 3, 3), "float32") for before, after in widths(layers)]
    start = jax.ShapeDtypeStruct((1, 3, side, side), "float32")

    def network(image: Any, weights: Any) -> Any:
        for kernel in weights:
            image = jax.lax.conv_general_dilated(image, kernel, (1, 1), ((1, 1), (1, 1)))
        return image

    return lambda: jax.eval_shape(network, start, kernels).shape[1:]


TORCH = """
import torch
print(torch.nn.Conv1d(1, 1, 7, 2, 3, device="meta")(torch.empty(1, 1, 224, device="meta")).shape[-1])
"""
KERAS = """
from keras.layers import Conv1D, ZeroPadding1D
print(Conv1D(1, 7, strides=2).compute_output_shape(ZeroPadding1D(3).compute_output_shape((None, 224, 1)))[1])
"""
ONNX = """
from onnx import TensorProto, helper, shape_inference
tensor, kind = helper.make_tensor_value_info, TensorProto.FLOAT
x, w, y = tensor("x", kind, [1, 1, 224]), tensor("w", kind, [1, 1, 7]), tensor("y", kind, None)
node = helper.make_node("Conv", ["x", "w"], ["y"], strides=[2], pads=[3, 3])
model = helper.make_model(helper.make_graph([node], "layer", [x, w], [y]))
print(shape_inference.infer_shapes(model).graph.output[0].type.tensor_type.shape.dim[2].dim_value)
"""
JAX = """
import jax
x, w = jax.ShapeDtypeStruct((1, 1, 224), "float32"), jax.ShapeDtypeStruct((1, 1, 7), "float32")
print(jax.eval_shape(lambda x, w: jax.lax.conv_general_dilated(x, w, (2,), ((3, 3),)), x, w).shape[-1])
"""

FRAMEWORKS = (
    Framework(("torch",), "meta device", TORCH, torch_chain),
    Framework(("keras", "tensorflow"), "compute_output_shape", KERAS, keras_chain),
    Framework(("onnx",), "shape_inference", ONNX, onnx_chain),
    Framework(("jax",), "eval_shape", JAX, jax_chain),
)


def versions() -> str:
    """What is installed of them.

    TensorFlow is there under several names, and Keras is what is asked.
    """
    names = [framework.needs[0] for framework in FRAMEWORKS if not framework.missing]
    return ", ".join(f"{name} {version(name)}" for name in names) or "no framework"
