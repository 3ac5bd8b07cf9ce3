"""The page of one contract: levels, trades, chart, rules with their article and status."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import msgspec
import pytest

from huiguan.foundation.calendars import exchange_time_ns
from huiguan.office.config.application import library
from huiguan.office.feed.public_day import PublicDay
from tests.office.test_board import trade
from tests.office.watched import CU2610, TRADING_DAY, Watched

PAGE = "/contract/cu2610"


def cell(page: str, name: str) -> str:
    """Return the first element that shows a figure."""
    found = re.search(rf'data-cell="{name}"[^>]*>([^<]*)<', page)
    assert found, name
    return found[1]


def test_five_levels_stand_from_the_highest_to_the_lowest(market: Watched, read: Any) -> None:
    for place in range(6):
        market.buy(0, 107_300 - 10 * place, 1 + place, instrument=CU2610)
        market.sell(1, 107_310 + 10 * place, 11 + place, instrument=CU2610)
    levels = re.findall(r'data-cell="((?:buy|sell) \d)">([\d,]+)</td><td[^>]*>(\d+)<', read(PAGE))
    assert levels == [
        *((f"sell {n}", f"{107_300 + 10 * n:,}", str(10 + n)) for n in (5, 4, 3, 2, 1)),
        *((f"buy {n}", f"{107_310 - 10 * n:,}", str(n)) for n in (1, 2, 3, 4, 5)),
    ]


def test_trades_stand_with_time_and_who_came_last(market: Watched, read: Any) -> None:
    """The seller came last at 107,940, the buyer at 107,950; a command a second from nine on."""
    trade(market, 107_940, 2)
    market.sell(1, 107_950, 1, instrument=CU2610)
    market.buy(0, 107_950, 1, instrument=CU2610)
    rows = re.findall(r'<th scope="row">([\d:]{8})</th>(.*?)</tr>', read(PAGE))
    words = [re.findall(r">([^<]+)<", cells) for _, cells in rows]
    assert words == [["107,950", "1", "buy"], ["107,940", "2", "sell"]]
    assert [time for time, _ in rows] == ["09:00:04", "09:00:02"]


def test_the_average_price_is_turnover_by_volume(market: Watched, read: Any) -> None:
    """(2 x 107,000 + 1 x 107,010) / 3 = 107,003.3; a tick of a lot is 1 yuan here."""
    trade(market, 107_000, 2)
    trade(market, 107_010, 1)
    page = read(PAGE)
    assert cell(page, "average") == "107,003"
    assert cell(page, "turnover") == "321,010.00"
    assert (cell(page, "upper"), cell(page, "lower")) == ("118,050", "96,590")


def test_the_chart_is_drawn_by_the_server(market: Watched, read: Any) -> None:
    """Three bars of five minutes: up, down, up."""
    for minute, prices in (
        (0, (107_000, 107_100)),
        (5, (107_100, 107_050)),
        (11, (107_050, 107_060)),
    ):
        market.time_ns = exchange_time_ns(TRADING_DAY, 9 * 3600 + minute * 60)
        for price in prices:
            trade(market, price, 1)
    svg = read("/chart/cu2610")
    assert re.findall(r'<g class="(\w+)">', svg) == ["up", "down", "up"]
    assert "cu2610: 3 bars of 5 minutes" in svg
    assert svg in read(PAGE)
    assert "No trade has been heard of yet" in read("/contract/au2610")


def test_rules_have_article_status_and_mark(read: Any) -> None:
    """Copper's rules on 21 August 2026, as `huiguan rules show cu2610` has them."""
    page = read(PAGE)
    assert "SHFE No. 253 of 2026" in page
    assert "limit 9%; hedge 10%; general 11%" in page
    rows = re.findall(r'<tr><th scope="row">([^<]+)(<span class="mark">)?', page)
    marked = {name for name, mark in rows if mark}
    of_margins = {"open interest ladder", "limit lock", "delivery margin", "shared pool"}
    assert marked == of_margins | {"trading pattern"}
    assert "上期所公告 2026 年第 253 号" in read(PAGE, accept_language="zh")


def test_what_is_not_listed_is_said_in_words(client: Any) -> None:
    for path in ("/contract/cu2701", "/product/zz", "/chart/cu2701", "/contract/CU2610", "/no"):
        assert client.get(path).status_code == 404, path
    assert "Nothing stands here" in client.get("/nothing").content.decode()


def test_a_contract_of_no_book_is_shown_without_rules(market: Watched, read: Any) -> None:
    names = msgspec.structs.replace(
        market.image.names, products=["cu", "qq"], instruments=["cu2609", "cu2610", "qq2610"]
    )
    market.seen = market.follower.day = PublicDay(market.image._replace(names=names))
    market.buy(0, 107_000, 1, instrument=2)
    page = read("/contract/qq2610")
    assert "Rules of the day" not in page
    assert cell(page, "buy 1") == "107,000"


def test_bars_for_a_chart_that_can_be_moved(market: Watched, client: Any) -> None:
    """Two trades in a minute from nine on: one bar, its time as the exchange's clock shows it."""
    trade(market, 107_000, 2)
    trade(market, 107_010, 1)
    found = client.get("/bars/cu2610", {"minutes": "1"}).json()
    (bar,) = found["bars"]
    assert bar[0] % 86_400 == 9 * 3_600
    assert bar[1:6] == [107_000, 107_010, 107_000, 107_010, 3]
    assert (found["tick"], found["decimals"]) == (1, 0)
    assert [price for _, price in found["lines"]] == [107_320, 118_050, 96_590]
    assert client.get("/bars/cu2610", {"minutes": "7"}).json() == client.get("/bars/cu2610").json()
    assert client.get("/bars/xx2610").status_code == 404
    assert "15 minutes" in client.get(PAGE, {"minutes": "15"}).content.decode()


def test_depth_is_drawn_up_to_each_price(market: Watched, read: Any, client: Any) -> None:
    """Buyers 1 + 2 lots at 107,300 and 107,290, sellers 4 at 107,310: steps of 1, 3 and 4."""
    assert client.get("/depth/cu2610").status_code == 404  # nobody waits
    market.buy(0, 107_300, 1, instrument=CU2610)
    market.buy(0, 107_290, 2, instrument=CU2610)
    market.sell(1, 107_310, 4, instrument=CU2610)
    drawn = read("/depth/cu2610")
    assert drawn in read(PAGE)
    buys, sells = re.findall(r'd="M[\d.]+ 132V([\d.]+)H[\d.]+(?:V([\d.]+))?', drawn)
    heights = [132 - float(y) for y in (*buys, sells[0])]  # 116 is as high as the most lots
    assert heights == pytest.approx([116 / 4, 116 * 3 / 4, 116], abs=0.1)
    assert ">buy 3<" in drawn
    assert ">sell 4<" in drawn


def test_the_library_of_the_charts_is_the_one_that_was_looked_at() -> None:
    """Lightweight Charts 5.1.0, as npm has it; another build is looked at before it is served."""
    found = hashlib.sha256(library().read_bytes()).hexdigest()
    assert found == "756b0ba9f58930226d6b8b9d47ad310448ab85d799ea1f7c2c02304777c10b52"
