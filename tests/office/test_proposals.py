"""Four eyes: nobody alone, nothing twice, nothing over what changed meanwhile."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from tests.office.peopled import Office


def approve(office: Office, number: int, by: str = "supervisor") -> Any:
    from huiguan.office.people import proposals

    return proposals.approve(checker=office[by], number=number)


def decline(office: Office, number: int, by: str = "supervisor", why: str = "no need") -> Any:
    from huiguan.office.people import proposals

    return proposals.decline(checker=office[by], number=number, why=why)


def lines() -> list[tuple[str, str]]:
    from huiguan.office.people.models import RecordLine

    return list(RecordLine.objects.order_by("number").values_list("action", "subject"))[11:]


def test_another_person_approves_and_it_runs(office: Office) -> None:
    from huiguan.office.people.models import User

    waits = office.propose()
    assert User.objects.named("wang") is None
    done = approve(office, waits.pk)
    assert office["wang"].roles == ["trader"]
    assert office["wang"].check_password(done.password)
    assert office["wang"].must_change_password
    assert lines() == [("make user", f"proposal {waits.pk}")] * 2


def test_nobody_decides_on_their_own(office: Office) -> None:
    waits = office.propose()
    for decide in (approve, decline):
        with pytest.raises(InputFault, match="a proposal of their own"):
            decide(office, waits.pk, by="administrator")
    waits.refresh_from_db()
    assert (waits.state, waits.checker_id) == ("waiting", None)
    assert len(lines()) == 1


def test_nobody_decides_about_themselves(office: Office) -> None:
    waits = office.propose("change roles", "supervisor", roles=["administrator", "supervisor"])
    for decide in (approve, decline):
        with pytest.raises(InputFault, match="about themselves"):
            decide(office, waits.pk)


@pytest.mark.parametrize("column", ["maker_id", "subject_id"])
def test_the_database_itself_refuses_both(office: Office, column: str) -> None:
    """Past every service: the row as no service would write it."""
    waits = office.propose("lock user", "tenant")
    write = f"UPDATE people_proposal SET state = 'approved', decided_at = made_at, checker_id = {column}"  # noqa: E501, S608
    with (
        pytest.raises(IntegrityError, match=r"(?i)check constraint"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"{write} WHERE id = %s", [waits.pk])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE people_proposal SET after = '{}' WHERE id = {0}",
        "UPDATE people_proposal SET maker_id = 2 WHERE id = {0}",
        "UPDATE people_proposal SET why = 'another' WHERE id = {0}",
        "DELETE FROM people_proposal WHERE id = {0}",
    ],
)
def test_a_proposal_stays_as_it_was_made(office: Office, statement: str) -> None:
    waits = office.propose()
    with (
        pytest.raises(IntegrityError, match="a proposal"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.replace("{0}", str(waits.pk)))


def test_a_decision_stays(office: Office) -> None:
    waits = office.propose()
    decline(office, waits.pk)
    with pytest.raises(InputFault, match="was declined already"):
        approve(office, waits.pk)
    with (
        pytest.raises(IntegrityError, match="decided once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE people_proposal SET state = 'approved'")


@pytest.mark.parametrize("times", range(3))
def test_two_at_once_run_it_once(office: Office, times: int) -> None:
    """Two supervisors press at the same moment, each over a connection of their own."""
    from huiguan.office.people.models import RecordLine, User

    del times
    office.second_administrator()
    before = RecordLine.objects.count()
    waits = office.propose()
    gate, told = threading.Barrier(2), list[str]()

    def press(name: str) -> None:
        gate.wait()
        try:
            approve(office, waits.pk, by=name)
            told.append("done")
        except InputFault as fault:
            told.append(str(fault))
        finally:
            connection.close()

    presses = [threading.Thread(target=press, args=(name,)) for name in ("supervisor", "second")]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert sorted(told) == ["done", f"proposal {waits.pk} was approved already"]
    assert User.objects.named("wang") is not None
    assert RecordLine.objects.count() == before + 2


def test_what_fails_leaves_nothing(office: Office) -> None:
    """Two proposals of one name: the second is approved in vain, and waits as before."""
    first, second = office.propose(), office.propose()
    approve(office, first.pk)
    with pytest.raises(InputFault, match="this name is taken"):
        approve(office, second.pk)
    second.refresh_from_db()
    assert second.state == "waiting"
    assert len(lines()) == 3


def test_what_changed_meanwhile_is_proposed_again(office: Office) -> None:
    first = office.propose("change roles", "trader", roles=["tenant"])
    second = office.propose("change roles", "trader", roles=["employer"])
    approve(office, first.pk)
    with pytest.raises(InputFault, match="was changed meanwhile"):
        approve(office, second.pk)
    assert office["trader"].roles == ["tenant"]
    decline(office, second.pk)


def test_a_proposal_grows_too_old(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven days and a second later; the clock is Django's, set on by the test."""
    waits = office.propose()
    later = waits.ends_at + dt.timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    with pytest.raises(InputFault, match="too old to be approved"):
        approve(office, waits.pk)
    decline(office, waits.pk)


