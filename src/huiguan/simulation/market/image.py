"""The first image of a simulated market: real contracts and rules, invented people and positions.

Contracts, limits, margins, fees, sessions are those of the rulebooks on the day. Settlement prices
are those of the reference day where it knows them; everything else of prices, open interest,
positions and money is invented, and the image's status says so.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from huiguan.exchange.day.contract_tables import (
    ContractTables,
    ListedContract,
    contract_tables,
    quote_of,
    units_of,
)
from huiguan.exchange.day.image import (
    DayImage,
    HeldLot,
    HeldPosition,
    HolderLimit,
    Names,
    Pool,
    Settings,
)
from huiguan.exchange.day.keys import margin_row, position_key, split_key
from huiguan.exchange.day.settings_of_day import settings_of_day
from huiguan.exchange.messages import Hedge, Side
from huiguan.exchange.rules.instruments import listed_contracts
from huiguan.exchange.rules.parameters import ContractParameters, parameters
from huiguan.exchange.rules.rows import Books
from huiguan.foundation.calendars import show_day, trading_day_before
from huiguan.foundation.faults import InputFault
from huiguan.foundation.records import blank_rows, table_layout
from huiguan.foundation.tables import empty_tables
from huiguan.simulation.chance import stream
from huiguan.simulation.market.people import People, Role, Size, people, size_of
from huiguan.storage.market.reference_day import REFERENCE_DAY, ReferencePrice, load_reference_day

OPEN_INTEREST_SHARE = 20  # the simulated market holds a twentieth of the reference day's lots
PRICE_TICKS = 5_000  # of a product that the reference day does not know
CHUNKS = 24  # past trades a contract's open interest comes from, where no limit asks for more
YUAN = 100
TEN_THOUSAND_YUAN = 10_000 * YUAN
POSITIONS_EACH, MOST_POSITIONS = 64, 1 << 19
ORDERS_EACH, LEAST_ORDERS, MOST_ORDERS = 16, 1 << 15, 1 << 20
SESSIONS = 64


class FirstImage(NamedTuple):
    """The image, and which of its settlement prices are known from the reference day."""

    image: DayImage
    known_prices: int


class PastTrades(NamedTuple):
    """Where the open positions come from: a buyer and a seller of each lot."""

    instrument: np.ndarray
    lots: np.ndarray
    buyer: np.ndarray
    seller: np.ndarray
    seller_hedge: np.ndarray


def listed_with_prices(
    books: Books, day: int, products: list[str]
) -> tuple[list[ListedContract], int]:
    """Return every contract of ``products`` on ``day`` with price and open interest.

    The second value counts prices that are not invented: those of the reference day itself. On
    another day the n-th month of a product takes the price of the n-th month of the reference day.
    """
    reference = load_reference_day(books)
    rows, known = [], 0
    for product in products:
        prices = [row for row in reference.values() if row.contract[:-4] == product]
        for place, found in enumerate(listed_contracts(books, day, [product])):
            values = parameters(books, found, day)
            quote = quote_of(values)
            row: ReferencePrice | None = prices[min(place, len(prices) - 1)] if prices else None
            if day == REFERENCE_DAY and row is not None:
                row = reference[found.code]
                known += row.status != "invented"
            units, lots = PRICE_TICKS * quote.tick_units, 2_000 >> min(place, 9)
            if row is not None:
                units = units_of(row.previous_settlement, quote.unit_decimals)
                lots = (row.open_interest_lots or 0) // OPEN_INTEREST_SHARE
            new = found.listed == day
            rows.append(
                ListedContract(
                    code=found.code,
                    settlement_units=units // quote.tick_units * quote.tick_units,
                    open_interest_lots=0 if new else _whole(lots, max(1, values.multiple.lots)),
                    has_traded=not new,
                )
            )
    return rows, known


def _whole(lots: int, multiple: int) -> int:
    return lots // multiple * multiple


def past_trades(tables: ContractTables, men: People, chance: np.random.Generator) -> PastTrades:
    """Return trades whose lots add up to each contract's open interest.

    A contract's chunks go round among takers, so that no holder comes near its limit; a part of
    each chunk run is sold by hedgers of the product.
    """
    rows = tables.instruments
    multiple = rows["lots_multiple"].astype(np.int64)
    wanted = rows["last_open_interest_lots"] // multiple
    limit = np.where(rows["position_limit_lots"] > 0, rows["position_limit_lots"], 1 << 30)
    chunk = np.minimum(wanted // CHUNKS + 1, np.maximum(limit // multiple // 6, 1))
    count = -(-wanted // chunk)
    instrument = np.repeat(np.arange(len(rows)), count)
    place = np.arange(len(instrument)) - np.repeat(np.cumsum(count) - count, count)
    left = wanted[instrument] - place * chunk[instrument]
    lots = np.minimum(left, chunk[instrument]) * multiple[instrument]
    takers = np.flatnonzero(men.roles == Role.TAKER)
    orders = chance.permutation(takers), chance.permutation(takers)
    starts = chance.integers(0, len(takers), (2, len(rows)))
    sides = [
        order[(start[instrument] + place) % len(takers)]
        for order, start in zip(orders, starts, strict=True)
    ]
    seller, hedge = sides[1], np.zeros(len(lots), np.int64)
    for place_of, code in enumerate(np.flatnonzero(men.roles == Role.HEDGER).tolist()):
        own = np.flatnonzero(
            (rows["product"][instrument] == place_of % len(tables.product_names))
            & (place == place_of // len(tables.product_names) + 1)
        )
        seller[own], hedge[own] = code, Hedge.HEDGE
    return PastTrades(instrument, lots, sides[0], seller, hedge)


def lots_and_positions(
    books: Books,
    day: int,
    tables: ContractTables,
    trades: PastTrades,
    chance: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the tables of lots and positions that the past trades left."""
    rows = tables.instruments
    calendar = next(iter(books.calendars.values()))
    days = np.array([trading_day_before(calendar, day, n + 1) for n in range(5)])
    count = len(trades.lots)
    tick_units = rows["tick_units"][trades.instrument]
    settlement = rows["previous_settlement_ticks"][trades.instrument].astype(np.int64)
    drift = settlement * chance.integers(-20, 21, count) // 1_000
    lots = blank_rows(HeldLot, 2 * count)
    opened = days[chance.integers(0, len(days), count)]
    for side, codes in ((Side.BUY, trades.buyer), (Side.SELL, trades.seller)):
        half = lots[int(side) * count : (int(side) + 1) * count]
        half["open_price_units"] = (settlement + drift) * tick_units
        half["trade"] = np.arange(1, count + 1)
        half["trading_code"], half["instrument"] = codes, trades.instrument
        half["open_day"], half["lots"], half["side"] = opened, trades.lots, side
    lots["hedge"][count:] = trades.seller_hedge
    lots = np.sort(lots, order=["trading_code", "instrument", "hedge", "side", "open_day", "trade"])
    codes = lots["trading_code"].astype(np.int64)
    key = position_key(codes, lots["instrument"], lots["hedge"], len(rows))
    keys, where = np.unique(key, return_inverse=True)
    positions = blank_rows(HeldPosition, len(keys))
    for name, column in zip(
        ("trading_code", "instrument", "hedge"), split_key(keys, len(rows)), strict=True
    ):
        positions[name] = column
    for side, name in ((Side.BUY, "long_lots"), (Side.SELL, "short_lots")):
        own = lots["side"] == side
        np.add.at(positions[name], where[own], lots["lots"][own])
    return lots, positions


