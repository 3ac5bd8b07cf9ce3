"""Every command a person types; each file of this room holds one noun.

Heavy imports stay inside the commands, so that ``huiguan --help`` answers at once. A ``Fault`` ends
a command with one sentence and its exit code; nothing else is caught.
"""

import importlib
import sys

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
    try:
        whole_app()()
    except Fault as fault:
        print(f"huiguan: {fault}", file=sys.stderr)  # noqa: T201  the one place
        sys.exit(fault.exit_code)
