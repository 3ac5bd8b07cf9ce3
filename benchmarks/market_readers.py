"""What a thousand readers of market data cost the JSON door, each told twice a second.

Sixty contracts that change all the time; the readers read and throw away. The figure is the share
of one core that the door's process takes, without readers and with them.
"""

import json
import os
import selectors
import signal
import socket
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from benchmarks.json_door import open_door
from benchmarks.node import Line, open_floor
from huiguan.exchange.messages import COMMAND_HEADER, MESSAGE_BYTES

CONTRACTS, READERS, SECONDS, BURST = 60, 1_000, 10.0, 40
HELLO = (
    b"GET /v1/market HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
SUBSCRIBE = json.dumps(
    {"type": "subscribe", "products": [f"x{row}" for row in range(CONTRACTS // 10)]}
).encode()


class Readers:
    """Lines that read and throw away, in one thread."""

    def __init__(self, port: int, count: int) -> None:
        """Connect and subscribe."""
        self.heard = 0
        self._going = True
        self._select = selectors.DefaultSelector()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        for _ in range(count):
            line = socket.create_connection(("127.0.0.1", port))
            line.sendall(HELLO)
            answer = b""
            while b"\r\n\r\n" not in answer:
                part = line.recv(1)
                assert part, f"the door closed a line after {answer!r}"
                answer += part
            line.sendall(bytes([0x81, 0x80 | len(SUBSCRIBE)]) + bytes(4) + SUBSCRIBE)
            line.setblocking(False)
            self._select.register(line, selectors.EVENT_READ)

    def _read(self) -> None:
        into = bytearray(1 << 20)
        while self._going:
            for key, _ in self._select.select(0.1):
                assert isinstance(key.fileobj, socket.socket)
                self.heard += key.fileobj.recv_into(into)

    def close(self) -> None:
        """End every line."""
        self._going = False
        self._thread.join()
        for key in list(self._select.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()


def cpu_seconds(process: int) -> float:
    """Return the time of a core that a process has taken so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def trade_on(line: Line, seconds: float) -> None:
    """Let every contract change for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        line.send(BURST)
        while line.answered < line.sent:
            line.hear()
        time.sleep(0.05)


def main() -> None:
    """Print the share of a core without readers and with them."""
    with tempfile.TemporaryDirectory(prefix="readers-", dir=".") as scratch:
        folder = Path(scratch)
        floor, port, tokens, rows = open_floor(folder, CONTRACTS, 400_000)
        door, url = open_door(folder)
        place = urlsplit(url).port
        assert place
        try:
            mine = rows.reshape(-1, MESSAGE_BYTES)[rows.view(COMMAND_HEADER)["session"] == 1]
            sent = 0
            for count in (1, READERS):
                readers = Readers(place, count)  # takes so long that a silent line would be cut
                line = Line(port, tokens[0], np.ascontiguousarray(mine))
                line.sent = line.answered = sent
                trade_on(line, 2.0)
                before, heard = cpu_seconds(door.pid), readers.heard
                trade_on(line, SECONDS)
                share = (cpu_seconds(door.pid) - before) / SECONDS
                told = (readers.heard - heard) / count / SECONDS / 1000
                readers.close()
                line.line.close()
                sent = line.sent
                print(
                    f"{count:>6} readers: {share:6.1%} of a core; each hears {told:,.0f} kB/s",
                    flush=True,
                )
        finally:
            for process in (door, floor):
                process.send_signal(signal.SIGINT)
                process.wait()


if __name__ == "__main__":
    main()
