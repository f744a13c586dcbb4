"""`convcalc completion`: the script that makes a shell complete convcalc's command lines.

Each TAB runs convcalc, which answers with what may follow.
"""

import re
from collections.abc import Iterable
from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

from convcalc.cli.group import ANSWERED
from convcalc.cli.options import Choice

VARIABLE = "_CONVCALC_COMPLETE"
"""What a script sets to ask what may follow."""

_SPECIAL = re.compile(r"[^\w@%+=:,./~-]")
"""What means something to a shell."""


class _Completer(ShellComplete):
    """A completer that keeps `--option=` before the value, and where it fails says nothing: a line is half typed."""

    def get_completions(self, args: list[str], incomplete: str) -> "list[CompletionItem[str]]":
        """What may follow, each as the whole word that the shell is to put."""
        found = super().get_completions(args, incomplete)
        option, equals, _ = incomplete.partition("=")
        if equals and option.startswith("-"):
            return [CompletionItem(f"{option}={item.value}", item.type, item.help) for item in found]
        return found

    def complete(self) -> str:
        """What may follow, as the script reads it."""
        try:
            found = super().complete()
            found.encode()
        except Exception:  # noqa: BLE001 - whatever it is, nobody wants to be told of it here
            return ""
        return found


class _Bash(_Completer, BashComplete):
    """bash, for which a word ends at a colon or an equals sign, and which puts what it gets as it is."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the last one, and the last one."""
        args, incomplete = super().get_completion_args()
        *args, incomplete = _with_colons([*[word for word in args if word != "="], incomplete])
        return args, incomplete

    def get_completions(self, args: list[str], incomplete: str) -> "list[CompletionItem[str]]":
        """What may follow the last colon."""
        found = super().get_completions(args, incomplete)
        known = incomplete[: incomplete.rfind(":") + 1]
        return [CompletionItem(item.value.removeprefix(known), item.type, item.help) for item in found]

    def format_completion(self, item: "CompletionItem[str]") -> str:
        """One line of the answer."""
        value = _SPECIAL.sub(r"\\\g<0>", item.value)
        return f"{item.type},{value}"


def _with_colons(words: Iterable[str]) -> list[str]:
    """Words in which those that bash took apart at a colon are one again.

    >>> _with_colons(["--severity", "CC203", ":", "off,CC204", ":", "w"])
    ['--severity', 'CC203:off,CC204:w']
    """
    found: list[str] = []
    for word in words:
        if found and word and (word == ":" or found[-1].endswith(":")):
            found[-1] += word
        else:
            found.append(word)
    return found


class _Zsh(_Completer, ZshComplete):
    """zsh, which takes the file for the function of its name: a function of another name it calls but once."""

    @property
    def func_name(self) -> str:
        """The name of the file."""
        return "_convcalc"


class _Fish(_Completer, FishComplete):
    """fish, whose script must not cut a word at its commas."""

    source_template = FishComplete.source_template.replace('string split ","', 'string split --max 1 ","')


SHELLS: dict[str, type[ShellComplete]] = {"bash": _Bash, "zsh": _Zsh, "fish": _Fish}


def use_completers() -> None:
    """Answer the scripts by the classes of this module."""
    for name, completer in SHELLS.items():
        add_completion_class(completer, name)


def script(shell: str, command: click.Command) -> str:
    """The script for a shell, a newline at its end."""
    completer = SHELLS[shell](command, {}, "convcalc", VARIABLE)
    text: Any = completer.source_template % completer.source_vars()
    return f"{text.strip()}\n"


@click.command(
    help="""Print the script that makes a shell complete the command lines of convcalc.

\b
  convcalc completion bash >> ~/.bashrc
  convcalc completion zsh > ~/.zfunc/_convcalc
  convcalc completion fish > ~/.config/fish/completions/convcalc.fish

For zsh the folder must be in fpath before compinit; in .zshrc, after compinit,
eval "$(convcalc completion zsh)" does the same. An installed convcalc brings
these files along, under share/ of where it is installed.
""",
)
@click.argument("shell", type=Choice(tuple(SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> int:
    """Print the script."""
    click.echo(script(shell, ctx.find_root().command), nl=False)
    return ANSWERED
