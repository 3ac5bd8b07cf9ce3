"""What expired is carried, and its margin kept, until it has been performed."""

import numpy as np
import pytest
from msgspec.structs import replace

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.instructions.money import MoveClientMoney
from huiguan.exchange.day.instructions.products import EndProduct
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.day_end import close_day
from huiguan.exchange.evening.explanations.margin import explain_margin
from huiguan.exchange.evening.next_day import next_image
from huiguan.exchange.evening.rules_of_day import rules_of_day
from huiguan.exchange.evening.statements import Statements
from huiguan.exchange.messages import Side
from huiguan.exchange.reports.differences import reconcile
from huiguan.exchange.trading.opening import open_day
from huiguan.foundation.faults import InputFault
from tests.markets import Market, books, market_image

DAY = 20260831  # fu2609 ends
RETURNED = 20260907  # five trading days on: 1, 2, 3, 4 and 7 September
PRICES = {"cu2610": 109_000, "fu2609": 4_000, "fu2611": 3_900}
KEPT = 16_000_000  # 20 lots x 10 t x 4,000 CNY = 800,000.00; x 20 % = 160,000.00
LONG, SHORT = 2, 3
CODES = ["000000000002", "000000000003"]


def expiring() -> DayImage:
    """Code 2 is long and code 3 short: 20 lots of fu2609 at yesterday's settlement."""
    image = market_image(codes=4, prices=PRICES, day=DAY, deposit_fen=10**10)
    lots, positions = np.zeros(2, image.lots.dtype), np.zeros(2, image.positions.dtype)
    for rows in (lots, positions):
        rows["instrument"], rows["trading_code"] = 1, [LONG, SHORT]
    lots["open_price_units"], lots["open_day"], lots["trade"] = 4_000, 20260828, 1
    lots["side"], lots["lots"] = [Side.BUY, Side.SELL], 20
    positions["long_lots"], positions["short_lots"] = [20, 0], [0, 20]
    return image._replace(lots=lots, positions=positions)


def closed(image: DayImage) -> DayResult:
    rules = rules_of_day(books(), image.names.instruments, image.settings.trading_day)
    return close_day(image, Market(image, None).events(), rules)  # type: ignore[arg-type]


def test_margin_is_kept_from_evening_to_evening() -> None:
    """160,000.00 on the first evening and on each up to 4 September; back at the clearing of 7."""
    image, kept = expiring(), {}
    while image.settings.trading_day <= RETURNED:
        result = closed(image)
        kept[image.settings.trading_day] = result.accounts["delivery_margin_fen"].tolist()
        assert result.pools["margin_fen"].sum() == sum(kept[image.settings.trading_day])
        assert result.accounts["balance_fen"].tolist() == [10**10] * 4
        image = next_image(image, result, books())
    before = [20260831, 20260901, 20260902, 20260903, 20260904]
    assert kept == {day: [0, 0, KEPT, KEPT] for day in before} | {RETURNED: [0] * 4}
    assert len(image.undelivered) == 0


def test_what_is_carried_and_reconciled() -> None:
    image = expiring()
    result = closed(image)
    tomorrow = next_image(image, result, books())
    assert tomorrow.names.instruments == ["cu2610", "fu2611", "fu2709"]
    fu = tomorrow.names.products.index("fu")
    assert tomorrow.undelivered.tolist() == [
        (KEPT, LONG, fu, 202609, 20, 0, RETURNED, 0),
        (KEPT, SHORT, fu, 202609, 0, 20, RETURNED, 0),
    ]
    released = tomorrow._replace(undelivered=tomorrow.undelivered[:0])
    assert reconcile(image, result, books(), [], tomorrow) == []
    missing = reconcile(image, result, books(), [], released)
    assert len(missing) == 2
    assert missing[0] == (
        "delivery of 000000000002 fu 202609 speculation is missing: expected margin 160,000.00 CNY,"
        " long 20, short 0, until 2026-09-07"
    )


def test_kept_margin_is_no_free_money() -> None:
    """Neither for orders of the next day nor to be paid out."""
    image = expiring()
    tomorrow = next_image(image, closed(image), books())
    state = open_day(tomorrow)
    assert state.accounts["margin_fen"].tolist() == [0, 0, KEPT, KEPT]
    assert state.members["used_fen"].tolist() == [KEPT, KEPT]
    second = closed(tomorrow)

    def paid_out(fen: int) -> DayImage:
        order = MoveClientMoney(
            maker="a", checker="b", reference="out", trading_code=CODES[0], amount_fen=-fen
        )
        return next_image(tomorrow, second, books(), [order])

    assert paid_out(10**10 - KEPT).trading_codes["deposit_fen"][LONG] == KEPT
    with pytest.raises(InputFault, match="can take out"):
        paid_out(10**10 - KEPT + 1)


def test_statement_and_explanation_of_the_second_evening() -> None:
    image = expiring()
    tomorrow = next_image(image, closed(image), books())
    second = closed(tomorrow)
    day = Statements(tomorrow, second).statement(CODES[1])
    assert (day.funds.delivery_margin_fen, day.funds.margin_fen) == (KEPT, 0)
    assert day.funds.available_fen == 10**10 - KEPT
    rules = rules_of_day(books(), tomorrow.names.instruments, 20260901)
    step = explain_margin(tomorrow, second, rules, CODES[1], day).steps[-1]
    assert (step.key, dict(step.values)) == (
        "margin_kept",
        {
            "instrument": "fu2609",
            "long": "0",
            "short": "20",
            "margin": "160,000.00",
            "until": "2026-09-07",
        },
    )


def test_a_product_that_is_delivered_does_not_end() -> None:
    image = expiring()
    order = EndProduct(maker="a", checker="b", reference="e", product="fu")
    with pytest.raises(InputFault, match="the delivery of fu2609; close these first"):
        next_image(image, closed(image), books(), [order])


def test_the_name_of_a_delivered_product_stays() -> None:
    """Op trades no longer in this market, but what is owed in it still has its name."""
    image = market_image(codes=4, prices={"cu2610": 109_000}, day=DAY)
    rows = np.zeros(1, image.undelivered.dtype)
    rows["margin_fen"], rows["trading_code"], rows["product"] = KEPT, LONG, 1
    rows["month"], rows["long_lots"], rows["until"] = 202608, 20, 20260902
    names = replace(image.names, products=["cu", "op"])
    image = image._replace(names=names, undelivered=rows)
    tomorrow = next_image(image, closed(image), books())
    assert tomorrow.names.instruments == ["cu2610"]
    assert tomorrow.names.products == ["cu", "op"]
    assert tomorrow.undelivered.tolist() == rows.tolist()
    assert len(next_image(tomorrow, closed(tomorrow), books()).undelivered) == 1
