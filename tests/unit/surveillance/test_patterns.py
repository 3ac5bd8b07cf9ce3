"""Patterns a supervisor is shown: each planted at its threshold, and one short of it."""

import pytest

from huiguan.exchange.messages import Side
from huiguan.exchange.surveillance.findings import Behaviour
from tests.unit.surveillance.watching import (
    CLOSE,
    CLOSING,
    PRICE,
    SECOND,
    WatchedDay,
    kinds,
    of,
    trade,
)


@pytest.mark.parametrize("executed", [9, 10])
def test_many_messages_for_each_order_that_traded(executed: int) -> None:
    """1,020 messages: 9 executed orders give 112, 10 give 101; abnormal above 100.

    505 entries and 505 cancels, with 10 entries that may trade: 1,020 / 9 - 1 = 112.3.
    """
    day = WatchedDay()
    for number in range(505):
        own = day.place(6, Side.BUY, PRICE - 50, 1, time_ns=(1 + number) * SECOND)
        day.pull(6, own)
    for number in range(10):
        lots = 1
        if number < executed:
            day.place(3, Side.SELL, PRICE, lots, time_ns=(1000 + number) * SECOND)
        day.place(6, Side.BUY, PRICE if number < executed else PRICE - 60, lots)
    ratio = 1020 // executed - 1
    assert of(day.found(), Behaviour.MESSAGES) == [(Behaviour.MESSAGES, 6, ratio, 101)]


def test_few_messages_for_each_order_that_traded() -> None:
    """1,020 messages and 11 executed: 1,020 / 11 - 1 = 91, not above 100."""
    day = WatchedDay()
    for number in range(505):
        own = day.place(6, Side.BUY, PRICE - 50, 1, time_ns=(1 + number) * SECOND)
        day.pull(6, own)
    for _ in range(11):
        trade(day, 6, 3, PRICE, 1)
    assert not of(day.found(), Behaviour.MESSAGES)


@pytest.mark.parametrize(("pairs", "trades"), [(149, 0), (150, 0), (150, 16)])
def test_a_second_full_of_messages(pairs: int, trades: int) -> None:
    """300 messages within a second of which fewer than one in 20 traded: 16 x 20 > 316."""
    day = WatchedDay()
    for number in range(pairs):
        own = day.place(6, Side.BUY, PRICE - 50, 1, time_ns=SECOND + number * 6_000_000)
        day.pull(6, own)
    for _ in range(trades):
        trade(day, 6, 3, PRICE, 1)
    found = of(day.found(), Behaviour.BURSTS)
    assert found == ([(Behaviour.BURSTS, 6, 300, 300)] if (pairs, trades) == (150, 0) else [])


@pytest.mark.parametrize(("instances", "orders"), [(5, 5), (4, 5), (5, 4)])
def test_trading_by_programme(instances: int, orders: int) -> None:
    """Five times in a day five orders within one second (2.9), over all contracts of a holder."""
    day = WatchedDay()
    for instance in range(instances):
        for number in range(orders):
            price, instrument = ((PRICE - 50, 0), (10_600, 1))[number % 2]
            at = (10 + 5 * instance) * SECOND + number * 200_000_000
            day.place(8, Side.BUY, price, 1, instrument=instrument, time_ns=at)
    found = of(day.found(), Behaviour.PROGRAMME)
    assert found == ([(Behaviour.PROGRAMME, 8, 5, 5)] if (instances, orders) == (5, 5) else [])


def layered(day: WatchedDay, times: int, lots: int, seconds: int = 3) -> None:
    """Code 6 buys two lots while ``lots`` of its offers stand above the market for a while."""
    for number in range(times):
        at = (10 + 20 * number) * SECOND
        own = day.place(6, Side.SELL, PRICE + 20, lots, time_ns=at)
        bid = day.place(6, Side.BUY, PRICE, 2, time_ns=at + SECOND)
        day.place(3, Side.SELL, PRICE, 2, time_ns=at + SECOND)
        day.pull(6, own, at + seconds * SECOND)
        del bid


@pytest.mark.parametrize(
    ("times", "lots", "seconds"), [(5, 20, 3), (4, 20, 3), (5, 19, 3), (5, 20, 11)]
)
def test_orders_that_stood_only_while_the_other_side_traded(
    times: int, lots: int, seconds: int
) -> None:
    """Five times ten times the lots for at most ten seconds: 20 lots against 2."""
    day = WatchedDay()
    layered(day, times, lots, seconds)
    found = of(day.found(), Behaviour.LAYERING)
    hit = (times, lots, seconds) == (5, 20, 3)
    assert found == ([(Behaviour.LAYERING, 6, 5, 5)] if hit else [])


def test_the_evidence_of_layering_are_its_commands() -> None:
    """Of each episode the entry, the command it traded by, the large order and its cancel."""
    day = WatchedDay()
    layered(day, 5, 20)
    (found,) = [row for row in day.found() if row.behaviour == Behaviour.LAYERING]
    assert found.terms == {"multiple": 10}
    assert len(found.sequences) == 5 * 4


def test_a_maker_with_quotes_on_both_sides_raises_nothing() -> None:
    """400 two-sided quotes of equal lots, every second one met, withdrawn and moved."""
    day = WatchedDay()
    for number in range(400):
        at = (10 + number) * SECOND
        middle = PRICE + number % 7 - 3
        bid = day.place(6, Side.BUY, middle - 1, 5, time_ns=at)
        ask = day.place(6, Side.SELL, middle + 1, 5)
        if number % 2:
            day.place(12 + number % 5, Side.BUY, middle + 1, 1)
        day.pull(6, bid, at + 900_000_000)
        day.pull(6, ask, at + 900_000_000)
    found = [row for row in day.found() if row.behaviour != Behaviour.CANCELS]
    assert not found  # 800 cancels are 800 cancels: a maker has the flag of one


