"""When the clock has something to do next, against a clock that is run; how long events live."""

import os

import numpy as np

from huiguan.exchange.messages import (
    ChangePhase,
    CommandDone,
    LogOn,
    LoseSession,
    PassTime,
    Phase,
    PhaseChanged,
    encode,
)
from huiguan.exchange.trading.core import TradingCore
from huiguan.exchange.trading.state.rows import SessionStatus
from tests.images import small_image
from tests.property.stories import Seeded, Teller, story_image
from tests.trading_day import SMALL, read_events

COMPILED = os.environ.get("NUMBA_DISABLE_JIT") != "1"
PASS = encode(PassTime())


def copy_of(core: TradingCore, story: int) -> TradingCore:
    """Return another core in the same state."""
    other = TradingCore(story_image(Seeded(story)))
    other.restore({name: rows.copy() for name, rows in core.tables().items()})
    return other


def standing(core: TradingCore) -> tuple[list[int], list[int], list[int]]:
    """Return what the clock changes: phases, sessions, when orders are taken off."""
    sessions = core.state.sessions
    phases = core.state.group_phase.tolist()
    return phases, sessions["state"].tolist(), sessions["disconnect_ns"].tolist()


def test_nothing_happens_before_and_something_at_the_time_told() -> None:
    asked = 0
    for story in range(500, 512 if COMPILED else 503):
        chance = Seeded(story)
        image = story_image(chance)
        core, teller = TradingCore(image), Teller(chance, image)
        for step in range(200):
            time_ns, row = teller.next()
            teller.hear(row, read_events(core.run_frame(time_ns, row)))
            due = core.next_due_ns
            if step % 10 or due is None:
                continue
            assert due > core.time_ns, "what is due has run"
            early, late = copy_of(core, story), copy_of(core, story)
            (done,) = read_events(early.run_frame(due - 1, PASS))
            assert isinstance(done.event, CommandDone)
            assert standing(early) == standing(core)
            assert early.next_due_ns == due
            late.run_frame(due, PASS)
            assert standing(late) != standing(core) or late.next_due_ns != due
            assert late.next_due_ns is None or late.next_due_ns > due
            asked += 1
    assert asked > 30


def test_a_day_of_nothing_but_time_runs_its_schedule_and_ends() -> None:
    """Phases at 5, 5 and 9, a lost session with a grace of 7 from time 1: 5, 8, 9, nothing."""
    image = small_image(settings=SMALL)
    rows = [(5, 0, Phase.AUCTION_ORDERING), (5, 0, Phase.AUCTION_MATCH), (9, 0, Phase.CLOSED)]
    core = TradingCore(image._replace(phases=np.array(rows, image.phases.dtype)))
    on = LogOn(target=1, member=0, epoch=1, grace_ns=7, cancel_on_disconnect=1)
    core.run_frame(1, encode(on))
    core.run_frame(1, encode(LoseSession(target=1)))
    times = []
    while (due := core.next_due_ns) is not None:
        told = read_events(core.run_frame(due, PASS))
        assert all(one.event.due_ns == due for one in told if isinstance(one.event, PhaseChanged))
        times.append(due)
    assert times == [5, 8, 9]
    assert core.state.group_phase.tolist() == [Phase.CLOSED]
    assert core.state.sessions["state"][1] == SessionStatus.OFF
    assert core.time_ns == 9, "the time of the last events"


def test_events_stay_through_the_next_call_and_cannot_be_written() -> None:
    core = TradingCore(small_image(settings=SMALL))
    first = core.run_frame(1, encode(ChangePhase(group=0, phase=Phase.CONTINUOUS)))
    kept = first.copy()
    second = core.run_frame(2, PASS)
    assert first.tobytes() == kept.tobytes(), "the next call writes elsewhere"
    core.run_frame(3, PASS)
    assert first.tobytes() != kept.tobytes(), "the call after it takes the buffer"
    assert not first.flags.writeable
    assert not second.flags.writeable
