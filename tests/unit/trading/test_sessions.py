"""Sessions: client sequences, repeats, epochs, losses and their grace (decisions, Bytes)."""

import numpy as np
import pytest

from huiguan.exchange.messages import (
    COMMAND_HEADER,
    CancelOrders,
    CancelReason,
    ChangePhase,
    CommandDone,
    CommandRefused,
    CommandRepeated,
    Event,
    LogOff,
    LogOn,
    LoseSession,
    OrderCancelled,
    OrderEntered,
    PassTime,
    Phase,
    Scope,
    SetKillSwitch,
    Side,
    encode,
)
from huiguan.foundation.refusals import Refusal
from tests.images import small_image
from tests.trading_day import SMALL, Day, figures, fills, order, order_id, read_events, refusal

BUY = Side.BUY
GRACE = 1_000


def events_of(day: Day, client_sequence: int, price: int = 100, session: int = 1) -> list[Event]:
    """Send one buy order under a client sequence of the test's own choice."""
    told = day.run(order(session - 1, BUY, price, 1), session, client_sequence)
    return [one.event for one in told]


def reasons(events: list[Event]) -> list[int]:
    """Return why orders were cancelled."""
    return [event.reason for event in events if isinstance(event, OrderCancelled)]


def test_a_repeat_returns_the_outcome_of_the_original_and_changes_nothing() -> None:
    day = Day(small_image(settings=SMALL))
    accepted = order_id(events_of(day, 1))
    refused = events_of(day, 2, price=200)
    assert refusal(refused) == Refusal.PRICE_ABOVE_LIMIT
    state = day.core.state.orders.tobytes(), day.core.state.accounts.tobytes()
    first = accepted >> 24
    assert events_of(day, 1, price=105) == [
        CommandRepeated(original_sequence=first, order_id=accepted, refusal=0)
    ]
    assert events_of(day, 2) == [
        CommandRepeated(original_sequence=first + 1, order_id=0, refusal=3001)
    ]
    assert (day.core.state.orders.tobytes(), day.core.state.accounts.tobytes()) == state
    assert refusal(events_of(day, 3)) == Refusal.ACCEPTED


@pytest.mark.parametrize(
    ("number", "expected"),
    [(3, Refusal.SEQUENCE_GAP), (0, Refusal.SEQUENCE_GAP), (-1, Refusal.SEQUENCE_GAP)],
)
def test_a_gap_is_refused_and_does_not_count(number: int, expected: Refusal) -> None:
    day = Day(small_image(settings=SMALL))
    events_of(day, 1)
    events = events_of(day, number)
    assert refusal(events) == expected
    assert figures(events) == (number, 2)
    assert refusal(events_of(day, 2)) == Refusal.ACCEPTED


def test_outcomes_are_kept_for_a_window() -> None:
    window = 4
    day = Day(small_image(settings={**SMALL, "outcome_window": window}))
    for number in range(1, 8):
        events_of(day, number)
    assert refusal(events_of(day, 3)) == Refusal.REPEAT_TOO_OLD
    assert isinstance(events_of(day, 4)[0], CommandRepeated)


def test_a_higher_epoch_counts_from_one_and_forgets_old_outcomes() -> None:
    day = Day(small_image(settings=SMALL))
    events_of(day, 1)
    events_of(day, 2)
    fields = {"target": 1, "member": 0, "grace_ns": 0, "cancel_on_disconnect": 0}
    assert day.house(LogOn(epoch=1, **fields))[0].count == 2  # the same epoch goes on
    assert refusal(events_of(day, 3)) == Refusal.ACCEPTED
    assert day.house(LogOn(epoch=2, **fields))[0].count == 0
    assert isinstance(events_of(day, 1)[0], OrderEntered)
    assert refusal(day.house(LogOn(epoch=1, **fields))) == Refusal.STALE_EPOCH


@pytest.mark.parametrize("end", [LogOff, LoseSession])
def test_who_is_gone_is_not_heard(end: type[LogOff] | type[LoseSession]) -> None:
    day = Day(small_image(settings=SMALL))
    day.house(end(target=1))
    assert refusal(events_of(day, 1)) == Refusal.UNKNOWN_SESSION
    assert refusal(day.house(end(target=1))) == Refusal.UNKNOWN_SESSION
    assert refusal(events_of(day, 1, session=2)) == Refusal.ACCEPTED