@pytest.mark.parametrize(("count", "other"), [(10, 0), (9, 0), (10, 11)])
def test_orders_of_two_that_meet_as_if_agreed(count: int, other: int) -> None:
    """Ten trades of equal orders entered together, at least half of what the smaller traded.

    With 11 lots of each with others it is 10 of 21.
    """
    day = WatchedDay()
    for number in range(count):
        trade(day, 6, 9, PRICE, 1, time_ns=(10 + 60 * number) * SECOND)
    for code in (6, 9) if other else ():
        trade(day, 3, code, PRICE, other, time_ns=900 * SECOND)
    found = of(day.found(), Behaviour.TOGETHER)
    assert found == ([(Behaviour.TOGETHER, 6, 10, 10)] if (count, other) == (10, 0) else [])


@pytest.mark.parametrize("back", [5, 4])
def test_lots_that_go_and_come_back(back: int) -> None:
    """Code 6 buys 5 lots of 9 and sells it 5: 10 of its 20 lots are half of its trading.

    The price paid to and fro tells who gains: 6 sold 2 ticks above what it paid, 5 x 2 = 10.
    """
    day = WatchedDay()
    for number in range(5):
        at = (10 + 30 * number) * SECOND
        day.place(9, Side.SELL, PRICE, 1, time_ns=at)
        day.place(6, Side.BUY, PRICE, 1, time_ns=at + 5 * SECOND)
        if number < back:
            day.place(9, Side.BUY, PRICE + 2, 1, time_ns=at + 10 * SECOND)
            day.place(6, Side.SELL, PRICE + 2, 1, time_ns=at + 15 * SECOND)
    trade(day, 6, 3, PRICE, 5 + 5 - back, time_ns=500 * SECOND)
    trade(day, 4, 9, PRICE, 5, time_ns=501 * SECOND)
    trade(day, 4, 6, PRICE, 5, time_ns=502 * SECOND)
    found = [row for row in day.found() if row.behaviour == Behaviour.ROUND_TRIPS]
    if back == 4:
        assert not found  # nine trades
        return
    assert kinds(found) == [(Behaviour.ROUND_TRIPS, 6, 66, 50)]  # 10 of the 15 lots of code 9
    assert (found[0].other_holder, found[0].terms) == (9, {"lots": 10, "trades": 10, "ticks": 10})


@pytest.mark.parametrize(
    ("lots", "ticks", "trades"), [(30, 5, 5), (29, 5, 5), (30, 4, 5), (30, 5, 4)]
)
def test_who_makes_the_close(lots: int, ticks: int, trades: int) -> None:
    """30 of the last 100 lots in five trades, and the price 5 ticks up from the last before."""
    day = WatchedDay()
    trade(day, 4, 5, PRICE, 10)
    trade(day, 3, 2, PRICE, 100 - lots, time_ns=CLOSING + SECOND)
    for part in [lots // trades] * (trades - 1) + [lots - lots // trades * (trades - 1)]:
        day.place(5, Side.SELL, PRICE + ticks, part)
        day.place(6, Side.BUY, PRICE + ticks, part)
    found = [row for row in day.found() if row.behaviour == Behaviour.CLOSE and row.holder == 6]
    hit = (lots, ticks, trades) == (30, 5, 5)
    assert kinds(found) == ([(Behaviour.CLOSE, 6, 30, 30)] if hit else [])


@pytest.mark.parametrize(("above", "trades"), [(12, 10), (11, 10), (12, 9)])
def test_who_moves_the_settlement_price(above: int, trades: int) -> None:
    """Ten takes, 100 of 400 lots, 12 ticks above the last price of others: 12 x 100 / 400 = 3.

    11 ticks above: 11 x 100 / 400 = 2.75, below three. Nine takes: a thin contract.
    """
    day = WatchedDay()
    for number in range(3):
        trade(day, 3 + number, 9, PRICE, 100)
    lots = [100 // trades] * (trades - 1)
    for part in [*lots, 100 - sum(lots)]:
        day.place(12, Side.SELL, PRICE + above, part)
        day.place(6, Side.BUY, PRICE + above, part)
    found = of(day.found(), Behaviour.SETTLEMENT)
    hit = (above, trades) == (12, 10)
    assert found == ([(Behaviour.SETTLEMENT, 6, 3000, 3000)] if hit else [])


@pytest.mark.parametrize(("times", "ticks"), [(3, 10), (2, 10), (3, 9)])
def test_a_move_that_is_lit_and_left(times: int, ticks: int) -> None:
    """Three times the price is driven ten ticks by own takes, and sold into at once."""
    day = WatchedDay()
    for number in range(times):
        at = (10 + 100 * number) * SECOND
        for step in (0, 5, ticks):
            day.place(3, Side.SELL, PRICE + step, 1, time_ns=at)
            day.place(6, Side.BUY, PRICE + step, 1, time_ns=at + SECOND)
        for _ in range(3):
            day.place(4, Side.BUY, PRICE + ticks, 1, time_ns=at + 3 * SECOND)
            day.place(6, Side.SELL, PRICE + ticks, 1, **CLOSE)
        trade(day, 14, 15, PRICE, 1, time_ns=at + 50 * SECOND)
    found = of(day.found(), Behaviour.IGNITION)
    assert found == ([(Behaviour.IGNITION, 6, 3, 3)] if (times, ticks) == (3, 10) else [])
