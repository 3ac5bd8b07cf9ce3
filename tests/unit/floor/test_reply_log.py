"""The log of replies: numbers, what memory keeps, and what the journal gives back."""

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from huiguan.floor.day.market import Market
from huiguan.floor.day.reply_log import ReplyLog
from huiguan.storage.files import Files
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import write_image
from tests.images import small_image
from tests.property.test_replies import SESSIONS, frames
from tests.recovery.journals import replies, write_half_a_frame


def rows(numbers: range) -> np.ndarray:
    return np.repeat(np.array(numbers, np.uint8), 64)


def test_memory_keeps_the_newest_and_knows_what_it_lost() -> None:
    log = ReplyLog(3, kept_rows=4)
    for number in range(1, 21):
        log.add(2, rows(range(number, number + 1)))
    assert log.count(2) == 20
    assert log.count(1) == 0
    assert log.since(2, 18) == rows(range(19, 21)).tobytes()
    assert log.since(2, 20) == b""
    assert log.since(2, 0) is None


@given(
    parts=st.lists(st.integers(0, 700), max_size=12),
    kept=st.sampled_from([1, 3, 64, 200]),
    begun=st.integers(0, 5),
)
def test_whatever_arrives_the_newest_are_there(parts: list[int], kept: int, begun: int) -> None:
    """At least the last ``kept`` replies and at most twice as many, in whatever parts they came."""
    log, plain = ReplyLog(2, kept_rows=kept), b""
    log.begin_at(np.array([0, begun]))
    for number, part in enumerate(parts):
        told = rows(range(number, number + 1)).repeat(part)
        log.add(1, told)
        plain += told.tobytes()
    count = len(plain) // 64
    assert log.count(1) == begun + count
    for back in range(count + 1):
        told_since = log.since(1, begun + count - back)
        if told_since is None:
            assert back > kept
        else:
            assert back <= 2 * kept
            assert told_since == plain[(count - back) * 64 :]


def test_the_journal_gives_what_memory_lost(tmp_path: Path) -> None:
    image = small_image(codes=6, members=SESSIONS, settings={"order_capacity": 16})
    write_image(DayFolder(tmp_path).image, image, Files())
    market = Market.start(tmp_path)
    try:
        for number, commands in enumerate(frames(1)):
            market.submit(number, commands)
            market.collect()
        for session in range(1, SESSIONS + 1):
            whole = market.log.since(session, 0)
            assert whole
            count = len(whole) // 64
            assert replies(tmp_path, session, 0, count) == whole
            assert replies(tmp_path, session, 2, count - 1) == whole[128:-64]
    finally:
        market.sequencer.leave()


def test_what_is_written_behind_the_last_reply_is_not_looked_at(tmp_path: Path) -> None:
    """A journal that grows: a frame that is half there, and a whole one behind it."""
    image = small_image(codes=6, members=SESSIONS, settings={"order_capacity": 16})
    write_image(DayFolder(tmp_path).image, image, Files())
    market = Market.start(tmp_path)
    for number, commands in enumerate(frames(1)):
        market.submit(number, commands)
        market.collect()
    market.sequencer.leave()
    write_half_a_frame(DayFolder(tmp_path).journal)
    for session in range(1, SESSIONS + 1):
        whole = market.log.since(session, 0)
        assert whole
        assert replies(tmp_path, session, 0, len(whole) // 64) == whole


def test_a_market_that_is_opened_again_goes_on_counting(tmp_path: Path) -> None:
    image = small_image(codes=6, members=SESSIONS, settings={"order_capacity": 16})
    write_image(DayFolder(tmp_path).image, image, Files())
    first = Market.start(tmp_path)
    parts = frames(2)
    for number, commands in enumerate(parts[:-1]):
        first.submit(number, commands)
        first.collect()
        if number == 3:
            first.copy_state().write()
    first.sequencer.leave()
    again = Market.start(tmp_path)
    try:
        for session in range(1, SESSIONS + 1):
            assert again.log.count(session) == first.log.count(session)
        again.submit(99, parts[-1])
        applied = again.collect()
        for session, replies in applied.replies:
            after = first.log.count(session)
            assert again.log.since(session, after) == replies.tobytes()
    finally:
        again.sequencer.leave()
