"""The goods side of simulated days: what expires is delivered, in a warehouse folder beside them.

On the evening of a last trading day sellers bring warrants for what they owe, the last of them
one too few; buyers declare. On the day of payment the delivery is run on what the closed day left.
After each nothing may be lost: warrants and their quantity, lots of both sides, fen of payments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from huiguan.exchange.delivery.case import balances
from huiguan.exchange.delivery.positions import end_positions
from huiguan.exchange.delivery.register import counts
from huiguan.exchange.rules.instruments import contract, select
from huiguan.exchange.rules.rows import Terms
from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import CheckFault
from huiguan.simulation.chance import stream
from huiguan.storage.files import Files, write_file
from huiguan.storage.warehouse.closed_days import end_of_contract
from huiguan.storage.warehouse.deliveries import (
    deadlines,
    run_delivery,
    terms_of,
    write_delivery_template,
)
from huiguan.storage.warehouse.folder import (
    add_steps,
    csv_bytes,
    read_warehouse,
    write_template,
)
from huiguan.storage.warehouse.tables import STEP_ROWS

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.day.result import DayResult
    from huiguan.exchange.delivery.rows import DeliveryBooks
    from huiguan.exchange.rules.instruments import Contract
    from huiguan.storage.warehouse.closed_days import EndOfContract
    from huiguan.storage.warehouse.deliveries import Record

PLACES = ("W1", "W2")
ROOM = "1000000000"  # of each product at each place: more than anybody brings
PERSON_OF = 25  # one trading code in so many is a natural person
LIFE = ("apply", "approve", "store", "inspect", "issue")


class Delivered(NamedTuple):
    """One contract's delivery, as it is told."""

    code: str
    warrants: int  # paid for, title moved
    undelivered_lots: int
    units_in_default: int
    paid_fen: int


