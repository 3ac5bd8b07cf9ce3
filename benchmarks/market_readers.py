"""What a thousand readers of market data cost the JSON door, each told twice a second.

Contracts that change all the time: thirty (a main contract of every product of both exchanges, and
more), then sixty. The readers, in a process of their own, read and throw away. The figures are the
share of one core that the door's process takes, without readers and with them, and how long a
burst of orders takes from sending to the last outcome: readers must not delay its flush.
"""

import json
import os
import selectors
import signal
import socket
import statistics
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np

from benchmarks.json_door import open_door
from benchmarks.node import Line, open_floor
from huiguan.exchange.messages import COMMAND_HEADER, MESSAGE_BYTES

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

CONTRACTS, READERS, SECONDS, BURST = (30, 60), 1_000, 10.0, 40
HELLO = (
    b"GET /v1/market HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def connect(port: int, contracts: int) -> socket.socket:
    """Open a reader's line, subscribed to so many contracts."""
    products = [f"x{row}" for row in range(contracts // 10)]
    subscribe = json.dumps({"type": "subscribe", "products": products}).encode()
    line = socket.create_connection(("127.0.0.1", port))
    line.sendall(HELLO)
    answer = b""
    while b"\r\n\r\n" not in answer:
        part = line.recv(1)
        assert part, f"the door closed a line after {answer!r}"
        answer += part
    line.sendall(bytes([0x81, 0x80 | len(subscribe)]) + bytes(4) + subscribe)
    line.setblocking(False)
    return line


def read_on(port: int, count: int, contracts: int, heard: "Synchronized[int]") -> None:
    """Read what so many readers are told, and throw it away; runs until it is terminated."""
    lines = selectors.DefaultSelector()
    into = bytearray(1 << 20)
    for _ in range(count):
        lines.register(connect(port, contracts), selectors.EVENT_READ)
        read_ready(lines, into, 0.0)
    while True:
        heard.value += read_ready(lines, into, 1.0)


def read_ready(lines: selectors.BaseSelector, into: bytearray, wait: float) -> int:
    """Read what has arrived."""
    ready = [key.fileobj for key, _ in lines.select(wait)]
    return sum(line.recv_into(into) for line in ready if isinstance(line, socket.socket))


def cpu_seconds(process: int) -> float:
    """Return the time of a core that a process has taken so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def trade_on(line: Line, seconds: float) -> list[float]:
    """Let every contract change for a while; return the seconds that each burst took."""
    end, took = time.monotonic() + seconds, []
    while (begun := time.monotonic()) < end:
        line.send(BURST)
        while line.answered < line.sent:
            line.hear()
        took.append(time.monotonic() - begun)
        time.sleep(0.05)
    return took


def measure(contracts: int) -> None:
    """Print the figures without readers and with them."""
    with tempfile.TemporaryDirectory(prefix="readers-", dir=".") as scratch:
        folder = Path(scratch)
        floor, port, tokens, rows = open_floor(folder, contracts, 400_000)
        door, url = open_door(folder)
        place = urlsplit(url).port
        assert place
        try:
            mine = rows.reshape(-1, MESSAGE_BYTES)[rows.view(COMMAND_HEADER)["session"] == 1]
            sent = 0
            for count in (1, READERS):
                heard = get_context("spawn").Value("q", 0)
                readers = get_context("spawn").Process(
                    target=read_on, args=(place, count, contracts, heard), daemon=True
                )
                readers.start()
                while not heard.value:  # a silent line would be cut: log on only now
                    time.sleep(0.1)
                line = Line(port, tokens[0], np.ascontiguousarray(mine))
                line.sent = line.answered = sent
                trade_on(line, 2.0)
                before, told = cpu_seconds(door.pid), heard.value
                took = trade_on(line, SECONDS)
                share = (cpu_seconds(door.pid) - before) / SECONDS
                each = (heard.value - told) / count / SECONDS / 1000
                readers.terminate()
                readers.join()
                line.line.close()
                sent = line.sent
                print(
                    f"{contracts} contracts, {count:>5,} readers: {share:6.1%} of a core; each"
                    f" hears {each:,.0f} kB/s; a burst of {BURST} orders: median"
                    f" {statistics.median(took) * 1e3:.2f} ms",
                    flush=True,
                )
        finally:
            for process in (door, floor):
                process.send_signal(signal.SIGINT)
                process.wait()


def main() -> None:
    """Measure both."""
    for contracts in CONTRACTS:
        measure(contracts)


if __name__ == "__main__":
    main()
