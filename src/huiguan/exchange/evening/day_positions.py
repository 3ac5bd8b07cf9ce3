"""Positions, lots, close profit and fees of all trading codes, recomputed from the day's trades.

Nothing of the trading core is used: trade sides are sorted by position, side and class of offset,
so that every group is a run of rows in order of time. Lots leave first in, first out: of each set,
today's and history, what was closed is a prefix of what was opened. A venue with net positions
has one set, and what is bought meets what is sold.
"""

from typing import NamedTuple

import numpy as np

from huiguan.exchange.amounts import FEE_CLASSES_BY_OFFSET, side_fee
from huiguan.exchange.clearing.fold import (
    CLOSE_HISTORY,
    CLOSE_PRICE,
    CLOSE_TODAY,
    CLOSED_HISTORY,
    CLOSED_TODAY,
    HELD_COST,
    KINDS,
    LOTS_BITS,
    OPEN,
    OPENED,
    fold_sides,
)
from huiguan.exchange.day.image import HEDGE_FLAGS, DayImage, HeldPosition
from huiguan.exchange.day.keys import fee_row, position_key, split_key
from huiguan.exchange.messages import Side
from huiguan.foundation.columns import (
    before_in_group,
    by_two,
    starts_of_groups,
    sums,
)
from huiguan.foundation.faults import CheckFault
from huiguan.foundation.records import blank_rows

KIND = np.array([OPEN, CLOSE_HISTORY, CLOSE_TODAY], np.int32)[FEE_CLASSES_BY_OFFSET]
LONG, SHORT = int(Side.BUY), int(Side.SELL)


class Holdings(NamedTuple):
    """Every position of the day at the close, by side (long, short); lots opened today as rows."""

    key: np.ndarray  # (code x instruments + instrument) x hedge flags + hedge
    history: np.ndarray  # [side, position] lots of earlier days
    today: np.ndarray
    today_cost: np.ndarray  # sum of opening ticks x lots of today's lots that are held
    closed_history: np.ndarray  # lots of earlier days that were closed
    opened: "OpenedRows"
    close_profit_fen: np.ndarray  # per trading code

    @property
    def held(self) -> np.ndarray:
        """All lots held, by side and position."""
        result: np.ndarray = self.history + self.today
        return result


class OpenedRows(NamedTuple):
    """Every opening of the day of which lots are held, in order of position, side and time."""

    position: np.ndarray  # row of Holdings
    side: np.ndarray
    price_ticks: np.ndarray
    lots: np.ndarray  # held
    trade: np.ndarray  # number within the day


class Runs(NamedTuple):
    """Trade sides folded by position and side, and the openings of which lots are held."""

    key: np.ndarray  # position x 2 + side
    sums: np.ndarray  # columns as in ``fold``
    open_run: np.ndarray
    open_row: np.ndarray  # trade x 2 + buyer or seller
    open_lots: np.ndarray


def position_keys(image: DayImage, rows: np.ndarray) -> np.ndarray:
    """Return the key of rows with trading_code, instrument and hedge."""
    codes = rows["trading_code"].astype(np.int64)
    return position_key(codes, rows["instrument"], rows["hedge"], len(image.instruments))


