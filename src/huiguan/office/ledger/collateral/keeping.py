"""What is due of collateral and interest on a day: pools valued anew, a quarter's interest paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.db.models import Sum

from huiguan.exchange.clearing.interest import (
    balance_days,
    deposit_interest,
    last_interest_period,
)
from huiguan.exchange.evening.decided.pools import pools_of_morning
from huiguan.exchange.rules.rows import calendar_of
from huiguan.foundation.arithmetic import show_fen
from huiguan.foundation.calendars import show_day, trading_day_after
from huiguan.office.display.here import shown
from huiguan.office.ledger.booking.evenings import days_opened
from huiguan.office.ledger.collateral import figures
from huiguan.office.ledger.collateral.holdings import Prices, held_by, worth_of
from huiguan.office.ledger.collateral.orders import order
from huiguan.office.ledger.models import (
    ORDERS_OPEN,
    AccountKind,
    CollateralMove,
    DatedFigure,
    InterestPaid,
    LedgerBook,
    LedgerTransfer,
    MetDay,
    OpeningOrder,
    OrderKind,
)
from huiguan.office.people import record
from huiguan.storage.market.day_image import read_image

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.evening.decided.pools import PoolStands
    from huiguan.office.ledger.collateral.holdings import Worth
    from huiguan.office.people.models import Proposal

KEPT_DAYS = 2
EXCHANGE = "exchange"


class Morning(NamedTuple):
    """The day a hall stands in, as the rules of collateral see it."""

    prices: Prices
    pools: dict[str, PoolStands]

    @property
    def day(self) -> int:
        """Return the trading day."""
        return self.prices.image.settings.trading_day


_mornings: dict[tuple[Path, str], Morning] = {}


def morning(days: Path) -> Morning | None:
    """Return the newest day that is open; None before the first."""
    opened = days_opened(days)
    if not opened:
        return None
    books = shown().books
    root = days / str(opened[-1]) / "image"
    key = (root, f"{books.digest} {(root / 'image.json').stat().st_mtime_ns}")
    if key not in _mornings:
        image = read_image(root)
        while len(_mornings) >= KEPT_DAYS:
            _mornings.pop(next(iter(_mornings)))
        _mornings[key] = Morning(Prices(image, next_day(image)), pools_of_morning(image, books))
    return _mornings[key]


def next_day(image: DayImage) -> int:
    """Return the trading day after that of an image."""
    books = shown().books
    product = books.products[image.names.products[int(image.instruments["product"][0])]]
    return trading_day_after(calendar_of(books, product), image.settings.trading_day)


def worth_in(found: Morning, book: LedgerBook) -> Worth:
    """Return what the collateral of a pool is worth today."""
    return worth_of(held_by(book), found.prices, found.pools[book.name].rules)


@transaction.atomic
def value_anew(found: Morning) -> int:
    """Order for the next opening what collateral is worth now, where the hall has another value."""
    record.one_at_a_time()
    changed = 0
    for book in LedgerBook.objects.filter(collateral__isnull=False).distinct().order_by("pk"):
        if book.name not in found.pools:
            continue
        worth = worth_in(found, book)
        own = OpeningOrder.objects.filter(book=book, kind=OrderKind.COLLATERAL)
        last = own.filter(stage__in=ORDERS_OPEN).order_by("-pk").first()
        known = last.amount_fen if last else found.pools[book.name].collateral_fen
        if worth.lodged_fen != known:
            order(
                proposal=behind(book),
                book=book,
                kind=OrderKind.COLLATERAL,
                amount_fen=worth.lodged_fen,
                reason=f"warrants and bonds {show_fen(worth.securities_fen)}, dollars "
                f"{show_fen(worth.currency_fen)} yuan by the figures of {show_day(found.day)}",
            )
            changed += 1
    return changed


def behind(book: LedgerBook) -> Proposal:
    """Return the newest proposal that says what collateral of a pool is worth."""
    moves = CollateralMove.objects.filter(book=book).order_by("-pk").select_related("proposal")
    figure = DatedFigure.objects.exclude(name=figures.INTEREST).order_by("-pk").first()
    newest = [moves[0].proposal, *([figure.proposal] if figure else [])]
    return max(newest, key=lambda one: int(one.pk))


@transaction.atomic
def pay_interest(found: Morning) -> int:
    """Order the interest of the quarter that has ended, once; return of how many pools.

    It is paid for days on which the ledger knew the balances, at the rate that two persons had set
    for the day on which the quarter ended; until they have, nothing is paid.
    """
    record.one_at_a_time()
    period = last_interest_period(found.day)
    figure = figures.figure_on(figures.INTEREST, period.last)
    known = MetDay.objects.filter(pk__lte=period.last).exists()
    if figure is None or not known or InterestPaid.objects.filter(last_day=period.last).exists():
        return 0
    pools = LedgerBook.objects.filter(name__in=found.pools).order_by("pk")
    for book in pools:
        days = balance_days(evening_cash(book.name), period.first, period.last)
        fen = deposit_interest(days, figures.decimal_of(figure))
        made = None
        if fen:
            made = order(
                proposal=figure.proposal,
                book=book,
                kind=OrderKind.MONEY,
                amount_fen=fen,
                reason=f"interest {show_day(period.first)} to {show_day(period.last)}: "
                f"{days:,} yuan x days x {figures.shown(figure)} / 360",
            )
        InterestPaid(
            book=book,
            first_day=period.first,
            last_day=period.last,
            yuan_days=days,
            figure=figure,
            amount_fen=fen,
            order=made,
        ).save(force_insert=True)
    return len(pools)


def evening_cash(pool: str) -> dict[int, int]:
    """Return the cash of a pool at the close of every day that the ledger has met.

    Its clearing deposit and its margin in the book of the exchange, as their transfers come to.
    """
    kinds = (AccountKind.DEPOSIT, AccountKind.MARGIN)
    names = [f"{pool}:{kind}" for kind in kinds]
    rows = LedgerTransfer.objects.filter(book__name=EXCHANGE, trading_day__gt=0).order_by()
    moved: dict[int, int] = {}
    for side, sign in (("credit", 1), ("debit", -1)):
        sums = rows.filter(**{f"{side}__name__in": names}).values_list("trading_day")
        for day, fen in sums.annotate(Sum("amount_fen")):
            moved[day] = moved.get(day, 0) + sign * int(fen)
    held, found = 0, {}
    for day in sorted({*moved, *MetDay.objects.values_list("pk", flat=True)}):
        held += moved.get(day, 0)
        found[day] = held
    return found


def keep(days: Path) -> int:
    """Do what is due; return how much was."""
    found = morning(days)
    return value_anew(found) + pay_interest(found) if found else 0
