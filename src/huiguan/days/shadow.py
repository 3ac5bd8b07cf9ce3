"""A recorded day closed again under other rules: what every account would have had.

Matching is held as recorded: orders and trades are those of the day, only limits, margins, fees and
what follows from them are worked out anew.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from huiguan.exchange.day.contract_tables import ListedContract, contract_tables
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.instructions.every import AnyInstruction
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.day_end import close_day
from huiguan.exchange.evening.rules_of_day import rules_of_day
from huiguan.exchange.events import DayEvents
from huiguan.exchange.rules.rows import Books


class Changed(NamedTuple):
    """What would have been different for one trading code, in fen."""

    trading_code: str
    margin_fen: int
    fees_fen: int
    available_fen: int


class Shadow(NamedTuple):
    """The day under other rules, against the day as it was."""

    accounts: list[Changed]
    called_before: int  # pools with a margin call, as recorded
    called_after: int
    result: DayResult


def image_under(image: DayImage, books: Books) -> DayImage:
    """Return the image of the day with fees and margins of other books; limits stay."""
    day = image.settings.trading_day
    listed = [
        ListedContract(
            code=name,
            settlement_units=int(row["previous_settlement_ticks"]) * int(row["tick_units"]),
            open_interest_lots=int(row["last_open_interest_lots"]),
            has_traded=not row["first_day"],
        )
        for name, row in zip(image.names.instruments, image.instruments, strict=True)
    ]
    tables = contract_tables(books, day, listed)
    return image._replace(fees=tables.fees, margins=tables.margins)


def shadow(
    image: DayImage,
    events: DayEvents,
    recorded: DayResult,
    books: Books,
    instructions: Sequence[AnyInstruction] = (),
) -> Shadow:
    """Return what other books would have made of a day; accounts without a change are left out.

    ``instructions`` are those the day was closed under; they stand as they were decided.
    """
    rules = rules_of_day(books, image.names.instruments, image.settings.trading_day)
    result = close_day(image_under(image, books), events, rules, instructions)
    before, after = recorded.accounts, result.accounts
    margin = after["margin_fen"] - before["margin_fen"]
    fees = after["fees_fen"] + after["order_fees_fen"]
    fees = fees - before["fees_fen"] - before["order_fees_fen"]
    available = after["balance_fen"] - after["margin_fen"]
    available = available - before["balance_fen"] + before["margin_fen"]
    rows = np.flatnonzero((margin != 0) | (fees != 0) | (available != 0)).tolist()
    return Shadow(
        accounts=[
            Changed(
                image.names.trading_codes[code],
                int(margin[code]),
                int(fees[code]),
                int(available[code]),
            )
            for code in rows
        ],
        called_before=int((recorded.pools["call_fen"] > 0).sum()),
        called_after=int((result.pools["call_fen"] > 0).sum()),
        result=result,
    )
