"""Call auctions in the core, worked out by hand (rulebook 2.1, 2.2)."""

import numpy as np
import pytest

from huiguan.exchange.day.image import NO_PRICE, AuctionTie
from huiguan.exchange.messages import (
    AuctionUncrossed,
    ChangePhase,
    Event,
    Offset,
    PassTime,
    Phase,
    PhaseChanged,
    Side,
    TimeInForce,
)
from huiguan.exchange.trading.auction import auction_price
from huiguan.foundation.refusals import Refusal
from tests.images import small_image
from tests.trading_day import SMALL, Day, figures, fills, order_id, refusal, trades

REFERENCE, MIDDLE, TEXTBOOK = AuctionTie.REFERENCE, AuctionTie.MIDDLE, AuctionTie.TEXTBOOK
SETTLEMENT, MIDPOINT = AuctionTie.SETTLEMENT, AuctionTie.MIDPOINT

Book = list[tuple[Side, int, int]]


def open_auction(book: Book, tie: AuctionTie = REFERENCE, settlement: int = 100) -> Day:
    """Return a day whose auction holds the book; buyers are code 0, sellers code 1."""
    image = small_image(settings={**SMALL, "auction_tie": tie}, settlement=settlement)
    day = Day(image, phase=Phase.AUCTION_ORDERING)
    for side, price, lots in book:
        day.enter(0 if side == Side.BUY else 1, side, price, lots)
    return day


def match(day: Day) -> list[Event]:
    """Let the auction find its price."""
    return day.house(ChangePhase(group=0, phase=Phase.AUCTION_MATCH))


@pytest.mark.parametrize(
    ("book", "price", "lots"),
    [
        # Price  buys >=  sells <=  volume
        #   103        5        14       5
        #   102       12        14      12   <- most; buyers at 102 fill, two lots of 102 are left
        #   101       12         9       9
        #    99       12         4       4
        (
            [
                (Side.BUY, 103, 5),
                (Side.BUY, 102, 7),
                (Side.SELL, 99, 4),
                (Side.SELL, 101, 5),
                (Side.SELL, 102, 5),
            ],
            102,
            12,
        ),
        # the same with the larger side buying: at 101 eight are wanted, six offered
        (
            [
                (Side.BUY, 104, 2),
                (Side.BUY, 101, 6),
                (Side.SELL, 97, 1),
                (Side.SELL, 101, 5),
                (Side.SELL, 102, 3),
            ],
            101,
            6,
        ),
    ],
)
def test_largest_volume(book: Book, price: int, lots: int) -> None:
    events = match(open_auction(book))
    assert isinstance(events[1], AuctionUncrossed)
    assert (events[1].price_ticks, events[1].lots) == (price, lots)
    assert (events[1].lowest_ticks, events[1].highest_ticks) == (price, price)
    assert sum(done for _, done in trades(events)) == lots


# one pair that fills exactly: every price from 98 to 105 trades 4
OPEN_RANGE: Book = [(Side.BUY, 105, 4), (Side.SELL, 98, 4)]


@pytest.mark.parametrize(
    ("tie", "settlement", "price"),
    [
        (REFERENCE, 101, 101),  # nearest to the previous settlement: itself
        (REFERENCE, 97, 98),
        (REFERENCE, 108, 105),
        (SETTLEMENT, 108, 105),
        (MIDDLE, 101, 101),  # middle one of 105, 98 and 101
        (MIDDLE, 97, 98),
        (TEXTBOOK, 108, 101),  # (105 + 98) / 2 = 101.5, cut down to the tick
        (MIDPOINT, 108, 101),
    ],
)
def test_ties(tie: AuctionTie, settlement: int, price: int) -> None:
    events = match(open_auction(OPEN_RANGE, tie, settlement))
    assert events[1] == AuctionUncrossed(
        lots=4, instrument=0, price_ticks=price, lowest_ticks=98, highest_ticks=105
    )


@pytest.mark.parametrize(
    ("tie", "price"),
    [(REFERENCE, 105), (SETTLEMENT, 100), (MIDDLE, 100), (TEXTBOOK, 101), (MIDPOINT, 102)],
)
def test_ties_are_kept_inside_what_leaves_no_better_order_waiting(
    tie: AuctionTie, price: int
) -> None:
    """Last pair 105 and 98; a further buy at 100 raises the floor of the range to 100.

    Range 100 to 105: nearest to the last trade of the night at 107 is 105; to the settlement 99 it
    is 100; middle one of 105, 98, 99 is 99, raised to 100; mean 101; midpoint 102.
    """
    low, high, last_buy, last_sell, last, settlement = 100, 105, 105, 98, 107, 99
    assert auction_price(tie, low, high, last_buy, last_sell, last, settlement) == price


def test_without_a_reference_the_midpoint_is_taken() -> None:
    for tie in (REFERENCE, SETTLEMENT, MIDDLE):
        assert auction_price(tie, 98, 105, 105, 98, NO_PRICE, NO_PRICE) == 101


def test_the_second_auction_of_a_day_refers_to_the_last_trade() -> None:
    day = Day(small_image(settings=SMALL))
    day.buy(0, 104, 1)
    day.sell(1, 104, 1)  # the night has traded at 104
    day.house(ChangePhase(group=0, phase=Phase.AUCTION_ORDERING))
    day.buy(0, 105, 4)
    day.sell(1, 98, 4)
    assert trades(match(day)) == [(104, 4)]


