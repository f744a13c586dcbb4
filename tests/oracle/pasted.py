"""Lines that were pasted, run in their framework: each with the reference's data, in the framework's own layout."""

import os
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from itertools import count
from typing import Any

from reference import Array, Data, np

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

Names = dict[str, Any]
MODULES = {
    "torch": ("torch",),
    "keras": ("tensorflow", "keras"),
    "tf": ("tensorflow",),
    "onnx": ("onnx", "onnxruntime"),
    "jax": ("jax", "flax"),
}
"""What has to be installed to run the lines of each framework."""

NAMED_SHAPE = re.compile(r"# (?:filters|rhs) (\(.*?\))")


def channels_last(array: Array) -> Array:
    """From channels first."""
    return np.moveaxis(array, 1, -1)


def channels_first(array: Any) -> Array:
    """From channels last."""
    return np.moveaxis(np.asarray(array), -1, 1)


def kernel_last(data: Data, *, depthwise: bool = False) -> Array | None:
    """The weights as TensorFlow, Keras and JAX have them.

    (kernel..., in / groups, out); of a depthwise layer (kernel..., in, multiplier); of a transposed one
    (kernel..., out, in): PyTorch's own, with the kernel in front.
    """
    if data.weight is None:
        return None
    if depthwise:
        channels = data.x.shape[1]
        return np.moveaxis(data.weight.reshape(channels, -1, *data.weight.shape[2:]), (0, 1), (-2, -1))
    return np.moveaxis(data.weight, (0, 1), (-1, -2))


class Loading:
    """A module whose classes make layers that hold the reference's weights."""

    def __init__(self, module: Any, load: Callable[[Any], Any]) -> None:
        self._module, self._load = module, load

    def __getattr__(self, name: str) -> Any:
        make = getattr(self._module, name)
        return lambda *values, **named: self._load(make(*values, **named))


def execute(lines: Sequence[str], names: Names) -> Any:
    """What `x` is after the lines. Advice that a framework gives is not asked for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec("\n".join(lines), names)  # noqa: S102 - that lines run is what is tested
    return names["x"]


def in_torch(lines: Sequence[str], data: Data, more: Names) -> Array:
    """`nn`, `F` and `torch`."""
    torch: Any = import_module("torch")
    torch.set_num_threads(1)

    def load(layer: Any) -> Any:
        for name, values in (("weight", data.weight), ("bias", data.bias)):
            held: Any = getattr(layer, name, None)
            assert (held is None) == (values is None), name
            if values is not None:
                assert held.shape == values.shape
                held.data = torch.tensor(values)
        return layer

    names = {"torch": torch, "nn": Loading(torch.nn, load), "F": torch.nn.functional, "x": torch.tensor(data.x)}
    with torch.no_grad():
        made: Array = execute(lines, names | more).numpy()
    return made


def in_keras(lines: Sequence[str], data: Data, more: Names) -> Array:
    """`keras`."""
    keras: Any = import_module("keras")

    made = count()

    def load(layer: Any) -> Any:
        def run(x: Any) -> Any:
            layer.build(x.shape)
            if layer.weights:
                kernel = kernel_last(data, depthwise="Depthwise" in type(layer).__name__)
                held = [values for values in (kernel, data.bias) if values is not None]
                layer.set_weights(_shares(held, layer.weights, next(made)))
            return layer(x)

        return run

    class Keras(Loading):
        layers = Loading(keras.layers, load)
        ops = keras.ops

    x = keras.ops.convert_to_tensor(channels_last(data.x))
    return channels_first(execute(lines, {"keras": Keras(keras, load), "x": x} | more))


def _shares(values: Sequence[Array], weights: Sequence[Any], at: int) -> list[Array]:
    """Of all weights those of one layer, where there is a layer for each group of channels."""
    assert len(values) == len(weights)
    shares = [weight.shape[-1] for weight in weights]
    return [array[..., at * share : (at + 1) * share] for array, share in zip(values, shares, strict=True)]


def in_tf(lines: Sequence[str], data: Data, more: Names) -> Array:
    """`tf`, `filters` and `bias`."""
    tf: Any = import_module("tensorflow")
    depthwise = any("depthwise" in line for line in lines)
    filters = named(lines, kernel_last(data, depthwise=depthwise), more)
    names = {"tf": tf, "filters": filters, "bias": data.bias, "x": tf.constant(channels_last(data.x))}
    return channels_first(execute(lines, names | more))


def in_jax(lines: Sequence[str], data: Data, more: Names) -> Array:
    """`jnp`, `lax`, `rhs` and `bias`; Flax's `linen`, too."""
    jnp: Any = import_module("jax.numpy")
    rhs = named(lines, kernel_last(data), more)
    x = jnp.asarray(channels_last(data.x))
    names = {"jnp": jnp, "lax": import_module("jax.lax"), "rhs": rhs, "bias": data.bias, "x": x}
    names["linen"] = import_module("flax.linen")
    return channels_first(execute(lines, names | more))


def named(lines: Sequence[str], values: Array | None, names: Names) -> Array | None:
    """The weights, if they have the shape that a comment tells, where one does."""
    found = NAMED_SHAPE.search("\n".join(lines))
    if values is not None and found:
        assert eval(found[1], dict(names)) == values.shape  # noqa: S307 - channels may be names
    return values


def in_onnx(lines: Sequence[str], data: Data, more: Names) -> Array:
    """`helper`, the initializers `W` and `B`, and nodes from `x` to `y`."""
    helper: Any = import_module("onnx.helper")
    runtime: Any = import_module("onnxruntime")
    numpy_helper: Any = import_module("onnx.numpy_helper")
    nodes = [eval(line, {"helper": helper} | more) for line in lines]  # noqa: S307 - that lines run is what is tested
    weights = {"W": data.weight, "B": data.bias}
    held = [numpy_helper.from_array(values, name) for name, values in weights.items() if values is not None]
    read = {name for node in nodes for name in node.input}
    assert {tensor.name for tensor in held} == read & {"W", "B"}
    graph = helper.make_graph(nodes, "pasted", [_value(helper, "x", data.x.shape)], [_value(helper, "y", None)], held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    session = runtime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    made: Array = session.run(None, {"x": data.x})[0]
    return made


def _value(helper: Any, name: str, dims: tuple[int, ...] | None) -> Any:
    return helper.make_tensor_value_info(name, 1, dims)


RUN: Mapping[str, Callable[[Sequence[str], Data, Names], Array]] = {
    "torch": in_torch,
    "keras": in_keras,
    "tf": in_tf,
    "onnx": in_onnx,
    "jax": in_jax,
}
"""How lines of each framework are run."""
