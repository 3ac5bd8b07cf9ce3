"""The reference day: settlement prices of a real date, for demos and simulations without history.

What the recording lacks is derived here and marked ``invented`` with how it was derived.
"""

from decimal import Decimal
from pathlib import Path

import msgspec

from huiguan.exchange.rules.instruments import (
    Contract,
    listed_contracts,
    months_between,
    parse_contract,
)
from huiguan.exchange.rules.rows import Books
from huiguan.foundation.calendars import show_day
from huiguan.foundation.cited import Status
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.written import TradingDay
from huiguan.storage.market.rulebooks.load import SHIPPED
from huiguan.storage.toml import check_citation, convert, read_header, read_toml

REFERENCE_DAY = 20260821


class DayHeader(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which trading day the prices belong to."""

    trading_day: TradingDay
    previous_day: TradingDay


class ReferencePrice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Prices of one contract on the reference day and the settlement of the day before."""

    contract: str
    previous_settlement: Decimal
    settlement: Decimal
    open: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    close: Decimal | None = None
    volume_lots: int | None = None
    open_interest_lots: int | None = None
    source: str
    status: Status  # of the prices
    trading_status: Status | None = None  # of volume and open interest, where it differs
    note: str = ""


def read_price(where: str, row: object) -> ReferencePrice:
    """Return one row of the file; prices are texts, so that they are exact."""
    if isinstance(row, dict):
        code, row = row.get("contract"), {k: v for k, v in row.items() if k != "contract"}
        if not isinstance(code, str):
            raise InputFault(f"{where}: contract is missing; write it like cu2610")
        return convert(f"{where} ({code})", {"contract": code, **row}, ReferencePrice)
    raise InputFault(f"{where}: write [[price]], each row a table of its own")


def months_apart(books: Books, one: str, other: str) -> int:
    """Return the distance of two contract months of a product."""
    return abs(months_between(parse_contract(books, one)[1], parse_contract(books, other)[1]))


def derived(books: Books, contract: Contract, known: list[ReferencePrice]) -> ReferencePrice:
    """Return a contract's row, or what stands in for it, with volume and open interest."""
    code = contract.code
    nearest = min(known, key=lambda row: (months_apart(books, row.contract, code), row.contract))
    own = nearest.contract == code
    if own and nearest.volume_lots is not None:
        return nearest
    traded = [row for row in known if row.volume_lots is not None]
    main = min(traded, key=lambda row: (months_apart(books, row.contract, code), row.contract))
    shift = min(months_apart(books, main.contract, code), 60)
    lots = f"volume and open interest of {main.contract} halved {shift} times"
    return ReferencePrice(
        contract=code,
        previous_settlement=nearest.previous_settlement,
        settlement=nearest.settlement,
        volume_lots=(main.volume_lots or 0) >> shift,
        open_interest_lots=(main.open_interest_lots or 0) >> shift,
        source=nearest.source,
        status=nearest.status if own else "invented",
        trading_status="invented",
        note=lots if own else f"prices of {nearest.contract}, the nearest known month; {lots}",
    )


def load_reference_day(
    books: Books, trading_day: int = REFERENCE_DAY, folder: Path = SHIPPED / "reference_day"
) -> dict[str, ReferencePrice]:
    """Return the prices of every contract listed on the reference day, by its code.

    A product of the books without any row is left out: its prices must come from elsewhere.
    """
    path = folder / f"{show_day(trading_day)}.toml"
    if not path.exists():
        days = ", ".join(sorted(p.stem for p in folder.glob("*.toml"))) or "none"
        raise InputFault(f"no reference day {show_day(trading_day)}; there are: {days}")
    content = read_toml(path)
    header = read_header(path, "day", content.get("day"), DayHeader)
    if header.trading_day != trading_day:
        raise InputFault(f"{path}: trading_day must be the day of the file's name")
    known: dict[str, list[ReferencePrice]] = {}
    for number, row in enumerate(content.get("price", []), 1):
        price = read_price(f"{path}, [[price]] row {number}", row)
        check_citation(path, price, books.sources)
        known.setdefault(price.contract[:-4], []).append(price)
    products = sorted(set(known) & set(books.products))
    listed = listed_contracts(books, trading_day, products)
    return {item.code: derived(books, item, known[item.product]) for item in listed}
