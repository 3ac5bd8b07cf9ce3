"""Every call of ``huiguan`` that a page shows is one the command line takes."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from huiguan.cli import whole_app
from huiguan.cli.language import choose

UsageError: Any = typer.BadParameter.__mro__[1]  # of the click that typer brings along
ROOT = Path(__file__).parents[3]
CALL = re.compile(r"^(?:\$ )?(huiguan [^#|&<>\n]+)", re.MULTILINE)
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"```(?:console|sh)(?: no-run [^\n]*)?\n(.*?)```", re.DOTALL)


def calls(page: Path) -> list[str]:
    """Return the calls in the shell blocks of a page; one with an ellipsis is a pattern."""
    text = "\n".join(BLOCK.findall(page.read_text("utf-8")))
    return [call.strip() for call in CALL.findall(text) if "..." not in call]


def parse(words: list[str]) -> None:
    """Let the command line parse the words of a call, without running it."""
    command: Any = typer.main.get_command(whole_app())
    while hasattr(command, "commands"):
        name, *words = words
        assert name in command.commands, f"there is no command {name}"
        command = command.commands[name]
    command.make_context("huiguan", words)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_calls_parse(page: Path) -> None:
    for call in calls(page):
        try:
            parse(choose(shlex.split(call)[1:], {})[1])
        except UsageError as fault:
            pytest.fail(f"{call}: {fault.format_message()}")


def test_pages_show_calls() -> None:
    assert sum(len(calls(page)) for page in PAGES) > 20
    with pytest.raises(UsageError):
        parse(["simulate", "--no-such-option", "1"])
