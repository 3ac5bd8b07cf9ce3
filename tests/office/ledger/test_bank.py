"""Statements and payments of banks: read within bounds, counted once, matched or waiting."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiguan.foundation.faults import Fault, InputFault
from huiguan.office.ledger.bank.camt import read_camt
from huiguan.office.ledger.bank.lines import StatementLine
from huiguan.office.ledger.bank.pain import PaymentOrder, PaymentOut, pain_of
from huiguan.office.ledger.bank.sheet import read_sheet
from tests.office.ledger.ledgers import DEPOSIT, FIRST, account, meet
from tests.office.test_persons import every_cell

if TYPE_CHECKING:
    from tests.office.peopled import Office

CLIENTS, NUMBER = "0000/clients", "HG-0000-CLIENTS"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
DAY = 20260821


def entry(amount: str, words: str, reference: str = "", *, out: bool = False) -> str:
    """Return an entry of a statement."""
    sign = "DBIT" if out else "CRDT"
    own = f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""
    return (
        f'<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>BOOK</Sts>'
        f"<BookgDt><Dt>2026-08-21</Dt></BookgDt>{own}<NtryDtls><TxDtls><RmtInf>"
        f"<Ustrd>{words}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def statement(*entries: str, number: str = NUMBER, balances: str = "") -> bytes:
    """Return a file with one statement."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{NAMESPACE}"><BkToCstmrStmt>'
        f"<Stmt><Id>1</Id><Acct><Id><Othr><Id>{number}</Id></Othr></Id></Acct>{balances}"
        f"{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def balance(code: str, amount: str) -> str:
    """Return a balance of a statement."""
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='CNY'>{amount}</Amt>"
        "<CdtDbtInd>CRDT</CdtDbtInd></Bal>"
    )


def test_a_statement_is_read() -> None:
    stands = balance("OPBD", "10.00") + balance("CLBD", "1009.50")
    pending = entry("7.00", "x").replace("BOOK", "PDNG")
    found = read_camt(
        statement(
            entry("1000.00", f"for {FIRST}", "B1"), entry("0.5", "fee", out=True), pending,
            balances=stands,
        )
    )  # fmt: skip
    assert found == [
        StatementLine(NUMBER, DAY, 100_000, f"for {FIRST}", "B1/1"),
        StatementLine(NUMBER, DAY, -50, "fee", ""),
    ]


def test_an_entry_of_several_transactions_is_as_many_lines() -> None:
    parts = "".join(
        f"<TxDtls><Refs><EndToEndId>{end}</EndToEndId></Refs><AmtDtls><TxAmt>"
        f'<Amt Ccy="CNY">{amount}</Amt></TxAmt></AmtDtls></TxDtls>'
        for end, amount in (("a", "1.00"), ("b", "2.00"))
    )
    whole = entry("3.00", "x", "B1")
    several = whole[: whole.index("<NtryDtls>")] + f"<NtryDtls>{parts}</NtryDtls></Ntry>"
    found = read_camt(statement(several))
    assert [(line.amount_fen, line.words, line.reference) for line in found] == [
        *((100, "a", "B1/1"), (200, "b", "B1/2")),
    ]
    with pytest.raises(InputFault, match=r"entry 1: its transactions do not add up to 4\.00"):
        read_camt(statement(several.replace(">3.00<", ">4.00<")))


BOMB = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]>'
BAD_XML = {
    "no XML": b"<Document>",
    "a document type": BOMB + b"<Document>&c;</Document>",
    "declares a document": b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><Document/>',
    "holds no statement": b"<Document/>",
    "larger than 8 MiB": b"<a>" + b" " * (8 << 20) + b"</a>",
    "or deeper ones": b"<a>" * 50 + b"</a>" * 50,
    "more elements": b"<a>" + b"<b/>" * 400_001 + b"</a>",
    "the element a is longer": b"<a>" + b"x" * 3_000 + b"</a>",
    "names no account": statement(number=""),
    "is no amount of yuan": statement(entry("1.234", "x")),
    "'1e9' is no amount": statement(entry("1e9", "x")),
    "is not in CNY": statement(entry("1.00", "x")).replace(b'"CNY"', b'"USD"'),
    "is no date": statement(entry("1.00", "x")).replace(b"2026-08-21", b"21.08.2026"),
    "in or out": statement(entry("1.00", "x")).replace(b"CRDT", b"BOTH"),
    r"from 1\.00 its lines lead to 3\.00, not to 4\.00": statement(
        entry("2.00", "x"), balances=balance("OPBD", "1.00") + balance("CLBD", "4.00")
    ),
}