def test_a_lock_ends_the_sessions_of_who_is_locked(office: Office) -> None:
    browser = office.browser("trader")
    assert browser.get("/account").status_code == 200
    approve(office, office.propose("lock user", "trader").pk)
    assert browser.get("/account").headers["Location"].startswith("/sign-in")
    approve(office, office.propose("unlock user", "trader").pk)
    assert office.browser("trader").get("/account").status_code == 200


def test_a_new_password_ends_the_sessions_of_the_old_one(office: Office) -> None:
    browser = office.browser("trader")
    done = approve(office, office.propose("reset password", "trader").pk)
    assert browser.get("/account").headers["Location"].startswith("/sign-in")
    assert office["trader"].check_password(done.password)
    assert not office["trader"].check_password(office.passwords["trader"])


def test_two_persons_remain(office: Office) -> None:
    """With one administrator and one supervisor neither can be locked or lose the role."""
    other = office.second_administrator()
    approve(office, office.propose("lock user", "supervisor").pk, by="second")
    for action, after in (("lock user", {}), ("change roles", {"roles": ["trader"]})):
        waits = office.propose(action, other.name, **after)
        with pytest.raises(InputFault, match=r"nobody decides|your roles"):
            approve(office, waits.pk, by="supervisor")
    waits = office.propose("unlock user", "supervisor")
    approve(office, waits.pk, by="second")
    approve(office, office.propose("lock user", "second").pk)
    waits = office.propose("change roles", "supervisor", roles=["trader"])
    with pytest.raises(InputFault, match="about themselves"):
        approve(office, waits.pk)


@pytest.mark.parametrize(
    ("action", "subject", "after", "said"),
    [
        ("make user", "", {"name": "Wang"}, "a name has 2 to 32 small letters"),
        ("make user", "", {"name": "<b>x"}, "a name has 2 to 32 small letters"),
        ("make user", "", {"name": "trader"}, "this name is taken"),
        ("make user", "", {"roles": []}, "choose at least one role"),
        ("make user", "", {"roles": ["guest"]}, "there is no role 'guest'"),
        ("make user", "", {"roles": "trader"}, "choose at least one role"),
        ("make user", "", {"language": "fr"}, "the language is en or zh"),
        ("change roles", "trader", {"roles": ["trader"]}, "these are the roles already"),
        ("unlock user", "trader", {}, "this user is not locked"),
        ("see users", "trader", {}, "done by one person"),
    ],
)
def test_what_makes_no_sense_is_not_proposed(
    office: Office, action: str, subject: str, after: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputFault, match=said):
        office.propose(action, subject, **after)
    assert lines() == []


@pytest.mark.parametrize("why", ["", "  \n ", "x" * 501])
def test_a_proposal_says_why(office: Office, why: str) -> None:
    from huiguan.office.people import proposals
    from huiguan.office.people.roles import Action

    with pytest.raises(InputFault, match=r"say why|too long"):
        proposals.propose(
            maker=office["administrator"], action=Action.LOCK_USER, subject=office["trader"],
            after={}, why=why,
        )  # fmt: skip


def test_what_is_not_there_is_said(office: Office) -> None:
    with pytest.raises(InputFault, match="there is no proposal 7"):
        approve(office, 7)


def test_a_locked_administrator_proposes_nothing(office: Office) -> None:
    office.second_administrator()
    approve(office, office.propose("lock user", "second").pk)
    from huiguan.office.people import proposals
    from huiguan.office.people.roles import Action

    with pytest.raises(InputFault, match="your roles do not let you propose"):
        proposals.propose(
            maker=office["second"], action=Action.LOCK_USER, subject=office["trader"], after={},
            why="a try",
        )  # fmt: skip
