"""The public feed on days of a few commands, worked by hand."""

import numpy as np
import pytest
from huiguan_client import feed_records
from tools.generate.feed_page import HALF_PAST_NINE_NS, example_bytes

from huiguan.exchange.day.image import NO_PRICE
from huiguan.exchange.market_data.feed import Feed
from huiguan.exchange.market_data.records import (
    EventEnded,
    FeedRecord,
    InstrumentStatus,
    LevelChanged,
    PricesChanged,
    PublicTrade,
    Taker,
    VolumesChanged,
    read_packet,
    split_packets,
)
from huiguan.exchange.messages import (
    ChangePhase,
    Command,
    EnterOrder,
    LogOn,
    LoseSession,
    Offset,
    Phase,
    ResetBook,
    Scope,
    SetHalt,
    Side,
    encode,
)
from huiguan.exchange.trading.core import TradingCore
from huiguan.foundation.faults import CheckFault, InputFault
from tests.images import small_image
from tests.trading_day import SMALL, order

SECOND, FIRST = 1, 0  # instruments


class Told:
    """A market whose feed is read record by record; session 1 is member 0's, code 0 and 2 ours."""

    def __init__(self, phase: Phase = Phase.CONTINUOUS, channels: int = 1) -> None:
        self.image = small_image(products=2, settings=SMALL)
        self.core = TradingCore(self.image)
        self.feed = Feed(self.image, channels)
        self.counted = 0
        self.packets = b""
        log_on = LogOn(grace_ns=0, target=1, member=0, epoch=1, cancel_on_disconnect=0)
        self.send(log_on)
        self.send(ChangePhase(group=0, phase=phase))

    def send(self, *commands: Command, time_ns: int = 0) -> list[FeedRecord]:
        """Run one frame and return what was told, without the ends of events."""
        rows = [self.encoded(command) for command in commands]
        first, batch = self.core.next_sequence, np.concatenate(rows)
        events = self.core.run_frame(time_ns, batch)
        self.packets = self.feed.apply(time_ns, first, batch, events)
        packets = [read_packet(raw) for raw in split_packets(self.packets)]
        records = [record for packet in packets for record in packet.records]
        return [record for record in records if not isinstance(record, EventEnded)]

    def encoded(self, command: Command) -> np.ndarray:
        if not isinstance(command, EnterOrder):
            return encode(command)
        self.counted += 1
        return encode(command, 1, self.counted)

    def enter(self, side: Side, price: int, lots: int, **fields: int) -> list[FeedRecord]:
        """Enter an order of code 0 in the first instrument."""
        return self.send(order(0, side, price, lots, **fields))


def level(side: Side, price: int, lots: int, orders: int, instrument: int = 0) -> LevelChanged:
    return LevelChanged(
        instrument=instrument, side=side, price_ticks=price, lots=lots, orders=orders
    )


def status(phase: Phase, *, withheld: int = 0, halted: int = 0, instrument: int = 0) -> FeedRecord:
    return InstrumentStatus(
        instrument=instrument,
        lower_limit_ticks=90,
        upper_limit_ticks=110,
        previous_settlement_ticks=100,
        phase=phase,
        right=0,  # type: ignore[arg-type]
        halted=halted,
        withheld=withheld,
    )


def test_a_level_is_what_waits_there() -> None:
    day = Told()
    assert day.enter(Side.BUY, 99, 3) == [level(Side.BUY, 99, 3, 1)]
    assert day.enter(Side.BUY, 99, 2) == [level(Side.BUY, 99, 5, 2)]
    assert day.enter(Side.SELL, 101, 4) == [level(Side.SELL, 101, 4, 1)]


