"""A day on which nobody's money is checked is charged its fees and closes all the same.

cu2610, 5 t, 50 CNY a tick, previous settlement 106,860; fee 0.5 bp of turnover, for today's too.
One lot is bought and sold at 106,860 with no money at all, and closed today at 106,880: value
534,300.00 and 534,400.00, fees 26.715 and 26.72 -> 26.72 and 26.72 CNY, 53.44 for either code.
"""

from pathlib import Path

import msgspec
import pytest

from huiguan.days.close import close_folder
from huiguan.exchange.messages import Offset, Side
from tests.markets import books, market_image
from tests.trading_days import order, run_day


@pytest.mark.parametrize("offset_flags", [True, False])
def test_fees_are_charged_where_nobody_checks_money(tmp_path: Path, *, offset_flags: bool) -> None:
    image = market_image(codes=4, deposit_fen=0, prices={"cu2610": 106_860})
    settings = msgspec.structs.replace(image.settings, funds=False, offset_flags=offset_flags)
    image.members["mode"] = 1  # warn: nobody is warned of money that is not checked
    copper = image.fees["instrument"] == 0
    image.fees["rate_ppb"][copper], image.fees["per_lot_fen"][copper] = 50_000, 0
    trades = [
        order(2, 0, Side.BUY, 10_686, 1),
        order(3, 0, Side.SELL, 10_686, 1),
        order(2, 0, Side.SELL, 10_688, 1, Offset.CLOSE_TODAY),
        order(3, 0, Side.BUY, 10_688, 1, Offset.CLOSE_TODAY),
    ]
    run_day(tmp_path / "day", image._replace(settings=settings), trades)
    result = close_folder(tmp_path / "day", books()).result
    assert result.accounts["fees_fen"].tolist() == [0, 0, 5_344, 5_344]
    # 20 CNY/t x 5 t = 100.00 CNY won and lost
    assert result.accounts["close_profit_fen"].tolist() == [0, 0, 10_000, -10_000]
    assert len(result.positions) == 0
