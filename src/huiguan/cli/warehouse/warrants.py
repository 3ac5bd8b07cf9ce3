"""``huiguan warrants``: the register of standard warrants in a folder of tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli import app
from huiguan.cli.language import tell
from huiguan.cli.market.folders import Folders
from huiguan.cli.next_step import laid_over, say_next
from huiguan.cli.progress import say
from huiguan.cli.tables import show_table
from huiguan.foundation.faults import CheckFault, InputFault

if TYPE_CHECKING:
    from huiguan.exchange.delivery.register import Register
    from huiguan.exchange.delivery.warrants import Warrant

warrants = typer.Typer(no_args_is_help=True, help="Standard warrants: goods behind the market.")
app.add_typer(warrants, name="warrants")

Warehouse = Annotated[Path, typer.Argument(metavar="DIR", help="A warehouse folder.")]


@warrants.command()
def template(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    example: Annotated[
        bool, typer.Option("--example", help="With an invented warehouse in it.")
    ] = False,
) -> None:
    """Begin a warehouse folder: holders, facilities, capacities, brands, steps."""
    from huiguan.storage.warehouse.deliveries import write_delivery_template
    from huiguan.storage.warehouse.example import CONTRACT, example_delivery, example_rows
    from huiguan.storage.warehouse.folder import write_template

    write_template(folder, example_rows() if example else {})
    if example:
        write_delivery_template(folder, CONTRACT, example_delivery())
    tell(f"{folder}: the tables of a warehouse" + (", invented" if example else ""))
    say_next("warrants", "show", folder)


@warrants.command()
def take(
    folder: Warehouse,
    steps: Annotated[Path, typer.Argument(metavar="STEPS", help="A table like steps.csv.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only.")] = False,
    rulebook: Folders = None,
) -> None:
    """Take the steps of a table into the register: all of them, or none.

    A step is refused by its number: the state of the warrant, its holder, room, weight, brand.
    """
    from huiguan.storage.market.rulebooks.delivery import load_delivery_books
    from huiguan.storage.warehouse.folder import add_steps

    books = load_delivery_books(*rulebook or ())
    found = add_steps(folder, books, steps, dry_run=dry_run, say=say)
    tell(
        f"{len(found.steps):,} steps in the register" + (", nothing was written" if dry_run else "")
    )
    show_counts(found.register)
    say_next("warrants", "show", folder, *laid_over(rulebook))


@warrants.command()
def show(
    folder: Warehouse,
    warrant: Annotated[
        str | None, typer.Argument(metavar="[WARRANT]", help="One warrant; all without.")
    ] = None,
    holder: Annotated[
        str | None, typer.Option(metavar="CODE", help="Only what this trading code holds.")
    ] = None,
    rulebook: Folders = None,
) -> None:
    """Show what the warrants are doing, or the whole life of one."""
    from huiguan.storage.market.rulebooks.delivery import load_delivery_books
    from huiguan.storage.warehouse.folder import read_warehouse, shown_quantity, step_cells

    books = load_delivery_books(*rulebook or ())
    found = read_warehouse(folder, books, say)
    if warrant is None:
        show_counts(found.register)
        every = found.register.warrants.values()
        show_warrants([one for one in every if holder in (None, one.holder)])
        say_next("warrants", "storage", folder, "--to", "DATE", *laid_over(rulebook))
        return
    one = found.register.warrants.get(warrant)
    if one is None:
        raise InputFault(f"there is no warrant {warrant!r} in {folder}")
    show_warrants([one])
    show_table(
        f"life of {warrant}",
        ("day", "step", "by", "to", "quantity", "cause"),
        [
            (cells[0], cells[1], cells[3], cells[4], shown_quantity(step.quantity), cells[11])
            for step in found.steps
            if step.warrant == warrant and (cells := step_cells(step))
        ],
        ("step", "by", "to", "cause"),
    )
    say_next("warrants", "show", folder, *laid_over(rulebook))


def show_counts(register: Register) -> None:
    """Print what the warrants of each product are doing; what is lost is a ``CheckFault``."""
    from huiguan.exchange.delivery.register import counts
    from huiguan.storage.warehouse.folder import shown_quantity as shown

    found = counts(register.warrants.values())
    show_table(
        "issued is held, frozen, pledged, expired and withdrawn together",
        ("product", "issued", "held", "frozen", "pledged", "expired", "withdrawn", "on the way"),
        [
            (
                product,
                *map(shown, (c.issued, c.held, c.frozen, c.pledged, c.expired, c.withdrawn)),
                shown(c.on_the_way),
            )
            for product, c in found.items()
        ],
    )
    lost = [product for product, count in found.items() if not count.balanced]
    if lost:
        raise CheckFault(f"warrants of {', '.join(lost)} do not add up; restore the folder")


def show_warrants(found: list[Warrant]) -> None:
    """Print warrants, one a line."""
    from huiguan.foundation.calendars import show_day
    from huiguan.storage.warehouse.folder import shown_quantity as shown

    show_table(
        f"{len(found):,} warrants",
        (
            *("warrant", "state", "holder", "product", "quantity", "weighed", "facility"),
            *("brand", "cause", "pledgee", "deliverable to"),
        ),
        [
            (
                one.id,
                one.state.name.lower(),
                one.holder,
                one.product,
                shown(one.quantity),
                shown(one.actual),
                one.facility,
                one.brand,
                one.cause.name.lower(),
                one.pledgee,
                show_day(one.deliverable_until) if one.deliverable_until else "",
            )
            for one in found
        ],
        ("state", "holder", "product", "facility", "brand", "cause", "pledgee"),
    )


@warrants.command()
def storage(
    folder: Warehouse,
    to: Annotated[str, typer.Option("--to", metavar="DATE", help="The last day that counts.")],
    as_csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write every bill here as well.")
    ] = None,
    rulebook: Folders = None,
) -> None:
    """Show what storage costs whom to a day; a seller pays to the fixed day of a delivery."""
    from huiguan.exchange.delivery.storage_fees import bills
    from huiguan.foundation.arithmetic import show_fen
    from huiguan.foundation.calendars import parse_day, show_day
    from huiguan.storage.files import write_output
    from huiguan.storage.market.rulebooks.delivery import load_delivery_books
    from huiguan.storage.warehouse.folder import csv_bytes, read_warehouse

    day, books = parse_day(to), load_delivery_books(*rulebook or ())
    found = read_warehouse(folder, books, say)
    every = [
        bill
        for one in found.register.warrants.values()
        for bill in bills(books, found.register, one, day)
    ]
    payers: dict[str, int] = {}
    for bill in every:
        payers[bill.payer] = payers.get(bill.payer, 0) + bill.fee_fen
    show_table(
        f"storage to {show_day(day)}",
        ("holder", "storage"),
        [(payer, show_fen(fen)) for payer, fen in sorted(payers.items())],
    )
    priced = {found.register.warrants[bill.warrant].product for bill in every}
    stored = {one.product for one in found.register.warrants.values() if one.stored}
    for product in sorted(stored - priced):
        tell(f"no storage rate of {product} was read, so none is charged; add [[storage]] rows")
    if as_csv:
        heads = ("warrant", "payer", "first", "last", "days", "fee", "article", "status")
        write_output(
            as_csv,
            csv_bytes(
                heads,
                (
                    [
                        *(bill.warrant, bill.payer, show_day(bill.first), show_day(bill.last)),
                        *(str(bill.days), show_fen(bill.fee_fen).replace(",", "")),
                        *(bill.article, bill.status),
                    ]
                    for bill in every
                ),
            ),
        )
    say_next("warrants", "show", folder, *laid_over(rulebook))


@warrants.command()
def report(
    folder: Warehouse,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder for the files.")],
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="A trading day.")],
    rulebook: Folders = None,
) -> None:
    """Write the warrants of a day and the stocks of its week as CSV and Parquet.

    Columns are those of the exchange's files: by region and place, with subtotals and totals.
    """
    from huiguan.foundation.calendars import parse_day
    from huiguan.storage.market.daily_files import write_report
    from huiguan.storage.market.rulebooks.delivery import load_delivery_books
    from huiguan.storage.warehouse.folder import read_warehouse
    from huiguan.storage.warehouse.reports import stock_reports

    books = load_delivery_books(*rulebook or ())
    register = read_warehouse(folder, books, say).register
    for found in stock_reports(register, books, parse_day(on)):
        write_report(out, found)
        tell(f"{out / found.name}.csv, .parquet")
    say_next("warrants", "show", folder, *laid_over(rulebook))
