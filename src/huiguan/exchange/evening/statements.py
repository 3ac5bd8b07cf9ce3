"""Statements of any number of trading codes from one day's image and result, in whole numbers.

The same figures as ``client_day`` gives one by one, made fast enough for all codes of a day.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

import msgspec
import numpy as np

from huiguan.exchange.amounts import fee_class, side_fee, side_margin, trade_profit
from huiguan.exchange.clearing.client_day import (
    ClientDay,
    ClientFunds,
    ClientTrade,
    ClosedLine,
    ContractFacts,
    Key,
    PositionLine,
    SummaryLine,
    TradeLine,
    charged_margins,
)
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.keys import fee_row
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.rules_of_day import decimal_rate
from huiguan.exchange.messages import Hedge, Offset, Side
from huiguan.foundation.columns import by_group
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import unchecked

SIDES, HEDGES, OFFSETS = tuple(Side), tuple(Hedge), tuple(Offset)  # faster than calling the enum
OPEN, CLOSE_TODAY = Offset.OPEN, Offset.CLOSE_TODAY
FEE, MARGIN = unchecked(side_fee), unchecked(side_margin)


class StatementTerms(NamedTuple):
    """One contract in whole numbers; prices are units of the quote; ``prices`` are known ones."""

    name: str
    tick_units: int
    unit_value_fen: int  # of one lot
    decimals: int
    previous_units: int
    settlement_units: int
    general_ppb: int
    hedge_ppb: int
    prices: dict[int, Decimal]

    def price(self, units: int) -> Decimal:
        """Return a price as a decimal of the quote."""
        found = self.prices.get(units)
        if found is None:
            found = self.prices[units] = Decimal(units).scaleb(-self.decimals)
        return found


SideOfTrade = tuple[int, int, ClientTrade]  # row of the instrument, price in units, the trade


class StatementLot(msgspec.Struct, gc=False):
    """Lots of one opening; they shrink while the day's trades are applied."""

    day: int
    units: int
    lots: int


Held = dict[tuple[int, Side, Hedge], list[StatementLot]]


