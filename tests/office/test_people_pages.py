"""Two persons by the pages alone; both languages whole; what is typed stays text."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.password_validation import get_default_password_validators
from django.core.exceptions import ValidationError

if TYPE_CHECKING:
    from tests.office.peopled import Office

NEW = {"name": "wang", "language": "zh", "roles": ["trader", "tenant"], "why": "joins on Monday"}


def text(answer: Any) -> str:
    """Return what a page says, without its marks."""
    body = answer.content.decode().split("<main", 1)[1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body))


def test_from_a_proposal_to_a_person_who_signs_in(office: Office) -> None:
    maker, checker = office.browser("administrator"), office.browser("supervisor")
    made = maker.post("/users/new", NEW)
    assert (made.status_code, made.headers["Location"]) == (303, "/proposals/1")
    assert "another person decides on it" in text(maker.get("/proposals/1"))
    assert "Approve" not in text(maker.get("/proposals/1"))
    assert "nobody decides" in text(maker.post("/proposals/1", {"do": "approve"}))
    assert "wang" in text(checker.get("/proposals"))
    page = text(checker.get("/proposals/1"))
    assert "joins on Monday" in page
    assert "roles: tenant, trader" in page
    done = checker.post("/proposals/1", {"do": "approve"})
    password = re.search(r'class="once">([^<]+)<', done.content.decode())
    assert password
    again = checker.post("/proposals/1", {"do": "approve"})
    assert again.status_code == 422
    assert "proposal 1 was approved already" in text(again)
    assert password[1] not in again.content.decode()
    answer = office.browser().post("/sign-in", {"name": "wang", "password": password[1]})
    assert answer.status_code == 303


def test_declined_with_a_reason(office: Office) -> None:
    maker, checker = office.browser("administrator"), office.browser("supervisor")
    maker.post("/users/5", {"do": "lock user", "lock-user-why": "has left"})
    answer = checker.post("/proposals/1", {"do": "decline", "why": ""})
    assert answer.status_code == 422
    assert "This field is required." in text(answer)
    assert "only on leave" in text(
        checker.post("/proposals/1", {"do": "decline", "why": "only on leave"})
    )
    assert not office["member-clerk"].is_locked
    assert "declined" in text(maker.get("/proposals"))


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"name": "trader"}, "this name is taken"),
    ({"name": "A B"}, "a name has 2 to 32 small letters"),
    ({"name": "x" * 33}, "at most 32 characters (it has 33)"),
    ({"roles": ["guest"]}, "Select a valid choice. guest"),
    ({"roles": []}, "This field is required."),
    ({"why": " "}, "This field is required."),
    ({"name": "a\0b"}, "Null characters are not allowed."),
)


def test_a_form_says_what_is_wrong_and_keeps_what_was_typed(office: Office) -> None:
    english, chinese = (office.browser("administrator", lang) for lang in ("en", "zh"))
    for given, said in WRONG:
        answer = english.post("/users/new", {**NEW, **given})
        assert answer.status_code == 422
        assert said in text(answer)
        assert "Nothing was changed. Please look at:" in text(answer)
        if "why" not in given:
            assert 'value="joins on Monday"' in answer.content.decode()
        page = chinese.post("/users/new", {**NEW, **given}).content.decode()
        alert = page.split('role="alert"')[1].split("</div>")[0]
        words = re.sub(r"<[^>]*>|[^\x20-\x7e]", " ", alert)
        assert set(re.findall(r"[A-Za-z]{3,}", words)) <= {"guest"}


def test_what_somebody_typed_is_never_markup_nor_a_word_of_ours(office: Office) -> None:
    """A reason that is a tag is shown as letters; one that is a word of the catalogue stays."""
    maker = office.browser("administrator", "zh")
    maker.post("/users/new", {**NEW, "why": "<script>alert(1)</script>"})
    assert "&lt;script&gt;" in maker.get("/proposals/1").content.decode()
    maker.post("/users/new", {**NEW, "name": "users", "why": "Nothing waits."})
    assert "Nothing waits." in text(maker.get("/proposals/2"))


PAGES = (
    *("/account", "/users", "/users/2", "/users/12", "/users/new", "/record", "/record?check"),
    *("/proposals", "/proposals/1", "/proposals/2", "/proposals/3", "/record?before=9"),
)


def test_every_page_is_whole_in_chinese(office: Office) -> None:
    """Letters are left in names of users, languages, hashes, and the house's name."""
    from huiguan.office.people import proposals

    office.propose("change roles", "trader", roles=list(office["employer"].roles))
    made = office.propose()
    proposals.approve(checker=office["supervisor"], number=made.pk)
    erased = office.propose("erase person", "wang")
    proposals.approve(checker=office["supervisor"], number=erased.pk)
    everything = office["auditor"]
    for role in ("administrator", "supervisor"):
        everything.holdings.create(role=role)
    names = {part for name in (*office.passwords, "wang", "Huiguan") for part in name.split("-")}
    for browser, paths in (
        (office.browser("auditor", "zh"), PAGES),
        (office.browser("", "zh"), ("/sign-in",)),
    ):
        for path in paths:
            answer = browser.get(path)
            assert answer.status_code == 200
            page = answer.content.decode().split("<body", 1)[1].split(">", 1)[1]
            page = re.sub(r'<a class="language".*?</a>|<span[^>]* lang="en">.*?</span>', "", page)
            page = re.sub(r"<code.*?</code>|colleague|a new|>English<", "", page)
            left = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]*>", " ", page)))
            assert left <= names, (path, left - names)


def test_what_django_says_of_a_password_has_its_chinese() -> None:
    from huiguan.language.catalogue import chinese

    said = [
        refused.value.messages[0]
        for validator, password in zip(
            get_default_password_validators(),
            ("short", "auditor", "password", "123456"),
            strict=True,
        )
        for refused in [caught(validator, password)]
    ]
    assert len({chinese().sentence(words) for words in said} - set(said)) == 4


def caught(validator: Any, password: str) -> Any:
    """Return how a validator refuses a password of the auditor."""
    from huiguan.office.people.models import User

    auditor = SimpleNamespace(name="auditor", _meta=User._meta)
    with pytest.raises(ValidationError) as refused:
        validator.validate(password, auditor)
    return refused


def test_the_record_pages_back_to_its_first_line(office: Office) -> None:
    for _ in range(45):
        office.browser("trader").post("/account", {"do": "language", "language": "en"})
    browser = office.browser("auditor")
    first = browser.get("/record").content.decode()
    older = re.search(r'href="(/record\?before=\d+)"', first)
    assert older
    assert 'scope="row">1<' in browser.get(older[1]).content.decode()
    assert browser.get("/record?before=nonsense").status_code == 200
    assert "56 lines, each follows" in text(browser.get("/record?check"))


def test_a_broken_record_is_said_on_its_page(office: Office) -> None:
    office.write_past("UPDATE people_recordline SET actor = 9")
    answer = office.browser("auditor").get("/record?check")
    assert "the record is broken at line 1: it was changed" in text(answer)


def test_no_address_names_a_person(office: Office) -> None:
    """Addresses land in logs and in the memory of browsers: a user is a number there."""
    pages = [office.browser("administrator").get(path) for path in ("/users", "/proposals")]
    links = {
        link for page in pages for link in re.findall(r'href="([^"]*)"', page.content.decode())
    }
    assert any(link.startswith("/users/") for link in links)
    assert not any(name in link for link in links for name in office.passwords)
