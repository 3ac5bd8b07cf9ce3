"""Every command a person types; each file of this room holds one noun.

Heavy imports stay inside the commands, so that ``huiguan --help`` answers at once. A ``Fault`` ends
a command with one sentence and its exit code. So does a file that cannot be read or written. What
nobody foresaw becomes a sentence too, and a traceback for whoever sets ``HUIGUAN_TRACEBACK``.
"""

import importlib
import os
import signal
import sys
import traceback
from importlib import metadata
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from huiguan.cli.language import LANGUAGES, OPTION, choose, speak, spoken
from huiguan.foundation.faults import Fault


class Speaking(TyperGroup):
    """The whole command: takes ``--lang`` wherever it stands, and speaks that language."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401  no public class
        """Choose the language first, so that help and faults of the call are in it."""
        chosen, words = choose(args, os.environ)
        speak(chosen)
        if chosen != LANGUAGES[0]:
            from huiguan.cli.help_words import speak_help

            speak_help(self)
        return super().parse_args(ctx, words)


app = typer.Typer(
    cls=Speaking,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
INTERRUPTED = 130  # as a shell has it
WORDING = {  # what the library says of a call, in plainer words
    "Value error, ": "",
    "Input should be": "it must be",
    ", unable to parse string as an integer": "",
    ". Did you mean": ", did you mean",
}
# The files of this room; each registers its commands on ``app``.
NOUNS = (
    "hall.copies",
    "hall.doctor",
    "hall.floor",
    "hall.keys",
    "hall.office",
    "hall.register",
    "hall.steer",
    "hall.up",
    "market.day",
    "market.demo",
    "homes.draw",
    "market.explain",
    "homes.estate",
    "homes.lease",
    "homes.offers",
    "homes.office",
    "market.journal",
    "market.market",
    "recorded",
    "market.replay",
    "homes.round",
    "market.rules",
    "market.run",
    "market.shadow",
    "market.simulate",
    "market.statement",
    "supervision.alerts",
    "supervision.case",
    "supervision.stress",
    "warehouse.delivery",
    "warehouse.warrants",
)


def show_version(asked: bool) -> None:
    """Print the version and end, where it was asked for."""
    if asked:
        typer.echo(f"huiguan {metadata.version('huiguan')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Say which.")
    ] = False,
    lang: Annotated[
        str | None,
        typer.Option(
            OPTION,
            metavar="|".join(LANGUAGES),
            help="Language of what is said: en or zh; may stand anywhere. Without it LC_ALL,"
            " LC_MESSAGES, LANG.",
        ),
    ] = None,
) -> None:
    """Run a futures exchange and an affordable-housing office, as functions and files."""


def whole_app() -> typer.Typer:
    """Return the application with the commands of every noun."""
    for noun in NOUNS:
        importlib.import_module(f"huiguan.cli.{noun}")
    return app


def main() -> None:
    """Run one command; a fault becomes one sentence on stderr and exit code 1 or 2."""
    if not __debug__:
        sys.exit("huiguan: python -O removes the checks that protect money; run without it")
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # ``| head`` ends a command quietly
    try:
        try:
            exit_code = whole_app()(prog_name="huiguan", standalone_mode=False)
        finally:
            sys.stdout.flush()
    except Fault as fault:
        _end(str(fault), fault.exit_code)
    except typer.TyperException as fault:
        _end_call(fault)
    except OSError as fault:
        _end(f"{fault.filename or 'the output'}: {fault.strerror or fault}")
    except Exception as bug:  # noqa: BLE001  the last door: a person gets a sentence
        if "HUIGUAN_TRACEBACK" in os.environ:
            traceback.print_exception(bug)
        _end(
            f"a fault of the program met this input ({type(bug).__name__}: {bug}); please report "
            "it with what the same command shows under HUIGUAN_TRACEBACK=1"
        )
    if exit_code == INTERRUPTED:
        _end("interrupted", INTERRUPTED)
    sys.exit(exit_code or 0)


def _end_call(fault: Any) -> NoReturn:  # noqa: ANN401  the library has no public class for it
    """Say in one sentence what is wrong with a call, and where its help stands."""
    text = " ".join(fault.format_message().split())
    for theirs, ours in WORDING.items():
        text = text.replace(theirs, ours)
    text = text.rstrip(".?")
    if not text:  # a group of commands alone: its help is printed, and was the answer
        sys.exit(2)
    called = " ".join(["huiguan", *_called(choose(sys.argv[1:], {})[1])])
    _end(f"{text[0].lower()}{text[1:]}; see `{called} --help`")


def _called(words: list[str]) -> list[str]:
    """Return the words that name a command, without what follows it."""
    command: Any = typer.main.get_command(whole_app())
    for place, word in enumerate(words):
        found = getattr(command, "commands", {}).get(word)
        if found is None:
            return words[:place]
        command = found
    return words


def _end(sentence: str, exit_code: int = 2) -> NoReturn:
    """Say why a command ended; what a full disk did not take of its output is dropped."""
    print(f"huiguan: {spoken(sentence)}", file=sys.stderr)  # noqa: T201  the one place
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(exit_code)
