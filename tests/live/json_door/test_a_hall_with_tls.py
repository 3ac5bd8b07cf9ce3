"""A hall with TLS at doors and pages: its floor goes down and comes again, its day closes."""

import http.client
import json
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect

from huiguan.cli.hall.up import VISITOR_SESSION
from huiguan.floor.doors.json.protocol import LogOn, ask_bytes
from huiguan.floor.doors.records import DOOR_LAYOUTS, LoggedOn
from huiguan.floor.hall.keys import token_of
from huiguan.floor.hall.serve import DOORS_NAME
from huiguan.foundation.faults import InputFault
from huiguan.office.config.place import OFFICE_NAME
from tests.halls import RunningHall, running_hall
from tests.live.json_door.conftest import trading
from tests.live.json_door.test_queries import post

CODE = "000190000001"
DAY_SECONDS = 600.0  # closing and opening a day on a busy machine


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a certificate of this machine's own address, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate of this test")
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=hall"
    more = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(["openssl", *words.split(), *more], check=True, capture_output=True)
    return cert, key


@pytest.fixture(scope="module")
def secure(
    certified: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningHall]:
    cert, key = certified
    with running_hall(
        tmp_path_factory.mktemp("secure"), tls_cert=str(cert), tls_key=str(key)
    ) as found:
        found.trusts = ssl.create_default_context(cafile=str(cert))
        found.open()
        trading(found)
        yield found


def test_both_doors_speak_tls_and_nothing_else(secure: RunningHall) -> None:
    assert secure.url.startswith("https://127.0.0.1:")
    assert secure.get("/v1/hall", None)["binary"]["tls"] is True
    place, context = ("127.0.0.1", secure.doors.binary_port), secure.trusts
    assert context
    ask = ask_bytes(token_of(secure.key), LogOn(key=""))
    with (
        socket.create_connection(place, timeout=60) as line,
        context.wrap_socket(line, server_hostname="127.0.0.1") as safe,
    ):
        safe.sendall(ask)
        assert safe.recv(2) == LoggedOn.KIND.to_bytes(2, "little")
    with socket.create_connection(place, timeout=60) as line:
        line.sendall(ask)
        assert not line.recv(1 << 16).startswith(LoggedOn.KIND.to_bytes(2, "little"))
    while secure.ask("status")["connected"]:
        pass
    url = secure.url.replace("https", "wss") + "/v1/session"
    with connect(url, ssl=context) as line:
        line.send(json.dumps({"type": "log_on", "key": secure.key}))
        assert json.loads(line.recv(60))[0]["type"] == "logged_on"
    assert DOOR_LAYOUTS[LoggedOn.KIND].itemsize == 64


def test_the_door_outlives_a_floor_that_goes_down(secure: RunningHall) -> None:
    """Orders stand after the restart as before; while nobody answers the door says so."""
    while secure.ask("status")["connected"]:
        pass
    entered = post(secure, price="99000", lots=1).json["replies"][0]
    assert secure.stop("floor") == 0
    down = secure.http("GET", "/v1/orders")
    assert (down.status, down.headers["retry-after"]) == (503, "1")
    health = secure.http("GET", "/v1/health", None)
    assert (health.status, health.json["floor"]) == (503, "down")
    secure.start("floor", DOORS_NAME)
    (live,) = secure.get("/v1/orders")["orders"]
    assert live["order_id"] == entered["order_id"]
    with connect(secure.url.replace("https", "wss") + "/v1/market", ssl=secure.trusts) as line:
        line.send(json.dumps({"type": "subscribe", "contracts": ["cu2610"], "every_ms": 0}))
        assert json.loads(line.recv(60))[0]["bids"][0] == ["99000", 1, 1]


def step_on(hall: RunningHall) -> None:
    """Step from phase to phase until there is none."""
    while True:
        hall.ask("step")


def test_after_the_close_there_is_a_statement_and_the_next_day(secure: RunningHall) -> None:
    """The key's code did nothing but wait: 10,000,000.00 CNY in, the same out."""
    begun = time.monotonic()
    with pytest.raises(InputFault, match="nothing is due any more today"):
        step_on(secure)
    while secure.get("/v1/hall", None)["trading_day"] == 20260821:
        assert time.monotonic() - begun < DAY_SECONDS
        time.sleep(0.5)
    days = {one["trading_day"]: one["state"] for one in secure.get("/v1/days")["days"]}
    assert days == {20260821: "closed", 20260824: "running"}  # 2026-08-21 is a Friday
    said = secure.get("/v1/statements/20260821")
    assert (said["trading_code"], said["values"]["SettlementStatement"]["Balance"]) == (CODE, 10**7)
    text = secure.http("GET", "/v1/statements/20260821?format=text")
    assert text.headers["content-type"].startswith("text/plain")
    assert text.body.decode() == said["text"]
    assert secure.get("/v1/account")["session"] == VISITOR_SESSION
    assert secure.get("/v1/orders")["orders"] == []
    assert secure.get("/v1/contracts")["trading_day"] == 20260824


@pytest.mark.slow
def test_pages_are_served_with_tls_and_say_so(secure: RunningHall) -> None:
    secure.start("office", OFFICE_NAME)
    found = json.loads((secure.folder / OFFICE_NAME).read_bytes())
    line = http.client.HTTPSConnection("127.0.0.1", found["port"], context=secure.trusts)
    try:
        line.request("GET", "/glossary?lang=zh")
        answer = line.getresponse()
        answer.read()
    finally:
        line.close()
    assert found["url"].startswith("https://")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Secure" in answer.headers["Set-Cookie"]
