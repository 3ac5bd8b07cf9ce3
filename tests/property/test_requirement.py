"""At equal prices, rates and relief groups the core never asks less (decisions, Money)."""

from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from huiguan.exchange.amounts import margin_per_lot
from huiguan.exchange.clearing.margin import ExchangeRates, Position
from huiguan.exchange.trading.opening import open_day
from tests.images import small_image
from tests.trading_day import SMALL

PPB = 10**9
LOT_SIZE = Decimal(5)  # 5 t, prices in CNY, a tick of 1 CNY: a tick of a lot is 500 fen
TICK_VALUE_FEN = 500
holdings = st.tuples(
    st.integers(0, 3),  # instrument
    st.sampled_from(["long", "short"]),
    st.booleans(),  # hedging
    st.integers(1, 700),  # lots
)


@given(
    st.lists(st.integers(1, 90_000), min_size=4, max_size=4),
    st.lists(st.integers(1, 300_000_000), min_size=16, max_size=16),  # up to 30 %
    st.lists(holdings, min_size=1, max_size=8),
)
@settings(max_examples=150, deadline=None)
def test_the_core_asks_at_least_what_clearing_asks(
    prices: list[int], rates: list[int], held: list[tuple[int, str, bool, int]]
) -> None:
    image = small_image(4, 1, 1, 2, settings=SMALL, lower=1, upper=2, deposit_fen=10**15)
    rows = image.instruments
    rows["previous_settlement_ticks"], rows["tick_value_fen"] = prices, TICK_VALUE_FEN
    rows["long_relief_group"], rows["short_relief_group"] = [0, 1, 0, 2], [0, 1, 0, 3]
    relief = [True, True, True, False]  # the last month stands outside both sums
    rate_of = {}
    for index, cell in enumerate(image.margins):
        side, hedge = int(cell["side"]), int(cell["hedge"]) == 2
        instrument = int(cell["instrument"])
        rate = rates[instrument * 4 + side * 2 + hedge]
        rate_of[instrument, side, hedge] = rate
        image.margins["margin_fen"][index] = margin_per_lot(
            prices[instrument], TICK_VALUE_FEN, rate
        )
    lots: dict[tuple[int, int], list[int]] = {}
    for instrument, side, hedging, count in held:
        row = lots.setdefault((instrument, 2 if hedging else 0), [0, 0])
        row[side == "short"] += count
    table = [(0, month, *both, hedge) for (month, hedge), both in lots.items()]
    image = image._replace(positions=np.array(table, dtype=image.positions.dtype))
    core = int(open_day(image).accounts["margin_fen"][0])

    positions = [
        Position(
            instrument=str(month),
            product=str(month % 2),
            side="short" if side else "long",
            lots=both[side],
            settlement=Decimal(prices[month]),
            lot_size=LOT_SIZE,
            rate=Decimal(rate_of[month, side, hedge == 2]) / PPB,
            relief=relief[month],
        )
        for (month, hedge), both in lots.items()
        for side in (0, 1)
        if both[side]
    ]
    clearing = ExchangeRates().requirement_fen(positions)
    everything = sum(position.lots for position in positions)
    assert clearing <= core < clearing + everything + len(positions), "rounded up by the lot"
