"""One contract's delivery: from positions to warrants, payments, defaults, invoices, margins (6).

A pure function of what was handed in. Each warrant that is paid for is one record with its payment
and its title, so that both are written or neither is.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import msgspec

from huiguan.exchange.delivery.allocation import Assignment, Intention, Offered, allocate
from huiguan.exchange.delivery.positions import (
    Ended,
    Position,
    end_positions,
    half_up,
    imbalance,
    share_fen,
)
from huiguan.exchange.delivery.register import Holder
from huiguan.exchange.quotes import Price, Rate, as_rate, exact
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count

HOUSE, EXCHANGE = "clearing house", "exchange"


@rule("Delivery Rules, payment: price with premium x quantity; half up, as assumed", "unconfirmed")
@checked
def payment_fen(final_price: Price, premium: Price, quantity: Price) -> int:
    """Return what a buyer pays for a quantity of goods, in fen.

    Nickel at 128,780, brand 110 above it, 6.01 t weighed: 128,890 x 6.01 = 774,628.90 yuan.
    """
    price = exact(final_price) + exact(premium, "premium")
    amount = price * exact(quantity, "quantity") * 100
    if amount < 0:
        raise InputFault(f"premium: {premium} is more than the price, {final_price}")
    return half_up(amount.numerator, amount.denominator)


@rule("tax in a price: net = payment / (1 + rate), half up", "unconfirmed")
@checked
def tax_fen(payment: Count, rate: Rate) -> int:
    """Return the tax in a payment that includes it, in fen.

    113,000.00 yuan at 13 %: 113,000 / 1.13 = 100,000.00 net, 13,000.00 tax.
    """
    net = Fraction(payment) / (1 + as_rate(rate))
    net_fen = half_up(net.numerator, net.denominator)
    return payment - net_fen


class Goods(msgspec.Struct, frozen=True, kw_only=True):
    """A warrant that a seller hands in: what is allocated, and what it is worth."""

    offered: Offered
    quantity: int  # thousandths of the unit that are paid
    premium: Decimal = Decimal(0)


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the books say about one contract's delivery."""

    code: str
    lot_size: int
    unit_lots: int
    final_price: Decimal
    breach_ppb: int
    both_ppb: int
    undeliverable_ppb: int
    fee_ppb: int
    fee_per_unit_fen: int
    tax_ppb: int
    by_share: bool
    pay_day: int
    paid_through: int  # day through which the seller pays storage

    @property
    def lot_fen(self) -> int:
        """The value of one lot at the final settlement price."""
        value = exact(self.final_price) * self.lot_size * 100
        return half_up(value.numerator, value.denominator)


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What was handed in for a delivery; ``paid`` is fen by buyer, who is not in it paid all."""

    positions: Sequence[Position]
    holders: Mapping[str, Holder]
    goods: Sequence[Goods]
    intentions: Sequence[Intention]
    paid: Mapping[str, int] = {}


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """Money from one to another."""

    payer: str
    payee: str
    fen: int
    what: str
    reference: str  # the warrant, or the contract


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """One warrant of an assignment: paid for with title, or in default and given back."""

    assignment: Assignment
    quantity: int
    premium: Decimal
    due_fen: int
    tax_fen: int
    paid: bool


class Default(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that was not delivered, who is in default, and what he pays whom."""

    seller: str
    buyer: str
    by: str  # seller, buyer, both
    warrant: str
    fen: int


