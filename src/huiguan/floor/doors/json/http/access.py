"""Who may ask what over HTTP, and how often; what is wrong is answered in a sentence."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from starlette.responses import Response

from huiguan.floor.doors.json.days import codes_of
from huiguan.floor.doors.json.http.answers import Fault
from huiguan.floor.doors.rate import Rate
from huiguan.floor.doors.records import DoorReason
from huiguan.floor.hall.clock import steady
from huiguan.floor.hall.keys import Key, KeyRight, token_of
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from starlette.requests import Request

    from huiguan.floor.doors.json.days import Day
    from huiguan.floor.doors.json.door import Door

MOST_BODY = 64 << 10
BODY_SECONDS = 10.0
QUERIES_A_SECOND, QUERIES_AT_ONCE = 50, 100  # of one key
KEPT_RATES = 10_000
JSON = "application/json"


class Wrong(Exception):  # noqa: N818  an answer, not an error of the program
    """What was asked is not answered: the status, and why."""

    def __init__(self, status: int, fault: str | msgspec.Struct, **headers: str) -> None:
        """Take the status of HTTP and a sentence, or an answer of its own."""
        self.status = status
        self.answer = Fault(fault) if isinstance(fault, str) else fault
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        super().__init__(str(fault))


def no_right(what: str) -> Wrong:
    """Return how a key without a right is answered."""
    reason = DoorReason.NO_RIGHT
    return Wrong(403, f"{int(reason)} {reason.english}: it may not {what}")


def answered(found: msgspec.Struct | bytes, status: int = 200, **headers: str) -> Response:
    """Return an answer as JSON."""
    body = found if isinstance(found, bytes) else msgspec.json.encode(found)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(body, status, {"Cache-Control": "no-store", **names}, JSON)


class Asker(NamedTuple):
    """Who asks, and for which trading codes."""

    key: Key
    token: bytes
    day: Day
    codes: list[str]

    @property
    def rows(self) -> list[int]:
        """The rows of the trading codes."""
        return [self.day.names.code_rows[code] for code in self.codes]


class Access:
    """Finds out who asks."""

    def __init__(self, door: Door) -> None:
        """Begin with full rates."""
        self._door = door
        self._rates: OrderedDict[str, Rate] = OrderedDict()

    async def asker(self, request: Request, *rights: KeyRight) -> Asker:
        """Return who asks; ``Wrong`` where the key is none, has no right or asks too often."""
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Wrong(
                401,
                "this needs a key: send the header `Authorization: Bearer hg_...`",
                WWW_Authenticate="Bearer",
            )
        try:
            token = token_of(text)
        except InputFault as fault:
            raise Wrong(401, str(fault), WWW_Authenticate="Bearer") from None
        address = request.client.host if request.client else ""
        key = await self._door.key_of(token, address)
        if isinstance(key, DoorReason):
            raise Wrong(401, f"{int(key)} {key.english}", WWW_Authenticate="Bearer")
        self.count(key)
        if not any(map(key.may, rights)):
            raise no_right(rights[0].value)
        day = await self._door.day()
        return Asker(key, token, day, self._codes(request, key, day))

    def count(self, key: Key) -> None:
        """Count a question of a key; ``Wrong`` where it is one too many."""
        rate = self._rates.setdefault(key.name, Rate(QUERIES_A_SECOND, QUERIES_AT_ONCE))
        self._rates.move_to_end(key.name)
        while len(self._rates) > KEPT_RATES:
            self._rates.popitem(last=False)
        if not rate.take(1, steady()):
            raise Wrong(
                429,
                f"a key may ask {QUERIES_A_SECOND} times a second; ask again in "
                f"{rate.wait_ms()} ms, or listen to /v1/session",
                Retry_After="1",
            )

    def _codes(self, request: Request, key: Key, day: Day) -> list[str]:
        """Return the trading codes that are asked for: one's own, or one of them by ``?code=``."""
        own = codes_of(key, day)
        asked = request.query_params.get("code")
        if asked is None:
            return own
        if asked not in own:
            raise Wrong(
                403, f"trading code {asked!r} is not yours; /v1/account lists those that are"
            )
        return [asked]


async def body_of(request: Request) -> bytes:
    """Return the body of a request, up to ``MOST_BODY`` bytes, if it comes in time."""
    try:
        return await asyncio.wait_for(_body(request), BODY_SECONDS)
    except TimeoutError:
        raise Wrong(
            408, f"the body of the request did not come within {BODY_SECONDS:g} s"
        ) from None


async def _body(request: Request) -> bytes:
    found = bytearray()
    async for part in request.stream():
        found += part
        if len(found) > MOST_BODY:
            raise Wrong(413, f"a request has at most {MOST_BODY:,} bytes")
    return bytes(found)
