"""Drafting a circular: what was typed becomes a row of a rulebook, tried on the books at once."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from huiguan.exchange.rules.rows import calendar_of
from huiguan.foundation.calendars import show_day, trading_day_after, trading_day_before
from huiguan.foundation.faults import InputFault
from huiguan.office.circulars.models import FEE, HOLIDAY, LIMITS, OPENING, HallCircular
from huiguan.office.days import floor
from huiguan.office.display.here import shown
from huiguan.office.people import record
from huiguan.office.people.proposals import check_right
from huiguan.office.people.roles import Action, Right
from huiguan.storage.market.rulebooks.circulars import (
    CircularFile,
    files_with,
    issued,
    write_books,
)
from huiguan.storage.market.rulebooks.load import load_books

if TYPE_CHECKING:
    from collections.abc import Mapping

    from huiguan.office.people.models import User

DRAFT_CIRCULAR = "draft circular"
KEY_BYTES = 16
FIELDS = {
    LIMITS: ("limit", "hedge", "general"),
    FEE: ("rate", "per_lot", "close_today_multiple"),
    OPENING: ("lots",),
}
NUMBERS = ("lots", "close_today_multiple")


def row_of(table: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a book, of what was typed; ``InputFault`` where a day or value is none."""
    product, day = given["product"], int(given["from_day"].strftime("%Y%m%d"))
    books = shown().books
    if product not in books.products:
        raise InputFault(f"there is no product {product!r} in the rulebooks")
    calendar = calendar_of(books, books.products[product])
    if trading_day_after(calendar, day - 1) != day:
        raise InputFault(f"{show_day(day)} is no trading day; name the first one it holds on")
    # margins are charged at the clearing before the first day under them
    before = trading_day_before(calendar, day)
    row: dict[str, Any] = {"effective": show_day(day)}
    if table == LIMITS:
        row = {"clearing": show_day(before)}
    if given.get("contracts"):
        row["contracts"] = given["contracts"]
    for name in FIELDS[table]:
        if (value := given.get(name)) not in (None, ""):
            row[name] = int(value) if name in NUMBERS else str(value)
    return row


def holiday_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the closed days of a year, of what was typed; ``InputFault`` where nothing changes."""
    first, last = given["from_day"], given["until_day"]
    if last < first or last.year != first.year:
        raise InputFault("a holiday ends on the day it begins or later, in the same year")
    found = shown().books.calendars
    if given["product"] not in found:
        raise InputFault(f"there is no calendar {given['product']!r}; there are {', '.join(found)}")
    day = int(first.strftime("%Y%m%d"))
    if trading_day_after(found[given["product"]], day - 1) != day:
        raise InputFault(f"{show_day(day)} is no trading day; a holiday begins with one")
    return {"year": first.year, "closed": f"{first:%m-%d}/{last:%m-%d}"}


def circular_of(draft: HallCircular, row: dict[str, Any] | None = None) -> CircularFile:
    """Return a draft as its folder will have it; with another row for a shadow run."""
    return CircularFile(
        key=draft.key,
        product=draft.product,
        table=draft.table,
        title=draft.title,
        chinese=draft.chinese,
        row=row or draft.row,
    )


def try_books(draft: HallCircular, into: Path, row: dict[str, Any] | None = None) -> None:
    """Write the books with a draft into a folder and read them: the first fault is a sentence."""
    folders, number = shown().folders, len(issued(floor.hall())) + 1
    write_books(into, files_with(folders, circular_of(draft, row), number))
    try:
        load_books(*folders, into)
    except InputFault as fault:
        raise InputFault(str(fault).replace(f"{into}/", "")) from None


def check_in_time(takes_effect: int) -> None:
    """Refuse a day whose morning is made already, or is being made."""
    stands = floor.stands()
    if stands.step != "trading":
        raise InputFault("the hall is between two days; a circular is for days not begun: wait")
    if takes_effect <= stands.trading_day:
        raise InputFault(
            f"trading day {show_day(takes_effect)} is not ahead any more; name a later one"
        )


def draft_circular(*, user: User, table: str, given: Mapping[str, Any]) -> HallCircular:
    """Keep a draft, if the books with it are good; its shadow run begins by itself."""
    check_right(user, Action.ISSUE_CIRCULAR, Right.MAKE)
    row = holiday_of(given) if table == HOLIDAY else row_of(table, given)
    takes_effect = int(given["from_day"].strftime("%Y%m%d"))
    check_in_time(takes_effect)
    draft = HallCircular(
        key=secrets.token_hex(KEY_BYTES),
        product=given["product"],
        table=table,
        row=row,
        takes_effect=takes_effect,
        title=given["title"],
        chinese=given["chinese"],
        drafted_by=user,
        drafted_at=timezone.now(),
    )
    with tempfile.TemporaryDirectory() as folder:
        try_books(draft, Path(folder) / "books")
    with transaction.atomic():
        record.one_at_a_time()
        draft.save(force_insert=True)
        facts = {"product": draft.product, "table": table, **row}
        record.write(actor=user, action=DRAFT_CIRCULAR, subject=f"circular {draft.pk}", facts=facts)
    return draft
