"""Recorded quotes in the book: the worked examples of docs/explanation/recorded-liquidity.md."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.messages import (
    EVENT_HEADER_ROW,
    LAYOUTS,
    OrderCancelled,
    OrderEntered,
    Phase,
    Side,
    TradeExecuted,
)
from huiguan.floor.files.day_orders import run_day
from huiguan.foundation.faults import InputFault
from huiguan.simulation.market.run import CrowdBeside
from huiguan.simulation.recorded.ghosts import (
    Ghosts,
    Place,
    Taken,
    Tick,
    changes,
    plan,
    recorded_trades,
    ticks_of,
)
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import write_image
from tests.images import small_image

SECOND = 1_000_000_000
OPEN_NS = 1_787_274_000 * SECOND  # 2026-08-21 09:00:00 in Shanghai
BID = Place(Side.BUY, 100)
ASK = Place(Side.SELL, 101)
HOUSE, CLIENT = 0, 1


def tick(
    number: int, bid: int, ask: int = 6, traded: int = 0, last: int = 100, **more: int
) -> Tick:
    """Return a tick at so many seconds after the opening, bid at 100 and ask at 101."""
    levels = {place: lots for place, lots in ((BID, bid), (ASK, ask)) if lots}
    turnover = more.get("turnover", 0)
    return Tick(OPEN_NS + number * SECOND, 0, levels, 1, last, traded, turnover)


def image() -> DayImage:
    made = small_image(instruments=1, codes=2, members=1)
    phases = np.zeros(2, made.phases.dtype)
    phases["time_ns"] = OPEN_NS, OPEN_NS + 100 * SECOND
    phases["phase"] = Phase.CONTINUOUS, Phase.CLOSED
    return made._replace(phases=phases)


class Watch:
    """Hears a day and keeps who stands where, from the events alone."""

    sessions = 0

    def __init__(self) -> None:
        self.left: dict[int, tuple[int, Place, int]] = {}  # order: code, place, lots
        self.filled: list[tuple[int, int]] = []  # second, lots of the client
        self.second = 0

    def next_ns(self) -> int | None:
        return None

    def act(self) -> np.ndarray:
        raise AssertionError

    def hear(self, events: np.ndarray) -> None:
        rows = events.reshape(-1)
        heads = rows.view(EVENT_HEADER_ROW)
        for row, kind in enumerate(heads["kind"].tolist()):
            told = rows.view(LAYOUTS[kind])[row]
            if kind == OrderEntered.KIND:
                place = Place(int(told["side"]), int(told["price_ticks"]))
                entered = int(told["trading_code"]), place, int(told["lots"])
                self.left[int(told["order_id"])] = entered
            elif kind == TradeExecuted.KIND:
                for order in (int(told["buy_order_id"]), int(told["sell_order_id"])):
                    self.less(order, int(told["lots"]))
            elif kind == OrderCancelled.KIND:
                del self.left[int(told["order_id"])]

    def less(self, order: int, lots: int) -> None:
        code, place, left = self.left.pop(order)
        if left > lots:
            self.left[order] = code, place, left - lots
        if code == CLIENT:
            self.filled.append((self.second, lots))

    def ghosts(self, place: Place) -> int:
        return sum(lots for code, at, lots in self.left.values() if (code, at) == (HOUSE, place))

    def front(self) -> int:
        """Return the ghost lots at the bid that came before the client's order."""
        own = [order for order, (code, _, _) in self.left.items() if code == CLIENT]
        mine = [
            (order, lots)
            for order, (code, at, lots) in self.left.items()
            if code == HOUSE and at == BID
        ]
        return sum(lots for order, lots in mine if own and order < own[0])


class Pace(Ghosts):
    """Ghosts that tell a watch the second they act in."""

    def __init__(self, made: DayImage, ticks: Sequence[Tick], watch: Watch) -> None:
        super().__init__(made, ticks, HOUSE, 1)
        self.watch = watch

    def act(self) -> np.ndarray:
        self.watch.second = ((self.next_ns() or 0) - OPEN_NS) // SECOND
        return super().act()


def played(
    tmp_path: Path, ticks: Sequence[Tick], rows: list[dict[str, str]], watch: Watch
) -> Watch:
    """Run a day with ghosts and a client's orders under a watch."""
    made, root = image(), tmp_path / "day"
    write_image(DayFolder(root).image, made)
    run_day(root, rows, [Pace(made, ticks, watch), watch])
    return watch


def row(side: str, price: int, lots: int, time: str = "09:00:01.5") -> dict[str, str]:
    code, contract = image().names.trading_codes[CLIENT], image().names.instruments[0]
    return {
        "time": time,
        "code": code,
        "contract": contract,
        "side": side,
        "price": str(price),
        "lots": str(lots),
    }


QUOTE = {
    "contract": image().names.instruments[0],
    "time_ns": OPEN_NS + SECOND,
    "last_price": "100",
    "traded_lots": 10,
    "traded_turnover": "1001",
    "bid_price_1": "100",
    "bid_lots_1": 10,
    "ask_price_1": "101",
    "ask_lots_1": 6,
}
QUEUE = [  # recorded bid, traded at 100; in front and filled after it, as the page has it
    (10, 0, 0, 0),
    (14, 0, 10, 0),
    (8, 0, 8, 0),
    (5, 3, 5, 0),
    (9, 7, 0, 2),
    (9, 4, 0, 3),
]


