"""Collateral of pools: what is held, what it is worth on a day by the rules, and its changes.

What is held is the sum of what was lodged and released; what it is worth is found anew from prices
and dated figures whenever it is asked for, and stands nowhere as a figure of its own.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Sum
from django.utils import timezone

from huiguan.exchange.clearing.collateral import (
    bond_benchmark_value,
    foreign_cash_value,
    lodged_value,
    still_counts,
    warrant_benchmark_value,
)
from huiguan.exchange.evening.rules_of_day import decimal_rate
from huiguan.foundation.arithmetic import show_fen
from huiguan.foundation.faults import InputFault
from huiguan.office.ledger.collateral.figures import DOLLAR, decimal_of, figure_on, shown
from huiguan.office.ledger.models import CollateralKind, CollateralMove
from huiguan.office.people import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.evening.rules_of_day import PoolRules
    from huiguan.office.ledger.models import LedgerBook
    from huiguan.office.people.models import Proposal
    from huiguan.office.people.roles import Action


class Held(NamedTuple):
    """Collateral of one kind, name and last day."""

    kind: CollateralKind
    name: str
    last_day: int
    quantity: int

    @property
    def words(self) -> str:
        """Return how much it is, as people write it."""
        if self.kind is CollateralKind.WARRANT:
            return f"{self.quantity:,}"
        return show_fen(self.quantity)


class Valued(NamedTuple):
    """What is held, at which price it counts and for how much; why not, where it is 0."""

    held: Held
    price: str
    value_fen: int
    why: str = ""


class Worth(NamedTuple):
    """All collateral of a pool on a day."""

    lines: Sequence[Valued]
    securities_fen: int  # benchmark value of warrants and bonds
    currency_fen: int  # dollars at parity and coefficient
    lodged_fen: int  # as the image has it


class Prices(NamedTuple):
    """Where prices of a day come from: its image, and the day on which it has to count."""

    image: DayImage
    next_day: int


def held_by(book: LedgerBook) -> list[Held]:
    """Return what a pool has lodged and not got back."""
    rows = CollateralMove.objects.filter(book=book).values_list("kind", "name", "last_day")
    sums = rows.annotate(Sum("quantity")).order_by("kind", "name", "last_day")
    return [Held(CollateralKind(row[0]), *row[1:]) for row in sums if row[3]]


def quantity_of(book: LedgerBook, wanted: Held) -> int:
    """Return how much of the same a pool has lodged."""
    return sum(one.quantity for one in held_by(book) if one[:3] == wanted[:3])


def worth_of(held: Iterable[Held], prices: Prices, rules: PoolRules) -> Worth:
    """Return what collateral is worth, line by line, by the strictest row of a pool's venues."""
    rows = [venue.collateral for venue in rules.venues]
    coefficient = min(decimal_rate(row.currency_share_ppb) for row in rows)
    share = min(decimal_rate(row.value_share_ppb) for row in rows)
    lines = [valued(one, prices, coefficient) for one in held]
    dollars = sum(one.value_fen for one in lines if one.held.kind is CollateralKind.CURRENCY)
    others = sum(one.value_fen for one in lines) - dollars
    return Worth(lines, others, dollars, lodged_value(others, dollars, share))


def valued(held: Held, prices: Prices, coefficient: Decimal) -> Valued:
    """Return what collateral of a kind is worth; what has ended or has no price counts for 0."""
    if not still_counts(held.last_day, prices.next_day):
        return Valued(held, "", 0, "its last day has come")
    day = prices.image.settings.trading_day
    if held.kind is CollateralKind.WARRANT:
        return warrant_value(held, prices.image)
    is_bond = held.kind is CollateralKind.BOND
    figure = figure_on(f"bond {held.name}" if is_bond else held.name, day)
    if figure is None:
        return Valued(held, "", 0, "nobody has set a figure for it")
    price = decimal_of(figure)
    value = (
        bond_benchmark_value(held.quantity, [price])
        if is_bond
        else foreign_cash_value(held.quantity, price, coefficient)
    )
    return Valued(held, shown(figure), value)


def warrant_value(held: Held, image: DayImage) -> Valued:
    """Return what warrants are worth: at the previous settlement of the nearest month."""
    names = image.names
    rows = image.instruments
    own = [
        index
        for index, product in enumerate(rows["product"].tolist())
        if names.products[product] == held.name
    ]
    if not own:
        return Valued(held, "", 0, "no month of it trades")
    row = rows[min(own, key=lambda index: int(rows[index]["last_trading_day"]))]
    unit = Decimal(1).scaleb(-int(row["unit_decimals"]))
    tick = int(row["tick_units"]) * unit
    size = Fraction(int(row["tick_value_fen"]), 100) / Fraction(tick)
    price = int(row["previous_settlement_ticks"]) * tick
    assert size.denominator == 1, "a lot is a whole number of units"
    value = warrant_benchmark_value(price, size.numerator, held.quantity)
    return Valued(held, f"{price:f}", value)


def move(
    *, proposal: Proposal, action: Action, book: LedgerBook, moved: Held, trading_day: int
) -> CollateralMove:
    """Write down what was lodged, or (a quantity below zero) released; in its approval."""
    record.one_at_a_time()
    if moved.quantity < 0 and quantity_of(book, moved) < -moved.quantity:
        raise InputFault(f"{book.name} has not lodged so much of {moved.name}")
    made = CollateralMove(
        book=book,
        kind=moved.kind,
        name=moved.name,
        last_day=moved.last_day,
        quantity=moved.quantity,
        trading_day=trading_day,
        proposal=proposal,
        at=timezone.now(),
    )
    made.save(force_insert=True)
    facts = {"move": made.pk, "book": book.pk, "kind": moved.kind, "quantity": moved.quantity}
    record.write(actor=proposal.checker, action=action, subject=book.name, facts=facts)
    return made


def dollars(cents: int) -> Held:
    """Return so many dollars."""
    return Held(CollateralKind.CURRENCY, DOLLAR, 0, cents)
