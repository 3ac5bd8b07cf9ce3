"""Events of a frame to packets: one pass, told command by command.

An event is everything that one command caused. Its trades are told as they come; when it has ended
follow what changed of each instrument (status, levels, prices, volumes) and, on every channel that
was told something, ``EventEnded``.
"""

import numpy as np

from huiguan.exchange.day.image import NO_PRICE
from huiguan.exchange.market_data.depth import add_order, note, recheck, take_lots
from huiguan.exchange.market_data.packets import begin, close_out, open_out, put
from huiguan.exchange.market_data.records import (
    RECORD_LAYOUTS,
    EventEnded,
    InstrumentStatus,
    LevelChanged,
    PricesChanged,
    PublicTrade,
    Taker,
    VolumesChanged,
)
from huiguan.exchange.market_data.state import (
    NOTHING,
    PRICES,
    RECHECK,
    RECORDS_OF_A_BOOK,
    STATUS,
    VOLUMES,
    FeedState,
    open_feed,
)
from huiguan.exchange.messages import (
    EVENT_HEADER_ROW,
    LAYOUTS,
    MESSAGE_BYTES,
    ORDER_ROW_BITS,
    CommandDone,
    Offset,
    OrderCancelled,
    OrderEntered,
    PhaseChanged,
    ResetBook,
    Scope,
    SetHalt,
    SetRight,
    TradeExecuted,
)
from huiguan.exchange.phases import CLEARS, allows
from huiguan.foundation.compiler import rows
from huiguan.foundation.kernel import inner, kernel, rare

ENTERED, ENTERED_ROW = OrderEntered.KIND, LAYOUTS[OrderEntered.KIND]
TRADED, TRADED_ROW = TradeExecuted.KIND, LAYOUTS[TradeExecuted.KIND]
CANCELLED, CANCELLED_ROW = OrderCancelled.KIND, LAYOUTS[OrderCancelled.KIND]
PHASE, PHASE_ROW = PhaseChanged.KIND, LAYOUTS[PhaseChanged.KIND]
DONE, DONE_ROW = CommandDone.KIND, LAYOUTS[CommandDone.KIND]
HALT, HALT_ROW = SetHalt.KIND, LAYOUTS[SetHalt.KIND]
RIGHT, RIGHT_ROW = SetRight.KIND, LAYOUTS[SetRight.KIND]
RESET, RESET_ROW = ResetBook.KIND, LAYOUTS[ResetBook.KIND]
LEVEL, LEVEL_RECORD = LevelChanged.KIND, RECORD_LAYOUTS[LevelChanged.KIND]
TRADE, TRADE_RECORD = PublicTrade.KIND, RECORD_LAYOUTS[PublicTrade.KIND]
PRICE, PRICE_RECORD = PricesChanged.KIND, RECORD_LAYOUTS[PricesChanged.KIND]
VOLUME, VOLUME_RECORD = VolumesChanged.KIND, RECORD_LAYOUTS[VolumesChanged.KIND]
STATE, STATE_RECORD = InstrumentStatus.KIND, RECORD_LAYOUTS[InstrumentStatus.KIND]
END, END_RECORD = EventEnded.KIND, RECORD_LAYOUTS[EventEnded.KIND]


@inner
def put_level(feed: FeedState, out: np.ndarray, row: int, instrument: int) -> None:
    """Tell what waits at a level, if readers know something else."""
    level, book = feed.levels[row], feed.books[instrument]
    same = level["lots"] == level["told_lots"] and level["orders"] == level["told_orders"]
    if book["withheld"] != 0 or same:
        return
    place = row - book["first"]
    sells = place >= book["width"]
    begin(feed, LEVEL)
    record = rows(feed.record, LEVEL_RECORD)[0]
    record["instrument"] = instrument
    record["lots"] = level["lots"]
    record["price_ticks"] = book["lower_ticks"] + (place - book["width"] if sells else place)
    record["orders"] = level["orders"]
    record["side"] = 1 if sells else 0
    level["told_lots"] = level["lots"]
    level["told_orders"] = level["orders"]
    book["fresh"] = 1
    put(feed, out, book["channel"])


