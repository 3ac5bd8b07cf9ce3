"""An invented register of warrants beside a simulated market: so that its pages show something.

Places are named as the exchange names them, ``中文$$English``. Every product that is delivered in
goods has warrants at two places, in every state, from nine trading days before the first one on.
The last contract that ended before was delivered.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from huiguan.exchange.rules.instruments import add_months, contract, select
from huiguan.exchange.rules.rows import Terms, calendar_of
from huiguan.foundation.calendars import show_day, trading_day_before
from huiguan.foundation.faults import InputFault
from huiguan.simulation.chance import stream
from huiguan.storage.files import Files, write_file
from huiguan.storage.warehouse.deliveries import (
    deadlines,
    run_delivery,
    write_delivery_template,
)
from huiguan.storage.warehouse.folder import csv_bytes, read_warehouse, step_cells, write_template
from huiguan.storage.warehouse.tables import STEP_ROWS

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.delivery.rows import DeliveryBooks
    from huiguan.exchange.rules.instruments import Contract

PLACES = (  # code, name, kind, region; those of the second venue are bonded
    ("D1", "演示一库$$Demo store 1", "warehouse", "上海$$Shanghai"),
    ("D2", "演示二库$$Demo store 2", "warehouse", "江苏$$Jiangsu"),
    ("D3", "演示三厂$$Demo works 3", "factory", "山东$$Shandong"),
    ("D4", "演示四库$$Demo store 4", "bonded", "上海$$Shanghai"),
    ("D5", "演示五库$$Demo store 5", "bonded", "浙江$$Zhejiang"),
)
OF_VENUE = {"SHFE": ("D1", "D2", "D3"), "INE": ("D4", "D5")}
OF_WORKS = ("bu", "rb", "hc", "ao")  # the works keep them as well
LEAST, MOST, ROOM = 3, 9, 60  # warrants of a product at a place, and how many it has room for
DAYS_BEFORE, LAST_ISSUES = 9, 4  # issues are spread over the last days, the first one included
LIFE = (("apply", 9), ("approve", 9), ("store", 7), ("inspect", 6))  # trading days before
ON_THE_WAY = 8  # one warrant in so many is not issued yet
PERSON_OF = 25  # one trading code in so many is a natural person
UNITS = (2, 1)  # that each of two sellers delivers, and two buyers take, the other way round
Rows = list[list[str]]


class Kept(NamedTuple):
    """A product with its two places and the units of a warrant."""

    product: str
    places: tuple[str, ...]
    unit: int


def write_shelves(folder: Path, books: DeliveryBooks, image: DayImage, seed: int) -> int:
    """Begin a warehouse folder of a market's first day; return how many warrants it has."""
    first, chance = image.settings.trading_day, stream(seed, "shelves")
    codes, kept = image.names.trading_codes, products_kept(books, image)
    write_template(
        folder,
        {
            "holders.csv": [
                [code, code[:4], "no" if number % PERSON_OF else "yes", "yes", "yes"]
                for number, code in enumerate(codes)
            ],
            "facilities.csv": [[*place, "any"] for place in PLACES],
            "capacities.csv": [
                [place, one.product, str(one.unit * ROOM)] for one in kept for place in one.places
            ],
        },
    )
    steps = delivered_before(folder, books, image, kept)
    calendars = {one.product: books.books.products[one.product] for one in kept}
    for one in kept:
        calendar = calendar_of(books.books, calendars[one.product])
        days = [first, *(trading_day_before(calendar, first, n + 1) for n in range(DAYS_BEFORE))]
        for place in one.places:
            for _ in range(int(chance.integers(LEAST, MOST))):
                holder, other = (codes[n] for n in chance.integers(0, len(codes), 2).tolist())
                name = f"{one.product.upper()}{len(steps):06}"  # steps go on: no name comes twice
                steps += life_of(chance, days, name, holder, other, one, place)
    steps.sort(key=lambda row: row[0])
    write_file(folder / STEP_ROWS.file, [csv_bytes(STEP_ROWS.heads, steps)], Files())
    return len({row[STEP_ROWS.heads.index("warrant")] for row in steps})


