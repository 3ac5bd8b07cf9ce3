"""What a person asks of a simulated market: read exactly, refused with a reason, and seen in it."""

from pathlib import Path

import numpy as np
import pytest

from huiguan.days.run_again import verify_day
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.messages import OrderEntered, TradeExecuted
from huiguan.exchange.rules.rows import Books
from huiguan.foundation.calendars import SECOND_NS, clock_words
from huiguan.foundation.faults import InputFault
from huiguan.simulation.market.image import first_image
from huiguan.simulation.market.people import COMMANDS_EACH, Role, least_codes, roles_in, size_of
from huiguan.simulation.market.run import run_day
from huiguan.simulation.market.scenario import (
    USUAL,
    Scenario,
    Shock,
    check_codes,
    check_scenario,
    read_scenario,
    shocks_of_day,
)
from huiguan.simulation.market.view import rows_of
from huiguan.storage.market.rulebooks.load import load_books

DAY, PRODUCTS, SEED = 20260821, ["cu", "ec"], 7
CODES = least_codes(len(PRODUCTS))


@pytest.fixture(scope="module")
def books() -> Books:
    return load_books()


@pytest.fixture(scope="module")
def image(books: Books) -> DayImage:
    return first_image(books, DAY, PRODUCTS, SEED, size_of(len(PRODUCTS), CODES)).image


def simulated(
    image: DayImage, folder: Path, scenario: Scenario, seed: int = SEED
) -> tuple[np.ndarray, list[tuple[int, np.ndarray]]]:
    """Return all events of a day under a scenario, and those of each frame with its time."""
    frames: list[tuple[int, np.ndarray]] = []
    run_day(
        image,
        folder,
        seed,
        lambda _, __: None,
        lambda time_ns, events: frames.append((time_ns, events.copy())),
        scenario=scenario,
    )
    return np.concatenate([events for _, events in frames]), frames


