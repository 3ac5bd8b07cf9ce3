"""The days of a hall, met by the ledger: what it opens with, and what each evening posts.

The first day that is met opens the ledger with what its morning holds. Of each day that is closed
the postings of its clearing are booked; deposits and withdrawals are not among them, they were
booked when they crossed. A corrected result takes the place of the one before: its transfers are
booked back, then the new ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from huiguan.days.cleared import is_closed
from huiguan.exchange.day.instructions.money import MoveClientMoney, MoveMemberMoney
from huiguan.exchange.evening.day_postings import postings
from huiguan.office.ledger.booking.books import EXCHANGE, all_accounts, make_accounts, openings
from huiguan.office.ledger.booking.transfers import Wanted, post
from huiguan.office.ledger.models import AccountKind, Cause, LedgerTransfer, MetDay
from huiguan.office.people import record
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import read_image
from huiguan.storage.market.day_result import read_result
from huiguan.storage.market.opening import OPENING_NAME, read_opening
from huiguan.storage.market.versions import RESULTS, kept_versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.day.result import DayResult
    from huiguan.office.ledger.models import LedgerAccount

    Move = MoveMemberMoney | MoveClientMoney

MEET, EVENING = "meet day", "book evening"  # as the record calls it


def days_opened(days: Path) -> list[int]:
    """Return the days of a hall that were opened, in order."""
    images = days.glob("[0-9]" * 8 + "/image/image.json")
    return sorted(int(path.parent.parent.name) for path in images)


def keep_up(days: Path) -> int:
    """Meet the days that are new, book the evenings that are; return how many days changed.

    A hall that had days before its ledger is met at the newest one.
    """
    opened, met = days_opened(days), dict(MetDay.objects.values_list("trading_day", "version"))
    fresh = [day for day in opened if day > max(met, default=0)]
    if not met:
        fresh = opened[-1:]
    changed = 0
    for day in sorted({*fresh, *(day for day in met if day in opened)}):
        root = days / str(day)
        if day not in met:
            is_first = not MetDay.objects.exists()
            moves = () if is_first else at_opening(root)
            meet(image=read_image(DayFolder(root).image), is_first=is_first, moves=moves)
            changed += 1
        if is_closed(root):
            version = len(kept_versions(root, RESULTS)) + 1
            if version > met.get(day, 0):
                book_evening(root=root, version=version)
                changed += 1
    return changed


@transaction.atomic
def meet(*, image: DayImage, is_first: bool, moves: Sequence[Move] = ()) -> None:
    """Make what accounts a day needs; the first one opens them with its money.

    ``moves`` is the money that instructions of two persons moved at the opening.
    """
    record.one_at_a_time()
    day = image.settings.trading_day
    accounts = make_accounts(image=image)
    MetDay(trading_day=day, is_first=is_first).save(force_insert=True)
    if is_first:
        wanted = list(openings(image, accounts))
        post(actor=None, action=MEET, subject=f"trading day {day}", wanted=wanted)
        return
    before = MetDay.objects.filter(pk__lt=day).order_by("-pk").values_list("pk", flat=True)[0]
    wanted = list(moved_at_opening(accounts, moves, day, before))
    facts = {"trading day": day}
    if not post(actor=None, action=MEET, subject=f"trading day {day}", wanted=wanted, facts=facts):
        record.write(actor=None, action=MEET, subject=f"trading day {day}", facts=facts)


def at_opening(root: Path) -> list[Move]:
    """Return the instructions that moved money when a day was opened."""
    if not (root / OPENING_NAME).exists():
        return []
    rows = read_opening(root).instructions
    return [row for row in rows if isinstance(row, (MoveMemberMoney, MoveClientMoney))]


def moved_at_opening(
    accounts: dict[tuple[str, str], LedgerAccount], moves: Sequence[Move], day: int, before: int
) -> Iterator[Wanted]:
    """Yield the transfers of money that was moved between a day's evening and the next morning.

    A member's money comes to the exchange's bank or leaves it; a client's is the member's matter,
    against the pool's money at the exchange. They belong to the evening of the day ``before``.
    """
    for row in moves:
        if isinstance(row, MoveMemberMoney):
            pool = f"{row.member}/{'house' if row.house else 'clients'}"
            outside = accounts[EXCHANGE, AccountKind.BANK]
            inside = accounts[EXCHANGE, f"{pool}:{AccountKind.DEPOSIT}"]
        else:
            (inside,) = (
                account for (_, name), account in accounts.items()
                if name == row.trading_code and account.kind == AccountKind.CODE
            )  # fmt: skip
            outside = accounts[inside.book.name, AccountKind.EXCHANGE]
        sides = (outside, inside) if row.amount_fen > 0 else (inside, outside)
        reference = f"opening {day} instruction {row.reference}"
        yield Wanted(*sides, abs(row.amount_fen), reference, Cause.EVENING, before)


@transaction.atomic
def book_evening(*, root: Path, version: int) -> None:
    """Book the postings of a closed day; those of an earlier version are booked back first."""
    record.one_at_a_time()
    image = read_image(DayFolder(root).image)
    result = read_result(DayFolder(root).result).result
    day = image.settings.trading_day
    met = MetDay.objects.select_for_update().get(pk=day)
    wanted = [*undone(day, met.version), *evening(image, result, version)]
    made = post(
        actor=None,
        action=EVENING,
        subject=f"trading day {day}",
        wanted=wanted,
        facts={"trading day": day, "version": version},
    )
    met.version = version
    met.save(update_fields=["version"])
    if not made:  # a day without a trade
        facts = {"trading day": day, "version": version}
        record.write(actor=None, action=EVENING, subject=f"trading day {day}", facts=facts)


def prefix(day: int, version: int) -> str:
    """Return how the references of an evening begin."""
    return f"evening {day} version {version}"


def evening(image: DayImage, result: DayResult, version: int) -> Iterator[Wanted]:
    """Yield the transfers of an evening, as the clearing names them."""
    accounts, day = all_accounts(), image.settings.trading_day
    for row in postings(image, result, prefix(day, version)):
        debit, credit = accounts[row.book, row.debit], accounts[row.book, row.credit]
        yield Wanted(debit, credit, row.amount_fen, row.reference, Cause.EVENING, day)


def undone(day: int, version: int) -> Iterator[Wanted]:
    """Yield what books an earlier version back, its last transfer first."""
    if not version:
        return
    found = LedgerTransfer.objects.filter(reference__startswith=f"{prefix(day, version)}:")
    for row in found.select_related("debit", "credit").order_by("-number"):
        reference = f"undone {row.reference}"
        yield Wanted(row.credit, row.debit, row.amount_fen, reference, Cause.EVENING, day)
