"""The delivery of one contract in a warehouse folder: its tables, its run, its record.

``DIR/CODE/`` holds what was handed in; ``delivered_CODE.json`` is what came of it. The record and
the steps of the register take their place in one change: payment and title move both or neither.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from huiguan.exchange.delivery.allocation import Intention, Offered
from huiguan.exchange.delivery.calendar import cycle_of, delivery_day
from huiguan.exchange.delivery.case import Given, Goods, Margin, Outcome, Terms, deliver
from huiguan.exchange.delivery.goods import premium_of
from huiguan.exchange.delivery.positions import Position, share_fen
from huiguan.exchange.delivery.rows import (
    Breach,
    DeliveryBooks,
    Invoice,
    Rounding,
    Undeliverable,
    WarrantForm,
    row_of,
)
from huiguan.exchange.delivery.warrants import Act, Cause, State, Step, Warrant
from huiguan.exchange.rules.instruments import add_months, contract, parse_contract, select
from huiguan.exchange.rules.rows import DeliveryFee, calendar_of
from huiguan.exchange.rules.rows import Terms as ContractTerms
from huiguan.foundation.arithmetic import parse_money
from huiguan.foundation.calendars import days_between, to_date, trading_day_after
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.foundation.readers.values import whole_number
from huiguan.foundation.refusals import Refusal
from huiguan.storage.change import Change, changing, draft, finish_change
from huiguan.storage.files import Files, write_file
from huiguan.storage.lock import hold
from huiguan.storage.sheets.tables import Say, unheard
from huiguan.storage.warehouse.folder import (
    Row,
    Warehouse,
    csv_bytes,
    day_of,
    read_rows,
    read_warehouse,
    steps_bytes,
    take,
)
from huiguan.storage.warehouse.tables import (
    DELIVERY_TABLES,
    HANDED_IN,
    INTENTIONS,
    INVOICES,
    PAYMENTS,
    POSITIONS,
    STEP_ROWS,
)

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.rules.instruments import Contract
    from huiguan.foundation.readers.sheets import Table
    from huiguan.storage.warehouse.closed_days import EndOfContract

MINUTES = 1_440
PAPERS_BY = 14 * 60  # complete by then, the margin goes back that day


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A warrant that does not count, or an intention that came too late, and why."""

    who: str
    what: str
    number: int


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery as it was run: rules, input, what came of it."""

    digest: str  # of the books of the products
    terms: Terms
    given: Given
    refused: list[Refused]
    outcome: Outcome
    margins: list[Margin]
    result_hash: str = ""  # of the closed day the positions come from; "": from positions.csv


class Deadlines(NamedTuple):
    """Days and minutes of a cycle that count for what is handed in."""

    intentions: int
    warrants: int
    first_day: int
    pay_day: int
    paid_through: int


def minute_of(day: int, clock: str) -> int:
    """Return a day and a time as minutes from a fixed day."""
    hours, minutes = clock.split(":")[:2]
    return to_date(day).toordinal() * MINUTES + int(hours) * 60 + int(minutes)


def minute_in(row: Row) -> int:
    """Return the minute of a row with day and clock."""
    clock = row.cells["clock"]
    parts = clock.split(":")
    if len(parts) != 2 or not all(part.isdecimal() and len(part) == 2 for part in parts):
        raise InputFault(f"{row.where}: {clock!r} is no time; write one like 14:00")
    return minute_of(day_of(row, "day"), clock)


def deadlines(books: DeliveryBooks, found: Contract) -> Deadlines:
    """Return the deadlines of a contract's cycle."""
    cycle = cycle_of(books, found)
    at: dict[str, tuple[int, str]] = {}
    for step in cycle.steps:
        number, clock, action = step.split(" ")
        at[action] = (delivery_day(found, int(number)), clock)
    if "buyers_pay" not in at:
        raise InputFault(
            f"{found.code} is settled in money at the clearing of its last trading day, so there is"
            " nothing to deliver; `huiguan statement` shows it"
        )
    return Deadlines(
        minute_of(*at["intentions"]),
        minute_of(*at["warrants_in"]),
        at["warrants_in"][0],
        at["buyers_pay"][0],
        delivery_day(found, cycle.seller_pays_through),
    )


