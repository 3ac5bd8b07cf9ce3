"""``huiguan delivery``: a contract's end as goods and money, over a warehouse folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli import app
from huiguan.cli.language import tell
from huiguan.cli.market.folders import Folders
from huiguan.cli.next_step import say_next
from huiguan.cli.progress import say
from huiguan.cli.tables import show_table
from huiguan.cli.warehouse.warrants import Warehouse
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from huiguan.storage.warehouse.deliveries import Record

delivery = typer.Typer(no_args_is_help=True, help="Deliveries: positions become goods and money.")
app.add_typer(delivery, name="delivery")

Code = Annotated[str, typer.Argument(metavar="CONTRACT", help="A contract, as ni2609.")]


@delivery.command()
def calendar(contract: Code, rulebook: Folders = None) -> None:
    """Show every day that counts at the end of a contract, with its article and status."""
    from huiguan.exchange.delivery.calendar import points
    from huiguan.exchange.rules.instruments import contract as contract_of
    from huiguan.foundation.calendars import show_day
    from huiguan.storage.market.rulebooks.delivery import load_delivery_books

    books = load_delivery_books(*rulebook or ())
    found = contract_of(books.books, contract)
    show_table(
        f"end of {found.code}: last trading day {show_day(found.last_day)}",
        ("day", "clock", "what", "status", "article"),
        [(show_day(p.day), p.clock, p.what, p.status, p.article) for p in points(books, contract)],
        ("clock", "what", "status"),
        ("article",),
    )
    say_next("delivery", "template", "DIR", found.code)


@delivery.command()
def template(folder: Warehouse, contract: Code) -> None:
    """Begin the tables of a delivery: positions, warrants handed in, intentions, payments."""
    from huiguan.storage.warehouse.deliveries import write_delivery_template

    write_delivery_template(folder, contract, {})
    tell(f"{folder / contract}: the tables of a delivery")
    say_next("delivery", "run", folder, contract, "--price", "PRICE")


ClosedDay = Annotated[
    Path | None,
    typer.Option("--day", metavar="DAY", help="The closed folder of its last trading day."),
]


@delivery.command()
def run(
    folder: Warehouse,
    contract: Code,
    day: ClosedDay = None,
    price: Annotated[
        str | None,
        typer.Option(
            "--price", metavar="PRICE", help="Its final settlement price, without a closed day."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only.")] = False,
    rulebook: Folders = None,
) -> None:
    """Deliver a contract: positions, warrants, allocation, payment against title, defaults.

    The register and the record of the delivery change together, or neither does. Positions, margin
    and price come from a closed day (--day), or from positions.csv and --price.
    """
    from huiguan.exchange.rules.instruments import contract as contract_of
    from huiguan.foundation.readers.values import decimal
    from huiguan.storage.market.rulebooks.delivery import load_delivery_books
    from huiguan.storage.warehouse.closed_days import end_of_contract, read_day
    from huiguan.storage.warehouse.deliveries import run_delivery

    books = load_delivery_books(*rulebook or ())
    ended = None
    if day is not None and price is None:
        last_day = contract_of(books.books, contract).last_day
        ended = end_of_contract(*read_day(day), contract, last_day)
        final = ended.final_price
    elif price is not None and day is None:
        final = decimal(price, "price")
    else:
        raise InputFault(
            "give the folder of the contract's last trading day with --day, or its final price with"
            " --price; not both, and one of the two"
        )
    record = run_delivery(folder, books, contract, final, dry_run=dry_run, ended=ended, say=say)
    show_record(record)
    if dry_run:
        tell("nothing was written")
    else:
        say_next("delivery", "explain", folder, contract, "CODE")


@delivery.command()
def warn(
    folder: Warehouse,
    day: Annotated[Path, typer.Argument(metavar="DAY", help="A closed trading day's folder.")],
    rulebook: Folders = None,
) -> None:
    """Warn holders: who cannot deliver, or holds no whole units, and until when that must end.

    From the month before the delivery month on, of the products that a facility may hold. Who may
    deliver is read in holders.csv.
    """
    from huiguan.exchange.delivery.warnings import warnings
    from huiguan.foundation.calendars import show_day
    from huiguan.storage.market.rulebooks.delivery import load_delivery_books
    from huiguan.storage.warehouse.closed_days import held_in, read_day
    from huiguan.storage.warehouse.folder import read_warehouse

    books = load_delivery_books(*rulebook or ())
    image, result = read_day(day)
    register = read_warehouse(folder, books, say).register
    trading_day = result.settings.trading_day
    held = [row for row in held_in(image, result) if row.code[:-4] in register.forms]
    found = warnings(books, held, register.holders, trading_day)
    show_table(
        f"lots that have to go, as of {show_day(trading_day)}: {len(found):,}",
        ("contract", "holder", "side", "lots", "until", "over", "reason", "status", "article"),
        [
            (
                *(row.code, row.holder, row.side, row.lots, show_day(row.by)),
                *("yes" if row.late else "no", row.reason, row.status, row.article),
            )
            for row in found
        ],
        ("holder", "side", "until", "over", "reason", "status"),
        ("article",),
    )
    say_next("delivery", "calendar", found[0].code if found else "CONTRACT")


@delivery.command()
def show(folder: Warehouse, contract: Code) -> None:
    """Show what a delivery came to; it is worked out again from what was handed in."""
    from huiguan.storage.warehouse.deliveries import read_record

    show_record(read_record(folder, contract))
    say_next("delivery", "explain", folder, contract, "CODE")


@delivery.command()
def explain(
    folder: Warehouse,
    contract: Code,
    code: Annotated[str, typer.Argument(metavar="CODE", help="A trading code.")],
) -> None:
    """Tell one trading code's whole delivery: positions, warrants and why, money, margin."""
    from huiguan.exchange.delivery.explained import explain as explained
    from huiguan.storage.warehouse.deliveries import read_record

    record = read_record(folder, contract)
    for line in explained(record.terms, record.given, record.outcome, record.margins, code):
        tell(line)
    say_next("delivery", "show", folder, contract)


