"""A small random market day for clearing: an image from the rulebooks, and trades that fit it."""

from dataclasses import dataclass, field
from functools import lru_cache
from random import Random  # noqa: TID251  seeded by the test

import numpy as np

from huiguan.exchange.day.contract_tables import ListedContract, contract_tables
from huiguan.exchange.day.image import DayImage, Names, Settings
from huiguan.exchange.day.result import TradeRow
from huiguan.exchange.evening.rules_of_day import DayRules, rules_of_day
from huiguan.exchange.events import (
    CANCELLED,
    ENTERED,
    FRAME,
    ORDERS,
    TRANSFER,
    DayEvents,
)
from huiguan.exchange.messages import Hedge, Offset, Side
from huiguan.exchange.rules.rows import Books
from huiguan.foundation.records import table_layout
from huiguan.foundation.tables import empty_tables
from huiguan.storage.market.rulebooks.load import load_books

DAY = 20260821
PRICES = {  # settlement of 2026-08-20 in units of the quote
    "cu2609": 107_180,
    "cu2610": 106_860,
    "cu2611": 106_650,
    "ag2610": 16_110,
    "au2610": 96_962,
    "ec2608": 31_480,
    "sc2610": 5_849,
}
Key = tuple[int, int, int, int]  # code, instrument, hedge, side


@lru_cache(1)
def books() -> Books:
    return load_books()


@lru_cache(4)
def rules(day: int = DAY) -> DayRules:
    """Return the rules for clearing the contracts of ``PRICES``."""
    return rules_of_day(books(), list(PRICES), day)


@dataclass
class Market:
    """What is held, so that every close fits; and the trades so far."""

    image: DayImage
    random: Random
    history: dict[Key, int] = field(default_factory=dict)
    today: dict[Key, int] = field(default_factory=dict)
    trades: list[tuple[int, ...]] = field(default_factory=list)

    def intent(self, side: Side) -> tuple[int, int, Offset, int, int]:
        """Return code, instrument, offset, hedge flag and most lots of somebody on a side."""
        held = Side(1 - side)
        closes = [
            (key, offset, lots)
            for sets, offset in ((self.history, Offset.CLOSE), (self.today, Offset.CLOSE_TODAY))
            for key, lots in sets.items()
            if lots and key[3] == held
        ]
        if closes and self.random.random() < 0.5:
            key, offset, lots = self.random.choice(closes)
            return key[0], key[1], offset, key[2], lots
        code = self.random.randrange(len(self.image.trading_codes))
        instrument = self.random.randrange(len(self.image.instruments))
        hedge = self.random.choice([Hedge.SPECULATION, Hedge.SPECULATION, Hedge.HEDGE])
        return code, instrument, Offset.OPEN, hedge, 9

    def trade(self) -> None:
        """Let two intents of one instrument meet."""
        buyer = self.intent(Side.BUY)
        seller = self.intent(Side.SELL)
        if seller[1] != buyer[1]:
            seller = (seller[0], buyer[1], Offset.OPEN, Hedge.SPECULATION, 9)
        lots = self.random.randint(1, min(buyer[4], seller[4]))
        limits = self.image.instruments[buyer[1]]
        low, high = int(limits["lower_limit_ticks"]), int(limits["upper_limit_ticks"])
        price = self.random.randint(low + 1, high - 1)  # a lock would need orders behind it
        for side, (code, instrument, offset, hedge, _) in ((Side.BUY, buyer), (Side.SELL, seller)):
            if offset == Offset.OPEN:
                key = (code, instrument, int(hedge), int(side))
                self.today[key] = self.today.get(key, 0) + lots
            else:
                key = (code, instrument, int(hedge), 1 - side)
                sets = self.today if offset == Offset.CLOSE_TODAY else self.history
                if sets[key] < lots:  # one code on both sides closed it already
                    return
                sets[key] -= lots
        row = (price, lots, buyer[1], buyer[0], seller[0], buyer[2], seller[2], buyer[3], seller[3])
        self.trades.append(tuple(int(value) for value in row))

    def events(self) -> DayEvents:
        """Return the trades as the columns of a day."""
        trades = np.array(self.trades, table_layout(TradeRow))
        orders = np.zeros(len(trades), ORDERS)
        orders["sequence"] = np.arange(1, len(trades) + 1)
        return DayEvents(
            trades=trades,
            trade_orders=orders,
            entered=np.empty(0, ENTERED),
            cancelled=np.empty(0, CANCELLED),
            transfers=np.empty(0, TRANSFER),
            frames=np.empty(0, FRAME),
            late_from=np.iinfo(np.int64).max,
        )


