"""Where a network comes from: a file, standard input, a preset, or the command line itself."""

import os
import sys

from convcalc.errors import Malformed
from convcalc.presets import files
from convcalc.readers.source import COMMAND_LINE, MAX_BYTES, Source, read_source
from convcalc.suggest import nearest


def open_source(source: str | None, layers: str | None) -> Source:
    """The network of SOURCE or of `-e`. Raises `Malformed`."""
    if layers is not None:
        return read_source(layers.encode("utf-8", "surrogateescape"), COMMAND_LINE)
    if source == "-" and sys.stdin is None:
        raise Malformed("standard input is closed", hint="name a file or a preset")
    if source == "-":
        return read_source(sys.stdin.buffer.read(MAX_BYTES + 1), "<stdin>")
    return _open_file(source or "")


def _open_file(source: str) -> Source:
    if "\0" in source:
        raise Malformed("a file's name has no null byte")
    presets = files()
    path = source if os.path.isfile(source) else presets.get(source, source)
    try:
        with open(path, "rb") as file:
            return read_source(file.read(MAX_BYTES + 1), path if path == source else source + os.path.splitext(path)[1])
    except FileNotFoundError:
        bare = os.sep not in source and "." not in source
        hint = nearest(source, presets, fallback="convcalc presets lists the presets") if bare else None
        raise Malformed(f"{source}: no such file{' or preset' if bare else ''}", hint=hint) from None
    except OSError as error:
        raise Malformed(f"{source}: can't be read: {error.strerror}") from None