@delivery.command()
def efp(
    folder: Warehouse,
    table: Annotated[Path, typer.Argument(metavar="FILE", help="Applications, like efp.csv.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only.")] = False,
    rulebook: Folders = None,
) -> None:
    """Exchange positions for goods: close them, and hand warrants over at the price agreed.

    All applications of the table are done, or none; each may be refused by its number.
    """
    from huiguan.foundation.arithmetic import show_fen
    from huiguan.storage.market.rulebooks.delivery import load_delivery_books
    from huiguan.storage.warehouse.efp import run_efp

    books = load_delivery_books(*rulebook or ())
    done = run_efp(folder, books, table, dry_run=dry_run, say=say)
    show_table(
        f"positions exchanged for goods: {len(done):,}",
        ("contract", "buyer", "seller", "lots", "closed at", "agreed", "payment", "warrants"),
        [
            (
                *(row.deal.code, row.deal.buyer, row.deal.seller, row.deal.lots),
                *(row.closed_at, row.deal.price),
                show_fen(sum(m.fen for m in row.moves if m.payer == row.deal.buyer)),
                " ".join(row.deal.warrants),
            )
            for row in done
        ],
        ("buyer", "seller", "warrants"),
    )
    if dry_run:
        tell("nothing was written")
    else:
        say_next("warrants", "show", folder)


@delivery.command()
def month(
    folder: Warehouse,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder for the files.")],
    of: Annotated[str, typer.Option("--of", metavar="YYYYMM", help="The month, as 202610.")],
    rulebook: Folders = None,
) -> None:
    """Write what was delivered in a month of the statistics as CSV and Parquet.

    A month runs from the 16th of the one before to the 15th; quantities are one-sided.
    """
    from huiguan.exchange.rules.values import contract_month
    from huiguan.storage.market.daily_files import write_report
    from huiguan.storage.market.rulebooks.delivery import load_delivery_books
    from huiguan.storage.warehouse.reports import folder_month

    books = load_delivery_books(*rulebook or ())
    found = folder_month(folder, books, contract_month(of, "month"))
    write_report(out, found)
    tell(f"{out / found.name}.csv, .parquet")


def show_record(record: Record) -> None:
    """Print what a delivery came to."""
    from huiguan.exchange.delivery.case import balances
    from huiguan.foundation.arithmetic import show_fen
    from huiguan.foundation.calendars import show_day
    from huiguan.foundation.refusals import BY_NUMBER
    from huiguan.storage.warehouse.folder import shown_quantity

    found, terms = record.outcome, record.terms
    tell(f"{terms.code} at {terms.final_price}, paid on {show_day(terms.pay_day)}")
    show_table(
        "closed without delivery",
        ("holder", "side", "lots", "pays", "reason"),
        [
            (row.holder, row.side, row.lots, show_fen(row.fen), row.reason)
            for row in found.ended.undelivered
        ],
        ("side", "reason"),
    )
    if record.refused:
        show_table(
            "handed in and not counted",
            ("holder", "what", "number", "reason"),
            [
                (row.who, row.what, row.number, BY_NUMBER[row.number].english)
                for row in record.refused
            ],
            ("what", "reason"),
        )
    show_table(
        f"warrants given to buyers: {len(found.settled):,}",
        (
            "warrant",
            "seller",
            "buyer",
            "rule",
            "asked",
            "quantity",
            "premium",
            "due",
            "title moved",
        ),
        [
            (
                *(row.assignment.warrant, row.assignment.seller, row.assignment.buyer),
                *(row.assignment.rule, row.assignment.asked, shown_quantity(row.quantity)),
                *(row.premium, show_fen(row.due_fen), "yes" if row.paid else "no"),
            )
            for row in found.settled
        ],
        ("seller", "buyer", "rule", "asked", "title moved"),
    )
    show_table(
        f"units in default: {len(found.defaults):,}",
        ("seller", "buyer", "in default", "warrant", "pays"),
        [(row.seller, row.buyer, row.by, row.warrant, show_fen(row.fen)) for row in found.defaults],
        ("buyer", "in default", "warrant"),
    )
    show_table(
        "what each gained by these payments",
        ("holder", "gain"),
        [(name, show_fen(fen)) for name, fen in sorted(balances(found.moves).items())],
    )
