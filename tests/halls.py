"""A hall in real processes on free ports, for tests of its doors."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from huiguan.cli.hall.steer import ask
from huiguan.cli.hall.up import call_of, new_hall
from huiguan.floor.doors.json.serve import HTTP_DOOR_NAME, HttpDoorOpen
from huiguan.floor.hall.keys import Keys
from huiguan.floor.hall.serve import DOORS_NAME, DoorsOpen
from huiguan.floor.hall.settings import HallSettings

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from pathlib import Path

READY_SECONDS = 240.0  # the first one compiles
FIRST_PEOPLE = """
import sys
from pathlib import Path
from huiguan.office.config.database import open_database, prepare
open_database(Path(sys.argv[1]))
prepare(Path(sys.argv[1]), print)
"""


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class RunningHall:
    """The processes of a hall, and what a test asks them."""

    def __init__(
        self, folder: Path, settings: HallSettings, clock: str, products: str = "cu"
    ) -> None:
        self._begin(folder, new_hall(folder, clock, "1", "none", products, settings))

    @classmethod
    def of(cls, folder: Path, key: str) -> RunningHall:
        """Return a hall that is there already, like a restored one."""
        found = cls.__new__(cls)
        found._begin(folder, key)
        return found

    def _begin(self, folder: Path, key: str) -> None:
        self.folder, self.key = folder, key
        self.trusts: ssl.SSLContext | None = None  # of a hall with TLS
        self.other = ""  # the key of somebody else, where there is one
        self.exchange = ""  # a key that closes by force alone, where there is one
        self.passwords: dict[str, str] = {}  # of the office's first people, where it runs
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, command: str, file: str) -> None:
        """Start a process of the hall and wait for the file that says it is ready."""
        (self.folder / file).unlink(missing_ok=True)
        process = self.processes[command] = subprocess.Popen(call_of(command, self.folder))
        begun = time.monotonic()
        while not (self.folder / file).exists():
            assert process.poll() is None, f"{command} ended with {process.returncode}"
            assert time.monotonic() - begun < READY_SECONDS, f"{command} is not ready"
            time.sleep(0.02)

    def make_people(self) -> None:
        """Make the office's first people, before its first start, and keep what it shows."""
        call = [sys.executable, "-c", FIRST_PEOPLE, str(self.folder)]
        said = subprocess.run(call, check=True, capture_output=True, text=True).stdout
        self.passwords = dict(line.split() for line in said.splitlines()[1:])

    def open(self) -> None:
        self.start("floor", DOORS_NAME)
        self.start("door", HTTP_DOOR_NAME)

    def stop(self, command: str) -> int:
        """Ask a process to stop in order; return its exit code."""
        process = self.processes.pop(command)
        process.send_signal(signal.SIGTERM)
        return process.wait(60)

    def close(self) -> None:
        for command in list(self.processes):
            self.stop(command)

    def make_key(self, name: str, **terms: Any) -> str:
        """Add a key; the floor knows it from its next start on."""
        keys = Keys.read(self.folder)
        token = keys.make(name, **terms)
        keys.write(self.folder)
        return token

    @property
    def doors(self) -> DoorsOpen:
        return msgspec.json.decode((self.folder / DOORS_NAME).read_bytes(), type=DoorsOpen)

    @property
    def url(self) -> str:
        data = (self.folder / HTTP_DOOR_NAME).read_bytes()
        return msgspec.json.decode(data, type=HttpDoorOpen).url

    def http(
        self, method: str, path: str, key: str | None = "", body: bytes | None = None
    ) -> Answer:
        """Ask the HTTP door; ``key`` "" is the trader's, None is none."""
        place = urlsplit(self.url)
        assert place.hostname
        line = (
            http.client.HTTPSConnection(
                place.hostname, place.port, timeout=120, context=self.trusts
            )
            if self.trusts
            else http.client.HTTPConnection(place.hostname, place.port, timeout=120)
        )
        headers = {} if key is None else {"Authorization": f"Bearer {key or self.key}"}
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            line.close()

    def get(self, path: str, key: str | None = "") -> Any:
        """Return a good answer."""
        found = self.http("GET", path, key)
        assert found.status == 200, (path, found)
        return found.json

    def ask(self, do: str, **given: Any) -> Any:
        return ask(self.folder, do, **given)


@contextlib.contextmanager
def running_hall(
    folder: Path,
    clock: str = "2026-08-20T20:58",
    products: str = "cu",
    **settings: Any,
) -> Iterator[RunningHall]:
    """Run a hall of copper contracts without a crowd; its clock is paused in continuous trading."""
    wanted = HallSettings(binary_port=0, http_port=0, office_port=0, **settings)
    hall = RunningHall(folder, wanted, clock, products)
    try:
        yield hall
    finally:
        hall.close()
        assert not list(folder.glob("*.sock"))
