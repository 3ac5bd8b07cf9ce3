"""Folders that commands of the exchange take: a trading day, and rulebooks laid over.

A folder that is no day is refused with the way out.

What an interrupted command left is settled before anything is read, and said; so is a day that
stands on a version that was corrected since.
"""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli.progress import say
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from huiguan.days.versions import StandsOn
    from huiguan.exchange.day.correction import Decision

Folders = Annotated[
    list[Path] | None,
    typer.Option("--rulebook", metavar="DIR", help="Books laid over the shipped ones; repeatable."),
]
DayDir = Annotated[Path, typer.Argument(metavar="DIR", help="A day folder.")]
Correct = Annotated[
    str | None,
    typer.Option("--correct", metavar="WHY", help="Replace what was decided; it is kept."),
]
By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who decides a correction; you, else.")
]
INSIDE = ("image", "journal", "MANIFEST")  # one of them makes a folder a day, if a broken one


def is_day(folder: Path) -> bool:
    """Return whether a folder holds anything of a trading day."""
    return any((folder / name).exists() for name in INSIDE)


def check_day(folder: Path) -> None:
    """Settle what was interrupted in a folder; refuse one that is no trading day."""
    settle(folder)
    require_day(folder)


def check_begun(folder: Path) -> None:
    """Do the same, and refuse a day whose trading has not begun."""
    from huiguan.storage.market.day_folder import refuse_unbegun

    check_day(folder)
    refuse_unbegun(folder)


def settle(folder: Path) -> None:
    """Finish a change that was interrupted, and say in which state the folder is."""
    from huiguan.storage.change import finish_change, left_behind
    from huiguan.storage.lock import holder

    if finish_change(folder):
        say(
            f"{folder}: a command was interrupted after it had decided; what it began is finished,"
            " and this is the new state"
        )
    elif (left := left_behind(folder)) and (writing := holder(folder)) is None:
        say(
            f"{folder}: a command was interrupted before it had changed anything; this is the old"
            f" state ({', '.join(left)}: not used)"
        )
    elif left:
        say(f"{folder} is being written by {writing}; this is the state before")


def require_day(folder: Path) -> None:
    """Refuse a folder that is no trading day, and name a day it holds."""
    if is_day(folder):
        return
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise InputFault(f"{folder} {what}; name the folder of a trading day")
    days = sorted(path for path in folder.iterdir() if is_day(path))
    if days:
        raise InputFault(f"{folder} is no trading day, but holds {len(days)}; name one: {days[0]}")
    raise InputFault(f"{folder} is no trading day: it holds no image and no journal")


def decision_of(reason: str | None, by: str | None) -> Decision | None:
    """Return the decision to correct, of whoever is named or else logged in."""
    from huiguan.exchange.day.correction import Decision

    if reason is None:
        if by is not None:
            raise InputFault("--by names who decides a correction; give --correct WHY with it")
        return None
    try:
        return Decision(reason, getpass.getuser() if by is None else by)
    except (KeyError, OSError):
        raise InputFault("nobody is logged in here; say with --by who decides") from None


def say_standing(folder: Path) -> None:
    """Say on stderr where a day stands on a version that was corrected since."""
    from huiguan.days.versions import standing

    found = standing(folder)
    if found:
        say(standing_words(folder, found))


def standing_words(folder: Path, found: StandsOn) -> str:
    """Return where a day, or one before it, stands on a version that was corrected since."""
    newest = found.newest.correction
    assert newest is not None
    follows = "" if found.day == folder else f"; {folder} follows from it"
    return (
        f"note: {found.day} stands on version {found.version} of {found.made_from.name}, which"
        f" version {newest.version} has replaced ({newest.decided_by}: {newest.reason}){follows}."
        f" It does so until it is done again: huiguan day open {found.made_from} --correct WHY"
    )
