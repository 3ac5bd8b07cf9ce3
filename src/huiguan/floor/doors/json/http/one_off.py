"""One-off orders: a log-on of the key's session, one command, its outcome, and off again."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec

from huiguan.exchange.messages import Offset
from huiguan.floor.doors.json.http import answers
from huiguan.floor.doors.json.http.access import Wrong, answered, body_of, no_right
from huiguan.floor.doors.json.protocol import (
    CANCEL,
    ENTER,
    LOG_OFF,
    LogOn,
    NoSense,
    Said,
    Talk,
    ask_bytes,
    understood,
)
from huiguan.floor.doors.json.upstream import Upstream
from huiguan.floor.doors.json.words import REASONS
from huiguan.floor.doors.records import DoorReason
from huiguan.floor.hall.keys import KeyRight
from huiguan.floor.hall.queries import SessionNow
from huiguan.foundation.calendars import SECOND_NS

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from huiguan.floor.doors.json.http.access import Asker
    from huiguan.floor.doors.json.http.service import Service
    from huiguan.floor.hall.keys import Key

ANSWER_SECONDS = 10.0
FORCED = Offset.FORCE_CLOSE.name.lower()
OUTCOMES = {"order_entered", "order_cancelled", "command_refused", "command_repeated"}
READ_ORDER: Any = msgspec.json.Decoder(ENTER)
MS_NS = SECOND_NS // 1000


async def enter(service: Service, request: Request) -> Response:
    """Enter an order; answered when its outcome is on disk."""
    asker = await service.access.asker(request, KeyRight.TRADE, KeyRight.FORCE)
    try:
        order = understood(READ_ORDER, await body_of(request))
    except NoSense as fault:
        raise Wrong(400, f"this is no order: {fault}") from None
    check_may(asker.key, order.offset)
    return await _one(service, asker, order)


def check_may(key: Key, offset: str) -> None:
    """Say which orders a key may not enter; the core would refuse the field without a word more."""
    if offset == FORCED and not key.forces:
        raise no_right("close by force, which the exchange does; send close or close_today")
    if offset != FORCED and not key.may(KeyRight.TRADE):
        raise no_right("enter this; it closes by force alone")


async def cancel(service: Service, request: Request) -> Response:
    """Cancel an order by the exchange's id."""
    asker = await service.access.asker(request, KeyRight.TRADE)
    try:
        order_id = int(request.path_params["id"])
    except ValueError:
        raise Wrong(400, "an order is named by its id, a number") from None
    if not 0 < order_id < 2**63:
        raise Wrong(400, "an order is named by its id, a number above 0")
    return await _one(service, asker, CANCEL(order_id=order_id))


async def _one(service: Service, asker: Asker, command: msgspec.Struct) -> Response:
    door, session = service.door, asker.key.session
    if asker.key.may(KeyRight.PACE):
        raise Wrong(403, "who paces the market speaks at the binary door")
    lock = service.sessions.setdefault(session, asyncio.Lock())
    async with lock:
        now = await door.floor.ask("read session", SessionNow, session=session)
        if now.connected:
            raise Wrong(409, elsewhere(session))
        try:
            upstream = await Upstream.connect(door.folder)
        except OSError:
            raise Wrong(503, "the market is not ready; ask again", Retry_After="1") from None
        try:
            talk = Talk(asker.day.names, asker.codes[0] if asker.codes else "", door.names_of)
            work = _speak(upstream, talk, asker, now, command)
            replies = await asyncio.wait_for(work, ANSWER_SECONDS)
        except TimeoutError:
            raise Wrong(
                504,
                f"no outcome within {ANSWER_SECONDS:g} s; look at /v1/orders?all=1 before you ask "
                "again, or name a client_sequence, which makes asking again safe",
            ) from None
        finally:
            upstream.close()
    return _told(replies)


def elsewhere(session: int) -> str:
    """Return why a one-off order is not possible now."""
    return (
        f"session {session} of this key is connected; send the order there, or use a key of its "
        "own for one-off orders"
    )


async def _speak(
    upstream: Upstream, talk: Talk, asker: Asker, now: SessionNow, command: msgspec.Struct
) -> list[Said]:
    """Log on with the session's own choices, send one command, return what follows from it."""
    on = LogOn(
        key="",
        epoch=max(1, now.epoch),
        last_reply=now.replies,
        trading_day=now.trading_day,
        grace_ms=now.grace_ns // MS_NS,
        cancel_on_disconnect=now.cancel_on_disconnect,
        self_trade=now.self_trade,
        closing=now.closing,
    )
    upstream.send(ask_bytes(asker.token, on))
    await _heard(upstream, talk, {"logged_on"})
    data, said = talk.commands(msgspec.json.encode(command))
    if said:
        raise Wrong(400, said[0]["words"])
    sequence = talk.next_sequence - 1
    upstream.send(data)
    replies = await _heard(upstream, talk, OUTCOMES, sequence)
    if not now.cancel_on_disconnect:  # who chose it is only lost, so its grace runs
        upstream.send(LOG_OFF)
        with suppress(Wrong):
            await _heard(upstream, talk, {"goodbye"})
    return replies


async def _heard(upstream: Upstream, talk: Talk, wanted: set[str], sequence: int = 0) -> list[Said]:
    """Return what is said up to one of the wanted words, and with it."""
    heard: list[Said] = []
    while data := await upstream.take():
        heard += talk.replies(data)
        for one in heard:
            if one["type"] in wanted and one.get("client_sequence", 0) == sequence:
                return [reply for reply in heard if "reply" in reply and not reply["repeated"]]
            if one["type"] == "goodbye":
                raise goodbye_fault(one)
            if one["type"] == "not_taken":
                raise Wrong(503, one["words"], Retry_After="1")
    raise Wrong(503, "the floor closed the line before it answered", Retry_After="1")


def goodbye_fault(said: Said) -> Wrong:
    """Return how a log-on that was refused is answered."""
    reason = REASONS[said["reason"]]
    taken = reason in (DoorReason.ALREADY_HERE, DoorReason.REPLACED)
    status = 409 if taken else 503 if reason.again else 403
    return Wrong(status, f"{int(reason)} {said['words']}")


def _told(replies: list[Said]) -> Response:
    """Return the outcome; a refusal is 422 with its number."""
    for one in replies:
        if one.get("refusal"):
            figures = (one.get("first_figure", 0), one.get("second_figure", 0))
            words = f"{one['refusal']} {one['words']}"
            raise Wrong(422, answers.Refused(words, one["refusal"], *figures, replies))
    return answered(answers.Outcome(replies))
