"""Keys of a member's programs: shown once, good at the doors, withdrawn, told by the record."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, transaction

from huiguan.foundation.faults import InputFault
from tests.office.test_people_pages import text

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.day.image import DayImage
    from tests.halls import RunningHall
    from tests.office.peopled import Office

pytestmark = pytest.mark.slow


def own(office: Office, name: str) -> str:
    """Return a name that no other test's office has asked this hall for."""
    return f"{name}-{hashlib.sha256(str(office.folder).encode()).hexdigest()[:6]}"


def made(office: Office, name: str, **given: str) -> str:
    """Return the token of a key that the clerk makes."""
    answer = office.browser("member-clerk").post(
        "/keys", {"do": "make", "name": own(office, name), "rights": "read", **given}
    )
    found = re.search(r'class="once">(hg_[0-9a-f]{64})<', answer.content.decode())
    assert found, text(answer)
    return found[1]


def test_a_key_from_its_making_to_its_end(
    office: Office, hall: RunningHall, image: DayImage
) -> None:
    from huiguan.office.members.models import DoorKey
    from huiguan.office.people import record
    from huiguan.office.people.models import RecordLine

    code = image.names.trading_codes[-1]
    token = made(office, "desk-one", codes=code, rights="trade")
    told = hall.get("/v1/account", token)
    assert (told["member"], [one["code"] for one in told["codes"]]) == (code[:4], [code])
    page = office.browser("member-clerk").get("/keys")
    assert own(office, "desk-one") in text(page)
    assert token not in page.content.decode()
    key = DoorKey.objects.get(holder="")
    answer = office.browser("member-clerk").post("/keys", {"do": "withdraw", "key": key.pk})
    assert answer.status_code == 303
    assert hall.http("GET", "/v1/account", token).status == 401
    assert "withdrawn" in text(office.browser("member-clerk").get("/keys"))
    lines = RecordLine.objects.filter(subject=f"key {key.pk}", actor=office["member-clerk"].pk)
    assert [json.loads(line.facts) for line in lines] == [
        {"member": code[:4], "codes": [code], "may trade": True},
        {"withdrawn": True},
    ]
    record.check()


def test_the_clerk_sees_the_keys_that_a_terminal_made_for_the_member_alone(
    office: Office, hall: RunningHall
) -> None:
    """``of another`` is of another member; the hall's trader is the key that ``up`` showed."""
    hall.ask("make key", name="of another", token_hash="0" * 64, member="0002")
    page = text(office.browser("member-clerk").get("/keys"))
    others = page.partition("Other keys at the doors")[2].partition("Make a key")[0]
    assert "trader 000190000001 trade and read in use" in others
    assert "of another" not in page
    assert not re.search(r"trader \d+\.\d+|crowd", others)


def test_a_key_without_codes_reads_for_every_code_of_the_member(
    office: Office, hall: RunningHall, image: DayImage
) -> None:
    token = made(office, "overview")
    member = image.names.trading_codes[-1][:4]
    told = {one["code"] for one in hall.get("/v1/account", token)["codes"]}
    assert told == {code for code in image.names.trading_codes if code.startswith(member)}
    assert hall.http("POST", "/v1/orders", token, b"{}").status == 403


@pytest.mark.parametrize(
    ("name", "said"), [("twice", "there is a key"), ("A B", "small letters"), ("", "required")]
)
def test_a_name_that_is_taken_or_none_makes_no_key(office: Office, name: str, said: str) -> None:
    from huiguan.office.members.models import DoorKey

    made(office, "twice")
    browser = office.browser("member-clerk")
    asked = own(office, name) if name == "twice" else name
    answer = browser.post("/keys", {"do": "make", "name": asked, "rights": "read"})
    assert answer.status_code == 422
    assert said in text(answer)
    assert DoorKey.objects.filter(holder="").count() == 1


