"""Queries about the running day."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from importlib.metadata import version
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from huiguan.exchange.amounts import FeeClass
from huiguan.exchange.day.keys import fee_row, margin_row, split_key
from huiguan.exchange.messages import (
    Hedge,
    Offset,
    OrderCancelled,
    OrderEntered,
    Right,
    Side,
    TimeInForce,
)
from huiguan.exchange.quotes import as_decimal
from huiguan.exchange.reports.words import yuan
from huiguan.exchange.trading.state.rows import ACCOUNT, FIRST_KEY, ORDER, POSITION
from huiguan.floor.clock import exchange_words
from huiguan.floor.doors.json.http import answers
from huiguan.floor.doors.json.http.access import Wrong, answered
from huiguan.floor.doors.json.http.floor_line import Unavailable
from huiguan.floor.doors.records import SCHEMA
from huiguan.floor.keys import KeyRight
from huiguan.floor.queries import RowsFound
from huiguan.foundation.arithmetic import show_rate

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from huiguan.floor.doors.json.door import Day
    from huiguan.floor.doors.json.http.access import Asker
    from huiguan.floor.doors.json.http.service import Service
    from huiguan.floor.doors.json.http.today import Happened

API_VERSION = "1"
HELD = [name for name in answers.Position.__struct_fields__ if name.startswith(("long", "short"))]


def word(member: Side | Offset | Hedge | TimeInForce | Right | FeeClass) -> str:
    """Return the word of a value of an enumeration."""
    return member.name.lower()


async def hall(service: Service, _: Request) -> Response:
    """Answer how the market stands; needs no key."""
    now, at = await service.door.now(), service.door.binary_door()
    return answered(
        answers.Hall(
            trading_day=now.trading_day,
            sequence=now.sequence,
            clock=now.clock,
            phases=now.phases,
            live_orders=now.live_orders,
            trades=now.trades,
            binary=answers.BinaryDoor(at.host, at.binary_port, at.tls),
            versions=answers.Versions(version("huiguan"), SCHEMA, API_VERSION),
        )
    )


async def health(service: Service, _: Request) -> Response:
    """Answer whether the floor answers; needs no key."""
    try:
        now = await service.door.now()
    except Unavailable as fault:
        return answered(answers.Health("up", "down", str(fault), 0, 0), 503)
    return answered(
        answers.Health("up", "up", "the market answers", now.trading_day, now.sequence)
    )


async def contracts(service: Service, request: Request) -> Response:
    """Answer every contract with its rules of the day."""
    asker = await service.access.asker(request, KeyRight.READ)
    told = asker.day.told
    if "contracts" not in told:
        told["contracts"] = await asyncio.to_thread(_contracts, asker.day)
    return answered(told["contracts"])


def _contracts(day: Day) -> bytes:
    rows = [contract_of(day, row) for row in range(len(day.names.contracts))]
    return msgspec.json.encode(answers.Contracts(day.names.trading_day, rows))


def contract_of(day: Day, row: int) -> answers.Contract:
    """Return a contract with its rules of the day."""
    image, names = day.image, day.names
    found = image.instruments[row]
    tick = Fraction(int(found["tick_units"]), 10 ** int(found["unit_decimals"]))
    limits = ("lower_limit", "upper_limit", "previous_settlement")
    counts = (
        *("minimum_lots", "maximum_lots", "maximum_market_lots", "lots_multiple"),
        *("position_limit_lots", "opening_limit_lots", "last_trading_day"),
    )
    return answers.Contract(
        code=names.contracts[row],
        row=row,
        product=names.products[int(found["product"])],
        phase_group=names.groups[int(found["phase_group"])],
        tick=names.tick(row),
        multiplier=f"{as_decimal(Fraction(int(found['tick_value_fen']), 100) / tick):f}",
        **{name: names.price(row, int(found[f"{name}_ticks"])) for name in limits},
        **{name: int(found[name]) for name in counts},
        right=word(Right(int(found["right"]))),
        margins=[
            answers.Margin(word(side), word(hedge), yuan(int(margin)))  # type: ignore[arg-type]
            for side in Side
            for hedge in Hedge
            for margin in [image.margins["margin_fen"][margin_row(row, side, hedge)]]
        ],
        fees=[
            answers.Fee(
                word(hedge),
                word(kind),  # type: ignore[arg-type]
                show_rate(int(fee["rate_ppb"])),
                yuan(int(fee["per_lot_fen"])),
            )
            for hedge in Hedge
            for kind in FeeClass
            for fee in [image.fees[fee_row(row, hedge, kind)]]
        ],
        rules=f"/v1/contracts/{names.contracts[row]}/rules",
    )


async def account(service: Service, request: Request) -> Response:
    """Answer what the key is for."""
    asker = await service.access.asker(request, KeyRight.READ)
    key, rows = asker.key, asker.day.names.code_rows
    return answered(
        answers.Account(
            name=key.name,
            member=key.member,
            session=key.session,
            rights=[right.value for right in key.rights],
            rate=key.rate,
            codes=[answers.Code(code, rows[code]) for code in asker.codes],
        )
    )


async def orders(service: Service, request: Request) -> Response:
    """Answer one's orders in the book, or with ``?all=1`` all of today."""
    asker = await service.access.asker(request, KeyRight.READ)
    wanted = request.query_params.get("all", "0")
    if wanted not in ("0", "1"):
        raise Wrong(400, f"all is 0 or 1, not {wanted!r}")
    if wanted == "1":
        return await _orders_of_today(service, asker)
    found = await service.rows("read orders", asker)
    names = asker.day.names
    told = [
        answers.LiveOrder(
            order_id=order_id,
            client_order_id=own,
            session=session,
            contract=names.contracts[contract],
            trading_code=names.codes[code],
            side=word(Side(side)),  # type: ignore[arg-type]
            offset=word(Offset(offset)),
            hedge=word(Hedge(hedge)),
            price=names.price(contract, ticks),
            remaining_lots=lots,
        )
        for order_id, own, session, contract, code, side, offset, hedge, ticks, lots in columns(
            np.frombuffer(found.rows, ORDER),
            *("order_id", "client_order_id", "session", "instrument", "trading_code", "side"),
            *("offset", "hedge", "price_ticks", "lots"),
        )
    ]
    return answered(answers.LiveOrders(*stamp(found), told))


