"""A file's bytes to a network: size, encoding, format by suffix or by content, and where an error stands."""

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NamedTuple

from convcalc.errors import ConvcalcError, Malformed
from convcalc.network import Network, Place
from convcalc.readers.document import KEYS, read_document
from convcalc.readers.text import parse as parse_text
from convcalc.shape import MAX_DIGITS, quote

MAX_BYTES = 32 * 1024 * 1024
"""Of a larger file no more than this is read."""

COMMAND_LINE = "-e"
"""The name of layers given on the command line: they are always text."""

SUFFIXES: Mapping[str, str] = {".toml": "toml", ".json": "json", ".yaml": "yaml", ".yml": "yaml", ".txt": "text"}
"""The format that a suffix tells; any other file is recognised by its content."""

_TOML = re.compile(r"""^\s*(\[|[\w."'-]+\s*=)""")
_YAML = re.compile(rf"^(---|%YAML|({'|'.join(KEYS)})\s*:)")


class Source(NamedTuple):
    """A network, and where its parts stand in the text it was read from."""

    network: Network
    name: str
    lines: Mapping[Place, str]

    def locate(self, place: Place) -> str:
        """`net.txt:7`, or `net.toml: layers[3]`, for a place in the document."""
        return _locate(self.name, place, self.lines, words=False)


def read_source(data: bytes, name: str, framework: str | None = None) -> Source:
    """The network in `data`. Raises `Malformed`, the file and the place at the front of its message.

    `framework` is whose layers they are where the file does not say it.
    """
    lines: dict[Place, str] = {}
    try:
        document = _document(_decode(data), name, lines)
        return Source(read_document(document, framework), name, lines)
    except RecursionError:
        raise Malformed(f"{name}: nested too deep to be a network") from None
    except ConvcalcError as error:
        located = Malformed(f"{_locate(name, _whole_place(error), lines)}: {error.what}", hint=error.hint)
        located.place = error.place
        raise located from None


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise Malformed(f"larger than {MAX_BYTES // 1024 // 1024} MiB, which no network file should be")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(f"not UTF-8: byte {error.start + 1} is 0x{data[error.start]:02x}") from None
    if not text.strip():
        raise Malformed("is empty", hint="write e.g. input 3@224x224, then conv 64 k7 s2 p3")
    return text


def _document(text: str, name: str, lines: dict[Place, str]) -> Any:
    """The document in its format; for plain text `lines` is filled in."""
    kind = "text" if name == COMMAND_LINE else format_of(text, name)
    if kind == "text":
        document, found = parse_text(text)
        lines.update(found)
        return document
    parse: Callable[[str], Any] = import_module(f"convcalc.readers.{kind}").parse
    try:
        return parse(text)
    except ValueError as error:
        if isinstance(error, ConvcalcError):
            raise
        raise Malformed("a number is too long", hint=f"{MAX_DIGITS} digits are read") from error


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


def _whole_place(error: ConvcalcError) -> Place:
    """The place, and the key in it that the error is about."""
    return error.place if error.key is None or error.key in error.place else (*error.place, error.key)


def _locate(name: str, place: Place, lines: Mapping[Place, str], *, words: bool = True) -> str:
    """`net.txt:7: kernel` where lines are known, `net.toml: layers[3].kernel` where they are not."""
    for length in range(len(place), 0, -1):
        if label := lines.get(place[:length]):
            return _joined(f"{name}:{label if words else label.split(' ', 1)[0]}", place[length:])
    return _joined(f"{name}:{place[1]}", place[2:]) if place[:1] == ("line",) else _joined(name, place)


def _joined(name: str, place: Place) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    return f"{name}: {path}" if path else name


def read_text(text: str) -> Network:
    """A network in native spelling, a layer a line or between `|`.

    >>> print(read_text("conv 64 k7 s2 p3 | relu | pool k3 s2 p1").run("3@224x224").output)
    64@56x56
    """
    return read_source(text.encode(), quote(text, 30)).network
