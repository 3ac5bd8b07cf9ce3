"""Behaviour planted at its threshold or one short of it: who acts, when, and what is to be found.

A plant is a function of a ``Case`` and of whether it is to be found. It writes orders of the case's
own codes in its own contract, and returns the finding that belongs to them: behaviour and figure.
Short of the threshold is one trade, lot, tick, second or instance less, by chance which where the
behaviour has several thresholds. Figures stand in the books (rulebook 8.1, 2.9) or, assumed, in
``trading_pattern``; the arithmetic is beside each plant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from huiguan.exchange.messages import Hedge, Offset, Side
from huiguan.exchange.surveillance.findings import Behaviour
from tests.unit.surveillance.watching import CLOSING, SECOND, WatchedDay

if TYPE_CHECKING:
    from random import Random  # noqa: TID251  seeded by the test

FAR = 50  # ticks behind the market, where an order stands and is not met


class Act(NamedTuple):
    """An order, or the cancel of one (``pulls`` its place among the acts)."""

    time_ns: int
    code: int
    side: Side
    price: int
    lots: int
    offset: Offset
    hedge: Hedge
    instrument: int
    pulls: int


@dataclass
class Case:
    """One contract of a day, two codes that are one holder, a third, and eight of others."""

    acts: list[Act]
    random: Random
    instrument: int
    price: int  # settlement, in ticks
    opening_limit: int
    position_limit: int
    first_code: int
    at: int = field(default=0)  # now, in nanoseconds
    turn: int = field(default=0)

    CODES = 11

    def __post_init__(self) -> None:
        self.at = self.random.randrange(1, 3600) * SECOND
        self.price += self.random.randrange(-20, 21)
        self.one, self.two, self.partner = range(self.first_code, self.first_code + 3)

    def other(self) -> int:
        """Return the next of the others, so that no two trade with each other often."""
        self.turn += 1
        return self.first_code + 3 + self.turn % 8

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.at += int(seconds * SECOND)

    def place(
        self,
        code: int,
        side: Side,
        away: int,
        lots: int,
        offset: Offset = Offset.OPEN,
        hedge: Hedge = Hedge.SPECULATION,
    ) -> int:
        """Enter an order so many ticks above the price; return its place among the acts."""
        self.acts.append(
            Act(
                *(self.at, code, side, self.price + away, lots, offset),
                *(hedge, self.instrument, -1),
            )
        )
        return len(self.acts) - 1

    def pull(self, place: int) -> None:
        """Cancel the order at a place."""
        self.acts.append(self.acts[place]._replace(time_ns=self.at, pulls=place))

    def take(
        self, taker: int, side: Side, away: int, lots: int, offset: Offset = Offset.OPEN
    ) -> None:
        """Let one of the others stand and a code take."""
        self.place(self.other(), other_side(side), away, lots)
        self.place(taker, side, away, lots, offset)

    def flicker(self, code: int, lots: int, stays: float = 0.25) -> None:
        """Enter a bid far behind the market and take it back."""
        own = self.place(code, Side.BUY, -FAR, lots)
        self.wait(stays)
        self.pull(own)
        self.wait(stays)


def other_side(side: Side) -> Side:
    """Return the side that meets a side."""
    return Side.SELL if side == Side.BUY else Side.BUY


Plant = Callable[[Case, bool], tuple[Behaviour, int]]


def self_trades(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """Five trades between two codes of one holder; four."""
    count = case.random.randrange(5, 12) if hit else 4
    for number in range(count):
        lots = case.random.randrange(1, 4)
        codes = (case.one, case.two) if number % 2 else (case.two, case.one)
        case.place(codes[0], Side.SELL, 0, lots)
        case.place(codes[1], Side.BUY, 0, lots)
        case.wait(2)
    return Behaviour.SELF_TRADES, count


def cancels(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """500 cancels by one code; 499. Eleven trades keep the messages at 1,021 / 11 - 1 = 91."""
    return _cancels(case, (case.one,), hit)


def cancels_of_a_group(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """500 cancels by two codes of one holder in turn; 499."""
    return _cancels(case, (case.one, case.two), hit)


def _cancels(case: Case, codes: tuple[int, ...], hit: bool) -> tuple[Behaviour, int]:
    count = 500 if hit else 499
    for number in range(count):
        case.flicker(codes[number % len(codes)], 1)
    for _ in range(11):
        case.take(case.one, Side.BUY, 0, 1)
        case.wait(2)
    return Behaviour.CANCELS, count


def cancels_at_once(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """500 bids that stand for long and go one after the other; 499."""
    count = 500 if hit else 499
    stood = []
    for _ in range(count):
        stood.append(case.place(case.one, Side.BUY, -FAR, 1))
        case.wait(0.5)
    for place in stood:
        case.pull(place)
        case.wait(0.5)
    for _ in range(11):
        case.take(case.one, Side.BUY, 0, 1)
        case.wait(2)
    return Behaviour.CANCELS, count


def large_cancels(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """50 cancels of 300 lots; 49, or 50 of which one has 299."""
    short = case.random.randrange(2)
    count = 50 if hit or short else 49
    for number in range(count):
        case.flicker(case.one, 299 if short and not hit and not number else 300)
    return Behaviour.LARGE_CANCELS, count


def openings_of_a_group(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """One lot above what a holder may open on a day, by two codes; that much."""
    lots = case.opening_limit + hit
    side = case.random.choice((Side.BUY, Side.SELL))
    for code, part in ((case.one, lots - lots // 3), (case.two, lots // 3)):
        _fill(case, code, side, part)
    return Behaviour.OPENING, lots


def positions_of_a_group(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """One lot above what a holder may hold, by two codes, and closed again; that much.

    Its contract has no opening limit.
    """
    lots = case.position_limit + hit
    side = case.random.choice((Side.BUY, Side.SELL))
    for code, part in ((case.one, lots - lots // 3), (case.two, lots // 3)):
        _fill(case, code, side, part)
    case.take(case.one, other_side(side), 0, 2, offset=Offset.CLOSE_TODAY)
    return Behaviour.POSITION, lots


def _fill(case: Case, code: int, side: Side, lots: int) -> None:
    while lots:
        part = min(lots, 100)
        case.take(code, side, 0, part)
        case.wait(2)
        lots -= part


def message_ratio(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """1,020 messages, 10 executed orders: 1,020 / 10 - 1 = 101; 1,019 / 10 - 1 = 100."""
    for _ in range(499):  # 998 messages
        case.flicker(case.one, 1)
    for _ in range(12 if hit else 11):
        case.place(case.one, Side.BUY, -FAR, 1)
        case.wait(0.5)
    for _ in range(10):
        case.take(case.one, Side.BUY, 0, 1)
        case.wait(2)
    return Behaviour.MESSAGES, 101


def burst(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """300 messages within a second; 299 (the last cancel a second later)."""
    for number in range(150):
        own = case.place(case.one, Side.BUY, -FAR, 1)
        case.wait(0.003)
        case.wait(1 if number == 149 and not hit else 0.003)
        case.pull(own)
    return Behaviour.BURSTS, 300


def burst_that_trades(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """315 messages of which 15 traded: 300 < 315; 316 of which 16 did: 320 > 316."""
    trades = 15 if hit else 16
    for _ in range(trades):
        case.take(case.one, Side.BUY, 0, 1)
    for _ in range(150):
        own = case.place(case.one, Side.BUY, -FAR, 1)
        case.wait(0.003)
        case.pull(own)
        case.wait(0.003)
    return Behaviour.BURSTS, 300 + trades


def programme(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """Five times five orders within a second; four times, or five times of which one has four."""
    short = case.random.randrange(2)
    count = 5 if hit or short else 4
    for instance in range(count):
        orders = 4 if short and not hit and instance == 2 else 5
        for number in range(orders):
            case.place((case.one, case.two)[number % 2], Side.BUY, -FAR, 1)
            case.wait(0.2)
        case.wait(3)
    return Behaviour.PROGRAMME, count


def layering_offers(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """Buys two lots while 20 of its own stand above for three seconds, five times; see below."""
    return _layering(case, Side.BUY, hit)


def layering_bids(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """Sells two lots while 20 of its own stand below."""
    return _layering(case, Side.SELL, hit)


def _layering(case: Case, side: Side, hit: bool) -> tuple[Behaviour, int]:
    """Short: four times, once 19 lots for 2, or once for 11 seconds."""
    short = case.random.randrange(3)
    count = 5 if hit or short else 4
    away = 20 if side == Side.BUY else -20
    for number in range(count):
        weak = not hit and number == 1
        half = 9 if weak and short == 1 else 10
        stood = [case.place(case.one, other_side(side), away, lots) for lots in (10, half)]
        case.wait(1)
        case.take(case.two, side, 0, 2)
        case.wait(10 if weak and short == 2 else 2)
        for place in stood:
            case.pull(place)
        case.wait(20)
    return Behaviour.LAYERING, count


def together(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """Ten trades of equal orders entered within two seconds; nine, or one entered after three.

    Or half of what the smaller traded: ten lots of 20; ten of 21.
    """
    short = case.random.randrange(3)
    count = 10 if hit or short else 9
    for number in range(count):
        case.place(case.partner, Side.SELL, 0, 1)
        case.wait(3 if short == 1 and not hit and number == 4 else 2)
        case.place(case.one, Side.BUY, 0, 1)
        case.wait(5)
    for code in (case.one, case.partner):
        case.take(code, Side.BUY, 0, 10 + (not hit and short == 2))
        case.wait(5)
    return Behaviour.TOGETHER, count


def round_trips(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """Five lots there and five back, half of the 20 of each; four back, or ten of 21."""
    short = case.random.randrange(2)
    back = 5 if hit or short else 4
    for number in range(5):
        for side in (Side.BUY, Side.SELL) if number < back else (Side.BUY,):
            case.place(case.partner, other_side(side), 0, 1)
            case.wait(5)
            case.place(case.one, side, 0, 1)
            case.wait(5)
    for code in (case.one, case.partner):
        case.take(code, Side.BUY, 0, 10 + (not hit and bool(short)))
        case.wait(5)
    return Behaviour.ROUND_TRIPS, 100 * 10 // 20


def close_up(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """Buys 30 of the last 100 lots in five takes, five ticks up; see below."""
    return _close(case, Side.BUY, hit)


def close_down(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """Sells 30 of the last 100 lots in five takes, five ticks down."""
    return _close(case, Side.SELL, hit)


def _close(case: Case, side: Side, hit: bool) -> tuple[Behaviour, int]:
    """Short: 29 of the last 100 lots, four ticks, or four takes."""
    short = -1 if hit else case.random.randrange(3)
    ticks = (4 if short == 1 else 5) * (1 if side == Side.BUY else -1)
    lots = 29 if short == 0 else 30
    parts = [6, 6, 6, 12] if short == 2 else [6, 6, 6, 6, lots - 24]
    case.take(case.other(), side, 0, 10)
    case.at = CLOSING + case.random.randrange(1, 60) * SECOND
    case.take(case.other(), side, 0, 100 - lots)
    for part in parts:
        case.wait(2)
        case.take(case.one, side, ticks, part)
    return Behaviour.CLOSE, 30


def settlement_up(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """Buys 100 of 400 lots 12 ticks above the others: 12 x 100 / 400 = 3 ticks; see below."""
    return _settlement(case, Side.BUY, hit)


def settlement_down(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """Sells 100 of 400 lots 12 ticks below the others."""
    return _settlement(case, Side.SELL, hit)


def _settlement(case: Case, side: Side, hit: bool) -> tuple[Behaviour, int]:
    """Short: 11 ticks, 2.75 of them in the price; or nine takes."""
    short = case.random.randrange(2)
    ticks = (11 if not hit and short else 12) * (1 if side == Side.BUY else -1)
    takes = 10 if hit or short else 9
    for _ in range(3):
        case.take(case.other(), side, 0, 100)
        case.wait(2)
    for part in [10] * (takes - 1) + [100 - 10 * (takes - 1)]:
        case.take(case.one, side, ticks, part)
        case.wait(2)
    return Behaviour.SETTLEMENT, 3000


def ignition_up(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """Three times the price is driven ten ticks up and sold into; see below."""
    return _ignition(case, Side.BUY, hit)


def ignition_down(case: Case, hit: bool) -> tuple[Behaviour, int]:
    """Three times the price is driven ten ticks down and bought back."""
    return _ignition(case, Side.SELL, hit)


def _ignition(case: Case, side: Side, hit: bool) -> tuple[Behaviour, int]:
    """Short: twice, once nine ticks, or once eleven seconds between.

    120 lots of others keep the settlement price where it is: (15 + 30) x 3 / 140 is under a tick.
    """
    short = case.random.randrange(3)
    count = 3 if hit or short else 2
    way = 1 if side == Side.BUY else -1
    for number in range(count):
        case.take(case.other(), side, 0, 40)
        weak = not hit and number == 1
        steps = (0, 5, 9 if weak and short == 1 else 10)
        for step in steps:
            case.take(case.one, side, step * way, 1)
            case.wait(1)
        case.wait(11 if weak and short == 2 else 2)
        for _ in range(3):
            case.take(case.one, other_side(side), steps[-1] * way, 1, offset=Offset.CLOSE_TODAY)
        case.wait(60)
    return Behaviour.IGNITION, count


PLANTS: tuple[Plant, ...] = (
    *(self_trades, cancels, cancels_of_a_group, cancels_at_once, large_cancels),
    *(openings_of_a_group, positions_of_a_group, message_ratio, burst, burst_that_trades),
    *(programme, layering_offers, layering_bids, together, round_trips, close_up, close_down),
    *(settlement_up, settlement_down, ignition_up, ignition_down),
)


def play(day: WatchedDay, acts: list[Act]) -> None:
    """Send the acts through the core in the order of their times."""
    own: dict[int, int] = {}
    for place in sorted(range(len(acts)), key=lambda one: (acts[one].time_ns, one)):
        act = acts[place]
        if act.pulls >= 0:
            day.pull(act.code, own[act.pulls], act.time_ns)
            continue
        own[place] = day.place(
            *(act.code, act.side, act.price, act.lots),
            offset=act.offset,
            hedge=act.hedge,
            instrument=act.instrument,
            time_ns=act.time_ns,
        )