@rare
def put_status(feed: FeedState, out: np.ndarray, instrument: int) -> None:
    """Tell what an instrument may do."""
    book = feed.books[instrument]
    begin(feed, STATE)
    record = rows(feed.record, STATE_RECORD)[0]
    record["instrument"] = instrument
    record["lower_limit_ticks"] = book["lower_ticks"]
    record["upper_limit_ticks"] = book["upper_ticks"]
    record["previous_settlement_ticks"] = book["previous_settlement_ticks"]
    record["phase"] = book["phase"]
    record["right"] = book["right"]
    record["halted"] = book["halted"]
    record["withheld"] = book["withheld"]
    put(feed, out, book["channel"])


@inner
def put_prices(feed: FeedState, out: np.ndarray, instrument: int) -> None:
    """Tell the prices of the day."""
    book = feed.books[instrument]
    begin(feed, PRICE)
    record = rows(feed.record, PRICE_RECORD)[0]
    record["instrument"] = instrument
    record["last_ticks"] = book["last_ticks"]
    record["open_ticks"] = book["open_ticks"]
    record["high_ticks"] = book["high_ticks"]
    record["low_ticks"] = book["low_ticks"]
    record["close_ticks"] = book["close_ticks"]
    record["settlement_ticks"] = book["settlement_ticks"]
    book["fresh"] = 1
    put(feed, out, book["channel"])


@inner
def put_volumes(feed: FeedState, out: np.ndarray, instrument: int) -> None:
    """Tell what was traded and what is open."""
    book = feed.books[instrument]
    begin(feed, VOLUME)
    record = rows(feed.record, VOLUME_RECORD)[0]
    record["instrument"] = instrument
    record["volume_lots"] = book["volume_lots"]
    record["turnover_fen"] = book["turnover_fen"]
    record["open_interest_lots"] = book["open_interest_lots"]
    book["fresh"] = 1
    put(feed, out, book["channel"])


@inner
def taker_of(event: np.void) -> int:
    """Return which side of a trade came with the command that caused it."""
    if event["buy_order_id"] >> ORDER_ROW_BITS == event["sequence"]:
        return Taker.BUY
    if event["sell_order_id"] >> ORDER_ROW_BITS == event["sequence"]:
        return Taker.SELL
    return Taker.NOBODY


@inner
def count_trade(feed: FeedState, event: np.void) -> None:
    """Add a trade to the figures of its instrument (open interest: rulebook 3.1)."""
    instrument, price, lots = event["instrument"], event["price_ticks"], int(event["lots"])
    book = feed.books[instrument]
    what = VOLUMES
    if book["open_ticks"] == NO_PRICE:
        book["open_ticks"] = price
        book["high_ticks"] = price
        book["low_ticks"] = price
    if price != book["last_ticks"]:
        what |= PRICES
    book["last_ticks"] = price
    book["high_ticks"] = max(book["high_ticks"], price)
    book["low_ticks"] = min(book["low_ticks"], price)
    book["volume_lots"] += lots
    book["turnover_fen"] += int(price) * lots * int(book["tick_value_fen"])
    if feed.counters[0]["open_interest"] != 0:
        buys = 1 if event["buy_offset"] == Offset.OPEN else 0
        sells = 1 if event["sell_offset"] == Offset.OPEN else 0
        book["open_interest_lots"] += (buys + sells - 1) * lots
    note(feed, instrument, what)


@inner
def tell_trade(feed: FeedState, out: np.ndarray, event: np.void) -> None:
    """Tell a trade and take its lots off both orders."""
    counters, instrument = feed.counters[0], event["instrument"]
    counters["trades"] += 1
    begin(feed, TRADE)
    record = rows(feed.record, TRADE_RECORD)[0]
    record["instrument"] = instrument
    record["trade"] = counters["trades"]
    record["price_ticks"] = event["price_ticks"]
    record["lots"] = event["lots"]
    record["taker"] = taker_of(event)
    put(feed, out, feed.books[instrument]["channel"])
    take_lots(feed, event["buy_order_id"], event["lots"], instrument)
    take_lots(feed, event["sell_order_id"], event["lots"], instrument)
    count_trade(feed, event)


