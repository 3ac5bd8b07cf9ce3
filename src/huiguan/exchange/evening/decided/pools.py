"""Pools of members between two days: money, what collateral counts for, what may go out."""

from typing import NamedTuple

import numpy as np

from huiguan.exchange.clearing.collateral import may_release
from huiguan.exchange.clearing.deposit import COVERED, withdrawable
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.day_money import held_or_traded, rules_of_pools
from huiguan.exchange.evening.day_postings import pool_name
from huiguan.exchange.evening.rules_of_day import PoolRules
from huiguan.exchange.rules.parameters import parameters
from huiguan.exchange.rules.rows import Books


class PoolStands(NamedTuple):
    """A pool between two days, in fen; its rules are those of the venues of its positions."""

    cash_fen: int
    margin_fen: int
    collateral_fen: int  # as the one figure of the image
    minimum_fen: int
    rules: PoolRules

    @property
    def usable_fen(self) -> int:
        """Return what its collateral counts for."""
        return self.usable_of(self.collateral_fen)

    @property
    def withdrawable_fen(self) -> int:
        """Return what may be taken out of it."""
        usable = self.usable_fen
        return withdrawable(self.cash_fen, self.margin_fen, usable, self.minimum_fen, COVERED)

    def usable_of(self, collateral_fen: int) -> int:
        """Return what other collateral would count for: by value, by cash, never above margin."""
        return self.rules.usable_fen(collateral_fen, self.cash_fen, self.margin_fen)

    def may_fall_to(self, collateral_fen: int) -> bool:
        """Return whether so much collateral, and the cash there is, keep margin and minimum."""
        usable = self.usable_of(collateral_fen)
        return may_release(self.cash_fen, self.margin_fen, usable, self.minimum_fen)


def pools_of_morning(image: DayImage, books: Books) -> dict[str, PoolStands]:
    """Return every pool of a morning by its name, like ``0001/clients``."""
    rows = image.positions
    rules = _rules(image, books, rows["trading_code"], rows["instrument"])
    return {
        pool_name(image, index): PoolStands(
            cash_fen=int(pool["cash_fen"]),
            margin_fen=int(pool["margin_fen"]),
            collateral_fen=int(pool["collateral_fen"]),
            minimum_fen=held.minimum_fen(futures_firm=bool(pool["futures_firm"])),
            rules=held,
        )
        for index, (pool, held) in enumerate(zip(image.pools, rules, strict=True))
    }


def pools_of_evening(image: DayImage, result: DayResult, books: Books) -> dict[str, PoolStands]:
    """Return every pool of a day that is cleared, as the next opening finds it."""
    rules = _rules(image, books, *held_or_traded(image, result.trades))
    return {
        pool_name(image, index): PoolStands(
            cash_fen=int(pool["cash_fen"]),
            margin_fen=int(pool["margin_fen"]),
            collateral_fen=int(pool["collateral_fen"]),
            minimum_fen=int(pool["minimum_fen"]),
            rules=held,
        )
        for index, (pool, held) in enumerate(zip(result.pools, rules, strict=True))
    }


def _rules(
    image: DayImage, books: Books, codes: np.ndarray, instruments: np.ndarray
) -> list[PoolRules]:
    names, day = image.names, image.settings.trading_day
    products = [names.products[number] for number in image.instruments["product"].tolist()]
    venues = [books.products[name].venue for name in products]
    one = dict(zip(reversed(venues), reversed(names.instruments), strict=True))
    by_venue = {venue: parameters(books, one[venue], day) for venue in dict.fromkeys(venues)}
    return rules_of_pools(image, venues, by_venue, codes, instruments)
