"""The book as it stood after a time or a command."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from huiguan.exchange.market_data.points import DepthAtPoints, Point, moment_of_day
from huiguan.exchange.market_data.tables import depth_table
from huiguan.exchange.messages import ChangePhase, LogOn, Phase, Side, encode
from huiguan.exchange.trading.core import TradingCore
from huiguan.foundation.calendars import EXCHANGE_OFFSET_NS
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.points import Asked, Clock, read_clock, read_points
from tests.images import small_image
from tests.trading_day import SMALL, order

HOUR_NS = 3600 * 10**9


def books(
    points: list[Point], levels: int = 2
) -> list[tuple[int, int, int, list[tuple[int, ...]]]]:
    """Buys of 1 lot at 91 to 96 as commands 3 to 8: three at time 10, three at time 20."""
    image = small_image(2, settings=SMALL)
    core, depth = TradingCore(image), DepthAtPoints(image, points, levels)

    def run(time_ns: int, *rows: np.ndarray) -> None:
        first, batch = core.next_sequence, np.concatenate(rows)
        depth.hear(time_ns, first, batch, core.run_frame(time_ns, batch))

    log_on = LogOn(grace_ns=0, target=1, member=0, epoch=1, cancel_on_disconnect=0)
    run(1, encode(log_on), encode(ChangePhase(group=0, phase=Phase.CONTINUOUS)))
    orders = [encode(order(0, Side.BUY, 91 + n, 1), 1, n + 1) for n in range(6)]
    run(10, *orders[:3])
    run(20, *orders[3:])
    return [
        (book.point, book.sequence, book.instrument, [tuple(level) for level in book.bids])
        for book in depth.finish()
    ]


@pytest.mark.parametrize(
    ("point", "sequence", "best"),
    [
        (Point("", 10, None), 5, 93),  # at the time itself
        (Point("", 19, None), 5, 93),
        (Point("", 20, None), 8, 96),
        (Point("", 99, None), 8, 96),  # after the end
        (Point("", None, 4), 4, 92),  # within a frame
        (Point("", None, 5), 5, 93),  # the last of a frame
        (Point("", None, 6), 6, 94),
        (Point("", None, 99), 8, 96),
    ],
)
def test_one_point(point: Point, sequence: int, best: int) -> None:
    assert books([point]) == [(0, sequence, 0, [(best, 1, 1), (best - 1, 1, 1)])]


def test_points_come_back_in_the_order_asked_for() -> None:
    """Before the first order nobody waits in either contract: no row."""
    found = books([Point("", 20, None), Point("", None, 2), Point("", 10, None)], levels=1)
    assert [(point, sequence) for point, sequence, *_ in found] == [(0, 8), (2, 5)]


def test_a_table_has_a_column_for_every_figure() -> None:
    image = small_image(1, settings=SMALL)
    depth = DepthAtPoints(image, [Point("now", 5, None)], 1)
    table = depth_table(["xx2601"], [Point("now", 5, None)], depth.finish(), 1, lambda _, t: str(t))
    assert table.to_dicts() == [
        {
            "at": "now",
            "sequence": 0,
            "contract": "xx2601",
            **{f"{side}_{what}_1": None for side in ("bid", "ask") for what in ("price", "qty")},
            "bid_orders_1": None,
            "ask_orders_1": None,
        }
    ]
    with pytest.raises(InputFault, match="levels must be 1 to 1,000, not 0"):
        DepthAtPoints(image, [], 0)


@pytest.mark.parametrize(
    ("text", "ns", "date"),
    [
        ("09:30", 9 * HOUR_NS + HOUR_NS // 2, None),
        ("9300025", 9 * HOUR_NS + HOUR_NS // 2 + 250_000_000, None),
        ("21:00:00.000000001", 21 * HOUR_NS + 1, None),
        ("2026-08-20 21:00:00", 21 * HOUR_NS, dt.date(2026, 8, 20)),
        ("2026-08-20T21:00:00", 21 * HOUR_NS, dt.date(2026, 8, 20)),
    ],
)
def test_clocks(text: str, ns: int, date: dt.date | None) -> None:
    assert read_clock(text) == Clock(date, ns)


@pytest.mark.parametrize("text", ["25:00", "9:61", "noon", "", "2026-13-01 09:00", "093000"])
def test_what_is_no_clock(text: str) -> None:
    with pytest.raises(InputFault, match="time"):
        read_clock(text)


def test_a_file_of_points(tmp_path: Path) -> None:
    path = tmp_path / "at.csv"
    path.write_text("seq,time,other\n5,,x\n,09:30,y\n,,\n7,09:31,z\n")
    assert read_points(path) == [
        Asked("5", 5, None),
        Asked("09:30", None, read_clock("09:30")),
        Asked("7", 7, None),
    ]
    path.write_text("moment\n5\n")
    with pytest.raises(InputFault, match="has no column input_seq, seq, sequence, command"):
        read_points(path)
    path.write_text("seq\n5\n-1\n")
    with pytest.raises(InputFault, match="line 3: '-1' is no number of an input"):
        read_points(path)


def test_a_time_of_a_trading_day() -> None:
    """20260821 (a Friday) begins on the Thursday evening; the night goes on to Friday."""
    image = small_image()
    phases = np.zeros(1, image.phases.dtype)
    phases["time_ns"] = 1_787_230_500_000_000_000  # 2026-08-20 20:55
    image = image._replace(phases=phases)

    def clock(hours: float, date: dt.date | None = None) -> str:
        moment = moment_of_day(image, date, int(hours * HOUR_NS)) + EXCHANGE_OFFSET_NS
        return str(np.datetime64(moment, "ns").astype("datetime64[m]"))

    assert clock(21) == "2026-08-20T21:00"
    assert clock(1.5) == "2026-08-21T01:30"
    assert clock(9) == "2026-08-21T09:00"
    assert clock(21, dt.date(2026, 8, 19)) == "2026-08-19T21:00"
