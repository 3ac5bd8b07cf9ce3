"""What the events of a day say of the close: resting orders, best quotes, a locked market."""

import numpy as np
import pytest

from huiguan.exchange.events import (
    DayEvents,
    EventCollector,
    closing_quotes,
    locked_at,
)
from huiguan.exchange.messages import (
    EVENTS,
    LAYOUTS,
    MESSAGE_BYTES,
    CancelReason,
    Side,
)

LATE = 1_000  # ns; frames before are early, frames from it on are within five minutes
ENTERED, TRADE, CANCELLED = 201, 202, 203
LIMIT = 90


def event(kind: int, sequence: int, **fields: int) -> np.ndarray:
    row = np.zeros(MESSAGE_BYTES, np.uint8)
    view = row.view(LAYOUTS[kind])[0]
    view["kind"], view["sequence"] = kind, sequence
    for name, value in fields.items():
        view[name] = value
    return row


def entered(sequence: int, side: Side, price: int, lots: int) -> np.ndarray:
    return event(ENTERED, sequence, order_id=sequence, side=side, price_ticks=price, lots=lots)


def trade(sequence: int, buyer: int, seller: int, price: int, lots: int) -> np.ndarray:
    return event(
        TRADE,
        sequence,
        buy_order_id=buyer,
        sell_order_id=seller,
        price_ticks=price,
        lots=lots,
    )


def cancelled(sequence: int, order: int, lots: int, reason: CancelReason) -> np.ndarray:
    return event(CANCELLED, sequence, order_id=order, lots=lots, reason=reason)


def day(early: list[np.ndarray], late: list[np.ndarray]) -> DayEvents:
    collector = EventCollector(LATE)
    for time, rows in ((1, early), (LATE + 1, late)):
        collector.add(time, np.concatenate(rows) if rows else np.empty(0, np.uint8))
    return collector.finish()


SELLERS = entered(1, Side.SELL, LIMIT, 10)


@pytest.mark.parametrize(
    ("why", "early", "late", "locked"),
    [
        ("sellers wait, nobody buys", [SELLERS], [], True),
        (
            "a buyer is filled as soon as it comes",
            [SELLERS],
            [entered(2, Side.BUY, LIMIT, 3), trade(2, 2, 1, LIMIT, 3)],
            True,
        ),
        ("a buyer waits below", [SELLERS, entered(2, Side.BUY, LIMIT - 1, 1)], [], False),
        ("the sellers came only in the last minutes", [], [SELLERS], False),
        (
            "the last seller was filled",
            [SELLERS],
            [entered(2, Side.BUY, LIMIT, 10), trade(2, 2, 1, LIMIT, 10)],
            False,
        ),
        (
            "the last seller withdrew, another came",
            [SELLERS],
            [cancelled(2, 1, 10, CancelReason.OWNER), entered(3, Side.SELL, LIMIT, 1)],
            False,
        ),
        (
            "orders that the close itself took off still waited",
            [SELLERS],
            [cancelled(2, 1, 10, CancelReason.END_OF_DAY)],
            True,
        ),
        (
            "the price left the limit",
            [SELLERS, entered(2, Side.SELL, LIMIT + 1, 1)],
            [entered(3, Side.BUY, LIMIT + 1, 11), trade(3, 3, 1, LIMIT, 10), trade(3, 3, 2, 91, 1)],
            False,
        ),
    ],
)
def test_locked_at_the_lower_limit(
    why: str, early: list[np.ndarray], late: list[np.ndarray], locked: bool
) -> None:
    assert locked_at(day(early, late), 0, LIMIT, Side.SELL) == locked, why


def test_a_day_without_events_is_not_locked() -> None:
    assert not locked_at(day([], []), 0, LIMIT, Side.SELL)
    assert closing_quotes(day([], []), 0) == (0, 0)


def test_quotes_at_the_close() -> None:
    events = day(
        [
            entered(1, Side.BUY, 98, 5),
            entered(2, Side.BUY, 99, 5),
            entered(3, Side.SELL, 101, 5),
            cancelled(4, 2, 5, CancelReason.OWNER),
        ],
        [cancelled(5, 1, 5, CancelReason.END_OF_DAY), cancelled(5, 3, 5, CancelReason.END_OF_DAY)],
    )
    assert closing_quotes(events, 0) == (98, 101)


def test_every_kind_of_event_is_known_to_the_collector() -> None:
    assert {ENTERED, TRADE, CANCELLED} <= set(EVENTS)
