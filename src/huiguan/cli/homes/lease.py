"""``huiguan lease``: a folder of leases checked, charged by the month, paid, and what is owed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli import app
from huiguan.cli.homes.estate import AsJson, OnDay, day_of
from huiguan.cli.homes.office import City, Rulebook
from huiguan.cli.language import spoken, tell
from huiguan.cli.next_step import say_next
from huiguan.cli.progress import say
from huiguan.cli.tables import show_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from huiguan.housing.leasing.owed import DepositDue
    from huiguan.housing.leasing.receipts import Receipt
    from huiguan.housing.people.faults import CellFault
    from huiguan.housing.rules import HomeRules
    from huiguan.leasing.books import Standing

SHOWN = 50  # rows printed; --json has them all
lease = typer.Typer(no_args_is_help=True, help="Leases and their money, as a folder of tables.")
app.add_typer(lease, name="lease")

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A folder of leases.")]
Estate = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Look at the homes in this estate too.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be, and every fault; write nothing.")
]


def rules_of(city: str, rulebook: Path | None) -> HomeRules:
    """Return the housing rules of a city."""
    from huiguan.storage.homes.rules import BOOKS, read_home_rules

    return read_home_rules(city, rulebook or BOOKS)


def refuse(faults: Sequence[CellFault], where: Path, given: Path | None = None) -> None:
    """Tell every fault by table, row and column; with one nothing is done."""
    from huiguan.foundation.faults import InputFault

    for fault in faults:
        table = where / fault.table if fault.table or given is None else given
        tell(f"{table}: {fault.told()}", err=True)
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults):,} faults"
        raise InputFault(f"{count}, so nothing was written; correct the rows and do it again")


def note(found: Sequence[CellFault], folder: Path) -> None:
    """Tell what somebody should look at."""
    for fault in found[:SHOWN]:
        say(f"look at this: {folder / fault.table}: {fault.told()}")
    if len(found) > SHOWN:
        say(f"and {len(found) - SHOWN:,} more; huiguan lease check names them all")


@lease.command()
def template(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write; no file is lost.")],
) -> None:
    """Write the tables of a folder of leases with their heads: rents, leases, payers, opening."""
    from huiguan.housing.leasing.forms import COLUMNS
    from huiguan.storage.homes.office import office_table
    from huiguan.storage.homes.template import write_template

    files = {
        name: office_table([column.name for column in columns], ())
        for name, columns in COLUMNS.items()
    }
    write_template(folder, files)
    for name in files:
        typer.echo(folder / name)
    say_next("lease", "check", folder, "--on", "DATE")


@lease.command()
def check(
    folder: Folder,
    on: OnDay,
    estate: Estate = None,
    city: City = "shanghai",
    rulebook: Rulebook = None,
    as_json: AsJson = False,
) -> None:
    """Check every lease: homes and people once, days, renewals, payers that sum, limits of rules.

    Exit code 2 for what cannot be; 1 for leases the rules of their first day would have refused.
    """
    from huiguan.foundation.faults import CheckFault
    from huiguan.leasing.books import check_leases

    rules = rules_of(city, rulebook)
    found = check_leases(folder, rules, day_of(on), estate, say)
    if as_json:
        rows = [fault._asdict() for fault in (*found.faults, *found.findings)]
        typer.echo(json.dumps(rows, ensure_ascii=False))
    else:
        refuse(found.faults, folder)
        lettings = found.folder.tables.lettings
        running = sum(e.lease.start <= day_of(on) < e.until for e in lettings)
        count = "1 lease" if len(lettings) == 1 else f"{len(lettings):,} leases"
        tell(f"{count}, {running:,} of them running on {on}")
        for fault in found.findings:
            tell(f"{folder / fault.table}: {fault.told()}")
    refuse(found.faults if as_json else (), folder)
    if found.findings:
        count = "1 finding" if len(found.findings) == 1 else f"{len(found.findings):,} findings"
        raise CheckFault(f"{count}: look at these leases; they run, and are charged as they stand")
    if not as_json:
        say_next("lease", "close", folder, "--month", "MONTH")


@lease.command()
def close(
    folder: Folder,
    month: Annotated[str, typer.Option(metavar="YYYY-MM", help="The month, as 2026-10.")],
    city: City = "shanghai",
    rulebook: Rulebook = None,
    as_json: AsJson = False,
) -> None:
    """Charge every lease up to a month: all or nothing, and never twice.

    Earlier months that were not charged are charged too, and what changed since is corrected by
    postings of its own. A close that was broken off is taken again; a second one changes nothing.
    """
    from huiguan.foundation.arithmetic import show_fen
    from huiguan.leasing.books import by_month, close_folder

    closed = close_folder(folder, month_of(month), rules_of(city, rulebook), say)
    refuse(closed.faults, folder)
    note(closed.notes, folder)
    posted = by_month(closed.entries)
    if as_json:
        found = {"charged": posted, "trial": closed.trial, "sha256": closed.sha256}
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    if not closed.entries:
        tell(f"{month} was closed before: nothing changes")
    else:
        rows = [(what, f"{count:,}", show_fen(fen)) for what, (count, fen) in posted.items()]
        heads = ("of", "postings", "amount")
        show_table(f"close of {month}", heads, rows, left=("of",))
    for book, amount in closed.trial.items():
        tell(f"trial balance of {book}: {show_fen(amount)}")
    tell(f"folder {closed.sha256}")
    say_next("lease", "pay", folder, "BANK.csv")


def month_of(text: str) -> date:
    """Return the first day of a month written as 2026-10."""
    from huiguan.foundation.faults import InputFault

    try:
        return day_of(f"{text}-01")
    except InputFault:
        raise InputFault(f"{text!r} is no month; write it like 2026-10") from None


@lease.command()
def pay(
    folder: Folder,
    bank: Annotated[Path, typer.Argument(metavar="BANK", help="Lines of the bank: CSV or .xlsx.")],
    book: Annotated[str, typer.Option(help="The legal entity whose account it is.")] = "rents",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take in the lines of a bank: each to its payer by id or account, or into the queue.

    A line counts once by the bank's own number. For one that waits, give the same line again with
    its payer filled in.
    """
    from huiguan.foundation.arithmetic import show_fen
    from huiguan.leasing.books import pay_folder

    paid = pay_folder(folder, bank, book, dry=dry_run, say=say)
    refuse(paid.faults, folder, bank)
    waiting = [row for row in paid.receipts if not row.matched]
    if as_json:
        queue = [row.reference for row in waiting]
        typer.echo(json.dumps({"new": paid.new, "waiting": queue}, ensure_ascii=False))
        return
    amount = sum(row.posting.amount_fen for row in paid.entries if row.posting.debit != "unmatched")
    tell(f"{paid.new:,} new lines, {show_fen(amount)}; {len(waiting):,} wait for their payer")
    if paid.found:
        tell(f"{paid.found:,} lines that waited have found their payer")
    queue_table(waiting)
    if dry_run:
        tell("dry run: nothing was written")
    else:
        say_next("lease", "owed", folder, "--on", "DATE")


