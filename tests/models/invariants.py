"""What must hold after every command (decisions, What always holds), by arithmetic of its own.

A watcher hears the events and looks at the arrays; it keeps its own list of live orders and shares
nothing with the core but the layout of its tables, and nothing with the plain exchange but the
search over all prices of an auction.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.messages import (
    AuctionUncrossed,
    CancelReason,
    CommandDone,
    CommandRefused,
    CommandRepeated,
    Event,
    OrderCancelled,
    OrderEntered,
    Phase,
    PhaseChanged,
    TradeExecuted,
    TransferBooked,
    TransferStage,
)
from huiguan.exchange.trading.state.rows import NO_ROW, State
from huiguan.foundation.refusals import Refusal
from tests.models.plain_auction import good_prices
from tests.trading_day import Told

PPB = 10**9
BUY, SELL, OPEN, CLOSE, CLOSE_TODAY = 0, 1, 0, 1, 3
CLOSERS_IN_FRONT = (1, 2, 4)
FROZEN = [f"{side}_{kind}_frozen" for side in ("long", "short") for kind in ("history", "today")]
SILENT = (
    Refusal.UNKNOWN_KIND,
    Refusal.UNKNOWN_SESSION,
    Refusal.SEQUENCE_GAP,
    Refusal.REPEAT_TOO_OLD,
)


@dataclass
class Watched:
    """A live order as the events tell it."""

    number: int
    code: int
    instrument: int
    side: int
    offset: int  # of the next lot
    price: int
    left: int
    other: int  # of them, lots that close the other kind
    in_front: bool  # at the day's limit price


class Watcher:
    """Raises AssertionError at the first command after which something does not hold."""

    def __init__(self, image: DayImage) -> None:
        """Begin with the morning."""
        self.image = image
        self.funds = image.settings.funds
        self.flags = image.settings.offset_flags
        rows = image.instruments
        self.lower = rows["lower_limit_ticks"].tolist()
        self.upper = rows["upper_limit_ticks"].tolist()
        self.group = rows["phase_group"].tolist()
        self.tick_value = rows["tick_value_fen"].tolist()
        fees = image.fees[["instrument", "hedge", "fee_class", "rate_ppb", "per_lot_fen"]]
        self.fee = {row[:3]: row[3:] for row in map(tuple, fees.tolist())}
        self.live: dict[int, Watched] = {}
        self.phase = dict.fromkeys(self.group, int(Phase.BEFORE_TRADING))
        self.fees: Counter[int] = Counter()
        self.moved: Counter[tuple[int, int]] = Counter()  # (scope, target): money in and out
        self.auction: dict[str, int] | None = None
        self.counted: list[int] = []
        self.seen: Counter[str] = Counter()
        self.interest = self.lots_held(image.positions["instrument"], image.positions["long_lots"])
        self.last_sequence = 0

    def check(self, state: State, told: list[Told], *, log_on: bool = False) -> None:
        """Check one frame of one command: its events, then the state it left."""
        traded: set[tuple[int, int]] = set()
        for one in told:
            self.hear(one, traded)
        assert self.auction is None, "an auction trades what it announced"
        self.check_outcome(state, told, log_on=log_on)
        self.check_books(state)
        self.check_stops(state, traded)
        self.check_self_trades(state, told)
        self.check_positions(state)
        if self.funds:
            self.check_money(state, told, traded)
        else:
            assert not state.accounts["margin_fen"].any()
            assert not state.accounts["frozen_fee_fen"].any()
            self.check_fees(state)
        self.check_deposits(state)

    # 3, 5, 6: what the events say

    def hear(self, one: Told, traded: set[tuple[int, int]]) -> None:
        """Follow one event."""
        event = one.event
        if isinstance(event, OrderEntered):
            assert event.order_id not in self.live
            assert event.order_id >> 24 == one.sequence
            self.live[event.order_id] = Watched(
                event.order_id,
                event.trading_code,
                event.instrument,
                event.side,
                event.offset,
                event.price_ticks,
                event.lots,
                event.other_lots,
                bool(self.flags and event.offset in CLOSERS_IN_FRONT and event.other_lots == 0),
            )
            self.hear_two_kinds(event)
        elif isinstance(event, OrderCancelled):
            order = self.live.pop(event.order_id)
            self.seen["cancels of self-trades"] += event.reason == CancelReason.SELF_TRADE
            assert event.lots == order.left > 0, "a cancel tells the rest"
        elif isinstance(event, PhaseChanged):
            self.phase[event.group] = event.phase
        elif isinstance(event, AuctionUncrossed):
            self.hear_auction(event)
        elif isinstance(event, TradeExecuted):
            self.hear_trade(event, one.sequence)
            traded |= {(event.instrument, event.buy_code), (event.instrument, event.sell_code)}
        elif isinstance(event, TransferBooked):
            self.hear_transfer(event)

    def hear_two_kinds(self, event: OrderEntered) -> None:
        """Check the split of an order that closes both kinds."""
        assert 0 <= event.other_lots < event.lots
        if event.other_lots:
            assert self.flags
            assert event.offset in (CLOSE, CLOSE_TODAY)
            first = "today" if event.offset == CLOSE_TODAY else "history"
            self.seen[f"closes of both kinds, {first} first"] += 1

    def line(self, order: Watched) -> tuple[int, int, int]:
        """Return an order's place: price, then close-outs first at the limit, then sequence."""
        edge = order.price in (self.lower[order.instrument], self.upper[order.instrument])
        front = edge and order.in_front
        return (-order.price if order.side == BUY else order.price, not front, order.number)

    def waiting(self, instrument: int, side: int) -> list[Watched]:
        """Return who waits, in line."""
        found = [o for o in self.live.values() if (o.instrument, o.side) == (instrument, side)]
        return sorted(found, key=self.line)

    def hear_auction(self, event: AuctionUncrossed) -> None:
        """Check that the price trades the largest volume and fills every better order (6)."""
        buys, sells = (
            [(o.price, o.left) for o in self.waiting(event.instrument, side)]
            for side in (BUY, SELL)
        )
        limits = self.lower[event.instrument], self.upper[event.instrument]
        most, good = good_prices(buys, sells, *limits)
        assert event.lots == most > 0
        assert event.price_ticks in good
        assert (event.lowest_ticks, event.highest_ticks) == (good[0], good[-1])
        assert self.phase[self.group[event.instrument]] in (Phase.AUCTION_MATCH, Phase.CONTINUOUS)
        self.auction = {"price": event.price_ticks, "left": event.lots}
        self.seen["auctions"] += 1

    def hear_trade(self, event: TradeExecuted, sequence: int) -> None:
        """Check a trade against the orders the events have told of (3, 5, 7)."""
        buy, sell = self.live[event.buy_order_id], self.live[event.sell_order_id]
        price, lots = event.price_ticks, event.lots
        assert 0 < lots <= min(buy.left - buy.other, sell.left - sell.other)
        assert sell.price <= price <= buy.price, "nobody trades worse than his limit"
        assert self.lower[event.instrument] <= price <= self.upper[event.instrument]
        assert (buy.side, sell.side) == (BUY, SELL)
        assert (buy.code, sell.code) == (event.buy_code, event.sell_code)
        assert (buy.offset, sell.offset) == (event.buy_offset, event.sell_offset)
        assert buy.instrument == sell.instrument == event.instrument
        if self.auction is not None:
            assert price == self.auction["price"]
            for order in (buy, sell):
                assert order is self.waiting(event.instrument, order.side)[0], "price, then time"
            self.auction["left"] -= lots
            if self.auction["left"] == 0:
                self.auction = None
        else:
            assert self.phase[self.group[event.instrument]] == Phase.CONTINUOUS
            taker, maker = (buy, sell) if buy.number >> 24 == sequence else (sell, buy)
            assert taker.number >> 24 == sequence
            others = [o for o in self.waiting(event.instrument, maker.side) if o is not taker]
            assert maker is others[0], "an older or better order was passed over"
        for order, offset, hedge in (
            (buy, event.buy_offset, event.buy_hedge),
            (sell, event.sell_offset, event.sell_hedge),
        ):
            self.pay(order, offset, hedge, price, lots)
            order.left -= lots
            if order.left == order.other > 0:
                order.offset = CLOSE if order.offset == CLOSE_TODAY else CLOSE_TODAY
                order.other = 0
                self.seen["turns to the other kind"] += 1
            if order.left == 0:
                del self.live[order.number]
            else:
                self.seen["partial fills"] += 1
        self.seen["trades"] += 1
        self.seen["trades at a limit price"] += price in (
            self.lower[event.instrument],
            self.upper[event.instrument],
        )
        self.seen["closes of today"] += CLOSE_TODAY in (event.buy_offset, event.sell_offset)
        self.seen["trades with oneself"] += buy.code == sell.code
        if self.flags:
            opens = (event.buy_offset == OPEN) + (event.sell_offset == OPEN)
            self.interest[event.instrument] += (opens - 1) * lots

    def pay(self, order: Watched, offset: int, hedge: int, price: int, lots: int) -> None:
        """Add up the fees of the day."""
        kind = 0 if offset == OPEN or not self.flags else (2 if offset == CLOSE_TODAY else 1)
        rate, per_lot = self.fee[order.instrument, hedge, kind]
        value = price * self.tick_value[order.instrument] * lots
        self.fees[order.code] += (2 * value * rate + PPB) // (2 * PPB) + per_lot * lots

    def hear_transfer(self, event: TransferBooked) -> None:
        """Follow money between ledger and core."""
        way = {TransferStage.CREDITED: 1, TransferStage.RESERVED: -1, TransferStage.RELEASED: 1}
        self.moved[event.scope, event.target] += way.get(event.stage, 0) * event.amount_fen

    # 12: sequences and outcomes

    def check_outcome(self, state: State, told: list[Told], *, log_on: bool) -> None:
        """Check that the command had exactly one outcome and its session counts 1, 2, 3."""
        outcomes = [one for one in told if is_outcome(one.event)]
        assert len(outcomes) == 1, told
        assert told[-1].sequence == self.last_sequence + 1
        assert {one.sequence for one in told} == {self.last_sequence + 1}
        self.last_sequence += 1
        (outcome,) = outcomes
        counted = state.sessions["client_sequence"].tolist()
        if not self.counted:
            self.counted = [0] * len(counted)
        refused = isinstance(outcome.event, CommandRefused) and outcome.event.refusal in SILENT
        changes = [n for n, (a, b) in enumerate(zip(self.counted, counted, strict=True)) if a != b]
        if log_on:
            assert all(counted[n] == 0 for n in changes)
        elif changes:
            assert changes == [outcome.session]
            assert counted[outcome.session] == self.counted[outcome.session] + 1
            assert counted[outcome.session] == outcome.client_sequence
        else:
            repeated = isinstance(outcome.event, CommandRepeated)
            assert outcome.session == 0 or refused or repeated
        self.counted = counted

    # 4, 7: books and stops

    def check_books(self, state: State) -> None:
        """Check every level, the best one, the orders and their names against the events."""
        found = {}
        best: dict[tuple[int, int], int | None] = {}
        for place, side in enumerate(state.sides):
            instrument, which = divmod(place, 2)
            first, size = int(side["first"]), int(side["size"])
            levels = state.levels[first : first + size]
            used = np.flatnonzero(levels["head"] != NO_ROW)
            assert int(side["best"]) == (int(used[0]) if len(used) else size)
            queue = []
            for depth in used.tolist():
                ahead, row, lots = NO_ROW, int(levels["head"][depth]), 0
                while row != NO_ROW:
                    order = state.orders[row]
                    assert int(order["ahead"]) == ahead
                    assert int(order["level"]) == first + depth
                    assert int(order["order_id"]) & 0xFFFFFF == row
                    queue.append(int(order["order_id"]))
                    found[int(order["order_id"])] = int(order["lots"])
                    lots += int(order["lots"])
                    ahead, row = row, int(order["behind"])
                assert int(levels["tail"][depth]) == ahead
                assert int(levels["lots"][depth]) == lots > 0
            assert not levels["lots"][levels["head"] == NO_ROW].any()
            assert int(side["orders"]) == len(queue)
            assert queue == [order.number for order in self.waiting(instrument, which)]
            best[instrument, which] = self.live[queue[0]].price if queue else None
        assert found == {order.number: order.left for order in self.live.values()}
        assert len(found) == int(state.core["live_orders"][0])
        named = state.orders["client_order_id"][state.orders["order_id"] != 0]
        assert np.count_nonzero(named) == np.count_nonzero(state.own_names)
        for order in self.live.values():
            assert self.lower[order.instrument] <= order.price <= self.upper[order.instrument]
        for instrument, group in enumerate(self.group):
            halted = state.instruments["halted"][instrument]
            buy, sell = best[instrument, BUY], best[instrument, SELL]
            if self.phase[group] == Phase.CONTINUOUS and not halted and None not in (buy, sell):
                assert buy < sell, "a book is crossed in continuous trading"  # type: ignore[operator]
            if self.phase[group] == Phase.CLOSED:
                assert buy is None
                assert sell is None

    def check_stops(self, state: State, traded: set[tuple[int, int]]) -> None:
        """Check that nobody stopped and nothing halted has traded or still waits."""
        for instrument, code in traded:
            assert not state.instruments["halted"][instrument]
            assert not self.killed(state, code)
        for order in self.live.values():
            assert not self.killed(state, order.code), "a stopped order waits"

    @staticmethod
    def check_self_trades(state: State, told: list[Told]) -> None:
        """Check that a session that chose so has not traded with its own holder's orders."""
        holders, chosen = state.accounts["holder"], state.sessions["self_trade"]
        for one in told:
            event = one.event
            if isinstance(event, TradeExecuted) and one.session and chosen[one.session]:
                assert holders[event.buy_code] != holders[event.sell_code]
            if isinstance(event, OrderCancelled) and event.reason == CancelReason.SELF_TRADE:
                assert chosen[one.session], "nobody asked for that"

    @staticmethod
    def killed(state: State, code: int) -> bool:
        """Return whether a code, or its member, is stopped."""
        account = state.accounts[code]
        return bool(account["killed"] or state.members["killed"][account["member"]])

    # 2: positions

    def lots_held(self, instruments: np.ndarray, lots: np.ndarray) -> list[int]:
        """Return lots summed by contract."""
        totals = np.zeros(len(self.group), np.int64)
        np.add.at(totals, instruments, lots)
        result: list[int] = totals.tolist()
        return result

    def check_positions(self, state: State) -> None:
        """Check that long is short, nothing is negative, and frozen is what orders will close."""
        rows = state.positions[state.positions["key"] != 0]
        instruments = (rows["key"] - 1) // 4 % len(self.group)
        long = self.lots_held(instruments, rows["long_history"] + rows["long_today"])
        short = self.lots_held(instruments, rows["short_history"] + rows["short_today"])
        assert long == short, "what is held long is held short"
        if self.flags:
            assert long == self.interest, "open interest follows the offset flags of trades"
        for name in rows.dtype.names or ():
            assert (rows[name] >= 0).all() or name.endswith("cost")
        for name in ("long_history", "short_history", "long_today", "short_today"):
            assert (rows[f"{name}_frozen"] <= rows[name]).all(), "more is promised than held"
        frozen = sum(int(rows[name].sum()) for name in rows.dtype.names if "frozen" in name)
        used = state.orders[state.orders["order_id"] != 0]
        other = {order.number: order.other for order in self.live.values()}
        assert frozen == int(used["closing_lots"].sum()) + sum(other.values())
        assert (used["closing_lots"] <= used["lots"]).all()
        assert int(state.core["two_kinds"][0]) == sum(lots > 0 for lots in other.values())
        self.check_frozen(rows, used)

    def check_frozen(self, rows: np.ndarray, used: np.ndarray) -> None:
        """Check the frozen lots of every position and kind against what orders say they close."""
        if not self.flags:
            return
        promised: Counter[tuple[int, str]] = Counter()
        names = ["order_id", "trading_code", "instrument", "hedge", "side", "closing_lots"]
        for number, code, instrument, hedge, side, closing in used[names].tolist():
            key, held = (code * len(self.group) + instrument) * 4 + hedge + 1, ("short", "long")
            now, then = ("today", "history")[
                :: 1 if self.live[number].offset == CLOSE_TODAY else -1
            ]
            promised[key, f"{held[side]}_{now}_frozen"] += closing
            promised[key, f"{held[side]}_{then}_frozen"] += self.live[number].other
        for key, *lots in rows[["key", *FROZEN]].tolist():
            assert lots == [promised[key, name] for name in FROZEN]

    # 1, 8: money

    def check_money(self, state: State, told: list[Told], traded: set[tuple[int, int]]) -> None:
        """Check margin and frozen money against holdings and orders, and that nothing is lost."""
        accounts = state.accounts
        margin, frozen = self.what_is_needed(state)
        assert accounts["margin_fen"].tolist() == margin
        assert accounts["frozen_fee_fen"].tolist() == frozen
        self.check_fees(state)
        needs = [
            sum(row) for row in zip(margin, frozen, accounts["fees_fen"].tolist(), strict=True)
        ]
        by_member: Counter[int] = Counter()
        for member, need in zip(accounts["member"].tolist(), needs, strict=True):
            by_member[member] += need
        used = [by_member[member] for member in range(len(state.members))]
        assert state.members["used_fen"].tolist() == used
        self.check_zero_sum(state)
        equity = accounts["deposit_fen"] + accounts["realised_fen"] - accounts["floating_loss_fen"]
        available = equity - np.array(needs)
        for one in told:
            event = one.event
            if not isinstance(event, OrderEntered) or not self.flags or event.offset != OPEN:
                continue
            if (event.instrument, event.trading_code) not in traded:
                assert available[event.trading_code] >= 0, "accepted without money"

    def check_fees(self, state: State) -> None:
        """Check that every trade side paid its fee, whether money is checked or not."""
        charged = state.accounts["fees_fen"].tolist()
        assert charged == [self.fees[code] for code in range(len(charged))]

    def what_is_needed(self, state: State) -> tuple[list[int], list[int]]:
        """Return margin and frozen fees of every code, from positions and live orders."""
        sums: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
        frozen: Counter[int] = Counter()
        margin = {
            row[:3]: row[3]
            for row in self.image.margins[["instrument", "side", "hedge", "margin_fen"]].tolist()
        }
        groups = [self.image.instruments[f"{s}_relief_group"].tolist() for s in ("long", "short")]
        count = len(self.group)
        names = ["key", "long_history", "long_today", "short_history", "short_today"]
        for key, *lots in state.positions[state.positions["key"] != 0][names].tolist():
            code, rest = divmod(key - 1, count * 4)
            instrument, hedge = divmod(rest, 4)
            for side in (BUY, SELL):
                held = lots[2 * side] + lots[2 * side + 1]
                amount = held * margin[instrument, side, hedge]
                sums[code, groups[side][instrument]][side] += amount
        names = ["order_id", "trading_code", "instrument", "side", "hedge", "price_ticks", "lots"]
        used = state.orders[state.orders["order_id"] != 0]
        for number, code, instrument, side, hedge, price, lots, closing in used[
            [*names, "closing_lots"]
        ].tolist():
            opening = lots - closing - self.live[number].other
            amount = opening * margin[instrument, side, hedge]
            sums[code, groups[side][instrument]][side] += amount
            rate, per_lot = self.fee[instrument, hedge, 0]
            highest = price if side == BUY else self.upper[instrument]
            fee = per_lot - (-highest * self.tick_value[instrument] * rate // PPB)
            frozen[code] += opening * fee
        total: Counter[int] = Counter()
        for (code, _), pair in sums.items():
            total[code] += max(pair)
        codes = range(len(state.accounts))
        return [total[code] for code in codes], [frozen[code] for code in codes]

    def check_zero_sum(self, state: State) -> None:
        """Check that what some have won others have lost, everything valued at settlement."""
        rows = state.positions[state.positions["key"] != 0]
        instruments = (rows["key"] - 1) // 4 % len(self.group)
        settlement = self.image.instruments["previous_settlement_ticks"][instruments].astype(
            np.int64
        )
        value = self.image.instruments["tick_value_fen"][instruments]
        ticks = settlement * rows["long_today"] - rows["long_today_cost"]
        ticks -= settlement * rows["short_today"] - rows["short_today_cost"]
        open_result = int((ticks * value).sum())
        assert int(state.accounts["realised_fen"].sum()) + open_result == 0, "money came or went"

    def check_deposits(self, state: State) -> None:
        """Check every deposit against the image and the transfers that were told."""
        for scope, rows, table in (
            (0, state.accounts, self.image.trading_codes),
            (1, state.members, self.image.members),
        ):
            expected = [
                d + self.moved[scope, n] for n, d in enumerate(table["deposit_fen"].tolist())
            ]
            assert rows["deposit_fen"].tolist() == expected


def is_outcome(event: Event) -> bool:
    """Return whether an event is the one answer to a command."""
    if isinstance(event, OrderCancelled):
        return event.reason == CancelReason.OWNER
    kinds = (OrderEntered, CommandRefused, CommandRepeated, CommandDone, TransferBooked)
    return isinstance(event, kinds)
