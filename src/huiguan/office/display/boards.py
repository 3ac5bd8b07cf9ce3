"""The board: which rows it has, in which order, under which heads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from huiguan.office.display.figures import Figures, Row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from huiguan.exchange.rules.rows import Books
    from huiguan.office.feed.public_day import PublicDay

GUESSED = ("assumed", "invented", "unconfirmed")
MARKED = ("terms", "circular", "session", "schedule")  # the rules whose values a board shows
WALL_ROWS = 9
GROUPS = (  # as the exchanges present their products; what is not named comes last
    ("base metals", ("cu", "bc", "al", "zn", "pb", "ni", "sn", "ao", "ad")),
    ("precious metals", ("au", "ag")),
    ("ferrous metals", ("rb", "wr", "hc", "ss")),
    ("energy and chemicals", ("sc", "lu", "fu", "bu", "br", "ru", "nr", "sp", "op")),
    ("shipping", ("ec",)),
)
OTHERS = "others"


class Column(NamedTuple):
    """A column of a board."""

    name: str  # the style sheet says from which width on it is shown
    head: str


COLUMNS = (
    Column("last", "last"),
    Column("change", "net change"),
    Column("percent", "net change %"),
    Column("bid_lots", "bid lots"),
    Column("bid", "bid"),
    Column("ask", "ask"),
    Column("ask_lots", "ask lots"),
    Column("volume", "volume"),
    Column("interest", "open interest"),
    Column("interest_change", "change of open interest"),
    Column("open", "open"),
    Column("high", "high"),
    Column("low", "low"),
)
ACROSS = 3  # columns that words stand across where there is no price
SORTS = ("percent", "volume", "interest", "interest_change")


class Line(NamedTuple):
    """A row of a board with the names of its product."""

    product: str
    english: str
    chinese: str
    mark: bool  # some value of it is assumed, invented or not confirmed
    row: Row
    figures: Figures


def line_of(day: PublicDay, books: Books, contract: int) -> Line:
    """Return a contract as a line."""
    code = day.names.products[int(day.image.instruments["product"][contract])]
    product = books.products.get(code)
    figures = Figures(day, contract)
    return Line(
        product=code,
        english=product.name if product else code,
        chinese=product.chinese if product else code,
        mark=is_guessed(books, code, day.trading_day),
        row=figures.row(),
        figures=figures,
    )


def is_guessed(books: Books, product: str, trading_day: int) -> bool:
    """Return whether a value that a board shows of a product stands in for one nobody has read."""
    found = books.products.get(product)
    if found is None:
        return True
    rows: list[Any] = [row for name in MARKED for row in found.rows.get(name, ())]
    return any(row.status in GUESSED and row.effective <= trading_day for row in rows)


def sort_key(line: Line, by: str, sign: int) -> tuple[int, int, str]:
    """Return where a line stands when sorted by a column; what has no figure comes last."""
    figures, code = line.figures, line.row.contract
    if by == "percent":
        last = figures.ticks("last")
        if last is None or figures.previous <= 0:
            return (1, 0, code)
        return (0, -sign * ((last - figures.previous) * 10**9 // figures.previous), code)
    if by == "interest_change":
        return (0, -sign * figures.interest_change(), code)
    name = "volume_lots" if by == "volume" else "open_interest_lots"
    return (0, -sign * figures.volume(name), code)


def ordered(lines: Iterable[Line], by: str) -> list[Line]:
    """Return lines as a reader wants them: ``volume``, or ``-volume`` for the smallest first.

    By anything else they stand as the exchanges present their products.
    """
    name, sign = by.removeprefix("-"), -1 if by.startswith("-") else 1
    if name in SORTS:
        return sorted(lines, key=lambda line: sort_key(line, name, sign))
    return sorted(lines, key=lambda line: group_place(line.product))


def group_place(product: str) -> tuple[int, int]:
    """Return the place of a product as the exchanges present them."""
    for number, (_, codes) in enumerate(GROUPS):
        if product in codes:
            return (number, codes.index(product))
    return (len(GROUPS), 0)


def board_lines(day: PublicDay, books: Books, by: str = "") -> list[Line]:
    """Return a line a product, of its main contract."""
    return ordered((line_of(day, books, contract) for contract in day.mains), by)


def wall_pages(lines: list[Line]) -> list[tuple[str, list[Line]]]:
    """Return the lines in groups of products, each short enough for a wall."""
    named = [(name, number) for number, (name, _) in enumerate(GROUPS)]
    pages = []
    for name, number in [*named, (OTHERS, len(GROUPS))]:
        own = [line for line in lines if group_place(line.product)[0] == number]
        pages += [(name, own[at : at + WALL_ROWS]) for at in range(0, len(own), WALL_ROWS)]
    return pages


def busiest(day: PublicDay) -> int:
    """Return the main contract with the largest volume of the day so far."""
    volumes = day.books.volumes["volume_lots"][day.mains]
    return day.mains[int(np.argmax(volumes))]
