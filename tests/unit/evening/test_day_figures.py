"""Rankings and the daily express: places, changes, official field names."""

from huiguan.exchange.evening.day_end import close_day
from huiguan.exchange.evening.day_figures import (
    MemberFigures,
    contract_figures,
    largest_moves,
    member_figures,
    morning_figures,
    rankings,
)
from huiguan.exchange.reports.daily import (
    argument_rows,
    base_rows,
    express_rows,
    ranking_rows,
    settlement_rows,
)
from tests.markets import DAY, PRICES, market, rules

TODAY = {
    ("cu2610", "0001"): MemberFigures(50, 10, 0),
    ("cu2610", "0002"): MemberFigures(80, 10, 7),
    ("cu2610", "0003"): MemberFigures(80, 0, 30),
    ("al2610", "0001"): MemberFigures(9, 9, 9),
}
BEFORE = {("cu2610", "0002"): MemberFigures(100, 12, 7)}


def test_places_and_changes() -> None:
    rows = rankings(TODAY, BEFORE, ["cu2610"])
    assert [(r.kind, r.rank, r.member, r.lots, r.change) for r in rows] == [
        ("volume_lots", 1, "0002", 80, -20),  # equal lots: by member number
        ("volume_lots", 2, "0003", 80, 80),  # traded nothing the day before
        ("volume_lots", 3, "0001", 50, 50),
        ("long_lots", 1, "0001", 10, 10),
        ("long_lots", 2, "0002", 10, -2),
        ("short_lots", 1, "0003", 30, 30),
        ("short_lots", 2, "0002", 7, 0),
    ]
    assert len(rankings(TODAY, BEFORE, ["cu2610"], top=1)) == 3
    first = rankings(TODAY, {}, ["cu2610"], first_day=True)
    assert {row.change for row in first} == {None}


def test_rankings_stand_side_by_side() -> None:
    first, second, third = ranking_rows(rankings(TODAY, BEFORE, ["cu2610"]))
    assert (first["PARTICIPANTABBR1"], first["CJ1"], first["CJ1_CHG"]) == ("0002", 80, -20)
    assert (first["PARTICIPANTABBR2"], first["CJ2_CHG"]) == ("0001", 10)
    assert (second["PARTICIPANTABBR3"], second["CJ3_CHG"]) == ("0002", 0)
    assert third["PARTICIPANTABBR3"] is None


def test_files_of_a_day() -> None:
    made = market(5, 80)
    result = close_day(made.image, made.events(), rules())
    figures = contract_figures(made.image, result)
    copper = figures[1]
    own = [row for row in made.trades if row[2] == 1]
    assert copper.volume_lots == sum(row[1] for row in own)
    assert copper.turnover_fen == sum(row[0] * row[1] for row in own) * 5_000
    assert (copper.open, copper.close) == (own[0][0] * 10, own[-1][0] * 10)
    assert copper.high == max(row[0] for row in own) * 10
    assert copper.low == min(row[0] for row in own) * 10
    express = express_rows(figures)[1]
    assert express["INSTRUMENTID"] == "cu2610"
    assert express["ZD2_CHG"] == copper.settlement - 106_860
    assert express["TURNOVER"] * 1_000_000 == copper.turnover_fen
    charged = [row.charged for row in rules().contracts]
    settlement = settlement_rows(figures, charged, DAY)[1]
    assert f"{settlement['SPEC_LONGMARGINRATIO']:f}" == "0.11"
    assert f"{settlement['HTRADEFEERATIO']:f}" == "0.000025"  # half of 0.5 bp
    arguments = argument_rows(list(PRICES), [(90_000_000, 1, 1)] * len(PRICES), DAY)
    assert f"{arguments[0]['UPPER_VALUE']:f}" == "0.09"
    base = base_rows([row.today for row in rules().contracts], DAY)[1]
    assert (base["EXPIREDATE"], base["STARTDELIVDATE"]) == (20261015, 20261016)
    members = member_figures(made.image, result)
    longs = sum(row.long_lots for (name, _), row in members.items() if name == "cu2610")
    assert longs == copper.open_interest_lots
    morning = morning_figures(made.image)
    assert sum(row.long_lots for row in morning.values()) == made.image.positions["long_lots"].sum()
    gains, losses = largest_moves(result, 2)
    profit = result.accounts["close_profit_fen"] + result.accounts["mark_profit_fen"]
    assert profit[gains[0]] == profit.max() > 0
    assert profit[losses[0]] == profit.min() < 0
