"""Forced reduction in copper after a third limit-locked day, worked out by hand.

cu2610, 5 t, settled at 80,000 on the evening of D2; D1's limit was 9 %, so D3 has 9 + 5 = 14 %:
lower limit 80,000 x 0.86 = 68,800. On D3 one lot trades there and sellers wait to the close: locked
down, settlement 68,800. D4 has no trading; the exchange orders a reduction; 6 % (copper) is a loss
of 4,128 a tonne. Fees 0.5 bp.

Longs who wait with closing orders at 68,800:
  A long 10 from 100,000, order 10: loss 31,200, declares 10
  B long 6 from 70,000, then 4 from 71,000, order 5: loss (6 x 1,200 + 4 x 2,200) / 10 = 1,600,
    less than 4,128
  C long 8 from 90,000 and short 3, order 8: net long 5 declared; the other 3 meet its own shorts
Shorts: W1 9 from 90,000 (profit 21,200, 30.8 %: tier 1), W2 6 from 71,500 (2,700, 3.9 %: tier 2),
W3 10 from 69,000 (200, 0.3 %: tier 3).

15 lots to close. Tier 1 has 9, shared 10 : 5 = 6 and 3. Left 4 and 2; tier 2 has 6 and gives all.
Held after it: B 10, W3 10, and the lot of D3 on both sides. Trades at the settlement price, so no
profit; A pays 6 x 344,000 x 0.5 bp = 103.20 and 4 x 344,000 x 0.5 bp = 68.80.
"""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from huiguan.days.close import close_folder
from huiguan.days.open import open_next
from huiguan.days.statement import holder_of
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.instructions.prices import ReducePositions
from huiguan.exchange.day.result import SettledBy
from huiguan.exchange.evening.day_reduction import reduce_positions
from huiguan.exchange.evening.rules_of_day import rules_of_day
from huiguan.exchange.evening.statements import Statements
from huiguan.exchange.messages import Offset, Right, Side
from huiguan.exchange.reports.statements.text import statement_text
from huiguan.foundation.faults import InputFault
from tests.markets import DAY, books, market_image
from tests.trading_days import order, run_day

HOUSE_0, HOUSE_1, A, B, C, W1, W2, W3 = range(8)
LIMIT = 6_880  # ticks of 10 CNY
HELD = [  # code, side, open day, price, lots
    (A, Side.BUY, 20260817, 100_000, 10),
    (B, Side.BUY, 20260818, 70_000, 6),
    (B, Side.BUY, 20260819, 71_000, 4),
    (C, Side.BUY, 20260817, 90_000, 8),
    (C, Side.SELL, 20260817, 88_000, 3),
    (W1, Side.SELL, 20260817, 90_000, 9),
    (W2, Side.SELL, 20260817, 71_500, 6),
    (W3, Side.SELL, 20260817, 69_000, 10),
]
DECISION = ReducePositions(maker="A", checker="B", reference="2026-99", instrument="cu2610")


def morning_of_third_day() -> DayImage:
    image = market_image(codes=8, deposit_fen=10**9, prices={"cu2610": 80_000})
    lots = np.zeros(len(HELD), image.lots.dtype)
    for row, (code, side, day, price, count) in zip(lots, HELD, strict=True):
        row["trading_code"], row["side"], row["open_day"] = code, side, day
        row["open_price_units"], row["lots"], row["trade"] = price, count, 1
    positions = np.zeros(6, image.positions.dtype)
    positions["trading_code"] = [A, B, C, W1, W2, W3]
    positions["long_lots"], positions["short_lots"] = [10, 10, 8, 0, 0, 0], [0, 0, 3, 9, 6, 10]
    states, terms = image.contract_states.copy(), image.instruments.copy()
    states["lock_day"], states["lock_side"] = 2, -1
    states["limit_ppb"], states["first_limit_ppb"] = 140_000_000, 90_000_000
    terms["lower_limit_ticks"], terms["upper_limit_ticks"] = LIMIT, 9_120
    return image._replace(lots=lots, positions=positions, contract_states=states, instruments=terms)


class Story:
    """D3, D4 and the morning of D5, run once."""

    def __init__(self, folder: Path) -> None:
        third = folder / "20260821"
        meeting = [
            order(HOUSE_0, 0, Side.BUY, LIMIT, 1),
            order(HOUSE_1, 0, Side.SELL, LIMIT, 1),
            order(A, 0, Side.SELL, LIMIT, 10, Offset.CLOSE),
            order(B, 0, Side.SELL, LIMIT, 5, Offset.CLOSE),
            order(C, 0, Side.SELL, LIMIT, 8, Offset.CLOSE),
            order(HOUSE_1, 0, Side.SELL, LIMIT, 2),  # opens: declares nothing
        ]
        run_day(third, morning_of_third_day(), meeting)
        self.third = close_folder(third, books())
        self.halted = open_next(third, books())
        run_day(self.halted.root, self.halted.image, [])
        self.fourth = close_folder(self.halted.root, books(), [DECISION])
        self.after = open_next(self.halted.root, books())


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(tmp_path_factory.mktemp("reduced"))


