"""Lines that cross: two log-ons at once, one that breaks while it asks, a day that closes."""

from __future__ import annotations

import asyncio
import errno
import threading
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from huiguan.exchange.messages import MESSAGE_BYTES, OrderEntered
from huiguan.exchange.trading.state.rows import SessionStatus
from huiguan.floor.day import sequencer
from huiguan.floor.doors import binary
from huiguan.floor.doors.binary import AT_ONCE_BYTES
from huiguan.floor.doors.records import (
    HEARTBEAT_MS,
    DoorReason,
    Goodbye,
    Heartbeat,
    LoggedOn,
)
from huiguan.floor.hall import lines
from huiguan.storage.journal.format import JournalFault
from tests import hostile
from tests.recovery.journals import QuickFiles
from tests.recovery.test_hostile_doors import Bench, quiet_commands, taken

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from huiguan.floor.doors.binary import Line


def kinds(line: Line) -> list[int]:
    """Return the kinds of the records a line was sent since the last time."""
    rows = np.frombuffer(taken(line), np.uint8).reshape(-1, MESSAGE_BYTES)
    found: list[int] = rows[:, :2].copy().view("<i2")[:, 0].tolist()
    return found


def played(folder: Path, scene: Callable[[Bench], Coroutine[None, None, None]]) -> None:
    async def play() -> None:
        bench = Bench(folder)
        await bench.settle()
        await scene(bench)
        assert bench.faults == []
        bench.node.market.sequencer.leave()

    asyncio.run(play())


async def trades(bench: Bench, line: Line) -> None:
    """Check that the session of a line is on in the journal too: its order enters."""
    line.data_received(quiet_commands()[0])
    await bench.settle()
    assert kinds(line)[-1] == OrderEntered.KIND
    assert bench.node.market.core.state.sessions["state"][1] == SessionStatus.ON


def test_a_line_that_breaks_while_it_asks_does_not_lose_the_next_one(tmp_path: Path) -> None:
    async def scene(bench: Bench) -> None:
        first, second = bench.connect(), bench.connect()
        first.data_received(hostile.log_on_record(bench.tokens[1]))
        first.connection_lost(None)
        second.data_received(hostile.log_on_record(bench.tokens[1]))
        await bench.settle()
        assert kinds(second) == [LoggedOn.KIND]
        await trades(bench, second)

    played(tmp_path, scene)


def test_what_a_line_sent_before_it_broke_counts(tmp_path: Path) -> None:
    """Order, end of the line, log-on of the next: the journal has them as they came."""

    async def scene(bench: Bench) -> None:
        first, second = bench.connect(), bench.connect()
        first.data_received(hostile.log_on_record(bench.tokens[1]))
        await bench.settle()
        first.data_received(quiet_commands()[0])
        first.connection_lost(None)
        second.data_received(hostile.log_on_record(bench.tokens[1], epoch=2))
        await bench.settle()
        assert kinds(second) == [LoggedOn.KIND, OrderEntered.KIND]
        assert bench.node.market.core.state.sessions["state"][1] == SessionStatus.ON

    played(tmp_path, scene)


def test_of_two_log_ons_at_once_one_line_speaks(tmp_path: Path) -> None:
    async def scene(bench: Bench) -> None:
        first, second = bench.connect(), bench.connect()
        for line in (first, second):
            line.data_received(hostile.log_on_record(bench.tokens[1]))
        await bench.settle()
        assert (kinds(first), kinds(second)) == ([Goodbye.KIND], [LoggedOn.KIND])
        assert not first.is_on
        assert list(bench.node.live.values()) == [second]
        await trades(bench, second)

    played(tmp_path, scene)


def test_a_day_that_is_closed_takes_no_command_of_a_line_that_breaks(tmp_path: Path) -> None:
    """The journal ends where the hashes of the day were taken."""

    async def scene(bench: Bench) -> None:
        line = bench.connect()
        line.data_received(hostile.log_on_record(bench.tokens[1]))
        await bench.settle()
        bench.hall.say_closed()
        sequence = bench.node.market.sequencer.next_sequence
        line.connection_lost(None)
        bench.connect().data_received(hostile.log_on_record(bench.tokens[2]))
        await bench.settle()
        assert bench.node.market.sequencer.next_sequence == sequence

    played(tmp_path, scene)


