"""Days that were really run and closed, in the folder of a hall without processes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import connection

from huiguan.days.close import close_folder
from huiguan.exchange.day.instructions.prices import DecideSettlement
from huiguan.exchange.messages import Side
from tests.markets import books, market_image
from tests.trading_days import order, run_day

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.days.cleared import ClosedDay

DAY = 20260821


def closed_day(hall: Path) -> ClosedDay:
    """Run and close a day on which code 0 bought 3 lots of cu2610 from code 1 at 106,860."""
    root = hall / "days" / str(DAY)
    orders = [order(0, 1, Side.BUY, 10_686, 3), order(1, 1, Side.SELL, 10_686, 3)]
    run_day(root, market_image(), orders)
    return close_folder(root, books())


def decided_price() -> DecideSettlement:
    """Return the decision that settles cu2610 at another price."""
    return DecideSettlement(
        reference="2026-1", maker="market", checker="clearing", instrument="cu2610",
        price=Decimal(106_900),
    )  # fmt: skip


def of_vendor(statement: str) -> str:
    """Return a statement as this database has it: only SQLite knows REPLACE."""
    known = connection.vendor == "sqlite"
    return statement if known else statement.replace("INSERT OR REPLACE", "INSERT")
