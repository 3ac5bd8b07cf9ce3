"""Statements of banks: looked at first, then loaded; lines that match move on, the others wait.

A line is counted once, however often a bank tells of it. Money that came in is matched by the
trading code that its words name, to an account of the same book; money that went out by the
reference of the payment. What does not match waits, and belongs to who loaded it until another
clerk takes it; whom it is for is then said by two persons.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.utils import timezone

from huiguan.foundation.arithmetic import show_fen
from huiguan.foundation.faults import InputFault
from huiguan.office.ledger.bank.camt import RETURNED, read_camt
from huiguan.office.ledger.bank.lines import keys_of, tidy
from huiguan.office.ledger.bank.sheet import read_sheet
from huiguan.office.ledger.booking.transfers import Wanted, post
from huiguan.office.ledger.crossing import crossings
from huiguan.office.ledger.models import (
    NAME_LENGTH,
    AccountKind,
    BankAccount,
    BankFile,
    BankLine,
    Cause,
    CrossingStage,
    Direction,
    LedgerAccount,
    LedgerTransfer,
    Payment,
    SentBack,
)
from huiguan.office.people import record
from huiguan.office.people.proposals import check_right
from huiguan.office.people.roles import Action, Right

if TYPE_CHECKING:
    from collections.abc import Sequence

    from huiguan.office.ledger.bank.lines import StatementLine
    from huiguan.office.ledger.models import LedgerBook
    from huiguan.office.people.models import User

CODE = re.compile(r"(?<!\d)\d{12}(?!\d)")
PAYMENT = re.compile(r"HG-OUT-(\d{1,18})(?!\d)")
MOST_LINES = 20_000  # of one file
AT_ONCE = 500


class PlannedLine(NamedTuple):
    """What becomes of a line: counted already, matched with a code or a payment, or waiting.

    With both it is that payment sent back: its money goes to the code that it came from.
    """

    line: StatementLine
    key: str
    book: LedgerBook
    is_known: bool
    code: LedgerAccount | None
    payment: Payment | None


class Taken(NamedTuple):
    """Payments that lines of the same file are of already, by the number of their crossing."""

    paid: set[int]
    sent_back: set[int]


@transaction.atomic
def look(*, user: User, name: str, data: bytes) -> BankFile:
    """Take a file in to look at; nothing is booked. The same file again is the same one.

    Raises ``InputFault`` for what is no statement, naming what is wrong and where.
    """
    check_right(user, Action.LOAD_BANK_FILE, Right.DO)
    plan(read(data))
    digest = hashlib.sha256(data).hexdigest()
    record.one_at_a_time()
    found = BankFile.objects.filter(digest=digest).first()
    if found:
        return found
    made = BankFile(
        digest=digest,
        name=tidy(name, NAME_LENGTH),
        content=data,
        came_at=timezone.now(),
        came_by=user,
    )
    made.save(force_insert=True)
    facts = {"file": made.pk, "digest": digest}
    record.write(actor=user, action="look at bank file", subject=f"file {made.pk}", facts=facts)
    return made


def read(data: bytes) -> list[StatementLine]:
    """Return the lines of a statement: XML is known by its first letter, all else is a table."""
    is_xml = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"
    lines = (
        read_camt(data) if is_xml or data[:2] in (b"\xff\xfe", b"\xfe\xff") else read_sheet(data)
    )
    if not lines:
        raise InputFault("the file holds no booked line")
    if len(lines) > MOST_LINES:
        raise InputFault(f"the file has more than {MOST_LINES:,} lines; load fewer days at once")
    if any(line.amount_fen == 0 for line in lines):
        raise InputFault("the file has a line of 0.00; a line moves money")
    return lines


def plan(lines: Sequence[StatementLine]) -> list[PlannedLine]:
    """Return what would become of lines now; nothing is changed."""
    books = {
        one.number: one.book for one in BankAccount.objects.select_related("book").order_by("pk")
    }
    if unknown := sorted({line.account for line in lines} - books.keys()):
        raise InputFault(
            f"no book has the bank account {unknown[0]!r}; set it, or take another statement"
        )
    keys = keys_of(lines)
    known: set[str] = set()
    for start in range(0, len(keys), AT_ONCE):
        rows = BankLine.objects.filter(key__in=keys[start : start + AT_ONCE])
        known.update(rows.values_list("key", flat=True))
    taken = Taken(set(), set())
    found = []
    for line, key in zip(lines, keys, strict=True):
        book, is_known = books[line.account], key in known
        known.add(key)
        code, payment = (None, None) if is_known else matched(line, book, taken)
        found.append(PlannedLine(line, key, book, is_known, code, payment))
    return found


def matched(
    line: StatementLine, book: LedgerBook, taken: Taken
) -> tuple[LedgerAccount | None, Payment | None]:
    """Return the one trading code or payment that a line names; ``taken`` payments are not it.

    Money that comes in and names a payment of its amount is that payment sent back.
    """
    if line.amount_fen < 0:
        return None, one_payment(line, book, taken.paid, line=None)
    if sent := one_payment(line, book, taken.sent_back, sent_back=None):
        return sent.crossing.code, sent
    names = set(CODE.findall(line.words))
    rows = list(LedgerAccount.objects.filter(book=book, kind=AccountKind.CODE, name__in=names)[:2])
    return (rows[0] if len(rows) == 1 and not line.returned else None), None


def one_payment(
    told: StatementLine, book: LedgerBook, taken: set[int], /, **such: None
) -> Payment | None:
    """Return the one payment in a file that a line names by its reference, of its amount."""
    numbers = {int(number) for number in PAYMENT.findall(told.words)} - taken
    rows = list(
        Payment.objects.select_related("crossing__code").filter(
            crossing__in=numbers, crossing__code__book=book, crossing__stage=CrossingStage.SETTLED,
            crossing__amount_fen=abs(told.amount_fen), file__isnull=False, **such,
        )[:2]
    )  # fmt: skip
    if len(rows) != 1:
        return None
    taken.add(rows[0].crossing_id)
    return rows[0]


@transaction.atomic
def load(*, user: User, number: int) -> BankFile:
    """Book the lines of a file that was looked at, and let those that match move on; once."""
    check_right(user, Action.LOAD_BANK_FILE, Right.DO)
    record.one_at_a_time()
    file = BankFile.objects.select_for_update().filter(pk=number).first()
    if file is None:
        raise InputFault(f"there is no file {number}")
    if file.loaded_at is not None:
        raise InputFault(f"file {number} was loaded already")
    fresh = [one for one in plan(read(bytes(file.content))) if not one.is_known]
    post(
        actor=user,
        action=Action.LOAD_BANK_FILE,
        subject=f"file {number}",
        wanted=[wanted_of(one) for one in fresh],
        facts={"file": number, "lines": len(fresh)},
    )
    file.loaded_at = timezone.now()
    file.save(update_fields=["loaded_at"])
    if not fresh:
        facts = {"file": number, "lines": 0}
        record.write(
            actor=user, action=Action.LOAD_BANK_FILE, subject=f"file {number}", facts=facts
        )
    for one in fresh:
        made = BankLine(
            key=one.key,
            file=file,
            book=one.book,
            day=one.line.day,
            amount_fen=one.line.amount_fen,
            words=one.line.words,
            reference=one.line.reference,
            owner=user,
        )
        made.save(force_insert=True)
        if one.code:
            send_in(line=made, code=one.code, user=user)
        if one.payment and one.code:
            reason = one.line.returned or RETURNED
            SentBack(payment=one.payment, line=made, reason=reason).save(force_insert=True)
        elif one.payment:
            one.payment.line = made
            one.payment.save(update_fields=["line"])
    return file


def wanted_of(one: PlannedLine) -> Wanted:
    """Return the transfer of a line: the bank against receipts, payments due, or unmatched ones."""
    accounts = {row.name: row for row in one.book.accounts.exclude(kind=AccountKind.CODE)}
    bank = accounts[AccountKind.BANK]
    if one.line.amount_fen > 0:
        debit, credit = bank, accounts[AccountKind.RECEIPTS]
    else:
        debit, credit = accounts[AccountKind.DUE if one.payment else AccountKind.PAYMENTS], bank
    reference = reference_of(one.key)
    return Wanted(debit, credit, abs(one.line.amount_fen), reference, Cause.BANK)


def reference_of(key: str) -> str:
    """Return the reference of the transfer of a line."""
    return f"bank line {key}"


def send_in(*, line: BankLine, code: LedgerAccount, user: User) -> int:
    """Let the money of a line cross to the floor for a trading code; return the crossing."""
    tried = line.crossing_id or 0  # the one that was released; the next has another reference
    made = crossings.begin(
        actor=user,
        code=code,
        direction=Direction.IN,
        amount_fen=line.amount_fen,
        reference=f"bank line {line.pk}" + (f" after {tried}" if tried else ""),
    )
    line.crossing = made
    line.save(update_fields=["crossing"])
    return int(made.pk)


def waits(line: BankLine) -> bool:
    """Return whether nobody knows yet whom a line is for, or it came back; not one reversed."""
    if LedgerTransfer.objects.filter(reverses__reference=reference_of(line.key)).exists():
        return False
    if line.amount_fen < 0:
        return not Payment.objects.filter(line=line).exists()
    return line.crossing is None or line.crossing.stage == CrossingStage.RELEASED


@transaction.atomic
def take_line(*, user: User, number: int) -> BankLine:
    """Let a clerk have a line of the queue on their own desk."""
    check_right(user, Action.LOAD_BANK_FILE, Right.DO)
    record.one_at_a_time()
    line = BankLine.objects.select_related("crossing").filter(pk=number).first()
    if line is None or not waits(line):
        raise InputFault(f"line {number} does not wait for anybody")
    line.owner = user
    line.save(update_fields=["owner"])
    record.write(actor=user, action="take bank line", subject=f"bank line {number}",
                 facts={"line": number})  # fmt: skip
    return line


def words_of(line: BankLine) -> dict[str, object]:
    """Return a line as a proposal tells of it."""
    return {"amount": show_fen(line.amount_fen), "day": line.day, "waits": waits(line)}
