"""Collateral, dated figures, orders for the opening, interest: the desk of the clearing clerk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.http import Http404

from huiguan.exchange.evening.rules_of_day import decimal_rate
from huiguan.office.display.here import shown
from huiguan.office.ledger import selectors
from huiguan.office.ledger.collateral import figures, keeping
from huiguan.office.ledger.collateral.holdings import held_by
from huiguan.office.ledger.pages import forms
from huiguan.office.ledger.pages.views import asked, status_of
from huiguan.office.people.pages.gate import desk, open_to, reader
from huiguan.office.people.pages.people import proposed
from huiguan.office.people.roles import Action, Right

if TYPE_CHECKING:
    from django import forms as django_forms

    from huiguan.office.ledger.collateral.holdings import Worth
    from huiguan.office.ledger.models import DatedFigure, LedgerBook

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any


class PoolShown(NamedTuple):
    """A pool with its collateral and what may be taken out of it, in fen."""

    book: LedgerBook
    worth: Worth
    usable_fen: int
    withdrawable_fen: int


class FigureShown(NamedTuple):
    """A dated figure as people write it."""

    row: DatedFigure
    value: str


def pools_shown(found: keeping.Morning, books: list[LedgerBook]) -> list[PoolShown]:
    """Return every pool of a day that has a book."""
    return [
        PoolShown(book, worth, stands.usable_fen, stands.withdrawable_fen)
        for book in books
        if (stands := found.pools.get(book.name))
        for worth in [keeping.worth_in(found, book)]
    ]


@open_to(Action.SEE_LEDGER, Right.SEE)
def all_collateral(request: Request) -> Answer:
    """Show every pool, the figures that hold, orders and interest; propose a figure."""
    found, form = keeping.morning(shown().follower.places.days), None
    if reader(request).may(Action.SET_FIGURE, Right.MAKE):
        form = forms.Figure(request.POST or None)
        if form.is_bound and form.is_valid():
            name = form.cleaned_data["name"]
            if made := proposed(request, Action.SET_FIGURE, name, form):
                return made
    rows = [FigureShown(row, figures.shown(row)) for row in selectors.figures_newest()]
    return desk(
        request, "all_collateral.html", status_of(form), form=form, figures=rows,
        pools=pools_shown(found, selectors.books()) if found else [],
        orders=selectors.orders_newest(), interest=selectors.interest_newest(),
    )  # fmt: skip


@open_to(Action.SEE_LEDGER, Right.SEE)
def collateral(request: Request, number: str) -> Answer:
    """Show the collateral of a pool, line by line and cap by cap; propose a change of it."""
    book = next((one for one in selectors.books() if one.pk == int(number)), None)
    found = keeping.morning(shown().follower.places.days)
    if book is None or found is None or book.name not in found.pools:
        raise Http404
    stands, kept = found.pools[book.name], []
    wanted: list[tuple[Action, type[django_forms.Form]]] = [(Action.LODGE_COLLATERAL, forms.Lodge)]
    if held_by(book):
        wanted += [
            (Action.RELEASE_COLLATERAL, forms.Lodge),
            (Action.EXCHANGE_CURRENCY, forms.Cents),
        ]
    for action, kind in wanted:
        form, made = asked(request, action, book.name, kind)
        if made:
            return made
        kept += [(action, form)] if form else []
    rows = [venue.collateral for venue in stands.rules.venues]
    return desk(
        request, "collateral.html", status_of(*(form for _, form in kept)), book=book,
        stands=stands, worth=keeping.worth_in(found, book), day=found.day, asked=kept,
        moves=selectors.moves_of(book), orders=selectors.orders_newest(book),
        share=f"{decimal_rate(min(row.value_share_ppb for row in rows)) * 100:.4g}%",
        cash_cap_fen=max(0, min(row.cash_multiple for row in rows) * stands.cash_fen),
        multiple=min(row.cash_multiple for row in rows),
        rows={(row.article, row.status): row for row in rows}.values(),
    )  # fmt: skip
