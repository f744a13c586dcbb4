"""Where a network comes from: a file, standard input, a preset, or the command line itself."""

import os
import sys

from convcalc.errors import Malformed
from convcalc.presets import files
from convcalc.readers.source import COMMAND_LINE, MAX_BYTES, Source, read_source
from convcalc.suggest import nearest


def open_source(source: str | None, layers: str | None, framework: str | None = None) -> Source:
    """The network of SOURCE or of `-e`, in the framework asked for if it states none. Raises `Malformed`."""
    if layers is not None:
        return read_source(layers.encode("utf-8", "surrogateescape"), COMMAND_LINE, framework)
    if source == "-" and sys.stdin is None:
        raise Malformed("standard input is closed", hint="name a file or a preset")
    if source == "-":
        return read_source(sys.stdin.buffer.read(MAX_BYTES + 1), "<stdin>", framework)
    return _open_file(source or "", framework)


def _open_file(source: str, framework: str | None) -> Source:
    if "\0" in source:
        raise Malformed("a file's name has no null byte")
    presets = files()
    path = source if os.path.isfile(source) else presets.get(source, source)
    try:
        with open(path, "rb") as file:
            name = path if path == source else source + os.path.splitext(path)[1]
            return read_source(file.read(MAX_BYTES + 1), name, framework)
    except FileNotFoundError:
        bare = os.sep not in source and "." not in source
        hint = nearest(source, presets, fallback="convcalc presets lists the presets") if bare else None
        raise Malformed(f"{source}: no such file{' or preset' if bare else ''}", hint=hint) from None
    except OSError as error:
        raise Malformed(f"{source}: can't be read: {error.strerror}") from None
