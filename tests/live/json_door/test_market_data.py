"""Market data of a running hall over WebSocket."""

import json
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.halls import RunningHall
from tests.live.json_door.conftest import OTHER, ConnectionTo
from tests.live.json_door.test_json_door import CONTRACT, order


class Listener:
    """Hears the market through one line."""

    def __init__(self, line: Any) -> None:
        self.line = line
        self.levels: dict[tuple[str, str], tuple[int, int]] = {}
        self.trades: list[tuple[str, int, str]] = []
        self.newest: dict[str, dict[str, Any]] = {}

    def say(self, **message: Any) -> None:
        self.line.send(json.dumps(message))

    def hear(self) -> None:
        """Take one frame: a picture replaces all levels, changes replace some."""
        for said in json.loads(self.line.recv(60)):
            self.newest[said["contract"]] = {**self.newest.get(said["contract"], {}), **said}
            if said["type"] == "picture":
                self.levels = {
                    (side, level[0]): (level[1], level[2])
                    for side, name in (("buy", "bids"), ("sell", "asks"))
                    for level in said[name]
                }
            for side, price, lots, orders in said.get("levels", []):
                self.levels[side, price] = (lots, orders)
            self.trades += [tuple(trade) for trade in said.get("trades", [])]
        self.levels = {place: level for place, level in self.levels.items() if level[0]}

    def hear_until(self, place: tuple[str, str], level: tuple[int, int] | None) -> None:
        while self.levels.get(place) != level:
            self.hear()


def test_every_change_and_pictures_show_the_same_book(
    hall: RunningHall, session: ConnectionTo
) -> None:
    """Copper at 101,000: one order, another behind it, a trade of 3, a cancel of the rest."""
    place = hall.url.replace("http", "ws") + "/v1/market"
    buyer, seller = session(), session(hall.other)
    for one in (buyer, seller):
        one.hear("logged_on")
    with connect(place) as first, connect(place) as second:
        every, pictures = Listener(first), Listener(second)
        every.say(type="subscribe", contracts=[CONTRACT], every_ms=0)
        pictures.say(type="subscribe", products=["cu"], every_ms=100)
        at = ("buy", "101000")
        for listener in (every, pictures):
            listener.hear_until(at, None)
        every.hear()
        before = every.newest[CONTRACT]["volume_lots"]
        buyer.say(order(price="101000", lots=2), order(price="101000", lots=5))
        every.hear_until(at, (7, 2))
        seller.say(order(price="101000", lots=3, side="sell", trading_code=OTHER))
        every.hear_until(at, (4, 1))
        assert every.trades == [("101000", 2, "sell"), ("101000", 1, "sell")]
        buyer.say({"type": "cancel_orders", "target": "000190000001"})
        every.hear_until(at, None)
        last = every.newest[CONTRACT]
        assert (last["last"], last["volume_lots"], last["phase"]) == (
            *("101000", before + 3, "continuous"),
        )
        buyer.say(order(price="101000", lots=1))
        every.hear_until(at, (1, 1))
        while pictures.newest.get(CONTRACT, {}).get("bids", [])[:1] != [["101000", 1, 1]]:
            pictures.hear()
        assert pictures.newest[CONTRACT]["volume_lots"] == before + 3
        assert not any("code" in name or "member" in name for name in last)
        buyer.say({"type": "cancel_orders", "target": "000190000001"})
        buyer.hear("command_done")
        late = json.loads(second.recv(60))
        assert {said["type"] for said in late} == {"picture"}


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ("{}", "required field `type`"),
        ('{"type":"subscribe","contracts":["zz2610"]}', "'zz2610' is no contract"),
        ('{"type":"subscribe","every_ms":7}', "Invalid enum value 7"),
    ],
)
def test_a_subscription_without_sense_says_why(hall: RunningHall, frame: str, words: str) -> None:
    with connect(hall.url.replace("http", "ws") + "/v1/market") as line:
        line.send(frame)
        (said,) = json.loads(line.recv(60))
        assert said["type"] == "goodbye"
        assert words in said["words"]
        with pytest.raises(ConnectionClosed):
            line.recv(60)
