"""A day of 5,000,000 events read by surveillance: its orders, trades and cancels by every detector.

Two flows of the core (``flows.py``): 100,000 trading codes in 200 contracts, and 500 codes in 10,
who send hundreds of times as much each. Times are those of six hours of trading. Measured in a
process that has the events and nothing else: seconds and the most memory. Limits: 20 s, 4 GB.
The yardstick is one stable sort of the same events by what is looked at first, holder and contract.
"""

import resource
import statistics
import time

import numpy as np
from tests.markets import DAY, books

from benchmarks.flows import make_flow
from huiguan.exchange.day.contract_tables import parameters_of
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.events import DayEvents, EventCollector
from huiguan.exchange.messages import MESSAGE_BYTES
from huiguan.exchange.surveillance.scan import scan
from huiguan.exchange.surveillance.watched import watched
from huiguan.exchange.trading.core import TradingCore

RUNS = 3
FRAME = 16 * MESSAGE_BYTES
COMMANDS = 4_600_000
SIX_HOURS_NS = 6 * 3600 * 1_000_000_000
SHAPES = ((200, 100_000), (10, 500))  # contracts, trading codes


def day_of_events(instruments: int, codes: int) -> tuple[DayImage, DayEvents]:
    """Return the events of a flow through the core, its frames spread over six hours."""
    flow = make_flow(instruments, codes, 90_000, COMMANDS)
    core = TradingCore(flow.image)
    collector = EventCollector(SIX_HOURS_NS - 300 * 1_000_000_000)
    collector.add(1, np.array(core.run_frame(1, flow.prelude)))
    step = SIX_HOURS_NS * FRAME // len(flow.commands)
    for number, start in enumerate(range(0, len(flow.commands), FRAME), 1):
        at = number * step
        collector.add(at, np.array(core.run_frame(at, flow.commands[start : start + FRAME])))
    return flow.image, collector.finish()


def main() -> None:
    """Measure both shapes."""
    for instruments, codes in SHAPES:
        image, events = day_of_events(instruments, codes)
        count = len(events.entered) + len(events.cancelled) + len(events.trades)
        rules = list(parameters_of(books(), ["cu2610"], DAY)) * instruments
        seconds, sorting, found = [], [], []
        for _ in range(RUNS):
            begun = time.perf_counter()
            cells = events.entered["trading_code"].astype(np.int64) * instruments
            np.argsort(cells + events.entered["instrument"], kind="stable")
            sorting.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            found = scan(watched(image, events, rules))
            seconds.append(time.perf_counter() - begun)
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(
            f"{codes:,} codes in {instruments} contracts: {count:,} events,"
            f" {len(found):,} findings, scanned in {statistics.median(seconds):.1f} s"
            f" ({min(seconds):.1f} to {max(seconds):.1f}), {most:.1f} GB at most;"
            f" one sort {statistics.median(sorting):.2f} s",
            flush=True,
        )
    assert statistics.median(seconds) < 20


if __name__ == "__main__":
    main()
