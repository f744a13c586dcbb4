"""The Python API's functions: a layer in one line, a network in three. Values in, values out, nothing printed.

Sizes are cells and channels stand first; a text is read as the command line reads it.
"""

from typing import TYPE_CHECKING, Any

from convcalc.errors import Malformed
from convcalc.network import Network
from convcalc.ops.convolution import Conv, TransposedConv
from convcalc.ops.op import Op
from convcalc.ops.pooling import MaxPool
from convcalc.shape import Shape, read_size

if TYPE_CHECKING:
    from convcalc.changes import Changes
    from convcalc.report import FileReport
    from convcalc.solve.sizes import Accepted


def _output(op: Op, shape: Shape | str | int, framework: str | None) -> Shape:
    if framework is not None:
        from convcalc.dialects import dialect_named

        dialect = dialect_named(framework)
        op = dialect.adopt(op) if dialect else op
    return op.output(shape if isinstance(shape, Shape) else read_size(str(shape)))


def conv(shape: Shape | str | int, *, framework: str | None = None, **knobs: Any) -> Shape:
    """The shape that comes out of a convolution: `floor((in + padding - extent) / stride) + 1` on each axis.

    `shape` is a `Shape`, `"3@224x224"`, `"224x224"` or `224`; it may have any number of axes. The knobs are
    those of `convcalc.ops.convolution.Conv`: `kernel`, `stride`, `padding` and `dilation`, in cells, a number
    for all axes or `"3x5"`; the padding may be `"0:1"`, before and after, or a word such as `"same"`; `groups`;
    `out`, the channels that come out; `bias`. With a `framework` (torch, keras, tf, onnx, jax) its own rules hold.

    Raises `Malformed` for a value outside its domain or a knob that there is none of, `Impossible` where the
    window or the groups do not fit, or the framework refuses.
    Source: Dumoulin & Visin, arXiv 1603.07285, relationships 6 and 15.

    >>> print(conv(224, kernel=7, stride=2, padding=3))
    112
    >>> print(conv("3@224x320", out=64, kernel="3x5", stride=2, padding="same"))
    64@112x160
    >>> conv(2, kernel=3)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    convcalc.errors.Impossible: kernel: the padded input is 2 + 0 + 0 = 2, the kernel's extent 3; ...
    """
    return _output(Conv(**knobs), shape, framework)


def tconv(shape: Shape | str | int, *, framework: str | None = None, **knobs: Any) -> Shape:
    """The shape that comes out of a transposed convolution.

    It is `(in - 1) * stride - padding + extent + output_padding` on each axis. `shape` and `framework` are as
    in `conv`. The knobs are those of `convcalc.ops.convolution.TransposedConv`: those of `conv`, and
    `output_padding`, in cells, or `output_size`, the size that it is to reach.

    Raises `Malformed` as `conv` does, `Impossible` where nothing is left, the size asked for is out of reach,
    or the framework refuses.
    Source: Dumoulin & Visin, arXiv 1603.07285, relationship 14.

    >>> print(tconv("128@7x7", out=64, kernel=5, stride=2, padding="same"))
    64@14x14
    >>> print(tconv(4, kernel=2, stride=3, framework="torch"), tconv(4, kernel=2, stride=3, framework="keras"))
    11 12
    """
    return _output(TransposedConv(**knobs), shape, framework)


def pool(shape: Shape | str | int, *, framework: str | None = None, **knobs: Any) -> Shape:
    """The shape that comes out of a pooling layer. Channels stay as they are.

    `shape` and `framework` are as in `conv`. The knobs are those of `convcalc.ops.pooling.MaxPool`: `kernel`,
    `stride` (the kernel where left out), `padding` and `dilation`, in cells; `ceil` counts a last window that
    fits only in part, as PyTorch does.

    Raises `Malformed` and `Impossible` as `conv` does.
    Source: Dumoulin & Visin, arXiv 1603.07285, relationship 6; in ceil mode PyTorch's rule.

    >>> print(pool("64@112x112", kernel=3, stride=2, padding=1, ceil=True))
    64@57x57
    """
    return _output(MaxPool(**knobs), shape, framework)


def read(text: str) -> Network:
    """The network that a text describes, in any format that a network file may have; `|` separates layers too.

    Raises `Malformed`, with the place in the text, for what is no network.

    >>> print(read("conv 64 k3 p1 | relu | pool k2").run("3@32x32").output)
    64@16x16
    """
    from convcalc.readers.source import read_text

    return read_text(text)


def load(path: str) -> Network:
    """The network in a file (TOML, JSON, YAML with the extra `convcalc[yaml]`, or text), by the suffix of its name.

    Raises `OSError` where the file can't be read and `Malformed`, with the place in the file, where it is no network.

    >>> from convcalc.presets import files
    >>> load(files()["lenet5"]).run().output
    Shape(channels=10, size=())
    """
    from convcalc.readers.source import read_source

    with open(path, "rb") as file:
        return read_source(file.read(), path).network


def sizes(network: Network, shape: Shape | str | None = None, *, framework: str | None = None) -> "Accepted":
    """Every input size that a network takes, in cells: for all axes alike (`square`), and axis by axis (`axes`).

    The channels and the number of axes are those of `shape`, or of the input that the network states.

    Raises `Malformed` where there is neither, or it has no axis.
    Source: a layer's size is quasi-linear in the input's; the network is run on all sizes at once.

    >>> found = sizes(read("input 1@32x32 | a: pool k2 | pool k2 | upsample x2 | add a | upsample x2 | add in"))
    >>> found.square.sizes.modulus, found.square.sizes.residues, 188 in found.square.sizes
    (4, (0,), True)
    """
    from convcalc.solve.sizes import accepted_sizes

    start = network.start(shape)
    if not start.size:
        raise Malformed(f"{start} has no axis", key="input", hint="write e.g. 3@1x1")
    return accepted_sizes(network, start.channels, len(start.size), framework=framework)


def diff(old: Network, new: Network, shape: Shape | str | None = None, *, framework: str | None = None) -> "Changes":
    """What changed between two networks, layer by layer: op, shape, params, multiply-adds and receptive field.

    Both are run on `shape`, or each on the input that it states.

    Raises `Malformed` where there is neither.

    >>> changes = diff(read("conv 8 k3 | relu"), read("conv 8 k5 | relu"), "3@32x32")
    >>> changes.output_changed, [change.kind for change in changes.layers]
    (True, ['changed', 'affected'])
    """
    from convcalc.changes import changes_between

    return changes_between(old.run(shape, framework), new.run(shape, framework))


def check(text: str, name: str = "network", *, framework: str | None = None) -> "FileReport":
    """What `convcalc check` finds in the text of a network file, by the rules that are usually on.

    The suffix of `name` tells the format, else the content does. What is wrong is found and not raised; each finding
    has a code, a severity, a message, a help, and the line and column of the value that it is about.

    >>> for finding in check("input 3@32x32 | conv 8 k3 s2 | conv 8 k50").findings:
    ...     print(finding.span.column, finding.code, finding.severity)
    27 CC201 warning
    39 CC101 error
    """
    from convcalc.checker.check import check_bytes
    from convcalc.checker.settings import Settings
    from convcalc.report import FileReport

    report = check_bytes(text.encode("utf-8", "surrogateescape"), name, Settings(framework=framework))
    return report or FileReport(name, ())
