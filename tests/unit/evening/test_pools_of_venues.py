"""SHFE and INE clear their members apart: a pool is held to the rows of the venues it serves."""

from pathlib import Path

import numpy as np
import pytest

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.instructions.money import SetCollateral
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.day_end import close_day
from huiguan.exchange.evening.explanations.money import explain_call
from huiguan.exchange.evening.next_day import next_image
from huiguan.exchange.evening.rules_of_day import rules_of_day
from huiguan.exchange.messages import Side
from huiguan.exchange.rules.rows import Books
from tests.laid_over import laid_over, row
from tests.markets import DAY, Market, books, market_image

PRICES = {"cu2610": 106_860, "sc2610": 5_849}
NAMES = list(PRICES)
SINCE = "effective = 2026-08-21"


def ine_books(folder: Path, minimum: str = "highest") -> Books:
    """Return books in which INE asks for 3,000,000 and lets 60 % of collateral count."""
    return laid_over(
        folder,
        "ine/venue.toml",
        row("deposit", SINCE, futures_firm='"3000000"', other='"700000"'),
        row("collateral", SINCE, value_share='"60%"', cash_multiple="4", currency_share='"95%"'),
        row("shared_pool", SINCE, minimum=f'"{minimum}"'),
    )


def held_image(changed: Books) -> DayImage:
    """Code 0 holds cu long, code 1 sc long, code 2 both short; member 1's clients nothing."""
    image = market_image(codes=4, members=2, prices=PRICES, rulebooks=changed, deposit_fen=10**9)
    rows = [(0, 0, 10, 0), (1, 1, 10, 0), (2, 0, 0, 10), (2, 1, 0, 10)]
    positions = np.zeros(4, image.positions.dtype)
    lots = np.zeros(4, image.lots.dtype)
    for index, (code, instrument, longs, shorts) in enumerate(rows):
        position, lot = positions[index], lots[index]
        position["trading_code"] = lot["trading_code"] = code
        position["instrument"] = lot["instrument"] = instrument
        position["long_lots"], position["short_lots"] = longs, shorts
        lot["side"], lot["lots"], lot["trade"] = Side.BUY if longs else Side.SELL, 10, 1
        lot["open_price_units"], lot["open_day"] = list(PRICES.values())[instrument], DAY - 1
    return image._replace(positions=positions, lots=lots)


def closed(changed: Books) -> tuple[DayImage, DayResult]:
    image = held_image(changed)
    return image, close_day(image, Market(image, None).events(), rules_of_day(changed, NAMES, DAY))  # type: ignore[arg-type]


def minimums(result: DayResult) -> dict[tuple[int, int], int]:
    return {(int(r["member"]), int(r["house"])): int(r["minimum_fen"]) for r in result.pools}


@pytest.mark.parametrize(
    ("minimum", "both"),
    [("highest", 300_000_000), ("added", 500_000_000)],  # max(2, 3) or 2 + 3 million yuan
)
def test_minimum_of_each_pool(tmp_path: Path, minimum: str, both: int) -> None:
    assert minimums(closed(ine_books(tmp_path, minimum))[1]) == {
        (0, 1): 200_000_000,  # code 0: copper at SHFE
        (1, 1): 300_000_000,  # code 1: crude oil at INE
        (0, 0): both,  # code 2 holds both
        (1, 0): both,  # nothing held: what all venues of the day ask for
    }
    assert set(minimums(closed(books())[1]).values()) == {200_000_000}


def test_collateral_of_each_pool(tmp_path: Path) -> None:
    """1,000,000.00 lodged counts 80 % at SHFE and 60 % at INE; both: the lower share.

    No more than the margin counts: 11 % of 5,343,000.00 is 587,730.00, below 800,000.00.
    """
    changed = ine_books(tmp_path)
    image, result = closed(changed)
    orders = [
        SetCollateral(
            maker="a",
            checker="b",
            reference=f"{member}{house}",
            member=member,
            house=house,
            value_fen=100_000_000,
        )
        for member, house in (("0000", True), ("0001", True), ("0000", False))
    ]
    pools = next_image(image, result, changed, orders).pools
    usable = {(int(r["member"]), int(r["house"])): int(r["usable_fen"]) for r in pools}
    assert usable[0, 1] == 58_773_000
    assert usable[1, 1] == usable[0, 0] == 60_000_000


def test_a_call_is_explained_by_the_rows_of_its_pools(tmp_path: Path) -> None:
    changed = ine_books(tmp_path)
    image, result = closed(changed)
    rules = rules_of_day(changed, NAMES, DAY)
    cited = explain_call(image, result, rules, "0000").rules
    names = [type(one.row).__name__ for one in cited]
    assert names.count("Deposit") == names.count("Collateral") == 2  # those of SHFE and of INE
    assert "SharedPool" in names
