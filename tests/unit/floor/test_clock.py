"""The exchange's clock: real, steered, stepped, paced; what a restart goes on with."""

from pathlib import Path

import pytest

from huiguan.floor.hall import clock as clocks
from huiguan.floor.hall.clock import (
    STEERED,
    Clock,
    ClockSetting,
    exchange_words,
    read_moment,
    read_speed,
)
from huiguan.foundation.faults import InputFault

SECOND = 10**9
NINE_IN_THE_EVENING = 1_787_230_800 * SECOND  # 2026-08-20 21:00:00 in Shanghai, 13:00:00 UTC


class Steady:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> Steady:
    seconds = Steady()
    monkeypatch.setattr(clocks, "steady", seconds)
    return seconds


def test_moments_are_the_exchanges() -> None:
    assert read_moment("2026-08-20T21:00") == NINE_IN_THE_EVENING
    assert exchange_words(NINE_IN_THE_EVENING) == "2026-08-20 21:00:00"


def test_a_steered_clock_goes_at_its_speed(steady: Steady) -> None:
    clock = Clock(ClockSetting(STEERED, NINE_IN_THE_EVENING, 60.0))
    steady.now += 2
    assert clock.now_ns() == NINE_IN_THE_EVENING + 120 * SECOND
    assert clock.seconds_until(NINE_IN_THE_EVENING + 180 * SECOND) == pytest.approx(1.0)
    clock.pause()
    steady.now += 100
    assert clock.now_ns() == NINE_IN_THE_EVENING + 120 * SECOND
    assert clock.seconds_until(NINE_IN_THE_EVENING + 180 * SECOND) is None
    clock.steer(speed=1.0, now_ns=NINE_IN_THE_EVENING + 600 * SECOND)
    steady.now += 1
    assert clock.now_ns() == NINE_IN_THE_EVENING + 601 * SECOND


def test_time_never_goes_back(steady: Steady) -> None:
    clock = Clock(ClockSetting(STEERED, NINE_IN_THE_EVENING))
    steady.now += 10
    with pytest.raises(InputFault, match="never goes back"):
        clock.steer(now_ns=NINE_IN_THE_EVENING)
    assert clock.now_ns() == NINE_IN_THE_EVENING + 10 * SECOND


def test_real_time_is_not_steered() -> None:
    clock = Clock(ClockSetting())
    assert clock.is_wall
    assert abs(clock.now_ns() - clocks.wall_ns()) < SECOND
    with pytest.raises(InputFault, match="real time"):
        clock.pause()


def test_a_paced_clock_stands_until_it_is_moved(steady: Steady) -> None:
    clock = Clock(ClockSetting(STEERED, NINE_IN_THE_EVENING, 1.0, max=True))
    steady.now += 1000
    assert clock.now_ns() == NINE_IN_THE_EVENING
    clock.move(NINE_IN_THE_EVENING + SECOND)
    clock.move(NINE_IN_THE_EVENING)
    assert clock.now_ns() == NINE_IN_THE_EVENING + SECOND


def test_a_restart_goes_on_where_the_hall_stood(tmp_path: Path, steady: Steady) -> None:
    clock = Clock.resume(tmp_path, ClockSetting(STEERED, NINE_IN_THE_EVENING, 2.0))
    steady.now += 5
    clock.keep()
    steady.now += 500  # nobody runs the hall
    again = Clock.resume(tmp_path, ClockSetting())
    assert again.now_ns() == NINE_IN_THE_EVENING + 10 * SECOND
    steady.now += 1
    assert again.now_ns() == NINE_IN_THE_EVENING + 12 * SECOND


def test_a_clock_that_can_not_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "clock.json").write_text("{")
    with pytest.raises(InputFault, match="does not say how the clock goes"):
        Clock.resume(tmp_path, ClockSetting())


@pytest.mark.parametrize("text", ["", "0", "-1", "nan", "fast", "1e9", "inf"])
def test_what_is_no_speed_is_refused(text: str) -> None:
    with pytest.raises(InputFault, match="speed"):
        read_speed(text)


@pytest.mark.parametrize("text", ["", "2026-08-20", "21:00", "2026-08-20T21:00+08:00", "x"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(InputFault, match="clock"):
        read_moment(text)
