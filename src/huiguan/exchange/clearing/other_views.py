"""A client's day in the other two views of a statement: by trade, and many days as one month.

By trade (CTP CloseProfitByTrade, PositionProfitByTrade) profit counts from the opening price, and
the balance holds no profit that is not realised. Equity is the same in both views.
"""

from collections.abc import Sequence

import msgspec

from huiguan.exchange.clearing.client_day import (
    ClientDay,
    ClientFunds,
    ClosedLine,
    PositionLine,
    TradeLine,
    held_side,
)
from huiguan.exchange.clearing.marking import Closed, close_profit_by_trade, profit_fen
from huiguan.exchange.messages import Offset, Side
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import unchecked


def by_trade(day: ClientDay) -> ClientDay:
    """Return a cleared day as its statement by trade shows it, under the names of the one by day.

    ``mark_profit_fen`` is the floating profit of what is held, ``previous_balance_fen`` is without
    the floating profit of the lots that were carried in. Bought one lot of 5 t at 60,000, settled
    at 60,500, sold next day at 61,000: by day 2,500.00 CNY more, by trade (61,000 - 60,000) x 5 =
    5,000.00 CNY, from a balance that is 2,500.00 lower; both come to the same equity.
    """
    closed = [_closed(day, line) for line in day.closed]
    positions = [
        msgspec.structs.replace(line, mark_profit_fen=line.floating_profit_fen)
        for line in day.positions
    ]
    floating: dict[object, int] = {}
    for line in positions:
        key = (line.instrument, line.hedge)
        floating[key] = floating.get(key, 0) + line.mark_profit_fen
    before = sum(_carried_in(day, line) for line in day.closed)
    before += sum(_carried_in(day, line) for line in day.positions)
    funds = day.funds
    return msgspec.structs.replace(
        day,
        trades=_trades(day.trades, closed),
        closed=closed,
        positions=positions,
        summary=[
            msgspec.structs.replace(line, mark_profit_fen=floating[line.instrument, line.hedge])
            for line in day.summary
        ],
        funds=msgspec.structs.replace(
            funds,
            previous_balance_fen=funds.previous_balance_fen - before,
            close_profit_fen=sum(line.close_profit_fen for line in closed),
            mark_profit_fen=sum(line.mark_profit_fen for line in positions),
        ),
    )


def _closed(day: ClientDay, line: ClosedLine) -> ClosedLine:
    """Return closed lots with their profit from the opening price."""
    closed = Closed(
        side=held_side(Side(1 - line.side)),
        open_price=line.open_price,
        close_price=line.close_price,
        lots=line.lots,
        opened_today=line.open_date == day.trading_day,
    )
    lot_size = day.contracts[line.instrument].lot_size
    profit = unchecked(close_profit_by_trade)(closed, lot_size)
    return msgspec.structs.replace(line, close_profit_fen=profit)


def _carried_in(day: ClientDay, line: ClosedLine | PositionLine) -> int:
    """Return the floating profit that lots had the evening before; none of lots of today."""
    if line.open_date == day.trading_day:
        return 0
    facts = day.contracts[line.instrument]
    side = line.side if isinstance(line, PositionLine) else Side(1 - line.side)
    prices = line.open_price, facts.previous_settlement
    bought, sold = prices if side == Side.BUY else prices[::-1]
    return unchecked(profit_fen)(bought, sold, line.lots, facts.lot_size)


def _trades(trades: Sequence[TradeLine], closed: Sequence[ClosedLine]) -> list[TradeLine]:
    """Return trades with the profit of what they closed; closed lots stand in order of trades."""
    lines, found = iter(closed), []
    for line in trades:
        profit, left = 0, 0 if line.trade.offset == Offset.OPEN else line.trade.lots
        while left:
            lots = next(lines)
            profit += lots.close_profit_fen
            left -= lots.lots
        found.append(msgspec.structs.replace(line, close_profit_fen=profit))
    return found


def month_funds(days: Sequence[ClientDay]) -> ClientFunds:
    """Return the account of consecutive days as one: what flowed is summed, the rest is the last's.

    Days with 100.00 and -40.00 of marked profit from a balance of 1,000.00 come to 1,060.00.
    """
    if not days:
        raise InputFault("a statement of a month needs a day of it that is closed")
    flows = (
        *("deposits_fen", "withdrawals_fen", "close_profit_fen", "mark_profit_fen", "fees_fen"),
        *("delivery_fees_fen", "delivery_profit_fen"),
    )
    sums = {name: sum(getattr(day.funds, name) for day in days) for name in flows}
    first, last = days[0].funds, days[-1].funds
    return msgspec.structs.replace(last, previous_balance_fen=first.previous_balance_fen, **sums)
