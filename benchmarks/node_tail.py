"""Two million commands of 100,000 codes through the node: latencies and page faults.

Eight lines take turns, 1,024 commands outstanding, 200 instruments. Faults are the floor's own, as
the system counts them; what is touched for the first time lies in the first million.
"""

import tempfile
from pathlib import Path

import numpy as np

from benchmarks.node import Line, open_floor, outstanding
from huiguan.exchange.messages import COMMAND_HEADER, MESSAGE_BYTES

INSTRUMENTS, CODES, LIVE, COMMANDS = 200, 100_000, 90_000, 2_000_000
WINDOW, PARTS = 1_024, 50


def faults(process: int) -> tuple[int, int]:
    """Return the minor and major page faults of a process so far."""
    words = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(words[7]), int(words[9])


def main() -> None:
    """Print acknowledgements, microseconds and page faults of each half."""
    with tempfile.TemporaryDirectory(prefix="tail-", dir=".") as scratch:
        floor, port, tokens, rows = open_floor(
            Path(scratch), INSTRUMENTS, COMMANDS, codes=CODES, live=LIVE
        )
        try:
            sessions = rows.view(COMMAND_HEADER)["session"]
            rows = rows.reshape(-1, MESSAGE_BYTES)
            lines = [
                Line(port, token, np.ascontiguousarray(rows[sessions == number]))
                for number, token in enumerate(tokens, start=1)
            ]
            part = COMMANDS // len(lines) // PARTS
            before = faults(floor.pid)
            for half in range(2):
                taken = [
                    outstanding(line, WINDOW, part) for _ in range(PARTS // 2) for line in lines
                ]
                after = faults(floor.pid)
                p50, p99, p999 = np.percentile(np.concatenate(taken), [50, 99, 99.9])
                minor, major = after[0] - before[0], after[1] - before[1]
                before = after
                print(
                    f"million {half + 1}: p50 {p50:,.0f} us, p99 {p99:,.0f}, p99.9 {p999:,.0f}; "
                    f"{minor:,} minor page faults, {major} major",
                    flush=True,
                )
        finally:
            floor.send_signal(2)
            floor.wait()


if __name__ == "__main__":
    main()