class Statements:
    """The statements of a day; trades and lots are sorted by trading code once."""

    def __init__(
        self,
        image: DayImage,
        result: DayResult,
        products: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        """``products`` give name to show and venue by product code; missing: code and image's."""
        self.image, self.result = image, result
        self.day = result.settings.trading_day
        sides = np.empty(2 * len(result.trades), np.int32)
        sides[0::2], sides[1::2] = result.trades["buy_code"], result.trades["sell_code"]
        codes = len(image.trading_codes)
        self._side_bounds, self._sides = by_group(sides, codes)
        self._lot_bounds, lots = by_group(image.lots["trading_code"].copy(), codes)
        self._lots = image.lots[lots]
        self._terms = [terms_of(image, result, i) for i in range(len(image.instruments))]
        self._fee_class = [fee_class(o, image.settings.offset_flags) for o in Offset]
        self._fees = [(int(row["rate_ppb"]), int(row["per_lot_fen"])) for row in image.fees]
        reduced = result.reductions["trade"]
        self._reduced_from = int(reduced.min()) - 1 if len(reduced) else len(result.trades)
        self._backed = {  # short lots that warrants free of margin
            (row[0], row[1], row[3]): row[2] for row in result.freed_shorts.tolist()
        }
        names = products or {}
        self.facts = {
            terms.name: self._facts_of(index, terms, names)
            for index, terms in enumerate(self._terms)
        }
        self._codes = {name: index for index, name in enumerate(image.names.trading_codes)}

    def _facts_of(
        self, index: int, terms: StatementTerms, names: Mapping[str, tuple[str, str]]
    ) -> ContractFacts:
        """Return what a statement shows of a contract; fees are charged from the image's table."""
        product = self.image.names.products[int(self.image.instruments["product"][index])]
        name, venue = names.get(product, (product, self.image.settings.venue))
        general, hedge = decimal_rate(terms.general_ppb), decimal_rate(terms.hedge_ppb)
        return ContractFacts(
            instrument=terms.name,
            product=product,
            product_name=name,
            exchange=venue,
            lot_size=Decimal(terms.unit_value_fen).scaleb(terms.decimals - 2),
            previous_settlement=terms.price(terms.previous_units),
            settlement=terms.price(terms.settlement_units),
            long_margin=general,
            short_margin=general,
            long_hedge_margin=hedge,
            short_hedge_margin=hedge,
            relief=bool(self.result.contracts["relief"][index]),
        )

    def statement(self, name: str) -> ClientDay:
        """Return every figure of a trading code's statement; an unknown code is an InputFault."""
        if name not in self._codes:
            raise InputFault(f"trading code {name!r} is not in this day; check the number")
        code = self._codes[name]
        held = self._carried(code)
        trades: list[TradeLine] = []
        closed: list[ClosedLine] = []
        for index, units, trade in self._trades_of(code):
            profit = 0
            if trade.offset is OPEN:
                lot = StatementLot(self.day, units, trade.lots)
                held.setdefault((index, trade.side, trade.hedge), []).append(lot)
            else:
                lines = self._close(held, index, units, trade)
                closed += lines
                profit = sum([line.close_profit_fen for line in lines])
            trades.append(self._trade_line(index, units, trade, profit))
        positions = [
            self._position_line(key, lot) for key in sorted(held) for lot in held[key] if lot.lots
        ]
        return ClientDay(
            trading_day=self.day,
            contracts=self.facts,
            trades=trades,
            closed=closed,
            positions=positions,
            summary=self._summary(code, held, positions),
            funds=self._funds(code),
        )

    def _carried(self, code: int) -> Held:
        """Return the lots of the morning, oldest first."""
        held: Held = {}
        rows = self._lots[self._lot_bounds[code] : self._lot_bounds[code + 1]]
        for units, _, _, index, day, lots, side, hedge in rows.tolist():
            key = (index, SIDES[side], HEDGES[hedge])
            held.setdefault(key, []).append(StatementLot(day, units, lots))
        return held

    def _trades_of(self, code: int) -> Iterator[SideOfTrade]:
        """Yield the trade sides of a code in order of time; of a self-trade the buy comes first."""
        numbers = self._sides[self._side_bounds[code] : self._side_bounds[code + 1]]
        for number, row in zip(
            numbers.tolist(), self.result.trades[numbers >> 1].tolist(), strict=True
        ):
            price, lots, index, _, _, buy_offset, sell_offset, buy_hedge, sell_hedge = row
            side, terms = SIDES[number & 1], self._terms[index]
            units = price * terms.tick_units
            trade = ClientTrade(  # in order of the fields: names would cost as much as the rest
                (number >> 1) + 1,
                terms.name,
                side,
                OFFSETS[sell_offset if side else buy_offset],
                terms.price(units),
                lots,
                HEDGES[sell_hedge if side else buy_hedge],
                number >> 1 >= self._reduced_from,
            )
            yield index, units, trade

    def _close(self, held: Held, index: int, units: int, trade: ClientTrade) -> list[ClosedLine]:
        """Take lots first in, first out, from today's set or the history set."""
        lines: list[ClosedLine] = []
        terms, left = self._terms[index], trade.lots
        sets, of_today = self.image.settings.offset_flags, trade.offset is CLOSE_TODAY
        for lot in held.get((index, SIDES[1 - trade.side], trade.hedge), []):
            today = lot.day == self.day
            if not lot.lots or (sets and today != of_today):
                continue
            take = min(left, lot.lots)
            lot.lots -= take
            left -= take
            start = lot.units if today else terms.previous_units
            bought, sold = (start, units) if trade.side else (units, start)
            lines.append(
                ClosedLine(
                    instrument=terms.name,
                    side=trade.side,
                    hedge=trade.hedge,
                    open_date=lot.day,
                    open_price=terms.price(lot.units),
                    close_price=trade.price,
                    lots=take,
                    close_profit_fen=trade_profit(bought, sold, terms.unit_value_fen * take),
                )
            )
            if not left:
                break
        assert not left, trade
        return lines

    def _trade_line(
        self, index: int, units: int, trade: ClientTrade, close_profit_fen: int
    ) -> TradeLine:
        """Return a trade with turnover and fee."""
        value = units * self._terms[index].unit_value_fen * trade.lots
        rate, per_lot = self._fees[fee_row(index, trade.hedge, self._fee_class[trade.offset])]
        fee = FEE(value, trade.lots, rate, per_lot)
        return TradeLine(trade, value, fee, close_profit_fen)

    def _position_line(self, key: tuple[int, Side, Hedge], lot: StatementLot) -> PositionLine:
        """Return lots held at the close."""
        index, side, hedge = key
        terms = self._terms[index]
        value = terms.unit_value_fen * lot.lots * (1 if side == Side.BUY else -1)
        start = lot.units if lot.day == self.day else terms.previous_units
        return PositionLine(
            instrument=terms.name,
            side=side,
            hedge=hedge,
            open_date=lot.day,
            open_price=terms.price(lot.units),
            lots=lot.lots,
            floating_profit_fen=trade_profit(lot.units, terms.settlement_units, value),
            mark_profit_fen=trade_profit(start, terms.settlement_units, value),
            margin_fen=self._margin(index, hedge, lot.lots),
        )

    def _margin(self, index: int, hedge: Hedge, lots: int) -> int:
        """Return the margin of lots of one side, half up."""
        terms = self._terms[index]
        rate = terms.hedge_ppb if hedge == Hedge.HEDGE else terms.general_ppb
        value = terms.settlement_units * terms.unit_value_fen * lots
        return MARGIN(value, rate)

    def _summary(self, code: int, held: Held, positions: list[PositionLine]) -> list[SummaryLine]:
        """Return one line per contract and hedge flag, with the margin that is charged."""
        sums = {
            of: (lots, sum(lot.lots * lot.units for lot in rows))
            for of, rows in sorted(held.items())
            if (lots := sum(lot.lots for lot in rows))
        }
        margins: dict[Key, int] = {
            (self._terms[index].name, side, hedge): self._margin(
                index, hedge, lots - self._backed.get((code, index, hedge), 0) * side
            )
            for (index, side, hedge), (lots, _) in sums.items()
            if not self.result.contracts["expired"][index]  # delivery margin is shown apart
        }
        charged = charged_margins(margins, self.facts, larger_side=True) if margins else {}
        marks: dict[tuple[str, Hedge], int] = {}
        for line in positions:
            key = (line.instrument, line.hedge)
            marks[key] = marks.get(key, 0) + line.mark_profit_fen
        rows = []
        for index, hedge in dict.fromkeys((of[0], of[2]) for of in sums):
            terms = self._terms[index]
            (longs, bought), (shorts, sold) = (
                sums.get((index, side, hedge), (0, 0)) for side in Side
            )
            rows.append(
                SummaryLine(
                    instrument=terms.name,
                    hedge=hedge,
                    long_lots=longs,
                    average_buy_price=average(bought, longs, terms.decimals),
                    short_lots=shorts,
                    average_sell_price=average(sold, shorts, terms.decimals),
                    mark_profit_fen=marks[terms.name, hedge],
                    margin_fen=sum(charged.get((terms.name, side, hedge), 0) for side in Side),
                )
            )
        return rows

    def _funds(self, code: int) -> ClientFunds:
        """Return the account summary as clearing decided it; order fees are part of the fees."""
        row = self.result.accounts[code]
        return ClientFunds(
            previous_balance_fen=int(row["previous_fen"]),
            deposits_fen=int(row["deposits_fen"]),
            withdrawals_fen=int(row["withdrawals_fen"]),
            close_profit_fen=int(row["close_profit_fen"]),
            mark_profit_fen=int(row["mark_profit_fen"]),
            fees_fen=int(row["fees_fen"] + row["order_fees_fen"]),
            delivery_fees_fen=int(row["delivery_fees_fen"]),
            delivery_margin_fen=int(row["delivery_margin_fen"]),
            margin_fen=int(row["margin_fen"]),
        )


def terms_of(image: DayImage, result: DayResult, index: int) -> StatementTerms:
    """Return a contract of the day in whole numbers."""
    row, found = image.instruments[index], result.contracts[index]
    tick_units = int(row["tick_units"])
    return StatementTerms(
        name=image.names.instruments[index],
        tick_units=tick_units,
        unit_value_fen=int(row["tick_value_fen"]) // tick_units,
        decimals=int(row["unit_decimals"]),
        previous_units=int(row["previous_settlement_ticks"]) * tick_units,
        settlement_units=int(found["settlement_units"]),
        general_ppb=int(found["general_ppb"]),
        hedge_ppb=int(found["hedge_ppb"]),
        prices={},
    )


def average(units_lots: int, lots: int, decimals: int) -> Decimal:
    """Return a mean price, half up to three decimals; zero for no lots."""
    if not lots:
        return Decimal("0.000")
    scaled = units_lots * 10 ** max(0, 3 - decimals) * 2
    divisor = lots * 2 * 10 ** max(0, decimals - 3)
    return Decimal((scaled + divisor // 2) // divisor).scaleb(-3)
