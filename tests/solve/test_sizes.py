"""The sizes that a network takes against a run on every one of them."""

import itertools
from collections.abc import Callable  # noqa: TC003 - hypothesis reads the annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convcalc import Network
from convcalc.errors import Malformed
from convcalc.ops.op import Op
from convcalc.presets import files
from convcalc.readers.source import read_source, read_text
from convcalc.shape import Shape
from convcalc.solve.paths import paths
from convcalc.solve.sizes import Accepted, Wanted, accepted_sizes

MOST = 90
"""Sizes up to this are run one by one."""


def reads_all(op: Op, shape: Shape) -> bool:
    """Whether every cell is read, by the windows that the layer has on this very size."""
    windows = zip(op.windows(shape), shape.size, strict=False)
    return all(window.unread(cells) == (0, 0) for window, cells in windows)


def takes(network: Network, shape: Shape, framework: str | None = None, wanted: Wanted | None = None) -> bool:
    """Whether a run on one size ends without a finding, and as wanted."""
    trace = network.run(shape, framework)
    if trace.failures or trace.output is None:
        return False
    wanted = wanted or Wanted()
    if wanted.lossless and not all(reads_all(trace.ops[row.number - 1], row.shapes[0]) for row in trace):
        return False
    if wanted.out is None:
        return True
    size = wanted.out.size * (len(trace.output.size) if len(wanted.out.size) == 1 else 1)
    return trace.output.size == size and wanted.out.channels in (None, trace.output.channels)


def squares(network: Network, channels: int, rank: int, framework: str | None, wanted: Wanted | None) -> list[int]:
    """Every size up to `MOST` that is taken, the same on all axes."""
    sizes = range(1, MOST + 1)
    return [n for n in sizes if takes(network, Shape(channels, (n,) * rank), framework, wanted)]


def told_together(found: Accepted, size: tuple[int, ...]) -> bool:
    """What the answer says of one size."""
    if found.together is None:
        return all(cells in axis.sizes for cells, axis in zip(size, found.axes, strict=True))
    return any(all(cells in domain for cells, domain in zip(size, box, strict=True)) for box in found.together)


@st.composite
def windows(draw: st.DrawFn, rank: int, most: int = 5) -> str:
    """Kernel, stride and padding, now and then one an axis."""

    def knob(letter: str, least: int, greatest: int) -> str:
        one = st.integers(least, greatest)
        if rank > 1 and draw(st.integers(0, 5)) == 0:
            return letter + "x".join([str(draw(one)) for _ in range(rank)])
        return f"{letter}{draw(one)}"

    padding = draw(st.sampled_from(["", "same", "same-lower", "p", "p", "sides", "causal", "full"]))
    words = [knob("k", 1, most), knob("s", 1, 3)]
    if padding == "p":
        words.append(knob("p", 0, 2))
    elif padding == "sides":
        words.append(f"p{draw(st.integers(-1, 2))}:{draw(st.integers(0, 3))}")
    elif padding:
        words.append(padding)
    if draw(st.integers(0, 4)) == 0:
        words.append(f"d{draw(st.integers(1, 3))}")
    return " ".join(words)


