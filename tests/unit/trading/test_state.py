"""What of the state counts: registers are in no hash, and a snapshot keeps its format."""

import numpy as np

from huiguan.exchange.messages import Closing, CommandRefused, Offset, SelfTrade
from huiguan.exchange.trading.core import TradingCore
from huiguan.exchange.trading.state.registers import REGISTERS
from tests.images import small_image
from tests.trading_day import SMALL, Day, trades

# the row ``core`` of a snapshot as format version 1 was published
KEPT = (
    ("sequence", "<i8"),
    ("time_ns", "<i8"),
    ("trades", "<i8"),
    ("next_disconnect_ns", "<i8"),
    ("client_sequence", "<i8"),
    ("first_figure", "<i8"),
    ("second_figure", "<i8"),
    ("order_id", "<i8"),
    ("due_frame", "<i8"),
    ("events", "<i8"),
    ("session", "<i4"),
    ("next_phase", "<i4"),
    ("marking", "<i4"),
    ("called", "<i4"),
    ("live_orders", "<i4"),
    ("free_order", "<i4"),
    ("fresh_order", "<i4"),
    ("positions", "<i4"),
    ("holdings", "<i4"),
    ("transfers", "<i4"),
)


def day_with_a_refusal() -> Day:
    day = Day(small_image(settings=SMALL))
    day.buy(0, 100, 2, client_order_id=5)
    (refused,) = day.buy(0, 200, 1)
    assert isinstance(refused, CommandRefused)
    return day


def test_a_snapshot_keeps_counters_and_registers_in_one_row() -> None:
    row = day_with_a_refusal().core.tables()["core"]
    assert tuple(row.dtype.descr) == KEPT
    # 2 log-ons, 1 phase, 2 orders; refused: 200 ticks, the limit is 110; one order took row 0
    found = {name: int(row[name][0]) for name in ("sequence", "first_figure", "second_figure")}
    assert found == {"sequence": 5, "first_figure": 200, "second_figure": 110}
    assert (int(row["live_orders"][0]), int(row["fresh_order"][0])) == (1, 1)


def test_registers_are_in_no_hash_and_change_nothing_that_follows() -> None:
    one, two = day_with_a_refusal(), day_with_a_refusal()
    for name in set(REGISTERS.names or ()) - {"marking"}:
        two.core.state.registers[name] = 77
    assert one.core.state_hash() == two.core.state_hash()
    for day in (one, two):
        day.sell(1, 100, 1)
    assert one.core.state_hash() == two.core.state_hash()


def test_a_core_goes_on_from_the_tables_of_another() -> None:
    one = day_with_a_refusal()
    two = TradingCore(one.image)
    two.restore({name: rows.copy() for name, rows in one.core.tables().items()})
    assert two.state_hash() == one.core.state_hash()
    assert np.array_equal(two.state.registers, one.core.state.registers)


def without(rows: np.ndarray, name: str) -> np.ndarray:
    """Return rows that lack a field."""
    kept = [field for field in rows.dtype.names or () if field != name]
    found = np.zeros(len(rows), [(field, rows.dtype[field]) for field in kept])
    for field in kept:
        found[field] = rows[field]
    return found


def test_a_day_without_the_choice_of_self_trades_hashes_as_before_there_was_one() -> None:
    """The hash of this day as the code told it that knew no such field."""
    told = "55a80979db33991fef899277b2a963c48bfc0b960237712672905ee4d5a1db4c"
    assert day_with_a_refusal().core.state_hash().hex() == told


def test_a_choice_of_self_trades_is_content() -> None:
    image = small_image(settings={**SMALL, "self_trade_choice": True})
    found = set()
    for choice in SelfTrade:
        day = Day(image)
        day.log_on(1, 0, self_trade=choice)
        found.add(day.core.state_hash())
    assert len(found) == len(SelfTrade)


def test_a_choice_of_what_a_close_takes_is_content_and_no_choice_of_self_trades() -> None:
    image, found = small_image(settings={**SMALL, "self_trade_choice": True}), set()
    for choices in ({}, {"closing": 1}, {"closing": 2}, {"self_trade": 1}, {"self_trade": 2}):
        day = Day(image)
        day.log_on(1, 0, **choices)
        found.add(day.core.state_hash())
    assert len(found) == 5


def test_a_venue_with_net_positions_has_no_such_choice() -> None:
    day = Day(small_image(settings={**SMALL, "offset_flags": False}))
    for choice in (Closing.TODAY, 77):
        (done,) = day.log_on(1, 0, closing=choice)
        assert not isinstance(done, CommandRefused)
        assert not day.core.state.sessions["closing"].any()


def test_a_snapshot_keeps_an_order_of_both_kinds_and_needs_no_count_of_them() -> None:
    """Code 0 holds 2 lots of history and 2 of today; of 4 lots to close 1 trades before."""
    image = small_image(settings=SMALL)
    held = [(0, 0, 2, 0, 0), (1, 0, 0, 2, 0)]
    day = Day(image._replace(positions=np.array(held, dtype=image.positions.dtype)))
    day.sell(1, 100, 2)
    day.buy(0, 100, 2)
    day.log_on(1, 0, closing=Closing.HISTORY)
    day.sell(0, 101, 4, offset=Offset.CLOSE)
    day.buy(1, 101, 1)
    core = TradingCore(day.image)
    core.restore({name: rows.copy() for name, rows in day.core.tables().items()})
    assert (core.state_hash(), int(core.state.core["two_kinds"][0])) == (day.core.state_hash(), 1)
    day.core = core
    assert trades(day.buy(1, 101, 3)) == [(101, 1), (101, 2)]
    assert not core.state.core["two_kinds"][0]
    assert day.position(0) == {}


def test_a_snapshot_of_before_there_was_the_choice_is_gone_on_from() -> None:
    day = day_with_a_refusal()
    kept = {name: rows.copy() for name, rows in day.core.tables().items()}
    kept["sessions"] = without(without(kept["sessions"], "self_trade"), "closing")
    kept["config"] = without(kept["config"], "self_trade_choice")
    core = TradingCore(day.image)
    core.restore(kept)
    assert core.state_hash() == day.core.state_hash()
    day.core = core
    assert trades(day.sell(1, 100, 1)) == [(100, 1)]
