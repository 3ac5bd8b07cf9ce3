"""The call auction and trade prices on paper, and the same as the compiled core says."""

from decimal import Decimal

import pytest

from huiguan.exchange.trading.by_hand import (
    AuctionResult,
    Orders,
    Tie,
    call_auction,
    open_interest_change,
    trade_price,
)
from huiguan.foundation.faults import InputFault

# one buyer at 105 and one seller at 100, 10 lots each: every price from 100 to 105 trades 10
EQUAL: tuple[Orders, Orders] = ([(105, 10)], [(100, 10)])


@pytest.mark.parametrize(
    ("tie", "settlement", "last", "price"),
    [
        ("reference", 98, None, 100),  # nearest to the settlement price
        ("reference", 98, 110, 105),  # a trade of the night session comes before it
        ("reference", None, None, 102),  # nothing to refer to: (100 + 105) / 2 = 102.5, cut
        ("settlement", 103, 110, 103),
        ("textbook", 98, 110, 102),  # mean of the last pair, cut down
        ("middle", 103, None, 103),  # middle one of 105, 100 and 103
        ("midpoint", 98, 110, 102),
    ],
)
def test_ties(tie: Tie, settlement: int | None, last: int | None, price: int) -> None:
    assert call_auction(*EQUAL, 1, settlement, last, tie)[:2] == (price, 10)


@pytest.mark.parametrize("tie", ["reference", "middle", "textbook", "settlement", "midpoint"])
def test_a_remainder_of_the_last_pair_sets_the_price(tie: Tie) -> None:
    """The textbook's example of paired orders: 3.65 is the price, 12 lots trade.

    At 3.65 the buys at 3.80, 3.76 and 3.65 want 12, the sells up to 3.60 offer 8 and those at
    3.65 six more: min(12, 14) = 12. At 3.60 only 8 trade, at 3.70 only 8.
    """
    buys = [("3.80", 2), ("3.76", 6), ("3.65", 4), ("3.60", 7), ("3.54", 6)]
    sells = [("3.52", 5), ("3.57", 1), ("3.60", 2), ("3.65", 6), ("3.70", 6)]
    result = call_auction(buys, sells, "0.01", "3.50", tie=tie)
    assert result == AuctionResult(Decimal("3.65"), 12, [2, 6, 4, 0, 0], [5, 1, 2, 4, 0])


def test_orders_are_served_by_price_then_entry() -> None:
    # 15 lots are sold: the buyer at 105 first, then at 100 the earlier of two
    result = call_auction([(100, 8), (105, 10), (100, 8)], [(95, 15)], 1, 100)
    assert result == AuctionResult(Decimal(100), 15, [5, 10, 0], [15])


def test_no_crossing_gives_no_price() -> None:
    assert call_auction([(99, 5)], [(100, 5)], 1) == AuctionResult(None, 0, [0], [0])
    assert call_auction([], [(100, 5)], 1) == AuctionResult(None, 0, [], [0])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (([(100, 0)], [], 1), "at least one lot"),
        (([(100, -5)], [], 1), "-5 is negative; give the side"),
        (([("100.5", 1)], [], 1), r"100\.5 is no multiple of the tick 1"),
        (
            ([(100, 1)], [(100, 1)], 1, None, None, "random"),
            "tie: 'random' is none of the words there are: 'reference'",
        ),
        (([(100.0, 1)], [], 1), "float"),
    ],
)
def test_orders_that_cannot_be(arguments: tuple[Orders, Orders, int], sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        call_auction(*arguments)


@pytest.mark.parametrize(
    ("buy", "sell", "previous", "price"),
    [
        (15_000, 14_990, 14_980, 14_990),  # bp >= sp >= cp: sp
        (15_000, 14_990, 14_995, 14_995),  # bp >= cp >= sp: cp
        (15_000, 14_990, 15_010, 15_000),  # cp >= bp >= sp: bp
        (14_990, 14_990, 15_010, 14_990),
        ("413.12", "413.10", "413.14", Decimal("413.12")),
        (14_980, 14_990, 14_985, None),  # the buyer does not reach the seller
    ],
)
def test_trade_price(
    buy: int | str, sell: int | str, previous: int | str, price: Decimal | None
) -> None:
    """Shanghai copper in the national exam: the middle of buy, sell and previous price."""
    assert trade_price(buy, sell, previous) == price


def test_open_interest_is_counted_on_one_side() -> None:
    assert open_interest_change(10, buyer_opens=True, seller_opens=True) == 10
    assert open_interest_change(10, buyer_opens=True, seller_opens=False) == 0
    assert open_interest_change(10, buyer_opens=False, seller_opens=False) == -10
    with pytest.raises(InputFault, match="negative"):
        open_interest_change(-1, buyer_opens=True, seller_opens=True)
