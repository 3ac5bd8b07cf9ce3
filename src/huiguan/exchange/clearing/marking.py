"""Daily mark-to-market: the total formula, its split, and the by-date and by-trade views.

Every profit is exact and in whole fen. Long is bought and short is sold, so one formula serves
all: (sold at - bought at) x lots x lot size. Lots leave first in, first out, inside today's set or
the history set (SHFE and INE), or over both (other venues).
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

import msgspec

from huiguan.exchange.amounts import trade_profit
from huiguan.exchange.quotes import Lots, Price, Size, exact, whole_fen
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked, unchecked

PositionSide = Literal["long", "short"]
Trades = Sequence[tuple[Price, Lots]]  # (price, lots)


@rule("Clearing Rules: profit = (selling price - buying price) x lots x lot size", "confirmed")
@checked
def profit_fen(bought_at: Price, sold_at: Price, lots: Lots, lot_size: Size) -> int:
    """Return the profit in fen of lots bought at one price and sold at another; a loss is negative.

    One of the two prices may be a settlement price. Silver, 15 kg: 4 lots bought at 4,942 and sold
    at 4,946: 4 x 15 x 4 = 240.00 CNY = 24,000 fen.
    """
    value = 100 * lots * exact(lot_size)
    return whole_fen(trade_profit(exact(bought_at), exact(sold_at), value))


@rule("Clearing Rules, daily profit and loss, total formula", "confirmed")
@checked
def daily_profit(
    *,
    settlement: Price,
    lot_size: Size,
    bought: Trades = (),
    sold: Trades = (),
    previous_settlement: Price = 0,
    carried_long: Lots = 0,
    carried_short: Lots = 0,
) -> int:
    """Return the day's profit in fen of one contract: every trade and carried lot to settlement.

    Sum over sells (price - settlement) + over buys (settlement - price) + (previous settlement -
    settlement) x (carried short - carried long). Bought 40 at 4,000, sold 20 at 4,030, settled at
    4,040, lot size 10: (-10 x 20 + 40 x 40) x 10 = 14,000.00 CNY.

    A calculator: nothing in Huiguan calls it.
    """
    if (carried_long or carried_short) and exact(previous_settlement) == 0:
        raise InputFault("carried lots need the previous settlement price")
    now = exact(settlement)
    total = sum(((exact(price) - now) * lots for price, lots in sold), Fraction(0))
    total += sum(((now - exact(price)) * lots for price, lots in bought), Fraction(0))
    total += (exact(previous_settlement) - now) * (carried_short - carried_long)
    return whole_fen(100 * total * exact(lot_size))


class Closed(msgspec.Struct, frozen=True):
    """Lots that were closed: which side was held, the price they were opened and closed at."""

    side: PositionSide
    open_price: Price
    close_price: Price
    lots: Lots
    opened_today: bool


class Held(msgspec.Struct, frozen=True):
    """Lots held at the close: side, the price they were opened at, and when."""

    side: PositionSide
    open_price: Price
    lots: Lots
    opened_today: bool


class Profit(msgspec.Struct, frozen=True):
    """The day's profit in four parts, in fen."""

    history_close_fen: int = 0
    today_close_fen: int = 0
    history_position_fen: int = 0
    today_position_fen: int = 0

    @property
    def close_fen(self) -> int:
        """Profit of what was closed."""
        return self.history_close_fen + self.today_close_fen

    @property
    def position_fen(self) -> int:
        """Profit of what is held."""
        return self.history_position_fen + self.today_position_fen

    @property
    def total_fen(self) -> int:
        """The day's profit."""
        return self.close_fen + self.position_fen


def _side_profit(side: PositionSide, start: Price, end: Price, lots: int, lot_size: Price) -> int:
    """Return the profit of a long or short side between two prices."""
    bought, sold = (start, end) if side == "long" else (end, start)
    return unchecked(profit_fen)(bought, sold, lots, lot_size)


@rule(
    "Clearing Rules, close profit by date: history lots from the previous settlement", "confirmed"
)
@checked
def close_profit_by_date(closed: Closed, previous_settlement: Price, lot_size: Size) -> int:
    """Return the close profit in fen (CTP CloseProfitByDate).

    Lots opened today count from their opening price, older ones from the previous settlement.
    ``Closed("short", 4100, 3950, 100, opened_today=False)``, previous settlement 4,000, lot size
    10: (4,000 - 3,950) x 1,000 = 50,000.00 CNY.
    """
    start = closed.open_price if closed.opened_today else previous_settlement
    return _side_profit(closed.side, start, closed.close_price, closed.lots, lot_size)


