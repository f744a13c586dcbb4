"""A network as a plain text file that reads back to the same network. It knows layers in native spelling."""

from collections.abc import Iterator, Sequence

from convcalc.network import Layer, Network


def network_text(network: Network, comments: Sequence[str] = (), heading: str = "") -> str:
    """The statements, then a layer a line with a comment each, in a column of its own.

    >>> from convcalc.readers.source import read_text
    >>> print(network_text(read_text("input 3@8x8 | a: conv 4 k3 p1 | relu | add a"), ["first", "", "sum"]))
    input 3@8x8
    <BLANKLINE>
    a: conv 4 k3 p1  # first
    relu
    add a            # sum
    """
    lines = [layer_line(layer, number, network) for number, layer in enumerate(network.layers, 1)]
    width = max([len(line) for line in lines], default=0)
    told = list(comments) or [""] * len(lines)
    body = [f"{line:{width}}  # {comment}" if comment else line for line, comment in zip(lines, told, strict=True)]
    return "\n".join([*([f"# {heading}"] if heading else []), *_statements(network), "", *body])


def layer_line(layer: Layer, number: int, network: Network) -> str:
    """One layer: its name, the op, and what it reads where that is not the layer before."""
    name = f"{layer.name}: " if layer.name else ""
    source = layer.inputs[0]
    read = "" if source == number - 1 else f" from={network.layers[source - 1].name if source else 'in'}"
    return f"{name}{layer.op}{read}"


def _statements(network: Network) -> Iterator[str]:
    for key in ("framework", "opset", "input", "expect"):
        value = getattr(network, key)
        if value is not None:
            yield f"{key} {value}"
