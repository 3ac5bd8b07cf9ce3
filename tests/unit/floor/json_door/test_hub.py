"""What a reader of market data is sent: the newest pictures, every change, one text for many."""

import json

from huiguan.floor.doors.json.market import hub
from huiguan.floor.doors.json.market.hub import Frame, Reader, text_of


def frame(**pictures: int) -> Frame:
    said = {name: b'{"contract":"%s","n":%d}' % (name.encode(), n) for name, n in pictures.items()}
    return Frame(text_of(said.values()), said)


def told(reader: Reader) -> list[tuple[str, int]]:
    assert reader.news.is_set()
    found = [(one["contract"], one["n"]) for one in json.loads(reader.waiting())]
    assert not reader.news.is_set()
    return found


def test_readers_that_are_up_to_date_share_one_text() -> None:
    first, second, shared = Reader(), Reader(), frame(cu=1, au=2)
    first.take(shared)
    second.take(shared)
    assert first.waiting() is second.waiting() is shared.text


def test_a_slow_reader_gets_the_newest_picture_of_each_contract() -> None:
    reader = Reader()
    reader.take(frame(cu=1, au=1))
    reader.take(frame(cu=2))
    reader.take(frame(cu=3, ag=3))
    assert told(reader) == [("cu", 3), ("au", 1), ("ag", 3)]
    reader.take(frame(cu=4))
    assert told(reader) == [("cu", 4)]


def test_no_change_is_left_out_and_too_many_end_it() -> None:
    reader = Reader()
    reader.take(frame(au=1))
    for number in range(hub.MOST_WAITING):
        reader.change(frame(cu=number).pictures["cu"])
    assert not reader.is_behind
    reader.change(frame(cu=hub.MOST_WAITING).pictures["cu"])
    assert reader.is_behind
    assert told(reader) == [*(("cu", n) for n in range(hub.MOST_WAITING + 1)), ("au", 1)]
