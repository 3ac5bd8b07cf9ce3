"""The day of a reader of the JSON door: as far as the floor has applied it, and no byte further.

And its orders in words, in the book and all of the day.
"""

from pathlib import Path

import numpy as np

from huiguan.exchange.messages import LAYOUTS, Closing, Offset, OrderEntered, Side, encode
from huiguan.floor.day.market import Market
from huiguan.floor.doors.json.days import Day
from huiguan.floor.doors.json.http.live import live_orders
from huiguan.floor.doors.json.http.today import Happened, History, orders_of
from huiguan.storage.files import Files
from huiguan.storage.journal.recovery import read
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import write_image
from tests.images import small_image
from tests.property.test_replies import SESSIONS, frames
from tests.recovery.journals import write_half_a_frame
from tests.trading_day import SMALL, order
from tests.trading_day import Day as TradingDay

CODES = 6


def test_a_frame_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    image = small_image(codes=CODES, members=SESSIONS, settings={"order_capacity": 16})
    write_image(DayFolder(tmp_path).image, image, Files())
    market = Market.start(tmp_path)
    for number, commands in enumerate(frames(1)):
        market.submit(number, commands)
        market.collect()
    market.sequencer.leave()
    journal = DayFolder(tmp_path).journal
    *_, before, last = read(journal)
    everybody = np.ones(CODES, bool)
    whole = History(tmp_path, image, everybody)
    whole.catch_up(last.last_sequence)
    write_half_a_frame(journal)
    growing = History(tmp_path, image, everybody)
    growing.catch_up(before.last_sequence)
    earlier = growing.happened(everybody)
    growing.catch_up(last.last_sequence)
    told = [(one.time_ns, one.kind, one.row.tobytes()) for one in growing.happened(everybody)]
    assert told == [(one.time_ns, one.kind, one.row.tobytes()) for one in whole.happened(everybody)]
    assert 0 < len(earlier) <= len(told)


def test_an_order_of_both_kinds_says_how_many_lots_close_the_other(tmp_path: Path) -> None:
    """2 lots of history and 3 of today are closed: 3 of the other kind, none when 3 have traded.

    Without offset flags an order that names one opens what it does not close.
    """
    for flags, told in ((True, [3, 3, 0]), (False, [0, 0, 0])):
        image = small_image(settings={**SMALL, "offset_flags": flags})
        held = np.array([(0, 0, 2, 0, 0), (1, 0, 0, 2, 0)], image.positions.dtype)
        reader, day = Day(image, tmp_path), TradingDay(image._replace(positions=held))
        day.log_on(1, 0, closing=Closing.HISTORY)
        day.sell(1, 100, 3)
        day.buy(0, 100, 3)
        asked = encode(order(0, Side.SELL, 102, 5 + (not flags), offset=Offset.CLOSE), 1, 2)
        events = day.core.run_frame(day.time_ns, asked).view(LAYOUTS[OrderEntered.KIND])
        (entered,) = orders_of(reader.names, [Happened(0, OrderEntered.KIND, events[0])])
        book = day.core.state.orders
        (before,) = live_orders(reader, book[book["order_id"] != 0].tobytes())
        day.buy(1, 102, 3)
        (after,) = live_orders(reader, book[book["order_id"] != 0].tobytes())
        assert [one.other_lots for one in (entered, before, after)] == told
