"""Books, positions and funds from the event stream and the image alone: no command is looked at."""

from typing import Any

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.messages import (
    CommandDone,
    MarkAccounts,
    OrderCancelled,
    OrderEntered,
    Scope,
    TradeExecuted,
    TransferBooked,
    TransferStage,
)
from tests.models.plain_book import BUY, SELL, PlainBook, PlainOrder
from tests.models.plain_funds import Tariff
from tests.models.plain_positions import Key, PlainPositions
from tests.trading_day import Told


class Rebuilder:
    """Hears events; knows who waits, who holds what, and what everybody's money is."""

    def __init__(self, image: DayImage) -> None:
        """Begin with the morning."""
        self.image, self.tariff = image, Tariff(image)
        flags = image.settings.offset_flags
        rows = image.instruments
        limits = rows[["lower_limit_ticks", "upper_limit_ticks"]].tolist()
        self.books = [PlainBook(lower, upper, flags) for lower, upper in limits]
        self.settlement = rows["previous_settlement_ticks"].tolist()
        self.last = list(self.settlement)
        self.positions = PlainPositions(flags)
        names = ["trading_code", "instrument", "hedge", "long_lots", "short_lots"]
        for code, instrument, hedge, *lots in image.positions[names].tolist():
            for side in (BUY, SELL):
                if lots[side]:
                    key = Key(code, instrument, hedge, side)
                    self.positions.enter_history(key, lots[side], self.settlement[instrument])
        self.deposits = image.trading_codes["deposit_fen"].tolist()
        self.member_deposits = image.members["deposit_fen"].tolist()
        self.member_of = image.trading_codes["member"].tolist()
        codes = len(self.deposits)
        self.realised, self.fees, self.floating = [0] * codes, [0] * codes, [0] * codes

    @property
    def live(self) -> list[PlainOrder]:
        """Return every live order."""
        return [order for book in self.books for order in book.orders]

    def hear(self, one: Told) -> None:
        """Follow one event."""
        event = one.event
        if isinstance(event, OrderEntered):
            self.enter(event, one.session)
        elif isinstance(event, OrderCancelled):
            book = self.books[event.instrument]
            book.orders = [o for o in book.orders if o.sequence != event.order_id]
        elif isinstance(event, TradeExecuted):
            self.last[event.instrument] = event.price_ticks
            orders = {order.sequence: order for order in self.books[event.instrument].orders}
            for name in (event.buy_order_id, event.sell_order_id):
                self.fill(orders[name], event.price_ticks, event.lots)
        elif isinstance(event, TransferBooked):
            way = {TransferStage.CREDITED: 1, TransferStage.RESERVED: -1, TransferStage.RELEASED: 1}
            of_member = event.scope == Scope.MEMBER
            deposits = self.member_deposits if of_member else self.deposits
            deposits[event.target] += way.get(event.stage, 0) * event.amount_fen
        elif isinstance(event, CommandDone) and event.command == MarkAccounts.KIND:
            self.mark()

    def enter(self, event: OrderEntered, session: int) -> None:
        """Take an accepted order; a net venue closes what is free, others what the flag says."""
        closing = 0 if event.offset == 0 else event.lots - event.other_lots
        if not self.image.settings.offset_flags:
            key = Key(event.trading_code, event.instrument, event.hedge, 1 - event.side)
            closing = min(self.positions.free(key, True, self.live), event.lots)
        self.books[event.instrument].orders.append(
            PlainOrder(
                sequence=event.order_id,
                own=event.client_order_id,
                session=session,
                code=event.trading_code,
                instrument=event.instrument,
                side=event.side,
                offset=event.offset,
                hedge=event.hedge,
                price=event.price_ticks,
                lots=event.lots,
                closing=closing,
                other=event.other_lots,
            )
        )

    def fill(self, order: PlainOrder, price: int, lots: int) -> None:
        """Book one side of a trade."""
        closing = min(lots, order.closing)
        self.fees[order.code] += self.tariff.trade_fee(order, price, lots)
        if closing:
            held = 1 - order.side
            key = Key(order.code, order.instrument, order.hedge, held)
            today = self.positions.takes_today(order.offset)
            cost = self.positions.close(key, today, closing, self.settlement[order.instrument])
            won = (price * closing - cost) * self.tariff.tick_value[order.instrument]
            if self.tariff.on:
                self.realised[order.code] += won if held == BUY else -won
        if lots > closing:
            key = Key(order.code, order.instrument, order.hedge, order.side)
            self.positions.open(key, price, lots - closing)
        order.fill(lots, closing)
        if order.lots == 0:
            self.books[order.instrument].orders.remove(order)

    def mark(self) -> None:
        """Count floating losses at the last prices."""
        if not self.tariff.on:
            return
        won = [0] * len(self.deposits)
        for key, held in self.positions.held.items():
            last, settlement = self.last[key.instrument], self.settlement[key.instrument]
            ticks = (last - settlement) * held.history + last * held.today - held.today_cost
            sign = 1 if key.side == BUY else -1
            won[key.code] += sign * ticks * self.tariff.tick_value[key.instrument]
        self.floating = [max(-result, 0) for result in won]

    def state(self) -> dict[str, Any]:
        """Return queues, positions and money by the keys of ``core_state.read_core``."""
        live = self.live
        margin = [self.tariff.margin_of(c, self.positions, live) for c in range(len(self.fees))]
        frozen = [self.tariff.frozen_fees(c, live) for c in range(len(self.fees))]
        used = [0] * len(self.member_deposits)
        for code, member in enumerate(self.member_of):
            used[member] += margin[code] + frozen[code] + self.fees[code]
        return {
            "queues": {
                (number, side): [(o.sequence >> 24, o.code, o.price, o.lots) for o in queue]
                for number, book in enumerate(self.books)
                for side in (BUY, SELL)
                if (queue := book.queue(side))
            },
            "positions": {
                tuple(key): (held.history, held.today, held.today_cost)
                for key, held in self.positions.held.items()
                if held.history or held.today
            },
            "money": list(
                zip(
                    self.deposits,
                    self.realised,
                    self.floating,
                    margin,
                    frozen,
                    self.fees,
                    strict=True,
                )
            ),
            "members": list(zip(self.member_deposits, used, strict=True)),
        }


def same_of_core(core: dict[str, Any]) -> dict[str, Any]:
    """Return what ``read_core`` gave, as far as the rebuilder tells it."""
    positions = {}
    for (code, instrument, hedge), values in core["positions"].items():
        for side in (BUY, SELL):
            cost, history, today = values[side], values[2 + side], values[4 + side]
            if history or today:
                positions[code, instrument, hedge, side] = (history, today, cost)
    return {
        "queues": {
            place: [(row[0], row[3], row[4], row[5]) for row in queue]
            for place, queue in core["queues"].items()
        },
        "positions": positions,
        "money": [row[:6] for row in core["accounts"]],
        "members": [row[:2] for row in core["members"]],
    }
