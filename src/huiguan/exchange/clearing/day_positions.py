"""Positions, lots and close profit of all trading codes, recomputed from the day's trades.

Nothing of the trading core is used: trades are sorted by position, side and class of offset, so
that every group is a run of rows in order of time. Lots leave first in, first out: of each set,
today's and history, what was closed is a prefix of what was opened. A venue with net positions
has one set, and what is bought meets what is sold.
"""

from typing import NamedTuple

import numpy as np

from huiguan.exchange.clearing.columns import (
    before_in_group,
    sort_by_key,
    stacked,
    starts_of_groups,
    sums,
    times_rate_half_up,
)
from huiguan.exchange.day import FEE_CLASSES, HEDGE_FLAGS, TABLES, DayImage
from huiguan.exchange.messages import Offset, Side
from huiguan.foundation.faults import CheckFault
from huiguan.foundation.records import table_layout

OPEN, CLOSE_HISTORY, CLOSE_TODAY = 0, 1, 2  # as the classes of fees
CLASSES = np.full(8, CLOSE_HISTORY, np.int64)  # by offset flag
CLASSES[Offset.OPEN], CLASSES[Offset.CLOSE_TODAY] = OPEN, CLOSE_TODAY
LONG, SHORT = int(Side.BUY), int(Side.SELL)


class Groups(NamedTuple):
    """Trade sides summed by position, side and class; ``price_lots`` is ticks x lots."""

    key: np.ndarray  # (code x instruments + instrument) x hedge flags + hedge
    side: np.ndarray  # of the position: long or short
    offset_class: np.ndarray
    lots: np.ndarray
    price_lots: np.ndarray
    fees_fen: np.ndarray


class OpenedRows(NamedTuple):
    """Every opening side of the day, in order of position, side and time."""

    key: np.ndarray
    side: np.ndarray
    price_ticks: np.ndarray
    lots: np.ndarray
    trade: np.ndarray  # number within the day
    before: np.ndarray  # lots opened before in the same position and side


class Holdings(NamedTuple):
    """Every position of the day: what it was, what the trades did, what is left, by side."""

    key: np.ndarray
    history: np.ndarray  # [side, position] lots in the morning
    opened: np.ndarray
    closed_history: np.ndarray
    closed_today: np.ndarray
    close_history_price: np.ndarray  # sum of ticks x lots
    close_today_price: np.ndarray
    closed_today_cost: np.ndarray  # opening price of what was closed
    held_today_cost: np.ndarray
    fees_fen: np.ndarray  # [position]
    volume: np.ndarray  # [position] lots traded, both sides

    @property
    def held_history(self) -> np.ndarray:
        """History lots left at the close."""
        result: np.ndarray = self.history - self.closed_history
        return result

    @property
    def held_today(self) -> np.ndarray:
        """Today's lots left at the close."""
        result: np.ndarray = self.opened - self.closed_today
        return result

    @property
    def held(self) -> np.ndarray:
        """All lots left at the close."""
        result: np.ndarray = self.held_history + self.held_today
        return result


def position_keys(image: DayImage, rows: np.ndarray) -> np.ndarray:
    """Return the key of rows with trading_code, instrument and hedge."""
    count = len(image.instruments)
    codes = rows["trading_code"].astype(np.int64)
    keys: np.ndarray = (codes * count + rows["instrument"]) * HEDGE_FLAGS + rows["hedge"]
    return keys


def interleaved(first: np.ndarray, second: np.ndarray, dtype: str) -> np.ndarray:
    """Return one value for the buying and one for the selling side of every trade."""
    both = np.empty(2 * len(first), dtype)
    both[0::2], both[1::2] = first, second
    return both


