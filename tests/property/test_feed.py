"""The public feed against the core: after every packet that ends an event the books are the same.

Stories of commands of all kinds (auctions, halts, disconnects, mass cancels, phases by hand); the
reader is a plain twin of its own (tests/models/plain_reader.py).
"""

import os
from collections import Counter
from typing import NamedTuple

import msgspec
import numpy as np
import pytest

from huiguan.exchange.day.image import NO_PRICE, DayImage
from huiguan.exchange.market_data.feed import Feed
from huiguan.exchange.market_data.records import FeedRecord, read_packet, split_packets
from huiguan.exchange.market_data.state import RECORDS_OF_A_BOOK
from huiguan.exchange.market_data.window import PacketWindow, packet_place
from huiguan.exchange.messages import (
    COMMAND_HEADER,
    ChangePhase,
    LogOn,
    Offset,
    Phase,
    ResetBook,
    Side,
    TradeExecuted,
    encode,
)
from huiguan.exchange.trading.core import TradingCore
from huiguan.exchange.trading.state.rows import State
from tests.images import small_image
from tests.models.plain_reader import Levels, PlainReader
from tests.property.stories import Seeded, Teller, pick, story_image
from tests.trading_day import SMALL, Told, order, read_events

COMPILED = os.environ.get("NUMBA_DISABLE_JIT") != "1"
STORIES = 24 if COMPILED else 3
STEPS = 400
OWN_NAMES = 0x1E3779B97F4A7C15  # multiples have bytes that no figure has by chance
WITHHELD = (Phase.AUCTION_ORDERING, Phase.AUCTION_BALANCE)


class Frame(NamedTuple):
    """A frame as the node hands it to the feed."""

    time_ns: int
    first_sequence: int
    commands: np.ndarray
    events: np.ndarray


class Market:
    """A core that hears a story, frame by frame."""

    def __init__(self, seed: int) -> None:
        self.chance = Seeded(seed)
        self.image: DayImage = story_image(self.chance)
        self.core = TradingCore(self.image, event_rows=64)
        self.teller = Teller(self.chance, self.image)

    def frame(self, commands: int = 1) -> Frame:
        """Run the next frame of so many commands."""
        told = [self.teller.next() for _ in range(commands)]
        rows, first = np.concatenate([row for _, row in told]), self.core.next_sequence
        events = self.core.run_frame(told[-1][0], rows).copy()
        heard = read_events(events)
        for place, (_, row) in enumerate(told):
            self.teller.hear(row, [one for one in heard if one.sequence == first + place])
        return Frame(self.core.time_ns, first, rows, events)


def core_levels(state: State) -> Levels:
    """Return who waits where, by the core's own orders."""
    found: dict[tuple[int, int, int], list[int]] = {}
    for row in state.orders[state.orders["order_id"] != 0]:
        key = (int(row["instrument"]), int(row["side"]), int(row["price_ticks"]))
        sums = found.setdefault(key, [0, 0])
        sums[0] += int(row["lots"])
        sums[1] += 1
    return {key: (lots, orders) for key, (lots, orders) in found.items()}


def shown_levels(state: State) -> Levels:
    """Return what of it is public: nothing in an auction, and nothing that one left crossed."""
    levels, shown = core_levels(state), {}
    for number, row in enumerate(state.instruments):
        mine = {key: value for key, value in levels.items() if key[0] == number}
        bids, asks = ([key[2] for key in mine if key[1] == side] for side in (0, 1))
        crossed = bids and asks and max(bids) >= min(asks)
        if state.group_phase[row["group"]] not in WITHHELD and not crossed:
            shown.update(mine)
    return shown


def never(*_: int) -> bytes:
    raise AssertionError("nothing was lost, so nothing is asked for again")


def check_figures(reader: PlainReader, market: Market, told: list[Told]) -> None:
    """Compare prices, volumes and states with sums over all trades, added up from nothing."""
    image, state = market.image, market.core.state
    for number, row in enumerate(image.instruments):
        trades = [
            one.event
            for one in told
            if isinstance(one.event, TradeExecuted) and one.event.instrument == number
        ]
        if trades:
            prices = [trade.price_ticks for trade in trades]
            known = reader.prices[number]
            assert (known.open_ticks, known.high_ticks, known.low_ticks) == (
                prices[0],
                max(prices),
                min(prices),
            )
            last = int(state.instruments["last_ticks"][number])
            assert known.last_ticks == (last if state.instruments["traded"][number] else NO_PRICE)
            opened = sum(
                ((t.buy_offset == Offset.OPEN) + (t.sell_offset == Offset.OPEN) - 1) * t.lots
                for t in trades
                if image.settings.offset_flags
            )
            volumes = reader.volumes[number]
            assert volumes.volume_lots == sum(trade.lots for trade in trades)
            assert volumes.turnover_fen == sum(t.price_ticks * t.lots for t in trades) * int(
                row["tick_value_fen"]
            )
            assert volumes.open_interest_lots == int(row["last_open_interest_lots"]) + opened
        if number in reader.status:
            known_state, core = reader.status[number], state.instruments[number]
            group = state.group_phase[core["group"]]
            assert (known_state.phase, known_state.halted) == (group, core["halted"])
            assert known_state.right == core["right"]
    public = [(t.instrument, t.price_ticks, t.lots) for t in reader.trades]
    events = [one.event for one in told if isinstance(one.event, TradeExecuted)]
    assert public == [(t.instrument, t.price_ticks, t.lots) for t in events]


