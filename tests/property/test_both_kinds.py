"""Closes that take history lots and today's (``Closing``) against the plain twins.

Stories as in ``test_trading_core``, but nearly everybody holds lots of both kinds in one month and
closes more than it has of either, at two or three prices, in auctions and in continuous trading.
"""

import os
from collections import Counter

import numpy as np
import pytest
from msgspec.structs import replace

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.messages import EnterOrder, LogOn, Offset, ResetBook
from huiguan.exchange.trading.core import TradingCore
from tests.models.core_state import differences, read_core, read_twin
from tests.models.invariants import Watcher
from tests.models.plain_exchange import PlainExchange, plain, sort_cancels
from tests.models.rebuilder import Rebuilder, same_of_core
from tests.property.stories import (
    CODES,
    INSTRUMENTS,
    MEMBERS,
    SETTLEMENT,
    Chance,
    Seeded,
    Teller,
    often,
    pick,
    story_image,
)
from tests.property.test_trading_core import kind_of
from tests.trading_day import read_events

COMPILED = os.environ.get("NUMBA_DISABLE_JIT") != "1"
STORIES = 40 if COMPILED else 4
STEPS = 300
HELD = 4


def image_of_both(chance: Chance) -> DayImage:
    """Return the market of a story in which everybody holds lots on both sides and may close."""
    image = story_image(chance)
    image.instruments["right"] = image.trading_codes["right"] = 0
    image.trading_codes["deposit_fen"] = 1_000_000
    rows = [(c, m, HELD, HELD, 0) for c in range(CODES) for m in range(INSTRUMENTS)]
    return image._replace(
        settings=replace(image.settings, offset_flags=True),
        positions=np.array(rows, image.positions.dtype),
        holder_limits=image.holder_limits[:0],
    )


class Closers(Teller):
    """Tells of people who open a little and close much."""

    def entry(self, session: int) -> EnterOrder:
        """Return an order of some kind, mostly of the first month and near one price."""
        chance, story = self.chance, super().entry(session)
        if often(chance, 5):
            return story
        limits = [
            int(self.image.instruments[f"{which}_limit_ticks"][0]) for which in ("lower", "upper")
        ]
        price = SETTLEMENT + chance.below(3) - 1
        force = 1 + chance.below(2) if often(chance, 15) else 0
        return replace(
            story,
            price_ticks=pick(chance, limits) if often(chance, 10) else price,
            lots=1 + chance.below(5),
            minimum_lots=0,
            instrument=0,
            trading_code=(session - 1) + MEMBERS * chance.below(2),
            side=chance.below(2),
            offset=pick(chance, (0, 0, 1, 1, 1, 1, 3, Offset.FORCE_CLOSE)),
            hedge=0,
            time_in_force=force,
            price_type=0,
        )


@pytest.mark.slow
def test_closes_of_both_kinds_agree_with_the_twins(record_property: pytest.FixtureRequest) -> None:
    seen: Counter[str] = Counter()
    for seed in range(600, 600 + STORIES):
        chance = Seeded(seed)
        image = image_of_both(chance)
        core, twin = TradingCore(image, event_rows=1), PlainExchange(image)
        teller, watcher, rebuilder = Closers(chance, image), Watcher(image), Rebuilder(image)
        for _ in range(STEPS):
            time_ns, row = teller.next()
            if kind_of(row) == ResetBook.KIND:  # a rebuilder does not hear which prices it forgets
                continue
            told = read_events(core.run_frame(time_ns, row))
            assert plain(told) == sort_cancels(twin.run_frame(time_ns, row))
            assert differences(read_core(core.state), read_twin(twin)) == []
            watcher.check(core.state, told, log_on=kind_of(row) == LogOn.KIND)
            for one in told:
                rebuilder.hear(one)
            teller.hear(row, told)
        assert rebuilder.state() == same_of_core(read_core(core.state))
        seen += teller.seen + watcher.seen
    record_property("coverage of closes of both kinds", str(sorted(seen.items())))
    firsts = ("closes of both kinds, history first", "closes of both kinds, today first")
    for name in (*firsts, "turns to the other kind"):
        assert seen[name] >= STORIES, name


@pytest.mark.parametrize("seed", range(700, 712 if COMPILED else 702))
def test_frames_buffers_and_snapshots_change_nothing(seed: int) -> None:
    """One frame in the smallest buffer, and a snapshot anywhere, give the events of small steps."""
    chance = Seeded(seed)
    image = image_of_both(chance)
    core, teller = TradingCore(image), Closers(chance, image, steps=(0,))
    rows, events = [], []
    cut = 1 + chance.below(STEPS - 1)
    for step in range(STEPS):
        if step == cut:
            tables = {name: table.copy() for name, table in core.tables().items()}
        time_ns, row = teller.next()
        rows.append(row)
        events.append(core.run_frame(time_ns, row).copy())
        teller.hear(row, read_events(events[-1]))
    tight = TradingCore(image, event_rows=1)
    assert tight.run_frame(0, np.concatenate(rows)).tobytes() == b"".join(map(bytes, events))
    assert tight.state_hash() == core.state_hash()
    after = TradingCore(image, event_rows=1)
    after.restore(tables)
    for step in range(cut, STEPS):
        assert after.run_frame(0, rows[step]).tobytes() == events[step].tobytes()
    assert after.state_hash() == core.state_hash()
    assert after.state.core["two_kinds"] == core.state.core["two_kinds"]
