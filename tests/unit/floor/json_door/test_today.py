"""The day of a reader of the JSON door: as far as the floor has applied it, and no byte further."""

from pathlib import Path

import numpy as np

from huiguan.floor.day.market import Market
from huiguan.floor.doors.json.http.today import History
from huiguan.storage.files import Files
from huiguan.storage.journal.recovery import read
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import write_image
from tests.images import small_image
from tests.property.test_replies import SESSIONS, frames
from tests.recovery.journals import write_half_a_frame

CODES = 6


def test_a_frame_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    image = small_image(codes=CODES, members=SESSIONS, settings={"order_capacity": 16})
    write_image(DayFolder(tmp_path).image, image, Files())
    market = Market.start(tmp_path)
    for number, commands in enumerate(frames(1)):
        market.submit(number, commands)
        market.collect()
    market.sequencer.leave()
    journal = DayFolder(tmp_path).journal
    *_, before, last = read(journal)
    everybody = np.ones(CODES, bool)
    whole = History(tmp_path, image, everybody)
    whole.catch_up(last.last_sequence)
    write_half_a_frame(journal)
    growing = History(tmp_path, image, everybody)
    growing.catch_up(before.last_sequence)
    earlier = growing.happened(everybody)
    growing.catch_up(last.last_sequence)
    told = [(one.time_ns, one.kind, one.row.tobytes()) for one in growing.happened(everybody)]
    assert told == [(one.time_ns, one.kind, one.row.tobytes()) for one in whole.happened(everybody)]
    assert 0 < len(earlier) <= len(told)
