"""A live day product by product: phase, halts, and what the clock brings next."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.exchange.messages import Phase, Right
from huiguan.exchange.reports.command_words import PHASES
from huiguan.foundation.calendars import clock_text
from huiguan.office.display.boards import group_place

if TYPE_CHECKING:
    from huiguan.exchange.rules.rows import Books
    from huiguan.office.feed.public_day import PublicDay

SHOWN = 4  # contracts named in a cell


class ProductLine(NamedTuple):
    """How a product stands."""

    product: str
    english: str
    chinese: str
    contracts: int
    phase: str
    next_phase: str
    next_at: str
    halted: str  # contracts by name, "" for none
    bounded: str  # contracts in which not everybody may do everything
    trades_lots: str


def product_lines(day: PublicDay, books: Books, halted: set[str]) -> list[ProductLine]:
    """Return a line a product, as the exchanges present them; call it with the lock held."""
    names = sorted(day.names.products, key=group_place)
    return [product_line(day, books, name, halted) for name in names]


def product_line(day: PublicDay, books: Books, code: str, halted: set[str]) -> ProductLine:
    """Return how a product stands."""
    rows = day.months_of(day.names.product_rows[code])
    states, product = day.books.states, books.products.get(code)
    contracts = [day.names.contracts[row] for row in rows]
    bounded = [day.names.contracts[row] for row in rows if states["right"][row] != Right.ALLOW]
    phase = Phase(int(states["phase"][rows[0]])) if rows else Phase.CLOSED
    following, at = next_phase(day, rows[0]) if rows else ("", "")
    volume = int(day.books.volumes["volume_lots"][rows].sum())
    return ProductLine(
        product=code,
        english=product.name if product else code,
        chinese=product.chinese if product else code,
        contracts=len(rows),
        phase=PHASES[phase][0],
        next_phase=following,
        next_at=at,
        halted=some([name for name in contracts if name in halted], len(rows)),
        bounded=some(bounded, len(rows)),
        trades_lots=f"{volume:,}",
    )


def some(names: list[str], of: int) -> str:
    """Return names for a cell: all of them in one word, or the first and how many more."""
    if names and len(names) == of:
        return "all contracts"
    more = f" +{len(names) - SHOWN}" if len(names) > SHOWN else ""
    return " ".join(names[:SHOWN]) + more


def next_phase(day: PublicDay, contract: int) -> tuple[str, str]:
    """Return the next phase of a contract by the schedule of the day, and when it begins."""
    rows = day.image.phases
    group = day.image.instruments["phase_group"][contract]
    ahead = np.flatnonzero((rows["group"] == group) & (rows["time_ns"] > day.books.time_ns))
    if not len(ahead):
        return "", ""
    first = ahead[np.argmin(rows["time_ns"][ahead])]
    return PHASES[Phase(int(rows["phase"][first]))][0], clock_text(int(rows["time_ns"][first]))[:16]
