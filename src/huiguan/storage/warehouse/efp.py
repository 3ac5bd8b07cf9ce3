"""EFP in a warehouse folder: applications of a table, done all at once or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from huiguan.exchange.delivery.calendar import efp_window
from huiguan.exchange.delivery.efp import Deal, EfpTerms, Exchanged, exchange
from huiguan.exchange.delivery.rows import Efp, WarrantForm, row_of
from huiguan.exchange.rules.instruments import contract, parse_contract, select
from huiguan.exchange.rules.rows import Terms, calendar_of
from huiguan.foundation.calendars import trading_day_after
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.foundation.readers.values import decimal
from huiguan.foundation.refusals import Refusal
from huiguan.storage.change import Change, changing, draft, finish_change
from huiguan.storage.files import Files, write_file
from huiguan.storage.lock import hold
from huiguan.storage.sheets.tables import Say, unheard
from huiguan.storage.warehouse.deliveries import MINUTES, lots_in, minute_in
from huiguan.storage.warehouse.folder import day_of, read_rows, read_warehouse, steps_bytes, take
from huiguan.storage.warehouse.tables import EFP, STEP_ROWS

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.delivery.rows import DeliveryBooks
    from huiguan.storage.warehouse.folder import Row

RECORD = "efp.json"


def deal_of(row: Row) -> Deal:
    """Return the application of a row."""
    cells = row.cells
    try:
        price, previous = (decimal(cells[n], n, 0) for n in ("price", "previous_settlement"))
    except InputFault as fault:
        raise InputFault(f"{row.where}: {fault}") from None
    return Deal(
        code=cells["contract"],
        day=day_of(row, "day"),
        minute=minute_in(row) % MINUTES,
        buyer=cells["buyer"],
        seller=cells["seller"],
        lots=lots_in(row, "lots"),
        price=price,
        previous_settlement=previous,
        buyer_carried=lots_in(row, "buyer_carried"),
        seller_carried=lots_in(row, "seller_carried"),
        warrants=cells["warrants"].split(),
    )


def terms_of(books: DeliveryBooks, deal: Deal) -> EfpTerms:
    """Return what the books say about EFP of a contract; one settled in money has none."""
    product, month = parse_contract(books.books, deal.code)
    found, calendar = contract(books.books, deal.code), calendar_of(books.books, product)
    if not found.delivery_days:
        raise InputFault(f"{found.code} is settled in money, so it has no EFP")
    row = row_of(books, product.code, Efp, found.last_day, month)
    sizes = select(books.books, product, Terms, found.last_day, month)
    assert sizes is not None
    opens, closes = efp_window(books, calendar, found, row)
    hours, minutes = row.applied_by.split(":")[:2]
    form = row_of(books, product.code, WarrantForm, found.last_day, month)
    return EfpTerms(
        opens=opens,
        closes=closes,
        applied_by=int(hours) * 60 + int(minutes),
        next_day=trading_day_after(calendar, deal.day),
        lot_size=sizes.lot_size,
        unit_lots=sizes.delivery_unit_lots,
        actual=form.settled == "actual",
    )


def read_exchanged(folder: Path) -> list[Exchanged]:
    """Return every EFP that was done in a folder."""
    path = folder / RECORD
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Exchanged])
    except FileNotFoundError:
        return []
    except msgspec.MsgspecError as fault:
        raise CheckFault(f"{path} is damaged ({fault}); restore the folder") from None


def run_efp(
    folder: Path,
    books: DeliveryBooks,
    table: Path,
    *,
    dry_run: bool,
    say: Say = unheard,
    files: Files | None = None,
) -> list[Exchanged]:
    """Do the applications of a table; the record and the steps of their warrants change in one."""
    finish_change(folder)
    with hold(folder, "delivery efp"):
        house = read_warehouse(folder, books, say)
        done, steps = [], []
        used: set[str] = set()
        for row in read_rows(table, EFP, say):
            deal = deal_of(row)
            found = exchange(terms_of(books, deal), deal, house.register.warrants)
            if used & set(deal.warrants):
                found = Refusal.WARRANT_STATE
            if isinstance(found, Refusal):
                raise InputFault(
                    f"{row.where}: the application is refused: {found.value} {found.english};"
                    " nothing was done"
                )
            used |= set(deal.warrants)
            done.append(found[0])
            steps += found[1]
        new = take(house.register, books, sorted(steps, key=lambda step: step.day))
        if not dry_run:
            every = [*read_exchanged(folder), *done]
            calls = files or Files()
            with changing(folder, Change([RECORD, STEP_ROWS.file]), calls):
                data = msgspec.json.format(msgspec.json.encode(every), indent=1)
                write_file(draft(folder, RECORD), [data + b"\n"], calls)
                data = steps_bytes([*house.steps, *new])
                write_file(draft(folder, STEP_ROWS.file), [data], calls)
    return done
