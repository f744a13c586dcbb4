"""A layer's line: what is shown reads back to the same op, whatever its knobs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convcalc.errors import Malformed
from convcalc.ops.factors import Decimal, Scale
from convcalc.ops.kinds import Axes, Choice, Count, Flag, Kind, Padding
from convcalc.ops.layouts import Order, ReshapeTarget
from convcalc.ops.op import Op
from convcalc.ops.references import Name, Names
from convcalc.ops.registry import OPS
from convcalc.readers.source import format_of
from convcalc.readers.spelling import check_name, read_line, read_op
from convcalc.shape import Shape, read_shape, read_size

NUMBERS = st.integers(1, 10**6)
NAMES = st.builds(str.__add__, st.sampled_from("aBk_"), st.text("aZ09_.-", max_size=6))


def values(kind: Kind) -> st.SearchStrategy[object]:
    """Any value of a kind, as Python or a config gives it."""
    axes = st.lists(NUMBERS, min_size=1, max_size=4)
    sides = st.tuples(st.integers(-9, 99), st.integers(-9, 99))
    by_kind: dict[type[Kind], st.SearchStrategy[object]] = {
        Count: NUMBERS,
        Axes: axes,
        Padding: st.one_of(st.lists(sides, min_size=1, max_size=4), st.sampled_from([*kind.words, 3])),
        Flag: st.booleans(),
        Choice: st.sampled_from(list(kind.words) or ["x"]),
        Scale: st.lists(st.tuples(NUMBERS, NUMBERS).map(lambda pair: f"{pair[0]}/{pair[1]}"), min_size=1, max_size=3),
        Decimal: st.one_of(NUMBERS.map(str), NUMBERS.map(lambda digits: f"0.{digits}")),
        Order: st.permutations(range(4)),
        ReshapeTarget: st.one_of(axes, axes.map(lambda target: [-1, *target])),
        Name: NAMES,
        Names: st.lists(NAMES, min_size=1, max_size=3),
    }
    return by_kind[type(kind)]


@st.composite
def ops(draw: st.DrawFn) -> Op:
    """Any op with any knobs that do not contradict each other."""
    kind = draw(st.sampled_from(OPS))
    knobs = {name: draw(values(knob.kind)) for name, knob in kind.knobs.items() if knob.required or draw(st.booleans())}
    try:
        return kind(**knobs)
    except Malformed:
        return draw(st.nothing())


@settings(max_examples=600)
@given(ops())
def test_what_is_shown_reads_back(op: Op) -> None:
    """`read` and `show` are inverse."""
    line = read_line(str(op))
    assert read_op(line.head, line.tokens, tuple(line.keys.items())) == op


@settings(max_examples=300)
@given(ops())
def test_the_long_form_is_the_same_layer(op: Op) -> None:
    """`key=value` always works, for every knob."""
    pairs = [
        (name, knob.kind.show(getattr(op, name)))
        for name, knob in op.knobs.items()
        if getattr(op, name) is not None and not isinstance(knob.kind, Names)
    ]
    tokens = op.references() if any(isinstance(knob.kind, Names) for knob in op.knobs.values()) else ()
    assert read_op(op.spelling, tokens, tuple(pairs)) == op


@given(st.one_of(st.none(), NUMBERS), st.lists(NUMBERS, min_size=1, max_size=5))
def test_a_size_is_read_as_it_is_shown(channels: int | None, size: list[int]) -> None:
    """`C@HxW` there and back."""
    shape = Shape(channels, tuple(size))
    assert read_size(str(shape)) == shape


@given(NUMBERS)
def test_in_a_network_a_bare_number_is_a_feature_vector(features: int) -> None:
    """`100` is 100 features, and one axis for a single layer."""
    assert read_shape(str(features)) == Shape(features, ())
    assert read_size(str(features)) == Shape(None, (features,))


@pytest.mark.parametrize(
    ("text", "name", "head", "tokens", "keys"),
    [
        ("conv 64 k3", None, "conv", ("64", "k3"), {}),
        ("up1: tconv 128 k5 s2 same from=a.b", "up1", "tconv", ("128", "k5", "s2", "same"), {"from": "a.b"}),
        ("relu *3", None, "relu", (), {"repeat": "3"}),
        ("relu *3 expect=8@4x4", None, "relu", (), {"repeat": "3", "expect": "8@4x4"}),
        ("concat p1 k2", None, "concat", ("p1", "k2"), {}),
    ],
)
def test_a_line_is_split_into_its_parts(
    text: str, name: str | None, head: str, tokens: tuple[str, ...], keys: dict[str, str]
) -> None:
    assert read_line(text) == (head, tokens, keys, name)


def test_every_bare_token_of_a_join_is_a_name() -> None:
    assert read_op("add", ("k3", "same", "p1")).references() == ("k3", "same", "p1")


@pytest.mark.parametrize("name", ["a", "_", "enc3", "stage1.0.conv-1", "A_b"])
def test_a_name_that_may_be_given(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "in", "3a", "a b", "é", "a/b", "-a", ".a"])
def test_a_name_that_may_not_be_given(name: str) -> None:
    with pytest.raises(Malformed, match="can't be a name"):
        check_name(name)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("# a comment\n\ninput 3@8x8", "text"),
        ("conv 64 kernel=3", "text"),
        ("up: conv 64 k3", "text"),
        ("repeat 3\nrelu\nend", "text"),
        ("# a comment\nframework = 'torch'", "toml"),
        ("[blocks.down]", "toml"),
        ('"layers" = []', "toml"),
        ("---\nlayers:", "yaml"),
        ("framework: torch", "yaml"),
        ("input: 3@8x8", "yaml"),
        ('  {"layers": []}', "json"),
    ],
)
def test_the_first_line_that_says_anything_tells_the_format(text: str, form: str) -> None:
    assert format_of(text) == form


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.toml", "toml"), ("a.JSON", "json"), ("a.yml", "yaml"), ("a.b.yaml", "yaml"), ("a.txt", "text")],
)
def test_a_suffix_tells_the_format(name: str, form: str) -> None:
    assert format_of("relu", name) == form
