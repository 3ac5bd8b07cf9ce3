"""Commands a second through the JSON door, every one flushed before it is answered.

Floor and door are processes of their own, this one is the client; loopback, one session that enters
an order and cancels it, over and over. A command is answered when its outcome has arrived here as
text and was read as JSON. ``node`` has the same through the binary door.
"""

import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from websockets.sync.client import ClientConnection, connect

from benchmarks.node import open_floor
from huiguan.floor.doors.json.serve import HTTP_DOOR_NAME
from huiguan.floor.hall.keys import token_text

ORDER = {"type": "enter_order", "contract": "xx2601", "side": "buy", "lots": 1, "price": "100"}
PAIR = [
    json.dumps({**ORDER, "client_order_id": 1}),
    json.dumps({"type": "cancel_order", "client_order_id": 1}),
]


def open_door(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start the JSON door of a floor that is open; return it and its address."""
    door = subprocess.Popen([sys.executable, "-m", "huiguan", "door", str(folder)])
    while not (folder / HTTP_DOOR_NAME).exists():
        time.sleep(0.05)
    url = json.loads((folder / HTTP_DOOR_NAME).read_bytes())["url"]
    return door, url.replace("http", "ws") + "/v1/session"


def spoken(line: ClientConnection, window: int, count: int) -> np.ndarray:
    """Keep ``window`` commands unanswered until ``count`` were; return microseconds a command.

    Commands that may go now go in one frame.
    """
    sent = answered = 0
    begun_at, taken = np.zeros(count, np.int64), np.zeros(count, np.int64)
    while answered < count:
        free = min(window - (sent - answered), count - sent)
        if free:
            begun_at[sent : sent + free] = time.perf_counter_ns()
            line.send("[" + ",".join(PAIR[place % 2] for place in range(sent, sent + free)) + "]")
            sent += free
        said = json.loads(line.recv())
        fresh = sum(one["type"] in ("order_entered", "order_cancelled") for one in said)
        now = time.perf_counter_ns()
        taken[answered : answered + fresh] = now - begun_at[answered : answered + fresh]
        answered += fresh
    return taken / 1e3


def main() -> None:
    """Print commands a second and microseconds at 1, 64 and 1,024 outstanding."""
    with tempfile.TemporaryDirectory(prefix="json-", dir=".") as scratch:
        folder = Path(scratch)
        floor, _, tokens, _ = open_floor(folder)
        door, url = open_door(folder)
        try:
            with connect(url, compression=None) as line:
                line.send(json.dumps({"type": "log_on", "key": token_text(tokens[0])}))
                line.recv()
                spoken(line, 64, 1_000)
                for window, count in ((1, 2_000), (64, 40_000), (1_024, 60_000)):
                    begun = time.perf_counter()
                    taken = spoken(line, window, count)
                    seconds = time.perf_counter() - begun
                    p50, p99 = np.percentile(taken, [50, 99])
                    print(
                        f"{window:>6} outstanding: {count / seconds:>9,.0f} commands/s, "
                        f"p50 {p50:7.0f} us, p99 {p99:7.0f}",
                        flush=True,
                    )
        finally:
            for process in (door, floor):
                process.send_signal(signal.SIGINT)
                process.wait()


if __name__ == "__main__":
    main()
