"""A circular from a draft to the day that it holds on: two persons, a shadow run, a real hall."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from huiguan.days.verify import verify_folder
from huiguan.exchange.rules.parameters import parameters
from huiguan.floor.hall.serve import DOORS_NAME
from huiguan.foundation.calendars import trading_day_after
from huiguan.foundation.faults import InputFault
from huiguan.office.feed.follower import HallPlaces
from huiguan.storage.market.day_image import read_image
from huiguan.storage.market.day_result import read_result_settings
from huiguan.storage.market.rulebooks.circulars import issued, own_books
from huiguan.storage.market.rulebooks.load import load_books
from tests.halls import RunningHall, running_hall
from tests.live.test_incidents import step_of, wait_until
from tests.office.days.closed import of_vendor
from tests.office.days.test_day_pages import letters_left
from tests.office.test_people_pages import text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.office.peopled import Office
    from tests.office.watched import Watched

pytestmark = pytest.mark.slow
FIRST, SECOND, THIRD = 20260821, 20260824, 20260825  # a Friday, the next trading days
LIMITS = {
    "product": "cu", "contracts": "", "limit": "12%", "hedge": "13%", "general": "14%",
    "title": "Margins of copper", "chinese": "关于调整铜保证金的通知",
}  # fmt: skip


class RuleDesk:
    """The office of a hall that turns its days by hand."""

    def __init__(self, office: Office, hall: RunningHall) -> None:
        self.office, self.hall = office, hall

    def draft(self, day: int = SECOND, table: str = "circular", **given: Any) -> Any:
        from huiguan.office.circulars.drafting import draft_circular

        from_day = dt.datetime.strptime(str(day), "%Y%m%d").date()  # noqa: DTZ007
        words = {**LIMITS, "from_day": from_day, **given}
        clerk = self.office["clearing-clerk"]
        return draft_circular(user=clerk, table=table, given=words)

    def propose(self, draft: Any) -> Any:
        from huiguan.office.people import proposals, roles

        return proposals.propose(
            maker=self.office["clearing-clerk"], action=roles.Action.ISSUE_CIRCULAR,
            subject=f"circular {draft.pk}", after={}, why="copper moves far",
        )  # fmt: skip

    def approve(self, proposal: Any) -> str:
        from huiguan.office.people import proposals

        proposals.approve(checker=self.office["supervisor"], number=proposal.pk)
        proposal.refresh_from_db()
        return proposals.became(proposal)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHall]:
    with running_hall(tmp_path_factory.mktemp("circulars") / "hall") as found:
        found.start("floor", DOORS_NAME)
        found.ask("step")
        yield found


@pytest.fixture
def desk(
    office: Office, hall: RunningHall, market: Watched, monkeypatch: pytest.MonkeyPatch
) -> RuleDesk:
    folder = hall.folder
    monkeypatch.setattr(settings, "HALL_FOLDER", str(folder))
    market.follower.places = HallPlaces(
        days=folder / "days", feed=folder / "feed.sock", operator=folder / "operator.sock"
    )
    return RuleDesk(office, hall)


def shadows() -> int:
    from huiguan.office.circulars.shadows import run_shadows

    return run_shadows()


def test_its_effect_is_shown_before_it_is_proposed(desk: RuleDesk) -> None:
    draft = desk.draft()
    with pytest.raises(InputFault, match="its shadow run is not over"):
        desk.propose(draft)
    shadows()
    draft.refresh_from_db()
    assert draft.shadow["none"].startswith("no day of this hall is closed yet")
    desk.propose(draft)


@pytest.mark.parametrize(
    ("day", "given", "said"),
    [
        (SECOND, {"product": "xx"}, "no product 'xx'"),
        (20260822, {}, "2026-08-22 is no trading day"),
        (FIRST, {}, "is not ahead any more"),
        (SECOND, {"limit": "12"}, r"cu\.toml"),
        (SECOND, {"contracts": "x"}, r"cu\.toml"),
    ],
)
def test_what_no_book_can_hold_is_not_drafted(
    desk: RuleDesk, day: int, given: dict[str, Any], said: str
) -> None:
    from huiguan.office.circulars.models import HallCircular

    with pytest.raises(InputFault, match=said) as refused:
        desk.draft(day, **given)
    assert "/tmp" not in str(refused.value)  # noqa: S108
    assert not HallCircular.objects.exists()


def test_a_holiday_is_closed_days_of_the_calendar(desk: RuleDesk) -> None:
    """Tuesday and Wednesday of the next week: after Monday, 24 August, comes Thursday."""
    from huiguan.office.circulars.issuing import became

    until = dt.date(2026, 8, 26)
    given = {"product": "china", "until_day": until, "title": "Storm", "chinese": "台风休市"}
    draft = desk.draft(THIRD, table="year", **given)
    shadows()
    draft.refresh_from_db()
    assert draft.shadow["days"] == ["2026-08-24", "2026-08-27", "2026-08-28"]
    waits = desk.propose(draft)
    assert "is issued and holds from 2026-08-25 on" in desk.approve(waits)
    calendar = load_books(*own_books(desk.hall.folder)).calendars["china"]
    assert trading_day_after(calendar, SECOND) == 20260827
    shipped = load_books().calendars["china"]
    assert set(shipped.days) - set(calendar.days) == {20260825, 20260826}
    assert calendar.no_night == shipped.no_night
    with pytest.raises(InputFault, match="a holiday begins with one"):
        desk.draft(THIRD, table="year", **given)
    with pytest.raises(InputFault, match="in the same year"):
        desk.draft(20260831, table="year", **given)
    with pytest.raises(InputFault, match="no calendar 'cu'"):
        desk.draft(THIRD, table="year", **{**given, "product": "cu"})
    assert "Storm" in text(desk.office.browser().get("/circulars"))
    assert became(waits).startswith("approved; circular 1")
    (path,) = issued(desk.hall.folder)
    path.rename(path.parent / f"away-{draft.key}")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE circulars_hallcircular SET takes_effect = 20260901",
        "UPDATE circulars_hallcircular SET state = 'issued', number = 1",
        "DELETE FROM circulars_hallcircular",
        "INSERT OR REPLACE INTO circulars_hallcircular SELECT * FROM circulars_hallcircular",
    ],
)
def test_the_database_holds_to_a_circular(desk: RuleDesk, statement: str) -> None:
    desk.draft()
    with (
        pytest.raises(IntegrityError, match="circular"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(of_vendor(statement))


APPROVE = """
import os, signal, sys
from pathlib import Path
from huiguan.office.config.database import open_database
open_database(Path(sys.argv[1]))
from django.conf import settings
settings.HALL_FOLDER = sys.argv[2]
from huiguan.office.display.here import Shown, show
from huiguan.office.feed.follower import Follower, HallPlaces
hall = Path(sys.argv[2])
places = HallPlaces(days=hall / "days", feed=hall / "f", operator=hall / "operator.sock")
show(Shown(Follower(places)))
from huiguan.office.circulars import issuing
from huiguan.office.people import proposals
from huiguan.office.people.models import User

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