@st.composite
def layers(draw: st.DrawFn, rank: int, names: list[str], *, exact: bool) -> str:
    """One layer, that may look back at an earlier one; none that multiplies by a float, if `exact` is not asked for."""
    kind = draw(st.sampled_from(KINDS + (LOOKING_BACK * 2 if names else ())))
    back = draw(st.sampled_from(names)) if names else "in"
    number = st.integers(1, 4)
    texts: dict[str, Callable[[], str]] = {
        "conv": lambda: f"conv 4 {draw(windows(rank))}",
        "pool": lambda: f"pool {draw(windows(rank, 3))}",
        "ceil": lambda: f"avgpool {draw(windows(rank, 3))} ceil",
        "half": lambda: draw(st.sampled_from(["pool k2", "conv 4 k3 s2 p1", "conv 4 k3 s2 same", "pool k2 ceil"])),
        "tconv": lambda: f"tconv 4 k{draw(number)} s{draw(number)} p{draw(st.integers(0, 2))}",
        "tsame": lambda: f"tconv 4 k{draw(number)} s{draw(number)} same",
        "to": lambda: f"tconv 4 k{draw(number)} s{draw(number)} to {draw(st.integers(1, 30))}",
        "double": lambda: draw(st.sampled_from(["upsample x2", "tconv 4 k2 s2"])) if exact else "tconv 4 k2 s2",
        "factor": lambda: f"upsample x{draw(number)}/{draw(number)}" if exact else "identity",
        "fixed": lambda: draw(st.sampled_from(["upsample to 7", "adaptivepool 3"])),
        "pad": lambda: f"pad {draw(st.integers(-1, 3))}:{draw(st.integers(0, 3))}",
        "reflect": lambda: f"pad {draw(st.integers(0, 3))} reflect",
        "crop": lambda: f"crop {draw(st.integers(0, 3))}:{draw(st.integers(0, 3))}",
        "unshuffle": lambda: f"unshuffle {draw(st.integers(2, 3))}",
        "shuffle": lambda: f"conv {2**rank} k1 | shuffle 2",
        "unpool": lambda: f"unpool k{draw(number)} s{draw(st.integers(1, 3))} p{draw(st.integers(0, 1))}",
        "expect": lambda: f"identity expect=4@{'x'.join([str(draw(st.integers(1, 20)))] * rank)}",
        "add": lambda: f"conv 4 k1 | add {back}",
        "concat": lambda: f"concat {back}",
        "crop like": lambda: f"crop like={back}",
        "pad like": lambda: f"pad like={back}",
        "upsample like": lambda: f"upsample like={back}",
        "unpool like": lambda: f"unpool k{draw(number)} s{draw(st.integers(1, 3))} like={back}",
        "from": lambda: f"conv 4 k3 from={back}",
    }
    return texts[kind]()


FLOATS = ("torch", "onnx")
"""Frameworks that multiply a size by a float: no rule follows that."""

KINDS = (
    *("conv", "conv", "pool", "half", "half", "tconv", "double", "double", "ceil", "tsame", "to", "factor", "fixed"),
    *("pad", "reflect", "crop", "unshuffle", "shuffle", "unpool", "expect"),
)
LOOKING_BACK = ("add", "concat", "crop like", "pad like", "upsample like", "unpool like", "from")


@st.composite
def networks(draw: st.DrawFn, rank: int, most: int = 7, *, exact: bool = True) -> str:
    """A few layers, each with a name by which later ones find it."""
    names: list[str] = ["in"]
    lines = []
    for number in range(draw(st.integers(1, most))):
        name = f"x{number}"
        *before, last = draw(layers(rank, names, exact=exact)).split(" | ")
        lines += [*before, f"{name}: {last}"]
        names.append(name)
    return "\n".join(lines)


@st.composite
def wishes(draw: st.DrawFn) -> Wanted:
    """Nothing, most of the time."""
    out = Shape(None, (draw(st.integers(1, 20)),)) if draw(st.integers(0, 4)) == 0 else None
    return Wanted(out, draw(st.integers(0, 3)) == 0)


@given(rank=st.integers(1, 3), data=st.data(), wanted=wishes())
@settings(max_examples=80)
def test_a_size_is_told_exactly_where_the_network_takes_it(rank: int, data: st.DataObject, wanted: Wanted) -> None:
    text = data.draw(networks(rank))
    check_squares(text, rank, wanted, None)


@given(
    rank=st.integers(1, 3),
    data=st.data(),
    wanted=wishes(),
    framework=st.sampled_from(["torch", "keras", "tf", "onnx", "jax"]),
)
@settings(max_examples=40)
def test_a_size_is_told_exactly_under_the_rules_of_a_framework(
    rank: int, data: st.DataObject, wanted: Wanted, framework: str
) -> None:
    text = data.draw(networks(rank, 5, exact=framework not in FLOATS))
    check_squares(text, rank, wanted, framework)


