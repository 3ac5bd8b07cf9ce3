"""Planted behaviour: each case at its threshold is found, none short of it, and honest work never.

Every day has a case in each of its contracts, all at once, through the real core. 21 kinds on 50
days are 1,050 cases, half of them found; a run of ``make test`` plants six of each.
"""

from random import Random  # noqa: TID251  seeded by the test
from typing import Any

import pytest

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.messages import Hedge, Side
from huiguan.exchange.surveillance.scan import scan
from huiguan.exchange.surveillance.watched import Watched
from tests.markets import market_image
from tests.unit.surveillance.planted import PLANTS, Act, Case, Plant, play
from tests.unit.surveillance.watching import WatchedDay

pytestmark = pytest.mark.slow
PRICES = {  # near the settlements of the reference day, in units of the quote
    "cu2610": 106_860,
    "cu2611": 106_650,
    "cu2612": 106_650,
    "cu2701": 106_650,
    "al2610": 20_000,
    "al2611": 20_000,
    "zn2610": 22_000,
    "zn2611": 22_000,
    "pb2610": 17_000,
    "pb2611": 17_000,
    "ni2610": 130_000,
    "sn2610": 260_000,
    "ag2610": 16_110,
    "au2612": 96_962,
    "rb2610": 3_100,
    "hc2610": 3_300,
    "bu2612": 3_300,
    "fu2701": 3_000,
    "sp2611": 5_600,
    "ss2611": 13_000,
    "ao2611": 2_900,
}


def planted_image(random: Random, plants: list[Plant]) -> DayImage:
    """Return a day with a contract for each plant, its limits drawn where the plant is about one.

    A plant of openings has an opening limit, one of positions a position limit; the others have
    neither, so that no case is found for being large.
    """
    image = market_image(codes=Case.CODES * len(plants), members=len(plants), prices=PRICES)
    instruments = image.instruments.copy()
    for name in ("opening_limit_lots", "position_limit_lots"):
        instruments[name] = 0
        for row, plant in enumerate(plants):
            if plant.__name__.startswith(name.partition("_")[0]):
                instruments[name][row] = random.randrange(150, 500)
    return image._replace(instruments=instruments)


def planted_day(seed: int, plants: list[Plant], hits: list[bool]) -> tuple[Watched, list[Any]]:
    """Return a day as surveillance reads it, and what is to be found in it."""
    random = Random(seed)  # noqa: S311  a market, no secret
    day = WatchedDay(planted_image(random, plants))
    acts: list[Act] = []
    holders = list(range(Case.CODES * len(plants)))
    expected = []
    for row, (plant, hit) in enumerate(zip(plants, hits, strict=True)):
        instrument = day.image.instruments[row]
        case = Case(
            acts=acts,
            random=random,
            instrument=row,
            price=int(instrument["previous_settlement_ticks"]),
            opening_limit=int(instrument["opening_limit_lots"]),
            position_limit=int(instrument["position_limit_lots"]),
            first_code=Case.CODES * row,
        )
        holders[case.two] = case.one
        behaviour, figure = plant(case, hit)
        if hit:
            expected.append((behaviour, row, case.one, figure))
    play(day, acts)
    return day.watched(holders), expected


def found_in(day: Watched) -> list[Any]:
    """Return behaviour, contract, holder and figure of every finding."""
    return [(row.behaviour, row.instrument, row.holder, row.figure) for row in scan(day)]


def test_every_case_at_its_threshold_is_found_and_none_below_it(
    torture: bool, record_property: Any
) -> None:
    """All findings of each day are those planted: nothing is missed, nothing else is said."""
    planted = 0
    for seed in range(50 if torture else 6):
        hits = [(row + seed) % 2 == 0 for row in range(len(PLANTS))]
        day, expected = planted_day(seed, list(PLANTS), hits)
        assert sorted(found_in(day)) == sorted(expected), seed
        planted += len(PLANTS)
    record_property("planted behaviour", f"{planted:,} cases of {len(PLANTS)} kinds")


def test_an_honest_maker_at_full_speed_is_not_found() -> None:
    """500 messages a second for a minute on both sides, every tenth quote met: a maker's flag."""
    random = Random(1)  # noqa: S311  a market, no secret
    day = WatchedDay(planted_image(random, [PLANTS[0]] * len(PRICES)))
    price = int(day.image.instruments["previous_settlement_ticks"][0])
    limits = {"opening_limit": 0, "position_limit": 0}
    case = Case([], random, instrument=0, price=price, first_code=0, **limits)
    for number in range(7_500):
        quotes = [
            case.place(case.one, side, away, 5, hedge=Hedge.MARKET_MAKER)
            for side, away in ((Side.BUY, -1), (Side.SELL, 1))
        ]
        case.wait(0.004)
        if number % 10 == 0:
            case.place(case.other(), Side.BUY, 1, 5)
            quotes.pop()
        for place in quotes:
            case.pull(place)
        case.wait(0.004)
    play(day, case.acts)
    seen = day.watched()
    assert len(seen.orders) == 15_750
    assert not found_in(seen)
