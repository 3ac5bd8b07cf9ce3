"""What is meant ill: refused with words, told in the log, and nothing is changed by it."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.office.test_persons import NAME, OWN, every_cell, somebody

if TYPE_CHECKING:
    import pytest

    from tests.office.peopled import Office

USER = {"name": "wang", "language": "zh", "roles": ["trader"], "why": "joins on Monday"}
NAMES = (
    *(
        "<script>alert(1)</script>",
        "x' OR '1'='1",
        "../../etc/passwd",
        "a\0b",
        "=cmd|' /C calc'!A0",
    ),
    *("{{ settings.SECRET_KEY }}", "wang\r\nSet-Cookie: x=1", "王小明", "a" * 4_000, "%00", " "),
)
DEEP = b"<a>" * 200 + b"</a>" * 200
WIDE = b"<a>" + b"<b/>" * 400_001 + b"</a>"
LONG = b"<a>" + b"x" * 2_001 + b"</a>"
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + b"".join(
        b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in range(98, 107)
    )
    + b"]><lolz>&j;</lolz>"
)
FROM_ELSEWHERE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


def zipped(size: int) -> bytes:
    """Return a small file that is a large one when it is unpacked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("statement.xml", b" " * size)
    return out.getvalue()


def words(answer: Any) -> str:
    """Return what a page says, without its marks."""
    return re.sub(r"<[^>]*>", " ", answer.content.decode().split("<main", 1)[1])


def standing() -> tuple[int, ...]:
    """Count what could have changed."""
    from huiguan.office.ledger.models import BankFile
    from huiguan.office.people.models import Proposal, RecordLine, User

    kinds = (BankFile, Proposal, RecordLine, User)
    return tuple(kind.objects.count() for kind in kinds)


def test_injected_names_and_bombs_change_nothing(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """Each is refused in words, and is one line of the log that holds none of it."""
    before = standing()
    administrator, clerk = office.browser("administrator"), office.browser("clearing-clerk")
    for name in NAMES:
        answer = administrator.post("/users/new", {**USER, "name": name})
        assert answer.status_code == 422, name
        assert "Nothing was changed" in words(answer)
        assert "<script>alert" not in answer.content.decode()
    assert len(caplog.records) == len(NAMES)
    files = (
        *((b"a.xml", BOMB), (b"a.xml", FROM_ELSEWHERE), (b"a.xml", DEEP), (b"a.xml", WIDE)),
        *((b"a.xml", LONG), (b"a.csv", zipped(50 << 20)), (b"a.xml", zipped(50 << 20))),
        *((b"../../x", b"PK\3\4"), (b"a.xml", b"<a" * 1_000), (b"a.csv", b'"' * 100_000)),
    )
    for name, content in files:
        given = SimpleUploadedFile(name.decode(), content)
        answer = clerk.post("/ledger/bank", {"file": given})
        assert answer.status_code == 422, (name, content[:40])
        assert re.search("the file|the table|the element|the first row", words(answer)), content[
            :40
        ]
    huge = clerk.post("/ledger/bank", {"file": SimpleUploadedFile("a.xml", b" " * (10 << 20))})
    assert (huge.status_code, "it was not read" in words(huge)) == (413, True)
    assert standing() == before
    told = caplog.text
    who = f"user={office['administrator'].pk}"
    assert told.count(f"refused=422 {who} page=users/new") == len(NAMES)
    assert told.count("ledger/bank") == len(files) + 1
    assert not any(part in told for part in ("script", "passwd", "lol", "王", "cmd", "Set-Cookie"))


def test_stolen_sessions_and_forged_forms_change_nothing(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """A key that is guessed, changed, of a locked user; a form of elsewhere; a wrong password."""
    from huiguan.office.people.models import User

    owner = office.browser("administrator")
    key = owner.cookies["session"].value
    before = standing()
    for stolen in ("x" * len(key), key[:-1] + ("a" if key[-1] != "a" else "b"), "", "../../etc"):
        thief = office.browser()
        thief.cookies["session"] = stolen
        for path in ("/account", "/users", "/record", "/proposals"):
            assert thief.get(path).headers["Location"].startswith("/sign-in"), stolen
        thief.post("/users/new", USER)
    thief = office.browser("", enforce_csrf_checks=True)
    thief.cookies["session"] = key
    for path in ("/users/new", "/account", "/users/2", "/sign-out", "/ledger/bank", "/proposals/1"):
        answer = thief.post(path, {**USER, "do": "own", "phone": "1"})
        assert (answer.status_code, "did not come from" in words(answer)) == (403, True), path
    assert caplog.text.count(f"refused=403 user={office['administrator'].pk} page=") == 6
    User.objects.filter(pk=office["administrator"].pk).update(is_locked=True)
    assert owner.get("/users").headers["Location"].startswith("/sign-in")
    for name, password in (("auditor", "wrong"), (NAME, "wrong"), ("x' OR 1=1 --", "x")):
        given = {"name": name, "password": password}
        assert office.browser().post("/sign-in", given).status_code == 422
    assert caplog.text.count("refused=422 user=0 page=sign-in") == 3
    assert standing() == before


def test_no_personal_data_in_addresses_logs_chains_and_exports_of_others(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody with planted data does all there is to do; then what is left behind is searched.

    One address is left out: what an app of codes opens on the own device goes to no server.
    """
    from huiguan.office.people import proposals
    from huiguan.office.people.models import RecordLine

    browser, user = somebody(office), office[NAME]
    planted = (NAME, *OWN.values())
    addresses, administrator = [], office.browser("administrator")
    for reader in (browser, administrator, office.browser("auditor"), office.browser("supervisor")):
        for path in ("/", "/account", "/users", f"/users/{user.pk}", "/users/new", "/proposals",
                     "/proposals/1", "/record", "/record?check", "/bindings"):  # fmt: skip
            answer = reader.get(path)
            addresses.append(answer.headers.get("Location", ""))
            addresses += re.findall(
                r'(?:href|action|src)="(?!otpauth:)([^"]*)"', answer.content.decode()
            )
    for text in planted:
        answer = administrator.post("/users", {"text": text})
        addresses.append(answer.headers.get("Location", ""))
        office.browser().post("/sign-in", {"name": text[:32], "password": text})
    administrator.post(f"/users/{user.pk}", {"do": "reset password", "reset-password-why": "lost"})
    browser.post("/account", {"do": "own", **OWN, "phone": "9" * 40})
    chain = "".join(
        f"{line.subject} {line.facts}" for line in RecordLine.objects.order_by("number")
    )
    others = ""
    for name in ("administrator", "supervisor", "auditor"):
        archive = proposals.export(user=office[name], of=office[name], words=str)
        with zipfile.ZipFile(io.BytesIO(archive)) as file:
            others += "".join(file.read(part).decode() for part in file.namelist())
    assert len(addresses) > 200
    assert caplog.text.count("refused=422") > len(planted)
    found = {"addresses": "\n".join(addresses), "log": caplog.text, "chain": chain}
    for where, text in {**found, "exports of others": others, "database": every_cell()}.items():
        assert text
        assert not [one for one in planted if one in text], where
    assert "person 12" in others
