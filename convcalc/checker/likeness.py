"""Whether a file that nobody named is meant to be a network. A folder holds other files of the same formats."""

import re
from collections.abc import Container, Mapping

from convcalc.ops.registry import BY_NAME
from convcalc.readers.layers import CALL
from convcalc.readers.source import Text, format_of
from convcalc.readers.spelling import KEYWORDS

_LAYERS: Mapping[str, re.Pattern[str]] = {
    "toml": re.compile(r"^\s*(\[\[layers|layers\s*=)", re.MULTILINE),
    "json": re.compile(r'"layers"\s*:'),
    "yaml": re.compile(r"^layers\s*:", re.MULTILINE),
}


def is_network(text: Text) -> bool:
    """Whether a document that could be read has layers at its top; of a text, whether most lines start with ops."""
    if text.kind == "text":
        return _reads_like_layers(text.text)
    return isinstance(text.document, dict) and "layers" in text.document


def might_be_network(data: bytes, name: str) -> bool:
    """Whether a file that can't be read looks as if it were to have layers.

    >>> might_be_network(b"[project", "pyproject.toml"), might_be_network(b"layers = [", "net.toml")
    (False, True)
    """
    text = data.decode("utf-8", "replace")
    kind = format_of(text, name)
    return bool(_LAYERS[kind].search(text)) if kind in _LAYERS else _reads_like_layers(text)


def _reads_like_layers(text: str) -> bool:
    lines = [line.split("#")[0] for line in text.replace("|", "\n").splitlines()]
    blocks = {words[1] for line in lines if (words := line.split())[:1] == ["block"] and len(words) > 1}
    known = [_starts_like_one(line, blocks) for line in lines if line.strip()]
    return 2 * sum(known) > len(known)


def _starts_like_one(line: str, blocks: Container[str]) -> bool:
    """Whether a line starts with an op, a block, a keyword or a call, behind the name of the layer."""
    head = next((word for word in line.split() if not word.endswith(":")), "")
    return head in BY_NAME or head in KEYWORDS or head in blocks or bool(CALL.match(line))
