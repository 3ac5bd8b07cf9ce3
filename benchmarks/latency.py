"""Time of one call of the core at batches of 1, 64 and 4,096, after the opening.

The flow of one instrument (``flows.py``), all checks and events, journal off. A call is what the
sequencer pays: bytes in, events out. The worst call shows whether a page fault waited for trading.
"""

import time

import numpy as np

from benchmarks.flows import make_flow
from huiguan.exchange.messages import MESSAGE_BYTES
from huiguan.exchange.trading.core import TradingCore


def main() -> None:
    """Print p50, p99, p99.9 and the worst, in microseconds a call."""
    flow = make_flow(1, 10_000, 10_000, 600_000)
    for batch, calls in ((1, 100_000), (64, 8_000), (4_096, 140)):
        core = TradingCore(flow.image)
        core.run_frame(1, flow.prelude)
        times = np.zeros(calls, np.int64)
        size = batch * MESSAGE_BYTES
        for call in range(calls):
            rows = flow.commands[call * size : (call + 1) * size]
            begun = time.perf_counter_ns()
            core.run_frame(1, rows)
            times[call] = time.perf_counter_ns() - begun
        points = np.percentile(times, [50, 99, 99.9]) / 1e3
        print(
            f"batch {batch:>5}: p50 {points[0]:8.1f}  p99 {points[1]:8.1f}  p99.9 {points[2]:8.1f}"
            f"  worst {times.max() / 1e3:8.1f} us a call; p50 {points[0] / batch:.2f} us a command"
        )
