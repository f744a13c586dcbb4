"""Where the values of a TOML document stand. A table that has a header stands at its header."""

from convcalc.network import Place
from convcalc.readers.positions.marks import Mark, Marks, under
from convcalc.readers.positions.values import Scanner


def marks_of(text: str) -> Marks:
    r"""Where each value stands in a text that the parser has accepted.

    >>> marks_of("[[layers]]\nop = 'relu'")
    {('layers',): (0, 10), ('layers', 0): (0, 10), ('layers', 0, 'op'): (16, 22)}
    """
    return _Document(text).scan()


def _decode(token: str) -> str:
    import tomllib

    text: str = tomllib.loads(f"key = {token}")["key"]
    return text


class _Document:
    """Keeps the table that the last header opened, and how many tables each `[[list]]` has so far."""

    def __init__(self, text: str) -> None:
        self.scanner = Scanner(text, _decode)
        self.table: Place = ()
        self.counts: dict[Place, int] = {}

    def scan(self) -> Marks:
        """As `marks_of`."""
        while character := self.scanner.skip():
            if character == "[":
                self._header()
            else:
                self.scanner.value(self.scanner.assigned(self.table))
        return self.scanner.marks

    def _header(self) -> None:
        scanner = self.scanner
        start = scanner.at
        several = scanner.text.startswith("[[", start)
        scanner.skip(2 if several else 1)
        keys = scanner.keys()
        scanner.skip()
        scanner.at += 2 if several else 1
        self.table = self._opened(keys, (start, scanner.at), several=several)

    def _opened(self, keys: list[str], mark: Mark, *, several: bool) -> Place:
        """The place of the table that a header opens. Tables on the way there, if they have none, get its mark."""
        place: Place = ()
        for key in keys[:-1]:
            place = self._last(under(place, key), mark)
        place = under(place, keys[-1])
        if several:
            self.scanner.marks.setdefault(place, mark)
            self.counts[place] = self.counts.get(place, 0) + 1
            place = under(place, self.counts[place] - 1)
        self.scanner.marks[place] = mark
        return place

    def _last(self, place: Place, mark: Mark) -> Place:
        """The place itself, or that of the last of its tables if it is a list of them."""
        self.scanner.marks.setdefault(place, mark)
        return under(place, self.counts[place] - 1) if place in self.counts else place
