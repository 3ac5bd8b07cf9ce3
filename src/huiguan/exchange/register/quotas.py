"""Hedging quotas by stage: which months are near delivery, what a contract has, which papers.

Regular months end with the last trading day of the second month before delivery; the month before
and the delivery month are near delivery. Fuel oil is one month earlier (rulebook 3.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from huiguan.exchange.register.lists import ENDED, GENERAL, NEAR, PAPERS, Row

if TYPE_CHECKING:
    from collections.abc import Iterable

MONTHS_EARLIER = {"fu": 1}
NEAR_MONTHS = 1  # the month before delivery and the delivery month
FIRST_MONTHS = 3  # near delivery is applied for from the third month before on
NEEDED = {GENERAL: ("licence", "plan", "hedging plan"), NEAR: PAPERS}


class Month(NamedTuple):
    """A contract by its product and its month, yyyymm."""

    product: str
    month: int


def months_before(month: int, trading_day: int) -> int:
    """Return how many months lie between a day and a delivery month: 202610 is 2 in August 2026."""
    year, number = divmod(trading_day // 100, 100)
    return (month // 100 - year) * 12 + month % 100 - number


def stage_of(contract: Month, trading_day: int) -> str:
    """Return the stage of a contract on a day.

    cu2610 is near delivery from 2026-09-01 on, fu2610 from 2026-08-03 on.
    """
    last = NEAR_MONTHS + MONTHS_EARLIER.get(contract.product, 0)
    return NEAR if months_before(contract.month, trading_day) <= last else GENERAL


def can_apply(contract: Month, trading_day: int) -> bool:
    """Return whether near delivery can be applied for: third month before to the month before."""
    earlier = MONTHS_EARLIER.get(contract.product, 0)
    return (
        NEAR_MONTHS + earlier
        <= months_before(contract.month, trading_day)
        <= (FIRST_MONTHS + earlier)
    )


def lots_of(quotas: Iterable[Row], code: str, contract: Month, trading_day: int) -> tuple[int, int]:
    """Return the lots long and short that a client's quotas give in a contract on a day.

    In regular months what was granted for the product; near delivery for that contract alone.
    """
    stage = stage_of(contract, trading_day)
    wanted = contract.product if stage == GENERAL else code
    held = [
        row
        for row in quotas
        if row["stage"] == stage
        and row["of"] == wanted
        and row["state"] != ENDED
        and trading_day <= int(row["until"].replace("-", ""))
    ]
    return sum(int(row["long_lots"]) for row in held), sum(int(row["short_lots"]) for row in held)


def missing_papers(row: Row) -> list[str]:
    """Return the papers that a quota of this stage needs and an application does not name."""
    given = papers_of(row)
    return [paper for paper in NEEDED[row["stage"]] if paper not in given]


def papers_of(row: Row) -> list[str]:
    """Return the papers that an application names."""
    return [word.strip() for word in row["papers"].split(";") if word.strip()]
