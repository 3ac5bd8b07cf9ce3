"""The event buffer: a frame of any size, a command of any size, and nothing behind the end."""

import numpy as np

from huiguan.exchange.messages import (
    MESSAGE_BYTES,
    AuctionUncrossed,
    ChangePhase,
    Closing,
    CommandDone,
    LogOn,
    MarginCalled,
    MarkAccounts,
    Offset,
    PassTime,
    Phase,
    Side,
    TradeExecuted,
    encode,
)
from huiguan.exchange.trading.core import TradingCore, with_view
from huiguan.foundation.refusals import Refusal
from tests.images import small_image
from tests.property.stories import Seeded, Teller, story_image
from tests.trading_day import SMALL, Day, order, order_id, read_events, refusal

CANARY = 0xA5


def write_to(core: TradingCore, buffer: np.ndarray) -> None:
    """Let the core write the events of every call into ``buffer``."""
    core._buffer = core._earlier = with_view(buffer)


def with_canary(core: TradingCore) -> np.ndarray:
    """Give the core a buffer of the same size with something behind it that must not change."""
    rows = len(core._buffer[0])
    memory = np.full(rows + 64 * MESSAGE_BYTES, CANARY, np.uint8)
    write_to(core, memory[:rows])
    return memory[rows:]


def test_one_large_frame_equals_many_small_ones_and_stays_inside_its_buffer() -> None:
    for seed in range(20, 26):
        chance = Seeded(seed)
        image = story_image(chance)
        teller = Teller(chance, image, steps=(0,))
        core = TradingCore(image)
        rows, events = [], []
        for _ in range(400):
            time_ns, row = teller.next()
            rows.append(row)
            events.append(core.run_frame(time_ns, row).copy())
            teller.hear(row, read_events(events[-1]))
        tight = TradingCore(image, event_rows=1)
        behind = with_canary(tight)
        together = tight.run_frame(0, np.concatenate(rows))
        assert together.tobytes() == b"".join(piece.tobytes() for piece in events)
        assert tight.state_hash() == core.state_hash()
        assert (behind == CANARY).all()


def test_every_live_order_may_trade_in_one_command() -> None:
    """A full book of 2 x 15 orders in one month and 15 pairs in others, all in one uncross."""
    pairs = 15
    settings = {**SMALL, "order_capacity": 4 * pairs}
    image = small_image(1 + pairs, 2, 1, settings=settings)
    core = TradingCore(image, event_rows=1)
    behind = with_canary(core)
    core.run_frame(
        1, encode(LogOn(target=1, member=0, epoch=1, grace_ns=0, cancel_on_disconnect=0))
    )
    core.run_frame(1, encode(ChangePhase(group=0, phase=Phase.AUCTION_ORDERING)))
    entries = [
        order(code, side, 100, 1, instrument=instrument)
        for place in range(pairs)
        for instrument in (0, 1 + place)
        for code, side in ((0, Side.BUY), (1, Side.SELL))
    ]
    rows = [encode(entry, 1, number) for number, entry in enumerate(entries, 1)]
    core.run_frame(1, np.concatenate(rows))
    assert int(core.state.core["live_orders"][0]) == 4 * pairs
    told = read_events(core.run_frame(1, encode(ChangePhase(group=0, phase=Phase.AUCTION_MATCH))))
    kinds = [type(one.event) for one in told]
    assert kinds.count(TradeExecuted) == 2 * pairs
    assert kinds.count(AuctionUncrossed) == 1 + pairs
    assert (behind == CANARY).all()


def test_closes_of_both_kinds_trade_twice_in_one_command_and_take_the_room_of_two() -> None:
    """32 people close a lot of history and one of today, to one buyer: 64 trades of one order.

    The table has 65 rows: 32 orders that count twice, and the buyer's. The buffer has 65 + 16 + 1,
    and in the same frame 30 outcomes come first: only two of them fit beside 64 trades.
    """
    people = 32
    settings = {**SMALL, "order_capacity": 2 * people + 1}
    image = small_image(1, people + 1, 2, settings=settings)
    held = [*((code, 0, 1, 0, 0) for code in range(people)), (people, 0, 0, people, 0)]
    day = Day(image._replace(positions=np.array(held, dtype=image.positions.dtype)))
    for session in (1, 2):
        day.log_on(session, session - 1, closing=Closing.HISTORY)
    day.sell(people, 100, people)
    for code in range(people):
        day.buy(code, 100, 1)
    for code in range(people):
        day.sell(code, 101, 2, offset=Offset.CLOSE)
    day.core._buffer = day.core._earlier = with_view(
        np.zeros((2 * people + 1 + 16 + 1) * MESSAGE_BYTES, np.uint8)
    )
    behind = with_canary(day.core)
    waiting = order_id(day.sell(people, 102, 1))
    assert refusal(day.sell(people, 102, 1)) == Refusal.ORDERS_FULL
    day.cancel(1, waiting)
    buys = order(people, Side.BUY, 101, 2 * people)
    rows = [encode(PassTime())] * 30 + [encode(buys, 1, day.counted[1] + 1)]
    told = read_events(day.core.run_frame(day.time_ns, np.concatenate(rows)))
    assert [one.event.lots for one in told if isinstance(one.event, TradeExecuted)] == [1] * 64
    assert not day.core.state.core["two_kinds"][0]
    assert (behind == CANARY).all()


def test_more_missed_phases_than_the_buffer_has_rows() -> None:
    image = small_image(settings={**SMALL, "order_capacity": 4})
    schedule = [(when, 0, when % 2) for when in range(1, 101)]
    core = TradingCore(
        image._replace(phases=np.array(schedule, dtype=image.phases.dtype)), event_rows=1
    )
    write_to(core, core._buffer[0][: (4 + 16 + 1) * MESSAGE_BYTES])
    told = read_events(core.run_frame(1_000, encode(PassTime())))
    assert [one.event.due_ns for one in told[:-1]] == list(range(1, 101))


def test_a_mark_of_more_codes_than_the_buffer_has_rows() -> None:
    """200 codes are short by a tick; the buffer has 4 + 16 + 1 rows."""
    day = Day(small_image(1, 201, 1, settings={**SMALL, "order_capacity": 4}))
    for code in range(1, 201):
        day.buy(code, 100, 1)
        day.sell(0, 100, 1)
    day.buy(0, 99, 1)
    day.sell(0, 99, 1)
    day.core.state.accounts["deposit_fen"][1:] = 1_010
    rows = (4 + 16 + 1) * MESSAGE_BYTES
    write_to(day.core, day.core._buffer[0][:rows])
    events = day.house(MarkAccounts())
    assert [e.trading_code for e in events if isinstance(e, MarginCalled)] == list(range(1, 201))
    assert events[-1] == CommandDone(count=200, command=MarkAccounts.KIND)
