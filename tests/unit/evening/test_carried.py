"""What goes from day to day beside money: warrants against shorts, far moves, members' volumes."""

from decimal import Decimal

import numpy as np
import pytest

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.instructions.money import LodgeWarrants
from huiguan.exchange.day.instructions.prices import RaiseMargin
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.day_end import close_day
from huiguan.exchange.evening.day_figures import cumulative_changes, morning_figures
from huiguan.exchange.evening.day_postings import postings
from huiguan.exchange.evening.day_prices import moved_far
from huiguan.exchange.evening.forced import exposures
from huiguan.exchange.evening.next_day import next_image
from huiguan.exchange.evening.rules_of_day import rules_of_day
from huiguan.exchange.evening.statements import Statements
from huiguan.exchange.messages import Side
from huiguan.exchange.reports.differences import reconcile
from huiguan.exchange.reports.posting_table import postings_frame
from huiguan.foundation.faults import InputFault
from tests.markets import DAY, books, market, market_image

LONG, SHORT = 2, 3
WARRANTS = LodgeWarrants(
    maker="A",
    checker="B",
    reference="W1",
    trading_code="000000000003",
    product="cu",
    quantity=Decimal(38),
)


def held(lots: int = 10) -> DayImage:
    """Return a morning: code 2 long and code 3 short of cu2610 at 106,860."""
    image = market_image(codes=4, prices={"cu2610": 106_860})
    rows = np.zeros(2, image.lots.dtype)
    rows["trading_code"], rows["side"] = [LONG, SHORT], [Side.BUY, Side.SELL]
    rows["open_price_units"], rows["open_day"], rows["lots"] = 106_860, DAY - 1, lots
    positions = np.zeros(2, image.positions.dtype)
    positions["trading_code"] = [LONG, SHORT]
    positions["long_lots"], positions["short_lots"] = [lots, 0], [0, lots]
    return image._replace(lots=rows, positions=positions)


def closed(image: DayImage, *instructions: LodgeWarrants | RaiseMargin) -> DayResult:
    """Return the result of a day without trades."""
    events = market(1, 0, prices={"cu2610": 106_860}).events()
    rules = rules_of_day(books(), image.names.instruments, image.settings.trading_day)
    return close_day(image, events, rules, instructions)


def test_warrants_free_shorts() -> None:
    """38 t are 7 lots of 5 t; 3 are charged: 3 x 106,860 x 5 x 11 % = 176,319.00."""
    image = held()
    result = closed(image, WARRANTS)
    margin = result.accounts["margin_fen"]
    assert margin[LONG] == 10 * 106_860 * 5 * 11
    assert margin[SHORT] == 17_631_900
    assert result.freed_shorts.tolist() == [(SHORT, 0, 7, 0)]
    assert Statements(image, result).statement("000000000003").summary[0].margin_fen == 17_631_900
    (row,) = [
        row
        for row in postings(image, result, "day")
        if row.credit == "0001/clients:trading margin" or row.debit == "0001/clients:trading margin"
    ]
    assert row.amount_fen == 17_631_900


def test_warrants_stay_until_they_are_changed() -> None:
    image = held()
    result = closed(image, WARRANTS)
    tomorrow = next_image(image, result, books(), [WARRANTS])
    assert tomorrow.warrants.tolist() == [(38_000, SHORT, 0)]
    assert not reconcile(image, result, books(), [WARRANTS], tomorrow)
    again = closed(tomorrow)
    assert again.freed_shorts["lots"].tolist() == [7]
    ended = LodgeWarrants(**{**_fields(WARRANTS), "quantity": Decimal(0), "reference": "W2"})
    assert len(closed(tomorrow, ended).freed_shorts) == 0
    assert len(next_image(tomorrow, again, books(), [ended]).warrants) == 0


@pytest.mark.parametrize("quantity", ["-1", "0.0001"])
def test_a_quantity_that_cannot_be(quantity: str) -> None:
    wrong = LodgeWarrants(**{**_fields(WARRANTS), "quantity": Decimal(quantity)})
    with pytest.raises(InputFault, match="cannot be lodged"):
        closed(held(), wrong)


def _fields(row: LodgeWarrants) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__struct_fields__}


