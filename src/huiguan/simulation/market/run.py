"""A simulated market: whole trading days through the real journal and core, from one seed.

People decide moment by moment; what they send in one arrives in bursts, each a frame with a time of
its own. Nobody waits for an acknowledgement, so the day is put on the disk once, when it is over.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.exchange.messages import MESSAGE_BYTES, PassTime, encode
from huiguan.floor.day.sequencer import Sequencer
from huiguan.foundation.calendars import SECOND_NS
from huiguan.foundation.faults import InputFault
from huiguan.simulation.chance import stream
from huiguan.simulation.market.clock import LOG_ON_NS, Moment, bursts, moments, stretches
from huiguan.simulation.market.crowd import Crowd, Numbers
from huiguan.simulation.market.people import COMMANDS_EACH, least_codes
from huiguan.simulation.market.prices import Prices
from huiguan.simulation.market.scenario import USUAL, Scenario
from huiguan.simulation.market.story import DayStory
from huiguan.storage.files import FilesOfOneStep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from huiguan.days.hashes import DayHashes
    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.messages import EnterOrder

MOMENT_COMMANDS = 1_200
LEAST_MOMENTS = 60


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
    scenario: Scenario = USUAL,
) -> SimulatedDay:
    """Run one simulated day in a folder that holds none, from before the opening to the close.

    The same image, seed and scenario give the same journal and day hash. ``progress`` is told
    moments done and to come, ``watch`` time and events of every frame. ``forced`` are the orders of
    a forced liquidation; they go out as soon as their contracts are open.
    """
    people = len(image.trading_codes) if scenario.crowd is None else scenario.crowd
    steps = max(LEAST_MOMENTS, COMMANDS_EACH * people // MOMENT_COMMANDS)
    people_day = PeopleDay(image, seed, steps, COMMANDS_EACH * people // steps, scenario)
    people_day.story.force(forced)
    first, last = stretches(image)[0].start_ns, stretches(image)[-1].start_ns
    with Sequencer.create(folder, image, files=FilesOfOneStep()) as market:

        def run(time_ns: int, rows: np.ndarray) -> np.ndarray:
            frame = market.run(time_ns, rows)
            watch(frame.time_ns, frame.events)
            return frame.events.copy()

        run(first - LOG_ON_NS, people_day.story.log_on())
        moments_of_day = people_day.moments if scenario.crowd != 0 else []
        for number, moment in enumerate(moments_of_day):
            pieces = [run(*frame) for frame in people_day.frames(number, moment)]
            people_day.crowd.learn(np.concatenate(pieces))
            progress(number + 1, len(moments_of_day))
        run(last + SECOND_NS, encode(PassTime()))
        return SimulatedDay(folder, market.close(), people_day.crowd.view.trades)


def check_people(image: DayImage) -> None:
    """Refuse a market whose people are not those of a simulation; the crowd knows nobody else."""
    codes, least = image.names.trading_codes, least_codes(len(image.names.products))
    if len(codes) < least or not all(re.fullmatch("[0-9]{12}", code) for code in codes):
        raise InputFault(
            f"the crowd needs a market of a simulation, with {least} trading codes or more, and"
            f" this day has {len(codes)} of its own; make one with huiguan simulate and open the"
            " day after it with huiguan day open"
        )


class CrowdBeside:
    """The crowd on a day that others trade on too: the people of a simulated day, from a seed."""

    def __init__(self, image: DayImage, seed: int) -> None:
        """Wake the people up; raises ``InputFault`` where the market has none."""
        check_people(image)
        codes = len(image.trading_codes)
        steps = max(LEAST_MOMENTS, COMMANDS_EACH * codes // MOMENT_COMMANDS)
        self._people = PeopleDay(image, seed, steps, COMMANDS_EACH * codes // steps, USUAL)
        self.sessions = 2 * len(image.members)
        first = stretches(image)[0].start_ns - LOG_ON_NS
        self._frames = [(first, self._people.story.log_on())]
        self._number = 0
        self._heard: list[np.ndarray] = []

    def next_ns(self) -> int | None:
        """Return when the next burst arrives, or when people look at the market again."""
        if self._frames:
            return self._frames[0][0]
        moments = self._people.moments
        return moments[self._number].time_ns if self._number < len(moments) else None

    def act(self) -> np.ndarray:
        """Return the commands of the next burst; none in a moment in which nobody decides."""
        if not self._frames:
            self._people.crowd.learn(np.concatenate(self._heard))
            self._heard = []
            moment = self._people.moments[self._number]
            self._frames = self._people.frames(self._number, moment)
            self._number += 1
            return np.zeros((0, MESSAGE_BYTES), np.uint8)
        return self._frames.pop(0)[1].reshape(-1, MESSAGE_BYTES)

    def hear(self, events: np.ndarray) -> None:
        """Keep what happened until people look again."""
        self._heard.append(events.copy())


class PeopleDay:
    """Everybody of one day: crowd, story, the numbers of sessions, the order of arrival."""

    def __init__(
        self, image: DayImage, seed: int, steps: int, commands: int, scenario: Scenario
    ) -> None:
        """Begin a day of about ``steps`` moments with about ``commands`` of the crowd in each."""
        day = image.settings.trading_day
        self._prices = Prices(image, steps, commands // 4, seed, scenario)
        busy = np.zeros(len(image.names.phase_groups), np.int64)
        np.add.at(busy, image.instruments["phase_group"], self._prices.weights)
        self.moments = moments(image, steps, busy, self._prices.shock_times)
        self.crowd = Crowd(image, self._prices, seed, scenario.crowd)
        self.story = DayStory(image, self.crowd, self.moments, seed)
        self._commands = commands
        self._order = stream(seed, "order of arrival", day)
        self._arrival = stream(seed, "times", day)
        self._numbers = Numbers(image.settings.session_capacity)

    def frames(self, number: int, moment: Moment) -> list[tuple[int, np.ndarray]]:
        """Return time (ns) and commands of each burst of a moment, what the house does first."""
        self._prices.step(moment.time_ns)
        house = self.story.house(number)
        blocks = [
            *self.crowd.commands(moment, self._commands),
            *self.story.clients(number, moment),
        ]
        sent = np.concatenate([*house, *map(self.crowd.heard, blocks)])
        sent[len(house) :] = sent[len(house) :][self._order.permutation(len(sent) - len(house))]
        self._numbers.give(sent)
        rows = np.concatenate([sent, self.story.resent()]) if number % 12 == 7 else sent
        self.story.remember(sent)
        return [
            (time_ns, rows[start:end].reshape(-1))
            for time_ns, start, end in bursts(moment, len(rows), len(house), self._arrival)
        ]
