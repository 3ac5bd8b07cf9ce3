"""The desks of days through their pages: a measure, an evening by hand, the days there were."""

from __future__ import annotations

import os
import re
import signal
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

from huiguan.days.cleared import is_closed
from huiguan.floor.hall.serve import DOORS_NAME
from tests.halls import running_hall
from tests.live.test_incidents import step_of, until_child, wait_until
from tests.office.days.closed import DAY, closed_day
from tests.office.test_people_pages import text

if TYPE_CHECKING:
    from pathlib import Path

    from tests.office.days.conftest import Desk
    from tests.office.peopled import Office

POOL = "0001/house"
HALT = {"form": "0", "m0-do": "halt trading", "m0-kind": "product", "m0-name": "cu"}
NAMES = {  # what stays in Latin letters on a Chinese page
    *("clearing", "clerk", "supervisor", "auditor", "administrator", "Huiguan", "English"),
    *("cu", "au", "day", "clock"),
}


def decision(form: str, **given: str) -> dict[str, str]:
    """Return a form of the page of a day's end, as a browser sends it."""
    fields = {f"{form}-{name}": value for name, value in given.items()}
    return {"form": form, f"{form}-why": "a try", **fields}


def letters_left(page: Any) -> set[str]:
    """Return the English that is left on a Chinese page, without names, hashes and attributes."""
    body = page.content.decode().split('<main id="content">', 1)[1].split("<footer", 1)[0]
    body = re.sub(r"<code.*?</code>|<select.*?</select>", "", body, flags=re.DOTALL)
    return set(re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]*>", " ", body))) - NAMES


@pytest.mark.slow
def test_a_halt_by_the_pages_alone(desk: Desk) -> None:
    clerk, supervisor = desk.office.browser("clearing-clerk"), desk.office.browser("supervisor")
    page = text(clerk.get("/live-day"))
    assert "Halt, or end a halt" in page
    refused = clerk.post("/live-day", {**HALT, "m0-name": "xx", "m0-why": "a try"})
    assert refused.status_code == 422
    assert "has no product &#x27;xx&#x27;" in text(refused)
    made = clerk.post("/live-day", {**HALT, "m0-why": "an odd price"})
    assert made.status_code == 303
    where = made.headers["Location"]
    assert "Approve" not in text(clerk.get(where))
    done = supervisor.post(where, {"do": "approve"})
    assert "approved, and done by the market" in text(done)
    assert desk.hall.ask("read switches")["halted"]
    assert "all contracts" in text(clerk.get("/live-day")) or "cu" in text(clerk.get("/live-day"))
    desk.do("resume trading", "product cu")


@pytest.mark.slow
def test_the_auditor_sees_a_live_day_and_proposes_nothing(desk: Desk) -> None:
    auditor = desk.office.browser("auditor")
    assert '<form class="sheet"' not in auditor.get("/live-day").content.decode()
    auditor.post("/live-day", {**HALT, "m0-why": "a try"})
    assert desk.hall.ask("read switches")["halted"] == []
    from huiguan.office.people.models import Proposal

    assert not Proposal.objects.exists()


