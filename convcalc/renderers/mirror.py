"""A decoder as a commented file and as JSON, and which input sizes it serves, in words."""

import json
from collections.abc import Iterator
from typing import Any

from convcalc.network import Network
from convcalc.renderers.files import network_text
from convcalc.renderers.json import shape_table
from convcalc.shape import Shape, show_axes
from convcalc.solve.accepted import Sizes, sizes_of
from convcalc.solve.domains import Domain
from convcalc.solve.mirror import Decoder
from convcalc.solve.mirror_range import Need, Served

VERSION = 1


def decoder_text(decoder: Decoder, encoder: Network) -> str:
    """The network file of a decoder; each comment tells what comes out, and of which layer it is the mirror."""
    told = [f"{shape}, {_origin(number, encoder)}" for shape, number in _pairs(decoder)]
    return network_text(decoder.network, told, f"comes back from {decoder.shapes[0]} to exactly {decoder.shapes[-1]}")


def _pairs(decoder: Decoder) -> Iterator[tuple[Shape, int]]:
    return zip(decoder.shapes[1:], decoder.mirrors, strict=True)


def _origin(number: int, encoder: Network) -> str:
    """The encoder's layer, as it is written there."""
    layer = encoder.layers[number - 1]
    return f"of layer {number}, {f'{layer.name}: ' if layer.name else ''}{layer.op}" if number else "of the input"


def show_members(sizes: Sizes, last: int) -> str:
    """The sizes of a range in words.

    >>> show_members(Sizes(4, (1, 2), 9, ()), 40)
    'n = 1..2 mod 4'
    """
    if sizes.residues:
        residues = sizes_of([Domain(1, 0, residue, residue) for residue in sizes.residues])
        return f"n = {show_members(residues, last)} mod {sizes.modulus}"
    runs = [(domain.least, last if domain.most is None else domain.most) for domain in sizes.exceptions]
    return ", ".join([str(low) if low == high else f"{low}..{high}" for low, high in runs]) or "none"


def served_lines(served: Served, decoder: Decoder) -> list[str]:
    """One line for the sizes that the decoder serves, one for each change that others need."""
    last = served.last
    lines = [f"for n from {served.first} to {last} this decoder comes back to: {show_members(served.works, last)}"]
    for need in served.needs:
        own = decoder.network.layers[need.number - 1].op
        lines.append(f"layer {need.number} ({own}) {_change(need)} for {show_members(need.sizes, last)}")
    if _some(served.others):
        lines.append(f"a decoder of other layers is needed for {show_members(served.others, last)}")
    if _some(served.refused):
        lines.append(f"the encoder does not take, or can't be mirrored from, {show_members(served.refused, last)}")
    return lines


def _some(sizes: Sizes) -> bool:
    return bool(sizes.residues or sizes.exceptions)


def _change(need: Need) -> str:
    if need.output_padding is not None:
        return f"needs output_padding {show_axes(need.output_padding)}"
    if len(need.ops) == 1:
        return f"must be {need.ops[0]}"
    return f"must be one {need.ops[0].spelling} for each size, {need.ops[0]} to begin with,"


def decoder_json(decoder: Decoder, encoder: Network, served: Served | None) -> str:
    """One object: the file's text, its layers, and what the sizes of the range need."""
    network = decoder.network
    told: dict[str, Any] = {
        "version": VERSION,
        "framework": network.framework,
        "input": shape_table(decoder.shapes[0]),
        "output": shape_table(decoder.shapes[-1]),
        "layers": [_layer(decoder, number) for number in range(1, len(network.layers) + 1)],
        "file": decoder_text(decoder, encoder),
    }
    if served is not None:
        told["range"] = _served(served)
    return json.dumps(told, indent=1)


def _layer(decoder: Decoder, number: int) -> dict[str, Any]:
    layer = decoder.network.layers[number - 1]
    return {
        "index": number,
        "name": layer.name,
        "layer": str(layer.op),
        "inputs": list(layer.inputs),
        "output": shape_table(decoder.shapes[number]),
        "mirrors": decoder.mirrors[number - 1],
    }


def _served(served: Served) -> dict[str, Any]:
    last = served.last
    return {
        "from": served.first,
        "to": last,
        "works": _members(served.works, last),
        "needs": [_need(need, last) for need in served.needs],
        "other_layers": _members(served.others, last),
        "refused": _members(served.refused, last),
    }


def _need(need: Need, last: int) -> dict[str, Any]:
    return {
        "index": need.number,
        "layers": [str(op) for op in need.ops],
        "output_padding": need.output_padding and list(need.output_padding),
        "sizes": _members(need.sizes, last),
    }


def _members(sizes: Sizes, last: int) -> dict[str, Any]:
    return {"text": show_members(sizes, last), "list": list(sizes.up_to(last))}