def test_pairing_is_price_time_on_both_sides_at_the_single_price() -> None:
    day = Day(small_image(1, 4, 1, settings=SMALL), phase=Phase.AUCTION_ORDERING)
    low = order_id(day.buy(0, 101, 3))
    high = order_id(day.buy(1, 103, 2))
    same = order_id(day.buy(2, 101, 3))
    cheap = order_id(day.sell(3, 99, 4))
    dear = order_id(day.sell(3, 101, 2))
    # high 2 with cheap, low 2 with cheap's rest, low 1 with dear, same 1 with dear's rest
    assert fills(match(day)) == [
        (high, cheap, 101, 2),
        (low, cheap, 101, 2),
        (low, dear, 101, 1),
        (same, dear, 101, 1),
    ]


def test_close_outs_go_first_at_the_limit_price_in_auctions_too() -> None:
    image = small_image(1, 3, 1, settings=SMALL)
    history = [(1, 0, 5, 0, 0), (2, 0, 0, 5, 0)]
    positions = np.array(history, dtype=image.positions.dtype)
    day = Day(image._replace(positions=positions), phase=Phase.AUCTION_ORDERING)
    day.sell(0, 90, 5)
    closing = order_id(day.sell(1, 90, 2, offset=Offset.CLOSE))
    day.buy(2, 90, 2)
    assert [sell for _, sell, _, _ in fills(match(day))] == [closing]


@pytest.mark.parametrize(
    "fields",
    [{"time_in_force": TimeInForce.FAK}, {"time_in_force": TimeInForce.FOK}, {"price_type": 1}],
)
def test_only_plain_limit_orders_take_part(fields: dict[str, int]) -> None:
    day = open_auction([])
    assert refusal(day.buy(0, 100, 1, **fields)) == Refusal.AUCTION_TAKES_LIMIT_ORDERS


@pytest.mark.parametrize(
    "phase",
    [
        Phase.BEFORE_TRADING,
        Phase.NO_TRADING,
        Phase.AUCTION_BALANCE,
        Phase.AUCTION_MATCH,
        Phase.CLOSED,
    ],
)
def test_nothing_is_entered_or_cancelled_in_between(phase: Phase) -> None:
    day = Day(small_image(settings=SMALL), phase=Phase.AUCTION_ORDERING)
    waiting = order_id(day.buy(0, 100, 1))
    day.house(ChangePhase(group=0, phase=phase))
    events = day.buy(0, 100, 1)
    assert refusal(events) == Refusal.NOT_TRADING
    assert figures(events) == (phase, Phase.CONTINUOUS)
    expected = Refusal.ORDER_NOT_FOUND if phase == Phase.CLOSED else Refusal.NOT_TRADING
    assert refusal(day.cancel(1, waiting)) == expected


def test_no_price_leaves_the_opening_to_the_first_trade() -> None:
    day = open_auction([(Side.BUY, 99, 5), (Side.SELL, 101, 5)], settlement=105)
    assert [type(e) for e in match(day)[:-1]] == [PhaseChanged]
    day.house(ChangePhase(group=0, phase=Phase.CONTINUOUS))
    assert trades(day.sell(1, 98, 1)) == [(99, 1)]  # middle of 99, 98 and the settlement 105


def test_leftovers_keep_their_time_and_night_orders_live_into_the_day_auction() -> None:
    """One order from the night auction trades a piece in each part of the day (rulebook 2.1)."""
    day = Day(small_image(1, 4, 1, settings=SMALL), phase=Phase.AUCTION_ORDERING)
    old = order_id(day.buy(0, 101, 9))
    day.sell(3, 101, 2)
    assert trades(match(day)) == [(101, 2)]
    day.house(ChangePhase(group=0, phase=Phase.CONTINUOUS))
    day.buy(1, 101, 9)  # younger at the same price
    assert [(buy, lots) for buy, _, _, lots in fills(day.sell(3, 101, 3))] == [(old, 3)]
    day.house(ChangePhase(group=0, phase=Phase.NO_TRADING))
    day.house(ChangePhase(group=0, phase=Phase.AUCTION_ORDERING))
    day.sell(3, 101, 4)
    assert [(buy, lots) for buy, _, _, lots in fills(match(day))] == [(old, 4)]


def test_missed_phases_are_executed_first_and_in_order() -> None:
    """The process was down over the whole auction: the next command finds everything done."""
    image = small_image(settings=SMALL)
    schedule = [
        (100, 0, Phase.AUCTION_ORDERING),
        (200, 0, Phase.AUCTION_BALANCE),
        (210, 0, Phase.AUCTION_MATCH),
        (220, 0, Phase.CONTINUOUS),
    ]
    phases = np.array(schedule, dtype=image.phases.dtype)
    day = Day(image._replace(phases=phases), phase=None)
    day.house(PassTime(), time_ns=150)
    day.buy(0, 102, 1)
    day.sell(1, 99, 1)
    told = day.run(PassTime(), time_ns=500)
    changes = [one.event for one in told if isinstance(one.event, PhaseChanged)]
    assert [(e.phase, e.due_ns) for e in changes] == [
        (Phase.AUCTION_BALANCE, 200),
        (Phase.AUCTION_MATCH, 210),
        (Phase.CONTINUOUS, 220),
    ]
    assert trades([one.event for one in told]) == [(100, 1)]
    assert {one.sequence for one in told} == {told[-1].sequence}, "all before one command"
