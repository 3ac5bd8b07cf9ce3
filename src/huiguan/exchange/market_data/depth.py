"""The book of every instrument from events: lots and orders at each price of both sides.

A level is found by its price: each side of a book is a stretch of all prices between the day's
limits, buyers first. An event changes levels one after the other; what readers are told is what is
different when it has ended, so an order that trades at once never stands in a public book.
"""

import numpy as np

from huiguan.exchange.market_data.state import (
    COLLECTING,
    NOTHING,
    RECHECK,
    STATUS,
    FeedState,
    open_feed,
)
from huiguan.exchange.messages import ORDER_ROW_MASK, Side
from huiguan.exchange.phases import allows
from huiguan.foundation.kernel import inner, kernel, rare

BUY, SELL = int(Side.BUY), int(Side.SELL)
NOWHERE = -1


@inner
def note(feed: FeedState, instrument: int, what: int) -> None:
    """Remember what is to be done about a book when the event has ended."""
    book = feed.books[instrument]
    if book["changed"] == NOTHING:
        counters = feed.counters[0]
        feed.changed[counters["changed"]] = instrument
        counters["changed"] += 1
    book["changed"] |= what


@inner
def touch(feed: FeedState, row: int, instrument: int) -> None:
    """Remember that a level may differ from what was told."""
    level = feed.levels[row]
    if level["touched"] == 0:
        level["touched"] = 1
        counters = feed.counters[0]
        entry = feed.touched[counters["touched"]]
        entry["level"] = row
        entry["instrument"] = instrument
        counters["touched"] += 1
    if feed.books[instrument]["withheld"] != 0:
        note(feed, instrument, RECHECK)


@inner
def add_order(feed: FeedState, event: np.void) -> None:
    """Put an accepted order at its price."""
    instrument = event["instrument"]
    book = feed.books[instrument]
    place = event["price_ticks"] - book["lower_ticks"]
    book["lowest"] = min(book["lowest"], place)
    book["highest"] = max(book["highest"], place)
    row = book["first"] + place
    if event["side"] == SELL:
        row += book["width"]
    order = feed.orders[event["order_id"] & ORDER_ROW_MASK]
    order["lots"] = event["lots"]
    order["level"] = row
    level = feed.levels[row]
    level["lots"] += event["lots"]
    level["orders"] += 1
    touch(feed, row, instrument)


@inner
def take_lots(feed: FeedState, order_id: int, lots: int, instrument: int) -> None:
    """Take traded or cancelled lots off an order; one without lots is gone."""
    order = feed.orders[order_id & ORDER_ROW_MASK]
    if order["lots"] < lots:
        feed.counters[0]["lost"] = 1
        return
    level = feed.levels[order["level"]]
    order["lots"] -= lots
    level["lots"] -= lots
    if order["lots"] == 0:
        level["orders"] -= 1
    touch(feed, order["level"], instrument)


@inner
def best_place(feed: FeedState, instrument: int, side: int) -> int:
    """Return the best price of a side, counted from the lower limit, or ``NOWHERE``."""
    book = feed.books[instrument]
    if side == BUY:
        place = int(book["highest"])
        while place >= book["lowest"]:
            if feed.levels[book["first"] + place]["lots"] != 0:
                return place
            place -= 1
        return NOWHERE
    first = int(book["first"]) + int(book["width"])
    place = int(book["lowest"])
    while place <= book["highest"]:
        if feed.levels[first + place]["lots"] != 0:
            return place
        place += 1
    return NOWHERE


@inner
def is_crossed(feed: FeedState, instrument: int) -> bool:
    """Return whether buyers and sellers wait that would trade with each other."""
    sell = best_place(feed, instrument, SELL)
    return sell != NOWHERE and best_place(feed, instrument, BUY) >= sell


@inner
def keeps_back(feed: FeedState, instrument: int) -> bool:
    """Return whether the depth of an instrument is withheld now.

    It is while an auction collects orders, and while what an auction left crossed (its match was
    skipped, or the instrument was halted) has not traded.
    """
    book = feed.books[instrument]
    if book["withholds"] == 0:
        return False
    return allows(COLLECTING, book["phase"]) or is_crossed(feed, instrument)


@kernel
def find_withheld(handle: object) -> None:
    """Set what is withheld of books that were filled from the core's tables."""
    feed: FeedState = open_feed(handle)
    for instrument in range(len(feed.books)):
        feed.books[instrument]["withheld"] = 1 if keeps_back(feed, instrument) else 0


@rare
def recheck(feed: FeedState, instrument: int) -> None:
    """Withhold or show the depth of an instrument, if that has changed."""
    book = feed.books[instrument]
    back = keeps_back(feed, instrument)
    if back == (book["withheld"] != 0):
        return
    book["withheld"] = 1 if back else 0
    note(feed, instrument, STATUS)
    for side in range(2):
        first = book["first"] + side * book["width"]
        for row in range(first + book["lowest"], first + book["highest"] + 1):
            level = feed.levels[row]
            if back:
                level["told_lots"] = 0
                level["told_orders"] = 0
            elif level["lots"] != 0:
                touch(feed, row, instrument)