@pytest.mark.parametrize("seed", range(STORIES))
def test_after_every_event_the_readers_book_is_the_cores(seed: int) -> None:
    market = Market(seed)
    feed = Feed(market.image)
    reader = PlainReader(0, never, never)
    told: list[Told] = []
    for _ in range(STEPS):
        frame = market.frame()
        told += read_events(frame.events)
        for packet in split_packets(feed.apply(*frame)):
            reader.hear(packet)
            assert len(packet) <= 1_400
        assert reader.whole_event
        assert reader.levels == shown_levels(market.core.state)
    check_figures(reader, market, told)


@pytest.mark.parametrize("seed", range(STORIES))
def test_readers_that_lose_packets_or_come_late_end_with_the_cores_book(seed: int) -> None:
    market = Market(1_000 + seed)
    channels = 1 + market.chance.below(2)
    feed, window = Feed(market.image, channels), PacketWindow(channels, 4)

    def reader(channel: int) -> PlainReader:
        return PlainReader(
            channel,
            lambda first, last: window.packets(channel, first, last),
            lambda: feed.snapshot(channel),
        )

    readers = [reader(channel) for channel in range(channels)]
    counted: Counter[str] = Counter()
    for step in range(STEPS // 4):
        packets = feed.apply(*market.frame(1 + market.chance.below(8)))
        window.keep(packets)
        for packet in split_packets(packets):
            channel, sequence = packet_place(packet)
            mine = [one for one in readers if one.channel == channel]
            for one in mine:
                if market.chance.below(100) >= 5 and sequence > 1:  # the first is lost for sure
                    one.hear(packet)
                else:
                    counted["lost"] += 1
        if step % 20 == 10:
            late = [reader(channel) for channel in range(channels)]
            for one in late:
                one.begin_anew(feed.snapshot(one.channel))
            assert joined(late) == shown_levels(market.core.state)
            readers += late
    for one in readers:
        one.catch_up(feed.packet_sequence(one.channel))
        counted["snapshots"] += one.snapshots
        counted["gaps"] += one.gaps
    for place in range(0, len(readers), channels):
        assert joined(readers[place : place + channels]) == shown_levels(market.core.state)
    assert all(counted[name] for name in ("lost", "gaps", "snapshots"))


def joined(readers: list[PlainReader]) -> Levels:
    """Return the books of all channels."""
    return {key: value for one in readers for key, value in one.levels.items()}


@pytest.mark.parametrize("seed", range(STORIES))
def test_a_feed_that_is_restored_goes_on_to_the_byte(seed: int) -> None:
    market = Market(2_000 + seed)
    feed = Feed(market.image, 2)
    for _ in range(STEPS // 8):
        feed.apply(*market.frame(1 + market.chance.below(8)))
        again = Feed(market.image, 2)
        again.restore(market.core.tables(), feed.kept())
        for channel in range(2):
            assert again.snapshot(channel) == feed.snapshot(channel)
        check_depth(again, market.core.state)
        check_without_kept(market, feed)
        frame = market.frame()
        assert again.apply(*frame) == feed.apply(*frame)


def check_without_kept(market: Market, feed: Feed) -> None:
    """Compare with a feed that has nothing but the core's tables: depth, states, last prices."""
    bare = Feed(market.image, 2)
    bare.restore(market.core.tables())
    for name in ("lots", "orders", "told_lots", "told_orders"):
        assert (bare.state.levels[name] == feed.state.levels[name]).all()
    for name in ("phase", "halted", "right", "withheld", "last_ticks"):
        assert (bare.state.books[name] == feed.state.books[name]).all(), name
    assert bare.journal_sequence == market.core.next_sequence - 1
    assert bare.state.counters["trades"] == feed.state.counters["trades"]


def check_depth(feed: Feed, state: State) -> None:
    """Compare the depth of a feed with the core's orders: five levels, best first."""
    levels = core_levels(state)
    for instrument in range(len(state.instruments)):
        for side in Side:
            mine = [
                (key[2], *value) for key, value in levels.items() if key[:2] == (instrument, side)
            ]
            best = sorted(mine, reverse=side == Side.BUY)[:5]
            assert [tuple(level) for level in feed.depth(instrument, side, 5)] == best


@pytest.mark.parametrize("seed", range(3))
def test_the_size_of_frames_does_not_change_what_is_told(seed: int) -> None:
    market = Market(3_000 + seed)
    frames = [market.frame() for _ in range(STEPS)]
    one, many = Feed(market.image), Feed(market.image)
    single = b"".join(one.apply(*frame) for frame in frames)
    for start in range(0, len(frames), 16):
        part = frames[start : start + 16]
        many.apply(
            part[-1].time_ns,
            part[0].first_sequence,
            np.concatenate([frame.commands for frame in part]),
            np.concatenate([frame.events for frame in part]),
        )
    reader = PlainReader(0, never, never)
    reader.hear(single)
    late = PlainReader(0, never, never)
    late.begin_anew(many.snapshot())
    assert (late.levels, late.prices, late.volumes) == (
        reader.levels,
        {number: late.prices[number] for number in late.prices} | reader.prices,
        {number: late.volumes[number] for number in late.volumes} | reader.volumes,
    )


def kind_of(row: np.ndarray) -> int:
    return int(row.view(COMMAND_HEADER)[0]["kind"])


def test_stories_hold_resets_that_forget_the_last_price() -> None:
    """The comparison above would say nothing of them otherwise."""
    kinds = Counter[int]()
    for seed in range(24):
        market = Market(seed)
        kinds.update(kind_of(market.frame().commands) for _ in range(STEPS))
    assert kinds[ResetBook.KIND]


def unnamed_flow(codes: list[int]) -> tuple[bytes, set[int], list[int]]:
    """Run a flow; order k is of code ``codes[k mod len]``. Return packets, secret numbers, names.

    Owners are rich and unlimited, so that who they are decides nothing; own names of orders are
    drawn from the codes, so that another owner has another name.
    """
    image = small_image(2, 8, 2, settings={**SMALL, "order_capacity": 4096})
    core, feed = TradingCore(image), Feed(image)
    secrets, names = set[int](), list[int]()
    packets = []
    counted = Counter[int]()
    chance = Seeded(7)

    def run(rows: list[np.ndarray], time_ns: int) -> None:
        first, batch = core.next_sequence, np.concatenate(rows)
        events = core.run_frame(time_ns, batch)
        packets.append(feed.apply(time_ns, first, batch, events))
        for one in read_events(events):
            for name in ("order_id", "buy_order_id", "sell_order_id", "client_order_id"):
                secrets.add(getattr(one.event, name, 0))
        names.extend(getattr(one.event, "client_order_id", 0) for one in read_events(events))

    log_ons = [
        LogOn(grace_ns=0, target=n, member=n - 1, epoch=1, cancel_on_disconnect=0) for n in (1, 2)
    ]
    run([*map(encode, log_ons), encode(ChangePhase(group=0, phase=Phase.CONTINUOUS))], 1)
    for number in range(1_000):
        code = codes[number % len(codes)]
        session = code % 2 + 1
        counted[session] += 1
        own = OWN_NAMES * (number + 1) % 2**62 + code
        command = order(
            code,
            pick(chance, (Side.BUY, Side.SELL)),
            95 + chance.below(11),
            1 + chance.below(5),
            instrument=chance.below(2),
            client_order_id=own,
            time_in_force=pick(chance, (0, 0, 0, 1)),
        )
        run([encode(command, session, counted[session])], 2 + number)
    return b"".join(packets), secrets - {0}, [name for name in names if name]


def test_public_data_do_not_depend_on_who_trades_and_name_no_order() -> None:
    packets, secrets, names = unnamed_flow([0, 1, 2, 3, 4, 5, 6, 7])
    others, *_ = unnamed_flow([3, 6, 1, 1, 7, 0, 5, 2])
    assert packets == others
    assert len(secrets) > 1_000
    assert len(set(names)) == 1_000
    assert not any(name.to_bytes(8, "little") in packets for name in names)
    for raw in split_packets(packets):
        packet = read_packet(raw)
        for record in (packet.header, *packet.records):
            assert not secrets & set(msgspec.structs.astuple(record))


@pytest.mark.parametrize("seed", range(STORIES))
@pytest.mark.parametrize("spare", [1, 2])
def test_a_buffer_that_is_full_is_emptied_and_nothing_is_lost(seed: int, spare: int) -> None:
    """The buffer holds hardly more than the ends of one event: most frames need several calls."""
    market, calls = Market(4_000 + seed), Counter[str]()
    roomy, tight = Feed(market.image, 2), Feed(market.image, 2)
    ends = RECORDS_OF_A_BOOK * len(market.image.instruments) + 2
    tight.state.counters["capacity"] = ends + spare
    for _ in range(STEPS // 16):
        frame = market.frame(16)
        one, many = roomy.apply(*frame), tight.apply(*frame)
        for channel in range(2):
            assert records_of(one, channel) == records_of(many, channel)
        calls["packets"] += len(list(split_packets(one)))
        calls["in parts"] += len(list(split_packets(many)))
    assert calls["in parts"] > calls["packets"]
    for channel in range(2):
        late = [PlainReader(channel, never, never) for _ in range(2)]
        for reader, feed in zip(late, (roomy, tight), strict=True):
            reader.begin_anew(feed.snapshot(channel))
        assert (late[0].levels, late[0].prices) == (late[1].levels, late[1].prices)


def records_of(packets: bytes, channel: int) -> list[FeedRecord]:
    """Return the records of a channel, whatever packets they came in."""
    found = [read_packet(raw) for raw in split_packets(packets)]
    return [record for one in found if one.header.channel == channel for record in one.records]
