"""The register of a real hall: proposed, decided, in files, and on its way to a morning."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from huiguan.exchange.register.lists import TABLES, Listed
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.market.instruction_files import WAITING_NAME
from tests.office.members.test_others import SAID, codes_of_others
from tests.office.test_people_pages import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huiguan.exchange.day.image import DayImage
    from tests.halls import RunningHall
    from tests.office.peopled import Office

pytestmark = pytest.mark.slow


class Book:
    """The register of an office beside a hall that trades, and what its people do about it."""

    def __init__(self, office: Office, hall: RunningHall, image: DayImage) -> None:
        from huiguan.office.register.adopting import adopt

        self.office, self.hall, self.image = office, hall, image
        self.own = image.names.trading_codes[-1]
        self.member, self.client = self.own[:4], self.own[4:]
        self.adopted = adopt(image)

    def rows(self, listed: str, **cells: str) -> list[Any]:
        """Return a row as a form gives it; what is not named is as in the list's example."""
        from huiguan.office.register.sheets import Read

        usual = {column.name: column.example for column in TABLES[Listed(listed)].columns}
        return [Read(1, usual | cells)]

    def propose(self, who: str, listed: str, part: str = "", **cells: str) -> Any:
        from huiguan.office.register import changing

        return changing.propose(
            maker=self.office[who], listed=Listed(listed), rows=self.rows(listed, **cells),
            why="as asked", member=part,
        )  # fmt: skip

    def do(self, listed: str, **cells: str) -> None:
        """Let a clearing clerk propose a row, and a supervisor approve it."""
        from huiguan.office.people import proposals

        made = self.propose("clearing-clerk", listed, **cells)
        proposals.approve(checker=self.office["supervisor"], number=made.pk)

    @property
    def waiting(self) -> list[tuple[str, str]]:
        """What waits for the next morning: types and references."""
        path = self.hall.folder / WAITING_NAME / "register.json"
        found = json.loads(path.read_text()) if path.exists() else []
        return [(row["type"], row["reference"]) for row in found]


@pytest.fixture
def book(
    office: Office, hall: RunningHall, image: DayImage, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Book]:
    monkeypatch.setattr(settings, "HALL_FOLDER", str(hall.folder))
    yield Book(office, hall, image)
    for path in (hall.folder / WAITING_NAME).glob("*.json"):
        path.unlink()


def test_a_code_is_applied_for_opened_frozen_and_closed(book: Book) -> None:
    """By the clerk of its member; frozen it stops at once, the rest waits for the next morning."""
    from huiguan.office.people import proposals
    from huiguan.office.register.mornings import keep_morning
    from huiguan.office.register.proof import check

    assert book.adopted == check() > len(book.image.names.trading_codes)
    assert keep_morning() == 0
    new = book.member + "90000009"
    applied = book.propose("member-clerk", "codes", book.member, trading_code=new, behalf="")
    assert book.waiting == []
    with pytest.raises(InputFault, match="your roles do not let you decide"):
        proposals.approve(checker=book.office["member-clerk"], number=applied.pk)
    proposals.approve(checker=book.office["clearing-clerk"], number=applied.pk)
    day = book.image.settings.trading_day
    assert book.waiting == [("AdmitTradingCode", f"codes {new} AdmitTradingCode after {day}")]
    applied.refresh_from_db()
    assert "market has it from its next morning on" in proposals.became(applied)

    with pytest.raises(InputFault, match=f"{book.own} still has .* yuan"):
        book.propose("member-clerk", "codes", book.member, trading_code=book.own, state="closed",
                     behalf="")  # fmt: skip
    book.do("codes", trading_code=book.own, state="frozen", behalf="")
    switches = book.hall.ask("read switches", codes=[book.own])
    assert switches["code_rights"] == {book.own: "forbidden"}
    assert [kind for kind, _ in book.waiting] == ["SetTradingRight", "AdmitTradingCode"]
    book.do("codes", trading_code=book.own, state="open", behalf="")
    assert [kind for kind, _ in book.waiting] == ["AdmitTradingCode"]
    book.do("codes", trading_code=new, state="closed", behalf="")
    assert book.waiting == []
    assert check() == book.adopted + 1
    row = book.image.names.trading_codes.index(book.own)
    given = {"kind": "set_right", "target": row, "scope": 0, "right": 0}
    book.hall.ask("command", **given)  # as it was, for the other tests of this hall


