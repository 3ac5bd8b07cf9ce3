"""The JSON door of the hall, asked over HTTP like by any client; its address stands in a file.

The office trusts a door that speaks TLS by its own certificate alone, whatever name that has: both
are of one hall, and on one machine.
"""

from __future__ import annotations

import http.client
import ssl
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import msgspec

from huiguan.foundation.faults import InputFault
from huiguan.office.display.here import shown
from huiguan.web.operator import NotReady

ANSWER_SECONDS = 30.0  # longer than the door itself waits
GOOD, UNKNOWN_KEY, NOT_YOURS, NOT_NOW = 200, 401, 403, 503


class DoorPlace(msgspec.Struct):
    """Where the JSON door is, as its file says."""

    url: str


class Answered(NamedTuple):
    """What the door answered."""

    status: int
    body: bytes

    @property
    def found(self) -> Any:  # noqa: ANN401  JSON
        """The answer, as it was written."""
        return msgspec.json.decode(self.body)


class UnknownKey(NotReady):
    """The door does not know a key that the floor was told of: its file was replaced."""


class NotYours(InputFault):
    """The door answers this to others only."""


class Unheard(Exception):  # noqa: N818  a state of the line
    """What was asked may have arrived; no answer came."""


@lru_cache(1)
def trusts(certificate: str) -> ssl.SSLContext:
    """Return whom a line to a door with TLS trusts."""
    context = ssl.create_default_context(cafile=certificate)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def line() -> http.client.HTTPConnection:
    """Return a line to the door; ``NotReady`` where there is none."""
    places = shown().follower.places
    try:
        assert places.http_door is not None, "the office of a hall knows where its door is"
        url = msgspec.json.decode(places.http_door.read_bytes(), type=DoorPlace).url
        place = urlsplit(url)
        found = (
            http.client.HTTPSConnection(
                str(place.hostname),
                place.port,
                timeout=ANSWER_SECONDS,
                context=trusts(places.certificate),
            )
            if place.scheme == "https"
            else http.client.HTTPConnection(str(place.hostname), place.port, timeout=ANSWER_SECONDS)
        )
        found.connect()
    except (OSError, msgspec.DecodeError):
        raise NotReady from None
    return found


def send(token: str, method: str, path: str, body: object = None) -> Answered:
    """Return an answer of the door.

    Raises ``NotReady`` where nothing was sent, ``Unheard`` where something was and nothing came.
    """
    door = line()
    try:
        text = None if body is None else msgspec.json.encode(body)
        door.request(method, path, text, {"Authorization": f"Bearer {token}"})
        answer = door.getresponse()
        return Answered(answer.status, answer.read())
    except (OSError, http.client.HTTPException):
        raise Unheard from None
    finally:
        door.close()


def ask(token: str, path: str, **asked: str) -> Any:  # noqa: ANN401  JSON
    """Return what the door knows.

    Raises ``NotReady`` where it does not answer now, ``NotYours`` or another ``InputFault`` with
    its words where it says no.
    """
    return asked_raw(token, path, **asked).found


def asked_raw(token: str, path: str, **asked: str) -> Answered:
    """Return a good answer of the door, as it was written."""
    given = {name: value for name, value in asked.items() if value}
    try:
        answer = send(token, "GET", f"{path}?{urlencode(given)}" if given else path)
    except Unheard:
        raise NotReady from None
    if answer.status == GOOD:
        return answer
    if answer.status == UNKNOWN_KEY:
        raise UnknownKey
    if answer.status >= NOT_NOW:
        raise NotReady
    kind = NotYours if answer.status == NOT_YOURS else InputFault
    raise kind(str(answer.found["fault"]))