@pytest.mark.parametrize("said", BAD_XML)
def test_what_is_no_statement_is_refused_in_words(said: str) -> None:
    with pytest.raises(InputFault, match=said):
        read_camt(BAD_XML[said])


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_lines_or_a_sentence(data: bytes) -> None:
    from huiguan.office.ledger.bank.receipts import read

    for given_data in (data, b"<" + data, statement(entry("1.00", "x"))[:200] + data):
        with suppress(Fault):  # whatever else it raises fails here
            read(given_data)


HEAD = "account,date,amount,words,bank reference\n"


def test_a_table_is_read() -> None:
    rows = f"\ufeff{HEAD}{NUMBER},2026-08-21,1000.00,for {FIRST},B1\n\n{NUMBER},2026-08-21,-5,,\n"
    assert read_sheet(rows.encode()) == [
        StatementLine(NUMBER, DAY, 100_000, f"for {FIRST}", "B1"),
        StatementLine(NUMBER, DAY, -500, "", ""),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the first row has to be: account,date,amount,words,bank reference"),
        (b"\xff\xff", "no table"),
        (f"{HEAD}a,b".encode(), "row 2 has 2 cells instead of 5"),
        (f"{HEAD}{NUMBER},2026-13-01,1,,".encode(), "row 2: '2026-13-01' is no date"),
        (f"{HEAD}{NUMBER},2026-08-21,1.005,,".encode(), "row 2: '1.005' is no amount"),
        (f"{HEAD},2026-08-21,1,,".encode(), "row 2 names no account"),
    ],
)
def test_a_table_that_is_wrong_names_its_row(data: bytes, said: str) -> None:
    with pytest.raises(InputFault, match=said):
        read_sheet(data)


# ISO 20022, pain.001.001.03 (CustomerCreditTransferInitiationV03): of each type its elements in
# their order, those that have to be there with !, those that may stand several times with *.
SEQUENCES = {
    "Document": "CstmrCdtTrfInitn!",
    "CstmrCdtTrfInitn": "GrpHdr! PmtInf!*",
    "GrpHdr": "MsgId! CreDtTm! Authstn* NbOfTxs! CtrlSum InitgPty! FwdgAgt",
    "PmtInf": "PmtInfId! PmtMtd! BtchBookg NbOfTxs CtrlSum PmtTpInf ReqdExctnDt! PoolgAdjstmntDt"
    " Dbtr! DbtrAcct! DbtrAgt! DbtrAgtAcct UltmtDbtr ChrgBr ChrgsAcct ChrgsAcctAgt CdtTrfTxInf!*",
    "CdtTrfTxInf": "PmtId! PmtTpInf Amt! XchgRateInf ChrgBr ChqInstr UltmtDbtr IntrmyAgt1"
    " IntrmyAgt1Acct IntrmyAgt2 IntrmyAgt2Acct IntrmyAgt3 IntrmyAgt3Acct CdtrAgt CdtrAgtAcct Cdtr"
    " CdtrAcct UltmtCdtr InstrForCdtrAgt* InstrForDbtrAgt Purp RgltryRptg* Tax RltdRmtInf* RmtInf",
    "PmtId": "InstrId EndToEndId!",
    "Amt": "InstdAmt!",
    **dict.fromkeys(("InitgPty", "Dbtr", "Cdtr"), "Nm PstlAdr Id CtryOfRes CtctDtls"),
    **dict.fromkeys(("DbtrAcct", "CdtrAcct"), "Id! Tp Ccy Nm"),
    "DbtrAgt": "FinInstnId! BrnchId",
    "FinInstnId": "BIC ClrSysMmbId Nm PstlAdr Othr",
    "Othr": "Id! SchmeNm Issr",
    "Id": "IBAN Othr",
    "RmtInf": "Ustrd* Strd*",
}
TEXTS = {
    **dict.fromkeys(("MsgId", "PmtInfId", "EndToEndId"), r".{1,35}"),
    **dict.fromkeys(("Nm", "Ustrd"), r".{1,140}"),
    "CreDtTm": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
    "ReqdExctnDt": r"\d{4}-\d\d-\d\d",
    "NbOfTxs": r"[0-9]{1,15}",
    "CtrlSum": r"\d{1,16}\.\d\d",
    "PmtMtd": "CHK|TRF|TRA",
    "InstdAmt": r"\d{1,16}\.\d\d",  # 18 digits in all, of which 5 may be a fraction
    "Id": r".{1,34}",
}


