"""What each op does to a shape, its params and MACs, and what it refuses, in tables."""

import pytest

from convcalc.errors import ConvcalcError, Impossible, Malformed
from convcalc.ops.convolution import Conv
from convcalc.ops.joins import Add
from convcalc.ops.op import Op
from convcalc.ops.registry import OPS
from convcalc.readers.spelling import read_line, read_op
from convcalc.renderers.explain import explanation
from convcalc.shape import read_shape


def op_of(line: str) -> Op:
    parsed = read_line(line)
    return read_op(parsed.head, parsed.tokens, tuple(parsed.keys.items()))


ROWS = [
    ("conv 64 k7 s2 p3", "3@224x224", "64@112x112", 9_472, 118_013_952),
    ("conv 64 k7 s2 p3 nobias", "3@224x224", "64@112x112", 9_408, 118_013_952),
    ("conv k3 p1", "8@5", "8@5", 200, 960),
    ("conv 8 k3 g4 p1", "8@5", "8@5", 56, 240),
    ("conv 12 k3x5 s2x1 same", "3@224x320", "12@112x320", 552, 19_353_600),
    ("conv 4 k3x3x3 p1", "1@4x4x4", "4@4x4x4", 112, 6_912),
    ("conv 4 k3", "2@4x4x4x4", "4@2x2x2x2", 652, 10_368),
    ("conv 4 k3 d2 causal", "2@9", "4@9", 28, 216),
    ("conv 4 k3 full", "2@9", "4@11", 28, 264),
    ("conv 4 k3 p0:1", "2@9", "4@8", 28, 192),
    ("conv 4 k3 p-1", "2@9", "4@5", 28, 120),
    ("conv 4 k5 p2 reflect", "2@3", "4@3", 44, 120),
    ("conv 4 k7 p3 circular", "2@3", "4@3", 60, 168),
    ("conv 4 k9 p9 replicate", "2@1", "4@11", 76, 792),
    ("dwconv k3 p1", "32@8x8", "32@8x8", 320, 18_432),
    ("dwconv k3 p1 m2 nobias", "32@8x8", "64@8x8", 576, 36_864),
    ("sepconv 64 k3 same", "32@8x8", "64@8x8", 2_400, 149_504),
    ("tconv 64 k4 s2 p1", "128@4x4", "64@8x8", 131_136, 2_097_152),
    ("tconv 64 k5 s2 same nobias", "128@7x7", "64@14x14", 204_800, 10_035_200),
    ("tconv 4 k3 s2 p1 op1", "2@3", "4@6", 28, 72),
    ("tconv 4 k3 s2 p1 to 6", "2@3", "4@6", 28, 72),
    ("tconv 4 k3 s2 same op0", "2@3", "4@5", 28, 72),
    ("tconv 4 k3 s2 same op1", "2@3", "4@6", 28, 72),
    ("tconv 4 k1 s3", "2@3", "4@7", 12, 24),
    ("tconv 4 k3 g2", "4@3", "4@5", 28, 72),
    ("tconv 4 k3 s1 d3 op2", "2@5", "4@13", 28, 120),
    ("pool k3 s2 p1 ceil", "64@112", "64@57", 0, 0),
    ("pool k2", "64@7x9", "64@3x4", 0, 0),
    ("pool k2 same", "64@7x9", "64@4x5", 0, 0),
    ("pool k2 s5 p1 ceil", "1@4", "1@1", 0, 0),
    ("pool k3 d2 s1", "1@6", "1@2", 0, 0),
    ("avgpool k5 s1 p2", "3@7", "3@7", 0, 0),
    ("lppool k3", "3@9", "3@3", 0, 0),
    ("unpool k2", "8@7x7", "8@14x14", 0, 0),
    ("adaptivepool 7x7", "512@14x10", "512@7x7", 0, 0),
    ("adaptivepool 9", "512@4", "512@9", 0, 0),
    ("gap", "512@7x7", "512", 0, 0),
    ("gap keepdims", "512@7x7", "512@1x1", 0, 0),
    ("gmp", "512@7", "512", 0, 0),
    ("upsample x2", "64@7x9", "64@14x18", 0, 0),
    ("upsample x3/2 linear", "64@7", "64@10", 0, 0),
    ("upsample x1.5x2", "64@7x7", "64@10x14", 0, 0),
    ("upsample to 64x48 bilinear", "64@7x7", "64@64x48", 0, 0),
    ("pad 1:2x0", "3@4x4", "3@7x4", 0, 0),
    ("pad -1", "3@4x4", "3@2x2", 0, 0),
    ("pad 3 reflect", "3@4", "3@10", 0, 0),
    ("pad 4 circular", "3@4", "3@12", 0, 0),
    ("pad 9 replicate", "3@1", "3@19", 0, 0),
    ("crop 4", "512@64x64", "512@56x56", 0, 0),
    ("crop 19:25", "21@544", "21@500", 0, 0),
    ("shuffle 2", "12@8x8", "3@16x16", 0, 0),
    ("unshuffle 2", "3@16x16", "12@8x8", 0, 0),
    ("dense 10", "4096", "10", 40_970, 40_960),
    ("dense 10 nobias", "4096", "10", 40_960, 40_960),
    ("flatten", "256@6x6", "9216", 0, 0),
    ("flatten", "9216", "9216", 0, 0),
    ("reshape 256@7x7", "12544", "256@7x7", 0, 0),
    ("reshape -1@7x7", "12544", "256@7x7", 0, 0),
    ("reshape 256@-1", "256@7x7", "256@49", 0, 0),
    ("reshape -1", "256@7x7", "12544", 0, 0),
    ("permute 0,2,1", "3@224x320", "3@320x224", 0, 0),
    ("permute 1x0", "3@224", "224@3", 0, 0),
    ("permute 2 0 1", "3@224x320", "320@3x224", 0, 0),
    ("batchnorm", "64@8x8", "64@8x8", 128, 0),
    ("batchnorm noaffine", "64@8x8", "64@8x8", 0, 0),
    ("layernorm", "64@8x8", "64@8x8", 128, 0),
    ("groupnorm g32", "64@8x8", "64@8x8", 128, 0),
    ("instancenorm", "64@8x8", "64@8x8", 0, 0),
    ("instancenorm affine", "64@8x8", "64@8x8", 128, 0),
    ("relu", "64@8x8", "64@8x8", 0, 0),
    ("prelu", "64@8x8", "64@8x8", 1, 0),
    ("leakyrelu 0.2", "64", "64", 0, 0),
    ("swish", "64", "64", 0, 0),
    ("dropout 0.5", "64", "64", 0, 0),
    ("identity", "64", "64", 0, 0),
]


