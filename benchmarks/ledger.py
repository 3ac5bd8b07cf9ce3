"""The office's ledger at 5,000,000 lines, on SQLite and PostgreSQL: its sums, proofs and pages.

200,000 trading codes of 200 members with money each; the lines are transfers of evenings between
codes and their pool's money at the exchange, each through every trigger of the database, a record
line for 200,000 of them. Then the trial balance of all books, the proof of the ledger by itself,
and the server's time of each page, signed in and warm: the median of 15. ``python -m
benchmarks.ledger 1000000 sqlite`` takes fewer lines, one database. Beside them the bare limit: the
answer to a page that reads nothing of the ledger.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.test.utils import setup_test_environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.office.peopled import Office

CODES, MEMBERS, LINES = 200_000, 200, 5_000_000
RUNS = 15
MOST_MILLISECONDS = 200  # of a page, by the requirement
LANES = """CREATE TEMPORARY TABLE lane AS
SELECT row_number() OVER (ORDER BY own.id) AS place, own.id AS code, own.book_id AS book,
 (SELECT id FROM ledger_ledgeraccount at WHERE at.book_id = own.book_id AND at.name = 'exchange')
 AS pool
FROM ledger_ledgeraccount own WHERE own.kind = 'trading code'"""
FILL = """INSERT INTO ledger_ledgertransfer (number, book_id, debit_id, credit_id, amount_fen,
 reference, cause, trading_day, reverses_id, at)
SELECT {base} + place, book, CASE WHEN (place + {turn}) % 2 = 0 THEN pool ELSE code END,
 CASE WHEN (place + {turn}) % 2 = 0 THEN code ELSE pool END, 100 + place % 97,
 'size ' || ({base} + place), 'evening', {day}, NULL, '2026-08-21 08:00:00+00:00'
FROM lane WHERE place <= {count} ORDER BY place"""


def fill(lines: int) -> None:
    """Write transfers until there are so many, in groups that the record tells of."""
    from django.db import connection, transaction

    from huiguan.office.ledger.booking.transfers import digest_of
    from huiguan.office.ledger.models import LedgerTransfer
    from huiguan.office.people import record

    with connection.cursor() as cursor:
        cursor.execute(LANES)
        cursor.execute("CREATE INDEX lane_place ON lane (place)")
    turn = 0
    while (base := LedgerTransfer.objects.count()) < lines:
        turn += 1
        count = min(CODES, lines - base)
        with transaction.atomic():
            record.one_at_a_time()
            with connection.cursor() as cursor:
                day = 20260000 + turn
                cursor.execute(FILL.format(base=base, turn=turn, count=count, day=day))
            rows = LedgerTransfer.objects.filter(number__gt=base).order_by("number")
            told = {"transfers": [base + 1, base + count], "booked": digest_of(rows.iterator())}
            record.write(actor=None, action="book evening", subject=f"turn {turn}", facts=told)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE ledger_ledgertransfer")
            cursor.execute("VACUUM ANALYZE ledger_ledgeraccount")
    else:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def seconds(work: Callable[[], object]) -> float:
    """Return how long something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def pages() -> dict[str, str]:
    """Return the addresses that are measured, by what they are."""
    from huiguan.office.ledger.models import LedgerAccount, LedgerTransfer

    pool = LedgerAccount.objects.filter(name="exchange").order_by("pk")[0]
    code = LedgerAccount.objects.filter(kind="trading code").order_by("pk")[0]
    middle = LedgerTransfer.objects.count() // 2
    return {
        "bare": "/account",
        "books": "/ledger",
        "book of the exchange": f"/ledger/books/{book_of('exchange')}",
        "book of a pool": f"/ledger/books/{pool.book_id}",
        "an account of many lines": f"/ledger/accounts/{pool.pk}",
        "the same, far back": f"/ledger/accounts/{pool.pk}?before={middle}",
        "a trading code": f"/ledger/accounts/{code.pk}",
        "a transfer": f"/ledger/transfers/{middle}",
        "bank": "/ledger/bank",
        "payments": "/ledger/payments",
        "collateral": "/ledger/collateral",
    }


def book_of(name: str) -> int:
    """Return the number of a book."""
    from huiguan.office.ledger.models import LedgerBook

    return int(LedgerBook.objects.get(name=name).pk)


def measure(office: Office, lines: int) -> None:
    """Fill a ledger, prove it, and tell what it and its pages take."""
    from tests.office.ledger.ledgers import pooled_image

    from huiguan.office.ledger import proof
    from huiguan.office.ledger.booking.evenings import meet
    from huiguan.office.ledger.selectors import sums_of_books

    image = pooled_image(CODES, members=MEMBERS)
    print(f"   opened with its codes: {seconds(lambda: meet(image=image, is_first=True)):.0f} s")
    print(f"   {lines:,} lines written: {seconds(lambda: fill(lines)):.0f} s", flush=True)
    sums: list[Any] = []
    sums_of_books()  # warm
    took = seconds(lambda: sums.extend(sums_of_books()))
    wrong = sum(abs(one.differs_fen) for one in sums)
    print(f"   trial balance of {len(sums)} books: {took * 1000:.0f} ms, {wrong} fen off")
    if wrong:
        raise SystemExit("a book does not sum to zero")
    browser, slow = office.browser("clearing-clerk"), []
    for what, address in pages().items():
        assert browser.get(address).status_code == 200, address
        took = statistics.median(seconds(lambda a=address: browser.get(a)) for _ in range(RUNS))
        print(f"   {what:<26}{took * 1000:7.1f} ms", flush=True)
        slow += [what] if took * 1000 > MOST_MILLISECONDS else []
    print(f"   proved by itself: {seconds(proof.check):.0f} s", flush=True)
    if slow:
        raise SystemExit(f"slower than {MOST_MILLISECONDS} ms: {', '.join(slow)}")


def main(lines: int = LINES, only: str = "") -> None:
    """Measure each database."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "huiguan.office.config.settings"
    django.setup()
    setup_test_environment()
    from tests.office.peopled import Office, first_database
    from tests.office.watched import Watched
    from tests.postgres import Postgres

    Watched().show()
    for kind in ("sqlite", "postgresql"):
        if only not in ("", kind):
            continue
        print(f"   -- {kind}, {lines:,} lines")
        server = Postgres() if kind == "postgresql" else None
        with tempfile.TemporaryDirectory() as made:
            office = None
            try:
                first = first_database(Path(made) / "first.sqlite3", server)
                office = Office(first, Path(made) / "house")
                measure(office, lines)
            finally:
                if office:
                    office.close()
                if server:
                    server.stop()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), *sys.argv[2:3])
