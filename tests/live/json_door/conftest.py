"""One hall for the tests of its JSON door: two traders, copper, time paused while it trades."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from huiguan.cli.hall.up import VISITOR_SESSION
from huiguan.floor.hall.keys import KeyRight
from tests.halls import RunningHall, running_hall

OTHER, OTHER_SESSION = "000210000002", VISITOR_SESSION + 1
FORCING = (KeyRight.FORCE, KeyRight.READ)
ConnectionTo = Callable[..., "Session"]


class Session:
    """A session over WebSocket that counts nothing and keeps what it hears."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line
        self.heard: list[dict[str, Any]] = []

    def say(self, *messages: dict[str, Any]) -> None:
        self.line.send(json.dumps(messages[0] if len(messages) == 1 else messages))

    def hear(self, kind: str, within: float = 60.0) -> dict[str, Any]:
        """Return the next message of a kind; others before it are kept in ``heard``."""
        while True:
            for place, one in enumerate(self.heard):
                if one["type"] == kind:
                    return self.heard.pop(place)
            self.heard += json.loads(self.line.recv(within))

    def replies(self, count: int) -> list[dict[str, Any]]:
        """Return the next replies of the exchange, in order."""
        found: list[dict[str, Any]] = []
        while len(found) < count:
            found += [one for one in self.heard if "reply" in one]
            self.heard = [] if len(found) < count else self.heard
            if len(found) < count:
                self.heard = json.loads(self.line.recv(60))
        self.heard = []
        return found


def trading(hall: RunningHall) -> None:
    """Step to continuous trading and let time stand still."""
    while hall.ask("status")["phases"]["cu"] != "CONTINUOUS":
        hall.ask("step")
    hall.ask("clock", pause=True)


@pytest.fixture(scope="package")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHall]:
    with running_hall(tmp_path_factory.mktemp("hall")) as found:
        found.other = found.make_key("other", member="0002", codes=[OTHER])
        found.exchange = found.make_key("exchange 0002", member="0002", rights=FORCING)
        found.open()
        trading(found)
        yield found


@pytest.fixture
def session(hall: RunningHall) -> Iterator[ConnectionTo]:
    """Connect sessions that are closed after the test."""
    lines = ExitStack()

    def begin(key: str = "", *, log_on: bool = True, **terms: Any) -> Session:
        place = hall.url.replace("http", "ws") + "/v1/session"
        found = Session(lines.enter_context(connect(place, compression=None)))
        if log_on:
            number = OTHER_SESSION if key else VISITOR_SESSION
            now = hall.ask("read session", session=number)
            known = {"last_reply": now["replies"], "trading_day": now["trading_day"]}
            epoch = max(1, now["epoch"])
            key = key or hall.key
            found.say({"type": "log_on", "key": key, "epoch": epoch, **known, **terms})
        return found

    with lines:
        yield begin
    while hall.ask("status")["connected"]:
        pass