def sort_sides(image: DayImage, trades: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the sides of all trades sorted by position, side and kind, and their rows."""
    codes, rest = np.empty(2 * len(trades), np.int32), np.empty(2 * len(trades), np.int32)
    instruments = len(image.instruments)
    for number, name in enumerate(("buy", "sell")):
        keys = position_key(0, trades["instrument"], trades[f"{name}_hedge"], instruments)
        kind = KIND[int(image.settings.offset_flags), trades[f"{name}_offset"]]
        keys *= 2
        keys += (kind != OPEN) ^ bool(number)  # a sale closes a long position
        keys *= KINDS
        keys += kind
        codes[number::2], rest[number::2] = trades[f"{name}_code"], keys
    size = instruments * HEDGE_FLAGS * 2 * KINDS
    return by_two(codes, len(image.trading_codes), rest, size)


def fold(
    full: np.ndarray, rows: np.ndarray, trades: np.ndarray, first_taken: np.ndarray | None = None
) -> Runs:
    """Return the runs of sorted sides; ``first_taken`` lots of each run's openings are gone."""
    count = len(full)
    taken = np.zeros(count, np.int64) if first_taken is None else first_taken
    key, sums = np.empty(count, np.int64), np.empty((count, 5), np.int64)
    run, row, lots = (np.empty(count, np.int64) for _ in range(3))
    packed = (trades["price_ticks"].astype(np.int64) << LOTS_BITS) + trades["lots"]
    runs, opens = fold_sides(full, rows, packed, taken, key, sums, run, row, lots)
    return Runs(key[:runs], sums[:runs], run[:opens], row[:opens], lots[:opens])


def merged(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the distinct values of two sorted columns, sorted."""
    both = np.concatenate([first, second])
    both.sort(kind="stable")  # two runs: merged in one pass
    result: np.ndarray = both[starts_of_groups(both)]
    return result


def hold(image: DayImage, trades: np.ndarray) -> Holdings:
    """Return what every position holds; closing more than was held is a CheckFault."""
    full, rows = sort_sides(image, trades)
    runs = fold(full, rows, trades)
    morning = position_keys(image, image.positions)
    if (morning[1:] < morning[:-1]).any():
        raise CheckFault("the image's positions are not in order; make the image again")
    keys = merged(morning, runs.key >> 1)
    size, where = len(keys), np.searchsorted(keys, morning)
    place = np.searchsorted(keys, runs.key >> 1) + (runs.key & 1) * size  # flat [side, position]
    history = np.zeros(2 * size, np.int64)
    history[where], history[size + where] = (
        image.positions["long_lots"],
        image.positions["short_lots"],
    )
    closed_history = np.zeros(2 * size, np.int64)
    closed_history[place] = runs.sums[:, CLOSED_HISTORY]
    if not image.settings.offset_flags:  # both sides meet, oldest lots first
        opened = np.zeros(2 * size, np.int64)
        opened[place] = runs.sums[:, OPENED]
        met = np.tile((history + opened).reshape(2, size).min(axis=0), 2)
        closed_history = np.minimum(history, met)
        runs = fold(full, rows, trades, (met - closed_history)[place])
        runs.sums[:, CLOSED_TODAY] = (met - closed_history)[place]
    del full, rows
    today, cost = np.zeros(2 * size, np.int64), np.zeros(2 * size, np.int64)
    today[place] = runs.sums[:, OPENED] - runs.sums[:, CLOSED_TODAY]
    cost[place] = runs.sums[:, HELD_COST]
    history -= closed_history
    if (history < 0).any() or (today < 0).any():
        wrong = int(np.flatnonzero((history < 0) | (today < 0))[0]) % size
        raise CheckFault(
            f"{name_of(image, int(keys[wrong]))} closed more lots than it held; the trades do not"
            " belong to this image, so nothing was cleared: compare journal and image"
        )
    _, instrument, _ = split_key(runs.key >> 1, len(image.instruments))
    value = image.instruments["tick_value_fen"][instrument] * (1 - 2 * (runs.key & 1))
    profit = sums(codes_of(image, runs.key >> 1), runs.sums[:, CLOSE_PRICE] * value, _codes(image))
    profit -= _closed_at_settlement(image, keys, closed_history.reshape(2, size))
    trade = runs.open_row >> 1
    return Holdings(
        key=keys,
        history=history.reshape(2, size),
        today=today.reshape(2, size),
        today_cost=cost.reshape(2, size),
        closed_history=closed_history.reshape(2, size),
        opened=OpenedRows(
            position=place[runs.open_run] % size,
            side=place[runs.open_run] // size,
            price_ticks=trades["price_ticks"][trade],
            lots=runs.open_lots,
            trade=trade + 1,
        ),
        close_profit_fen=profit,
    )


def _closed_at_settlement(image: DayImage, keys: np.ndarray, closed: np.ndarray) -> np.ndarray:
    """Return the previous settlement value in fen of history lots that were closed, per code."""
    net = closed[LONG] - closed[SHORT]
    some = np.flatnonzero(net)
    instrument, _ = split_of(image, keys[some])
    terms = image.instruments
    before = terms["previous_settlement_ticks"].astype(np.int64) * terms["tick_value_fen"]
    return sums(codes_of(image, keys[some]), net[some] * before[instrument], _codes(image))


def _codes(image: DayImage) -> int:
    """Return how many trading codes there are."""
    return len(image.trading_codes)


def split_of(image: DayImage, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return instrument and hedge flag of positions."""
    _, instrument, hedge = split_key(keys, len(image.instruments))
    return instrument, hedge


def codes_of(image: DayImage, keys: np.ndarray) -> np.ndarray:
    """Return the trading code of positions."""
    return split_key(keys, len(image.instruments))[0]


def name_of(image: DayImage, key: int) -> str:
    """Return a position in words."""
    code, instrument, hedge = split_key(key, len(image.instruments))
    codes, instruments = image.names.trading_codes, image.names.instruments
    return f"trading code {codes[code]} in {instruments[instrument]} (hedge flag {hedge})"


def fees_of_codes(image: DayImage, trades: np.ndarray) -> np.ndarray:
    """Return the fees in fen of every trading code: each trade side half up, then summed (4.6)."""
    result = np.zeros(_codes(image), np.int64)
    value = trades["price_ticks"].astype(np.int64) * trades["lots"]
    value *= image.instruments["tick_value_fen"][trades["instrument"]]
    rates, per_lot = image.fees["rate_ppb"].copy(), image.fees["per_lot_fen"].copy()
    for name in ("buy", "sell"):
        paid = FEE_CLASSES_BY_OFFSET[int(image.settings.offset_flags), trades[f"{name}_offset"]]
        row = fee_row(trades["instrument"], trades[f"{name}_hedge"], paid)
        fees = side_fee(value, trades["lots"], rates[row], per_lot[row])
        result += sums(trades[f"{name}_code"], fees, len(result))
    return result


def held_positions(image: DayImage, found: Holdings) -> np.ndarray:
    """Return the positions left at the close, as rows of an image."""
    held = found.held
    alive = np.flatnonzero((held[LONG] + held[SHORT]) > 0)
    rows = blank_rows(HeldPosition, len(alive))
    rows["trading_code"] = codes_of(image, found.key[alive])
    rows["instrument"], rows["hedge"] = split_of(image, found.key[alive])
    rows["long_lots"], rows["short_lots"] = held[LONG, alive], held[SHORT, alive]
    return rows


LOT_ORDER = ["trading_code", "instrument", "hedge", "side", "open_day", "trade"]


def held_lots(image: DayImage, found: Holdings) -> np.ndarray:
    """Return the lots left at the close, first in first out, in canonical order.

    A CheckFault when the image's lots do not add up to its positions.
    """
    old, size = image.lots, len(found.key)
    full = position_keys(image, old) * 2 + old["side"]
    if (full[1:] < full[:-1]).any():
        order = np.lexsort([old[name] for name in reversed(LOT_ORDER)])
        old, full = old[order], full[order]
    place = np.searchsorted(found.key, full // 2)
    known = size > 0 and bool((found.key[np.minimum(place, size - 1)] == full // 2).all())
    place += (full % 2) * size
    lots = old["lots"].astype(np.int64)
    morning = (found.history + found.closed_history).reshape(-1)
    if (len(old) and not known) or not np.array_equal(sums(place, lots, 2 * size), morning):
        raise CheckFault(
            "the lots of the image do not add up to its positions, so profit by opening price is"
            " not known: make the image again from the last result"
        )
    before = before_in_group(lots, starts_of_groups(full))
    left = lots - np.clip(found.closed_history.reshape(-1)[place] - before, 0, lots)
    kept, kept_full = old[left > 0], full[left > 0]
    kept["lots"] = left[left > 0]
    opened = found.opened
    keys = found.key[opened.position]
    new_place = np.searchsorted(kept_full, keys * 2 + opened.side, side="right")
    new_place += np.arange(len(keys))
    rows = np.zeros(len(kept) + len(keys), kept.dtype)
    is_new = np.zeros(len(rows), bool)
    is_new[new_place] = True
    rows[~is_new] = kept
    new = np.zeros(len(keys), kept.dtype)
    new["trading_code"] = codes_of(image, keys)
    new["instrument"], new["hedge"] = split_of(image, keys)
    new["side"], new["lots"], new["trade"] = opened.side, opened.lots, opened.trade
    tick_units = image.instruments["tick_units"][new["instrument"]]
    new["open_price_units"] = opened.price_ticks * tick_units
    new["open_day"] = image.settings.trading_day
    rows[is_new] = new
    return rows
