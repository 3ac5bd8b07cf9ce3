"""Orders in words through an opened day: their times, their words, and what cannot be read."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from huiguan.days.close import close_folder
from huiguan.days.market import read_market
from huiguan.exchange.messages import CancelOrder, EnterOrder, Hedge, Offset, Side, TimeInForce
from huiguan.exchange.reports.market_frames import orders_frame
from huiguan.floor.files.day_orders import NEEDED, OPTIONAL, WORDS, read_orders, run_day
from huiguan.foundation.faults import InputFault
from huiguan.language.catalogue import Catalogue, read_entries
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import write_image
from huiguan.storage.market.order_file import read_order_rows
from tests.markets import books, market_image

A, B = "000000000000", "000000000001"
BUY = {
    "time": "21:00:01",
    "code": A,
    "contract": "cu2610",
    "side": "buy",
    "price": "106860",
    "lots": "3",
}
SELL = BUY | {"time": "09:00:00", "code": B, "side": "sell", "lots": "2", "id": "7"}
SHANGHAI = dt.timezone(dt.timedelta(hours=8))


def at(time_ns: int) -> str:
    return f"{dt.datetime.fromtimestamp(time_ns // 10**9, SHANGHAI):%Y-%m-%d %H:%M:%S}"


@pytest.fixture
def opened(tmp_path: Path) -> Path:
    root = tmp_path / "2026-08-21"
    write_image(DayFolder(root).image, market_image())
    return root


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("21:00:01", "2026-08-20 21:00:01"),
        ("00:30:00", "2026-08-21 00:30:00"),
        ("09:00:00.250", "2026-08-21 09:00:00"),
        ("2026-08-20 22:15:00", "2026-08-20 22:15:00"),
    ],
)
def test_times_are_those_of_the_trading_day(text: str, moment: str) -> None:
    (found,) = read_orders(market_image(), [BUY | {"time": text}])
    assert at(found.time_ns) == moment


def test_words_of_an_order_and_of_its_cancel() -> None:
    row = SELL | {"offset": "close today", "hedge": "hedge", "time_in_force": "FAK".lower()}
    cancel = {"time": "09:30:00", "code": B, "id": "7", "action": "cancel"}
    order, gone = (found.command for found in read_orders(market_image(), [cancel, row]))
    assert isinstance(order, EnterOrder)
    assert (order.side, order.offset, order.hedge) == (Side.SELL, Offset.CLOSE_TODAY, Hedge.HEDGE)
    assert (order.time_in_force, order.price_ticks, order.lots) == (TimeInForce.FAK, 10_686, 2)
    assert gone == CancelOrder(order_id=0, client_order_id=7)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"time": "16:00:00"}, "lies outside trading day 2026-08-21"),
        ({"time": "9 o'clock"}, "write it like 21:00:00.500"),
        ({"code": "1"}, "trading code '1' is not in this day's image"),
        ({"contract": "cu9999"}, "contract 'cu9999' is not in this day's image"),
        ({"side": "long"}, "'long' is none of the words there are: 'buy', 'sell'"),
        ({"price": "106865"}, "no multiple of the tick of 10"),
        ({"price": "１０６８６０"}, "is not a decimal number"),
        ({"lots": "0"}, "below 1"),
        ({"lots": "99999999999"}, "no order can say this"),
        ({"contract": "CU2610"}, "is not in this day's image; did you mean 'cu2610'?"),
        ({"time": "20:30:00"}, "which lasts from 2026-08-20 20:55:00 to 2026-08-21 15:00:00"),
        ({"price": 106860.0}, "price: 106860.0 is a float, binary and not exact"),
        ({"price": ""}, "price is missing"),
        ({"action": "cancel"}, "id is missing"),
    ],
)
def test_what_cannot_be_read_is_told_by_row(row: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputFault, match="none was sent: row 2: ") as fault:
        read_orders(market_image(), [BUY, BUY | row])
    assert sentence in str(fault.value)


def test_a_column_that_means_nothing_is_told_once() -> None:
    with pytest.raises(InputFault) as fault:
        read_orders(market_image(), [BUY | {"qty": "3"}] * 15)
    assert str(fault.value).startswith("'qty' is no column of orders; there are time, code")
    assert str(fault.value).count("'qty'") == 1


def test_programs_give_numbers_as_numbers() -> None:
    """A row of a data frame or a dict: 106860 and Decimal("3") are what "106860" and "3" are."""
    row = BUY | {"price": 106_860, "lots": Decimal(3), "id": None}
    assert read_orders(market_image(), [row]) == read_orders(market_image(), [BUY])


def test_all_faulty_rows_are_told_at_once() -> None:
    with pytest.raises(InputFault) as fault:
        read_orders(market_image(), [BUY | {"lots": "x"}] * 15)
    assert "row 12: " in str(fault.value)
    assert str(fault.value).endswith("and 3 more")


def test_orders_trade_and_the_day_closes(opened: Path) -> None:
    cancel = {"time": "09:30:00", "code": A, "id": "5", "action": "cancel"}
    high = SELL | {"price": "200000", "id": "8"}  # above the upper limit of 116,470
    found = run_day(opened, [SELL, BUY | {"id": "5"}, cancel, high])
    assert (found.rows, found.trades, found.refused) == (4, 1, {3001: 1})
    day = read_market(opened)
    orders = orders_frame(day.image, day.events, day.refused)
    assert orders.select("code", "traded_lots", "end").rows() == [
        (A, 2, "cancelled: owner"),
        (B, 2, "traded"),
        (B, 0, "refused 3001: above the upper limit"),
    ]
    closed = close_folder(opened, books())
    assert int(closed.result.contracts["volume_lots"].sum()) == 2


def test_a_day_that_has_begun_stays_as_it_is(opened: Path) -> None:
    run_day(opened, [BUY])
    before = sorted((path, path.read_bytes()) for path in opened.rglob("*") if path.is_file())
    with pytest.raises(InputFault, match="has begun already, and a day runs once"):
        run_day(opened, [SELL])
    assert before == sorted((p, p.read_bytes()) for p in opened.rglob("*") if p.is_file())


def test_a_file_with_a_byte_order_mark_and_one_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes("\ufefftime,code\n21:00:00,1\n\n".encode())
    assert read_order_rows(path) == [{"time": "21:00:00", "code": "1"}]
    for content, sentence in (
        (b"time,code\n1\n", "line 2: 1 cells under 2 heads"),
        (b"", "the file is empty"),
        (b"time,time\n1,2\n", "a column is named twice"),
        (b"\xff\xfe\x00", "no CSV file in UTF-8"),
    ):
        path.write_bytes(content)
        with pytest.raises(InputFault, match=sentence):
            read_order_rows(path)


def test_the_page_names_every_column_and_word() -> None:
    page = (Path(__file__).parents[3] / "docs/how-to/run-your-own-market.md").read_text("utf-8")
    for name in (*NEEDED, *OPTIONAL):
        assert f"`{name}`" in page
    for words in WORDS.values():
        assert all("_" in word or f"`{word}`" in page for word in words)


def test_faulty_rows_are_told_in_chinese() -> None:
    with pytest.raises(InputFault) as fault:
        read_orders(market_image(), [BUY | {"contract": "CU2610"}, *[BUY | {"lots": ""}] * 12])
    said = Catalogue(read_entries()).sentence(str(fault.value))
    assert said.startswith(
        "有报单无法读取，因此未发送任何报单：第 1 行：合约 'CU2610' 不在该日的映像中"
    )
    assert said.endswith("第 12 行：缺少 lots；另有 1 处")
