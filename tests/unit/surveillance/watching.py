"""A watched day: orders through the real core at times a test names, then every detector."""

import numpy as np
from msgspec.structs import replace

from huiguan.exchange.day.contract_tables import parameters_of
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.events import EventCollector
from huiguan.exchange.messages import CancelOrder, Offset, Side, encode
from huiguan.exchange.rules.parameters import ContractParameters
from huiguan.exchange.surveillance.findings import Behaviour, Finding
from huiguan.exchange.surveillance.scan import scan
from huiguan.exchange.surveillance.watched import Watched, watched
from tests.markets import DAY, books, market_image
from tests.trading_day import Day, order

SECOND = 1_000_000_000
PRICES = {"cu2610": 106_860, "cu2611": 106_650, "ag2610": 16_110}
PRICE = 10_686  # of cu2610 in ticks of 10 yuan
CLOSING = 10**9 * SECOND  # when the last five minutes begin, long after everything else


class WatchedDay(Day):
    """Continuous trading of three contracts by 24 codes, one member each two of them."""

    def __init__(self, image: DayImage | None = None) -> None:
        self.collector = EventCollector(CLOSING)
        super().__init__(image or market_image(codes=24, members=12, prices=PRICES))

    def take(self, command: object, session: int, time_ns: int | None) -> None:
        """Run a session's command as a frame of its own."""
        self.counted[session] += 1
        self.time_ns = max(self.time_ns, time_ns or 0)
        data = encode(command, session, self.counted[session])  # type: ignore[arg-type]
        events = self.core.run_frame(self.time_ns, data)
        self.collector.add(self.time_ns, np.array(events))

    def place(self, code: int, side: Side, price: int, lots: int, **fields: int) -> int:
        """Enter an order a nanosecond later (or at ``time_ns``); return its own number."""
        time_ns = fields.pop("time_ns", self.time_ns + 1)
        session = int(self.image.trading_codes["member"][code]) + 1
        own = self.counted[session] + 1
        wanted = replace(order(code, side, price, lots, **fields), client_order_id=own)
        self.take(wanted, session, time_ns)
        return own

    def pull(self, code: int, own: int, time_ns: int | None = None) -> None:
        """Cancel an order of a code by its own number."""
        session = int(self.image.trading_codes["member"][code]) + 1
        self.take(CancelOrder(order_id=0, client_order_id=own), session, time_ns)

    def rules(self) -> list[ContractParameters]:
        """Return what the books say today."""
        return parameters_of(books(), self.image.names.instruments, DAY)

    def watched(self, holders: list[int] | None = None) -> Watched:
        """Return the day for the detectors; ``holders`` stand for those of the image."""
        chosen = None if holders is None else np.array(holders, np.int64)
        return watched(self.image, self.collector.finish(), self.rules(), chosen)

    def found(self, holders: list[int] | None = None) -> list[Finding]:
        """Return every finding."""
        return scan(self.watched(holders))


def of(found: list[Finding], behaviour: Behaviour) -> list[tuple[Behaviour, int, int, int]]:
    """Return what was found of one behaviour."""
    return [row for row in kinds(found) if row[0] == behaviour]


def kinds(found: list[Finding]) -> list[tuple[Behaviour, int, int, int]]:
    """Return behaviour, holder, figure and threshold of each."""
    return [(row.behaviour, row.holder, row.figure, row.threshold) for row in found]


def trade(day: WatchedDay, buyer: int, seller: int, price: int, lots: int, **fields: int) -> None:
    """Let a seller stand and a buyer take."""
    day.place(seller, Side.SELL, price, lots, **fields)
    day.place(buyer, Side.BUY, price, lots, **fields)


CLOSE = {"offset": int(Offset.CLOSE_TODAY)}