def test_a_line_that_does_not_read_its_goodbye_is_cut(tmp_path: Path) -> None:
    async def scene(bench: Bench) -> None:
        line = bench.connect()
        transport = line._transport
        transport.close = lambda: None  # type: ignore[method-assign]  what it has unread stays
        line.end(DoorReason.NO_SENSE)
        assert not transport.is_closing()
        bench.hall.heartbeat()
        assert transport.is_closing()

    played(tmp_path, scene)


@pytest.mark.parametrize(("fails", "answer"), [(False, []), (True, [Goodbye.KIND])])
def test_who_asks_for_what_memory_lost_is_answered_when_the_journal_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool, answer: list[int]
) -> None:
    """A journal that cannot be read ends the line; the market goes on."""
    read = threading.Event()

    def from_journal(*_: object) -> None:
        read.set()
        if fails:
            raise JournalFault(1, 0, "a bad frame with a good one behind it")

    monkeypatch.setattr(lines, "replies_from_journal", from_journal)

    async def scene(bench: Bench) -> None:
        log = bench.node.market.log
        monkeypatch.setattr(log, "since", lambda *_: b"" if read.is_set() else None)
        line, other = bench.connect(), bench.connect()
        line.data_received(hostile.log_on_record(bench.tokens[1]))
        while not (line.is_on or line._ended):
            assert bench.faults == []
            await asyncio.sleep(0.001)
        assert kinds(line) == [LoggedOn.KIND, *answer]
        other.data_received(hostile.log_on_record(bench.tokens[2]))
        await bench.settle()
        assert kinds(other) == [LoggedOn.KIND]

    played(tmp_path, scene)


