"""Append, then apply: a day that is closed, recovered and run again comes to the same hashes."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from huiguan.days.hashes import HASHES_NAME
from huiguan.days.run_again import verify_day
from huiguan.exchange.messages import (
    COMMAND_HEADER,
    LAYOUTS,
    MESSAGE_BYTES,
    ChangePhase,
    CommandRepeated,
    EnterOrder,
    Hedge,
    LogOn,
    Offset,
    Phase,
    PriceType,
    Side,
    TimeInForce,
    encode,
)
from huiguan.exchange.trading.core import TradingCore
from huiguan.floor.day.frames import Input
from huiguan.floor.day.sequencer import Sequencer
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.market.day_folder import write_manifest
from tests.images import small_image

IMAGE = small_image(settings={"order_capacity": 512, "position_capacity": 64})


def opening() -> np.ndarray:
    log_on = LogOn(grace_ns=0, target=1, member=0, epoch=1, cancel_on_disconnect=0)
    return np.concatenate([encode(log_on), encode(ChangePhase(group=0, phase=Phase.CONTINUOUS))])


def orders(first: int, count: int) -> np.ndarray:
    """Buys and sells of code 0 around 100, client sequences from ``first``."""
    rows = []
    for number in range(first, first + count):
        order = EnterOrder(
            client_order_id=number,
            price_ticks=98 + number * 7 % 5,
            lots=1 + number % 3,
            minimum_lots=0,
            instrument=number % 2,
            trading_code=0,
            side=Side(number * 5 % 3 % 2),
            offset=Offset.OPEN,
            hedge=Hedge.SPECULATION,
            time_in_force=TimeInForce.DAY,
            price_type=PriceType.LIMIT,
        )
        rows.append(encode(order, 1, number))
    return np.concatenate(rows)


def inputs() -> list[Input]:
    return [Input(1, opening()), *(Input(2 + i, orders(1 + 20 * i, 20)) for i in range(6))]


def whole_day(root: Path) -> Sequencer:
    day = Sequencer.create(root, IMAGE)
    for _ in day.run_many(inputs()):
        pass
    return day


def test_one_by_one_and_in_a_pipeline_come_to_the_same_outcome(tmp_path: Path) -> None:
    piped = whole_day(tmp_path / "piped").close()
    day = Sequencer.create(tmp_path / "single", IMAGE)
    for given in inputs():
        day.run(given.time_ns, given.commands)
    single = day.close()
    assert (single.events, single.state, single.phases) == (piped.events, piped.state, piped.phases)
    assert verify_day(tmp_path / "piped") == piped
    assert verify_day(tmp_path / "single") == single


def test_snapshot_and_tail_equal_the_whole(tmp_path: Path) -> None:
    whole = whole_day(tmp_path / "whole").close()
    day = Sequencer.create(tmp_path / "day", IMAGE)
    for given in inputs()[:4]:
        day.run(given.time_ns, given.commands)
    day.take_snapshot()
    day.run(*inputs()[4])
    day.leave()
    again = Sequencer.open(tmp_path / "day")
    assert again.recovered == []
    for given in inputs()[5:]:
        again.run(given.time_ns, given.commands)
    found = again.close()
    assert (found.events, found.state, found.phases) == (whole.events, whole.state, whole.phases)
    assert verify_day(tmp_path / "day") == found


def test_a_resend_after_recovery_changes_nothing(tmp_path: Path) -> None:
    whole_day(tmp_path / "day").leave()
    day = Sequencer.open(tmp_path / "day")
    before = day.core.state_hash()
    events = day.run(99, orders(101, 20)).events
    kinds = events.view(COMMAND_HEADER)["kind"]
    assert (kinds == CommandRepeated.KIND).all()
    rows = events.view(LAYOUTS[CommandRepeated.KIND])
    assert rows["original_sequence"].tolist() == list(range(103, 123))  # two commands of the house
    accounts, sequence = day.core.state.accounts, day.core.state.core["sequence"]
    assert len(accounts) == 6
    assert sequence == 142
    assert before != day.core.state_hash()  # only the sequence and the clock moved
    day.core.state.core["sequence"], day.core.state.core["time_ns"] = 122, 7
    assert day.core.state_hash() == before


def test_a_second_day_and_a_second_writer_are_refused(tmp_path: Path) -> None:
    day = whole_day(tmp_path)
    with pytest.raises(InputFault, match="already holds a trading day"):
        Sequencer.create(tmp_path, IMAGE)
    with pytest.raises(InputFault, match="another process writes"):
        Sequencer.open(tmp_path)
    day.close()


def test_verify_names_what_differs(tmp_path: Path) -> None:
    whole_day(tmp_path).close()
    path = tmp_path / HASHES_NAME
    good = path.read_bytes()
    path.write_bytes(good.replace(b'"frames": 7', b'"frames": 8'))
    with pytest.raises(CheckFault, match=r"day.json is not the file that MANIFEST lists"):
        verify_day(tmp_path)
    write_manifest(tmp_path)
    with pytest.raises(CheckFault, match="comes to another frames than"):
        verify_day(tmp_path)
    path.unlink()
    write_manifest(tmp_path)
    with pytest.raises(InputFault, match="the day was not closed"):
        verify_day(tmp_path)


def test_verify_names_the_frame_whose_events_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_day(tmp_path).close()
    honest = TradingCore.run_frame

    def decides_differently(self: TradingCore, time_ns: int, commands: np.ndarray) -> np.ndarray:
        events = honest(self, time_ns, commands).copy()
        if self.next_sequence > 40:
            events[MESSAGE_BYTES - 1] ^= 1
        return events

    monkeypatch.setattr(TradingCore, "run_frame", decides_differently)
    with pytest.raises(CheckFault, match="the events of frame 3 differ"):
        verify_day(tmp_path)


def test_day_json_reads_as_json(tmp_path: Path) -> None:
    found = whole_day(tmp_path).close()
    content = msgspec.json.decode((tmp_path / HASHES_NAME).read_bytes())
    assert content["day"] == found.day.hex()
    assert list(content["phases"]) == ["2"]
