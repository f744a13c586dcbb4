"""A line computes with every number of its domain as an integer would, or falls into parts on which it does."""

import operator
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convcalc.solve.accepted import sizes_of
from convcalc.solve.domains import Domain, Fork, Unfollowable, Variable, domain_from
from convcalc.solve.lines import Line, Product

MOST = 200
"""Numbers up to this are looked at one by one."""

Expression = Callable[[Any], Any]
"""What is computed of a number: on an integer, and on a line that stands for many."""


def followed(domain: Domain, compute: Expression) -> Iterator[tuple[Domain, object, Variable]]:
    """The value on each part into which a domain falls."""
    variable = Variable("n", domain)
    todo = [domain]
    while todo:
        variable.domain = todo.pop()
        try:
            yield variable.domain, compute(Line(variable)), variable
        except Fork as fork:
            todo += fork.parts  # that none is lost, the numbers tell


def check(domain: Domain, compute: Expression) -> None:
    """Every number lies in one part, and the value there is that of the integers."""
    seen = []
    for part, value, _ in followed(domain, compute):
        for n in part.numbers(MOST):
            expected = compute(n)
            got = value.at(n) if isinstance(value, Line) else value
            assert (got, type(got)) == (expected, type(expected)), (n, part)
            seen.append(n)
    assert sorted(seen) == list(domain.numbers(MOST))


constants = st.integers(-12, 12)
positive = st.integers(1, 9)


@st.composite
def domains(draw: st.DrawFn) -> Domain:
    """All sizes, or a residue, or a run of them."""
    modulus = draw(positive)
    least = draw(st.integers(0, 20))
    most = least + modulus * draw(st.integers(0, 12)) if draw(st.booleans()) else None
    return Domain(modulus, least % modulus, least, most)


def _itself(n: Any) -> Any:
    return n


def _nothing(_n: Any) -> int:
    return 0


def _plus(constant: int, inner: Expression) -> Expression:
    return lambda n: inner(n) + constant


def _minus(constant: int, inner: Expression) -> Expression:
    return lambda n: constant - inner(n)


def _times(constant: int, inner: Expression) -> Expression:
    return lambda n: inner(n) * constant


def _over(divisor: int, inner: Expression) -> Expression:
    return lambda n: inner(n) // divisor


def _rest(divisor: int, inner: Expression) -> Expression:
    return lambda n: inner(n) % divisor


def _both(divisor: int, inner: Expression) -> Expression:
    return lambda n: sum(divmod(inner(n), divisor))


def _least(constant: int, inner: Expression) -> Expression:
    return lambda n: min(inner(n), constant)


def _most(constant: int, inner: Expression) -> Expression:
    return lambda n: max(inner(n), constant)


def _sum(one: Expression, other: Expression) -> Expression:
    return lambda n: one(n) + other(n)


def _difference(one: Expression, other: Expression) -> Expression:
    return lambda n: one(n) - other(n)


def _larger(one: Expression, other: Expression) -> Expression:
    return lambda n: max(one(n), other(n))


def _choice(compare: Callable[[Any, Any], bool], one: Expression, other: Expression) -> Expression:
    return lambda n: one(n) if compare(one(n), other(n)) else other(n)


COMPARISONS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)


def grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """One step more."""
    return st.one_of(
        *[st.builds(step, constants, inner) for step in (_plus, _minus, _times, _least, _most)],
        *[st.builds(step, positive, inner) for step in (_over, _rest, _both)],
        *[st.builds(step, inner, inner) for step in (_sum, _difference, _larger)],
        st.builds(_choice, st.sampled_from(COMPARISONS), inner, inner),
    )


expressions = st.recursive(st.just(_itself), grown, max_leaves=5)


@given(domain=domains(), compute=expressions)
@settings(max_examples=400)
def test_a_line_computes_as_every_integer_of_its_domain(domain: Domain, compute: Expression) -> None:
    check(domain, compute)


@pytest.mark.parametrize("compare", COMPARISONS, ids=lambda compare: compare.__name__)
@pytest.mark.parametrize("slope", [-3, -1, 1, 2], ids="slope {}".format)
def test_a_comparison_splits_at_the_very_number(compare: Callable[[Any, Any], bool], slope: int) -> None:
    for constant in range(-40, 40):
        check(domain_from(1), _choice(compare, _times(slope, _itself), _minus(constant, _nothing)))


