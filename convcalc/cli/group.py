"""The command `convcalc` itself, and how every error ends: one line on stderr and an exit code."""

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import click

from convcalc import __version__
from convcalc.cli.options import colour_option
from convcalc.cli.terminal import colour_asked, colour_wanted
from convcalc.errors import TOO_LONG, ConvcalcError, Malformed, too_long

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

ANSWERED = 0
REFUSED = 1
MALFORMED = 2
BUG = 3

SETTINGS = {"help_option_names": ["-h", "--help"]}

EXAMPLES = """\b
  convcalc conv 224 -k 7 -s 2 -p 3               what comes out of this layer
  convcalc tconv 7 -k 5 -s 2 -p same --explain   and why
  convcalc chain dcgan                           a whole network
  convcalc chain net.toml -i 3@256x256           on another size
  convcalc solve conv --in 28 --out 28 -k 4      which padding gives 28?
  convcalc sizes net.toml                        which sizes does it take?
"""


class Main(click.Group):
    """The group of all commands."""

    def __init__(self, homes: Mapping[str, tuple[str, str]]) -> None:
        """`homes` tells the module of each command, which is imported when it is used, and its line of help."""
        super().__init__(
            name="convcalc",
            commands={name: click.Command(name, short_help=text) for name, (_, text) in homes.items()},
            context_settings=SETTINGS,
            params=[colour_option()],
            help=f"Shape arithmetic of convolutional networks, exact and with no framework installed.\n\n{EXAMPLES}",
            epilog="Exit codes: 0 an answer, 1 no answer or an error found, 2 malformed input, 3 a bug in convcalc.",
        )
        self._homes = dict(homes)
        click.version_option(__version__, "-V", "--version", message="convcalc %(version)s")(self)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, loaded now."""
        if cmd_name in self._homes:
            module, text = self._homes.pop(cmd_name)
            command = self.commands[cmd_name] = _colourable(getattr(import_module(module), cmd_name))
            command.short_help = text
        return self.commands.get(cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the registry, the simplest question first."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands and what each is for, none of them loaded."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.short_help or "") for name, command in self.commands.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """The commands that start so, none of them loaded, and the options."""
        from click.shell_completion import CompletionItem

        found = [(name, command) for name, command in self.commands.items() if name.startswith(incomplete)]
        commands = [CompletionItem(name, help=command.short_help) for name, command in found]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]

    def __call__(self, *args: Any, **extra: Any) -> NoReturn:
        """Be the whole process. It is short: looking for garbage would cost a tenth of it."""
        gc.set_threshold(100_000)
        try:
            self.main(*args, **extra)
        finally:
            gc.freeze()

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> NoReturn:
        """Run a command line; every way it can end is an exit code."""
        colour = colour_wanted(colour_asked(sys.argv[1:] if args is None else args), os.environ)
        extra |= {"standalone_mode": False, "color": colour}
        if "_CONVCALC_COMPLETE" in os.environ:
            from convcalc.cli.completion import use_completers

            use_completers()
        # a context around all, for an error is told when the context of its command is gone
        with click.Context(self, color=colour):
            if sys.stdout is None:
                sys.exit(told("standard output is closed, so there is no answer", MALFORMED))
            sys.exit(_ended(lambda: super(Main, self).main(args, *rest, **extra)))


def _colourable(command: click.Command) -> click.Command:
    """The command, which takes `--color` as `convcalc` itself does, and so do the commands in it."""
    command.params.append(colour_option(hidden=True))
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        _colourable(inner)
    return command


def _ended(run: Any) -> int:
    """The exit code of `run`, its error told on stderr."""
    try:
        return _delivered(run() or ANSWERED)
    except click.ClickException as error:
        return _misused(error)
    except ConvcalcError as error:
        return told(str(error), code_of(error))
    except (click.Abort, KeyboardInterrupt):
        return told("interrupted", 130)
    except OSError as error:
        return _unwritten(error)
    except Exception as error:  # noqa: BLE001 - the contract: a bug is one line and exit code 3
        return _unforeseen(error)


def _delivered(code: int) -> int:
    """The exit code, once the answer is really out."""
    sys.stdout.flush()
    return int(code)


def _unwritten(error: OSError) -> int:
    """A reader that has left is no news; anything else that keeps the answer from going out is."""
    _silence()
    if isinstance(error, BrokenPipeError):
        return REFUSED
    return told(f"can't write: {error.strerror or error}", MALFORMED)


def _silence() -> None:
    """Nothing more can be written: let the interpreter's last flush go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _unforeseen(error: Exception) -> int:
    if too_long(error):
        return told(TOO_LONG, REFUSED)
    if os.environ.get("CONVCALC_DEBUG") == "1":
        import traceback

        traceback.print_exc()
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return told(f"this is a bug in convcalc, please report it ({what}); CONVCALC_DEBUG=1 shows where", BUG)


def code_of(error: ConvcalcError) -> int:
    """Refused or malformed."""
    return MALFORMED if isinstance(error, Malformed) else REFUSED


def told(message: str, code: int) -> int:
    """Print one line on stderr, and pass the exit code on."""
    click.echo(f"{click.style('error:', fg='red', bold=True)} {' '.join(message.split())}", err=True)
    return code


def noted(text: str) -> None:
    """Print a note on stderr."""
    click.echo(f"{click.style('note:', fg='cyan')} {text}", err=True)


def as_option(error: ConvcalcError) -> str:
    """The error of a one-line question, the option it is about in front."""
    return error.reason if error.key is None else f"--{error.key.replace('_', '-')}: {error.reason}"


def _misused(error: click.ClickException) -> int:
    """A usage error in one line, the option in front as in our own errors; no command at all shows the help."""
    message = error.format_message()
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(message, err=True)
        return MALFORMED
    if isinstance(error, click.BadParameter) and isinstance(error.param, click.Option) and error.message:
        return told(f"{max(error.param.opts, key=len)}: {error.message}", MALFORMED)
    path = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "convcalc"
    return told(f"{message.rstrip('.')}; {path} --help tells more", MALFORMED)
