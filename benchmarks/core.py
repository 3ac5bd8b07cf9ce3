"""Commands a second of the trading core, all checks and all events, with and without the journal.

Two flows (``flows.py``): one instrument, 10,000 trading codes, 10,000 live orders; 200 instruments,
100,000 codes, 90,000 live orders. 55 % entries, an eighth of them aggressive, 45 % cancels by order
id; funds, positions, limits, fees, resends on; frames of 65,536. The durable figure goes
through the sequencer: every frame hashed, written and flushed before it is applied, its events
hashed. Peers in the same run: ``bourse`` and ``lightmatchingengine``, one instrument, entries
alone, called from Python, without risk, events or journal. Left out: gateways, the network.
"""

import importlib
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.flows import Flow, make_flow
from huiguan.days.run_again import verify_day
from huiguan.exchange.messages import LAYOUTS, MESSAGE_BYTES, EnterOrder
from huiguan.exchange.trading.core import TradingCore
from huiguan.floor.day.frames import Input
from huiguan.floor.day.sequencer import Sequencer

RUNS = 5
WINDOW = 65_536 * MESSAGE_BYTES
MEASURED = 1_000_000
PEER_ORDERS = 20_000


def core_rate(flow: Flow) -> float:
    """Return million commands a second of the core alone."""
    core = TradingCore(flow.image)
    core.run_frame(1, flow.prelude)
    begun = time.perf_counter()
    for start in range(0, len(flow.commands), WINDOW):
        core.run_frame(1, flow.commands[start : start + WINDOW])
    return MEASURED / (time.perf_counter() - begun) / 1e6


def durable_rate(flow: Flow) -> float:
    """Return million commands a second, each on disk before it is applied."""
    with tempfile.TemporaryDirectory(prefix="core-", dir=".") as scratch:
        day = Sequencer.create(Path(scratch) / "day", flow.image)
        day.run(1, flow.prelude)
        cuts = range(0, len(flow.commands), WINDOW)
        inputs = (Input(2, flow.commands[start : start + WINDOW]) for start in cuts)
        begun = time.perf_counter()
        for _ in day.run_many(inputs):
            pass
        seconds = time.perf_counter() - begun
        day.close()
    return MEASURED / seconds / 1e6


def show(what: str, run: Callable[[], float]) -> float:
    """Print and return the median of several runs, with best and worst."""
    figures = [run() for _ in range(RUNS)]
    median = statistics.median(figures)
    print(f"{what:<48} {median:7.2f} M/s  ({min(figures):.2f} to {max(figures):.2f})", flush=True)
    return median


def verify_rate(flow: Flow) -> None:
    """Print how long it takes to run a recorded day of ten million commands again."""
    with tempfile.TemporaryDirectory(prefix="core-", dir=".") as scratch:
        root = Path(scratch) / "day"
        day = Sequencer.create(root, flow.image)
        for start in range(0, len(flow.prelude), WINDOW):
            day.run(1, flow.prelude[start : start + WINDOW])
        cuts = range(0, len(flow.commands), WINDOW)
        for _ in day.run_many(Input(2, flow.commands[s : s + WINDOW]) for s in cuts):
            pass
        day.close()
        begun = time.perf_counter()
        found = verify_day(root)
        seconds = time.perf_counter() - begun
    print(f"a recorded day of {found.sequence:,} commands verified in {seconds:.1f} s", flush=True)


def bourse_rate(rows: np.ndarray) -> float:
    """Return million orders a second of a Rust book driven from Python."""
    book = importlib.import_module("bourse").core.OrderBook(0, 1)
    begun = time.perf_counter()
    for row in rows:
        book.place_order(bool(row[0] == 0), int(row[2]), 1, price=int(row[1]))
    return len(rows) / (time.perf_counter() - begun) / 1e6


def light_rate(rows: np.ndarray) -> float:
    """Return million orders a second of a plain Python engine."""
    engine = importlib.import_module("lightmatchingengine.lightmatchingengine")
    book = engine.LightMatchingEngine()
    begun = time.perf_counter()
    for row in rows:
        side = engine.Side.BUY if row[0] == 0 else engine.Side.SELL
        book.add_order("x", float(row[1]), int(row[2]), side)
    return len(rows) / (time.perf_counter() - begun) / 1e6


def peers(flow: Flow, ours: float) -> None:
    """Print the ratio to peers that pip installs, on the same entries."""
    rows = flow.commands.view(LAYOUTS[EnterOrder.KIND])
    rows = rows[rows["kind"] == EnterOrder.KIND][:PEER_ORDERS]
    plain = np.stack([rows[name] for name in ("side", "price_ticks", "lots")], axis=1)
    for name, rate in (("bourse", bourse_rate), ("lightmatchingengine", light_rate)):
        try:
            found = statistics.median(rate(plain) for _ in range(3))
        except (ImportError, AttributeError, TypeError) as fault:
            print(f"{name}: not measured ({fault}); install the peers with make .venv/bench")
            continue
        print(f"{name:<48} {found:7.2f} M/s, ours {ours / found:.0f} times as fast")


def main() -> None:
    """Measure both flows and the peers."""
    one = make_flow(1, 10_000, 10_000, MEASURED)
    ours = show("one instrument, core alone", lambda: core_rate(one))
    durable = show("one instrument, journal and flush", lambda: durable_rate(one))
    print(f"  ratio durable to core {durable / ours:.2f}")
    peers(one, ours)
    many = make_flow(200, 100_000, 90_000, MEASURED)
    alone = show("200 instruments, core alone", lambda: core_rate(many))
    durable = show("200 instruments, journal and flush", lambda: durable_rate(many))
    print(f"  ratio durable to core {durable / alone:.2f}")
    verify_rate(make_flow(200, 100_000, 90_000, 9_900_000))