def test_an_order_that_trades_at_once_never_stands_in_the_book() -> None:
    """3 lots wait at 101; a buyer of 5 takes them and leaves 2. Tick value 100 fen."""
    day = Told()
    day.enter(Side.SELL, 101, 3)
    assert day.send(order(2, Side.BUY, 101, 5)) == [
        PublicTrade(instrument=0, trade=1, price_ticks=101, lots=3, taker=Taker.BUY),
        level(Side.BUY, 101, 2, 1),
        level(Side.SELL, 101, 0, 0),
        PricesChanged(
            instrument=0,
            last_ticks=101,
            open_ticks=101,
            high_ticks=101,
            low_ticks=101,
            close_ticks=NO_PRICE,
            settlement_ticks=NO_PRICE,
        ),
        VolumesChanged(
            instrument=0, volume_lots=3, turnover_fen=101 * 3 * 100, open_interest_lots=3
        ),
    ]


def test_a_fill_and_kill_that_finds_nothing_tells_nothing() -> None:
    day = Told()
    assert day.enter(Side.BUY, 99, 3, time_in_force=1) == []
    assert day.packets == b""


def test_open_interest_falls_when_both_close() -> None:
    """Two openings: 2 lots are open; both close today: none is."""
    day = Told()
    day.enter(Side.SELL, 100, 2)
    assert day.send(order(2, Side.BUY, 100, 2))[-1] == VolumesChanged(
        instrument=0, volume_lots=2, turnover_fen=20_000, open_interest_lots=2
    )
    day.enter(Side.BUY, 100, 2, offset=Offset.CLOSE_TODAY)
    assert day.send(order(2, Side.SELL, 100, 2, offset=Offset.CLOSE_TODAY))[-1] == VolumesChanged(
        instrument=0, volume_lots=4, turnover_fen=40_000, open_interest_lots=0
    )


def test_while_an_auction_collects_orders_no_depth_goes_out() -> None:
    """Buy 5 at 102, sell 3 at 100: below 102 a better buyer would be left, so 3 trade at 102."""
    day = Told()
    day.enter(Side.BUY, 98, 1)
    assert day.send(ChangePhase(group=0, phase=Phase.AUCTION_ORDERING)) == [
        status(Phase.AUCTION_ORDERING, withheld=1),
        status(Phase.AUCTION_ORDERING, withheld=1, instrument=1),
    ]
    assert day.enter(Side.BUY, 102, 5) == []
    assert day.send(order(2, Side.SELL, 100, 3)) == []
    snapshot = [read_packet(raw) for raw in split_packets(day.feed.snapshot())]
    assert not [r for p in snapshot for r in p.records if isinstance(r, LevelChanged)]
    found = day.send(ChangePhase(group=0, phase=Phase.AUCTION_MATCH))
    assert found[0] == PublicTrade(
        instrument=0, trade=1, price_ticks=102, lots=3, taker=Taker.NOBODY
    )
    assert found[1:5] == [
        status(Phase.AUCTION_MATCH),
        status(Phase.AUCTION_MATCH, instrument=1),
        level(Side.BUY, 102, 2, 1),
        level(Side.BUY, 98, 1, 1),
    ]


@pytest.mark.parametrize("asked", [100, 102])
def test_what_a_halt_left_crossed_is_withheld_until_it_trades(asked: int) -> None:
    """A seller at the buyer's own price would trade with it too."""
    day = Told(Phase.AUCTION_ORDERING)
    day.enter(Side.BUY, 102, 5)
    day.send(order(2, Side.SELL, asked, 3))
    day.send(SetHalt(target=FIRST, scope=Scope.INSTRUMENT, engaged=1))
    assert day.send(ChangePhase(group=0, phase=Phase.CONTINUOUS)) == [
        status(Phase.CONTINUOUS, withheld=1, halted=1),
        status(Phase.CONTINUOUS, instrument=SECOND),
    ]
    found = day.send(SetHalt(target=FIRST, scope=Scope.INSTRUMENT, engaged=0))
    assert [type(record) for record in found[:2]] == [PublicTrade, InstrumentStatus]
    assert found[1:3] == [status(Phase.CONTINUOUS), level(Side.BUY, 102, 2, 1)]