def check_squares(text: str, rank: int, wanted: Wanted, framework: str | None) -> None:
    network = read_text(text)
    try:
        brute = squares(network, 4, rank, framework, wanted)
        found = accepted_sizes(network, 4, rank, wanted, framework)
    except (Malformed, ZeroDivisionError):
        assume(False)  # noqa: FBT003 - a kernel of more axes than there are
    assert list(found.square.sizes.up_to(MOST)) == brute
    assert found.tried_up_to is None or framework is not None


def open_preset(name: str) -> Network:
    path = files()[name]
    with open(path, "rb") as file:
        return read_source(file.read(), path).network


PRESETS = [name for name in sorted(files()) if open_preset(name).start(None).size]


@pytest.mark.parametrize("lossless", [False, True], ids=["", "lossless"])
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_takes_what_a_run_takes(name: str, lossless: bool) -> None:  # noqa: FBT001 - a parameter
    network, wanted = open_preset(name), Wanted(None, lossless)
    start = network.start(None)
    rank = len(start.size)
    found = accepted_sizes(network, start.channels, rank, wanted)
    slow = len(network.layers) > 60 or rank > 2
    for n in range(1, 2000, 61) if slow else [*range(1, 250), *range(250, 2000, 29)]:
        expected = takes(network, Shape(start.channels, (n,) * rank), None, wanted)
        assert (n in found.square.sizes) == expected, n
    for axis, one in enumerate(found.axes):
        if found.square.sizes.smallest is None:
            continue
        others = (found.square.sizes.smallest,) * rank
        for n in range(1, 600, 47):
            size = (*others[:axis], n, *others[axis + 1 :])
            assert (n in one.sizes) == takes(network, Shape(start.channels, size), None, wanted)


@given(data=st.data(), wanted=wishes())
@settings(max_examples=25)
def test_axes_are_told_one_by_one_and_together(data: st.DataObject, wanted: Wanted) -> None:
    text = data.draw(networks(2, 5))
    network = read_text(text)
    try:
        found = accepted_sizes(network, 4, 2, wanted)
    except Malformed:
        assume(False)  # noqa: FBT003 - a kernel of more axes than there are
    for size in itertools.product(range(1, 26), repeat=2):
        assert told_together(found, size) == takes(network, Shape(4, size), None, wanted), size


JOINT = [
    "conv 4 k3 p1 | pool k2 | flatten expect=256",
    "pool k2 | pool k2 | reshape 144 | dense 10",
    "framework torch\nConv2d(4, 8, 3, padding=1)\nMaxPool2d(2)\nFlatten()\nLinear(200, 10)",
    "pool k3 s2 ceil | conv 2 k1 | flatten | reshape 60",
    "flatten expect=400",
]


@pytest.mark.parametrize("text", JOINT)
def test_a_fixed_number_of_features_ties_the_axes_together(text: str) -> None:
    network = read_text(text)
    found = accepted_sizes(network, 4, 2)
    pairs = list(itertools.product(range(1, 60), repeat=2))
    expected = {size for size in pairs if takes(network, Shape(4, size))}
    assert expected, "nothing to find"
    assert found.together is not None
    assert {size for size in pairs if told_together(found, size)} == expected


def test_three_axes_are_tied_together() -> None:
    network = read_text("pool k2 | flatten expect=96")
    found = accepted_sizes(network, 4, 3)
    every = itertools.product(range(1, 12), repeat=3)
    assert all(told_together(found, size) == takes(network, Shape(4, size)) for size in every)


def test_the_unet_of_2015_takes_every_size_from_188() -> None:
    found = accepted_sizes(open_preset("unet"), 1, 2)
    assert (found.square.sizes.modulus, found.square.sizes.least) == (1, 188)
    lossless = accepted_sizes(open_preset("unet"), 1, 2, Wanted(None, lossless=True)).square.sizes
    assert (lossless.modulus, lossless.residues, lossless.least, lossless.exceptions) == (16, (12,), 188, ())
    for n in list(lossless.up_to(700)):
        assert open_preset("unet").shapes(Shape(1, (n, n)))[-1].size == (n - 184, n - 184)


