"""Where what a network file says stands in its text: a file a format. It is worked out only when it is asked for."""

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from importlib import import_module

from convcalc.network import Place
from convcalc.readers.positions.lines import Lines
from convcalc.readers.positions.marks import Mark, Marks
from convcalc.report import Span

MERGED = "<<"
"""The key of YAML whose tables are merged into the one that has it."""


class Spans(Mapping[Place, Span]):
    """The span of every value in a text, by its place; `()` is the document."""

    def __init__(self, text: str, kind: str) -> None:
        self.text = text
        self.kind = kind

    @cached_property
    def _marks(self) -> Marks:
        marks: Marks = import_module(f"convcalc.readers.positions.{self.kind}").marks_of(self.text)
        return {**marks, (): (0, len(self.text))}

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text)

    @cached_property
    def _entries(self) -> Mapping[Place, list[Place]]:
        """What each list and table holds."""
        entries: dict[Place, list[Place]] = {}
        for place in self._marks:
            if place:
                entries.setdefault(place[:-1], []).append(place)
        return entries

    def __getitem__(self, place: Place) -> Span:
        return self._span(self._marks[place])

    def __iter__(self) -> Iterator[Place]:
        return iter(self._marks)

    def __len__(self) -> int:
        return len(self._marks)

    def _span(self, mark: Mark) -> Span:
        start, end = mark
        return Span(*self._lines.position(start), *self._lines.position(end))

    def locate(self, place: Place, framework: str | None = None) -> Span:
        """The span of what stands at `place`, or of the nearest that holds it; inside of lines and calls, too."""
        return self._span(self._find(place, framework))

    def _find(self, place: Place, framework: str | None) -> Mark:
        known = _nearest(place, self._marks)
        rest = place[len(known) :]
        if rest and (*known, MERGED) in self._marks:
            return self._find((*known, MERGED, *rest), framework)
        return (self._inside(known, rest, framework) if rest else None) or self._marks[known]

    def _inside(self, place: Place, rest: Place, framework: str | None) -> Mark | None:
        """Where `rest` stands in the string at `place`, if there is one and it tells."""
        from convcalc.readers.positions import inside

        line = self._line(place)
        if line is None or not (content := inside.content(self.text[slice(*line)], self.kind)):
            return None
        start, end = line[0] + content[0], line[0] + content[1]
        marks = inside.marks_of(self.text[start:end], framework)
        known = _nearest(rest, marks)
        return (start + marks[known][0], start + marks[known][1]) if known else None

    def _line(self, place: Place) -> Mark | None:
        """The string at `place`, or the one in a table of nothing else: `up1: conv 64 k3`."""
        entries = self._entries.get(place, [])
        if len(entries) == 1 and isinstance(entries[0][-1], str) and entries[0][-1] not in ("op", "layers"):
            place, entries = entries[0], self._entries.get(entries[0], [])
        return None if entries else self._marks[place]


def _nearest(place: Place, marks: Marks) -> Place:
    """The longest beginning of the place that is marked."""
    lengths = range(len(place), 0, -1)
    return next((place[:length] for length in lengths if place[:length] in marks), ())


@lru_cache(maxsize=1)
def spans_of(text: str, kind: str) -> Spans:
    """The span of every value in a text of that kind: toml, json, yaml or text. The last answer is kept.

    >>> spans_of('layers = ["relu"]', "toml")["layers", 0]
    Span(line=1, column=11, end_line=1, end_column=17)
    """
    return Spans(text, kind)


def locate(text: str, kind: str, place: Place, framework: str | None = None) -> Span:
    """The nearest span for a place, also inside of a layer that is a line or a call.

    The framework, if it is known, tells what the arguments of a call are by their place.

    >>> locate("input 3@8x8 | conv 64 k9 s2", "text", ("layers", 0, "kernel"))
    Span(line=1, column=23, end_line=1, end_column=25)
    """
    return spans_of(text, kind).locate(place, framework)