@rule("Clearing Rules, close profit by trade: from the opening price", "confirmed")
@checked
def close_profit_by_trade(closed: Closed, lot_size: Size) -> int:
    """Return the close profit in fen from the opening price (CTP CloseProfitByTrade).

    ``Closed("short", 4100, 3950, 100, opened_today=False)``, lot size 10: 150 x 1,000 = 150,000.00
    CNY, whatever the settlement prices between.
    """
    return _side_profit(closed.side, closed.open_price, closed.close_price, closed.lots, lot_size)


@rule("Clearing Rules, position profit by date", "confirmed")
@checked
def position_profit_by_date(
    held: Held, settlement: Price, previous_settlement: Price, lot_size: Size
) -> int:
    """Return the position profit in fen (CTP PositionProfitByDate, the statement's MTM P/L).

    Lots opened today count from their opening price, older ones from the previous settlement.
    ``Held("long", 60000, 5, opened_today=False)``, settled at 60,500 and today at 61,000, 5 t: 500
    x 25 = 12,500.00 CNY.
    """
    start = held.open_price if held.opened_today else previous_settlement
    return _side_profit(held.side, start, settlement, held.lots, lot_size)


@rule("Clearing Rules, position profit by trade", "confirmed")
@checked
def position_profit_by_trade(held: Held, settlement: Price, lot_size: Size) -> int:
    """Return the position profit in fen from the opening price (CTP PositionProfitByTrade).

    ``Held("long", 60000, 5, opened_today=False)``, settled at 61,000, 5 t: 1,000 x 25 = 25,000.00
    CNY.
    """
    return _side_profit(held.side, held.open_price, settlement, held.lots, lot_size)


@rule("Clearing Rules, daily profit and loss, split form", "confirmed")
@checked
def split_profit(
    *,
    settlement: Price,
    previous_settlement: Price,
    lot_size: Size,
    closed: Sequence[Closed] = (),
    held: Sequence[Held] = (),
) -> Profit:
    """Return close profit and position profit, history and today apart; the sum is daily_profit.

    ``closed`` are the lots closed in the day, ``held`` the lots held at the close. Previous
    settlement 4,000, today 4,010, lot size 10; 6 lots long from 3,900 sold at 4,030, 4 of them
    kept, 3 opened at 4,020: 30 x 60 + 10 x 40 - 10 x 30 = 1,800 + 400 - 300 = 1,900.00 CNY.

    A calculator: nothing in Huiguan calls it.
    """
    closes = {True: 0, False: 0}
    positions = {True: 0, False: 0}
    of_closed, of_held = unchecked(close_profit_by_date), unchecked(position_profit_by_date)
    for row in closed:
        closes[row.opened_today] += of_closed(row, previous_settlement, lot_size)
    for lot in held:
        profit = of_held(lot, settlement, previous_settlement, lot_size)
        positions[lot.opened_today] += profit
    return Profit(
        history_close_fen=closes[False],
        today_close_fen=closes[True],
        history_position_fen=positions[False],
        today_position_fen=positions[True],
    )


class Lot(msgspec.Struct, frozen=True):
    """Lots of one opening trade that are still open; ``open_date`` is a trading day yyyymmdd."""

    open_date: int
    open_price: Decimal
    lots: Lots


@rule("CTP position detail: first in, first out inside today's or the history set", "secondary")
@checked
def close_first_in_first_out(
    held: Sequence[Lot],
    lots: Lots,
    trading_day: int,
    which: Annotated[Literal["today", "history", "any"], "set"] = "any",
) -> tuple[list[Lot], list[Lot]]:
    """Return the lots taken by a close and the lots left, oldest first.

    ``today`` is close-today, ``history`` is close and close-yesterday (SHFE and INE); ``any`` takes
    over both sets, as other venues do. ``held`` is in order of opening. Lots of 3 from yesterday
    and 4 from today, 5 closed: ``any`` takes 3 and 2; ``today`` has only 4, an InputFault.
    """
    taken: list[Lot] = []
    left: list[Lot] = []
    for lot in held:
        today = lot.open_date == trading_day
        eligible = which == "any" or today == (which == "today")
        take = min(lot.lots, lots) if eligible else 0
        lots -= take
        if take:
            taken.append(msgspec.structs.replace(lot, lots=take))
        if lot.lots > take:
            left.append(msgspec.structs.replace(lot, lots=lot.lots - take))
    if lots:
        raise InputFault(f"the close takes {lots} lots more than are held in the set {which!r}")
    return taken, left