def terms_of(books: DeliveryBooks, code: str, final_price: Decimal) -> Terms:
    """Return what the books say about the delivery of a contract."""
    product, month = parse_contract(books.books, code)
    found = contract(books.books, code)
    last, until = found.last_day, deadlines(books, found)
    sizes = select(books.books, product, ContractTerms, last, month)
    fee = select(books.books, product, DeliveryFee, last, month, last)
    breach = row_of(books, product.code, Breach, last, month)
    assert sizes is not None
    assert fee is not None
    if final_price <= 0 or final_price % sizes.tick:
        raise InputFault(f"{final_price} is no price of {code}: its tick is {sizes.tick}")
    return Terms(
        code=found.code,
        lot_size=sizes.lot_size,
        unit_lots=sizes.delivery_unit_lots,
        final_price=final_price,
        breach_ppb=breach.rate_ppb,
        both_ppb=breach.both_ppb,
        undeliverable_ppb=row_of(books, product.code, Undeliverable, last, month).rate_ppb,
        fee_ppb=fee.rate_ppb,
        fee_per_unit_fen=fee.per_unit_fen,
        tax_ppb=row_of(books, product.code, Invoice, last, month).tax_ppb,
        by_share=row_of(books, product.code, Rounding, last, month).expiring == "by_share",
        pay_day=until.pay_day,
        paid_through=until.paid_through,
    )


def next_pay_day(books: DeliveryBooks, found: Contract) -> int:
    """Return the day on which buyers of the next contract month pay."""
    month = found.month
    for _ in range(12):
        month = add_months(month, 1)
        try:
            after = contract(books.books, f"{found.product}{month % 10_000:04d}")
        except InputFault:
            continue  # rubber has no month 2
        return deadlines(books, after).pay_day
    return 0


def rows_of(folder: Path, code: str, table: Table, say: Say) -> list[Row]:
    """Return the rows of a table of a delivery."""
    return read_rows(folder / code / table.file, table, say)


def lots_in(row: Row, column: str) -> int:
    """Return a number of lots."""
    try:
        return whole_number(row.cells[column], column, 0)
    except InputFault as fault:
        raise InputFault(f"{row.where}: {fault}") from None


def money_in(row: Row, column: str) -> int:
    """Return an amount of yuan in fen."""
    try:
        return whole_number(parse_money(row.cells[column], column), column, 0)
    except InputFault as fault:
        raise InputFault(f"{row.where}: {fault}") from None


def why_not(warrant: Warrant | None, product: str, seller: str, pay_day: int) -> Refusal:
    """Return why a warrant cannot be handed in, or ``ACCEPTED``."""
    if warrant is None or warrant.product != product:
        return Refusal.UNKNOWN_WARRANT
    if warrant.holder != seller:
        return Refusal.WARRANT_OF_ANOTHER
    if warrant.state != State.ISSUED:
        return Refusal.WARRANT_STATE
    if 0 < warrant.deliverable_until < pay_day:
        return Refusal.GOODS_TOO_OLD
    return Refusal.ACCEPTED


def goods_in(
    folder: Path, books: DeliveryBooks, house: Warehouse, found: Contract, say: Say
) -> tuple[list[Goods], list[Refused]]:
    """Return the warrants that count, and those that do not, with the refusal."""
    until, later = deadlines(books, found), next_pay_day(books, found)
    form = row_of(books, found.product, WarrantForm, found.last_day, found.month)
    goods: list[Goods] = []
    refused = []
    seen: set[str] = set()
    for row in rows_of(folder, found.code, HANDED_IN, say):
        name, seller, minute = row.cells["warrant"], row.cells["seller"], minute_in(row)
        warrant = house.register.warrants.get(name)
        said = why_not(warrant, found.product, seller, until.pay_day)
        if said == Refusal.ACCEPTED and minute > until.warrants:
            said = Refusal.TOO_LATE
        if said == Refusal.ACCEPTED and name in seen:
            said = Refusal.WARRANT_STATE
        if said != Refusal.ACCEPTED or warrant is None:
            refused.append(Refused(who=seller, what=name, number=int(said)))
            continue
        seen.add(name)
        place = house.register.facilities[warrant.facility]
        brand = house.brands.get((found.product, warrant.brand))
        goods.append(
            Goods(
                offered=Offered(
                    id=name,
                    seller=seller,
                    facility=warrant.facility,
                    region=place.region,
                    brand=warrant.brand,
                    group=brand.group if brand else "",
                    expiring=0 < warrant.deliverable_until < later,
                    handed_in=minute,
                ),
                quantity=warrant.actual if form.settled == "actual" else warrant.quantity,
                premium=_premium(books, house, warrant, found),
            )
        )
    return goods, refused


