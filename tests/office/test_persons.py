"""What is kept of persons: sealed in the database, exported, found, erased for ever."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.office.persons.vault import HALL_KEY, Vault

if TYPE_CHECKING:
    from tests.office.peopled import Office

OWN = {
    "full_name": "Ouyang Xiulan",
    "phone": "13800138000",
    "e_mail": "xiulan@example.org",
    "identity_number": "11010519491231002X",
}
NAME = "ouyangx"


def every_cell() -> str:
    """Return all that stands in the database, as one text."""
    from django.db import connection

    cells = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  our own tables
            cells += [str(cell) for row in cursor.fetchall() for cell in row]
    return "\n".join(cells)


def somebody(office: Office) -> Any:
    """Return the browser of a new user who has told everything of themselves."""
    from huiguan.office.people import proposals

    made = office.propose(name=NAME, roles=["trader"], language="zh")
    proposals.approve(checker=office["supervisor"], number=made.pk)
    user = office[NAME]
    user.must_change_password = False
    user.save()
    browser = office.browser(NAME)
    assert browser.get("/account").status_code == 200  # a secret of codes is offered
    assert browser.post("/account", {"do": "own", **OWN}).status_code == 200
    return browser


def test_the_database_holds_no_word_of_anybody(office: Office) -> None:
    """Name, own data, the secret of codes: none of it in a cell; found by exactly what it is."""
    browser = somebody(office)
    page = browser.get("/account").content.decode()
    secret = page.split('class="once">')[1].split("<")[0]
    assert all(f'value="{text}"' in page for text in OWN.values())
    everything = every_cell()
    for planted in (NAME, *OWN.values(), secret, secret.replace(" ", ""), "administrator-x"):
        assert planted not in everything, planted
    administrator = office.browser("administrator")
    for text in (NAME, OWN["phone"], OWN["e_mail"].upper(), f" {OWN['full_name']} "):
        found = administrator.post("/users", {"text": text}).content.decode()
        assert f">{NAME}</a>" in found
        assert ">auditor</a>" not in found
    nobody = administrator.post("/users", {"text": OWN["phone"][:-1]}).content.decode()
    assert "Of nobody is exactly this kept." in nobody
    too_long = {"do": "own", **OWN, "phone": "1" * 33}
    assert browser.post("/account", too_long).status_code == 422
    assert 'value="13800138000"' in browser.get("/account").content.decode()
    browser.post("/account", {"do": "own", **OWN, "phone": ""})
    assert "13800138000" not in browser.get("/account").content.decode()


def test_an_export_is_everything_and_is_recorded(office: Office) -> None:
    """By the person, and by an administrator; nobody else; the file's name is a number."""
    from huiguan.office.people import proposals, record

    browser, user = somebody(office), office[NAME]
    before = record.check()[0]
    own = browser.post("/account", {"do": "export"})
    theirs = office.browser("administrator", "zh").post(f"/users/{user.pk}", {"do": "export"})
    for answer in (own, theirs):
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == f'attachment; filename="user-{user.pk}.zip"'
        with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
            told, text = json.loads(file.read("person.json")), file.read("person.txt").decode()
        assert told["user"][0]["name"] == NAME
        assert set(told["own data"][0].values()) == set(OWN.values())
        assert told["proposals"][0]["after"]["name"] == NAME
        assert all(word in text for word in (NAME, *OWN.values()))
    assert "电话" in text
    assert record.check()[0] == before + 2
    office.browser("supervisor").post(f"/users/{user.pk}", {"do": "export"})
    assert record.check()[0] == before + 2
    with pytest.raises(InputFault, match="do not let you"):
        proposals.export(user=office["auditor"], of=user, words=str)