def test_orders_outlive_a_session_that_did_not_choose_otherwise() -> None:
    day = Day(small_image(settings=SMALL))
    events_of(day, 1)
    assert reasons(day.house(LoseSession(target=1))) == []
    assert len(fills(day.sell(1, 100, 1))) == 1


def lossy_day() -> Day:
    """Return a day whose session 1 takes its orders off a grace after it was lost."""
    day = Day(small_image(settings=SMALL))
    day.log_on(1, 0, cancel_on_disconnect=1, grace_ns=GRACE)
    events_of(day, 1)
    day.buy(1, 100, 1)  # another session's order stays in any case
    return day


@pytest.mark.parametrize(("after", "gone"), [(GRACE - 1, False), (GRACE, True), (9 * GRACE, True)])
def test_a_lost_session_keeps_its_orders_for_its_grace_in_journal_time(
    after: int, gone: bool
) -> None:
    day = lossy_day()
    day.house(LoseSession(target=1), time_ns=5_000)
    told = day.run(PassTime(), time_ns=5_000 + after)
    assert reasons([one.event for one in told]) == ([CancelReason.DISCONNECT] if gone else [])
    assert all(one.session == 0 for one in told)


def test_a_phase_comes_before_a_disconnect_of_the_same_moment() -> None:
    image = small_image(settings=SMALL)
    schedule = [(100, 0, Phase.AUCTION_ORDERING), (5_000 + GRACE, 0, Phase.AUCTION_MATCH)]
    phases = np.array(schedule, dtype=image.phases.dtype)
    day = Day(image._replace(phases=phases), phase=None)
    day.log_on(1, 0, cancel_on_disconnect=1, grace_ns=GRACE)
    day.house(PassTime(), time_ns=200)
    day.buy(0, 100, 2)
    day.sell(1, 100, 1)
    day.house(LoseSession(target=1), time_ns=5_000)
    events = day.house(PassTime(), time_ns=9_000)
    assert len(fills(events)) == 1, "the auction still found the order"
    assert reasons(events) == [CancelReason.DISCONNECT]


def test_two_lost_sessions_lose_their_orders_each_in_its_time() -> None:
    day = Day(small_image(settings=SMALL))
    for session, grace in ((1, 400), (2, 300)):
        day.log_on(session, session - 1, cancel_on_disconnect=1, grace_ns=grace)
    first, second = order_id(day.buy(0, 100, 1)), order_id(day.buy(1, 100, 1))
    for session in (1, 2):
        day.house(LoseSession(target=session), time_ns=5_000)
    gone = [e.order_id for e in day.house(PassTime(), time_ns=5_300)[:-1]]
    assert gone == [second]
    gone = [e.order_id for e in day.house(PassTime(), time_ns=5_400)[:-1]]
    assert gone == [first]


def test_coming_back_within_the_grace_keeps_the_orders() -> None:
    day = lossy_day()
    day.house(LoseSession(target=1), time_ns=5_000)
    fields = {"target": 1, "member": 0, "epoch": 2, "grace_ns": GRACE, "cancel_on_disconnect": 1}
    day.house(LogOn(**fields), time_ns=5_500)
    assert reasons(day.house(PassTime(), time_ns=9_000)) == []


def test_logging_off_in_order_takes_effect_at_once() -> None:
    assert reasons(lossy_day().house(LogOff(target=1))) == [CancelReason.DISCONNECT]


def test_a_disconnect_takes_orders_off_in_any_phase() -> None:
    day = lossy_day()
    day.house(ChangePhase(group=0, phase=Phase.AUCTION_BALANCE))
    assert reasons(day.house(LogOff(target=1))) == [CancelReason.DISCONNECT]


def test_journal_time_never_falls() -> None:
    day = lossy_day()
    day.house(LoseSession(target=1), time_ns=5_000)
    assert reasons(day.house(PassTime(), time_ns=1_000)) == []
    assert day.core.time_ns == 5_000


@pytest.mark.parametrize(
    ("scope", "target", "stopped"),
    [(Scope.TRADING_CODE, 0, [0]), (Scope.MEMBER, 0, [0, 2]), (Scope.MEMBER, 1, [1, 3])],
)
def test_the_kill_switch_cancels_stops_and_is_lifted(
    scope: Scope, target: int, stopped: list[int]
) -> None:
    day = Day(small_image(1, 4, 2, settings=SMALL))
    for code in range(4):
        day.buy(code, 99, 1)
    switch = {"target": target, "scope": scope}
    events = day.house(SetKillSwitch(**switch, engaged=1))
    gone = [event.trading_code for event in events if isinstance(event, OrderCancelled)]
    assert sorted(gone) == stopped
    assert set(reasons(events)) == {CancelReason.KILL_SWITCH}
    for code in range(4):
        expected = Refusal.KILLED if code in stopped else Refusal.ACCEPTED
        assert refusal(day.buy(code, 98, 1)) == expected
    assert reasons(day.house(SetKillSwitch(**switch, engaged=0))) == []
    assert all(refusal(day.buy(code, 97, 1)) == Refusal.ACCEPTED for code in range(4))


