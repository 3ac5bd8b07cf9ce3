"""What traders and clerks are shown: rows of the database, answers of the door, as words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from huiguan.exchange.reports.command_words import ARTICLES, show_figures
from huiguan.foundation.refusals import BY_NUMBER
from huiguan.office.display.figures import Cell, direction, grouped
from huiguan.office.display.here import shown
from huiguan.office.members import door
from huiguan.office.members.models import Binding, DoorKey, SentOrder
from huiguan.office.people.models import User
from huiguan.web.operator import NotReady, ask

if TYPE_CHECKING:
    from collections.abc import Iterable

    from huiguan.exchange.reports.candles import PageWords

MONEY = ("deposit", "realised", "floating_loss", "margin", "frozen_fees", "fees", "available")
HEADS = tuple(name.replace("_", " ") for name in MONEY)
HELD = (
    *("long_history", "long_today", "short_history", "short_today"),
    *("long_history_frozen", "long_today_frozen", "short_history_frozen", "short_today_frozen"),
)
SENT = 20  # orders from forms that a page shows


class Funds(NamedTuple):
    """Money of a trading code."""

    code: str
    cells: list[Cell]  # in the order of ``MONEY``


class Closing(NamedTuple):
    """What would close lots of a position."""

    side: str
    offset: str
    lots: int


class Position(NamedTuple):
    """Lots of a contract."""

    code: str
    contract: str
    hedge: str
    long: str  # history + today
    short: str
    frozen: str
    closings: list[Closing]


class OrderLine(NamedTuple):
    """An order of today."""

    order_id: int
    time: str
    code: str
    contract: str
    side: str
    offset: str
    price: str
    lots: str
    done: str  # traded, of an order of the whole day; else what is left
    state: str


class TradeLine(NamedTuple):
    """One's own side of a trade."""

    time: str
    code: str
    contract: str
    side: str
    offset: str
    price: str
    lots: str


class Refused(NamedTuple):
    """Why the exchange said no, in a reader's language."""

    number: int
    words: str
    rule: str
    asked: str
    allowed: str


def binding_of(user: User) -> Binding | None:
    """Return what a user is bound to, or None."""
    found = Binding.objects.prefetch_related("held").filter(user=user).exclude(member="")
    one: Binding | None = found.first()
    return one


def people_with_bindings() -> list[tuple[User, Binding | None]]:
    """Return every trader and member clerk by name, each with the binding there is."""
    users = User.objects.filter(holdings__role__in=("trader", "member clerk")).distinct()
    found = sorted(users.prefetch_related("holdings"), key=lambda user: user.name)
    bindings = {one.pk: one for one in Binding.objects.exclude(member="").prefetch_related("held")}
    return [(user, bindings.get(user.pk)) for user in found]


def export_binding(user: User) -> list[dict[str, Any]]:
    """Return what an export tells of a user's binding."""
    found = binding_of(user)
    return [{"member": found.member, "codes": found.codes}] if found else []


def export_orders(user: User) -> list[dict[str, Any]]:
    """Return what an export tells of the orders that a user's forms sent."""
    names = ("trading_day", "trading_code", "contract", "side", "offset", "price", "lots", "fate")
    rows = SentOrder.objects.filter(user=user).order_by("pk").values_list(*names)
    return [
        {name.replace("_", " "): value for name, value in zip(names, row, strict=True)}
        for row in rows
    ]


def sent_orders(user: User) -> list[SentOrder]:
    """Return the orders that a user's forms sent, the newest first."""
    return list(SentOrder.objects.filter(user=user).order_by("-pk")[:SENT])


def sent_order(user: User, number: int) -> SentOrder | None:
    """Return an order of a user's own forms, or None."""
    return SentOrder.objects.filter(user=user, pk=number).first()


def keys_of(member: str) -> list[DoorKey]:
    """Return the keys for programs of a member that the office made, the newest first."""
    return list(DoorKey.objects.filter(member=member, holder="").order_by("-pk"))


def keys_elsewhere(member: str) -> list[dict[str, Any]]:
    """Return the keys of a member at the doors that this office did not make, as the floor says.

    Those of the hall's crowd and of desks are left out; none where the floor does not answer.
    """
    known = set(DoorKey.objects.filter(member=member).values_list("name", flat=True))
    try:
        found = ask(shown().follower.places.operator, "list keys", member=member)
    except NotReady:
        return []
    return [
        key
        for key in found
        if key["name"] not in known and not key["name"].startswith(("crowd ", "trader ", "member "))
    ]


def words(text: str) -> str:
    """Return a word of the door as the catalogue has it: ``close_today`` is ``close today``."""
    return text.replace("_", " ")


def funds(token: str, code: str = "") -> list[Funds]:
    """Return the money of one's codes, or of one of them."""
    return [funds_of(row) for row in door.ask(token, "/v1/funds", code=code)["funds"]]


def funds_of(row: dict[str, str]) -> Funds:
    """Return the money of a code."""
    return Funds(row["trading_code"], [money(row[name]) for name in MONEY])


