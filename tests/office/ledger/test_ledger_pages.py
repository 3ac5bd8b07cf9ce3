"""The clearing clerk's pages: two persons move money by them alone; both languages whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.office.ledger.ledgers import DEPOSIT, FIRST, account, meet
from tests.office.ledger.test_bank import CLIENTS, balances, entry, statement
from tests.office.test_people_pages import text

if TYPE_CHECKING:
    from tests.office.peopled import Office


@pytest.fixture
def ledger(office: Office) -> Office:
    """Return an office whose ledger has met its first day."""
    meet()
    return office


def sent(browser: Any, data: bytes, name: str = "statement.xml") -> Any:
    """Send a file as the form does."""
    return browser.post("/ledger/bank", {"file": SimpleUploadedFile(name, data)})


def approve(office: Office, place: str) -> Any:
    """Let a supervisor approve a proposal by its page."""
    return office.browser("supervisor").post(place, {"do": "approve"})


def test_from_a_statement_to_a_line_that_two_persons_assign(ledger: Office) -> None:
    clerk = ledger.browser("clearing-clerk")
    data = statement(entry("1000.00", f"for {FIRST}", "B1"), entry("30.00", "no name", "B2"))
    came = sent(clerk, data)
    assert (came.status_code, came.headers["Location"]) == (303, "/ledger/bank/1")
    page = text(clerk.get("/ledger/bank/1"))
    assert "2 lines: 0 counted before, 1 that match, the others would wait." in page
    assert balances() == {}
    assert clerk.post("/ledger/bank/1").status_code == 303
    assert balances() == {"bank": 103_000, "on the way in": 100_000, "unmatched receipts": 3_000}
    again = clerk.post("/ledger/bank/1")
    assert (again.status_code, "file 1 was loaded already" in text(again)) == (422, True)
    assert "no name" in text(clerk.get("/ledger/bank"))
    assert f"{FIRST} · reserved in the ledger" in text(clerk.get("/ledger/bank/1"))
    made = clerk.post("/ledger/lines/2", {"do": "assign bank line", "to": FIRST, "why": "phoned"})
    assert made.headers["Location"] == "/proposals/1"
    assert "Approve" not in text(clerk.get("/proposals/1"))
    assert approve(ledger, "/proposals/1").status_code == 200
    assert balances() == {"bank": 103_000, "on the way in": 103_000}
    assert "Nothing waits." in text(clerk.get("/ledger/bank"))


def test_a_withdrawal_and_its_file(ledger: Office) -> None:
    from huiguan.office.ledger.crossing import crossings

    clerk, place = ledger.browser("clearing-clerk"), f"/ledger/accounts/{account(FIRST).pk}"
    asked = {"do": "withdraw money", "amount": "500.00", "payee": "Li Wei", "account": "6222 0000"}
    wrong = clerk.post(place, {**asked, "amount": "1e3", "why": "asks for it"})
    assert "is no amount of yuan" in text(wrong)
    assert 'value="Li Wei"' in wrong.content.decode()
    made = clerk.post(place, {**asked, "why": "asks for it"})
    assert approve(ledger, made.headers["Location"]).status_code == 200
    assert account(FIRST).balance_fen == DEPOSIT - 50_000
    early = clerk.post("/ledger/payments", {"book": CLIENTS})
    assert "no payment of 0000/clients is due" in text(early)
    crossings.note_asked(number=1, trading_day=20260821)
    crossings.note_held(number=1, sequence=5)
    crossings.settle(number=1)
    assert clerk.post("/ledger/payments", {"book": CLIENTS}).status_code == 303
    xml, csv = (clerk.get(f"/ledger/payments/1.{form}") for form in ("xml", "csv"))
    assert b"<EndToEndId>HG-OUT-1</EndToEndId>" in xml.content
    assert b"HG-OUT-1,Li Wei,62220000,500.00,CNY" in csv.content
    assert xml.headers["Content-Disposition"] == 'attachment; filename="payments-1.xml"'
    assert ledger.browser("supervisor").get("/ledger/payments/1.xml").status_code == 403


def test_a_transfer_is_reversed_by_two(ledger: Office) -> None:
    clerk = ledger.browser("clearing-clerk")
    sent(clerk, statement(entry("30.00", "no name", "B2")))
    clerk.post("/ledger/bank/1")
    asked = {"do": "reverse transfer", "why": "not ours"}
    made = clerk.post("/ledger/transfers/11", asked)
    approve(ledger, made.headers["Location"])
    assert balances() == {}
    assert "reversed by" in text(clerk.get("/ledger/transfers/11"))
    assert "Propose" not in text(clerk.get("/ledger/transfers/11"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The submitted file is empty."),
        (b"\0\1\2", "the first row has to be"),
        (b'<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>', "declares a document type or entities"),
        (b"<a>" + b" " * (8 << 20) + b"</a>", "the file is too large"),
        (statement(entry("1.00", "x"), number="ELSE"), "no book has the bank account"),
    ],
)
def test_a_file_that_is_no_statement_is_said_in_both_languages(
    ledger: Office, data: bytes, said: str
) -> None:
    from huiguan.office.ledger.models import BankFile

    answer = sent(ledger.browser("clearing-clerk"), data)
    assert (answer.status_code, said in text(answer)) == (422, True)
    chinese = sent(ledger.browser("clearing-clerk", "zh"), data).content.decode()
    alert = re.sub(r"<[^>]*>", " ", chinese.split('role="alert"')[1].split("</div>")[0])
    left = set(re.findall(r"[A-Za-z]{3,}", alert))
    assert left <= {"CSV", "UTF", "XML", "MiB", "ELSE", *["account", "date", "amount", "words"],
                    "bank", "reference"}  # fmt: skip
    assert not BankFile.objects.exists()


def test_what_is_longer_than_any_file_is_not_read(ledger: Office) -> None:
    longest = b"<a>" + b" " * (10 << 20) + b"</a>"
    answer = sent(ledger.browser("clearing-clerk"), longest)
    assert (answer.status_code, "longer than 9 MiB; it was not read" in text(answer)) == (413, True)


def test_a_line_is_taken_by_another_clerk(ledger: Office) -> None:
    from huiguan.office.ledger.models import BankLine

    sent(ledger.browser("clearing-clerk"), statement(entry("30.00", "no name", "B2")))
    ledger.browser("clearing-clerk").post("/ledger/bank/1")
    other = ledger["auditor"]
    other.holdings.create(role="clearing clerk")
    assert "Take this line" in text(ledger.browser("auditor").get("/ledger/lines/1"))
    ledger.browser("auditor").post("/ledger/lines/1", {"do": "take"})
    assert BankLine.objects.get().owner_id == other.pk
    ledger.browser("supervisor").post("/ledger/lines/1", {"do": "take"})
    assert BankLine.objects.get().owner_id == other.pk


PATHS = (
    *("/ledger", "/ledger/proof", "/ledger/proof?self", "/ledger/proof?day=1"),
    *("/ledger/bank", "/ledger/bank/1", "/ledger/bank/2", "/ledger/lines/1", "/ledger/lines/2"),
    *("/ledger/payments", "/ledger/transfers/11", "/ledger/books/1", "/ledger/books/2"),
    *("/ledger/books/2?account=0000", "/ledger/accounts/1", "code"),
)


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_whole_in_chinese(ledger: Office, path: str) -> None:
    """Letters are left in names of users, of files and of what the bank said."""
    clerk = ledger.browser("clearing-clerk", "zh")
    sent(clerk, statement(entry("30.00", "nihao", "B1"), entry("5.00", FIRST, "B2")), "abc.xml")
    clerk.post("/ledger/bank/1")
    sent(clerk, statement(entry("30.00", "nihao", "B1"), entry("6.00", FIRST, "B3")), "abd.xml")
    code = account(FIRST).pk
    asked = {"do": "withdraw money", "amount": "500.00", "payee": "Li", "account": "6222"}
    made = clerk.post(f"/ledger/accounts/{code}", {**asked, "why": "x"})
    approve(ledger, made.headers["Location"])
    answer = clerk.get(f"/ledger/accounts/{code}" if path == "code" else path)
    assert answer.status_code == 200
    page = answer.content.decode().split("<body", 1)[1].split(">", 1)[1]
    page = re.sub(r'<a class="language".*?</a>|<span[^>]* lang="en">.*?</span>', "", page)
    page = re.sub(r"<code>.*?</code>", "", page)
    left = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]*>", " ", page)))
    names = {part for name in (*ledger.passwords, "Huiguan") for part in name.split("-")}
    own = {"clients", "CLIENTS", "nihao", "abc", "abd", "xml", "OUT", "camt", "CSV", "MiB"}
    assert left <= names | own, left - names - own


def test_the_proof_page_says_what_is_wrong(ledger: Office) -> None:
    found = text(ledger.browser("auditor").get("/ledger/proof?day=20260101"))
    assert "the ledger has not met trading day 20260101" in found
    assert ledger.browser("auditor").get("/ledger/proof?day=x&sequence=-1").status_code == 200
    assert "3 books that each sum to zero" in text(
        ledger.browser("auditor").get("/ledger/proof?self")
    )
