"""Published files under the official names: subtotals add up, months run from 16th to 15th."""

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from huiguan.exchange.delivery.rows import DeliveryBooks
from huiguan.exchange.reports.reports_of_day import Report
from huiguan.storage.market.daily_files import write_report
from huiguan.storage.market.rulebooks.delivery import load_delivery_books
from huiguan.storage.warehouse.deliveries import run_delivery, write_delivery_template
from huiguan.storage.warehouse.example import CONTRACT, example_delivery, example_rows
from huiguan.storage.warehouse.folder import read_warehouse, write_template
from huiguan.storage.warehouse.reports import folder_month, stock_reports


@pytest.fixture(scope="module")
def books() -> DeliveryBooks:
    return load_delivery_books()


@pytest.fixture
def house(tmp_path: Path) -> Path:
    write_template(tmp_path / "w", example_rows())
    write_delivery_template(tmp_path / "w", CONTRACT, example_delivery())
    return tmp_path / "w"


def reports(folder: Path, books: DeliveryBooks, day: int) -> list[Report]:
    return stock_reports(read_warehouse(folder, books).register, books, day)


def test_warrants_of_the_day_they_were_issued(house: Path, books: DeliveryBooks) -> None:
    """2026-08-07: 4 at Yangshan (24.01 t), 3 at Wuxi (17.99 t), all new; figures are cut."""
    daily, weekly = reports(house, books, 20260807)
    rows = [
        (r["REGNAME"], r["WHABBRNAME"], r["WRTWGHTS"], r["WRTCHANGE"], r["ROWSTATUS"])
        for r in daily.table.iter_rows(named=True)
    ]
    assert rows == [
        ("Jiangsu", "Wuxi 2", 17, 17, 0),
        ("Jiangsu", "合计$$Subtotal", 17, 17, 1),
        ("Shanghai", "Yangshan 1", 24, 24, 0),
        ("Shanghai", "合计$$Subtotal", 24, 24, 1),
        ("", "总计$$Total", 41, 41, 2),
    ]
    total = weekly.table.row(-1, named=True)
    assert (total["SPOTWGHTS"], total["PRESPOTWGHTS"], total["WHSTOCKS"]) == (41, 0, 139)
    assert total["VARNAME"] == "镍$$Nickel"


def test_stocks_before_the_warrants(house: Path, books: DeliveryBooks) -> None:
    """2026-08-06: goods are there and weighed, no warrant is issued; the week after, no change."""
    _, weekly = reports(house, books, 20260806)
    total = weekly.table.row(-1, named=True)
    assert (total["SPOTWGHTS"], total["WRTWGHTS"]) == (41, 0)
    _, later = reports(house, books, 20260814)
    total = later.table.row(-1, named=True)
    assert (total["SPOTCHANGE"], total["WRTCHANGE"], total["PREWRTWGHTS"]) == (0, 0, 41)


def test_the_month_of_a_delivery(house: Path, books: DeliveryBooks, tmp_path: Path) -> None:
    """ni2609 was handed over on 2026-09-17: 6 warrants of 6 t, in the month of October."""
    run_delivery(house, books, CONTRACT, Decimal(128_780), dry_run=False)
    found = folder_month(house, books, 202610)
    assert found.table.rows() == [("2026-09-17", "ni2609", 36, 0)]
    assert folder_month(house, books, 202609).table.is_empty()
    write_report(tmp_path, found)
    assert pl.read_parquet(tmp_path / "ExchangeDelivery202610.parquet").equals(found.table)
