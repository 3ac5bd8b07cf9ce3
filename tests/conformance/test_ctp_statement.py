"""A recorded statement of a counter (SHFE ag2306 and au2308, 2023-02-15), reproduced to the byte.

Given are the trades in the order of their numbers, the balance and the rates: silver 19 % margin
and 0.001 % of turnover with close-today free, gold 14 % and 2 CNY a lot.
"""

import gzip
import json
from decimal import Decimal

import pytest
from msgspec.structs import replace

from huiguan.exchange.clearing.client_day import (
    ClientDay,
    ClientTrade,
    ContractFacts,
    clear_client,
)
from huiguan.exchange.clearing.other_views import by_trade
from huiguan.exchange.messages import Offset, Side
from huiguan.exchange.reports.statements.comparing import Comparison, compare_statements
from huiguan.exchange.reports.statements.heads import View
from huiguan.exchange.reports.statements.reading import read_statement
from huiguan.exchange.reports.statements.text import (
    Holder,
    month_text,
    statement_table,
    statement_text,
)
from huiguan.exchange.reports.statements.values import month_values, statement_json
from huiguan.foundation.faults import InputFault
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


def recorded_text() -> str:
    path = recorded("ctp_statement") / "ctp_statement_simnow_20230215.txt.gz"
    return gzip.decompress(path.read_bytes()).decode()


def beside(theirs: str) -> Comparison:
    return compare_statements(
        read_statement(statement_text(HOLDER, cleared())), read_statement(theirs)
    )


def test_the_recorded_statement_is_read_back_and_is_ours_line_by_line() -> None:
    """28 figures of the account, and 5 + 1 + 3 + 2 rows of its tables."""
    read = read_statement("\ufeff" + recorded_text())
    assert (read.view, read.date, read.client) == (View.DAY, "20230215", "123456")
    assert read.account["客户权益"] == "9998858.59"
    assert [len(rows) for rows in read.tables.values()] == [5, 1, 3, 2]
    found = beside(recorded_text())
    assert found.is_same
    assert len(found.lines) == 28 + 11


def test_what_differs_is_named_and_nothing_else() -> None:
    """A fee, a trade that is missing, one that nobody made; notes, other names, other signs."""
    lines = recorded_text().splitlines()
    ours = next(line for line in lines if "|168738 " in line)
    lines[lines.index(ours)] = ours.replace("168738", "168739").replace("413.100", "413.200")
    other = next(line for line in lines if "|72736 " in line)
    lines[lines.index(other)] = other.replace("      2.97|", "      3.97|").replace(
        "123456", "654321"
    )
    text = "\n".join(["尊敬的客户：请核对。", *lines]).replace("9998858.59", "9,998,857.59")
    found = beside(text.replace("客户权益 Client Equity：", "客户权益 Client Equity：："))
    told = [(line.table, line.field, line.here, line.there, line.state) for line in found.lines]
    assert [line for line in told if line[-1] != "same"] == [
        *(
            ("account", word, "9998858.59", "9998857.59", "differs")
            for word in ("balance carried forward", "equity", "市值权益")
        ),
        ("trades", "fees", "2.97", "3.97", "differs"),
        ("trades", "", "", "", "only here"),
        ("trades", "", "", "", "only there"),
    ]
    gone = [line for line in recorded_text().splitlines() if "|76886 " not in line]
    missing = [line for line in beside("\n".join(gone)).lines if line.state != "same"]
    assert [(line.row, line.state) for line in missing] == [("ag2306 卖 平今 4 4946", "only here")]


def test_other_days_views_and_tables_are_not_taken_for_the_same() -> None:
    text = recorded_text()
    for changed, words in (
        (text.replace("日期 Date：20230215", "日期 Date：20230216"), "is of 20230216"),
        (text.replace("(盯市)", "(逐笔)"), "by trade"),
        (text.replace("交易结算单", "账单"), "no settlement statement"),
        (text.replace("|72736             |", "|72736|x|"), "has 18 cells under 17 heads"),
    ):
        with pytest.raises(InputFault, match=words):
            beside(changed)
    more = text + "\n行权明细 Exercise Statement\n|合约|行权盈亏|\n|ag2306P5000|1.00|\n"
    assert beside(more).unread == ["行权明细 Exercise Statement"]
    assert not beside(more).is_same


def test_other_views_of_the_recorded_day_keep_its_layout() -> None:
    """Of lots of one day both views are the same; a month of one day has its figures."""
    by_day = statement_text(HOLDER, cleared())
    of_trade = read_statement(statement_text(HOLDER, by_trade(cleared()), View.TRADE))
    assert of_trade.view == View.TRADE
    assert of_trade.account["浮动盈亏"] == "-1370.00"
    assert of_trade.account["期末结存"] == "10000228.59"  # 9,998,858.59 + 1,370.00
    of_month = read_statement(month_text(HOLDER, [cleared()]))
    assert (of_month.view, of_month.date) == (View.MONTH, "202302")
    assert of_month.tables == read_statement(by_day).tables
    values = json.loads(json.dumps(month_values(HOLDER, [cleared()])))
    assert (values["Date"], len(values["Transactions"])) == ("2023-02", 5)