@rare
def enter_phase(feed: FeedState, event: np.void) -> None:
    """Note the phase of every instrument of a group; the last price of a day is its close."""
    for instrument in range(len(feed.books)):
        book = feed.books[instrument]
        if book["group"] != event["group"]:
            continue
        book["phase"] = event["phase"]
        note(feed, instrument, STATUS | RECHECK)
        if allows(CLEARS, event["phase"]) and book["volume_lots"] != 0:
            book["close_ticks"] = book["last_ticks"]
            note(feed, instrument, PRICES)


@rare
def house_done(feed: FeedState, event: np.void, commands: np.ndarray, first_sequence: int) -> None:
    """Note what a command of the house did to instruments; the event does not name them."""
    kind, row = event["command"], event["sequence"] - first_sequence
    if row < 0 or row >= len(commands) // MESSAGE_BYTES:
        feed.counters[0]["lost"] = 1
    elif kind == HALT:
        halt = rows(commands, HALT_ROW)[row]
        for instrument in range(len(feed.books)):
            book = feed.books[instrument]
            named = book["product"] if halt["scope"] == Scope.PRODUCT else instrument
            if named == halt["target"]:
                book["halted"] = halt["engaged"]
                note(feed, instrument, STATUS)
    elif kind == RIGHT:
        given = rows(commands, RIGHT_ROW)[row]
        if given["scope"] == Scope.INSTRUMENT:
            feed.books[given["target"]]["right"] = given["right"]
            note(feed, given["target"], STATUS)
    elif kind == RESET:
        for instrument in range(len(feed.books)):
            if feed.books[instrument]["group"] == rows(commands, RESET_ROW)[row]["group"]:
                feed.books[instrument]["last_ticks"] = NO_PRICE
                note(feed, instrument, PRICES)


@inner
def take(
    feed: FeedState,
    out: np.ndarray,
    events: np.ndarray,
    row: int,
    commands: np.ndarray,
    first_sequence: int,
) -> None:
    """Take one event in; at most one record is written."""
    kind = rows(events, EVENT_HEADER_ROW)[row]["kind"]
    if kind == ENTERED:
        add_order(feed, rows(events, ENTERED_ROW)[row])
    elif kind == TRADED:
        tell_trade(feed, out, rows(events, TRADED_ROW)[row])
    elif kind == CANCELLED:
        gone = rows(events, CANCELLED_ROW)[row]
        take_lots(feed, gone["order_id"], gone["lots"], gone["instrument"])
    elif kind == PHASE:
        enter_phase(feed, rows(events, PHASE_ROW)[row])
    elif kind == DONE:
        house_done(feed, rows(events, DONE_ROW)[row], commands, first_sequence)


@inner
def is_full(feed: FeedState) -> bool:
    """Return whether only the records of all instruments and the ends still have room."""
    counters = feed.counters[0]
    ends = RECORDS_OF_A_BOOK * len(feed.books) + len(feed.channels)
    return counters["capacity"] - counters["written"] <= ends


@inner
def begin_end(feed: FeedState, out: np.ndarray) -> None:
    """Tell what each changed instrument may do: before its levels."""
    counters = feed.counters[0]
    counters["ending"] = 1
    for place in range(counters["changed"]):
        instrument = feed.changed[place]
        if feed.books[instrument]["changed"] & RECHECK:
            recheck(feed, instrument)
        if feed.books[instrument]["changed"] & STATUS:
            put_status(feed, out, instrument)


