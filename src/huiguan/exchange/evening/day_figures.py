"""Figures of a day that the public is told: the express of each contract, and rankings."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import msgspec
import numpy as np

from huiguan.exchange.clearing.parameters import MOVE_DAYS
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.result import DayResult, SettledBy
from huiguan.exchange.evening.carried import evenings_of
from huiguan.exchange.quotes import to_tick
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.cited import rule
from huiguan.foundation.columns import sums
from huiguan.foundation.readers.names import Name, Names, one_spelling
from huiguan.foundation.readers.signatures import checked
from huiguan.foundation.readers.values import Count

TOP = 20
FEN_OF_TEN_THOUSAND = 1_000_000


class ContractFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One contract's day; prices in the quote, None where nothing traded."""

    instrument: str
    product: str
    previous_settlement: Decimal
    open: Decimal | None
    high: Decimal | None
    low: Decimal | None
    close: Decimal | None
    settlement: Decimal
    change_close: Decimal | None  # close - previous settlement
    change_settlement: Decimal
    volume_lots: int
    open_interest_lots: int
    open_interest_change: int
    turnover_fen: int
    settled_by: SettledBy
    general_ppb: int
    hedge_ppb: int
    limit_ppb: int
    locked: int

    @property
    def turnover_ten_thousand(self) -> Decimal:
        """Turnover in the unit of the daily file, 10,000 CNY."""
        return Decimal(self.turnover_fen) / FEN_OF_TEN_THOUSAND


def contract_figures(image: DayImage, result: DayResult) -> list[ContractFigures]:
    """Return the figures of every contract of the day, in the order of the image."""
    rows = []
    for index, name in enumerate(image.names.instruments):
        terms, found = image.instruments[index], result.contracts[index]
        scale, tick = -int(terms["unit_decimals"]), int(terms["tick_units"])

        def price(ticks: int, scale: int = scale, tick: int = tick) -> Decimal:
            return Decimal(int(ticks) * tick).scaleb(scale)

        previous = price(terms["previous_settlement_ticks"])
        settlement = Decimal(int(found["settlement_units"])).scaleb(scale)
        names = ("open_ticks", "high_ticks", "low_ticks", "last_ticks")
        quotes = [price(found[n]) if found[n] else None for n in names]
        open_interest = int(found["open_interest_lots"])
        rows.append(
            ContractFigures(
                instrument=name,
                product=image.names.products[int(terms["product"])],
                previous_settlement=previous,
                open=quotes[0],
                high=quotes[1],
                low=quotes[2],
                close=quotes[3],
                settlement=settlement,
                change_close=None if quotes[3] is None else quotes[3] - previous,
                change_settlement=settlement - previous,
                volume_lots=int(found["volume_lots"]),
                open_interest_lots=open_interest,
                open_interest_change=open_interest - int(terms["last_open_interest_lots"]),
                turnover_fen=int(found["turnover_fen"]),
                settled_by=SettledBy(int(found["settled_by"])),
                general_ppb=int(found["general_ppb"]),
                hedge_ppb=int(found["hedge_ppb"]),
                limit_ppb=int(found["limit_ppb"]),
                locked=int(found["locked"]),
            )
        )
    return rows


def cumulative_changes(image: DayImage, result: DayResult) -> list[list[Decimal | None]]:
    """Return how far each settlement price has moved over three, four and five days.

    A part of the price before, to six decimals; None where the contract is not that old.
    """
    rows = []
    for index, found in enumerate(result.contracts):
        units = [*evenings_of(image, index), int(found["settlement_units"])]
        rows.append(
            [
                to_tick(Fraction(units[-1], units[-1 - days]) - 1, "0.000001", Rounding.HALF_UP)
                if len(units) > days
                else None
                for days in MOVE_DAYS
            ]
        )
    return rows


class MemberFigures(NamedTuple):
    """A member's volume (None where it is not known) and positions in a contract."""

    volume_lots: Count | None
    long_lots: Count
    short_lots: Count