def _premium(books: DeliveryBooks, house: Warehouse, warrant: Warrant, found: Contract) -> Decimal:
    total = premium_of(books, house.brands, warrant, found.last_day, found.month)
    return Decimal(total.numerator) / Decimal(total.denominator)


def intentions_in(
    folder: Path, books: DeliveryBooks, found: Contract, say: Say
) -> tuple[list[Intention], list[Refused]]:
    """Return the intentions that came in time, and those that did not."""
    until = deadlines(books, found).intentions
    kept: dict[str, Intention] = {}
    refused = []
    for row in rows_of(folder, found.code, INTENTIONS, say):
        cells, minute = row.cells, minute_in(row)
        buyer = cells["buyer"]
        if minute > until:
            refused.append(Refused(who=buyer, what="intention", number=int(Refusal.TOO_LATE)))
            continue
        if buyer in kept:
            raise InputFault(f"{row.where}: {buyer} declares twice; take one of the two out")
        kept[buyer] = Intention(
            buyer=buyer,
            units=0,
            declared=minute,
            facility=cells["facility"],
            second_facility=cells["second_facility"],
            brand=cells["brand"],
            second_brand=cells["second_brand"],
        )
    return list(kept.values()), refused


def positions_in(folder: Path, found: Contract, say: Say) -> list[Position]:
    """Return the positions of a table; a holder who stands twice is an ``InputFault``."""
    positions = [
        Position(
            holder=row.cells["holder"],
            long=lots_in(row, "long"),
            short=lots_in(row, "short"),
            margin_fen=money_in(row, "margin"),
        )
        for row in rows_of(folder, found.code, POSITIONS, say)
    ]
    names = [position.holder for position in positions]
    if len(names) != len(set(names)):
        raise InputFault(f"{folder / found.code}: a holder stands twice in {POSITIONS.file}")
    return positions


def given_in(
    folder: Path,
    books: DeliveryBooks,
    house: Warehouse,
    found: Contract,
    ended: EndOfContract | None,
    say: Say,
) -> tuple[Given, list[Refused]]:
    """Return everything that was handed in for a delivery, with the positions of a closed day."""
    goods, bad_goods = goods_in(folder, books, house, found, say)
    intentions, late = intentions_in(folder, books, found, say)
    positions = positions_in(folder, found, say)
    if ended is not None and positions:
        raise InputFault(
            f"{folder / found.code / POSITIONS.file} has positions, and so has the closed day;"
            " empty the table, or name no day"
        )
    paid = {
        row.cells["buyer"]: money_in(row, "amount")
        for row in rows_of(folder, found.code, PAYMENTS, say)
    }
    given = Given(
        positions=positions if ended is None else ended.positions,
        holders=house.register.holders,
        goods=goods,
        intentions=intentions,
        paid=paid,
    )
    return given, [*bad_goods, *late]


def margins_of(
    folder: Path, books: DeliveryBooks, found: Contract, given: Given, outcome: Outcome, say: Say
) -> list[Margin]:
    """Return when each holder's margin goes back: a seller's when his invoice is there (6.5).

    Complete by 14:00 it goes back that day, later at the next trading day. A buyer's goes back on
    the day he paid. What is in default or cannot be delivered is done on the day of payment.
    """
    product, _ = parse_contract(books.books, found.code)
    calendar, until = calendar_of(books.books, product), deadlines(books, found)
    row = row_of(books, found.product, Invoice, found.last_day, found.month)
    last = trading_day_after(calendar, found.last_day, row.within_days)
    came = {r.cells["seller"]: r for r in rows_of(folder, found.code, INVOICES, say)}
    due: dict[str, int] = {}
    for paid in outcome.settled:
        if paid.paid:
            seller = paid.assignment.seller
            due[seller] = due.get(seller, 0) + paid.due_fen
    margins = []
    for position in sorted(given.positions, key=lambda p: p.holder):
        name, invoice = position.holder, came.get(position.holder)
        day, late, returned = 0, 0, until.pay_day
        if name in due:
            returned = 0
            if invoice is not None:
                day = day_of(invoice, "day")
                in_time = minute_in(invoice) % MINUTES <= PAPERS_BY
                returned = max(until.pay_day, day if in_time else trading_day_after(calendar, day))
                late = max(0, days_between(last, day))
        margins.append(
            Margin(
                holder=name,
                fen=position.margin_fen,
                returned=returned,
                invoice=day,
                late_days=late,
                late_fen=share_fen(due.get(name, 0) * late, row.late_ppb),
            )
        )
    return margins


