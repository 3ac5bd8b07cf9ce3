"""Two limit-locked days in copper: ladder, margin call, forced liquidation, worked out by hand.

cu2610, 5 t, previous settlement 106,860, circular 9 % / 11 %. A client of member 0000 is long 100
lots, a client of member 0001 short 100, each with 10,000,000 CNY.

Day 1 (2026-08-21): one lot trades at the lower limit, 106,860 x 0.91 = 97,242.6 -> 97,240, where
sellers wait to the close: locked down (D1).
  settlement 97,240; tomorrow 9 + 3 = 12 %, margin 12 + 2 = 14 %
  long client: -9,620 x 5 x 100 = -4,810,000; equity 5,190,000
  margin 97,240 x 5 x 100 x 14 % = 6,806,800; clearing deposit -1,616,800; call 3,616,800
  a lot frees 68,068: 1,616,800 / 68,068 = 23.75, so 24 lots are closed by force
Day 2 (2026-08-24): lower limit 97,240 x 0.88 = 85,571.2 -> 85,570. The 24 lots trade there, sellers
wait to the close: locked down again (D2).
  tomorrow 9 + 5 = 14 %, margin 16 %
  long client: -11,670 x 5 x 100 = -5,835,000; fee 10,268,400 x 0.5 bp = 513.42
  equity -645,513.42; margin 85,570 x 5 x 76 x 16 % = 5,202,656
  clearing deposit -5,848,169.42; call 7,848,169.42
"""

from pathlib import Path

import numpy as np
import pytest

from huiguan.days.close import close_folder
from huiguan.days.open import open_next
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.result import DayResult, SettledBy
from huiguan.exchange.evening.explanations.prices import explain_limit
from huiguan.exchange.evening.forced import force_close_commands
from huiguan.exchange.messages import Offset, Right, Side
from huiguan.exchange.reports.explain import explain_lines
from tests.markets import DAY, books, market_image
from tests.trading_days import order, run_day

YUAN = 100
HOUSE_0, HOUSE_1, LONG, SHORT = range(4)  # codes 2 and 3 are clients of members 0000 and 0001
FIRST_LIMIT, SECOND_LIMIT = 9_724, 8_557  # ticks of 10 CNY


def first_morning() -> DayImage:
    image = market_image(codes=4, deposit_fen=10_000_000 * YUAN, prices={"cu2610": 106_860})
    lots = np.zeros(2, image.lots.dtype)
    lots["trading_code"], lots["side"] = [LONG, SHORT], [Side.BUY, Side.SELL]
    lots["open_price_units"], lots["open_day"] = 106_860, DAY - 1
    lots["lots"], lots["trade"] = 100, 1
    positions = np.zeros(2, image.positions.dtype)
    positions["trading_code"] = [LONG, SHORT]
    positions["long_lots"], positions["short_lots"] = [100, 0], [0, 100]
    return image._replace(lots=lots, positions=positions)


class Story:
    """Both days, run once."""

    def __init__(self, folder: Path) -> None:
        root = folder / "20260821"
        meeting = [
            order(HOUSE_0, 0, Side.BUY, FIRST_LIMIT, 1),
            order(HOUSE_1, 0, Side.SELL, FIRST_LIMIT, 1),
            order(HOUSE_1, 0, Side.SELL, FIRST_LIMIT, 5),
        ]
        run_day(root, first_morning(), meeting)
        self.first = close_folder(root, books())
        self.opened = open_next(root, books())
        image = self.opened.image
        self.forced = force_close_commands(image, self.opened.forced)
        waiting = [order(SHORT, 0, Side.BUY, SECOND_LIMIT, 24, Offset.CLOSE)]
        resting = [order(LONG, 0, Side.SELL, SECOND_LIMIT, 10, Offset.CLOSE)]
        refused = [order(LONG, 0, Side.BUY, SECOND_LIMIT, 1)]
        run_day(self.opened.root, image, [*refused, *waiting, *self.forced, *resting])
        self.second = close_folder(self.opened.root, books())


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(tmp_path_factory.mktemp("locked"))


def contract(result: DayResult) -> np.void:
    return result.contracts[0]


def pool(result: DayResult, member: int, house: int) -> np.void:
    rows = (result.pools["member"] == member) & (result.pools["house"] == house)
    (row,) = result.pools[rows]
    return row


def test_first_evening(story: Story) -> None:
    row = contract(story.first.result)
    assert (row["settlement_units"], row["settled_by"]) == (97_240, SettledBy.TRADES)
    assert (row["locked"], row["lock_day"], row["lock_side"]) == (-1, 1, -1)
    assert (row["limit_ppb"], row["general_ppb"]) == (120_000_000, 140_000_000)
    clients = pool(story.first.result, 0, 0)
    assert clients["profit_fen"] == -4_810_000 * YUAN
    assert clients["margin_fen"] == 6_806_800 * YUAN
    assert clients["balance_fen"] == -1_616_800 * YUAN
    assert clients["call_fen"] == 3_616_800 * YUAN
    assert clients["outcome"] == 2


def test_second_morning(story: Story) -> None:
    image = story.opened.image
    (row,) = story.opened.forced
    assert (row.trading_code, row.instrument, row.side, row.lots) == (
        "000000000002",
        "cu2610",
        "long",
        24,
    )
    (command,) = story.forced
    assert (command.price_ticks, command.side, command.offset) == (
        SECOND_LIMIT,
        Side.SELL,
        Offset.FORCE_CLOSE,
    )
    limits = image.instruments[0]
    assert (limits["lower_limit_ticks"], limits["upper_limit_ticks"]) == (8_557, 10_890)
    assert image.trading_codes["right"].tolist() == [
        Right.ALLOW,
        Right.ALLOW,
        Right.CLOSE_ONLY,
        Right.ALLOW,
    ]


def test_second_evening(story: Story) -> None:
    result = story.second.result
    row = contract(result)
    assert row["settlement_units"] == 85_570
    assert row["volume_lots"] == 24  # the call's opening order was refused
    assert (row["locked"], row["lock_day"], row["first_limit_ppb"]) == (-1, 2, 90_000_000)
    assert (row["limit_ppb"], row["general_ppb"]) == (140_000_000, 160_000_000)
    clients = pool(result, 0, 0)
    assert clients["profit_fen"] == -5_835_000 * YUAN
    assert clients["fees_fen"] == 51_342
    assert clients["cash_fen"] == -64_551_342
    assert clients["margin_fen"] == 5_202_656 * YUAN
    assert clients["balance_fen"] == -584_816_942
    assert clients["call_fen"] == 784_816_942


def test_the_members_own_money_pays_nothing_of_it(story: Story) -> None:
    """House of 0000: long 1 lot from 97,240, -11,670 x 5 on day 2, fee 24.31 on day 1."""
    first, second = (pool(day.result, 0, 1) for day in (story.first, story.second))
    assert first["profit_fen"] == 0
    assert first["fees_fen"] == 2_431  # 486,200 x 0.5 bp = 24.31
    assert second["profit_fen"] == -5_835_000
    assert second["cash_fen"] == 10_000_000 * YUAN - 2_431 - 5_835_000


def test_the_limit_explains_itself(story: Story) -> None:
    image, result, rules = story.second
    text = "\n".join(explain_lines(explain_limit(image, result, rules, "cu2610")))
    assert "locked in one direction, day 2 (D2); limit of D1 9%" in text
    assert "85570 x (1 - 14%) = 73590.2, to tick 10 down -> 73590" in text
    assert "同方向单边市第 2 日" in text