@pytest.mark.parametrize(
    ("line", "given", "output", "params", "macs"), ROWS, ids=[f"{row[0]} on {row[1]}" for row in ROWS]
)
def test_an_op_gives_its_shape_params_and_macs(line: str, given: str, output: str, params: int, macs: int) -> None:
    op, shape = op_of(line), read_shape(given)
    found = op.output(shape)
    weights = op.weights(shape)
    assert weights is not None
    assert (str(found), weights.trainable, op.macs(shape, found)) == (output, params, macs)


JOINS = [
    ("add a", ["64@8x8", "64@8x8"], "64@8x8"),
    ("add a b", ["64", "64", "64"], "64"),
    ("mul a", ["64@8", "64@8"], "64@8"),
    ("concat a b", ["64@8x8", "32@8x8", "1@8x8"], "97@8x8"),
    ("concat a", ["10", "20"], "30"),
    ("crop like=a", ["64@64x64", "1@57x56"], "64@57x56"),
    ("pad like=a", ["64@57x56", "1@64x64"], "64@64x64"),
    ("upsample like=a", ["64@7x7", "1@15x13"], "64@15x13"),
    ("unpool k2 like=a", ["64@7", "1@15"], "64@15"),
    ("unpool k2 like=a", ["64@7", "1@13"], "64@13"),
]


@pytest.mark.parametrize(("line", "given", "output"), JOINS, ids=[f"{row[0]} on {row[1]}" for row in JOINS])
def test_an_op_that_reads_several_layers(line: str, given: list[str], output: str) -> None:
    assert str(op_of(line).output(*[read_shape(text) for text in given])) == output


