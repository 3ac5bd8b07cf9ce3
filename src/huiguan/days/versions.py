"""Versions of results, and what a day stands on: derived from the folders that lie side by side.

``opening.json`` of a morning names the hash of the result it was made from. When that day is
corrected, all that was made from the version before stands on an older one until it is done again.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from huiguan.days.cleared import is_closed
from huiguan.exchange.day.correction import Given
from huiguan.exchange.day.result import result_digest
from huiguan.foundation.faults import CheckFault
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import read_image
from huiguan.storage.market.day_result import (
    WrittenResult,
    read_result,
    read_result_settings,
)
from huiguan.storage.market.opening import OPENING_NAME, Opening, read_opening
from huiguan.storage.market.versions import MORNINGS, RESULTS, kept_versions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class StandsOn(NamedTuple):
    """A day whose morning was made from a version that has been corrected since."""

    day: Path
    made_from: Path
    version: int
    newest: WrittenResult


def result_versions(root: Path) -> list[WrittenResult]:
    """Return every version of a day's result, the first one first; none while it is open.

    Raises ``CheckFault`` where a correction does not name the version before it.
    """
    folders = [path / "result" for path in kept_versions(root, RESULTS)]
    if is_closed(root):
        folders.append(DayFolder(root).result)
    elif folders:
        raise CheckFault(f"{root} kept an earlier result and has none; restore the folder")
    found = [read_result(folder) for folder in folders]
    for number, (before, after) in enumerate(pairwise(found), start=2):
        named = after.correction
        if named is None or named.version != number:
            raise CheckFault(f"{folders[number - 1]} does not say that it is version {number}")
        if named.replaces != result_digest(before.result).hex():
            raise CheckFault(f"{folders[number - 2]} is not the result that was corrected")
    if found and found[0].correction:
        raise CheckFault(f"{root} holds a correction and not what it took the place of")
    return found


def openings(root: Path) -> Iterator[tuple[str, Opening]]:
    """Yield every opening of a day, the kept ones first, with a name in words."""
    for number, path in enumerate(kept_versions(root, MORNINGS), start=1):
        if (path / OPENING_NAME).exists():
            yield f"opening {number} of {root.name}", read_opening(path)
    if (root / OPENING_NAME).exists():
        yield f"the opening of {root.name}", read_opening(root)


def given_before(root: Path, following: Path | None) -> Iterator[Given]:
    """Yield every instruction given to a close of ``root`` or an opening of the day after."""
    for number, written in enumerate(result_versions(root), start=1):
        for row in written.instructions:
            yield Given(f"version {number} of the close of {root.name}", row)
    for where, opening in openings(following) if following else ():
        for row in opening.instructions:
            yield Given(where, row)


def followed_before(root: Path) -> Iterator[Given]:
    """Yield every instruction that the opening of ``root`` and of days before it followed.

    The days before are those that lie closed beside it; what a correction took away counts as not
    followed, and a reference it had used names that decision still.
    """
    day: Path | None = root
    while day is not None and (day / OPENING_NAME).exists():
        found = list(openings(day))
        for where, opening in found:
            for row in opening.instructions:
                yield Given(where, row, followed=opening is found[-1][1])
        day = day_before(day, trading_day_of(day))


def shelf(root: Path) -> tuple[Path, str]:
    """Return the folder in which the days of a market lie, as it was given, and ``root``'s name."""
    whole = root.resolve()
    given = root.name == whole.name and not root.is_symlink()
    return (root if given else whole).parent, whole.name


def beside(root: Path) -> dict[int, Path]:
    """Return the day folders beside ``root`` that are named by their day, ``root`` too."""
    found = {}
    for path in shelf(root)[0].iterdir():
        try:
            day = dt.date.fromisoformat(path.name)
        except ValueError:
            continue
        found[day.year * 10_000 + day.month * 100 + day.day] = path
    return found


def next_root(root: Path, next_day: int) -> Path:
    """Return the folder of the next trading day beside ``root``, named as ``root`` is."""
    text = f"{next_day:08d}"
    dashed = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    folder, name = shelf(root)
    return folder / (dashed if "-" in name else text)


def trading_day_of(root: Path) -> int:
    """Return the trading day of a folder."""
    folder = DayFolder(root)
    if is_closed(root):
        return read_result_settings(folder.result).trading_day
    return read_image(folder.image).settings.trading_day


def day_before(root: Path, trading_day: int) -> Path | None:
    """Return the closed day beside ``root`` whose next trading day this is, if it lies there."""
    earlier = {day: path for day, path in beside(root).items() if day < trading_day}
    path = earlier[max(earlier)] if earlier else None
    if path is None or not is_closed(path):
        return None
    following = read_result_settings(DayFolder(path).result).next_trading_day
    return path if following == trading_day else None


def version_of(path: Path, source: str) -> tuple[int, list[WrittenResult]]:
    """Return which version of the day in ``path`` has the hash ``source``, and all of them.

    A ``CheckFault`` when none has.
    """
    versions = result_versions(path)
    for number, written in enumerate(versions, start=1):
        if result_digest(written.result).hex() == source:
            return number, versions
    raise CheckFault(f"no version of the result in {path} is the one a morning was made from")


def standing(root: Path) -> StandsOn | None:
    """Return where the day in ``root``, or one before it, stands on a version since corrected.

    None when every day it follows from, as far as they lie beside it, stands on the newest one.
    """
    day = root
    while (day / OPENING_NAME).exists():
        before = day_before(day, trading_day_of(day))
        if before is None:
            return None
        if kept_versions(before, RESULTS):
            number, versions = version_of(before, read_opening(day).source)
            if number < len(versions):
                return StandsOn(day, before, number, versions[-1])
        day = before
    return None