setattr(issuing, sys.argv[4], die)
proposals.approve(checker=User.objects.get_by_natural_key("supervisor"), number=int(sys.argv[3]))
"""


@pytest.mark.parametrize("at", ["issue_approved", "issue", "end_issue"])
def test_killed_between_approval_and_books_it_is_issued_once(desk: RuleDesk, at: str) -> None:
    """Before the books are written, in the midst, and after: one folder, one number."""
    from huiguan.office.circulars.issuing import issue_approved
    from huiguan.office.people import record

    before = len(issued(desk.hall.folder))
    draft = desk.draft(THIRD, product="cu", limit=f"{10 + before}%", general="20%", hedge="19%")
    shadows()
    waits = desk.propose(draft)
    connection.close()
    call = [sys.executable, "-c", APPROVE, str(desk.office.folder), str(desk.hall.folder)]
    killed = subprocess.run([*call, str(waits.pk), at], check=False)
    assert killed.returncode == -signal.SIGKILL
    draft.refresh_from_db()
    assert draft.state == "approved"
    assert len(issued(desk.hall.folder)) == before + (at == "end_issue")
    assert issue_approved() == 1
    draft.refresh_from_db()
    assert (draft.state, draft.number) == ("issued", before + 1)
    assert len(issued(desk.hall.folder)) == before + 1
    assert issue_approved() == 0
    record.check()
    for path in issued(desk.hall.folder):  # of this office alone: the next one has keys of its own
        path.rename(path.parent / f"away-{draft.key}")


def test_a_circular_holds_from_its_day_on(
    office: Office, market: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issued on Friday by the pages, it charges margins that evening and bounds Monday's prices.

    On Monday a second one is drafted, and its shadow run is of Friday.
    """
    from huiguan.office.days.proving import ask_proof, books_of, prove_asked
    from huiguan.office.days.recording import record_closed

    clerk, supervisor = office.browser("clearing-clerk"), office.browser("supervisor")
    with running_hall(tmp_path / "hall") as hall:
        desk = RuleDesk(office, hall)
        monkeypatch.setattr(settings, "HALL_FOLDER", str(hall.folder))
        market.follower.places = HallPlaces(
            days=hall.folder / "days", feed=hall.folder / "f", operator=hall.folder / "o"
        )
        hall.start("floor", DOORS_NAME)
        hall.ask("step")
        sent = {f"c0-{name}": value for name, value in LIMITS.items()}
        made = clerk.post("/rule-desk", {"form": "0", "c0-from_day": "2026-08-24", **sent})
        assert made.status_code == 303
        where = made.headers["Location"]
        assert "asks again by itself" in text(clerk.get(where))
        shadows()
        asked = clerk.post(where, {"why": "copper moves far"})
        assert asked.status_code == 303
        done = supervisor.post(asked.headers["Location"], {"do": "approve"})
        assert "circular 1 is issued and holds from 2026-08-24 on" in text(done)
        public = office.browser()
        assert "Circular 1 : Margins of copper" in text(public.get("/circulars")).replace(
            "1:", "1 :"
        )
        assert "关于调整铜保证金的通知" in text(office.browser(lang="zh").get("/circulars"))
        while step_of(hall) == "trading" and hall.ask("status")["trading_day"] == FIRST:
            hall.ask("step")
        wait_until(lambda: hall.ask("status")["trading_day"] == SECOND)
        books = load_books(*own_books(hall.folder))
        closed = read_result_settings(hall.folder / "days" / str(FIRST) / "result")
        assert closed.rulebook_digest == books.digest
        image = read_image(hall.folder / "days" / str(SECOND) / "image")
        row = image.names.instruments.index("cu2610")
        assert parameters(books, "cu2610", SECOND).limit_ppb == 120_000_000
        settled = int(image.instruments["previous_settlement_ticks"][row])
        upper = int(image.instruments["upper_limit_ticks"][row])
        assert upper == settled * 112 // 100
        record_closed()
        assert books_of(FIRST) == own_books(hall.folder)
        ask_proof(user=office["auditor"], trading_day=FIRST)
        second = desk.draft(THIRD, limit="15%", hedge="16%", general="17%")
        shadows()
        second.refresh_from_db()
        assert second.shadow["trading_day"] == "2026-08-21"
        assert second.shadow["called_after"] >= second.shadow["called_before"]
        assert "is issued" in desk.approve(desk.propose(second))
        assert len(issued(hall.folder)) == 2
        prove_asked()  # with the books of its evening, not with those of now
        page = text(office.browser("auditor").get(f"/days/{FIRST}"))
        assert ": good" in page
        assert "cleared with books of digest" not in page
        for path in ("/rule-desk", f"/rule-desk/{second.pk}", "/circulars"):
            page = office.browser("clearing-clerk", "zh").get(path)
            words = {"Margins", "copper", *("months", "like", "per", "bp")}
            assert letters_left(page) - words == set()