@pytest.mark.parametrize("reads", [True, False])
def test_what_was_missed_is_sent_as_fast_as_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads: bool
) -> None:
    """Five pieces: each waits until those before were read, and not for ever."""
    missed = np.random.default_rng(1).bytes(5 * AT_ONCE_BYTES)
    monkeypatch.setattr(lines, "replies_from_journal", lambda *given: given[-1].write(missed))
    monkeypatch.setattr(binary, "READING_SECONDS", 60 if reads else 0.05)

    async def scene(bench: Bench) -> None:
        log = bench.node.market.log
        monkeypatch.setattr(log, "since", lambda _, last: b"" if last else None)
        monkeypatch.setattr(log, "count", lambda _: len(missed) // MESSAGE_BYTES)
        line, heard = bench.connect(), bytearray()
        line.data_received(hostile.log_on_record(bench.tokens[1]))
        while not (line.is_on or line._ended):
            await asyncio.sleep(0.001)
            piece = taken(line) if reads else b""
            assert len(piece) <= MESSAGE_BYTES + 2 * AT_ONCE_BYTES
            heard += piece
        heard += taken(line)
        if reads:
            assert heard[MESSAGE_BYTES:] == missed
        else:
            assert len(heard) <= 2 * (MESSAGE_BYTES + AT_ONCE_BYTES)
            assert missed.startswith(heard[MESSAGE_BYTES:-MESSAGE_BYTES])
            assert not line.is_on
            assert line.hall._earlier[1] == DoorReason.NOT_READING

    played(tmp_path, scene)


def test_who_waits_for_the_journal_hears_signs_of_life_and_is_asked_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = threading.Event()
    monkeypatch.setattr(lines, "replies_from_journal", lambda *_: read.wait(10))

    async def scene(bench: Bench) -> None:
        log = bench.node.market.log
        monkeypatch.setattr(log, "since", lambda *_: b"" if read.is_set() else None)
        line, silent = bench.connect(), bench.connect()
        line.data_received(hostile.log_on_record(bench.tokens[1]))
        silent.data_received(hostile.log_on_record(bench.tokens[2]))
        await bench.settle()
        silent.heard -= 4 * HEARTBEAT_MS / 1000
        bench.hall.heartbeat()
        await bench.settle()
        assert kinds(line) == [LoggedOn.KIND, Heartbeat.KIND]
        assert kinds(silent) == [LoggedOn.KIND, Goodbye.KIND]
        assert bench.hall._earlier[2] == DoorReason.SILENT
        assert bench.node.market.core.state.sessions["state"][2] == SessionStatus.LOST
        read.set()
        while not line.is_on:
            await asyncio.sleep(0.001)

    played(tmp_path, scene)


def test_for_a_line_that_left_no_day_is_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One asks five times, the last time for good, while the journal is read for somebody else."""
    read, served = threading.Event(), []

    def from_journal(_: Path, session: int, *__: object) -> None:
        served.append(session)
        read.wait(10)

    monkeypatch.setattr(lines, "replies_from_journal", from_journal)

    async def scene(bench: Bench) -> None:
        log = bench.node.market.log
        found = {False: None, True: b""}
        monkeypatch.setattr(log, "since", lambda one, _: found[read.is_set() and one in served])
        first = bench.connect()
        first.data_received(hostile.log_on_record(bench.tokens[1]))
        while not served:
            await asyncio.sleep(0.001)
        again = [bench.connect() for _ in range(5)]
        for epoch, line in enumerate(again, 1):
            line.data_received(hostile.log_on_record(bench.tokens[2], epoch=epoch))
            await bench.settle()
        assert (bench.hall.is_connected(2), bench.hall.is_connected(3)) == (True, False)
        late = bench.connect()  # the session is connected: the same epoch is refused
        late.data_received(hostile.log_on_record(bench.tokens[2], epoch=5))
        await bench.settle()
        assert (kinds(late), bench.hall._earlier[2]) == ([Goodbye.KIND], DoorReason.ALREADY_HERE)
        read.set()
        while not (first.is_on and again[-1].is_on):
            await asyncio.sleep(0.001)
        await bench.settle()
        assert served == [1, 2]
        assert sorted(bench.node.live) == [1, 2]

    played(tmp_path, scene)


class HangingFiles(QuickFiles):
    """A disk whose next flush hangs once a line is watched, and then may fail."""

    watched: Line | None = None
    heard: bytes | None = None  # by the line, while the disk had not answered
    fails = False

    def flush(self, file: int) -> None:
        line, HangingFiles.watched = HangingFiles.watched, None
        if line:
            time.sleep(0.05)
            HangingFiles.heard = taken(line)
            if self.fails:
                raise OSError(errno.EIO, "the disk is gone")
        super().flush(file)


@pytest.mark.parametrize("by_thread", [False, True])
@pytest.mark.parametrize("fails", [False, True])
def test_t1_nobody_hears_of_an_order_before_a_slow_disk_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool, by_thread: bool
) -> None:
    """Tokyo 2020: a disk that hangs holds the answer back, one that fails stops the market."""
    monkeypatch.setattr(sequencer, "Files", HangingFiles)
    monkeypatch.setattr(HangingFiles, "heard", None)
    monkeypatch.setattr(HangingFiles, "fails", fails)

    async def scene() -> None:
        bench = Bench(tmp_path)
        await bench.settle()
        line = bench.connect()
        line.data_received(hostile.log_on_record(bench.tokens[1]))
        await bench.settle()
        assert kinds(line) == [LoggedOn.KIND]
        monkeypatch.setattr(HangingFiles, "watched", line)
        bench.node._disk_is_slow = by_thread
        line.data_received(quiet_commands()[0])
        await bench.node.rest()
        assert HangingFiles.heard == b""
        assert kinds(line) == ([] if fails else [OrderEntered.KIND])
        assert bench.node.failed.done() == fails
        assert bench.node._disk_is_slow or fails  # it was: the next frame goes by a thread
        bench.node.market.sequencer.leave()

    asyncio.run(scene())


def test_an_order_of_the_line_before_counts_in_its_own_epoch(tmp_path: Path) -> None:
    """The next line of the session begins at 1, and its first command is its own."""

    async def scene(bench: Bench) -> None:
        first, second = bench.connect(), bench.connect()
        first.data_received(hostile.log_on_record(bench.tokens[1]))
        await bench.settle()
        first.data_received(quiet_commands()[0])
        second.data_received(hostile.log_on_record(bench.tokens[1], epoch=2))
        await bench.settle()
        assert kinds(second) == [LoggedOn.KIND, OrderEntered.KIND]
        second.data_received(quiet_commands()[0])
        await bench.settle()
        assert kinds(second) == [OrderEntered.KIND]
        assert bench.node.market.core.state.core["live_orders"][0] == 2

    played(tmp_path, scene)
