"""The trading core against its plain twins, on stories of commands of all kinds.

Events first, state second, invariants after every command (decisions, What always holds).
Seeded stories are
the same everywhere; what they covered is printed with the results of the run.
"""

import os
from collections import Counter
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.messages import COMMAND_HEADER, EVENTS, LogOn, ResetBook
from huiguan.exchange.trading.core import TradingCore
from huiguan.foundation.refusals import Refusal
from tests.models.core_state import differences, read_core, read_twin
from tests.models.invariants import Watcher
from tests.models.plain_exchange import PlainExchange, plain, sort_cancels
from tests.models.rebuilder import Rebuilder, same_of_core
from tests.property.stories import Chance, Drawn, Seeded, Teller, story_image
from tests.trading_day import read_events

COMPILED = os.environ.get("NUMBA_DISABLE_JIT") != "1"
STORIES = 32 if COMPILED else 4
STEPS = 300

# What the core itself can answer: a price is always on a tick here, the gateways check it.
CORE_REFUSALS = {int(number) for number in Refusal if 1000 < number < 5000} - {
    Refusal.PRICE_NOT_ON_TICK
}


class Recorded(NamedTuple):
    """A story that was told: frames of one command each."""

    image: DayImage
    times: list[int]
    rows: list[np.ndarray]
    events: list[np.ndarray]
    state_hash: bytes


def kind_of(row: np.ndarray) -> int:
    """Return the kind of a command."""
    return int(row.view(COMMAND_HEADER)[0]["kind"])


def tell_checked(chance: Chance, steps: int) -> Counter[str]:
    """Tell a story to core and twin and check everything after every command."""
    image = story_image(chance)
    core, twin = TradingCore(image, event_rows=64), PlainExchange(image)
    teller, watcher = Teller(chance, image), Watcher(image)
    for _ in range(steps):
        time_ns, row = teller.next()
        told = read_events(core.run_frame(time_ns, row))
        assert plain(told) == sort_cancels(twin.run_frame(time_ns, row))
        assert differences(read_core(core.state), read_twin(twin)) == []
        watcher.check(core.state, told, log_on=kind_of(row) == LogOn.KIND)
        teller.hear(row, told)
    return teller.seen + watcher.seen


def record(seed: int, steps: int, *, resets: bool = True) -> Recorded:
    """Tell a seeded story to the core alone and keep it."""
    chance = Seeded(seed)
    image = story_image(chance)
    core, teller = TradingCore(image), Teller(chance, image)
    times, rows, events = [], [], []
    for _ in range(steps):
        time_ns, row = teller.next()
        if kind_of(row) == ResetBook.KIND and not resets:
            continue
        buffer = core.run_frame(time_ns, row).copy()
        teller.hear(row, read_events(buffer))
        times.append(time_ns)
        rows.append(row)
        events.append(buffer)
    return Recorded(image, times, rows, events, core.state_hash())


@given(st.data())
@settings(
    max_examples=50 if COMPILED else 5,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_core_and_plain_exchange_agree_on_any_story(data: st.DataObject) -> None:
    chance = Drawn(data)
    tell_checked(chance, 10 + chance.below(50))


@pytest.mark.slow
def test_long_stories_agree_and_cover_every_refusal(record_property: pytest.FixtureRequest) -> None:
    seen: Counter[str] = Counter()
    for seed in range(STORIES):
        seen += tell_checked(Seeded(seed), STEPS)
    commands = STORIES * STEPS
    record_property("coverage of the trading stories", coverage(seen, commands))
    if COMPILED:
        found = {number for number in CORE_REFUSALS if seen[f"refusal {number}"]}
        assert found == CORE_REFUSALS, f"never refused: {sorted(CORE_REFUSALS - found)}"
        wanted = ("auctions", "partial fills", "trades at a limit price", "closes of today")
        for name in (*wanted, "cancels of self-trades", "trades with oneself"):
            assert seen[name] >= 10, name
        assert all(seen[event.__name__] for event in EVENTS.values())


def coverage(seen: Counter[str], commands: int) -> str:
    """Return what the stories covered, one line a noun."""
    lines = [f"{commands} commands; of them refused, by number:"]
    refused = sorted(name for name in seen if name.startswith("refusal"))
    shares = [f"{name[8:]} {seen[name] / commands:.2%}" for name in refused]
    lines += ["  " + ", ".join(shares[at : at + 8]) for at in range(0, len(shares), 8)]
    others = sorted(name for name in seen if not name.startswith("refusal"))
    return "\n".join([*lines, "  " + ", ".join(f"{name} {seen[name]}" for name in others)])


@pytest.mark.parametrize("seed", range(200, 212 if COMPILED else 201))
def test_framing_and_buffers_change_nothing(seed: int) -> None:
    story = record(seed, STEPS)
    chance = Seeded(seed)
    for event_rows in (1, 0):  # the smallest buffer, the usual one
        core = TradingCore(story.image, event_rows=event_rows)
        start = 0
        while start < len(story.rows):
            end = start + 1
            while end < len(story.rows) and story.times[end] == story.times[start]:
                end += 1
            end = start + 1 + chance.below(end - start)  # split anywhere within the same time
            events = core.run_frame(story.times[start], np.concatenate(story.rows[start:end]))
            assert events.tobytes() == b"".join(e.tobytes() for e in story.events[start:end])
            start = end
        assert core.state_hash() == story.state_hash


@pytest.mark.parametrize("seed", range(300, 312 if COMPILED else 301))
def test_snapshot_and_tail_equal_the_whole(seed: int) -> None:
    story = record(seed, STEPS)
    cut = 1 + Seeded(seed).below(STEPS - 1)
    first = TradingCore(story.image)
    for time_ns, row in zip(story.times[:cut], story.rows[:cut], strict=True):
        first.run_frame(time_ns, row)
    second = TradingCore(story.image)
    second.restore({name: rows.copy() for name, rows in first.tables().items()})
    assert second.state_hash() == first.state_hash()
    for step in range(cut, STEPS):
        events = second.run_frame(story.times[step], story.rows[step])
        assert events.tobytes() == story.events[step].tobytes()
    assert second.state_hash() == story.state_hash


@pytest.mark.parametrize("seed", range(400, 412 if COMPILED else 401))
def test_events_alone_rebuild_books_positions_and_funds(seed: int) -> None:
    story = record(seed, STEPS, resets=False)
    core, rebuilder = TradingCore(story.image), Rebuilder(story.image)
    for step, (time_ns, row) in enumerate(zip(story.times, story.rows, strict=True)):
        for told in read_events(core.run_frame(time_ns, row)):
            rebuilder.hear(told)
        if step % 10 == 0 or step == len(story.rows) - 1:
            assert rebuilder.state() == same_of_core(read_core(core.state))