def group_trades(image: DayImage, trades: np.ndarray) -> tuple[Groups, OpenedRows]:
    """Sort the sides of all trades by position, side and class, and sum them."""
    count = len(image.instruments)
    codes = interleaved(trades["buy_code"], trades["sell_code"], "i8")
    hedges = interleaved(trades["buy_hedge"], trades["sell_hedge"], "i1")
    offsets = interleaved(trades["buy_offset"], trades["sell_offset"], "i1")
    classes = CLASSES[offsets] if image.settings.offset_flags else np.zeros(len(offsets), np.int64)
    keys = (codes * count + np.repeat(trades["instrument"], 2)) * HEDGE_FLAGS + hedges
    sides = np.tile(np.array([LONG, SHORT]), len(trades))
    sides[classes != OPEN] ^= 1  # a sale closes a long position
    full = (keys * 2 + sides) * FEE_CLASSES + classes
    del codes, hedges, offsets, classes, keys, sides
    largest = len(image.trading_codes) * count * HEDGE_FLAGS * 2 * FEE_CLASSES
    full, rows = sort_by_key(full, largest)
    trade = rows >> 1
    price, lots = trades["price_ticks"][trade].astype(np.int64), trades["lots"][trade]
    lots = lots.astype(np.int64)
    starts = starts_of_groups(full)
    heads = full[starts]
    group_key, group_class = heads // (2 * FEE_CLASSES), heads % FEE_CLASSES
    fees = _fees(image, full, price, lots, starts)
    groups = Groups(
        key=group_key,
        side=heads // FEE_CLASSES % 2,
        offset_class=group_class,
        lots=_run_sums(lots, starts),
        price_lots=_run_sums(price * lots, starts),
        fees_fen=_run_sums(fees, starts),
    )
    lengths = np.diff(np.append(starts, len(full)))
    opening = np.repeat(group_class == OPEN, lengths)
    return groups, OpenedRows(
        key=full[opening] // (2 * FEE_CLASSES),
        side=full[opening] // FEE_CLASSES % 2,
        price_ticks=price[opening],
        lots=lots[opening],
        trade=trade[opening] + 1,
        before=before_in_group(lots, starts)[opening],
    )


