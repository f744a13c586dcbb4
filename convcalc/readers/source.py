"""A file's bytes to a network: size, encoding, format by suffix or by content, and where an error stands."""

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.errors import SYNTAX, UNREADABLE, ConvcalcError, Malformed
from convcalc.network import Network, Place
from convcalc.readers.document import KEYS, read_document
from convcalc.shape import MAX_DIGITS, quote

if TYPE_CHECKING:
    from convcalc.readers.positions import Spans

MAX_BYTES = 32 * 1024 * 1024
"""Of a larger file no more than this is read."""

COMMAND_LINE = "-e"
"""The name of layers given on the command line: they are always text."""

SUFFIXES: Mapping[str, str] = {".toml": "toml", ".json": "json", ".yaml": "yaml", ".yml": "yaml", ".txt": "text"}
"""The format that a suffix tells; any other file is recognised by its content."""

_LONG_NUMBER = re.compile(rf"[0-9_]{{{MAX_DIGITS + 1}}}")
_TOML = re.compile(r"""^\s*(\[|[\w."'-]+\s*=)""")
_YAML = re.compile(rf"^(---|%YAML|({'|'.join(KEYS)})\s*:)")


class Source(NamedTuple):
    """A network, and the text it was read from."""

    network: Network
    name: str
    text: str
    kind: str

    @property
    def spans(self) -> "Spans":
        """Where everything stands in the text."""
        from convcalc.readers.positions import spans_of

        return spans_of(self.text, self.kind)

    def locate(self, place: Place, key: str | None = None) -> str:
        """`net.txt:7:3`, or `net.toml:12:3: layers[3]`, for a place in the document; `key` is what is meant in it."""
        line, column, *_ = self.spans.locate(
            place if key is None or key in place else (*place, key), self.network.framework
        )
        where = f"{self.name}:{line}" if self.name == COMMAND_LINE else f"{self.name}:{line}:{column}"
        return joined(where, told_place(place, self.kind))


class Text(NamedTuple):
    """A file's text and the document in it, of which nobody has looked yet whether it is a network."""

    name: str
    text: str
    kind: str
    """`toml`, `json`, `yaml` or `text`."""
    document: Any


def open_text(data: bytes, name: str) -> Text:
    """The document in `data`. Raises `Malformed`, its position and kind told, where there is none."""
    try:
        text = _decode(data)
    except Malformed as error:
        error.kind = UNREADABLE
        raise
    kind = "text" if name == COMMAND_LINE else format_of(text, name)
    try:
        return Text(name, text, kind, _document(text, kind))
    except RecursionError:
        raise Malformed("nested too deep to be a network", kind=SYNTAX) from None
    except Malformed as error:
        error.kind = error.kind or SYNTAX
        raise


def read_source(data: bytes, name: str, framework: str | None = None) -> Source:
    """The network in `data`. Raises `Malformed`, the file and the place at the front of its message.

    `framework` is whose layers they are where the file does not say it.
    """
    text = kind = ""
    try:
        _, text, kind, document = open_text(data, name)
        return Source(read_document(document, framework), name, text, kind)
    except ConvcalcError as error:
        raise _located(error, name, text or data.decode("utf-8", "replace"), kind, framework) from None


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise Malformed(f"larger than {MAX_BYTES // 1024 // 1024} MiB, which no network file should be")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _misencoded(error) from None
    if not text.strip():
        empty = Malformed("is empty", hint="write e.g. input 3@224x224, then conv 64 k7 s2 p3")
        empty.position = (1, 1)
        raise empty
    return text


def _misencoded(error: UnicodeDecodeError) -> Malformed:
    before = error.object[: error.start].decode("utf-8-sig")
    malformed = Malformed(f"not UTF-8: byte {error.start + 1} is 0x{error.object[error.start]:02x}")
    malformed.position = _position(before, len(before))
    return malformed


def _position(text: str, offset: int) -> tuple[int, int]:
    from convcalc.readers.positions.lines import position

    return position(text, offset)


def _document(text: str, kind: str) -> Any:
    parse: Callable[[str], Any] = import_module(f"convcalc.readers.{kind}").parse
    try:
        return parse(text)
    except ValueError as error:
        if isinstance(error, ConvcalcError):
            raise
        found = _LONG_NUMBER.search(text)
        malformed = Malformed("a number is too long", hint=f"{MAX_DIGITS} digits are read")
        malformed.position = _position(text, found.start() if found else 0)
        raise malformed from error


def format_of(text: str, name: str = "") -> str:
    """`toml`, `json`, `yaml` or `text`: by the suffix of the name, else by the first line that says anything.

    >>> format_of("input 3@8x8"), format_of("input = 3"), format_of("layers:"), format_of("{")
    ('text', 'toml', 'yaml', 'json')
    """
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    first = next((line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")), "")
    if first.lstrip().startswith("{"):
        return "json"
    if _TOML.match(first):
        return "toml"
    return "yaml" if _YAML.match(first) else "text"


def _located(error: ConvcalcError, name: str, text: str, kind: str, framework: str | None) -> Malformed:
    """The error with the file, line and column and the place in the document at the front of its message.

    There is no `kind` where the text could not be parsed: then the parser knows the position, if there is one.
    """
    place = error.place if error.key is None or error.key in error.place else (*error.place, error.key)
    if kind:
        from convcalc.readers.positions import locate

        error.position = locate(text, kind, place, framework=framework)[:2]
    where = _label(name, text, error.position) if error.position else name
    located = Malformed(f"{joined(where, told_place(place, kind))}: {error.what}", hint=error.hint, kind=error.kind)
    located.place, located.position = error.place, error.position
    return located


def _label(name: str, text: str, position: tuple[int, int]) -> str:
    """`net.toml:12:3`; for layers on the command line `-e:1`, or `-e:1 'relu'` where a line holds more."""
    line, column = position
    if name != COMMAND_LINE:
        return f"{name}:{line}:{column}"
    written = re.split(r"\r\n?|\n", text)[line - 1].split("#", 1)[0] if text else ""
    if "|" not in written:
        return f"{name}:{line}"
    start = written.rfind("|", 0, column - 1) + 1
    return f"{name}:{line} {quote(' '.join(written[start:].split('|', 1)[0].split()), 30)}"


def told_place(place: Place, kind: str) -> Place:
    """What of a place is worth telling besides its line: of a text no more than the key in a layer or a block."""
    if kind != "text":
        return place
    if len(place) == 1:
        return ()
    while len(place) > 1 and place[0] in ("layers", "blocks"):
        place = place[2:]
    return () if place[:1] == ("names",) else place


def joined(name: str, place: Place) -> str:
    """A file and the path in it: `net.toml: layers[3].kernel`."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    return f"{name}: {path}" if path else name


def read_text(text: str) -> Network:
    """A network in native spelling, a layer a line or between `|`.

    >>> print(read_text("conv 64 k7 s2 p3 | relu | pool k3 s2 p1").run("3@224x224").output)
    64@56x56
    """
    return read_source(text.encode(), quote(text, 30)).network
