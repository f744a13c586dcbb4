"""ONNX, as onnxruntime executes it: a file for each family of operators, and a dialect for each opset."""

from functools import lru_cache

from convcalc.dialects.dialect import Dialect
from convcalc.dialects.families import layers_of, rules_of
from convcalc.dialects.onnx.common import NEWEST, spelled
from convcalc.errors import Malformed

_FAMILIES = {
    "convolution": "convolution",
    "pooling": "pooling",
    "padding": "resampling",
    "resampling": "resampling",
    "rearranging": "dense rearranging resampling",
    "pointwise": "pointwise",
    "joins": "joins",
}

_WORDS = {
    "kernel": "kernel_shape",
    "stride": "strides",
    "padding": "pads",
    "dilation": "dilations",
    "groups": "group",
    "ceil": "ceil_mode",
    "output_size": "output_shape",
    "scale": "scales",
    "factor": "blocksize",
}


@lru_cache(maxsize=NEWEST)
def dialect_of(opset: int) -> Dialect:
    """ONNX at an opset. Raises `Malformed` for one that onnxruntime does not read."""
    if not 1 <= opset <= NEWEST:
        raise Malformed(f"unknown opset {opset}", key="opset", hint=f"onnxruntime 1.31 reads 1 to {NEWEST}")
    return Dialect(
        name="onnx",
        channels_last=False,
        counts_statistics=True,  # mean and variance are initializers of the model like any other
        layers=layers_of(
            __name__,
            _FAMILIES,
            lambda family: {name: spelled(name, operator, opset) for name, operator in family.OPERATORS.items()},
        ),
        prefixes=("onnx", "op"),
        rules=rules_of(__name__, _FAMILIES, lambda family: family.rules(opset)),
        words=_WORDS,
    )


DIALECT = dialect_of(22)
