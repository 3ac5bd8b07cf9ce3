"""Trading margin at the clearing: settlement price x the rates that apply next day.

``MarginModel`` is the door for other models; ``ExchangeRates`` is the exchange's own: a rate per
contract, side and hedge flag, larger-side relief per product, warrants against shorts.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Protocol

import msgspec

from huiguan.exchange.quotes import Lots, Price, Rate, Size, as_rate, exact, whole
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count


@rule("Clearing Rules: margin = settlement price x lot size x lots x rate", "confirmed")
@checked
def trading_margin(
    settlement: Annotated[Price, "settlement price"], lot_size: Size, lots: Lots, rate: Rate
) -> int:
    """Return the margin in fen of one side of a contract, half up to the fen.

    The settlement price is today's, the rate the one that applies on the next trading day. Silver
    at 4,928, 15 kg, 4 lots, 19 %: 295,680.00 x 0.19 = 56,179.20 CNY = 5,617,920 fen.
    """
    if exact(settlement, "settlement price") < 0:
        raise InputFault(f"settlement price {settlement} is negative, so no rate gives a margin")
    value = exact(settlement) * exact(lot_size) * lots
    return whole(100 * value * as_rate(rate, "margin rate"), Rounding.HALF_UP)


class Position(msgspec.Struct, frozen=True):
    """One side of one contract held by one trading code at the close."""

    instrument: str
    product: str
    side: Literal["long", "short"]
    lots: int
    settlement: Decimal
    lot_size: Decimal
    rate: Decimal  # of the next trading day, for this side and hedge flag
    hedging: bool = False
    relief: bool = True  # larger side counts: False for ec and in the last five trading days
    warrant_lots: int = 0  # lots of a short side backed by lodged standard warrants


class MarginModel(Protocol):
    """Anything that says what one trading code must put up for what it holds."""

    def requirement_fen(self, positions: Sequence[Position]) -> int:
        """Return the margin in fen of all positions of one trading code."""
        ...


@rule(
    "Risk Management Rules: warrants lodged for the purpose free the shorts they back", "confirmed"
)
@checked
def shorts_to_margin(short_lots: Lots, warrant_quantity: Price, lot_size: Size) -> int:
    """Return the short lots that still need margin; warrants of the product count in whole lots.

    10 lots short of copper (5 t) with warrants for 38 t lodged: 38 / 5 = 7 lots freed, 3 remain.
    """
    quantity = exact(warrant_quantity, "warrants")
    if quantity < 0:
        raise InputFault(f"warrants for {quantity} cannot be; check them")
    return max(0, short_lots - whole(quantity / exact(lot_size), Rounding.DOWN))


@rule("Clearing Rules, larger-side margin per product", "secondary")
@checked
def product_margin(
    long_fen: Iterable[Count],
    short_fen: Iterable[Count],
    without_relief_fen: Iterable[Count] = (),
) -> int:
    """Return the margin in fen of one trading code in one product: the larger of the two sums.

    Margins of months in their last five trading days stand outside both sums and are added in full
    (``without_relief_fen``). Long 56,179.20, short 28,089.60: 56,179.20.
    """
    return max(sum(long_fen), sum(short_fen)) + sum(without_relief_fen)


@rule(
    "Clearing Rules: larger side ends at the clearing of the 5th day before the last", "secondary"
)
@checked
def larger_side_applies(
    clearing_day: date, last_trading_day: date, trading_days: Collection[date], days: Count
) -> bool:
    """Return whether a contract still counts for the larger side at the clearing of a day.

    It stops after the close of the ``days``-th trading day before the last one
    (``until_days_before_last`` of the ``relief`` of the books): the fifth, LTD 2026-09-15
    (Tuesday) counts to the clearing of 2026-09-07 and no more at the clearing of 2026-09-08.

    A calculator: nothing in Huiguan calls it.
    """
    if last_trading_day not in trading_days:
        raise InputFault(f"the last trading day {last_trading_day} is not among the trading days")
    return sum(1 for day in set(trading_days) if clearing_day < day <= last_trading_day) > days


class ExchangeRates(msgspec.Struct, frozen=True, kw_only=True):
    """The exchange's margin: rates, larger side per product, warrants against shorts."""

    larger_side: bool = True  # ``relief`` of the books; SHFE and INE charge the larger side

    def position_fen(self, position: Position) -> int:
        """Return the margin in fen of one position alone."""
        lots = position.lots
        if position.side == "short":
            lots = max(0, lots - position.warrant_lots)
        return unchecked(trading_margin)(
            position.settlement, position.lot_size, lots, position.rate
        )

    def requirement_fen(self, positions: Sequence[Position]) -> int:
        """Return the margin in fen of all positions of one trading code."""
        total = 0
        for product in sorted({position.product for position in positions}):
            rows = [position for position in positions if position.product == product]
            free = [p for p in rows if self.larger_side and p.relief]
            fixed = [p for p in rows if not (self.larger_side and p.relief)]
            total += unchecked(product_margin)(
                [self.position_fen(p) for p in free if p.side == "long"],
                [self.position_fen(p) for p in free if p.side == "short"],
                [self.position_fen(p) for p in fixed],
            )
        return total
