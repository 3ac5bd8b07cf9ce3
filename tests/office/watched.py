"""A small market as the office sees it: commands in, packets of the real feed out."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from huiguan.exchange.day.image import DayImage, ScheduledPhase
from huiguan.exchange.market_data.feed import Feed
from huiguan.exchange.market_data.feed_books import whole_packets
from huiguan.exchange.messages import ChangePhase, Command, Phase, encode
from huiguan.foundation.calendars import exchange_time_ns
from huiguan.foundation.records import table_layout
from huiguan.office.display.here import Shown, show
from huiguan.office.feed.follower import Follower, HallPlaces, HallStands
from huiguan.office.feed.public_day import PublicDay
from tests.images import small_image
from tests.trading_day import SMALL, Day, Told, read_events

CU2609, CU2610, AU2610 = range(3)
TRADING_DAY = 20260821
NINE = exchange_time_ns(TRADING_DAY, 9 * 3600)
SECOND = 10**9
NOWHERE = Path("no-hall")


def office_image() -> DayImage:
    """Copper in two months and gold in one; 107,320 was settled, limits are 10 % around it."""
    image = small_image(
        3,
        products=2,
        lower=96_590,
        upper=118_050,
        settlement=107_320,
        deposit_fen=10**14,
        settings={**SMALL, "trading_day": TRADING_DAY},
    )
    rows = image.instruments
    rows["product"] = [0, 0, 1]
    rows["last_open_interest_lots"] = [100, 250, 40]
    names = msgspec.structs.replace(
        image.names, instruments=["cu2609", "cu2610", "au2610"], products=["cu", "au"]
    )
    phases = np.zeros(2, table_layout(ScheduledPhase))
    phases["time_ns"] = [NINE - 60 * SECOND, NINE]
    phases["phase"] = [Phase.AUCTION_MATCH, Phase.CONTINUOUS]
    return image._replace(names=names, phases=phases)


class Watched(Day):
    """A day whose every frame is heard by a follower of its feed."""

    def __init__(self, phase: Phase | None = Phase.CONTINUOUS, at: int = NINE) -> None:
        image = office_image()
        self.feed = Feed(image)
        self.follower = Follower(HallPlaces(days=NOWHERE, feed=NOWHERE, operator=NOWHERE))
        self.follower.stands = HallStands(TRADING_DAY, "2026-08-21 09:00:07", 20.0, "trading")
        self.seen = PublicDay(image)
        self.follower.day, self.follower.is_connected = self.seen, True
        self.seen.take(whole_packets(bytearray(self.feed.snapshot())))
        super().__init__(image, phase=phase)
        self.time_ns = at

    def run(
        self,
        command: Command,
        session: int = 0,
        client_sequence: int = 0,
        time_ns: int | None = None,
    ) -> list[Told]:
        """Run one command a second; the follower hears what it told."""
        self.time_ns = (
            max(NINE - 3600 * SECOND, self.time_ns + SECOND) if time_ns is None else time_ns
        )
        rows, first = encode(command, session, client_sequence), self.core.next_sequence
        events = self.core.run_frame(self.time_ns, rows).copy()
        packets = self.feed.apply(self.core.time_ns, first, rows, events)
        if packets:
            self.seen.take(whole_packets(bytearray(packets)))
        return read_events(events)

    def enter_phase(self, phase: Phase) -> None:
        """Put every product into a phase."""
        self.house(ChangePhase(group=0, phase=phase))

    def show(self) -> Shown:
        """Let the pages of this process show it."""
        shown = Shown(self.follower, (), "/static/x")
        show(shown)
        return shown
