"""Transaction fees, order (message) fees and the risk reserve's share.

A contract has a rate on turnover or an amount per lot, never both. Each trade's fee is rounded
half up to the fen and then summed. Order fees are progressive per contract and day.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

import msgspec

from huiguan.exchange.quotes import Price, Rate, as_rate, exact, lots_of, whole
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.values import natural

HALF = Fraction(1, 2)


@rule("Clearing Rules, fees; hedging pays half since 2023-09-04", "confirmed")
def transaction_fee(
    price: Price,
    lot_size: Price,
    lots: int,
    rate: Rate = 0,
    fee_per_lot_fen: int = 0,
    *,
    close_today: bool = False,
    closed_today_lots: int = 0,
    close_today_multiple: Price = 1,
    hedging: bool = False,
) -> int:
    """Return the fee in fen of one side of one trade, rounded half up.

    ``close_today_multiple`` is the exchange's close-today field: 0 waives, 1 charges the opening
    fee, 2 doubles it; it counts for ``closed_today_lots`` of the lots, or with ``close_today`` for
    all of them. Hedging trades pay half.
    Silver, 4 lots at 4,942, 15 kg, 0.001 %: 296,520.00 x 0.00001 = 2.9652 CNY -> 297 fen.
    """
    fraction = as_rate(rate, "fee rate")
    if fraction and fee_per_lot_fen:
        raise InputFault("a contract has a fee rate or a fee per lot, never both")
    count, per_lot = lots_of(lots), natural(fee_per_lot_fen, "fee per lot")
    today = count if close_today else lots_of(closed_today_lots, "lots closed of today's")
    if today > count:
        raise InputFault(f"{today} lots of today are closed by a trade of {count}; check both")
    of_one_lot = 100 * exact(price) * exact(lot_size, "lot size") * fraction + per_lot
    fee = of_one_lot * (count - today)
    fee += of_one_lot * today * exact(close_today_multiple, "close-today multiple")
    if hedging:
        fee *= HALF
    return whole(fee, Rounding.HALF_UP)


@rule("a share of the exchange's fee income goes to the risk reserve", "secondary")
def risk_reserve_share(fee_income_fen: int, share: Rate) -> int:
    """Return the part in fen of the fee income that goes to the risk reserve, half up.

    ``share`` is the ``risk_reserve`` of a rulebook. 1,000,000.00 CNY of fees, 20 %: 200,000.00 =
    20,000,000 fen.
    """
    return whole(natural(fee_income_fen, "fee income") * as_rate(share, "share"), Rounding.HALF_UP)


class OrderFeeTier(msgspec.Struct, frozen=True):
    """Messages above ``above`` cost ``low_fen`` each; ``high_fen`` when the ratio is over two."""

    above: int
    low_fen: int
    high_fen: int


GROUP_A = (  # cu al zn pb ni sn au ag rb hc ss fu bu ru sp, from 2022-08-05
    OrderFeeTier(above=0, low_fen=0, high_fen=0),
    OrderFeeTier(above=4_000, low_fen=25, high_fen=50),
    OrderFeeTier(above=8_000, low_fen=125, high_fen=250),
    OrderFeeTier(above=40_000, low_fen=2_500, high_fen=5_000),
)


@rule("order fees: entries + cancels; a FAK or FOK not fully filled counts two", "confirmed")
def message_count(
    day_orders: int, cancels: int = 0, filled_fak_fok: int = 0, unfilled_fak_fok: int = 0
) -> int:
    """Return the messages of one client (or control group) in one contract and trading day.

    ``day_orders`` are orders other than FAK and FOK; ``unfilled_fak_fok`` those FAK and FOK that
    were not filled in full, which count an entry and a cancel. Quote requests count like orders.
    1,000 orders, 300 cancels, 10 filled and 20 unfilled FAK: 1,000 + 300 + 10 + 40 = 1,350.

    A calculator: nothing in Huiguan calls it.
    """
    single = [natural(count, "messages") for count in (day_orders, cancels, filled_fak_fok)]
    return sum(single) + 2 * natural(unfilled_fak_fok, "messages")


@rule("order fees: order-to-trade ratio", "confirmed")
def order_to_trade_ratio(messages: int, executed_orders: int) -> Fraction:
    """Return messages / orders with any execution - 1; without an execution divide by one.

    900 messages, 300 orders executed: 900 / 300 - 1 = 2.
    """
    messages = natural(messages, "messages")
    executed_orders = natural(executed_orders, "executed orders")
    if executed_orders > messages:
        raise InputFault(f"{executed_orders} orders cannot be executed by {messages} messages")
    return Fraction(messages, max(1, executed_orders)) - 1


@rule("order fees: progressive over the day's messages of a contract", "confirmed")
def order_fee(
    messages: int,
    executed_orders: int,
    tiers: Sequence[OrderFeeTier] = GROUP_A,
    *,
    market_maker: bool = False,
) -> int:
    """Return the order fee in fen of one contract and day; rates by the ratio (at most 2, above 2).

    Count messages and executed orders over all members of the client and its control group.
    10,000 messages, 2,000 executed (ratio 4): 4,000 x 0 + 4,000 x 0.5 + 2,000 x 2.5 = 7,000.00 CNY.
    """
    messages = natural(messages, "messages")
    if market_maker or not messages:
        return 0
    high = order_to_trade_ratio(messages, executed_orders) > 2
    total = 0
    for tier, following in zip(tiers, [*tiers[1:], None], strict=True):
        top = messages if following is None else min(messages, following.above)
        count = max(0, top - tier.above)
        total += count * (tier.high_fen if high else tier.low_fen)
    return total


class MessageCount(msgspec.Struct, frozen=True):
    """What one trading code sent in one contract and trading day."""

    holder: str  # client or control group: codes of one holder are merged over members
    member: str
    trading_code: str
    instrument: str
    messages: int
    executed_orders: int


@rule("order fees: merged over members and control groups, charged to the member", "confirmed")
def order_fees_by_code(
    counts: Iterable[MessageCount], tiers: Sequence[OrderFeeTier] = GROUP_A
) -> dict[tuple[str, str], int]:
    """Return the order fee in fen of every (trading code, instrument).

    The fee of a holder is worked out once from the merged counts and shared among its codes by
    messages: whole fen by share, the rest in order of trading code. One holder with 6,000 messages
    at one member and 3,000 at another, nothing executed: 9,000 messages cost 4,000 x 0.5 + 1,000 x
    2.5 = 4,500.00 CNY, of which 3,000.00 and 1,500.00.
    """
    groups: dict[tuple[str, str], list[MessageCount]] = {}
    for row in counts:
        groups.setdefault((row.holder, row.instrument), []).append(row)
    fees: dict[tuple[str, str], int] = {}
    for (_, instrument), group in sorted(groups.items()):
        rows = sorted(group, key=lambda row: row.trading_code)
        messages = sum(row.messages for row in rows)
        fee = order_fee(messages, sum(row.executed_orders for row in rows), tiers)
        shares = [fee * row.messages // max(1, messages) for row in rows]
        for n in range(fee - sum(shares)):
            shares[n] += 1
        for row, share in zip(rows, shares, strict=True):
            fees[row.trading_code, instrument] = share
    return fees
