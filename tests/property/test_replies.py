"""Replies of sessions: the kernel against a plain twin that reads events one by one."""

import numpy as np
import pytest

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.messages import (
    CancelOrder,
    CancelOrders,
    CancelReason,
    ChangePhase,
    CommandDone,
    CommandRefused,
    CommandRepeated,
    EnterOrder,
    Hedge,
    LogOn,
    Offset,
    OrderCancelled,
    OrderEntered,
    Phase,
    PriceType,
    Scope,
    Side,
    TimeInForce,
    TradeExecuted,
    encode,
)
from huiguan.exchange.replies import NO_CODE, Splitter
from huiguan.exchange.trading.core import TradingCore
from tests.images import small_image
from tests.trading_day import Day, Told, read_events

SESSIONS = 3


def image() -> DayImage:
    return small_image(codes=6, members=SESSIONS, settings={"order_capacity": 16})


def frames(seed: int) -> list[np.ndarray]:
    """Return frames of a small day: few order rows, so that they are used again within a frame."""
    chance = np.random.default_rng(seed)
    first = [
        encode(LogOn(grace_ns=0, target=s, member=s - 1, epoch=1, cancel_on_disconnect=0))
        for s in range(1, SESSIONS + 1)
    ]
    found = [np.concatenate([*first, encode(ChangePhase(group=0, phase=Phase.CONTINUOUS))])]
    sent = [0] * (SESSIONS + 1)
    for _ in range(6):
        rows = []
        for _ in range(int(chance.integers(1, 40))):
            session = int(chance.integers(1, SESSIONS + 1))
            sent[session] += int(chance.random() > 0.05)  # some are sent again
            if chance.random() < 0.1:
                command = CancelOrders(target=session - 1, scope=Scope.MEMBER)
                rows.append(encode(command, session, sent[session]))
                continue
            rows.append(enter(chance, session, sent[session]))
        found.append(np.concatenate(rows))
    return found


def enter(chance: np.random.Generator, session: int, number: int) -> np.ndarray:
    return encode(
        EnterOrder(
            client_order_id=0,
            price_ticks=int(chance.integers(97, 104)),
            lots=int(chance.integers(1, 4)),
            minimum_lots=0,
            instrument=0,
            trading_code=session - 1 + SESSIONS * int(chance.integers(0, 2)),
            side=Side(int(chance.integers(0, 2))),
            offset=Offset.OPEN,
            hedge=Hedge.SPECULATION,
            time_in_force=TimeInForce(int(chance.integers(0, 3))),
            price_type=PriceType.LIMIT,
        ),
        session,
        number,
    )


class Twin:
    """Whose order is whose, by its id."""

    def __init__(self) -> None:
        self.owner: dict[int, int] = {}

    def split(self, told: list[Told]) -> dict[int, list[tuple[object, ...]]]:
        found: dict[int, list[tuple[object, ...]]] = {}

        def give(session: int, one: Told, *words: object) -> None:
            if session:
                number = one.client_sequence if one.session == session else 0
                found.setdefault(session, []).append((one.sequence, number, *words))

        for one in told:
            event = one.event
            if isinstance(event, OrderEntered):
                self.owner[event.order_id] = one.session
                give(one.session, one, event)
            elif isinstance(event, TradeExecuted):
                buyer = self.owner[event.buy_order_id]
                seller = self.owner[event.sell_order_id]
                for session in (buyer,) if buyer == seller else (buyer, seller):
                    buys = (event.buy_order_id, event.buy_code)
                    sells = (event.sell_order_id, event.sell_code)
                    mine = (
                        buys if session == buyer else (0, NO_CODE),
                        sells if session == seller else (0, NO_CODE),
                    )
                    give(session, one, *mine, event.price_ticks, event.lots)
            elif isinstance(event, OrderCancelled):
                give(self.owner[event.order_id], one, event)
                if event.reason == CancelReason.OWNER and one.session != self.owner[event.order_id]:
                    give(one.session, one, event)
            elif isinstance(event, CommandRefused | CommandRepeated | CommandDone):
                give(one.session, one, event)
        return found


def in_words(rows: np.ndarray) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for one in read_events(rows):
        event = one.event
        if isinstance(event, TradeExecuted):
            sides = (event.buy_order_id, event.buy_code), (event.sell_order_id, event.sell_code)
            words: tuple[object, ...] = (*sides, event.price_ticks, event.lots)
        else:
            words = (event,)
        found.append((one.sequence, one.client_sequence, *words))
    return found


@pytest.mark.parametrize("seed", range(20))
def test_every_session_gets_what_concerns_it_and_nothing_else(seed: int) -> None:
    core, splitter, twin = TradingCore(image()), Splitter(image()), Twin()
    given: dict[int, int] = {}
    for number, rows in enumerate(frames(seed)):
        events = core.run_frame(number, rows).copy()
        parts = splitter.split(events).of_each()
        wanted = twin.split(read_events(events))
        assert {session: in_words(part) for session, part in parts} == wanted
        for session, words in wanted.items():
            given[session] = given.get(session, 0) + len(words)
    assert splitter.replies.tolist()[1:][:SESSIONS] == [given.get(s, 0) for s in range(1, 4)]


@pytest.mark.parametrize("seed", range(5))
def test_a_splitter_goes_on_from_the_cores_orders(seed: int) -> None:
    core, splitter = TradingCore(image()), Splitter(image())
    first, rest = frames(seed)[:4], frames(seed)[4:]
    for number, rows in enumerate(first):
        splitter.split(core.run_frame(number, rows))
    late = Splitter(image())
    late.restore(core.state.orders, splitter.replies)
    for number, rows in enumerate(rest, len(first)):
        events = core.run_frame(number, rows).copy()
        ours, theirs = splitter.split(events).of_each(), late.split(events).of_each()
        assert [(s, part.tobytes()) for s, part in ours] == [(s, p.tobytes()) for s, p in theirs]
    assert np.array_equal(late.replies, splitter.replies)


def test_a_cancel_by_another_session_is_told_to_both() -> None:
    """Session 3 of the same member takes back what session 1 entered: each hears of it once.

    Only who asked hears the number of the command; to the other it is something that happened.
    """
    day, splitter, twin = Day(image()), Splitter(image()), Twin()
    day.log_on(3, 0)
    entered = day.buy(0, 100, 5)[-1]
    assert isinstance(entered, OrderEntered)
    of_entry = Told(1, 1, 1, entered)
    twin.split([of_entry])
    splitter.restore(day.core.state.orders, np.zeros(image().settings.session_capacity, np.int64))
    command = CancelOrder(order_id=entered.order_id, client_order_id=0)
    events = day.core.run_frame(day.time_ns + 1, encode(command, 3, 1)).copy()
    parts = {session: in_words(part) for session, part in splitter.split(events).of_each()}
    assert parts == twin.split(read_events(events))
    assert {session: [row[1] for row in rows] for session, rows in parts.items()} == {
        1: [0],
        3: [1],
    }
