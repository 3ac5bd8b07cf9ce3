"""What the public feed remembers: one record array per noun, capacities from the image."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from huiguan.exchange.day.image import NO_PRICE, DayImage
from huiguan.exchange.market_data.records import (
    HEADER_BYTES,
    PACKET_RECORDS,
    RECORD_BYTES,
)
from huiguan.exchange.messages import ORDER_ROW_MASK, Phase, Side
from huiguan.foundation.compiler import bundle_handle, bundle_opener
from huiguan.foundation.memory import touched
from huiguan.foundation.records import Int8, Int32, Int64, Record, layout

COLLECTING = (1 << Phase.AUCTION_ORDERING) | (1 << Phase.AUCTION_BALANCE)
BUFFER_RECORDS = 8192  # a kernel gives packets back when so many records wait
RECORDS_OF_A_BOOK = 3  # status, prices, volumes: at the end of an event
HEADER_WORDS = HEADER_BYTES // 8
RECORD_WORDS = RECORD_BYTES // 8
NOTHING, STATUS, PRICES, VOLUMES = 0, 1, 2, 4  # bits of what changed of a book
RECHECK = 8  # its depth is withheld and may be shown now


class FeedCounters(Record, frozen=True):
    """One row: where the feed stands, and what of an event is not sent yet."""

    sequence: Int64  # of the event being told, 0 for none
    last_sequence: Int64  # of the last event told
    trades: Int64
    time_ns: Int64
    trading_day: Int64
    capacity: Int64  # records a call may write
    written: Int64  # by this call
    touched: Int64  # entries of ``touched``
    sent: Int64  # of them
    changed: Int64  # entries of ``changed``
    ending: Int8  # the event is complete, its records are being written
    lost: Int8  # an event named an order or a command that was not there
    open_interest: Int8  # 1: offset flags say what opens and closes


class Book(Record, frozen=True):
    """One instrument: its levels, its state, its figures of the day."""

    tick_value_fen: Int64
    volume_lots: Int64
    turnover_fen: Int64
    open_interest_lots: Int64
    first: Int32  # row of its lowest buy level; the sell levels follow
    width: Int32  # prices of a side
    lower_ticks: Int32
    upper_ticks: Int32
    lowest: Int32  # prices outside lowest to highest were never used; counted from ``lower_ticks``
    highest: Int32
    previous_settlement_ticks: Int32
    last_ticks: Int32
    open_ticks: Int32
    high_ticks: Int32
    low_ticks: Int32
    close_ticks: Int32
    settlement_ticks: Int32
    group: Int32
    product: Int32
    channel: Int32
    phase: Int8
    right: Int8
    halted: Int8
    withholds: Int8  # 1: no depth goes out while an auction collects orders
    withheld: Int8  # now
    changed: Int8  # bits of what to send at the end of the event
    fresh: Int8  # something was told of it since its last quote (``snapshots``)


class DepthLevel(Record, frozen=True):
    """One price of one side: what waits, and what the channel was told last."""

    lots: Int64
    told_lots: Int64
    orders: Int32
    told_orders: Int32
    touched: Int8  # it stands in ``touched``


class WaitingOrder(Record, frozen=True):
    """What the book needs of an order; its row is that of the core."""

    lots: Int32
    level: Int32


class Touched(Record, frozen=True):
    """A level that the event going on has changed."""

    level: Int32
    instrument: Int32


class Channel(Record, frozen=True):
    """A numbered run of packets."""

    sequence: Int64  # of its last packet
    journal_sequence: Int64  # of its last record
    start: Int64  # word where its open packet begins
    records: Int64  # of the open packet
    telling: Int8  # the event going on has a record here


COUNTERS = layout(FeedCounters, [], 88)
BOOK = layout(Book, [], 104)
LEVEL = layout(DepthLevel, [], 32)
ORDER = layout(WaitingOrder, [], 8)
TOUCHED = layout(Touched, [], 8)
CHANNEL = layout(Channel, [], 40)


class FeedState(NamedTuple):
    """Everything the kernels of the feed may touch."""

    counters: np.ndarray  # COUNTERS [1]
    books: np.ndarray  # BOOK [instrument]
    levels: np.ndarray  # LEVEL
    orders: np.ndarray  # ORDER [row of the core]
    touched: np.ndarray  # TOUCHED
    changed: np.ndarray  # int64: instruments with ``changed`` set
    channels: np.ndarray  # CHANNEL
    record: np.ndarray  # uint8: the record being written
    header: np.ndarray  # uint8: the header being written


TABLES = {
    "counters": COUNTERS,
    "books": BOOK,
    "levels": LEVEL,
    "orders": ORDER,
    "touched": TOUCHED,
    "changed": "<i8",
    "channels": CHANNEL,
    "record": "u1",
    "header": "u1",
}
KEPT = ("counters", "books", "channels")  # small; what the core's tables do not say
open_feed = bundle_opener("FeedState", TABLES)


def handle_of(state: FeedState) -> Any:  # noqa: ANN401  addresses, or the state itself uncompiled
    """Return what an entry kernel takes for ``state``; the caller keeps the state alive."""
    return bundle_handle(state, state)


def _books(image: DayImage, channels: int) -> np.ndarray:
    """Return the books of the morning."""
    source, books = image.instruments, touched(len(image.instruments), BOOK)
    for name, given in {
        "tick_value_fen": "tick_value_fen",
        "open_interest_lots": "last_open_interest_lots",
        "lower_ticks": "lower_limit_ticks",
        "upper_ticks": "upper_limit_ticks",
        "previous_settlement_ticks": "previous_settlement_ticks",
        "group": "phase_group",
        "product": "product",
        "right": "right",
    }.items():
        books[name] = source[given]
    for name in ("last", "open", "high", "low", "close", "settlement"):
        books[f"{name}_ticks"] = NO_PRICE
    books["channel"] = books["product"] % channels
    books["width"] = books["upper_ticks"] - books["lower_ticks"] + 1
    books["first"][1:] = np.cumsum(2 * books["width"])[:-1]
    books["lowest"], books["highest"] = books["width"], -1
    return books


def new_state(image: DayImage, channels: int, auction_depth: np.ndarray) -> FeedState:
    """Return the state of the feed before the first command of the day.

    ``auction_depth`` says of each instrument whether depth goes out in auctions.
    """
    books = _books(image, channels)
    books["withholds"] = ~auction_depth
    levels = touched(int(2 * books["width"].astype(np.int64).sum()), LEVEL)
    counters = touched(1, COUNTERS)
    counters["trading_day"] = image.settings.trading_day
    counters["capacity"] = BUFFER_RECORDS + RECORDS_OF_A_BOOK * len(books) + channels
    counters["open_interest"] = image.settings.offset_flags
    return FeedState(
        counters=counters,
        books=books,
        levels=levels,
        orders=touched(image.settings.order_capacity, ORDER),
        touched=touched(len(levels), TOUCHED),
        changed=touched(len(books), "<i8"),
        channels=touched(channels, CHANNEL),
        record=touched(RECORD_BYTES, "u1"),
        header=touched(HEADER_BYTES, "u1"),
    )


def words_of_channel(state: FeedState) -> int:
    """Return how many 64-bit words the packets of one call can take on one channel."""
    records = int(state.counters["capacity"][0])
    return records * RECORD_WORDS + (records // PACKET_RECORDS + 1) * HEADER_WORDS


def enter_orders(state: FeedState, orders: np.ndarray) -> None:
    """Fill the empty books with the live orders of the core's table (any with its field names)."""
    rows = np.flatnonzero(orders["order_id"])
    live = orders[rows]
    assert (rows == live["order_id"] & ORDER_ROW_MASK).all(), "an order stands in another's row"
    books = state.books[live["instrument"]]
    place = live["price_ticks"] - books["lower_ticks"]
    level = books["first"] + np.where(live["side"] == Side.SELL, books["width"], 0) + place
    state.orders["lots"][rows], state.orders["level"][rows] = live["lots"], level
    np.add.at(state.levels["lots"], level, live["lots"])
    np.add.at(state.levels["orders"], level, 1)
    np.minimum.at(state.books["lowest"], live["instrument"], place)
    np.maximum.at(state.books["highest"], live["instrument"], place)


def enter_states(state: FeedState, core: Mapping[str, np.ndarray]) -> None:
    """Fill the books with phases, halts, rights and last prices of the core's tables."""
    rows = core["instruments"]
    state.books["phase"] = core["group_phase"][state.books["group"]]
    for name in ("halted", "right"):
        state.books[name] = rows[name]
    state.books["last_ticks"] = np.where(rows["traded"] != 0, rows["last_ticks"], NO_PRICE)
    state.counters["last_sequence"] = core["core"]["sequence"]
    state.counters["trades"] = core["core"]["trades"]


def tell_shown(state: FeedState) -> None:
    """Make every level of a book that is not withheld one that was told."""
    shown = np.repeat(state.books["withheld"] == 0, 2 * state.books["width"])
    for name in ("lots", "orders"):
        state.levels[f"told_{name}"] = np.where(shown, state.levels[name], 0)
