"""Commands a second that are on disk and acknowledged, and that come back from there.

Frames of 1 to 65,536 commands of 64 bytes, each flushed (fdatasync) with the witness of the frame
before; ``append`` waits for each, ``submit`` keeps four under way. The yardsticks of the same run:
BLAKE2b-256 alone, and writing and flushing the same bytes without a journal. Left out: the core,
the network. Whether the host honours a flush can not be seen from here.
"""

import os
import shutil
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import numpy as np

from huiguan.foundation.hashing import digest
from huiguan.storage.journal.recovery import read
from huiguan.storage.journal.writer import Batch, Journal

RUNS = 5
WINDOWS = {1: 1_000, 64: 64_000, 1_024: 512_000, 4_096: 819_200, 65_536: 1_572_864}


def measured(run: Callable[[Path], float]) -> tuple[float, float, float]:
    """Return median, best and worst of several runs, each in a folder of its own."""
    figures = []
    for _ in range(RUNS):
        folder = Path(tempfile.mkdtemp(prefix="journal-", dir="."))
        try:
            figures.append(run(folder))
        finally:
            shutil.rmtree(folder)
    return statistics.median(figures), max(figures), min(figures)


def write(folder: Path, window: int, total: int, pipelined: bool) -> float:
    """Return commands a second, every one acknowledged."""
    rows = np.random.default_rng(1).integers(0, 255, (window, 64)).astype(np.uint8)
    journal = Journal.create(folder / "journal", trading_day=20260821, image_digest=bytes(32))
    pending: deque = deque()
    start = time.perf_counter()
    for time_ns in range(total // window):
        batch = Batch(time_ns, rows)
        if not pipelined:
            journal.append(journal.next_sequence, 1, batch)
            continue
        pending.append(journal.submit(journal.next_sequence, 1, batch))
        if len(pending) > 4:
            pending.popleft().result()
    while pending:
        pending.popleft().result()
    seconds = time.perf_counter() - start
    journal.close()
    return total / seconds


def bare(folder: Path, window: int, total: int) -> float:
    """Return commands a second of writing and flushing alone, the file growing as needed."""
    data = np.random.default_rng(1).bytes(window * 64)
    file = os.open(folder / "bare", os.O_RDWR | os.O_CREAT)
    start = time.perf_counter()
    for i in range(total // window):
        os.pwrite(file, data, i * len(data))
        os.fdatasync(file)
    seconds = time.perf_counter() - start
    os.close(file)
    return total / seconds


def latency(folder: Path) -> list[float]:
    """Return the seconds of each append of one command, sorted."""
    row = np.zeros((1, 64), np.uint8)
    seconds = []
    with Journal.create(
        folder / "journal", trading_day=20260821, image_digest=bytes(32)
    ) as journal:
        for sequence in range(1, 3_001):
            start = time.perf_counter()
            journal.append(sequence, 1, Batch(sequence, row))
            seconds.append(time.perf_counter() - start)
    return sorted(seconds)


def read_back(folder: Path, window: int, total: int, opening: bool) -> float:
    """Return commands a second of reading (each frame proved), or of recovering."""
    write(folder, window, total, pipelined=True)
    start = time.perf_counter()
    if opening:
        Journal.open(folder / "journal").close()
    else:
        assert sum(frame.header.command_count for frame in read(folder / "journal")) == total
    return total / (time.perf_counter() - start)


def line(name: str, figures: tuple[float, float, float], beside: float) -> None:
    """Print one figure, its noise, and its ratio to the figure beside it."""
    median, best, worst = figures
    print(
        f"{name:34} {median / 1e6:8.3f} M/s  (best {best / 1e6:.3f}, worst {worst / 1e6:.3f})"
        f"  {median * 64 / 1e6:7.1f} MB/s  ratio {median / beside:.2f}",
        flush=True,
    )


def main() -> None:
    """Measure and print everything."""
    data = np.random.default_rng(1).bytes(65_536 * 64)

    def hashing(_: Path) -> float:
        start = time.perf_counter()
        digest(data)
        return 65_536 / (time.perf_counter() - start)

    hashed = measured(hashing)
    line("BLAKE2b-256 alone", hashed, hashed[0])
    for window, total in WINDOWS.items():
        alone = measured(lambda folder, w=window, t=total: bare(folder, w, t))
        line(f"write and flush alone, by {window:,}", alone, alone[0])
        for name, pipelined in (("append", False), ("submit", True)):
            run = measured(lambda folder, w=window, t=total, p=pipelined: write(folder, w, t, p))
            line(f"journal {name}, by {window:,}", run, alone[0])
    for window in (64, 65_536):
        total = WINDOWS[window]
        for name, opening in (("read", False), ("open (recover)", True)):
            run = measured(lambda folder, w=window, t=total, o=opening: read_back(folder, w, t, o))
            line(f"journal {name}, frames of {window:,}", run, hashed[0])
            print(f"{'':34} {1e9 / run[0]:8.0f} ms per million commands")
    folder = Path(tempfile.mkdtemp(prefix="journal-", dir="."))
    try:
        seconds = latency(folder)
    finally:
        shutil.rmtree(folder)
    for name, share in (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)):
        print(
            f"one command, acknowledged: {name} {seconds[int(len(seconds) * share)] * 1e6:.0f} us"
        )


if __name__ == "__main__":
    main()
