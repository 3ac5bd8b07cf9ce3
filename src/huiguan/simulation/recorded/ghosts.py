"""Recorded quotes as liquidity: what a house account sends so that the record stands in the book.

Ghost orders stand at the recorded levels with the recorded lots. From one tick to the next the
difference is entered or cancelled, youngest first, so that what was there first stays in front; a
recorded trade takes what stands at its price by a ghost order from the other side. A client's order
waits behind what was recorded when it came. ``docs/explanation/recorded-liquidity.md`` has the
arithmetic, figure by figure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from huiguan.exchange.messages import (
    EVENT_HEADER_ROW,
    LAYOUTS,
    CancelOrder,
    CommandRefused,
    EnterOrder,
    Hedge,
    LogOn,
    Offset,
    OrderCancelled,
    OrderEntered,
    Phase,
    PriceType,
    Side,
    TimeInForce,
    TradeExecuted,
    encode,
)
from huiguan.floor.files.day_orders import MOST_FAULTS, Reader
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.values import decimal
from huiguan.storage.market.recorded.ticks import depth_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import polars as pl

    from huiguan.exchange.day.image import DayImage


HEARD = [event.KIND for event in (OrderEntered, TradeExecuted, OrderCancelled, CommandRefused)]


class Place(NamedTuple):
    """A price on one side of the book."""

    side: int
    price: int  # ticks


class Tick(NamedTuple):
    """One recorded quote: its levels, and what traded since the tick before."""

    time_ns: int
    instrument: int
    levels: Mapping[Place, int]  # lots
    depth: int  # levels a side that the recording has
    last: int  # ticks
    traded: int  # lots
    turnover_ticks: int  # sum of price in ticks x lots; 0: not recorded

    @property
    def crossed(self) -> bool:
        """Return whether the best buy is not below the best sell: such a tick is no quote."""
        bid, ask = best(self.levels, Side.BUY), best(self.levels, Side.SELL)
        return bid is not None and ask is not None and bid >= ask


class Taken(NamedTuple):
    """Lots that traded at a price, against what stood there."""

    place: Place  # of the orders that waited
    lots: int


def best(levels: Mapping[Place, int], side: int) -> int | None:
    """Return the best price of a side: the highest buy, the lowest sell."""
    prices = [place.price for place in levels if place.side == side]
    return (max(prices) if side == Side.BUY else min(prices)) if prices else None


def better(place: Place, price: int) -> bool:
    """Return whether orders at a place trade before those of the same side at ``price``."""
    return place.price > price if place.side == Side.BUY else place.price < price


def recorded_trades(before: Tick, now: Tick) -> list[Taken]:
    """Return where the lots between two ticks traded.

    With a turnover whose average lies from the bid to the ask before, they split over these two so
    that the turnover comes out as near as whole lots allow; else all traded at the last price. A
    price nearer to the ask than to the bid before took sells, any other took buys.
    """
    if not now.traded:
        return []
    bid, ask = best(before.levels, Side.BUY), best(before.levels, Side.SELL)
    if bid is None or ask is None:
        side = Side.BUY if ask is None else Side.SELL
        return [Taken(Place(side, now.last), now.traded)]
    over = now.turnover_ticks - bid * now.traded
    if now.turnover_ticks and 0 <= over <= (ask - bid) * now.traded:
        at_ask = (2 * over + ask - bid) // (2 * (ask - bid))  # to the nearest lot
        split = [(Side.BUY, bid, now.traded - at_ask), (Side.SELL, ask, at_ask)]
        return [Taken(Place(side, price), lots) for side, price, lots in split if lots]
    side = Side.SELL if 2 * now.last > bid + ask else Side.BUY
    return [Taken(Place(side, now.last), now.traded)]


def changes(standing: Mapping[Place, int], tick: Tick) -> dict[Place, int]:
    """Return by how many lots each place has to grow or shrink to be as the tick says.

    What lies behind the last recorded level is out of sight and stays as it was last seen; a side
    with fewer levels than the recording has room for is seen whole.
    """
    found = {}
    for side in Side:
        seen = {place: lots for place, lots in tick.levels.items() if place.side == side}
        worst = None
        if len(seen) >= tick.depth:
            prices = [place.price for place in seen]
            worst = min(prices) if side == Side.BUY else max(prices)
        up = 1 if side == Side.BUY else -1
        limit = None if worst is None else up * worst
        for place, lots in standing.items():  # the longest loop here: numbers, not names
            if place[0] == side and (limit is None or up * place[1] > limit) and place not in seen:
                found[place] = -lots
        for place, lots in seen.items():
            if lots != standing.get(place, 0):
                found[place] = lots - standing.get(place, 0)
    return found


def ticks_of(image: DayImage, quotes: pl.DataFrame) -> list[Tick]:
    """Return the rows of a quote file that fall in continuous trading of contracts of the day.

    Raises ``InputFault`` where there is none, and names the rows whose price is between two ticks.
    """
    reader, faults, found = Reader(image), [], []
    depth = depth_of(quotes)
    columns = quotes.to_dict(as_series=False)
    for row, (contract, time_ns) in enumerate(
        zip(columns["contract"], columns["time_ns"], strict=True)
    ):
        instrument = reader.contracts.get(contract)
        if instrument is None or not trades_on(image, instrument, time_ns):
            continue
        try:
            found.append(tick_of(reader, instrument, columns, row, depth))
        except InputFault as fault:
            faults.append(f"row {row + 1}, {contract}: {fault}")
    if faults:
        more = f"; and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
        raise InputFault("quotes that cannot be used: " + "; ".join(faults[:MOST_FAULTS]) + more)
    if not found:
        raise InputFault(
            "no quote falls in continuous trading of a contract of this day, so none would stand in"
            " the book; open the day of the recording, or record the contracts of this day"
        )
    return found


def trades_on(image: DayImage, instrument: int, time_ns: int) -> bool:
    """Return whether a contract is in continuous trading at a moment, by the schedule."""
    rows = image.phases
    own = rows[rows["group"] == image.instruments["phase_group"][instrument]]
    place = int(np.searchsorted(own["time_ns"], time_ns, side="right")) - 1
    return place >= 0 and int(own["phase"][place]) == Phase.CONTINUOUS


def tick_of(
    reader: Reader, instrument: int, columns: Mapping[str, list[Any]], row: int, depth: int
) -> Tick:
    """Return one row of a quote file in ticks of the day."""
    levels: dict[Place, int] = {}
    for side, name in ((Side.BUY, "bid"), (Side.SELL, "ask")):
        for level in range(1, depth + 1):
            text = columns[f"{name}_price_{level}"][row]
            if text is not None:
                price = reader.ticks(instrument, text)
                levels[Place(side, price)] = int(columns[f"{name}_lots_{level}"][row])
    last = columns["last_price"][row]
    traded = int(columns["traded_lots"][row])
    value = int(reader.image.instruments["tick_value_fen"][instrument])
    fen = decimal(columns["traded_turnover"][row] or "0", "turnover").scaleb(2)
    return Tick(
        time_ns=columns["time_ns"][row],
        instrument=instrument,
        levels=levels,
        depth=depth,
        last=0 if last is None else reader.ticks(instrument, last),
        traded=0 if last is None else traded,
        turnover_ticks=int(fen / value) if value else 0,
    )


class Pieces(NamedTuple):
    """What a growth of a level is entered in: orders front to back, each of one end."""

    lots: list[int]


def plan(ticks: Sequence[Tick]) -> dict[tuple[int, Place], Pieces]:
    """Return how the growth of each level at each tick is split into orders.

    An order can only be cancelled whole, and a new one stands behind everybody. So lots that will
    be cancelled together are an order of their own: the record is run through once, with nobody
    else in the market, and every growth is cut where a later fall ends in it.
    """
    found: dict[tuple[int, Place], Pieces] = {}
    queues: dict[int, dict[Place, list[tuple[Pieces, int]]]] = defaultdict(dict)
    totals: dict[int, dict[Place, int]] = defaultdict(dict)
    before: dict[int, Tick] = {}
    for number, tick in enumerate(ticks):
        book, standing = queues[tick.instrument], totals[tick.instrument]
        if tick.instrument in before:
            for place, lots in recorded_trades(before[tick.instrument], tick):
                for gone in [p for p in book if p.side == place.side and better(p, place.price)]:
                    del book[gone], standing[gone]
                if place in book:
                    standing[place] -= _take(book[place], lots)
                    if not standing[place]:
                        del standing[place], book[place]
        if tick.crossed:
            continue
        before[tick.instrument] = tick
        for place, more in changes(standing, tick).items():
            queue = book.setdefault(place, [])
            standing[place] = standing.get(place, 0) + more
            if not standing[place]:
                del standing[place], book[place]
                _cut(queue, -more)
                continue
            if more > 0:
                found[number, place] = Pieces([more])
                queue.append((found[number, place], more))
            else:
                _cut(queue, -more)
    return found


def _take(queue: list[tuple[Pieces, int]], lots: int) -> int:
    """Take lots from the front; return how many there were."""
    taken = 0
    while queue and taken < lots:
        pieces, left = queue[0]
        part = min(left, lots - taken)
        taken += part
        if part == left:
            queue.pop(0)
        else:
            queue[0] = (pieces, left - part)
    return taken


def _cut(queue: list[tuple[Pieces, int]], lots: int) -> None:
    """Cut lots from the back; a growth that is cut in two becomes two orders."""
    while lots:
        pieces, left = queue.pop()
        part = min(left, lots)
        lots -= part
        if part < left:  # what lies behind it in the same growth was cut off before
            pieces.lots[:1] = [pieces.lots[0] - part, part]
            queue.append((pieces, left - part))


@dataclass(eq=False)
class GhostOrder:
    """An order of the house account that waits, or takes."""

    name: int  # the account's own number
    place: Place
    left: int


@dataclass
class Book:
    """The ghost orders of one contract, by place, the oldest first."""

    queues: dict[Place, list[GhostOrder]] = field(default_factory=dict)
    standing: dict[Place, int] = field(default_factory=dict)  # lots at each place
    before: Tick | None = None

    def add(self, order: GhostOrder) -> None:
        """Let an order stand, behind those that stand there."""
        self.queues.setdefault(order.place, []).append(order)
        self.standing[order.place] = self.standing.get(order.place, 0) + order.left

    def less(self, order: GhostOrder, lots: int) -> None:
        """Take lots off an order; one without is forgotten."""
        order.left -= lots
        self.standing[order.place] -= lots
        if not order.left:
            self.queues[order.place].remove(order)
        if not self.standing[order.place]:
            del self.standing[order.place], self.queues[order.place]


class Ghosts:
    """A session of a house account that keeps the record in the book, tick by tick.

    A tick has two steps: what traded is taken, then the levels are set. Between them, and before
    everything, it hears what came of all frames.
    """

    sessions = 1

    def __init__(self, image: DayImage, ticks: Sequence[Tick], code: int, session: int) -> None:
        """Plan the day; the first command logs the session on."""
        self._ticks, self._code, self._session = ticks, code, session
        self._member = int(image.trading_codes["member"][code])
        self._pieces = plan(ticks)
        self._books: dict[int, Book] = defaultdict(Book)
        self._orders: dict[int, tuple[int, GhostOrder]] = {}  # the exchange's number
        self.refused: Counter[int] = Counter()  # by number of the refusal
        self._next, self._taken, self._sent = -1, False, 0
        self._took = 0  # how many orders that take were sent for this tick before a restart
        self._first_ns = int(image.phases["time_ns"].min())

    @property
    def quoted(self) -> int:
        """Return how many ticks stood in the book."""
        return sum(not tick.crossed for tick in self._ticks)

    def next_ns(self) -> int | None:
        """Return when it acts next; None: no more."""
        if self._next < 0:
            return self._first_ns
        return self._ticks[self._next].time_ns if self._next < len(self._ticks) else None

    def act(self) -> np.ndarray:
        """Return the commands of the next step, 64 bytes each; there may be none."""
        if self._next < 0:
            self._next = 0
            log_on = LogOn(
                grace_ns=0,
                target=self._session,
                member=self._member,
                epoch=1,
                cancel_on_disconnect=0,
            )
            return encode(log_on).reshape(1, -1)
        tick = self._ticks[self._next]
        book = self._books[tick.instrument]
        if not self._taken:
            self._taken = True
            rows = list(self._take(book, tick))
            if rows:
                return np.stack(rows)
        self._taken = False
        rows = [] if tick.crossed else list(self._set(book, self._next, tick))
        book.before = book.before if tick.crossed else tick
        self._next += 1
        return np.stack(rows) if rows else np.zeros((0, 64), np.uint8)

    def _take(self, book: Book, tick: Tick) -> Iterator[np.ndarray]:
        """Let what traded take what stood there; better prices are gone before."""
        trades = recorded_trades(book.before, tick) if book.before else []
        took, self._took = self._took, 0
        for place, lots in trades[took:]:
            for other in [p for p in book.queues if p.side == place.side]:
                if better(other, place.price):
                    yield from map(self._cancel, book.queues[other])
            taker = Place(1 - place.side, place.price)
            yield self._enter(tick.instrument, taker, lots, TimeInForce.FAK)

    def _set(self, book: Book, number: int, tick: Tick) -> Iterator[np.ndarray]:
        """Set the levels: what is too much goes first, the youngest before the older."""
        wanted = changes(book.standing, tick)
        again = []
        for place, more in wanted.items():
            if more < 0:
                gone, rest = youngest(book.queues[place], -more)
                yield from map(self._cancel, gone)
                again.append((place, [rest]))
            else:
                again.append((place, self._split(number, place, more)))
        for place, sizes in again:
            for lots in filter(None, sizes):
                yield self._enter(tick.instrument, place, lots, TimeInForce.DAY)

    def _split(self, number: int, place: Place, lots: int) -> list[int]:
        """Return the orders of a growth: as planned, and what clients took on top of it."""
        planned = self._pieces[number, place].lots if (number, place) in self._pieces else []
        found = []
        for piece in planned:
            found.append(min(piece, lots))
            lots -= found[-1]
        return [*found, lots]

    def _number(self) -> int:
        self._sent += 1
        return self._sent

    def _name(self, number: int) -> int:
        """Return the account's own number of the order that command ``number`` enters."""
        return number

    def _enter(self, instrument: int, place: Place, lots: int, kind: TimeInForce) -> np.ndarray:
        number = self._number()
        order = EnterOrder(
            client_order_id=self._name(number),
            price_ticks=place.price,
            lots=lots,
            minimum_lots=0,
            instrument=instrument,
            trading_code=self._code,
            side=Side(place.side),
            offset=Offset.OPEN,
            hedge=Hedge.SPECULATION,
            time_in_force=kind,
            price_type=PriceType.LIMIT,
        )
        return encode(order, self._session, number)

    def _cancel(self, order: GhostOrder) -> np.ndarray:
        command = CancelOrder(order_id=0, client_order_id=order.name)
        return encode(command, self._session, self._number())

    def hear(self, events: np.ndarray) -> None:
        """Learn what became of its orders from the events of a frame."""
        rows = events.reshape(-1)
        kinds = rows.view(EVENT_HEADER_ROW)["kind"]
        for place in np.flatnonzero(np.isin(kinds, HEARD)).tolist():
            kind = int(kinds[place])
            row = rows.view(LAYOUTS[kind])[place]
            if kind == TradeExecuted.KIND:
                for number in (int(row["buy_order_id"]), int(row["sell_order_id"])):
                    self._less(number, int(row["lots"]))
            elif kind == OrderCancelled.KIND:
                self._less(int(row["order_id"]), int(row["lots"]))
            elif row["session"] == self._session:
                self._answered(kind, row)

    def _answered(self, kind: int, row: np.void) -> None:
        if kind == CommandRefused.KIND:
            self.refused[int(row["refusal"])] += 1
            return
        instrument, place = int(row["instrument"]), Place(int(row["side"]), int(row["price_ticks"]))
        order = GhostOrder(int(row["client_order_id"]), place, int(row["lots"]))
        self._orders[int(row["order_id"])] = instrument, order
        self._books[instrument].add(order)

    def _less(self, number: int, lots: int) -> None:
        if number in self._orders:
            instrument, order = self._orders[number]
            self._books[instrument].less(order, lots)
            if not order.left:
                del self._orders[number]


def youngest(queue: Sequence[GhostOrder], lots: int) -> tuple[list[GhostOrder], int]:
    """Return which orders go so that ``lots`` go, and how many to enter again.

    The youngest that fit go first. Only where clients have traded with the house account it may be
    that none fits: then a larger one goes, and its rest is entered again, behind everybody.
    """
    gone = []
    for order in reversed(queue):
        if order.left <= lots:
            gone.append(order)
            lots -= order.left
    if not lots:
        return gone, 0
    larger = next(order for order in reversed(queue) if order not in gone)
    return [*gone, larger], larger.left - lots
