"""The binary door of a running floor: log-on, orders, breaks, keys, nonsense; real sockets."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import numpy as np
from huiguan_client import doors
from huiguan_client.messages import (
    CancelOrder,
    CancelReason,
    CommandRefused,
    CommandRepeated,
    EnterOrder,
    Hedge,
    Offset,
    OrderCancelled,
    OrderEntered,
    PriceType,
    Refusal,
    Side,
    TimeInForce,
    TradeExecuted,
)
from huiguan_client.session import Session

from huiguan.exchange.messages import EVENT_HEADER_ROW, MESSAGE_BYTES
from huiguan.exchange.replies import NO_CODE
from huiguan.floor.day.reply_log import KEPT_ROWS
from huiguan.floor.hall.keys import Keys
from tests.floors import OPEN, Floor, Line, closing, floor_of, line_of, make_hall
from tests.images import small_image

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path


def order(code: int, side: Side, price: int, lots: int = 1, **more: Any) -> EnterOrder:
    return EnterOrder(
        client_order_id=more.get("name", 0),
        price_ticks=price,
        lots=lots,
        minimum_lots=0,
        instrument=more.get("instrument", 0),
        trading_code=code,
        side=side,
        offset=more.get("offset", Offset.OPEN),
        hedge=Hedge.SPECULATION,
        time_in_force=TimeInForce.DAY,
        price_type=PriceType.LIMIT,
    )


def played(folder: Path, play: Any, **terms: Any) -> None:
    """Open a small hall and play a scene on it."""
    tokens = make_hall(folder, **terms)
    with floor_of(folder) as floor:
        scene: Coroutine[Any, Any, None] = play(floor, tokens)
        asyncio.run(closing(scene))


def test_two_sessions_trade_and_see_their_own_side_only(tmp_path: Path) -> None:
    async def play(floor: Floor, tokens: dict[int, str]) -> None:
        seller, buyer = await line_of(floor, tokens[1]), await line_of(floor, tokens[2])
        await seller.outcome(seller.send(order(0, Side.SELL, 101, 3)))
        entered = await buyer.outcome(buyer.send(order(1, Side.BUY, 102, 2)))
        assert isinstance(entered.event, OrderEntered)
        await buyer.until(lambda: len(buyer.replies()) == 2)
        await seller.until(lambda: len(seller.replies()) == 2)
        bought, sold = buyer.replies()[1], seller.replies()[1]
        assert isinstance(bought.event, TradeExecuted)
        assert isinstance(sold.event, TradeExecuted)
        assert bought.event.lots == sold.event.lots == 2
        assert bought.event.price_ticks == sold.event.price_ticks
        assert (bought.event.buy_code, bought.event.sell_code) == (1, NO_CODE)
        assert (sold.event.buy_code, sold.event.sell_code) == (NO_CODE, 0)
        assert bought.event.sell_order_id == sold.event.buy_order_id == 0
        assert (bought.client_sequence, sold.client_sequence) == (1, 0)

    played(tmp_path, play)


def test_a_broken_line_goes_on_with_the_replies_it_missed(tmp_path: Path) -> None:
    async def play(floor: Floor, tokens: dict[int, str]) -> None:
        seller, buyer = await line_of(floor, tokens[1]), await line_of(floor, tokens[2])
        await seller.outcome(seller.send(order(0, Side.SELL, 101, 3)))
        seller.close()
        await buyer.outcome(buyer.send(order(1, Side.BUY, 102, 2)))
        await seller.open()
        assert seller.said(doors.LoggedOn)[-1].repeats == 1
        await seller.until(lambda: len(seller.replies()) == 2)
        assert [(reply.number, reply.repeated) for reply in seller.replies()] == [
            (1, False),
            (2, True),
        ]
        assert isinstance(seller.replies()[1].event, TradeExecuted)
        await seller.outcome(seller.send(order(0, Side.SELL, 105)))
        assert seller.replies()[-1].number == 3
        assert not seller.replies()[-1].repeated

    played(tmp_path, play)


def test_a_new_client_of_a_session_gets_all_replies_of_the_day(tmp_path: Path) -> None:
    async def play(floor: Floor, tokens: dict[int, str]) -> None:
        busy = await line_of(floor, tokens[1])
        numbers = [busy.send(order(0, Side.SELL, 101)) for _ in range(300)]
        await busy.outcome(numbers[-1])
        fresh = Session(tokens[1], epoch=2)
        late = await Line(fresh, floor.port).open()
        await late.until(lambda: len(late.replies()) == 300)
        assert [reply.sequence for reply in late.replies()] == [
            reply.sequence for reply in busy.replies()
        ]
        assert busy.said(doors.LoggedOn)

    played(tmp_path, play)


def test_a_command_sent_again_is_done_once(tmp_path: Path) -> None:
    async def play(floor: Floor, tokens: dict[int, str]) -> None:
        line = await line_of(floor, tokens[1])
        number, data = line.session.send(order(0, Side.SELL, 101))
        line.writer.write(data + data)
        first = await line.outcome(number)
        await line.until(lambda: len(line.replies()) == 2)
        again = line.replies()[1].event
        assert isinstance(first.event, OrderEntered)
        assert isinstance(again, CommandRepeated)
        assert again.original_sequence == first.sequence
        assert again.order_id == first.event.order_id
        assert floor.ask("status")["live_orders"] == 1

    played(tmp_path, play)


def test_a_higher_epoch_takes_the_session_over(tmp_path: Path) -> None:
    async def play(floor: Floor, tokens: dict[int, str]) -> None:
        first = await line_of(floor, tokens[1])
        same = await Line(Session(tokens[1]), floor.port).open()
        assert same.said(doors.Goodbye)[0].reason == doors.DoorReason.ALREADY_HERE
        second = await line_of(floor, tokens[1], epoch=2)
        await first.end()
        assert first.said(doors.Goodbye)[0].reason == doors.DoorReason.REPLACED
        assert second.session.is_on
        assert second.said(doors.LoggedOn)[0].earlier == doors.DoorReason.REPLACED
        stale = await Line(Session(tokens[1]), floor.port).open()
        assert stale.said(doors.Goodbye)[0].reason in (
            doors.DoorReason.ALREADY_HERE,
            doors.DoorReason.STALE_EPOCH,
        )

    played(tmp_path, play)


def test_wrong_keys_and_nonsense_end_one_line_and_touch_no_other(tmp_path: Path) -> None:
    async def play(floor: Floor, tokens: dict[int, str]) -> None:
        good = await line_of(floor, tokens[1])
        stranger = await Line(Session("hg_" + "ab" * 32), floor.port).open()
        assert stranger.said(doors.Goodbye)[0].reason == doors.DoorReason.UNKNOWN_KEY
        withdrawn = await Line(Session(tokens[3]), floor.port).open()
        assert withdrawn.said(doors.Goodbye)[0].reason == doors.DoorReason.KEY_ENDED
        reader, writer = await asyncio.open_connection("127.0.0.1", floor.port)
        OPEN.append(writer)
        writer.write(b"GET / HTTP/1.1\r\nHost: huiguan\r\n\r\n" * 8)
        said = doors.read_record((await reader.read(4096))[:64])
        assert isinstance(said, doors.Goodbye)
        assert said.reason == doors.DoorReason.NO_SENSE
        babble = await line_of(floor, tokens[2])
        babble.writer.write(b"\x7f" * 640)
        await babble.end()
        assert babble.said(doors.Goodbye)[0].reason == doors.DoorReason.NO_SENSE
        entered = await good.outcome(good.send(order(0, Side.SELL, 101)))
        assert isinstance(entered.event, OrderEntered)

    played(tmp_path, play, terms={3: {"withdrawn": True}})


def test_a_key_for_one_code_reaches_no_other(tmp_path: Path) -> None:
    """Codes 0, 2, 4 are member 0's; the key of session 1 is for code 0 alone."""

    async def play(floor: Floor, tokens: dict[int, str]) -> None:
        bound, other = await line_of(floor, tokens[1]), await line_of(floor, tokens[3])
        strange = await bound.outcome(bound.send(order(2, Side.SELL, 101)))
        assert isinstance(strange.event, CommandRefused)
        assert strange.event.refusal == Refusal.UNKNOWN_TRADING_CODE
        theirs = await other.outcome(other.send(order(2, Side.SELL, 101)))
        assert isinstance(theirs.event, OrderEntered)
        cancel = CancelOrder(order_id=theirs.event.order_id, client_order_id=0)
        reached = await bound.outcome(bound.send(cancel))
        assert isinstance(reached.event, CommandRefused)
        own = await bound.outcome(bound.send(order(0, Side.SELL, 101)))
        assert isinstance(own.event, OrderEntered)
        assert floor.ask("status")["live_orders"] == 2

    played(tmp_path, play, terms={1: {"codes": ["000000000000"]}})


