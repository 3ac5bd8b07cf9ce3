"""The trading days of a hall's folder, as their mornings say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huiguan.exchange.day.names import DayNames
from huiguan.floor.hall.serve import DAYS, days_of
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.day_image import read_image

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.day.image import DayImage
    from huiguan.floor.hall.keys import Key


class Day:
    """One trading day."""

    def __init__(self, image: DayImage, root: Path) -> None:
        """Take the image of a day."""
        self.image, self.root = image, root
        self.names = DayNames(image)
        self.members = image.trading_codes["member"].tolist()
        self.told: dict[str, bytes] = {}  # answers that do not change within the day


def read_day(folder: Path, trading_day: int) -> Day:
    """Read a day of a hall."""
    root = folder / DAYS / str(trading_day)
    return Day(read_image(root / "image"), root)


def codes_of(key: Key, day: Day) -> list[str]:
    """Return the trading codes a key is for, as far as the day knows them."""
    names = day.names
    if key.codes:
        return [code for code in key.codes if code in names.code_rows]
    if key.member not in names.members:
        return []
    member = names.members.index(key.member)
    return [code for code, owner in zip(names.codes, day.members, strict=True) if owner == member]


def root_of(folder: Path, trading_day: str) -> Path:
    """Return the folder of a day; an ``InputFault`` where there is none."""
    for root in days_of(folder):
        if root.name == trading_day:
            return root
    raise InputFault(f"this hall has no trading day {trading_day!r}; /v1/days lists them")
