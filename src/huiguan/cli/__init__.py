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
from typing import NoReturn

import typer

from huiguan.foundation.faults import Fault

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A futures exchange and an affordable-housing office, as functions and files.",
)
# The files of this room; each registers its commands on ``app``.
NOUNS = (
    "day",
    "demo",
    "draw",
    "explain",
    "homes",
    "journal",
    "replay",
    "round",
    "rules",
    "shadow",
    "simulate",
    "statement",
)


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
            whole_app()()
        finally:
            sys.stdout.flush()
    except Fault as fault:
        _end(str(fault), fault.exit_code)
    except KeyboardInterrupt:
        _end("interrupted", 130)
    except OSError as fault:
        _end(f"{fault.filename or 'the output'}: {fault.strerror or fault}")
    except Exception as bug:  # noqa: BLE001  the last door: a person gets a sentence
        if "HUIGUAN_TRACEBACK" in os.environ:
            traceback.print_exception(bug)
        _end(
            f"a fault of the program met this input ({type(bug).__name__}: {bug}); please report "
            "it with what the same command shows under HUIGUAN_TRACEBACK=1"
        )


def _end(sentence: str, exit_code: int = 2) -> NoReturn:
    """Say why a command ended; what a full disk did not take of its output is dropped."""
    print(f"huiguan: {sentence}", file=sys.stderr)  # noqa: T201  the one place
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(exit_code)
