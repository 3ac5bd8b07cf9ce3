"""Queries about the running day."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from huiguan.exchange.amounts import FeeClass
from huiguan.exchange.day.keys import fee_row, margin_row, split_key
from huiguan.exchange.messages import (
    Hedge,
    Offset,
    Right,
    Side,
)
from huiguan.exchange.quotes import as_decimal
from huiguan.exchange.reports.words import yuan
from huiguan.exchange.trading.state.rows import ACCOUNT, FIRST_KEY, ORDER, POSITION
from huiguan.floor.doors.json.http import answers
from huiguan.floor.doors.json.http.access import Wrong, answered
from huiguan.floor.doors.json.http.lines import Unavailable
from huiguan.floor.doors.json.http.past import happened
from huiguan.floor.doors.records import SCHEMA
from huiguan.floor.hall.clock import exchange_words
from huiguan.floor.hall.keys import KeyRight
from huiguan.foundation.arithmetic import show_rate

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from huiguan.floor.doors.json.days import Day
    from huiguan.floor.doors.json.http.service import Service
    from huiguan.floor.hall.queries import RowsFound

API_VERSION = "1"
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  no address to connect to: the one that was asked is
HELD = [name for name in answers.Position.__struct_fields__ if name.startswith(("long", "short"))]

LIVE = (
    *("order_id", "client_order_id", "session", "instrument", "trading_code", "side"),
    *("offset", "hedge", "price_ticks", "lots", "closing_lots"),
)
COUNTS = (
    *("minimum_lots", "maximum_lots", "maximum_market_lots", "lots_multiple"),
    *("position_limit_lots", "opening_limit_lots", "last_trading_day"),
)


def word(member: Side | Offset | Hedge | Right | FeeClass) -> str:
    """Return the word of a value of an enumeration."""
    return member.name.lower()


async def hall(service: Service, request: Request) -> Response:
    """Answer how the market stands; needs no key."""
    now, at = await service.door.now(), service.door.binary_door()
    host = request.url.hostname or at.host if at.host in EVERYWHERE else at.host
    return answered(
        answers.Hall(
            trading_day=now.trading_day,
            sequence=now.sequence,
            clock=now.clock,
            phases=now.phases,
            live_orders=now.live_orders,
            trades=now.trades,
            binary=answers.DoorPlace(host, at.binary_port, at.tls),
            feed=answers.DoorPlace(host, at.feed_port, at.tls),
            versions=answers.Versions(version("huiguan"), SCHEMA, API_VERSION),
        )
    )


async def health(service: Service, _: Request) -> Response:
    """Answer whether the floor answers; needs no key."""
    try:
        now = await service.door.now()
    except Unavailable as fault:
        return answered(answers.Health("up", "down", str(fault), 0, 0), 503)
    return answered(answers.Health("up", "up", "the market answers", now.trading_day, now.sequence))


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
    prices: Any = {name: names.price(row, int(found[f"{name}_ticks"])) for name in limits}
    lots: Any = {name: int(found[name]) for name in COUNTS}
    return answers.Contract(
        code=names.contracts[row],
        row=row,
        product=names.products[int(found["product"])],
        phase_group=names.groups[int(found["phase_group"])],
        tick=names.tick(row),
        multiplier=f"{as_decimal(Fraction(int(found['tick_value_fen']), 100) / tick):f}",
        **prices,
        **lots,
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
        return await happened(service, asker, "orders")
    found = await service.rows("read orders", asker)
    return answered(answers.LiveOrders(*stamp(found), live_orders(asker.day, found.rows)))


def live_orders(day: Day, found: bytes) -> list[answers.LiveOrder]:
    """Return orders of the book, rows of the core's table, in words."""
    names, two_kinds = day.names, day.image.settings.offset_flags
    return [
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
            other_lots=lots - closing if two_kinds and offset != Offset.OPEN else 0,
        )
        for order_id, own, session, contract, code, side, offset, hedge, ticks, lots, closing in (
            columns(np.frombuffer(found, ORDER), *LIVE)
        )
    ]


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


def columns(rows: np.ndarray, *fields: str) -> list[tuple[int, ...]]:
    """Return some fields of every row as plain numbers."""
    return list(zip(*(rows[field].tolist() for field in fields), strict=True))


def stamp(found: RowsFound) -> tuple[int, int, str]:
    """Return day, sequence and time of an answer."""
    return found.trading_day, found.sequence, exchange_words(found.time_ns)
