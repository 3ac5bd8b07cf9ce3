"""Call auctions of any book: the core against a search over all prices (rulebook 2.2)."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from huiguan.exchange.day.image import AuctionTie
from huiguan.exchange.messages import ChangePhase, Command, LogOn, Phase, Side, encode
from huiguan.exchange.trading.core import TradingCore
from tests.images import small_image
from tests.models.invariants import Watcher
from tests.models.plain_exchange import PlainExchange, plain, sort_cancels
from tests.trading_day import SMALL, order, read_events

LOWER, UPPER, SETTLEMENT = 95, 105, 100
orders = st.tuples(
    st.sampled_from([Side.BUY, Side.SELL]),
    st.integers(LOWER, UPPER),
    st.integers(1, 9),
    st.sampled_from([0, 0, 1, 3]),  # open, close, close today
)


@given(
    st.sampled_from(AuctionTie),
    st.lists(orders, min_size=2, max_size=16),
    st.none() | st.integers(LOWER, UPPER),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_an_auction_finds_the_price_of_the_search(
    tie: AuctionTie, book: list[tuple[Side, int, int, int]], last: int | None, skipped: bool
) -> None:
    image = small_image(
        1,
        2,
        1,
        settings={**SMALL, "auction_tie": tie},
        lower=LOWER,
        upper=UPPER,
        settlement=SETTLEMENT,
    )
    history = [(0, 0, 20, 20, 0), (1, 0, 20, 20, 0)]
    image = image._replace(positions=np.array(history, dtype=image.positions.dtype))
    core, twin, watcher = TradingCore(image), PlainExchange(image), Watcher(image)
    counted = 0

    def run(command: Command, session: int = 0) -> None:
        nonlocal counted
        counted += session
        row = encode(command, session, counted if session else 0)
        told = read_events(core.run_frame(0, row))
        assert plain(told) == sort_cancels(twin.run_frame(0, row))
        watcher.check(core.state, told, log_on=isinstance(command, LogOn))

    run(LogOn(target=1, member=0, epoch=1, grace_ns=0, cancel_on_disconnect=0))
    if last is not None:  # the night has traded at this price
        run(ChangePhase(group=0, phase=Phase.CONTINUOUS))
        run(order(0, Side.BUY, last, 1), 1)
        run(order(1, Side.SELL, last, 1), 1)
    run(ChangePhase(group=0, phase=Phase.AUCTION_ORDERING))
    for place, (side, price, lots, offset) in enumerate(book):
        run(order(place % 2, side, price, lots, offset=offset), 1)
    if not skipped:
        run(ChangePhase(group=0, phase=Phase.AUCTION_MATCH))
    run(ChangePhase(group=0, phase=Phase.CONTINUOUS))
