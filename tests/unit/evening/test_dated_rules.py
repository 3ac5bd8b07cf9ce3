"""Rules of an evening come from dated rows: another book, another figure."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from msgspec import UNSET

from huiguan.exchange.day.image import AuctionTie, PriceRule
from huiguan.exchange.day.result import ContractResult
from huiguan.exchange.evening.day_end import close_day
from huiguan.exchange.evening.day_prices import tomorrow_of
from huiguan.exchange.evening.next_day import next_image
from huiguan.exchange.evening.rules_of_day import rules_of_day
from huiguan.exchange.reports.differences import reconcile
from huiguan.exchange.rules.parameters import parameters
from huiguan.foundation.arithmetic import PPB
from huiguan.foundation.faults import InputFault
from huiguan.foundation.records import blank_rows
from huiguan.simulation.market.image import first_image
from tests.laid_over import laid_over, row
from tests.markets import DAY, PRICES, Market, books, market, market_image


def test_each_venue_gives_its_own_share_to_the_reserve(tmp_path: Path) -> None:
    """20 % of the fees in contracts of SHFE, 10 % of those of INE, each half up."""
    changed = laid_over(
        tmp_path, "ine/venue.toml", row("risk_reserve", "effective = 2026-08-21", share='"10%"')
    )
    made = market(5, 120)
    result = close_day(made.image, made.events(), rules_of_day(changed, list(PRICES), DAY))
    fees = {"SHFE": 0, "INE": 0}
    for name, trade in ((list(PRICES)[t[2]], t) for t in made.trades):
        index, price, lots = trade[2], trade[0], trade[1]
        value = price * lots * int(made.image.instruments["tick_value_fen"][index])
        for offset, hedge in ((trade[5], trade[7]), (trade[6], trade[8])):
            fee_class = {0: 0, 3: 2}.get(offset, 1)  # open, close today, close
            rates = made.image.fees[(index * 4 + hedge) * 3 + fee_class]
            fee = (value * int(rates["rate_ppb"]) + PPB // 2) // PPB
            venue = "INE" if name[:2] in ("sc", "ec") else "SHFE"
            fees[venue] += fee + int(rates["per_lot_fen"]) * lots
    assert min(fees.values()) > 0
    share = (fees["SHFE"] * 20 + 50) // 100 + (fees["INE"] * 10 + 50) // 100
    assert result.settings.reserve_share_fen == share
    usual = close_day(made.image, made.events(), rules_of_day(books(), list(PRICES), DAY))
    assert usual.settings.reserve_share_fen == (sum(fees.values()) * 20 + 50) // 100


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        ("cu2412", 20241028, "higher"),
        ("cu2412", 20241029, "added"),
        ("sc1809", 20180614, "higher"),
        ("sc2506", 20250409, "higher"),
        ("sc2506", 20250410, "added"),
    ],
)
def test_how_a_widened_limit_meets_a_circular_is_dated(code: str, day: int, expected: str) -> None:
    assert parameters(books(), code, day).limit_lock.with_circular == expected


@pytest.mark.parametrize(("with_circular", "limit"), [("added", 150), ("higher", 120)])
def test_limit_after_a_lock_under_a_higher_circular(
    tmp_path: Path, with_circular: str, limit: int
) -> None:
    """Locked at 9 %, tomorrow's circular 12 %: 12 + 3 on top of it, or max(12, 9 + 3)."""
    first = "effective = 2026-08-24"  # the next trading day
    laid_over(
        tmp_path,
        "shfe/cu.toml",
        row("circular", "clearing = 2026-08-21", limit='"12%"', hedge='"13%"', general='"14%"'),
    )
    changed = laid_over(
        tmp_path,
        "shfe/venue.toml",
        row(
            "limit_lock",
            first,
            with_circular=f'"{with_circular}"',
            second_day='"3%"',
            third_day='"5%"',
            margin_above_limit='"2%"',
            after_third='"automatic"',
            measure_limit_cap='"20%"',
        ),
    )
    image = market_image(prices={"cu2610": 106_860}, rulebooks=changed)
    contracts = blank_rows(ContractResult, 1)
    contracts["locked"] = 1
    tomorrow_of(image, rules_of_day(changed, ["cu2610"], DAY), contracts)
    assert image.contract_states["limit_ppb"][0] == 90_000_000
    assert contracts["limit_ppb"][0] == limit * 1_000_000
    assert contracts["general_ppb"][0] == np.maximum(limit + 20, 140) * 1_000_000