@pytest.mark.parametrize("compare", COMPARISONS, ids=lambda compare: compare.__name__)
def test_a_rounded_line_is_not_taken_for_a_multiple_of_itself(compare: Callable[[Any, Any], bool]) -> None:
    check(domain_from(0), lambda n: compare(n // 2, 2 * (n // 2)))
    check(domain_from(0), lambda n: compare(3 * (n // 2) - 4, n // 2))


def test_what_a_floor_takes_away_is_asked_for_when_it_matters() -> None:
    assert len(list(followed(domain_from(1), lambda n: (n // 4096 + 3) // 256))) == 1
    assert len(list(followed(domain_from(1), lambda n: n // 4096 * 6 // 3 + 1))) == 1
    assert len(list(followed(domain_from(1), lambda n: n - n // 4096 * 4096))) == 4096


SIGNS = [
    pytest.param(lambda n: abs(n - 5), id="distance"),
    pytest.param(lambda n: n // -3, id="divided by a negative number"),
    pytest.param(lambda n: (7 - n) // -2, id="falling, divided by a negative number"),
    pytest.param(lambda n: n // 3 * 4 + 1, id="a floor times a factor"),
    pytest.param(lambda n: n // 3 * 4 + n, id="a floor times a factor, and the number itself"),
    pytest.param(lambda n: n // 3 * 4 // 3, id="a floor times a factor, divided by another"),
    pytest.param(lambda n: 100 // (n + 1), id="a number divided"),
]


@pytest.mark.parametrize("compute", SIGNS)
def test_signs_floors_and_factors_are_those_of_the_integers(compute: Expression) -> None:
    for domain in (domain_from(0), Domain(3, 2, 5, 50), Domain(1, 0, 9, 9)):
        check(domain, compute)


def test_sizes_of_two_axes_are_divided_where_each_is_one_number() -> None:
    one, other = [Line(Variable(name, Domain(1, 0, cells, cells))) for name, cells in (("n1", 17), ("n2", 5))]
    assert divmod(one, other) == divmod(17, 5)
    with pytest.raises(Unfollowable):
        divmod(Line(Variable("n1", domain_from(1))), other)


def square(domain: Domain) -> Any:
    line = Line(Variable("n", domain))
    return line * line


def test_products_multiply_and_compare_as_their_numbers() -> None:
    """Of 6: 36 times 36 is 1296. Of any size: at least 1, equal to itself, and no more is known of it."""
    six = square(Domain(1, 0, 6, 6))
    assert int(six * six) == 1296
    assert six == square(Domain(1, 0, 6, 6))
    assert six != square(Domain(1, 0, 5, 5))
    six.lines[0].variable.beside = frozenset({36})
    assert len({six, 36}) == 1
    some = square(domain_from(1))
    assert some == some * 1
    assert not some < 1


@pytest.mark.parametrize(
    "compute",
    [
        pytest.param(lambda n: n * n < 2, id="compared with 2"),
        pytest.param(lambda n: float(n * n), id="float"),
        pytest.param(lambda n: (2 * n + 1) * (2 * n + 3) // 2, id="halved, where it is odd"),
        pytest.param(lambda n: n * n == 2**62 - 1, id="too large to look for its divisors"),
        pytest.param(lambda n: n // (n * n), id="divided by a product"),
        pytest.param(lambda n: 10**9 // n, id="divided by every size"),
    ],
)
def test_what_is_not_known_of_a_product_is_said_to_be_so(compute: Expression) -> None:
    with pytest.raises(Unfollowable):
        list(followed(domain_from(1), compute))


@pytest.mark.parametrize(
    "compute",
    [float, int, lambda n: n % 5000, lambda n: n * n > 3, lambda n: n / 2],
    ids=["float", "int", "too many parts", "product compared", "true division"],
)
def test_what_no_line_can_follow_is_said_to_be_so(compute: Expression) -> None:
    with pytest.raises(Unfollowable):
        list(followed(domain_from(1), compute))


@given(slopes=st.tuples(positive, positive), adds=st.tuples(constants, st.integers(0, 12)), domain=domains())
def test_dividing_by_a_line_is_that_of_the_integers(
    slopes: tuple[int, int], adds: tuple[int, int], domain: Domain
) -> None:
    check(domain, lambda n: sum(divmod(n * slopes[0] + adds[0], n * slopes[1] + adds[1] + 1)))
    check(domain, lambda n: adds[0] % (n * slopes[1] + adds[1] + 1))
    check(domain, lambda n: adds[0] // (n * slopes[1] + adds[1] + 1))


@given(factor=st.integers(1, 8), target=st.integers(0, 400), adds=st.tuples(positive, positive))
@settings(max_examples=60)
def test_a_product_of_two_axes_is_a_number_at_its_divisors(factor: int, target: int, adds: tuple[int, int]) -> None:
    one, other = Variable("n1", domain_from(1)), Variable("n2", domain_from(1))
    found, todo = set(), [(domain_from(1), domain_from(1))]
    while todo:
        one.domain, other.domain = todo.pop()
        try:
            product: Any = (Line(one) + adds[0]) * (Line(other) + adds[1]) * factor
            equal = product == target
        except Fork as fork:
            todo += [(part, other.domain) if fork.variable is one else (one.domain, part) for part in fork.parts]
            continue
        if equal:
            found |= {(n, m) for n in one.domain.numbers(MOST * 3) for m in other.domain.numbers(MOST * 3)}
    every = range(1, 401)
    assert found == {(n, m) for n in every for m in every if factor * (n + adds[0]) * (m + adds[1]) == target}


@given(divisor=positive, factor=st.integers(1, 8), domain=domains())
@settings(max_examples=60)
def test_the_rest_of_a_product_is_that_of_the_integers(divisor: int, factor: int, domain: Domain) -> None:
    check(domain, lambda n: (n + 1) * (n + 2) * factor % divisor)


@given(domain=domains(), slopes=st.tuples(positive, positive), adds=st.tuples(constants, constants))
def test_a_set_holds_equal_numbers_once(domain: Domain, slopes: tuple[int, int], adds: tuple[int, int]) -> None:
    def count(n: Any) -> int:
        if isinstance(n, Line):
            n.variable.beside = frozenset({7})
        numbers = {n * slopes[0] + adds[0], n * slopes[1] + adds[1], 7, 1}
        return len(numbers - {1})

    check(domain, count)


def test_a_product_shows_its_factors() -> None:
    line = Line(Variable("n", domain_from(1)))
    twice: Any = 2 * line
    product = 3 * ((twice + 1) * line)
    assert isinstance(product, Product)
    assert str(product) == "3 * (2*n + 1) * (n)"


@given(domain=domains(), least=st.integers(0, 60), most=st.integers(0, 60), factor=st.integers(1, 5))
def test_a_domain_is_cut_and_refined_as_its_numbers_are(domain: Domain, least: int, most: int, factor: int) -> None:
    numbers = list(domain.numbers(MOST))
    part = domain.within(least, most)
    assert list(part.numbers(MOST) if part else []) == [n for n in numbers if least <= n <= most]
    refined = sorted(n for one in domain.refined(factor) for n in one.numbers(MOST))
    assert refined == numbers
    assert [n in domain for n in range(MOST)] == [n in set(numbers) for n in range(MOST)]


@given(parts=st.lists(domains(), max_size=5))
@settings(max_examples=300)
def test_a_union_of_domains_holds_the_numbers_of_its_parts(parts: list[Domain]) -> None:
    sizes = sizes_of(parts)
    numbers = {n for part in parts for n in part.numbers(4 * MOST)}
    assert set(sizes.up_to(4 * MOST)) == numbers
    assert [n for n in range(4 * MOST + 1) if n in sizes] == sorted(numbers)
    assert sizes.smallest == min(numbers, default=None)
    for n in (0, 7, MOST):
        below, above = sizes.near(n)
        assert below == max((one for one in numbers if one <= n), default=None)
        assert above == min((one for one in numbers if one >= n), default=None)


LONG = [
    pytest.param([Domain(2, 0, 0, 300_000)], id="even sizes up to an end"),
    pytest.param([Domain(1, 0, 0, 150_000), Domain(1, 0, 150_001, 300_000)], id="runs that touch"),
    pytest.param([Domain(2, 0, 0, 400_000), Domain(4, 0, 400_004, None)], id="and others without one"),
]


@pytest.mark.parametrize("parts", LONG)
def test_a_union_of_very_many_sizes_is_told_without_going_through_them(parts: list[Domain]) -> None:
    sizes = sizes_of(parts)
    for n in (0, 1, 2, 3, 149_999, 150_000, 150_001, 299_999, *range(300_000, 300_004), *range(399_996, 400_012)):
        assert (n in sizes) == any(n in part for part in parts), n


@given(parts=st.lists(domains(), max_size=5))
def test_what_is_no_number_is_no_size(parts: list[Domain]) -> None:
    word: object = "224"
    assert word not in sizes_of(parts)


@given(parts=st.lists(domains(), max_size=5))
def test_no_smaller_modulus_and_no_lower_bound_tell_a_union(parts: list[Domain]) -> None:
    sizes = sizes_of(parts)
    for modulus in range(1, sizes.modulus):
        residues = {residue % modulus for residue in sizes.residues}
        held = {n % sizes.modulus for n in range(sizes.modulus * modulus) if n % modulus in residues}
        assert held != set(sizes.residues) or sizes.modulus % modulus
    if sizes.residues:
        assert sizes.least in sizes
        below = range(max(sizes.least - sizes.modulus, 0), sizes.least)
        assert (
            not sizes.least
            or any((n in sizes) != (n % sizes.modulus in sizes.residues) for n in below)
            or (sizes.least < sizes.modulus)
        )
