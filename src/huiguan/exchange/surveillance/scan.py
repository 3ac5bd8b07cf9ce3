"""All detectors over one day, in one order."""

from collections.abc import Callable, Iterator

from huiguan.exchange.surveillance.counts import (
    cancels,
    large_cancels,
    multiples,
    openings,
    positions_held,
    self_trades,
)
from huiguan.exchange.surveillance.findings import Finding
from huiguan.exchange.surveillance.layering import layering
from huiguan.exchange.surveillance.messages import bursts, message_ratios, programmes
from huiguan.exchange.surveillance.prices import (
    ignition,
    marking_the_close,
    moving_the_settlement,
)
from huiguan.exchange.surveillance.together import round_trips, traded_together
from huiguan.exchange.surveillance.watched import Watched

DETECTORS: tuple[Callable[[Watched], Iterator[Finding]], ...] = (
    self_trades,
    cancels,
    large_cancels,
    openings,
    positions_held,
    multiples,
    message_ratios,
    bursts,
    programmes,
    layering,
    traded_together,
    round_trips,
    marking_the_close,
    moving_the_settlement,
    ignition,
)


def scan(day: Watched) -> list[Finding]:
    """Return every finding of a day by behaviour, contract and holder: equal days, equal lists."""
    return [
        finding
        for detector in DETECTORS
        for finding in sorted(
            detector(day), key=lambda row: (row.instrument, row.holder, row.other_holder)
        )
    ]
