"""Express and rankings of a day that was really run and cleared; calendar; glossary."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from huiguan.days.close import close_folder
from huiguan.exchange.evening.day_figures import Rank
from huiguan.exchange.messages import Side
from huiguan.office.display.here import Shown, show
from huiguan.office.display.records.days import rank_lines
from huiguan.office.feed.follower import Follower, HallPlaces
from tests.laid_over import laid_over, row
from tests.markets import books, market_image
from tests.office.watched import NOWHERE, Watched
from tests.trading_days import order, run_day

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.days.cleared import ClosedDay


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ClosedDay]:
    """Run and close a day on which code 0 bought 3 lots of cu2610 from code 1 at 106,860."""
    days = tmp_path_factory.mktemp("hall") / "days"
    root = days / "20260821"
    orders = [order(0, 1, Side.BUY, 10_686, 3), order(1, 1, Side.SELL, 10_686, 3)]
    run_day(root, market_image(), orders)
    (days / "20260824" / "image").mkdir(parents=True)  # opened, not closed
    return days, close_folder(root, books())


@pytest.fixture
def of_days(client: Any, hall: tuple[Path, ClosedDay], market: Watched) -> Any:
    """Return a reader of a hall with that day."""
    places = HallPlaces(days=hall[0], feed=NOWHERE, operator=NOWHERE)
    market.follower.places = places
    return client


def rows(page: str) -> dict[str, list[str]]:
    """Return the cells of every row of tables by its head."""
    found = re.findall(r'<th scope="row"[^>]*>([^<]+)</th>(.*?)</tr>', page, re.DOTALL)
    return {
        name: re.findall(r"<td[^>]*>(?:<a[^>]*>)?([^<]*)(?:</a>)?</td>", cells)
        for name, cells in found
    }


def test_the_express_has_what_clearing_decided(of_days: Any, hall: tuple[Path, ClosedDay]) -> None:
    """3 lots of 5 t at 106,860: 1,602,900 yuan are 160.29 ten thousands; two sides opened 3."""
    page = of_days.get("/express").content.decode()
    assert "trading day 2026-08-21" in page
    shown = rows(page)["cu2610"]
    image, result = hall[1].image, hall[1].result
    row = image.names.instruments.index("cu2610")
    settled = int(result.contracts["settlement_units"][row])
    previous = int(image.instruments["previous_settlement_ticks"][row]) * 10
    assert shown[1:6] == ["106,860"] * 5
    assert settled == 106_860
    moved = f"{settled - previous:+,}".replace("-", "−") if settled != previous else "0"
    assert shown[6:8] == [moved, moved]
    assert (shown[8], shown[11]) == ("3", "160.29")
    assert rows(page) == rows(of_days.get("/express/20260821").content.decode())


def test_what_did_not_trade_is_a_dash_and_sums_add_up(of_days: Any) -> None:
    page = of_days.get("/express").content.decode()
    shown = rows(page)
    assert shown["cu2609"][1:5] == ["—"] * 4
    copper = re.search(r"Copper cathode</th>.*?scope=\"row\">sum</th>(.*?)</tr>", page, re.DOTALL)
    assert copper
    sums = re.findall(r"<td>([^<]*)</td>", copper[1])
    assert (sums[8], sums[11]) == ("3", "160.29")


def test_only_closed_days_have_an_express(of_days: Any) -> None:
    for day in ("20260824", "20260820", "99999999"):
        assert of_days.get(f"/express/{day}").status_code == 404
        assert of_days.get(f"/rankings/{day}").status_code == 404
    assert of_days.get("/rankings/20260821/zz2610").status_code == 404


def test_rankings_stand_side_by_side(of_days: Any) -> None:
    """Member 0000 bought 3 and is long 3, member 0001 sold 3 and is short 3 of what was ranked."""
    ranked = of_days.get("/rankings").content.decode()
    assert "from which on its members are ranked" in ranked
    ranks = [
        Rank(instrument="cu2610", rank=rank, kind=kind, member=member, lots=lots, change=change)
        for rank, kind, member, lots, change in (
            (1, "volume_lots", "0000", 1_204, None),
            (1, "long_lots", "0000", 30, 3),
            (1, "short_lots", "0001", 30, -3),
            (2, "volume_lots", "0001", 9, 0),
        )
    ]
    lines = rank_lines(ranks)
    assert lines[0].cells == ["0000", "1,204", "—", "0000", "30", "+3", "0001", "30", "−3"]
    assert lines[1].cells == ["0001", "9", "0", *[""] * 6]


def test_members_are_ranked_where_a_rule_says_from_when_on(
    of_days: Any, market: Watched, tmp_path: Path
) -> None:
    """A book laid over asks for one lot. Each member has traded 3; 0000 is long, 0001 short."""
    laid_over(
        tmp_path, "shfe/cu.toml", row("ranking", "effective = 2026-08-20", open_interest_lots="1")
    )
    show(Shown(market.follower, [str(tmp_path)], "/static/x"))
    page = of_days.get("/rankings/20260821/cu2610").content.decode()
    shown = rows(page)
    assert shown["1"][:2] == ["0000", "3"]
    assert shown["2"][:2] == ["0001", "3"]
    assert (shown["1"][3:5], shown["1"][6:8]) == (["0000", "3"], ["0001", "3"])
    assert of_days.get("/rankings/20260821").content.decode().count("<b>cu2610</b>") == 1


def test_a_hall_without_a_closed_day_says_so(client: Any) -> None:
    for path in ("/express", "/rankings"):
        page = client.get(path).content.decode()
        assert "No trading day of this hall is closed yet" in page


def test_the_calendar_shows_nights_that_are_not_held(client: Any) -> None:
    """2026-02-24 has no night, for a holiday stands before it; 2026-02-17 is closed."""
    page = client.get("/calendar/2026").content.decode()
    february = page.split("<caption>2026-02</caption>")[1].split("</table>")[0]
    cells = dict(re.findall(r'<td class="day ([a-z-]+)">(\d+)', february)[::-1])
    kinds = {int(day): kind for kind, day in re.findall(r'class="day ([a-z-]+)">(\d+)', february)}
    assert cells
    assert (kinds[24], kinds[25], kinds[17]) == ("no-night", "trading", "closed")
    assert "confirmed" in page
    later = client.get("/calendar/2030").content.decode()
    assert "Holidays of this year are not announced yet" in later
    assert client.get("/calendar/1800").status_code == 404


def test_the_calendar_of_the_day_has_the_ends_of_its_contracts(client: Any) -> None:
    """cu2610 trades last on 2026-10-15 (contract text: the 15th of the contract month)."""
    page = client.get("/calendar").content.decode()
    ends = dict(re.findall(r'<th scope="row">([\d-]+)</th><td>(.*?)</td>', page, re.DOTALL))
    assert ">cu2610<" in ends["2026-10-15"]


def test_the_glossary_has_every_word_in_both_languages(client: Any) -> None:
    page = client.get("/glossary").content.decode()
    assert '<th scope="row" lang="en">settlement price</th>' in page
    assert '<td lang="zh-Hans">结算价</td>' in page
    assert "730 SettlPrice" in page
    assert "`" not in page
    assert "](" not in page


def test_pages_of_records_are_there_before_the_market(hall: tuple[Path, ClosedDay]) -> None:
    """Days on disk need no floor; the calendar's own day does."""
    show(Shown(Follower(HallPlaces(days=hall[0], feed=NOWHERE, operator=NOWHERE)), (), "/static/x"))
    client = Client()
    assert client.get("/express").status_code == 200
    assert client.get("/glossary").status_code == 200
    assert client.get("/calendar").status_code == 503
