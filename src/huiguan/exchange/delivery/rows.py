"""Rows of the books of delivery: what the exchange sets for warrants and deliveries, by date.

They lie in ``rulebooks/VENUE/delivery``; ``venue.toml`` holds for every product without a row. Last
trading day, delivery days, final settlement price, delivery fee, multiples and natural persons
stand in the books of the products. ``storage.market.rulebooks.delivery`` reads both.
"""

from decimal import Decimal
from typing import Annotated, Literal, TypeVar, cast, get_type_hints

import msgspec

from huiguan.exchange.rules.dated import ContractRow, MarketRow
from huiguan.exchange.rules.instruments import month_matches, narrowness
from huiguan.exchange.rules.rows import Books
from huiguan.exchange.rules.values import CLOCK, Natural, Positive
from huiguan.foundation.cited import Source, applicable
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.written import Rate, Written

Place = Literal["warehouse", "factory", "bonded", "indoors", "outdoors", "any"]
ACTIONS = "intentions|warrants_in|allocation|buyers_pay|sellers_paid|told|invoice|cash_settlement"
CycleStep = Annotated[
    str,
    msgspec.Meta(pattern=rf"^\d+ {CLOCK} ({ACTIONS})$"),
    Written('delivery day, clock and action like "3 14:00 buyers_pay"'),
]
ClockTime = Annotated[str, msgspec.Meta(pattern=f"^{CLOCK}$"), Written('a time like "14:00"')]


class Cycle(ContractRow, frozen=True, kw_only=True):
    """What happens on which delivery day (6.2, 6.3); the row with the contract's number of days.

    ``days`` is the number of delivery days after the last trading day, 0 where money alone changes
    hands. The seller pays storage up to and with delivery day ``seller_pays_through``.
    """

    days: Natural
    steps: tuple[CycleStep, ...]
    seller_pays_through: Natural


class Invoice(ContractRow, frozen=True, kw_only=True):
    """Until when the seller's invoice comes, and what the tax in the price is (6.5).

    ``within_days`` counts working days after the last trading day, ``after_efp_days`` calendar days
    after an EFP. A late invoice costs ``late_ppb`` of the payment a day.
    """

    within_days: Natural
    after_efp_days: Natural
    late_ppb: Rate
    tax_ppb: Rate


class Breach(ContractRow, frozen=True, kw_only=True):
    """What the side in default pays, of the value in default (6.6)."""

    rate_ppb: Rate  # to the other side
    both_ppb: Rate  # of each, where both are in default
    told_by: ClockTime


class Undeliverable(ContractRow, frozen=True, kw_only=True):
    """What positions pay that reach the end and cannot be delivered (6.6)."""

    rate_ppb: Rate


class WarrantForm(ContractRow, frozen=True, kw_only=True):
    """What one warrant may weigh, beside its nominal quantity, and how it is settled."""

    over_ppb: Rate
    short_ppb: Rate
    weighing_ppb: Rate  # what a second weighing may differ by
    settled: Literal["nominal", "actual"]
    packing: str


class Validity(ContractRow, frozen=True, kw_only=True):
    """Until when goods may be delivered: by rule, from their production or from their issue."""

    rule: Literal["none", "days_from_production", "days_from_issue", "november_of_next_year"]
    days: Natural = 0


class Storage(ContractRow, frozen=True, kw_only=True):
    """Storage a day: yuan for so many units of the product, by kind of place."""

    place: Place
    amount: Decimal
    units: Positive  # of the product: 1 t, 1,000 g


class Handling(ContractRow, frozen=True, kw_only=True):
    """What a facility takes for a service: yuan for so many units of the product."""

    service: str
    amount: Decimal
    units: Positive


class Grade(ContractRow, frozen=True, kw_only=True):
    """A grade of goods: yuan a unit above (or below) the settlement price."""

    grade: str
    premium: Decimal


class Efp(ContractRow, frozen=True, kw_only=True):
    """When positions may be exchanged for goods, and at what price they are closed (6.7)."""

    from_day: Literal["listing", "after_previous_last_day"]
    until_days_before_last: Natural
    applied_by: ClockTime
    papers_by: ClockTime  # of the next trading day
    carried_only: bool


class Statistics(ContractRow, frozen=True, kw_only=True):
    """The month of delivery statistics (6.9), and the unit they count in."""

    from_day: Annotated[int, msgspec.Meta(ge=1, le=28)]
    to_day: Annotated[int, msgspec.Meta(ge=1, le=28)]


class Dispute(ContractRow, frozen=True, kw_only=True):
    """Until when a buyer may dispute the quality of goods."""

    day: Annotated[int, msgspec.Meta(ge=1, le=28)]
    months_after: Natural  # the delivery month


class Rounding(ContractRow, frozen=True, kw_only=True):
    """How warrants are given to buyers (6.4)."""

    expiring: Literal["by_share", "as_others"]
    order: Literal["declaration", "volume"]


class DeliveryRows(msgspec.Struct, frozen=True, kw_only=True):
    """The kinds of rows; a field has the name of its table."""

    cycle: Cycle
    invoice: Invoice
    breach: Breach
    undeliverable: Undeliverable
    warrant_form: WarrantForm
    validity: Validity
    storage: Storage
    handling: Handling
    grade: Grade
    efp: Efp
    statistics: Statistics
    dispute: Dispute
    allocation: Rounding


KINDS: dict[str, type[MarketRow]] = get_type_hints(DeliveryRows)
KIND_NAMES = {kind: name for name, kind in KINDS.items()}
LISTED = ("storage", "handling", "grade", "cycle")  # several rows hold at once; a field tells which
R = TypeVar("R", bound=ContractRow)
Rows = dict[str, tuple[MarketRow, ...]]


class DeliveryBooks(msgspec.Struct, frozen=True, kw_only=True):
    """The books of delivery, and the books of the products they belong to."""

    books: Books
    venues: dict[str, Rows]
    products: dict[str, Rows]
    sources: dict[str, Source]


def found_row(
    books: DeliveryBooks, product: str, kind: type[R], day: int, month: int, **fields: object
) -> R | None:
    """Return the row that holds for a contract month on a day, the product's before the venue's.

    ``fields`` are what the row must say: ``place="factory"``.
    """
    name, venue = KIND_NAMES[kind], books.books.products[product].venue

    def matches(row: ContractRow) -> bool:
        return month_matches(row, month) and all(
            getattr(row, field) == value for field, value in fields.items()
        )

    for rows in (books.products.get(product, {}), books.venues.get(venue, {})):
        given = cast("tuple[R, ...]", rows.get(name, ()))
        found = applicable(given, day, matches, narrowness)
        if found is not None:
            return found
    return None


def row_of(
    books: DeliveryBooks, product: str, kind: type[R], day: int, month: int, **fields: object
) -> R:
    """Return the row that holds; where the books say nothing it is an ``InputFault``."""
    found = found_row(books, product, kind, day, month, **fields)
    if found is None:
        asked = ", ".join(f"{field} {value}" for field, value in fields.items())
        raise InputFault(
            f"there is no row {KIND_NAMES[kind]} in the books of delivery for"
            f" {f'{product} ({asked})' if asked else product}; add one"
        )
    return found


def book_rows(books: DeliveryBooks, product: str, kind: type[R]) -> tuple[R, ...]:
    """Return every row of a kind, the product's, or else its venue's."""
    name, venue = KIND_NAMES[kind], books.books.products[product].venue
    own = books.products.get(product, {}).get(name, ())
    return cast("tuple[R, ...]", own or books.venues.get(venue, {}).get(name, ()))
