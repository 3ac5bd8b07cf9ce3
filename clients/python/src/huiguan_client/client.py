"""A client that a program talks to: contracts by code, prices as decimals, answers as values.

``Client`` blocks and reads its line in a thread; ``AsyncClient`` does the same on an event loop.
Both reconnect by themselves and go on with the next reply they have not seen.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from typing import TYPE_CHECKING, Any, Self

from huiguan_client import doors
from huiguan_client.desk import (
    Contract,
    Depth,
    Desk,
    Happened,
    HuiguanError,
    Order,
    Refused,
    Trade,
    fetch,
    outcome_of,
)
from huiguan_client.feed import Books, FeedGap
from huiguan_client.messages import CancelOrder, CommandRepeated
from huiguan_client.session import Command, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from decimal import Decimal
    from types import TracebackType

HEARTBEAT_SECONDS = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
WORKS = 2  # tasks of a client that does not look at the feed: its line, its signs of life


async def closed(writer: asyncio.StreamWriter) -> None:
    """Close a line and wait until it is gone."""
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


class AsyncClient:
    """A client on an event loop; ``async with AsyncClient(url, key) as client``."""

    def __init__(self, url: str, key: str, code: str = "", **choices: Any) -> None:  # noqa: ANN401
        """Take the address of the HTTP door and a key; entering connects."""
        self.desk = Desk(url, key, code, **choices)
        self._answers: dict[int, asyncio.Future[Reply]] = {}
        self._heard: asyncio.Queue[Happened | None] = asyncio.Queue()
        self._writer: asyncio.StreamWriter | None = None
        self._on = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._ended: HuiguanError | None = None
        self._fed, self._news = asyncio.Event(), asyncio.Event()
        self._changed: set[int] = set()

    async def __aenter__(self) -> Self:
        """Connect and log on."""
        await asyncio.to_thread(self.desk.learn)
        self._tasks = [asyncio.create_task(self._live()), asyncio.create_task(self._beat())]
        on = asyncio.create_task(self._on.wait())
        await asyncio.wait([on, self._tasks[0]], return_when=asyncio.FIRST_COMPLETED)
        if self._ended:
            raise self._ended
        return self

    async def __aexit__(self, *_: object) -> None:
        """Log off in order."""
        with contextlib.suppress(OSError):
            if self._writer:
                self._writer.write(doors.AskLogOff().pack())
                await self._writer.drain()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def contracts(self) -> dict[str, Contract]:
        """Today's contracts by code."""
        return self.desk.contracts

    @property
    def trading_day(self) -> int:
        """The trading day (yyyymmdd)."""
        return self.desk.session.trading_day

    @property
    def self_trade(self) -> str:
        """What goes where one would trade with oneself: ``"off"`` where the venue has no choice."""
        return self.desk.session.self_trade

    @property
    def closing(self) -> str:
        """Which lots a plain close takes: ``"as_sent"`` (history), ``"history"`` or ``"today"``."""
        return self.desk.session.closing

    async def enter(
        self,
        contract: str,
        side: str,
        price: Decimal | str | int,
        lots: int,
        offset: str = "open",
        **more: str | int,
    ) -> Order:
        """Enter an order and return it as the exchange took it; ``Refused`` says why it did not."""
        reply = await self._answer(self.desk.order(contract, side, price, lots, offset, **more))
        (found,) = self.desk.value(reply)
        if isinstance(found, Order):
            return found
        assert isinstance(reply.event, CommandRepeated)
        found_price = self.contracts[contract].price(self.contracts[contract].ticks(price))
        return Order(reply.event.order_id, contract, side, found_price, lots, reply.sequence)

    async def cancel(self, order: Order | int) -> None:
        """Cancel an order; ``Refused`` where it is gone already."""
        number = order.order_id if isinstance(order, Order) else order
        await self._answer(CancelOrder(order_id=number, client_order_id=0))

    async def send(self, command: Command) -> Reply:
        """Send a message of the exchange and return its outcome; ``Refused`` says no."""
        return await self._answer(command)

    async def next(self, timeout: float | None = None) -> Happened:  # noqa: ASYNC109
        """Return what happens next: trades, cancels, words of the door."""
        found = await asyncio.wait_for(self._heard.get(), timeout)
        if found is None:
            raise self._ended or HuiguanError("the connection was ended")
        return found

    async def ask(self, path: str) -> Any:  # noqa: ANN401  as the door's JSON is
        """Ask the HTTP door, like ``/v1/positions``."""
        return await asyncio.to_thread(fetch, self.desk.url, path, self.desk.key)

    async def depth(self, contract: str, levels: int = 5) -> Depth:
        """Return the live book of a contract; the first call connects to the public feed."""
        if contract not in self.contracts:
            raise ValueError(f"{contract!r} is not listed today")
        self._follow()
        await self._fed.wait()
        return self.desk.depth(contract, levels)

    async def changed(self) -> set[str]:
        """Wait until the public feed says something; return the contracts that changed."""
        self._follow()
        self._news.clear()
        await self._news.wait()
        rows, self._changed = self._changed, set()
        return {code for code, found in self.contracts.items() if found.row in rows}

    def _follow(self) -> None:
        """Follow the public feed from the first time somebody asks."""
        if len(self._tasks) == WORKS:
            self._tasks.append(asyncio.create_task(self._read_feed()))

    async def _connect(
        self, address: tuple[str, int]
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        secure = ssl.create_default_context() if self.desk.is_secure else None
        return await asyncio.open_connection(*address, ssl=secure)

    async def _read_feed(self) -> None:
        """Follow the public feed; after a break or a gap begin again with its snapshot."""
        while self._ended is None:
            with contextlib.suppress(OSError, FeedGap):
                reader, writer = await self._connect(self.desk.feed_address)
                self.desk.books = Books()
                try:
                    while data := await reader.read(1 << 18):
                        self._changed |= self.desk.books.take(data)
                        self._fed.set()
                        self._news.set()
                finally:
                    await closed(writer)
            await asyncio.sleep(FIRST_PAUSE)

    async def _answer(self, command: Command) -> Reply:
        await self._on.wait()
        number, data = self.desk.session.send(command)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        assert self._writer
        self._writer.write(data)
        outcome = outcome_of(await answer)
        if isinstance(outcome, Refused):
            raise outcome
        assert isinstance(outcome, Reply)
        return outcome

    async def _live(self) -> None:
        """Stay connected: after a break, log on again and go on."""
        pause = FIRST_PAUSE
        while self._ended is None:
            with contextlib.suppress(OSError):
                reader, self._writer = await self._connect(self.desk.address)
                try:
                    self._writer.write(self.desk.session.log_on())
                    while data := await reader.read(1 << 16):
                        pause = FIRST_PAUSE
                        await self._take(data)
                finally:
                    await closed(self._writer)
            self._on.clear()
            if self._ended is None:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                with contextlib.suppress(HuiguanError):
                    await asyncio.to_thread(self.desk.learn)
        self._heard.put_nowait(None)
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(self._ended)

    async def _take(self, data: bytes) -> None:
        items, again = self.desk.session.receive(data)
        if again and self._writer:
            self._writer.write(again)
        for item in items:
            if isinstance(item, doors.LoggedOn):
                self._on.set()
            elif isinstance(item, doors.DayOpened):
                await asyncio.to_thread(self.desk.learn)
            elif isinstance(item, doors.Goodbye):
                self._goodbye(item)
            elif isinstance(item, doors.NotTaken):
                self._later(item)
            if isinstance(item, doors.Heartbeat):
                continue
            if isinstance(item, Reply) and not item.earlier:
                answer = self._answers.pop(item.client_sequence, None)
                if answer:
                    answer.set_result(item)
            for found in self.desk.value(item):
                self._heard.put_nowait(found)

    def _goodbye(self, said: doors.Goodbye) -> None:
        english, _, again = doors.REASON_WORDS[doors.DoorReason(said.reason)]
        if not again:
            self._ended = HuiguanError(f"{said.reason} {english}")

    def _later(self, said: doors.NotTaken) -> None:
        """Send again what the door did not take, when it says."""
        data = self.desk.session.unanswered(said.first_client_sequence, said.count)
        loop = asyncio.get_running_loop()
        if self._writer:
            loop.call_later(said.again_ms / 1000, self._writer.write, data)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            if self._writer and self._on.is_set():
                with contextlib.suppress(OSError):
                    self._writer.write(doors.Heartbeat(time_ns=0).pack())


class Client:
    """A client for ordinary programs: ``with Client(url, key) as client``; calls block."""

    def __init__(self, url: str, key: str, code: str = "", **choices: Any) -> None:  # noqa: ANN401
        """Take the address of the HTTP door and a key; entering connects."""
        self._inner: AsyncClient
        self._make: Callable[[], AsyncClient] = lambda: AsyncClient(url, key, code, **choices)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        """Connect and log on."""
        self._thread.start()

        async def begin() -> AsyncClient:
            return await self._make().__aenter__()

        try:
            self._inner = self._run(begin())
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Log off in order."""
        self._run(self._inner.__aexit__(kind, fault, trace))
        self._stop()

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Any) -> Any:  # noqa: ANN401  whatever a coroutine returns
        found: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return found.result()

    @property
    def contracts(self) -> dict[str, Contract]:
        """Today's contracts by code."""
        return self._inner.contracts

    @property
    def trading_day(self) -> int:
        """The trading day (yyyymmdd)."""
        return self._inner.trading_day

    @property
    def self_trade(self) -> str:
        """What goes where one would trade with oneself: ``"off"`` where the venue has no choice."""
        return self._inner.self_trade

    @property
    def closing(self) -> str:
        """Which lots a plain close takes: ``"as_sent"`` (history), ``"history"`` or ``"today"``."""
        return self._inner.closing

    def enter(
        self,
        contract: str,
        side: str,
        price: Decimal | str | int,
        lots: int,
        offset: str = "open",
        **more: str | int,
    ) -> Order:
        """Enter an order and return it as the exchange took it; ``Refused`` says why it did not."""
        found: Order = self._run(self._inner.enter(contract, side, price, lots, offset, **more))
        return found

    def cancel(self, order: Order | int) -> None:
        """Cancel an order; ``Refused`` where it is gone already."""
        self._run(self._inner.cancel(order))

    def depth(self, contract: str, levels: int = 5) -> Depth:
        """Return the live book of a contract; the first call connects to the public feed."""
        found: Depth = self._run(self._inner.depth(contract, levels))
        return found

    def next(self, timeout: float | None = None) -> Happened:
        """Return what happens next: trades, cancels, words of the door."""
        found: Happened = self._run(self._inner.next(timeout))
        return found

    def trades(self, timeout: float | None = None) -> Iterator[Trade]:
        """Yield own trades as they happen, until ``timeout`` seconds pass without anything."""
        while True:
            try:
                found = self.next(timeout)
            except TimeoutError:
                return
            if isinstance(found, Trade):
                yield found

    def ask(self, path: str) -> Any:  # noqa: ANN401  as the door's JSON is
        """Ask the HTTP door, like ``/v1/positions``."""
        return self._run(self._inner.ask(path))
