"""Trades, orders and bars of a recorded day as tables in words: exchange time, codes, decimals."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from huiguan.exchange.events import times_of
from huiguan.exchange.market_data.bars import bars
from huiguan.exchange.market_data.tables import bars_table, clock_texts
from huiguan.exchange.messages import CancelReason
from huiguan.exchange.reports.command_words import FORCES, HEDGES, OFFSETS, SIDES, pair, show_price
from huiguan.foundation.refusals import BY_NUMBER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.events import DayEvents

REASONS = {reason: reason.name.lower().replace("_", " ") for reason in CancelReason}


def texts(values: Sequence[str]) -> pl.Series:
    """Return a column of texts, of texts even where it is empty."""
    return pl.Series(values, dtype=pl.String)


def price_texts(image: DayImage, instruments: np.ndarray, ticks: np.ndarray) -> pl.Series:
    """Return prices in the unit of their quote; the same price of a contract is written once."""
    keys = instruments.astype(np.int64) << 32 | ticks.astype(np.int64) & 0xFFFFFFFF
    _, first, place = np.unique(keys, return_index=True, return_inverse=True)
    known = len(image.instruments)
    prices = [
        show_price(image, row, tick) if 0 <= row < known else str(tick)
        for row, tick in zip(instruments[first].tolist(), ticks[first].tolist(), strict=True)
    ]
    return texts(prices).gather(place)


def named(names: Sequence[str], rows: np.ndarray) -> pl.Series:
    """Return the names of rows of the image; a number it does not have stays a number."""
    known = range(len(names))
    return texts([names[row] if row in known else str(row) for row in rows.tolist()])


def worded(words: dict[Any, tuple[str, str]], values: np.ndarray) -> pl.Series:
    """Return the English words of a column of codes."""
    return texts([pair(words, value)[0] for value in values.tolist()])


def trades_frame(image: DayImage, events: DayEvents) -> pl.DataFrame:
    """Return every trade: when, what, at which price, between whom, and the orders that met."""
    rows, orders = events.trades, events.trade_orders
    return pl.DataFrame(
        {
            "trade": np.arange(1, len(rows) + 1),
            "command": orders["sequence"].copy(),
            "time": clock_texts(times_of(events, orders["sequence"])),
            "contract": named(image.names.instruments, rows["instrument"]),
            "price": price_texts(image, rows["instrument"], rows["price_ticks"]),
            "lots": rows["lots"].copy(),
            "buyer": named(image.names.trading_codes, rows["buy_code"]),
            "buyer_offset": worded(OFFSETS, rows["buy_offset"]),
            "buyer_hedge": worded(HEDGES, rows["buy_hedge"]),
            "seller": named(image.names.trading_codes, rows["sell_code"]),
            "seller_offset": worded(OFFSETS, rows["sell_offset"]),
            "seller_hedge": worded(HEDGES, rows["sell_hedge"]),
            "buy_order": orders["buy_order_id"].copy(),
            "sell_order": orders["sell_order_id"].copy(),
        }
    )


def asked_columns(image: DayImage, rows: np.ndarray, times_ns: np.ndarray) -> dict[str, Any]:
    """Return what an order asked for, accepted or refused, in words."""
    return {
        "command": rows["sequence"].copy(),
        "time": clock_texts(times_ns),
        "contract": named(image.names.instruments, rows["instrument"]),
        "code": named(image.names.trading_codes, rows["trading_code"]),
        "side": worded(SIDES, rows["side"]),
        "offset": worded(OFFSETS, rows["offset"]),
        "hedge": worded(HEDGES, rows["hedge"]),
        "time_in_force": worded(FORCES, rows["time_in_force"]),
        "price": price_texts(image, rows["instrument"], rows["price_ticks"]),
        "lots": rows["lots"].copy(),
    }


def traded_lots(events: DayEvents) -> np.ndarray:
    """Return the lots each entered order traded, in the order of ``events.entered``."""
    ids = events.entered["order_id"]
    order = np.argsort(ids, kind="stable")
    total = np.zeros(len(ids), np.int64)
    for side in ("buy_order_id", "sell_order_id"):
        place = order[np.searchsorted(ids[order], events.trade_orders[side])]
        np.add.at(total, place, events.trades["lots"].astype(np.int64))
    return total


def cancelled_lots(events: DayEvents) -> tuple[np.ndarray, np.ndarray]:
    """Return the lots of each entered order that were cancelled, and why (0: none were)."""
    ids = events.entered["order_id"]
    order = np.argsort(ids, kind="stable")
    place = order[np.searchsorted(ids[order], events.cancelled["order_id"])]
    lots, reason = np.zeros(len(ids), np.int64), np.full(len(ids), -1, np.int64)
    lots[place], reason[place] = events.cancelled["lots"], events.cancelled["reason"]
    return lots, reason


def orders_frame(image: DayImage, events: DayEvents, refused: np.ndarray) -> pl.DataFrame:
    """Return every order by its command: what was asked, what traded, how the rest ended."""
    entered = events.entered
    times = np.concatenate([times_of(events, entered["sequence"]), refused["time_ns"]])
    shared = [name for name in entered.dtype.names or () if name in (refused.dtype.names or ())]
    both = np.zeros(len(entered) + len(refused), entered.dtype)
    for name in shared:
        both[name] = np.concatenate([entered[name], refused[name]])
    traded, (gone, reason) = traded_lots(events), cancelled_lots(events)
    ends = [
        f"cancelled: {REASONS[CancelReason(why)]}"
        if why >= 0
        else ("traded" if left == 0 else "in the book")
        for why, left in zip(
            reason.tolist(), (entered["lots"] - traded - gone).tolist(), strict=True
        )
    ]
    ends += [
        f"refused {number}: {BY_NUMBER[number].english}" for number in refused["refusal"].tolist()
    ]
    none = np.zeros(len(refused), np.int64)
    frame = pl.DataFrame(
        {
            **asked_columns(image, both, times),
            "traded_lots": np.concatenate([traded, none]),
            "cancelled_lots": np.concatenate([gone, none]),
            "end": texts(ends),
            "order": np.concatenate([entered["order_id"], none]),
        }
    )
    return frame.sort("command", maintain_order=True)


def contract_bars(image: DayImage, events: DayEvents, instrument: int, minutes: int) -> np.ndarray:
    """Return the bars of one contract of the day (``market_data.bars.BAR``)."""
    rows = np.flatnonzero(events.trades["instrument"] == instrument)
    row = image.instruments[instrument]
    return bars(
        events.trades[rows],
        times_of(events, events.trade_orders["sequence"][rows]),
        minutes,
        int(row["tick_value_fen"]),
        int(row["last_open_interest_lots"]),
    )


def bars_frame(image: DayImage, events: DayEvents, minutes: int | None) -> pl.DataFrame:
    """Return the bars of every contract that traded, contract by contract."""
    times = times_of(events, events.trade_orders["sequence"])
    return bars_table(image, events.trades, times, minutes, partial(show_price, image))


def trades_of_code(
    image: DayImage, events: DayEvents, code: str, contract: str | None = None
) -> pl.DataFrame:
    """Return the trades of one trading code as it sees them: its side, its offset, its order."""
    frame = trades_frame(image, events)
    if contract is not None:
        frame = frame.filter(pl.col("contract") == contract)
    sides = []
    for side, who in (("buy", "buyer"), ("sell", "seller")):
        own = frame.filter(pl.col(who) == code)
        sides.append(
            own.select(
                "command",
                "time",
                "contract",
                pl.lit(side).alias("side"),
                pl.col(f"{who}_offset").alias("offset"),
                "price",
                "lots",
                pl.col(f"{who}_hedge").alias("hedge"),
                "trade",
                pl.col(f"{side}_order").alias("order"),
            )
        )
    return pl.concat(sides).sort("trade", maintain_order=True)


def orders_of_code(
    image: DayImage,
    events: DayEvents,
    refused: np.ndarray,
    code: str,
    contract: str | None = None,
) -> pl.DataFrame:
    """Return the orders of one trading code, what decides most in the first columns."""
    frame = orders_frame(image, events, refused).filter(pl.col("code") == code)
    if contract is not None:
        frame = frame.filter(pl.col("contract") == contract)
    wanted = [
        "command",
        "time",
        "contract",
        "side",
        "offset",
        "price",
        "lots",
        "traded_lots",
        "end",
    ]
    return frame.select(*wanted, "hedge", "time_in_force", "cancelled_lots", "order")
