"""The register and the mornings: what differs is written for the next one, and told where it stays.

The file that waits follows from the register and the morning of the day that runs, so it can be
written again at any time: who is killed in between loses nothing, and nothing is followed twice.
A code that is frozen is stopped on the day that runs too, which the operator's door does.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection
from django.db.models import Max

from huiguan.exchange.messages import Right, Scope, SetRight
from huiguan.exchange.register.lists import FROZEN, Listed
from huiguan.exchange.register.morning import Need, Tomorrow, needs
from huiguan.exchange.rules.rows import calendar_of
from huiguan.foundation.calendars import trading_day_after
from huiguan.foundation.faults import Fault, InputFault
from huiguan.office.days import floor
from huiguan.office.display.here import shown
from huiguan.office.register import selectors
from huiguan.office.register.models import Entry
from huiguan.storage.files import Files
from huiguan.storage.market.instruction_files import WAITING_NAME, write_waiting
from huiguan.storage.market.opening import OPENING_NAME, read_opening

if TYPE_CHECKING:
    from huiguan.exchange.day.image import DayImage
    from huiguan.office.feed.public_day import PublicDay

Version = tuple[object, ...]
FILE = "register"
NAMES = (Listed.MEMBERS, Listed.CODES, Listed.GROUPS, Listed.QUOTAS)  # of which the market knows
NAME_BYTES = 16


class Decided(NamedTuple):
    """What a morning is asked for, and the two persons who decided it."""

    need: Need
    maker: int
    checker: int


def next_day_of(image: DayImage) -> int:
    """Return the trading day after the one of a morning."""
    books = shown().books
    product = books.products[image.names.products[0]]
    return trading_day_after(calendar_of(books, product), image.settings.trading_day)


def wanted_of(image: DayImage) -> list[Need]:
    """Return what is asked of the morning after that of an image."""
    tomorrow = Tomorrow(next_day_of(image), selectors.months_of(image))
    return needs(selectors.register(), image, tomorrow)


def reference_of(need: Need, trading_day: int) -> str:
    """Return the name of an instruction: one of a kind for a row after a day."""
    pool = f" {need.fields['house']}" if need.type in ("OpenPool", "ClosePool") else ""
    where = f" {need.fields['instrument']}" if "instrument" in need.fields else ""
    return f"{need.listed} {need.key}{where} {need.type}{pool} after {trading_day}"


_decided: list[tuple[Version, list[Decided]]] = []  # of the newest version that was asked for


def version_of(day: PublicDay) -> Version:
    """Return what the comparison of the register with a morning depends on."""
    newest = Entry.objects.aggregate(newest=Max("changed_at"))["newest"]
    return (floor.hall(), connection.settings_dict["NAME"], id(day), day.trading_day, newest)


def decided(day: PublicDay) -> list[Decided]:
    """Return what two persons decided and the morning after a day is asked for.

    Of what was taken over from a first morning nothing was decided.
    """
    version = version_of(day)
    if not _decided or _decided[0][0] != version:
        _decided[:] = [(version, decided_anew(day.image))]
    return _decided[0][1]


def decided_anew(image: DayImage) -> list[Decided]:
    """Compare the register with a morning."""
    found = wanted_of(image)
    who = {
        (entry.listed, entry.key): (entry.maker, entry.checker)
        for entry in Entry.objects.filter(key__in={need.key for need in found}).exclude(maker=0)
    }
    named = [(need, who.get((str(need.listed), need.key))) for need in found]
    return [Decided(need, *persons) for need, persons in named if persons is not None]


def instructions_of(day: PublicDay) -> list[dict[str, object]]:
    """Return the instructions that wait for the morning after a day."""
    return [
        {
            "type": need.type,
            "maker": f"user {maker}",
            "checker": f"user {checker}",
            "reference": reference_of(need, day.trading_day),
            **need.fields,
        }
        for need, maker, checker in decided(day)
    ]


_kept: list[Version] = []  # what was done last, and need not be done again


def keep_morning() -> int:
    """Let what differs wait for the next morning, and stop frozen codes.

    Returns how many instructions wait that did not wait before.
    """
    day = shown().follower.day
    if day is None:
        return 0
    now = version_of(day)
    if [now] == _kept:
        return 0
    image, folder = day.image, floor.hall() / WAITING_NAME
    rows = instructions_of(day)
    path = folder / f"{FILE}.json"
    text = json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
    if rows and (not path.exists() or path.read_text("utf-8") != text):
        write_waiting(folder, FILE, rows, Files())
    elif not rows:
        path.unlink(missing_ok=True)
    if stop_frozen(image):
        _kept[:] = [now]
    return len(rows)


def stop_frozen(image: DayImage) -> bool:
    """Stop on the day that runs the codes frozen on it; return whether all of them are."""
    names = image.names.trading_codes
    rights = dict(zip(names, image.trading_codes["own_right"].tolist(), strict=True))
    frozen = [
        code
        for code in Entry.objects.filter(listed=Listed.CODES, cells__state=FROZEN).values_list(
            "key", flat=True
        )
        if rights.get(code, Right.FORBIDDEN) != Right.FORBIDDEN
    ]
    if not frozen:
        return True
    try:
        found = floor.switches(*frozen)
        for code in frozen:
            if found.code_rights.get(code) != "forbidden":
                given = {
                    "kind": str(SetRight.__struct_config__.tag),
                    "trading_day": image.settings.trading_day,
                    "target": names.index(code),
                    "scope": int(Scope.TRADING_CODE),
                    "right": int(Right.FORBIDDEN),
                }
                floor.ask("command", given, f"freeze {secrets.token_hex(NAME_BYTES)}")
    except InputFault:  # the market is away, or turns its day: the next look tries again
        return False
    return True


def left_out_today() -> dict[str, str]:
    """Return why the morning of today did not follow something, by the list and key of the row."""
    day = shown().follower.day
    if day is None:
        return {}
    root = floor.days_folder() / str(day.image.settings.trading_day)
    try:
        if not (root / OPENING_NAME).exists():
            return {}
        opening = read_opening(root)
    except Fault:
        return {}
    return {one.reference: one.why for one in opening.left_out or ()}


def waits_of(listed: Listed) -> dict[str, str]:
    """Return why the market does not have rows of a list so yet, by their keys, in words."""
    day = shown().follower.day
    if day is None or listed not in NAMES:
        return {}
    left, found = left_out_today(), {}
    for need, _, _ in decided(day):
        if need.listed is listed:
            stem = f"{need.listed} {need.key} "
            why = next((why for name, why in left.items() if name.startswith(stem)), "")
            found[need.key] = why or "from the next morning on"
    return found
