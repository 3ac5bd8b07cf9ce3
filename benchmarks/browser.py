"""What the board costs a browser: its first paint, and a core's share while every contract moves.

All listed contracts of both exchanges trade and are quoted anew twice a second, in real packets of
the feed; the office serves the board and its socket as in a hall; Chromium shows it. The share is
that of all processes of the browser, over ``SECONDS``. The bare limit beside it is the same page
with the market standing still, and beside the first paint a page without a figure.
"""

import asyncio
import os
import statistics
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import uvicorn
from tests.trading_day import Day, order
from tools.browser import NONE_FOUND, browser, browser_file

from huiguan.exchange.market_data.feed import Feed
from huiguan.exchange.market_data.feed_books import whole_packets
from huiguan.exchange.messages import (
    CancelOrders,
    ChangePhase,
    Command,
    Offset,
    Phase,
    Scope,
    Side,
    encode,
)
from huiguan.foundation.calendars import exchange_time_ns
from huiguan.office.config.application import make_app, static_address
from huiguan.office.display.here import Shown, show
from huiguan.office.display.live import Live
from huiguan.office.feed.follower import Follower, HallPlaces, HallStands
from huiguan.office.feed.public_day import PublicDay
from huiguan.simulation.market.image import first_image
from huiguan.simulation.market.people import size_of
from huiguan.storage.market.rulebooks.load import load_books

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from huiguan.exchange.day.image import DayImage

TRADING_DAY, SECONDS, PAINTS, EVERY = 20260821, 15.0, 7, 0.5
NOWHERE = Path("no-hall")


class Moving(Day):
    """A market of every contract, of which each trades and is quoted anew at every beat."""

    def __init__(self, image: "DayImage") -> None:
        """Open it in continuous trading, heard by a follower."""
        self.feed, self.seen = Feed(image), PublicDay(image)
        self.follower = Follower(HallPlaces(days=NOWHERE, feed=NOWHERE, operator=NOWHERE))
        self.follower.stands = HallStands(TRADING_DAY, "2026-08-21 09:00:00", 1.0, "trading")
        self.follower.day, self.follower.is_connected = self.seen, True
        self.seen.take(whole_packets(bytearray(self.feed.snapshot())))
        super().__init__(image, phase=None)
        self.time_ns, self.beats = exchange_time_ns(TRADING_DAY, 9 * 3600), 0
        self.moved = 0  # contracts that the last beat changed
        for group in range(len(self.core.state.group_phase)):
            self.tell(encode(ChangePhase(group=group, phase=Phase.CONTINUOUS), 0, 0))

    def tell(self, rows: np.ndarray) -> None:
        """Run a frame; whoever follows hears it."""
        first = self.core.next_sequence
        events = self.core.run_frame(self.time_ns, rows).copy()
        packets = self.feed.apply(self.core.time_ns, first, rows, events)
        if not packets:
            return
        with self.follower.lock:
            self.seen.take(whole_packets(bytearray(packets)))

    def beat(self) -> None:
        """Let two lots change hands in every contract, and somebody else quote both sides."""
        self.beats += 1
        self.time_ns += int(EVERY * 10**9)
        rows, before = self.image.instruments, self.seen.reads
        gone = [CancelOrders(target=code, scope=Scope.TRADING_CODE) for code in (2, 3)]
        told = [self.numbered(code, one) for code, one in zip((2, 3), gone, strict=True)]
        for instrument in range(len(rows)):
            middle = int(rows["previous_settlement_ticks"][instrument]) + self.beats % 5 - 2
            opens = self.beats % 2  # what one beat opens the next one closes
            offset = Offset.OPEN if opens else Offset.CLOSE_TODAY
            for code, side in ((0, Side.BUY if opens else Side.SELL), (1, Side(opens))):
                made = order(code, side, middle, 1, instrument=instrument, offset=offset)
                told.append(self.numbered(code, made))
            for code, side, ticks in ((2, Side.BUY, middle - 3), (3, Side.SELL, middle + 3)):
                made = order(code, side, ticks, 1 + self.beats % 7, instrument=instrument)
                told.append(self.numbered(code, made))
        self.tell(np.concatenate(told))
        self.moved = len(self.seen.changed(before))

    def numbered(self, code: int, made: Command) -> np.ndarray:
        """Return a command of a code's session under its next number."""
        session = int(self.image.trading_codes["member"][code]) + 1
        self.counted[session] += 1
        return encode(made, session, self.counted[session])


