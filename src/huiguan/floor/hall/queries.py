"""What others may know of a running market: rows of the core's tables, filtered by trading code.

Asked over the operator's socket by the JSON door. The floor only picks rows and hands them over as
bytes (``rows``, base64); who asked gives them names. A query never comes before orders for long:
one at a time, at most one in a turn of the event loop, and after each the floor is left alone for
several times as long as it took.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from huiguan.exchange.day.keys import split_key
from huiguan.exchange.messages import Phase, Right
from huiguan.exchange.trading.state.rows import FIRST_KEY
from huiguan.floor.doors.records import (
    ClosingWord,
    SelfTradeWord,
    closing_word,
    self_trade_word,
)
from huiguan.floor.hall.clock import exchange_words, steady
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from huiguan.exchange.trading.state.rows import State
    from huiguan.floor.hall.lines import Hall

REST = 4.0  # times as long as a query took, the next one waits: a fifth of the loop at most
MOST_WAITING = 256
MOST_NAMED = 1_000  # trading codes of a list


class RowsFound(msgspec.Struct, frozen=True):
    """Rows of a table as they stood after a command; the layout is that of the core's table."""

    trading_day: int
    sequence: int
    time_ns: int
    rows: bytes


class HallNow(msgspec.Struct, frozen=True):
    """How the market stands now."""

    trading_day: int
    sequence: int  # of the last command that was applied
    time_ns: int
    clock: str
    phases: dict[str, str]
    live_orders: int
    trades: int


class SessionNow(msgspec.Struct, frozen=True):
    """How a session stands: what a log-on has to say so that nothing is repeated."""

    trading_day: int
    epoch: int
    replies: int
    grace_ns: int
    cancel_on_disconnect: bool
    self_trade: SelfTradeWord
    closing: ClosingWord
    connected: bool


class SwitchesNow(msgspec.Struct, frozen=True):
    """What is stopped or bounded now, by name: halts, kill switches, trading rights.

    Names that a question gives (``codes``) are answered whatever stands there; else only what
    differs from a free market is, of trading codes at most ``MOST_NAMED``.
    """

    trading_day: int
    sequence: int
    halted: list[str]  # contracts
    contract_rights: dict[str, str]
    killed_members: list[str]
    killed_codes: list[str]
    code_rights: dict[str, str]