def _run_sums(amounts: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return the sum of each run of rows."""
    if len(starts) == 0:
        return np.zeros(0, np.int64)
    return np.add.reduceat(amounts, starts)


def _fees(
    image: DayImage, full: np.ndarray, price: np.ndarray, lots: np.ndarray, starts: np.ndarray
) -> np.ndarray:
    """Return the fee of every trade side: rate on turnover half up, or an amount per lot."""
    heads = full[starts]
    key = heads // (2 * FEE_CLASSES)
    instrument, hedge = key // HEDGE_FLAGS % len(image.instruments), key % HEDGE_FLAGS
    row = (instrument * HEDGE_FLAGS + hedge) * FEE_CLASSES + heads % FEE_CLASSES
    lengths = np.diff(np.append(starts, len(full)))
    tick_value = np.repeat(image.instruments["tick_value_fen"][instrument], lengths)
    rate = np.repeat(image.fees["rate_ppb"][row], lengths)
    per_lot = np.repeat(image.fees["per_lot_fen"][row], lengths)
    result: np.ndarray = times_rate_half_up(price * lots * tick_value, rate) + per_lot * lots
    return result


def hold(image: DayImage, groups: Groups, opened: OpenedRows) -> Holdings:
    """Return what every position did and holds; closing more than was held is a CheckFault."""
    morning = position_keys(image, image.positions)
    keys = np.union1d(morning, groups.key)
    size = len(keys)
    where, place = np.searchsorted(keys, morning), np.searchsorted(keys, groups.key)
    history = np.zeros((2, size), np.int64)
    history[LONG, where], history[SHORT, where] = (
        image.positions["long_lots"],
        image.positions["short_lots"],
    )

    def by_class(offset_class: int, amounts: np.ndarray) -> np.ndarray:
        chosen = groups.offset_class == offset_class
        result = np.zeros((2, size), np.int64)
        result[groups.side[chosen], place[chosen]] = amounts[chosen]
        return result

    closed_history = by_class(CLOSE_HISTORY, groups.lots)
    closed_today = by_class(CLOSE_TODAY, groups.lots)
    if not image.settings.offset_flags:  # a venue with net positions: both sides meet, oldest first
        met = (history + by_class(OPEN, groups.lots)).min(axis=0)
        closed_history = np.minimum(history, met)
        closed_today = met - closed_history
    at = np.searchsorted(keys, opened.key)
    taken = np.clip(closed_today[opened.side, at] - opened.before, 0, opened.lots)
    closed_cost, held_cost = np.zeros((2, size), np.int64), np.zeros((2, size), np.int64)
    np.add.at(closed_cost, (opened.side, at), taken * opened.price_ticks)
    np.add.at(held_cost, (opened.side, at), (opened.lots - taken) * opened.price_ticks)
    found = Holdings(
        key=keys,
        history=history,
        opened=by_class(OPEN, groups.lots),
        closed_history=closed_history,
        closed_today=closed_today,
        close_history_price=by_class(CLOSE_HISTORY, groups.price_lots),
        close_today_price=by_class(CLOSE_TODAY, groups.price_lots),
        closed_today_cost=closed_cost,
        held_today_cost=held_cost,
        fees_fen=sums(place, groups.fees_fen, size),
        volume=sums(place, groups.lots, size),
    )
    if (found.held_history < 0).any() or (found.held_today < 0).any():
        wrong = int(np.flatnonzero(((found.held_history < 0) | (found.held_today < 0)).any(0))[0])
        raise CheckFault(
            f"{name_of(image, int(keys[wrong]))} closed more lots than it held; the trades do not"
            " belong to this image, so nothing was cleared: compare journal and image"
        )
    return found


def name_of(image: DayImage, key: int) -> str:
    """Return a position in words."""
    code, rest = divmod(key, len(image.instruments) * HEDGE_FLAGS)
    instrument, hedge = divmod(rest, HEDGE_FLAGS)
    codes, instruments = image.names.trading_codes, image.names.instruments
    return f"trading code {codes[code]} in {instruments[instrument]} (hedge flag {hedge})"


def held_positions(image: DayImage, found: Holdings) -> np.ndarray:
    """Return the positions left at the close, as rows of an image."""
    held = found.held
    alive = (held > 0).any(axis=0)
    rows = np.zeros(int(alive.sum()), table_layout(TABLES["positions"]))
    code, rest = np.divmod(found.key[alive], len(image.instruments) * HEDGE_FLAGS)
    rows["trading_code"], rows["instrument"] = code, rest // HEDGE_FLAGS
    rows["hedge"] = rest % HEDGE_FLAGS
    rows["long_lots"], rows["short_lots"] = held[LONG, alive], held[SHORT, alive]
    return rows


LOT_ORDER = ["trading_code", "instrument", "hedge", "side", "open_day", "trade"]


def held_lots(image: DayImage, found: Holdings, opened: OpenedRows) -> np.ndarray:
    """Return the lots left at the close, first in first out, in canonical order.

    A CheckFault when the image's lots do not add up to its positions.
    """
    old = image.lots
    key, side = position_keys(image, old), old["side"].astype(np.int64)
    full = key * 2 + side
    if (full[1:] < full[:-1]).any():
        order = np.lexsort([old[name] for name in reversed(LOT_ORDER)])
        old, key, side, full = old[order], key[order], side[order], full[order]
    known = np.isin(key, found.key, assume_unique=False) if len(key) else np.zeros(0, bool)
    at = np.searchsorted(found.key, key[known])
    starts, lots = starts_of_groups(full), old["lots"].astype(np.int64)
    totals = np.zeros_like(found.history)
    np.add.at(totals, (side[known], at), lots[known])
    if not known.all() or not np.array_equal(totals, found.history):
        raise CheckFault(
            "the lots of the image do not add up to its positions, so profit by opening price is"
            " not known: make the image again from the last result"
        )
    before = before_in_group(lots, starts)
    left = lots - np.clip(found.closed_history[side, at] - before, 0, lots)
    kept = old[left > 0]
    kept["lots"] = left[left > 0]
    place = np.searchsorted(found.key, opened.key)
    taken = np.clip(found.closed_today[opened.side, place] - opened.before, 0, opened.lots)
    alive = taken < opened.lots
    new = np.zeros(int(alive.sum()), kept.dtype)
    code, rest = np.divmod(opened.key[alive], len(image.instruments) * HEDGE_FLAGS)
    new["trading_code"], new["instrument"] = code, rest // HEDGE_FLAGS
    new["hedge"], new["side"] = rest % HEDGE_FLAGS, opened.side[alive]
    tick_units = image.instruments["tick_units"][new["instrument"]]
    new["open_price_units"] = opened.price_ticks[alive] * tick_units
    new["trade"], new["open_day"] = opened.trade[alive], image.settings.trading_day
    new["lots"] = (opened.lots - taken)[alive]
    both = stacked([kept, new])
    full = np.concatenate([full[left > 0], opened.key[alive] * 2 + opened.side[alive]])
    largest = len(image.trading_codes) * len(image.instruments) * HEDGE_FLAGS * 2
    result: np.ndarray = both[sort_by_key(full, largest)[1]]
    return result