def test_erased_for_ever_and_the_chain_still_holds(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two persons; the key goes after the transaction, or with the next start; numbers stay."""
    from huiguan.office.people import proposals, record, users
    from huiguan.office.persons import data

    browser, user = somebody(office), office[NAME]
    key = Path(settings.PERSON_KEYS) / str(user.person_id)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    waiting = office.propose("lock user", NAME)
    made = office.propose("erase person", NAME)
    with pytest.raises(InputFault, match="of their own"):
        proposals.approve(checker=office["administrator"], number=made.pk)
    persons = users.prove_names()[0]
    with monkeypatch.context() as patched:  # killed between the two
        patched.setattr(data, "destroy_erased", lambda: 0)
        proposals.approve(checker=office["supervisor"], number=made.pk)
    assert "next start" in proposals.became(type(made).objects.get(pk=made.pk))
    with pytest.raises(CheckFault, match="still there"):
        users.prove_names()
    assert data.destroy_erased() == 1
    assert not key.exists()
    assert users.prove_names() == (persons, 1)
    record.check()
    assert browser.get("/account").headers["Location"].startswith("/sign-in")
    administrator = office.browser("administrator")
    for path in ("/users", f"/users/{user.pk}", f"/proposals/{made.pk}", "/proposals"):
        page = administrator.get(path).content.decode()
        assert NAME not in page
        assert "erased" in page
        assert "已删除" in office.browser("supervisor", "zh").get(path).content.decode()
    assert (
        "nobody reads these data any more"
        in administrator.get(f"/proposals/{made.pk}").content.decode()
    )
    assert "Of nobody" in administrator.post("/users", {"text": NAME}).content.decode()
    with pytest.raises(InputFault, match="nothing about them is changed"):
        proposals.approve(checker=office["supervisor"], number=waiting.pk)
    with pytest.raises(InputFault, match="nothing to export"):
        proposals.export(user=office["administrator"], of=user_again(user), words=str)
    office.propose(name=NAME)  # the name is free again


def user_again(user: Any) -> Any:
    """Return a user as the database has it now."""
    return type(user).objects.get(pk=user.pk)


def test_who_is_needed_is_not_erased(office: Office) -> None:
    """After it no two persons could make another change: nothing of it happens."""
    from huiguan.office.people import proposals, users

    office.second_administrator()
    made = office.propose("erase person", "supervisor")
    proposals.approve(checker=office["second"], number=made.pk)
    last = proposals.propose(
        maker=office["second"], action=made.action, subject=office["administrator"],
        after={}, why="a try",
    )  # fmt: skip
    with pytest.raises(InputFault, match="nobody could make"):
        run(last)
    assert users.prove_names()[1] == 1
    assert office["administrator"].roles == ["administrator"]


def run(last: Any) -> None:
    """Run the deed as an approval does: nobody is left who may approve it."""
    from django.db import transaction

    from huiguan.office.people.deeds import DEEDS

    with transaction.atomic():
        DEEDS[last.action].run(last)


def test_keys(tmp_path: Path) -> None:
    """Opened by its own key, at its own place; damage and strangers are named."""
    vault = Vault(tmp_path / "persons")
    vault.make(1)
    vault.make(2)
    sealed = vault.seal(1, "王小明", "name")
    assert vault.open(sealed, "name") == "王小明"
    assert sealed != vault.seal(1, "王小明", "name")
    assert vault.index("a", "name") == vault.index("a", "name") != vault.index("a", "phone")
    moved = sealed.replace("1.", "2.", 1)
    for text, place in ((sealed, "phone"), (moved, "name"), (sealed[:-4] + "AAA=", "name")):
        with pytest.raises(CheckFault, match="changed past the office"):
            vault.open(text, place)
    assert vault.copy_to(tmp_path / "copy") == 2
    vault.destroy(1)
    vault.destroy(1)
    assert vault.open(sealed, "name") == ""
    with pytest.raises(InputFault, match="is erased"):
        vault.seal(1, "x", "name")
    assert Vault(tmp_path / "copy").open(sealed, "name") == "王小明"
    assert vault.copy_to(tmp_path / "copy") == 1  # who is erased here is erased there
    assert Vault(tmp_path / "copy").open(sealed, "name") == ""
    other = Vault(tmp_path / "other")
    other.make(2)
    with pytest.raises(InputFault, match="keys of another hall"):
        vault.copy_to(other.folder)
    (other.folder / "2").write_bytes((vault.folder / "2").read_bytes())
    with pytest.raises(CheckFault, match="of another hall"):
        other.key_of(2)
    (vault.folder / HALL_KEY).unlink()
    with pytest.raises(InputFault, match="hall_key is missing"):
        vault.make(3)


@pytest.mark.usefixtures("office")
def test_an_office_without_its_keys_does_not_begin(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from huiguan.office.persons.data import check_keys, index_of, make_person

    check_keys()
    monkeypatch.setattr(settings, "PERSON_KEYS", str(tmp_path / "gone"))
    for need in (check_keys, make_person):
        with pytest.raises(InputFault, match="put them back from the folder of keys"):
            need()
    with pytest.raises(InputFault, match="hall_key is missing"):
        index_of("auditor", "name")
    assert not (tmp_path / "gone").exists()
