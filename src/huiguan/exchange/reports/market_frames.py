"""Trades, orders and bars of a recorded day as tables in words: exchange time, codes, decimals."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from huiguan.exchange.events import times_of
from huiguan.exchange.market_data.bars import bars
from huiguan.exchange.market_data.tables import bars_table, clock_texts
from huiguan.exchange.messages import CancelReason, Offset
from huiguan.exchange.reports.command_words import FORCES, HEDGES, OFFSETS, SIDES, pair, show_price
from huiguan.foundation.refusals import BY_NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.events import DayEvents

IN_THE_BOOK, TRADED = -2, -1  # how an order ended, where it was not cancelled for a reason
BOTH_KINDS = {  # of an order that closes lots of both kinds: minus the flag of those that go first
    -int(Offset.CLOSE): ("close, close today", "平仓，平今"),
    -int(Offset.CLOSE_TODAY): ("close today, close", "平今，平仓"),
}
ENDS = {
    IN_THE_BOOK: "in the book",
    TRADED: "traded",
    **{
        int(reason): f"cancelled: {reason.name.lower().replace('_', ' ')}"
        for reason in CancelReason
    },
}


def texts(values: Sequence[str]) -> pl.Series:
    """Return a column of texts, of texts even where it is empty."""
    return pl.Series(values, dtype=pl.String)


def each_once(values: np.ndarray, say: Callable[[np.ndarray], Sequence[str]]) -> pl.Series:
    """Return the texts of a column; ``say`` is asked for each different value once."""
    different, place = np.unique(values, return_inverse=True)
    return texts(say(different)).gather(place)


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
    return each_once(
        rows, lambda found: [names[row] if row in known else str(row) for row in found.tolist()]
    )


def worded(words: dict[Any, tuple[str, str]], values: np.ndarray) -> pl.Series:
    """Return the English words of a column of codes."""
    return each_once(values, lambda found: [pair(words, value)[0] for value in found.tolist()])


def trades_frame(
    image: DayImage, events: DayEvents, numbers: np.ndarray | None = None
) -> pl.DataFrame:
    """Return every trade: when, what, at which price, between whom, and the orders that met.

    ``numbers`` are those of the trades in the day, where ``events`` holds only some of them.
    """
    rows, orders = events.trades, events.trade_orders
    return pl.DataFrame(
        {
            "trade": np.arange(1, len(rows) + 1) if numbers is None else numbers,
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
    offsets = np.where(rows["other_lots"] > 0, -rows["offset"], rows["offset"])
    return {
        "command": rows["sequence"].copy(),
        "time": clock_texts(times_ns),
        "contract": named(image.names.instruments, rows["instrument"]),
        "code": named(image.names.trading_codes, rows["trading_code"]),
        "side": worded(SIDES, rows["side"]),
        "offset": worded(OFFSETS | BOTH_KINDS, offsets),
        "hedge": worded(HEDGES, rows["hedge"]),
        "time_in_force": worded(FORCES, rows["time_in_force"]),
        "price": price_texts(image, rows["instrument"], rows["price_ticks"]),
        "lots": rows["lots"].copy(),
    }


def places_of(entered: np.ndarray, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where in ``entered`` the orders of ``ids`` stand, and which of them do (bool)."""
    order = np.argsort(entered["order_id"], kind="stable")
    ranked = entered["order_id"][order]
    place = np.searchsorted(ranked, ids)
    there = place < len(ranked)
    there[there] = ranked[place[there]] == ids[there]
    return order[place[there]], there


def traded_lots(events: DayEvents) -> np.ndarray:
    """Return the lots each entered order traded, in the order of ``events.entered``."""
    total = np.zeros(len(events.entered), np.int64)
    for side in ("buy_order_id", "sell_order_id"):
        place, there = places_of(events.entered, events.trade_orders[side])
        np.add.at(total, place, events.trades["lots"][there].astype(np.int64))
    return total


def cancelled_lots(events: DayEvents) -> tuple[np.ndarray, np.ndarray]:
    """Return the lots of each entered order that were cancelled, and why (-1: none were)."""
    place, there = places_of(events.entered, events.cancelled["order_id"])
    count = len(events.entered)
    lots, reason = np.zeros(count, np.int64), np.full(count, -1, np.int64)
    lots[place], reason[place] = events.cancelled["lots"][there], events.cancelled["reason"][there]
    return lots, reason


def order_ends(traded: np.ndarray, events: DayEvents, refused: np.ndarray) -> pl.Series:
    """Return how each entered order, then each refused one, ended."""
    gone, reason = cancelled_lots(events)
    left = events.entered["lots"] - traded - gone
    ended = np.where(reason >= 0, reason, np.where(left == 0, TRADED, IN_THE_BOOK))
    return pl.concat(
        [
            each_once(ended, lambda found: [ENDS[end] for end in found.tolist()]),
            each_once(refused["refusal"], lambda found: [refusal_words(n) for n in found.tolist()]),
        ]
    )


def refusal_words(number: int) -> str:
    """Return a refusal in words."""
    return f"refused {number}: {BY_NUMBER[number].english}"


def orders_frame(image: DayImage, events: DayEvents, refused: np.ndarray) -> pl.DataFrame:
    """Return every order by its command: what was asked, what traded, how the rest ended."""
    entered = events.entered
    times = np.concatenate([times_of(events, entered["sequence"]), refused["time_ns"]])
    shared = [name for name in entered.dtype.names or () if name in (refused.dtype.names or ())]
    both = np.zeros(len(entered) + len(refused), entered.dtype)
    for name in shared:
        both[name] = np.concatenate([entered[name], refused[name]])
    both["other_lots"][: len(entered)] = entered["other_lots"]
    traded, gone = traded_lots(events), cancelled_lots(events)[0]
    none = np.zeros(len(refused), np.int64)
    frame = pl.DataFrame(
        {
            **asked_columns(image, both, times),
            "traded_lots": np.concatenate([traded, none]),
            "cancelled_lots": np.concatenate([gone, none]),
            "end": order_ends(traded, events, refused),
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


def rows_of_code(
    image: DayImage, rows: np.ndarray, code: str, contract: str | None, *fields: str
) -> np.ndarray:
    """Return which rows name a trading code in one of ``fields``, in one contract or in all."""
    row = image.names.trading_codes.index(code)
    own: np.ndarray = np.logical_or.reduce([rows[field] == row for field in fields])
    if contract is not None:
        own &= rows["instrument"] == image.names.instruments.index(contract)
    return own


def trades_of_code(
    image: DayImage, events: DayEvents, code: str, contract: str | None = None
) -> pl.DataFrame:
    """Return the trades of one trading code as it sees them: its side, its offset, its order."""
    traded = rows_of_code(image, events.trades, code, contract, "buy_code", "sell_code")
    some = events._replace(trades=events.trades[traded], trade_orders=events.trade_orders[traded])
    frame = trades_frame(image, some, np.flatnonzero(traded) + 1)
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
    some = events._replace(
        entered=events.entered[rows_of_code(image, events.entered, code, contract, "trading_code")],
        cancelled=events.cancelled[
            rows_of_code(image, events.cancelled, code, contract, "trading_code")
        ],
    )
    own = refused[rows_of_code(image, refused, code, contract, "trading_code")]
    frame = orders_frame(image, some, own)
    wanted = [
        "command",
        "time",
        "contract",
        "side",
        "offset",
        "price",
        "lots",
        "end",
        "traded_lots",
    ]
    return frame.select(*wanted, "hedge", "time_in_force", "cancelled_lots", "order")