REFUSED = [
    ("conv 8 k5", ["1@4"], "is 4 + 0 + 0 = 4, the kernel's extent 5; the smallest input that works is 5"),
    ("conv 8 k3 d4", ["1@8x9"], "axis 1 of 2: the padded input is 8 + 0 + 0 = 8, the kernel's extent 9 = 4 * (3 - 1)"),
    ("conv 8 k3", ["100"], "conv needs at least one axis, a feature vector has none; reshape it first"),
    ("conv 9 k3 g3", ["4@8"], "groups 3 does not divide the 4 input channels; 1 divides all channels"),
    ("conv 4 k3 g3", ["9@8"], "groups 3 does not divide the 4 output channels; 1 divides all channels"),
    ("conv 8 k3 p4 reflect", ["1@4"], "reflect padding adds 4 to a side of 4; reflect mirrors around the edge cell"),
    ("conv 8 k3 p5 circular", ["1@4"], "circular padding adds 5 to a side of 4"),
    ("pad 4 reflect", ["1@4"], "a side adds at most 3 here"),
    ("tconv 8 k3 s2 op2", ["1@4"], "output_padding 2 is out of reach: it must stay below 2"),
    ("tconv 8 k4 s2 same op0", ["1@4"], "output_padding 0 is out of reach: same reaches the 2 sizes up to stride * in"),
    ("tconv 8 k3 s2 to 20", ["1@4"], "no output_padding gives 20 from 4; 9 to 10 are in reach"),
    ("tconv 8 k3 p3", ["1@4"], "4 cells spread to 6, the padding takes 6; the smallest input that works is 5"),
    ("pool k9 s2 ceil", ["1@4"], "the kernel's extent 9; the smallest input that works is 8"),
    ("unpool k2 p2", ["1@1"], "unpooling 1 gives -2; the smallest input that works is 3"),
    ("unpool k2 like=a", ["1@7", "1@16"], "a pool of 16 does not give 7; 13 to 15 can be"),
    ("upsample x1/9", ["1@4"], "4 * 1/9 is below 1; the smallest input that works is 9"),
    ("upsample like=a", ["1@4", "1@4x4"], "1@4x4 has 2 axes, the input 1@4 has 1"),
    ("crop 2", ["1@4"], "4 cells less 4 leaves none; the smallest input that works is 5"),
    ("crop like=a", ["1@4", "1@5"], "crop can't shrink 4 to 5; pad like=a can"),
    ("pad like=a", ["1@5", "1@4"], "pad can't grow 5 to 4; crop like=a can"),
    ("shuffle 2", ["6@4x4"], "6 channels are not divisible by 2 ** 2 = 4; 8 channels are"),
    ("unshuffle 2", ["6@5"], "5 is not divisible by 2; 6 is"),
    ("dense 10", ["64@7x7"], "dense reads a feature vector, got 64@7x7; put flatten before it"),
    ("reshape 256@7x7", ["12543"], "12543 holds 12543 numbers, 256@7x7 12544"),
    ("reshape -1@7x7", ["100"], "100 holds 100 numbers, -1@7x7 a multiple of 49; 100 fits"),
    ("permute 0,1", ["3@4x4"], "2 dimensions are ordered, 3@4x4 has 3"),
    ("groupnorm g5", ["64@4"], "groups 5 does not divide the 64 channels"),
    ("flatten", ["?@4x4"], "flatten needs the channels, 4x4 has none"),
    ("add a", ["64@8", "32@8"], "add needs equal shapes, got 64@8 and 32@8 (a); conv 32 k1 before it gives 8"),
    ("add a", ["64", "32"], "add needs equal shapes, got 64 and 32 (a); dense 32 before it gives 32"),
    ("add a", ["64@57", "64@56"], "crop like=a before it gives 56"),
    ("concat a", ["64@56", "64@57"], "equal sizes, got 64@56 and 64@57 (a); pad like=a before it gives 57"),
    ("add a", ["64@62x64", "64@64x62"], "upsample like=a before it gives 64x62"),
    ("mul a", ["32@1x1", "32@112x112"], "upsample like=a before it gives 112x112"),
    ("add a", ["?@6x6", "4@8x8"], "pad like=a before it gives 8x8"),
    ("pad like=a", ["1@6x8", "1@8x4"], "pad can't grow 6x8 to 8x4; upsample like=a can"),
    ("conv 1 k9 s5 p2 reflect", ["1@3"], "the smallest input that works is 5, the largest kernel 7"),
    ("tconv 1 k1 p2 to 1", ["1@4"], "no output_padding gives 1 from 4; none is in reach"),
    ("add a", ["8@62x62", "3@64x64"], "pad like=a and conv 3 k1 before it gives 3@64x64"),
    ("concat a b", ["1@8", "1@9", "1@7"], "all branches must agree"),
    ("reshape 100@7x7", ["12544"], "12544 holds 12544 numbers, 100@7x7 4900; 256@7x7 fits"),
    (f"conv k3 g{10**13}", [f"{10**14 + 1}@5"], f"does not divide the {10**14 + 1} input channels"),
    ("reshape 5@-1", ["192"], "192 holds 192 numbers, 5@-1 a multiple of 5; 4@-1 and 6@-1 fit"),
    ("conv 8 k3 g4", ["6@8"], "groups 4 does not divide the 6 input channels; 2 divides all channels"),
    ("concat a", ["64@56", "64@56x56"], "a has 2 axes, the other branch 1"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "given", "message"), REFUSED, ids=[f"{row[0]} on {row[1]}" for row in REFUSED])