@pytest.mark.parametrize("times", range(3))
def test_two_who_issue_at_once_issue_it_once(
    desk: RuleDesk, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """The page of who approves and the office's own process, each over a connection of its own."""
    from huiguan.office.circulars import issuing
    from huiguan.office.people import record

    draft = desk.draft(THIRD, limit=f"{10 + times}%", general="20%", hedge="19%")
    shadows()
    with monkeypatch.context() as patched:
        patched.setattr(issuing, "issue_approved", lambda: 0)
        desk.approve(desk.propose(draft))
    gate = threading.Barrier(3)

    def look() -> None:
        gate.wait()
        issuing.issue_approved()
        connection.close()

    lookers = [threading.Thread(target=look) for _ in range(3)]
    for one in lookers:
        one.start()
    for one in lookers:
        one.join()
    draft.refresh_from_db()
    assert (draft.state, draft.number, draft.said) == ("issued", 1, "")
    (path,) = issued(desk.hall.folder)
    path.rename(path.parent / f"away-{draft.key}")
    record.check()


def test_a_hall_turns_over_a_holiday(
    office: Office, market: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Monday is closed by a circular of Friday: the next day is Tuesday, and Friday verifies."""
    with running_hall(tmp_path / "hall") as hall:
        monkeypatch.setattr(settings, "HALL_FOLDER", str(hall.folder))
        market.follower.places = HallPlaces(
            days=hall.folder / "days", feed=hall.folder / "f", operator=hall.folder / "o"
        )
        desk = RuleDesk(office, hall)
        hall.start("floor", DOORS_NAME)
        monday = dt.date(2026, 8, 24)
        draft = desk.draft(SECOND, table="year", product="china", until_day=monday)
        shadows()
        assert "is issued" in desk.approve(desk.propose(draft))
        while step_of(hall) == "trading" and hall.ask("status")["trading_day"] == FIRST:
            hall.ask("step")
        wait_until(lambda: hall.ask("status")["trading_day"] == THIRD)
        found = verify_folder(
            hall.folder / "days" / str(FIRST), load_books(*own_books(hall.folder))
        )
        assert [version.unproved for version in found.versions] == [""]
