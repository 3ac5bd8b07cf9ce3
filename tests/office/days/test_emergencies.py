"""A stop by one person: it acts at once, another person decides on it, and all of it stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, transaction

from huiguan.exchange.messages import SetHalt
from huiguan.foundation.faults import InputFault
from tests.office.days.closed import of_vendor
from tests.office.test_people_pages import text

if TYPE_CHECKING:
    from tests.office.days.conftest import Desk

pytestmark = pytest.mark.slow
STOP = {"form": "stop", "stop-kind": "product", "stop-name": "cu", "stop-why": "a wild price"}


def test_one_person_stops_and_another_decides(desk: Desk) -> None:
    """By the pages alone: a product is halted and lifted; a member is cut off, which stands."""
    from huiguan.office.days.models import Emergency
    from huiguan.office.people import record

    clerk, supervisor = desk.office.browser("clearing-clerk"), desk.office.browser("supervisor")
    before = desk.journaled(SetHalt.KIND)
    assert "has no product" in text(clerk.post("/live-day", {**STOP, "stop-name": "xx"}))
    assert clerk.post("/live-day", STOP).status_code == 303
    halted = desk.hall.ask("read switches")["halted"]
    assert halted
    assert all(name.startswith("cu") for name in halted)
    assert desk.journaled(SetHalt.KIND) == before + 1
    assert "halted already" in text(clerk.post("/live-day", STOP))
    page = text(clerk.get("/live-day"))
    assert "Nobody has decided on this stop yet" in page
    assert "Decide on this stop" not in page  # it is their own
    (stop,) = Emergency.objects.all()
    form = f"stop{stop.pk}"
    lift = {"form": form, f"{form}-do": "lift", f"{form}-why": "it was a typing error"}
    clerk.post("/live-day", lift)
    stop.refresh_from_db()
    assert stop.end == "open"
    assert "Decide on this stop" in text(supervisor.get("/live-day"))
    assert supervisor.post("/live-day", lift).status_code == 303
    assert desk.hall.ask("read switches")["halted"] == []
    page = text(desk.office.browser("auditor").get("/live-day"))
    assert "it was a typing error" in page
    assert "lifted" in page
    supervisor.post("/live-day", {**STOP, "stop-kind": "member", "stop-name": "0001"})
    assert desk.hall.ask("read switches")["killed_members"] == ["0001"]
    cut = Emergency.objects.get(about="member 0001")
    form = f"stop{cut.pk}"
    confirm = {"form": form, f"{form}-do": "confirm", f"{form}-why": "its orders were wild"}
    assert desk.office.browser("administrator").post("/live-day", confirm).status_code == 303
    assert desk.hall.ask("read switches")["killed_members"] == ["0001"]  # it stands
    desk.do("lift kill switch", "member 0001")
    lines, _ = record.check()
    assert lines
    assert desk.office.browser("auditor").post("/live-day", STOP).status_code == 200
    assert Emergency.objects.count() == 2


def test_what_the_services_and_the_database_refuse(desk: Desk) -> None:
    from huiguan.office.days.deeds import emergencies
    from huiguan.office.days.models import Emergency, EmergencyErrand

    clerk, supervisor = desk.office["clearing-clerk"], desk.office["supervisor"]
    with pytest.raises(InputFault, match="your roles do not let you"):
        emergencies.stop(user=desk.office["auditor"], about="product cu", why="a try")
    made = emergencies.stop(user=supervisor, about="contract cu2611", why="a try")
    with pytest.raises(InputFault, match="of their own"):
        emergencies.decide(user=supervisor, number=made.pk, lift=True, why="a try")
    with pytest.raises(InputFault, match="your roles do not let you"):
        emergencies.decide(user=clerk, number=made.pk, lift=True, why="a try")
    desk.do("resume trading", "contract cu2611")
    other = desk.office["administrator"]
    with pytest.raises(InputFault, match="let go already"):
        emergencies.decide(user=other, number=made.pk, lift=True, why="a try")
    emergencies.decide(user=other, number=made.pk, lift=False, why="a try")
    with pytest.raises(InputFault, match="decided already"):
        emergencies.decide(user=other, number=made.pk, lift=True, why="a try")
    assert (Emergency.objects.count(), EmergencyErrand.objects.count()) == (1, 1)
    for statement in (
        "UPDATE days_emergency SET why = 'another'",
        "UPDATE days_emergency SET ended_by_id = made_by_id",
        "DELETE FROM days_emergency",
        "INSERT OR REPLACE INTO days_emergency SELECT * FROM days_emergency",
        "UPDATE days_emergencyerrand SET state = 'waiting', answered_at = NULL",
        "DELETE FROM days_emergencyerrand",
        "INSERT OR REPLACE INTO days_emergencyerrand SELECT * FROM days_emergencyerrand",
    ):
        with (
            pytest.raises(IntegrityError, match=r"emergency|errand"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(of_vendor(statement))
