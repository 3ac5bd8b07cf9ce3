"""Abnormal trading by the rule (rulebook 8.1): found from the threshold on, not one below it."""

import numpy as np
import pytest
from msgspec.structs import replace

from huiguan.exchange.messages import Hedge, Side, TimeInForce
from huiguan.exchange.surveillance.counts import multiples, positions_held
from huiguan.exchange.surveillance.findings import Behaviour
from tests.unit.surveillance.watching import CLOSE, PRICE, WatchedDay, kinds, of, trade

GROUP = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, *range(12, 24)]  # codes 10 and 11 are one holder


@pytest.mark.parametrize(("count", "found"), [(4, []), (5, [(Behaviour.SELF_TRADES, 10, 5, 5)])])
def test_five_trades_between_codes_of_one_holder(
    count: int, found: list[tuple[Behaviour, int, int, int]]
) -> None:
    """Five or more in a contract and day (8.1), over members."""
    day = WatchedDay()
    for _ in range(count):
        trade(day, 10, 11, PRICE, 2)
    assert kinds(day.found(GROUP)) == found
    assert not kinds(day.found())  # two clients may trade with each other


def test_self_trades_of_hedging_and_in_several_contracts_do_not_add_up() -> None:
    """Hedging is exempt; 4 in one contract and 4 in another are 4 and 4."""
    day = WatchedDay()
    for instrument, price in ((0, PRICE), (1, 10_665)):
        for _ in range(4):
            trade(day, 10, 11, price, 1, instrument=instrument)
    day.place(11, Side.SELL, PRICE, 1, hedge=Hedge.HEDGE)
    day.place(10, Side.BUY, PRICE, 1)
    assert not kinds(day.found(GROUP))


def cancelled(day: WatchedDay, code: int, count: int, lots: int, **fields: int) -> None:
    """Enter and cancel; half a second apart, so that no second is full."""
    for number in range(count):
        time_ns = (1 + number) * 500_000_000
        own = day.place(code, Side.BUY, PRICE - 50, lots, time_ns=time_ns, **fields)
        day.pull(code, own, time_ns + 1)


@pytest.mark.parametrize("count", [499, 500])
def test_five_hundred_cancels(count: int) -> None:
    """500 or more cancels in a contract and day (8.1)."""
    day = WatchedDay()
    cancelled(day, 6, count, 1)
    expected = [(Behaviour.CANCELS, 6, 500, 500)] if count == 500 else []
    found = day.found()
    assert of(found, Behaviour.CANCELS) == expected
    if expected:
        gone = day.watched().orders["gone_sequence"]
        assert found[0].sequences == tuple(gone.tolist())


@pytest.mark.parametrize(("count", "lots"), [(49, 300), (50, 299), (50, 300)])
def test_fifty_large_cancels(count: int, lots: int) -> None:
    """50 or more cancels of 300 lots or more (8.1)."""
    day = WatchedDay()
    cancelled(day, 6, count, lots)
    large = (count, lots) == (50, 300)
    found = of(day.found(), Behaviour.LARGE_CANCELS)
    assert found == ([(Behaviour.LARGE_CANCELS, 6, 50, 50)] if large else [])


def test_cancels_that_do_not_count() -> None:
    """Those of a FAK and FOK, of hedging and of a market maker are exempt (8.1)."""
    day = WatchedDay()
    cancelled(day, 6, 250, 1)
    for hedge in (Hedge.HEDGE, Hedge.MARKET_MAKER):
        cancelled(day, 6, 300, 1, hedge=hedge)
    for number in range(300):
        kind = (TimeInForce.FAK, TimeInForce.FOK)[number % 2]
        day.place(6, Side.BUY, PRICE - 50, 1, time_in_force=kind)
    behaviours = {row.behaviour for row in day.found()}
    assert not behaviours & {Behaviour.CANCELS, Behaviour.LARGE_CANCELS}


def test_openings_of_a_group_above_the_limit_of_one() -> None:
    """cu2610: 2,000 lots a day since 2026-07-14; 1,200 + 801 by two codes of one holder (3.5).

    Each of them alone may; what was opened at the limit is no finding, one lot more is.
    """
    day = WatchedDay()
    assert day.image.instruments["opening_limit_lots"][0] == 2000
    for code, lots in ((10, 400), (10, 400), (10, 400), (11, 400), (11, 400)):
        trade(day, code, 2, PRICE, lots)
    assert not of(day.found(GROUP), Behaviour.OPENING)
    trade(day, 11, 3, PRICE, 1)
    assert of(day.found(GROUP), Behaviour.OPENING) == [(Behaviour.OPENING, 10, 2001, 2000)]
    assert not of(day.found(), Behaviour.OPENING)


def test_positions_of_a_group_at_their_height() -> None:
    """A holder's codes add up; what was closed again was held all the same (5.6)."""
    day = WatchedDay()
    limit = 60
    image = day.image
    instruments = image.instruments.copy()
    instruments["position_limit_lots"][0] = limit
    for code, lots in ((10, 40), (11, 25)):
        trade(day, code, 2, PRICE, lots)
    day.place(10, Side.SELL, PRICE, 20, **CLOSE)
    day.place(4, Side.BUY, PRICE, 20)
    seen = day.watched(GROUP)
    seen = seen._replace(image=seen.image._replace(instruments=instruments))
    longs = [row for row in positions_held(seen) if row.holder == 10]
    assert kinds(longs) == [(Behaviour.POSITION, 10, 65, 60)]
    assert longs[0].terms == {"side": int(Side.BUY)}


def test_the_position_of_the_morning_counts() -> None:
    """30 lots held over night and 31 bought are 61."""
    day = WatchedDay()
    held = np.zeros(1, day.image.positions.dtype)
    held["trading_code"], held["long_lots"] = 10, 30
    trade(day, 10, 2, PRICE, 31)
    instruments = day.image.instruments.copy()
    instruments["position_limit_lots"][0] = 60
    seen = day.watched()
    seen = seen._replace(image=day.image._replace(instruments=instruments, positions=held))
    assert kinds(list(positions_held(seen))) == [(Behaviour.POSITION, 10, 61, 60)]


@pytest.mark.parametrize(("lots", "wrong"), [(5, 0), (10, 0), (4, 1), (7, 1)])
def test_openings_in_lots_that_are_no_multiple(lots: int, wrong: int) -> None:
    """A contract that asks for multiples of 5 (copper in its delivery month, 5.7): 7 is none.

    The core refuses such an order; what is left are days whose rule was entered late.
    """
    day = WatchedDay()
    trade(day, 6, 3, PRICE, 1, instrument=1)  # a contract that asks for nothing
    day.place(6, Side.BUY, PRICE - 50, lots)
    seen = day.watched()
    first = replace(seen.rules[0], multiple=replace(seen.rules[0].multiple, lots=5))
    found = list(multiples(seen._replace(rules=[first, *seen.rules[1:]])))
    assert kinds(found) == [(Behaviour.MULTIPLE, 6, 1, 1)] * wrong
