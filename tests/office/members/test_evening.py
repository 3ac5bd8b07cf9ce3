"""A hall with TLS, an order over it, the turn of the day: the statement is that of the commands."""

from __future__ import annotations

import io
import shutil
import ssl
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

from huiguan.days.statement import statement
from huiguan.floor.hall.serve import current_day
from huiguan.storage.market.day_image import read_image
from huiguan.storage.market.instruction_files import WAITING_NAME
from huiguan.storage.market.opening import read_opening
from huiguan.storage.market.rulebooks.load import load_books
from tests.halls import running_hall
from tests.live.json_door.conftest import trading
from tests.live.test_incidents import wait_until
from tests.office.members.conftest import office_beside
from tests.office.members.test_register import Book
from tests.office.members.test_trade import place
from tests.office.test_people_pages import text

if TYPE_CHECKING:
    from pathlib import Path

    from tests.office.peopled import First

pytestmark = pytest.mark.slow
DAY = 20260821
WORDS = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=hall"


@pytest.fixture
def certified(tmp_path: Path) -> tuple[str, str]:
    """Return a certificate of a name that no line to this machine has, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate of this test")
    cert, key = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")
    more = ["-addext", "subjectAltName=DNS:hall.example", "-keyout", key, "-out", cert]
    subprocess.run(["openssl", *WORDS.split(), *more], check=True, capture_output=True)
    return cert, key


def test_an_order_over_tls_and_its_statement_in_the_evening(
    first_file: First,
    tmp_path: Path,
    certified: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One lot bought and sold at 107,000 is 535,000 yuan of turnover on each side.

    A trading code that two persons opened on the day is one of the next morning, and traded on.
    """
    cert, key = certified
    with running_hall(tmp_path / "hall", tls_cert=cert, tls_key=key) as hall:
        hall.trusts = ssl.create_default_context(cafile=cert)
        hall.trusts.check_hostname = False
        hall.open()
        trading(hall)
        image = read_image(current_day(hall.folder) / "image")
        code = image.names.trading_codes[-1]
        order = {"trading_code": code, "contract": "cu2610", "offset": "open", "lots": "1"}
        with office_beside(hall, image, first_file, tmp_path / "office", cert) as office:
            browser = office.browser("trader")
            for side in ("buy", "sell"):
                page = place(browser, {**order, "side": side, "price": "107000"})
                assert "The market has taken the order" in text(page)
            assert "filled: 1 of 1 lots traded" in text(page)
            monkeypatch.setattr(settings, "HALL_FOLDER", str(hall.folder))
            book, new = Book(office, hall, image), f"{code[:4]}90000009"
            book.do("codes", trading_code=new, behalf="")
            assert [kind for kind, _ in book.waiting] == ["AdmitTradingCode"]
            hall.ask("clock", to="2026-08-21T15:40")
            wait_until(lambda: current_day(hall.folder).name != str(DAY))
            wait_until(lambda: hall.http("GET", "/v1/days").status == 200)
            following = current_day(hall.folder)
            assert new in read_image(following / "image").names.trading_codes
            assert not list((hall.folder / WAITING_NAME).iterdir())
            (followed,) = read_opening(following).instructions
            assert (followed.maker, followed.checker) == (
                f"user {office['clearing-clerk'].pk}",
                f"user {office['supervisor'].pk}",
            )
            answer = browser.get("/trade/statement")
            assert text(answer).count("535,000.00") == 2
            statements_beside(browser, code)
            one_click_says_why(browser, office.browser("member-clerk"), code)
            told = browser.get(f"/trade/statement/{DAY}.txt", {"code": code})
            assert told.headers["Content-Disposition"].endswith(f'{DAY}-{code}.txt"')
            root = hall.folder / "days" / str(DAY)
            assert told.content.decode() == statement(root, code, load_books())
            assert browser.get("/trade/statement/20260820").status_code == 404
            assert "taken the order" in text(browser.get(page.request["PATH_INFO"]))
            assert "1 + 0" in text(browser.get("/trade"))  # what was today's is history


def statements_beside(browser: Any, code: str) -> None:
    """By trade, of the month, as PDF; a broker's statement that is ours, and one that is not."""
    for view in ("trade", "month"):
        page = text(browser.get(f"/trade/statement/{DAY}", {"by": view}))
        assert page.count("535,000.00") == 2
    assert "2026-08 " in page
    assert browser.get("/trade/statement", {"by": "year"}).status_code == 404
    pdf = browser.get(f"/trade/statement/{DAY}.pdf", {"by": "month"})
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["Content-Type"] == "application/pdf"

    def upload(content: bytes, **given: str) -> Any:
        form = {"trading_code": code, "file": io.BytesIO(content), **given}
        return browser.post("/trade/broker", form)

    for view in ("day", "trade", "month"):
        ours = browser.get(f"/trade/statement/{DAY}.txt", {"by": view}).content
        assert "lines are the same" in text(upload(ours.decode().encode("gb18030")))
    altered = text(upload(ours.replace(b"535000.00", b"535001.00")))
    assert altered.count("535001.00") == 2  # the turnover of both trades, nothing else
    assert "What differs" in altered
    for content in (b"\xff\xfe\x00", b"no statement", ours.replace(b"202608", b"202508")):
        answer = upload(content)
        assert answer.status_code == 422
        assert "What differs" not in text(answer)
    assert upload(ours, trading_code="000199999999").status_code == 422


def one_click_says_why(browser: Any, clerk: Any, code: str) -> None:
    """Fees, margin, settlement price and clearing deposit; nobody is told of another's."""
    page = browser.get("/trade/statement").content.decode()
    for address in (f"/trade/why/{DAY}/fees/{code}", f"/trade/why/{DAY}/margin/{code}"):
        assert f'href="{address}"' in page
        assert "Rules it stands on" in text(browser.get(address))
    assert f'href="/why/{DAY}/settlement/cu2610"' in page
    for what in ("settlement", "limit"):
        told = text(browser.get(f"/why/{DAY}/{what}/cu2610", headers={"Accept-Language": "zh"}))
        assert "所依据的规则" in told
        assert "cu2610" in told
    assert f'href="/why/{DAY}/settlement/cu2610"' in browser.get(f"/express/{DAY}").content.decode()
    member = code[:4]
    assert f'href="/member/why/{DAY}/call/{member}"' in clerk.get("/member").content.decode()
    assert "Rules it stands on" in text(clerk.get(f"/member/why/{DAY}/call/{member}"))
    assert "Rules it stands on" in text(clerk.get(f"/member/why/{DAY}/margin/{code}"))
    for address in (
        f"/trade/why/{DAY}/fees/000110000001",
        f"/why/{DAY}/fees/cu2610",
        f"/why/{DAY}/settlement/cu9912",
        "/why/20250101/settlement/cu2610",
    ):
        assert browser.get(address).status_code == 404, address
    assert clerk.get(f"/member/why/{DAY}/call/9999").status_code == 404
    assert clerk.get(f"/member/why/{DAY}/margin/999999999999").status_code == 404
    assert browser.get(f"/member/why/{DAY}/call/{member}").status_code == 403
    assert clerk.get("/member", {"code": code}).headers["Location"] == f"/member/{code}"
    assert "has no trading code 123" in text(clerk.get("/member", {"code": "123"}))
