"""What stands in the register, and how far the market is with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from huiguan.exchange.register.checks import Known
from huiguan.exchange.register.lists import Listed, Register, Row, Rows
from huiguan.exchange.register.quotas import Month
from huiguan.foundation.faults import InputFault
from huiguan.office.display.here import shown
from huiguan.office.register.models import Entry

if TYPE_CHECKING:
    from huiguan.exchange.day.image import DayImage


class Line(NamedTuple):
    """A row as a page shows it."""

    key: str
    cells: list[tuple[str, bool]]  # and whether it is a word of ours
    waits: str  # why the market does not have it so yet, in words


def rows_of(listed: Listed, member: str = "") -> Rows:
    """Return a list, or what a member has in it, in the order of the keys."""
    found = Entry.objects.filter(listed=listed)
    found = found.filter(member=member) if member else found
    return dict(found.order_by("key").values_list("key", "cells"))


def register() -> Register:
    """Return every list."""
    found: dict[Listed, dict[str, Row]] = {listed: {} for listed in Listed}
    for listed, key, cells in Entry.objects.order_by("key").values_list("listed", "key", "cells"):
        found[Listed(listed)][key] = cells
    return found


def image_today() -> DayImage:
    """Return the morning of the day that runs; ``InputFault`` before the first one is known."""
    day = shown().follower.day
    if day is None:
        raise InputFault("the market has not begun its day yet, so its members are not known")
    return day.image


def months_of(image: DayImage) -> dict[str, Month]:
    """Return the contracts of a day by their codes."""
    names = image.names
    products = [names.products[row] for row in image.instruments["product"].tolist()]
    return {
        code: Month(product, 200_000 + int(code[-4:]))
        for code, product in zip(names.instruments, products, strict=True)
    }


def known_of(image: DayImage, held: dict[str, list[str]]) -> Known:
    """Return what the checks ask of a day."""
    products = frozenset(image.names.products)
    return Known(image.settings.trading_day, products, months_of(image), held)