def check_element(found: ET.Element, space: str) -> None:
    """Hold an element and all in it against the standard's sequences, counts and types."""
    name = found.tag.removeprefix(space)
    assert found.tag == space + name, "everything is in the one namespace"
    children = [child.tag.removeprefix(space) for child in found]
    if not children:
        assert re.fullmatch(TEXTS[name], found.text or ""), (name, found.text)
        wanted = {"Ccy": "CNY"} if name == "InstdAmt" else {}
        assert found.attrib == wanted
        return
    words = SEQUENCES[name].split()
    order = [word.rstrip("!*") for word in words]
    assert [order.index(child) for child in children] == sorted(map(order.index, children)), name
    for word in words:
        count = children.count(word.rstrip("!*"))
        assert count >= ("!" in word), (name, word)
        assert count <= 1 or "*" in word, (name, word)
    for child in found:
        check_element(child, space)


def test_payments_are_a_file_of_the_standard() -> None:
    """Sequence, counts and types of pain.001.001.03; sums, references, names with marks in them."""
    paid = [
        PaymentOut("HG-OUT-1", "Li & <Sons>", "6222-1", 50_005, FIRST),
        PaymentOut("HG-OUT-2", "\u674e\u4f1f" * 100, "6222-2", 1, FIRST),
    ]
    order = PaymentOrder("HG-PAY-1", "2026-08-21T15:00:00", "2026-08-21", CLIENTS, NUMBER, paid)
    data = pain_of(order)
    assert data == pain_of(order)
    root = ET.fromstring(data)  # noqa: S314  our own
    name = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"
    check_element(root, f"{{{name}}}")
    space = {"p": name}
    found = [
        root.findtext(f".//p:{path}", namespaces=space)
        for path in ("EndToEndId", "InstdAmt", "CdtTrfTxInf/p:Cdtr/p:Nm")
    ]
    assert found == ["HG-OUT-1", "500.05", "Li & <Sons>"]
    for part in ("GrpHdr", "PmtInf"):  # both say how many there are and what they come to
        told = [root.findtext(f".//p:{part}/p:{one}", namespaces=space)
                for one in ("NbOfTxs", "CtrlSum")]  # fmt: skip
        assert told == ["2", "500.06"]
    bad = data.replace(b"<PmtMtd>TRF</PmtMtd>", b"").replace(b"CNY", b"RMB")
    with pytest.raises(AssertionError, match="PmtMtd"):
        check_element(ET.fromstring(bad), f"{{{name}}}")  # noqa: S314  our own


@pytest.fixture
def ledger(office: Office) -> Office:
    """Return an office whose ledger has met its first day."""
    meet()
    return office


def load(office: Office, data: bytes, name: str = "clearing-clerk") -> Any:
    """Look at a file and load it."""
    from huiguan.office.ledger.bank import receipts

    found = receipts.look(user=office[name], name="statement.xml", data=data)
    return receipts.load(user=office[name], number=found.pk)


