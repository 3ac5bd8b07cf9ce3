"""The session of the Python client: bytes in, events and bytes out."""

import asyncio

from huiguan_client import AsyncClient, binary, doors
from huiguan_client.messages import CancelOrder, CommandRefused, Refusal
from huiguan_client.session import Reply, Session

KEY = "hg_" + "ab" * 32
DAY = 20260821


def logged_on(replies: int, repeats: int, day: int = DAY) -> bytes:
    """Return the door's word that epoch 2 is on, before its first command."""
    return doors.LoggedOn(
        next_client_sequence=1,
        replies=replies,
        repeats=repeats,
        trading_day=day,
        epoch=2,
        heartbeat_ms=10_000,
        earlier=0,
        self_trade=0,
        closing=0,
    ).pack()


def refused(number: int, sequence: int) -> bytes:
    """Return the outcome of command ``number`` of the session."""
    told = CommandRefused(
        client_order_id=0, first_figure=0, second_figure=0, refusal=Refusal.ORDER_NOT_FOUND
    )
    return binary.encode(told, 1, number, sequence)


def replies(session: Session, data: bytes) -> list[Reply]:
    return [item for item in session.receive(data)[0] if isinstance(item, Reply)]


def test_what_a_client_of_before_was_told_answers_no_command_of_this_one() -> None:
    """Numbers begin again with a higher epoch: command 1 of before is not command 1 of now."""
    session = Session(KEY, epoch=2)
    session.receive(logged_on(2, 2))
    number, data = session.send(CancelOrder(order_id=1, client_order_id=0))
    before = replies(session, refused(1, 101) + refused(2, 102))
    assert [(reply.repeated, reply.earlier) for reply in before] == [(True, True)] * 2
    assert (number, session.unanswered(1, 1)) == (1, data)
    assert session.receive(logged_on(2, 0))[1] == data  # after a break it is sent again
    [answer] = replies(session, refused(1, 103))
    assert (answer.repeated, answer.earlier) == (False, False)
    assert session.unanswered(1, 1) == b""


def test_what_was_missed_in_a_break_answers() -> None:
    session = Session(KEY, epoch=2)
    session.receive(logged_on(0, 0))
    session.send(CancelOrder(order_id=1, client_order_id=0))
    session.receive(logged_on(1, 1))
    [answer] = replies(session, refused(1, 101))
    assert (answer.repeated, answer.earlier) == (True, False)
    assert session.unanswered(1, 1) == b""


def test_on_another_day_all_begins_again() -> None:
    session = Session(KEY, epoch=2)
    session.receive(logged_on(3, 0))
    session.receive(doors.DayOpened(next_client_sequence=1, trading_day=DAY + 3).pack())
    session.send(CancelOrder(order_id=1, client_order_id=0))
    [answer] = replies(session, refused(1, 1))
    assert not answer.earlier
    assert session.unanswered(1, 1) == b""


def test_a_client_waits_for_the_answer_to_its_own_command() -> None:
    async def play() -> None:
        client = AsyncClient("http://127.0.0.1:1", KEY, epoch=2)
        answer = client._answers[1] = asyncio.get_running_loop().create_future()
        await client._take(logged_on(1, 1) + refused(1, 101))
        assert not answer.done()
        await client._take(refused(1, 102))
        assert answer.result().sequence == 102

    asyncio.run(play())
