"""Signing in: the throttle, the session, what a password has to be, forms from elsewhere."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.utils import timezone

from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from tests.office.peopled import Office

GOOD = "quiet harbour 1908"


def sign_in(office: Office, name: str, password: str = "", **more: Any) -> tuple[Any, Any]:
    browser = office.browser(**more)
    given = {"name": name, "password": password or office.passwords[name]}
    return browser, browser.post("/sign-in", given)


def failures() -> int:
    from huiguan.office.people.models import Failures

    return sum(Failures.objects.values_list("count", flat=True))


def test_a_good_pair_begins_a_session_that_scripts_do_not_see(office: Office) -> None:
    browser, answer = sign_in(office, "auditor")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/proposals")
    cookie = browser.cookies["session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")
    assert browser.get("/record").status_code == 200
    assert "auditor" in browser.get("/").content.decode()
    assert browser.get("/sign-in").headers["Location"] == "/account"


def test_the_first_page_is_one_that_the_role_opens(office: Office) -> None:
    for who, page in (("trader", "/trade"), ("member-clerk", "/member"), ("tenant", "/account")):
        assert sign_in(office, who)[1].headers["Location"] == page


WAYS = (
    ("/users", "/users"),
    ("//evil.example", "/proposals"),
    ("https://evil.example/x", "/proposals"),
    ("javascript:alert(1)", "/proposals"),
    ("", "/proposals"),
)


def test_one_goes_on_to_where_one_wanted_but_never_elsewhere(office: Office) -> None:
    given = {"name": "auditor", "password": office.passwords["auditor"]}
    for back, goes in WAYS:
        answer = office.browser().post("/sign-in", {**given, "next": back})
        assert answer.headers["Location"] == goes


def test_wrong_is_wrong_whoever_it_is(office: Office) -> None:
    """The same words for a name that is not there, a wrong password, and a locked user."""
    from huiguan.office.people.models import User

    User.objects.filter(pk=office["tenant"].pk).update(is_locked=True)
    said = set()
    for name, password in (
        ("nobody", "x"),
        ("auditor", "x"),
        ("tenant", office.passwords["tenant"]),
    ):
        _, answer = sign_in(office, name, password)
        assert answer.status_code == 422
        assert len(password) == 1 or password not in answer.content.decode()
        said.add(answer.content.decode().split('role="alert"')[1].split("</div>")[0])
    assert len(said) == 1
    assert "do not fit together" in said.pop()


def test_after_five_failures_that_name_waits_there_and_nowhere_else(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sixth try is refused, with the right password too; fifteen minutes later it is not."""
    for _ in range(5):
        sign_in(office, "auditor", "wrong")
    _, answer = sign_in(office, "auditor")
    assert "try again in 15 minutes" in answer.content.decode()
    assert sign_in(office, "auditor", REMOTE_ADDR="10.0.0.9")[1].status_code == 303
    assert sign_in(office, "trader")[1].status_code == 303
    later = timezone.now() + dt.timedelta(minutes=15, seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert sign_in(office, "auditor")[1].status_code == 303
    assert failures() == 0


def test_who_is_shut_out_stands_in_the_record_once(office: Office) -> None:
    from huiguan.office.people.models import RecordLine

    for _ in range(8):
        sign_in(office, "auditor", "wrong")
        sign_in(office, "nobody", "wrong")
    lines = RecordLine.objects.filter(action="shut out")
    assert [line.subject for line in lines] == [f"user {office['auditor'].pk}"]


@pytest.mark.usefixtures("office")
def test_many_tries_at_once_are_no_way_around() -> None:
    """Twelve at the same moment: five are looked at, seven are refused before that."""
    from huiguan.office.people import sign_in as service

    gate, told = threading.Barrier(12), list[str]()

    def guess(place: int) -> None:
        gate.wait()
        try:
            service.proved(name="auditor", password=f"guess {place}", address="10.0.0.1")
        except InputFault as fault:
            told.append(str(fault)[:8])
        finally:
            connection.close()

    guesses = [threading.Thread(target=guess, args=(place,)) for place in range(12)]
    for one in guesses:
        one.start()
    for one in guesses:
        one.join()
    assert sorted(told) == ["name and"] * 5 + ["too many"] * 7


def test_what_is_kept_of_failures_names_nobody(office: Office) -> None:
    from huiguan.office.people.models import Failures

    sign_in(office, "auditor", "wrong", REMOTE_ADDR="10.1.2.3")
    kept = str(list(Failures.objects.values_list()))
    assert "auditor" not in kept
    assert "10.1.2.3" not in kept


def test_signing_in_changes_the_key_of_the_session(office: Office) -> None:
    """A session that somebody planted before is not the one that is signed in."""
    browser, _ = sign_in(office, "auditor")
    first = browser.cookies["session"].value
    browser.post("/sign-out")
    browser.cookies["session"] = first
    assert browser.get("/record").status_code == 302
    browser.post("/sign-in", {"name": "auditor", "password": office.passwords["auditor"]})
    assert browser.cookies["session"].value != first


def test_who_signs_out_is_out_everywhere_with_that_session(office: Office) -> None:
    browser, _ = sign_in(office, "auditor")
    stolen = office.browser()
    stolen.cookies["session"] = browser.cookies["session"].value
    assert stolen.get("/record").status_code == 200
    assert browser.get("/sign-out").status_code == 405
    assert browser.post("/sign-out").headers["Location"] == "/"
    assert stolen.get("/record").status_code == 302
    assert office.browser().post("/sign-out").status_code == 303


def test_a_changed_password_ends_the_other_sessions(office: Office) -> None:
    here, _ = sign_in(office, "auditor")
    there, _ = sign_in(office, "auditor")
    given = {"do": "password", "old": office.passwords["auditor"], "new": GOOD, "again": GOOD}
    assert here.post("/account", given).headers["Location"] == "/account?changed"
    assert "every other session has ended" in here.get("/account?changed").content.decode()
    assert there.get("/account").status_code == 302
    assert sign_in(office, "auditor", GOOD)[1].status_code == 303
    assert sign_in(office, "auditor")[1].status_code == 422


NOT_TAKEN = (
    ("wrong", GOOD, GOOD, "do not fit together"),
    ("", GOOD, GOOD + "!", "not the same as the new password"),
    ("", "short 1", "short 1", "must contain at least 12 characters"),
    ("", "theauditors1", "theauditors1", "too similar to the name"),
    ("", "123456789101112", "123456789101112", "entirely numeric"),
    ("", "1qaz2wsx3edc", "1qaz2wsx3edc", "too common"),
    ("", "", "", "This field is required."),
    ("", "x" * 129, "x" * 129, "at most 128 characters (it has 129)"),
)


def test_a_password_that_is_not_taken(office: Office) -> None:
    browser = office.browser("auditor")
    for old, new, again, said in NOT_TAKEN:
        given = {"do": "password", "old": old or office.passwords["auditor"]}
        answer = browser.post("/account", {**given, "new": new, "again": again})
        assert answer.status_code == 422
        assert said in answer.content.decode().replace("&#x27;", "'")
    assert office["auditor"].check_password(office.passwords["auditor"])


def test_a_password_that_somebody_saw_is_changed_first(office: Office) -> None:
    from huiguan.office.people import proposals

    made = office.propose()
    done = proposals.approve(checker=office["supervisor"], number=made.pk)
    office.passwords["wang"] = done.password
    browser, answer = sign_in(office, "wang")
    assert answer.headers["Location"] == "/account"
    proposals.approve(
        checker=office["supervisor"],
        number=office.propose("change roles", "wang", roles=["auditor"]).pk,
    )
    assert browser.get("/record").headers["Location"] == "/account"
    given = {"do": "password", "old": done.password, "new": GOOD, "again": GOOD}
    browser.post("/account", given)
    assert browser.get("/record").status_code == 200


def test_a_language_is_the_users_on_any_device(office: Office) -> None:
    browser = office.browser("auditor")
    browser.post("/account", {"do": "language", "language": "zh"})
    assert '<html lang="zh-Hans">' in browser.get("/record").content.decode()
    elsewhere, _ = sign_in(office, "auditor")
    assert '<html lang="zh-Hans">' in elsewhere.get("/").content.decode()
    assert browser.post("/account", {"do": "language", "language": "fr"}).status_code == 422


def test_a_form_from_elsewhere_does_nothing(office: Office) -> None:
    """Without the key of the form, and with one but from another place."""
    office.propose()
    browser = office.browser("supervisor", enforce_csrf_checks=True)
    for path in ("/sign-in", "/sign-out", "/account", "/users/new", "/proposals/1"):
        answer = browser.post(path, {"do": "approve"})
        assert answer.status_code == 403
        assert "did not come from a page of this office" in answer.content.decode()
        browser.get("/account")
        given = {"do": "approve", "csrfmiddlewaretoken": browser.cookies["form"].value}
        answer = browser.post(path, given, headers={"origin": "https://evil.example"})
        assert answer.status_code == 403
        assert browser.get("/proposals/1").content.decode().count("Approve:") == 1


def test_huge_forms_are_refused(office: Office) -> None:
    browser = office.browser()
    assert browser.post("/sign-in", {"name": "x", "password": "y" * 70_000}).status_code == 400
    many = {f"f{place}": "" for place in range(101)}
    assert browser.post("/sign-in", many).status_code == 400
    assert failures() == 0