def balances() -> dict[str, int]:
    """Return what the pool's own accounts hold."""
    from huiguan.office.ledger.models import LedgerAccount

    rows = LedgerAccount.objects.filter(book__name=CLIENTS).exclude(kind="trading code")
    return {row.name: row.balance_fen for row in rows if row.balance_fen and row.name != "exchange"}


def test_a_line_that_matches_moves_on_and_the_others_wait(ledger: Office) -> None:
    """In: 1,000.00 for a code, 30.00 for nobody, 5.00 for two codes; out: 2.00 of no payment."""
    from huiguan.office.ledger import proof
    from huiguan.office.ledger.models import BankLine
    from huiguan.office.ledger.selectors import lines_waiting

    two = f"{FIRST} or 000000000002"
    load(
        ledger,
        statement(
            entry("1000.00", f"for {FIRST}", "B1"), entry("30.00", "no name", "B2"),
            entry("5.00", two, "B3"), entry("2.00", "fee", "B4", out=True),
        ),
    )  # fmt: skip
    assert balances() == {
        "bank": 103_300, "on the way in": 100_000, "unmatched receipts": 3_500,
        "unmatched payments": 200,
    }  # fmt: skip
    assert [line.reference for line in lines_waiting()] == ["B2/1", "B3/1", "B4/1"]
    assert BankLine.objects.get(reference="B1/1").crossing.code.name == FIRST
    proof.check()


def test_a_code_of_another_book_is_no_match(ledger: Office) -> None:
    load(ledger, statement(entry("10.00", "000000000001", "B1")))  # of 0001/clients
    assert balances() == {"bank": 1_000, "unmatched receipts": 1_000}


def test_the_same_file_and_the_same_line_count_once(ledger: Office) -> None:
    from huiguan.office.ledger.models import BankLine

    first = statement(entry("10.00", "a", "B1"), entry("2.00", "b"), entry("2.00", "b"))
    load(ledger, first)
    assert (balances()["bank"], BankLine.objects.count()) == (1_400, 3)
    with pytest.raises(InputFault, match="file 1 was loaded already"):
        load(ledger, first)
    # a later statement tells of the same lines again, and of one more
    load(ledger, statement(entry("2.00", "b"), entry("10.00", "a", "B1"), entry("2.00", "b"),
                           entry("2.00", "b")))  # fmt: skip
    assert (balances()["bank"], BankLine.objects.count()) == (1_600, 4)


def test_looking_changes_nothing_and_says_what_would_be(ledger: Office) -> None:
    from huiguan.office.ledger.bank import receipts
    from huiguan.office.ledger.models import BankLine

    data = statement(entry("10.00", f"for {FIRST}", "B1"), entry("2.00", "b", "B2"))
    receipts.look(user=ledger["clearing-clerk"], name="../../x.xml", data=data)
    planned = receipts.plan(receipts.read(data))
    assert [one.code.name if one.code else "" for one in planned] == [FIRST, ""]
    assert (balances(), BankLine.objects.count()) == ({}, 0)
    with pytest.raises(InputFault, match="no book has the bank account 'ELSE'"):
        load(ledger, statement(entry("1.00", "x"), number="ELSE"))
    with pytest.raises(InputFault, match="your roles do not let you"):
        load(ledger, data, "trader")


def test_more_out_than_the_bank_had_is_refused_whole(ledger: Office) -> None:
    from huiguan.office.ledger.models import BankLine

    with pytest.raises(InputFault, match=r"account bank holds 10\.00 yuan; 10\.01 cannot"):
        load(ledger, statement(entry("10.00", "a"), entry("10.01", "b", out=True)))
    assert (balances(), BankLine.objects.count()) == ({}, 0)


def two_persons(office: Office, action: str, subject: str, **after: str) -> Any:
    """Let one clerk propose and a supervisor approve."""
    from huiguan.office.people import proposals
    from huiguan.office.people.roles import Action

    made = proposals.propose(
        maker=office["clearing-clerk"], action=Action(action), subject=subject, after=after,
        why="a try",
    )  # fmt: skip
    with pytest.raises(InputFault, match="nobody decides on a proposal of their own"):
        proposals.approve(checker=office["clearing-clerk"], number=made.pk)
    return proposals.approve(checker=office["supervisor"], number=made.pk)


