"""The books of the public feed as pictures: what a reader of JSON is told of a contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from huiguan.exchange.day.image import NO_PRICE
from huiguan.exchange.market_data.feed_books import FeedBooks, Taken
from huiguan.exchange.market_data.records import Taker
from huiguan.exchange.messages import Phase, Side
from huiguan.exchange.reports.words import yuan
from huiguan.floor.hall.clock import exchange_words

if TYPE_CHECKING:
    import numpy as np

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.day.names import DayNames

LEVELS = 5  # of a picture
Said = dict[str, Any]


class PicturedBooks(FeedBooks):
    """The books of a day, in words."""

    def __init__(self, image: DayImage, names: DayNames) -> None:
        """Begin empty: a snapshot comes first."""
        super().__init__(image)
        self.names = names

    def levels(self, contract: int, side: Side, most: int) -> list[list[str | int]]:
        """Return [price, lots, orders] of the best ``most`` prices of a side, the best first."""
        found = self.best(contract, side, most)
        return [[self.names.price(contract, ticks), lots, orders] for ticks, lots, orders in found]

    def picture(self, contract: int, levels: int = LEVELS) -> Said:
        """Return a contract as it stands."""
        prices = {
            name: None if column[contract] == NO_PRICE else self._price(contract, column)
            for name, column in self.prices.items()
        }
        volumes, states = self.volumes, self.states
        return {
            "type": "picture",
            "contract": self.names.contracts[contract],
            **self.stamp(),
            **prices,
            "volume_lots": int(volumes["volume_lots"][contract]),
            "turnover": yuan(int(volumes["turnover_fen"][contract])),
            "open_interest_lots": int(volumes["open_interest_lots"][contract]),
            "phase": Phase(int(states["phase"][contract])).name.lower(),
            "halted": bool(states["halted"][contract]),
            "withheld": bool(states["withheld"][contract]),
            "bids": self.levels(contract, Side.BUY, levels),
            "asks": self.levels(contract, Side.SELL, levels),
        }

    def _price(self, contract: int, column: np.ndarray) -> str:
        return self.names.price(contract, int(column[contract]))

    def stamp(self) -> Said:
        """Return day, sequence and time of what is known."""
        time = exchange_words(self.time_ns)
        return {"trading_day": self.trading_day, "sequence": self.sequence, "time": time}

    def changes(self, contract: int, taken: Taken) -> Said:
        """Return every change of a contract's levels and every trade of one read, in order."""
        names = self.names
        levels = taken.levels[taken.levels["instrument"] == contract]
        trades = taken.trades[taken.trades["instrument"] == contract]
        return {
            "type": "changes",
            "contract": names.contracts[contract],
            **self.stamp(),
            "levels": [
                [Side(side).name.lower(), names.price(contract, ticks), lots, orders]
                for side, ticks, lots, orders in columns(
                    levels, "side", "price_ticks", "lots", "orders"
                )
            ],
            "trades": [
                [names.price(contract, ticks), lots, Taker(taker).name.lower()]
                for ticks, lots, taker in columns(trades, "price_ticks", "lots", "taker")
            ],
        }


def columns(rows: np.ndarray, *fields: str) -> list[tuple[int, ...]]:
    """Return some fields of every row as plain numbers."""
    return list(zip(*(rows[field].tolist() for field in fields), strict=True))
