"""Quotes as CTP has them: when one is made, and what its 44 fields hold (rulebook 9.1)."""

import math
from decimal import Decimal

import numpy as np

from huiguan.exchange.day.image import NO_PRICE
from huiguan.exchange.market_data.feed import Feed
from huiguan.exchange.market_data.snapshots import HALF_SECOND_NS, QuotesOfDay
from huiguan.exchange.market_data.tables import FIELDS, NO_VALUE, Market, ctp_table
from huiguan.exchange.messages import ChangePhase, Command, EnterOrder, LogOn, Phase, Side, encode
from huiguan.exchange.trading.core import TradingCore
from tests.images import small_image
from tests.trading_day import SMALL, order

NINE_PM = 1_787_230_800_000_000_000  # 2026-08-20 21:00:00 by the exchange's clock
MS = 1_000_000


class Evening:
    """Two contracts from 21:00 on; times in milliseconds since then."""

    def __init__(self, phase: Phase = Phase.CONTINUOUS) -> None:
        image = small_image(2, settings=SMALL)
        image.instruments["tick_units"] = 5
        image.instruments["unit_decimals"] = 2
        image.instruments["last_open_interest_lots"] = 7
        self.image, self.core = image, TradingCore(image)
        self.quotes, self.counted = QuotesOfDay(Feed(image)), 0
        log_on = LogOn(grace_ns=0, target=1, member=0, epoch=1, cancel_on_disconnect=0)
        self.send(0, log_on)
        self.send(0, ChangePhase(group=0, phase=phase))

    def send(self, ms: int, command: Command) -> None:
        row = encode(command)
        if isinstance(command, EnterOrder):
            self.counted += 1
            row = encode(command, 1, self.counted)
        first, time_ns = self.core.next_sequence, NINE_PM + ms * MS
        self.quotes.hear(time_ns, first, row, self.core.run_frame(time_ns, row).copy())


def moments(rows: np.ndarray) -> list[tuple[int, int]]:
    """Return (ms after 21:00, instrument) of quotes."""
    return [((int(row["time_ns"]) - NINE_PM) // MS, int(row["instrument"])) for row in rows]


def test_a_quote_holds_what_came_before_its_moment() -> None:
    """Orders at 100, 499, 500 ms: the quote of 500 has the first two, that of 1000 the third."""
    evening = Evening()
    evening.send(100, order(0, Side.BUY, 99, 1))
    evening.send(499, order(0, Side.BUY, 98, 1))
    evening.send(500, order(0, Side.BUY, 97, 1))
    evening.send(2_700, order(0, Side.SELL, 101, 4, instrument=1))
    rows = evening.quotes.finish()
    assert moments(rows) == [(500, 0), (1_000, 0), (3_000, 1)]
    assert rows["bid_ticks"][:, :4].tolist() == [
        [99, 98, NO_PRICE, NO_PRICE],
        [99, 98, 97, NO_PRICE],
        [NO_PRICE] * 4,
    ]
    assert rows["ask_ticks"][2][0] == 101
    assert rows["ask_lots"][2].tolist() == [4, 0, 0, 0, 0]
    assert (rows["time_ns"] % HALF_SECOND_NS == 0).all()


def test_what_changed_and_changed_back_is_no_quote() -> None:
    """At 600 ms a sixth level behind the five shown: nothing a quote holds has changed."""
    evening = Evening()
    for price in range(95, 100):
        evening.send(0, order(0, Side.BUY, price, 1))
    evening.send(600, order(0, Side.BUY, 94, 1))
    assert moments(evening.quotes.finish()) == [(500, 0)]


def test_an_auction_gives_one_quote_when_it_ends() -> None:
    evening = Evening(Phase.AUCTION_ORDERING)
    evening.send(100, order(0, Side.BUY, 102, 5))
    evening.send(700, order(2, Side.SELL, 100, 3))
    evening.send(1_400, ChangePhase(group=0, phase=Phase.AUCTION_MATCH))
    rows = evening.quotes.finish()
    assert moments(rows) == [(1_500, 0)]
    assert (rows["last_ticks"][0], rows["bid_lots"][0][0]) == (102, 2)


def test_the_44_fields() -> None:
    """A tick is 0.05, of a lot 100 fen. 2 lots at 101, 1 at 100: (202 + 100) x 1.00 = 302 yuan.

    AveragePrice is price x lot size at SHFE: 302 / 3. Both openings: 7 + 3 lots are open.
    """
    evening = Evening()
    evening.send(0, order(0, Side.SELL, 101, 2))
    evening.send(1, order(2, Side.BUY, 101, 2))
    evening.send(2, order(0, Side.BUY, 100, 4))
    evening.send(3, order(2, Side.SELL, 100, 1))
    table = ctp_table(Market(evening.image, [Decimal("0.05")] * 2), evening.quotes.finish())
    assert table.columns == list(FIELDS)
    assert len(FIELDS) == len(set(FIELDS)) == 44
    (row,) = table.rows(named=True)
    missing = {name for name, value in row.items() if value == NO_VALUE}
    assert math.nextafter(math.inf, 0) == NO_VALUE  # DBL_MAX
    assert missing == {
        *("PreClosePrice", "ClosePrice", "SettlementPrice", "PreDelta", "CurrDelta"),
        *("AskPrice1", *(f"{side}Price{n}" for side in ("Bid", "Ask") for n in range(2, 6))),
    }
    known = {name: value for name, value in row.items() if name not in missing}
    assert {name: value for name, value in known.items() if value != 0} == {
        "TradingDay": "20260821",
        "ActionDay": "20260820",
        "UpdateTime": "21:00:00",
        "UpdateMillisec": 500,
        "InstrumentID": "xx2601",
        "ExchangeInstID": "xx2601",
        "ExchangeID": "SHFE",
        "LastPrice": 5.0,
        "PreSettlementPrice": 5.0,
        "PreOpenInterest": 7.0,
        "OpenPrice": 5.05,
        "HighestPrice": 5.05,
        "LowestPrice": 5.0,
        "UpperLimitPrice": 5.5,
        "LowerLimitPrice": 4.5,
        "Volume": 3,
        "Turnover": 302.0,
        "OpenInterest": 10.0,
        "AveragePrice": 302 / 3,
        "BidPrice1": 5.0,
        "BidVolume1": 3,
    }
    assert row["AskVolume1"] == 0
