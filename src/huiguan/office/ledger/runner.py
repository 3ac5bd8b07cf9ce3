"""The ledger's work beside the pages: days, evenings, collateral, crossings, orders.

Nothing is kept between two rounds but what was said last: a process that is started again after a
crash begins with the same round, and that ends what was cut.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from django.db import close_old_connections

from huiguan.foundation.faults import Fault
from huiguan.office.ledger.booking.evenings import keep_up
from huiguan.office.ledger.collateral.keeping import keep
from huiguan.office.ledger.collateral.orders import Messenger
from huiguan.office.ledger.crossing.courier import Courier
from huiguan.office.ledger.crossing.floor_line import FloorLine
from huiguan.web.operator import NotReady

if TYPE_CHECKING:
    from collections.abc import Callable

    from huiguan.office.feed.follower import HallPlaces

AGAIN_SECONDS = 0.5


class Runner:
    """Does the ledger's rounds in a thread, one at a time."""

    def __init__(self, places: HallPlaces, say: Callable[[str], None]) -> None:
        """Know a hall; ``say`` tells, once, what somebody has to look at."""
        self._days, self._say, self._said = places.days, say, ""
        line = FloorLine(places.operator)
        self._courier = Courier(places.days, line)
        self._messenger = Messenger(places.days, line)

    async def run(self) -> None:
        """Do rounds for ever."""
        while True:
            await asyncio.to_thread(self.round)
            await asyncio.sleep(AGAIN_SECONDS)

    def round(self) -> None:
        """Do what can be done now."""
        said = ""
        try:
            keep_up(self._days)
            keep(self._days)
            self._courier.go()
            self._messenger.go()
        except NotReady:
            pass  # the floor starts or is down: the next round asks again
        except Fault as fault:
            said = f"ledger: {fault}"
        finally:
            close_old_connections()
        if said and said != self._said:
            self._say(said)
        self._said = said
