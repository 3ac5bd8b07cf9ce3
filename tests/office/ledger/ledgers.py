"""A hall with pools of money, and the office's ledger beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from huiguan.exchange.day.image import DayImage, Pool
from huiguan.foundation.records import blank_rows
from tests.images import small_image

if TYPE_CHECKING:
    from pathlib import Path

YUAN = 100  # fen
DEPOSIT = 1_000_000 * YUAN  # of each trading code in the morning
CASH = 5_000_000 * YUAN  # of each pool, of which MARGIN is charged
MARGIN = 700_000 * YUAN
FIRST, SECOND = "000000000000", "000000000001"  # codes of member 0 and of member 1
DAY = 20260821


def pooled_image(codes: int = 6, members: int = 2, **settings: Any) -> DayImage:
    """Return the image of members with clients, their codes alike, and a pool each."""
    image = small_image(codes=codes, members=members, deposit_fen=DEPOSIT, settings=settings)
    pools = blank_rows(Pool, members)
    pools["cash_fen"], pools["margin_fen"], pools["member"] = CASH, MARGIN, np.arange(members)
    pools["futures_firm"] = 1
    return image._replace(pools=pools)


def meet(image: DayImage | None = None) -> None:
    """Let the ledger meet its first day."""
    from huiguan.office.ledger.booking.evenings import meet as met

    met(image=image or pooled_image(), is_first=True)


def account(name: str, book: str = "") -> Any:
    """Return an account as the database has it now."""
    from huiguan.office.ledger.models import LedgerAccount

    found = LedgerAccount.objects.filter(name=name)
    return (found.filter(book__name=book) if book else found).get()


def paid_in(book: str, amount_fen: int, reference: str) -> None:
    """Let money arrive at the bank of a pool, of whom nobody knows yet."""
    from huiguan.office.ledger.booking.transfers import Wanted, post
    from huiguan.office.ledger.models import Cause

    bank, receipts = account("bank", book), account("unmatched receipts", book)
    wanted = [Wanted(bank, receipts, amount_fen, reference, Cause.BANK)]
    post(actor=None, action="a try", subject="bank", wanted=wanted)


def floor_money(days: Path, transfers: bool = True) -> dict[str, int]:
    """Return the deposit of every code by image and journal, run again."""
    from huiguan.days.moved import moved_on

    image = pooled_image()
    found = dict(
        zip(image.names.trading_codes, image.trading_codes["deposit_fen"].tolist(), strict=True)
    )
    for row in moved_on(days / str(DAY)) if transfers else ():
        sign = {1: 1, 2: -1, 3: 0, 4: 1}[row.stage]
        found[image.names.trading_codes[row.target]] += sign * row.amount_fen
    return found
