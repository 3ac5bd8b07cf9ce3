"""A running day as the doors see it: frames in, replies by session out; no socket, no clock.

What is known of a session is what the journal says, so a market that is opened again after a fall
knows how many replies each session was given, and which they were.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from huiguan.exchange.market_data.auction_depth import shown_in_auctions
from huiguan.exchange.market_data.feed import Feed
from huiguan.exchange.market_data.state import KEPT
from huiguan.exchange.messages import (
    EVENT_HEADER_ROW,
    LAYOUTS,
    CancelOrder,
    CommandDone,
    CommandRefused,
    LoseSession,
    encode,
)
from huiguan.exchange.replies import Splitter
from huiguan.exchange.trading.core import TradingCore
from huiguan.exchange.trading.state.rows import SessionStatus
from huiguan.floor.day.reply_log import ReplyLog
from huiguan.floor.day.sequencer import Sequencer
from huiguan.storage.market.day_image import read_image

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future
    from pathlib import Path

    from huiguan.days.hashes import DayHashes
    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.rules.rows import Books
    from huiguan.floor.day.frames import FrameEvents
    from huiguan.floor.day.sequencer import StateCopy
    from huiguan.storage.journal.recovery import Frame
    from huiguan.storage.journal.tail import Ack

FEED = "feed_"  # the tables a snapshot keeps of the public feed
REPLIES = "replies"  # the table a snapshot keeps: replies given to each session


class Outcome(NamedTuple):
    """What became of a command of the house: a refusal's number (0: done), and its figures."""

    refusal: int
    first_figure: int  # of a command that was done: how many things it touched
    second_figure: int
    sequence: int  # of the command


class AppliedFrame(NamedTuple):
    """One frame that was applied; the events stay until the next frame is collected."""

    time_ns: int
    first_sequence: int
    events: np.ndarray
    replies: list[tuple[int, np.ndarray]]
    packets: bytes  # of public market data


class Market:
    """One trading day that runs: sequencer, replies by session, their log.

    It is its own follower: what a fall interrupted is split again.
    """

    def __init__(self, image: DayImage, auction_depth: np.ndarray | bool) -> None:
        """Take the morning; use ``start``."""
        self.image = image
        self._splitter = Splitter(image)
        self.log = ReplyLog(image.settings.session_capacity)
        self.feed = Feed(image, auction_depth=auction_depth)
        self._given: deque[np.ndarray] = deque()  # commands of the frames on their way
        self.sequencer: Sequencer

    @classmethod
    def start(cls, root: Path, books: Books | None = None) -> Market:
        """Begin the day that was opened in ``root``, or go on where it stands.

        ``books`` say where orders are public while an auction collects them; unsaid, nowhere.
        """
        image = read_image(root / "image")
        market = cls(image, shown_in_auctions(books, image) if books else False)
        if any((root / "journal").glob("*.segment")):
            market.sequencer = Sequencer.open(root, follower=market)
        else:
            market.sequencer = Sequencer.create(root, image)
        compile_for(image)
        return market

    def restore(self, core: TradingCore, tables: Mapping[str, np.ndarray]) -> None:
        """Stand where a snapshot stands."""
        replies = tables.get(REPLIES, np.zeros(len(self._splitter.replies), np.int64))
        self._splitter.restore(core.state.orders, replies)
        self.log.begin_at(replies)
        kept = {name: tables[FEED + name] for name in KEPT if FEED + name in tables}
        self.feed.restore(core.tables(), kept or None)

    def follow(self, frame: Frame, events: np.ndarray) -> None:
        """Take a frame that is run again."""
        self._split(events)
        header = frame.header
        self.feed.apply(header.time_ns, header.first_sequence, frame.commands, events)

    def _split(self, events: np.ndarray) -> list[tuple[int, np.ndarray]]:
        parts = self._splitter.split(events).of_each()
        for session, rows in parts:
            self.log.add(session, rows)
        return parts

    @property
    def core(self) -> TradingCore:
        """The core, to look at."""
        return self.sequencer.core

    @property
    def trading_day(self) -> int:
        """The trading day (yyyymmdd)."""
        return self.image.settings.trading_day

    def submit(self, time_ns: int, rows: np.ndarray) -> Future[Ack] | None:
        """Send a frame to the disk; the future is done when it is there."""
        self.sequencer.submit(time_ns, rows)
        self._given.append(rows)
        return self.sequencer.newest_on_disk

    def collect(self) -> AppliedFrame:
        """Apply the oldest frame that is on its way, waiting for the disk where it must."""
        return self._applied(self.sequencer.collect(), self._given.popleft())

    def run(self, time_ns: int, rows: np.ndarray) -> AppliedFrame:
        """Put a frame on disk and apply it, here and now; none may be on its way."""
        return self._applied(self.sequencer.run(time_ns, rows), rows)

    def _applied(self, frame: FrameEvents, commands: np.ndarray) -> AppliedFrame:
        packets = self.feed.apply(frame.time_ns, frame.first_sequence, commands, frame.events)
        return AppliedFrame(*frame, self._split(frame.events), packets)

    def sessions_on(self) -> list[int]:
        """Return the sessions that the journal has as connected."""
        found: list[int] = np.flatnonzero(
            self.core.state.sessions["state"] == SessionStatus.ON
        ).tolist()
        return found

    def lost(self) -> list[np.ndarray]:
        """Return the commands that a restart begins with: every line is gone."""
        return [encode(LoseSession(target=session)) for session in self.sessions_on()]

    def copy_state(self) -> StateCopy:
        """Return a copy of the state for a snapshot."""
        feed = {FEED + name: rows for name, rows in self.feed.kept().items()}
        return self.sequencer.copy_state({REPLIES: self._splitter.replies.copy(), **feed})

    def end(self) -> DayHashes:
        """Close the day's journal for good."""
        return self.sequencer.close()


def compile_for(image: DayImage) -> None:
    """Compile what the first frame needs, before anybody waits for it.

    A core, a splitter and a feed of a small day run one command; those of the market never see it.
    """
    capacities = {"order": 1, "position": 1, "holding": 1, "session": 2}
    settings = msgspec.structs.replace(
        image.settings, **{f"{noun}_capacity": rows for noun, rows in capacities.items()}
    )
    nobody = {name: getattr(image, name)[:0] for name in ("positions", "lots", "holder_limits")}
    small = image._replace(settings=settings, **nobody)
    command = encode(CancelOrder(order_id=1, client_order_id=0), session=1, client_sequence=1)
    events = TradingCore(small, event_rows=1).run_frame(0, command)
    Splitter(small).split(events)
    Feed(small).apply(0, 1, command, events)


def outcome_of(applied: AppliedFrame, place: int) -> Outcome:
    """Return what became of a command of a frame, by its place there (0: the first)."""
    flat = applied.events.reshape(-1)
    heads = flat.view(EVENT_HEADER_ROW)
    sequence = applied.first_sequence + place
    row, end = np.searchsorted(heads["sequence"], [sequence, sequence + 1]).tolist()
    for at in range(row, end):
        kind = int(heads["kind"][at])
        if kind == CommandDone.KIND:
            return Outcome(0, int(flat.view(LAYOUTS[kind])[at]["count"]), 0, sequence)
        if kind == CommandRefused.KIND:
            told = flat.view(LAYOUTS[kind])[at]
            first, second = int(told["first_figure"]), int(told["second_figure"])
            return Outcome(int(told["refusal"]), first, second, sequence)
    return Outcome(0, 0, 0, sequence)
