"""Positions of a closed day of the market, as a delivery takes them: read, never written."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from huiguan.exchange.day.result import DayResult, result_digest
from huiguan.exchange.delivery.positions import Position
from huiguan.exchange.delivery.warnings import Held
from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import InputFault
from huiguan.storage.change import finish_change
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import read_image
from huiguan.storage.market.day_result import read_result

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.day.image import DayImage


class EndOfContract(msgspec.Struct, frozen=True, kw_only=True):
    """What the clearing of a contract's last trading day left, and at which final price."""

    trading_day: int
    result_hash: str
    final_price: Decimal
    positions: list[Position]


def read_day(root: Path) -> tuple[DayImage, DayResult]:
    """Return image and newest result of a closed day; one that is open is an ``InputFault``."""
    finish_change(root)
    folder = DayFolder(root)
    if not (folder.result / "result.json").exists():
        raise InputFault(
            f"{root} is no closed day; name the folder of a trading day that `huiguan day close`"
            " or `huiguan simulate` closed"
        )
    return read_image(folder.image), read_result(folder.result).result


def end_of_contract(image: DayImage, result: DayResult, code: str, last_day: int) -> EndOfContract:
    """Return what a contract's last trading day left: positions of each code, margin, price.

    A day that is not the contract's last one, or on which it does not trade, is an ``InputFault``.
    """
    day = result.settings.trading_day
    if day != last_day or code not in image.names.instruments:
        raise InputFault(
            f"the day {show_day(day)} does not end {code}, which ends on {show_day(last_day)};"
            " name the folder of that day, of a market that trades it"
        )
    index = image.names.instruments.index(code)
    kept: dict[int, int] = {}
    product, month = image.instruments["product"][index], 200_000 + int(code[-4:])
    mine = result.undelivered
    for row in mine[(mine["product"] == product) & (mine["month"] == month)]:
        owner = int(row["trading_code"])
        kept[owner] = kept.get(owner, 0) + int(row["margin_fen"])
    rows = result.expired[result.expired["instrument"] == index]
    units = int(result.contracts["settlement_units"][index])
    return EndOfContract(
        trading_day=day,
        result_hash=result_digest(result).hex(),
        final_price=Decimal(units).scaleb(-int(image.instruments["unit_decimals"][index])),
        positions=[
            Position(
                holder=image.names.trading_codes[owner],
                long=int(rows["long_lots"][rows["trading_code"] == owner].sum()),
                short=int(rows["short_lots"][rows["trading_code"] == owner].sum()),
                margin_fen=kept.get(owner, 0),
            )
            for owner in np.unique(rows["trading_code"]).tolist()
        ],
    )


def held_in(image: DayImage, result: DayResult) -> list[Held]:
    """Return what every trading code holds after the clearing of a day."""
    found: dict[tuple[int, int], list[int]] = {}
    for row in result.positions:
        own = found.setdefault((int(row["instrument"]), int(row["trading_code"])), [0, 0])
        own[0] += int(row["long_lots"])
        own[1] += int(row["short_lots"])
    names = image.names
    return [
        Held(
            code=names.instruments[key[0]],
            holder=names.trading_codes[key[1]],
            long=long,
            short=short,
        )
        for key, (long, short) in found.items()
    ]