@pytest.mark.parametrize("end", range(2, len(QUEUE) + 1))
def test_a_client_waits_behind_what_was_recorded_when_it_came(tmp_path: Path, end: int) -> None:
    ticks = [tick(n, bid, traded=traded) for n, (bid, traded, _, _) in enumerate(QUEUE, 1)]
    stop = [tick(90, 0, 0)]  # the day goes on; the record is over
    seen: list[tuple[int, int]] = []

    class Until(Watch):
        def hear(self, events: np.ndarray) -> None:
            super().hear(events)
            if self.second < 90:
                seen.append((self.front(), sum(lots for _, lots in self.filled)))

    played(tmp_path, [*ticks[:end], *stop], [row("buy", 100, 3)], Until())
    assert seen[-1] == QUEUE[end - 1][2:]


def test_the_lots_that_fall_together_are_an_order() -> None:
    """Of 10 lots 2 go at tick 3 (8 = 10 - 2): an order of 8 in front and one of 2 behind it."""
    ticks = [tick(n, bid, traded=traded) for n, (bid, traded, _, _) in enumerate(QUEUE, 1)]
    pieces = plan(ticks)
    assert pieces[0, BID].lots == [8, 2]
    assert pieces[1, BID].lots == [4]


def test_what_a_client_takes_comes_back(tmp_path: Path) -> None:
    """Of 6 lots at 101 the client takes 4; the next tick has 6 again: 4 are entered."""
    entered = []

    class Late(Watch):
        def hear(self, events: np.ndarray) -> None:
            super().hear(events)
            entered.append(self.ghosts(ASK))

    watch = played(tmp_path, [tick(1, 10), tick(2, 10)], [row("buy", 101, 4)], Late())
    assert watch.filled == [(1, 4)]
    assert [lots for lots in entered if lots] == [6, 2, 6]


def test_lots_split_over_bid_and_ask_by_their_turnover() -> None:
    """The page's figures: 26,151.6 x 10 = 261,516 ticks of turnover; 4 at the ask, 6 at the bid."""
    bid, ask = Place(Side.BUY, 26_150), Place(Side.SELL, 26_154)
    before = Tick(OPEN_NS, 0, {bid: 1, ask: 2}, 1, 26_150, 0, 0)
    now = before._replace(traded=10, turnover_ticks=261_516, last=26_154)
    assert recorded_trades(before, now) == [Taken(bid, 6), Taken(ask, 4)]
    assert 6 * 26_150 + 4 * 26_154 == 261_516


@pytest.mark.parametrize(("last", "side"), [(100, Side.BUY), (101, Side.SELL), (99, Side.BUY)])
def test_without_a_turnover_all_traded_at_the_last_price(last: int, side: Side) -> None:
    found = recorded_trades(tick(1, 10), tick(2, 10, traded=5, last=last))
    assert found == [Taken(Place(side, last), 5)]


def test_what_is_out_of_sight_stays() -> None:
    """One level: the bid rises from 99 to 100, 99 is behind it; it falls to 98, 99 is gone."""
    standing = {Place(Side.BUY, 99): 7, ASK: 6}
    assert changes(standing, tick(1, 10)) == {BID: 10}
    low = tick(1, 0)._replace(levels={Place(Side.BUY, 98): 3, ASK: 6})
    assert changes(standing, low) == {Place(Side.BUY, 99): -7, Place(Side.BUY, 98): 3}
    assert changes(standing, tick(1, 0)) == {Place(Side.BUY, 99): -7}  # nobody buys


def test_a_crossed_tick_is_no_quote() -> None:
    crossed = tick(1, 10)._replace(levels={Place(Side.BUY, 101): 1, ASK: 1})
    assert crossed.crossed
    assert not tick(1, 10).crossed
    assert list(plan([crossed, tick(2, 10)])) == [(1, BID), (1, ASK)]


def test_without_turnover_or_trades_a_quote_that_crosses_a_client_fills_it(tmp_path: Path) -> None:
    """The client bids 100; the next ask is 100 with 2 lots: 2 of its 3 lots fill at 100."""
    lower = tick(3, 0)._replace(levels={Place(Side.BUY, 99): 5, Place(Side.SELL, 100): 2})
    watch = played(tmp_path, [tick(1, 10), lower], [row("buy", 100, 3)], Watch())
    assert watch.filled == [(3, 2)]


def test_without_a_simulated_market_there_is_no_crowd() -> None:
    with pytest.raises(InputFault, match="make one with huiguan simulate"):
        CrowdBeside(image(), 7)


def test_quotes_of_another_day_are_refused() -> None:
    quotes = pl.DataFrame({name: [value] for name, value in QUOTE.items()})
    with pytest.raises(InputFault, match="no quote falls in continuous trading"):
        ticks_of(image(), quotes.with_columns(pl.col("time_ns") - 86_400 * SECOND))
    with pytest.raises(
        InputFault, match=r"row 1, .*: price 100\.5 is no multiple of the tick of 1"
    ):
        ticks_of(image(), quotes.with_columns(last_price=pl.lit("100.5")))
    (found,) = ticks_of(image(), quotes)
    # 1,001 yuan at 1 yuan a tick: 10 lots of which 1 at 101
    assert found == tick(1, 10, 6, 10, turnover=1_001)
