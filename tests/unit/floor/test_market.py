"""A market in a folder: starting it decides nothing, a restart goes on with the same state."""

from pathlib import Path

import numpy as np

from huiguan.exchange.market_data.feed import Feed
from huiguan.exchange.messages import ChangePhase, PassTime, Phase, encode
from huiguan.exchange.trading.core import TradingCore
from huiguan.floor.day.market import Market
from huiguan.storage.files import Files
from huiguan.storage.market.day_image import write_image
from tests.images import small_image


def test_starting_a_market_compiles_and_decides_nothing(tmp_path: Path) -> None:
    """What falls due before the first command is told with the first command, as in a replay."""
    image = small_image()
    phases = np.zeros(2, image.phases.dtype)
    phases["time_ns"], phases["phase"] = [5, 10], [Phase.NO_TRADING, Phase.CONTINUOUS]
    image = image._replace(phases=phases)
    write_image(tmp_path / "image", image, Files())
    market, core = Market.start(tmp_path), TradingCore(image)
    feed = Feed(image)
    for time_ns, command in ((10, PassTime()), (11, ChangePhase(group=0, phase=Phase.CLOSED))):
        row = encode(command)
        flush = market.submit(time_ns, row)
        assert flush is None or flush.result().sequence
        applied = market.collect()
        first = core.next_sequence
        events = core.run_frame(time_ns, row)
        assert applied.events.tobytes() == events.tobytes()
        assert applied.packets == feed.apply(time_ns, first, row, events)
        assert market.core.state_hash() == core.state_hash()
    market.sequencer.leave()
    again = Market.start(tmp_path)
    assert again.core.state_hash() == core.state_hash()
    assert again.feed.snapshot() == feed.snapshot()
    again.sequencer.leave()


def test_a_snapshot_keeps_the_feed(tmp_path: Path) -> None:
    """After a restart from it packets count on, and the figures of the day are the same."""
    image = small_image()
    write_image(tmp_path / "image", image, Files())
    market = Market.start(tmp_path)
    for time_ns, phase in ((1, Phase.CONTINUOUS), (2, Phase.NO_TRADING), (3, Phase.CONTINUOUS)):
        market.submit(time_ns, encode(ChangePhase(group=0, phase=phase)))
        market.collect()
    market.copy_state().write()
    market.submit(4, encode(ChangePhase(group=0, phase=Phase.CLOSED)))
    market.collect()
    told, number = market.feed.snapshot(), market.feed.packet_sequence()
    market.sequencer.leave()
    again = Market.start(tmp_path)
    assert len(list((tmp_path / "snapshots").glob("*.snapshot"))) == 1
    assert (again.feed.snapshot(), again.feed.packet_sequence()) == (told, number)
    again.sequencer.leave()
