"""Orders through the binary door of a running floor, every frame flushed before an answer.

One process for the floor, this one for the clients; loopback. An order is acknowledged when its
outcome has arrived here. The bare flush of a frame of the same size stands beside.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.flows import SESSIONS, make_flow
from huiguan.cli.hall.steer import ask
from huiguan.cli.hall.up import write_clock
from huiguan.exchange.messages import (
    COMMAND_HEADER,
    EVENT_HEADER_ROW,
    LAYOUTS,
    MESSAGE_BYTES,
    CancelOrder,
)
from huiguan.floor.doors.records import log_on_record
from huiguan.floor.hall.clock import STEERED, ClockSetting
from huiguan.floor.hall.keys import Keys, token_of
from huiguan.floor.hall.serve import DOORS_NAME
from huiguan.floor.hall.settings import HallSettings, write_settings
from huiguan.storage.files import Files
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import write_image

COMMANDS = 1_200_000
FIRST_EVENT = 200


class Line:
    """A session's connection that counts the commands that were answered."""

    def __init__(self, port: int, token: bytes, rows: np.ndarray, **said: int) -> None:
        """Log on, and keep the commands to send."""
        self.rows, self.sent, self.answered = rows.reshape(-1, MESSAGE_BYTES), 0, 0
        self.replies = 0
        self.line = socket.create_connection(("127.0.0.1", port))
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.line.sendall(log_on_record(token, **said))
        self._heard, self._rest = bytearray(1 << 20), b""
        self._read()

    def _read(self) -> np.ndarray:
        """Return the heads of the rows that arrived; valid until the next call."""
        begin = len(self._rest)
        self._heard[:begin] = self._rest
        end = begin + self.line.recv_into(memoryview(self._heard)[begin:])
        whole = end // MESSAGE_BYTES * MESSAGE_BYTES
        self._rest = bytes(self._heard[whole:end])
        return np.frombuffer(self._heard, EVENT_HEADER_ROW, whole // MESSAGE_BYTES)

    def send(self, count: int) -> None:
        """Send the next commands."""
        self.line.sendall(self.rows[self.sent : self.sent + count].data)
        self.sent += count

    def hear(self) -> None:
        """Take what arrived; the newest number of one's own that is named was answered."""
        heads = self._read()
        replies = heads["kind"] > FIRST_EVENT
        self.replies += int(replies.sum())
        own = heads["client_sequence"][replies]
        if len(own):
            self.answered = max(self.answered, int(own.max()))


def bare_flush(folder: Path, count: int, times: int = 300) -> np.ndarray:
    """Return microseconds of writing and flushing ``count`` commands, nothing else."""
    data = bytes(count * MESSAGE_BYTES + 128)
    file = os.open(folder / "bare", os.O_RDWR | os.O_CREAT)
    os.posix_fallocate(file, 0, len(data) * times)
    os.fsync(file)
    taken = np.zeros(times)
    for call in range(times):
        begun = time.perf_counter_ns()
        os.pwrite(file, data, call * len(data))
        os.fdatasync(file)
        taken[call] = (time.perf_counter_ns() - begun) / 1e3
    os.close(file)
    return taken


def open_floor(
    folder: Path,
    instruments: int = 1,
    count: int = COMMANDS,
    codes: int = 10_000,
    live: int = 2_000,
) -> tuple[subprocess.Popen[bytes], int, list[bytes], np.ndarray]:
    """Start a floor on busy instruments; return it, its port, the tokens, the commands."""
    flow = make_flow(instruments, codes, live, count)
    names = flow.image.names
    write_image(
        DayFolder(folder / "days" / str(flow.image.settings.trading_day)).image, flow.image, Files()
    )
    keys = Keys()
    tokens = [
        token_of(keys.make(f"line {number}", names.members[number - 1], session=number, rate=10**9))
        for number in range(1, SESSIONS + 1)
    ]
    keys.write(folder)
    write_clock(folder, ClockSetting(STEERED, 10**18, 1.0))
    write_settings(folder, HallSettings(crowd=0, binary_port=0, http_port=0, snapshot_every=10**9))
    floor = subprocess.Popen([sys.executable, "-m", "huiguan", "floor", str(folder)])
    while not (folder / DOORS_NAME).exists():
        time.sleep(0.05)
    port = json.loads((folder / DOORS_NAME).read_bytes())["binary_port"]
    ask(folder, "command", kind="change_phase", group=0, phase=2)
    rows = np.concatenate([flow.prelude[(SESSIONS + 1) * MESSAGE_BYTES :], flow.commands])
    cancels = rows.view(LAYOUTS[CancelOrder.KIND])
    cancels["order_id"][cancels["kind"] == CancelOrder.KIND] = 0  # by one's own number instead
    return floor, port, tokens, rows


def outstanding(line: Line, window: int, count: int) -> np.ndarray:
    """Keep ``window`` commands unanswered until ``count`` were; return microseconds a command."""
    begun_at = np.zeros(count + window + 1, np.int64)
    taken = np.zeros(count, np.int64)
    base, end = line.answered, line.answered + count
    line.sent = base
    while line.answered < end:
        free = min(window - (line.sent - line.answered), end - line.sent)
        if free:
            begun_at[line.sent - base : line.sent - base + free] = time.perf_counter_ns()
            line.send(free)
        before = line.answered
        line.hear()
        now = time.perf_counter_ns()
        fresh = slice(before - base, line.answered - base)
        taken[fresh] = now - begun_at[fresh]
    return taken / 1e3


def main() -> None:
    """Print acknowledgements a second and microseconds at 1, 64, 1,024 and 8,192 outstanding."""
    with tempfile.TemporaryDirectory(prefix="node-", dir=".") as scratch:
        folder = Path(scratch)
        floor, port, tokens, rows = open_floor(folder)
        try:
            sessions = rows.view(COMMAND_HEADER)["session"]
            mine = rows.reshape(-1, MESSAGE_BYTES)[sessions == 1]
            line = Line(port, tokens[0], np.ascontiguousarray(mine))
            outstanding(line, 64, 500)
            for window, count in ((1, 2_000), (64, 12_000), (1_024, 25_000), (8_192, 30_000)):
                bare = np.percentile(bare_flush(folder, window), [50, 99])
                begun = time.perf_counter()
                taken = outstanding(line, window, count)
                seconds = time.perf_counter() - begun
                p50, p99, worst = np.percentile(taken, [50, 99, 100])
                print(
                    f"{window:>6} outstanding: {count / seconds:>9,.0f} acks/s, p50 {p50:7.0f} us, "
                    f"p99 {p99:7.0f}, worst {worst:7.0f}; "
                    f"bare flush p50 {bare[0]:.0f}, p99 {bare[1]:.0f}",
                    flush=True,
                )
        finally:
            floor.send_signal(2)
            floor.wait()


if __name__ == "__main__":
    main()
