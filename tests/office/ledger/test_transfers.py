"""What the ledger books, and what neither its services nor its database let happen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from huiguan.foundation.faults import CheckFault, InputFault
from tests.office.ledger.ledgers import CASH, DEPOSIT, FIRST, MARGIN, account, meet, paid_in

if TYPE_CHECKING:
    from tests.office.peopled import Office

CLIENTS = "0000/clients"
pytestmark = pytest.mark.usefixtures("ledger")


@pytest.fixture
def ledger(office: Office) -> Office:
    """Return an office whose ledger has met its first day."""
    meet()
    return office


def raw(sql: str) -> None:
    """Write past the services."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_first_day_opens_the_books() -> None:
    """By hand: 2 pools of 5,000,000 with 700,000 margin; 3 codes of 1,000,000 each a pool.

    Exchange: bank 10,000,000 = 2 x (4,300,000 + 700,000). A pool: exchange 3,000,000 = 3 codes.
    """
    from huiguan.office.ledger import proof
    from huiguan.office.ledger.selectors import sums_of_books

    assert account("bank", "exchange").balance_fen == 2 * CASH
    assert account(f"{CLIENTS}:clearing deposit").balance_fen == CASH - MARGIN
    assert account(f"{CLIENTS}:trading margin").balance_fen == MARGIN
    assert account("exchange", CLIENTS).balance_fen == 3 * DEPOSIT
    assert account(FIRST).balance_fen == DEPOSIT
    sums = {one.book.name: (one.debit_fen, one.credit_fen) for one in sums_of_books()}
    assert sums == {
        "exchange": (2 * CASH, 2 * CASH),
        CLIENTS: (3 * DEPOSIT, 3 * DEPOSIT),
        "0001/clients": (3 * DEPOSIT, 3 * DEPOSIT),
    }
    # four openings of pools (cash and margin, twice) and six of codes
    assert proof.check() == (3, 4 + 4 + 2 * 7 + 6, 10, 0)


def test_a_reference_books_once() -> None:
    from huiguan.office.ledger.models import LedgerTransfer
    from huiguan.office.people.models import RecordLine

    paid_in(CLIENTS, 500, "line 1")
    lines = RecordLine.objects.count()
    paid_in(CLIENTS, 500, "line 1")
    assert account("bank", CLIENTS).balance_fen == 500
    assert RecordLine.objects.count() == lines
    with pytest.raises(InputFault, match="has the reference 'line 1' already, and is another one"):
        paid_in(CLIENTS, 501, "line 1")
    assert LedgerTransfer.objects.count() == 11


def test_money_that_is_not_there_is_refused_in_words() -> None:
    from huiguan.office.ledger.booking.transfers import Wanted, post
    from huiguan.office.ledger.models import Cause, LedgerTransfer

    paid_in(CLIENTS, 500, "line 1")
    bank, due = account("bank", CLIENTS), account("unmatched payments", CLIENTS)
    wanted = [
        Wanted(due, bank, 300, "a", Cause.BANK),
        Wanted(due, bank, 201, "b", Cause.BANK),  # of the 200 that are left
    ]
    with pytest.raises(InputFault, match=r"account bank holds 2\.00 yuan; 2\.01 cannot be taken"):
        post(actor=None, action="a try", subject="bank", wanted=wanted)
    assert LedgerTransfer.objects.count() == 11  # not half of it


def test_a_reversal_is_a_new_transfer_and_there_is_one() -> None:
    from huiguan.office.ledger.booking.transfers import reverse

    paid_in(CLIENTS, 500, "line 1")
    given = {"actor": None, "action": "a try", "subject": "bank"}
    made = reverse(**given, number=11)
    assert (made.number, made.reverses_id, made.amount_fen) == (12, 11, 500)
    assert account("bank", CLIENTS).balance_fen == 0
    for number, said in (
        (11, "transfer 11 was reversed already"),
        (12, "transfer 12 is a reversal itself"),
        (5, "is not of the bank alone"),
        (99, "there is no transfer 99"),
    ):
        with pytest.raises(InputFault, match=said):
            reverse(**given, number=number)


