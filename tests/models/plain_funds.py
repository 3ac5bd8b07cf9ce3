"""Money of a trading code, added up from what it holds and asks for (decisions, Money)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from huiguan.exchange.day.image import DayImage
from tests.models.plain_book import BUY, PlainOrder
from tests.models.plain_positions import CLOSE_TODAY, OPEN, PlainPositions

PPB = 10**9


@dataclass
class PlainAccount:
    """What cannot be added up again: what came, what was won and paid."""

    deposit: int
    member: int
    holder: int
    right: int
    killed: bool = False
    realised: int = 0
    floating_loss: int = 0
    fees: int = 0


class Tariff:
    """Margins, fees and relief groups of an image."""

    def __init__(self, image: DayImage) -> None:
        """Read the tables by their names."""
        self.on = image.settings.funds
        self.flags = image.settings.offset_flags
        rows = image.margins[["instrument", "side", "hedge", "margin_fen"]].tolist()
        self.margin = {tuple(row[:3]): row[3] for row in rows}
        rows = image.fees[["instrument", "hedge", "fee_class", "rate_ppb", "per_lot_fen"]].tolist()
        self.fee = {tuple(row[:3]): row[3:] for row in rows}
        self.tick_value = image.instruments["tick_value_fen"].tolist()
        self.upper = image.instruments["upper_limit_ticks"].tolist()
        self.relief = [
            image.instruments["long_relief_group"].tolist(),
            image.instruments["short_relief_group"].tolist(),
        ]

    def fee_to_freeze(self, order: PlainOrder) -> int:
        """Return what one opening lot may cost at most: a sell may fill at the upper limit."""
        rate, per_lot = self.fee[order.instrument, order.hedge, 0]
        price = order.price if order.side == BUY else self.upper[order.instrument]
        value = price * self.tick_value[order.instrument]
        return per_lot + ceil(Fraction(value * rate, PPB))

    def trade_fee(self, order: PlainOrder, price: int, lots: int) -> int:
        """Return the fee of one side of one trade: half up to the fen, plus the amount per lot."""
        kind = 1
        if order.offset == OPEN or not self.flags:
            kind = 0
        elif order.offset == CLOSE_TODAY:
            kind = 2
        rate, per_lot = self.fee[order.instrument, order.hedge, kind]
        value = price * self.tick_value[order.instrument] * lots
        return floor(Fraction(value * rate, PPB) + Fraction(1, 2)) + per_lot * lots

    def margin_of(self, code: int, positions: PlainPositions, orders: Iterable[PlainOrder]) -> int:
        """Return the margin: of each relief group only the larger side, pending opens included."""
        if not self.on:
            return 0
        sides: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for key, held in positions.held.items():
            if key.code == code:
                amount = (held.history + held.today) * self.margin[
                    key.instrument, key.side, key.hedge
                ]
                sides[self.relief[key.side][key.instrument]][key.side] += amount
        for order in orders:
            if order.code == code:
                lots = order.opening
                amount = lots * self.margin[order.instrument, order.side, order.hedge]
                sides[self.relief[order.side][order.instrument]][order.side] += amount
        return sum(max(pair) for pair in sides.values())

    def frozen_fees(self, code: int, orders: Iterable[PlainOrder]) -> int:
        """Return what live orders have set aside for fees."""
        if not self.on:
            return 0
        return sum(o.opening * self.fee_to_freeze(o) for o in orders if o.code == code)