def market_image(
    codes: int = 8,
    members: int = 2,
    deposit_fen: int = 10**12,
    prices: dict[str, int] | None = None,
    day: int = DAY,
    rulebooks: Books | None = None,
) -> DayImage:
    """Return an image of the reference day; code i belongs to member i mod ``members``.

    The first code of each member is its own account; every code is its own holder.
    """
    prices = prices or PRICES
    listed = [ListedContract(code=name, settlement_units=units) for name, units in prices.items()]
    made = contract_tables(rulebooks or books(), day, listed)
    tables = empty_tables(DayImage)
    tables.update(
        instruments=made.instruments,
        margins=made.margins,
        fees=made.fees,
        phases=made.phases,
        contract_states=made.contract_states,
    )
    owners = np.zeros(codes, tables["trading_codes"].dtype)
    owners["deposit_fen"], owners["member"] = deposit_fen, np.arange(codes) % members
    owners["holder"], owners["house"] = np.arange(codes), np.arange(codes) < members
    tables["trading_codes"] = owners
    pools = np.zeros(2 * members, tables["pools"].dtype)
    pools["member"], pools["house"] = np.arange(2 * members) // 2, np.arange(2 * members) % 2
    pools["futures_firm"] = 1
    for index, pool in enumerate(pools):
        own = (owners["member"] == pool["member"]) & (owners["house"] == pool["house"])
        pools["cash_fen"][index] = owners["deposit_fen"][own].sum()
    tables["pools"] = pools
    clearing = np.zeros(members, tables["members"].dtype)
    np.add.at(clearing["deposit_fen"], pools["member"], pools["cash_fen"])
    tables["members"] = clearing
    names = Names(
        instruments=made.instrument_names,
        products=made.product_names,
        phase_groups=made.phase_group_names,
        trading_codes=[f"{i:012d}" for i in range(codes)],
        members=[f"{i:04d}" for i in range(members)],
        holders=[f"{i:08d}" for i in range(codes)],
    )
    return DayImage(settings=Settings(trading_day=day), names=names, **tables)


def market(seed: int, trades: int = 60, lots: int = 12, **more: int) -> Market:
    """Return a market with carried lots (long and short in pairs) and ``trades`` trades."""
    random = Random(seed)  # noqa: S311  a market, no secret
    image = market_image(**more)
    rows: list[tuple[int, ...]] = []
    history: dict[Key, int] = {}
    for number in range(lots):
        instrument = random.randrange(len(image.instruments))
        price = int(image.instruments["previous_settlement_ticks"][instrument])
        price = (price + random.randint(-50, 50)) * int(image.instruments["tick_units"][instrument])
        count, day = random.randint(1, 9), DAY - random.randint(1, 4)
        for side in Side:
            code = random.randrange(len(image.trading_codes))
            hedge = int(random.choice([Hedge.SPECULATION, Hedge.HEDGE]))
            rows.append((price, number + 1, code, instrument, day, count, int(side), hedge))
            key = (code, instrument, hedge, int(side))
            history[key] = history.get(key, 0) + count
    table = np.array(rows, image.lots.dtype)
    order = ["trading_code", "instrument", "hedge", "side", "open_day", "trade"]
    table = np.sort(table, order=order)
    keys = sorted({key[:3] for key in history})
    positions = np.zeros(len(keys), image.positions.dtype)
    for index, key in enumerate(keys):
        row = positions[index]
        row["trading_code"], row["instrument"], row["hedge"] = key
        row["long_lots"] = history.get((*key, int(Side.BUY)), 0)
        row["short_lots"] = history.get((*key, int(Side.SELL)), 0)
    image = image._replace(lots=table, positions=positions)
    made = Market(image=image, random=random, history=history)
    for _ in range(trades):
        made.trade()
    return made
