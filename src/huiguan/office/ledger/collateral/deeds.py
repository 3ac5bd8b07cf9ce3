"""What two persons do about collateral and dated figures: lodge, release, exchange, set."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from huiguan.exchange.quotes import whole
from huiguan.foundation.arithmetic import Rounding, show_fen
from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import InputFault
from huiguan.office.display.here import shown
from huiguan.office.ledger.bank.lines import read_day, read_fen, tidy
from huiguan.office.ledger.collateral import figures, holdings, keeping
from huiguan.office.ledger.collateral.holdings import Held
from huiguan.office.ledger.collateral.orders import order
from huiguan.office.ledger.models import WORDS_LENGTH, CollateralKind, LedgerBook, OrderKind
from huiguan.office.people.deeds import Deed, Done
from huiguan.office.people.roles import Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from huiguan.office.ledger.collateral.keeping import Morning
    from huiguan.office.people.deeds import Facts, Subject
    from huiguan.office.people.models import Proposal

LOTS = re.compile(r"[1-9]\d{0,8}")
MOST_NAME = 27


def today() -> Morning:
    """Return the day the hall stands in, or raise ``InputFault`` before the first."""
    found = keeping.morning(shown().follower.places.days)
    if found is None:
        raise InputFault("no trading day is open yet")
    return found


def pool_of(subject: Subject) -> LedgerBook:
    """Return the book of a pool by its name, or raise ``InputFault``."""
    found = LedgerBook.objects.filter(name=str(subject)).first()
    if found is None or found.name not in today().pools:
        raise InputFault(f"there is no pool {subject!r} today; one is like 0001/clients")
    return found


def pool_before(subject: Subject) -> Facts:
    """Tell what is lodged for a pool."""
    book = pool_of(subject)
    worth = keeping.worth_in(today(), book)
    return {"lodged": [words_of(one.held) for one in worth.lines]}


def words_of(held: Held) -> str:
    """Return collateral in a few words."""
    until = f" to {show_day(held.last_day)}" if held.last_day else ""
    return f"{held.kind} {held.name} {held.words}{until}"


def read_held(given: Mapping[str, Any]) -> Held:
    """Return the collateral that was typed, or raise ``InputFault``."""
    try:
        kind = CollateralKind(str(given.get("kind", "")))
    except ValueError:
        raise InputFault("collateral is a standard warrant, a treasury bond, or currency") from None
    name = tidy(str(given.get("name", given.get("collateral", ""))), MOST_NAME)
    text = str(given.get("quantity", "")).strip().replace(",", "")
    if kind is CollateralKind.WARRANT:
        if not LOTS.fullmatch(text):
            raise InputFault(f"{text!r} is no number of lots; warrants count in whole lots")
        quantity = int(text)
    else:
        quantity = read_fen(text, "quantity")
    if quantity <= 0:
        raise InputFault("a quantity of nothing stands for nothing")
    typed = str(given.get("last day", given.get("last_day", "")) or "").strip()
    return Held(kind, name, read_day(typed, "last day") if typed else 0, quantity)


def check_known(held: Held) -> None:
    """Refuse collateral that has no price by the rules, or is valid no more."""
    found, day = today(), today().day
    names = found.prices.image.names.products
    if held.kind is CollateralKind.WARRANT and held.name not in names:
        raise InputFault(f"{held.name!r} is no product that trades today")
    if held.kind is CollateralKind.BOND:
        figures.checked_name(f"bond {held.name}")
    if held.kind is CollateralKind.CURRENCY and held.name != figures.DOLLAR:
        raise InputFault("of currencies, US dollars alone are taken: USD")
    one = holdings.valued(held, found.prices, coefficient=Decimal(1))
    if one.why:
        raise InputFault(f"{held.name} would count for nothing on {show_day(day)}: {one.why}")


def want_lodged(subject: Subject, given: Mapping[str, Any]) -> Facts:
    """Check what is to be lodged."""
    pool_of(subject)
    held = read_held(given)
    check_known(held)
    return facts_of(held)


def facts_of(held: Held) -> Facts:
    """Return collateral as a proposal tells it; a fact ``name`` is a person's, and not shown."""
    until = show_day(held.last_day) if held.last_day else ""
    return {
        "kind": held.kind,
        "collateral": held.name,
        "quantity": held.words,
        "last day": until,
    }


def run_lodged(proposal: Proposal) -> Done:
    """Take it in."""
    book, held = pool_of(proposal.about), read_held(proposal.after)
    check_known(held)
    made = holdings.move(
        proposal=proposal, action=Action.LODGE_COLLATERAL, book=book, moved=held,
        trading_day=today().day,
    )  # fmt: skip
    return Done({"move": made.pk})


