"""Print the digest of seeded stories, run here; the test starts it under other circumstances."""

import sys

from huiguan.exchange.trading.core import TradingCore
from huiguan.foundation.hashing import digest
from tests.property.stories import Seeded, Teller, story_image
from tests.trading_day import read_events


def story_digest(seeds: range, steps: int) -> str:
    """Return the hash of events and final states of seeded stories."""
    parts = []
    for seed in seeds:
        chance = Seeded(seed)
        image = story_image(chance)
        core, teller = TradingCore(image), Teller(chance, image)
        for _ in range(steps):
            time_ns, row = teller.next()
            events = core.run_frame(time_ns, row)
            parts.append(events.tobytes())
            teller.hear(row, read_events(events))
        parts.append(core.state_hash())
    return digest(*parts).hex()


if __name__ == "__main__":
    print(story_digest(range(int(sys.argv[1]), int(sys.argv[2])), int(sys.argv[3])))  # noqa: T201