def moved(evenings: list[int]) -> DayImage:
    """Return the morning with the settlement prices of earlier evenings."""
    image = held()
    past = np.zeros(len(evenings), image.past_settlements.dtype)
    past["settlement_units"] = evenings
    past["trading_day"] = range(20260814, 20260814 + len(evenings))
    return image._replace(past_settlements=past)


def raised(*thresholds: str) -> RaiseMargin:
    return RaiseMargin(
        maker="A",
        checker="B",
        reference="M1",
        instrument="cu2610",
        points=Decimal("0.03"),
        thresholds=tuple(Decimal(text) for text in thresholds),
    )


def test_margin_after_a_far_move() -> None:
    """Three evenings ago 99,000: 106,860 / 99,000 - 1 = 7.939394 %, above 7.5 %: 11 + 3 = 14 %."""
    image = moved([99_000, 101_000, 106_860])
    result = closed(image, raised("0.075", "0.09", "0.105"))
    row = result.contracts[0]
    assert (row["general_ppb"], row["hedge_ppb"]) == (140_000_000, 130_000_000)
    assert result.accounts["margin_fen"][SHORT] == 10 * 106_860 * 5 * 14
    assert cumulative_changes(image, result) == [[Decimal("0.079394"), None, None]]
    tomorrow = next_image(image, result, books())
    assert tomorrow.contract_states["general_ppb"][0] == 140_000_000
    days = tomorrow.past_settlements["settlement_units"].tolist()
    assert days == [99_000, 101_000, 106_860, 106_860]


def test_margin_is_not_raised_without_the_move() -> None:
    """Three days 7.94 % are below 8 %, and the fourth and fifth evening before are not known."""
    with pytest.raises(InputFault, match="has not moved by the thresholds"):
        closed(moved([99_000, 101_000, 106_860]), raised("0.08", "0.09", "0.105"))


def test_five_evenings_are_kept() -> None:
    image = moved([1, 2, 3, 4, 5])
    tomorrow = next_image(image, closed(image), books())
    assert tomorrow.past_settlements["settlement_units"].tolist() == [2, 3, 4, 5, 106_860]


def test_volumes_of_the_day_before() -> None:
    made = market(3, 60)
    rules = rules_of_day(books(), made.image.names.instruments, DAY)
    result = close_day(made.image, made.events(), rules)
    assert all(row.volume_lots is None for row in morning_figures(made.image).values())
    tomorrow = next_image(made.image, result, books())
    before = morning_figures(tomorrow)
    names = tomorrow.names
    for row in result.member_contracts:
        instrument = made.image.names.instruments[row["instrument"]]
        if instrument in names.instruments and row["volume_lots"]:
            found = before[instrument, names.members[row["member"]]]
            assert found.volume_lots == row["volume_lots"]
    assert sum(row.volume_lots or 0 for row in before.values()) > 0


def test_postings_as_a_table() -> None:
    made = market(4, 60)
    rules = rules_of_day(books(), made.image.names.instruments, DAY)
    result = close_day(made.image, made.events(), rules)
    frame = postings_frame(made.image, result)
    day = result.settings.image_digest[:16]
    rows = [
        (row.book, row.reference, row.debit, row.credit, row.amount_fen)
        for row in postings(made.image, result, day)
    ]
    assert frame.drop("text").rows() == rows
    assert frame["reference"].is_unique().all()


def test_what_warrants_back_is_not_liquidated() -> None:
    """Of 10 lots short 7 are backed: closing them would free no margin."""
    image = held()
    result = closed(image, WARRANTS)
    rows = {row.side: row.lots for row in exposures(image, result, result.positions)}
    assert rows == {"long": 10, "short": 3}


def test_a_far_move_is_measured_over_each_number_of_days() -> None:
    """From 70,000 to 76,300 over four days is 9 %; from 72,000 over three only 5.97 %."""
    thresholds = (Decimal("0.075"), Decimal("0.09"), Decimal("0.105"))
    units = [70_000, 72_000, 73_000, 74_000, 76_300]
    assert moved_far(units, thresholds)
    assert not moved_far([*units[:-1], 76_290], thresholds)
    assert not moved_far(units[1:], thresholds)
    assert moved_far([72_000, 70_000, 69_000, 68_000, 67_000, 64_440], thresholds)  # 10.5 % of five