class Queries:
    """Answers read-only requests about a hall."""

    def __init__(self, hall: Hall) -> None:
        """Answer for a hall."""
        self._hall = hall
        self._one = asyncio.Lock()
        self._free_at = 0.0
        self._waiting = 0
        self._this_turn = 0
        self.answered = 0
        self.most_in_a_turn = 0
        self._holders_of: np.ndarray | None = None  # the table whose holders these are
        self._holders = np.zeros(0, np.int32)

    def requests(self) -> dict[str, Callable[[dict[str, Any]], Awaitable[object]]]:
        """Return what can be asked, by name."""
        return {
            "read hall": self._gate(self._now),
            "read session": self._gate(self._session),
            "read orders": self._gate(self._orders),
            "read positions": self._gate(self._positions),
            "read accounts": self._gate(self._accounts),
            "read switches": self._gate(self._switches),
            "read queries": self._load,
        }

    def _gate(
        self, answer: Callable[[dict[str, Any]], msgspec.Struct]
    ) -> Callable[[dict[str, Any]], Awaitable[object]]:
        async def gated(given: dict[str, Any]) -> msgspec.Raw:
            if self._waiting >= MOST_WAITING:
                raise InputFault(f"{self._waiting} queries wait already; ask again in a moment")
            self._waiting += 1
            try:
                async with self._one:
                    return await self._in_turn(answer, given)
            finally:
                self._waiting -= 1

        return gated

    async def _in_turn(
        self, answer: Callable[[dict[str, Any]], msgspec.Struct], given: dict[str, Any]
    ) -> msgspec.Raw:
        """Answer in a turn of the loop that answered nothing yet, when the rest is over."""
        await asyncio.sleep(max(0.0, self._free_at - steady()))
        if not self._this_turn:
            asyncio.get_running_loop().call_soon(self._turned)
        self._this_turn += 1
        self.answered += 1
        self.most_in_a_turn = max(self.most_in_a_turn, self._this_turn)
        begun = steady()
        found = msgspec.json.encode(answer(given))
        now = steady()
        self._free_at = now + REST * (now - begun)
        return msgspec.Raw(found)

    def _turned(self) -> None:
        self._this_turn = 0

    async def _load(self, _: dict[str, Any]) -> dict[str, int]:
        return {"answered": self.answered, "most_in_a_turn": self.most_in_a_turn}

    @property
    def _state(self) -> State:
        return self._hall.node.market.core.state

    def _found(self, rows: np.ndarray) -> RowsFound:
        core = self._hall.node.market.core
        day = self._hall.node.market.trading_day
        return RowsFound(day, core.next_sequence - 1, core.time_ns, rows.tobytes())

    def _codes(self, given: dict[str, Any]) -> np.ndarray:
        """Return for each trading code whether it is asked for."""
        wanted = np.zeros(len(self._state.accounts), bool)
        codes = np.array(given["codes"], np.int64)
        if codes.size and not 0 <= codes.min() <= codes.max() < len(wanted):
            raise InputFault("a trading code that this day does not have; take those of today")
        wanted[codes] = True
        return wanted

    def _now(self, _: dict[str, Any]) -> HallNow:
        hall, market = self._hall, self._hall.node.market
        state, now = market.core.state, hall.clock.now_ns()
        phases = state.group_phase.tolist()
        names = market.image.names.phase_groups
        return HallNow(
            trading_day=market.trading_day,
            sequence=market.core.next_sequence - 1,
            time_ns=now,
            clock=exchange_words(now),
            phases={
                name: Phase(phase).name.lower() for name, phase in zip(names, phases, strict=True)
            },
            live_orders=int(state.core["live_orders"][0]),
            trades=int(state.core["trades"][0]),
        )

    def _session(self, given: dict[str, Any]) -> SessionNow:
        node, session = self._hall.node, int(given["session"])
        if not 0 < session < len(self._state.sessions):
            raise InputFault(f"there is no session {session} today")
        row = self._state.sessions[session]
        return SessionNow(
            trading_day=node.market.trading_day,
            epoch=int(row["epoch"]),
            grace_ns=int(row["grace_ns"]),
            cancel_on_disconnect=bool(row["cancel_on_disconnect"]),
            self_trade=self_trade_word(row["self_trade"]),
            closing=closing_word(row["closing"]),
            replies=node.market.log.count(session),
            connected=self._hall.is_connected(session),
        )

    def _orders(self, given: dict[str, Any]) -> RowsFound:
        """Return the live orders of trading codes, in the order they came."""
        state = self._state
        rows = state.orders[: int(state.core["fresh_order"][0])]
        mine = rows[self._codes(given)[rows["trading_code"]] & (rows["order_id"] != 0)]
        return self._found(mine[np.argsort(mine["order_id"])])

    def _positions(self, given: dict[str, Any]) -> RowsFound:
        """Return the positions of trading codes, by key."""
        mine = self._state.positions[np.flatnonzero(self._codes(given)[self._position_codes()])]
        return self._found(mine[np.argsort(mine["key"])])

    def _position_codes(self) -> np.ndarray:
        """Return the trading code of each position.

        Rows only appear while a market lives, so a question looks at those that are new to it; to
        take a million keys apart each time would hold up orders for 40 ms.
        """
        state = self._state
        if self._holders_of is not state.positions:
            self._holders_of, self._holders = state.positions, np.zeros(0, np.int32)
        fresh = state.positions["key"][len(self._holders) : int(state.core["positions"][0])]
        if len(fresh):
            codes, _, _ = split_key(fresh - FIRST_KEY, len(state.instruments))
            self._holders = np.concatenate([self._holders, codes.astype(np.int32)])
        return self._holders

    def _accounts(self, given: dict[str, Any]) -> RowsFound:
        """Return the money of trading codes, a row for each, in their order."""
        wanted = self._codes(given)
        return self._found(self._state.accounts[wanted])

    def _switches(self, given: dict[str, Any]) -> SwitchesNow:
        """Return what is halted, switched off or bounded."""
        state, names = self._state, self._hall.node.market.image.names
        codes = np.arange(len(state.accounts))
        if "codes" in given:
            codes = np.flatnonzero(np.isin(names.trading_codes, given["codes"]))
        killed = codes[state.accounts["killed"][codes] != 0]
        bounded = codes[state.accounts["right"][codes] != Right.ALLOW]
        contracts = np.flatnonzero(state.instruments["right"] != Right.ALLOW).tolist()
        return SwitchesNow(
            trading_day=self._hall.node.market.trading_day,
            sequence=self._hall.node.market.core.next_sequence - 1,
            halted=named(names.instruments, state.instruments["halted"] != 0),
            contract_rights={
                names.instruments[row]: right_word(state.instruments["right"][row])
                for row in contracts
            },
            killed_members=named(names.members, state.members["killed"] != 0),
            killed_codes=[names.trading_codes[row] for row in killed[:MOST_NAMED].tolist()],
            code_rights={
                names.trading_codes[row]: right_word(state.accounts["right"][row])
                for row in bounded[:MOST_NAMED].tolist()
            },
        )


def named(names: list[str], chosen: np.ndarray) -> list[str]:
    """Return the names of the rows that are chosen."""
    return [names[row] for row in np.flatnonzero(chosen).tolist()]


def right_word(right: int) -> str:
    """Return a trading right as a word: ``allow``, ``close only``, ``forbidden``."""
    return Right(right).name.lower().replace("_", " ")
