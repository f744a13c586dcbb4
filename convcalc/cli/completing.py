"""What a shell may put where options and arguments stand: presets and files, columns, words, rules.

It opens a file that the line names for its layers alone, for the user waits, and loads nothing before it is asked.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Complete = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]

_RULE = re.compile(r'^RULE = \w+\(\s*"(\w+)",\s*"([\w-]+)",', re.MULTILINE)


def complete_file(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Files, as the shell itself finds them."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def complete_preset(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Presets, and what each opens with."""
    from click.shell_completion import CompletionItem

    from convcalc.presets import files, summary

    return [CompletionItem(name, help=summary(path)) for name, path in files().items() if name.startswith(incomplete)]


def complete_source(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Presets and files. A shell shows its own files or our words, so that beside presets the files are words too."""
    presets = complete_preset(ctx, param, incomplete)
    return [*presets, *_items(_paths(incomplete))] if presets else complete_file(ctx, param, incomplete)


def complete_report(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """A form of the report; after a colon, a file."""
    from convcalc.renderers.findings import FORMATS

    form, colon, file = incomplete.partition(":")
    return _items(f"{form}:{path}" for path in _paths(file)) if colon else _items(_starting(FORMATS, form))


def complete_columns(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Names of columns, commas between them."""
    from convcalc.renderers.columns import COLUMNS

    return _listed({column.name: None for column in COLUMNS}, incomplete)


def complete_layers(ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Names of the layers of the network that the line names, commas between them."""
    from convcalc.cli.sources import open_source

    # a line that ends with the option itself is not parsed to its end
    source = ctx.params.get("source") or next(iter(ctx.args), "-")
    if source == "-":
        return []  # what comes from stdin is for the command itself
    layers = open_source(source, None).network.layers
    return _listed({layer.name: str(layer.op) for layer in layers if layer.name}, incomplete)


def complete_rule(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Codes of rules, each with its name, and names, each with its code."""
    return _listed(rules(), incomplete)


def complete_severity(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Rules; after a colon, how much one may weigh."""
    from convcalc.report import SEVERITIES

    rule, colon, severity = incomplete.rpartition(":")
    if not colon or "," in severity:
        return _listed(rules(), incomplete)
    return _items(f"{rule}:{word}" for word in _starting((*SEVERITIES, "off"), severity))


def complete_padding(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The words for padding."""
    from convcalc.ops.convolution import Conv

    return _items(_starting(Conv.knobs["padding"].kind.words, incomplete))


def complete_words(words: Iterable[str]) -> Complete:
    """What completes one of these words."""

    def complete(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        return _items(_starting(words, incomplete))

    return complete


def rules() -> dict[str, str]:
    """The name of each rule by its code, and the code by its name.

    They are read from the text of the rules: to import these takes half as long as all else.
    """
    from convcalc import __file__ as package

    folder = os.path.join(os.path.dirname(package), "rules")
    found: dict[str, str] = {}
    for entry in os.listdir(folder):
        if entry.endswith(".py"):
            with open(os.path.join(folder, entry), encoding="utf-8") as file:
                found.update(_RULE.findall(file.read()))
    codes = dict(sorted(found.items()))
    return codes | {name: code for code, name in codes.items()}


def _listed(words: Mapping[str, str | None], incomplete: str) -> "list[CompletionItem]":
    """The last of a list with commas; what the list has already is not offered again."""
    from click.shell_completion import CompletionItem

    given, comma, last = incomplete.rpartition(",")
    return [
        CompletionItem(f"{given}{comma}{word}", help=words[word])
        for word in _starting(words, last)
        if word not in given.split(",")
    ]


def _starting(words: Iterable[str], incomplete: str) -> Iterator[str]:
    """Words that start so, in either case."""
    return (word for word in words if word.lower().startswith(incomplete.lower()))


def _items(words: Iterable[str]) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem

    return [CompletionItem(word) for word in words]


def _paths(incomplete: str) -> list[str]:
    """Files and folders whose path starts so, a slash after folders; hidden ones only where the dot is typed."""
    folder, slash, start = incomplete.rpartition("/")
    try:
        with os.scandir(folder + slash or ".") as entries:
            found = [f"{entry.name}{'/' if entry.is_dir() else ''}" for entry in entries]
    except (OSError, ValueError):
        return []
    shown = [name for name in found if name.startswith(start) and (start or name[0] != ".") and name.isprintable()]
    return [f"{folder}{slash}{name}" for name in sorted(shown)]
