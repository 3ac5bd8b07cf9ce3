"""Seconds to a first command, with an empty and with a filled cache; memory of a large day.

A process of its own imports the core, opens a small day and runs one command. The large day has two
million position slots, two million holdings and one million order rows, every page touched.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FIRST = """
from huiguan.exchange.messages import PassTime, encode
from huiguan.exchange.trading.core import TradingCore
from tests.images import small_image
TradingCore(small_image()).run_frame(1, encode(PassTime()))
"""
LARGE = """
from pathlib import Path
from benchmarks.flows import flow_image
from huiguan.exchange.trading.core import TradingCore
image = flow_image(200, 100_000, 500_000)
core = TradingCore(image)
tables = sum(rows.nbytes for rows in core.tables().values())
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(int(status["VmHWM"].split()[0]) * 1024, tables, len(core.state.orders))
"""


def run(code: str, cache: Path) -> tuple[float, str]:
    """Return wall seconds and output of a fresh process."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "NUMBA_CACHE_DIR": str(cache)},
        check=True,
        capture_output=True,
        text=True,
    )
    return time.perf_counter() - begun, done.stdout


def main() -> None:
    """Print cold and cached start, and the memory of a large day."""
    with tempfile.TemporaryDirectory(prefix="cache-") as scratch:
        cold, _ = run(FIRST, Path(scratch))
        warm = [run(FIRST, Path(scratch))[0] for _ in range(5)]
        print(f"cold, every kernel compiled: {cold:.1f} s")
        print(f"cached: {statistics.median(warm):.2f} s ({min(warm):.2f} to {max(warm):.2f})")
        _, out = run(LARGE, Path(scratch))
    peak, tables, orders = map(int, out.split())
    print(
        f"2,097,152 positions and holdings, {orders:,} order rows: tables {tables / 1e6:,.0f} MB, "
        f"whole process at its peak {peak / 1e6:,.0f} MB"
    )
