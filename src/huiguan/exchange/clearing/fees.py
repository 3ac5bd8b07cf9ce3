"""Transaction fees, order (message) fees and the risk reserve's share.

A contract has a rate on turnover or an amount per lot, never both. Each trade's fee is rounded
half up to the fen and then summed. Order fees are progressive per contract and day.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Annotated

import msgspec

from huiguan.exchange.quotes import Lots, Price, Rate, Size, as_rate, exact, whole
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import Name, one_spelling
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count

Messages = Annotated[Count, "messages"]


@rule("Clearing Rules, fees; hedging pays half since 2023-09-04", "confirmed")
@checked
def transaction_fee(
    price: Price,
    lot_size: Size,
    lots: Lots,
    rate: Rate = 0,
    fee_per_lot_fen: Count = 0,
    *,
    close_today: bool = False,
    closed_today_lots: Annotated[Lots, "lots closed of today's"] = 0,
    close_today_multiple: Price = 1,
    share: Rate = 1,
) -> int:
    """Return the fee in fen of one side of one trade, rounded half up.

    ``close_today_multiple`` is the exchange's close-today field: 0 waives, 1 charges the opening
    fee, 2 doubles it; it counts for ``closed_today_lots`` of the lots, or with ``close_today`` for
    all of them. ``share`` is the part of the fee that is paid: for a hedging trade the
    ``hedge_fee`` of the books, half since 2023-09-04. Silver, 4 lots at 4,942, 15 kg, 0.001 %:
    296,520.00 x 0.00001 = 2.9652 CNY -> 297 fen.
    """
    fraction = as_rate(rate, "fee rate")
    if fraction and fee_per_lot_fen:
        raise InputFault("a contract has a fee rate or a fee per lot, never both")
    today = lots if close_today else closed_today_lots
    multiple = exact(close_today_multiple, "close-today multiple")
    if today > lots:
        raise InputFault(f"{today} lots of today are closed by a trade of {lots}; check both")
    of_one_lot = 100 * exact(price) * exact(lot_size) * fraction + fee_per_lot_fen
    if of_one_lot < 0 or multiple < 0:
        raise InputFault(
            f"price {price}, close-today multiple {close_today_multiple}: the fee would be below"
            " zero, and nobody is paid for trading"
        )
    fee = of_one_lot * (lots - today + today * multiple)
    return whole(fee * as_rate(share, "share"), Rounding.HALF_UP)


@rule("a share of the exchange's fee income goes to the risk reserve", "secondary")
@checked
def risk_reserve_share(fee_income_fen: Count, share: Rate) -> int:
    """Return the part in fen of the fee income that goes to the risk reserve, half up.

    ``share`` is the ``risk_reserve`` of a rulebook. 1,000,000.00 CNY of fees, 20 %: 200,000.00 =
    20,000,000 fen.
    """
    return whole(fee_income_fen * as_rate(share, "share"), Rounding.HALF_UP)


class OrderFeeTier(msgspec.Struct, frozen=True):
    """Messages above ``above`` cost ``low_fen`` each, ``high_fen`` where the ratio is high."""

    above: Count
    low_fen: Count
    high_fen: Count


@rule("order fees: entries + cancels; a FAK or FOK not fully filled counts two", "confirmed")
@checked
def message_count(
    day_orders: Messages,
    cancels: Messages = 0,
    filled_fak_fok: Messages = 0,
    unfilled_fak_fok: Messages = 0,
) -> int:
    """Return the messages of one client (or control group) in one contract and trading day.

    ``day_orders`` are orders other than FAK and FOK; ``unfilled_fak_fok`` those FAK and FOK that
    were not filled in full, which count an entry and a cancel. Quote requests count like orders.
    1,000 orders, 300 cancels, 10 filled and 20 unfilled FAK: 1,000 + 300 + 10 + 40 = 1,350.

    A calculator: nothing in Huiguan calls it.
    """
    return day_orders + cancels + filled_fak_fok + 2 * unfilled_fak_fok


@rule("order fees: order-to-trade ratio", "confirmed")
@checked
def order_to_trade_ratio(messages: Count, executed_orders: Count) -> Fraction:
    """Return messages / orders with any execution - 1; without an execution divide by one.

    900 messages, 300 orders executed: 900 / 300 - 1 = 2.
    """
    if executed_orders > messages:
        raise InputFault(f"{executed_orders} orders cannot be executed by {messages} messages")
    return Fraction(messages, max(1, executed_orders)) - 1


@rule("order fees: progressive over the day's messages of a contract", "confirmed")
@checked
def order_fee(
    messages: Count,
    executed_orders: Count,
    tiers: Sequence[OrderFeeTier],
    ratio: Count,
    *,
    market_maker: bool = False,
) -> int:
    """Return the order fee in fen of one contract and day: high rates above the ``ratio``.

    ``tiers`` and ``ratio`` are the ``order_fee`` of the books, the free tier first. Count messages
    and executed orders over all members of the client and its control group. 10,000 messages, 2,000
    executed (ratio 4, above 2), free to 4,000, then 0.5 CNY, above 8,000 2.5: 4,000 x 0 + 4,000 x
    0.5 + 2,000 x 2.5 = 7,000.00 CNY.
    """
    if [tier.above for tier in tiers] != sorted({tier.above for tier in tiers}):
        raise InputFault("tiers begin one above the other; give them in order, each once")
    if market_maker or not messages:
        return 0
    high = unchecked(order_to_trade_ratio)(messages, executed_orders) > ratio
    total = 0
    for tier, following in zip(tiers, [*tiers[1:], None][: len(tiers)], strict=True):
        top = messages if following is None else min(messages, following.above)
        count = max(0, top - tier.above)
        total += count * (tier.high_fen if high else tier.low_fen)
    return total


class MessageCount(msgspec.Struct, frozen=True):
    """What one trading code sent in one contract and trading day."""

    holder: Name  # client or control group: codes of one holder are merged over members
    member: str
    trading_code: Name
    instrument: str
    messages: Count
    executed_orders: Count


@rule("order fees: merged over members and control groups, charged to the member", "confirmed")
@checked
def order_fees_by_code(
    counts: Iterable[MessageCount], tiers: Sequence[OrderFeeTier], ratio: Count
) -> dict[tuple[str, str], int]:
    """Return the order fee in fen of every (trading code, instrument).

    ``tiers`` and ``ratio`` as in ``order_fee``. The fee of a holder is worked out once from the
    merged counts and shared among its codes by messages: whole fen by share, the rest in order of
    trading code. One holder with 6,000 messages at one member and 3,000 at another, nothing
    executed: 9,000 messages cost 4,000 x 0.5 + 1,000 x 2.5 = 4,500.00 CNY, of which 3,000.00 and
    1,500.00.
    """
    groups: dict[tuple[str, str], list[MessageCount]] = {}
    seen: set[tuple[str, str]] = set()
    for row in counts:
        groups.setdefault((row.holder, row.instrument), []).append(row)
        if (row.trading_code, row.instrument) in seen:
            raise InputFault(
                f"trading code {row.trading_code}: its messages in {row.instrument or 'a contract'}"
                " stand twice; give them once"
            )
        seen.add((row.trading_code, row.instrument))
    for names, what in (
        ((holder for holder, _ in groups), "holder"),
        ((code for code, _ in seen), "trading code"),
        ((instrument for _, instrument in seen), "contract"),
    ):
        one_spelling(names, what)
    fees: dict[tuple[str, str], int] = {}
    for (_, instrument), group in sorted(groups.items()):
        rows = sorted(group, key=lambda row: row.trading_code)
        messages = sum(row.messages for row in rows)
        executed = sum(row.executed_orders for row in rows)
        fee = unchecked(order_fee)(messages, executed, tiers, ratio)
        shares = [fee * row.messages // max(1, messages) for row in rows]
        for n in range(fee - sum(shares)):
            shares[n] += 1
        for row, share in zip(rows, shares, strict=True):
            fees[row.trading_code, instrument] = share
    return fees
