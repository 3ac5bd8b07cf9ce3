"""Everybody who trades, a moment's commands at a time, built with whole columns.

Makers keep quotes on both sides of a price that wanders; takers hit them, or wait near it; hedgers
open within their quota; holders close what they opened, today or earlier. They see public prices
(here: the wandering price that everybody has an opinion about) and their own orders and fills.
"""

from typing import NamedTuple

import numpy as np

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.keys import split_key
from huiguan.exchange.messages import (
    COMMAND_HEADER,
    LAYOUTS,
    MESSAGE_BYTES,
    ORDER_ROW_MASK,
    VERSION,
    CancelOrder,
    EnterOrder,
    Hedge,
    Offset,
    TimeInForce,
)
from huiguan.exchange.phases import ORDERS, PLAIN_ORDERS, allows
from huiguan.simulation.chance import Lottery, one_in, stream
from huiguan.simulation.market.clock import Moment
from huiguan.simulation.market.people import Role, roles_in, traders_in
from huiguan.simulation.market.prices import Prices
from huiguan.simulation.market.view import (
    LONG_HISTORY,
    LONG_TODAY,
    SHORT_HISTORY,
    View,
)

LEVELS, MAKERS_EACH = 3, 2
SLOTS_EACH = LEVELS * MAKERS_EACH * 2  # quotes of makers in one instrument
QUOTE_NAMES = 1 << 40  # own order ids of quotes begin here
CLOSE_FROM_LOTS = 40  # a maker closes where it holds so much


def entries(count: int) -> np.ndarray:
    """Return ``count`` rows of ``EnterOrder``: limit, day, one lot, open, everything else zero."""
    rows = np.zeros(count, LAYOUTS[EnterOrder.KIND])
    rows["kind"], rows["version"], rows["lots"] = EnterOrder.KIND, VERSION, 1
    return rows


def cancels(count: int) -> np.ndarray:
    """Return ``count`` rows of ``CancelOrder``."""
    rows = np.zeros(count, LAYOUTS[CancelOrder.KIND])
    rows["kind"], rows["version"] = CancelOrder.KIND, VERSION
    return rows


def as_bytes(rows: np.ndarray) -> np.ndarray:
    """Return rows of any layout as 64 bytes each; choose among rows in this form only.

    Indexing rows of a layout copies their fields and leaves chance bytes between them.
    """
    return rows.view(np.uint8).reshape(-1, MESSAGE_BYTES)


class Open(NamedTuple):
    """What can be traded at a moment."""

    lottery: Lottery  # over instruments, by how busy they are
    instruments: np.ndarray  # bool
    auction: np.ndarray  # bool: in a call auction


def favourites(takers: np.ndarray, products: int) -> np.ndarray:
    """Return for each product the codes that trade it: everybody trades two products, or all."""
    place = np.arange(len(takers))
    own = [(place % products == p) | (place * 7 % (products + 2) == p) for p in range(products)]
    most = max(int(chosen.sum()) for chosen in own)
    return np.stack([np.resize(takers[chosen], most) for chosen in own])