def test_what_is_too_fast_uses_up_no_number(tmp_path: Path) -> None:
    """Of 50 commands at 10 a second, 20 are taken at once; the rest are named, and sent again."""

    async def play(floor: Floor, tokens: dict[int, str]) -> None:
        line = await line_of(floor, tokens[1])
        sent = [line.session.send(order(0, Side.SELL, 101)) for _ in range(50)]
        line.writer.write(b"".join(data for _, data in sent))
        await line.until(lambda: bool(line.said(doors.NotTaken)))
        told = line.said(doors.NotTaken)[0]
        assert told.reason == doors.DoorReason.TOO_FAST
        assert told.first_client_sequence + told.count == 51
        assert told.first_client_sequence >= 21
        await line.until(lambda: len(line.replies()) == told.first_client_sequence - 1)
        await asyncio.sleep(told.again_ms / 1000)
        line.writer.write(line.session.unanswered(told.first_client_sequence, 1))
        taken = await line.outcome(told.first_client_sequence)
        assert isinstance(taken.event, OrderEntered)

    played(tmp_path, play, terms={1: {"rate": 10}})


def test_cancel_on_disconnect_waits_for_the_grace(tmp_path: Path) -> None:
    """The exchange's clock passes the 30 seconds of grace; the order of the lost session goes."""

    async def play(floor: Floor, tokens: dict[int, str]) -> None:
        line = await line_of(floor, tokens[1], cancel_on_disconnect=True, grace_ms=30_000)
        await line.outcome(line.send(order(0, Side.SELL, 101)))
        line.close()
        while floor.ask("status")["connected"]:
            await asyncio.sleep(0.01)
        assert floor.ask("status")["live_orders"] == 1
        floor.ask("step")
        assert floor.ask("status")["live_orders"] == 0
        await line.open()
        await line.until(lambda: len(line.replies()) == 2)
        assert isinstance(line.replies()[1].event, OrderCancelled)

    played(tmp_path, play)


