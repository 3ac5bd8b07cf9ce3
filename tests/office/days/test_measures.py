"""A live day under four eyes: what two persons decide, a real market does, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, connection, transaction

from huiguan.exchange.messages import SetHalt, SetKillSwitch, SetRight
from huiguan.foundation.faults import InputFault
from tests.office.days.closed import of_vendor

if TYPE_CHECKING:
    from tests.office.days.conftest import Desk

pytestmark = pytest.mark.slow


def test_a_product_is_halted_and_goes_on(desk: Desk) -> None:
    before = desk.journaled(SetHalt.KIND)
    waits = desk.propose("halt trading", "product cu")
    assert desk.hall.ask("read switches")["halted"] == []
    assert "done by the market" in desk.approve(waits)
    halted = desk.hall.ask("read switches")["halted"]
    assert halted
    assert all(name.startswith("cu") for name in halted)
    with pytest.raises(InputFault, match="halted already"):
        desk.propose("halt trading", "product cu")
    assert "done" in desk.do("resume trading", "product cu")
    assert desk.hall.ask("read switches")["halted"] == []
    assert desk.journaled(SetHalt.KIND) == before + 2


def test_one_contract_of_a_halted_product_goes_on(desk: Desk) -> None:
    desk.do("halt trading", "product au")
    desk.do("resume trading", "contract au2610")
    halted = desk.hall.ask("read switches")["halted"]
    assert "au2610" not in halted
    assert "au2612" in halted
    desk.do("resume trading", "product au")
    assert desk.hall.ask("read switches")["halted"] == []


@pytest.mark.parametrize("about", ["member 0001", "code 000110000001"])
def test_a_kill_switch_is_engaged_and_lifted(desk: Desk, about: str) -> None:
    kind, _, name = about.partition(" ")
    where = "killed_members" if kind == "member" else "killed_codes"
    desk.do("engage kill switch", about)
    assert desk.hall.ask("read switches")[where] == [name]
    with pytest.raises(InputFault, match="engaged already"):
        desk.propose("engage kill switch", about)
    desk.do("lift kill switch", about)
    assert desk.hall.ask("read switches")[where] == []


def test_a_trading_right_is_changed(desk: Desk) -> None:
    before = desk.journaled(SetRight.KIND)
    desk.do("change trading right", "contract cu2610", right="close only")
    assert desk.hall.ask("read switches")["contract_rights"] == {"cu2610": "close only"}
    desk.do("change trading right", "contract cu2610", right="allow")
    assert desk.hall.ask("read switches")["contract_rights"] == {}
    assert desk.journaled(SetRight.KIND) == before + 2


@pytest.mark.parametrize(
    ("action", "about", "after", "said"),
    [
        ("halt trading", "product xx", {}, "has no product 'xx'"),
        ("halt trading", "member 0001", {}, "about a product or a contract"),
        ("resume trading", "contract cu2610", {}, "this is not halted"),
        ("lift kill switch", "member 0001", {}, "is not engaged"),
        ("engage kill switch", "code 1", {}, "has no code '1'"),
        ("change trading right", "contract cu2610", {"right": "all"}, "a trading right is one of"),
        (
            "change trading right",
            "contract cu2610",
            {"right": "allow"},
            "the trading right already",
        ),
        ("turn day", "day 20260821", {}, "no day 20260821 waits to be turned"),
    ],
)
def test_what_makes_no_sense_is_not_proposed(
    desk: Desk, action: str, about: str, after: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputFault, match=said):
        desk.propose(action, about, **after)


def test_what_changed_meanwhile_is_proposed_again(desk: Desk) -> None:
    first = desk.propose("halt trading", "contract cu2610")
    second = desk.propose("halt trading", "product cu")
    desk.approve(first)
    with pytest.raises(InputFault, match="was changed meanwhile"):
        desk.approve(second)
    desk.do("resume trading", "contract cu2610")


def test_a_refusal_of_the_market_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row is another day's: the market refuses by the number of what it does not have."""
    from huiguan.office.days.deeds import measures

    waits = desk.propose("halt trading", "contract cu2610")
    monkeypatch.setattr(measures, "row_of", lambda *_: 9_999)
    said = desk.approve(waits)
    assert said == "approved, and refused by the market: what the command speaks of does not exist"


def test_a_measure_of_yesterday_does_nothing_today(desk: Desk) -> None:
    """An errand that found no market before the day was turned: rows were those of that day."""
    from huiguan.office.days import errands
    from huiguan.office.days.models import Errand

    waits = desk.propose("halt trading", "contract cu2610")
    given = {"kind": "set_halt", "trading_day": 20260820, "target": 0, "scope": 3, "engaged": 1}
    with transaction.atomic():
        errands.write_errand(proposal=waits, do="command", given=given)
    errand = Errand.objects.get(proposal=waits)
    assert errand.state == "refused"
    assert errand.said.startswith("this is for trading day 20260820 and the hall stands in")
    assert desk.hall.ask("read switches")["halted"] == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE days_errand SET state = 'waiting', answered_at = NULL",
        "UPDATE days_errand SET said = 'another'",
        "DELETE FROM days_errand",
        "INSERT OR REPLACE INTO days_errand SELECT * FROM days_errand",
    ],
)
def test_an_answer_stays(desk: Desk, statement: str) -> None:
    desk.do("engage kill switch", "member 0001")
    with (
        pytest.raises(IntegrityError, match="errand"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(of_vendor(statement))
    desk.do("lift kill switch", "member 0001")
    assert desk.journaled(SetKillSwitch.KIND) % 2 == 0
