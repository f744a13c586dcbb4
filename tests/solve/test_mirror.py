"""Decoders: each layer undone exactly, graphs reversed, frameworks obeyed, and the sizes that one decoder serves."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convcalc.dialects import NAMES
from convcalc.errors import Impossible, Malformed
from convcalc.network import Layer, Network
from convcalc.ops.convolution import TransposedConv
from convcalc.ops.op import Op
from convcalc.presets import files
from convcalc.readers.source import read_source, read_text
from convcalc.renderers.files import network_text
from convcalc.shape import Shape
from convcalc.solve.mirror import mirror
from convcalc.solve.mirror_range import MAX_SIZES, served
from convcalc.solve.reversals import Seen, ways_back

axis = st.integers(1, 4)
LAYER = st.one_of(
    st.builds("conv {} k{} s{} p{} d{}".format, st.integers(1, 4), axis, axis, st.integers(0, 3), st.integers(1, 3)),
    st.builds("tconv {} k{} s{}".format, st.integers(1, 4), axis, axis),
    st.builds("pool k{} s{} {}".format, axis, axis, st.sampled_from(["", "ceil"])),
    st.builds("avgpool k{}".format, axis),
    st.builds("upsample x{}".format, st.integers(1, 3)),
    st.builds("pad {}:{}".format, st.integers(0, 3), st.integers(0, 3)),
    st.builds("crop {}:{}".format, st.integers(0, 3), st.integers(0, 3)),
    st.sampled_from(["relu", "batchnorm", "unshuffle 2", "add in", "conv 2 k3 s2 same", "dwconv k3 p1 m2"]),
)


def lines(text: str, start: str | None = None, **options: str) -> list[str]:
    return [str(layer.op) for layer in mirror(read_text(text), start, **options).network.layers]


def slid(cells: int, kernel: int, stride: int, sides: tuple[int, int], dilation: int) -> tuple[int, int]:
    """Positions of a window slid step by step, and the padded cells after the last one."""
    extent, padded = dilation * (kernel - 1) + 1, cells + sum(sides)
    starts = [start for start in range(0, padded, stride) if start + extent <= padded]
    return len(starts), padded - (starts[-1] + extent) if starts else 0


WINDOWS = [
    (cells, kernel, stride, sides, dilation)
    for cells, kernel, stride, sides, dilation in product(
        range(1, 13), range(1, 5), range(1, 4), [(0, 0), (1, 1), (0, 1), (2, 0)], range(1, 4)
    )
    if slid(cells, kernel, stride, sides, dilation)[0]
]


def test_the_output_padding_is_what_the_window_left_over() -> None:
    for cells, kernel, stride, sides, dilation in WINDOWS:
        size, left = slid(cells, kernel, stride, sides, dilation)
        text = f"conv 8 k{kernel} s{stride} d{dilation} p{sides[0]}:{sides[1]}"
        decoder = mirror(read_text(text), f"3@{cells}")
        (layer,) = decoder.network.layers
        assert isinstance(layer.op, TransposedConv)
        assert (layer.op.output_padding or (0,)) == (left,), text
        assert [str(shape) for shape in decoder.shapes] == [f"8@{size}", f"3@{cells}"]
        spread = (size - 1) * stride - sum(sides) + dilation * (kernel - 1) + 1 + left
        assert spread == cells


@pytest.mark.parametrize("pools", [None, "unpool", "upsample", "tconv"])
def test_every_pool_comes_back_to_its_size(pools: str | None) -> None:
    for cells, kernel, stride, padding, ceil in product(range(1, 10), range(1, 4), range(1, 4), (0, 1), ("", "ceil")):
        if slid(cells, kernel, stride, (padding, padding), 1)[0] and 2 * padding <= kernel:
            for op in ("pool", "avgpool"):
                network = read_text(f"{op} k{kernel} s{stride} p{padding} {ceil}")
                assert mirror(network, f"4@{cells}", pools=pools).shapes[-1] == network.start(f"4@{cells}")


UNDONE = [
    pytest.param("3@30x30", "conv 16 k3 s2 p1", ["tconv 3 k3 s2 p1 op1"], id="strided"),
    pytest.param("3@30x45", "conv 16 k3 s2 p1", ["tconv 3 k3 s2 p1 op1x0"], id="an output_padding for each axis"),
    pytest.param("3@8x8", "conv 16 k3 s2 same", ["tconv 3 k3 s2 p0:1"], id="same in numbers"),
    pytest.param("8@9", "conv 16 k3 g4 nobias", ["tconv 8 k3 g4 nobias"], id="groups and no bias"),
    pytest.param("8@9", "dwconv k3 m2", ["tconv 8 k3 g8"], id="depthwise"),
    pytest.param("8@9", "sepconv 16 k3", ["conv 8 k1 nobias", "tconv 8 k3 g8"], id="separable"),
    pytest.param("8@9x9", "tconv 4 k3 s2 p1 op1", ["conv 8 k3 s2 p1"], id="a transposed one becomes direct"),
    pytest.param("8@4", "tconv 4 k3 d4 op2", ["conv 8 k3 p0:-2 d4"], id="output_padding above the stride"),
    pytest.param("8@8x8", "pool k2", ["unpool k2"], id="max pool"),
    pytest.param("8@9x9", "pool k2", ["upsample to 9"], id="a pool that leaves a cell"),
    pytest.param("8@112x112", "pool k3 s2 p1", ["upsample x2"], id="a pool whose windows overlap"),
    pytest.param("8@8x8", "avgpool k2", ["upsample x2"], id="a mean is spread"),
    pytest.param("8@7x7", "gap", ["reshape 8@1x1", "upsample x7"], id="a global pool"),
    pytest.param("8@7x7", "gap keepdims", ["upsample x7"], id="a global pool that keeps its axes"),
    pytest.param("8@14x14", "adaptivepool 7", ["upsample x2"], id="adaptive pool"),
    pytest.param("8@7x7", "adaptivepool 14", ["adaptivepool 7"], id="adaptive pool to a larger size"),
    pytest.param("8@6", "upsample x3", ["avgpool k3"], id="upsampling by a whole factor"),
    pytest.param("8@6", "upsample x3/2", ["adaptivepool 6"], id="upsampling by a fraction"),
    pytest.param("8@6", "unpool k2", ["pool k2"], id="unpooling"),
    pytest.param("8@3x4", "flatten", ["reshape 8@3x4"], id="flatten"),
    pytest.param("96", "reshape 8@3x4", ["flatten"], id="reshape of a vector"),
    pytest.param("8@3x4", "reshape 4@6x4", ["reshape 8@3x4"], id="reshape"),
    pytest.param("8@3x4", "permute 2 0 1", ["permute 1,2,0"], id="permute"),
    pytest.param("96", "dense 10 nobias", ["dense 96 nobias"], id="dense"),
    pytest.param("8@6", "pad 1:2", ["crop 1:2"], id="pad"),
    pytest.param("8@6", "crop 1:2", ["pad 1:2"], id="crop"),
    pytest.param("8@6", "shuffle 2", ["unshuffle 2"], id="shuffle"),
    pytest.param("8@6", "unshuffle 3", ["shuffle 3"], id="unshuffle"),
    pytest.param("8@6", "relu", ["identity"], id="nothing to undo"),
    pytest.param("4@9x9", "a: conv 8 k3 | crop like=a from=in", ["pad 1"], id="a size taken from a layer"),
]


@pytest.mark.parametrize(("start", "text", "undone"), UNDONE)
def test_each_layer_has_its_mirror(start: str, text: str, undone: list[str]) -> None:
    assert lines(text, start) == undone


PLACED = [
    pytest.param(
        "conv 8 k3 | batchnorm | relu | conv 16 k3 | batchnorm | relu",
        ["tconv 8 k3", "batchnorm", "relu", "tconv 3 k3"],
        id="norm and activation behind the layer, none at the end",
    ),
    pytest.param(
        "conv 8 k3 | relu | pool k2 | conv 16 k3 | relu | pool k2",
        ["unpool k2", "tconv 8 k3", "relu", "unpool k2", "tconv 3 k3"],
        id="not between a pool and the layer with weights",
    ),
    pytest.param(
        "conv 8 k3 | groupnorm g8 | shuffle 2 | conv 16 k3",
        ["tconv 2 k3", "unshuffle 2", "groupnorm g8", "tconv 3 k3"],
        id="on the channels it was on",
    ),
    pytest.param(
        "conv 8 k3 | relu | flatten | dropout 0.5 | dense 10",
        ["dense 288", "dropout 0.5", "reshape 8@6x6", "relu", "tconv 3 k3"],
        id="dropout stays",
    ),
]


@pytest.mark.parametrize(("text", "mirrored"), PLACED)
def test_norms_and_activations_keep_their_place(text: str, mirrored: list[str]) -> None:
    start = "3@18x18" if "pool" in text else "3@8x8"
    assert lines(text, start) == mirrored


@pytest.mark.parametrize(
    ("pools", "mirrored"),
    [("unpool", ["unpool k2", "unpool k2"]), ("upsample", ["upsample x2"] * 2), ("tconv", ["tconv k2 s2"] * 2)],
)
def test_pools_become_what_is_asked(pools: str, mirrored: list[str]) -> None:
    assert lines("pool k2 | avgpool k2", "8@8x8", pools=pools) == mirrored


def test_upsampling_becomes_a_strided_convolution_where_pools_are_learned() -> None:
    assert lines("upsample x2", "8@8x8", pools="tconv") == ["conv k2 s2"]


def test_a_sum_and_a_fork_change_places() -> None:
    decoder = mirror(read_text("a: conv 8 k3 s2 p1 | conv 8 k3 p1 | b: add a | conv 16 k3 s2 p1"), "3@32x32")
    assert network_text(decoder.network).splitlines()[3:] == [
        "d1: tconv 8 k3 s2 p1 op1",
        "tconv 8 k3 p1",
        "add d1",
        "tconv 3 k3 s2 p1 op1",
    ]


def test_a_branch_with_layers_is_a_branch_again() -> None:
    decoder = mirror(read_text("conv 4 k3 s2 p1 | a: conv 4 k3 p1 | conv 4 k1 s2 from=in | add a"), "3@9x9")
    assert network_text(decoder.network).splitlines()[3:] == [
        "d1: tconv 3 k1 s2",
        "tconv 4 k3 p1 from=in",
        "tconv 3 k3 s2 p1",
        "add d1",
    ]


def test_a_layer_that_nothing_reads_is_left_out() -> None:
    assert lines("conv 4 k3 | conv 8 k3 from=in", "3@8x8") == ["tconv 3 k3"]


@settings(max_examples=150)
@given(st.sampled_from(NAMES), st.lists(LAYER, min_size=1, max_size=4), st.integers(1, 20), st.integers(1, 20))
def test_under_a_framework_a_chain_comes_back_or_is_refused(
    framework: str, layers: list[str], height: int, width: int
) -> None:
    network, start = read_text(" | ".join(layers)), f"2@{height}x{width}"
    trace = network.run(start, framework)
    try:
        decoder = mirror(network, start, framework)
    except Impossible as error:
        refusal = str(error)
    else:
        refusal = ""
    if refusal:
        known = ("encoder itself", "from nothing", "no layer leads", "sums of unequal shapes, have no inverse")
        assert any(words in refusal for words in known)
        return
    assert tuple(read_text(network_text(decoder.network)).run().shapes) == decoder.shapes
    assert (decoder.shapes[0], decoder.shapes[-1]) == (trace.output, trace.input)


def test_what_a_framework_makes_empty_has_no_way_back() -> None:
    with pytest.raises(Impossible, match="layer 1 gives 4@0: from nothing there is no way back"):
        mirror(read_text("conv 4 k3"), "2@2", "jax")


def test_a_layer_is_chosen_as_its_line_reads_back() -> None:
    """JAX tells padding that is given from padding that is not."""
    decoder = mirror(read_text("conv 4 k1 s3 same"), "4@8x5", "jax")
    assert tuple(read_text(network_text(decoder.network)).run().shapes) == decoder.shapes


def native_layers() -> Iterator[Op]:
    lines = (
        "conv 2 k3 s2 p1 g2", "dwconv k3 s2 p1", "sepconv 6 k3 s2", "tconv 4 k3 s2 p1 op1 g2", "pool k3 s2 p1",
        "avgpool k2", "lppool k2", "unpool k2", "unpool k2 s3 p1", "adaptivepool 3", "gap", "gap keepdims", "gmp",
        "upsample x2", "upsample x3/2", "upsample to 8", "pad 1", "crop 1", "shuffle 2", "unshuffle 2",
        "dense 5", "flatten", "reshape 4@8x8", "permute 0 2 1", "pool k3 d2",
    )  # fmt: skip
    yield from (read_text(line).layers[0].op for line in lines)


@pytest.mark.parametrize("pools", [None, "unpool", "upsample", "tconv"])
@pytest.mark.parametrize("op", list(native_layers()), ids=str)
def test_every_way_back_that_runs_comes_to_as_many_axes(op: Op, pools: str | None) -> None:
    """Ways are tried one by one: each can be written as a line, and of those that run one comes to the shape."""
    for shape in (Shape(4, (8, 8)), Shape(4, (9, 7)), Shape(256)):
        try:
            output = op.output(shape)
        except Impossible:
            continue
        ends = []
        for steps in ways_back(Seen(op, (shape,), output, op.windows(shape), pools)):
            ops = [read_text(str(step)).layers[0].op for step in steps]
            assert ops == list(steps)
            with suppress(Impossible):
                ends.append(Network([Layer(step, (number,)) for number, step in enumerate(ops)]).run(output).output)
        assert shape in ends or not shape.size


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: conv 3 k1 | mix: concat in", r"layer 2 \(mix: concat in\) can't be mirrored: joins by concat and mul"),
        ("a: conv 3 k1 | mul in", r"layer 2 \(mul in\) can't be mirrored"),
        ("conv 3 k9", "the encoder itself fails at layer 1: .*the kernel's extent 9"),
        ("relu expect=3@9x9", "the encoder itself fails at layer 1: expected 3@9x9, got 3@8x8"),
    ],
)
def test_what_has_no_mirror_is_refused_by_name(text: str, told: str) -> None:
    with pytest.raises(Impossible, match=told):
        mirror(read_text(text), "3@8x8")


def test_the_channels_to_come_back_to_must_be_known() -> None:
    with pytest.raises(Malformed, match="the decoder can't know the channels to come back to"):
        mirror(read_text("conv 8 k3"), "8x8")
    assert lines("pool k2", "8x8") == ["unpool k2"]


MIRRORED = sorted(set(files()) - {"unet", "pix2pix", "wavenet", "densenet121"})


@pytest.mark.parametrize("preset", MIRRORED)
def test_every_preset_without_concat_and_gates_has_a_decoder(preset: str) -> None:
    with open(files()[preset], "rb") as file:
        network = read_source(file.read(), files()[preset]).network
    decoder = mirror(network)
    read_back = read_text(network_text(decoder.network))
    assert read_back.framework == network.framework
    assert tuple(read_back.run().shapes) == decoder.shapes
    assert decoder.shapes[-1] == network.input


@pytest.mark.parametrize("framework", NAMES)
@pytest.mark.parametrize("size", [(16, 16), (17, 19), (30, 21)], ids=str)
def test_under_every_framework_it_comes_back_to_the_size(framework: str, size: tuple[int, int]) -> None:
    text = "conv 8 k4 s2 p1 | relu | pool k2 | dwconv k3 p1 | conv 16 k3 p1"
    start = f"3@{size[0]}x{size[1]}"
    decoder = mirror(read_text(text), start, framework)
    assert decoder.network.framework == framework
    trace = read_text(network_text(decoder.network)).run()
    assert not trace.failures
    assert str(trace.output) == start


def test_layers_in_a_frameworks_own_spelling_are_mirrored_in_native_ones() -> None:
    text = "framework torch | input 3@32x32 | Conv2d(3, 8, 3, stride=2, padding=1) | BatchNorm2d(8) | Conv2d(8, 16, 3)"
    assert lines(text) == ["tconv 8 k3", "batchnorm", "tconv 3 k3 s2 p1 op1"]


@settings(max_examples=150)
@given(st.lists(LAYER, min_size=1, max_size=6), st.integers(1, 40), st.integers(1, 40))
def test_any_chain_that_runs_has_a_decoder_that_comes_back(layers: list[str], height: int, width: int) -> None:
    network, start = read_text(" | ".join(layers)), f"2@{height}x{width}"
    trace = network.run(start)
    if trace.failures:
        with pytest.raises(Impossible, match="the encoder itself fails"):
            mirror(network, start)
        return
    decoder = mirror(network, start)
    assert tuple(read_text(network_text(decoder.network)).run().shapes) == decoder.shapes
    assert (decoder.shapes[0], decoder.shapes[-1]) == (trace.output, trace.input)


RANGES = [
    pytest.param("conv 4 k3 s2 p1 | relu | conv 8 k3 s2 p1", 30, id="two strided convolutions"),
    pytest.param("conv 4 k7 s3 p2 | conv 8 k4 s2", 50, id="other strides"),
    pytest.param("conv 4 k3 s2 same | conv 8 k3 s2 same", 31, id="same"),
    pytest.param("conv 4 k3 s2 p1 | pool k2 | conv 8 k3 s2 p1", 64, id="a pool that may leave a cell"),
    pytest.param("conv 4 k3 s2 p1 | adaptivepool 4", 16, id="a size that stays"),
    pytest.param("a: conv 4 k3 s2 p1 | conv 4 k3 p1 | add a | conv 8 k3 s2 p1", 32, id="a sum"),
]


@pytest.mark.parametrize(("text", "size"), RANGES)
def test_the_range_tells_for_each_size_what_it_needs(text: str, size: int) -> None:
    network = read_text(text)
    decoder = mirror(network, f"3@{size}")
    found = served(decoder, network, 1, 70)
    for n in range(1, 71):
        trace = network.run(f"3@{n}")
        if trace.output is None:
            assert n in found.refused.up_to(70)
            continue
        decoded = Network(decoder.network.layers).run(trace.output).output
        assert (n in found.works.up_to(70)) == (decoded == trace.input), n
        changes = {
            need.number: need for need in found.needs if n in need.sizes.up_to(70) and need.output_padding is not None
        }
        others = [need for need in found.needs if n in need.sizes.up_to(70) and need.output_padding is None]
        if not others and n not in found.others.up_to(70):
            changed = [
                Layer(changes[number].ops[0] if number in changes else layer.op, layer.inputs)
                for number, layer in enumerate(decoder.network.layers, 1)
            ]
            assert Network(changed).run(trace.output).output == trace.input, n


def test_the_range_is_told_in_residues() -> None:
    """Layer by layer: (n + 2 - 3) mod 2 of the size that each convolution reads."""
    network = read_text("conv 4 k3 s2 p1 | conv 8 k3 s2 p1")
    found = served(mirror(network, "3@32"), network, 20, 60)
    assert (found.works.modulus, found.works.residues) == (4, (0,))
    told = [(need.number, need.output_padding, need.sizes.modulus, need.sizes.residues) for need in found.needs]
    assert told == [(1, (0,), 4, (1, 2)), (2, (0,), 2, (1,))]


def test_a_range_needs_a_size_and_an_end_in_sight() -> None:
    dense = read_text("dense 4")
    with pytest.raises(Malformed, match="12 is a feature vector, it has no size to vary"):
        served(mirror(dense, "12"), dense, 1, 2)
    conv = read_text("conv 4 k1")
    with pytest.raises(Malformed, match=f"{MAX_SIZES + 1} sizes are too many"):
        served(mirror(conv, "3@8"), conv, 1, MAX_SIZES + 1)


def test_a_decoder_that_lays_out_one_number_of_features_serves_that_size_alone() -> None:
    network = read_text("conv 2 k3 p1 | flatten")
    found = served(mirror(network, "3@8"), network, 6, 10)
    assert [n for n in range(6, 11) if n in found.works] == [8]


WAYLESS = [
    pytest.param("conv k3", Shape(3, (8, 8)), Shape(3, (6, 6)), id="a convolution without a window"),
    pytest.param("gap", Shape(None, (8, 8)), Shape(None), id="a mean of channels that are not known"),
    pytest.param("flatten", Shape(None, (4, 4)), Shape(32), id="cells of channels that are not known"),
    pytest.param("dense 5", Shape(None), Shape(5), id="features that are not known"),
    pytest.param("relu", Shape(3, (8, 8)), Shape(3, (8, 8)), id="nothing to undo"),
]


@pytest.mark.parametrize(("line", "shape", "output"), WAYLESS)
def test_what_is_not_known_has_no_way_back(line: str, shape: Shape, output: Shape) -> None:
    assert list(ways_back(Seen(read_text(line).layers[0].op, (shape,), output))) == []


def test_a_layer_of_a_framework_that_nothing_undoes_is_refused_by_name() -> None:
    with pytest.raises(Impossible, match=r"layer 1 \(GLU\(\)\) can't be mirrored: no layer leads from 6@4x2 back to"):
        mirror(read_text("framework torch | GLU()"), "6@4x4")


def test_an_activation_that_another_branch_reads_past_has_nothing_to_undo() -> None:
    decoder = mirror(read_text("a: conv 4 k3 s2 p1 | relu | add a"), "3@9x9")
    assert (decoder.shapes[0], decoder.shapes[-1]) == (Shape(4, (5, 5)), Shape(3, (9, 9)))
    assert "tconv 3 k3 s2 p1" in [str(layer.op) for layer in decoder.network.layers]