def test_the_market_is_told_later_where_it_was_down(office: Office, hall: RunningHall) -> None:
    """A key made while nobody answers is good as soon as somebody does; so is its end."""
    from huiguan.office.display.here import shown
    from huiguan.office.members import keys
    from huiguan.office.members.models import DoorKey

    places = shown().follower.places
    nowhere = type(places)(days=places.days, feed=places.feed, operator=hall.folder / "none.sock")
    shown().follower.places = nowhere
    token = made(office, "later")
    page = text(office.browser("member-clerk").get("/keys"))
    assert "The market does not answer now" in page
    assert "waits for the market" in page
    assert hall.http("GET", "/v1/account", token).status == 401
    shown().follower.places = places
    assert keys.tell_floor()
    assert hall.get("/v1/account", token)["name"].endswith(own(office, "/later"))
    shown().follower.places = nowhere
    key = DoorKey.objects.get(holder="")
    keys.withdraw_key(clerk=office["member-clerk"], member=key.member, number=key.pk)
    assert hall.http("GET", "/v1/account", token).status == 200
    shown().follower.places = places
    assert keys.tell_floor()
    assert hall.http("GET", "/v1/account", token).status == 401


def test_a_key_withdrawn_at_the_doors_stays_so_and_the_page_says_it(
    office: Office, hall: RunningHall
) -> None:
    from huiguan.office.members.models import DoorKey

    assert office.browser("trader").get("/trade").status_code == 200
    key = DoorKey.objects.get()
    hall.ask("withdraw key", name=key.name)
    assert office.browser("trader").get("/trade").status_code == 503  # the door knows it no more
    answer = office.browser("trader").get("/trade")
    assert answer.status_code == 409
    assert "was withdrawn at the doors" in text(answer)


def test_an_office_with_another_secret_makes_its_keys_anew(
    office: Office, settings_of_doors: None
) -> None:
    from huiguan.office.members.models import DoorKey

    del settings_of_doors
    assert office.browser("trader").get("/trade").status_code == 200
    first, second = DoorKey.objects.order_by("pk")
    assert first.withdrawn_at is not None
    assert second.withdrawn_at is None


@pytest.fixture
def settings_of_doors(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open the trading page once, then lose the secret of the keys."""
    from django.conf import settings

    assert office.browser("trader").get("/trade").status_code == 200
    monkeypatch.setattr(settings, "DOOR_SECRET", "another one that is long enough for anybody")


def test_who_keeps_no_keys_of_a_member_makes_and_withdraws_none(office: Office) -> None:
    from huiguan.office.members import keys

    for who, member in (("trader", "0001"), ("member-clerk", "0009"), ("auditor", "0001")):
        given = {"clerk": office[who], "member": member}
        with pytest.raises(InputFault):
            keys.make_key(**given, name="x", codes=[], may_trade=False)
        with pytest.raises(InputFault):
            keys.withdraw_key(**given, number=1)


@pytest.mark.parametrize(
    "change", [{"codes": ""}, {"withdrawn_at": None}, {"name": "z"}, {"token_hash": "0"}]
)
def test_the_database_keeps_a_key_as_it_was_made(office: Office, change: dict[str, object]) -> None:
    from huiguan.office.members import keys
    from huiguan.office.members.models import DoorKey

    token = made(office, "kept", codes=office_code(office))
    key = DoorKey.objects.get(token_hash=keys.hash_of(token))
    keys.withdraw_key(clerk=office["member-clerk"], member=key.member, number=key.pk)
    found = DoorKey.objects.filter(pk=key.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        found.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        found._raw_delete("default")


def office_code(office: Office) -> str:
    """Return the code that the trader is bound to."""
    from huiguan.office.members.models import BoundCode

    code: str = BoundCode.objects.get(binding=office["trader"].binding).code
    return code


def test_the_secret_of_the_keys_is_the_owners_alone(tmp_path: Path) -> None:
    from huiguan.office.config.keeping import DOOR_KEY_NAME, secret_key

    first = secret_key(tmp_path / "office", DOOR_KEY_NAME)
    assert secret_key(tmp_path / "office", DOOR_KEY_NAME) == first
    assert (tmp_path / "office" / DOOR_KEY_NAME).stat().st_mode & 0o077 == 0