def test_what_is_declared_waits_for_the_morning_and_stands_in_the_record(book: Book) -> None:
    """Members, seats, groups, programmes, quotas; what is changed past the office is found."""
    from huiguan.office.register.models import Entry
    from huiguan.office.register.proof import check

    same, _ = codes_of_others(book.image)
    book.do("members", member="0777", clears_through="")
    book.do("members", member="0778", kind="overseas intermediary", clears_through="0777")
    book.do("seats", member="0777")
    for code in (book.own, same):
        book.do("groups", client=code[4:], member=book.member)
    book.do("programmes", trading_code=book.own)
    book.do("quotas", client=book.client, member=book.member, of="cu")
    kinds = [kind for kind, _ in book.waiting]
    assert kinds[:3] == ["AdmitMember", "OpenPool", "OpenPool"]
    assert "SetControlGroup" in kinds
    assert kinds[-1] == "SetQuota"
    told = book.office.browser("auditor").get("/register/quotas")
    assert "from the next morning on" in text(told)
    assert check() == Entry.objects.count() >= book.adopted + 6

    maker = book.propose("clearing-clerk", "seats", member="0777", seat="2")
    book.do("seats", member="0777", seat="3")
    from huiguan.office.people import proposals

    with pytest.raises(InputFault, match="was changed meanwhile"):
        proposals.approve(checker=book.office["supervisor"], number=maker.pk)
    for statement in (
        "DELETE FROM register_entry",
        "UPDATE register_entry SET member = '0009' WHERE listed = 'quotas'",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    Entry.objects.filter(listed="programmes").update(cells={"trading_code": book.own})
    with pytest.raises((CheckFault, KeyError)):
        check()


def test_a_list_comes_out_and_goes_in_again(book: Book) -> None:
    """All or nothing: every fault by line and column, what would change before it is proposed."""
    from huiguan.office.people.models import Proposal

    browser = book.office.browser("clearing-clerk")
    came = browser.get("/register/members.csv").content

    def sent(data: bytes, **more: str) -> Any:
        file = SimpleUploadedFile("members.csv", data)
        return browser.post("/register/members", {"do": "file", "why": "x", "file": file, **more})

    again = sent(came, dry="1")
    assert (again.status_code, "nothing would change" in text(again)) == (200, True)
    new = b"0801,futures firm,,active\n0802,trading,,active\n"
    bad = came + new + b"08,bank,,active\n0801,trading,,active\n"
    answer = sent(bad)
    lines = came.count(b"\n")
    told = text(answer)
    assert answer.status_code == 422
    assert f"line {lines + 3}, column member: give four digits" in told
    assert f"line {lines + 3}, column kind: give one of: trading" in told
    assert f"line {lines + 4}, column member: line {lines + 1} is about the same" in told
    assert not Proposal.objects.exists()
    dry = sent(came + new, dry="1")
    assert "0801 kind: - → futures firm" in text(dry)
    assert not Proposal.objects.exists()
    made = sent(came + new)
    assert made.status_code == 303
    page = text(book.office.browser("supervisor").get(made.headers["Location"]))
    assert "0802 kind: - → trading" in page
    book.office.browser("supervisor").post(made.headers["Location"], {"do": "approve"})
    after = browser.get("/register/members.csv").content
    assert sorted(after.splitlines()) == sorted((came + new).splitlines())
    for data, said in (
        (b"", "The submitted file is empty"),
        (b"member,kind\n\xff\xff\n", "neither UTF-8 nor GB18030"),
        (b"member,colour\n1,2\n", "there is no column"),
        (b"PK\x03\x04 no spreadsheet", "cannot be read as a spreadsheet"),
        (b"member,kind\n" + b"0901,trading\n" * 5001, "give at most 5,000 at once"),
        (b"x" * (1 << 20) + b"x", "has at most 1 MiB"),
    ):
        answer = sent(data)
        assert (answer.status_code, said in text(answer)) == (422, True), (said, text(answer))


def test_a_clerk_reaches_nothing_of_another_member(book: Book) -> None:
    """By address, by form, by file and by service: the part is that of the binding alone."""
    from huiguan.office.people.models import Proposal
    from huiguan.office.register import changing

    _, other = codes_of_others(book.image)
    browser = book.office.browser("member-clerk")
    for name in ("codes", "groups", "programmes", "quotas", "seats"):
        for tail in ("", ".csv", f"?row={other}", f"?member={other[:4]}", "?from=0"):
            answer = browser.get(f"/own-register/{name}{tail}")
            assert answer.status_code == 200, (name, tail)
            assert other not in answer.content.decode(), (name, tail)
    assert browser.get("/own-register/members").status_code == 404
    for path in ("/register", "/register/codes", "/register/codes.csv", "/register/members.csv"):
        assert browser.get(path).status_code == 403
    for path in (f"/own-register/{other}", f"/own-register/{other[:4]}", "/own-register/x.csv"):
        answer = browser.get(path)
        assert (answer.status_code, SAID in text(answer)) == (404, True), path
    row = {"trading_code": other, "own_account": "no", "behalf": "", "state": "frozen"}
    theirs = browser.post("/own-register/codes", {"do": "row", "why": "x", **row})
    assert (theirs.status_code, f"not of member {book.member}" in text(theirs)) == (422, True)
    file = SimpleUploadedFile("x.csv", (",".join(row) + "\n" + ",".join(row.values())).encode())
    theirs = browser.post("/own-register/codes", {"do": "file", "why": "x", "file": file})
    assert (theirs.status_code, f"not of member {book.member}" in text(theirs)) == (422, True)
    seat = {"do": "row", "why": "x", "member": book.member, "seat": "1", "place": "floor",
            "state": "open"}  # fmt: skip
    assert browser.post("/own-register/seats", seat).status_code == 403
    for part in ("", other[:4], "x"):
        with pytest.raises(InputFault, match=r"not bound to this member|no such list"):
            book.propose("member-clerk", "codes", part, **row)
    assert changing.told_by("codes of 0019") == (Listed.CODES, "0019")
    assert not Proposal.objects.exists()