def test_a_scenario_is_read_as_it_is_written() -> None:
    found = read_scenario(
        DAY, 200, "40", "1.5", ["cu=-7%@10:30", "ec2610=+0.5%@2026-08-24 09:15:30"]
    )
    assert found == Scenario(
        200,
        40,
        1_500,
        (
            Shock("cu", -70_000_000, DAY, "10:30"),
            Shock("ec2610", 5_000_000, 20260824, "09:15:30"),
        ),
    )
    assert read_scenario(DAY) == USUAL
    assert read_scenario(DAY, crowd="none").crowd == 0


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"crowd": "few"}, "no number of people; write one like 200, or all, or none"),
        ({"crowd": "-1"}, "no number of people"),
        ({"volatility": "wild"}, "no multiple of the usual movement"),
        ({"volatility": "-1"}, "no multiple of the usual movement"),
        ({"volatility": "1.2345"}, "at most three decimals"),
        ({"volatility": "5.001"}, "runs from one limit of the day to the other"),
        ({"shocks": ["cu"]}, "no contract or product, move and time; write it like"),
        ({"shocks": ["cu=7@"]}, "no contract or product, move and time"),
        ({"shocks": ["cu=a lot@10:30"]}, "is not a decimal number"),
        ({"shocks": ["cu=0%@10:30"]}, "a price moves by something"),
        ({"shocks": ["cu=-100%@10:30"]}, "by less than itself"),
        ({"shocks": ["cu=1%@2026-02-30 10:30"]}, "is not a date"),
    ],
)
def test_what_cannot_be_read(asked: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        read_scenario(DAY, **asked)  # type: ignore[arg-type]  one of three texts


@pytest.mark.parametrize(
    ("scenario", "sentence"),
    [
        (Scenario(crowd=3), "each of 2 product.s. needs two; take 4 to"),
        (Scenario(crowd=1_000), "are clients that can trade"),
        (Scenario(shocks=(Shock("zz", 1, DAY, "10:30"),)), "neither product nor contract"),
        (Scenario(shocks=(Shock("cu", 1, 20260901, "10:30"),)), "2026-09-01 is not simulated"),
        (Scenario(shocks=(Shock("cu", 1, DAY, "17:00"),)), "lies outside trading day"),
        (Scenario(shocks=(Shock("cu", 1, DAY, "25:00"),)), "write it like"),
    ],
)
def test_what_cannot_be_done(image: DayImage, scenario: Scenario, sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        check_scenario(scenario, image, [DAY])


def test_a_market_needs_people_and_room(image: DayImage) -> None:
    with pytest.raises(InputFault, match="are 76 at least"):  # 60 + 8 x 2
        check_codes(Scenario(codes=75), 2)
    check_codes(Scenario(codes=76), 2)
    many = image._replace(trading_codes=np.resize(image.trading_codes, 2_000_000))
    with pytest.raises(InputFault, match="pass the memory the crowd has"):
        check_scenario(USUAL, many, [DAY])


def test_the_least_market_keeps_its_limits_and_trades(image: DayImage, tmp_path: Path) -> None:
    """As many longs as shorts; nobody above the position limit; every role has somebody."""
    held = image.positions[image.positions["hedge"] != 2]
    owner = image.trading_codes["holder"][held["trading_code"]].astype(np.int64)
    place = owner * len(image.instruments) + held["instrument"]
    most = image.instruments["position_limit_lots"]
    for side in ("long_lots", "short_lots"):
        lots = np.bincount(place, held[side], owner.max() * len(most) + len(most))
        limits = np.resize(most, len(lots))
        assert (lots[limits > 0] <= limits[limits > 0]).all()
    assert set(roles_in(image)) == set(Role) - {Role.VISITOR}
    events, _ = simulated(image, tmp_path / "day", USUAL)
    assert len(rows_of(events, TradeExecuted)) > 500
    assert verify_day(tmp_path / "day").sequence > COMMANDS_EACH * CODES // 2


def test_a_shock_moves_the_price_at_its_time(image: DayImage, tmp_path: Path) -> None:
    """cu2610 settled at 106,860: minus 5 % are 534 ticks of 10, once the old quotes are gone.

    On the day of seed 8 no product runs into its limit.
    """
    shock = read_scenario(DAY, shocks=["cu2610=-5%@10:31"])
    (timed,) = shocks_of_day(image, shock)
    row = image.names.instruments.index("cu2610")
    assert np.flatnonzero(timed.instruments).tolist() == [row]
    assert clock_words(np.array([timed.time_ns])) == ["2026-08-21 10:31:00.000"]
    _, frames = simulated(image, tmp_path / "day", shock, 8)
    before, after = [], []
    for time_ns, events in frames:
        trades = rows_of(events, TradeExecuted)
        prices = trades["price_ticks"][trades["instrument"] == row].tolist()
        if time_ns < timed.time_ns:
            before += prices
        elif time_ns > timed.time_ns + 20 * 60 * SECOND_NS:
            after += prices
    fall = np.median(before[-20:]) - np.median(after[:20])
    assert 400 < fall < 650


def test_volatility_scales_how_far_prices_go(image: DayImage, tmp_path: Path) -> None:
    """The range of the busiest contract, in ticks, with a third and with three times the usual.

    On the day of seed 8 no product runs into its limit by itself.
    """
    ranges = []
    for volatility in ("0.3", "3"):
        scenario = read_scenario(DAY, volatility=volatility)
        events, _ = simulated(image, tmp_path / volatility, scenario, 8)
        trades = rows_of(events, TradeExecuted)
        busiest = np.bincount(trades["instrument"]).argmax()
        prices = trades["price_ticks"][trades["instrument"] == busiest]
        ranges.append(int(prices.max() - prices.min()))
    assert ranges[1] > 2 * ranges[0]


def test_only_so_many_clients_trade(image: DayImage, tmp_path: Path) -> None:
    events, _ = simulated(image, tmp_path / "few", Scenario(crowd=10))
    roles = roles_in(image)
    entered = np.unique(rows_of(events, OrderEntered)["trading_code"])
    ordinary = np.isin(roles[entered], (Role.TAKER, Role.HEDGER))
    assert 5 <= ordinary.sum() <= 10
    assert (roles[entered] == Role.MAKER).any()


def test_without_a_crowd_nobody_trades_and_the_day_ends(image: DayImage, tmp_path: Path) -> None:
    events, _ = simulated(image, tmp_path / "none", Scenario(crowd=0))
    assert not len(rows_of(events, OrderEntered))
    assert verify_day(tmp_path / "none").sequence == 2 * len(image.members) + 1


def test_trades_have_times_of_their_own(image: DayImage, tmp_path: Path) -> None:
    """No frame but the first holds more than what arrives at once, and times are spread."""
    events, frames = simulated(image, tmp_path / "day", USUAL)
    trades = len(rows_of(events, TradeExecuted))
    times = [time_ns for time_ns, part in frames if len(rows_of(part, TradeExecuted))]
    most = max(len(rows_of(part, OrderEntered)) for _, part in frames)
    assert most < 150
    assert len(set(times)) > trades / 40
    assert len({time_ns // 1_000_000 % 1_000 for time_ns in times}) > 50