MIDPOINT = row("auction", "effective = 2026-08-24", tie='"midpoint"')
RESTING = row("trade_price", "effective = 2026-08-24", rule='"resting"')
APART = row("trade_price", "effective = 2026-08-24", rule='"middle"', self_trade='"by_session"')


def test_dated_rules_of_matching_reach_the_next_morning(tmp_path: Path) -> None:
    """Rows from Monday on: Friday's image has the old rules, Monday's the new ones."""
    for venue in ("shfe", "ine"):
        changed = laid_over(tmp_path, f"{venue}/venue.toml", MIDPOINT, RESTING)
    image = first_image(changed, DAY, ["cu", "sc"], seed=1).image
    assert image.settings.price_rule == PriceRule.MIDDLE
    assert image.settings.auction_tie == AuctionTie.REFERENCE
    names = image.names.instruments
    result = close_day(image, Market(image, None).events(), rules_of_day(changed, names, DAY))  # type: ignore[arg-type]
    tomorrow = next_image(image, result, changed)
    assert tomorrow.settings.price_rule == PriceRule.RESTING
    assert tomorrow.settings.auction_tie == AuctionTie.MIDPOINT
    assert tomorrow.settings.rulebook_digest == changed.digest
    assert tomorrow.settings.venue == image.settings.venue == "SHFE+INE"
    assert reconcile(image, result, changed, [], tomorrow) == []
    found = reconcile(image, result, books(), [], tomorrow)
    assert [line.split(":")[0] for line in found] == [
        "setting price rule",
        "setting auction tie",
        "setting rulebook digest",
    ]
    first = first_image(changed, 20260824, ["cu", "sc"], seed=1).image.settings
    assert (first.price_rule, first.auction_tie) == (PriceRule.RESTING, AuctionTie.MIDPOINT)


def test_a_dated_row_lets_sessions_choose_that_nobody_trades_with_himself(tmp_path: Path) -> None:
    """The shipped books say nothing, so an image says nothing either, not even that it is off."""
    for venue in ("shfe", "ine"):
        changed = laid_over(tmp_path, f"{venue}/venue.toml", APART)
    first, later = (first_image(changed, day, ["cu", "sc"], seed=1) for day in (DAY, 20260824))
    assert first.image.settings.self_trade_choice is UNSET
    assert b"self_trade" not in msgspec.json.encode(first.image.settings)
    assert later.image.settings.self_trade_choice is True
    one = laid_over(tmp_path / "one", "ine/venue.toml", APART)
    with pytest.raises(InputFault, match=r"\[\[trade_price\]\] \(none for cu, by_session for sc\)"):
        first_image(one, 20260824, ["cu", "sc"], seed=1)


def test_two_rules_of_matching_can_not_share_a_day(tmp_path: Path) -> None:
    changed = laid_over(tmp_path, "ine/venue.toml", RESTING)
    image = first_image(changed, DAY, ["cu", "sc"], seed=1).image
    names = image.names.instruments
    result = close_day(image, Market(image, None).events(), rules_of_day(changed, names, DAY))  # type: ignore[arg-type]
    sentence = r"on 2026-08-24 .*\[\[trade_price\]\] \(middle for cu, resting for sc\)"
    with pytest.raises(InputFault, match=sentence):
        next_image(image, result, changed)