def check_replaced(book: LedgerBook, held: Held) -> None:
    """Refuse a release that cash does not take the place of."""
    if holdings.quantity_of(book, held) < held.quantity:
        raise InputFault(f"{book.name} has not lodged {words_of(held)}")
    found = today()
    stands = found.pools[book.name]
    left = [
        one._replace(quantity=one.quantity - held.quantity) if one[:3] == held[:3] else one
        for one in holdings.held_by(book)
    ]
    worth = holdings.worth_of(left, found.prices, stands.rules)
    if not stands.may_fall_to(worth.lodged_fen):
        raise InputFault(
            f"cash has to take its place first: {show_fen(stands.cash_fen)} yuan, margin "
            f"{show_fen(stands.margin_fen)}, collateral that would be left "
            f"{show_fen(stands.usable_of(worth.lodged_fen))}, minimum "
            f"{show_fen(stands.minimum_fen)}"
        )


def want_released(subject: Subject, given: Mapping[str, Any]) -> Facts:
    """Check what is to go back."""
    book, held = pool_of(subject), read_held(given)
    check_replaced(book, held)
    return facts_of(held)


def run_released(proposal: Proposal) -> Done:
    """Give it back."""
    book, held = pool_of(proposal.about), read_held(proposal.after)
    check_replaced(book, held)
    made = holdings.move(
        proposal=proposal, action=Action.RELEASE_COLLATERAL, book=book,
        moved=held._replace(quantity=-held.quantity), trading_day=today().day,
    )  # fmt: skip
    return Done({"move": made.pk})


def exchanged_fen(cents: int) -> tuple[int, str]:
    """Return what dollars come to in fen at the parity of today, rounded down, and the parity."""
    day = today().day
    figure = figures.figure_on(figures.DOLLAR, day)
    if figure is None:
        raise InputFault("nobody has set the parity of USD; propose it first")
    parity = figures.shown(figure)
    return whole(cents * Fraction(figures.decimal_of(figure)), Rounding.DOWN), parity


def want_exchanged(subject: Subject, given: Mapping[str, Any]) -> Facts:
    """Check dollars that are to become cash of the pool."""
    book = pool_of(subject)
    text = str(given.get("amount", "")).strip().replace(",", "")
    cents = read_fen(text, "amount")
    held = holdings.dollars(cents)
    if cents <= 0 or holdings.quantity_of(book, held) < cents:
        raise InputFault(f"{book.name} has not lodged {show_fen(cents)} USD")
    fen, parity = exchanged_fen(cents)
    return {"amount": show_fen(cents), "parity": parity, "yuan": show_fen(fen)}


def run_exchanged(proposal: Proposal) -> Done:
    """Let the dollars go, and order the yuan for the next opening, at the parity approved."""
    book = pool_of(proposal.about)
    again = want_exchanged(proposal.about, proposal.after)
    if again != proposal.after:
        raise InputFault(f"the parity is {again['parity']} now; propose it anew")
    cents = read_fen(again["amount"].replace(",", ""), "amount")
    made = holdings.move(
        proposal=proposal, action=Action.EXCHANGE_CURRENCY, book=book,
        moved=holdings.dollars(-cents), trading_day=today().day,
    )  # fmt: skip
    ordered = order(
        proposal=proposal, book=book, kind=OrderKind.MONEY,
        amount_fen=read_fen(again["yuan"].replace(",", ""), "yuan"),
        reason=f"{again['amount']} USD exchanged at {again['parity']}",
    )  # fmt: skip
    return Done({"move": made.pk, "order": ordered.pk})


def figure_before(subject: Subject) -> Facts:
    """Tell the figure that holds today."""
    name = figures.checked_name(str(subject))
    found = figures.figure_on(name, today().day)
    return {"figure": figures.shown(found) if found else "none"}


def want_figure(subject: Subject, given: Mapping[str, Any]) -> Facts:
    """Check a figure: its value, from when it holds, and where it is read."""
    name = figures.checked_name(str(subject))
    value = str(given.get("value", given.get("figure", ""))).strip()
    figures.read_millionths(name, value)
    day = read_day(str(given.get("day", "")).strip(), "day")
    source = tidy(str(given.get("source", "")), WORDS_LENGTH)
    if not source:
        raise InputFault("say where the figure is read: a figure without a source is none")
    return {"figure": value, "day": show_day(day), "source": source}


def run_figure(proposal: Proposal) -> Done:
    """Write it down."""
    name, after = figures.checked_name(proposal.about), proposal.after
    made = figures.set_figure(
        proposal=proposal,
        name=name,
        effective=read_day(after["day"], "day"),
        millionths=figures.read_millionths(name, after["figure"]),
        source=after["source"],
    )
    return Done({"figure": made.pk})


DEEDS: dict[Action, Deed] = {
    Action.LODGE_COLLATERAL: Deed(pool_before, want_lodged, run_lodged),
    Action.RELEASE_COLLATERAL: Deed(pool_before, want_released, run_released),
    Action.EXCHANGE_CURRENCY: Deed(pool_before, want_exchanged, run_exchanged),
    Action.SET_FIGURE: Deed(figure_before, want_figure, run_figure),
}
