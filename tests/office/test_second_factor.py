"""The second factor: begun at the account, asked for after the password, each code once."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import struct
from base64 import b32decode
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from tests.office.peopled import Office

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # noqa: S105  RFC 6238, appendix B


def code_of(secret: str, second: int) -> str:
    """Return the six digits of a moment, after RFC 4226, 5.3 and RFC 6238, 4.2, by hand."""
    digest = hmac.digest(b32decode(secret), struct.pack(">Q", second // 30), hashlib.sha1)
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


class Moment:
    """A clock that stands until a test moves it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = dt.datetime(2026, 8, 21, 9, tzinfo=dt.UTC)
        monkeypatch.setattr(timezone, "now", lambda: self.at)

    @property
    def second(self) -> int:
        return int(self.at.timestamp())

    def later(self, seconds: int) -> None:
        self.at += dt.timedelta(seconds=seconds)


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Moment:
    return Moment(monkeypatch)


def begin(browser: Any, moment: Moment) -> str:
    """Begin a factor as its owner does; return the secret of the page."""
    page = browser.get("/account").content.decode()
    found = re.search(r'class="once">([A-Z2-7 ]+)<', page)
    assert found
    secret = found[1].replace(" ", "")
    assert f"secret={secret}" in page
    given = {"do": "factor", "code": code_of(secret, moment.second)}
    assert browser.post("/account", given).status_code == 303
    return secret


def sign_in(office: Office, name: str) -> tuple[Any, Any]:
    browser = office.browser()
    given = {"name": name, "password": office.passwords[name], "next": "/record"}
    return browser, browser.post("/sign-in", given)


@pytest.mark.parametrize(
    ("second", "code"),
    [(59, "94287082"), (1_111_111_109, "07081804"), (20_000_000_000, "65353130")],
)
def test_the_figures_of_the_standard(second: int, code: str) -> None:
    """RFC 6238, appendix B, SHA-1; six digits are the last six of its eight."""
    assert code_of(RFC_SECRET, second) == code[2:]


def test_a_code_is_asked_for_after_the_password(office: Office, moment: Moment) -> None:
    secret = begin(office.browser("auditor"), moment)
    browser, answer = sign_in(office, "auditor")
    assert answer.headers["Location"] == "/sign-in/code?next=%2Frecord"
    assert browser.get("/record").headers["Location"].startswith("/sign-in")
    used = code_of(secret, moment.second)
    answer = browser.post("/sign-in/code", {"code": used, "next": "/record"})
    assert answer.status_code == 422  # it was given when the factor was begun
    assert "this is not the code of now" in answer.content.decode()
    moment.later(30)
    good = {"code": f" {code_of(secret, moment.second)[:3]} {code_of(secret, moment.second)[3:]}"}
    answer = browser.post("/sign-in/code", {**good, "next": "/record"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/record")
    assert browser.get("/record").status_code == 200
    again, _ = sign_in(office, "auditor")
    assert again.post("/sign-in/code", good).status_code == 422  # used, if by the same person


def test_clocks_may_be_a_step_apart(office: Office, moment: Moment) -> None:
    secret = begin(office.browser("auditor"), moment)
    for apart, taken in ((-2, False), (-1, True), (1, True), (2, False)):
        moment.later(300)
        browser, _ = sign_in(office, "auditor")
        given = {"code": code_of(secret, moment.second + 30 * apart)}
        assert browser.post("/sign-in/code", given).status_code == (303 if taken else 422)


def test_codes_are_not_guessed(office: Office, moment: Moment) -> None:
    """Five wrong ones, and a right one waits a quarter of an hour like a password."""
    secret = begin(office.browser("auditor"), moment)
    moment.later(60)
    browser, _ = sign_in(office, "auditor")
    good = code_of(secret, moment.second)
    wrong = f"{(int(good) + 1) % 1_000_000:06}"
    for _ in range(5):
        assert browser.post("/sign-in/code", {"code": wrong}).status_code == 422
    answer = browser.post("/sign-in/code", {"code": good})
    assert "try again in 15 minutes" in answer.content.decode()


def test_half_of_a_sign_in_ends(office: Office, moment: Moment) -> None:
    """After five minutes, with a lock, and with a new password; a guest has none."""
    secret = begin(office.browser("auditor"), moment)
    assert office.browser().get("/sign-in/code").headers["Location"] == "/sign-in"
    browser, _ = sign_in(office, "auditor")
    moment.later(301)
    code = {"code": code_of(secret, moment.second)}
    assert browser.post("/sign-in/code", code).headers["Location"] == "/sign-in"
    browser, _ = sign_in(office, "auditor")
    auditor = office["auditor"]
    auditor.set_password("quiet harbour 1908")
    auditor.save()
    assert browser.post("/sign-in/code", code).headers["Location"] == "/sign-in"


def test_it_ends_by_its_owner_or_by_two_others(office: Office, moment: Moment) -> None:
    from huiguan.office.people import proposals, record
    from huiguan.office.people.models import RecordLine, SecondFactor

    browser = office.browser("trader")
    begin(browser, moment)
    wrong = browser.post("/account", {"do": "factor", "own": "wrong"})
    assert wrong.status_code == 422
    assert "Codes are asked for after the password." in browser.get("/account").content.decode()
    ended = browser.post("/account", {"do": "factor", "own": office.passwords["trader"]})
    assert ended.status_code == 303
    assert SecondFactor.objects.count() == 0
    begin(browser, moment)
    waits = office.propose("reset password", "trader")
    proposals.approve(checker=office["supervisor"], number=waits.pk)
    assert SecondFactor.objects.count() == 0
    told = [line.facts for line in RecordLine.objects.filter(action="keep own account")]
    assert told == [f'{{"second factor":"{state}"}}' for state in ("on", "off", "on")]
    record.check()


def test_a_second_one_is_not_begun(office: Office, moment: Moment) -> None:
    from huiguan.office.people import second_factor

    begin(office.browser("trader"), moment)
    with pytest.raises(InputFault, match="already"):
        second_factor.begin(user=office["trader"], secret=RFC_SECRET, code="000000")


def test_a_hall_may_ask_staff_for_one(
    office: Office, moment: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "SECOND_FACTOR_ASKED", True)
    staff = office.browser("auditor")
    assert staff.get("/record").headers["Location"] == "/account"
    assert "This hall asks staff for a second factor" in staff.get("/account").content.decode()
    begin(staff, moment)
    assert staff.get("/record").status_code == 200
    assert "This hall asks staff" not in office.browser("trader").get("/account").content.decode()
