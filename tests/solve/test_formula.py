"""The formula of every layer's size, read as text and worked out, against a run on every small size."""

import re
from collections.abc import Callable
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_sizes import networks

from convcalc.errors import Malformed
from convcalc.presets import files
from convcalc.readers.source import read_source, read_text
from convcalc.shape import Shape
from convcalc.solve.domains import Unfollowable
from convcalc.solve.formula import Questions, bounds, formulas
from convcalc.solve.terms import Choice, Floor, Formula, Terms, show

COLLAPSED = [
    ("conv 8 k3 s2 p1 | conv 8 k3 s2 p1", "floor((n + 3) / 4)"),
    ("conv 8 k3 s2 p1 | conv 8 k3 s2 p1 | pool k2", "floor((n + 3) / 8)"),
    ("conv 8 k3 p1", "n"),
    ("conv 8 k3 same s2", "floor((n + 1) / 2)"),
    ("conv 8 k5 | conv 8 k5", "n - 8"),
    ("upsample x2 | upsample x2", "4n"),
    ("conv 8 k3 s2 p1 | tconv 8 k5 s2", "2*floor((n + 1) / 2) + 3"),
    ("pool k3 s2 ceil", "floor(n / 2)"),
    ("pool k2 ceil", "floor((n + 1) / 2)"),
    ("pool k1 s3 ceil", "(floor((n + 4) / 3) if 3*floor((n + 1) / 3) < n else floor((n + 1) / 3))"),
    ("upsample x3/2", "floor(3n / 2)"),
    ("upsample x4 | pool k2", "2n"),
    ("upsample x6 | pool k4", "floor(3n / 2)"),
    ("unshuffle 2 | conv 8 k3", "floor((n - 4) / 2)"),
    ("a: pool k2 | tconv 8 k2 s2 | add in", "n"),
    ("conv 8 k9 | pad like=in", "n"),
    ("adaptivepool 7", "7"),
    ("tconv 8 k2 s2 to 9", "9"),
    ("flatten", "8n"),
    ("pool k2 | flatten", "8*floor(n / 2)"),
]


@pytest.mark.parametrize(("text", "told"), COLLAPSED, ids=[row[0] for row in COLLAPSED])
def test_a_formula_is_collapsed_as_far_as_it_goes(text: str, told: str) -> None:
    last = formulas(read_text(text), 8, 1)[-1]
    assert (last.size or (last.channels,))[0] == told


def test_axes_that_differ_are_told_one_by_one() -> None:
    rows = formulas(read_text("conv 8 k3x5 s1x2 | permute 0 2 1 | flatten"), 3, 2)
    assert [str(row) for row in rows] == [
        "3 @ n",
        "8 @ n - 2 x floor((n - 3) / 2)",
        "8 @ floor((n2 - 3) / 2) x n1 - 2",
        "8*(n1 - 2)*floor((n2 - 3) / 2)",
    ]


def test_a_float_factor_begins_a_new_letter() -> None:
    rows = formulas(read_text("framework torch\npool k2\nUpsample(scale_factor=1.3)\nMaxPool1d(2)"), 3, 1)
    assert [row.size[0] for row in rows] == ["n", "floor(n / 2)", "m2", "floor(m2 / 2)"]


def test_nothing_is_told_after_a_layer_that_refuses_every_size() -> None:
    assert len(formulas(read_text("conv 8 k3 | dense 10 | relu"), 3, 1)) == 2


@pytest.mark.parametrize("framework", ["torch", "keras", "tf", "onnx", "jax"])
@pytest.mark.parametrize("join", ["concat in", "add in"])
def test_a_join_of_a_number_and_a_size_is_followed_where_they_are_equal(framework: str, join: str) -> None:
    rows = formulas(read_text(f"adaptivepool 3 | {join}"), 4, 1, framework)
    assert [str(row).partition(" @ ")[2] for row in rows][:2] == ["n", "3"]
    assert len(rows) == 3


def test_nothing_is_told_after_a_layer_that_no_formula_follows() -> None:
    rows = formulas(read_text("framework torch\nFractionalMaxPool2d(2, output_ratio=0.3)\nReLU()"), 3, 2)
    assert [str(row) for row in rows] == ["3 @ n"]


def size(ask: Questions) -> Any:
    return Formula(((("n",), 1),), ask)


