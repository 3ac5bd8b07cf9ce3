"""A market in a folder: starting it decides nothing, a restart goes on with the same state."""

from pathlib import Path

import numpy as np

from huiguan.exchange.market_data.feed import Feed
from huiguan.exchange.messages import ChangePhase, PassTime, Phase, encode
from huiguan.exchange.trading.core import TradingCore
from huiguan.floor.day.market import Market
from huiguan.floor.hall.serve import Floor
from huiguan.floor.hall.settings import HallSettings
from huiguan.storage.files import Files
from huiguan.storage.market.day_image import write_image
from tests.images import small_image
from tests.laid_over import laid_over, row
from tests.markets import market_image


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
        sent = encode(command)
        flush = market.submit(time_ns, sent)
        assert flush is None or flush.result().sequence
        applied = market.collect()
        first = core.next_sequence
        events = core.run_frame(time_ns, sent)
        assert applied.events.tobytes() == events.tobytes()
        assert applied.packets == feed.apply(time_ns, first, sent, events)
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


def test_a_hall_with_own_rulebooks_shows_what_they_show(tmp_path: Path) -> None:
    """Copper shows the orders of auctions; no shipped book does, nor a snapshot of before."""
    shown = row("auction", "effective = 2026-08-21", tie='"reference"', depth='"shown"')
    laid_over(tmp_path / "books", "shfe/cu.toml", shown)
    image = market_image()
    write_image(tmp_path / "day" / "image", image, Files())
    copper = np.array([name.startswith("cu") for name in image.names.instruments])
    for own, withheld in (([], np.ones(len(copper), bool)), ([str(tmp_path / "books")], ~copper)):
        market = Floor(tmp_path, HallSettings(rulebook=own), print)._start(tmp_path / "day")
        assert (market.feed.state.books["withholds"] == withheld).all()
        market.copy_state().write()
        market.sequencer.leave()
