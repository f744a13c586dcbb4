"""The Python API's functions: a layer in one line, a network in three. Values in, values out, nothing printed."""

from typing import Any

from convcalc.network import Network
from convcalc.ops.convolution import Conv, TransposedConv
from convcalc.ops.op import Op
from convcalc.ops.pooling import MaxPool
from convcalc.shape import Shape, read_size


def _output(op: Op, shape: Shape | str | int, framework: str | None) -> Shape:
    if framework is not None:
        from convcalc.dialects import dialect_named

        dialect = dialect_named(framework)
        op = dialect.adopt(op) if dialect else op
    return op.output(shape if isinstance(shape, Shape) else read_size(str(shape)))


def conv(shape: Shape | str | int, *, framework: str | None = None, **knobs: Any) -> Shape:
    """The shape that comes out of a convolution.

    `shape` is a `Shape`, `"3@224x224"`, `"224x224"` or `224`; sizes are in cells. The knobs are those
    of `convcalc.ops.convolution.Conv`: kernel, stride, padding, dilation, groups, out, bias. With a
    `framework` (torch, keras, tf, onnx, jax) its own rules hold.
    Raises `Malformed` for a value outside its domain, `Impossible` where the window does not fit.
    Source: Dumoulin & Visin, arXiv 1603.07285, relationship 6.

    >>> print(conv(224, kernel=7, stride=2, padding=3))
    112
    """
    return _output(Conv(**knobs), shape, framework)


def tconv(shape: Shape | str | int, *, framework: str | None = None, **knobs: Any) -> Shape:
    """The shape that comes out of a transposed convolution.

    The knobs are those of `convcalc.ops.convolution.TransposedConv`: kernel, stride, padding,
    output_padding or output_size, dilation, groups, out, bias. Raises as `conv` does.
    Source: Dumoulin & Visin, arXiv 1603.07285, relationship 14.

    >>> print(tconv("128@7x7", out=64, kernel=5, stride=2, padding="same"))
    64@14x14
    >>> print(tconv(4, kernel=2, stride=3, framework="torch"), tconv(4, kernel=2, stride=3, framework="keras"))
    11 12
    """
    return _output(TransposedConv(**knobs), shape, framework)


def pool(shape: Shape | str | int, *, framework: str | None = None, **knobs: Any) -> Shape:
    """The shape that comes out of a pooling layer.

    The knobs are those of `convcalc.ops.pooling.MaxPool`: kernel, stride (the kernel where left out),
    padding, dilation, ceil. Raises as `conv` does.

    >>> print(pool("64@112x112", kernel=3, stride=2, padding=1, ceil=True))
    64@57x57
    """
    return _output(MaxPool(**knobs), shape, framework)


def read(text: str) -> Network:
    """The network that a text describes, in any format that a network file may have.

    Raises `Malformed` with the place in the text.

    >>> print(read("conv 64 k3 p1 | relu | pool k2").run("3@32x32").output)
    64@16x16
    """
    from convcalc.readers.source import read_text

    return read_text(text)


def load(path: str) -> Network:
    """The network in a file (TOML, JSON, YAML with the extra `convcalc[yaml]`, or text).

    Raises `OSError` where the file can't be read and `Malformed` where it is no network.
    """
    from convcalc.readers.source import read_source

    with open(path, "rb") as file:
        return read_source(file.read(), path).network
