"""A member at the close of a day as the handling of its default needs it."""

from collections import defaultdict

from huiguan.exchange.clearing.default.estate import Account, Estate, Holding
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.instructions.base import near
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.day_postings import pool_name
from huiguan.exchange.evening.statements import terms_of
from huiguan.exchange.messages import Hedge
from huiguan.foundation.faults import InputFault

CLIENTS, HOUSE = 0, 1


def failed_member(image: DayImage, result: DayResult, member: str) -> Estate:
    """Return a member's accounts and the money of both its pools at the settlement of a day.

    Collateral of its own pool counts as at the clearing. A member that the day does not know is an
    ``InputFault``.
    """
    if member not in image.names.members:
        raise InputFault(
            f"{member!r} is no member of this day; {near(member, image.names.members)}".rstrip("; ")
        )
    number = image.names.members.index(member)
    cash, usable = {CLIENTS: 0, HOUSE: 0}, 0
    for pool in result.pools[result.pools["member"] == number]:
        cash[int(pool["house"])] = int(pool["cash_fen"])
        usable += int(pool["usable_fen"]) if pool["house"] else 0
    held = _held(image, result, number)
    accounts, codes = result.accounts, image.trading_codes
    rows = []
    for code in (codes["member"] == number).nonzero()[0].tolist():
        row = accounts[code]
        rows.append(
            Account(
                code=image.names.trading_codes[code],
                house=bool(codes["house"][code]),
                equity_fen=int(row["balance_fen"]),
                margin_fen=int(row["margin_fen"]) + int(row["delivery_margin_fen"]),
                held=tuple(held[code]),
            )
        )
    return Estate(
        member=member,
        house_fen=cash[HOUSE],
        clients_fen=cash[CLIENTS],
        collateral_fen=usable,
        accounts=tuple(rows),
    )


def _held(image: DayImage, result: DayResult, member: int) -> dict[int, list[Holding]]:
    """Return what each trading code of a member holds, side by side."""
    rows = result.positions
    rows = rows[image.trading_codes["member"][rows["trading_code"]] == member]
    held: dict[int, list[Holding]] = defaultdict(list)
    names = ["trading_code", "instrument", "hedge", "long_lots", "short_lots"]
    for code, instrument, hedge, longs, shorts in rows[names].tolist():
        name = image.names.instruments[instrument]
        if longs:
            held[code].append(Holding(instrument=name, side="long", lots=longs, hedge=Hedge(hedge)))
        if shorts:
            held[code].append(
                Holding(instrument=name, side="short", lots=shorts, hedge=Hedge(hedge))
            )
    return held


def lots_at_settlement(image: DayImage, result: DayResult) -> dict[str, int]:
    """Return the value in fen of a lot of each contract at its settlement price."""
    terms = [terms_of(image, result, index) for index in range(len(image.instruments))]
    return {row.name: row.settlement_units * row.unit_value_fen for row in terms}


def other_pools(image: DayImage, result: DayResult, member: str) -> dict[str, int]:
    """Return the cash of every other member's pools, like ``0001/clients``."""
    number = image.names.members.index(member)
    return {
        pool_name(image, index): int(row["cash_fen"])
        for index, row in enumerate(result.pools)
        if row["member"] != number
    }
