"""A warehouse folder: its tables read into a register, steps added all at once or not at all."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from huiguan.exchange.delivery.goods import Brand, deliverable_until
from huiguan.exchange.delivery.register import Facility, Form, Holder, Register
from huiguan.exchange.delivery.rows import DeliveryBooks, WarrantForm, row_of
from huiguan.exchange.delivery.warrants import Act, Cause, Step
from huiguan.exchange.rules.instruments import select
from huiguan.exchange.rules.rows import Terms
from huiguan.foundation.calendars import parse_day, show_day
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.values import decimal, shown
from huiguan.foundation.refusals import Refusal
from huiguan.storage.files import Files, write_file
from huiguan.storage.lock import hold
from huiguan.storage.sheets.tables import Say, csv_rows, in_columns, read_utf8, unheard
from huiguan.storage.warehouse.tables import (
    BRANDS,
    CAPACITIES,
    FACILITIES,
    HOLDERS,
    STEP_ROWS,
    TABLES,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from huiguan.foundation.readers.sheets import Column, Table

THOUSAND = 1_000
NO_STEP_YET = 20_261_231  # by whose terms a warrant is measured while there is no step


class Row(NamedTuple):
    """A row of a table: its cells by column, and where it stands."""

    cells: dict[str, str]
    where: str


class Warehouse(NamedTuple):
    """What a folder holds: the register after its steps, the steps, the brands."""

    register: Register
    steps: list[Step]
    brands: dict[tuple[str, str], Brand]


def read_rows(path: Path, table: Table, say: Say = unheard) -> list[Row]:
    """Return the rows of a table; ``InputFault`` names file, line and column of what is wrong."""
    return rows_in(read_utf8(path, say), table, str(path))


def rows_in(data: bytes, table: Table, where: str) -> list[Row]:
    """Return the rows of a UTF-8 CSV with the columns of a table, as ``read_rows`` does."""
    _, *rows = csv_rows(in_columns(table, data, where), where)
    found = []
    for line, cells in rows:
        named = dict(zip(table.heads, (cell.strip() for cell in cells), strict=True))
        row = Row(named, f"{where}, line {line}")
        for column in table.columns:
            _check_word(row, column)
        found.append(row)
    return found


def _check_word(row: Row, column: Column) -> None:
    value = row.cells[column.name]
    if not value and column.default is not None:
        row.cells[column.name] = column.default
    elif not value:
        raise InputFault(f"{row.where}: {column.name} is empty; every row has one")
    elif column.words and value not in column.words:
        words = ", ".join(column.words)
        raise InputFault(f"{row.where}: {column.name} is {shown(value)}; it is one of {words}")


def thousandths(row: Row, column: str) -> int:
    """Return a quantity in thousandths of its unit; 0 where none is given."""
    text = row.cells[column]
    if not text:
        return 0
    try:
        scaled = decimal(text, column, 0) * THOUSAND
    except InputFault as fault:
        raise InputFault(f"{row.where}: {fault}") from None
    if scaled != int(scaled):
        raise InputFault(f"{row.where}: {column} has more than three decimals: {text}")
    return int(scaled)


def day_of(row: Row, column: str) -> int:
    """Return a day, or 0 where none is given."""
    text = row.cells[column]
    try:
        return parse_day(text) if text else 0
    except InputFault as fault:
        raise InputFault(f"{row.where}: {column}: {fault}") from None


def by_key(rows: Iterable[Row], *columns: str) -> dict[tuple[str, ...], Row]:
    """Return rows by what names them; two of one name are an ``InputFault``."""
    found: dict[tuple[str, ...], Row] = {}
    for row in rows:
        key = tuple(row.cells[column] for column in columns)
        if key in found:
            raise InputFault(f"{row.where}: {' '.join(key)} stands twice; take one of the two out")
        found[key] = row
    return found


def read_warehouse(folder: Path, books: DeliveryBooks, say: Say = unheard) -> Warehouse:
    """Return the register of a folder after all its steps, each of which was taken in before."""
    if not folder.is_dir():
        raise InputFault(f"{folder} is no folder; begin one with `huiguan warrants template`")
    return warehouse_of(folder, books, read_utf8(folder / STEP_ROWS.file, say), say)


def warehouse_of(folder: Path, books: DeliveryBooks, table: bytes, say: Say = unheard) -> Warehouse:
    """Return the register of a folder after the steps of a table in UTF-8."""
    capacities: dict[str, dict[str, int]] = {}
    for row in read_rows(folder / CAPACITIES.file, CAPACITIES, say):
        product = row.cells["product"]
        if product not in books.books.products:
            raise InputFault(f"{row.where}: no rulebook has a product {product!r}")
        own = capacities.setdefault(row.cells["facility"], {})
        own[product] = thousandths(row, "capacity")
    facilities = {
        code: Facility(
            code=code,
            name=row.cells["name"],
            kind=row.cells["kind"],
            region=row.cells["region"],
            place=row.cells["place"],
            capacity=capacities.get(code, {}),
        )
        for (code,), row in by_key(
            read_rows(folder / FACILITIES.file, FACILITIES, say), "facility"
        ).items()
    }
    brands = _brands(folder, say)
    rows = rows_in(table, STEP_ROWS, str(folder / STEP_ROWS.file))
    steps = [step_of(row) for row in rows]
    day = max((step.day for step in steps), default=NO_STEP_YET)
    register = Register(
        facilities=facilities,
        holders=_holders(folder, say),
        forms=forms_of(books, facilities, brands, day),
    )
    taken = take(register, books, steps)
    return Warehouse(register, taken, brands)


def _holders(folder: Path, say: Say) -> dict[str, Holder]:
    rows = by_key(read_rows(folder / HOLDERS.file, HOLDERS, say), "holder")
    return {
        code: Holder(
            code=code,
            member=row.cells["member"],
            natural_person=row.cells["natural_person"] == "yes",
            warrant_account=row.cells["warrant_account"] == "yes",
            invoice=row.cells["invoice"] == "yes",
        )
        for (code,), row in rows.items()
    }


def _brands(folder: Path, say: Say) -> dict[tuple[str, str], Brand]:
    found = {}
    for (product, brand), row in by_key(
        read_rows(folder / BRANDS.file, BRANDS, say), "product", "brand"
    ).items():
        try:
            premium = decimal(row.cells["premium"], "premium")
        except InputFault as fault:
            raise InputFault(f"{row.where}: {fault}") from None
        found[product, brand] = Brand(
            product=product, brand=brand, group=row.cells["group"], premium=premium
        )
    return found


def forms_of(
    books: DeliveryBooks,
    facilities: dict[str, Facility],
    brands: dict[tuple[str, str], Brand],
    day: int,
) -> dict[str, Form]:
    """Return what a warrant is of each product that a place may hold, by the terms of a day."""
    products = {product for place in facilities.values() for product in place.capacity}
    return {product: _form(books, product, brands, day) for product in sorted(products)}


def _form(
    books: DeliveryBooks, product: str, brands: dict[tuple[str, str], Brand], day: int
) -> Form:
    """Return what one warrant is: a delivery unit by the contract terms of the newest step."""
    known = books.books.products[product]
    terms = select(books.books, known, Terms, day, day // 100)
    if terms is None or not terms.delivery_unit_lots:
        raise InputFault(f"{product} is not delivered in goods, so no place can hold it")
    row = row_of(books, product, WarrantForm, day, day // 100)
    return Form(
        quantity=terms.lot_size * terms.delivery_unit_lots * THOUSAND,
        over_ppb=row.over_ppb,
        short_ppb=row.short_ppb,
        brands=frozenset(name for of, name in brands if of == product),
    )


def step_of(row: Row) -> Step:
    """Return the step of a row."""
    cells = row.cells
    return Step(
        act=Act[cells["step"].upper()],
        warrant=cells["warrant"],
        day=day_of(row, "day"),
        by=cells["by"],
        to=cells["to"],
        product=cells["product"],
        facility=cells["facility"],
        brand=cells["brand"],
        grade=cells["grade"],
        quantity=thousandths(row, "quantity"),
        produced=day_of(row, "produced"),
        cause=Cause[cells["cause"].upper()],
        paid_through=day_of(row, "paid_through"),
    )


def take(register: Register, books: DeliveryBooks, steps: Iterable[Step]) -> list[Step]:
    """Take steps into a register; the first that is refused is an ``InputFault`` that names it."""
    taken = []
    for number, given in enumerate(steps, 1):
        step = given
        held = register.warrants.get(step.warrant)
        if step.act == Act.ISSUE and held is not None:
            until = deliverable_until(books, held.product, held.produced, step.day)
            step = msgspec.structs.replace(step, deliverable_until=until)
        refusal = register.take(step)
        if refusal != Refusal.ACCEPTED:
            raise InputFault(
                f"step {number} ({show_day(step.day)}, {step.act.name.lower()} {step.warrant}) is"
                f" refused: {refusal.value} {refusal.english}; nothing was taken in"
            )
        taken.append(step)
    return taken


def shown_quantity(quantity: int) -> str:
    """Return thousandths as a number of units without needless zeros: 25000 is ``25``."""
    return f"{(Decimal(quantity) / THOUSAND).normalize():f}"


def step_cells(step: Step) -> list[str]:
    """Return the cells of a step, as its table has them."""
    return [
        show_day(step.day),
        step.act.name.lower(),
        step.warrant,
        step.by,
        step.to,
        step.product,
        step.facility,
        step.brand,
        step.grade,
        shown_quantity(step.quantity) if step.quantity else "",
        show_day(step.produced) if step.produced else "",
        step.cause.name.lower(),
        show_day(step.paid_through) if step.paid_through else "",
    ]


def csv_bytes(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """Return a table as UTF-8 CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return out.getvalue().encode()


def steps_bytes(steps: Iterable[Step]) -> bytes:
    """Return the table of steps."""
    return csv_bytes(STEP_ROWS.heads, map(step_cells, steps))


def add_steps(
    folder: Path,
    books: DeliveryBooks,
    path: Path,
    *,
    dry_run: bool,
    say: Say = unheard,
    files: Files | None = None,
) -> Warehouse:
    """Take the steps of a file into a folder, all of them or none; return what then stands."""
    with hold(folder, "warrants take"):
        found = read_warehouse(folder, books, say)
        new = take(found.register, books, [step_of(row) for row in read_rows(path, STEP_ROWS, say)])
        every = [*found.steps, *new]
        if not dry_run:
            write_file(folder / STEP_ROWS.file, [steps_bytes(every)], files or Files())
    return Warehouse(found.register, every, found.brands)


def write_template(folder: Path, rows: dict[str, list[list[str]]]) -> None:
    """Write every table of a new folder, with the rows given."""
    if folder.exists() and any(folder.iterdir()):
        raise InputFault(f"{folder} is not empty; name a new folder")
    for table in TABLES:
        data = csv_bytes(table.heads, rows.get(table.file, []))
        write_file(folder / table.file, [data], Files())