def test_an_op_refuses_what_the_arithmetic_refuses(line: str, given: list[str], message: str) -> None:
    with pytest.raises(Impossible) as caught:
        op_of(line).output(*[read_shape(text.removeprefix("?@")) for text in given])
    assert message in str(caught.value)


MALFORMED = [
    ("conv k0", "must be at least 1, got 0"),
    ("conv k3 s0", "must be at least 1, got 0"),
    ("conv k3 d-1", "must be at least 1, got -1"),
    ("conv k3 g0", "must be at least 1, got 0"),
    ("conv 0 k3", "must be at least 1, got 0"),
    ("conv", "conv needs kernel"),
    ("conv k3 k5", "kernel: is given twice"),
    ("conv k3 kernel=5", "kernel: is given twice"),
    ("conv k3 kernl=5", "conv has no key 'kernl'; did you mean kernel?"),
    ("conv k3 stride=2 stride=3", "stride: is given twice"),
    ("conv k3 smae", "conv does not take 'smae'; did you mean same?"),
    ("conv k3x", "'3x' misses a number around x"),
    ("conv k3 padding=1:", "'1:' misses a number"),
    ("conv k3 padding=half", "'half' is not a padding; write 1, 1x2, 0:1x2:2, same"),
    ("up:conv k3", "unknown op 'up:conv'; put a blank after the colon of a name"),
    ("concat names=", "concat needs names; name an earlier layer, or in"),
    ("conv k3 bias=maybe", "must be true or false, got 'maybe'"),
    ("conv k3 padding_mode=mirror", "must be one of zeros, reflect, circular, replicate, got 'mirror'"),
    ("tconv k3 op1 to 5", "output_padding and output_size exclude each other; give one"),
    ("tconv k3 to", "nothing follows to"),
    ("upsample", "upsample takes one of scale, size, like, got none"),
    ("upsample x2 to 5", "upsample takes one of scale, size, like, got scale and size"),
    ("upsample x0", "must be a positive factor, got '0'; write 2, 3/2 or 1.5"),
    ("upsample x1/0", "must be a positive factor, got '1/0'"),
    ("crop", "crop takes one of padding, like, got none"),
    ("reshape 0@7x7", "must be at least 1, or -1 for what is left, got 0"),
    ("reshape -1@-1", "only one number may be -1, got -1@-1"),
    ("reshape 7x7", "'7x7' has no channels; write C@7x7, or -1@7x7"),
    ("permute 0,2", "must be each of 0..1 once, got 0,2"),
    ("dropout half", "dropout does not take 'half'"),
    ("dropout rate=half", "must be a number such as 0.2, got 'half'"),
    ("relu 3", "relu does not take '3'; it takes nothing"),
    ("add", "add needs names"),
    ("crop like=", "must be the name of a layer, got nothing"),
    ("conv k3 =3", "nothing stands before = in '=3'"),
    ("upsample 2", "upsample does not take '2'; write x2"),
    ("conv 64 k 3", "conv does not take 'k'; write k3, without a blank"),
    ("rleu", "unknown op 'rleu'; did you mean relu?"),
    (f"conv k{'9' * 5000}", "a number of 5000 digits is too long; 4300 are read"),
    ("conv k\u0663", "must be an integer, got"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "message"), MALFORMED, ids=[row[0][:40] for row in MALFORMED])
