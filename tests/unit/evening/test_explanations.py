"""What ``explain`` says of fees, margins and prices: the figures a clerk would check by hand."""

from decimal import Decimal

import numpy as np

from huiguan.exchange.day.instructions.every import AnyInstruction
from huiguan.exchange.day.instructions.money import LodgeWarrants
from huiguan.exchange.evening.day_end import close_day
from huiguan.exchange.evening.explanations.margin import explain_margin
from huiguan.exchange.evening.explanations.money import explain_fees
from huiguan.exchange.evening.explanations.prices import explain_settlement
from huiguan.exchange.evening.rules_of_day import rules_of_day
from huiguan.exchange.evening.statements import Statements
from huiguan.exchange.messages import Offset
from huiguan.exchange.reports.explain import explain_lines
from tests.markets import DAY, PRICES, Market, books, market

CODE = "000000000003"
COPPER, CRUDE = list(PRICES).index("cu2610"), list(PRICES).index("sc2610")


def made() -> Market:
    """Return a day: code 3 opens copper and crude oil against code 2 and closes one crude lot."""
    found = market(1, 0, lots=0)
    open_, today = int(Offset.OPEN), int(Offset.CLOSE_TODAY)
    found.trades += [
        (10_700, 10, COPPER, 2, 3, open_, open_, 0, 0),
        (5_850, 2, CRUDE, 3, 2, open_, open_, 0, 0),
        (5_850, 1, CRUDE, 2, 3, today, today, 0, 0),
    ]
    return found


def explained(kind: str, *orders: AnyInstruction) -> str:
    """Return an explanation as text."""
    found = made()
    rules = rules_of_day(books(), found.image.names.instruments, DAY)
    result = close_day(found.image, found.events(), rules, orders)
    if kind in PRICES:
        text = explain_settlement(found.image, result, rules, kind)
    else:
        call = {"fees": explain_fees, "margin": explain_margin}[kind]
        day = Statements(found.image, result).statement(CODE)
        text = call(found.image, result, rules, CODE, day)
    return "\n".join(explain_lines(text))


def test_fees_name_the_offset_and_what_is_free() -> None:
    """107,000 x 5 x 10 = 5,350,000.00; 0.5 bp is 267.50. Crude oil: 20 a lot, free today."""
    text = explained("fees")
    assert (
        "trade 1 cu2610 open: 107000 x 5 x lots 10 = turnover 5,350,000.00; x 0.005% = 267.50"
        in text
    )
    assert "trade 2 sc2610 open, lots 2 x 20.00 = 40.00" in text
    assert "trade 3 sc2610 close today, lots 1: free of charge" in text
    assert "平今 1 手: 免收手续费" in text
    assert "fees in all 307.50" in text
    assert "规则 rule (cu):" in text


def test_margin_says_where_the_rate_is_from() -> None:
    text = explained("margin")
    assert "cu2610 (general) rate: the higher of circular 11% and ladder 5% = 11%" in text
    assert "107000 x 5 x 10 x 11% = 588,500.00" in text


def test_margin_of_shorts_that_warrants_back() -> None:
    """38 t free 7 lots; 107,000 x 5 x 3 x 11 % = 176,550.00."""
    lodged = LodgeWarrants(
        maker="A",
        checker="B",
        reference="1",
        trading_code=CODE,
        product="cu",
        quantity=Decimal(38),
    )
    text = explained("margin", lodged)
    assert "cu2610 short 7 backed by standard warrants: no margin" in text
    assert "107000 x 5 x 3 x 11% = 176,550.00" in text
    assert "trading margin in all" in text


def test_a_price_by_reference_shows_its_arithmetic() -> None:
    """cu2610 went from 106,860 to 107,000; cu2611 from 106,650: 106,789.7248... -> 106,780."""
    text = explained("cu2611")
    assert "106650 x 107000 / 106860 = 106789.7248..." in text
    assert "settlement price = 106780" in text
    assert np.floor(106_650 * 107_000 / 106_860) == 106_789