Figures = Mapping[tuple[Name, Name], MemberFigures]  # by (instrument, member)


def member_figures(image: DayImage, result: DayResult) -> dict[tuple[str, str], MemberFigures]:
    """Return every member's figures by contract at the close."""
    names, members = image.names.instruments, image.names.members
    return {
        (names[instrument], members[member]): MemberFigures(volume, longs, shorts)
        for volume, longs, shorts, member, instrument in result.member_contracts.tolist()
    }


def morning_figures(image: DayImage) -> dict[tuple[str, str], MemberFigures]:
    """Return every member's figures of the day before: volume, and positions in the morning.

    An image that no day stands before knows no volume.
    """
    rows, count = image.positions, len(image.instruments)
    member = image.trading_codes["member"][rows["trading_code"]].astype(np.int64)
    cell, size = member * count + rows["instrument"], len(image.members) * count
    longs, shorts = sums(cell, rows["long_lots"], size), sums(cell, rows["short_lots"], size)
    past, volume = image.member_volumes, np.zeros(size, np.int64)
    volume[past["member"].astype(np.int64) * count + past["instrument"]] = past["volume_lots"]
    known = not is_first(image)
    return {
        (image.names.instruments[key % count], image.names.members[key // count]): MemberFigures(
            int(volume[key]) if known else None, int(longs[key]), int(shorts[key])
        )
        for key in np.flatnonzero(longs + shorts + volume).tolist()
    }


def is_first(image: DayImage) -> bool:
    """Return whether no day stands before this image."""
    return not image.settings.previous_result


class Rank(msgspec.Struct, frozen=True, kw_only=True):
    """One place of one ranking; ``change`` is against the day before, None where not known."""

    instrument: str
    rank: int
    kind: str  # a field of MemberFigures
    member: str
    lots: int
    change: int | None


@rule("Information rules: the first 20 members by volume, long and short", "confirmed")
@checked
def rankings(
    today: Figures,
    before: Figures,
    instruments: Names,
    top: Count = TOP,
    *,
    first_day: bool = False,
) -> list[Rank]:
    """Return the rankings of the contracts named: by volume, long and short positions.

    Members without lots have no place; equal lots are ordered by member number. Changes are against
    ``before``, where a member that is not named had nothing; on the first day there is no change.
    0001 traded 50 lots and 0002 80, the day before 0002 100: 0002 (-20), then 0001 (+50).
    """
    for place, what in ((0, "instrument"), (1, "member")):
        one_spelling((*(key[place] for key in today), *(key[place] for key in before)), what)
    nothing = MemberFigures(None, 0, 0) if first_day else MemberFigures(0, 0, 0)
    rows = []
    members: dict[str, dict[str, MemberFigures]] = {name: {} for name in instruments}
    for (name, member), row in today.items():
        if name in members:
            members[name][member] = row
    for instrument in instruments:
        own = members[instrument]
        for kind in MemberFigures._fields:
            lots = {member: getattr(row, kind) or 0 for member, row in own.items()}
            places = sorted((-count, member) for member, count in lots.items() if count)
            for place, (_, member) in enumerate(places[:top], 1):
                old = before.get((instrument, member), nothing)
                was = getattr(old, kind)
                rows.append(
                    Rank(
                        instrument=instrument,
                        rank=place,
                        kind=kind,
                        member=member,
                        lots=lots[member],
                        change=None if first_day or was is None else lots[member] - was,
                    )
                )
    return rows


def largest_moves(result: DayResult, count: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Return the trading codes (rows) with the largest gains and the largest losses of the day."""
    profit = result.accounts["close_profit_fen"] + result.accounts["mark_profit_fen"]
    order = np.argsort(profit, kind="stable")
    gains = order[::-1][:count]
    return gains[profit[gains] > 0], order[:count][profit[order[:count]] < 0]