def test_the_last_price_of_a_day_that_closes_is_its_close() -> None:
    """Only the first contract traded; the order left of it goes with the close."""
    day = Told()
    day.enter(Side.SELL, 101, 3)
    assert day.send(order(2, Side.BUY, 101, 1))[0] == PublicTrade(
        instrument=0, trade=1, price_ticks=101, lots=1, taker=Taker.BUY
    )
    found = day.send(ChangePhase(group=0, phase=Phase.CLOSED))
    assert found[2] == level(Side.SELL, 101, 0, 0)
    (prices,) = [record for record in found if isinstance(record, PricesChanged)]
    assert (prices.instrument, prices.last_ticks, prices.close_ticks) == (0, 101, 101)


def test_a_seller_who_takes_is_the_taker() -> None:
    day = Told()
    day.enter(Side.BUY, 99, 3)
    assert day.send(order(2, Side.SELL, 99, 1))[0] == PublicTrade(
        instrument=0, trade=1, price_ticks=99, lots=1, taker=Taker.SELL
    )


def test_a_reset_forgets_the_last_price() -> None:
    day = Told()
    day.enter(Side.BUY, 99, 3)
    day.send(order(2, Side.SELL, 99, 1))
    found = day.send(ResetBook(group=0))
    assert found[0] == level(Side.BUY, 99, 0, 0)
    last = {r.instrument: r.last_ticks for r in found if isinstance(r, PricesChanged)}
    assert last == {0: NO_PRICE, 1: NO_PRICE}


def test_more_orders_with_the_same_lots_are_told() -> None:
    """What falls due is told with the first command after it: two orders go, one comes."""
    day = Told()
    day.send(LogOn(grace_ns=5, target=2, member=1, epoch=1, cancel_on_disconnect=1))
    for number, lots in enumerate((1, 2), 1):
        row = encode(order(1, Side.BUY, 99, lots), 2, number)
        first = day.core.next_sequence
        day.feed.apply(1, first, row, day.core.run_frame(1, row))
    day.send(LoseSession(target=2), time_ns=1)
    found = day.send(order(0, Side.BUY, 99, 3), time_ns=50)
    assert found == [level(Side.BUY, 99, 3, 1)]


def test_a_market_that_shows_depth_in_auctions_can() -> None:
    day = Told(Phase.AUCTION_ORDERING)
    day.feed = Feed(day.image, auction_depth=True)
    assert day.enter(Side.BUY, 102, 5) == [level(Side.BUY, 102, 5, 1)]
    assert day.send(order(2, Side.SELL, 100, 3)) == [level(Side.SELL, 100, 3, 1)]


def test_products_go_to_their_channels_and_packets_count() -> None:
    """Product 0 is instrument 0 on channel 0, product 1 is instrument 1 on channel 1."""
    day = Told(channels=2)
    heads = [read_packet(raw).header for raw in split_packets(day.packets)]
    assert [(head.channel, head.sequence) for head in heads] == [(0, 1), (1, 1)]
    day.send(order(0, Side.BUY, 99, 1, instrument=SECOND), order(0, Side.BUY, 98, 1))
    packets = [read_packet(raw) for raw in split_packets(day.packets)]
    assert [(p.header.channel, p.header.sequence, p.header.journal_sequence) for p in packets] == [
        (0, 2, 4),
        (1, 2, 3),
    ]
    assert [p.records for p in packets] == [
        [level(Side.BUY, 98, 1, 1), EventEnded(journal_sequence=4)],
        [level(Side.BUY, 99, 1, 1, SECOND), EventEnded(journal_sequence=3)],
    ]


def test_settlement_prices_are_told_after_clearing() -> None:
    day = Told()
    packets = day.feed.settle(5, np.array([101, NO_PRICE]))
    (packet,) = [read_packet(raw) for raw in split_packets(packets)]
    prices, end = packet.records
    assert isinstance(prices, PricesChanged)
    assert (prices.instrument, prices.settlement_ticks) == (0, 101)
    assert end == EventEnded(journal_sequence=2)
    assert packet.header.sequence == day.feed.packet_sequence()


