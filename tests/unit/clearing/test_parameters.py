"""Limits and margins of tomorrow: published vectors, the nickel week, ladder, circulars."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from huiguan.exchange.clearing.parameters import (
    Circular,
    LockState,
    circular_in_force,
    cumulative_move,
    halted_after_lock,
    limit_after_lock,
    margin_after_lock,
    margin_in_force,
    next_lock_state,
    open_interest_rate,
    parameters_of_tomorrow,
)
from huiguan.exchange.rules.price_limits import (
    Lock,
    limit_locked,
    new_contract_limit_rate,
    price_limits,
)
from huiguan.foundation.faults import InputFault
from tests.unit.clearing.rows import LOCK, MOVED, OVER, POINTS, ROWS, WIDENED
from tests.venues import rounding_of


def weekdays(first: date, last: date) -> list[date]:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if day.weekday() < 5]


@pytest.mark.parametrize(
    ("settlement", "rate", "tick", "lower"),
    [
        ("451.7", "8%", "0.1", "415.5"),  # sc 2020-02-03: 415.564
        ("359.7", "6%", "0.1", "338.1"),  # sc 2020-03-09: 338.118
        ("338.1", "9%", "0.1", "307.6"),  # sc 2020-03-10: 307.671
        ("482.9", "7%", "0.1", "449.0"),  # sc 2026-02-02: 449.097
        ("12250", "9%", 5, "11145"),  # ru 2020-02-03: 11147.5
        ("42520", "6%", 10, "39960"),  # cu 2020-03-18: 39968.8
        ("41290", "9%", 10, "37570"),  # cu 2020-03-19: 37573.9
        ("2013", "8%", 1, "1851"),  # fu 2020-03-09: 1851.96
        ("3761", "7%", 1, "3497"),  # lu 2025-04-07: 3497.73
        ("2216.8", "20%", "0.1", "1773.4"),  # ec 2024-01-09: 1773.44
    ],
)
def test_lower_limits_that_markets_closed_at(
    settlement: str, rate: str, tick: str | int, lower: str
) -> None:
    assert price_limits(settlement, rate, tick, rounding_of("INE")).lower == Decimal(lower)


@pytest.mark.parametrize(
    ("product", "settlement", "rate", "tick", "lower", "upper"),
    [  # trading day 2026-08-21
        ("cu", "106860", "9%", 10, "97240", "116470"),
        ("au", "969.62", "14%", "0.02", "833.86", "1105.36"),
        ("ag", "16110", "20%", 1, "12888", "19332"),
        ("rb", "3025", "5%", 1, "2873", "3176"),
        ("ru", "18350", "7%", 5, "17065", "19630"),
        ("sc", "584.9", "14%", "0.1", "503", "666.7"),
        ("sp", "4730", "5%", 2, "4492", "4966"),
    ],
)
def test_limits_of_the_reference_day(
    product: str, settlement: str, rate: str, tick: str | int, lower: str, upper: str
) -> None:
    venue = "INE" if product == "sc" else "SHFE"
    found = price_limits(settlement, rate, tick, rounding_of(venue))
    assert found == (Decimal(lower), Decimal(upper)), product


def test_index_futures_and_textbooks_cut_inwards() -> None:
    # IF2101 2021-01-04: 5,216.2 -/+ 10 % = 4,694.58 and 5,737.82, tick 0.2
    found = price_limits("5216.2", "10%", "0.2", rounding_of("CFFEX"))
    assert found == (Decimal("4694.6"), Decimal("5737.8"))
    assert price_limits("42520", "6%", 10, "inward").lower == 39_970
    with pytest.raises(InputFault, match="rounding: 'NYMEX' is none of the words"):
        price_limits(1, "1%", 1, "NYMEX")  # type: ignore[arg-type]


def test_lowest_valid_price_is_one_tick() -> None:
    assert price_limits(5, "100%", 5, "down").lower == 5


def test_new_contract_has_twice_the_limit_until_it_trades() -> None:
    assert new_contract_limit_rate(
        "10%", has_traded_before=False, multiple=ROWS.new_contract.limit_multiple
    ) == Decimal("0.2")
    assert new_contract_limit_rate(
        "10%", has_traded_before=True, multiple=ROWS.new_contract.limit_multiple
    ) == Decimal("0.1")


def test_nickel_of_march_2022() -> None:
    """12 %, 15 %, 17 %; closes floor of 210,952, 228,815.5, 267,707.7; margin 19 %; D4 halted."""
    circular = Circular(number="base", clearing=20220301, limit="12%", hedging="14%", general="14%")
    limit, general, state = Decimal("0.12"), Decimal("0.14"), LockState()
    days = [  # previous settlement, close at the upper limit, tomorrow's limit and margin
        (188_350, 210_950, "0.15", "0.17"),
        (198_970, 228_810, "0.17", "0.19"),
        (228_810, 267_700, "0.17", "0.19"),
    ]
    for previous, close, next_limit, next_margin in days:
        upper = price_limits(previous, limit, 10, rounding_of("SHFE")).upper
        assert upper == close
        locked = limit_locked(close, upper, 1, [(close, None)], [close])
        assert locked == Lock.UP
        state = next_lock_state(state, locked, limit)
        tomorrow = parameters_of_tomorrow(
            circular=circular,
            ladder="10%",
            state=state,
            general_before=general,
            hedging_before=general,
            over=OVER,
            **WIDENED,
        )
        assert (tomorrow.limit, tomorrow.general) == (Decimal(next_limit), Decimal(next_margin))
        limit, general = tomorrow.limit, tomorrow.general
    assert halted_after_lock(state, 26, LOCK.after_third)
    assert not halted_after_lock(state, 26, "decided")
    assert not halted_after_lock(state, 0, LOCK.after_third)  # D3 is the last trading day: delivery
    assert not halted_after_lock(state, 1, LOCK.after_third)  # D4 is: it trades


@pytest.mark.parametrize(
    ("base", "limits", "settlements"),
    [  # 2026-03-02 to 04: fuel oil and crude 9, 12, 14 %; ec 15, 18, 20 %
        ("9%", ["0.09", "0.12", "0.14"], 3),
        ("15%", ["0.15", "0.18", "0.20"], 3),
        ("8%", ["0.08", "0.11"], 2),  # fu 2020-03
    ],
)
def test_widening_is_added_to_the_limit_of_the_first_day(
    base: str, limits: list[str], settlements: int
) -> None:
    state, limit, seen = LockState(), Decimal(limits[0]), []
    for _ in range(settlements):
        seen.append(limit)
        state = next_lock_state(state, Lock.UP, limit)
        limit = limit_after_lock(state, base, **WIDENED)
    assert seen == [Decimal(text) for text in limits]


def test_directions_and_returns() -> None:
    first = next_lock_state(LockState(), Lock.DOWN, "6%")
    assert (first.day, first.first_limit) == (1, Decimal("0.06"))
    assert next_lock_state(first, Lock.NONE, "9%") == LockState()
    opposite = next_lock_state(first, Lock.UP, "9%")  # D2 the other way is a new D1
    assert (opposite.day, opposite.side, opposite.first_limit) == (1, Lock.UP, Decimal("0.09"))
    third = LockState(day=3, side=Lock.DOWN, first_limit=Decimal("0.06"))
    assert next_lock_state(third, Lock.DOWN, "11%").day == 1


def test_margin_after_a_lock() -> None:
    locked = LockState(day=1, side=Lock.UP, first_limit=Decimal("0.05"))
    assert limit_after_lock(locked, "5%", **WIDENED) == Decimal("0.08")
    assert limit_after_lock(locked, "7%", **WIDENED) == Decimal(
        "0.1"
    )  # tomorrow's circular is higher
    # texts of 2018: the higher of circular and 5 + 3 %
    assert limit_after_lock(locked, "7%", POINTS, "higher") == Decimal("0.08")
    assert limit_after_lock(locked, "9%", POINTS, "higher") == Decimal("0.09")
    assert margin_after_lock(locked, "8%", "7%", OVER) == Decimal("0.1")
    assert margin_after_lock(locked, "8%", "15%", OVER) == Decimal("0.15")  # not below M0
    assert margin_after_lock(LockState(), "8%", "15%", OVER) == 0


def test_locked_markets_and_those_that_are_not() -> None:
    up, down = 110, 90
    assert limit_locked(110, up, down, [(110, None), (110, None)]) == Lock.UP
    assert limit_locked(90, up, down, [(None, 90)], [90, 90]) == Lock.DOWN
    assert limit_locked(110, up, down, [(110, None), (109, 110)]) == Lock.NONE  # a seller came
    assert limit_locked(110, up, down, [(110, None)], [110, 109]) == Lock.NONE  # limit was left
    assert limit_locked(109, up, down, [(110, None)]) == Lock.NONE  # last price is not the limit
    assert limit_locked(110, up, down, [(None, None)]) == Lock.NONE
    assert limit_locked(None, up, down, [(110, None)]) == Lock.NONE


def test_hedging_discount_vanishes_under_the_ladder() -> None:
    assert margin_in_force("6%", "10%") == margin_in_force("7%", "10%") == Decimal("0.1")  # rb2610
    assert margin_in_force("10%", "15%") == Decimal("0.15")  # ao2511
    assert margin_in_force("12%", "10%") == Decimal("0.12")


def test_open_interest_ladder() -> None:
    steps = [(240_000, "6.5%"), (280_000, "8%"), (320_000, "10%")]
    assert open_interest_rate(300_000, steps, "5%") == Decimal("0.08")
    assert open_interest_rate(240_000, steps, "5%") == Decimal("0.05")


BASE = Circular(number="1", clearing=20260105, limit="9%", hedging="10%", general="11%")
HOLIDAY = Circular(
    number="2",
    clearing=20260212,
    limit="13%",
    hedging="14%",
    general="15%",
    if_unlocked=True,
    reverts_from=20260224,
)


def test_holiday_circular_starts_and_reverts() -> None:
    def number(day: int, locks: list[tuple[int, bool]]) -> str:
        return circular_in_force([HOLIDAY, BASE], day, locks).number

    calm = [(20260211, False), (20260212, False), (20260213, False), (20260224, False)]
    assert number(20260211, calm) == "1"
    assert number(20260212, calm) == "2"
    assert number(20260213, calm) == "2"
    assert number(20260224, calm) == "1"  # the first day without a lock ends it
    locked_first = [(20260212, True), (20260213, False)]
    assert number(20260212, locked_first) == "1"
    assert number(20260213, locked_first) == "2"
    locked_after = [(20260212, False), (20260224, True), (20260225, False)]
    assert number(20260224, locked_after) == "2"
    assert number(20260225, locked_after) == "1"
    with pytest.raises(InputFault):
        number(20260101, [])


def test_decision_of_the_exchange_replaces_lock_and_circular() -> None:
    decided = Circular(number="73", clearing=20220310, limit="20%", hedging="17%", general="17%")
    tomorrow = parameters_of_tomorrow(
        circular=BASE,
        ladder="20%",
        state=LockState(day=3, side=Lock.UP, first_limit=Decimal("0.12")),
        general_before="19%",
        hedging_before="19%",
        decided=decided,
        over=OVER,
        **WIDENED,
    )
    assert (tomorrow.limit, tomorrow.general) == (Decimal("0.2"), Decimal("0.2"))


def test_cumulative_move() -> None:
    assert cumulative_move(70_000, [71_000, 73_000, 75_250], MOVED) == 3
    assert cumulative_move(70_000, [71_000, 73_000, 75_240], MOVED) == 0
    assert cumulative_move(70_000, [71_000, 70_000, 68_000, 63_700], MOVED) == 4
    assert cumulative_move(70_000, [71_000, 70_000, 68_000, 64_000, 62_650], MOVED) == 5