class Crowd:
    """The ordinary participants of one day."""

    def __init__(
        self, image: DayImage, prices: Prices, seed: int, clients: int | None = None
    ) -> None:
        """Begin a day; the same image and seed give the same commands for the same events.

        Of takers and hedgers ``clients`` trade; None: all.
        """
        self.image, self.prices, self.view = image, prices, View(image)
        self._chance = stream(seed, "crowd", image.settings.trading_day)
        roles = roles_in(image)
        self._product = image.instruments["product"].astype(np.int64)
        trading = traders_in(image, clients)
        self.takers = np.flatnonzero((roles == Role.TAKER) & trading)
        self._takers = favourites(self.takers, len(image.names.products))
        self.view.forget(~trading)
        makers = np.flatnonzero(roles == Role.MAKER)
        slots = np.arange(len(image.instruments) * SLOTS_EACH)
        self._slot_code = makers[(slots // SLOTS_EACH * MAKERS_EACH + slots % 2) % len(makers)]
        self._slot_order = np.zeros(len(slots), np.int64)
        self._slot_name = np.zeros(len(slots), np.int64)
        codes, member = len(image.trading_codes), image.trading_codes["member"].astype(np.int64)
        self.session = 1 + 2 * member + (roles == Role.MAKER)
        self.up = np.ones(image.settings.session_capacity, bool)
        self._multiple = np.maximum(image.instruments["lots_multiple"], 1).astype(np.int64)
        first_code = np.zeros(int(image.trading_codes["holder"].max()) + 1, np.int64)
        first_code[image.trading_codes["holder"][::-1]] = np.arange(codes)[::-1]
        quotas = image.holder_limits[image.holder_limits["short_quota_lots"] > 0]
        own = trading[first_code[quotas["holder"]]]
        self._hedger = first_code[quotas["holder"]][own]
        self._hedged = quotas["instrument"].astype(np.int64)[own]
        self._name = 0  # own order ids given so far
        self._moment = 0

    def names(self, count: int) -> np.ndarray:
        """Return fresh own order ids."""
        self._name += count
        return np.arange(self._name - count + 1, self._name + 1)

    def open_at(self, moment: Moment) -> Open:
        """Return what can be traded at a moment, or nothing open at all."""
        phase = moment.phases[self.image.instruments["phase_group"]]
        auction, instruments = allows(PLAIN_ORDERS, phase), allows(ORDERS, phase)
        return Open(Lottery(self.prices.weights * instruments), instruments, auction)

    def commands(self, moment: Moment, count: int) -> list[np.ndarray]:
        """Return about ``count`` commands, as blocks of 64-byte rows."""
        self._moment += 1
        market = self.open_at(moment)
        return [
            *self._quote(market, count // 4),
            self._take(market, count * 24 // 100),
            self._close(market, count * 18 // 100),
            self._hedge(market, count // 50),
            self._withdraw(market, count * 9 // 100),
        ]

    def heard(self, rows: np.ndarray) -> np.ndarray:
        """Return the commands (64 bytes each) whose line is up; the others never arrive."""
        heads = rows.reshape(-1).view(COMMAND_HEADER)
        kept: np.ndarray = rows[self.up[heads["session"]]]
        return kept

    def learn(self, events: np.ndarray) -> None:
        """Take the events of the moment."""
        entered = self.view.learn(events)
        quotes = entered[entered["client_order_id"] >= QUOTE_NAMES]
        slots = (quotes["client_order_id"] - QUOTE_NAMES) % len(self._slot_order)
        self._slot_order[slots] = quotes["order_id"]
        self._slot_name[slots] = quotes["client_order_id"]

    def _fill(self, rows: np.ndarray, code: np.ndarray, instrument: np.ndarray) -> None:
        rows["trading_code"], rows["instrument"] = code, instrument
        rows["session"] = self.session[code]

    def _priced(self, instrument: np.ndarray, ticks: np.ndarray) -> np.ndarray:
        """Return prices cut to the limits of the day."""
        terms = self.image.instruments[instrument]
        cut: np.ndarray = np.clip(ticks, terms["lower_limit_ticks"], terms["upper_limit_ticks"])
        return cut

    def _lots(self, instrument: np.ndarray, most: int) -> np.ndarray:
        """Return order sizes, small ones more often, in multiples where the rule asks."""
        first, second = self._chance.integers(0, most, (2, len(instrument)))
        multiple = self._multiple[instrument]
        lots: np.ndarray = (1 + first * second // (most * multiple)) * multiple
        return lots

    def _quote(self, market: Open, count: int) -> list[np.ndarray]:
        """Renew quotes: the old one is cancelled, a new one enters around the price of now."""
        chance, prices = self._chance, self.prices
        instrument = market.lottery.draw(chance, count)
        slots = np.unique(instrument * SLOTS_EACH + chance.integers(0, SLOTS_EACH, count))
        instrument = slots // SLOTS_EACH
        code, side = self._slot_code[slots], slots // MAKERS_EACH % 2
        order = self._slot_order[slots]
        alive = (order != 0) & (self.view.order_id[order & ORDER_ROW_MASK] == order)
        gone = cancels(int(alive.sum()))
        gone["session"] = self.session[code[alive]]
        own = one_in(chance, len(gone), 4)  # some name the order by their own id
        gone["order_id"] = np.where(own, 0, order[alive])
        gone["client_order_id"] = np.where(own, self._slot_name[slots[alive]], 0)
        sign = np.where(side == 0, -1, 1)
        half = prices.half_spread[instrument]
        depth = half + half * (slots // (2 * MAKERS_EACH) % LEVELS) + chance.integers(0, 2 + half)
        ticks = prices.ticks[instrument] + sign * depth
        terms = self.image.instruments[instrument]
        inside = (ticks >= terms["lower_limit_ticks"]) & (ticks <= terms["upper_limit_ticks"])
        rows = entries(len(slots))
        self._fill(rows, code, instrument)
        rows["client_order_id"] = QUOTE_NAMES + self._moment * len(self._slot_order) + slots
        rows["side"], rows["price_ticks"], rows["hedge"] = side, ticks, Hedge.MARKET_MAKER
        rows["lots"] = self._lots(instrument, 16) + self._multiple[instrument]
        self._close_first(rows)
        return [as_bytes(gone), as_bytes(rows)[inside]]

    def _close_first(self, rows: np.ndarray) -> None:
        """Let makers close what they hold on the other side, where it is much."""
        key = self.view.key(rows["trading_code"], rows["instrument"], rows["hedge"])
        other = np.where(rows["side"] == 0, SHORT_HISTORY, LONG_HISTORY)
        for step, offset in ((0, Offset.CLOSE_YESTERDAY), (LONG_TODAY, Offset.CLOSE_TODAY)):
            multiple = self._multiple[rows["instrument"]]
            held = self.view.held[other + step, key]
            much = (held >= CLOSE_FROM_LOTS * multiple) & (rows["offset"] == Offset.OPEN)
            rows["offset"][much] = offset

    def _take(self, market: Open, count: int) -> np.ndarray:
        """Let takers cross the spread (day, FAK, FOK, FAK with a minimum), or wait near it."""
        chance, prices = self._chance, self.prices
        instrument = market.lottery.draw(chance, count)
        rows = entries(count)
        taker = chance.integers(0, self._takers.shape[1], count)
        self._fill(rows, self._takers[self._product[instrument], taker], instrument)
        rows["client_order_id"] = self.names(count)
        side = chance.integers(0, 2, count)
        kind = chance.integers(0, 100, count)
        sign = np.where(side == 0, 1, -1)
        half = prices.half_spread[instrument]
        passive = (kind >= 40) & (kind < 65)
        reach = np.where(
            passive, -chance.integers(0, 1 + 3 * half), chance.integers(half, 4 * half)
        )
        rows["side"] = side
        rows["price_ticks"] = self._priced(instrument, prices.ticks[instrument] + sign * reach)
        rows["lots"] = self._lots(instrument, 12) * np.where(one_in(chance, count, 40), 8, 1)
        rows["hedge"] = one_in(chance, count, 20) * Hedge.ARBITRAGE
        force = np.select([kind < 65, kind < 82, kind < 94], [0, 1, 2], 1)
        rows["time_in_force"] = force
        rows["minimum_lots"] = np.where(kind >= 94, self._multiple[instrument], 0)
        calm = market.auction[instrument] & ~one_in(chance, count, 60)
        rows["time_in_force"][calm], rows["minimum_lots"][calm] = TimeInForce.DAY, 0
        return as_bytes(rows)

    def _close(self, market: Open, count: int) -> np.ndarray:
        """Let holders close a part of what they hold, today's or history."""
        chance, view = self._chance, self.view
        key = view.remembered[chance.integers(0, len(view.remembered), count)]
        code, instrument, hedge = split_key(key, view.instruments)
        held = view.held[:, key]
        kinds = chance.integers(0, 4, count)
        kinds = np.where(held[kinds, np.arange(count)] > 0, kinds, held.argmax(axis=0))
        multiple = self._multiple[instrument]
        lots = np.minimum(held[kinds, np.arange(count)], multiple + chance.integers(0, 24, count))
        lots = lots // multiple * multiple
        rows = entries(count)
        self._fill(rows, code, instrument)
        side = np.where(kinds % 2 == 0, 1, 0)  # a long position is closed by selling
        rows["side"], rows["hedge"], rows["lots"] = side, hedge, lots
        usual = np.where(one_in(chance, count, 2), Offset.CLOSE, Offset.CLOSE_YESTERDAY)
        rows["offset"] = np.where(kinds >= LONG_TODAY, Offset.CLOSE_TODAY, usual)
        half = self.prices.half_spread[instrument]
        reach = chance.integers(half, 4 * half) * np.where(side == 0, 1, -1)
        rows["price_ticks"] = self._priced(instrument, self.prices.ticks[instrument] + reach)
        rows["client_order_id"] = self.names(count)
        at_once = one_in(chance, count, 2) & ~market.auction[instrument]
        rows["time_in_force"] = at_once * TimeInForce.FAK
        kept: np.ndarray = as_bytes(rows)[market.instruments[instrument] & (lots > 0)]
        return kept

    def _hedge(self, market: Open, count: int) -> np.ndarray:
        """Let hedgers sell (or buy) forward within their quota, mostly."""
        if not len(self._hedger):
            return as_bytes(entries(0))
        chance = self._chance
        chosen = chance.integers(0, len(self._hedger), count)
        instrument = self._hedged[chosen]
        rows = entries(count)
        self._fill(rows, self._hedger[chosen], instrument)
        side = 1 - one_in(chance, count, 4)
        half = self.prices.half_spread[instrument]
        reach = chance.integers(-half, 2 * half) * np.where(side == 0, 1, -1)
        rows["side"], rows["hedge"] = side, Hedge.HEDGE
        rows["price_ticks"] = self._priced(instrument, self.prices.ticks[instrument] + reach)
        rows["lots"] = self._lots(instrument, 12)
        rows["client_order_id"] = self.names(count)
        kept: np.ndarray = as_bytes(rows)[market.instruments[instrument]]
        return kept

    def _withdraw(self, market: Open, count: int) -> np.ndarray:
        """Cancel some of the orders that wait."""
        live = self.view.live_rows(market.instruments)
        if not len(live):
            return as_bytes(cancels(0))
        chosen = np.unique(
            live[self._chance.integers(0, len(live), min(count, len(live) // 6 + 1))]
        )
        rows = cancels(len(chosen))
        rows["session"] = self.view.session[chosen]
        rows["order_id"] = self.view.order_id[chosen]
        return as_bytes(rows)


class Numbers:
    """Client sequences: each session's rise by one in the order of the rows."""

    def __init__(self, sessions: int) -> None:
        self.last = np.zeros(sessions, np.int64)

    def give(self, rows: np.ndarray) -> None:
        """Give numbers to the rows of sessions (session above 0), in place."""
        heads = rows.reshape(-1).view(COMMAND_HEADER)
        own = np.flatnonzero(heads["session"] > 0)
        session = heads["session"][own]
        order = np.argsort(session, kind="stable")
        ranked = session[order]
        first = np.searchsorted(ranked, ranked)
        number = self.last[ranked] + 1 + np.arange(len(ranked)) - first
        heads["client_sequence"][own[order]] = number
        np.maximum.at(self.last, ranked, number)
