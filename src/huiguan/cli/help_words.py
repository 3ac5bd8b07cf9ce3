"""Help in the language of a call: what commands, groups, arguments and options say of themselves.

Paragraphs are looked up as one line each. The library's own words (Usage, Options, Arguments) are
replaced where it keeps them.
"""

import re
from typing import Any

from huiguan.cli.language import spoken

USAGE = "Usage: "
PANELS = (
    "ARGUMENTS_PANEL_TITLE",
    "OPTIONS_PANEL_TITLE",
    "COMMANDS_PANEL_TITLE",
    "DEFAULT_STRING",
    "REQUIRED_LONG_STRING",
)


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a help text, each as one line."""
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip())]


def spoken_help(text: str | None) -> str | None:
    """Return a help text paragraph by paragraph."""
    if not text:
        return text
    return "\n\n".join(map(spoken, paragraphs(text)))


def speak_help(command: Any) -> None:  # noqa: ANN401  the library has no public class for it
    """Put the help of a command, and of all below it, into the language of this call."""
    command.help = spoken_help(command.help)
    if command.short_help:
        command.short_help = spoken_help(command.short_help)
    usage, params, page = command.get_usage, command.get_params, command.format_help

    def spoken_usage(context: Any) -> str:  # noqa: ANN401
        return str(usage(context)).replace(USAGE, spoken(USAGE), 1)

    def spoken_params(context: Any) -> list[Any]:  # noqa: ANN401
        found: list[Any] = params(context)
        for param in found:
            if getattr(param, "help", None):
                param.help = spoken_help(param.help)
        return found

    def spoken_page(context: Any, formatter: Any) -> None:  # noqa: ANN401
        speak_panels()
        page(context, formatter)

    command.get_usage, command.get_params = spoken_usage, spoken_params
    command.format_help = spoken_page
    for below in getattr(command, "commands", {}).values():
        speak_help(below)


def speak_panels() -> None:
    """Put the library's own words of a help page into the language of this call."""
    from typer import rich_utils

    for name in PANELS:
        setattr(rich_utils, name, spoken(getattr(rich_utils, name)))
