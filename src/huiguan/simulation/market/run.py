"""A simulated market: whole trading days through the real journal and core, from one seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.exchange.messages import PassTime, encode
from huiguan.floor.sequencer import Sequencer
from huiguan.foundation.calendars import SECOND_NS
from huiguan.simulation.chance import stream
from huiguan.simulation.market.clock import LOG_ON_NS, moments, stretches
from huiguan.simulation.market.crowd import Crowd, Numbers
from huiguan.simulation.market.people import size_of
from huiguan.simulation.market.prices import Prices
from huiguan.simulation.market.story import DayStory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from huiguan.days.hashes import DayHashes
    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.messages import EnterOrder

FRAME_COMMANDS = 1_200


class SimulatedDay(NamedTuple):
    """What a day came to."""

    folder: Path
    hashes: DayHashes
    trades: int


def unwatched(_: int, __: np.ndarray) -> None:
    """Watch nothing."""


def run_day(
    image: DayImage,
    folder: Path,
    seed: int,
    progress: Callable[[int, int], None],
    watch: Callable[[int, np.ndarray], None] = unwatched,
    forced: Sequence[EnterOrder] = (),
) -> SimulatedDay:
    """Run one simulated day in a folder that holds none, from before the opening to the close.

    The same image and seed give the same journal and day hash. ``progress`` is told frames done and
    to come, ``watch`` time and events of every frame. ``forced`` are the orders of a forced
    liquidation; they go out as soon as their contracts are open.
    """
    total = size_of(len(image.names.products)).commands
    frames = max(60, total // FRAME_COMMANDS)
    count = total // frames
    day = image.settings.trading_day
    prices = Prices(image, frames, count // 4, seed)
    busy = np.zeros(len(image.names.phase_groups), np.int64)
    np.add.at(busy, image.instruments["phase_group"], prices.weights)
    times = moments(image, frames, busy, stream(seed, "times", day))
    crowd = Crowd(image, prices, seed)
    story, shuffle = DayStory(image, crowd, times, seed), stream(seed, "order of arrival", day)
    story.force(forced)
    numbers = Numbers(image.settings.session_capacity)
    first, last = stretches(image)[0].start_ns, stretches(image)[-1].start_ns
    with Sequencer.create(folder, image) as market:

        def run(time_ns: int, rows: np.ndarray) -> np.ndarray:
            frame = market.run(time_ns, rows)
            watch(frame.time_ns, frame.events)
            return frame.events

        run(first - LOG_ON_NS, story.log_on())
        for number, moment in enumerate(times):
            prices.step()
            house = story.house(number)
            blocks = [*crowd.commands(moment, count), *story.clients(number, moment)]
            sent = np.concatenate([*house, *map(crowd.heard, blocks)])
            sent[len(house) :] = sent[len(house) :][shuffle.permutation(len(sent) - len(house))]
            numbers.give(sent)
            rows = np.concatenate([sent, story.resent()]) if number % 12 == 7 else sent
            story.remember(sent)
            crowd.learn(run(moment.time_ns, rows.reshape(-1)))
            progress(number + 1, len(times))
        run(last + SECOND_NS, encode(PassTime()))
        return SimulatedDay(folder, market.close(), crowd.view.trades)