def steps_of(given: Given, outcome: Outcome, until: Deadlines, newest: int) -> list[Step]:
    """Return what a delivery does to the register: handed in, handed over, or given back.

    A holder who was given his own warrant, for he held both sides, keeps its title. Where the
    register has steps of after the first day (``newest``: of another contract), those of the first
    day follow them, and come before the payment.
    """
    first = max(until.first_day, min(newest, until.pay_day))
    gone = {
        row.assignment.warrant: row.assignment.buyer
        for row in outcome.settled
        if row.paid and row.assignment.buyer != row.assignment.seller
    }
    names = [row.offered.id for row in given.goods]
    frozen = [Step(act=Act.FREEZE, warrant=name, day=first, cause=Cause.DELIVERY) for name in names]
    done = [
        Step(
            act=Act.DELIVER,
            warrant=name,
            day=until.pay_day,
            to=gone[name],
            paid_through=until.paid_through,
        )
        if name in gone
        else Step(act=Act.RELEASE, warrant=name, day=until.pay_day, cause=Cause.DELIVERY)
        for name in names
    ]
    return [*frozen, *done]


def record_file(code: str) -> str:
    """Return the name of the record of a delivery."""
    return f"delivered_{code}.json"


def run_delivery(
    folder: Path,
    books: DeliveryBooks,
    code: str,
    final_price: Decimal,
    *,
    dry_run: bool,
    ended: EndOfContract | None = None,
    say: Say = unheard,
    files: Files | None = None,
) -> Record:
    """Run the delivery of a contract; write its record and the steps of its warrants in one.

    Positions are those that the last trading day left (``ended``), or those of ``positions.csv``.
    """
    found = contract(books.books, code)
    finish_change(folder)
    with hold(folder, "delivery run"):
        if (folder / record_file(found.code)).exists():
            raise InputFault(
                f"{found.code} was delivered: {record_file(found.code)} says how;"
                f" `huiguan delivery show {folder} {found.code}`"
            )
        house = read_warehouse(folder, books, say)
        terms = terms_of(books, found.code, final_price)
        given, refused = given_in(folder, books, house, found, ended, say)
        outcome = deliver(terms, given)
        steps = steps_of(given, outcome, deadlines(books, found), house.register.day)
        new = take(house.register, books, steps)
        record = Record(
            digest=books.books.digest,
            terms=terms,
            given=given,
            refused=refused,
            outcome=outcome,
            margins=margins_of(folder, books, found, given, outcome, say),
            result_hash=ended.result_hash if ended else "",
        )
        if dry_run:
            return record
        name, files = record_file(found.code), files or Files()
        with changing(folder, Change([name, STEP_ROWS.file]), files):
            data = msgspec.json.format(msgspec.json.encode(record, order="deterministic"), indent=1)
            write_file(draft(folder, name), [data + b"\n"], files)
            write_file(draft(folder, STEP_ROWS.file), [steps_bytes([*house.steps, *new])], files)
    return record


def read_record(folder: Path, code: str) -> Record:
    """Return the record of a delivery; one that its own input does not bear is a ``CheckFault``."""
    finish_change(folder)
    path = folder / record_file(code)
    try:
        record = msgspec.json.decode(path.read_bytes(), type=Record)
    except FileNotFoundError:
        raise InputFault(
            f"{code} was not delivered in {folder}; run `huiguan delivery run {folder} {code}`"
        ) from None
    except msgspec.MsgspecError as fault:
        raise CheckFault(f"{path} is damaged ({fault}); restore the folder") from None
    if deliver(record.terms, record.given) != record.outcome:
        raise CheckFault(f"{path} does not come from what was handed in; restore the folder")
    return record


def write_delivery_template(folder: Path, code: str, rows: dict[str, list[list[str]]]) -> None:
    """Write the tables of a delivery into a warehouse folder, with the rows given."""
    target = folder / code
    if target.exists():
        raise InputFault(f"{target} is there already; name another contract")
    for table in DELIVERY_TABLES:
        data = csv_bytes(table.heads, rows.get(table.file, []))
        write_file(target / table.file, [data], Files())
