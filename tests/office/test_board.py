"""The board: a contract a product, figures with their arithmetic, words without a price."""

from __future__ import annotations

import re
from typing import Any

import pytest

from huiguan.exchange.market_data.feed_books import whole_packets
from huiguan.exchange.messages import ChangePhase, Phase, Scope, SetHalt
from huiguan.office.display.figures import grouped, percent, signed
from huiguan.office.feed.follower import HallStands
from tests.office.watched import AU2610, CU2610, NINE, SECOND, Watched


def cells(page: str, contract: str) -> dict[str, str]:
    """Return the figures of a row of a table by the names of their cells."""
    (row,) = re.findall(rf'<tr data-contract="{contract}">(.*?)</tr>', page, re.DOTALL)
    found = re.findall(r'<td[^>]*data-cell="(\w+)"[^>]*>(.*?)</td>', row, re.DOTALL)
    return {name: re.sub(r"<[^>]*>", "", text) for name, text in found}


def trade(market: Watched, price: int, lots: int, contract: int = CU2610) -> None:
    market.buy(0, price, lots, instrument=contract)
    market.sell(1, price, lots, instrument=contract)


def test_a_row_has_the_figures_of_its_contract(market: Watched, read: Any) -> None:
    """107,940 - 107,320 = 620; 620 / 107,320 = 0.5777 %; two sides opened 12 lots: 250 + 12."""
    trade(market, 107_500, 5)
    trade(market, 107_940, 7)
    market.buy(0, 107_930, 12, instrument=CU2610)
    market.sell(1, 107_950, 5, instrument=CU2610)
    assert cells(read("/"), "cu2610") == {
        "last": "107,940",
        "change": "▲ 620",
        "percent": "+0.58",
        "bid_lots": "12",
        "bid": "107,930",
        "ask": "107,950",
        "ask_lots": "5",
        "volume": "12",
        "interest": "262",
        "interest_change": "+12",
        "open": "107,500",
        "high": "107,940",
        "low": "107,500",
    }


def test_a_fall_has_an_arrow_and_a_sign(market: Watched, read: Any) -> None:
    """107,000 - 107,320 = -320; -320 / 107,320 = -0.298 %."""
    trade(market, 107_000, 1)
    shown = cells(read("/"), "cu2610")
    assert (shown["change"], shown["percent"]) == ("▼ 320", "−0.30")


def test_the_main_contract_has_the_largest_open_interest(read: Any) -> None:
    page = read("/")
    assert re.findall(r'<tr data-contract="(\w+)">', page) == ["cu2610", "au2610"]
    assert "3 contracts of 2 products" in page


def test_a_product_opens_its_months(read: Any) -> None:
    assert re.findall(r'<tr data-contract="(\w+)">', read("/product/cu")) == ["cu2609", "cu2610"]


def test_nothing_is_a_dash_and_zero_is_zero(read: Any) -> None:
    shown = cells(read("/"), "au2610")
    assert (shown["last"], shown["bid"], shown["volume"], shown["interest_change"]) == (
        *("—", "—"),
        *("0", "0"),
    )


def test_a_last_price_at_a_limit_says_so(market: Watched, read: Any) -> None:
    trade(market, 118_050, 1)
    assert '<span class="lock">upper limit</span>' in read("/")
    trade(market, 96_590, 1)
    assert '<span class="lock">lower limit</span>' in read("/")


def test_while_an_auction_collects_orders_words_stand_across_and_no_depth(read: Any) -> None:
    market = Watched(Phase.AUCTION_ORDERING, NINE - 600 * SECOND)  # 08:50
    market.show()
    market.buy(0, 107_930, 12, instrument=CU2610)
    page = read("/")
    shown = cells(page, "cu2610")
    assert shown["last"] == "call auction until 08:59"
    assert (shown["bid"], shown["bid_lots"]) == ("—", "")
    assert "107,930" not in read("/contract/cu2610")
    assert "nobody is shown them" in page
    assert "集合竞价 08:59 撮合" in read("/", accept_language="zh")


def test_a_halted_contract_says_so(market: Watched, read: Any) -> None:
    trade(market, 107_500, 1)
    market.house(SetHalt(scope=Scope.INSTRUMENT, target=CU2610, engaged=1))
    assert cells(read("/"), "cu2610")["last"] == "halted"


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("volume", ["au2610", "cu2610"]),
        ("-volume", ["cu2610", "au2610"]),
        ("percent", ["cu2610", "au2610"]),
        ("-percent", ["au2610", "cu2610"]),
        ("interest", ["cu2610", "au2610"]),
        ("nonsense", ["cu2610", "au2610"]),
        ("-", ["cu2610", "au2610"]),
    ],
)
def test_a_board_sorts_by_a_link(market: Watched, read: Any, sort: str, order: list[str]) -> None:
    trade(market, 107_940, 1)
    trade(market, 107_330, 9, AU2610)
    assert re.findall(r'<tr data-contract="(\w+)">', read(f"/?sort={sort}")) == order