def test_events_that_were_left_out_are_noticed() -> None:
    """A sell order that the feed never saw is traded."""
    day = Told()
    whole, day.feed = day.feed, Feed(day.image)
    day.enter(Side.SELL, 101, 3)
    day.feed = Feed(day.image)
    with pytest.raises(CheckFault, match="names an order that the feed never saw"):
        day.send(order(2, Side.BUY, 101, 5))
    assert whole.journal_sequence == 2


def test_commands_that_are_not_the_frames_are_noticed() -> None:
    day = Told()
    halt = encode(SetHalt(target=FIRST, scope=Scope.INSTRUMENT, engaged=1))
    first = day.core.next_sequence
    events = day.core.run_frame(1, halt)
    with pytest.raises(CheckFault, match="a command it was not given"):
        day.feed.apply(1, first + 1, halt, events)


def test_t18_prices_at_and_below_zero() -> None:
    """Oil of April 2020: limits -10 to 10; 2 lots trade at -3, so turnover is -3 x 2 x 100 fen."""
    day = Told()
    image = small_image(settings=SMALL, lower=-10, upper=10, settlement=0)
    day.image, day.core, day.feed, day.counted = image, TradingCore(image), Feed(image), 0
    day.send(LogOn(grace_ns=0, target=1, member=0, epoch=1, cancel_on_disconnect=0))
    day.send(ChangePhase(group=0, phase=Phase.CONTINUOUS))
    assert day.enter(Side.SELL, -3, 2) == [level(Side.SELL, -3, 2, 1)]
    assert day.enter(Side.BUY, -10, 1) == [level(Side.BUY, -10, 1, 1)]
    found = day.send(order(2, Side.BUY, -3, 3))
    assert found[0] == PublicTrade(instrument=0, trade=1, price_ticks=-3, lots=2, taker=Taker.BUY)
    assert found[1:3] == [level(Side.BUY, -3, 1, 1), level(Side.SELL, -3, 0, 0)]
    assert found[-1] == VolumesChanged(
        instrument=0, volume_lots=2, turnover_fen=-600, open_interest_lots=2
    )
    assert [tuple(one) for one in day.feed.depth(0, Side.BUY, 5)] == [(-3, 1, 1), (-10, 1, 1)]


def test_what_no_feed_can_be_is_refused() -> None:
    day = Told()
    with pytest.raises(InputFault, match="channels must be 1 to 1024, not 0"):
        Feed(day.image, 0)
    with pytest.raises(InputFault, match="cannot be restored"):
        day.feed.restore(day.core.tables())
    with pytest.raises(ValueError, match="3 bytes are no packet"):
        list(split_packets(b"abc"))
    with pytest.raises(ValueError, match="is cut off"):
        list(split_packets(day.packets[:-1]))


def test_the_packet_of_the_reference_is_the_feeds() -> None:
    """Commands 1 and 2 make packet 1, an order to sell 5 at 101 packet 2, its buyer packet 3."""
    day = Told()
    day.send(order(0, Side.SELL, 101, 5, instrument=SECOND))
    day.send(order(2, Side.BUY, 101, 2, instrument=SECOND), time_ns=HALF_PAST_NINE_NS)
    assert day.packets == example_bytes()


def test_the_clients_records_read_what_the_exchange_writes() -> None:
    day = Told()
    day.enter(Side.SELL, 101, 3)
    day.send(order(2, Side.BUY, 101, 5))
    (raw,) = split_packets(day.packets)
    size = feed_records.RECORD_BYTES
    rows = range(feed_records.HEADER_BYTES, len(raw), size)
    found = []
    for at in rows:
        kind = feed_records.RECORDS[int.from_bytes(raw[at : at + 2], "little")]
        _, *values = kind.LAYOUT.unpack(raw[at : at + size])
        found.append(str(kind(**dict(zip(kind.__struct_fields__, values, strict=True)))))
    assert [text.partition("(")[0] for text in found] == [
        type(record).__name__ for record in read_packet(raw).records
    ]
    header = feed_records.PacketHeader.LAYOUT.unpack(raw[: feed_records.HEADER_BYTES])
    assert header[6] == read_packet(raw).header.sequence == 3