DIFFUSION = """
conv 8 k3 s2 p0:1
conv 8 k3 s2 p0:1
z: conv 8 k3 s2 p0:1
a: conv 8 k3 s2 p1
b: conv 8 k3 s2 p1
conv 8 k3 s2 p1
upsample x2
concat b
upsample x2
concat a
upsample x2
concat z
"""


def test_the_diffusion_case_takes_64_to_71_and_so_on() -> None:
    sizes = accepted_sizes(read_text(DIFFUSION), 3, 2).square.sizes
    assert (sizes.modulus, sizes.residues, sizes.least) == (64, tuple(range(8)), 64)
    assert sizes.near(520) == (519, 576)


def deep(levels: int) -> str:
    """A U-Net of valid convolutions, its skips cropped."""
    down = [line for level in range(levels) for line in (f"conv 8 k3 | e{level}: conv 8 k3 | pool k2").split(" | ")]
    up = [
        line
        for level in reversed(range(levels))
        for line in f"u{level}: tconv 8 k2 s2 | crop like=u{level} from=e{level} | concat u{level} | conv 8 k3".split(
            " | "
        )
    ]
    return "\n".join([*down, "conv 8 k3", "conv 8 k3", *up])


LARGE = {
    "six levels, three axes": (deep(6), 3, Wanted(None, lossless=True)),
    "strides of 2 ** 8 and back": ("\n".join(["conv 4 k3 s2 p1"] * 8 + ["upsample x2"] * 8 + ["add in"]), 3, None),
    "a thousand layers": ("\n".join(["conv 8 k3 same", "relu"] * 500), 2, None),
    "five strides of 5": ("\n".join(["conv 4 k5 s5"] * 5 + ["upsample x3125", "add in"]), 1, None),
}


@pytest.mark.parametrize("name", LARGE)
def test_large_networks_are_followed_and_not_tried(name: str) -> None:
    text, rank, wanted = LARGE[name]
    network = read_text(text)
    found = accepted_sizes(network, 4, rank, wanted)
    assert found.tried_up_to is None
    sizes = found.square.sizes
    assert sizes.smallest is not None
    for n in (sizes.smallest - 1, sizes.smallest, sizes.smallest + 1, sizes.smallest + sizes.modulus):
        assert (n in sizes) == (n > 0 and takes(network, Shape(4, (n,) * rank), None, wanted))


def test_a_period_of_two_to_the_20_is_said_to_be_tried() -> None:
    text = "\n".join(["conv 4 k3 s2 p1"] * 20 + ["upsample x2"] * 20 + ["add in"])
    found = accepted_sizes(read_text(text), 4, 1)
    assert found.tried_up_to
    assert found.square.sizes.smallest is None


MIXED = ["reshape 8@-1 expect=8@50", "t: permute 0 2 1 | add in", "t: permute 0 2 1 | concat in | pool k2"]


@pytest.mark.parametrize("text", MIXED)
def test_axes_that_depend_on_each_other_in_no_box_are_said_to(text: str) -> None:
    network = read_text(text)
    found = accepted_sizes(network, 4, 2)
    assert found.others is not None
    assert takes(network, Shape(4, found.others))
    for n in range(1, 60):
        assert (n in found.square.sizes) == takes(network, Shape(4, (n, n)))
        assert (n in found.axes[0].sizes) == takes(network, Shape(4, (n, found.others[1])))


def test_a_layer_to_blame_refuses_the_last_size_below_the_bound() -> None:
    network = read_text("a: conv 1 k9 | pool k2 | conv 1 k5 | tconv 1 k2 s2 | crop 1 | crop like=a from=in")
    found = accepted_sizes(network, 1, 1).square
    failure = network.run(Shape(1, (found.sizes.least - 1,))).failure
    assert failure is not None
    assert (failure.number, found.sizes.modulus) == (found.least_layer, 1)