def test_a_line_outside_the_domain_is_malformed(line: str, message: str) -> None:
    with pytest.raises(Malformed) as caught:
        op_of(line)
    assert message in str(caught.value)


def test_a_knob_for_more_axes_than_the_size_has_is_malformed() -> None:
    with pytest.raises(Malformed, match="2 axes are given, the size has 1"):
        op_of("conv k3x3").output(read_shape("1@8"))


@pytest.mark.parametrize("line", ["conv 8 k3", "dwconv k3", "sepconv 8 k3", "tconv 8 k3", "batchnorm", "layernorm"])
def test_without_channels_the_params_are_not_known(line: str) -> None:
    op, shape = op_of(line), read_shape("8x8")
    assert op.weights(shape) is None
    assert op.macs(shape, op.output(shape)) in (None, 0)


def test_channels_that_are_not_known_stay_so_or_become_known() -> None:
    shape = read_shape("8x8")
    assert [str(op_of(line).output(shape)) for line in ("dwconv k3", "shuffle 2", "unshuffle 2", "conv 4 k3")] == [
        "6x6",
        "16x16",
        "4x4",
        "4@6x6",
    ]
    assert str(op_of("concat a").output(shape, read_shape("3@8x8"))) == "8x8"
    assert str(op_of("add a").output(shape, read_shape("3@8x8"))) == "3@8x8"


def test_a_refusal_is_about_the_knob_to_turn() -> None:
    keys = {}
    for line, given, _ in REFUSED:
        with pytest.raises(ConvcalcError) as caught:
            op_of(line).output(*[read_shape(text.removeprefix("?@")) for text in given])
        keys[line] = caught.value.key
    assert keys["conv 8 k5"] == "kernel"
    assert keys["tconv 8 k3 s2 op2"] == "output_padding"
    assert keys["add a"] is None


def test_every_op_has_a_row_in_these_tables() -> None:
    told = {op_of(line).spelling for line in [*[row[0] for row in ROWS], *[row[0] for row in JOINS]]}
    plain = {op.spelling for op in OPS if op.pointwise and not op.knobs}
    assert {op.spelling for op in OPS} - plain <= told


PYTHON = [
    ({"kernel": 3, "kernl": 5}, "conv has no kernl; it takes out, kernel, stride"),
    ({"kernel": 3, "bias": 3}, "must be true|false, got 3"),
    ({"kernel": 3, "padding": [[1, 2, 3]]}, "must be before and after, got 3 numbers"),
    ({"kernel": [3, None]}, "must be an integer, got null"),
    ({"kernel": 10**5000}, "a number of more than 4300 digits is too long"),
]


@pytest.mark.parametrize(("knobs", "message"), PYTHON)
def test_what_python_gives_is_checked_as_what_a_line_gives(knobs: dict[str, object], message: str) -> None:
    with pytest.raises(Malformed) as caught:
        Conv(**knobs)
    assert message in str(caught.value)


def test_an_op_without_windows_has_no_formula_to_explain() -> None:
    shape = read_shape("3@8")
    assert explanation(op_of("relu"), shape, shape) == []


def test_explain_tells_params_and_macs_where_the_channels_are_known() -> None:
    op, shape = op_of("conv 8 k3"), read_shape("3@8")
    assert explanation(op, shape, op.output(shape))[-1] == "params: 80, MACs: 432"


def test_an_op_is_frozen_and_compares_by_its_knobs() -> None:
    op = op_of("conv 8 k3")
    with pytest.raises(AttributeError, match="frozen"):
        op.kernel = (5,)
    assert op == op_of("conv 8 kernel=3")
    assert hash(op) == hash(op_of("conv 8 k3 s1"))
    assert op != op_of("conv 8 k5")
    assert op.replace(kernel=5) == op_of("conv 8 k5")
    assert repr(op) == "Conv(out=8, kernel=(3,))"


def test_names_to_join_are_names() -> None:
    with pytest.raises(Malformed, match="must be names, got 3") as caught:
        Add(names=3)
    assert caught.value.key == "names"


def test_a_layer_without_a_window_pads_by_no_word() -> None:
    assert op_of("relu").padding_word is None
    assert op_of("conv 8 k3 same").padding_word == "same"
