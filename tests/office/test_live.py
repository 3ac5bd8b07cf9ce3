"""What an open page is told: what changed, twice a second, encoded once for all."""

from __future__ import annotations

import json
from typing import Any

from huiguan.exchange.messages import Phase
from huiguan.office.display.live import Live
from tests.office.test_board import trade
from tests.office.watched import AU2610, Watched

BOARD = ("en", "board", "cu2610")


def told(live: Live, topic: tuple[str, str, str], known: int) -> Any:
    return json.loads(live.frame(topic, known))


def test_only_what_changed_is_told(market: Watched) -> None:
    live = Live(market.show())
    trade(market, 107_300, 1)
    first = told(live, BOARD, 0)
    assert (first["day"], set(first["rows"])) == (20260821, {"cu2610", "au2610"})
    assert first["block"]["contract"] == "cu2610"
    known = market.seen.reads
    assert told(live, BOARD, known)["rows"] == {}
    trade(market, 107_400, 1, AU2610)
    after = told(live, BOARD, known)
    assert set(after["rows"]) == {"au2610"}
    assert after["rows"]["au2610"]["cells"]["last"] == ["107,400", "up"]
    assert "block" not in after
    assert told(live, ("en", "cu", ""), 0)["rows"].keys() == {"cu2609", "cu2610"}
    assert told(live, ("en", "no-such", "no-such"), 0)["rows"] == {}


def test_a_frame_is_encoded_once_for_all_who_know_the_same(market: Watched) -> None:
    live = Live(market.show())
    assert live.frame(BOARD, 0) is live.frame(BOARD, 0)
    known = market.seen.reads
    trade(market, 107_400, 1)
    assert live.frame(BOARD, 0) is not live.frame(BOARD, known)


def test_words_are_told_in_the_language_of_the_page(market: Watched) -> None:
    live = Live(market.show())
    market.enter_phase(Phase.NO_TRADING)
    for lang, word in (("en", "no trading"), ("zh", "非交易")):
        said = told(live, (lang, "board", "cu2610"), 0)
        assert said["head"]["phase"] == said["rows"]["cu2610"]["quiet"] == word
        assert not said["rows"]["cu2610"]["calm"]


def test_a_market_that_is_not_there_is_told_too(market: Watched) -> None:
    market.follower.day = None
    said = told(Live(market.show()), BOARD, 0)
    assert said["day"] == 0
    assert said["head"]["trouble"].startswith("The market is starting")
