"""The language of a command: English, or Chinese from the catalogue, chosen once at its start.

``--lang`` chooses it, wherever it stands; without it the environment does, as POSIX orders it:
LC_ALL, LC_MESSAGES, LANG. Everything a person reads goes through ``spoken``: what is printed, what
is said on stderr, faults and help. What a program reads (JSON, CSV) does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from huiguan.language.catalogue import Catalogue

OPTION = "--lang"
LANGUAGES = ("en", "zh")
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
_spoken: list[Catalogue] = []  # the catalogue, where the language is not English


def speak(language: str) -> None:
    """Choose the language of what is said from here on; an unknown one is an InputFault."""
    if language not in LANGUAGES:
        raise InputFault(f"there are the languages en and zh, not {language!r}")
    _spoken.clear()
    if language == "zh":
        from huiguan.language.catalogue import chinese

        _spoken.append(chinese())


def language() -> str:
    """Return the language of this command: "en" or "zh"."""
    return "zh" if _spoken else "en"


def choose(words: Sequence[str], environment: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return the language a call asks for, and the call without ``--lang``."""
    chosen = environment_language(environment)
    rest: list[str] = []
    left = iter(words)
    for word in left:
        if word == "--":
            rest += [word, *left]
        elif word == OPTION:
            chosen = next(left, "")
        elif word.startswith(f"{OPTION}="):
            chosen = word.partition("=")[2]
        else:
            rest.append(word)
    return chosen, rest


def environment_language(environment: Mapping[str, str]) -> str:
    """Return the language that the first of LC_ALL, LC_MESSAGES and LANG names; else English."""
    named = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    return "zh" if named.split(".")[0].split("_")[0].lower() == "zh" else "en"


def spoken(text: str) -> str:
    """Return a text for a person in the language of this command."""
    return _spoken[0].sentence(text) if _spoken else text


def spoken_head(text: str) -> str:
    """Return the head of a column in the language of this command."""
    return _spoken[0].head(text) if _spoken else text


def tell(text: str = "", *, err: bool = False) -> None:
    """Print a text for a person."""
    typer.echo(spoken(text), err=err)