async def positions(service: Service, request: Request) -> Response:
    """Answer one's positions."""
    asker = await service.access.asker(request, KeyRight.READ)
    found = await service.rows("read positions", asker)
    rows, names = np.frombuffer(found.rows, POSITION), asker.day.names
    codes, contracts_, hedges = split_key(rows["key"] - FIRST_KEY, len(names.contracts))
    told = [
        answers.Position(
            names.contracts[contract],
            names.codes[code],
            word(Hedge(hedge)),
            **dict(zip(HELD, held, strict=True)),
        )
        for contract, code, hedge, held in zip(
            contracts_.tolist(), codes.tolist(), hedges.tolist(), columns(rows, *HELD), strict=True
        )
        if any(held)
    ]
    return answered(answers.Positions(*stamp(found), told))


async def funds(service: Service, request: Request) -> Response:
    """Answer one's money."""
    asker = await service.access.asker(request, KeyRight.READ)
    found = await service.rows("read accounts", asker)
    names = asker.day.names
    told = []
    for row, values in zip(
        sorted(asker.rows),
        columns(
            np.frombuffer(found.rows, ACCOUNT),
            *("deposit_fen", "realised_fen", "floating_loss_fen", "margin_fen"),
            *("frozen_fee_fen", "fees_fen"),
        ),
        strict=True,
    ):
        available = values[0] + values[1] - sum(values[2:])  # trading.funds.available
        told.append(answers.CodeFunds(names.codes[row], *map(yuan, (*values, available))))
    return answered(answers.Funds(*stamp(found), told))


async def trades(service: Service, request: Request) -> Response:
    """Answer one's trades of today."""
    asker = await service.access.asker(request, KeyRight.READ)
    found, sequence, time_ns = await service.happened(asker)
    told = [
        trade_of(asker, one, side)
        for one in found
        if one.kind not in (OrderEntered.KIND, OrderCancelled.KIND)
        for side in ("buy", "sell")
        if asker.mask[one.row[f"{side}_code"]]
    ]
    day = asker.day.names.trading_day
    return answered(answers.Trades(day, sequence, exchange_words(time_ns), told))


def trade_of(asker: Asker, one: Happened, side: str) -> answers.Trade:
    """Return one side of a trade."""
    row, names = one.row, asker.day.names
    contract = int(row["instrument"])
    return answers.Trade(
        sequence=int(row["sequence"]),
        time=exchange_words(one.time_ns),
        order_id=int(row[f"{side}_order_id"]),
        contract=names.contracts[contract],
        trading_code=names.codes[int(row[f"{side}_code"])],
        side=side,  # type: ignore[arg-type]
        offset=word(Offset(int(row[f"{side}_offset"]))),
        hedge=word(Hedge(int(row[f"{side}_hedge"]))),
        price=names.price(contract, int(row["price_ticks"])),
        lots=int(row["lots"]),
    )


async def _orders_of_today(service: Service, asker: Asker) -> Response:
    found, sequence, time_ns = await service.happened(asker)
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
    told = [
        day_order(asker, one, filled.get(order, 0), cancelled.get(order, 0))
        for order, one in entered.items()
    ]
    day = asker.day.names.trading_day
    return answered(answers.DayOrders(day, sequence, exchange_words(time_ns), told))


def day_order(asker: Asker, one: Happened, filled: int, cancelled: int) -> answers.DayOrder:
    """Return an order of today with what became of it."""
    row, names = one.row, asker.day.names
    contract, lots = int(row["instrument"]), int(row["lots"])
    done = "filled" if filled == lots else "cancelled" if cancelled else "live"
    return answers.DayOrder(
        order_id=int(row["order_id"]),
        client_order_id=int(row["client_order_id"]),
        session=int(row["session"]),
        time=exchange_words(one.time_ns),
        contract=names.contracts[contract],
        trading_code=names.codes[int(row["trading_code"])],
        side=word(Side(int(row["side"]))),  # type: ignore[arg-type]
        offset=word(Offset(int(row["offset"]))),
        hedge=word(Hedge(int(row["hedge"]))),
        time_in_force=word(TimeInForce(int(row["time_in_force"]))),
        price=names.price(contract, int(row["price_ticks"])),
        lots=lots,
        filled_lots=filled,
        cancelled_lots=cancelled,
        state=done,  # type: ignore[arg-type]
    )


def columns(rows: np.ndarray, *fields: str) -> list[tuple[int, ...]]:
    """Return some fields of every row as plain numbers."""
    return list(zip(*(rows[field].tolist() for field in fields), strict=True))


def stamp(found: RowsFound) -> tuple[int, int, str]:
    """Return day, sequence and time of an answer."""
    return found.trading_day, found.sequence, exchange_words(found.time_ns)