class Goods:
    """A warehouse folder beside a chain of simulated days."""

    def __init__(self, folder: Path, books: DeliveryBooks, image: DayImage, seed: int) -> None:
        """Begin the folder: everybody of the market, two places, no warrant yet."""
        self._folder, self._books, self._seed = folder, books, seed
        self._waiting: dict[str, EndOfContract] = {}
        self._next = 0
        day = image.settings.trading_day
        products = [name for name in image.names.products if self._unit_lots(name, day)]
        people = enumerate(image.names.trading_codes)
        write_template(
            folder,
            {
                "holders.csv": [
                    [code, code[:4], "no" if number % PERSON_OF else "yes", "yes", "yes"]
                    for number, code in people
                ],
                "facilities.csv": [
                    ["W1", "invented 1", "warehouse", "east", "any"],
                    ["W2", "invented 2", "warehouse", "north", "any"],
                ],
                "capacities.csv": [[place, name, ROOM] for place in PLACES for name in products],
            },
        )

    def _unit_lots(self, product: str, day: int) -> int:
        books = self._books.books
        terms = select(books, books.products[product], Terms, day, day // 100)
        return terms.delivery_unit_lots if terms else 0

    def evening(self, image: DayImage, result: DayResult) -> list[Delivered]:
        """Take in what expired today, deliver what is paid today, prove that nothing is lost."""
        day = result.settings.trading_day
        names = zip(image.names.instruments, result.contracts["expired"], strict=True)
        changed = False
        for code in [name for name, expired in names if expired]:
            found = contract(self._books.books, code)
            if found.delivery_days:
                self._waiting[code] = end_of_contract(image, result, code, day)
                self._hand_in(found, self._waiting[code])
                changed = True
        told = []
        for code, ended in list(self._waiting.items()):
            if deadlines(self._books, contract(self._books.books, code)).pay_day != day:
                continue
            price = ended.final_price
            record = run_delivery(
                self._folder, self._books, code, price, dry_run=False, ended=ended
            )
            prove_delivery(record)
            del self._waiting[code]
            told.append(delivered_of(record))
        if changed or told:  # nothing else touches the folder
            self._prove_stock(day)
        return told

    def _hand_in(self, found: Contract, ended: EndOfContract) -> None:
        """Bring the sellers' warrants of a contract into the register; write what is handed in."""
        terms = terms_of(self._books, found.code, ended.final_price)
        holders = read_warehouse(self._folder, self._books).register.holders
        chance = stream(self._seed, "goods", ended.trading_day)
        left = end_positions(
            ended.positions, holders, terms.unit_lots, terms.lot_fen, terms.undeliverable_ppb
        )
        sellers = [
            name for name, lots in left.sellers.items() for _ in range(lots // terms.unit_lots)
        ]
        steps, handed = self._bring(found, terms.lot_size * terms.unit_lots, sellers[:-1], ended)
        until = deadlines(self._books, found)
        first = show_day(until.first_day)
        rows = {
            "handed_in.csv": [[*row, first, f"{9 + n % 2:02}:{n % 60:02}"]
                              for n, row in enumerate(handed)],
            "intentions.csv": [
                [buyer, first, f"{9 + int(chance.integers(2)):02}:{int(chance.integers(60)):02}",
                 PLACES[int(chance.integers(2))], "", "", ""]
                for buyer in left.buyers
            ],
            "invoices.csv": [[seller, show_day(until.pay_day), "10:00"]
                             for seller in dict.fromkeys(sellers)],
        }  # fmt: skip
        write_delivery_template(self._folder, found.code, rows)
        path = self._folder / found.code / "brought.csv"
        write_file(path, [csv_bytes(STEP_ROWS.heads, steps)], Files())
        add_steps(self._folder, self._books, path, dry_run=False)

    def _bring(
        self, found: Contract, quantity: int, sellers: list[str], ended: EndOfContract
    ) -> tuple[list[list[str]], list[tuple[str, str]]]:
        """Return the steps of a warrant for each unit, and (seller, warrant) of each."""
        day, steps, handed = show_day(ended.trading_day), [], []
        for seller in sellers:
            self._next += 1
            name, place = f"{found.product.upper()}{self._next:07}", PLACES[self._next % 2]
            handed.append((seller, name))
            for act in LIFE:
                asked = act == "apply"
                cells = dict.fromkeys(STEP_ROWS.heads, "")
                cells |= {"day": day, "step": act, "warrant": name, "cause": "none"}
                if asked:
                    cells |= {"by": seller, "product": found.product, "facility": place}
                    cells |= {"produced": day}
                if asked or act == "inspect":
                    cells["quantity"] = str(quantity)
                steps.append(list(cells.values()))
        return steps, handed

    def _prove_stock(self, day: int) -> None:
        """Prove that every warrant that was brought is there, whole."""
        found = read_warehouse(self._folder, self._books)
        stocks = counts(found.register.warrants.values())
        lost = [product for product, count in stocks.items() if not count.balanced]
        there = len(found.register.warrants)
        if lost or there != self._next:
            raise CheckFault(
                f"in the evening of {show_day(day)} {self._folder} has {there:,} warrants of"
                f" {self._next:,} that were brought (not balanced: {', '.join(lost) or '-'}); keep"
                " it and compare versions"
            )


def prove_delivery(record: Record) -> None:
    """Prove that lots of both sides and every fen of a delivery went somewhere."""
    outcome, unit = record.outcome, record.terms.unit_lots
    pairs = sum(1 for row in outcome.defaults if not row.warrant)
    for side in ("long", "short"):
        held = sum(getattr(row, side) for row in record.given.positions)
        closed = sum(row.lots for row in outcome.ended.undelivered if row.side == side)
        gone = (len(outcome.settled) + pairs) * unit + closed
        if held != gone:
            raise CheckFault(
                f"{record.terms.code}: {held:,} lots {side} reached the end and {gone:,} were"
                " delivered, in default or closed; keep the folder and compare versions"
            )
    left = sum(balances(outcome.moves).values())
    if left:
        raise CheckFault(f"{record.terms.code}: payments of the delivery sum to {left} fen, not 0")


def delivered_of(record: Record) -> Delivered:
    """Return what of a delivery is told."""
    outcome = record.outcome
    paid = [row for row in outcome.settled if row.paid]
    return Delivered(
        code=record.terms.code,
        warrants=len(paid),
        undelivered_lots=sum(row.lots for row in outcome.ended.undelivered),
        units_in_default=len(outcome.defaults),
        paid_fen=sum(row.due_fen for row in paid),
    )
