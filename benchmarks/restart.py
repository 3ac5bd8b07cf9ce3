"""From kill -9 to serving again: a floor killed with a million commands behind its last snapshot.

The time runs from the kill to the first answer to an order on a new connection: a new process, its
modules, the image, the journal run again, the doors.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.node import Line, open_floor, outstanding
from huiguan.exchange.messages import COMMAND_HEADER, MESSAGE_BYTES
from huiguan.floor.hall.serve import DOORS_NAME

BEHIND = 1_000_000
TIMES = 5


def start_again(folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start a floor where one was killed; return it and its port."""
    (folder / DOORS_NAME).unlink(missing_ok=True)
    floor = subprocess.Popen([sys.executable, "-m", "huiguan", "floor", str(folder)])
    while not (folder / DOORS_NAME).exists():
        time.sleep(0.005)
    return floor, json.loads((folder / DOORS_NAME).read_bytes())["binary_port"]


def main() -> None:
    """Print seconds from the kill to the first answer, for each of several kills."""
    with tempfile.TemporaryDirectory(prefix="restart-", dir=".") as scratch:
        folder = Path(scratch)
        floor, port, tokens, rows = open_floor(folder)
        try:
            sessions = rows.view(COMMAND_HEADER)["session"]
            for number, token in enumerate(tokens, start=1):
                mine = np.ascontiguousarray(rows.reshape(-1, MESSAGE_BYTES)[sessions == number])
                line = Line(port, token, mine)
                outstanding(line, 8_192, BEHIND // len(tokens))
            day = int(next((folder / "days").iterdir()).name)
            for number in range(TIMES):
                begun = time.perf_counter()
                floor.kill()
                floor.wait()
                floor, port = start_again(folder)
                doors = time.perf_counter() - begun
                answered, heard = line.answered, line.replies
                line = Line(port, token, mine, epoch=number + 2, last_reply=heard, trading_day=day)
                line.answered, line.replies = answered, heard
                outstanding(line, 1, 1)
                seconds = time.perf_counter() - begun
                print(
                    f"killed behind {BEHIND:,} commands: doors open after {doors:.2f} s, an order "
                    f"answered after {seconds:.2f} s",
                    flush=True,
                )
        finally:
            floor.send_signal(2)
            floor.wait()


if __name__ == "__main__":
    main()