def test_two_persons_say_whom_a_line_is_for(ledger: Office) -> None:
    from huiguan.office.ledger import proof
    from huiguan.office.ledger.crossing import crossings

    load(ledger, statement(entry("30.00", "no name", "B1")))
    with pytest.raises(InputFault, match="0000/clients has no trading code '000000000001'"):
        two_persons(ledger, "assign bank line", "bank line 1", to="000000000001")
    done = two_persons(ledger, "assign bank line", "bank line 1", to=FIRST)
    assert done.facts == {"line": 1, "crossing": 1}
    assert balances() == {"bank": 3_000, "on the way in": 3_000}
    with pytest.raises(InputFault, match="bank line 1 does not wait for anybody"):
        two_persons(ledger, "assign bank line", "bank line 1", to=FIRST)
    # the floor refuses it: the line waits again, and is assigned again
    crossings.note_asked(number=1, trading_day=DAY)
    crossings.release(number=1, why="a try")
    assert balances() == {"bank": 3_000, "unmatched receipts": 3_000}
    assert two_persons(ledger, "assign bank line", "bank line 1", to=FIRST).facts["crossing"] == 2
    proof.check()


def test_a_line_is_reversed_while_it_waits_alone(ledger: Office) -> None:
    load(ledger, statement(entry("30.00", "no name", "B1"), entry("7.00", FIRST, "B2")))
    with pytest.raises(InputFault, match="the money of transfer 12 has moved on"):
        two_persons(ledger, "reverse transfer", "transfer 12")
    two_persons(ledger, "reverse transfer", "transfer 11")
    assert balances() == {"bank": 700, "on the way in": 700}
    with pytest.raises(InputFault, match="bank line 1 does not wait for anybody"):
        two_persons(ledger, "assign bank line", "bank line 1", to=FIRST)


def test_a_withdrawal_is_paid_once_by_a_file_and_a_line(ledger: Office) -> None:
    """500.00 of 1,000,000.00; the bank has 600.00 of somebody else's line."""
    from huiguan.office.ledger import proof
    from huiguan.office.ledger.bank import payments
    from huiguan.office.ledger.crossing import crossings

    load(ledger, statement(entry("600.00", "no name", "B1")))
    asked = {"amount": "500.00", "payee": "=Li Wei", "account": "6222 0000"}
    with pytest.raises(InputFault, match=r"holds 1,000,000\.00 yuan; 1,000,000\.01 cannot"):
        two_persons(ledger, "withdraw money", FIRST, **{**asked, "amount": "1000000.01"})
    two_persons(ledger, "withdraw money", FIRST, **asked)
    assert account(FIRST).balance_fen == DEPOSIT - 50_000
    assert not [told for told in ("Li Wei", "62220000") if told in every_cell()]
    clerk = ledger["clearing-clerk"]
    with pytest.raises(InputFault, match="no payment of 0000/clients is due"):
        payments.make_payment_file(user=clerk, book=CLIENTS)  # the floor has not confirmed it
    crossings.note_asked(number=1, trading_day=DAY)
    crossings.note_held(number=1, sequence=5)
    crossings.settle(number=1)
    file = payments.make_payment_file(user=clerk, book=CLIENTS)
    with pytest.raises(InputFault, match="no payment of 0000/clients is due"):
        payments.make_payment_file(user=clerk, book=CLIENTS)
    assert payments.content_of(file, "xml") == payments.content_of(file, "xml")
    rows = payments.content_of(file, "csv").decode().splitlines()
    assert rows[1] == f"HG-OUT-1,'=Li Wei,62220000,500.00,CNY,{FIRST}"
    assert balances()["payments due"] == 50_000
    load(ledger, statement(entry("500.00", "paid HG-OUT-1", "B2", out=True)))
    assert balances() == {"bank": 10_000, "unmatched receipts": 60_000}
    # said once more by the bank, under another reference: nobody is paid twice
    load(ledger, statement(entry("100.00", "HG-OUT-1", "B3", out=True)))
    assert balances() == {"unmatched receipts": 60_000, "unmatched payments": 10_000}
    proof.check()