def test_mass_cancels_reach_only_the_own_member_and_only_what_the_phase_allows() -> None:
    image = small_image(2, 4, 2, 2, settings=SMALL, instrument_fields={"phase_group": [0, 1]})
    day = Day(image)
    for code in range(4):
        for instrument in (0, 1):
            day.buy(code, 99, 1, instrument=instrument)
    day.house(ChangePhase(group=1, phase=Phase.NO_TRADING))
    events = day.send(1, CancelOrders(target=0, scope=Scope.TRADING_CODE))
    assert events[-1] == CommandDone(count=1, command=CancelOrders.KIND)
    events = day.send(1, CancelOrders(target=1, scope=Scope.TRADING_CODE))
    assert refusal(events) == Refusal.NOT_YOUR_CODE
    events = day.send(1, CancelOrders(target=0, scope=Scope.PRODUCT))
    assert [e.trading_code for e in events[:-1]] == [2]
    day.house(ChangePhase(group=1, phase=Phase.CONTINUOUS))
    events = day.send(1, CancelOrders(target=9, scope=Scope.MEMBER))  # the member is its own
    assert sorted(e.trading_code for e in events[:-1]) == [0, 2]
    assert int(day.core.state.core["live_orders"][0]) == 4


@pytest.mark.parametrize(
    ("scope", "target", "expected"),
    [
        (Scope.TRADING_CODE, 4, Refusal.UNKNOWN_TRADING_CODE),  # four codes, two products
        (Scope.TRADING_CODE, -1, Refusal.UNKNOWN_TRADING_CODE),
        (Scope.TRADING_CODE, 3, Refusal.NOT_YOUR_CODE),
        (Scope.PRODUCT, 2, Refusal.UNKNOWN_TARGET),
        (Scope.PRODUCT, -1, Refusal.UNKNOWN_TARGET),
        (Scope.PRODUCT, 1, Refusal.ACCEPTED),
        (Scope.INSTRUMENT, 0, Refusal.UNKNOWN_TARGET),
    ],
)
def test_mass_cancels_name_what_exists(scope: Scope, target: int, expected: Refusal) -> None:
    day = Day(small_image(2, 4, 2, 2, settings=SMALL))
    assert refusal(day.send(1, CancelOrders(target=target, scope=scope))) == expected


@pytest.mark.parametrize("session", [-1, 0, SMALL["session_capacity"], 2**31 - 1])
def test_sessions_end_where_the_image_ends(session: int) -> None:
    day = Day(small_image(settings=SMALL))
    (told,) = day.run(order(0, BUY, 100, 1), session, 1)
    assert refusal([told.event]) == Refusal.UNKNOWN_SESSION


@pytest.mark.parametrize(
    ("field", "value", "session"),
    [("kind", 105, 1), ("kind", 0, 1), ("kind", -7, 1), ("version", 2, 1), ("kind", 999, 0)],
)
def test_what_is_not_known_is_refused(field: str, value: int, session: int) -> None:
    day = Day(small_image(settings=SMALL))
    row = encode(PassTime() if session == 0 else order(0, BUY, 100, 1), session, session)
    row.view(COMMAND_HEADER)[field] = value
    (told,) = read_events(day.core.run_frame(1, row))
    assert isinstance(told.event, CommandRefused)
    assert told.event.refusal == Refusal.UNKNOWN_KIND


def test_a_session_gives_no_orders_to_the_house() -> None:
    day = Day(small_image(settings=SMALL))
    events = day.send(1, ChangePhase(group=0, phase=Phase.CLOSED))
    assert refusal(events) == Refusal.UNKNOWN_KIND
    assert int(day.core.state.group_phase[0]) == Phase.CONTINUOUS


def test_an_empty_frame_is_a_mistake_of_the_caller() -> None:
    day = Day(small_image(settings=SMALL))
    with pytest.raises(AssertionError, match="empty frame"):
        day.core.run_frame(1, np.zeros(0, np.uint8))
