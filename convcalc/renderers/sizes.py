"""The input sizes that a network takes, as lines for reading, as JSON, and as other tools write them."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from convcalc.errors import Impossible
from convcalc.network import Network
from convcalc.shape import show_size
from convcalc.solve.accepted import MAX_LISTED, Sizes, touching
from convcalc.solve.domains import Domain
from convcalc.solve.sizes import Accepted, AxisSizes

VERSION = 1
NONE = "no size"


def show_sizes(sizes: Sizes) -> str:
    """A set of sizes in words.

    >>> show_sizes(Sizes(16, (12,), 188, ()))
    'n = 12 mod 16, n >= 188'
    >>> show_sizes(Sizes(64, (0, 1, 2, 3), 64, ()))
    'n = 0..3 mod 64, n >= 64'
    >>> show_sizes(Sizes(32, (0,), 64, ())), show_sizes(Sizes(1, (0,), 7, ()))
    ('multiples of 32 from 64', 'every size from 7')
    """
    runs = ", ".join(map(_run, sizes.exceptions))
    if not sizes.residues:
        return runs or NONE
    if sizes.modulus == 1:
        told = f"every size from {sizes.least}"
    elif sizes.residues == (0,):
        told = f"multiples of {sizes.modulus} from {sizes.least}"
    else:
        told = f"n = {', '.join(_runs(sizes.residues))} mod {sizes.modulus}, n >= {sizes.least}"
    return f"{told}; also {runs}" if runs else told


def _runs(numbers: Sequence[int]) -> Iterator[str]:
    """Three and more that follow one another as first and last.

    >>> list(_runs([0, 1, 5, 6, 7]))
    ['0', '1', '5..7']
    """
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        first, *others = [number for _, number in run]
        yield from [f"{first}..{others[-1]}"] if len(others) > 1 else map(str, [first, *others])


def _run(domain: Domain) -> str:
    return str(domain.least) if domain.single else f"{domain.least}..{domain.most}"


def sizes_text(found: Accepted, network: Network, near: Sequence[int] | None = None) -> str:
    """What each axis takes, the smallest size, who is to blame, and the sizes nearest to one."""
    lines = []
    for where, axis in _axes(found):
        tried = "" if found.tried_up_to is None else f" (of those up to {found.tried_up_to}, tried one by one)"
        lines.append(f"{where}{show_sizes(axis.sizes)}{tried}")
        lines += _blame(axis, network)
    if found.together is not None:
        boxes = sorted({" x ".join([_run(domain) for domain in box]) for box in merged(found.together)})
        lines.append(f"together: {', '.join(boxes)}")
    smallest = smallest_of(found)
    if smallest is not None:
        lines.append(f"smallest: {show_size(smallest)}")
    elif found.at_least is not None:
        lines.append(f"bounds only: none up to {found.tried_up_to}, n >= {found.at_least}")
    if near is not None:
        lines += _near_lines(found, near)
    return "\n".join(lines)


def _axes(found: Accepted) -> list[tuple[str, AxisSizes]]:
    """What each axis takes, told once where all take the same."""
    if len(set(found.axes)) == 1:
        return [("" if len(found.axes) == 1 else "each axis: ", found.axes[0])]
    return [(f"axis {number}: ", axis) for number, axis in enumerate(found.axes, 1)]


def _blame(axis: AxisSizes, network: Network) -> list[str]:
    lines = []
    if axis.modulus_layers:
        lines.append(f"  refused by {', '.join(_layer(number, network) for number in axis.modulus_layers)}")
    if axis.least_layer and axis.sizes.residues and axis.least_layer not in axis.modulus_layers:
        lines.append(f"  smaller ones by {_layer(axis.least_layer, network)}")
    return lines


def _layer(number: int, network: Network) -> str:
    layer = network.layers[number - 1]
    return f"layer {number} ({f'{layer.name}: ' if layer.name else ''}{layer.op})"


def smallest_of(found: Accepted) -> tuple[int, ...] | None:
    """The smallest size of all axes; where they depend on each other, the box with the fewest cells."""
    if found.others is not None:
        return found.others
    if found.together is not None:
        corners = [tuple([domain.least for domain in box]) for box in found.together]
        return min(corners, key=lambda corner: (sum(corner), corner), default=None)
    least = [axis.sizes.smallest for axis in found.axes]
    return None if None in least else tuple([cells for cells in least if cells is not None])


def merged(boxes: Sequence[tuple[Domain, ...]]) -> list[tuple[Domain, ...]]:
    """Boxes that differ in one axis alone, and touch there, as one."""
    found = {tuple([Domain(1, 0, domain.least, domain.most) for domain in box]) for box in boxes if _finite(box)}
    for axis in range(len(boxes[0]) if boxes else 0):
        found = set(_joined(found, axis))
    return sorted(found)


def _finite(box: tuple[Domain, ...]) -> bool:
    return all(domain.most is not None for domain in box)


def _joined(boxes: set[tuple[Domain, ...]], axis: int) -> list[tuple[Domain, ...]]:
    rows: dict[tuple[Domain, ...], list[Domain]] = {}
    for box in boxes:
        rows.setdefault(box[:axis] + box[axis + 1 :], []).append(box[axis])
    joined = []
    for rest, runs in rows.items():
        whole = touching(sorted(runs, key=lambda domain: domain.least))
        joined += [(*rest[:axis], run, *rest[axis:]) for run in whole]
    return joined


def _near_lines(found: Accepted, near: Sequence[int]) -> list[str]:
    """For each axis the nearest below and above, with the crop or pad to get there."""
    lines = []
    for axis, cells in enumerate(near):
        below, above = found.axes[axis].sizes.near(cells)
        where = f"axis {axis + 1}: " if len(set(near)) > 1 or len(set(found.axes)) > 1 else ""
        told = f"{where}{cells} is taken" if below == cells else f"{where}{cells}: {_ways(cells, below, above)}"
        lines.append(told)
    return list(dict.fromkeys(lines))


def _ways(cells: int, below: int | None, above: int | None) -> str:
    ways = []
    if below is not None:
        ways.append(f"{below} below (crop {_halves(cells - below)})")
    if above is not None:
        ways.append(f"{above} above (pad {_halves(above - cells)})")
    return ", ".join(ways) or "none below or above"


def _halves(total: int) -> str:
    return f"{total // 2}:{total - total // 2}"


def sizes_json(found: Accepted, network: Network, framework: str | None, near: Sequence[int] | None) -> str:
    """One object: for each axis modulus, residues, bounds, exceptions, and the layers to blame."""
    told: dict[str, Any] = {
        "version": VERSION,
        "framework": framework,
        "axes": [_axis(axis, network) for axis in found.axes],
        "square": _axis(found.square, network),
        "smallest": smallest_of(found),
        "together": found.together and [[_bounds(domain) for domain in box] for box in merged(found.together)],
        "tried_up_to": found.tried_up_to,
        "at_least": found.at_least,
        "others": found.others,
    }
    if near is not None:
        pairs = [found.axes[axis].sizes.near(cells) for axis, cells in enumerate(near)]
        told["near"] = [{"size": n, "below": low, "above": high} for n, (low, high) in zip(near, pairs, strict=True)]
    return json.dumps(told, indent=1)


def _axis(axis: AxisSizes, network: Network) -> dict[str, Any]:
    sizes = axis.sizes
    runs = [[domain.least, domain.most, domain.modulus] for domain in sizes.exceptions]
    few = sum(len(domain.numbers(domain.most or 0)) for domain in sizes.exceptions) <= MAX_LISTED
    finite = [n for domain in sizes.exceptions for n in domain.numbers(domain.most or 0)] if few else None
    most = None if sizes.residues else max([domain.most or 0 for domain in sizes.exceptions], default=None)
    least = min([domain.least for domain in sizes.exceptions], default=None)
    return {
        "modulus": sizes.modulus,
        "residues": list(sizes.residues),
        "bounds": [sizes.least if sizes.residues else least, most],
        "exceptions": finite,
        "runs": runs,
        "text": show_sizes(sizes),
        "layers": [_blamed(number, network) for number in axis.modulus_layers],
        "least_layer": axis.least_layer and _blamed(axis.least_layer, network),
    }


def _blamed(number: int, network: Network) -> dict[str, Any]:
    layer = network.layers[number - 1]
    return {"index": number, "name": layer.name, "layer": str(layer.op)}


def _bounds(domain: Domain) -> list[int | None]:
    return [domain.least, domain.most]


def _one_residue(sizes: Sizes) -> tuple[int, int, int]:
    """Modulus, residue and least, of a set that other tools can tell. Raises `Impossible`."""
    if len(sizes.residues) != 1 or sizes.exceptions:
        raise Impossible(f"{show_sizes(sizes)} can't be told in this form", hint="the form text tells it")
    return sizes.modulus, sizes.residues[0], sizes.least


def _monai(axes: Sequence[Sizes]) -> str:
    """`spatial_shape` of a MONAI bundle: an expression of n for each axis."""
    told = []
    for sizes in axes:
        modulus, residue, _ = _one_residue(sizes)
        told.append(f"{modulus}*n" + (f"+{residue}" if residue else ""))
    return json.dumps(told)


def _bioimageio(axes: Sequence[Sizes]) -> str:
    """`size` of each axis of a bioimage.io model: its smallest size and the step."""
    told = []
    for sizes in axes:
        modulus, _, least = _one_residue(sizes)
        told.append({"min": least, "step": modulus})
    return json.dumps(told)


def _torch_dim(axes: Sequence[Sizes]) -> str:
    """`dynamic_shapes` of torch.export: a derived Dim for each axis."""
    told = []
    for number, sizes in enumerate(axes, 1):
        modulus, residue, least = _one_residue(sizes)
        name = f'Dim("n{number}", min={(least - residue) // modulus})'
        times = f"{modulus} * {name}" if modulus > 1 else name
        told.append(times + (f" + {residue}" if residue else ""))
    return "\n".join(told)


FORMS: Mapping[str, Callable[[Sequence[Sizes]], str]] = {
    "monai": _monai,
    "bioimageio": _bioimageio,
    "torch": _torch_dim,
}
"""How other tools write the sizes that a network takes."""
