"""The folder of a trading day as an argument: refused with the way out where it is none."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiguan.foundation.faults import InputFault

DayDir = Annotated[Path, typer.Argument(metavar="DIR", help="A day folder.")]
INSIDE = ("image", "journal", "MANIFEST")  # one of them makes a folder a day, if a broken one


def is_day(folder: Path) -> bool:
    """Return whether a folder holds anything of a trading day."""
    return any((folder / name).exists() for name in INSIDE)


def check_day(folder: Path) -> None:
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
