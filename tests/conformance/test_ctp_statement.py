"""A recorded statement of a counter (SHFE ag2306 and au2308, 2023-02-15), reproduced to the byte.

Given are the trades in the order of their numbers, the balance and the rates: silver 19 % margin
and 0.001 % of turnover with close-today free, gold 14 % and 2 CNY a lot.
"""

import gzip
import json
from decimal import Decimal

from msgspec.structs import replace

from huiguan.exchange.clearing.client_day import (
    ClientDay,
    ClientTrade,
    ContractFacts,
    clear_client,
)
from huiguan.exchange.messages import Offset, Side
from huiguan.exchange.reports.statement import (
    Holder,
    statement_table,
    statement_text,
)
from huiguan.exchange.reports.statement_json import statement_json
from tests.recorded import recorded

HOLDER = Holder(
    client_id="123456",
    client_name="client name",
    account_id="123456",
    trading_code="9999203177",
    title="SimNow社区系统",
    created="20230215",
)
SILVER = ContractFacts(
    instrument="ag2306",
    product="ag",
    product_name="白银",
    exchange="SHFE",
    lot_size=Decimal(15),
    previous_settlement=Decimal(4_941),
    settlement=Decimal(4_928),
    long_margin="19%",
    short_margin="19%",
    long_hedge_margin="19%",
    short_hedge_margin="19%",
    fee_rate="0.001%",
    close_today_multiple=Decimal(0),
)
GOLD = ContractFacts(
    instrument="au2308",
    product="au",
    product_name="黄金",
    exchange="SHFE",
    lot_size=Decimal(1_000),
    previous_settlement=Decimal("412.98"),
    settlement=Decimal("413.80"),
    long_margin="14%",
    short_margin="14%",
    long_hedge_margin="14%",
    short_hedge_margin="14%",
    fee_per_lot_fen=200,
)


def trade(
    number: int, instrument: str, side: Side, offset: Offset, price: str, lots: int
) -> ClientTrade:
    return ClientTrade(
        trade_id=number,
        instrument=instrument,
        side=side,
        offset=offset,
        price=Decimal(price),
        lots=lots,
    )


TRADES = [
    trade(72736, "ag2306", Side.BUY, Offset.OPEN, "4942", 4),
    trade(76886, "ag2306", Side.SELL, Offset.CLOSE_TODAY, "4946", 4),
    trade(167995, "ag2306", Side.SELL, Offset.OPEN, "4927", 2),
    trade(168738, "au2308", Side.SELL, Offset.OPEN, "413.1", 2),
    trade(168930, "ag2306", Side.BUY, Offset.OPEN, "4927", 4),
]
AS_RECORDED = [76886, 168930, 72736, 167995, 168738]


def cleared() -> ClientDay:
    day = clear_client(
        trading_day=20230215,
        contracts={"ag2306": SILVER, "au2308": GOLD},
        trades=TRADES,
        previous_balance_fen=1_000_000_000,
    )
    lines = {line.trade.trade_id: line for line in day.trades}
    return replace(day, trades=[lines[number] for number in AS_RECORDED])


def test_figures_without_the_recording() -> None:
    funds = cleared().funds
    assert funds.fees_fen == 1_141  # 0 + 2.96 + 2.97 + 1.48 + 4.00
    assert funds.close_profit_fen == 24_000  # (4,946 - 4,942) x 15 x 4
    assert funds.mark_profit_fen == -137_000  # 60 - 30 - 1,400
    assert funds.margin_fen == 17_204_320  # max(56,179.20, 28,089.60) + 115,864.00
    assert funds.equity_fen == 999_885_859
    assert funds.available_fen == 982_681_539
    assert funds.risk_degree_percent == Decimal("1.72")
    assert ("equity 客户权益", "9,998,858.59") in statement_table(HOLDER, cleared())


def test_text_to_the_byte() -> None:
    path = recorded("ctp_statement") / "ctp_statement_simnow_20230215.txt.gz"
    expected = gzip.decompress(path.read_bytes()).decode()
    assert statement_text(HOLDER, cleared()).split("\r\n") == expected.split("\r\n")


def test_json_rows() -> None:
    path = recorded("ctp_statement") / "ctp_statement_simnow_20230215.json.gz"
    expected = json.loads(gzip.decompress(path.read_bytes()))
    result = json.loads(json.dumps(statement_json(HOLDER, cleared())))
    for name in ("UserID", "Transactions", "PositionsDetail", "Positions"):
        assert result[name] == expected[name]
    assert list(result) == list(expected)