def test_what_waits_at_the_third_close_is_kept(story: Story) -> None:
    row = story.third.result.contracts[0]
    assert (row["settlement_units"], row["lock_day"], row["halted"]) == (68_800, 3, 1)
    waiting = story.halted.image.unfilled_closes
    names = ["trading_code", "lots", "side", "price_units"]
    assert waiting[names].tolist() == [(A, 10, 1, 68_800), (B, 5, 1, 68_800), (C, 8, 1, 68_800)]
    assert story.halted.image.instruments["right"][0] == Right.FORBIDDEN


def test_who_is_reduced(story: Story) -> None:
    result = story.fourth.result
    row = result.contracts[0]
    assert (row["settlement_units"], row["settled_by"]) == (68_800, SettledBy.HALTED)
    assert row["volume_lots"] == 0  # nobody traded; the exchange made these
    names = ["sell_code", "buy_code", "lots", "price_ticks"]
    rows = list(zip(result.reductions["tier"].tolist(), result.trades[names].tolist(), strict=True))
    assert rows == [
        (0, (C, C, 3, LIMIT)),
        (1, (A, W1, 6, LIMIT)),
        (1, (C, W1, 3, LIMIT)),
        (2, (A, W2, 4, LIMIT)),
        (2, (C, W2, 2, LIMIT)),
    ]
    held = result.positions[["trading_code", "long_lots", "short_lots"]].tolist()
    assert held == [(HOUSE_0, 1, 0), (HOUSE_1, 0, 1), (B, 10, 0), (W3, 0, 10)]
    fees = result.accounts["fees_fen"]
    assert fees[A] == 10_320 + 6_880
    assert fees[C] == 2 * 5_160 + 5_160 + 3_440  # its own pair pays on both sides
    assert result.accounts["close_profit_fen"].sum() == 0
    assert result.accounts["margin_fen"][A] == 0


def test_a_clients_codes_at_several_members_are_one(story: Story) -> None:
    """5.5 by client: A and B are one, W1 and W2 are one; each has one net position and one profit.

    A and B: long 20, loss (10 x 31,200 + 6 x 1,200 + 4 x 2,200) / 20 = 16,400, declare 10 + 5; C 5.
    W1 and W2: 15 lots, profit (9 x 21,200 + 6 x 2,700) / 15 = 13,800, 20.1 %: tier 1. W3: tier 3.
    Tier 1 has 15 of 20 lots: 11.25 and 3.75, so 11 and 4. A and B of it: 11 x 10 : 5 = 7.33 and
    3.67, so 7 and 4. Tier 3 gives the last 5: 4 (A 3, B 1) and C 1.
    """
    codes = story.halted.image.trading_codes.copy()
    codes["holder"][B], codes["holder"][W2] = codes["holder"][A], codes["holder"][W1]
    image = story.halted.image._replace(trading_codes=codes)
    rules = rules_of_day(books(), image.names.instruments, image.settings.trading_day)
    found = reduce_positions(image, rules, [DECISION])
    lots: dict[tuple[int, int, int], int] = {}
    for tier, row in zip(found.tiers, found.trades.tolist(), strict=True):
        for side, code in enumerate((row[4], row[3])):  # sellers close long, buyers short
            lots[tier, side, code] = lots.get((tier, side, code), 0) + row[1]
    assert lots == {
        (0, 0, C): 3,
        (0, 1, C): 3,
        (1, 0, A): 7,
        (1, 0, B): 4,
        (1, 0, C): 4,
        (1, 1, W1): 9,
        (1, 1, W2): 6,
        (3, 0, A): 3,
        (3, 0, B): 1,
        (3, 0, C): 1,
        (3, 1, W3): 5,
    }


def test_the_day_after_is_usual_again(story: Story) -> None:
    image = story.after.image
    assert len(image.unfilled_closes) == 0
    assert image.instruments["right"][0] == Right.ALLOW
    assert image.contract_states[["limit_ppb", "general_ppb", "lock_day"]].tolist() == [
        (90_000_000, 110_000_000, 0)
    ]


def test_reports_and_statement_say_it(story: Story) -> None:
    reports = story.halted.root / "result" / "reports"
    frame = pl.read_csv(reports / "forced_reduction.csv")
    assert frame["tier"].to_list() == [0, 1, 1, 2, 2]
    assert frame["lots"].sum() == 18
    day = story.fourth
    code = day.image.names.trading_codes[A]
    found = Statements(day.image, day.result).statement(code)
    text = statement_text(holder_of(code, DAY), found)
    assert text.count("| 68800.000|     6|  2064000.00|强减                |    103.20|") == 1
    assert text.count("|强减 ") == 2
    assert found.funds.fees_fen == 17_200


def test_only_on_the_day_without_trading(tmp_path: Path) -> None:
    run_day(tmp_path / "20260821", morning_of_third_day(), [])
    with pytest.raises(InputFault, match="not on a day without trading"):
        close_folder(tmp_path / "20260821", books(), [DECISION])


def test_not_at_an_opening(tmp_path: Path) -> None:
    run_day(tmp_path / "20260821", morning_of_third_day(), [])
    close_folder(tmp_path / "20260821", books())
    with pytest.raises(InputFault, match="ReducePositions belongs to the close"):
        open_next(tmp_path / "20260821", books(), [DECISION])
