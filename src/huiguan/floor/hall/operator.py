"""The operator's door: a line of JSON asks, a line answers; a socket in the hall's folder.

Whoever may open the socket file (the owner of the hall) may ask. A request has an ``id``: asking
the same again gives the first answer and does nothing twice.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import msgspec

from huiguan.exchange.messages import Command, PassTime
from huiguan.floor.hall.clock import exchange_words, read_moment, read_speed
from huiguan.foundation.faults import Fault, InputFault

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from huiguan.floor.day.market import Outcome
    from huiguan.floor.hall.clock import Clock
    from huiguan.floor.hall.lines import Hall

SOCKET_NAME = "operator.sock"
REMEMBERED, REMEMBERED_BYTES = 10_000, 64 << 20  # answers by request id
NO_SENSE = (ArithmeticError, LookupError, TypeError, ValueError, RecursionError)  # of wrong words
LONGEST_LINE = 1 << 20
HOUSE = {
    str(kind.__struct_config__.tag): kind for kind in Command.__subclasses__() if kind.KIND > 110
}


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """What an operator asks."""

    do: str
    id: str = ""
    with_: dict[str, Any] = msgspec.field(name="with", default_factory=dict)


class RequestDoor:
    """Answers lines of JSON at a socket in the hall's folder."""

    def __init__(self) -> None:
        """Answer nothing yet."""
        self._answers: OrderedDict[str, asyncio.Future[bytes]] = OrderedDict()
        self._kept_bytes = 0
        self._does: dict[str, Callable[[dict[str, Any]], Awaitable[object]]] = {}
        self.more: dict[str, Callable[[dict[str, Any]], Awaitable[object]]] = {}

    async def serve(self, folder: Path) -> asyncio.AbstractServer:
        """Listen in the hall's folder; only its owner may connect."""
        path = folder / SOCKET_NAME
        path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._talk, path, limit=LONGEST_LINE)
        path.chmod(0o600)
        return server

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(await self.answer(line) + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):  # gone, or a line too long
            pass
        except asyncio.CancelledError:  # the floor goes down while somebody may still ask
            pass
        finally:
            writer.close()

    async def answer(self, line: bytes) -> bytes:
        """Return the answer to one request: ``{"good": ...}`` or ``{"fault": sentence}``."""
        try:
            request = msgspec.json.decode(line, type=Request)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            return msgspec.json.encode({"fault": f"this is no request: {fault}"})
        if not request.id:
            return await self._answer(request)
        known = self._answers.get(request.id)
        if known is None:
            known = self._answers[request.id] = asyncio.ensure_future(self._answer(request))
            known.add_done_callback(self._remember)
        return await asyncio.shield(known)

    def _remember(self, done: asyncio.Future[bytes]) -> None:
        """Keep an answer as long as there is room for it."""
        self._kept_bytes += 0 if done.cancelled() else len(done.result())
        while len(self._answers) > REMEMBERED or self._kept_bytes > REMEMBERED_BYTES:
            oldest = next(iter(self._answers.values()))
            if not oldest.done():
                return
            self._answers.popitem(last=False)
            self._kept_bytes -= 0 if oldest.cancelled() else len(oldest.result())

    async def _answer(self, request: Request) -> bytes:
        does = self._does.get(request.do) or self.more.get(request.do)
        try:
            if does is None:
                known = ", ".join(sorted({*self._does, *self.more}))
                raise InputFault(f"nobody here does {request.do!r}; there are {known}")
            return msgspec.json.encode({"good": await does(request.with_)})
        except (Fault, msgspec.ValidationError) as fault:
            return msgspec.json.encode({"fault": str(fault)})
        except NO_SENSE as fault:
            told = f"{type(fault).__name__}: {fault}"
            return msgspec.json.encode(
                {"fault": f"nobody can do {request.do!r} with these words ({told}); correct them"}
            )


