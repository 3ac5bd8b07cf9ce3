"""Bars of a running day against the bars of the whole day."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiguan.exchange.day.result import TradeRow
from huiguan.exchange.events import copy_fields
from huiguan.exchange.market_data.bars import MINUTE_NS, bars
from huiguan.exchange.market_data.live_bars import LENGTHS, LiveBars
from huiguan.exchange.messages import LAYOUTS, MESSAGE_BYTES, Offset, TradeExecuted
from huiguan.foundation.records import table_layout
from tests.images import small_image

NOTHING = np.zeros(0, np.uint8)
NINE = 1_787_274_000_000_000_000  # 2026-08-21 09:00 by the exchange's clock
Trade = tuple[int, int, int, Offset, Offset]  # instrument, price, lots, offsets


def frame(trades: list[Trade]) -> np.ndarray:
    rows = np.zeros(len(trades), LAYOUTS[TradeExecuted.KIND])
    rows["kind"] = TradeExecuted.KIND
    names = ("instrument", "price_ticks", "lots", "buy_offset", "sell_offset")
    for place, trade in enumerate(trades):
        for name, value in zip(names, trade, strict=True):
            rows[name][place] = value
    flat: np.ndarray = rows.view(np.uint8)
    assert flat.size == len(trades) * MESSAGE_BYTES
    return flat


TRADES = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(-5, 5),
        st.integers(1, 4),
        st.sampled_from([Offset.OPEN, Offset.CLOSE]),
        st.sampled_from([Offset.OPEN, Offset.CLOSE_TODAY]),
    ),
    max_size=6,
)
FRAMES = st.lists(st.tuples(st.integers(0, 20 * 60), TRADES), max_size=12)  # seconds later


@given(FRAMES)
def test_done_and_running_bars_are_those_of_the_whole_day(
    frames: list[tuple[int, list[Trade]]],
) -> None:
    image = small_image(3)
    image.instruments["last_open_interest_lots"] = [10, 20, 30]
    live, time_ns = LiveBars(image), NINE
    found: dict[tuple[int | None, int], list[tuple[int, ...]]] = defaultdict(list)
    told, times = [frame([])], [np.zeros(0, np.int64)]
    for seconds, trades in frames:
        time_ns += seconds * 10**9
        told.append(frame(trades))
        times.append(np.full(len(trades), time_ns))
        for done in live.hear(time_ns, 1, NOTHING, told[-1]):
            for instrument, row in zip(done.instruments.tolist(), done.rows.tolist(), strict=True):
                found[done.minutes, instrument].append(row)
    for minutes in LENGTHS:
        for instrument, row in zip(*(part.tolist() for part in live.now(minutes)), strict=True):
            found[minutes, instrument].append(row)
    rows = np.concatenate(told).view(LAYOUTS[TradeExecuted.KIND])
    whole, at = copy_fields(rows, table_layout(TradeRow)), np.concatenate(times)
    for minutes in LENGTHS:
        for instrument in range(3):
            own = whole["instrument"] == instrument
            value, before = 100, [10, 20, 30][instrument]
            expected = bars(whole[own], at[own], minutes, value, before)
            assert found.get((minutes, instrument), []) == expected.tolist()


def test_a_bar_is_done_when_its_time_is_over() -> None:
    """A trade at 09:00:59: its minute is over at 09:01:00, its five minutes are not."""
    live = LiveBars(small_image())
    live.hear(NINE + 59 * 10**9, 1, NOTHING, frame([(0, 100, 2, Offset.OPEN, Offset.OPEN)]))
    assert live.pass_time(NINE + MINUTE_NS - 1) == []
    (done,) = live.pass_time(NINE + MINUTE_NS)
    assert (done.minutes, done.instruments.tolist()) == (1, [0])
    assert done.rows.tolist() == [(NINE, 2, 100 * 2 * 100, 2, 100, 100, 100, 100)]
    assert live.pass_time(NINE + MINUTE_NS) == []
    assert len(live.now(5)[0]) == 1


@pytest.mark.parametrize("flags", [True, False])
def test_without_offset_flags_open_interest_is_that_of_the_evening(flags: bool) -> None:
    live = LiveBars(small_image(settings={"offset_flags": flags}))
    live.hear(NINE, 1, NOTHING, frame([(0, 100, 2, Offset.OPEN, Offset.OPEN)]))
    assert live.now(None)[1]["open_interest_lots"].tolist() == [2 if flags else 0]