def test_a_session_says_what_goes_where_it_would_trade_with_itself(tmp_path: Path) -> None:
    """The choice holds after the floor went down: it is in the journal, not in the line."""
    tokens = make_hall(tmp_path, small_image(settings={"self_trade_choice": True}))

    async def before(floor: Floor) -> None:
        line = await line_of(floor, tokens[1], self_trade="oldest")
        assert line.session.self_trade == "oldest"
        await line.outcome(line.send(order(0, Side.SELL, 101, 3)))
        await line.outcome(line.send(order(0, Side.BUY, 101, 2)))
        await line.until(lambda: len(line.replies()) == 3)
        gone = line.replies()[2].event
        assert isinstance(gone, OrderCancelled)
        assert (gone.reason, gone.lots) == (CancelReason.SELF_TRADE, 3)

    with floor_of(tmp_path) as floor:
        asyncio.run(closing(before(floor)))
    with floor_of(tmp_path, opened=False) as floor:
        assert floor.ask("read session", session=1)["self_trade"] == "oldest"


def test_a_plain_close_of_both_kinds_goes_on_after_the_floor_went_down(tmp_path: Path) -> None:
    """2 lots of history and 2 of today: one order, reserved of both; its trades are of one each."""
    image = small_image()
    held = np.array([(0, 0, 2, 0, 0), (1, 0, 0, 2, 0)], image.positions.dtype)
    tokens = make_hall(tmp_path, image._replace(positions=held))

    async def before(floor: Floor) -> None:
        line = await line_of(floor, tokens[1], closing="history")
        other = await line_of(floor, tokens[2])
        assert line.session.closing == "history"
        assert other.session.closing == "as_sent"
        await other.outcome(other.send(order(1, Side.SELL, 101, 2)))
        await line.outcome(line.send(order(0, Side.BUY, 101, 2)))
        entered = await line.outcome(line.send(order(0, Side.SELL, 102, 4, offset=Offset.CLOSE)))
        assert isinstance(entered.event, OrderEntered)
        assert (entered.event.offset, entered.event.other_lots) == (Offset.CLOSE, 2)
        refused = await line.outcome(line.send(order(0, Side.SELL, 102, offset=Offset.CLOSE)))
        assert isinstance(refused.event, CommandRefused)
        assert refused.event.refusal == Refusal.NOT_ENOUGH_TO_CLOSE

    async def after(floor: Floor) -> None:
        other = await line_of(floor, tokens[2], epoch=2)
        await other.outcome(other.send(order(1, Side.BUY, 102, 3)))
        line = await line_of(floor, tokens[1], epoch=2, closing="today")
        await line.until(lambda: len(line.replies()) == 6)
        sold = [one.event for one in line.replies()[4:]]
        assert [(one.lots, one.sell_offset) for one in sold if isinstance(one, TradeExecuted)] == [
            (2, Offset.CLOSE),
            (1, Offset.CLOSE_TODAY),
        ]

    with floor_of(tmp_path) as floor:
        asyncio.run(closing(before(floor)))
    with floor_of(tmp_path, opened=False) as floor:
        assert floor.ask("read session", session=1)["closing"] == "history"
        asyncio.run(closing(after(floor)))