def test_what_has_no_price_comes_last_in_either_order(market: Watched, read: Any) -> None:
    trade(market, 107_940, 1)
    for sort in ("percent", "-percent"):
        rows = re.findall(r'<tr data-contract="(\w+)">', read(f"/?sort={sort}"))
        assert rows == ["cu2610", "au2610"]


def test_the_wall_shows_every_product_at_night_and_no_links(read: Any) -> None:
    page = read("/?wall")
    assert 'data-theme="night"' in page
    assert re.findall(r'<tr data-contract="(\w+)">', page) == ["cu2610", "au2610"]
    body = page.split('<main id="content">')[1]
    assert "<a " not in body
    assert page.count(" data-group hidden") == 1  # the other group waits its turn
    second = read("/?wall=2")
    assert "url=/?wall=1" in second
    for nonsense in ("0", "99", "-1", "x", "9" * 30, "%C2%B2"):
        assert "data-group" in read(f"/?wall={nonsense}")


def test_before_the_feed_is_there_the_page_says_what_the_market_does(client: Any) -> None:
    market = Watched()
    market.follower.day = market.follower.stands = None
    market.show()
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Refresh"]) == (503, "3")
    assert "The market is starting" in answer.content.decode()


def test_a_feed_that_is_gone_is_said_with_the_moment(market: Watched, read: Any) -> None:
    trade(market, 107_940, 1)
    market.follower._lose()
    page = read("/")
    last = market.follower.gone_at
    assert last.startswith("2026-08-21 09:00:")
    assert f"The feed is gone since {last}" in page
    assert "107,940" in page
    assert f"行情自 {last} 起中断" in read("/", accept_language="zh")


@pytest.mark.parametrize(
    ("doing", "said"),
    [
        ("closing 20260821", "交易日 20260821 正在收盘"),
        ("day close 20260821", "正在结算交易日 20260821"),
        ("day open 20260821", "正在开启交易日 20260821"),
    ],
)
def test_what_the_market_does_between_days_is_said(
    market: Watched, read: Any, doing: str, said: str
) -> None:
    market.follower.stands = HallStands(20260821, "2026-08-21 15:31:00", 1.0, doing)
    assert f"The market is not trading: {doing}" in read("/")
    assert f"市场未在交易：{said}" in read("/", accept_language="zh")


@pytest.mark.parametrize(
    ("step", "doing", "said", "chinese"),
    [
        ("waiting", "20260821 is closed; waiting for `huiguan clock turn`", "two persons", "两人"),
        (
            "failed",
            "`huiguan day close /srv/hall/20260821` did not succeed",
            "not be turned",
            "未能",
        ),
    ],
)
def test_nobody_reads_a_command_or_a_folder_between_days(
    market: Watched, read: Any, step: str, doing: str, said: str, chinese: str
) -> None:
    market.follower.stands = HallStands(20260821, "2026-08-21 15:31:00", 1.0, doing, step)
    for language, words in (("en", said), ("zh", chinese)):
        page = read("/", accept_language=language)
        assert words in page
        assert "huiguan day" not in page
        assert "huiguan clock" not in page


def test_a_feed_that_came_back_begins_with_its_snapshot(market: Watched, read: Any) -> None:
    trade(market, 107_940, 3)
    market.buy(0, 107_900, 2, instrument=CU2610)
    before = cells(read("/"), "cu2610")
    market.seen.begin_again()
    assert cells(read("/"), "cu2610") == before
    market.seen.take(whole_packets(bytearray(market.feed.snapshot())))
    assert cells(read("/"), "cu2610") == before
    assert len(market.seen.gaps) == 1


def test_figures_are_written_as_people_read_them() -> None:
    assert [grouped(text) for text in ("1234567.50", "-12", "0", "963.20")] == [
        *("1,234,567.50", "−12", "0", "963.20"),
    ]
    assert [signed(number) for number in (1204, 0, -2310)] == ["+1,204", "0", "−2,310"]
    assert [percent(*pair) for pair in ((5, 100_000), (-5, 100_000), (1, 10**6), (7, 0))] == [
        *("+0.01", "−0.01", "0.00", "—"),  # 0.005 % is half: away from zero
    ]


def test_phases_of_products_stand_in_the_head(market: Watched, read: Any) -> None:
    assert "continuous" in read("/")
    market.house(ChangePhase(group=0, phase=Phase.NO_TRADING))
    page = read("/")
    assert '<span data-head="phase">no trading</span>' in page
    assert '<b data-head="clock">2026-08-21 09:00:07</b>' in page
    assert '<span data-head="speed">×20</span>' in page
