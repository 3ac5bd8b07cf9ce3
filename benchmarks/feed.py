"""Public updates a second of the feed: events in, packets of level changes and trades out.

The flows of ``core.py`` (``flows.py``), in frames of 1,024 commands as a busy node has them. An
update is a record but ``EventEnded``. The ratio is to the core alone on the same commands: how much
longer a command takes when everybody hears of it. A snapshot of all channels is timed beside, and a
quote of every instrument. Left out: the network, and readers.
"""

import statistics
import time

import numpy as np

from benchmarks.flows import Flow, make_flow
from huiguan.exchange.market_data.feed import Feed
from huiguan.exchange.market_data.records import (
    HEADER_BYTES,
    RECORD_BYTES,
    EventEnded,
    split_packets,
)
from huiguan.exchange.market_data.snapshots import Quotes
from huiguan.exchange.messages import MESSAGE_BYTES
from huiguan.exchange.trading.core import TradingCore

RUNS = 5
FRAME = 1_024 * MESSAGE_BYTES
MEASURED = 1_000_000
SINGLE = 20_000


def frames_of(flow: Flow) -> list[tuple[int, np.ndarray, np.ndarray]]:
    """Return (first sequence, commands, events) of every frame, the preparing ones first."""
    core, found = TradingCore(flow.image), []
    commands = np.concatenate([flow.prelude, flow.commands])
    for start in range(0, len(commands), FRAME):
        part, first = commands[start : start + FRAME], core.next_sequence
        found.append((first, part, core.run_frame(1, part).copy()))
    return found


def core_seconds(flow: Flow) -> float:
    """Return how long the core takes for the commands."""
    core = TradingCore(flow.image)
    commands = np.concatenate([flow.prelude, flow.commands])
    begun = time.perf_counter()
    for start in range(0, len(commands), FRAME):
        core.run_frame(1, commands[start : start + FRAME])
    return time.perf_counter() - begun


def feed_seconds(flow: Flow, frames: list[tuple[int, np.ndarray, np.ndarray]]) -> float:
    """Return how long a new feed takes for the events."""
    feed = Feed(flow.image)
    begun = time.perf_counter()
    for first, commands, events in frames:
        feed.apply(1, first, commands, events)
    return time.perf_counter() - begun


def count_records(feed: Feed, frames: list[tuple[int, np.ndarray, np.ndarray]]) -> tuple[int, int]:
    """Return how many records but ``EventEnded`` and bytes a feed writes."""
    records = ended = size = 0
    for first, commands, events in frames:
        before = feed.journal_sequence
        packets = feed.apply(1, first, commands, events)
        for packet in split_packets(packets):
            records += (len(packet) - HEADER_BYTES) // RECORD_BYTES
            kinds = np.frombuffer(packet, "<i2", offset=HEADER_BYTES)[:: RECORD_BYTES // 2]
            ended += int((kinds == EventEnded.KIND).sum())
        size += len(packets)
        assert feed.journal_sequence >= before
    return records - ended, size


def single_us(flow: Flow) -> tuple[float, float]:
    """Return the p50 and p99 of a frame of one command, in microseconds."""
    core, feed = TradingCore(flow.image), Feed(flow.image)
    prepared = core.run_frame(1, flow.prelude).copy()
    feed.apply(1, 1, flow.prelude, prepared)
    found = []
    for start in range(0, SINGLE * MESSAGE_BYTES, MESSAGE_BYTES):
        row, first = flow.commands[start : start + MESSAGE_BYTES], core.next_sequence
        events = core.run_frame(1, row)
        begun = time.perf_counter()
        feed.apply(1, first, row, events)
        found.append((time.perf_counter() - begun) * 1e6)
    p50, p99 = np.percentile(found, [50, 99]).tolist()
    return p50, p99


def measure(name: str, flow: Flow) -> None:
    """Print the figures of one flow."""
    frames = frames_of(flow)
    feed = Feed(flow.image)
    updates, size = count_records(feed, frames)
    core = statistics.median(core_seconds(flow) for _ in range(RUNS))
    ours = [feed_seconds(flow, frames) for _ in range(RUNS)]
    median = statistics.median(ours)
    commands = sum(len(part) for _, part, _ in frames) // MESSAGE_BYTES
    print(
        f"{name:<18} {updates / median / 1e6:5.2f} M updates/s ({updates / max(ours) / 1e6:.2f} to"
        f" {updates / min(ours) / 1e6:.2f}), {commands / median / 1e6:.2f} M commands/s,"
        f" {size / updates:.0f} bytes an update, {median / core:.2f} x the core alone"
    )
    p50, p99 = single_us(flow)
    print(f"{'':<18} a frame of one command: p50 {p50:.1f} us, p99 {p99:.1f} us")
    feed.snapshot()
    begun = time.perf_counter()
    snapshot = feed.snapshot()
    seconds = time.perf_counter() - begun
    quotes = Quotes(feed)
    quotes.take(0)
    feed.state.books["fresh"] = 1
    begun = time.perf_counter()
    quotes.take(1)
    again = time.perf_counter() - begun
    print(
        f"{'':<18} snapshot of {len(snapshot) / 1e6:.2f} MB in {seconds * 1e3:.1f} ms;"
        f" quotes of {len(feed.state.books)} instruments in {again * 1e3:.2f} ms"
    )


def main() -> None:
    """Measure both flows."""
    measure("one instrument", make_flow(1, 10_000, 10_000, MEASURED))
    measure("200 instruments", make_flow(200, 100_000, 90_000, MEASURED))
