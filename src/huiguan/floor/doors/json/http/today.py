"""What happened today, from the journal on disk: orders and trades of those who may ask.

A reader runs the day's journal for itself, as far as the floor has applied it and only when
somebody asks, so the floor does nothing for it. A frame that is not on disk is not shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from huiguan.days.run_again import frame_commands
from huiguan.exchange.messages import (
    EVENT_HEADER_ROW,
    LAYOUTS,
    MESSAGE_BYTES,
    Hedge,
    Offset,
    OrderCancelled,
    OrderEntered,
    Side,
    TimeInForce,
    TradeExecuted,
)
from huiguan.exchange.trading.core import TradingCore
from huiguan.floor.doors.json.http import answers
from huiguan.floor.hall.clock import exchange_words
from huiguan.storage.journal.recovery import read, read_after

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.day.names import DayNames
    from huiguan.storage.journal.recovery import Frame

CODES_OF = {  # the trading codes that an event concerns
    OrderEntered.KIND: ("trading_code",),
    OrderCancelled.KIND: ("trading_code",),
    TradeExecuted.KIND: ("buy_code", "sell_code"),
}


class Happened(NamedTuple):
    """An event of today, and when (ns, UTC)."""

    time_ns: int
    kind: int
    row: Any  # by the layout of its kind


class History:
    """One day, run as far as anybody asked."""

    def __init__(self, root: Path, image: DayImage, readable: np.ndarray) -> None:
        """Begin in the morning; ``readable`` says for each trading code whether to remember it."""
        self.readable = readable
        self._journal, self._core = root / "journal", TradingCore(image)
        self._last: Frame | None = None  # that was run
        self._rows = np.zeros((0, MESSAGE_BYTES), np.uint8)
        self._times = np.zeros(0, np.int64)

    def catch_up(self, sequence: int) -> None:
        """Run what the journal has up to a command that the floor has applied."""
        if sequence <= (self._last.last_sequence if self._last else 0):
            return
        rows, times = [self._rows], [self._times]
        frames = read_after(self._journal, self._last) if self._last else read(self._journal)
        for frame in frames:
            time_ns = frame.header.time_ns
            events = self._core.run_frame(time_ns, frame_commands(frame)).reshape(-1)
            self._last = frame
            kept = concerned(events, self.readable)
            rows.append(events.reshape(-1, MESSAGE_BYTES)[kept])
            times.append(np.full(len(kept), self._core.time_ns, np.int64))
            if frame.last_sequence >= sequence:  # the next one may be half written
                break
        self._rows, self._times = np.concatenate(rows), np.concatenate(times)

    def happened(self, codes: np.ndarray) -> list[Happened]:
        """Return the events of trading codes (a truth value for each), in order."""
        flat = self._rows.reshape(-1)
        kept = concerned(flat, codes)
        kinds = flat.view(EVENT_HEADER_ROW)["kind"][kept].tolist()
        views = {kind: flat.view(LAYOUTS[kind]) for kind in CODES_OF}
        times = self._times[kept].tolist()
        return [
            Happened(time_ns, kind, views[kind][row])
            for time_ns, kind, row in zip(times, kinds, kept.tolist(), strict=True)
        ]


def concerned(events: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return the rows of the events (``uint8``, flat) that concern any of the trading codes."""
    kinds = events.view(EVENT_HEADER_ROW)["kind"]
    found = np.zeros(len(kinds), bool)
    for kind, fields in CODES_OF.items():
        of_kind, rows = np.flatnonzero(kinds == kind), events.view(LAYOUTS[kind])
        for field in fields:
            found[of_kind] |= codes[rows[field][of_kind]]
    return np.flatnonzero(found)


def trades_of(names: DayNames, found: list[Happened], codes: np.ndarray) -> list[answers.Trade]:
    """Return one's own sides of trades."""
    return [
        trade_of(names, one, side)
        for one in found
        if one.kind == TradeExecuted.KIND
        for side in ("buy", "sell")
        if codes[one.row[f"{side}_code"]]
    ]


def trade_of(names: DayNames, one: Happened, side: str) -> answers.Trade:
    """Return one side of a trade."""
    row, contract = one.row, int(one.row["instrument"])
    return answers.Trade(
        sequence=int(row["sequence"]),
        time=exchange_words(one.time_ns),
        order_id=int(row[f"{side}_order_id"]),
        contract=names.contracts[contract],
        trading_code=names.codes[int(row[f"{side}_code"])],
        side=side,  # type: ignore[arg-type]
        offset=Offset(int(row[f"{side}_offset"])).name.lower(),
        hedge=Hedge(int(row[f"{side}_hedge"])).name.lower(),
        price=names.price(contract, int(row["price_ticks"])),
        lots=int(row["lots"]),
    )


def orders_of(names: DayNames, found: list[Happened]) -> list[answers.DayOrder]:
    """Return the orders of today with what became of each."""
    entered: dict[int, Happened] = {}
    filled: dict[int, int] = {}
    cancelled: dict[int, int] = {}
    for one in found:
        lots = int(one.row["lots"])
        if one.kind == OrderEntered.KIND:
            entered[int(one.row["order_id"])] = one
        elif one.kind == OrderCancelled.KIND:
            cancelled[int(one.row["order_id"])] = lots
        else:
            for side in ("buy_order_id", "sell_order_id"):
                order = int(one.row[side])
                filled[order] = filled.get(order, 0) + lots
    return [
        day_order(names, one, filled.get(order, 0), cancelled.get(order, 0))
        for order, one in entered.items()
    ]


def day_order(names: DayNames, one: Happened, filled: int, cancelled: int) -> answers.DayOrder:
    """Return an order of today with what became of it."""
    row, contract, lots = one.row, int(one.row["instrument"]), int(one.row["lots"])
    state = "filled" if filled == lots else "cancelled" if cancelled else "live"
    return answers.DayOrder(
        order_id=int(row["order_id"]),
        client_order_id=int(row["client_order_id"]),
        session=int(row["session"]),
        time=exchange_words(one.time_ns),
        contract=names.contracts[contract],
        trading_code=names.codes[int(row["trading_code"])],
        side=Side(int(row["side"])).name.lower(),  # type: ignore[arg-type]
        offset=Offset(int(row["offset"])).name.lower(),
        hedge=Hedge(int(row["hedge"])).name.lower(),
        time_in_force=TimeInForce(int(row["time_in_force"])).name.lower(),
        price=names.price(contract, int(row["price_ticks"])),
        lots=lots,
        other_lots=int(row["other_lots"]),
        filled_lots=filled,
        cancelled_lots=cancelled,
        state=state,  # type: ignore[arg-type]
    )