def test_where_the_venue_has_no_such_choice_the_door_says_that_it_is_off(tmp_path: Path) -> None:
    async def play(floor: Floor, tokens: dict[int, str]) -> None:
        line = await line_of(floor, tokens[1], self_trade="both", closing="today")
        assert line.said(doors.LoggedOn)[-1].self_trade == 0
        assert (line.session.self_trade, line.session.closing) == ("off", "as_sent")
        await line.outcome(line.send(order(0, Side.SELL, 101, 3)))
        await line.outcome(line.send(order(0, Side.BUY, 101, 3)))
        await line.until(lambda: len(line.replies()) == 3)
        assert isinstance(line.replies()[2].event, TradeExecuted)

    played(tmp_path, play, image=small_image(settings={"offset_flags": False}))


def test_the_market_goes_on_where_it_stood(tmp_path: Path) -> None:
    """Ctrl-C and up again: the same sequence, orders and clock; the client misses nothing."""
    tokens = make_hall(tmp_path, snapshot_every=10)

    async def before(floor: Floor) -> Line:
        line = await line_of(floor, tokens[1])
        for _ in range(25):
            await line.outcome(line.send(order(0, Side.SELL, 101)))
        return line

    async def after(floor: Floor, line: Line) -> None:
        line.port = floor.port
        line.session.replies = 20  # the last five were not seen
        line.heard.clear()
        await line.open()
        await line.until(lambda: len(line.replies()) == 5)
        assert [reply.number for reply in line.replies()] == [21, 22, 23, 24, 25]
        await line.outcome(line.send(order(0, Side.SELL, 101)))
        assert line.replies()[-1].client_sequence == 26

    with floor_of(tmp_path) as floor:
        line = asyncio.run(closing(before(floor)))
        floor.ask("clock", pause=True)
        stood = floor.ask("status")
    assert list((tmp_path / "days").glob("*/snapshots/*.snapshot"))
    with floor_of(tmp_path, opened=False) as floor:
        found = floor.ask("status")
        assert found["live_orders"] == stood["live_orders"] == 25
        assert found["time_ns"] == stood["time_ns"]
        assert found["sequence"] >= stood["sequence"]
        asyncio.run(closing(after(floor, line)))


def test_a_key_that_is_withdrawn_cuts_its_line(tmp_path: Path) -> None:
    async def play(floor: Floor, tokens: dict[int, str]) -> None:
        line, other = await line_of(floor, tokens[1]), await line_of(floor, tokens[2])
        keys = Keys.read(tmp_path)
        keys.withdraw("line 1")
        keys.write(tmp_path)
        floor.ask("keys")
        await line.end()
        assert line.said(doors.Goodbye)[0].reason == doors.DoorReason.KEY_ENDED
        entered = await other.outcome(other.send(order(1, Side.SELL, 101)))
        assert isinstance(entered.event, OrderEntered)

    played(tmp_path, play)


async def replies_of(session: Session, port: int, count: int, *, ask: bytes = b"") -> np.ndarray:
    """Log on, send ``ask``, read nothing for a while, and return ``count`` replies as rows."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    OPEN.append(writer)
    writer.write(session.log_on() + ask)
    await asyncio.sleep(1)
    data, found = bytearray(), 0
    while found < count:
        data += await reader.read(1 << 20)
        whole = len(data) // MESSAGE_BYTES * MESSAGE_BYTES
        heads = np.frombuffer(bytes(data[:whole]), EVENT_HEADER_ROW)
        found = int((heads["kind"] >= OrderEntered.KIND).sum())
    writer.close()
    rows = np.frombuffer(bytes(data[:whole]), np.uint8).reshape(-1, MESSAGE_BYTES)
    return rows[heads["kind"] >= OrderEntered.KIND]


def test_a_session_that_missed_more_than_memory_keeps_gets_it_all(tmp_path: Path) -> None:
    """More than twice what memory keeps: the first replies come from the journal, through a file.

    Another session trades meanwhile.
    """
    count = 2 * KEPT_ROWS + 5_000

    async def play(floor: Floor, tokens: dict[int, str]) -> None:
        cancels = Session(tokens[1])
        nothing = CancelOrder(order_id=1, client_order_id=0)
        ask = b"".join(cancels.send(nothing)[1] for _ in range(count))
        told = await replies_of(cancels, floor.port, count, ask=ask)
        again = asyncio.create_task(replies_of(Session(tokens[1], epoch=2), floor.port, count))
        other = await line_of(floor, tokens[2])
        await other.outcome(other.send(order(1, Side.BUY, 99)))
        assert (await again == told).all()

    played(tmp_path, play, terms={1: {"rate": 10_000_000}})