@pytest.mark.parametrize(
    "compute",
    [
        pytest.param(lambda n: (6 * n + 12) // (2 * n + 4), id="divided by a formula that goes into it"),
        pytest.param(lambda n: n // -2, id="divided by a negative number"),
        pytest.param(lambda n: sum(divmod(7 * n + 3, 2)), id="quotient and rest"),
        pytest.param(lambda n: abs(n + 3), id="distance"),
    ],
)
def test_a_formula_computes_as_every_size_does(compute: Callable[[Any], Any]) -> None:
    told = str(compute(size(Questions())))
    assert [worked_out(told, {"n": n}) for n in range(1, 50)] == [compute(n) for n in range(1, 50)]


@pytest.mark.parametrize(
    ("compute", "error"),
    [
        pytest.param(lambda n: (6 * n + 1) // (2 * n), Unfollowable, id="a formula that leaves a rest"),
        pytest.param(lambda n: n / 2, Unfollowable, id="divided into a float"),
        pytest.param(lambda n: 7 // n, Unfollowable, id="a number divided by it"),
        pytest.param(int, Unfollowable, id="taken for one number"),
        pytest.param(lambda n: n < 0.5, Unfollowable, id="compared with a float"),
        pytest.param(lambda n: n + 0.5, TypeError, id="a float added"),
        pytest.param(lambda n: n * 0.5, TypeError, id="times a float"),
    ],
)
def test_what_no_formula_tells_is_never_guessed(compute: Callable[[Any], Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        compute(size(Questions()))


def test_more_comparisons_than_are_followed_are_no_formula() -> None:
    ask = Questions()
    with pytest.raises(Unfollowable):
        ask.outcomes(lambda: Shape(None, (sum(size(ask) < 3 * bound for bound in range(2, 40)),)))


def test_the_smaller_and_the_larger_of_two_are_told_in_a_word() -> None:
    number, five, apart = ((("n",), 1),), (((), 5),), ((("n",), 1), ((), -5))
    assert show((((Choice("<", apart, number, five),), 1),)) == "min(n, 5)"
    assert show((((Choice("<", apart, five, number),), 1),)) == "max(5, n)"


N, M = ((("n",), 1),), ((("m",), 1),)
"""Two sizes, each at least 1."""


@pytest.mark.parametrize(
    ("terms", "least", "most"),
    [
        pytest.param(((("n",), 2), ((), -1)), 1, None, id="2n - 1"),
        pytest.param(((("n",), -1), ((), 5)), None, 4, id="5 - n"),
        pytest.param((((Choice("<", N, (((), 2),), (((), 7),)),), 1),), 2, 7, id="2 or 7"),
        pytest.param(((("n", "m"), 1),), None, None, id="a product of two"),
        pytest.param((((Floor(((("n", "m"), 1),), 2),), 1),), None, None, id="half a product"),
        pytest.param((((Choice("<", N, N, M),), 1),), None, None, id="n or m"),
    ],
)
def test_the_bounds_of_a_sum_are_told_where_they_are_known(terms: Terms, least: int | None, most: int | None) -> None:
    assert bounds(terms) == (least, most)


def test_what_is_malformed_on_a_size_that_is_not_known_has_no_formula() -> None:
    def compute() -> Shape:
        raise Malformed("a knob that takes no formula")

    with pytest.raises(Unfollowable):
        Questions().outcomes(compute)


@pytest.mark.parametrize("text", ["pool k1 s3 ceil | pool k1 s3 ceil", "pool k1 s3 ceil | conv 4 k3 | pool k1 s2 ceil"])
def test_a_choice_between_two_sizes_is_followed_on(text: str) -> None:
    check(text, 1, None)


def worked_out(text: str | None, names: dict[str, int]) -> int | None:
    """The value of a formula for a size."""
    if text is None:
        return None
    written = re.sub(r"\b(\d+)([nm])", r"\1*\2", text)
    told = {name: Fraction(value) for name, value in names.items()}
    value = Fraction(eval(written, {"floor": floor, "min": min, "max": max}, told))  # noqa: S307 - our own text
    assert value.denominator == 1
    return int(value)


def check(text: str, rank: int, framework: str | None, sizes: range = range(1, 70)) -> None:
    """Every formula gives what a run gives, for every size that the layers up to it take."""
    network = read_text(text)
    try:
        rows = formulas(network, 4, rank, framework)
        for n in sizes:
            size = tuple([n + 3 * axis for axis in range(rank)])
            trace = network.run(Shape(4, size), framework)
            names = {"n": n, **{f"n{axis}": cells for axis, cells in enumerate(size, 1)}}
            for number, (shape, row) in enumerate(zip(trace.shapes, rows, strict=False)):
                names[f"m{number}"] = shape.size[0]
                assert worked_out(row.channels, names) == shape.channels
                for axis, told in enumerate(row.size):
                    assert worked_out(told, {**names, "n": size[min(axis, rank - 1)]}) == shape.size[axis], (told, n)
            assert len(trace.shapes) <= len(rows)
    except (Malformed, ZeroDivisionError):
        assume(False)  # noqa: FBT003 - a kernel of more axes than there are


@given(rank=st.integers(1, 2), data=st.data())
@settings(max_examples=150)
def test_a_formula_gives_what_a_run_gives(rank: int, data: st.DataObject) -> None:
    check(data.draw(networks(rank)), rank, None)


@given(data=st.data(), framework=st.sampled_from(["torch", "keras", "tf", "onnx"]))
@settings(max_examples=60)
def test_a_formula_gives_what_a_run_gives_in_a_framework(data: st.DataObject, framework: str) -> None:
    check(data.draw(networks(1, 5, exact=False)), 1, framework, range(1, 40))


@pytest.mark.parametrize("preset", sorted(files()))
def test_every_preset_has_a_formula_for_every_layer(preset: str) -> None:
    path = files()[preset]
    with open(path, "rb") as file:
        network = read_source(file.read(), path).network
    start = network.start(None)
    rows = formulas(network, start.channels, len(start.size))
    for shape, row in zip(network.shapes(), rows, strict=True):
        for axis, told in enumerate(row.size):
            assert worked_out(told, {"n": start.size[axis] if start.size else 0}) == shape.size[axis]
