"""The public pages of stocks: worked figures, both languages, files under the official names."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from django.test import Client

from huiguan.storage.lock import hold
from huiguan.storage.market.rulebooks.delivery import load_delivery_books
from huiguan.storage.warehouse.deliveries import run_delivery, write_delivery_template
from huiguan.storage.warehouse.example import CONTRACT, example_delivery, example_rows
from huiguan.storage.warehouse.folder import write_template
from tests.office.test_people_pages import text
from tests.spoken import left_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.office.watched import Watched

PLACES = [
    ["W1", "洋山一库$$Yangshan 1", "warehouse", "上海$$Shanghai", "any"],
    ["W2", "无锡二库$$Wuxi 2", "warehouse", "江苏$$Jiangsu", "any"],
]


@pytest.fixture
def house(tmp_path: Path, settings: Any) -> Path:
    """Begin the example in the folder of a hall, its places named in both languages."""
    settings.HALL_FOLDER = str(tmp_path)
    rows = example_rows() | {"facilities.csv": PLACES}
    write_template(tmp_path / "warehouse", rows)
    return tmp_path / "warehouse"


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Any:
    from django.conf import settings as found

    class Patched:
        def __setattr__(self, name: str, value: object) -> None:
            monkeypatch.setattr(found, name, value)

    return Patched()


def rows_of(page: str) -> list[str]:
    """Return the rows of the table, without what stands around it."""
    return [text_of(part) for part in page.split("<tr")[1:]]


def text_of(part: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", "<" + part.partition("</tr>")[0]).split())


def test_the_warrants_of_a_day_and_their_change(house: Path, client: Any) -> None:
    """2026-08-07: 4 at Yangshan (24.01 t) and 3 at Wuxi (17.99 t), all new; figures are cut."""
    del house
    page = client.get("/stocks/20260807").content.decode()
    assert rows_of(page)[2:] == [
        "Yangshan 1 Shanghai 24 +24",
        "subtotal Shanghai 24 +24",
        "Wuxi 2 Jiangsu 17 +17",
        "subtotal Jiangsu 17 +17",
        "total 41 +41",
    ]
    assert rows_of(client.get("/stocks/20260810").content.decode())[-1] == "total 41 0"


def test_the_week_of_a_day(house: Path, client: Any) -> None:
    """To 2026-08-07 from 2026-07-31: nothing before; room 180 t, of which 41 t are taken."""
    del house
    page = client.get("/stocks/weekly/20260807").content.decode()
    assert rows_of(page)[-1] == "total 0 0 41 41 +41 +41 139"


def test_without_a_day_it_is_the_one_that_runs(house: Path, client: Any) -> None:
    del house
    page = text(client.get("/stocks"))
    assert "trading day 2026-08-21" in page
    assert "2026-08-20" in page
    assert client.get("/stocks/20260824").status_code == 404  # to come
    assert client.get("/stocks/20260802").status_code == 404  # before the first step
    assert client.get("/stocks/20260808").status_code == 404  # a Saturday


def test_a_month_of_deliveries(house: Path, client: Any) -> None:
    """ni2609 was handed over on 2026-09-17, 6 warrants of 6 t: in the month of October."""
    assert "Nothing was delivered" in text(client.get("/stocks/monthly"))
    write_delivery_template(house, CONTRACT, example_delivery())
    run_delivery(house, load_delivery_books(), CONTRACT, Decimal(128_780), dry_run=False)
    page = client.get("/stocks/monthly").content.decode()
    assert rows_of(page)[-1] == "2026-09-17 ni2609 36 0"
    assert client.get("/stocks/monthly/202609").status_code == 404
    answer = client.get("/stocks/monthly/202610.csv")
    assert answer.content.decode() == "日期,合约,交割量,期转现量\n2026-09-17,ni2609,36,0\n"


@pytest.mark.parametrize("kind", ["", "weekly/"])
def test_files_have_the_official_names(house: Path, client: Any, kind: str) -> None:
    del house
    answer = client.get(f"/stocks/{kind}20260807.csv")
    name = "20260807weeklystock" if kind else "20260807dailystock"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.csv"'
    heads, *rows = answer.content.decode().splitlines()
    assert heads.startswith("VARNAME,VARSORT,REGNAME,REGSORT,WHABBRNAME,WGHTUNIT,")
    assert rows[0].startswith("镍$$Nickel,1,上海$$Shanghai,1,洋山一库$$Yangshan 1,t,")
    table = pl.read_parquet(io.BytesIO(client.get(f"/stocks/{kind}20260807.parquet").content))
    assert ",".join(table.columns) == heads


def test_a_hall_without_a_warehouse_says_how_to_begin(
    client: Any, tmp_path: Path, settings: Any
) -> None:
    settings.HALL_FOLDER = str(tmp_path)
    for path in ("/stocks", "/stocks/weekly", "/stocks/monthly", "/stocks/20260807.csv"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "huiguan warrants template HALL/warehouse" in text(answer)


def test_a_folder_that_cannot_be_read_is_said_without_its_place(house: Path, client: Any) -> None:
    (house / "steps.csv").write_text("no,table\n")
    answer = client.get("/stocks")
    assert answer.status_code == 503
    assert "huiguan warrants show" in text(answer)
    assert str(house) not in answer.content.decode()


def test_a_folder_that_is_written_is_read_all_the_same(house: Path, client: Any) -> None:
    with hold(house, "test"):
        assert client.get("/stocks").status_code == 200


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_each_page_is_in_one_language(house: Path, market: Watched, lang: str) -> None:
    market.show()
    write_delivery_template(house, CONTRACT, example_delivery())
    run_delivery(house, load_delivery_books(), CONTRACT, Decimal(128_780), dry_run=False)
    reader = Client(headers={"accept-language": lang})
    for path in ("/stocks", "/stocks/weekly", "/stocks/monthly"):
        page = reader.get(path).content.decode()
        assert left_of(page, lang, {"EFP"}) == [], path