def test_what_a_network_expects_of_any_input_is_asked_of_every_size() -> None:
    """(19 + 2 - 3) // 2 + 1 is 10, and so it is of 20."""
    found = accepted_sizes(read_text("conv 8 k3 s2 p1 | expect 8@10"), 3, 1)
    assert [n for n in range(60) if n in found.square.sizes] == [19, 20]


def test_where_sizes_can_only_be_tried_a_bound_is_told() -> None:
    """1.3 * 15386 is 20001.8, and 1.3 * 15385 below 20001: a kernel of 20001 fits from there on."""
    found = accepted_sizes(read_text("framework torch\nUpsample(scale_factor=1.3)\nconv 8 k20001"), 3, 1)
    assert found.tried_up_to
    assert (found.square.sizes.smallest, found.at_least) == (None, 15386)


def test_a_bound_minds_windows_alone() -> None:
    """The reshape fits on 15386 cells and no other number near; no window asks for more than 1."""
    found = accepted_sizes(read_text("framework torch\nUpsample(scale_factor=1.3)\nreshape 3@20001\nconv 8 k1"), 3, 1)
    assert (found.square.sizes.smallest, found.at_least) == (None, 1)


def test_sizes_that_differ_from_axis_to_axis_are_found_where_no_rule_tells_them() -> None:
    """1.3 * 10 is 13 and 1.3 * 20 is 26: neither is taken on both axes."""
    text = "framework torch\nUpsample(scale_factor=1.3)\nrelu expect=3@13x26"
    found = accepted_sizes(read_text(text), 3, 2)
    assert found.square.sizes.smallest is None
    assert [list(axis.sizes.up_to(60)) for axis in found.axes] == [[10], [20]]


def test_no_bound_is_told_where_a_window_fits_on_no_size() -> None:
    text = "framework torch\nUpsample(scale_factor=1.3)\nadaptivepool 2\nconv 8 k3"
    found = accepted_sizes(read_text(text), 3, 1)
    assert (found.square.sizes.smallest, found.at_least) == (None, None)


def test_axes_of_which_sizes_can_only_be_tried_are_told_one_by_one() -> None:
    """1.3 * 2 is 2.6, on which a kernel of 3 does not fit, and 1.3 * 3 is 3.9."""
    found = accepted_sizes(read_text("framework torch\nUpsample(scale_factor=1.3)\nconv 8 k3"), 3, 2)
    assert found.together is None
    assert [n for n in range(1, 10) if n in found.axes[0].sizes] == list(range(3, 10))


@pytest.mark.parametrize("framework", ["torch", "onnx"])
def test_a_factor_that_a_float_holds_is_followed_exactly(framework: str) -> None:
    network = read_text(f"framework {framework} | upsample x1.5 | upsample x0.75 | unshuffle 2")
    found = accepted_sizes(network, 3, 2)
    taken = [n for n in range(1, MOST) if takes(network, Shape(3, (n, n)))]
    assert found.tried_up_to is None
    assert [n for n in range(1, MOST) if n in found.square.sizes] == taken
    assert 2 < len(taken) < MOST - 2


def test_of_too_many_parts_sizes_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a pool that rounds up there are parts, each with layers of its own; one size has three layers."""
    monkeypatch.setattr("convcalc.solve.paths.MAX_STEPS", 3)
    found = accepted_sizes(read_text("pool k1 s3 ceil | relu | relu"), 3, 1)
    assert found.tried_up_to
    assert [n for n in range(MOST) if n in found.square.sizes] == list(range(1, MOST))


def test_a_network_of_which_nothing_is_asked_is_followed() -> None:
    [path] = paths(read_text("conv 8 k3 | relu"), Shape(3, (8,)), [])
    assert (path.shapes[-1], path.error) == (Shape(8, (6,)), None)