RETURN = (  # of a payment that its bank could not make, as camt.053 tells of it
    '<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>{reversal}<Sts>BOOK</Sts>'
    "<BookgDt><Dt>2026-08-24</Dt></BookgDt><AcctSvcrRef>{own}</AcctSvcrRef><NtryDtls><TxDtls>"
    "<Refs><EndToEndId>{end}</EndToEndId></Refs>{why}</TxDtls></NtryDtls></Ntry>"
)
CLOSED_ACCOUNT = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>account closed</AddtlInf></RtrInf>"


def returned(amount: str, end: str, own: str, why: str = CLOSED_ACCOUNT, reversal: str = "") -> str:
    """Return the entry of a payment that comes back."""
    return RETURN.format(amount=amount, end=end, own=own, why=why, reversal=reversal)


def test_a_payment_that_the_bank_sends_back_goes_to_its_code(ledger: Office) -> None:
    """By RtrInf or by a reversal; whole and once. Less than was paid waits for a clerk."""
    from huiguan.office.ledger import proof
    from huiguan.office.ledger.bank import payments
    from huiguan.office.ledger.crossing import crossings
    from huiguan.office.ledger.models import BankLine, SentBack
    from huiguan.office.ledger.selectors import lines_waiting

    load(ledger, statement(entry("900.00", "no name", "B1")))
    for number, amount in ((1, "500.00"), (2, "300.00")):
        two_persons(ledger, "withdraw money", FIRST, amount=amount, payee="Li", account="6222 0000")
        crossings.note_asked(number=number, trading_day=DAY)
        crossings.note_held(number=number, sequence=number)
        crossings.settle(number=number)
    early = returned("500.00", "HG-OUT-1", "B0")
    read = read_camt(statement(early, returned("1.00", "x", "B0", "", "<RvslInd>true</RvslInd>")))
    assert [one.returned for one in read] == ["AC04 account closed", "sent back by the bank"]
    payments.make_payment_file(user=ledger["clearing-clerk"], book=CLIENTS)
    out = [entry(f"{n}00.00", f"HG-OUT-{k}", f"P{k}", out=True) for k, n in ((1, 5), (2, 3))]
    # paid and sent back in one statement; said twice by the bank; less than was paid
    load(
        ledger,
        statement(
            *out, returned("500.00", "HG-OUT-1", "R1"), returned("500.00", "HG-OUT-1", "R2"),
            returned("299.00", "HG-OUT-2", "R3"),
        ),
    )  # fmt: skip
    back = SentBack.objects.get()
    assert (back.payment.reference, back.reason) == ("HG-OUT-1", "AC04 account closed")
    assert back.line.crossing.code.name == FIRST
    assert [line.reference for line in lines_waiting()] == ["B1/1", "R2/1", "R3/1"]
    assert balances() == {
        "bank": 90_000 - 80_000 + 129_900, "on the way in": 50_000,
        "unmatched receipts": 90_000 + 79_900,
    }  # fmt: skip
    crossings.note_asked(number=3, trading_day=DAY)
    crossings.settle(number=3, sequence=3)
    assert account(FIRST).balance_fen == DEPOSIT - 30_000
    page = ledger.browser("clearing-clerk").get(f"/ledger/lines/{back.line_id}").content.decode()
    assert "AC04 account closed" in page
    assert BankLine.objects.count() == 6
    proof.check()


def test_the_number_of_a_bank_account_is_set_by_two(ledger: Office) -> None:
    two_persons(ledger, "set bank account", CLIENTS, account="6222 8888 0000")
    load(ledger, statement(entry("1.00", "x"), number="622288880000"))
    assert balances()["bank"] == 100
    with pytest.raises(InputFault, match="is that of a book already"):
        two_persons(ledger, "set bank account", "0001/clients", account="622288880000")
