"""The trace of checks against the events: what is explained is what decided, on any story."""

import os
from collections import Counter

from huiguan.exchange.messages import (
    COMMAND_HEADER,
    CommandRefused,
    CommandRepeated,
    EnterOrder,
    OrderEntered,
)
from huiguan.exchange.trading.core import TradingCore
from huiguan.foundation.refusals import Refusal
from tests.property.stories import Seeded, Teller, story_image
from tests.property.test_trading_core import CORE_REFUSALS
from tests.trading_day import Told, read_events

COMPILED = os.environ.get("NUMBA_DISABLE_JIT") != "1"
STORIES, STEPS = (32 if COMPILED else 4), 300


def refused(told: list[Told]) -> list[tuple[int, int, int, bool]]:
    """Return the line that a refusal among the events asks for."""
    events = [one.event for one in told if isinstance(one.event, CommandRefused)]
    return [(e.refusal, e.first_figure, e.second_figure, False) for e in events]


def test_the_line_that_fails_is_the_refusal_of_the_event() -> None:
    """Two cores hear the same story, one traces: same events, same hash, and lines that fit."""
    seen: Counter[int] = Counter()
    longest = 0
    for seed in range(STORIES):
        chance = Seeded(seed)
        image = story_image(chance)
        plain, traced = TradingCore(image), TradingCore(image)
        teller = Teller(chance, image)
        for _ in range(STEPS):
            time_ns, row = teller.next()
            events = plain.run_frame(time_ns, row)
            told, lines = traced.run_traced(time_ns, row)
            assert told.tobytes() == events.tobytes()
            heard = read_events(events)
            teller.hear(row, heard)
            assert [line for line in lines if not line.passed] == refused(heard)
            assert all(line.passed for line in lines[:-1]), "nothing is asked after the first fault"
            assert len({line.refusal for line in lines}) >= len(lines) - 1  # full tables: two
            assert_whole(int(row.view(COMMAND_HEADER)[0]["kind"]), heard, lines)
            seen.update(int(line.refusal) for line in lines if not line.passed)
            longest = max(longest, len(lines))
        assert traced.state_hash() == plain.state_hash()
    assert longest > 20, "an accepted order meets more than twenty checks"
    if COMPILED:
        assert set(seen) == CORE_REFUSALS, f"never refused: {sorted(CORE_REFUSALS - set(seen))}"


def assert_whole(kind: int, heard: list[Told], lines: list[tuple[int, int, int, bool]]) -> None:
    """Check that an accepted order went through the whole ladder, from its sender to the room."""
    outcome = [type(one.event) for one in heard]
    if kind == EnterOrder.KIND and OrderEntered in outcome:
        met = [line[0] for line in lines]
        first = [Refusal.UNKNOWN_SESSION, Refusal.SEQUENCE_GAP, Refusal.UNKNOWN_INSTRUMENT]
        assert met[:3] == first
        assert Refusal.ORDERS_FULL in met
        assert {Refusal.PRICE_ABOVE_LIMIT, Refusal.PRICE_BELOW_LIMIT} < set(met)
    if CommandRepeated in outcome:
        assert [line[0] for line in lines] == [Refusal.UNKNOWN_SESSION, Refusal.REPEAT_TOO_OLD]
