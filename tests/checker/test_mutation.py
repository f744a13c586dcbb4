"""Every preset with one of its numbers changed: what breaks its shapes is found, at its line, and nothing else is."""

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from convcalc.checker.check import check_bytes
from convcalc.checker.settings import Settings
from convcalc.errors import Malformed
from convcalc.presets import files
from convcalc.readers.source import Source, read_source
from convcalc.report import ERROR, FileReport, Finding

MOST = 50
"""So many damages of a preset are tried, drawn from all there are."""

_NOT_READ = re.compile(r"#[^\n]*|ignore=[\w,-]+")
_NUMBER = re.compile(r"(?<![A-Za-z_]{2})(?<![\w.]\d)(?<!\d)\d+")
"""A number that is a value: not the end of a name, such as `enc1`."""


class Damage(NamedTuple):
    """One number of a text, and another in its place."""

    start: int
    end: int
    number: str

    def done_to(self, text: str) -> str:
        """The text with it."""
        return text[: self.start] + self.number + text[self.end :]

    def line_in(self, text: str) -> int:
        """Where it is done, counted from 1."""
        return text.count("\n", 0, self.start) + 1


def damages(text: str) -> Iterator[Damage]:
    """Every number one larger, one smaller and twice as large."""
    read = _NOT_READ.sub(lambda found: " " * len(found[0]), text)
    for found in _NUMBER.finditer(read):
        number = int(found[0])
        for other in sorted({number + 1, max(number - 1, 0), 2 * number} - {number}):
            yield Damage(*found.span(), str(other))


def checked(text: str, name: str) -> Sequence[Finding]:
    found = check_bytes(text.encode(), name, Settings())
    assert isinstance(found, FileReport)
    return found.findings


def errors(text: str, name: str) -> Sequence[Finding]:
    return [finding for finding in checked(text, name) if finding.severity == ERROR]


def sample(name: str) -> Iterator[tuple[str, str, Damage]]:
    """The file of a preset, its text, and some of all damages, always the same."""
    path = files()[name]
    text = Path(path).read_text(encoding="utf-8")
    known = list(damages(text))
    for damage in random.Random(name).sample(known, min(MOST, len(known))):  # noqa: S311 - nothing is secret
        yield path, text, damage


def line_of(source: Source, place: tuple[str | int, ...]) -> int:
    """Where a layer stands."""
    return source.spans.locate(place, source.network.framework).line


def assert_damage_is_found(path: str, text: str, damage: Damage) -> None:
    """What the reader and the network's own run say is the measure: they share no code with the rules."""
    damaged = damage.done_to(text)
    found = errors(damaged, path)
    told = {finding.span.line for finding in found if finding.span}
    source = read(damaged, path)
    assert any(finding.malformed for finding in found) == isinstance(source, int)
    if isinstance(source, int):
        assert source in told
    elif failures := source.network.run().failures:
        assert {line_of(source, failure.place) for failure in failures} <= told
        assert not told & innocent_lines(damage.line_in(text), source)
    else:
        assert not told


def read(text: str, path: str) -> Source | int:
    """The network, or the line in which it can't be read."""
    try:
        return read_source(text.encode(), path)
    except Malformed as error:
        return error.position[0] if error.position else 0


def innocent_lines(line: int, source: Source) -> set[int]:
    """Those of layers that come before the first one written on the damaged line."""
    lines = [line_of(source, layer.place) for layer in source.network.layers]
    first = lines.index(line) if line in lines else 0
    return set(lines[:first]) - set(lines[first:])


@pytest.mark.parametrize("name", files())
def test_a_preset_as_it_is_has_nothing_wrong(name: str) -> None:
    path = files()[name]
    assert checked(Path(path).read_text(encoding="utf-8"), path) == ()


@pytest.mark.parametrize("name", files())
def test_a_preset_with_a_wrong_number_is_told_where_it_breaks(name: str) -> None:
    """Damage by which a layer fails or an expectation breaks is told where that shows; other damage is none."""
    for path, text, damage in sample(name):
        assert_damage_is_found(path, text, damage)


def test_most_damage_does_harm() -> None:
    """The damages are worth something: at least a third of them break a network."""
    tried = [*sample("lenet5"), *sample("unet")]
    harmful = [bool(errors(damage.done_to(text), path)) for path, text, damage in tried]
    assert sum(harmful) * 3 >= len(harmful)
    assert not all(harmful)