class Margin(msgspec.Struct, frozen=True, kw_only=True):
    """Margin kept for the delivery: when it goes back (0: not yet), and what came in late."""

    holder: str
    fen: int
    returned: int
    invoice: int = 0  # day the seller's invoice came
    late_days: int = 0
    late_fen: int = 0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a delivery came to."""

    ended: Ended
    unused: list[str]  # warrants handed in that nobody was given
    settled: list[Settled]
    defaults: list[Default]
    moves: list[Move]


def deliver(terms: Terms, given: Given) -> Outcome:
    """Return what a delivery comes to; long and short that differ are an ``InputFault``."""
    uneven = imbalance(given.positions)
    if uneven:
        raise InputFault(
            f"long and short of {terms.code} differ by {uneven:,} lots; a position is missing"
        )
    ended = end_positions(
        given.positions,
        given.holders,
        terms.unit_lots,
        terms.lot_fen,
        terms.undeliverable_ppb,
    )
    used, short = handed_in(terms, given.goods, ended)
    wanted = wanted_units(terms, given.intentions, ended)
    assignments = allocate([row.offered for row in used], wanted, by_share=terms.by_share)
    goods = {row.offered.id: row for row in used}
    settled = pay(terms, goods, assignments, given.paid)
    got: dict[str, int] = {}
    for row in assignments:
        got[row.buyer] = got.get(row.buyer, 0) + 1
    lacking = {row.buyer: row.units - got.get(row.buyer, 0) for row in wanted}
    unpaid = {row.assignment.buyer for row in settled if not row.paid}
    unpaid |= {buyer for buyer, fen in given.paid.items() if fen == 0}
    defaults = [*buyers_in_default(terms, settled), *pairs(terms, short, lacking, unpaid)]
    taken = {row.warrant for row in assignments}
    return Outcome(
        ended=ended,
        unused=sorted(row.offered.id for row in given.goods if row.offered.id not in taken),
        settled=settled,
        defaults=defaults,
        moves=money(terms, ended, settled, defaults),
    )


def handed_in(
    terms: Terms, goods: Iterable[Goods], ended: Ended
) -> tuple[list[Goods], dict[str, int]]:
    """Return the warrants that count, and the units each seller is short of.

    Of more than a seller owes those handed in first count.
    """
    owed = {name: lots // terms.unit_lots for name, lots in ended.sellers.items()}
    used = []
    for row in sorted(goods, key=lambda row: (row.offered.handed_in, row.offered.id)):
        if owed.get(row.offered.seller, 0):
            owed[row.offered.seller] -= 1
            used.append(row)
    return used, {name: units for name, units in sorted(owed.items()) if units}


def wanted_units(terms: Terms, intentions: Iterable[Intention], ended: Ended) -> list[Intention]:
    """Return an intention of every buyer for all he takes; who declared nothing comes last."""
    said = {row.buyer: row for row in intentions}
    last = max((row.declared for row in said.values()), default=0) + 1
    found = []
    for buyer, lots in sorted(ended.buyers.items()):
        units = lots // terms.unit_lots
        row = said.get(buyer) or Intention(buyer=buyer, units=units, declared=last)
        found.append(msgspec.structs.replace(row, units=units))
    return found


def pay(
    terms: Terms,
    goods: Mapping[str, Goods],
    assignments: Iterable[Assignment],
    paid: Mapping[str, int],
) -> list[Settled]:
    """Return each assignment with what is due, and whether it was paid for, in order."""
    left = dict(paid)
    found = []
    priced: dict[tuple[int, Decimal], tuple[int, int]] = {}  # many warrants are alike
    for row in assignments:
        own = goods[row.warrant]
        kind = (own.quantity, own.premium)
        if kind not in priced:
            quantity = Decimal(own.quantity).scaleb(-3)
            amount = unchecked(payment_fen)(terms.final_price, own.premium, quantity)
            rate = Decimal(terms.tax_ppb).scaleb(-9)
            priced[kind] = (amount, unchecked(tax_fen)(amount, rate))
        due, tax = priced[kind]
        enough = row.buyer not in left or left[row.buyer] >= due
        if row.buyer in left:
            left[row.buyer] = left[row.buyer] - due if enough else 0
        found.append(
            Settled(
                assignment=row,
                quantity=own.quantity,
                premium=own.premium,
                due_fen=due,
                tax_fen=tax,
                paid=enough,
            )
        )
    return found


def unit_fen(terms: Terms, rate_ppb: int) -> int:
    """Return a rate of the value of one delivery unit."""
    return share_fen(terms.unit_lots * terms.lot_fen, rate_ppb)


def buyers_in_default(terms: Terms, settled: Iterable[Settled]) -> list[Default]:
    """Return a default for each warrant that was not paid for: the buyer pays the seller."""
    return [
        Default(
            seller=row.assignment.seller,
            buyer=row.assignment.buyer,
            by="buyer",
            warrant=row.assignment.warrant,
            fen=unit_fen(terms, terms.breach_ppb),
        )
        for row in settled
        if not row.paid
    ]


def pairs(
    terms: Terms,
    short: Mapping[str, int],
    lacking: Mapping[str, int],
    unpaid: set[str],
) -> list[Default]:
    """Return a default for each unit without a warrant: a seller without goods, a buyer without.

    They meet in the order of their names. Where the buyer did not pay either, both are in default.
    """
    sellers = [name for name, units in sorted(short.items()) for _ in range(units)]
    buyers = [name for name, units in sorted(lacking.items()) for _ in range(units)]
    assert len(sellers) == len(buyers), (short, lacking)
    found = []
    for seller, buyer in zip(sellers, buyers, strict=True):
        both = buyer in unpaid
        rate = terms.both_ppb if both else terms.breach_ppb
        found.append(
            Default(
                seller=seller,
                buyer=buyer,
                by="both" if both else "seller",
                warrant="",
                fen=unit_fen(terms, rate),
            )
        )
    return found


def money(
    terms: Terms, ended: Ended, settled: Iterable[Settled], defaults: Iterable[Default]
) -> list[Move]:
    """Return every payment of a delivery; what the house takes in, it pays out."""
    found: list[Move] = []

    def move(payer: str, payee: str, fen: int, what: str, reference: str) -> None:
        if fen:
            found.append(Move(payer=payer, payee=payee, fen=fen, what=what, reference=reference))

    for out in ended.undelivered:
        if out.fen > 0:
            move(out.holder, EXCHANGE, out.fen, "cannot deliver", terms.code)
        else:
            move(EXCHANGE, out.holder, -out.fen, "the other side cannot deliver", terms.code)
    for row in settled:
        if not row.paid:
            continue
        deal = row.assignment
        move(deal.buyer, HOUSE, row.due_fen, "payment", deal.warrant)
        move(HOUSE, deal.seller, row.due_fen, "payment", deal.warrant)
        fee = delivery_fee(terms, row)
        move(deal.buyer, EXCHANGE, fee, "delivery fee", deal.warrant)
        move(deal.seller, EXCHANGE, fee, "delivery fee", deal.warrant)
    for gone in defaults:
        reference = gone.warrant or terms.code
        if gone.by == "both":
            move(gone.seller, EXCHANGE, gone.fen, "default", reference)
            move(gone.buyer, EXCHANGE, gone.fen, "default", reference)
        else:
            payer, payee = (
                (gone.seller, gone.buyer) if gone.by == "seller" else (gone.buyer, gone.seller)
            )
            move(payer, payee, gone.fen, "default", reference)
    return found


def delivery_fee(terms: Terms, row: Settled) -> int:
    """Return what each side pays the exchange for one warrant: by the unit, or by its value."""
    if terms.fee_ppb:
        return share_fen(row.due_fen, terms.fee_ppb)
    return half_up(row.quantity * terms.fee_per_unit_fen, 1_000)


def balances(moves: Iterable[Move]) -> dict[str, int]:
    """Return what each party gained (or lost, below 0) by the payments; they sum to nothing."""
    found: dict[str, int] = {}
    for row in moves:
        found[row.payer] = found.get(row.payer, 0) - row.fen
        found[row.payee] = found.get(row.payee, 0) + row.fen
    return found
