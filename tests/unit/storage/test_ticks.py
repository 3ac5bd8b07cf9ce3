"""Ticks under the names of CTP, vn.py, tqsdk and plain CSV: one quote file."""

from pathlib import Path

import polars as pl
import pytest

from huiguan.foundation.faults import InputFault
from huiguan.storage.market.recorded.ticks import depth_of, read_ticks, write_quotes

NS = 1_000_000_000
NINE = 1_787_274_000 * NS  # 2026-08-21 09:00:00 in Shanghai, 01:00:00 UTC
CTP = """TradingDay,InstrumentID,LastPrice,Volume,Turnover,UpdateTime,UpdateMillisec,\
BidPrice1,BidVolume1,AskPrice1,AskVolume1,ActionDay
20260821,cu2610,106850,10,5342500.0,09:00:00,0,106840,3,106860,2,20260821
20260821,cu2610,106860,14,7479700.0,09:00:00,500,106850,1,1.7976931348623157e+308,0,
"""
VNPY = """symbol,datetime,last_price,volume,turnover,\
bid_price_1,bid_volume_1,ask_price_1,ask_volume_1
cu2610,2026-08-21 09:00:00+08:00,106850.0,10.0,5342500.0,106840.0,3.0,106860.0,2.0
cu2610,2026-08-21 09:00:00.500000+08:00,106860.0,14.0,7479700.0,106850.0,1.0,0.0,0.0
"""
TQSDK = f"""datetime,datetime_nano,SHFE.cu2610.last_price,\
SHFE.cu2610.bid_price1,SHFE.cu2610.bid_volume1,SHFE.cu2610.ask_price1,\
SHFE.cu2610.ask_volume1,SHFE.cu2610.volume,SHFE.cu2610.amount
2026-08-21 09:00:00.000000000,{NINE},106850.0,106840.0,3,106860.0,2,10,5342500.0
2026-08-21 09:00:00.500000000,{NINE + NS // 2},106860.0,106850.0,1,nan,0,14,7479700.0
"""
PLAIN = """time,contract,last,volume,turnover,bid1,bidq1,ask1,askq1
2026-08-21 09:00:00,cu2610,106850,10,5342500,106840,3,106860,2
2026-08-21 09:00:00.5,cu2610,106860,14,7479700,106850,1,,
"""
EXPECTED = [  # 14 - 10 = 4 lots; 7,479,700 - 5,342,500 = 2,137,200 = 4 x 5 t x 106,860
    ("cu2610", NINE, "106850", 0, "0", "106840", 3, "106860", 2),
    ("cu2610", NINE + NS // 2, "106860", 4, "2137200", "106850", 1, None, 0),
]


@pytest.mark.parametrize("text", [CTP, VNPY, TQSDK, PLAIN], ids=["CTP", "vn.py", "tqsdk", "plain"])
def test_every_naming_gives_the_same_quotes(tmp_path: Path, text: str) -> None:
    path, out = tmp_path / "ticks.csv", tmp_path / "quotes.parquet"
    path.write_text(text)
    quotes = read_ticks(path)
    assert quotes.rows() == EXPECTED
    assert depth_of(quotes) == 1
    write_quotes(out, quotes)
    assert read_ticks(out).rows() == EXPECTED  # a quote file reads as itself


def test_a_price_that_is_a_word_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "ticks.csv"
    path.write_text(PLAIN.replace("106860,14", "hello,14"))
    with pytest.raises(InputFault, match="'hello' is not a decimal number"):
        read_ticks(path)


def test_parquet_of_another_program_reads_like_its_csv(tmp_path: Path) -> None:
    path = tmp_path / "ticks.csv"
    path.write_text(VNPY)
    typed = pl.read_csv(path).with_columns(
        pl.col("datetime").str.to_datetime("%Y-%m-%d %H:%M:%S%.f%z").dt.convert_time_zone("UTC")
    )
    local = typed.with_columns(
        pl.col("datetime").dt.convert_time_zone("Asia/Shanghai").dt.replace_time_zone(None)
    )
    local.write_parquet(tmp_path / "ticks.parquet")
    assert read_ticks(tmp_path / "ticks.parquet").rows() == EXPECTED


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("106840,3", "106840,3.5", "row 2, column bidq1: lots"),
        ("106840,3", "x,3", "row 2, column bid1: price"),
        ("09:00:00.5", "9 o'clock", "row 3, column time: 2026-08-21 9 o'clock is no time"),
        ("09:00:00.5", "08:59:59", "row 3, column time: it runs back, for cu2610"),
        ("106860,14", "106860,9", "row 3, column volume: falls from 10 to 9 within a day"),
        ("00.5,cu2610", "00.5,", "row 3, column contract: it is empty"),
        ("askq1", "size", "needs all of the columns bid_price_1, bid_lots_1"),
        ("contract", "what", "has no column of the contract"),
    ],
)
def test_a_fault_is_named_by_row_and_column(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    path = tmp_path / "ticks.csv"
    assert old in PLAIN
    path.write_text(PLAIN.replace(old, new))
    with pytest.raises(InputFault) as fault:
        read_ticks(path)
    assert sentence in str(fault.value)


def test_an_empty_action_day_is_the_trading_day_by_day_only(tmp_path: Path) -> None:
    path = tmp_path / "ticks.csv"
    path.write_text(CTP.replace("09:00:00,500", "21:00:00,500"))
    with pytest.raises(InputFault, match="at night the trading day is not the date"):
        read_ticks(path)


def test_counts_that_begin_anew_are_of_another_day(tmp_path: Path) -> None:
    path = tmp_path / "ticks.csv"
    path.write_text(PLAIN.replace("106860,14,7479700", "106860,2,1068600"))
    late = path.read_text().replace("2026-08-21 09:00:00.5", "2026-08-21 21:00:00.5")
    path.write_text(late)
    assert read_ticks(path)["traded_lots"].to_list() == [0, 0]
