"""What a rule is: a code, a name, one text for everyone who shows it, and what it finds in a survey.

It knows neither files nor settings.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from convcalc.network import Place
from convcalc.report import ERROR, WARNING
from convcalc.rules.nearby import nearby_sizes
from convcalc.rules.survey import Survey
from convcalc.shape import Shape


class Remark(NamedTuple):
    """One thing found in a network."""

    number: int
    """The layer it is about, counted from 1; 0 for the network as a whole."""
    what: str
    help: str | None = None
    key: str | None = None
    """The knob of the layer, or the key of the network, that it is about."""
    place: Place | None = None
    """Where it stands, if not where the layer does."""


MOST_SEARCHED = 3
"""Failures of a kind for which sizes that work are looked for: it takes a while."""

Find = Callable[[Survey], Iterable[Remark]]


class Rule(NamedTuple):
    """A check with its text. `find` yields what it finds in a network that was run."""

    code: str
    name: str
    severity: str
    what: str
    """What it finds, a sentence."""
    why: str
    """Why that matters."""
    source: str
    """Who says so; empty where the arithmetic itself does."""
    example: str
    """A network, as text, in which it finds something; of files that can't be read, what is in one."""
    instead: str
    """The same network, mended."""
    find: Find
    on: bool = True
    """Whether it is on unless it is selected: what is a matter of taste is not."""


def failing(*kinds: str, nearby: bool = False) -> Find:
    """What finds the layers that fail in one of these ways; `nearby` adds the sizes that work to the help."""

    def find(survey: Survey) -> Iterator[Remark]:
        failures = [failure for failure in survey.failures if failure.error.kind in kinds]
        for index, failure in enumerate(failures):
            error = failure.error
            sizes = _sizes(survey, failure.number) if nearby and index < MOST_SEARCHED else ()
            works = [f"it fits where the input is {' or '.join(map(str, sizes))}"] if sizes else []
            told = "; ".join([error.hint, *works] if error.hint else works)
            yield Remark(failure.number, error.what, told or None, error.key, failure.place)

    return find


def _sizes(survey: Survey, number: int) -> tuple[Shape, ...]:
    """Inputs on which the whole network builds, or if there are none near, all of it up to a layer."""
    return nearby_sizes(survey) or nearby_sizes(survey, number)


def nowhere(_survey: Survey) -> Iterator[Remark]:
    """What finds nothing in a network, since it is about files that are none."""
    return iter(())


def error(code: str, name: str, find: Find, *, what: str, why: str, example: str, instead: str) -> Rule:
    """A rule about what can't be built or read."""
    return Rule(code, name, ERROR, what, why, "", example, instead, find)


def warning(
    code: str,
    name: str,
    find: Find,
    *,
    what: str,
    why: str,
    source: str = "",
    example: str,
    instead: str,
    on: bool = True,
) -> Rule:
    """A rule about what can be built, but."""
    return Rule(code, name, WARNING, what, why, source, example, instead, find, on)
