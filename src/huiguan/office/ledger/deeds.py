"""What is done to money under four eyes: whom a line is for, withdrawals, reversals, accounts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from huiguan.foundation.arithmetic import show_fen
from huiguan.foundation.faults import InputFault
from huiguan.office.ledger.bank import receipts
from huiguan.office.ledger.bank.lines import read_fen, tidy
from huiguan.office.ledger.booking.transfers import Wanted, check_reversible, post, reverse
from huiguan.office.ledger.crossing import crossings
from huiguan.office.ledger.models import (
    BANK_ACCOUNT,
    PAYEE,
    AccountKind,
    BankAccount,
    BankLine,
    Cause,
    CrossingStage,
    Direction,
    LedgerAccount,
    LedgerTransfer,
    Payment,
)
from huiguan.office.people.deeds import Deed, Done
from huiguan.office.people.roles import Action
from huiguan.office.persons import data
from huiguan.office.persons.models import PersonKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from huiguan.office.people.deeds import Facts, Subject
    from huiguan.office.people.models import Proposal

BANK_NUMBER = re.compile(r"[A-Z0-9-]{4,34}")
NUMBERED = re.compile(r".*?(\d{1,18})")
MOST_PAYEE = 70


def number_in(subject: Subject) -> int:
    """Return the number of what a proposal is about: ``bank line 7``."""
    found = NUMBERED.fullmatch(str(subject))
    if not found:
        raise InputFault(f"{subject!r} names nothing of the ledger")
    return int(found[1])


def waiting_line(subject: Subject) -> BankLine:
    """Return a line that waits, or raise ``InputFault``."""
    found = BankLine.objects.select_related("crossing").filter(pk=number_in(subject)).first()
    if found is None or not receipts.waits(found):
        raise InputFault(f"{subject} does not wait for anybody")
    return found


def line_before(subject: Subject) -> Facts:
    """Tell a line as it waits."""
    return receipts.words_of(waiting_line(subject))


def want_assigned(subject: Subject, given: Mapping[str, Any]) -> Facts:
    """Check whom a line is for: a trading code of its book, or a payment that is due."""
    line, to = waiting_line(subject), str(given.get("to", "")).strip()
    if line.amount_fen > 0:
        own = LedgerAccount.objects.filter(book=line.book, kind=AccountKind.CODE, name=to)
        if not own.exists():
            raise InputFault(f"{line.book.name} has no trading code {to!r}")
    else:
        payment_for(line, to)
    return {"to": to}


def payment_for(line: BankLine, to: str) -> Payment:
    """Return the payment of a reference that a line can be of."""
    found = receipts.PAYMENT.fullmatch(to)
    row = (
        Payment.objects.filter(
            crossing_id=int(found[1]), crossing__code__book=line.book, line=None,
            crossing__amount_fen=-line.amount_fen, crossing__stage=CrossingStage.SETTLED,
            file__isnull=False,
        ).first()
        if found
        else None
    )  # fmt: skip
    if row is None:
        raise InputFault(
            f"no payment of {show_fen(-line.amount_fen)} yuan is due under {to!r}; the reference "
            "is HG-OUT- and a number"
        )
    return row


def run_assigned(proposal: Proposal) -> Done:
    """Let the money of a line go where two persons say."""
    line, to = waiting_line(proposal.about), proposal.after["to"]
    if line.amount_fen > 0:
        code = LedgerAccount.objects.get(book=line.book, kind=AccountKind.CODE, name=to)
        made = receipts.send_in(line=line, code=code, user=proposal.maker)
        return Done({"line": line.pk, "crossing": made})
    payment = payment_for(line, to)
    payment.line = line
    payment.save(update_fields=["line"])
    accounts = {row.name: row for row in line.book.accounts.exclude(kind=AccountKind.CODE)}
    due, unmatched = accounts[AccountKind.DUE], accounts[AccountKind.PAYMENTS]
    reference = f"payment {payment.pk} by bank line {line.pk}"
    post(
        actor=proposal.checker,
        action=Action.ASSIGN_BANK_LINE,
        subject=f"bank line {line.pk}",
        wanted=[Wanted(due, unmatched, -line.amount_fen, reference, Cause.BANK)],
    )
    return Done({"line": line.pk, "payment": payment.pk})


def code_before(subject: Subject) -> Facts:
    """Tell whose money it is."""
    return {"book": crossings.code_account(str(subject)).book.name}


def want_withdrawal(subject: Subject, given: Mapping[str, Any]) -> Facts:
    """Check a withdrawal: an amount that the ledger has, and where it goes."""
    code = crossings.code_account(str(subject))
    amount = read_fen(str(given.get("amount", "")).replace(",", ""), "amount")
    if not 0 < amount <= code.balance_fen:
        raise InputFault(
            f"the account {code.name} holds {show_fen(code.balance_fen)} yuan; "
            f"{show_fen(amount)} cannot be taken out of it"
        )
    payee = tidy(str(given.get("payee", "")), MOST_PAYEE)
    if not payee:
        raise InputFault("say who is paid")
    number = checked_number(str(given.get("account", "")))
    person = payee_of(number)
    return {
        "amount": show_fen(amount),
        PAYEE: data.sealed_fact(person, payee, PAYEE),
        BANK_ACCOUNT: data.sealed_fact(person, number, BANK_ACCOUNT),
    }


def payee_of(number: str) -> PersonKey:
    """Return the person whose bank account it is; one who is new gets a key."""
    if known := data.found_by(BANK_ACCOUNT, number):
        return PersonKey.objects.get(pk=known[0])
    person = data.make_person()
    data.keep(person, BANK_ACCOUNT, number)
    return person


def checked_number(number: str) -> str:
    """Return the number of a bank account, or raise ``InputFault``."""
    found = number.replace(" ", "").upper()
    if not BANK_NUMBER.fullmatch(found):
        raise InputFault("the number of a bank account has 4 to 34 letters, digits or hyphens")
    return found


def run_withdrawal(proposal: Proposal) -> Done:
    """Reserve the money; the courier asks the floor after this transaction."""
    after = proposal.after
    made = crossings.begin(
        actor=proposal.maker,
        code=crossings.code_account(proposal.about),
        direction=Direction.OUT,
        amount_fen=read_fen(after["amount"].replace(",", ""), "amount"),
        reference=f"proposal {proposal.pk}",
    )
    Payment(crossing=made).save()  # whom it goes to stays sealed in the proposal
    return Done({"crossing": made.pk})


def transfer_before(subject: Subject) -> Facts:
    """Tell a transfer that can be reversed."""
    rows = LedgerTransfer.objects.select_related("book", "debit", "credit")
    found = rows.filter(pk=number_in(subject)).first()
    if found is None:
        raise InputFault(f"there is no {subject}")
    check_reversible(found)
    check_has_not_moved(found)
    return {
        "book": found.book.name,
        "debit": found.debit.name,
        "credit": found.credit.name,
        "amount": show_fen(found.amount_fen),
    }


def check_has_not_moved(found: LedgerTransfer) -> None:
    """Refuse to reverse a line of a bank whose money has gone on, or a payment that was made."""
    line = BankLine.objects.filter(
        key=found.reference.removeprefix(receipts.reference_of(""))
    ).first()
    if line is None or not receipts.waits(line):
        raise InputFault(
            f"the money of transfer {found.number} has moved on; it cannot be reversed"
        )


def want_reversal(subject: Subject, _: Mapping[str, Any]) -> Facts:
    """Tell the transfer the other way round."""
    told = transfer_before(subject)
    return told | {"debit": told["credit"], "credit": told["debit"]}


def run_reversal(proposal: Proposal) -> Done:
    """Book the reversal."""
    transfer_before(proposal.about)
    made = reverse(
        actor=proposal.checker,
        action=Action.REVERSE_TRANSFER,
        subject=proposal.about,
        number=number_in(proposal.about),
    )
    return Done({"transfer": made.pk})


def bank_of(subject: Subject) -> BankAccount:
    """Return the bank account of a book by the book's name."""
    found = BankAccount.objects.filter(book__name=str(subject)).first()
    if found is None:
        raise InputFault(f"no book {subject!r} has a bank account of its own")
    return found


def bank_before(subject: Subject) -> Facts:
    """Tell the number until now."""
    return {"bank account": bank_of(subject).number}


def want_bank(_: Subject, given: Mapping[str, Any]) -> Facts:
    """Check another number."""
    number = checked_number(str(given.get("account", "")))
    if BankAccount.objects.filter(number=number).exists():
        raise InputFault(f"the bank account {number} is that of a book already")
    return {"bank account": number}


def run_bank(proposal: Proposal) -> Done:
    """Set the number."""
    found = bank_of(proposal.about)
    want_bank(None, {"account": proposal.after["bank account"]})
    found.number = proposal.after["bank account"]
    found.save(update_fields=["number"])
    return Done({"book": found.book_id})


DEEDS: dict[Action, Deed] = {
    Action.ASSIGN_BANK_LINE: Deed(line_before, want_assigned, run_assigned),
    Action.WITHDRAW_MONEY: Deed(code_before, want_withdrawal, run_withdrawal),
    Action.REVERSE_TRANSFER: Deed(transfer_before, want_reversal, run_reversal),
    Action.SET_BANK_ACCOUNT: Deed(bank_before, want_bank, run_bank),
}