@rare
def end_event(feed: FeedState, out: np.ndarray) -> bool:
    """Tell what the event changed; False where there was no room for all of it."""
    counters = feed.counters[0]
    if counters["ending"] == 0:
        if is_full(feed):
            return False
        begin_end(feed, out)
    while counters["sent"] < counters["touched"]:
        if is_full(feed):
            return False
        entry = feed.touched[counters["sent"]]
        feed.levels[entry["level"]]["touched"] = 0
        put_level(feed, out, entry["level"], entry["instrument"])
        counters["sent"] += 1
    for place in range(counters["changed"]):
        instrument = feed.changed[place]
        book = feed.books[instrument]
        if book["changed"] & PRICES:
            put_prices(feed, out, instrument)
        if book["changed"] & VOLUMES:
            put_volumes(feed, out, instrument)
        book["changed"] = NOTHING
    for number in range(len(feed.channels)):
        if feed.channels[number]["telling"]:
            begin(feed, END)
            rows(feed.record, END_RECORD)[0]["journal_sequence"] = counters["sequence"]
            put(feed, out, number)
            feed.channels[number]["telling"] = 0
    counters["last_sequence"] = counters["sequence"]
    counters["sequence"] = 0
    counters["touched"] = 0
    counters["sent"] = 0
    counters["changed"] = 0
    counters["ending"] = 0
    return True


@inner
def publish_rows(
    feed: FeedState,
    out: np.ndarray,
    events: np.ndarray,
    start: int,
    commands: np.ndarray,
    first_sequence: int,
) -> int:
    """Take events in until all are told or the buffer is full; return where to go on."""
    counters, row = feed.counters[0], start
    while row < len(events) // MESSAGE_BYTES:
        sequence = rows(events, EVENT_HEADER_ROW)[row]["sequence"]
        other = counters["sequence"] != 0 and counters["sequence"] != sequence
        if other and not end_event(feed, out):
            return row
        counters["sequence"] = sequence
        if is_full(feed):
            return row
        take(feed, out, events, row, commands, first_sequence)
        row += 1
    if counters["sequence"] != 0:
        end_event(feed, out)
    return row


@kernel
def publish(
    handle: object,
    out: np.ndarray,
    events: np.ndarray,
    start: int,
    commands: np.ndarray,
    first_sequence: int,
) -> int:
    """Write the packets of events ``start`` and after; return where to go on.

    ``events`` and ``commands`` (of the same frame) are flat ``uint8`` buffers of 64-byte rows. The
    packets of channel c stand from c x (a channel's part of ``out``) to its ``start``. All is told
    when the number returned is that of the events and ``sequence`` of the counters is 0.
    """
    feed: FeedState = open_feed(handle)
    open_out(feed, out)
    row = publish_rows(feed, out, events, start, commands, first_sequence)
    close_out(feed, out)
    return row


@kernel
def publish_settlements(handle: object, out: np.ndarray, prices: np.ndarray) -> None:
    """Write the packets that tell the settlement price of each instrument (ticks)."""
    feed: FeedState = open_feed(handle)
    open_out(feed, out)
    feed.counters[0]["sequence"] = feed.counters[0]["last_sequence"]
    for instrument in range(len(feed.books)):
        if prices[instrument] != NO_PRICE:
            feed.books[instrument]["settlement_ticks"] = prices[instrument]
            note(feed, instrument, PRICES)
    end_event(feed, out)
    close_out(feed, out)


@kernel
def write_told(handle: object, channel: int, out: np.ndarray) -> int:
    """Write a record of every level that a channel was told of; return how many.

    ``out`` (flat ``uint8``, zeros) has room for all prices that were ever used, of both sides.
    """
    feed: FeedState = open_feed(handle)
    count = 0
    for instrument in range(len(feed.books)):
        book = feed.books[instrument]
        if book["channel"] != channel:
            continue
        for side in range(2):
            first = book["first"] + side * book["width"]
            for place in range(book["lowest"], book["highest"] + 1):
                level = feed.levels[first + place]
                if level["told_lots"] != 0:
                    record = rows(out, LEVEL_RECORD)[count]
                    record["kind"] = LEVEL
                    record["instrument"] = instrument
                    record["lots"] = level["told_lots"]
                    record["price_ticks"] = book["lower_ticks"] + place
                    record["orders"] = level["told_orders"]
                    record["side"] = side
                    count += 1
    return count