def every_contract() -> "DayImage":
    """Return a morning of every product, on which nobody's money is asked for."""
    books = load_books()
    image = first_image(books, TRADING_DAY, sorted(books.products), 1, size_of(25)).image
    settings = msgspec.structs.replace(image.settings, funds=False, order_capacity=1 << 18)
    rows = image.trading_codes.copy()
    rows["member"][:4] = 0, 1, 2, 3
    return image._replace(settings=settings, trading_codes=rows)


def serve(market: Moving, port: int) -> uvicorn.Server:
    """Serve the pages of a market in a thread."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "huiguan.office.config.settings"
    address = static_address()
    shown = Shown(market.follower, (), address)
    show(shown)
    shown.warm()
    live = Live(shown)
    config = uvicorn.Config(
        make_app(live, address), port=port, log_level="error", ws="websockets-sansio"
    )
    server = uvicorn.Server(config)

    async def run() -> None:
        beats = asyncio.create_task(live.run())
        await server.serve()
        beats.cancel()

    threading.Thread(target=asyncio.run, args=(run(),), daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    return server


def children(process: int) -> list[int]:
    """Return all processes below one."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process:
            found += [int(path.parent.name), *children(int(path.parent.name))]
    return found


def browser_seconds() -> float:
    """Return the time of a core that the browser's processes have taken so far."""
    name, total = Path(str(browser_file())).name[:15], 0.0
    for process in children(os.getpid()):
        try:
            text = Path(f"/proc/{process}/stat").read_text()
        except OSError:
            continue
        if name[:8] in text.partition("(")[2].partition(")")[0]:
            fields = text.rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def opened(chromium: "Browser", url: str) -> "Page":
    """Open a page in a fresh browser."""
    size = {"width": 1920, "height": 1080}
    page = chromium.new_context(locale="zh-CN", viewport=size).new_page()  # type: ignore[arg-type]
    page.goto(url)
    return page


def first_paint(chromium: "Browser", url: str) -> list[float]:
    """Return the milliseconds to the first paint of content, each in a fresh browser."""
    found = []
    for _ in range(PAINTS):
        page = opened(chromium, url)
        asked = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
        while not (paint := float(page.evaluate(asked))):  # a wait of its own would need `eval`
            page.wait_for_timeout(50)
        found.append(paint)
        page.context.close()
    return found


def share(chromium: "Browser", url: str, market: Moving, *, moves: bool) -> tuple[float, int]:
    """Return the share of a core that an open page takes, and how many beats there were."""
    page = opened(chromium, url)
    page.wait_for_timeout(3_000)  # what opening it cost is over
    begun, before, beats = time.monotonic(), browser_seconds(), market.beats
    while time.monotonic() - begun < SECONDS:
        due = time.monotonic() + EVERY
        if moves:
            market.beat()
        page.wait_for_timeout(max(0.0, (due - time.monotonic()) * 1000))
    taken = (browser_seconds() - before) / (time.monotonic() - begun)
    page.context.close()
    return taken, market.beats - beats


def main() -> None:
    """Print first paint and shares."""
    if browser_file() is None:
        print(NONE_FOUND)
        return
    market, port = Moving(every_contract()), 18_765
    market.beat()
    server, root = serve(market, port), f"http://127.0.0.1:{port}"
    contracts, mains = len(market.image.instruments), len(market.seen.mains)
    with browser() as chromium:
        for name, path in (
            ("board", "/"),
            ("contract", "/contract/cu2610"),
            ("glossary", "/glossary"),
        ):
            paints = first_paint(chromium, root + path)
            middle, most = statistics.median(paints), max(paints)
            print(f"first paint, {name}: {middle:.0f} ms (at most {most:.0f})")
        for name, path in (
            ("board", "/"),
            ("months of copper", "/product/cu"),
            ("contract", "/contract/cu2610"),
        ):
            still, _ = share(chromium, root + path, market, moves=False)
            moving, beats = share(chromium, root + path, market, moves=True)
            what = f"{market.moved} of {contracts} contracts ({mains} rows of the board)"
            print(f"{name}: {moving:.1%} of a core while {what} moved {beats / SECONDS:.1f} times")
            print(f"  a second, {still:.1%} while none did")
    server.should_exit = True


if __name__ == "__main__":
    main()
