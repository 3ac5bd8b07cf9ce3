"""Submit and collect: any interleaving is the same day; what is left over is never in doubt."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from huiguan.days import notes
from huiguan.days.hashes import DayHashes
from huiguan.days.run_again import verify_day
from huiguan.exchange.trading.core import TradingCore
from huiguan.floor.day.frames import Input
from huiguan.floor.day.sequencer import DayStopped, Sequencer
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.journal.recovery import read
from huiguan.storage.journal.tail import JournalStopped
from tests.recovery.faulty_files import FailingFiles
from tests.unit.floor.test_sequencer import IMAGE, opening, orders

FRAMES = [Input(1, opening()), *(Input(2 + i, orders(1 + 5 * i, 5)) for i in range(14))]


def in_turn(root: Path) -> DayHashes:
    """Run every frame before the next is submitted: the undisturbed day."""
    with Sequencer.create(root, IMAGE) as day:
        for given in FRAMES:
            day.run(*given)
        return day.close()


def content(hashes: DayHashes) -> tuple[object, ...]:
    """Return what does not depend on which earlier hash a frame carries."""
    return hashes.sequence, hashes.frames, hashes.events, hashes.phases, hashes.state


def collect_all(day: Sequencer) -> None:
    while day.waiting:
        day.collect()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> DayHashes:
    return in_turn(tmp_path_factory.mktemp("whole") / "day")


@pytest.mark.parametrize("seed", range(6))
def test_every_interleaving_is_the_same_day(tmp_path: Path, whole: DayHashes, seed: int) -> None:
    chance = np.random.default_rng(seed)
    with Sequencer.create(tmp_path, IMAGE) as day:
        for given in FRAMES:
            day.submit(*given)
            for _ in range(int(chance.integers(0, day.waiting + 1)) if seed else 0):
                day.collect()
        collect_all(day)
        found = day.close()
    assert content(found) == content(whole)
    assert verify_day(tmp_path) == found


def test_events_come_with_time_and_sequence_and_stay_until_the_next_collect(
    tmp_path: Path,
) -> None:
    core = TradingCore(IMAGE)
    with Sequencer.create(tmp_path, IMAGE) as day:
        first = 1
        for number, given in enumerate(FRAMES):
            if number % 5 == 0:
                firsts = [day.submit(*given) for given in FRAMES[number : number + 5]]
                assert firsts[0] == first
            frame = day.collect()
            expected = core.run_frame(*given).tobytes()
            assert (frame.time_ns, frame.first_sequence) == (given.time_ns, first)
            first += len(given.commands) // 64
            assert frame.events.tobytes() == expected
            with pytest.raises(ValueError, match="read-only"):
                frame.events[0] = 1
            if number == 4:  # five more on their way to the disk
                kept = frame.events
                day.submit(*FRAMES[5])
                day._waiting[0].on_disk.result()
                assert kept.tobytes() == expected
                break


def test_time_never_falls(tmp_path: Path) -> None:
    with Sequencer.create(tmp_path, IMAGE) as day:
        assert day.run(50, opening()).time_ns == 50
        assert day.submit(40, orders(1, 2)) == 3
        assert day.submit(60, orders(3, 2)) == 5
        assert day.submit(55, orders(5, 2)) == 7
        assert [day.collect().time_ns for _ in range(3)] == [50, 60, 60]
    assert [frame.header.time_ns for frame in read(tmp_path / "journal")] == [50, 50, 60, 60]


def test_who_stops_taking_events_can_go_on(tmp_path: Path, whole: DayHashes) -> None:
    with Sequencer.create(tmp_path, IMAGE) as day:
        for number, _ in enumerate(day.run_many(FRAMES)):
            if number == 3:
                break
        assert day.waiting == 2
        with pytest.raises(AssertionError, match="to be collected first"):
            day.run(*FRAMES[6])
        collect_all(day)
        for given in FRAMES[6:]:
            day.run(*given)
        assert content(day.close()) == content(whole)


def test_a_day_is_not_closed_over_frames_that_nobody_collected(
    tmp_path: Path, whole: DayHashes
) -> None:
    with Sequencer.create(tmp_path, IMAGE) as day:
        for given in FRAMES:
            day.submit(*given)
        for action in (day.close, day.take_snapshot, day.day_hashes):
            with pytest.raises(
                InputFault, match=r"15 frames of .* are submitted and not collected"
            ):
                action()
        collect_all(day)
        assert content(day.close()) == content(whole)
        with pytest.raises(DayStopped, match="takes nothing more: it is closed"):
            day.submit(*FRAMES[0])
    assert not (tmp_path / "snapshots").exists()


@pytest.mark.parametrize("collected", [0, 1, 9, 15])
def test_what_was_submitted_and_left_is_applied_by_the_next_opening(
    tmp_path: Path, whole: DayHashes, collected: int
) -> None:
    with pytest.raises(ZeroDivisionError), Sequencer.create(tmp_path, IMAGE) as day:  # noqa: PT012
        for given in FRAMES:
            day.submit(*given)
        for _ in range(collected):
            day.collect()
        raise ZeroDivisionError
    with pytest.raises(DayStopped, match="it was left"):
        day.run(*FRAMES[0])
    assert sum(1 for _ in read(tmp_path / "journal")) == len(FRAMES)
    with Sequencer.open(tmp_path) as again:
        assert again.waiting == 0
        assert content(again.close()) == content(whole)


STEPS: list[Callable[[Sequencer], object]] = [
    lambda day: day.submit(*FRAMES[5]),
    lambda day: day.collect(),
    lambda day: day.run(*FRAMES[5]),
    lambda day: list(day.run_many(FRAMES[5:])),
    lambda day: day.take_snapshot(),
    lambda day: day.close(),
]


def test_a_failed_append_stops_the_day(tmp_path: Path, whole: DayHashes) -> None:
    files = FailingFiles(0)
    with Sequencer.create(tmp_path, IMAGE, files=files) as day:
        day.run(*FRAMES[0])
        files.nth = files.calls + 2  # the flush of the next frame
        for given in FRAMES[1:4]:
            day.submit(*given)
        with pytest.raises(JournalStopped, match="flush failed"):
            day.collect()
        for step in STEPS:
            with pytest.raises(DayStopped, match=r"a fault stopped it \(JournalStopped: .*flush"):
                step(day)
    with Sequencer.open(tmp_path) as day:
        assert day.next_sequence == 3 + 5  # written, and only its flush failed
        for given in FRAMES[2:]:
            day.run(*given)
        assert content(day.close()) == content(whole)


@pytest.mark.parametrize("fault", [AssertionError, KeyboardInterrupt])
@pytest.mark.parametrize("ahead", [False, True])
def test_a_fault_between_disk_and_core_stops_the_day(
    tmp_path: Path,
    whole: DayHashes,
    monkeypatch: pytest.MonkeyPatch,
    fault: type[BaseException],
    ahead: bool,
) -> None:
    """The frame is on disk and not applied: whoever went on would build on another state."""

    def trips(*_: object) -> np.ndarray:
        raise fault("tripped")

    with Sequencer.create(tmp_path, IMAGE) as day:
        for given in FRAMES[:3]:
            day.run(*given)
        with monkeypatch.context() as patch:
            patch.setattr(day.core, "run_frame", trips)
            with pytest.raises(fault):  # noqa: PT012
                for given in FRAMES[3:6] if ahead else FRAMES[3:4]:
                    day.submit(*given)
                day.collect()
        with pytest.raises(DayStopped, match=f"{fault.__name__}: tripped"):
            day.submit(*FRAMES[4])
    with Sequencer.open(tmp_path) as day:
        for given in FRAMES[6 if ahead else 4 :]:
            day.run(*given)
        assert content(day.close()) == content(whole)


def test_an_opening_that_is_refused_gives_the_folder_back(
    tmp_path: Path, whole: DayHashes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sequencer.create(tmp_path, IMAGE) as day:
        for given in FRAMES:
            day.submit(*given)
        collect_all(day)
    honest = TradingCore.run_frame
    with monkeypatch.context() as patch, pytest.raises(CheckFault):  # noqa: PT012
        day = Sequencer.open(tmp_path)
        for given in FRAMES[:5]:
            day.run(*given)  # these carry the hashes of the last frames
        day.leave()

        def decides_differently(self: TradingCore, *given: object) -> np.ndarray:
            events = honest(self, *given).copy()
            events[-1] ^= 1
            return events

        patch.setattr(TradingCore, "run_frame", decides_differently)
        Sequencer.open(tmp_path)
    Sequencer.open(tmp_path).leave()  # the lock is free, and the threads are gone
    assert whole.frames == len(FRAMES)
    assert {thread.name for thread in threading.enumerate()} & {"link_0", "write_0"} == set()


def test_a_frame_far_behind_is_compared_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frames submitted far ahead carry hashes of long ago; each of them is compared."""
    with Sequencer.create(tmp_path, IMAGE) as day:
        for given in FRAMES[:3]:
            day.run(*given)
        for given in FRAMES[3:]:
            day.submit(*given)
        collect_all(day)
        day.close()
    carried = [frame.header.earlier_frame for frame in read(tmp_path / "journal")]
    assert carried == [0, 0, 1, *[2] * 12]
    honest = TradingCore.run_frame

    def decides_differently(self: TradingCore, *given: object) -> np.ndarray:
        events = honest(self, *given).copy()
        events[-1] ^= self.next_sequence == 8  # behind frame 2: two commands and five
        return events

    monkeypatch.setattr(TradingCore, "run_frame", decides_differently)
    with pytest.raises(CheckFault, match="the events of frame 2 differ"):
        verify_day(tmp_path)


def test_threads_end_with_the_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "WORTH_A_THREAD", 0)
    before = threading.active_count()
    with Sequencer.create(tmp_path / "closed", IMAGE) as day:
        list(day.run_many(FRAMES))
        assert threading.active_count() == before + 3
        day.close()
        assert threading.active_count() == before
    day = Sequencer.create(tmp_path / "left", IMAGE)
    list(day.run_many(FRAMES))
    day.leave()
    day.leave()
    assert threading.active_count() == before