def money(text: str) -> Cell:
    """Return an amount; one below zero has its colour too."""
    below = text.startswith("-")
    return Cell(grouped(text), direction(-1) if below else "")


def total(rows: Iterable[dict[str, str]]) -> list[Cell]:
    """Return the sums of money over codes, exactly."""
    sums = [0] * len(MONEY)
    for row in rows:
        for place, name in enumerate(MONEY):
            sums[place] += int(row[name].replace(".", ""))  # two decimals: fen
    return [
        money(f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}") for fen in sums
    ]


def held_rows(token: str, code: str = "") -> list[dict[str, Any]]:
    """Return what is held by one's codes, or by one of them, as the door tells it."""
    rows: list[dict[str, Any]] = door.ask(token, "/v1/positions", code=code)["positions"]
    return rows


def positions(token: str, code: str = "") -> list[Position]:
    """Return what is held by one's codes, or by one of them."""
    return [position(row) for row in held_rows(token, code)]


def position(row: dict[str, Any]) -> Position:
    """Return lots of a contract with what would close them: what is free, history and today."""
    closings = []
    for held, side in (("long", "sell"), ("short", "buy")):
        for age, offset in (("history", "close"), ("today", "close_today")):
            free = row[f"{held}_{age}"] - row[f"{held}_{age}_frozen"]
            if free > 0:
                closings.append(Closing(side, offset, free))
    frozen = sum(row[name] for name in HELD if name.endswith("frozen"))
    return Position(
        row["trading_code"],
        row["contract"],
        words(row["hedge"]),
        f"{row['long_history']:,} + {row['long_today']:,}",
        f"{row['short_history']:,} + {row['short_today']:,}",
        f"{frozen:,}",
        closings,
    )


def live_orders(token: str, code: str = "") -> list[OrderLine]:
    """Return one's orders in the book, the newest first."""
    rows = door.ask(token, "/v1/orders", code=code)["orders"]
    return [
        OrderLine(
            row["order_id"],
            "",
            row["trading_code"],
            row["contract"],
            row["side"],
            words(row["offset"]),
            grouped(row["price"]),
            f"{row['remaining_lots']:,}",
            "",
            "live",
        )
        for row in reversed(rows)
    ]


def day_orders(token: str, code: str = "") -> list[OrderLine]:
    """Return one's orders of today, whatever became of them, the newest first."""
    rows = door.ask(token, "/v1/orders", all="1", code=code)["orders"]
    return [order_line(row) for row in reversed(rows)]


def order_line(row: dict[str, Any]) -> OrderLine:
    """Return an order of today."""
    return OrderLine(
        row["order_id"],
        row["time"][11:19],
        row["trading_code"],
        row["contract"],
        row["side"],
        words(row["offset"]),
        grouped(row["price"]),
        f"{row['lots']:,}",
        f"{row['filled_lots']:,}",
        row["state"],
    )


def day_trades(token: str, code: str = "") -> list[TradeLine]:
    """Return one's trades of today, the newest first."""
    rows = door.ask(token, "/v1/trades", code=code)["trades"]
    return [
        TradeLine(
            row["time"][11:19],
            row["trading_code"],
            row["contract"],
            row["side"],
            words(row["offset"]),
            grouped(row["price"]),
            f"{row['lots']:,}",
        )
        for row in reversed(rows)
    ]


def refused(row: SentOrder, language: PageWords) -> Refused:
    """Return why the exchange refused an order: number, words, rule, figures."""
    return refusal_words(row.refusal, (row.first_figure, row.second_figure), row.contract, language)


def refusal_words(
    number: int, figures: tuple[int, int], contract: str, language: PageWords
) -> Refused:
    """Return a refusal in a reader's language; figures by the day that runs, where it is known."""
    refusal, place = BY_NUMBER[number], 0 if language.code == "en" else 1
    day, asked, allowed = shown().follower.day, "", ""
    if day is not None:
        known = day.names.contract_rows.get(contract, -1)
        asked, allowed = show_figures(day.image, known, figures, refusal.unit)
    return Refused(
        number,
        (refusal.english, refusal.chinese)[place],
        ARTICLES[refusal.article][place] if refusal.article else "",
        in_language(asked, language),
        in_language(allowed, language),
    )


def in_language(text: str, language: PageWords) -> str:
    """Return a reader's part of words that are told in English and in Chinese, ``day / 当日``."""
    return text.split(" / ")[0 if language.code == "en" else -1]


def explained(token: str, row: SentOrder, language: PageWords) -> list[tuple[str, str, str, str]]:
    """Return the checks that an order met, in order: words, rule, figures, outcome."""
    path = f"/v1/explain/{row.sequence}"
    found = door.ask(token, path, day=str(row.trading_day))
    return [
        (
            check["words"] if language.code == "en" else check["chinese"],
            in_language(check["rule"], language),
            " / ".join(in_language(check[name], language) for name in ("asked", "allowed")),
            "passed" if check["passed"] else "refused",
        )
        for check in found["checks"]
    ]