COPY = (
    "INSERT INTO ledger_ledgertransfer (number, book_id, debit_id, credit_id, amount_fen,"
    " reference, cause, trading_day, reverses_id, at) SELECT {number}, book_id, {debit}, {credit},"
    " {amount}, 'x', 'bank', 0, {reverses}, at FROM ledger_ledgertransfer WHERE number = 11"
)
PAST_THE_SERVICES = {
    "UPDATE ledger_ledgertransfer SET amount_fen = 1 WHERE number = 1": "is never changed",
    "DELETE FROM ledger_ledgertransfer WHERE number = 11": "is never removed",
    "DELETE FROM ledger_ledgeraccount WHERE id = 1": "is never removed",
    "DELETE FROM ledger_ledgerbook": "is never removed",
    "DELETE FROM ledger_metday": "is never removed",
    "UPDATE ledger_ledgerbook SET name = 'x'": "a book is never changed",
    "UPDATE ledger_ledgeraccount SET balance_fen = 5 WHERE name = 'bank'": "by a transfer alone",
    "UPDATE ledger_ledgeraccount SET balance_fen = balance_fen + 500, last_transfer = 12":
        "by a transfer alone",
    "UPDATE ledger_ledgeraccount SET last_transfer = 99 WHERE name = 'bank'":
        "by a transfer alone",
    "UPDATE ledger_ledgeraccount SET below = 'free' WHERE name = 'bank'": "by a transfer alone",
    "INSERT INTO ledger_ledgeraccount (book_id, name, kind, side, below, balance_fen,"
    " last_transfer) SELECT book_id, 'y', kind, side, below, 7, 0 FROM ledger_ledgeraccount"
    " WHERE id = 1": "an account begins with nothing",
    "REPLACE INTO ledger_ledgertransfer SELECT * FROM ledger_ledgertransfer WHERE number = 2":
        "a transfer follows the one before it",
    COPY.format(number=11, debit="debit_id", credit="credit_id", amount=1, reverses="NULL"):
        "a transfer follows the one before it",
    COPY.format(number=13, debit="debit_id", credit="credit_id", amount=1, reverses="NULL"):
        "a transfer follows the one before it",
    COPY.format(number=12, debit="debit_id", credit="debit_id", amount=1, reverses="NULL"):
        "transfer_two_sides",
    COPY.format(number=12, debit="debit_id", credit="credit_id", amount=0, reverses="NULL"):
        "transfer_amount",
    COPY.format(number=12, debit="debit_id", credit="credit_id", amount=-5, reverses="NULL"):
        "transfer_amount",
    COPY.format(number=12, debit="debit_id", credit="1", amount=1, reverses="NULL"):
        "both accounts of a transfer are in its book",
    COPY.format(number=12, debit="credit_id", credit="debit_id", amount=501, reverses="NULL"):
        "account_not_below",
    COPY.format(number=12, debit="credit_id", credit="debit_id", amount=499, reverses="11"):
        "a reversal moves the same amount back",
}  # fmt: skip


@pytest.mark.parametrize("sql", PAST_THE_SERVICES)
def test_the_database_itself_refuses(sql: str) -> None:
    from django.db import IntegrityError, connection

    from huiguan.office.ledger import proof

    if sql.startswith("REPLACE") and connection.vendor != "sqlite":
        pytest.skip("SQLite's own words")
    paid_in(CLIENTS, 500, "line 1")
    with pytest.raises(IntegrityError, match=PAST_THE_SERVICES[sql]):
        raw(sql)
    proof.check()


def test_a_code_is_overdrawn_by_losses_alone() -> None:
    """An evening may take more than there is; a line of a bank may not, past the services too."""
    from django.db import IntegrityError

    from huiguan.office.ledger.booking.transfers import Wanted, post
    from huiguan.office.ledger.models import Cause

    code, exchange = account(FIRST), account("exchange", CLIENTS)
    lost = [Wanted(code, exchange, DEPOSIT + 1, "evening", Cause.EVENING, 20260821)]
    post(actor=None, action="a try", subject="evening", wanted=lost)
    assert account(FIRST).balance_fen == -1
    taken = COPY.format(number=12, debit=code.pk, credit=exchange.pk, amount=1, reverses="NULL")
    with pytest.raises(IntegrityError, match="money that is not there cannot be taken out"):
        raw(taken)


@pytest.mark.parametrize(
    ("trigger", "sql", "said"),
    [
        ("ledgeraccount_unchanged", "UPDATE ledger_ledgeraccount SET balance_fen = 6 WHERE id = 1",
         "book exchange does not sum to zero: 0.06 against 10,000,000.00"),
        ("ledgeraccount_unchanged",
         ("UPDATE ledger_ledgeraccount SET balance_fen = balance_fen + CASE name WHEN"
         " '000000000000' THEN 1 ELSE -1 END WHERE name IN ('000000000000', '000000000002')"),
         f"account {FIRST} of book 0000/clients is not what its transfers come to"),
        ("ledgertransfer_unchanged",
         "UPDATE ledger_ledgertransfer SET reference = 'other' WHERE number = 3",
         "transfers 1 to 10 are not as the record tells"),
        ("ledgertransfer_kept", "DELETE FROM ledger_ledgertransfer WHERE number = 11",
         "is not what its transfers come to"),
    ],
)  # fmt: skip
def test_a_check_finds_what_was_written_past_it(trigger: str, sql: str, said: str) -> None:
    """Who can write the file can drop its triggers; the proof says where."""
    from huiguan.office.ledger import proof

    paid_in(CLIENTS, 500, "line 1")
    from django.db import connection

    table = f"ledger_{trigger.partition('_')[0]}"
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    raw(f"DROP TRIGGER {trigger}{on}")
    raw(sql)
    with pytest.raises(CheckFault) as fault:
        proof.check()
    assert said in str(fault.value)


def facts_of_line(number: int) -> Any:
    """Return the facts of a line of the record."""
    import json

    from huiguan.office.people.models import RecordLine

    return json.loads(RecordLine.objects.get(pk=number).facts)


def test_the_record_tells_transfers_without_names() -> None:
    facts = facts_of_line(12)
    assert facts["transfers"] == [1, 10]
    assert set(facts) == {"transfers", "booked"}