class Operator(RequestDoor):
    """Answers requests of the operator of a hall whose market runs."""

    def __init__(self, hall: Hall, stop: Callable[[], None]) -> None:
        """Answer for a hall; ``stop`` takes it down."""
        super().__init__()
        self._hall, self._stop = hall, stop
        self._does |= {
            "status": self._status,
            "clock": self._clock,
            "step": self._step,
            "command": self._command,
            "stop": self._down,
        }
        self.words: Callable[[], dict[str, object]] = dict  # what the hall's runner adds to status

    async def _status(self, _: dict[str, Any]) -> dict[str, object]:
        keys = {key.session: key.name for key in self._hall.keys}
        found = self._hall.node.describe()
        names = [keys.get(session, "") for session in self._hall.node.live]
        return (
            found
            | self.words()
            | clock_words(self._hall.clock)
            | {"names": sorted(names), "lines": len(self._hall.lines)}
        )

    async def _clock(self, given: dict[str, Any]) -> dict[str, object]:
        """Pause, go on, set the speed or a later time."""
        clock = self._hall.clock
        speed, fastest = None, None
        if given.get("pause"):
            speed, fastest = 0.0, False
        elif "speed" in given:
            speed, fastest = read_speed(str(given["speed"]))
        to = read_moment(given["to"]) if "to" in given else None
        clock.steer(now_ns=to, speed=speed, fastest=fastest)
        self._hall.node.clock_changed()
        self._hall.pace.clock_changed()
        return await self._status({})

    async def _step(self, _: dict[str, Any]) -> dict[str, object]:
        """Move the clock to what is due next, and let it happen."""
        node, clock = self._hall.node, self._hall.clock
        due = node.market.core.next_due_ns
        if due is None:
            raise InputFault(
                "nothing is due any more today; the next day opens by itself or by hand"
            )
        clock.steer(now_ns=max(due, clock.now_ns()))
        await self._journaled(PassTime())
        return await self._status({})

    async def _command(self, given: dict[str, Any]) -> dict[str, object]:
        """Journal a command of the house, by its name and fields.

        Rows are those of a day: with a ``trading_day`` the command is for that one alone, and who
        heard no answer finds in that day's journal whether it was taken.
        """
        kind = HOUSE.get(given.get("kind", ""))
        if kind is None:
            raise InputFault(
                f"{given.get('kind')!r} is no command of the house: {', '.join(HOUSE)}"
            )
        if "trading_day" in given:
            meant, day = given["trading_day"], self._hall.node.market.trading_day
            if meant != day:
                raise InputFault(
                    f"this is for trading day {meant} and the hall stands in {day}; give it anew"
                )
        fields = {
            name: value for name, value in given.items() if name not in ("kind", "trading_day")
        }
        outcome = await self._journaled(msgspec.convert(fields, kind))
        return {
            "refusal": outcome.refusal,
            "first_figure": outcome.first_figure,
            "second_figure": outcome.second_figure,
            "sequence": outcome.sequence,
        }

    async def _journaled(self, command: Command) -> Outcome:
        if self._hall.node.is_shut:
            raise InputFault("the trading day is over and takes no command; wait for the next one")
        found: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._hall.node.command(command, found.set_result)
        return await found

    async def _down(self, _: dict[str, Any]) -> str:
        asyncio.get_running_loop().call_soon(self._stop)
        return "going down"


class BetweenDays(RequestDoor):
    """Answers while a hall that was started again has no market yet: its next day is not open."""

    def __init__(
        self,
        clock: Clock,
        trading_day: int,
        words: Callable[[], dict[str, object]],
        stop: Callable[[], None],
    ) -> None:
        """Answer for the day that is over; ``stop`` takes the hall down."""
        super().__init__()
        self._clock, self._day, self._words, self._stop = clock, trading_day, words, stop
        self._does |= {"status": self._status, "stop": self._down}

    async def _status(self, _: dict[str, Any]) -> dict[str, object]:
        numbers = ("sequence", "live_orders", "trades", "waiting", "snapshot_behind", "lines")
        nothing: dict[str, object] = dict.fromkeys(numbers, 0)
        return (
            nothing
            | clock_words(self._clock)
            | self._words()
            | {
                "trading_day": self._day,
                "phases": {},
                "next_due_ns": None,
                "connected": [],
                "names": [],
            }
        )

    async def _down(self, _: dict[str, Any]) -> str:
        asyncio.get_running_loop().call_soon(self._stop)
        return "going down"


def clock_words(clock: Clock) -> dict[str, object]:
    """Return how a clock stands, as a status says it."""
    setting = clock.setting
    return {
        "time_ns": clock.now_ns(),
        "clock": exchange_words(clock.now_ns()),
        "speed": "wall" if clock.is_wall else "max" if setting.max else setting.speed,
    }