def quotas(tables: ContractTables, men: People, trades: PastTrades) -> np.ndarray:
    """Return the hedging quotas: three times what a hedger holds short, and as much long."""
    rows = tables.instruments
    own = trades.seller_hedge == Hedge.HEDGE
    held = np.zeros((len(men.holder_names), len(rows)), np.int64)
    np.add.at(
        held,
        (men.trading_codes["holder"][trades.seller[own]], trades.instrument[own]),
        trades.lots[own],
    )
    holder, instrument = np.nonzero(held)
    limits = blank_rows(HolderLimit, len(holder))
    limits["holder"], limits["instrument"] = holder, instrument
    limits["position_limit_lots"] = rows["position_limit_lots"][instrument]
    limits["opening_limit_lots"] = rows["opening_limit_lots"][instrument]
    limits["long_quota_lots"] = limits["short_quota_lots"] = 3 * held[holder, instrument]
    return limits


def deposits(
    tables: ContractTables, men: People, positions: np.ndarray, chance: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return money in fen per trading code, and the margin of what it holds.

    Most have one and a third to three times their margin and something to begin with; a few have
    hardly more than their margin, and one goes through its money in an hour.
    """
    instrument, hedge = positions["instrument"].astype(np.int64), positions["hedge"]
    margin = tables.margins["margin_fen"]
    need = positions["long_lots"] * margin[margin_row(instrument, int(Side.BUY), hedge)]
    need += positions["short_lots"] * margin[margin_row(instrument, int(Side.SELL), hedge)]
    codes = len(men.trading_codes)
    held = np.zeros(codes, np.int64)
    np.add.at(held, positions["trading_code"], need)
    own = chance.integers(200, 5_000, codes) * TEN_THOUSAND_YUAN // 10
    fen = held * chance.integers(133, 300, codes) // 100 + own
    thin = (men.roles == Role.TAKER) & (np.arange(codes) % 23 == 0)
    fen[thin] = held[thin] * 1_002 // 1_000
    fen[men.roles == Role.MAKER] += 100_000 * TEN_THOUSAND_YUAN
    fen[men.trading_codes["house"] == 1] += 800 * TEN_THOUSAND_YUAN
    fen[men.roles == Role.OVER_TRADER] += 50_000 * TEN_THOUSAND_YUAN
    fen[men.roles == Role.SELF_TRADER] += 10_000 * TEN_THOUSAND_YUAN
    fen[men.roles == Role.BROKE] = 60 * TEN_THOUSAND_YUAN
    return -(-fen // TEN_THOUSAND_YUAN) * TEN_THOUSAND_YUAN, held


def least_deposit(found: Sequence[ContractParameters]) -> int:
    """Return the fen that satisfies the least clearing deposit of every venue at once."""
    venues = {row.contract.venue: row.deposit for row in found}
    return sum(max(row.futures_firm_fen, row.other_fen) for row in venues.values())


def money_of_members(
    men: People, codes: np.ndarray, held_fen: np.ndarray, least_fen: int
) -> np.ndarray:
    """Return the pools: a firm's own and its clients', cash and margin of the evening before.

    Everybody who trades has the least clearing deposit above the margin. Two firms keep not a fen
    more: one is warned when more is needed, the other's orders are refused.
    """
    rows = []
    tight = np.flatnonzero(men.futures_firm)[1:3]
    for member, firm in enumerate(men.futures_firm.tolist()):
        for house in (0, 1) if firm else (1,):
            own = (codes["member"] == member) & (codes["house"] == house)
            cash, margin = int(codes["deposit_fen"][own].sum()), int(held_fen[own].sum())
            keeps = margin + least_fen
            cash = keeps if member in (tight[0], tight[-1]) and not house else max(cash, keeps)
            rows.append((cash, margin, 0, 0, member, house, int(firm)))
    return np.array(rows, table_layout(Pool))


def first_image(
    books: Books, day: int, products: list[str], seed: int, size: Size | None = None
) -> FirstImage:
    """Return the image that a simulated market begins with on trading day ``day`` (yyyymmdd).

    The same books, day, products and seed give the same bytes. An unknown product, or a day on
    which there is no trading, is an InputFault.
    """
    listed, known = listed_with_prices(books, day, products)
    if not listed:
        raise InputFault(
            f"none of {', '.join(products)} is listed on {show_day(day)}; take a later --from"
        )
    contracts = contract_tables(books, day, listed)
    men, chance = people(size or size_of(len(products))), stream(seed, "first image")
    trades = past_trades(contracts, men, chance)
    lots, positions = lots_and_positions(books, day, contracts, trades, chance)
    men.trading_codes["deposit_fen"], held = deposits(contracts, men, positions, chance)
    least_fen = least_deposit(contracts.parameters)
    pools = money_of_members(men, men.trading_codes, held, least_fen)
    np.add.at(men.members["deposit_fen"], pools["member"], pools["cash_fen"])
    tables = {
        **empty_tables(DayImage),
        "instruments": contracts.instruments,
        "margins": contracts.margins,
        "fees": contracts.fees,
        "phases": contracts.phases,
        "contract_states": contracts.contract_states,
        "trading_codes": men.trading_codes,
        "members": men.members,
        "holder_limits": quotas(contracts, men, trades),
        "positions": positions,
        "lots": lots,
        "pools": pools,
    }
    names = Names(
        instruments=contracts.instrument_names,
        products=contracts.product_names,
        phase_groups=contracts.phase_group_names,
        trading_codes=men.code_names,
        members=men.member_names,
        holders=men.holder_names,
    )
    capacity = min(MOST_POSITIONS, POSITIONS_EACH * len(men.trading_codes))
    orders = min(MOST_ORDERS, max(LEAST_ORDERS, ORDERS_EACH * len(men.trading_codes)))
    settings = settings_of_day(
        books,
        day,
        contracts.parameters,
        Settings(
            trading_day=day,
            order_capacity=orders,
            position_capacity=capacity,
            holding_capacity=capacity,
            session_capacity=SESSIONS,
            venue="",
            status="invented",
        ),
    )
    return FirstImage(DayImage(settings=settings, names=names, **tables), known)
