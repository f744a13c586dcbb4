"""Where the values of a YAML document stand. What an alias stands for stands where the alias is written."""

from typing import Any

from convcalc.errors import Malformed
from convcalc.network import Place
from convcalc.readers.positions.marks import Mark, Marks, under
from convcalc.readers.yaml import events, plain


def marks_of(text: str) -> Marks:
    """Where each value stands in a text that the parser has accepted; merged keys stand at `<<`."""
    try:
        return _marked(text, quick=True)
    except Malformed:
        return _marked(text, quick=False)


def _marked(text: str, *, quick: bool) -> Marks:
    document = _Document(text)
    for event in events(text, quick=quick):
        document.take(event)
    return document.marks


class _Open:
    """A list or a table that is not yet closed."""

    def __init__(self, place: Place, event: Any) -> None:
        self.place = place
        self.start: int = event.start_mark.index
        self.flow: bool = event.flow_style
        self.table = type(event).__name__ == "MappingStartEvent"
        self.index = -1
        self.key: Any = None
        self.expects_key = self.table


class _Document:
    """Takes events one after the other."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.marks: Marks = {}
        self.opened: list[_Open] = []
        self.anchors: dict[str, Any] = {}
        self.end = 0

    def take(self, event: Any) -> None:
        """Mark what the event is about. Events that are about no value are passed over."""
        kind = type(event).__name__
        if kind in ("MappingStartEvent", "SequenceStartEvent"):
            self.opened.append(_Open(self._place(), event))
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._close(event)
        elif kind in ("ScalarEvent", "AliasEvent"):
            self._leaf(event)

    def _place(self) -> Place:
        """The place of the value that an event is or opens."""
        if not self.opened:
            return ()
        within = self.opened[-1]
        if within.table:
            within.expects_key = True
            return under(within.place, within.key)
        within.index += 1
        return under(within.place, within.index)

    def _leaf(self, event: Any) -> None:
        mark = self._mark(event)
        value = self._value(event)
        if self.opened and self.opened[-1].expects_key:
            self.opened[-1].key = value
            self.opened[-1].expects_key = False
        else:
            self.marks[self._place()] = mark
        self.end = max(self.end, mark[1])

    def _mark(self, event: Any) -> Mark:
        """Of a block of text without the line breaks at its end."""
        start, end = event.start_mark.index, event.end_mark.index
        if getattr(event, "style", None) in ("|", ">"):
            end = start + len(self.text[start:end].rstrip(" \t\r\n"))
        return start, end

    def _value(self, event: Any) -> Any:
        """What a leaf is as a key."""
        if type(event).__name__ == "AliasEvent":
            return self.anchors.get(event.anchor)
        value = plain(event.value) if event.implicit[0] else event.value
        if event.anchor:
            self.anchors[event.anchor] = value
        return value

    def _close(self, event: Any) -> None:
        within = self.opened.pop()
        self.end = event.end_mark.index if within.flow else self.end
        self.marks[within.place] = (within.start, max(self.end, within.start))
