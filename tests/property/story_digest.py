"""Print the digest of seeded stories, run here; the test starts it under other circumstances.

Uncompiled, every table refuses a row below zero: compiled tables would read what lies before them.
"""

import os
import sys
from typing import Any

import numpy as np

from huiguan.exchange.trading.core import TradingCore, with_view
from huiguan.exchange.trading.state.rows import State
from huiguan.foundation.hashing import digest
from tests.property.stories import Seeded, Teller, story_image
from tests.trading_day import read_events


class Guarded(np.ndarray[Any, Any]):
    """A table that nobody may ask for a row below zero."""

    def __getitem__(self, row: Any) -> Any:
        """Return a row or column."""
        assert not isinstance(row, int | np.integer) or row >= 0, f"row {row} does not exist"
        return super().__getitem__(row)

    def __setitem__(self, row: Any, value: Any) -> None:
        """Write a row or column."""
        assert not isinstance(row, int | np.integer) or row >= 0, f"row {row} does not exist"
        super().__setitem__(row, value)


def guard(core: TradingCore) -> None:
    """Let the uncompiled core see guarded tables."""
    core._handle = State(*(table if table is None else table.view(Guarded) for table in core.state))
    core._buffer, core._earlier = (
        with_view(rows.view(Guarded)) for rows, _ in (core._buffer, core._earlier)
    )


def story_digest(seeds: range, steps: int) -> str:
    """Return the hash of events and final states of seeded stories."""
    parts = []
    for seed in seeds:
        chance = Seeded(seed)
        image = story_image(chance)
        core, teller = TradingCore(image), Teller(chance, image)
        if os.environ.get("NUMBA_DISABLE_JIT") == "1":
            guard(core)
        for _ in range(steps):
            time_ns, row = teller.next()
            events = np.asarray(core.run_frame(time_ns, row))
            parts.append(events.tobytes())
            teller.hear(row, read_events(events))
        parts.append(core.state_hash())
    return digest(*parts).hex()


if __name__ == "__main__":
    print(story_digest(range(int(sys.argv[1]), int(sys.argv[2])), int(sys.argv[3])))  # noqa: T201
