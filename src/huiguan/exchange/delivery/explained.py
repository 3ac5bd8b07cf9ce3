"""One trading code's whole delivery in sentences: positions, warrants and why, money, margin."""

from collections.abc import Iterator, Sequence

from huiguan.exchange.delivery.allocation import in_order, wishes
from huiguan.exchange.delivery.case import Default, Given, Margin, Outcome, Settled, Terms
from huiguan.foundation.arithmetic import show_fen, show_rate
from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import InputFault


def explain(
    terms: Terms, given: Given, outcome: Outcome, margins: Sequence[Margin], code: str
) -> list[str]:
    """Return the delivery of a trading code in sentences; one without a part is a fault."""
    own = [position for position in given.positions if position.holder == code]
    if not own:
        raise InputFault(f"{code} had no position in {terms.code} after its last trading day")
    (position,) = own
    side, lots = ("long", position.long) if position.long else ("short", position.short)
    begins = (
        f"{terms.code}: {lots} lots {side} after the last trading day; final settlement price"
        f" {terms.final_price}"
    )
    return [
        begins,
        *_undelivered(terms, outcome, code),
        *_asked(given, code),
        *_handed_in(outcome, given, code),
        *(line for row in outcome.settled if code in sides(row) for line in _settled(terms, row)),
        *(
            _default(terms, row, code)
            for row in outcome.defaults
            if code in (row.seller, row.buyer)
        ),
        *_margin(margins, code),
        *_total(outcome, code),
    ]


def sides(row: Settled) -> tuple[str, str]:
    """Return seller and buyer of a warrant."""
    return row.assignment.seller, row.assignment.buyer


def _undelivered(terms: Terms, outcome: Outcome, code: str) -> Iterator[str]:
    for row in outcome.ended.undelivered:
        if row.holder != code:
            continue
        value = show_fen(row.lots * terms.lot_fen)
        rate, fen = show_rate(terms.undeliverable_ppb), show_fen(abs(row.fen))
        if row.fen > 0:
            yield (
                f"{row.lots} lots {row.side} closed without delivery ({row.reason}):"
                f" {value} x {rate} = {fen} paid to the exchange"
            )
        else:
            yield (
                f"{row.lots} lots {row.side} closed because the other side cannot deliver:"
                f" {value} x {rate} = {fen} paid by the exchange"
            )


def _asked(given: Given, code: str) -> Iterator[str]:
    for number, row in enumerate(in_order(given.intentions), 1):
        if row.buyer == code:
            words = ", ".join(" ".join(part for part in pair if part) for pair in wishes(row))
            yield f"intention number {number} by time, wanting {words or '-'}"


def _handed_in(outcome: Outcome, given: Given, code: str) -> Iterator[str]:
    own = [row.offered.id for row in given.goods if row.offered.seller == code]
    if own:
        yield f"warrants handed in: {', '.join(sorted(own))}"
    back = [name for name in own if name in outcome.unused]
    if back:
        yield f"warrants given back, nobody was given them: {', '.join(sorted(back))}"


def _settled(terms: Terms, row: Settled) -> Iterator[str]:
    deal = row.assignment
    why = f"{deal.rule}: {deal.asked}" if deal.asked else deal.rule
    yield f"warrant {deal.warrant} of {deal.seller} to {deal.buyer}, number {deal.number} ({why})"
    quantity = f"{row.quantity / 1000:.3f}".rstrip("0").rstrip(".")
    due, tax = show_fen(row.due_fen), show_fen(row.tax_fen)
    if row.paid:
        yield (
            f"{deal.warrant}: ({terms.final_price} {row.premium:+}) x {quantity} = {due} paid,"
            f" {tax} of it tax; title went with it"
        )
    else:
        yield (
            f"{deal.warrant}: ({terms.final_price} {row.premium:+}) x {quantity} = {due} not paid;"
            " the warrant went back"
        )


def _default(terms: Terms, row: Default, code: str) -> str:
    value = show_fen(terms.unit_lots * terms.lot_fen)
    other = row.buyer if code == row.seller else row.seller
    if row.by == "both":
        paid = f"{value} x {show_rate(terms.both_ppb)} = {show_fen(row.fen)}"
        return f"default of both, with {other}: {paid} each to the exchange"
    at_fault = row.seller if row.by == "seller" else row.buyer
    paid = f"{value} x {show_rate(terms.breach_ppb)} = {show_fen(row.fen)}"
    if at_fault == code:
        return f"default against {other}: {paid} paid to it"
    return f"default of {other}: {paid} paid by it"


def _margin(margins: Sequence[Margin], code: str) -> Iterator[str]:
    for row in margins:
        if row.holder != code or not row.fen:
            continue
        if row.returned:
            yield f"delivery margin of {show_fen(row.fen)} back on {show_day(row.returned)}"
        else:
            yield f"delivery margin of {show_fen(row.fen)} kept: the invoice is not there"
        if row.late_days:
            yield f"invoice {row.late_days} days late: {show_fen(row.late_fen)}"


def _total(outcome: Outcome, code: str) -> Iterator[str]:
    paid = sum(row.fen for row in outcome.moves if row.payer == code)
    got = sum(row.fen for row in outcome.moves if row.payee == code)
    yield f"paid {show_fen(paid)}, received {show_fen(got)}"
