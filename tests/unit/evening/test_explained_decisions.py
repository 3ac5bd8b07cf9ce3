"""What people decided is explained by the instruction, and what cannot be explained says so."""

from decimal import Decimal

import numpy as np
import pytest
from msgspec.structs import replace

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.instructions.every import AnyInstruction
from huiguan.exchange.day.instructions.prices import (
    DecideParameters,
    DecideSettlement,
    RaiseMargin,
)
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.explanations.margin import explain_margin
from huiguan.exchange.evening.explanations.money import explain_call, explain_fees
from huiguan.exchange.evening.explanations.prices import explain_limit, explain_settlement
from huiguan.exchange.evening.explanations.steps import Explanation
from huiguan.exchange.evening.rules_of_day import DayRules, rules_of_day
from huiguan.exchange.evening.statements import Statements
from huiguan.exchange.reports.explain import explain_lines
from huiguan.foundation.faults import CheckFault, InputFault
from tests.evenings import LONG, cleared, given, people_image
from tests.markets import DAY, books

PRICE = given(DecideSettlement, "2026-1", instrument="cu2610", price=Decimal(106_900))
TERMS = given(
    DecideParameters,
    "2026-2",
    instrument="cu2610",
    limit=Decimal("0.07"),
    general=Decimal("0.12"),
    hedging=Decimal("0.1"),
)
RAISED = given(
    RaiseMargin,
    "2026-3",
    instrument="cu2610",
    points=Decimal("0.03"),
    thresholds=(Decimal("0.075"), Decimal("0.09"), Decimal("0.105")),
)


def moved_image() -> DayImage:
    """Return the evening after cu2610 rose from 99,000: 106,860 / 99,000 is 7.9 % more."""
    image = people_image()
    past = np.zeros(3, image.past_settlements.dtype)
    past["instrument"] = image.names.instruments.index("cu2610")
    past["trading_day"] = [20260818, 20260819, 20260820]
    past["settlement_units"] = [99_000, 101_000, 106_860]
    return image._replace(past_settlements=past)


def rules() -> DayRules:
    return rules_of_day(books(), people_image().names.instruments, DAY)


def text_of(found: Explanation) -> str:
    return "\n".join(explain_lines(found))


def margin(image: DayImage, result: DayResult, *orders: AnyInstruction) -> Explanation:
    day = Statements(image, result).statement(LONG)
    return explain_margin(image, result, rules(), LONG, day, orders)


def test_a_decided_price_names_who_decided_it() -> None:
    image = people_image()
    text = text_of(explain_settlement(image, cleared(image, PRICE), rules(), "cu2610", [PRICE]))
    assert "decided by the exchange: instruction 2026-1, maker A, checker B" in text
    assert "由交易所决定: 指令 2026-1, 经办 A, 复核 B" in text
    assert "settlement price = 106900" in text


def test_a_decided_limit_names_the_decision_and_no_other_rule() -> None:
    """106,860 x 1.07 = 114,340.2, cut to the tick of 10: 114,340."""
    image = people_image()
    found = explain_limit(image, cleared(image, TERMS), rules(), "cu2610", [TERMS])
    text = text_of(found)
    assert "instead of circular and lock: instruction 2026-2, maker A, checker B: 7%" in text
    assert "106860 x (1 + 7%) = 114340.2, to tick 10 down -> 114340" in text
    assert "new contract" not in text
    assert [type(cited.row).__name__ for cited in found.rules] == ["LimitRounding"]


def test_a_decided_limit_of_a_contract_without_trades_is_as_decided() -> None:
    image = people_image()
    image.instruments["first_day"] = 1
    result = cleared(image, TERMS)
    index = image.names.instruments.index("cu2610")
    assert result.contracts["limit_ppb"][index] == 70_000_000
    assert result.contracts["limit_ppb"][index + 1] == 180_000_000  # 9 % twice, not decided
    assert "7%" in text_of(explain_limit(image, result, rules(), "cu2610", [TERMS]))
    text = text_of(explain_limit(image, result, rules(), "cu2611", [TERMS]))
    assert "a new contract before its first trade: 2 times the circular's = 18%" in text


def test_decided_and_raised_margins_name_their_instructions() -> None:
    """The decision of 12 % is above the ladder; the move adds 3 points: 15 %."""
    image = moved_image()
    text = text_of(margin(image, cleared(image, TERMS, RAISED), TERMS, RAISED))
    assert (
        "the higher of 12%, decided by the exchange (instruction 2026-2, maker A, checker B), and"
        " ladder 5% = 12%"
    ) in text
    assert "after a far move: + 3% (instruction 2026-3, maker A, checker B) = 15%" in text
    assert "106860 x 5 x 10 x 15% = 801,450.00" in text
    raised = text_of(margin(image, cleared(image, RAISED), RAISED))
    assert "the higher of circular 11% and ladder 5% = 11%" in raised
    assert "+ 3% (instruction 2026-3, maker A, checker B) = 14%" in raised


def test_what_nobody_decided_is_not_said_to_be_decided() -> None:
    """A result whose decision is kept from the explanation, or was changed, has none."""
    image = people_image()
    decided = cleared(image, PRICE, TERMS)
    with pytest.raises(CheckFault, match=r"limit of cu2610: .* come to 9%, the result says 7%"):
        explain_limit(image, decided, rules(), "cu2610")
    with pytest.raises(CheckFault, match="no price was decided, the result says 106900, decided"):
        explain_settlement(image, decided, rules(), "cu2610")
    with pytest.raises(CheckFault, match=r"margin rate of cu2610: .* 11%, the result says 12%"):
        margin(image, decided)


def test_other_books_are_refused() -> None:
    image = people_image()
    result = cleared(image)
    other = replace(rules(), rulebook_digest="0" * 64)
    day = Statements(image, result).statement(LONG)
    for explain in (explain_settlement, explain_limit):
        with pytest.raises(InputFault, match="2026-08-21 was cleared by other books"):
            explain(image, result, other, "cu2610")
    for explained in (explain_margin, explain_fees):
        with pytest.raises(InputFault, match="was cleared by other books"):
            explained(image, result, other, LONG, day)
    with pytest.raises(InputFault, match="was cleared by other books"):
        explain_call(image, result, other, "0001")


def test_a_margin_that_does_not_add_up_is_not_explained() -> None:
    image = people_image()
    result = cleared(image)
    result.accounts["margin_fen"][2] += 1
    with pytest.raises(CheckFault, match=r"come to 587,730\.00, the result says 587,730\.01"):
        margin(image, result)
