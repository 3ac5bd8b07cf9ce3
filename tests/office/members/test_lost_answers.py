"""A line that breaks behind an order: it is found again, and never sent a second time."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
import pytest

from tests.office.test_people_pages import text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.halls import RunningHall
    from tests.office.peopled import Office

pytestmark = pytest.mark.slow


class Cutter:
    """A line to the real door that hands on what is asked, and cuts before the answer comes."""

    def __init__(self, door: str, *, asks: bool) -> None:
        """``asks``: what comes is handed on to the door; else it is lost on the way."""
        self._place, self._asks = urlsplit(door), asks
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._server.accept()
                with line:
                    self._hand_on(self._read(line))

    def _read(self, line: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            data += line.recv(65_536)
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (
                int(one.split(b":")[1])
                for one in head.split(b"\r\n")
                if one.lower().startswith(b"content-length")
            ),
            0,
        )
        while len(body) < length:
            body += line.recv(65_536)
        return head + b"\r\n\r\n" + body

    def _hand_on(self, asked: bytes) -> None:
        if not self._asks:
            return
        with socket.create_connection((str(self._place.hostname), self._place.port)) as door:
            door.sendall(asked)
            answer = http.client.HTTPResponse(door)
            answer.begin()
            answer.read()  # the order is in the book now

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()


@contextlib.contextmanager
def cut(hall: RunningHall, folder: Path, *, asks: bool) -> Iterator[None]:
    """Let the office's way to the door be one that cuts."""
    from huiguan.office.display.here import shown

    follower, line = shown().follower, Cutter(hall.url, asks=asks)
    places = follower.places
    told = folder / "door.json"
    told.write_bytes(msgspec.json.encode({"url": line.url}))
    follower.places = msgspec.structs.replace(places, http_door=told)
    try:
        yield
    finally:
        follower.places = places
        line.close()


@pytest.mark.parametrize("arrived", [True, False])
def test_an_order_without_an_answer(
    office: Office, hall: RunningHall, order: dict[str, Any], tmp_path: Path, arrived: bool
) -> None:
    from huiguan.office.members.models import SentOrder

    browser = office.browser("trader")
    assert browser.get("/trade").status_code == 200
    before = len(hall.get("/v1/orders?all=1")["orders"])
    sent = {**order, "do": "place", "form": "ab" * 16}
    with cut(hall, tmp_path, asks=arrived):
        first = browser.post("/trade", sent)
        page = browser.get(first.headers["Location"])
        assert "No answer has come yet" in text(page)
        assert browser.post("/trade", sent).headers["Location"] == first.headers["Location"]
    after = len(hall.get("/v1/orders?all=1")["orders"])
    assert after == before + arrived
    page = text(browser.get(first.headers["Location"]))
    if arrived:
        assert "The market has taken the order" in page
    else:
        assert "No answer has come yet" in page  # it may be under way for a minute
        from huiguan.office.members import orders

        row = SentOrder.objects.get()
        found = orders.looked_up(row, office["trader"].binding, is_over=True)
        assert found.fate == "not placed"
    browser.post("/trade", sent)
    assert len(hall.get("/v1/orders?all=1")["orders"]) == after