@pytest.mark.slow
def test_pages_of_a_market_that_is_down_say_so(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed_day(tmp_path / "down")
    monkeypatch.setattr(settings, "HALL_FOLDER", str(tmp_path / "down"))
    clerk = desk.office.browser("clearing-clerk")
    assert "The market does not answer now" in text(clerk.get("/live-day"))
    assert "The market does not answer now" in text(clerk.get("/day-end"))
    refused = clerk.post("/live-day", {**HALT, "m0-why": "a try"})
    assert refused.status_code == 422
    assert "the market does not answer now" in text(refused)


@pytest.mark.slow
def test_an_evening_by_hand(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the last trade to the next morning: what waits for a person is done by two of them.

    Clearing is killed once; two persons let it be tried again.
    """
    from huiguan.office.days import errands
    from huiguan.office.days.models import RecordedDay
    from huiguan.office.days.recording import check_days, record_closed
    from huiguan.office.ledger import proof
    from huiguan.office.ledger.booking.evenings import keep_up
    from huiguan.office.ledger.models import LedgerTransfer, MetDay

    def nothing_waits() -> bool:
        errands.send_waiting()
        return not errands.Errand.objects.filter(state="waiting").exists()

    def agree(form: dict[str, str]) -> str:
        made = clerk.post("/day-end", form)
        assert made.status_code == 303, text(made)
        where = made.headers["Location"]
        said = text(supervisor.post(where, {"do": "approve"}))
        wait_until(lambda: errands.send_waiting() == 0)
        assert "approved" in said
        return text(clerk.get(where))

    clerk, supervisor = office.browser("clearing-clerk"), office.browser("supervisor")
    with running_hall(tmp_path / "hall", days="hand") as hall:
        monkeypatch.setattr(settings, "HALL_FOLDER", str(hall.folder))
        hall.start("floor", DOORS_NAME)
        page = text(clerk.get("/day-end"))
        assert "trading is over, the journal is closed to come" in page
        assert "the doors are open done" in text(clerk.get("/day-start"))
        assert letters_left(office.browser("clearing-clerk", "zh").get("/day-start")) <= {"SHFE"}
        keep_up(hall.folder / "days")
        wrong = clerk.post("/day-end", decision("price", contract="cu2610", price="106905"))
        assert "multiple of the tick 10" in text(wrong)
        agree(decision("price", contract="cu2610", price="106900"))
        while step_of(hall) == "trading":
            hall.ask("step")
        os.kill(until_child(hall.processes["floor"].pid, "close"), signal.SIGKILL)
        wait_until(lambda: step_of(hall) == "failed")
        page = text(clerk.get("/day-end"))
        assert "did not succeed" in page
        made = clerk.post("/day-end", {"why": "somebody killed it"})
        supervisor.post(made.headers["Location"], {"do": "approve"})
        wait_until(lambda: step_of(hall) == "waiting")
        (day,) = (hall.folder / "days").iterdir()
        assert is_closed(day)
        page = text(clerk.get("/day-end"))
        assert "by decision 1" in page
        assert "every book sums to zero, positions are those of the market done" in page
        assert "the day is recorded in the database running" in page
        assert "two persons open it" in page
        with monkeypatch.context() as few:
            few.setattr("huiguan.office.days.pages.evening.MOST_PRICES", 0)
            assert "more are on no line here" in text(clerk.get("/day-end"))
        assert record_closed() == 1
        chinese = office.browser("clearing-clerk", "zh")
        assert letters_left(chinese.get("/day-end")) <= {"SHFE", "house", "clients"}
        agree(decision("correct", contract="cu2610", price="106910"))
        wait_until(lambda: step_of(hall) == "waiting")
        assert "refused by the market: the result stays as it is" in agree(decision("correct"))
        assert record_closed() == 1
        first, second = RecordedDay.objects.order_by("version")
        assert (first.why, second.why) == ("", "a try")
        assert first.result_hash != second.result_hash
        page = text(clerk.get("/day-end"))
        assert "version 2" in page
        agree(decision("pool", pool=POOL, amount="1,000.50"))
        late = clerk.post("/day-end", decision("price", contract="cu2610", price="106920"))
        assert late.status_code == 200  # nothing of the kind is asked any more
        made = clerk.post("/day-end", {"why": "all is reconciled"})
        assert made.status_code == 303
        assert step_of(hall) == "waiting"
        done = supervisor.post(made.headers["Location"], {"do": "approve"})
        assert "approved, and done by the market" in text(done)
        wait_until(lambda: step_of(hall) == "trading")
        page = text(clerk.get(f"/day-end/{day.name}"))
        assert re.search(r"trading day \d{4}-\d\d-\d\d is open done", page)
        assert "forced liquidations" in page
        page = text(clerk.get("/day-end"))
        assert "How this day began" in page
        page = text(clerk.get("/day-start"))
        assert "the morning follows from the day before done" in page
        assert check_days() == 2
        keep_up(hall.folder / "days")
        for met in MetDay.objects.all():
            sheet = proof.sheet(hall.folder / "days", met.trading_day)
            assert sheet.wrong == 0, [one for one in sheet.lines if one.differs_fen]
        moved = LedgerTransfer.objects.get(reference__startswith="opening", cause="evening")
        assert (moved.amount_fen, moved.credit.name) == (100_050, f"{POOL}:clearing deposit")
        proof.check()


@pytest.fixture
def folder(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a hall with one closed day, recorded; no process runs."""
    from huiguan.office.days.recording import record_closed

    del office
    hall = tmp_path / "a-hall"
    closed_day(hall)
    monkeypatch.setattr(settings, "HALL_FOLDER", str(hall))
    record_closed()
    return hall


def test_a_day_has_its_members_and_products(folder: Path, office: Office) -> None:
    supervisor = office.browser("supervisor")
    assert f'href="/days/{DAY}"' in supervisor.get("/days").content.decode()
    page = text(supervisor.get(f"/days/{DAY}"))
    assert "160.29" in page
    assert "The list comes with the next morning." in page
    assert "Verify this day" not in page
    del folder


@pytest.mark.parametrize("path", ["/days", f"/days/{DAY}", f"/day-end/{DAY}", "/live-day"])
def test_pages_are_whole_in_chinese(folder: Path, office: Office, path: str) -> None:
    browser = office.browser("auditor" if path == f"/days/{DAY}" else "supervisor", "zh")
    answer = browser.get(path)
    assert answer.status_code == 200
    assert letters_left(answer) == set()
    del folder


@pytest.mark.slow
def test_an_auditor_lets_a_day_be_proved(folder: Path, office: Office) -> None:
    """Proved by a process of its own; then a file is changed, and the next proof names it."""
    from huiguan.office.days.proving import prove_asked
    from huiguan.office.people import record

    auditor = office.browser("auditor")
    assert auditor.post(f"/days/{DAY}").status_code == 303
    assert auditor.post(f"/days/{DAY}").status_code == 303
    assert "is being run and cleared again" in text(auditor.get(f"/days/{DAY}"))
    assert prove_asked() == 1
    page = text(auditor.get(f"/days/{DAY}"))
    assert ": good" in page
    assert "day hash" in page
    path = next((folder / "days" / str(DAY) / "result" / "reports").iterdir())
    path.write_bytes(path.read_bytes() + b" ")
    auditor.post(f"/days/{DAY}")
    prove_asked()
    page = text(auditor.get(f"/days/{DAY}"))
    assert ": wrong" in page
    assert path.name in page
    assert office.browser("supervisor").post(f"/days/{DAY}").status_code == 200
    assert prove_asked() == 0
    record.check()