def products_kept(books: DeliveryBooks, image: DayImage) -> list[Kept]:
    """Return the products of a market that are delivered in goods."""
    day, found = image.settings.trading_day, []
    for name in image.names.products:
        product = books.books.products[name]
        terms = select(books.books, product, Terms, day, day // 100)
        if terms is not None and terms.delivery_unit_lots and product.venue in OF_VENUE:
            places = OF_VENUE[product.venue]
            two = places[-2:] if name in OF_WORKS else places[:2]
            found.append(Kept(name, two, terms.lot_size * terms.delivery_unit_lots))
    return found


def life_of(
    chance: np.random.Generator,
    days: list[int],
    warrant: str,
    holder: str,
    other: str,
    kept: Kept,
    place: str,
) -> Rows:
    """Return the steps of one warrant; ``days`` count backwards from the first trading day."""
    unit, reached = str(kept.unit), len(LIFE)
    on_the_way = not chance.integers(0, ON_THE_WAY)
    if on_the_way:
        reached = int(chance.integers(1, len(LIFE) + 1))
    brought = born(days, warrant, holder, kept, place)[:reached]
    if on_the_way:
        return brought
    issued = int(chance.integers(0, LAST_ISSUES))
    later, kind = int(chance.integers(0, issued + 1)), int(chance.integers(0, 8))
    brought.append(step(days[issued], "issue", warrant))
    if kind == 0 and other != holder:
        brought.append(step(days[later], "pledge", warrant, by=holder, to=other))
    elif kind == 1:
        brought.append(step(days[later], "freeze", warrant, cause="margin"))
    elif kind == 2 and other != holder:
        brought.append(step(days[later], "transfer", warrant, by=holder, to=other))
    elif kind == 3:
        brought.append(step(days[later], "withdraw", warrant, by=holder, quantity=unit))
    return brought


def born(days: list[int], warrant: str, holder: str, kept: Kept, place: str) -> Rows:
    """Return the steps of a warrant until its goods are weighed."""
    unit, oldest = str(kept.unit), days[DAYS_BEFORE]
    more = {
        "apply": {"by": holder, "product": kept.product, "facility": place, "quantity": unit,
                  "produced": show_day(oldest)},
        "inspect": {"quantity": unit},
    }  # fmt: skip
    return [step(days[ago], act, warrant, **more.get(act, {})) for act, ago in LIFE]


def step(day: int, act: str, warrant: str, **more: str) -> list[str]:
    """Return the cells of a step."""
    cells = dict.fromkeys(STEP_ROWS.heads, "") | {"cause": "none", **more}
    return list((cells | {"day": show_day(day), "step": act, "warrant": warrant}).values())


def delivered_before(folder: Path, books: DeliveryBooks, image: DayImage, kept: list[Kept]) -> Rows:
    """Deliver the last contract that ended before a market begins; return the steps of it.

    Two sellers bring what two buyers take; one declares what he would like.
    """
    day = image.settings.trading_day
    ended = [(found, one) for one in kept if (found := ended_before(books, one.product, day))]
    if not ended:
        return []
    found, one = ended[0]
    codes = [code for n, code in enumerate(image.names.trading_codes) if n % PERSON_OF]
    visitors = image.names.trading_codes[-1][:4]  # the member whose clerk comes first
    mine = next((code for code in codes if code[:4] == visitors), codes[0])
    other, *sellers = [code for code in codes if code != mine][-3:]
    buyers = (mine, other)
    calendar = calendar_of(books.books, books.books.products[one.product])
    days = [trading_day_before(calendar, found.last_day, n + 1) for n in range(DAYS_BEFORE + 1)]
    bring: Rows = []
    handed: Rows = []
    until = deadlines(books, found)
    first = show_day(until.first_day)
    for seller, units in zip(sellers, UNITS, strict=True):
        for _ in range(units):
            name = f"{one.product.upper()}D{len(handed):05}"
            bring += born(days, name, seller, one, one.places[len(handed) % 2])
            bring.append(step(days[0], "issue", name))
            handed.append([seller, name, first, f"09:{10 + len(handed)}"])
    bring.sort(key=lambda row: row[0])
    write_file(folder / STEP_ROWS.file, [csv_bytes(STEP_ROWS.heads, bring)], Files())
    terms = select(
        books.books, books.books.products[one.product], Terms, found.last_day, found.month
    )
    assert terms is not None
    lots = [str(units * terms.delivery_unit_lots) for units in UNITS]
    rows = {
        "positions.csv": [
            *([name, lot, "0", "0"] for name, lot in zip(buyers, reversed(lots), strict=True)),
            *([name, "0", lot, "0"] for name, lot in zip(sellers, lots, strict=True)),
        ],
        "handed_in.csv": handed,
        "intentions.csv": [[buyers[1], first, "09:05", one.places[1], one.places[0], "", ""]],
        "invoices.csv": [[name, show_day(until.pay_day), "10:00"] for name in sellers],
    }
    write_delivery_template(folder, found.code, rows)
    row = image.names.products.index(one.product)
    settled = image.instruments["previous_settlement_ticks"][image.instruments["product"] == row]
    run_delivery(folder, books, found.code, Decimal(int(settled[0])) * terms.tick, dry_run=False)
    return [step_cells(one) for one in read_warehouse(folder, books).steps]


def ended_before(books: DeliveryBooks, product: str, day: int) -> Contract | None:
    """Return the newest contract of a product that was paid for before a day, if there is one."""
    for back in (0, 1, 2):
        month = add_months(day // 100, -back) % 10_000
        try:
            found = contract(books.books, f"{product}{month:04d}")
        except InputFault:  # it has no such month
            continue
        if found.delivery_days and deadlines(books, found).pay_day < day:
            return found
    return None