def queue_table(waiting: Sequence[Receipt]) -> None:
    """Print the lines of the bank whose payer is not known."""
    from huiguan.foundation.arithmetic import show_fen

    if not waiting:
        return
    heads = ("reference", "on", "amount", "from", "text")
    rows = [
        (row.reference, str(row.on), show_fen(row.amount_fen), row.name, row.text)
        for row in waiting[:SHOWN]
    ]
    show_table("money that waits for its payer", heads, rows, left=("reference", "from", "text"))


@lease.command()
def owed(
    folder: Folder,
    on: OnDay,
    city: City = "shanghai",
    rulebook: Rulebook = None,
    as_json: AsJson = False,
) -> None:
    """List who owes what on a day, the latest first, with the step that has come."""
    from huiguan.leasing.books import standing_on

    found = standing_on(folder, day_of(on), rules_of(city, rulebook), say)
    refuse(found.faults, folder)
    if as_json:
        rows = [row._asdict() | {"since": str(row.since)} for row in found.owed]
        due = [row._asdict() for row in found.deposits]
        queue = [row.reference for row in found.waiting]
        whole = {"owed": rows, "deposits": due, "waiting": queue}
        typer.echo(json.dumps(whole, ensure_ascii=False))
        return
    show_standing(found, on)


def show_standing(found: Standing, on: str) -> None:
    """Print arrears by payer, deposits that have not come, and money that waits."""
    from huiguan.foundation.arithmetic import show_fen

    total = sum(row.owed_fen for row in found.owed)
    tell(f"{len(found.owed):,} payers owe {show_fen(total)} on {on}")
    if found.owed:
        heads = ("payer", "owed", "since", "days", "step", "book")
        rows = [
            (r.payer, show_fen(r.owed_fen), str(r.since), f"{r.days:,}", spoken(r.step), r.book)
            for r in found.owed[:SHOWN]
        ]
        show_table("arrears", heads, rows, left=("payer", "step", "book"))
        if len(found.owed) > SHOWN:
            tell(f"and {len(found.owed) - SHOWN:,} more; --json has them all")
    show_deposits(found.deposits)
    queue_table(found.waiting)


def show_deposits(due: Sequence[DepositDue]) -> None:
    """Print the deposits that were asked and have not all come."""
    from huiguan.foundation.arithmetic import show_fen

    if not due:
        return
    heads = ("lease", "lessee", "asked", "received")
    rows = [
        (r.lease, r.lessee, show_fen(r.asked_fen), show_fen(r.received_fen)) for r in due[:SHOWN]
    ]
    show_table("deposits that have not come", heads, rows, left=("lease", "lessee"))
    if len(due) > SHOWN:
        tell(f"and {len(due) - SHOWN:,} more; --json has them all")
